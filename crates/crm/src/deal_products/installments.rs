//! The operations on the installments of a deal. They split what it sells once into parts with days of their own, and
//! leave its value as it is (semantics.md 17.3).

use super::discounts::{require, require_positive, require_words};
use super::fields::*;
use super::lists::{missing, write_installment};
use super::rows;
use super::sale::{self, Sale};
use crate::call::{Call, Reply};
use crate::deals::DEAL as DEAL_ENTITY;
use crate::error::{ApiError, ApiResult};
use crate::products::rules::ONE_TIME;
use crate::write;
use penstock_model::{Change, Record};

/// Adds an installment to a deal that sells something once and nothing again and again.
pub async fn add(call: Call) -> ApiResult<Reply> {
    let deal = call.id(DEAL_ENTITY.title)?;
    let id = call.store().next_id(call.company(), INSTALLMENT.table).await?;
    let mut change = Change::insert(Record::blank(&INSTALLMENT, id));
    write::fill(&call, &mut change)?;
    let mut made = change.after;
    require(&made, &[("description", installment::DESCRIPTION)])?;
    check(&made)?;
    made.set(installment::DEAL, deal);
    let (call, made) = (&call, &made);
    write::commit(call, || {
        Box::pin(async move {
            let sale = Sale::open(call, deal).await?;
            let once = |row: &Record| row.text(FREQUENCY) == Some(ONE_TIME);
            if !sale.rows.iter().any(once) {
                return Err(ApiError::invalid("installments need at least one one-time product in the deal"));
            }
            if !sale.rows.iter().all(once) {
                return Err(ApiError::invalid("installments are not possible in a deal with recurring products"));
            }
            let mut batch = call.batch();
            rows::add(&mut batch, std::slice::from_ref(made));
            sale::keep(&mut batch, sale.deal);
            Ok((batch, ()))
        })
    })
    .await?;
    Ok(call.data(|json| write_installment(json, made)))
}

/// Changes what was sent of an installment.
pub async fn update(call: Call) -> ApiResult<Reply> {
    let (deal, id) = (call.id(DEAL_ENTITY.title)?, call.path_id(1, INSTALLMENT.title)?);
    let call = &call;
    let changed = write::commit(call, || {
        Box::pin(async move {
            let sale = Sale::open(call, deal).await?;
            let mut change = Change::update(find(call, deal, id).await?);
            write::fill(call, &mut change)?;
            check(&change.after)?;
            let mut batch = call.batch();
            if let Some(before) = &change.before {
                rows::change(&mut batch, before, &change.after);
            }
            sale::keep(&mut batch, sale.deal);
            Ok((batch, change.after))
        })
    })
    .await?;
    Ok(call.data(|json| write_installment(json, &changed)))
}

/// Removes an installment.
pub async fn remove(call: Call) -> ApiResult<Reply> {
    let (deal, id) = (call.id(DEAL_ENTITY.title)?, call.path_id(1, INSTALLMENT.title)?);
    let call = &call;
    write::commit(call, || {
        Box::pin(async move {
            let sale = Sale::open(call, deal).await?;
            let gone = find(call, deal, id).await?;
            let mut batch = call.batch();
            rows::remove(&mut batch, &gone);
            sale::keep(&mut batch, sale.deal);
            Ok((batch, ()))
        })
    })
    .await?;
    Ok(call.deleted(id))
}

async fn find(call: &Call, deal: i64, id: i64) -> ApiResult<Record> {
    let installments = sale::of_deal(call, &INSTALLMENT, deal).await?;
    installments.into_iter().find(|installment| installment.id == id).ok_or_else(|| missing(&INSTALLMENT))
}

fn check(row: &Record) -> ApiResult<()> {
    require_positive(row.get(installment::AMOUNT))?;
    require_words(row.text(installment::DESCRIPTION))?;
    if row.get(installment::BILLING_DATE).is_none() {
        return Err(ApiError::invalid_key("billing_date", "is required"));
    }
    Ok(())
}
