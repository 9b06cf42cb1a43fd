//! Who sees what. One rule in two forms: a SQL condition that every read passes, and the list of users
//! who may see one record (semantics.md 8.1).

use crate::call::Call;
use crate::directory::{Directory, Group, User};
use crate::error::{ApiError, ApiResult};
use penstock_model::{Principal, UserId, Value};
use penstock_store::{Dialect, Sql};
use std::collections::{BTreeMap, HashMap};

/// The visibilities that reach beyond owner and followers.
const GROUP: i64 = 3;
const GROUP_AND_BELOW: i64 = 5;
const COMPANY: i64 = 7;

/// What the members of each visibility group see of the records of others, by the id of the group: a list of
/// `owner * 8 + visibility`, so that one search decides what would be a comparison and a search for each visibility.
/// It follows from the directory and is made with it: to write the list for each request took a fourth of a GET.
#[derive(Debug, Default)]
pub struct Reach(HashMap<i64, Value>);

/// One more than any visibility.
const VISIBILITIES: i64 = 8;

impl Reach {
    pub fn of(dialect: Dialect, groups: &[Group], users: &BTreeMap<UserId, User>) -> Self {
        let reach = |group: &Group| {
            let seen = [1, GROUP, GROUP_AND_BELOW].into_iter().flat_map(|level| {
                let groups = owner_groups(groups, group.id, level);
                let owners = users.values().filter(move |user| groups.contains(&user.group));
                owners.map(move |user| user.id.0 * VISIBILITIES + level)
            });
            (group.id, dialect.list(seen))
        };
        Reach(groups.iter().map(reach).collect())
    }
}

/// How the records that the caller follows are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// For each record by itself: best for a page of records.
    Each,
    /// All at once, before the first record: best where most of a table is passed over. It takes a third of the time there,
    /// and longer for a page, since a user may follow thousands.
    Together,
}

/// Appends `AND (…)` to a condition on the rows called `rows`, so that only those remain which the caller may see.
pub fn visible(sql: &mut Sql, call: &Call, entity: &'static str, rows: &str, followed: Followed) {
    let (directory, principal) = (&call.directory, &call.principal);
    if principal.is_admin {
        return;
    }
    let me = principal.user;
    sql.push(" AND (").push(rows).push(".visible_to = ").bind(COMPANY);
    sql.push(" OR ").push(rows).push(".owner_id = ").bind(me);
    if directory.groups.len() <= 1 {
        // The small plans: everything but "owner and followers" is for the entire company.
        sql.push(" OR ").push(rows).push(".visible_to > 1");
    } else if let Some(reach) = directory.reach.0.get(&principal.group) {
        sql.push(" OR ");
        call.store().dialect().in_list(sql, &[rows, ".owner_id * 8 + ", rows, ".visible_to"], reach.clone());
    }
    match followed {
        // The plus keeps the engines from the index by user, along which they would compare the texts of `entity` on each
        // step: by the key of the record a page of 100 takes 7% fewer instructions.
        Followed::Each => sql.push(" OR EXISTS (SELECT 1 FROM followers f WHERE f.record_id = ").push(rows).push(".id AND +f.user_id = "),
        Followed::Together => sql.push(" OR ").push(rows).push(".id IN (SELECT f.record_id FROM followers f WHERE f.user_id = "),
    };
    sql.bind(me).push(" AND f.company_id = ").bind(principal.company).push(" AND f.entity = ").bind(entity).push(")");
    // Who follows a user sees what the user owns. Nobody follows many users: they are looked up once, not for each row.
    sql.push(" OR ").push(rows).push(".owner_id IN (SELECT f.record_id FROM followers f WHERE f.company_id = ").bind(principal.company);
    sql.push(" AND f.entity = 'user' AND f.user_id = ").bind(me).push("))");
}

/// The groups whose members' records of this visibility are seen by a member of `group`.
fn owner_groups(groups: &[Group], group: i64, visible_to: i64) -> Vec<i64> {
    let ids = groups.iter().map(|group| group.id);
    match visible_to {
        1 => ids.filter(|other| *other != group && is_above(groups, group, *other)).collect(),
        GROUP => ids.filter(|other| is_above(groups, group, *other)).collect(),
        _ => ids.filter(|other| is_above(groups, group, *other) || is_above(groups, *other, group)).collect(),
    }
}

/// Whether `upper` is `lower` or one of its ancestors.
fn is_above(groups: &[Group], upper: i64, lower: i64) -> bool {
    let mut at = Some(lower);
    // A tree is never deeper than it has nodes; the bound keeps a damaged one from looping.
    for _ in 0..=groups.len() {
        match at {
            Some(group) if group == upper => return true,
            Some(group) => at = groups.iter().find(|known| known.id == group).and_then(|known| known.parent),
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
                && owner_group.is_some_and(|group| owner_groups(&directory.groups, user.group, visible_to).contains(&group)))
            || followers.contains(&user.id)
            || owner_followers.contains(&user.id)
    };
    directory.users.values().filter(|user| user.is_active && !user.is_deleted && sees(user)).map(|user| user.id).collect()
}

/// Refuses callers who may not remove or merge records: only administrators may, by default (semantics.md 8.2).
pub fn may_remove(principal: &Principal) -> ApiResult<()> {
    if principal.is_admin { Ok(()) } else { Err(no_permission()) }
}

/// 403 in the words of the API.
pub fn no_permission() -> ApiError {
    ApiError::Forbidden("You do not have permissions to do this.".to_owned())
}
