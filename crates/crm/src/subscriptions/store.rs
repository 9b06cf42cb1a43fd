//! Subscriptions in the store. Every write of one holds its deal, so that none needs a version of its own.

use super::schedule::{Cadence, Entered, Recurring, Subscription};
use crate::call::Call;
use crate::error::ApiResult;
use penstock_model::{Date, Money, Time, UserId};
use penstock_store::{Batch, Row, Sql, Weight};
use serde::{Deserialize, Serialize};

const COLUMNS: &str = "id, deal_id, user_id, cadence_type, cycles_count, start_date, description, currency, amounts, payments, \
    cancel_date, add_time, update_time";

/// An amount and the day from which it holds, as it is kept.
#[derive(Serialize, Deserialize)]
struct KeptAmount {
    from: String,
    /// Ten-thousandths.
    amount: i64,
}

/// An entered payment as it is kept.
#[derive(Serialize, Deserialize)]
struct KeptPayment {
    due: String,
    /// Ten-thousandths.
    amount: i64,
    description: String,
}

/// The subscription of this id that is not deleted.
pub async fn by_id(call: &Call, id: i64) -> ApiResult<Option<Subscription>> {
    one(call, "id", id).await
}

/// The subscription of a deal; it has one at the most.
pub async fn of_deal(call: &Call, deal: i64) -> ApiResult<Option<Subscription>> {
    one(call, "deal_id", deal).await
}

async fn one(call: &Call, column: &str, value: i64) -> ApiResult<Option<Subscription>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM subscriptions WHERE company_id = "));
    sql.bind(call.company()).push(" AND ").push(column).push(" = ").bind(value).push(" AND is_deleted = 0");
    Ok(call.store().read(sql, Weight::Light, None, |found, row| *found = Some(read(row))).await?)
}

fn read(row: &dyn Row) -> Subscription {
    let text = |index| row.text(index).unwrap_or_default();
    let day = |text: &str| Date::parse(text).unwrap_or_else(|_| Time::from_millis(0).date());
    let amounts: Vec<KeptAmount> = serde_json::from_str(text(8)).unwrap_or_default();
    let payments: Vec<KeptPayment> = serde_json::from_str(text(9)).unwrap_or_default();
    let recurring = row.text(3).and_then(Cadence::parse).map(|cadence| Recurring {
        cadence,
        cycles: row.int(4),
        start: day(text(5)),
        amounts: amounts.iter().map(|kept| (day(&kept.from), Money::from_ten_thousandths(kept.amount))).collect(),
    });
    let entered = |kept: KeptPayment| Entered {
        amount: Money::from_ten_thousandths(kept.amount),
        due: day(&kept.due),
        description: kept.description,
    };
    Subscription {
        id: row.int(0).unwrap_or_default(),
        deal: row.int(1).unwrap_or_default(),
        user: UserId(row.int(2).unwrap_or_default()),
        description: row.text(6).map(str::to_owned),
        currency: text(7).to_owned(),
        recurring,
        entered: payments.into_iter().map(entered).collect(),
        cancelled: row.text(10).map(day),
        add_time: Time::from_millis(row.int(11).unwrap_or_default()),
        update_time: Time::from_millis(row.int(12).unwrap_or_default()),
    }
}

/// Adds the insertion of a new subscription, or the change of the one that has its id.
pub fn save(batch: &mut Batch, subscription: &Subscription) {
    let recurring = subscription.recurring.as_ref();
    let amounts: Vec<_> = recurring.map_or(&[][..], |recurring| &recurring.amounts).iter().map(keep_amount).collect();
    let payments: Vec<_> = subscription.entered.iter().map(keep_payment).collect();
    let mut sql = Sql::new(format!("INSERT INTO subscriptions (company_id, {COLUMNS}, is_deleted) VALUES ("));
    sql.bind(batch.company()).push(", ").bind(subscription.id).push(", ").bind(subscription.deal);
    sql.push(", ").bind(subscription.user).push(", ").bind(recurring.map(|recurring| recurring.cadence.word()));
    sql.push(", ").bind(recurring.and_then(|recurring| recurring.cycles));
    sql.push(", ").bind(recurring.map(|recurring| recurring.start));
    sql.push(", ").bind(subscription.description.as_deref()).push(", ").bind(subscription.currency.as_str());
    sql.push(", ").bind(serde_json::to_string(&amounts).unwrap_or_default());
    sql.push(", ").bind(serde_json::to_string(&payments).unwrap_or_default());
    sql.push(", ").bind(subscription.cancelled);
    sql.push(", ").bind(subscription.add_time).push(", ").bind(subscription.update_time).push(", 0)");
    sql.push(" ON CONFLICT (company_id, id) DO UPDATE SET description = excluded.description, amounts = excluded.amounts,");
    sql.push(" payments = excluded.payments, cancel_date = excluded.cancel_date, update_time = excluded.update_time");
    batch.run(sql.into());
}

fn keep_amount((from, amount): &(Date, Money)) -> KeptAmount {
    KeptAmount { from: from.to_string(), amount: amount.ten_thousandths() }
}

fn keep_payment(entered: &Entered) -> KeptPayment {
    KeptPayment { due: entered.due.to_string(), amount: entered.amount.ten_thousandths(), description: entered.description.clone() }
}

/// Adds the deletion of a subscription.
pub fn delete(batch: &mut Batch, subscription: &Subscription, now: Time) {
    let mut sql = Sql::new("UPDATE subscriptions SET is_deleted = 1, update_time = ");
    sql.bind(now).push(" WHERE company_id = ").bind(batch.company()).push(" AND id = ").bind(subscription.id);
    batch.run(sql.into());
}

/// The subscription of a deal that is merged goes over to the one that stays, unless that has one already.
pub async fn move_to(call: &Call, from: i64, to: i64, batch: &mut Batch) -> ApiResult<()> {
    if let (Some(moved), None) = (of_deal(call, from).await?, of_deal(call, to).await?) {
        let mut sql = Sql::new("UPDATE subscriptions SET deal_id = ");
        sql.bind(to).push(" WHERE company_id = ").bind(call.company()).push(" AND id = ").bind(moved.id);
        batch.run(sql.into());
    }
    Ok(())
}
