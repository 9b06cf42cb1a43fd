//! What belongs to records or stands beside them: projects, goals, messages, products of deals, files, filters.

pub(super) const STEPS: &[&str] = &[
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
