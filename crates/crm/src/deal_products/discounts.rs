//! The operations on the additional discounts of a deal (semantics.md 17.3).

use super::fields::*;
use super::lists::{missing, write_discount};
use super::sale::Sale;
use crate::call::{Call, Reply};
use crate::deals::DEAL as DEAL_ENTITY;
use crate::error::{ApiError, ApiResult};
use crate::write;
use penstock_model::{Change, Col, Money, Record};
use uuid::Uuid;

/// Gives a deal another discount.
pub async fn add(call: Call) -> ApiResult<Reply> {
    let deal = call.id(DEAL_ENTITY.title)?;
    let id = call.store().next_id(call.company(), DISCOUNT_ENTITY.table).await?;
    let mut change = Change::insert(Record::blank(&DISCOUNT_ENTITY, id));
    write::fill(&call, &mut change)?;
    let mut made = change.after;
    require(&made, &[("description", discount::DESCRIPTION), ("type", discount::TYPE)])?;
    check(&made)?;
    made.set(discount::UUID, Uuid::new_v4().to_string());
    made.set(discount::DEAL, deal);
    made.set(discount::CREATED_AT, call.now);
    made.set(discount::CREATED_BY, call.principal.user);
    made.set(discount::UPDATED_AT, call.now);
    made.set(discount::UPDATED_BY, call.principal.user);
    change_discounts(&call, deal, |discounts| {
        discounts.push(made.clone());
        Ok(())
    })
    .await?;
    Ok(call.data(|json| write_discount(json, &made)))
}

/// Changes what was sent of a discount.
pub async fn update(call: Call) -> ApiResult<Reply> {
    let (deal, uuid) = (call.id(DEAL_ENTITY.title)?, named(&call)?);
    let discounts = change_discounts(&call, deal, |discounts| {
        let place = find(discounts, &uuid)?;
        let mut change = Change::update(discounts[place].clone());
        write::fill(&call, &mut change)?;
        check(&change.after)?;
        if change.differences().next().is_some() {
            change.after.set(discount::UPDATED_AT, call.now);
            change.after.set(discount::UPDATED_BY, call.principal.user);
        }
        discounts[place] = change.after;
        Ok(())
    })
    .await?;
    let place = find(&discounts, &uuid)?;
    Ok(call.data(|json| write_discount(json, &discounts[place])))
}

/// Takes a discount away.
pub async fn remove(call: Call) -> ApiResult<Reply> {
    let (deal, uuid) = (call.id(DEAL_ENTITY.title)?, named(&call)?);
    change_discounts(&call, deal, |discounts| {
        let place = find(discounts, &uuid)?;
        discounts.remove(place);
        Ok(())
    })
    .await?;
    Ok(call.data(|json| {
        json.begin_object();
        json.key("id");
        json.string(&uuid);
        json.end_object();
    }))
}

/// The discount that the path names; anything but a UUID names none.
fn named(call: &Call) -> ApiResult<String> {
    let text = call.path.get(1).map(String::as_str).unwrap_or_default();
    let uuid = Uuid::try_parse(text).ok().filter(|_| text.len() == 36);
    uuid.map(|uuid| uuid.to_string()).ok_or_else(|| missing(&DISCOUNT_ENTITY))
}

fn find(discounts: &[Record], uuid: &str) -> ApiResult<usize> {
    discounts.iter().position(|discount| discount.text(discount::UUID) == Some(uuid)).ok_or_else(|| missing(&DISCOUNT_ENTITY))
}

/// Edits the discounts of a deal, which is worth less or more then; answers them.
async fn change_discounts(
    call: &Call,
    deal: i64,
    edit: impl Fn(&mut Vec<Record>) -> ApiResult<()> + Send + Sync,
) -> ApiResult<Vec<Record>> {
    let edit = &edit;
    write::commit(call, || {
        Box::pin(async move {
            let mut sale = Sale::open(call, deal).await?;
            edit(&mut sale.discounts)?;
            let discounts = sale.discounts.clone();
            let mut batch = call.batch();
            sale.save(call, &mut batch)?;
            Ok((batch, discounts))
        })
    })
    .await
}

/// Refuses a new row that lacks one of these texts.
pub fn require(row: &Record, texts: &[(&str, Col<String>)]) -> ApiResult<()> {
    match texts.iter().find(|(_, col)| row.text(*col).is_none()) {
        Some((key, _)) => Err(ApiError::invalid_key(key, "is required")),
        None => Ok(()),
    }
}

fn check(discount: &Record) -> ApiResult<()> {
    require_positive(discount.get(discount::AMOUNT))?;
    require_words(discount.text(discount::DESCRIPTION))
}

/// An amount must be there, and be more than nothing.
pub fn require_positive(amount: Option<Money>) -> ApiResult<()> {
    match amount {
        None => Err(ApiError::invalid_key("amount", "is required")),
        Some(amount) if amount <= Money::ZERO => Err(ApiError::invalid_key("amount", "must be a positive number")),
        Some(_) => Ok(()),
    }
}

/// A description must say something.
pub fn require_words(description: Option<&str>) -> ApiResult<()> {
    match description {
        Some(text) if text.trim().is_empty() => Err(ApiError::invalid_key("description", "must not be empty")),
        _ => Ok(()),
    }
}
