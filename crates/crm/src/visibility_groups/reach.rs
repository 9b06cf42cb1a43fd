//! Whose records the members of a visibility group see (semantics.md 8.1).

use crate::directory::{Group, User};
use penstock_model::{UserId, Value};
use penstock_store::Dialect;
use std::collections::{BTreeMap, HashMap};

/// The visibilities that reach a group, and those below it too.
const GROUP: i64 = 3;
const GROUP_AND_BELOW: i64 = 5;

/// What the members of each visibility group see of the records of others, by the id of the group: a list of
/// `owner * 8 + visibility`, so that one search decides what would be a comparison and a search for each visibility.
/// It follows from the directory and is made with it: to write the list for each request took a fourth of a GET.
#[derive(Debug, Default)]
pub struct Reach(HashMap<i64, Value>);

/// One more than any visibility.
const VISIBILITIES: i64 = 8;

impl Reach {
    /// Of all groups of a company.
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

    /// The list for the members of a group, as [`Dialect::list`] makes it.
    pub fn of_group(&self, group: i64) -> Option<&Value> {
        self.0.get(&group)
    }
}

/// The groups whose members' records of this visibility are seen by a member of `group`.
pub fn owner_groups(groups: &[Group], group: i64, visible_to: i64) -> Vec<i64> {
    let ids = groups.iter().map(|group| group.id);
    match visible_to {
        1 => ids.filter(|other| *other != group && is_above(groups, group, *other)).collect(),
        GROUP => ids.filter(|other| is_above(groups, group, *other)).collect(),
        _ => ids.filter(|other| is_above(groups, group, *other) || is_above(groups, *other, group)).collect(),
    }
}

/// Whether `upper` is `lower` or one of its ancestors.
pub fn is_above(groups: &[Group], upper: i64, lower: i64) -> bool {
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
