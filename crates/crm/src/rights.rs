//! Who sees what. One rule in two forms: a SQL condition that every read passes, and the list of users
//! who may see one record (semantics.md 8.1).

use crate::activities::ACTIVITY;
use crate::call::Call;
use crate::deals::DEAL;
use crate::directory::{Directory, User};
use crate::error::{ApiError, ApiResult};
use crate::leads::LEAD;
use crate::organizations::ORGANIZATION;
use crate::persons::PERSON;
use penstock_model::{Entity, Principal, UserId};
use penstock_store::Sql;

/// The visibilities that reach beyond owner and followers.
const GROUP: i64 = 3;
const GROUP_AND_BELOW: i64 = 5;
const COMPANY: i64 = 7;

/// Appends `AND (…)` to a condition on the rows called `rows`, so that only those remain which the caller may see.
pub fn visible(sql: &mut Sql, call: &Call, entity: &'static str, rows: &str) {
    if !call.principal.is_admin {
        sql.push(" AND ");
        is_visible(sql, call, entity, rows);
    }
}

/// The same for rows that have no visibility of their own but are about records that have one: whoever owns such a row sees
/// it, and whoever sees all records that it names. Records that are gone for good hide nothing. `about` are the columns,
/// the entity that each names, and the column by which it does.
pub fn visible_by_records(sql: &mut Sql, call: &Call, rows: &str, about: &[(&str, &'static Entity, &str)]) {
    if call.principal.is_admin {
        return;
    }
    sql.push(" AND (").push(rows).push(".owner_id = ").bind(call.principal.user).push(" OR (");
    for (place, (column, entity, key)) in about.iter().enumerate() {
        // A lookup by key for each row: PostgreSQL would read the whole table for an EXISTS.
        sql.push(if place == 0 { "" } else { " AND " }).push("COALESCE((SELECT CASE WHEN ");
        is_visible(sql, call, entity.name, "named");
        sql.push(" THEN 1 ELSE 0 END FROM ").push(entity.table).push(" named WHERE named.company_id = ").bind(call.company());
        sql.push(" AND named.").push(key).push(" = ").push(rows).push(".").push(column).push("), 1) = 1");
    }
    sql.push("))");
}

/// Appends the condition `(…)` for a caller who is no administrator.
fn is_visible(sql: &mut Sql, call: &Call, entity: &'static str, rows: &str) {
    let (directory, principal) = (&call.directory, &call.principal);
    let me = principal.user;
    let owner = format!("{rows}.owner_id");
    let visible_to = format!("{rows}.visible_to");
    sql.push("(").push(&visible_to).push(" = ").bind(COMPANY).push(" OR ").push(&owner).push(" = ").bind(me);
    if directory.groups.len() <= 1 {
        // The small plans: everything but "owner and followers" is for the entire company.
        sql.push(" OR ").push(&visible_to).push(" > 1");
    } else {
        for level in [1, GROUP, GROUP_AND_BELOW] {
            let groups = owner_groups(directory, principal.group, level);
            if groups.is_empty() {
                continue;
            }
            let owners = directory.users.values().filter(|user| groups.contains(&user.group)).map(|user| user.id.0);
            sql.push(" OR (").push(&visible_to).push(" = ").bind(level).push(" AND ");
            call.store().dialect().among(sql, &owner, owners);
            sql.push(")");
        }
    }
    for (followed, record) in [(entity, format!("{rows}.id")), ("user", owner)] {
        sql.push(" OR EXISTS (SELECT 1 FROM followers f WHERE f.company_id = ").bind(principal.company);
        sql.push(" AND f.entity = ").bind(followed).push(" AND f.record_id = ").push(&record);
        sql.push(" AND f.user_id = ").bind(me).push(")");
    }
    sql.push(")");
}

/// The groups whose members' records of this visibility are seen by a member of `group`.
fn owner_groups(directory: &Directory, group: i64, visible_to: i64) -> Vec<i64> {
    let ids = directory.groups.iter().map(|group| group.id);
    match visible_to {
        1 => ids.filter(|other| *other != group && is_above(directory, group, *other)).collect(),
        GROUP => ids.filter(|other| is_above(directory, group, *other)).collect(),
        _ => ids.filter(|other| is_above(directory, group, *other) || is_above(directory, *other, group)).collect(),
    }
}

/// Whether `upper` is `lower` or one of its ancestors.
fn is_above(directory: &Directory, upper: i64, lower: i64) -> bool {
    let mut at = Some(lower);
    // A tree is never deeper than it has nodes; the bound keeps a damaged one from looping.
    for _ in 0..=directory.groups.len() {
        match at {
            Some(group) if group == upper => return true,
            Some(group) => at = directory.groups.iter().find(|known| known.id == group).and_then(|known| known.parent),
            None => return false,
        }
    }
    false
}

/// The users who may see a record: `followers` are those of the record, `owner_followers` those of its owner.
pub fn permitted_users(
    directory: &Directory,
    owner: UserId,
    visible_to: i64,
    followers: &[UserId],
    owner_followers: &[UserId],
) -> Vec<UserId> {
    let owner_group = directory.user(owner).map(|user| user.group);
    let sees = |user: &User| {
        user.is_admin
            || user.id == owner
            || visible_to == COMPANY
            || (directory.groups.len() <= 1 && visible_to > 1)
            || (directory.groups.len() > 1
                && owner_group.is_some_and(|group| owner_groups(directory, user.group, visible_to).contains(&group)))
            || followers.contains(&user.id)
            || owner_followers.contains(&user.id)
    };
    directory.users.values().filter(|user| user.is_active && !user.is_deleted && sees(user)).map(|user| user.id).collect()
}

/// The records that decide who sees an activity.
const ACTIVITY_ABOUT: &[(&str, &Entity, &str)] =
    &[("deal_id", &DEAL, "id"), ("lead_id", &LEAD, "uuid"), ("person_id", &PERSON, "id"), ("org_id", &ORGANIZATION, "id")];

/// Appends the condition for the rows of an entity, whichever it has.
pub fn visible_rows(sql: &mut Sql, call: &Call, entity: &'static Entity, rows: &str) {
    if entity.owned {
        visible(sql, call, entity.name, rows);
    } else if entity.name == ACTIVITY.name {
        visible_by_records(sql, call, rows, ACTIVITY_ABOUT);
    }
}

/// Refuses callers who may not remove or merge records: only administrators may, by default (semantics.md 8.2).
pub fn may_remove(principal: &Principal) -> ApiResult<()> {
    if principal.is_admin { Ok(()) } else { Err(no_permission()) }
}

/// 403 in the words of the API.
pub fn no_permission() -> ApiError {
    ApiError::Forbidden("You do not have permissions to do this.".to_owned())
}
