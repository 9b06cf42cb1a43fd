//! The operations that attach products to deals, change and remove them (semantics.md 17.2).

use super::fields::*;
use super::sale::{self, Sale, next_order};
use super::view::Shown;
use super::worth::Row;
use crate::body::Body;
use crate::call::{Call, Reply};
use crate::deals::DEAL as DEAL_ENTITY;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::op::{Param, ParamKind, Version};
use crate::products::rules::{ONE_TIME, check_billing};
use crate::products::{PRODUCT as PRODUCT_ENTITY, variations};
use crate::records;
use crate::select;
use crate::write::{self, Given};
use penstock_model::{Change, Date, Money, Record};
use penstock_store::{Sql, Weight};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// So many rows in one call (semantics.md 30).
const MOST: usize = 100;
/// So far from today may billing begin.
const START_YEARS: i64 = 10;

/// The body of the operation that attaches several products.
pub const BULK: &[Param] = &[Param::new("data", ParamKind::Json, "Up to 100 products to attach.").required()];
pub const REMOVE_MANY: &[Param] = &[Param::new("ids", ParamKind::Ids, "Only these rows, comma separated; without it up to 100.")];

/// Attaches one product.
pub async fn add(call: Call) -> ApiResult<Reply> {
    let requests = [call.body.object()?.clone()];
    let (deal, added) = attach(&call, &requests).await?;
    show(&call, &deal, &added).await
}

/// Attaches several products, all of them or none.
pub async fn add_many(call: Call) -> ApiResult<Reply> {
    let data = call.body.get("data").and_then(serde_json::Value::as_array);
    let data = data.ok_or_else(|| ApiError::invalid_key("data", "The value is not a valid 'array'"))?;
    if !(1..=MOST).contains(&data.len()) {
        return Err(ApiError::invalid_key("data", &format!("must have from 1 to {MOST} items")));
    }
    let object = |item: &serde_json::Value| item.as_object().cloned();
    let requests: Option<Vec<_>> = data.iter().map(object).collect();
    let requests = requests.ok_or_else(|| ApiError::invalid_key("data", "The value is not a valid 'object'"))?;
    let (deal, added) = attach(&call, &requests).await?;
    let shown = Shown::of(&call, std::slice::from_ref(&deal), &added).await?;
    Ok(call.data(|json| {
        json.begin_array();
        added.iter().for_each(|row| shown.write(json, row));
        json.end_array();
    }))
}

type Request = serde_json::Map<String, serde_json::Value>;

/// Adds a row for each request; answers the deal as it will be, and the rows.
async fn attach(call: &Call, requests: &[Request]) -> ApiResult<(Record, Vec<Record>)> {
    let deal = call.id(DEAL_ENTITY.title)?;
    let ids: Vec<_> = call.store().next_ids(call.company(), DEAL_PRODUCT.table, requests.len() as i64).await?.collect();
    let ids = &ids;
    write::commit(call, || {
        Box::pin(async move {
            let mut sale = Sale::open(call, deal).await?;
            let mut products = Products::default();
            let mut method = None;
            for (place, (request, id)) in requests.iter().zip(ids).enumerate() {
                let row = new_row(call, &sale, request, *id, &mut products).await;
                let (row, given) = row.map_err(|error| if requests.len() == 1 { error } else { in_item(error, place) })?;
                if given.has(TAX_METHOD) {
                    method = row.text(TAX_METHOD).map(str::to_owned);
                }
                sale.rows.push(row);
            }
            share_method(call, &mut sale, method.as_deref());
            sale.check()?;
            let added: Vec<_> = sale.rows.iter().filter(|row| ids.contains(&row.id)).cloned().collect();
            let deal = sale.deal.after.clone();
            let mut batch = call.batch();
            sale.save(call, &mut batch)?;
            Ok((batch, (deal, added)))
        })
    })
    .await
}

/// Says in which item of the list something is wrong.
fn in_item(error: ApiError, place: usize) -> ApiError {
    match error {
        ApiError::Invalid(text) => ApiError::Invalid(format!("data[{place}].{text}")),
        other => other,
    }
}

async fn new_row(call: &Call, sale: &Sale, request: &Request, id: i64, products: &mut Products) -> ApiResult<(Record, Given)> {
    let mut change = Change::insert(Record::blank(&DEAL_PRODUCT, id));
    let given = fill(call, &mut change, request)?;
    for (col, key) in [(PRODUCT.index, "product_id"), (ITEM_PRICE.index, "item_price"), (QUANTITY.index, "quantity")] {
        if change.after.values[col].is_null() {
            return Err(ApiError::invalid_key(key, "is required"));
        }
    }
    let row = &mut change.after;
    row.set(DEAL, sale.deal.after.id);
    row.set(ORDER_NR, next_order(&sale.rows));
    row.set(ADD_TIME, call.now);
    row.set(UPDATE_TIME, call.now);
    for col in [DISCOUNT, TAX] {
        if row.get(col).is_none() {
            row.set(col, Money::ZERO);
        }
    }
    // The tax method is one for the whole deal; that of the first row is the default of the user settings.
    let method = sale.rows.first().and_then(|row| row.text(TAX_METHOD)).unwrap_or("inclusive");
    for (col, default) in [(DISCOUNT_TYPE, "percentage"), (TAX_METHOD, method), (FREQUENCY, ONE_TIME)] {
        if row.text(col).is_none() {
            row.set(col, default);
        }
    }
    if row.get(IS_ENABLED).is_none() {
        row.set(IS_ENABLED, true);
    }
    complete(call, sale, &mut change, &given, products).await?;
    Ok((change.after, given))
}

/// Puts the keys of a request into the row, which may be one of several in the body.
fn fill(call: &Call, change: &mut Change, request: &Request) -> ApiResult<Given> {
    let mut call = call.clone();
    call.body = Body::Object(Arc::new(request.clone()));
    write::fill(&call, change)
}

/// Changes the sent fields of a row.
pub async fn update(call: Call) -> ApiResult<Reply> {
    let (deal, id) = (call.id(DEAL_ENTITY.title)?, call.path_id(1, DEAL_PRODUCT.title)?);
    let request = call.body.object()?;
    let call = &call;
    let (deal, row) = write::commit(call, || {
        Box::pin(async move {
            let mut sale = Sale::open(call, deal).await?;
            let mut change = Change::update(sale.row(id)?.clone());
            let given = fill(call, &mut change, request)?;
            complete(call, &sale, &mut change, &given, &mut Products::default()).await?;
            if change.differences().next().is_some() {
                change.after.set(UPDATE_TIME, call.now);
            }
            let method = change.after.text(TAX_METHOD).filter(|_| given.has(TAX_METHOD)).map(str::to_owned);
            *sale.row(id)? = change.after.clone();
            share_method(call, &mut sale, method.as_deref());
            sale.check()?;
            let deal = sale.deal.after.clone();
            let mut batch = call.batch();
            sale.save(call, &mut batch)?;
            Ok((batch, (deal, change.after)))
        })
    })
    .await?;
    show(call, &deal, &[row]).await
}

/// Lets all rows of the deal have the tax method that one was given (semantics.md 17.2).
fn share_method(call: &Call, sale: &mut Sale, method: Option<&str>) {
    let Some(method) = method else { return };
    for row in sale.rows.iter_mut().filter(|row| row.text(TAX_METHOD) != Some(method)) {
        row.set(TAX_METHOD, method);
        row.set(UPDATE_TIME, call.now);
    }
}

/// What rows need to know of products: name and variations of those that the caller may see and use.
#[derive(Default)]
struct Products(BTreeMap<i64, Vec<i64>>);

impl Products {
    /// The ids of the variations of a product that can be attached; `None` where it cannot.
    async fn variations(&mut self, call: &Call, id: i64) -> ApiResult<Option<Vec<i64>>> {
        if let Some(known) = self.0.get(&id) {
            return Ok(Some(known.clone()));
        }
        let mut sql = Sql::new("SELECT t.variations FROM products t");
        select::scope(&mut sql, call, &PRODUCT_ENTITY);
        sql.push(" AND t.id = ").bind(id).push(" AND t.is_deleted = 0 AND t.is_linkable = 1");
        let kept = call.store().read(sql, Weight::Light, None, |kept, row| *kept = row.text(0).map(str::to_owned)).await?;
        let Some(kept) = kept else { return Ok(None) };
        let ids = variations::ids_in(&kept);
        self.0.insert(id, ids.clone());
        Ok(Some(ids))
    }
}

/// Completes and checks a row: amounts, billing, and what it names.
async fn complete(call: &Call, sale: &Sale, change: &mut Change, given: &Given, products: &mut Products) -> ApiResult<()> {
    if change.after.text(COMMENTS).is_none() {
        // v2 shows an empty text where there is no comment (semantics.md 10).
        change.after.set(COMMENTS, "");
    }
    check_amounts(&change.after)?;
    check_dates(call, change)?;
    if !given.has(CYCLES) && change.after.text(FREQUENCY) == Some(ONE_TIME) {
        change.after.clear(CYCLES);
    }
    let is_new = change.touches(FREQUENCY) || change.touches(CYCLES);
    check_billing(change.after.text(FREQUENCY).unwrap_or(ONE_TIME), change.after.get(CYCLES), is_new)?;
    Row::of(&change.after).sum(sale.decimals()).map_err(sale::too_large)?;
    check_product(call, change, given, products).await
}

fn check_amounts(row: &Record) -> ApiResult<()> {
    for (col, key) in [(ITEM_PRICE, "item_price"), (QUANTITY, "quantity"), (DISCOUNT, "discount"), (TAX, "tax")] {
        if row.get(col).is_some_and(|amount| amount < Money::ZERO) {
            return Err(ApiError::invalid_key(key, "must not be negative"));
        }
    }
    Ok(())
}

fn check_dates(call: &Call, change: &Change) -> ApiResult<()> {
    let Some(start) = change.after.get(START_DATE).filter(|_| change.touches(START_DATE)) else { return Ok(()) };
    let today: Date = call.now.date_in(call.timezone());
    let months = START_YEARS * 12;
    if start < today.plus_months(-months) || start > today.plus_months(months) {
        return Err(ApiError::invalid_key("billing_start_date", &format!("must be within {START_YEARS} years of today")));
    }
    Ok(())
}

/// A row names a product that the caller may see, that is there and may be attached, and a variation of that product.
/// What it named before stays, whatever has become of it.
async fn check_product(call: &Call, change: &mut Change, given: &Given, products: &mut Products) -> ApiResult<()> {
    if change.touches(PRODUCT) && !given.has(VARIATION) {
        change.after.clear(VARIATION);
    }
    if !change.touches(PRODUCT) && !change.touches(VARIATION) {
        return Ok(());
    }
    let known = products.variations(call, change.after.get(PRODUCT).unwrap_or_default()).await?;
    let known = known.ok_or_else(|| ApiError::invalid_key("product_id", "Product not found or not accessible."))?;
    match change.after.get(VARIATION) {
        Some(id) if !known.contains(&id) => {
            Err(ApiError::invalid_key("product_variation_id", "Product variation not found or not accessible."))
        }
        _ => Ok(()),
    }
}

/// Removes one row.
pub async fn remove(call: Call) -> ApiResult<Reply> {
    let (deal, id) = (call.id(DEAL_ENTITY.title)?, call.path_id(1, DEAL_PRODUCT.title)?);
    let call = &call;
    write::commit(call, || {
        Box::pin(async move {
            let mut sale = Sale::open(call, deal).await?;
            sale.row(id)?;
            sale.rows.retain(|row| row.id != id);
            let mut batch = call.batch();
            sale.save(call, &mut batch)?;
            Ok((batch, ()))
        })
    })
    .await?;
    let write_id = |json: &mut Json| {
        json.begin_object();
        json.key("id");
        json.int(id);
        json.end_object();
    };
    Ok(match call.version() {
        Version::V1 => call.data(write_id),
        Version::V2 => call.data_and(write_id, records::write_nothing_more),
    })
}

/// Removes the named rows, all of them or none, or the first hundred of the deal.
pub async fn remove_many(call: Call) -> ApiResult<Reply> {
    let deal = call.id(DEAL_ENTITY.title)?;
    let named: Option<HashSet<i64>> = call.args.ids("ids").map(|ids| ids.iter().copied().collect());
    let (call, named) = (&call, &named);
    let (gone, more) = write::commit(call, || {
        Box::pin(async move {
            let mut sale = Sale::open(call, deal).await?;
            let gone: Vec<i64> = match named {
                None => sale.rows.iter().take(MOST).map(|row| row.id).collect(),
                Some(ids) => sale.rows.iter().map(|row| row.id).filter(|id| ids.contains(id)).collect(),
            };
            if named.as_ref().is_some_and(|ids| ids.len() != gone.len()) {
                return Err(ApiError::not_found(DEAL_PRODUCT.title));
            }
            sale.rows.retain(|row| !gone.contains(&row.id));
            let more = named.is_none() && !sale.rows.is_empty();
            let mut batch = call.batch().bulk();
            sale.save(call, &mut batch)?;
            Ok((batch, (gone, more)))
        })
    })
    .await?;
    Ok(call.data_and(
        |json| {
            json.begin_object();
            json.key("ids");
            json.begin_array();
            gone.iter().for_each(|id| json.int(*id));
            json.end_array();
            json.end_object();
        },
        |json| {
            json.key("additional_data");
            json.begin_object();
            json.key("more_items_in_collection");
            json.bool(more);
            json.end_object();
        },
    ))
}

/// The one row of a change. v1 says its id once more, under the name that later paths have for it.
async fn show(call: &Call, deal: &Record, rows: &[Record]) -> ApiResult<Reply> {
    let shown = Shown::of(call, std::slice::from_ref(deal), rows).await?;
    let write_v1 = |json: &mut Json, row: &Record| {
        json.begin_object();
        shown.write_v1(json, row);
        json.key("product_attachment_id");
        json.int(row.id);
        json.end_object();
    };
    Ok(match call.version() {
        Version::V1 => call.data(|json| rows.iter().for_each(|row| write_v1(json, row))),
        Version::V2 => call.data_and(|json| rows.iter().for_each(|row| shown.write(json, row)), records::write_nothing_more),
    })
}
