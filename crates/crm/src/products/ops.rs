//! The operations of products.

use super::{ADD_TIME, NAME, PRICES, PRODUCT, UPDATE_TIME};
use super::{PRODUCTS, list, variations};
use crate::call::{Call, Reply};
use crate::changelog;
use crate::deals;
use crate::error::{ApiError, ApiResult};
use crate::followers;
use crate::list as pages;
use crate::list::Offset;
use crate::op::Method::{Delete, Get, Patch, Post, Put};
use crate::op::Version::{V1, V2};
use crate::op::{Op, Param, ParamKind, Takes, Version};
use crate::params::*;
use crate::permitted_users;
use crate::records;
use crate::run;
use crate::select;
use crate::users::permissions::Permission;
use crate::view_v1::{Form, ViewV1, write_rows};
use crate::write;
use penstock_model::{Change, Record};
use penstock_store::{Sql, Weight};

const READ: &str = "products:read,products:full";
const FULL: &str = "products:full";

const SORT_BY_NAME: Param = Param::new(
    "sort_by",
    ParamKind::Choice(&["id", "name", "add_time", "update_time"]),
    "The field that orders the list; `id` where absent.",
);
const GET_SUMMARY: Param = Param::new("get_summary", ParamKind::Bool, "With 1 the number of all listed products, page or not.");

const LIST: &[Param] = &[OWNER_ID, IDS, FILTER_ID, CURSOR, LIMIT, SORT_BY_NAME, SORT_DIRECTION, UPDATED_SINCE, CUSTOM_FIELDS];
const LIST_V1: &[Param] = &[USER_ID, FILTER_ID, IDS, FIRST_CHAR, GET_SUMMARY, START, LIMIT];

const fn op(version: Version, method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(version, method, path, id, run).tag("Products").scopes(FULL)
}

pub const OPS: &[Op] = &[
    op(V2, Get, "/products", "getProducts", run!(pages::page(&PRODUCT, list::live)))
        .scopes(READ)
        .cost(10)
        .query(LIST)
        .about("Lists products that are not deleted"),
    op(V2, Post, "/products", "addProduct", run!(add))
        .cost(5)
        .takes(Takes::Record(&PRODUCT))
        .created()
        .needs(Permission::AddProducts)
        .about("Creates a product"),
    op(V2, Get, "/products/{id}", "getProduct", run!(one)).scopes(READ).cost(1).about("Shows one product"),
    op(V2, Patch, "/products/{id}", "updateProduct", run!(update))
        .cost(5)
        .takes(Takes::Record(&PRODUCT))
        .needs(Permission::EditProducts)
        .about("Changes the sent fields of a product"),
    op(V2, Delete, "/products/{id}", "deleteProduct", run!(remove)).cost(3).about("Marks a product as deleted"),
    op(V2, Post, "/products/{id}/duplicate", "duplicateProduct", run!(duplicate))
        .cost(5)
        .created()
        .needs(Permission::AddProducts)
        .about("Copies a product"),
    op(V1, Get, "/products", "getProducts", run!(list_v1)).scopes(READ).cost(20).query(LIST_V1).about("Lists products by offset"),
    op(V1, Post, "/products", "addProduct", run!(add))
        .cost(10)
        .takes(Takes::Record(&PRODUCT))
        .created()
        .needs(Permission::AddProducts)
        .about("Creates a product"),
    op(V1, Get, "/products/{id}", "getProduct", run!(one)).scopes(READ).cost(2).about("Shows one product"),
    op(V1, Put, "/products/{id}", "updateProduct", run!(update))
        .cost(10)
        .takes(Takes::Record(&PRODUCT))
        .needs(Permission::EditProducts)
        .about("Changes the sent fields of a product"),
    op(V1, Delete, "/products/{id}", "deleteProduct", run!(remove)).cost(6).about("Marks a product as deleted"),
    op(V1, Get, "/products/{id}/deals", "getProductDeals", run!(deals::linked::of_product))
        .scopes("deals:read,deals:full")
        .cost(20)
        .query(deals::linked::OF_PRODUCT)
        .about("Lists the deals that a product is attached to"),
    op(V1, Get, "/products/{id}/permittedUsers", "getProductUsers", run!(permitted_users::list(&PRODUCTS)))
        .scopes(READ)
        .cost(10)
        .about("Lists the users who may see a product"),
    op(V1, Get, "/products/{id}/followers", "getProductFollowers", run!(followers::list(&PRODUCTS)))
        .scopes(READ)
        .cost(20)
        .query(&[START, LIMIT])
        .about("Lists the followers of a product"),
    op(V1, Post, "/products/{id}/followers", "addProductFollower", run!(followers::add(&PRODUCTS)))
        .cost(10)
        .takes(Takes::Keys(followers::KEYS))
        .created()
        .about("Adds a follower to a product"),
    op(V1, Delete, "/products/{id}/followers/{follower_id}", "deleteProductFollower", run!(followers::remove(&PRODUCTS)))
        .cost(6)
        .about("Removes a follower from a product"),
    op(V2, Get, "/products/{id}/followers", "getProductFollowers", run!(followers::list(&PRODUCTS)))
        .scopes(READ)
        .cost(10)
        .query(followers::LIST_V2)
        .about("Lists the followers of a product"),
    op(V2, Post, "/products/{id}/followers", "addProductFollower", run!(followers::add(&PRODUCTS)))
        .cost(5)
        .takes(Takes::Keys(followers::KEYS))
        .created()
        .about("Adds a follower to a product"),
    op(V2, Delete, "/products/{id}/followers/{follower_id}", "deleteProductFollower", run!(followers::remove(&PRODUCTS)))
        .cost(3)
        .about("Removes a follower from a product"),
    op(V2, Get, "/products/{id}/followers/changelog", "getProductFollowersChangelog", run!(changelog::followers(&PRODUCTS)))
        .scopes(READ)
        .cost(10)
        .query(changelog::QUERY)
        .about("Lists who began and who ceased to follow a product"),
    op(V2, Get, "/products/{id}/variations", "getProductVariations", run!(variations::list))
        .scopes(READ)
        .cost(10)
        .query(&[CURSOR, LIMIT])
        .about("Lists the variations of a product"),
    op(V2, Post, "/products/{id}/variations", "addProductVariation", run!(variations::add))
        .cost(5)
        .takes(Takes::Keys(variations::CREATE))
        .created()
        .needs(Permission::EditProducts)
        .about("Adds a variation to a product"),
    op(V2, Patch, "/products/{id}/variations/{product_variation_id}", "updateProductVariation", run!(variations::update))
        .cost(5)
        .takes(Takes::Keys(variations::UPDATE))
        .needs(Permission::EditProducts)
        .about("Changes the sent parts of a variation"),
    op(V2, Delete, "/products/{id}/variations/{product_variation_id}", "deleteProductVariation", run!(variations::remove))
        .cost(3)
        .needs(Permission::EditProducts)
        .about("Removes a variation"),
];

/// Single answers of v2 have `additional_data`, and it is null; a new product is as old as its last update (semantics.md
/// 31.2, 31.3).
async fn show(call: &Call, id: i64) -> ApiResult<Reply> {
    match call.version() {
        Version::V1 => records::show(call, &PRODUCTS, id).await,
        Version::V2 => records::show_v2_with(call, &PRODUCTS, id, records::write_nothing_more).await,
    }
}

async fn add(call: Call) -> ApiResult<Reply> {
    let id = records::create(&call, &PRODUCTS).await?;
    show(&call, id).await
}

async fn one(call: Call) -> ApiResult<Reply> {
    show(&call, call.id(PRODUCT.title)?).await
}

async fn update(call: Call) -> ApiResult<Reply> {
    let id = records::change(&call, &PRODUCTS).await?;
    show(&call, id).await
}

async fn remove(call: Call) -> ApiResult<Reply> {
    let id = call.id(PRODUCT.title)?;
    records::delete(call.clone(), &PRODUCTS).await?;
    Ok(match call.version() {
        Version::V1 => call.deleted(id),
        Version::V2 => call.data_and(
            |json| {
                json.begin_object();
                json.key("id");
                json.int(id);
                json.end_object();
            },
            records::write_nothing_more,
        ),
    })
}

/// The longest name, and what a copy adds to it.
const LONGEST_NAME: usize = 255;
const SUFFIX: &str = " (copy)";

/// Copies a product with its prices, variations and custom fields (semantics.md 16).
async fn duplicate(call: Call) -> ApiResult<Reply> {
    let original = write::find_live(&call, &PRODUCT, call.id(PRODUCT.title)?).await?;
    let id = call.store().next_id(call.company(), PRODUCT.table).await?;
    let copy = copy(&call, &original, id).await?;
    let mut batch = call.batch();
    batch.save(Change::insert(copy));
    write::save(&call, batch).await?;
    show(&call, id).await
}

async fn copy(call: &Call, original: &Record, id: i64) -> ApiResult<Record> {
    let mut copy = Record::blank(&PRODUCT, id);
    for (index, field) in PRODUCT.fields.iter().enumerate().filter(|(_, field)| field.key != "id") {
        if field.place == penstock_model::Place::Row {
            copy.values[index] = original.values[index].clone();
        }
    }
    let name: String = original.text(NAME).unwrap_or_default().chars().take(LONGEST_NAME - SUFFIX.len()).collect();
    copy.set(NAME, name + SUFFIX);
    copy.set(ADD_TIME, call.now);
    copy.set(UPDATE_TIME, call.now);
    let prices = super::prices::from_kept(original.text(PRICES).unwrap_or("[]"));
    let prices = super::prices::complete(prices, super::prices::Of::Product(id), &call.directory.company.currency);
    copy.set(PRICES, prices.map_err(ApiError::Internal)?);
    let mut copies = variations::of(original);
    for variation in &mut copies {
        variation.id = call.store().next_id(call.company(), "product_variations").await?;
    }
    variations::put(&mut copy, &copies);
    Ok(copy)
}

async fn list_v1(call: Call) -> ApiResult<Reply> {
    let offset = Offset::of(&call, &PRODUCT, &[("id", false)])?;
    let (products, more) = offset.records(&call, &PRODUCT, list::live_v1).await?;
    let total = if call.args.flag("get_summary") { Some(count(&call).await?) } else { None };
    let view = ViewV1::of(&call, &PRODUCTS, &products, Form::Nested).await?;
    Ok(call.data_and(
        |json| write_rows(json, &view, &products),
        |json| {
            json.key("additional_data");
            json.begin_object();
            pages::write_pagination(json, offset.start, offset.limit, more);
            if let Some(total) = total {
                // A text, as real answers have it (semantics.md 9).
                json.key("summary");
                json.begin_object();
                json.key("total_count");
                json.string(&total.to_string());
                json.end_object();
            }
            json.end_object();
            view.related.write_objects(json, &call, &products);
        },
    ))
}

async fn count(call: &Call) -> ApiResult<i64> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM products t");
    select::scope(&mut sql, call, &PRODUCT);
    list::live_v1(call, &mut sql)?;
    let count = call.store().read(sql, Weight::Heavy, None, |count, row| *count = row.int(0)).await?;
    Ok(count.unwrap_or(0))
}
