//! What lists of persons are narrowed to (semantics.md 5.4).

use super::PERSON;
use crate::call::Call;
use crate::error::ApiResult;
use crate::narrow;
use crate::rights::{self, Scan};
use penstock_store::Sql;

pub fn live(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_deleted = 0");
    narrow::updated(call, sql);
    if narrow::filter(call, sql, &PERSON)? {
        return Ok(());
    }
    narrow::ids(call, sql);
    narrow::equal(call, sql, "owner_id", "owner_id");
    narrow::equal(call, sql, "org_id", "org_id");
    if let Some(deal) = call.args.int("deal_id") {
        sql.push(" AND t.id IN (SELECT p.person_id FROM participants p JOIN deals d ON d.company_id = p.company_id AND d.id = p.deal_id");
        sql.push(" WHERE p.company_id = ").bind(call.company()).push(" AND p.deal_id = ").bind(deal);
        rights::visible(sql, call, "deal", "d", Scan::Page);
        sql.push(")");
    }
    Ok(())
}

pub fn live_v1(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_deleted = 0");
    narrow::filter_or_owner_v1(call, sql, &PERSON)?;
    narrow::first_char(call, sql);
    Ok(())
}

pub fn collection(call: &Call, sql: &mut Sql) -> ApiResult<()> {
    sql.push(" AND t.is_deleted = 0");
    narrow::equal(call, sql, "owner_id", "owner_id");
    narrow::first_char(call, sql);
    narrow::updated(call, sql);
    Ok(())
}
