//! What a deal sells, read as a whole, changed, and written together with the deal that is worth it.
//!
//! The deal is read first and written with the version it was read in, or held at it. So of two changes of what one
//! deal sells the later one is always planned on what the earlier one has left.

use super::fields::*;
use super::rows;
use super::worth::{Cut, Row, TooLarge, worth};
use crate::call::Call;
use crate::currencies;
use crate::deals::{self, participants};
use crate::error::{ApiError, ApiResult};
use crate::list;
use crate::products::rules::ONE_TIME;
use crate::resource::FollowUp;
use crate::select::{self, Depth};
use crate::write::{self, Given};
use penstock_model::{Change, Entity, Money, Record};
use penstock_store::{Batch, Sql, Weight};
use rust_decimal::Decimal;

/// So many rows of a deal may be billed more than once (semantics.md 17.2).
const MOST_RECURRING: usize = 20;

/// A deal with its rows and discounts, as they were read and as they shall be.
pub struct Sale {
    pub deal: Change,
    pub rows: Vec<Record>,
    pub discounts: Vec<Record>,
    pub has_installments: bool,
    rows_before: Vec<Record>,
    discounts_before: Vec<Record>,
}

impl Sale {
    /// Reads what a deal sells, to change it. A deleted deal is not found, an archived one takes no change.
    pub async fn open(call: &Call, deal: i64) -> ApiResult<Self> {
        let deal = write::find_live(call, &deals::DEAL, deal).await?;
        if deal.is(deals::IS_ARCHIVED) {
            return Err(ApiError::invalid("Archived deals cannot be edited, only unarchived"));
        }
        Sale::of(call, Change::update(deal)).await
    }

    /// Reads what the deal sells whose change is under way.
    pub async fn of(call: &Call, deal: Change) -> ApiResult<Self> {
        let id = deal.after.id;
        let rows = of_deal(call, &DEAL_PRODUCT, id).await?;
        let discounts = of_deal(call, &DISCOUNT_ENTITY, id).await?;
        let has_installments = has_installments(call, id).await?;
        Ok(Sale { deal, rows_before: rows.clone(), discounts_before: discounts.clone(), rows, discounts, has_installments })
    }

    pub fn row(&mut self, id: i64) -> ApiResult<&mut Record> {
        self.rows.iter_mut().find(|row| row.id == id).ok_or_else(|| ApiError::not_found(DEAL_PRODUCT.title))
    }

    /// The decimals of the deal's currency.
    pub fn decimals(&self) -> u32 {
        decimals(&self.deal.after)
    }

    /// Checks what holds between the rows of a deal (semantics.md 17.2).
    pub fn check(&self) -> ApiResult<()> {
        let recurring = |row: &&Record| row.text(FREQUENCY) != Some(ONE_TIME);
        if self.rows.iter().filter(recurring).count() > MOST_RECURRING {
            return Err(ApiError::invalid(format!("a deal can have at most {MOST_RECURRING} recurring products")));
        }
        if !self.has_installments {
            return Ok(());
        }
        let was = |row: &Record| self.rows_before.iter().find(|before| before.id == row.id);
        let newly_recurring = |row: &Record| {
            was(row).is_none_or(|before| before.text(FREQUENCY) == Some(ONE_TIME) || (!before.is(IS_ENABLED) && row.is(IS_ENABLED)))
        };
        if self.rows.iter().filter(recurring).any(newly_recurring) {
            return Err(ApiError::invalid_key("billing_frequency", "recurring products are not possible in a deal with installments"));
        }
        let disabled = self.rows.iter().any(|row| !row.is(IS_ENABLED) && was(row).is_some_and(|before| before.is(IS_ENABLED)));
        if disabled && !self.rows.iter().any(|row| row.is(IS_ENABLED)) {
            return Err(ApiError::invalid_key("is_enabled", "the last enabled product of a deal with installments cannot be disabled"));
        }
        Ok(())
    }

    /// Plans everything that the change brings with it: rows, discounts, the value of the deal, its count of products.
    pub fn save(mut self, call: &Call, batch: &mut Batch) -> ApiResult<()> {
        let rows_change = rows::replace(batch, &self.rows_before, &self.rows);
        if rows::replace(batch, &self.discounts_before, &self.discounts) || rows_change {
            let more = pieces(&self.rows)? - pieces(&self.rows_before)?;
            batch.add_total(deals::DEAL.name, self.deal.after.id, "products_count", more);
            self.revalue()?;
            self.deal.after.set(deals::UPDATE_TIME, call.now);
            self.deal.after.set(deals::ROT_TIME, call.now);
        }
        keep(batch, self.deal);
        Ok(())
    }

    /// Lets the deal be worth what it sells. When its last row goes its value stays as it is (semantics.md 17.3).
    pub fn revalue(&mut self) -> ApiResult<()> {
        let deal = &mut self.deal.after;
        if self.rows.is_empty() {
            if !self.rows_before.is_empty() {
                [deals::ACV, deals::ARR, deals::MRR].into_iter().for_each(|col| deal.clear(col));
            }
            return Ok(());
        }
        let rows: Vec<_> = self.rows.iter().map(Row::of).collect();
        let discounts: Vec<_> = self.discounts.iter().map(Cut::of).collect();
        let worth = worth(&rows, &discounts, decimals(deal)).map_err(too_large)?;
        deal.set(deals::VALUE, worth.value);
        deal.set(deals::ACV, worth.acv);
        deal.set(deals::ARR, worth.arr);
        deal.set(deals::MRR, worth.mrr);
        Ok(())
    }
}

/// Writes the deal, or holds it where it stays as it is, so that the write fails where it has changed meanwhile.
pub fn keep(batch: &mut Batch, deal: Change) {
    if deal.differences().next().is_some() {
        batch.save(deal);
    } else {
        participants::hold(batch, &deal.after);
    }
}

pub fn too_large(error: TooLarge) -> ApiError {
    ApiError::invalid(error.to_string())
}

pub fn decimals(deal: &Record) -> u32 {
    currencies::decimals(deal.text(deals::CURRENCY).unwrap_or_default())
}

/// How many pieces rows are, as `products_count` counts them: whole ones, rounded half up.
pub fn pieces(rows: &[Record]) -> ApiResult<i64> {
    let whole = quantity(rows).round_dp_with_strategy(0, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    i64::try_from(whole).map_err(|_| too_large(TooLarge))
}

/// The quantities of all rows together. Each is below 10^14, and there are not enough rows to leave the range.
pub fn quantity(rows: &[Record]) -> Decimal {
    rows.iter().map(|row| row.get::<Money>(QUANTITY).unwrap_or_default().to_decimal()).sum()
}

/// Everything of one sort that hangs on a deal, in the order in which it came.
pub async fn of_deal(call: &Call, entity: &'static Entity, deal: i64) -> ApiResult<Vec<Record>> {
    let mut sql = select::records(entity, Depth::Row);
    sql.push(" WHERE t.company_id = ").bind(call.company()).push(" AND t.deal_id = ").bind(deal).push(" ORDER BY t.id");
    list::read_records(call, entity, Depth::Row, sql, Weight::Light).await
}

async fn has_installments(call: &Call, deal: i64) -> ApiResult<bool> {
    let mut sql = Sql::new("SELECT 1 FROM deal_installments WHERE company_id = ");
    sql.bind(call.company()).push(" AND deal_id = ").bind(deal).push(" LIMIT 1");
    Ok(!call.store().rows(sql, Weight::Light, 1).await?.is_empty())
}

/// A deal that gets another currency is worth what its rows come to in it, unless it is given a value, too.
pub fn follow_currency<'a>(call: &'a Call, deal: &'a mut Change, given: &'a Given) -> FollowUp<'a> {
    Box::pin(async move {
        if !deal.touches(deals::CURRENCY) || given.has(deals::VALUE) {
            return Ok(());
        }
        let mut sale = Sale::of(call, deal.clone()).await?;
        sale.revalue()?;
        *deal = sale.deal;
        Ok(())
    })
}

/// The rows, discounts and installments of a deal that is merged into another one go over to it; where there were any
/// rows, it is worth what it sells from then on.
pub async fn merge(call: &Call, removed: &Change, kept: &mut Change, batch: &mut Batch) -> ApiResult<()> {
    let mut from = Sale::of(call, removed.clone()).await?;
    let mut to = Sale::of(call, kept.clone()).await?;
    for installment in of_deal(call, &INSTALLMENT, removed.after.id).await? {
        let mut moved = installment.clone();
        moved.set(installment::DEAL, kept.after.id);
        rows::change(batch, &installment, &moved);
    }
    if from.rows.is_empty() && from.discounts.is_empty() {
        return Ok(());
    }
    let method = to.rows.first().and_then(|row| row.text(TAX_METHOD).map(str::to_owned));
    let first_free = next_order(&to.rows);
    for (order, mut row) in (first_free..).zip(std::mem::take(&mut from.rows)) {
        row.set(DEAL, kept.after.id);
        row.set(ORDER_NR, order);
        if let Some(method) = &method {
            row.set(TAX_METHOD, method.as_str());
        }
        to.rows.push(row);
    }
    for mut discount in std::mem::take(&mut from.discounts) {
        discount.set(discount::DEAL, kept.after.id);
        to.discounts.push(discount);
    }
    // They cut in the order in which they were given, whichever deal that was.
    to.discounts.sort_by_key(|discount| discount.id);
    // Nothing is new and nothing goes: what is there changes its deal.
    let before = [&from.rows_before[..], &to.rows_before].concat();
    let discounts_before = [&from.discounts_before[..], &to.discounts_before].concat();
    rows::replace(batch, &before, &to.rows);
    rows::replace(batch, &discounts_before, &to.discounts);
    batch.add_total(deals::DEAL.name, removed.after.id, "products_count", -pieces(&from.rows_before)?);
    batch.add_total(deals::DEAL.name, kept.after.id, "products_count", pieces(&to.rows)? - pieces(&to.rows_before)?);
    to.revalue()?;
    *kept = to.deal;
    Ok(())
}

/// The place after all rows; the first is 0 (semantics.md 17.2).
pub fn next_order(rows: &[Record]) -> i64 {
    rows.iter().filter_map(|row| row.get(ORDER_NR)).max().map_or(0, |last| last + 1)
}

/// Copies everything that a deal sells to another one that is just being made; answers how many pieces that are. The
/// original is held, so that its value, which the copy takes over, is that of what was copied.
pub async fn copy(call: &Call, original: &Record, copy: i64, batch: &mut Batch) -> ApiResult<i64> {
    let mut rows = of_deal(call, &DEAL_PRODUCT, original.id).await?;
    let count = pieces(&rows)?;
    for row in &mut rows {
        row.set(DEAL, copy);
        row.set(ADD_TIME, call.now);
        row.set(UPDATE_TIME, call.now);
    }
    let mut discounts = of_deal(call, &DISCOUNT_ENTITY, original.id).await?;
    for discount in &mut discounts {
        discount.set(discount::UUID, uuid::Uuid::new_v4().to_string());
        discount.set(discount::DEAL, copy);
        discount.set(discount::CREATED_AT, call.now);
        discount.set(discount::CREATED_BY, call.principal.user);
        discount.set(discount::UPDATED_AT, call.now);
        discount.set(discount::UPDATED_BY, call.principal.user);
    }
    let mut installments = of_deal(call, &INSTALLMENT, original.id).await?;
    installments.iter_mut().for_each(|installment| installment.set(installment::DEAL, copy));
    for records in [&mut rows, &mut discounts, &mut installments] {
        let Some(entity) = records.first().map(|record| record.entity) else { continue };
        let ids = call.store().next_ids(call.company(), entity.table, records.len() as i64).await?;
        for (record, id) in records.iter_mut().zip(ids) {
            record.id = id;
            record.version = 1;
        }
        rows::add(batch, records);
    }
    if !rows.is_empty() {
        batch.add_total(deals::DEAL.name, copy, "products_count", count);
        participants::hold(batch, original);
    }
    Ok(count)
}
