//! The schema, one statement per step. A step that was released never changes; new ones follow at the end.
//!
//! Only `BIGINT`, `DOUBLE PRECISION` and `TEXT` are used. Every primary key and unique index begins with
//! `company_id`, except where a table is global. Booleans are 0 or 1, times milliseconds since 1970,
//! money ten-thousandths, lists and objects JSON text.
//!
//! `CLUSTERED` at the end of a table says that its rows are small and looked up by their key: see [`Dialect::step`].

#[cfg(doc)]
use crate::dialect::Dialect;

mod platform;

/// All steps, in the order in which they are taken.
pub fn steps() -> Vec<&'static str> {
    [RECORDS, platform::STEPS].concat()
}

/// Companies, people, and what a company keeps records of.
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
    // How organizations are related.
    "CREATE TABLE organization_relationships (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL, type TEXT NOT NULL,
        rel_owner_org_id BIGINT NOT NULL, rel_linked_org_id BIGINT NOT NULL,
        add_time BIGINT NOT NULL, update_time BIGINT NOT NULL, is_deleted BIGINT NOT NULL, delete_time BIGINT,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX organization_relationships_by_owner ON organization_relationships (company_id, rel_owner_org_id, id)",
    "CREATE INDEX organization_relationships_by_linked ON organization_relationships (company_id, rel_linked_org_id, id)",
    // Work that goes on after its request was answered.
    "CREATE TABLE jobs (
        company_id BIGINT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL,
        status TEXT NOT NULL, result TEXT, attempts BIGINT NOT NULL, lease_until BIGINT,
        user_id BIGINT NOT NULL, add_time BIGINT NOT NULL, update_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX jobs_by_status ON jobs (company_id, status, add_time, id)",
    // Labels of leads.
    "CREATE TABLE lead_labels (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL, uuid TEXT NOT NULL,
        name TEXT NOT NULL, color TEXT NOT NULL, is_deleted BIGINT NOT NULL, add_time BIGINT NOT NULL, update_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, id))",
    // Comments on notes.
    "CREATE TABLE note_comments (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL, uuid TEXT NOT NULL, note_id BIGINT NOT NULL,
        content TEXT NOT NULL, user_id BIGINT NOT NULL, updater_id BIGINT NOT NULL,
        add_time BIGINT NOT NULL, update_time BIGINT NOT NULL, is_deleted BIGINT NOT NULL, delete_time BIGINT,
        PRIMARY KEY (company_id, id))",
    "CREATE UNIQUE INDEX note_comments_by_uuid ON note_comments (company_id, uuid)",
    "CREATE INDEX note_comments_by_note ON note_comments (company_id, note_id, id)",
    "CREATE UNIQUE INDEX lead_labels_by_uuid ON lead_labels (company_id, uuid)",
    // Activities: on which records each one stands, in the order in which they are next (state 0) or were last (state 1);
    // deleted ones have state 2. The first row of a state 0, and the last one of a state 1, answer by the key alone.
    "CREATE TABLE activity_links (
        company_id BIGINT NOT NULL, record_id BIGINT NOT NULL, entity TEXT NOT NULL,
        state BIGINT NOT NULL, place BIGINT NOT NULL, activity_id BIGINT NOT NULL,
        PRIMARY KEY (company_id, record_id, entity, state, place, activity_id)) CLUSTERED",
    "CREATE TABLE activity_types (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,
        name TEXT NOT NULL, key_string TEXT NOT NULL, icon_key TEXT NOT NULL, color TEXT, order_nr BIGINT NOT NULL,
        is_custom_flag BIGINT NOT NULL, is_deleted BIGINT NOT NULL, add_time BIGINT NOT NULL, update_time BIGINT,
        PRIMARY KEY (company_id, id))",
    "CREATE UNIQUE INDEX activity_types_by_key ON activity_types (company_id, key_string)",
    // Which records hold an id in a list of theirs: the projects of a deal, the tasks of a user.
    "CREATE TABLE links (
        company_id BIGINT NOT NULL, member_id BIGINT NOT NULL, entity TEXT NOT NULL, field_key TEXT NOT NULL, record_id BIGINT NOT NULL,
        PRIMARY KEY (company_id, member_id, entity, field_key, record_id)) CLUSTERED",
    // Projects: where they stand, what they are made from, what there is to do.
    "CREATE TABLE boards (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,
        name TEXT NOT NULL, order_nr BIGINT NOT NULL, is_deleted BIGINT NOT NULL, add_time BIGINT NOT NULL, update_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE TABLE phases (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL, board_id BIGINT NOT NULL,
        name TEXT NOT NULL, order_nr BIGINT NOT NULL, is_deleted BIGINT NOT NULL, add_time BIGINT NOT NULL, update_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX phases_by_board ON phases (company_id, board_id, order_nr)",
    "CREATE TABLE project_templates (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,
        title TEXT NOT NULL, description TEXT, projects_board_id BIGINT, owner_id BIGINT NOT NULL, plan TEXT NOT NULL,
        is_deleted BIGINT NOT NULL, add_time BIGINT NOT NULL, update_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE TABLE projects (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,
        title TEXT NOT NULL, description TEXT, status TEXT NOT NULL, status_change_time BIGINT NOT NULL,
        board_id BIGINT, phase_id BIGINT, owner_id BIGINT NOT NULL, visible_to BIGINT NOT NULL,
        start_date TEXT, end_date TEXT, deal_ids TEXT NOT NULL, person_ids TEXT NOT NULL, org_ids TEXT NOT NULL, label_ids TEXT NOT NULL,
        health_status BIGINT, template_id BIGINT, archive_time BIGINT,
        is_deleted BIGINT NOT NULL, delete_time BIGINT, add_time BIGINT NOT NULL, update_time BIGINT NOT NULL,
        custom_fields TEXT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX projects_by_listing ON projects (company_id, id, archive_time, is_deleted, visible_to, owner_id)",
    "CREATE INDEX projects_by_phase ON projects (company_id, phase_id, id)",
    "CREATE TABLE tasks (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,
        title TEXT NOT NULL, description TEXT, creator_id BIGINT NOT NULL, project_id BIGINT NOT NULL, parent_task_id BIGINT,
        is_done BIGINT NOT NULL, is_milestone BIGINT NOT NULL, due_date TEXT, start_date TEXT, assignee_ids TEXT NOT NULL,
        priority BIGINT, marked_as_done_time BIGINT,
        is_deleted BIGINT NOT NULL, delete_time BIGINT, add_time BIGINT NOT NULL, update_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX tasks_by_project ON tasks (company_id, project_id, id)",
    "CREATE INDEX tasks_by_parent ON tasks (company_id, parent_task_id, id)",
    // The groups of a project's plan, and where its tasks and activities stand in it.
    "CREATE TABLE project_groups (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, project_id BIGINT NOT NULL, name TEXT NOT NULL, order_nr BIGINT NOT NULL,
        PRIMARY KEY (company_id, project_id, id))",
    "CREATE TABLE project_plan (
        company_id BIGINT NOT NULL, project_id BIGINT NOT NULL, entity TEXT NOT NULL, record_id BIGINT NOT NULL,
        phase_id BIGINT, group_id BIGINT,
        PRIMARY KEY (company_id, project_id, record_id, entity)) CLUSTERED",
    // Goals. Their ids are 32 hex digits.
    "CREATE TABLE goals (
        company_id BIGINT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL, owner_id BIGINT NOT NULL, title TEXT NOT NULL,
        type_name TEXT NOT NULL, pipeline_ids TEXT, stage_id BIGINT, activity_type_ids TEXT,
        assignee_type TEXT NOT NULL, assignee_id BIGINT NOT NULL,
        target BIGINT NOT NULL, tracking_metric TEXT NOT NULL, currency_id BIGINT, period TEXT NOT NULL,
        start_date TEXT NOT NULL, end_date TEXT, is_deleted BIGINT NOT NULL,
        add_time BIGINT NOT NULL, update_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, id))",
    // Messaging channels, named by the ids that their providers give them.
    "CREATE TABLE channels (
        company_id BIGINT NOT NULL, provider_channel_id TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, avatar_url TEXT,
        provider_type TEXT NOT NULL, template_support BIGINT NOT NULL, user_id BIGINT NOT NULL, add_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, provider_channel_id))",
    "CREATE TABLE channel_conversations (
        company_id BIGINT NOT NULL, provider_channel_id TEXT NOT NULL, id TEXT NOT NULL, link TEXT, reply_by BIGINT,
        add_time BIGINT NOT NULL, update_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, provider_channel_id, id))",
    "CREATE TABLE channel_messages (
        company_id BIGINT NOT NULL, provider_channel_id TEXT NOT NULL, id TEXT NOT NULL, conversation_id TEXT NOT NULL,
        sender_id TEXT NOT NULL, message TEXT NOT NULL, status TEXT NOT NULL, attachments TEXT NOT NULL, created_at BIGINT NOT NULL,
        add_time BIGINT NOT NULL, update_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, provider_channel_id, id))",
    "CREATE INDEX channel_messages_by_conversation ON channel_messages (company_id, provider_channel_id, conversation_id, created_at)",
    // Which user stands behind an id that a provider of video calls has given.
    "CREATE TABLE meeting_links (
        company_id BIGINT NOT NULL, user_provider_id TEXT NOT NULL, user_id BIGINT NOT NULL, marketplace_client_id TEXT NOT NULL,
        add_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, user_provider_id))",
    // What deals sell: rows of products, discounts on all of them, and parts that are paid one by one.
    "CREATE TABLE deal_products (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL, deal_id BIGINT NOT NULL,
        product_id BIGINT NOT NULL, product_variation_id BIGINT, order_nr BIGINT NOT NULL,
        item_price BIGINT NOT NULL, quantity BIGINT NOT NULL, discount BIGINT NOT NULL, discount_type TEXT NOT NULL,
        tax BIGINT NOT NULL, tax_method TEXT NOT NULL, is_enabled BIGINT NOT NULL, comments TEXT NOT NULL,
        billing_frequency TEXT NOT NULL, billing_frequency_cycles BIGINT, billing_start_date TEXT,
        add_time BIGINT NOT NULL, update_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX deal_products_by_deal ON deal_products (company_id, deal_id, id)",
    "CREATE INDEX deal_products_by_product ON deal_products (company_id, product_id, deal_id)",
    "CREATE TABLE deal_discounts (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL, uuid TEXT NOT NULL, deal_id BIGINT NOT NULL,
        description TEXT NOT NULL, amount BIGINT NOT NULL, type TEXT NOT NULL,
        created_at BIGINT NOT NULL, created_by BIGINT NOT NULL, updated_at BIGINT NOT NULL, updated_by BIGINT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX deal_discounts_by_deal ON deal_discounts (company_id, deal_id, id)",
    "CREATE TABLE deal_installments (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL, deal_id BIGINT NOT NULL,
        description TEXT NOT NULL, amount BIGINT NOT NULL, billing_date TEXT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX deal_installments_by_deal ON deal_installments (company_id, deal_id, id)",
    // The revenue of deals as the withdrawn operations on subscriptions know it. `amounts` and `payments` are JSON lists.
    "CREATE TABLE subscriptions (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, deal_id BIGINT NOT NULL, user_id BIGINT NOT NULL,
        cadence_type TEXT, cycles_count BIGINT, start_date TEXT, description TEXT, currency TEXT NOT NULL,
        amounts TEXT NOT NULL, payments TEXT NOT NULL, cancel_date TEXT,
        is_deleted BIGINT NOT NULL, add_time BIGINT NOT NULL, update_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX subscriptions_by_deal ON subscriptions (company_id, deal_id, is_deleted)",
    // Files, pictures, call logs. The bytes are objects beside the store; `file_name`, `object` and `recording` name them.
    "CREATE TABLE files (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL, user_id BIGINT NOT NULL,
        deal_id BIGINT, person_id BIGINT, org_id BIGINT, product_id BIGINT, activity_id BIGINT, lead_id TEXT, project_id BIGINT,
        name TEXT NOT NULL, description TEXT NOT NULL, file_name TEXT NOT NULL, file_type TEXT NOT NULL, file_size BIGINT NOT NULL,
        sha256 TEXT, inline_flag BIGINT NOT NULL, remote_location TEXT NOT NULL, remote_id TEXT NOT NULL,
        mail_message_id BIGINT, cid TEXT,
        is_deleted BIGINT NOT NULL, delete_time BIGINT, add_time BIGINT NOT NULL, update_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX files_by_deal ON files (company_id, deal_id, id)",
    "CREATE INDEX files_by_person ON files (company_id, person_id, id)",
    "CREATE INDEX files_by_organization ON files (company_id, org_id, id)",
    "CREATE INDEX files_by_product ON files (company_id, product_id, id)",
    "CREATE INDEX files_by_activity ON files (company_id, activity_id, id)",
    "CREATE INDEX files_by_lead ON files (company_id, lead_id, id) WHERE lead_id IS NOT NULL",
    "CREATE INDEX files_by_project ON files (company_id, project_id, id) WHERE project_id IS NOT NULL",
    "CREATE INDEX files_by_update_time ON files (company_id, update_time, id)",
    "CREATE INDEX files_by_delete_time ON files (company_id, delete_time, id)",
    "CREATE INDEX files_by_object ON files (company_id, file_name)",
    "CREATE INDEX files_by_message ON files (company_id, mail_message_id, id) WHERE mail_message_id IS NOT NULL",
    "CREATE TABLE pictures (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, item_type TEXT NOT NULL, item_id BIGINT NOT NULL,
        object TEXT NOT NULL, file_size BIGINT NOT NULL, added_by_user_id BIGINT NOT NULL, add_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE INDEX pictures_by_object ON pictures (company_id, object)",
    "CREATE TABLE product_images (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, product_id BIGINT NOT NULL,
        object TEXT NOT NULL, name TEXT NOT NULL, mime_type TEXT NOT NULL, file_size BIGINT NOT NULL, sha256 TEXT NOT NULL,
        secret TEXT NOT NULL, add_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE UNIQUE INDEX product_images_by_product ON product_images (company_id, product_id)",
    "CREATE INDEX product_images_by_object ON product_images (company_id, object)",
    "CREATE TABLE call_logs (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL, code TEXT NOT NULL, user_id BIGINT NOT NULL,
        activity_id BIGINT, deal_id BIGINT, person_id BIGINT, org_id BIGINT, lead_id TEXT,
        subject TEXT NOT NULL, duration TEXT, outcome TEXT NOT NULL, from_phone_number TEXT, to_phone_number TEXT NOT NULL,
        start_time BIGINT NOT NULL, end_time BIGINT NOT NULL, note TEXT, recording TEXT,
        is_deleted BIGINT NOT NULL, delete_time BIGINT, add_time BIGINT NOT NULL, update_time BIGINT NOT NULL,
        PRIMARY KEY (company_id, id))",
    "CREATE UNIQUE INDEX call_logs_by_code ON call_logs (company_id, code)",
    "CREATE INDEX call_logs_by_user ON call_logs (company_id, user_id, id)",
    "CREATE INDEX call_logs_by_deal ON call_logs (company_id, deal_id, id)",
    "CREATE INDEX call_logs_by_person ON call_logs (company_id, person_id, id)",
    "CREATE INDEX call_logs_by_organization ON call_logs (company_id, org_id, id)",
    "CREATE INDEX call_logs_by_lead ON call_logs (company_id, lead_id, id) WHERE lead_id IS NOT NULL",
    "CREATE INDEX call_logs_by_activity ON call_logs (company_id, activity_id, id)",
    "CREATE INDEX call_logs_by_recording ON call_logs (company_id, recording)",
    // The index of values that no column holds by itself; see `field_values.rs`. By record for what is not there, by value
    // for what is.
    "CREATE TABLE field_values (
        company_id BIGINT NOT NULL, record_id BIGINT NOT NULL, field BIGINT NOT NULL, value TEXT COLLATE \"C\" NOT NULL, extra TEXT,
        PRIMARY KEY (company_id, record_id, field, value)) CLUSTERED",
    "CREATE INDEX field_values_by_value ON field_values (company_id, field, value, record_id)",
    // Saved filters.
    "CREATE TABLE filters (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,
        name TEXT NOT NULL, type TEXT NOT NULL, user_id BIGINT NOT NULL, visible_to BIGINT NOT NULL,
        temporary_flag BIGINT NOT NULL, conditions TEXT NOT NULL, last_used_time BIGINT,
        is_deleted BIGINT NOT NULL, delete_time BIGINT, add_time BIGINT NOT NULL, update_time BIGINT,
        PRIMARY KEY (company_id, id))",
    // Teams.
    "CREATE TABLE teams (
        company_id BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,
        name TEXT NOT NULL, description TEXT, manager_id BIGINT NOT NULL, users TEXT NOT NULL,
        active_flag BIGINT NOT NULL, is_deleted BIGINT NOT NULL, add_time BIGINT NOT NULL, created_by_user_id BIGINT NOT NULL,
        PRIMARY KEY (company_id, id))",
];
