//! What users may do, as flags, and the named sets that their access to an app refers to (semantics.md 8.2).

use crate::directory::User;

/// A set of permissions within one app. They are the same in every company and cannot be changed.
#[derive(Debug, PartialEq, Eq)]
pub struct PermissionSet {
    pub id: &'static str,
    pub app: &'static str,
    pub name: &'static str,
    /// What people read about it.
    pub about: &'static str,
    pub is_admin: bool,
}

const fn set(id: &'static str, app: &'static str, name: &'static str, is_admin: bool, about: &'static str) -> PermissionSet {
    PermissionSet { id, app, name, about, is_admin }
}

/// All sets. Projects and account settings know only full access or none.
pub const SETS: &[PermissionSet] = &[
    set("23faa7ea-c28c-4c1b-b022-7c03c7a5d186", "sales", "Deals admin", true, "All deals and leads, pipelines and stages"),
    set(
        "b292ab8c-5e81-4257-928f-20e57e771478",
        "sales",
        "Deals regular user",
        false,
        "Deals and leads that others share; what new users have",
    ),
    set(
        "9cb24298-8688-4a92-aac7-165603de5026",
        "global",
        "Global admin",
        true,
        "All contacts, products and activities, and the fields of everything",
    ),
    set(
        "f84a0891-5194-4a19-ab25-c94618a759ca",
        "global",
        "Global regular user",
        false,
        "Contacts, products and activities that others share; what new users have",
    ),
    set("d60d3fba-1a8e-41db-9dfe-f8a62c932d5d", "projects", "Projects", true, "All projects"),
    set("0d004ce8-ba88-4dcb-8112-b6bc4b3fbe9a", "account_settings", "Account settings", true, "The company, its users and their roles"),
];

/// Every flag, and whether regular users have it. Theirs are those that the notes name, and what Penstock lets
/// everybody do.
pub const FLAGS: &[(&str, bool)] = &[
    ("can_add_custom_fields", false),
    ("can_add_products", true),
    ("can_add_prospects_as_leads", false),
    ("can_bulk_edit_items", true),
    ("can_change_visibility_of_items", true),
    ("can_convert_deals_to_leads", true),
    ("can_create_own_workflow", true),
    ("can_delete_activities", true),
    ("can_delete_custom_fields", false),
    ("can_delete_deals", false),
    ("can_edit_custom_fields", false),
    ("can_edit_deals_closed_date", true),
    ("can_edit_products", true),
    ("can_edit_shared_filters", true),
    ("can_export_data_from_lists", true),
    ("can_follow_other_users", false),
    ("can_merge_deals", false),
    ("can_merge_organizations", false),
    ("can_merge_people", false),
    ("can_modify_labels", false),
    ("can_see_company_wide_statistics", false),
    ("can_see_deals_list_summary", true),
    ("can_see_hidden_items_names", false),
    ("can_see_other_users", true),
    ("can_see_other_users_statistics", true),
    ("can_see_security_dashboard", false),
    ("can_share_filters", true),
    ("can_share_insights", false),
    ("can_use_api", true),
    ("can_use_email_tracking", true),
    ("can_use_import", false),
];

/// Every flag with whether this user has it: administrators have all.
pub fn of(user: &User) -> impl Iterator<Item = (&'static str, bool)> {
    FLAGS.iter().map(|(flag, regular)| (*flag, user.is_admin || *regular))
}
