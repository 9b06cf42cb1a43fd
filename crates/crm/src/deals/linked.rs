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
        of_column(sql, call, "person_id", person);
        sql.push(" UNION ALL SELECT p.deal_id FROM participants p WHERE p.company_id = ").bind(call.company());
        sql.push(" AND p.person_id = ").bind(person).push(")");
    })
    .await
}

/// Deals of an organization: its own, and unless only those are asked for also those of its persons and those that
/// name it in a custom field.
pub async fn of_organization(call: Call) -> ApiResult<Reply> {
    show(call, &ORGANIZATIONS, |call, sql, organization| {
        of_column(sql, call, "org_id", organization);
        if !call.args.flag("only_primary_association") {
            sql.push(" UNION ALL SELECT d.id FROM persons p JOIN deals d ON d.company_id = p.company_id AND d.person_id = p.id");
            sql.push(" WHERE p.company_id = ")
                .bind(call.company())
                .push(" AND p.org_id = ")
                .bind(organization)
                .push(" AND p.is_deleted = 0");
            for field in call.directory.custom_fields(DEAL.name).filter(|field| field.field_type == FieldType::Org) {
                sql.push(" UNION ALL SELECT d.id FROM deals d WHERE d.company_id = ").bind(call.company()).push(" AND ");
                value_index::names_one_of(sql, call.company(), "d", DEAL.name, &field.code, &[organization]);
            }
        }
        sql.push(")");
    })
    .await
}

/// Begins `AND t.id IN (SELECT …` with the deals that have this in a column. Others follow by `UNION ALL`: where they follow by `OR`,
/// PostgreSQL reads all deals.
fn of_column(sql: &mut Sql, call: &Call, column: &str, id: i64) {
    sql.push(" AND t.id IN (SELECT d.id FROM deals d WHERE d.company_id = ").bind(call.company());
    sql.push(" AND d.").push(column).push(" = ").bind(id);
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
