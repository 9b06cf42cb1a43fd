//! The v1 lists of the deals of a person, of an organization, and of a product.

use super::fields::*;
use super::{DEALS, list};
use crate::call::{Call, Reply};
use crate::custom::FieldType;
use crate::error::ApiResult;
use crate::list::Offset;
use crate::op::{Param, ParamKind};
use crate::organizations::ORGANIZATIONS;
use crate::params::{LIMIT, SORT, START};
use crate::persons::PERSONS;
use crate::products::PRODUCTS;
use crate::resource::Resource;
use crate::select::Depth;
use crate::value_index;
use crate::view_v1;
use crate::write;
use penstock_store::Sql;

const ONLY_PRIMARY: Param = Param::new(
    "only_primary_association",
    ParamKind::Bool,
    "With 1 only deals whose own organization it is, not those of its persons and of custom fields.",
);

pub const OF_PRODUCT: &[Param] = &[START, LIMIT, list::STATUS_V1];
pub const OF_PERSON: &[Param] = &[START, LIMIT, list::STATUS_V1, SORT];
pub const OF_ORGANIZATION: &[Param] = &[START, LIMIT, list::STATUS_V1, SORT, ONLY_PRIMARY];

/// Deals in which a person takes part, as the deal's own person or beside it.
pub async fn of_person(call: Call) -> ApiResult<Reply> {
    show(call, &PERSONS, |call, sql, person| {
        sql.push(" AND (t.person_id = ").bind(person);
        sql.push(" OR t.id IN (SELECT p.deal_id FROM participants p WHERE p.company_id = ").bind(call.company());
        sql.push(" AND p.person_id = ").bind(person).push("))");
    })
    .await
}

/// Deals of an organization: its own, and unless only those are asked for also those of its persons and those that
/// name it in a custom field.
pub async fn of_organization(call: Call) -> ApiResult<Reply> {
    show(call, &ORGANIZATIONS, |call, sql, organization| {
        sql.push(" AND (t.org_id = ").bind(organization);
        if !call.args.flag("only_primary_association") {
            sql.push(" OR t.person_id IN (SELECT p.id FROM persons p WHERE p.company_id = ").bind(call.company());
            sql.push(" AND p.org_id = ").bind(organization).push(" AND p.is_deleted = 0)");
            for field in call.directory.custom_fields(DEAL.name).filter(|field| field.field_type == FieldType::Org) {
                sql.push(" OR ");
                value_index::names_one_of(sql, call.company(), "t", DEAL.name, &field.code, &[organization]);
            }
        }
        sql.push(")");
    })
    .await
}

/// Deals to which a product is attached, enabled or not.
pub async fn of_product(call: Call) -> ApiResult<Reply> {
    show(call, &PRODUCTS, list::with_product).await
}

async fn show(call: Call, of: &'static Resource, narrow: impl Fn(&Call, &mut Sql, i64)) -> ApiResult<Reply> {
    let id = call.id(of.entity.title)?;
    write::find(&call, of.entity, id, Depth::Row).await?;
    let offset = Offset::of(&call, &DEAL, &[("id", false)])?.scanning();
    let linked = |call: &Call, sql: &mut Sql| {
        sql.push(" AND t.is_archived = 0");
        list::status_v1(call, sql);
        narrow(call, sql, id);
        Ok(())
    };
    let page = offset.records(&call, &DEAL, linked).await?;
    view_v1::offset_list(call, &DEALS, page, &offset).await
}
