//! What users may do, flag by flag (semantics.md 8.2). Sets of flags come to users with their access to an app.

use penstock_model::Area;

/// Something that a user may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    AddCustomFields,
    AddProducts,
    AddProspectsAsLeads,
    BulkEditItems,
    ChangeVisibilityOfItems,
    ConvertDealsToLeads,
    CreateOwnWorkflow,
    DeleteActivities,
    DeleteCustomFields,
    DeleteDeals,
    EditCustomFields,
    EditDealsClosedDate,
    EditProducts,
    EditSharedFilters,
    ExportDataFromLists,
    FollowOtherUsers,
    MergeDeals,
    MergeOrganizations,
    MergePeople,
    ModifyLabels,
    SeeCompanyWideStatistics,
    SeeDealsListSummary,
    SeeHiddenItemsNames,
    SeeOtherUsers,
    SeeOtherUsersStatistics,
    SeeSecurityDashboard,
    ShareFilters,
    ShareInsights,
    UseApi,
    UseEmailTracking,
    UseImport,
}

use Permission::*;

/// Every permission, the word of the API for it, and whether regular users have it. Theirs are those that the notes name, and
/// what Penstock lets everybody do.
pub const PERMISSIONS: &[(Permission, &str, bool)] = &[
    (AddCustomFields, "can_add_custom_fields", false),
    (AddProducts, "can_add_products", true),
    (AddProspectsAsLeads, "can_add_prospects_as_leads", false),
    (BulkEditItems, "can_bulk_edit_items", true),
    (ChangeVisibilityOfItems, "can_change_visibility_of_items", true),
    (ConvertDealsToLeads, "can_convert_deals_to_leads", true),
    (CreateOwnWorkflow, "can_create_own_workflow", true),
    (DeleteActivities, "can_delete_activities", true),
    (DeleteCustomFields, "can_delete_custom_fields", false),
    (DeleteDeals, "can_delete_deals", false),
    (EditCustomFields, "can_edit_custom_fields", false),
    (EditDealsClosedDate, "can_edit_deals_closed_date", true),
    (EditProducts, "can_edit_products", true),
    (EditSharedFilters, "can_edit_shared_filters", true),
    (ExportDataFromLists, "can_export_data_from_lists", true),
    (FollowOtherUsers, "can_follow_other_users", false),
    (MergeDeals, "can_merge_deals", false),
    (MergeOrganizations, "can_merge_organizations", false),
    (MergePeople, "can_merge_people", false),
    (ModifyLabels, "can_modify_labels", true),
    (SeeCompanyWideStatistics, "can_see_company_wide_statistics", false),
    (SeeDealsListSummary, "can_see_deals_list_summary", true),
    (SeeHiddenItemsNames, "can_see_hidden_items_names", false),
    (SeeOtherUsers, "can_see_other_users", true),
    (SeeOtherUsersStatistics, "can_see_other_users_statistics", true),
    (SeeSecurityDashboard, "can_see_security_dashboard", false),
    (ShareFilters, "can_share_filters", true),
    (ShareInsights, "can_share_insights", false),
    (UseApi, "can_use_api", true),
    (UseEmailTracking, "can_use_email_tracking", true),
    (UseImport, "can_use_import", false),
];

/// Permissions that somebody, or a set, has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions(u64);

impl Permissions {
    pub fn all() -> Self {
        PERMISSIONS.iter().map(|(permission, ..)| *permission).collect()
    }

    /// What regular users have unless their company has decided otherwise.
    pub fn regular() -> Self {
        PERMISSIONS.iter().filter(|(_, _, regular)| *regular).map(|(permission, ..)| *permission).collect()
    }

    pub fn has(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// What this or the other has.
    pub fn or(self, other: Self) -> Self {
        Permissions(self.0 | other.0)
    }

    /// The words for what is in it.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        PERMISSIONS.iter().filter(move |(permission, ..)| self.has(*permission)).map(|(_, word, _)| *word)
    }

    /// Reads words; the first unknown one is the error.
    pub fn of_words<'w>(words: impl IntoIterator<Item = &'w str>) -> Result<Self, &'w str> {
        let known = |word: &'w str| PERMISSIONS.iter().find(|(_, known, _)| *known == word).map(|(permission, ..)| *permission).ok_or(word);
        words.into_iter().map(known).collect()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Permissions(permissions.into_iter().fold(0, |bits, permission| bits | bit(permission)))
    }
}

const fn bit(permission: Permission) -> u64 {
    1 << permission as u64
}

/// What an operation asks of its caller beyond the rights on the records it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Nothing,
    /// To administer an area.
    AdminOf(Area),
    Permission(Permission),
}
