//! What only Penstock has: deliveries of webhooks, and who comes in by which way and may do what.

use crate::tool::{Kind, Param, Tool, adds, changes, p, reads, removes};

const WORDS: Kind = Kind::Words(&[]);
const APP: &[Param] = &[p("name"), p("redirect_uris").is(WORDS), p("scopes").is(WORDS), p("uninstall_url")];
const GROUP: &[Param] = &[p("name"), p("parent_id").is(Kind::Id)];
const PERMISSION_SET: &[Param] = &[p("name"), p("description"), p("contents").is(WORDS)];

pub const DELIVERIES: &[Tool] = &[
    reads(
        "webhooks_list_deliveries",
        "List deliveries of webhook",
        "Newest first, each with its attempts.",
        "penstock.getWebhookDeliveries",
    ),
    adds("webhooks_replay_delivery", "Send event again", "One event of a webhook.", "penstock.replayWebhookDelivery"),
    adds("webhooks_replay_since", "Send events again", "All events of a webhook since a time.", "penstock.replayWebhookDeliveries")
        .params(&[p("since")]),
    adds("webhooks_test", "Test webhook", "Sends a test event now and answers what came of it.", "penstock.testWebhook"),
];

pub const TOOLS: &[Tool] = &[
    reads(
        "audit_log_list",
        "List audit log",
        "Sign-ins, changes of access, bulk deletions, writes of agents; newest first.",
        "penstock.getAuditLog",
    )
    .params(&[p("action"), p("user_id"), p("since"), p("until")]),
    reads("sessions_list", "List sessions", "Yours; administrators: those of user_id.", "penstock.getSessions").params(&[p("user_id")]),
    removes("sessions_delete", "End session", "", "penstock.deleteSession"),
    removes("sessions_delete_all", "End sessions", "All of a user but the one that asks.", "penstock.deleteSessions")
        .params(&[p("user_id")]),
    reads("grants_list", "List apps let in", "Administrators: those of everybody.", "penstock.getGrants"),
    removes("grants_delete", "Remove app let in", "For whoever has let it in.", "penstock.deleteGrant"),
    reads("apps_list", "List apps", "Registered by the company.", "penstock.getApps"),
    reads("apps_get", "Show app", "", "penstock.getApp"),
    adds("apps_create", "Register app", "The only answer with its secret.", "penstock.addApp").params(APP).more(&[p("is_public")]),
    changes("apps_update", "Change app", "", "penstock.updateApp").params(APP),
    removes("apps_rotate_secret", "Give app a new secret", "The old one ends.", "penstock.rotateAppSecret"),
    removes("apps_delete", "Delete app", "For all who have let it in.", "penstock.deleteApp"),
    reads("visibility_groups_list", "List visibility groups", "With their users.", "penstock.getVisibilityGroups"),
    adds("visibility_groups_create", "Create visibility group", "", "penstock.addVisibilityGroup").params(GROUP),
    changes("visibility_groups_update", "Change visibility group", "", "penstock.updateVisibilityGroup").params(GROUP),
    removes("visibility_groups_delete", "Delete visibility group", "One without users and groups below.", "penstock.deleteVisibilityGroup"),
    changes("users_update_visibility_group", "Move user to visibility group", "", "penstock.updateUserVisibilityGroup")
        .params(&[p("group_id")]),
    changes("users_update_access", "Set access of user", "access: [{app, admin or permission_set_id}].", "penstock.updateUserAccess")
        .params(&[p("access").is(Kind::Objects)]),
    adds("permission_sets_create", "Create permission set", "contents: words such as can_delete_deals.", "penstock.addPermissionSet")
        .params(PERMISSION_SET)
        .more(&[p("app")]),
    changes("permission_sets_update", "Change permission set", "", "penstock.updatePermissionSet").params(PERMISSION_SET),
    removes("permission_sets_delete", "Delete permission set", "One that nobody has.", "penstock.deletePermissionSet"),
];
