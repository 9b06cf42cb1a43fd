//! The rows of the mailbox. The API shows them in a shape of their own (`view.rs`), so no row here is listed or written
//! through the generic operations.

use penstock_model::{Col, Entity, Field, Kind, Time, UserId, col};

/// Messages that answer each other, as one user has them.
pub static MAIL_THREAD: Entity = Entity {
    name: "mailThread",
    title: "Mail thread",
    table: "mail_threads",
    fields: THREAD_FIELDS,
    owned: false,
    hides_by_403: false,
    has_totals: false,
    has_history: false,
    in_directory: false,
    counts: &[],
};

const THREAD_FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id),
    Field::new(2, "user_id", "User", Kind::User).not_null(),
    Field::new(3, "subject", "Subject", Kind::Text(65_535)).not_null(),
    Field::new(4, "snippet", "Snippet", Kind::Text(225)).not_null(),
    Field::new(5, "snippet_sent", "Snippet of the last sent message", Kind::Text(225)).not_null(),
    Field::new(6, "message_count", "Messages", Kind::Int).not_null(),
    Field::new(7, "sent_count", "Sent messages", Kind::Int).not_null(),
    Field::new(8, "read_flag", "Read", Kind::Bool).not_null(),
    Field::new(9, "archived_flag", "Archived", Kind::Bool).not_null(),
    Field::new(10, "shared_flag", "Shared", Kind::Bool).not_null(),
    Field::new(11, "smart_bcc_flag", "By smart BCC", Kind::Bool).not_null(),
    Field::new(12, "first_message_to_me_flag", "Begun by others", Kind::Bool).not_null(),
    Field::new(13, "has_inline_attachments_flag", "Has inline attachments", Kind::Bool).not_null(),
    Field::new(14, "has_real_attachments_flag", "Has attachments", Kind::Bool).not_null(),
    Field::new(15, "deal_id", "Deal", Kind::Deal),
    Field::new(16, "lead_id", "Lead", Kind::Lead),
    Field::new(17, "first_message_time", "First message", Kind::Time).not_null(),
    Field::new(18, "last_message_time", "Last message", Kind::Time).not_null(),
    Field::new(19, "last_sent_time", "Last sent message", Kind::Time),
    Field::new(20, "last_received_time", "Last received message", Kind::Time),
    Field::new(21, "is_deleted", "Deleted", Kind::Bool).not_null(),
    Field::new(22, "add_time", "Add time", Kind::Time).not_null(),
    Field::new(23, "update_time", "Update time", Kind::Time).not_null(),
    Field::new(24, "delete_time", "Delete time", Kind::Time),
];

/// One message, as one user has it. Its body stands in a table of its own, so that lists need not pass over it.
pub static MAIL_MESSAGE: Entity = Entity {
    name: "mailMessage",
    title: "Mail message",
    table: "mail_messages",
    fields: MESSAGE_FIELDS,
    owned: false,
    hides_by_403: false,
    has_totals: false,
    has_history: false,
    in_directory: false,
    counts: &[],
};

const MESSAGE_FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id),
    Field::new(2, "mail_thread_id", "Thread", Kind::Int).not_null(),
    Field::new(3, "user_id", "User", Kind::User).not_null(),
    Field::new(4, "mua_message_id", "Message-ID", Kind::Text(998)).not_null(),
    Field::new(5, "subject", "Subject", Kind::Text(65_535)).not_null(),
    Field::new(6, "snippet", "Snippet", Kind::Text(225)).not_null(),
    Field::new(7, "sent_flag", "Sent", Kind::Bool).not_null(),
    Field::new(8, "smart_bcc_flag", "By smart BCC", Kind::Bool).not_null(),
    Field::new(9, "has_body_flag", "Has a body", Kind::Bool).not_null(),
    Field::new(10, "has_inline_attachments_flag", "Has inline attachments", Kind::Bool).not_null(),
    Field::new(11, "has_real_attachments_flag", "Has attachments", Kind::Bool).not_null(),
    Field::new(12, "message_time", "Sent at", Kind::Time).not_null(),
    Field::new(13, "add_time", "Add time", Kind::Time).not_null(),
    Field::new(14, "update_time", "Update time", Kind::Time).not_null(),
];

/// Columns of threads.
pub mod thread {
    use super::*;

    pub const USER: Col<UserId> = col(&MAIL_THREAD, "user_id");
    pub const SUBJECT: Col<String> = col(&MAIL_THREAD, "subject");
    pub const SNIPPET: Col<String> = col(&MAIL_THREAD, "snippet");
    pub const SNIPPET_SENT: Col<String> = col(&MAIL_THREAD, "snippet_sent");
    pub const MESSAGE_COUNT: Col<i64> = col(&MAIL_THREAD, "message_count");
    pub const SENT_COUNT: Col<i64> = col(&MAIL_THREAD, "sent_count");
    pub const READ: Col<bool> = col(&MAIL_THREAD, "read_flag");
    pub const ARCHIVED: Col<bool> = col(&MAIL_THREAD, "archived_flag");
    pub const SHARED: Col<bool> = col(&MAIL_THREAD, "shared_flag");
    pub const SMART_BCC: Col<bool> = col(&MAIL_THREAD, "smart_bcc_flag");
    pub const BEGUN_BY_OTHERS: Col<bool> = col(&MAIL_THREAD, "first_message_to_me_flag");
    pub const HAS_INLINE_ATTACHMENTS: Col<bool> = col(&MAIL_THREAD, "has_inline_attachments_flag");
    pub const HAS_REAL_ATTACHMENTS: Col<bool> = col(&MAIL_THREAD, "has_real_attachments_flag");
    pub const DEAL: Col<i64> = col(&MAIL_THREAD, "deal_id");
    pub const LEAD: Col<String> = col(&MAIL_THREAD, "lead_id");
    pub const FIRST_MESSAGE_TIME: Col<Time> = col(&MAIL_THREAD, "first_message_time");
    pub const LAST_MESSAGE_TIME: Col<Time> = col(&MAIL_THREAD, "last_message_time");
    pub const LAST_SENT_TIME: Col<Time> = col(&MAIL_THREAD, "last_sent_time");
    pub const LAST_RECEIVED_TIME: Col<Time> = col(&MAIL_THREAD, "last_received_time");
    pub const IS_DELETED: Col<bool> = col(&MAIL_THREAD, "is_deleted");
    pub const ADD_TIME: Col<Time> = col(&MAIL_THREAD, "add_time");
    pub const UPDATE_TIME: Col<Time> = col(&MAIL_THREAD, "update_time");
    pub const DELETE_TIME: Col<Time> = col(&MAIL_THREAD, "delete_time");
}

/// Columns of messages.
pub mod message {
    use super::*;

    pub const THREAD: Col<i64> = col(&MAIL_MESSAGE, "mail_thread_id");
    pub const USER: Col<UserId> = col(&MAIL_MESSAGE, "user_id");
    pub const MESSAGE_ID: Col<String> = col(&MAIL_MESSAGE, "mua_message_id");
    pub const SUBJECT: Col<String> = col(&MAIL_MESSAGE, "subject");
    pub const SNIPPET: Col<String> = col(&MAIL_MESSAGE, "snippet");
    pub const SENT: Col<bool> = col(&MAIL_MESSAGE, "sent_flag");
    pub const SMART_BCC: Col<bool> = col(&MAIL_MESSAGE, "smart_bcc_flag");
    pub const HAS_BODY: Col<bool> = col(&MAIL_MESSAGE, "has_body_flag");
    pub const HAS_INLINE_ATTACHMENTS: Col<bool> = col(&MAIL_MESSAGE, "has_inline_attachments_flag");
    pub const HAS_REAL_ATTACHMENTS: Col<bool> = col(&MAIL_MESSAGE, "has_real_attachments_flag");
    pub const MESSAGE_TIME: Col<Time> = col(&MAIL_MESSAGE, "message_time");
    pub const ADD_TIME: Col<Time> = col(&MAIL_MESSAGE, "add_time");
    pub const UPDATE_TIME: Col<Time> = col(&MAIL_MESSAGE, "update_time");
}
