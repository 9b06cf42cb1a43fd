//! Sets of permissions: those that every company has, and those that a company has made or changed.

use crate::users::permissions::Permissions;
use std::collections::BTreeMap;

/// A set of permissions within one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionSet {
    /// A UUID.
    pub id: String,
    pub app: String,
    pub name: String,
    /// What people read about it.
    pub about: String,
    pub sort: Sort,
    pub permissions: Permissions,
}

/// Where a set comes from, in the words of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Has everything, and cannot be changed.
    Admin,
    /// What new users have; a company may change its permissions.
    Regular,
    /// Made by a company.
    Custom,
}

impl Sort {
    pub fn word(self) -> &'static str {
        match self {
            Sort::Admin => "admin",
            Sort::Regular => "regular",
            Sort::Custom => "custom",
        }
    }
}

/// The sets that every company has: id, app, name, sort, and what people read. Projects and account settings know only full
/// access or none.
const BUILT_IN: &[(&str, &str, &str, Sort, &str)] = &[
    ("23faa7ea-c28c-4c1b-b022-7c03c7a5d186", "sales", "Deals admin", Sort::Admin, "All deals and leads, pipelines and stages"),
    (
        "b292ab8c-5e81-4257-928f-20e57e771478",
        "sales",
        "Deals regular user",
        Sort::Regular,
        "Deals and leads that others share; what new users have",
    ),
    (
        "9cb24298-8688-4a92-aac7-165603de5026",
        "global",
        "Global admin",
        Sort::Admin,
        "All contacts, products and activities, and the fields of everything",
    ),
    (
        "f84a0891-5194-4a19-ab25-c94618a759ca",
        "global",
        "Global regular user",
        Sort::Regular,
        "Contacts, products and activities that others share; what new users have",
    ),
    ("d60d3fba-1a8e-41db-9dfe-f8a62c932d5d", "projects", "Projects", Sort::Admin, "All projects"),
    ("0d004ce8-ba88-4dcb-8112-b6bc4b3fbe9a", "account_settings", "Account settings", Sort::Admin, "The company, its users and their roles"),
];

/// The sets of a company: first those that every company has, then its own by name.
#[derive(Debug, Clone)]
pub struct PermissionSets(Vec<PermissionSet>);

/// A set as a company keeps it: one of its own, or what it has decided about a built-in one.
pub struct Kept {
    pub id: String,
    pub app: String,
    pub name: String,
    pub about: String,
    pub permissions: Permissions,
}

impl PermissionSets {
    /// Those of a company that keeps these.
    pub fn with(kept: Vec<Kept>) -> Self {
        let mut kept: BTreeMap<String, Kept> = kept.into_iter().map(|set| (set.id.clone(), set)).collect();
        let mut sets: Vec<PermissionSet> = BUILT_IN.iter().map(|row| built_in(row, &mut kept)).collect();
        let mut own: Vec<PermissionSet> = kept.into_values().map(own).collect();
        own.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        sets.append(&mut own);
        PermissionSets(sets)
    }

    pub fn iter(&self) -> impl Iterator<Item = &PermissionSet> {
        self.0.iter()
    }

    pub fn find(&self, id: &str) -> Option<&PermissionSet> {
        self.iter().find(|set| set.id.eq_ignore_ascii_case(id))
    }

    /// The built-in set of an app for administrators or for everybody else. Where there is only one sort, that one is meant by
    /// who asks for none.
    pub fn built_in(&self, app: &str, admin: Option<bool>) -> Option<&PermissionSet> {
        let mut of_app = self.iter().filter(|set| set.app == app && set.sort != Sort::Custom);
        match admin {
            Some(admin) => of_app.find(|set| (set.sort == Sort::Admin) == admin),
            None => of_app.min_by_key(|set| set.sort == Sort::Admin),
        }
    }
}

fn built_in(row: &(&str, &str, &str, Sort, &str), kept: &mut BTreeMap<String, Kept>) -> PermissionSet {
    let (id, app, name, sort, about) = *row;
    let decided = kept.remove(id).map(|kept| kept.permissions);
    let permissions = match sort {
        Sort::Admin => Permissions::all(),
        Sort::Regular | Sort::Custom => decided.unwrap_or_else(Permissions::regular),
    };
    PermissionSet { id: id.to_owned(), app: app.to_owned(), name: name.to_owned(), about: about.to_owned(), sort, permissions }
}

fn own(kept: Kept) -> PermissionSet {
    let Kept { id, app, name, about, permissions } = kept;
    PermissionSet { id, app, name, about, sort: Sort::Custom, permissions }
}
