//! The caller, the company and the server.

use super::rows::START;
use crate::jobs;
use crate::tool::{Effect, Tool, job, p, reads};

pub const TOOLS: &[Tool] = &[
    job("system_get_metrics", "Show numbers", "How many deals, pipelines and users there are.", Effect::Reads, jobs::system::counts),
    reads("system_health_check", "Check connection", "Whose credentials these are, if they are good.", "penstock.getMe").one(),
    reads("system_get_current_user", "Show me", "The caller and the company.", "v1.getCurrentUser").one(),
    reads("system_list_currencies", "List currencies", "", "v1.getCurrencies").params(&[p("term")]),
    job(
        "system_reset_cache",
        "Forget names",
        "Reads the names of fields anew; needed only right after they were changed elsewhere.",
        Effect::Changes,
        jobs::system::forget,
    ),
    reads("system_list_addons", "List add-ons", "", "v1.getCompanyAddons"),
    reads("system_get_recents", "List recent changes", "Of all records since a time (YYYY-MM-DD HH:MM:SS, UTC).", "v1.getRecents")
        .params(&[p("since_timestamp"), p("items"), START]),
    reads("system_get_user_connections", "Show connections", "", "v1.getUserConnections").one(),
    reads("system_get_user_settings", "Show my settings", "", "v1.getUserSettings").one(),
];
