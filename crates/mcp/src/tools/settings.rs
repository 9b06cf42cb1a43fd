//! Filters, goals, activity types, calls, mail, channels and meetings.

use super::rows::START;
use crate::jobs;
use crate::tool::{Effect, Kind, Param, Rows, Tool, adds, changes, job, p, reads, removes};

const FILTER: Rows = Rows { of: "", keys: &["id", "name", "type", "conditions", "user_id", "visible_to", "active_flag"] };
const CALL: Rows = Rows {
    of: "",
    keys: &[
        "id",
        "subject",
        "outcome",
        "start_time",
        "end_time",
        "duration",
        "from_phone_number",
        "to_phone_number",
        "deal_id",
        "person_id",
        "org_id",
        "lead_id",
        "activity_id",
        "note",
        "user_id",
    ],
};
const THREAD: Rows = Rows {
    of: "",
    keys: &[
        "id",
        "subject",
        "snippet",
        "parties",
        "message_count",
        "read_flag",
        "archived_flag",
        "shared_flag",
        "deal_id",
        "lead_id",
        "last_message_timestamp",
    ],
};

pub const FILTERS: &[Tool] = &[
    reads("filters_list", "List filters", "", "v1.getFilters").params(&[p("type")]).shows(&FILTER),
    reads("filters_get", "Show filter", "With its conditions.", "v1.getFilter").shows(&FILTER),
    adds("filters_create", "Create filter", "conditions: as filters_get and filters_helpers show them.", "v1.addFilter")
        .params(&[p("name"), p("type"), p("conditions").is(Kind::Object)])
        .shows(&FILTER),
    changes("filters_update", "Change filter", "", "v1.updateFilter")
        .params(&[p("name"), p("conditions").is(Kind::Object).required()])
        .shows(&FILTER),
    removes("filters_delete", "Delete filter", "", "v1.deleteFilter"),
    removes("filters_bulk_delete", "Delete filters", "", "v1.deleteFilters").params(&[p("ids")]),
    reads("filters_helpers", "Explain filters", "Which operators conditions know.", "v1.getFilterHelpers").one(),
];

const WEBHOOK: Rows = Rows {
    of: "",
    keys: &[
        "id",
        "name",
        "subscription_url",
        "event_action",
        "event_object",
        "user_id",
        "is_active",
        "version",
        "last_http_status",
        "last_delivery_time",
    ],
};

pub const WEBHOOKS: &[Tool] = &[
    reads("webhooks_list", "List webhooks", "", "v1.getWebhooks").shows(&WEBHOOK),
    adds("webhooks_create", "Create webhook", "Actions create, change, delete or *; objects such as deal, person or *.", "v1.addWebhook")
        .params(&[
            p("subscription_url"),
            p("event_action"),
            p("event_object"),
            p("user_id"),
            p("http_auth_user"),
            p("http_auth_password"),
            p("version"),
            p("name"),
        ])
        .shows(&WEBHOOK),
    removes("webhooks_delete", "Delete webhook", "", "v1.deleteWebhook"),
];

const GOAL_KEYS: &[Param] = &[
    p("title"),
    p("type").is(Kind::Object),
    p("assignee").is(Kind::Object),
    p("expected_outcome").is(Kind::Object),
    p("duration").is(Kind::Object),
    p("interval"),
];

pub const GOALS: &[Tool] = &[
    reads("goals_list", "List goals", "", "v1.getGoals").params(&[
        p("type.name"),
        p("title"),
        p("is_active"),
        p("assignee.id"),
        p("assignee.type"),
        p("expected_outcome.target"),
        p("expected_outcome.tracking_metric"),
        p("period.start"),
        p("period.end"),
    ]),
    adds(
        "goals_create",
        "Create goal",
        "type: {name, params}; assignee: {id, type}; expected_outcome: {target, tracking_metric}; duration: {start, end}.",
        "v1.addGoal",
    )
    .params(GOAL_KEYS),
    changes("goals_update", "Change goal", "", "v1.updateGoal").params(GOAL_KEYS),
    removes("goals_delete", "Delete goal", "", "v1.deleteGoal"),
    reads("goals_get_results", "Show results of goal", "", "v1.getGoalResult").params(&[p("period.start"), p("period.end")]).one(),
];

pub const ACTIVITY_TYPES: &[Tool] = &[
    reads("activity_types_list", "List activity types", "", "v1.getActivityTypes"),
    adds("activity_types_create", "Create activity type", "", "v1.addActivityType").params(&[p("name"), p("icon_key"), p("color")]),
    changes("activity_types_update", "Change activity type", "", "v1.updateActivityType").params(&[
        p("name"),
        p("icon_key"),
        p("color"),
        p("order_nr"),
    ]),
    removes("activity_types_delete", "Delete activity type", "", "v1.deleteActivityType"),
    removes("activity_types_bulk_delete", "Delete activity types", "", "v1.deleteActivityTypes").params(&[p("ids")]),
];

pub const CALL_LOGS: &[Tool] = &[
    reads("call_logs_list", "List calls", "Your own.", "v1.getUserCallLogs").params(&[START]).shows(&CALL),
    reads("call_logs_get", "Show call", "", "v1.getCallLog").shows(&CALL),
    adds("call_logs_create", "Log call", "duration: seconds.", "v1.addCallLog")
        .params(&[
            p("to_phone_number"),
            p("outcome"),
            p("start_time"),
            p("end_time"),
            p("user_id"),
            p("activity_id"),
            p("subject"),
            p("duration"),
            p("from_phone_number"),
            p("person_id"),
            p("org_id"),
            p("deal_id"),
            p("lead_id"),
            p("note"),
        ])
        .shows(&CALL),
    job("call_logs_attach_audio", "Attach recording", "content: base64 of the sound.", Effect::Changes, jobs::files::add_recording)
        .params(&[p("id").required(), p("file_name").required(), p("content").required()]),
    removes("call_logs_delete", "Delete call", "With its recording.", "v1.deleteCallLog"),
];

pub const MAILBOX: &[Tool] = &[
    reads("mailbox_get_threads", "List mail threads", "", "v1.getMailThreads").params(&[p("folder"), START]).shows(&THREAD),
    reads("mailbox_get_thread", "Show mail thread", "", "v1.getMailThread").shows(&THREAD),
    reads("mailbox_get_thread_messages", "List messages of thread", "", "v1.getMailThreadMessages").shows(&super::rows::MAIL),
    changes("mailbox_update_thread", "Change mail thread", "", "v1.updateMailThreadDetails")
        .params(&[p("deal_id"), p("lead_id"), p("shared_flag"), p("read_flag"), p("archived_flag")])
        .shows(&THREAD),
    removes("mailbox_delete_thread", "Delete mail thread", "", "v1.deleteMailThread"),
    reads("mailbox_get_message", "Show message", "", "v1.getMailMessage").params(&[p("include_body")]).shows(&super::rows::MAIL),
];

pub const CHANNELS: &[Tool] = &[
    adds("channels_create", "Create channel", "", "v1.addChannel").params(&[
        p("name"),
        p("provider_channel_id"),
        p("avatar_url"),
        p("template_support"),
        p("provider_type"),
    ]),
    removes("channels_delete", "Delete channel", "id: its provider_channel_id.", "v1.deleteChannel"),
    adds("channels_receive_message", "Take in message", "", "v1.receiveMessage").params(&[
        p("id"),
        p("channel_id"),
        p("sender_id"),
        p("conversation_id"),
        p("message"),
        p("status"),
        p("created_at"),
        p("reply_by"),
        p("conversation_link"),
        p("attachments").is(Kind::Objects),
    ]),
    removes("channels_delete_conversation", "Delete conversation", "channel_id: its provider_channel_id.", "v1.deleteConversation")
        .params(&[p("channel_id").to("channel-id"), p("conversation_id").to("conversation-id")]),
];

pub const MEETINGS: &[Tool] = &[
    adds("meetings_link_user_provider", "Link meeting provider", "", "v1.saveUserProviderLink").params(&[
        p("user_provider_id"),
        p("user_id"),
        p("company_id"),
        p("marketplace_client_id"),
    ]),
    removes("meetings_delete_user_provider_link", "Unlink meeting provider", "", "v1.deleteUserProviderLink"),
];
