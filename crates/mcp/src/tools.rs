//! The tool table, set by set.

mod access;
mod activities;
mod deals;
mod fields;
mod files;
mod jobs;
mod leads;
mod more_deals;
mod notes;
mod organizations;
mod persons;
mod pipelines;
mod products;
mod projects;
mod rows;
mod search;
mod settings;
mod subscriptions;
mod system;
mod users;

use crate::tool::Tool;

/// Every set of tools by its name; a set may stand there in several parts.
pub const TABLE: &[(&str, &[Tool])] = &[
    ("deals", deals::TOOLS),
    ("persons", persons::TOOLS),
    ("organizations", organizations::TOOLS),
    ("activities", activities::TOOLS),
    ("files", files::TOOLS),
    ("search", search::TOOLS),
    ("jobs", jobs::TOOLS),
    ("pipelines", pipelines::TOOLS),
    ("stages", pipelines::STAGES),
    ("notes", notes::TOOLS),
    ("fields", fields::TOOLS),
    ("fields", fields::OF_ORGANIZATIONS),
    ("fields", fields::OF_DEALS),
    ("fields", fields::OF_PERSONS),
    ("fields", fields::OF_PRODUCTS),
    ("fields", fields::OF_PROJECTS),
    ("system", system::TOOLS),
    ("products", products::TOOLS),
    ("leads", leads::TOOLS),
    ("users", users::TOOLS),
    ("roles", users::ROLES),
    ("teams", users::TEAMS),
    ("permission_sets", users::PERMISSION_SETS),
    ("org_relationships", users::RELATIONSHIPS),
    ("filters", settings::FILTERS),
    ("webhooks", settings::WEBHOOKS),
    ("projects", projects::TOOLS),
    ("project_templates", projects::TEMPLATES),
    ("tasks", projects::TASKS),
    ("goals", settings::GOALS),
    ("activity_types", settings::ACTIVITY_TYPES),
    ("call_logs", settings::CALL_LOGS),
    ("mailbox", settings::MAILBOX),
    ("channels", settings::CHANNELS),
    ("meetings", settings::MEETINGS),
    ("more_deals", more_deals::TOOLS),
    ("more_search", more_deals::SEARCH),
    ("product_search", products::SEARCH),
    ("subscriptions", subscriptions::TOOLS),
    ("more_files", subscriptions::FILES),
    ("deliveries", access::DELIVERIES),
    ("access", access::TOOLS),
];

/// The sets that clients get who ask for none.
pub const SEED: &[&str] = &["deals", "persons", "organizations", "activities", "files", "search", "jobs"];

/// The least that sales can be done with.
pub const CORE: &[&str] = &[
    "search_universal",
    "deals_list",
    "deals_get",
    "deals_create",
    "deals_update",
    "deals_mark_as_won",
    "deals_mark_as_lost",
    "persons_search",
    "persons_get",
    "persons_create",
    "persons_update",
    "organizations_search",
    "organizations_create",
    "activities_list",
    "activities_create",
    "activities_mark_as_done",
    "log_call",
    "create_deal_with_contacts",
    "pipeline_review",
    "import_list",
];

pub const FILE_KEYS: &[&str] = rows::FILE.keys;
