//! The operations on subscriptions.

use super::body::{cycle_amount, day, description, entered, installments};
use super::schedule::{CADENCES, Cadence, Entered, Recurring, Subscription};
use super::store;
use super::view::{show, write_payment};
use crate::call::{Call, Reply};
use crate::currencies;
use crate::deal_products::{self, keep};
use crate::deals::{self, DEAL};
use crate::error::{ApiError, ApiResult};
use crate::op::Method::{Delete, Get, Post, Put};
use crate::op::Version::V1;
use crate::op::{Answer, Answers, Method, Op, Param, ParamKind, Takes};
use crate::run;
use crate::select::Depth;
use crate::write;
use penstock_model::{Change, Date};

const READ: &str = "deals:read,deals:full";
const FULL: &str = "deals:full";
const TITLE: &str = "Subscription";

/// At most so many payments follow each other.
const MOST_CYCLES: i64 = 1_000;
const DEAL_ID: Param = Param::new("deal_id", ParamKind::Int, "The deal that the revenue comes from.");
const CURRENCY: Param = Param::new("currency", ParamKind::Text, "The code of the currency of all payments.");
const DESCRIPTION: Param = Param::new("description", ParamKind::Text, "What is paid for.");
const CYCLE_AMOUNT: Param = Param::new("cycle_amount", ParamKind::Json, "How much each payment is.");
const PAYMENTS: Param = Param::new("payments", ParamKind::Json, "Payments of their own: objects with `amount`, `description`, `due_at`.");
const UPDATE_DEAL_VALUE: Param =
    Param::new("update_deal_value", ParamKind::Bool, "Whether the deal becomes worth the monthly revenue, or the sum of the installments.");

const ADD_RECURRING: &[Param] = &[
    DEAL_ID.required(),
    CURRENCY.required(),
    DESCRIPTION,
    Param::new("cadence_type", ParamKind::Choice(CADENCES), "How often it is paid.").required(),
    Param::new("cycles_count", ParamKind::Int, "How many payments there are; unless it is infinite."),
    CYCLE_AMOUNT.required(),
    Param::new("start_date", ParamKind::Date, "The day of the first payment.").required(),
    Param::new("infinite", ParamKind::Bool, "Whether it is paid until somebody cancels it."),
    PAYMENTS,
    UPDATE_DEAL_VALUE,
];
const ADD_INSTALLMENT: &[Param] = &[DEAL_ID.required(), CURRENCY.required(), PAYMENTS.required(), UPDATE_DEAL_VALUE];
const UPDATE_RECURRING: &[Param] = &[
    Param::new("effective_date", ParamKind::Date, "Payments from this day on change.").required(),
    DESCRIPTION,
    CYCLE_AMOUNT,
    PAYMENTS,
    UPDATE_DEAL_VALUE,
];
const UPDATE_INSTALLMENT: &[Param] = &[PAYMENTS.required(), UPDATE_DEAL_VALUE];
const CANCEL: &[Param] = &[Param::new("end_date", ParamKind::Date, "The last day on which a payment may be due; today where absent.")];

const fn op(method: Method, path: &'static str, id: &'static str, run: fn(Call) -> Answer) -> Op {
    Op::new(V1, method, path, id, run).tag("Subscriptions").scopes(FULL).cost(10)
}

pub const OPS: &[Op] = &[
    op(Get, "/subscriptions/{id}", "getSubscription", run!(one)).scopes(READ).cost(2).about("Shows a subscription"),
    op(Get, "/subscriptions/find/{dealId}", "findSubscriptionByDeal", run!(find))
        .answers(Answers::DataOrNothing)
        .scopes(READ)
        .cost(2)
        .about("Shows the subscription of a deal"),
    op(Get, "/subscriptions/{id}/payments", "getSubscriptionPayments", run!(payments))
        .scopes(READ)
        .cost(20)
        .about("Lists the payments of a subscription"),
    op(Post, "/subscriptions/recurring", "addRecurringSubscription", run!(add_recurring))
        .takes(Takes::Keys(ADD_RECURRING))
        .about("Adds a subscription that is paid at fixed intervals"),
    op(Post, "/subscriptions/installment", "addSubscriptionInstallment", run!(add_installment))
        .takes(Takes::Keys(ADD_INSTALLMENT))
        .about("Adds a subscription that is paid on days of its own"),
    op(Put, "/subscriptions/recurring/{id}", "updateRecurringSubscription", run!(update_recurring))
        .takes(Takes::Keys(UPDATE_RECURRING))
        .about("Changes a recurring subscription from a day on"),
    op(Put, "/subscriptions/installment/{id}", "updateSubscriptionInstallment", run!(update_installment))
        .takes(Takes::Keys(UPDATE_INSTALLMENT))
        .about("Replaces the payments of an installment subscription"),
    op(Put, "/subscriptions/recurring/{id}/cancel", "cancelRecurringSubscription", run!(cancel))
        .takes(Takes::Keys(CANCEL))
        .about("Ends a recurring subscription"),
    op(Delete, "/subscriptions/{id}", "deleteSubscription", run!(remove)).cost(6).about("Marks a subscription as deleted"),
];

fn missing() -> ApiError {
    ApiError::not_found(TITLE)
}

fn today(call: &Call) -> Date {
    call.now.date_in(call.timezone())
}

/// The subscription that the path names. Who may see its deal may see it.
async fn named(call: &Call) -> ApiResult<Subscription> {
    let subscription = store::by_id(call, call.id(TITLE)?).await?.ok_or_else(missing)?;
    write::find(call, &DEAL, subscription.deal, Depth::Row).await?;
    Ok(subscription)
}

async fn one(call: Call) -> ApiResult<Reply> {
    let subscription = named(&call).await?;
    Ok(show(&call, &subscription))
}

/// A deal without a subscription answers 204 (semantics.md 10).
async fn find(call: Call) -> ApiResult<Reply> {
    let deal = write::find(&call, &DEAL, call.id(DEAL.title)?, Depth::Row).await?;
    match store::of_deal(&call, deal.id).await? {
        Some(subscription) => Ok(show(&call, &subscription)),
        None => Ok(Reply::new(204, Vec::new())),
    }
}

async fn payments(call: Call) -> ApiResult<Reply> {
    let subscription = named(&call).await?;
    let payments = subscription.payments(today(&call));
    Ok(call.data(|json| {
        json.begin_array();
        payments.iter().for_each(|payment| write_payment(json, &subscription, payment));
        json.end_array();
    }))
}

async fn add_recurring(call: Call) -> ApiResult<Reply> {
    let infinite = call.body.flag("infinite").unwrap_or(false);
    let cycles = match (call.body.int("cycles_count"), infinite) {
        (None, true) => None,
        (Some(cycles), false) if (1..=MOST_CYCLES).contains(&cycles) => Some(cycles),
        (Some(_), false) => return Err(ApiError::invalid_key("cycles_count", &format!("must be from 1 to {MOST_CYCLES}"))),
        _ => return Err(ApiError::invalid_key("cycles_count", "exactly one of cycles_count and infinite must be set")),
    };
    let cadence = call.body.text("cadence_type").and_then(Cadence::parse);
    let cadence = cadence.ok_or_else(|| ApiError::invalid_key("cadence_type", &format!("must be one of {}", CADENCES.join(", "))))?;
    let start = day(&call, "start_date")?.ok_or_else(|| ApiError::invalid_key("start_date", "is required"))?;
    let amount = cycle_amount(&call)?.ok_or_else(|| ApiError::invalid_key("cycle_amount", "is required"))?;
    let recurring = Recurring { cadence, cycles, start, amounts: vec![(start, amount)] };
    add(&call, Some(recurring), entered(&call)?.unwrap_or_default()).await
}

async fn add_installment(call: Call) -> ApiResult<Reply> {
    add(&call, None, installments(&call)?).await
}

async fn add(call: &Call, recurring: Option<Recurring>, entered: Vec<Entered>) -> ApiResult<Reply> {
    let deal = call.body.int("deal_id").unwrap_or_default();
    let currency = call.body.text("currency").unwrap_or_default().trim().to_ascii_uppercase();
    if !currencies::is_known(&currency) {
        return Err(ApiError::invalid_key("currency", "unknown currency"));
    }
    let made = Subscription {
        id: call.store().next_id(call.company(), "subscriptions").await?,
        deal,
        user: call.principal.user,
        description: description(call)?,
        currency,
        recurring,
        entered,
        cancelled: None,
        add_time: call.now,
        update_time: call.now,
    };
    let made = &made;
    write::commit(call, || {
        Box::pin(async move {
            let change = open(call, deal).await?;
            if store::of_deal(call, deal).await?.is_some() {
                return Err(ApiError::invalid_key("deal_id", "the deal has a subscription already"));
            }
            let mut batch = call.batch();
            store::save(&mut batch, made);
            write_value(call, change, made, &mut batch).await?;
            Ok((batch, ()))
        })
    })
    .await?;
    Ok(show(call, made))
}

/// The deal whose subscription changes, to hold it or to give it a value.
async fn open(call: &Call, deal: i64) -> ApiResult<Change> {
    let deal = write::find_live(call, &DEAL, deal).await?;
    if deal.is(deals::IS_ARCHIVED) {
        return Err(ApiError::invalid("Archived deals cannot be edited, only unarchived"));
    }
    Ok(Change::update(deal))
}

/// Changes the subscription of the path.
async fn change(call: &Call, edit: impl Fn(&mut Subscription) -> ApiResult<()> + Send + Sync) -> ApiResult<Reply> {
    let id = call.id(TITLE)?;
    let edit = &edit;
    let changed = write::commit(call, || {
        Box::pin(async move {
            let deal = store::by_id(call, id).await?.ok_or_else(missing)?.deal;
            // The deal is read before what it holds, so that nothing comes between unseen.
            let deal = open(call, deal).await?;
            let mut subscription = store::by_id(call, id).await?.ok_or_else(missing)?;
            edit(&mut subscription)?;
            subscription.update_time = call.now;
            let mut batch = call.batch();
            store::save(&mut batch, &subscription);
            write_value(call, deal, &subscription, &mut batch).await?;
            Ok((batch, subscription))
        })
    })
    .await?;
    Ok(show(call, &changed))
}

async fn update_recurring(call: Call) -> ApiResult<Reply> {
    let from = day(&call, "effective_date")?.ok_or_else(|| ApiError::invalid_key("effective_date", "is required"))?;
    let (amount, entered, description) = (cycle_amount(&call)?, entered(&call)?, description(&call)?);
    change(&call, |subscription| {
        let recurring = subscription.recurring.as_mut().ok_or_else(not_recurring)?;
        if let Some(amount) = amount {
            recurring.set_amount(from, amount);
        }
        if let Some(entered) = &entered {
            // Payments of before that day stay.
            subscription.entered.retain(|payment| payment.due < from);
            subscription.entered.extend(entered.iter().cloned());
        }
        if description.is_some() {
            subscription.description.clone_from(&description);
        }
        Ok(())
    })
    .await
}

async fn update_installment(call: Call) -> ApiResult<Reply> {
    let entered = installments(&call)?;
    change(&call, |subscription| {
        if subscription.recurring.is_some() {
            return Err(ApiError::invalid("the subscription is not an installment subscription"));
        }
        subscription.entered.clone_from(&entered);
        Ok(())
    })
    .await
}

async fn cancel(call: Call) -> ApiResult<Reply> {
    let end = day(&call, "end_date")?.unwrap_or_else(|| today(&call));
    change(&call, |subscription| {
        subscription.recurring.as_ref().ok_or_else(not_recurring)?;
        subscription.cancelled = Some(end);
        Ok(())
    })
    .await
}

fn not_recurring() -> ApiError {
    ApiError::invalid("the subscription is not a recurring subscription")
}

async fn remove(call: Call) -> ApiResult<Reply> {
    let id = call.id(TITLE)?;
    let call = &call;
    write::commit(call, || {
        Box::pin(async move {
            let subscription = store::by_id(call, id).await?.ok_or_else(missing)?;
            let deal = open(call, subscription.deal).await?;
            let mut batch = call.batch();
            store::delete(&mut batch, &subscription, call.now);
            keep(&mut batch, deal);
            Ok((batch, ()))
        })
    })
    .await?;
    Ok(call.deleted(id))
}

/// Gives the deal the value of its subscription where the request wants that; a deal that sells products is worth those.
async fn write_value(call: &Call, mut deal: Change, subscription: &Subscription, batch: &mut penstock_store::Batch) -> ApiResult<()> {
    if call.body.flag("update_deal_value") == Some(true) {
        if !deal_products::of_deal(call, &deal_products::DEAL_PRODUCT, deal.after.id).await?.is_empty() {
            return Err(ApiError::invalid_key("update_deal_value", "the value of a deal with products follows from them"));
        }
        let decimals = currencies::decimals(&subscription.currency);
        let value = match subscription.recurring {
            Some(_) => subscription.monthly(decimals),
            None => subscription.total(today(call)),
        };
        deal.after.set(deals::VALUE, value);
        deal.after.set(deals::CURRENCY, subscription.currency.as_str());
        if deal.differences().next().is_some() {
            deal.after.set(deals::UPDATE_TIME, call.now);
            deal.after.set(deals::ROT_TIME, call.now);
        }
    }
    keep(batch, deal);
    Ok(())
}
