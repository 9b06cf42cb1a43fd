//! What concise rows of records hold, and arguments that many tools have.

use crate::tool::{Kind, Param, Rows, p};

pub const DEAL: Rows = Rows {
    of: "deal",
    keys: &[
        "id",
        "type",
        "title",
        "value",
        "currency",
        "status",
        "stage_id",
        "pipeline_id",
        "owner_id",
        "user_id",
        "person_id",
        "org_id",
        "expected_close_date",
        "won_time",
        "lost_reason",
        "label_ids",
        "next_activity_id",
        "stage",
        "person",
        "organization",
    ],
};
pub const PERSON: Rows = Rows {
    of: "person",
    keys: &[
        "id",
        "type",
        "name",
        "emails",
        "email",
        "phones",
        "phone",
        "org_id",
        "owner_id",
        "label_ids",
        "open_deals_count",
        "update_time",
        "organization",
    ],
};
pub const ORGANIZATION: Rows = Rows {
    of: "organization",
    keys: &["id", "type", "name", "address", "website", "owner_id", "label_ids", "open_deals_count", "people_count", "update_time"],
};
pub const ACTIVITY: Rows = Rows {
    of: "activity",
    keys: &[
        "id",
        "subject",
        "type",
        "due_date",
        "due_time",
        "duration",
        "done",
        "owner_id",
        "user_id",
        "deal_id",
        "deal_title",
        "person_id",
        "person_name",
        "org_id",
        "org_name",
        "lead_id",
        "project_id",
        "note",
        "location",
    ],
};
pub const FILE: Rows = Rows {
    of: "",
    keys: &[
        "id",
        "name",
        "file_type",
        "file_size",
        "description",
        "add_time",
        "deal_id",
        "person_id",
        "org_id",
        "product_id",
        "activity_id",
        "lead_id",
        "user_id",
    ],
};
pub const PRODUCT: Rows = Rows {
    of: "product",
    keys: &["id", "type", "name", "code", "unit", "tax", "prices", "owner_id", "is_linkable", "active_flag", "description"],
};
pub const DEAL_PRODUCT: Rows = Rows {
    of: "",
    keys: &[
        "id",
        "deal_id",
        "product_id",
        "name",
        "item_price",
        "quantity",
        "discount",
        "discount_type",
        "sum",
        "currency",
        "is_enabled",
        "comments",
    ],
};
pub const PERSON_IN_DEAL: Rows = Rows { of: "", keys: &["id", "person_id", "person", "add_time", "primary_flag", "active_flag"] };
pub const FOUND: Rows = Rows {
    of: "",
    keys: &[
        "id",
        "type",
        "title",
        "name",
        "value",
        "currency",
        "status",
        "stage",
        "person",
        "organization",
        "emails",
        "phones",
        "address",
        "code",
        "owner",
    ],
};
pub const MAIL: Rows =
    Rows { of: "", keys: &["id", "object", "timestamp", "data", "subject", "from", "to", "snippet", "message_time", "mail_thread_id"] };
pub const CHANGE: Rows =
    Rows { of: "", keys: &["field_key", "old_value", "new_value", "actor_user_id", "time", "change_source", "change_source_user_agent"] };

pub const VISIBLE: Param = p("visible_to");
pub const CUSTOM: Param = p("custom_fields");
pub const START: Param = p("start");
pub const SORT: Param = p("sort").is(Kind::Order);
pub const DIRECTION: Param = p("sort_by").to("sort_direction");
pub const OWNER: Param = p("user_id").to("owner_id|user_id");
pub const MINE: Param = p("owned_by_you").to("owner_id|user_id").is(Kind::Mine);
pub const ANY_STATUS: Param = p("status").is(Kind::Choice(&["open", "won", "lost", "deleted", "all_not_deleted"]));
pub const SOLD_STATUS: Param = p("status").is(Kind::Choice(&["open", "won", "lost", "all_not_deleted"]));
