//! The lists of what deals sell: of one deal, of several, and of the deals of a person.

use super::fields::*;
use super::sale::of_deal;
use super::view::Shown;
use crate::call::{Call, Reply};
use crate::deals::{self, DEAL as DEAL_ENTITY, DEALS};
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list::{self, Offset};
use crate::op::{Param, ParamKind};
use crate::params::{CURSOR, LIMIT, SORT_DIRECTION, START};
use crate::persons::PERSONS;
use crate::products::{PRODUCT as PRODUCT_ENTITY, PRODUCTS};
use crate::rights::{self, Scan};
use crate::select::{self, Depth};
use crate::view::write_money;
use crate::view_v1::{Form, ViewV1};
use crate::write;
use penstock_model::{Entity, Record};
use penstock_store::{Sql, Weight};
use std::collections::{BTreeMap, BTreeSet};

const DEAL_IDS: Param = Param::new("deal_ids", ParamKind::Ids, "The deals, comma separated, at most 100.").required();
const SORT_OF_DEAL: Param =
    Param::new("sort_by", ParamKind::Choice(&["id", "add_time", "update_time", "order_nr"]), "The field that orders the list.");
const SORT_OF_DEALS: Param =
    Param::new("sort_by", ParamKind::Choice(&["id", "deal_id", "add_time", "update_time", "order_nr"]), "The field that orders the list.");
const SORT_INSTALLMENTS: Param =
    Param::new("sort_by", ParamKind::Choice(&["id", "billing_date", "deal_id"]), "The field that orders the list.");
const INCLUDE_PRODUCT: Param =
    Param::new("include_product_data", ParamKind::Bool, "With 1 each row shows its product, as far as the caller may see it.");

pub const OF_DEAL: &[Param] = &[CURSOR, LIMIT, SORT_OF_DEAL, SORT_DIRECTION];
pub const OF_DEALS: &[Param] = &[DEAL_IDS, CURSOR, LIMIT, SORT_OF_DEALS, SORT_DIRECTION];
pub const OF_DEAL_V1: &[Param] = &[START, LIMIT, INCLUDE_PRODUCT];
pub const INSTALLMENTS: &[Param] = &[DEAL_IDS, CURSOR, LIMIT, SORT_INSTALLMENTS, SORT_DIRECTION];
pub const OF_PERSON: &[Param] = &[START, LIMIT];

/// v2: the rows of one deal, by cursor.
pub async fn of_one(call: Call) -> ApiResult<Reply> {
    let deal = write::find(&call, &DEAL_ENTITY, call.id(DEAL_ENTITY.title)?, Depth::Row).await?;
    let (rows, next) = list::cursor_records(&call, &DEAL_PRODUCT, |_, sql| {
        sql.push(" AND t.deal_id = ").bind(deal.id);
        Ok(())
    })
    .await?;
    let shown = Shown::of(&call, std::slice::from_ref(&deal), &rows).await?;
    Ok(page(&call, &rows, next.as_deref(), |json, row| shown.write(json, row)))
}

/// v2: the rows of several deals, by cursor. Deals that the caller may not see are left out.
pub async fn of_many(call: Call) -> ApiResult<Reply> {
    let (rows, next) = list::cursor_records(&call, &DEAL_PRODUCT, of_visible_deals).await?;
    let deals = deals(&call, &rows, DEAL).await?;
    let shown = Shown::of(&call, &deals, &rows).await?;
    Ok(page(&call, &rows, next.as_deref(), |json, row| shown.write(json, row)))
}

/// v2: the installments of several deals, by cursor.
pub async fn installments(call: Call) -> ApiResult<Reply> {
    let (rows, next) = list::cursor_records(&call, &INSTALLMENT, of_visible_deals).await?;
    Ok(page(&call, &rows, next.as_deref(), write_installment))
}

/// The parameter `deal_ids`, as far as the caller may see the deals and they are not deleted.
fn of_visible_deals(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    let ids = call.args.ids("deal_ids").unwrap_or_default();
    sql.push(" AND t.deal_id IN (SELECT d.id FROM deals d WHERE d.company_id = ").bind(call.company());
    sql.push(" AND d.is_deleted = 0 AND ");
    call.store().dialect().among(sql, "d.id", ids.iter().copied());
    rights::visible(sql, call, DEAL_ENTITY.name, "d", Scan::Page);
    sql.push(")");
    Ok(())
}

fn page(call: &Call, rows: &[Record], next: Option<&str>, write: impl Fn(&mut Json, &Record)) -> Reply {
    call.data_and(
        |json| {
            json.begin_array();
            rows.iter().for_each(|row| write(json, row));
            json.end_array();
        },
        |json| list::write_next_cursor(json, next),
    )
}

pub fn write_installment(json: &mut Json, row: &Record) {
    json.begin_object();
    json.key("id");
    json.int(row.id);
    json.key("amount");
    write_money(json, row.get(installment::AMOUNT).unwrap_or_default());
    json.key("billing_date");
    json.string_or_null(row.get(installment::BILLING_DATE).map(|date| date.to_string()).as_deref());
    json.key("deal_id");
    json.int_or_null(row.get(installment::DEAL));
    json.key("description");
    json.string_or_null(row.text(installment::DESCRIPTION));
    json.end_object();
}

/// The deals that rows belong to.
async fn deals(call: &Call, rows: &[Record], of: penstock_model::Col<i64>) -> ApiResult<Vec<Record>> {
    let ids: BTreeSet<i64> = rows.iter().filter_map(|row| row.get(of)).collect();
    list::by_ids(call, &DEAL_ENTITY, &ids.into_iter().collect::<Vec<_>>()).await
}

/// v1: the rows of one deal by offset, with the totals of all of them.
pub async fn of_one_v1(call: Call) -> ApiResult<Reply> {
    let deal = write::find(&call, &DEAL_ENTITY, call.id(DEAL_ENTITY.title)?, Depth::Row).await?;
    let page = Offset::of(&call, &DEAL_PRODUCT, &[])?;
    let mut all = of_deal(&call, &DEAL_PRODUCT, deal.id).await?;
    all.sort_by_key(|row| (row.get(ORDER_NR), row.id));
    let start = all.len().min(usize::try_from(page.start).unwrap_or(usize::MAX));
    let end = all.len().min(start.saturating_add(page.limit as usize));
    let (rows, more) = (&all[start..end], end < all.len());
    let products = if call.args.flag("include_product_data") { products(&call, rows, PRODUCT).await? } else { Vec::new() };
    let view = ViewV1::of(&call, &PRODUCTS, &products, Form::Nested).await?;
    let shown = Shown::of(&call, std::slice::from_ref(&deal), rows).await?;
    Ok(call.data_and(
        |json| {
            if rows.is_empty() {
                return json.null();
            }
            json.begin_array();
            for row in rows {
                json.begin_object();
                shown.write_v1(json, row);
                if call.args.flag("include_product_data") {
                    json.key("product");
                    match products.iter().find(|product| Some(product.id) == row.get(PRODUCT)) {
                        Some(product) => view.write(json, product),
                        None => json.null(),
                    }
                }
                json.end_object();
            }
            json.end_array();
        },
        |json| {
            json.key("additional_data");
            json.begin_object();
            shown.write_totals_v1(json, &deal, &all);
            list::write_pagination(json, page.start, page.limit, more);
            json.end_object();
            view.related.write_objects(json, &call, &products);
        },
    ))
}

/// The products that rows name, as far as the caller may see them.
async fn products(call: &Call, rows: &[Record], of: penstock_model::Col<i64>) -> ApiResult<Vec<Record>> {
    visible(call, &PRODUCT_ENTITY, rows.iter().filter_map(|row| row.get(of)).collect()).await
}

async fn visible(call: &Call, entity: &'static Entity, ids: BTreeSet<i64>) -> ApiResult<Vec<Record>> {
    let mut sql = select::records(entity, Depth::Everything);
    select::scope(&mut sql, call, entity);
    sql.push(" AND ");
    call.store().dialect().among(&mut sql, "t.id", ids);
    select::not_purged(&mut sql, call, entity);
    list::read_records(call, entity, Depth::Everything, sql, Weight::Light).await
}

/// v1: what was sold in the deals of a person, or in those where the person takes part: a row for each product of each
/// deal, under the id of the deal (semantics.md 18).
pub async fn of_person(call: Call) -> ApiResult<Reply> {
    let person = write::find(&call, PERSONS.entity, call.id(PERSONS.entity.title)?, Depth::Row).await?.id;
    let offset = Offset::of(&call, &DEAL_PRODUCT, &[("id", false)])?.scanning();
    let of_person = |call: &Call, sql: &mut Sql| {
        // The own person of a deal is one of its participants.
        sql.push(" AND t.deal_id IN (SELECT d.id FROM participants p JOIN deals d ON d.company_id = p.company_id AND d.id = p.deal_id");
        sql.push(" WHERE p.company_id = ").bind(call.company()).push(" AND p.person_id = ").bind(person);
        sql.push(" AND d.is_deleted = 0");
        rights::visible(sql, call, DEAL_ENTITY.name, "d", Scan::Page);
        sql.push(") AND EXISTS (SELECT 1 FROM products o WHERE o.company_id = t.company_id AND o.id = t.product_id");
        rights::visible(sql, call, PRODUCT_ENTITY.name, "o", Scan::Page);
        sql.push(")");
        Ok(())
    };
    let (rows, more) = offset.records(&call, &DEAL_PRODUCT, of_person).await?;
    let deals = deals(&call, &rows, DEAL).await?;
    let products = products(&call, &rows, PRODUCT).await?;
    let deal_view = ViewV1::of(&call, &DEALS, &deals, Form::Flat).await?;
    let product_view = ViewV1::of(&call, &PRODUCTS, &products, Form::Flat).await?;
    let deals: BTreeMap<i64, &Record> = deals.iter().map(|deal| (deal.id, deal)).collect();
    let products: BTreeMap<i64, &Record> = products.iter().map(|product| (product.id, product)).collect();
    Ok(call.data_and(
        |json| {
            if rows.is_empty() {
                return json.null();
            }
            json.begin_array();
            for row in &rows {
                let (Some(deal), Some(product)) = (row.get(DEAL), row.get(PRODUCT)) else { continue };
                json.begin_object();
                json.key(&deal.to_string());
                json.begin_object();
                json.key("deal");
                write_deal(json, &deal_view, deals.get(&deal).copied());
                json.key("product");
                write_product(json, &product_view, products.get(&product).copied(), deal);
                json.end_object();
                json.end_object();
            }
            json.end_array();
        },
        |json| {
            offset.write_pagination(json, more);
        },
    ))
}

fn write_deal(json: &mut Json, view: &ViewV1<'_>, deal: Option<&Record>) {
    let Some(deal) = deal else { return json.null() };
    json.begin_object();
    json.key("company_id");
    json.int(view.directory().company.id.0);
    view.write_members(json, deal);
    // When the deal was added first; Penstock never changes that.
    json.key("first_add_time");
    match deal.get(deals::ADD_TIME) {
        Some(time) => json.plain_string(|out| time.write_v1(out)),
        None => json.null(),
    }
    json.end_object();
}

fn write_product(json: &mut Json, view: &ViewV1<'_>, product: Option<&Record>, deal: i64) {
    let Some(product) = product else { return json.null() };
    json.begin_object();
    view.write_members(json, product);
    json.key("deal_id");
    json.int(deal);
    json.end_object();
}

/// The additional discounts of a deal, in the order in which they cut.
pub async fn discounts(call: Call) -> ApiResult<Reply> {
    let deal = write::find(&call, &DEAL_ENTITY, call.id(DEAL_ENTITY.title)?, Depth::Row).await?;
    let discounts = of_deal(&call, &DISCOUNT_ENTITY, deal.id).await?;
    Ok(call.data(|json| {
        json.begin_array();
        discounts.iter().for_each(|discount| write_discount(json, discount));
        json.end_array();
    }))
}

pub fn write_discount(json: &mut Json, row: &Record) {
    json.begin_object();
    json.key("id");
    json.string_or_null(row.text(discount::UUID));
    json.key("description");
    json.string_or_null(row.text(discount::DESCRIPTION));
    json.key("amount");
    write_money(json, row.get(discount::AMOUNT).unwrap_or_default());
    json.key("type");
    json.string_or_null(row.text(discount::TYPE));
    json.key("deal_id");
    json.int_or_null(row.get(discount::DEAL));
    for (at, time, by, user) in [
        ("created_at", discount::CREATED_AT, "created_by", discount::CREATED_BY),
        ("updated_at", discount::UPDATED_AT, "updated_by", discount::UPDATED_BY),
    ] {
        json.key(at);
        match row.get(time) {
            Some(time) => json.plain_string(|out| time.write_v2(out)),
            None => json.null(),
        }
        json.key(by);
        json.int_or_null(row.get(user).map(|user| user.0));
    }
    json.end_object();
}

/// Not found, in the words of the API.
pub fn missing(entity: &'static Entity) -> ApiError {
    ApiError::not_found(entity.title)
}
