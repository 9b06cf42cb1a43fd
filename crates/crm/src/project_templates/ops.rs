//! The operations of templates.

use super::{TEMPLATE, TEMPLATES};
use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::list as pages;
use crate::op::Method::Get;
use crate::op::Op;
use crate::op::Version::{self, V1, V2};
use crate::params::{CURSOR, LIMIT};
use crate::records;
use crate::run;
use crate::tasks;
use crate::view_v1;
use crate::write;
use penstock_store::Sql;

const fn op(version: Version, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(version, Get, path, id, run).tag("ProjectTemplates").scopes("projects:read,projects:full")
}

pub const OPS: &[Op] = &[
    op(V2, "/projectTemplates", "getProjectTemplates", run!(pages::page(&TEMPLATE, live)))
        .cost(10)
        .query(&[CURSOR, LIMIT])
        .about("Lists templates"),
    op(V2, "/projectTemplates/{id}", "getProjectTemplate", run!(one)).cost(1).about("Shows one template"),
    op(V1, "/projectTemplates", "getProjectTemplates", run!(view_v1::collection(&TEMPLATES, live)))
        .cost(20)
        .query(&[CURSOR, LIMIT])
        .about("Lists templates"),
    op(V1, "/projectTemplates/{id}", "getProjectTemplate", run!(one)).cost(2).about("Shows one template"),
];

fn live(_: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_deleted = 0");
    Ok(())
}

async fn one(call: Call) -> ApiResult<Reply> {
    let id = call.id(TEMPLATE.title)?;
    write::find_live(&call, &TEMPLATE, id).await?;
    match call.version() {
        Version::V1 => records::show_flat_v1(&call, &TEMPLATES, id).await,
        Version::V2 => tasks::show_alone_v2(&call, &TEMPLATE, id).await,
    }
}
