//! What other programs and people come in by, and what they are told.

pub(super) const STEPS: &[&str] = &[
    // Who is told of which events, and where. Small: read as a whole.
    "CREATE TABLE webhooks (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT, version TEXT NOT NULL,
        event_action TEXT NOT NULL, event_object TEXT NOT NULL, subscription_url TEXT NOT NULL,
        user_id BIGINT NOT NULL, owner_id BIGINT NOT NULL, app_id BIGINT,
        http_auth_user TEXT, http_auth_password TEXT,
        is_active BIGINT NOT NULL, add_time BIGINT NOT NULL, remove_time BIGINT, remove_reason TEXT,
        last_delivery_time BIGINT, last_http_status BIGINT,
        PRIMARY KEY (company_id, id))",
    // What a company has decided about sets of permissions, and its own sets.
    "CREATE TABLE permission_sets (
        company_id BIGINT NOT NULL, id TEXT NOT NULL, app TEXT NOT NULL, name TEXT NOT NULL, about TEXT NOT NULL,
        permissions TEXT NOT NULL,
        PRIMARY KEY (company_id, id))",
    // What all nodes together have taken of a company's tokens, day by day.
    "CREATE TABLE token_budgets (
        company_id BIGINT NOT NULL, day BIGINT NOT NULL, taken BIGINT NOT NULL,
        PRIMARY KEY (company_id, day))",
];
