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
    // Who is signed in. The key is a hash of what the cookie holds; the id names a session to people.
    "CREATE TABLE sessions (
        hash TEXT PRIMARY KEY, company_id BIGINT NOT NULL, id BIGINT NOT NULL, user_id BIGINT NOT NULL,
        add_time BIGINT NOT NULL, seen_time BIGINT NOT NULL, end_time BIGINT NOT NULL, address TEXT, user_agent TEXT)",
    "CREATE UNIQUE INDEX sessions_by_id ON sessions (company_id, id)",
    "CREATE INDEX sessions_by_user ON sessions (company_id, user_id)",
    // OAuth. Registered apps are known to all companies; the company is the one that has registered them.
    "CREATE TABLE apps (
        id BIGINT PRIMARY KEY, company_id BIGINT NOT NULL, client_id TEXT NOT NULL, secret_hash TEXT, secret_nr BIGINT NOT NULL,
        name TEXT NOT NULL, redirect_uris TEXT NOT NULL, scopes TEXT NOT NULL, uninstall_url TEXT,
        add_time BIGINT NOT NULL, rotate_time BIGINT)",
    "CREATE UNIQUE INDEX apps_by_client_id ON apps (client_id)",
    "CREATE INDEX apps_by_company ON apps (company_id, id)",
    // What users have let in, and what has come of it: codes, refresh tokens and access tokens, as hashes.
    "CREATE TABLE oauth_grants (
        company_id BIGINT NOT NULL, app_id BIGINT NOT NULL, user_id BIGINT NOT NULL, id BIGINT NOT NULL, scopes TEXT NOT NULL,
        refresh_hash TEXT NOT NULL, code_hash TEXT, expire_time BIGINT NOT NULL, add_time BIGINT NOT NULL, update_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, app_id, user_id))",
    "CREATE UNIQUE INDEX oauth_grants_by_id ON oauth_grants (company_id, id)",
    "CREATE UNIQUE INDEX oauth_grants_by_refresh_token ON oauth_grants (company_id, refresh_hash)",
    "CREATE TABLE oauth_codes (
        company_id BIGINT NOT NULL, hash TEXT NOT NULL, app_id BIGINT NOT NULL, user_id BIGINT NOT NULL, scopes TEXT NOT NULL,
        redirect_uri TEXT NOT NULL, challenge_method TEXT, challenge TEXT, expire_time BIGINT NOT NULL, used_time BIGINT,
        PRIMARY KEY (company_id, hash))",
    "CREATE TABLE oauth_access_tokens (
        company_id BIGINT NOT NULL, hash TEXT NOT NULL, app_id BIGINT NOT NULL, user_id BIGINT NOT NULL, scopes TEXT NOT NULL,
        expire_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, hash))",
    "CREATE INDEX oauth_access_tokens_by_grant ON oauth_access_tokens (company_id, app_id, user_id)",
    "CREATE INDEX oauth_access_tokens_by_end ON oauth_access_tokens (company_id, expire_time)",
    // API tokens that were exchanged for access tokens, which each can be once.
    "CREATE TABLE oauth_exchanges (
        company_id BIGINT NOT NULL, token_hash TEXT NOT NULL, app_id BIGINT NOT NULL, add_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, token_hash))",
    // Everything that happened in a company, in an order that never changes: the rows of the outbox with gapless numbers.
    "CREATE TABLE event_log (
        company_id BIGINT NOT NULL, seq BIGINT NOT NULL, event_id BIGINT NOT NULL, time BIGINT NOT NULL,
        PRIMARY KEY (company_id, seq)) CLUSTERED",
    // Who writes the event log of a company, and where its next row goes.
    "CREATE TABLE event_log_ends (
        company_id BIGINT NOT NULL, next_seq BIGINT NOT NULL, holder TEXT NOT NULL, lease_until BIGINT NOT NULL,
        PRIMARY KEY (company_id)) CLUSTERED",
    // What each subscription is told of. `seq` is the place in the event log; `attempts` is a JSON list.
    "CREATE TABLE webhook_deliveries (
        company_id BIGINT NOT NULL, hook_id BIGINT NOT NULL, seq BIGINT NOT NULL, event_id BIGINT NOT NULL,
        entity TEXT NOT NULL, record_id BIGINT NOT NULL, action TEXT NOT NULL, event_time BIGINT NOT NULL,
        state TEXT NOT NULL, next_time BIGINT, attempt_count BIGINT NOT NULL, first_time BIGINT, attempts TEXT NOT NULL,
        PRIMARY KEY (company_id, hook_id, seq)) CLUSTERED",
    // Of those that wait only, which are few: what is due, in which order, and what has to go before it.
    "CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (company_id, hook_id, next_time) WHERE state = 'waiting'",
    "CREATE INDEX webhook_deliveries_by_seq ON webhook_deliveries (company_id, hook_id, seq, next_time) WHERE state = 'waiting'",
    "CREATE INDEX webhook_deliveries_by_record ON webhook_deliveries (company_id, hook_id, record_id, entity, seq, next_time)
        WHERE state = 'waiting'",
    // Who sends for a subscription, and how its receiver fares.
    "CREATE TABLE webhook_senders (
        company_id BIGINT NOT NULL, hook_id BIGINT NOT NULL, holder TEXT NOT NULL, lease_until BIGINT NOT NULL,
        failed_count BIGINT NOT NULL, banned_until BIGINT, failing_since BIGINT,
        PRIMARY KEY (company_id, hook_id)) CLUSTERED",
    // Who did what. Rows are only added; ids are UUIDs in the order of time.
    "CREATE TABLE audit_log (
        company_id BIGINT NOT NULL, id TEXT NOT NULL, time BIGINT NOT NULL, user_id BIGINT, action TEXT NOT NULL,
        object_type TEXT, object_id BIGINT, details TEXT NOT NULL, via TEXT NOT NULL, session_id BIGINT,
        client TEXT, address TEXT, user_agent TEXT,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX audit_log_by_user ON audit_log (company_id, user_id, id)",
    "CREATE INDEX audit_log_by_action ON audit_log (company_id, action, id)",
    // What a company has decided about sets of permissions, and its own sets.
    "CREATE TABLE permission_sets (
        company_id BIGINT NOT NULL, id TEXT NOT NULL, app TEXT NOT NULL, name TEXT NOT NULL, about TEXT NOT NULL,
        permissions TEXT NOT NULL,
        PRIMARY KEY (company_id, id))",
    // What all nodes together have taken of a company's tokens, day by day, and the largest share of them, in percent, of which
    // administrators were told.
    "CREATE TABLE token_budgets (
        company_id BIGINT NOT NULL, day BIGINT NOT NULL, taken BIGINT NOT NULL, told BIGINT NOT NULL,
        PRIMARY KEY (company_id, day))",
];
