//! The operations of search.

use super::field;
use super::find::{self, Hit, Page, Place};
use super::items::{self, Item};
use super::kinds::{Kind, Links, kind};
use super::look::{self, Look};
use super::related_items;
use crate::call::{Call, Reply};
use crate::cursor::Cursor;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list;
use crate::op::Method::Get;
use crate::op::Version::{V1, V2};
use crate::op::{Answer, Op, Param, ParamKind, Version};
use crate::params::{CURSOR, LIMIT, PERSON_ID, START};
use crate::run;
use crate::select;
use penstock_store::{Sql, Weight};
use std::cmp::Reverse;

/// At most so many records of a person or an organization are looked at (semantics.md 14).
const MOST_LINKED: i64 = 2_000;
/// Rows of a page of item search at most.
const MOST_ITEMS: i64 = 100;

const TERM: Param =
    Param::new("term", ParamKind::Text, "What to look for: at least two letters, or one where matches are exact.").required();
const EXACT_MATCH: Param = Param::new("exact_match", ParamKind::Bool, "Only fields that are the term and nothing else, in any case.");
const ORGANIZATION_ID: Param = Param::new("organization_id", ParamKind::Int, "Only records of this organization.");
const STATUS: Param = Param::new("status", ParamKind::Choice(&["open", "won", "lost"]), "Only deals with this status.");
const ITEM_TYPES: Param = Param::new(
    "item_types",
    ParamKind::Choices(&["deal", "person", "organization", "product", "lead", "file", "mail_attachment", "project"]),
    "The kinds of records to look for, comma separated; all where absent.",
);
const RELATED: Param = Param::new(
    "search_for_related_items",
    ParamKind::Bool,
    "Adds the newest deals, leads and persons of the persons and organizations that were found.",
);

const fn fields(words: &'static [&'static str]) -> Param {
    Param::new("fields", ParamKind::Choices(words), "The fields to look at, comma separated; all where absent.")
}

const fn include(words: &'static [&'static str]) -> Param {
    Param::new("include_fields", ParamKind::Choices(words), "Optional keys to show, comma separated.")
}

const ALL_FIELDS: Param = fields(&["address", "code", "custom_fields", "email", "name", "notes", "phone", "title", "description"]);
const ALL_INCLUDE: Param = include(&["deal.cc_email", "person.picture", "product.price"]);
const TITLED: Param = fields(&["custom_fields", "notes", "title"]);
const PERSON_FIELDS: Param = fields(&["custom_fields", "email", "notes", "phone", "name"]);
const ORGANIZATION_FIELDS: Param = fields(&["address", "custom_fields", "notes", "name"]);
const PRODUCT_FIELDS: Param = fields(&["code", "custom_fields", "name"]);
const PROJECT_FIELDS: Param = fields(&["custom_fields", "notes", "title", "description"]);
const DEAL_INCLUDE: Param = include(&["deal.cc_email"]);
const PERSON_INCLUDE: Param = include(&["person.picture"]);
const PRODUCT_INCLUDE: Param = include(&["product.price"]);
const LEAD_INCLUDE: Param = include(&["lead.was_seen"]);

const ENTITY_TYPE: Param = Param::new(
    "entity_type",
    ParamKind::Choice(&["deal", "lead", "person", "organization", "product", "project"]),
    "The kind of records whose field is searched.",
)
.required();
const FIELD_TYPE: Param = Param::new(
    "field_type",
    ParamKind::Choice(&["dealField", "leadField", "personField", "organizationField", "productField", "projectField"]),
    "The kind of records whose field is searched, such as `dealField`.",
)
.required();
const MATCH: Param = Param::new(
    "match",
    ParamKind::Choice(&["exact", "beginning", "middle"]),
    "Where in the value the term must be; the whole value where absent. Case counts.",
);
const FIELD: Param = Param::new("field", ParamKind::Text, "The code of the field.").required();
const FIELD_KEY: Param = Param::new("field_key", ParamKind::Text, "The key of the field.").required();
const EXACT_FIELD: Param = Param::new("exact_match", ParamKind::Bool, "Only values that are the term and nothing else. Case counts.");
const RETURN_IDS: Param =
    Param::new("return_item_ids", ParamKind::Bool, "Lists records with their values instead of the different values.");

const fn op(version: Version, path: &'static str, id: &'static str, run: fn(Call) -> Answer) -> Op {
    let cost = match version {
        V1 => 40,
        V2 => 20,
    };
    Op::new(version, Get, path, id, run).cost(cost)
}

pub const OPS: &[Op] = &[
    op(V2, "/itemSearch", "searchItem", run!(all))
        .tag("ItemSearch")
        .scopes("search:read")
        .query(&[TERM, ITEM_TYPES, ALL_FIELDS, RELATED, EXACT_MATCH, ALL_INCLUDE, LIMIT, CURSOR])
        .about("Looks for records of several kinds"),
    op(V1, "/itemSearch", "searchItem", run!(all))
        .tag("ItemSearch")
        .scopes("search:read")
        .query(&[TERM, ITEM_TYPES, ALL_FIELDS, RELATED, EXACT_MATCH, ALL_INCLUDE, START, LIMIT])
        .about("Looks for records of several kinds"),
    op(V2, "/itemSearch/field", "searchItemByField", run!(field::by_cursor))
        .tag("ItemSearch")
        .scopes("search:read")
        .query(&[TERM, ENTITY_TYPE, MATCH, FIELD, LIMIT, CURSOR])
        .about("Looks for values of one field"),
    op(V1, "/itemSearch/field", "searchItemByField", run!(field::by_offset))
        .tag("ItemSearch")
        .scopes("search:read")
        .query(&[TERM, FIELD_TYPE, EXACT_FIELD, FIELD_KEY, RETURN_IDS, START, LIMIT])
        .about("Looks for values of one field"),
    op(V2, "/deals/search", "searchDeals", run!(one("deal")))
        .tag("Deals")
        .scopes("deals:read,deals:full,search:read")
        .query(&[TERM, TITLED, EXACT_MATCH, PERSON_ID, ORGANIZATION_ID, STATUS, DEAL_INCLUDE, LIMIT, CURSOR])
        .about("Looks for deals"),
    op(V1, "/deals/search", "searchDeals", run!(one("deal")))
        .tag("Deals")
        .scopes("deals:read,deals:full,search:read")
        .query(&[TERM, TITLED, EXACT_MATCH, PERSON_ID, ORGANIZATION_ID, STATUS, DEAL_INCLUDE, START, LIMIT])
        .about("Looks for deals"),
    op(V2, "/persons/search", "searchPersons", run!(one("person")))
        .tag("Persons")
        .scopes("contacts:read,contacts:full,search:read")
        .query(&[TERM, PERSON_FIELDS, EXACT_MATCH, ORGANIZATION_ID, PERSON_INCLUDE, LIMIT, CURSOR])
        .about("Looks for persons"),
    op(V1, "/persons/search", "searchPersons", run!(one("person")))
        .tag("Persons")
        .scopes("contacts:read,contacts:full,search:read")
        .query(&[TERM, PERSON_FIELDS, EXACT_MATCH, ORGANIZATION_ID, PERSON_INCLUDE, START, LIMIT])
        .about("Looks for persons"),
    op(V2, "/organizations/search", "searchOrganization", run!(one("organization")))
        .tag("Organizations")
        .scopes("contacts:read,contacts:full,search:read")
        .query(&[TERM, ORGANIZATION_FIELDS, EXACT_MATCH, LIMIT, CURSOR])
        .about("Looks for organizations"),
    op(V1, "/organizations/search", "searchOrganization", run!(one("organization")))
        .tag("Organizations")
        .scopes("contacts:read,contacts:full,search:read")
        .query(&[TERM, ORGANIZATION_FIELDS, EXACT_MATCH, START, LIMIT])
        .about("Looks for organizations"),
    op(V2, "/products/search", "searchProducts", run!(one("product")))
        .tag("Products")
        .scopes("products:read,products:full,search:read")
        .query(&[TERM, PRODUCT_FIELDS, EXACT_MATCH, PRODUCT_INCLUDE, LIMIT, CURSOR])
        .about("Looks for products"),
    op(V1, "/products/search", "searchProducts", run!(one("product")))
        .tag("Products")
        .scopes("products:read,products:full,search:read")
        .query(&[TERM, PRODUCT_FIELDS, EXACT_MATCH, PRODUCT_INCLUDE, START, LIMIT])
        .about("Looks for products"),
    op(V2, "/leads/search", "searchLeads", run!(one("lead")))
        .tag("Leads")
        .scopes("leads:read,leads:full,search:read")
        .query(&[TERM, TITLED, EXACT_MATCH, PERSON_ID, ORGANIZATION_ID, LEAD_INCLUDE, LIMIT, CURSOR])
        .about("Looks for leads"),
    op(V1, "/leads/search", "searchLeads", run!(one("lead")))
        .tag("Leads")
        .scopes("leads:read,leads:full,search:read")
        .query(&[TERM, TITLED, EXACT_MATCH, PERSON_ID, ORGANIZATION_ID, LEAD_INCLUDE, START, LIMIT])
        .about("Looks for leads"),
    op(V2, "/projects/search", "searchProjects", run!(one("project")))
        .tag("Projects")
        .scopes("projects:read,projects:full,search:read")
        .query(&[TERM, PROJECT_FIELDS, EXACT_MATCH, PERSON_ID, ORGANIZATION_ID, LIMIT, CURSOR])
        .about("Looks for projects"),
];

/// Records of the kinds that the request names.
async fn all(call: Call) -> ApiResult<Reply> {
    let look = Look::of(&call, Look::asked_kinds(&call))?;
    let limit = items_limit(&call)?;
    let page = page(&call, limit)?;
    let hits = find::find(&call, &look, &page).await?;
    answer(&call, &look, hits, limit).await
}

/// Records of one kind.
async fn one(call: Call, word: &'static str) -> ApiResult<Reply> {
    let look = Look::of(&call, look::only(word))?;
    let limit = list::limit(&call, "limit")?;
    let page = page(&call, limit)?;
    let hits = match kind(word) {
        Some(kind) => match linked(&call, kind).await? {
            Some(records) => find::find_among(&call, &look, kind, &records, &page).await?,
            None => find::find(&call, &look, &page).await?,
        },
        None => Vec::new(),
    };
    answer(&call, &look, hits, limit).await
}

/// The newest records of the person and the organization that the request names; `None` where it names neither.
async fn linked(call: &Call, kind: &'static Kind) -> ApiResult<Option<Vec<i64>>> {
    let columns = match kind.links {
        Links::Columns => ["person_id", "org_id"],
        Links::Lists => ["person_ids", "org_ids"],
    };
    let parameters = ["person_id", "organization_id"].map(|parameter| call.args.int(parameter));
    let named: Vec<_> = columns.into_iter().zip(parameters).filter_map(|(column, id)| Some((column, id?))).collect();
    if named.is_empty() {
        return Ok(None);
    }
    let mut sql = Sql::new(format!("SELECT t.id FROM {} t", kind.entity.table));
    select::scope(&mut sql, call, kind.entity);
    sql.push(" AND t.is_deleted = 0");
    for (column, id) in named {
        match kind.links {
            Links::Columns => sql.push(" AND t.").push(column).push(" = ").bind(id),
            Links::Lists => {
                sql.push(" AND t.id IN (SELECT l.record_id FROM links l WHERE l.company_id = ").bind(call.company());
                sql.push(" AND l.member_id = ").bind(id).push(" AND l.entity = ").bind(kind.entity.name);
                sql.push(" AND l.field_key = ").bind(column).push(")")
            }
        };
    }
    sql.push(" ORDER BY t.id DESC LIMIT ").bind(MOST_LINKED);
    Ok(Some(call.store().read(sql, Weight::Heavy, Vec::new(), |ids, row| ids.extend(row.int(0))).await?))
}

/// Item search has shorter pages: more than a hundred rows are refused in v2, and not given in v1.
fn items_limit(call: &Call) -> ApiResult<i64> {
    match list::limit(call, "limit")? {
        limit if limit <= MOST_ITEMS => Ok(limit),
        _ if call.version() == V1 => Ok(MOST_ITEMS),
        _ => Err(ApiError::invalid_key("limit", &format!("must be from 1 to {MOST_ITEMS}"))),
    }
}

/// The page that the request asks for, and one hit more to see whether there is another page.
fn page(call: &Call, limit: i64) -> ApiResult<Page> {
    let skip = call.args.int("start").unwrap_or(0).max(0) as usize;
    Ok(Page { after: after(call)?, skip, most: limit as usize + 1 })
}

async fn answer(call: &Call, look: &Look, mut hits: Vec<Hit>, limit: i64) -> ApiResult<Reply> {
    let more = hits.len() as i64 > limit;
    hits.truncate(limit as usize);
    let found: Vec<_> = hits.iter().map(|hit| Item { kind: hit.kind(), record: hit.record(), score: hit.rank.score() }).collect();
    let mut data = Json::with_capacity(512 * found.len() + 64);
    data.begin_object();
    data.key("items");
    items::write_items(call, &mut data, &found, Some(look)).await?;
    if call.args.flag("search_for_related_items") {
        data.key("related_items");
        let related = related_items::related(call, &found).await?;
        items::write_items(call, &mut data, &related, None).await?;
    }
    data.end_object();
    let next = hits.last().filter(|_| more).map(|hit| cursor(&hit.place));
    Ok(call.data_and(
        |json| json.bytes.extend_from_slice(&data.bytes),
        |json| match call.version() {
            V2 => list::write_next_cursor(json, next.as_deref()),
            V1 => {
                json.key("additional_data");
                json.begin_object();
                list::write_pagination(json, call.args.int("start").unwrap_or(0).max(0), limit, more);
                json.end_object();
            }
        },
    ))
}

/// The field that cursors of search name.
const SCORE: &str = "score";

fn cursor(place: &Place) -> String {
    let value = serde_json::json!([place.rank, place.kind, place.record]);
    Cursor { field: SCORE.to_owned(), value, direction: "desc".to_owned(), id: place.document.0 }.encode()
}

fn after(call: &Call) -> ApiResult<Option<Place>> {
    let Some(text) = call.args.text("cursor") else { return Ok(None) };
    let cursor = Cursor::decode(text).filter(|cursor| cursor.field == SCORE && cursor.direction == "desc");
    let place = cursor.and_then(|cursor| {
        let (rank, kind, record) = serde_json::from_value(cursor.value).ok()?;
        Some(Place { rank, document: Reverse(cursor.id.clamp(0, super::documents::NEWEST)), kind, record })
    });
    place.map(Some).ok_or_else(|| ApiError::invalid_key("cursor", "is not valid for this list"))
}
