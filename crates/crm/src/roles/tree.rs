//! The tree of roles. Its root is the role of unassigned users; roles below it are on the first level.

use crate::accounts::DEFAULT_ROLE;
use crate::directory::{Directory, Role};

/// How deep a role stands: 1 for the root and for roles right below it.
pub fn level(directory: &Directory, role: &Role) -> i64 {
    1 + i64::try_from(ancestors(directory, role).filter(|id| *id != DEFAULT_ROLE).count()).unwrap_or_default()
}

/// The ids of the roles above a role, from the nearest on.
pub fn ancestors<'a>(directory: &'a Directory, role: &Role) -> impl Iterator<Item = i64> + 'a {
    let parent = |role: &Role| role.parent.and_then(|id| directory.roles.get(&id));
    // A tree is never deeper than it has nodes; the bound keeps a damaged one from looping.
    std::iter::successors(parent(role), move |role| parent(role)).take(directory.roles.len()).map(|role| role.id)
}

/// The roles right below a role. Those below the root do not count as its sub-roles (semantics.md 27, the published example).
pub fn sub_roles<'a>(directory: &'a Directory, id: i64) -> impl Iterator<Item = &'a Role> + 'a {
    directory.roles.values().filter(move |role| id != DEFAULT_ROLE && role.parent == Some(id))
}

/// The number of users who have a role.
pub fn assignments(directory: &Directory, id: i64) -> usize {
    directory.users.values().filter(|user| !user.is_deleted && user.role == id).count()
}
