//! Users, roles, teams and permission sets.

use super::rows::START;
use crate::tool::{Kind, Param, Rows, Tool, adds, changes, p, reads, removes};

const USER: Rows = Rows {
    of: "",
    keys: &["id", "name", "email", "active_flag", "is_admin", "role_id", "timezone_name", "default_currency", "last_login"],
};
const TEAM: Rows = Rows { of: "", keys: &["id", "name", "description", "manager_id", "users", "active_flag"] };

pub const TOOLS: &[Tool] = &[
    reads("users_list", "List users", "", "v1.getUsers").shows(&USER),
    reads("users_get", "Show user", "", "v1.getUser").shows(&USER),
    adds("users_create", "Invite user", "The name follows from the address until the user sets one.", "v1.addUser")
        .params(&[p("email"), p("active_flag")])
        .shows(&USER),
    changes("users_update", "Switch user on or off", "Nothing else can be changed.", "v1.updateUser")
        .params(&[p("active_flag").required()])
        .shows(&USER),
    reads("users_get_current", "Show me", "", "v1.getCurrentUser").one(),
    reads("users_list_followers", "List user followers", "", "v2.getUserFollowers"),
    reads("users_get_permissions", "Show permissions of user", "", "v1.getUserPermissions").one(),
    reads("users_list_role_settings", "Show role settings of user", "", "v1.getUserRoleSettings").one(),
    reads("users_find", "Find users", "By a part of the name or the address.", "v1.findUsersByName")
        .params(&[p("term"), p("search_by_email")])
        .shows(&USER),
    reads("users_list_role_assignments", "List roles of user", "", "v1.getUserRoleAssignments").params(&[START]),
];

pub const ROLES: &[Tool] = &[
    reads("roles_list", "List roles", "", "v1.getRoles").params(&[START]),
    reads("roles_get", "Show role", "", "v1.getRole"),
    adds("roles_create", "Create role", "", "v1.addRole").params(&[p("name"), p("parent_role_id")]),
    changes("roles_update", "Change role", "", "v1.updateRole").params(&[p("name"), p("parent_role_id")]),
    removes("roles_delete", "Delete role", "", "v1.deleteRole"),
    reads("roles_get_role_assignments", "List users of role", "", "v1.getRoleAssignments").params(&[START]),
    changes("roles_add_role_assignment", "Give role", "A user has one role: the one before ends.", "v1.addRoleAssignment")
        .params(&[p("user_id")]),
    removes("roles_delete_role_assignment", "Take role", "", "v1.deleteRoleAssignment").params(&[p("user_id").required()]),
    reads("roles_get_role_settings", "Show role settings", "", "v1.getRoleSettings").one(),
    changes("roles_add_role_setting", "Set role setting", "Visibility of new records: 1, 3, 5 or 7.", "v1.addOrUpdateRoleSetting")
        .params(&[p("setting_key"), p("value")]),
    changes("roles_update_role_setting", "Change role setting", "As roles_add_role_setting.", "v1.addOrUpdateRoleSetting")
        .params(&[p("setting_key"), p("value")]),
    reads("roles_list_role_pipelines", "List pipelines of role", "", "v1.getRolePipelines").params(&[p("visible")]).one(),
    changes("roles_update_role_pipelines", "Set pipelines of role", "visible_pipeline_ids: {id: true or false}.", "v1.updateRolePipelines")
        .params(&[p("visible_pipeline_ids").is(Kind::Object)]),
];

const TEAM_KEYS: &[Param] = &[p("name"), p("manager_id"), p("description"), p("users").is(Kind::Ids)];

pub const TEAMS: &[Tool] = &[
    reads("teams_get_all", "List teams", "", "v1.getTeams").params(&[p("order_by"), p("skip_users")]).shows(&TEAM),
    reads("teams_get", "Show team", "", "v1.getTeam").params(&[p("skip_users")]).shows(&TEAM),
    adds("teams_create", "Create team", "", "v1.addTeam").params(TEAM_KEYS).shows(&TEAM),
    changes("teams_update", "Change team", "", "v1.updateTeam").params(TEAM_KEYS).more(&[p("active_flag")]).shows(&TEAM),
    reads("teams_get_users", "List users of team", "", "v1.getTeamUsers"),
    changes("teams_add_user", "Add user to team", "user_id: one id or several.", "v1.addTeamUser")
        .params(&[p("user_id").to("users").is(Kind::Ids)]),
    removes("teams_delete_user", "Remove user from team", "user_id: one id or several.", "v1.deleteTeamUser")
        .params(&[p("user_id").to("users").is(Kind::Ids).required()]),
    reads("teams_get_user_teams", "List teams of user", "", "v1.getUserTeams").params(&[p("order_by"), p("skip_users")]).shows(&TEAM),
];

pub const PERMISSION_SETS: &[Tool] = &[
    reads("permission_sets_list", "List permission sets", "", "v1.getPermissionSets").params(&[p("app")]),
    reads("permission_sets_get", "Show permission set", "", "v1.getPermissionSet"),
    reads("permission_sets_get_assignments", "List users of permission set", "", "v1.getPermissionSetAssignments").params(&[START]),
];

const RELATION: &[Param] = &[p("type"), p("rel_owner_org_id"), p("rel_linked_org_id"), p("org_id")];

pub const RELATIONSHIPS: &[Tool] = &[
    reads("org_relationships_get_all", "List relations of organization", "", "v1.getOrganizationRelationships")
        .params(&[p("org_id").required()]),
    reads("org_relationships_get", "Show relation", "", "v1.getOrganizationRelationship").params(&[p("org_id")]),
    adds(
        "org_relationships_create",
        "Relate organizations",
        "type: parent (owner is above linked) or related.",
        "v1.addOrganizationRelationship",
    )
    .params(RELATION),
    changes("org_relationships_update", "Change relation", "", "v1.updateOrganizationRelationship").params(RELATION),
    removes("org_relationships_delete", "Delete relation", "", "v1.deleteOrganizationRelationship"),
];
