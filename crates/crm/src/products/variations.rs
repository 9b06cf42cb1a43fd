//! Variations of a product, such as its sizes, with prices of their own (semantics.md 17.1). They stand in the row of
//! their product as v2 lists them, so that they are copied, hidden and restored with it.

use super::prices::{self, Of, Price};
use super::{PRODUCT, PRODUCTS, UPDATE_TIME, VARIATIONS};
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::followers::{after_cursor, id_cursor};
use crate::json::Json;
use crate::list;
use crate::op::{Param, ParamKind};
use crate::select::Depth;
use crate::write;
use penstock_model::{Change, Record};
use serde_json::Map;

const LONGEST_NAME: usize = 255;
/// So many of one product.
const MOST: usize = 500;

const PRICES: Param = Param::new("prices", ParamKind::Json, "A list with a price for each currency; they replace those there are.");
const NAME: Param = Param::new("name", ParamKind::Text, "The name, at most 255 characters.");
/// The body of an operation that makes a variation, and of one that changes it.
pub const CREATE: &[Param] = &[NAME.required(), PRICES];
pub const UPDATE: &[Param] = &[NAME, PRICES];

/// A variation of a product.
#[derive(Debug, Clone, PartialEq)]
pub struct Variation {
    pub id: i64,
    pub name: String,
    pub prices: Vec<Price>,
}

/// The variations of a product in the order in which they came.
pub fn of(product: &Record) -> Vec<Variation> {
    from_kept(product.text(VARIATIONS).unwrap_or("[]"))
}

fn from_kept(text: &str) -> Vec<Variation> {
    let rows: Vec<Map<String, serde_json::Value>> = serde_json::from_str(text).unwrap_or_default();
    let variation = |row: &Map<String, serde_json::Value>| Variation {
        id: row.get("id").and_then(serde_json::Value::as_i64).unwrap_or_default(),
        name: row.get("name").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned(),
        prices: row.get("prices").map(|prices| prices::from_kept(&prices.to_string())).unwrap_or_default(),
    };
    rows.iter().map(variation).collect()
}

/// The ids of the variations that kept text holds.
pub fn ids_in(kept: &str) -> Vec<i64> {
    from_kept(kept).into_iter().map(|variation| variation.id).collect()
}

/// Puts variations into their product.
pub fn put(product: &mut Record, variations: &[Variation]) {
    let mut json = Json::default();
    json.begin_array();
    for variation in variations {
        variation.write(&mut json, product.id);
    }
    json.end_array();
    product.set(VARIATIONS, String::from_utf8(json.into_bytes()).unwrap_or_default());
}

impl Variation {
    fn write(&self, json: &mut Json, product: i64) {
        json.begin_object();
        json.key("id");
        json.int(self.id);
        json.key("name");
        json.string(&self.name);
        json.key("product_id");
        json.int(product);
        json.key("prices");
        // Kept variations have at least one price, each in another currency.
        json.raw(&prices::complete(self.prices.clone(), Of::Variation(self.id), "").unwrap_or_default());
        json.end_object();
    }
}

/// The variations of a v1 product, which shows them in its own row (semantics.md 10).
pub fn write_v1(json: &mut Json, call: &Call, product: &Record) {
    json.begin_array();
    for variation in of(product) {
        json.begin_object();
        json.key("id");
        json.int(variation.id);
        json.key("name");
        json.string(&variation.name);
        json.key("product_id");
        json.int(product.id);
        json.key("prices");
        prices::write_variation_v1(json, call, product.id, variation.id, &variation.prices);
        json.end_object();
    }
    json.end_array();
}

/// Lists the variations of a product by cursor.
pub async fn list(call: Call) -> ApiResult<Reply> {
    let limit = list::limit(&call, "limit")? as usize;
    let after = after_cursor(&call)?;
    let product = write::find(&call, PRODUCTS.entity, call.id(PRODUCT.title)?, Depth::Row).await?;
    let mut page: Vec<_> = of(&product).into_iter().filter(|variation| after.is_none_or(|id| variation.id > id)).collect();
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|last| id_cursor(last.id));
    Ok(call.data_and(
        |json| {
            json.begin_array();
            page.iter().for_each(|variation| variation.write(json, product.id));
            json.end_array();
        },
        |json| list::write_next_cursor(json, next.as_deref()),
    ))
}

/// Adds a variation to a product.
pub async fn add(call: Call) -> ApiResult<Reply> {
    let product = call.id(PRODUCT.title)?;
    let name = named(&call)?.ok_or_else(|| ApiError::invalid_key("name", "is required"))?;
    let prices = priced(&call)?.unwrap_or_default();
    let id = call.store().next_id(call.company(), "product_variations").await?;
    let made = Variation { id, name, prices: filled(&call, id, prices)? };
    change(&call, product, |variations| {
        if variations.len() >= MOST {
            return Err(ApiError::invalid(format!("a product has at most {MOST} variations")));
        }
        variations.push(made.clone());
        Ok(())
    })
    .await?;
    Ok(call.data(|json| made.write(json, product)))
}

/// Changes what was sent of a variation.
pub async fn update(call: Call) -> ApiResult<Reply> {
    let (product, id) = (call.id(PRODUCT.title)?, call.path_id(1, "Product variation")?);
    let (name, prices) = (named(&call)?, priced(&call)?);
    let prices = prices.map(|prices| filled(&call, id, prices)).transpose()?;
    let changed = change(&call, product, |variations| {
        let variation = variations.iter_mut().find(|variation| variation.id == id).ok_or_else(missing)?;
        if let Some(name) = &name {
            variation.name.clone_from(name);
        }
        if let Some(prices) = &prices {
            variation.prices.clone_from(prices);
        }
        Ok(())
    })
    .await?;
    let changed = changed.into_iter().find(|variation| variation.id == id).ok_or_else(missing)?;
    Ok(call.data(|json| changed.write(json, product)))
}

/// Removes a variation. Rows of deals that have it keep its id.
pub async fn remove(call: Call) -> ApiResult<Reply> {
    let (product, id) = (call.id(PRODUCT.title)?, call.path_id(1, "Product variation")?);
    change(&call, product, |variations| {
        let place = variations.iter().position(|variation| variation.id == id).ok_or_else(missing)?;
        variations.remove(place);
        Ok(())
    })
    .await?;
    Ok(call.deleted(id))
}

fn missing() -> ApiError {
    ApiError::not_found("Product variation")
}

/// Edits the variations of a product and answers them.
async fn change(call: &Call, product: i64, edit: impl Fn(&mut Vec<Variation>) -> ApiResult<()> + Send + Sync) -> ApiResult<Vec<Variation>> {
    let edit = &edit;
    write::commit(call, || {
        Box::pin(async move {
            let mut change = Change::update(write::find_live(call, PRODUCTS.entity, product).await?);
            let mut variations = of(&change.after);
            edit(&mut variations)?;
            put(&mut change.after, &variations);
            if change.touches(VARIATIONS) {
                change.after.set(UPDATE_TIME, call.now);
            }
            let mut batch = call.batch();
            batch.save(change);
            Ok((batch, variations))
        })
    })
    .await
}

/// The name of the request, where it has one.
fn named(call: &Call) -> ApiResult<Option<String>> {
    if !call.body.object()?.contains_key("name") {
        return Ok(None);
    }
    let name = call.body.text("name").map(str::trim).unwrap_or_default();
    match name.chars().count() {
        0 => Err(ApiError::invalid_key("name", "must not be empty")),
        1..=LONGEST_NAME => Ok(Some(name.to_owned())),
        _ => Err(ApiError::invalid_key("name", &format!("must not be longer than {LONGEST_NAME} characters"))),
    }
}

fn priced(call: &Call) -> ApiResult<Option<Vec<Price>>> {
    let given = call.body.get("prices");
    given.map(|given| prices::parsed(true, given).map_err(|problem| ApiError::invalid_key("prices", &problem))).transpose()
}

/// The prices of a new list; without any there is one of nothing in the currency of the caller (semantics.md 17.1).
fn filled(call: &Call, id: i64, prices: Vec<Price>) -> ApiResult<Vec<Price>> {
    let kept = prices::complete(prices, Of::Variation(id), call.currency()).map_err(|problem| ApiError::invalid_key("prices", &problem))?;
    Ok(prices::from_kept(&kept))
}
