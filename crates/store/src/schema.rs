//! The schema, one statement per step. A step that was released never changes; new ones follow at the end.
//!
//! Only `BIGINT`, `DOUBLE PRECISION` and `TEXT` are used. Every primary key and unique index begins with
//! `company_id`, except where a table is global. Booleans are 0 or 1, times milliseconds since 1970,
//! money ten-thousandths, lists and objects JSON text.
//!
//! `CLUSTERED` at the end of a table says that its rows are small and looked up by their key: see [`Dialect::step`].

#[cfg(doc)]
use crate::dialect::Dialect;

mod attached;
mod platform;

/// All steps, in the order in which they are taken.
pub fn steps() -> Vec<&'static str> {
    [RECORDS, attached::STEPS, platform::STEPS].concat()
}

/// Companies, people, what a company keeps records of, and what derives from them.
const RECORDS: &[&str] = &[
    // Companies and the people in them.
    "CREATE TABLE companies (
        id BIGINT PRIMARY KEY, name TEXT NOT NULL, domain TEXT NOT NULL, country TEXT, industry TEXT,
        currency TEXT NOT NULL, timezone TEXT NOT NULL, language TEXT NOT NULL, locale TEXT NOT NULL,
        revision BIGINT NOT NULL, add_time BIGINT NOT NULL)",
    "CREATE TABLE id_blocks (
        company_id BIGINT NOT NULL, sort TEXT NOT NULL, next BIGINT NOT NULL,
        PRIMARY KEY (company_id, sort)) CLUSTERED",
    "CREATE TABLE users (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,
        name TEXT NOT NULL, email TEXT NOT NULL, phone TEXT, password_hash TEXT,
        default_currency TEXT NOT NULL, locale TEXT NOT NULL, lang BIGINT NOT NULL, timezone_name TEXT NOT NULL,
        active_flag BIGINT NOT NULL, activated BIGINT NOT NULL, is_deleted BIGINT NOT NULL, is_admin BIGINT NOT NULL,
        access TEXT NOT NULL, role_id BIGINT NOT NULL, group_id BIGINT NOT NULL, has_created_company BIGINT NOT NULL,
        icon_url TEXT, last_login BIGINT, add_time BIGINT NOT NULL, update_time BIGINT,
        PRIMARY KEY (company_id, id))",
    "CREATE UNIQUE INDEX users_by_email ON users (company_id, email)",
    "CREATE TABLE tokens (
        hash TEXT PRIMARY KEY, company_id BIGINT NOT NULL, user_id BIGINT NOT NULL, add_time BIGINT NOT NULL)",
    "CREATE INDEX tokens_by_user ON tokens (company_id, user_id)",
    "CREATE TABLE groups (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, parent_id BIGINT, name TEXT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE TABLE roles (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL, parent_role_id BIGINT, name TEXT NOT NULL,
        active_flag BIGINT NOT NULL, settings TEXT NOT NULL, hidden_pipelines TEXT NOT NULL,
        PRIMARY KEY (company_id, id))",
    // Field definitions; `code` is the key of a custom field, or of a built-in one that was given options or settings.
    "CREATE TABLE fields (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,
        entity TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, description TEXT, field_type TEXT NOT NULL,
        options TEXT, options_deleted TEXT, settings TEXT NOT NULL, is_custom_field BIGINT NOT NULL,
        order_nr BIGINT NOT NULL, is_deleted BIGINT NOT NULL,
        creator_user_id BIGINT, last_updated_by_user_id BIGINT, add_time BIGINT NOT NULL, update_time BIGINT,
        PRIMARY KEY (company_id, id))",
    "CREATE UNIQUE INDEX fields_by_code ON fields (company_id, entity, code)",
    // Pipelines and stages.
    "CREATE TABLE pipelines (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,
        name TEXT NOT NULL, order_nr BIGINT NOT NULL, is_deleted BIGINT NOT NULL,
        is_deal_probability_enabled BIGINT NOT NULL, add_time BIGINT NOT NULL, update_time BIGINT,
        PRIMARY KEY (company_id, id))",
    "CREATE TABLE stages (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,
        pipeline_id BIGINT NOT NULL, name TEXT NOT NULL, order_nr BIGINT NOT NULL, is_deleted BIGINT NOT NULL,
        deal_probability BIGINT NOT NULL, is_deal_rot_enabled BIGINT NOT NULL, days_to_rotten BIGINT,
        add_time BIGINT NOT NULL, update_time BIGINT,
        PRIMARY KEY (company_id, id))",
    // Organizations, persons, deals.
    "CREATE TABLE organizations (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,
        name TEXT NOT NULL, first_char TEXT NOT NULL, owner_id BIGINT NOT NULL, visible_to BIGINT NOT NULL,
        address TEXT, label_ids TEXT NOT NULL, website TEXT, linkedin TEXT, industry BIGINT,
        annual_revenue BIGINT, employee_count BIGINT, picture_id BIGINT, country_code TEXT,
        is_deleted BIGINT NOT NULL, delete_time BIGINT, add_time BIGINT NOT NULL, update_time BIGINT,
        custom_fields TEXT NOT NULL,
        PRIMARY KEY (company_id, id))",
    // The `_by_listing` indexes hold all that decides whether a record belongs to a list: a v1 page far from the beginning
    // passes over what comes before it without touching the table. With the version a v2 page of rows that are kept touches
    // it neither.
    "CREATE INDEX organizations_by_listing ON organizations (company_id, id, is_deleted, visible_to, owner_id, version)",
    "CREATE INDEX organizations_by_name ON organizations (company_id, first_char, id)",
    "CREATE INDEX organizations_by_owner ON organizations (company_id, owner_id, id)",
    "CREATE INDEX organizations_by_add_time ON organizations (company_id, add_time, id)",
    "CREATE INDEX organizations_by_update_time ON organizations (company_id, update_time, id)",
    // Of deleted rows only, which are few: what is to be removed for good is found by them.
    "CREATE INDEX organizations_by_delete_time ON organizations (company_id, delete_time) WHERE is_deleted = 1",
    "CREATE TABLE persons (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,
        name TEXT NOT NULL, first_name TEXT, last_name TEXT, first_char TEXT NOT NULL,
        owner_id BIGINT NOT NULL, org_id BIGINT, visible_to BIGINT NOT NULL,
        emails TEXT NOT NULL, phones TEXT NOT NULL, label_ids TEXT NOT NULL, picture_id BIGINT,
        marketing_status TEXT NOT NULL, marketing_status_changed BIGINT NOT NULL, doi_status BIGINT,
        is_deleted BIGINT NOT NULL, delete_time BIGINT, add_time BIGINT NOT NULL, update_time BIGINT,
        custom_fields TEXT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX persons_by_listing ON persons (company_id, id, is_deleted, visible_to, owner_id, version)",
    "CREATE INDEX persons_by_name ON persons (company_id, first_char, id)",
    "CREATE INDEX persons_by_owner ON persons (company_id, owner_id, id)",
    "CREATE INDEX persons_by_organization ON persons (company_id, org_id, id)",
    "CREATE INDEX persons_by_add_time ON persons (company_id, add_time, id)",
    "CREATE INDEX persons_by_update_time ON persons (company_id, update_time, id)",
    "CREATE INDEX persons_by_delete_time ON persons (company_id, delete_time) WHERE is_deleted = 1",
    "CREATE TABLE deals (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,
        title TEXT NOT NULL, creator_user_id BIGINT NOT NULL, owner_id BIGINT NOT NULL, visible_to BIGINT NOT NULL,
        value BIGINT NOT NULL, currency TEXT NOT NULL, person_id BIGINT, org_id BIGINT,
        stage_id BIGINT NOT NULL, pipeline_id BIGINT NOT NULL, status TEXT NOT NULL, former_status TEXT,
        probability BIGINT, lost_reason TEXT, label_ids TEXT NOT NULL,
        origin TEXT NOT NULL, origin_id TEXT, channel BIGINT, channel_id TEXT, source_lead_id TEXT,
        acv BIGINT, arr BIGINT, mrr BIGINT,
        is_archived BIGINT NOT NULL, archive_time BIGINT, is_deleted BIGINT NOT NULL, delete_time BIGINT,
        expected_close_date TEXT, stage_change_time BIGINT, close_time BIGINT, won_time BIGINT, first_won_time BIGINT,
        lost_time BIGINT, rot_time BIGINT, add_time BIGINT NOT NULL, update_time BIGINT,
        custom_fields TEXT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX deals_by_listing ON deals (company_id, id, is_archived, is_deleted, visible_to, owner_id, version)",
    "CREATE INDEX deals_by_owner ON deals (company_id, owner_id, id)",
    "CREATE INDEX deals_by_person ON deals (company_id, person_id, id)",
    "CREATE INDEX deals_by_organization ON deals (company_id, org_id, id)",
    "CREATE INDEX deals_by_pipeline ON deals (company_id, pipeline_id, id)",
    "CREATE INDEX deals_by_stage ON deals (company_id, stage_id, id)",
    "CREATE INDEX deals_by_status ON deals (company_id, status, id)",
    "CREATE INDEX deals_by_add_time ON deals (company_id, add_time, id)",
    "CREATE INDEX deals_by_update_time ON deals (company_id, update_time, id)",
    "CREATE INDEX deals_by_delete_time ON deals (company_id, delete_time) WHERE is_deleted = 1",
    // Leads, activities, notes, products. Other rows refer to a lead by its UUID.
    "CREATE TABLE leads (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL, uuid TEXT NOT NULL,
        title TEXT NOT NULL, owner_id BIGINT NOT NULL, creator_user_id BIGINT NOT NULL, visible_to BIGINT NOT NULL,
        label_ids TEXT NOT NULL, person_id BIGINT, org_id BIGINT,
        source_name TEXT NOT NULL, origin TEXT NOT NULL, origin_id TEXT, channel BIGINT, channel_id TEXT,
        is_archived BIGINT NOT NULL, archive_time BIGINT, was_seen BIGINT NOT NULL,
        value BIGINT, currency TEXT, expected_close_date TEXT, source_deal_id BIGINT,
        is_deleted BIGINT NOT NULL, delete_time BIGINT, add_time BIGINT NOT NULL, update_time BIGINT,
        custom_fields TEXT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE UNIQUE INDEX leads_by_uuid ON leads (company_id, uuid)",
    "CREATE INDEX leads_by_listing ON leads (company_id, id, is_archived, is_deleted, visible_to, owner_id)",
    "CREATE INDEX leads_by_owner ON leads (company_id, owner_id, id)",
    "CREATE INDEX leads_by_person ON leads (company_id, person_id, id)",
    "CREATE INDEX leads_by_organization ON leads (company_id, org_id, id)",
    "CREATE INDEX leads_by_add_time ON leads (company_id, add_time, id)",
    "CREATE INDEX leads_by_update_time ON leads (company_id, update_time, id)",
    "CREATE INDEX leads_by_delete_time ON leads (company_id, delete_time) WHERE is_deleted = 1",
    "CREATE TABLE activities (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,
        subject TEXT NOT NULL, type TEXT NOT NULL, owner_id BIGINT NOT NULL, creator_user_id BIGINT NOT NULL,
        deal_id BIGINT, lead_id TEXT, person_id BIGINT, org_id BIGINT, project_id BIGINT,
        due_date TEXT NOT NULL, due_time TEXT, duration TEXT, busy BIGINT NOT NULL, busy_by_time BIGINT NOT NULL,
        done BIGINT NOT NULL, marked_as_done_time BIGINT,
        location TEXT, participants TEXT NOT NULL, attendees TEXT NOT NULL,
        conference_meeting_client TEXT, conference_meeting_url TEXT, conference_meeting_id TEXT,
        public_description TEXT, priority BIGINT, note TEXT, update_user_id BIGINT,
        rec_rule TEXT, rec_rule_extension TEXT, rec_end_date TEXT, source_timezone TEXT,
        rec_master_activity_id BIGINT, original_start_time BIGINT,
        is_deleted BIGINT NOT NULL, delete_time BIGINT, add_time BIGINT NOT NULL, update_time BIGINT,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX activities_by_listing
        ON activities (company_id, id, is_deleted, done, owner_id, deal_id, lead_id, person_id, org_id, project_id)",
    "CREATE INDEX activities_by_owner ON activities (company_id, owner_id, id, is_deleted, done)",
    // What few rows have is indexed for those only. Else the null that all others share counts as the usual value, and the planner
    // would rather read the whole table.
    "CREATE INDEX activities_by_deal ON activities (company_id, deal_id, id)",
    "CREATE INDEX activities_by_lead ON activities (company_id, lead_id, id) WHERE lead_id IS NOT NULL",
    "CREATE INDEX activities_by_person ON activities (company_id, person_id, id)",
    "CREATE INDEX activities_by_organization ON activities (company_id, org_id, id)",
    "CREATE INDEX activities_by_project ON activities (company_id, project_id, id) WHERE project_id IS NOT NULL",
    "CREATE INDEX activities_by_due_date ON activities (company_id, due_date, id)",
    "CREATE INDEX activities_by_add_time ON activities (company_id, add_time, id)",
    "CREATE INDEX activities_by_update_time ON activities (company_id, update_time, id)",
    "CREATE INDEX activities_by_series ON activities (company_id, due_date, id) WHERE rec_rule IS NOT NULL",
    "CREATE UNIQUE INDEX activities_by_occurrence ON activities (company_id, rec_master_activity_id, original_start_time)
        WHERE rec_master_activity_id IS NOT NULL",
    "CREATE INDEX activities_by_delete_time ON activities (company_id, delete_time) WHERE is_deleted = 1",
    "CREATE TABLE notes (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,
        content TEXT NOT NULL, user_id BIGINT NOT NULL, last_update_user_id BIGINT,
        deal_id BIGINT, person_id BIGINT, org_id BIGINT, lead_id TEXT, project_id BIGINT, task_id BIGINT,
        pinned_to_deal_flag BIGINT NOT NULL, pinned_to_person_flag BIGINT NOT NULL, pinned_to_organization_flag BIGINT NOT NULL,
        pinned_to_lead_flag BIGINT NOT NULL, pinned_to_project_flag BIGINT NOT NULL, pinned_to_task_flag BIGINT NOT NULL,
        is_deleted BIGINT NOT NULL, delete_time BIGINT, add_time BIGINT NOT NULL, update_time BIGINT,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX notes_by_listing ON notes (company_id, id, is_deleted)",
    "CREATE INDEX notes_by_user ON notes (company_id, user_id, id)",
    "CREATE INDEX notes_by_deal ON notes (company_id, deal_id, id)",
    "CREATE INDEX notes_by_person ON notes (company_id, person_id, id)",
    "CREATE INDEX notes_by_organization ON notes (company_id, org_id, id)",
    "CREATE INDEX notes_by_lead ON notes (company_id, lead_id, id) WHERE lead_id IS NOT NULL",
    "CREATE INDEX notes_by_project ON notes (company_id, project_id, id) WHERE project_id IS NOT NULL",
    "CREATE INDEX notes_by_update_time ON notes (company_id, update_time, id)",
    "CREATE INDEX notes_by_delete_time ON notes (company_id, delete_time) WHERE is_deleted = 1",
    "CREATE TABLE products (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,
        name TEXT NOT NULL, first_char TEXT NOT NULL, code TEXT, description TEXT, unit TEXT, tax BIGINT NOT NULL, category BIGINT,
        owner_id BIGINT NOT NULL, visible_to BIGINT NOT NULL, is_linkable BIGINT NOT NULL,
        billing_frequency TEXT NOT NULL, billing_frequency_cycles BIGINT, prices TEXT NOT NULL,
        is_deleted BIGINT NOT NULL, delete_time BIGINT, add_time BIGINT NOT NULL, update_time BIGINT,
        custom_fields TEXT NOT NULL, variations TEXT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX products_by_listing ON products (company_id, id, is_deleted, visible_to, owner_id, version)",
    "CREATE INDEX products_by_name ON products (company_id, first_char, id)",
    "CREATE INDEX products_by_owner ON products (company_id, owner_id, id)",
    "CREATE INDEX products_by_add_time ON products (company_id, add_time, id)",
    "CREATE INDEX products_by_update_time ON products (company_id, update_time, id)",
    "CREATE INDEX products_by_delete_time ON products (company_id, delete_time) WHERE is_deleted = 1",
    "CREATE INDEX products_by_whole_name ON products (company_id, name, id)",
    // Who follows what, and who takes part in which deal. Here and in the totals the record goes before its sort in the
    // key: numbers are compared faster than texts, and the sort is seldom reached.
    "CREATE TABLE followers (
        company_id BIGINT NOT NULL, entity TEXT NOT NULL, record_id BIGINT NOT NULL, user_id BIGINT NOT NULL,
        id BIGINT NOT NULL, added_by_user_id BIGINT NOT NULL, add_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, record_id, entity, user_id)) CLUSTERED",
    "CREATE INDEX followers_by_user ON followers (company_id, user_id, entity, record_id)",
    "CREATE TABLE participants (
        company_id BIGINT NOT NULL, deal_id BIGINT NOT NULL, person_id BIGINT NOT NULL,
        id BIGINT NOT NULL, added_by_user_id BIGINT NOT NULL, add_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, deal_id, person_id)) CLUSTERED",
    "CREATE INDEX participants_by_person ON participants (company_id, person_id, deal_id)",
    // Mail. `mail_ids` holds every Message-ID that a thread of a mailbox has or answers, so that what belongs together is
    // found in whatever order it comes in.
    "CREATE TABLE mail_threads (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL, user_id BIGINT NOT NULL,
        subject TEXT NOT NULL, snippet TEXT NOT NULL, snippet_sent TEXT NOT NULL,
        message_count BIGINT NOT NULL, sent_count BIGINT NOT NULL, read_flag BIGINT NOT NULL, archived_flag BIGINT NOT NULL,
        shared_flag BIGINT NOT NULL, smart_bcc_flag BIGINT NOT NULL, first_message_to_me_flag BIGINT NOT NULL,
        has_inline_attachments_flag BIGINT NOT NULL, has_real_attachments_flag BIGINT NOT NULL, deal_id BIGINT, lead_id TEXT,
        first_message_time BIGINT NOT NULL, last_message_time BIGINT NOT NULL, last_sent_time BIGINT, last_received_time BIGINT,
        is_deleted BIGINT NOT NULL, delete_time BIGINT, add_time BIGINT NOT NULL, update_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX mail_threads_by_delete_time ON mail_threads (company_id, delete_time) WHERE is_deleted = 1",
    "CREATE INDEX mail_threads_by_user ON mail_threads (company_id, user_id, last_message_time, id)",
    "CREATE INDEX mail_threads_by_deal ON mail_threads (company_id, deal_id, id)",
    "CREATE INDEX mail_threads_by_lead ON mail_threads (company_id, lead_id, id) WHERE lead_id IS NOT NULL",
    "CREATE TABLE mail_messages (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,
        mail_thread_id BIGINT NOT NULL, user_id BIGINT NOT NULL, mua_message_id TEXT NOT NULL, subject TEXT NOT NULL, snippet TEXT NOT NULL,
        sent_flag BIGINT NOT NULL, smart_bcc_flag BIGINT NOT NULL, has_body_flag BIGINT NOT NULL,
        has_inline_attachments_flag BIGINT NOT NULL, has_real_attachments_flag BIGINT NOT NULL,
        message_time BIGINT NOT NULL, add_time BIGINT NOT NULL, update_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX mail_messages_by_thread ON mail_messages (company_id, mail_thread_id, message_time, id)",
    "CREATE INDEX mail_messages_by_message_id ON mail_messages (company_id, user_id, mua_message_id)",
    "CREATE TABLE mail_bodies (
        company_id BIGINT NOT NULL, message_id BIGINT NOT NULL, html TEXT NOT NULL,
        PRIMARY KEY (company_id, message_id))",
    "CREATE TABLE mail_parties (
        company_id BIGINT NOT NULL, message_id BIGINT NOT NULL, id BIGINT NOT NULL, thread_id BIGINT NOT NULL,
        role TEXT NOT NULL, party_id BIGINT NOT NULL, name TEXT NOT NULL, email_address TEXT NOT NULL, person_id BIGINT, org_id BIGINT,
        PRIMARY KEY (company_id, message_id, id)) CLUSTERED",
    "CREATE INDEX mail_parties_by_thread ON mail_parties (company_id, thread_id, message_id)",
    "CREATE INDEX mail_parties_by_person ON mail_parties (company_id, person_id, message_id)",
    "CREATE INDEX mail_parties_by_organization ON mail_parties (company_id, org_id, message_id)",
    "CREATE INDEX mail_parties_by_address ON mail_parties (company_id, email_address, party_id)",
    "CREATE TABLE mail_ids (
        company_id BIGINT NOT NULL, user_id BIGINT NOT NULL, mua_message_id TEXT NOT NULL, thread_id BIGINT NOT NULL,
        PRIMARY KEY (company_id, user_id, mua_message_id)) CLUSTERED",
    "CREATE INDEX mail_ids_by_thread ON mail_ids (company_id, thread_id)",
    // What derives from every write.
    "CREATE TABLE totals (
        company_id BIGINT NOT NULL, entity TEXT NOT NULL, record_id BIGINT NOT NULL,
        open_deals_count BIGINT NOT NULL DEFAULT 0, closed_deals_count BIGINT NOT NULL DEFAULT 0,
        won_deals_count BIGINT NOT NULL DEFAULT 0, lost_deals_count BIGINT NOT NULL DEFAULT 0,
        participant_open_deals_count BIGINT NOT NULL DEFAULT 0, participant_closed_deals_count BIGINT NOT NULL DEFAULT 0,
        people_count BIGINT NOT NULL DEFAULT 0, participants_count BIGINT NOT NULL DEFAULT 0,
        followers_count BIGINT NOT NULL DEFAULT 0, products_count BIGINT NOT NULL DEFAULT 0,
        notes_count BIGINT NOT NULL DEFAULT 0, files_count BIGINT NOT NULL DEFAULT 0,
        email_messages_count BIGINT NOT NULL DEFAULT 0, activities_count BIGINT NOT NULL DEFAULT 0,
        done_activities_count BIGINT NOT NULL DEFAULT 0, undone_activities_count BIGINT NOT NULL DEFAULT 0,
        next_activity_id BIGINT, next_activity_date TEXT, next_activity_time TEXT,
        last_activity_id BIGINT, last_activity_date TEXT,
        last_incoming_mail_time BIGINT, last_outgoing_mail_time BIGINT,
        PRIMARY KEY (company_id, record_id, entity)) CLUSTERED",
    "CREATE TABLE history (
        company_id BIGINT NOT NULL, entity TEXT NOT NULL, record_id BIGINT NOT NULL, time BIGINT NOT NULL, id BIGINT NOT NULL,
        object TEXT NOT NULL, field_key TEXT, old_value TEXT, new_value TEXT, member_id BIGINT, action TEXT,
        actor_user_id BIGINT NOT NULL, change_source TEXT NOT NULL, user_agent TEXT, is_bulk BIGINT NOT NULL,
        PRIMARY KEY (company_id, entity, record_id, time, id)) CLUSTERED",
    "CREATE TABLE recents (
        company_id BIGINT NOT NULL, entity TEXT NOT NULL, record_id BIGINT NOT NULL, time BIGINT NOT NULL,
        PRIMARY KEY (company_id, record_id, entity)) CLUSTERED",
    "CREATE INDEX recents_by_time ON recents (company_id, time, entity, record_id)",
    "CREATE TABLE outbox (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, time BIGINT NOT NULL, entity TEXT NOT NULL, record_id BIGINT NOT NULL,
        version BIGINT NOT NULL, action TEXT NOT NULL, before TEXT, after TEXT, merged_id BIGINT,
        actor_user_id BIGINT NOT NULL, change_source TEXT NOT NULL, user_agent TEXT, is_bulk BIGINT NOT NULL,
        PRIMARY KEY (company_id, id))",
    // The rows of the outbox that are in no place of the event log yet.
    "CREATE TABLE outbox_waiting (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL,
        PRIMARY KEY (company_id, id)) CLUSTERED",
    // What search looks at; the two steps after it are the index, for which each engine has its own: see `search/index.rs`.
    "CREATE TABLE search_documents (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, entity TEXT NOT NULL, record_id BIGINT NOT NULL,
        owner_id BIGINT, visible_to BIGINT, text TEXT NOT NULL,
        PRIMARY KEY (company_id, id)) CLUSTERED",
    "SEARCH GRAMS",
    "SEARCH INDEX",
];
