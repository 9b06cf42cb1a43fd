//! Lists of files: all that the caller sees, and those of one record.

use super::FILE;
use super::view::{self, Names};
use crate::call::{Call, Reply};
use crate::deals::DEAL;
use crate::error::ApiResult;
use crate::list::Offset;
use crate::op::Method::Get;
use crate::op::Version::V1;
use crate::op::{Answer, Op, Param, ParamKind};
use crate::organizations::ORGANIZATION;
use crate::params::{SORT, START};
use crate::persons::PERSON;
use crate::products::PRODUCT;
use crate::run;
use crate::select::Depth;
use crate::write;
use penstock_model::{Entity, Record};
use penstock_store::Sql;

pub const LIST: &[Param] = &[START, LIMIT, SORT];
const LIMIT: Param = Param::new("limit", ParamKind::Int, "Rows of a page: 100 where absent, and at most.");

/// The longest page (semantics.md 5.1).
const LONGEST: i64 = 100;

const fn of(path: &'static str, id: &'static str, tag: &'static str, scopes: &'static str, run: fn(Call) -> Answer) -> Op {
    Op::new(V1, Get, path, id, run).tag(tag).scopes(scopes).cost(20).query(LIST)
}

/// The lists of files of single records.
pub const OF_RECORDS: &[Op] = &[
    of("/deals/{id}/files", "getDealFiles", "Deals", "deals:read,deals:full", run!(of_record(&DEAL, "deal_id")))
        .about("Lists the files of a deal"),
    of("/persons/{id}/files", "getPersonFiles", "Persons", "contacts:read,contacts:full", run!(of_record(&PERSON, "person_id")))
        .about("Lists the files of a person"),
    of(
        "/organizations/{id}/files",
        "getOrganizationFiles",
        "Organizations",
        "contacts:read,contacts:full",
        run!(of_record(&ORGANIZATION, "org_id")),
    )
    .about("Lists the files of an organization"),
    of("/products/{id}/files", "getProductFiles", "Products", "products:read,products:full", run!(of_record(&PRODUCT, "product_id")))
        .about("Lists the files of a product"),
];

/// All files that the caller sees.
pub async fn all(call: Call) -> ApiResult<Reply> {
    list(&call, |_| {}).await
}

/// The files of the record of the path; who sees the record sees its files.
async fn of_record(call: Call, entity: &'static Entity, link: &'static str) -> ApiResult<Reply> {
    let id = call.id(entity.title)?;
    write::find(&call, entity, id, Depth::Row).await?;
    list(&call, |sql| {
        sql.push(" AND t.").push(link).push(" = ").bind(id);
    })
    .await
}

async fn list(call: &Call, narrow: impl Fn(&mut Sql)) -> ApiResult<Reply> {
    let mut offset = Offset::of(call, &FILE, &[("id", false)])?;
    offset.limit = offset.limit.min(LONGEST);
    let live = |_: &Call, sql: &mut Sql| {
        sql.push(" AND t.is_deleted = 0");
        narrow(sql);
        Ok(())
    };
    let (files, more) = offset.records(call, &FILE, live).await?;
    let names = Names::of(call, &files).await?;
    Ok(call.data_and(
        |json| {
            // An empty v1 list is null (semantics.md 4).
            if files.is_empty() {
                return json.null();
            }
            json.begin_array();
            files.iter().for_each(|file: &Record| view::write(json, call, file, &names));
            json.end_array();
        },
        |json| {
            offset.write_pagination(json, more);
        },
    ))
}
