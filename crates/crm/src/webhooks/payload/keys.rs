//! The keys of records that are told, in their order (semantics.md 28.2, 28.3). Webhooks of the second version keep many
//! names of the first.

use crate::activities::ACTIVITY;
use crate::activity_types::ACTIVITY_TYPE;
use crate::deal_products::{DEAL_PRODUCT, INSTALLMENT};
use crate::deals::DEAL;
use crate::leads::LEAD;
use crate::notes::NOTE;
use crate::organizations::ORGANIZATION;
use crate::persons::PERSON;
use crate::pipelines::PIPELINE;
use crate::products::PRODUCT;
use crate::projects::PROJECT;
use crate::stages::STAGE;
use crate::tasks::TASK;
use crate::users::USER;
use penstock_model::{Entity, Show};

type Keys = &'static [&'static str];

const V2: &[(&Entity, Keys)] = &[
    (&DEAL, DEAL_KEYS),
    (&PERSON, PERSON_KEYS),
    (&ORGANIZATION, ORGANIZATION_KEYS),
    (&ACTIVITY, ACTIVITY_KEYS),
    (&LEAD, LEAD_KEYS),
    (&NOTE, NOTE_KEYS),
    (&PRODUCT, PRODUCT_KEYS),
    (&PIPELINE, PIPELINE_KEYS),
    (&STAGE, STAGE_KEYS),
    (&USER, USER_KEYS),
    (&PROJECT, PROJECT_KEYS),
    (&TASK, TASK_KEYS),
    (&DEAL_PRODUCT, DEAL_PRODUCT_KEYS),
    (&INSTALLMENT, INSTALLMENT_KEYS),
];

/// What the first version tells of settings of the company; other records it tells as its operations show them.
const V1: &[(&Entity, Keys)] =
    &[(&PIPELINE, PIPELINE_KEYS_V1), (&STAGE, STAGE_KEYS_V1), (&USER, USER_KEYS_V1), (&ACTIVITY_TYPE, ACTIVITY_TYPE_KEYS_V1)];

/// The keys of a record in the second version. Boards and phases are told as v2 shows them.
pub fn v2(entity: &'static Entity) -> Vec<&'static str> {
    let listed = V2.iter().find(|(known, _)| known.name == entity.name).map(|(_, keys)| keys.to_vec());
    listed.unwrap_or_else(|| entity.fields.iter().filter(|field| field.v2 == Show::Always).map(|field| field.key).collect())
}

pub fn v1(entity: &'static Entity) -> Option<Keys> {
    V1.iter().find(|(known, _)| known.name == entity.name).map(|(_, keys)| *keys)
}

const DEAL_KEYS: Keys = &[
    "add_time",
    "channel",
    "channel_id",
    "close_time",
    "creator_user_id",
    "currency",
    "custom_fields",
    "expected_close_date",
    "first_won_time",
    "id",
    "label_ids",
    "lost_reason",
    "lost_time",
    "org_id",
    "origin",
    "origin_id",
    "owner_id",
    "person_id",
    "pipeline_id",
    "probability",
    "stage_change_time",
    "stage_id",
    "status",
    "title",
    "update_time",
    "value",
    "visible_to",
    "won_time",
    "is_archived",
    "archive_time",
];

const PERSON_KEYS: Keys = &[
    "add_time",
    "custom_fields",
    "emails",
    "first_name",
    "id",
    "label",
    "label_ids",
    "last_name",
    "name",
    "org_id",
    "owner_id",
    "phones",
    "update_time",
    "visible_to",
];

/// With the five that came in May 2026.
const ORGANIZATION_KEYS: Keys = &[
    "add_time",
    "address",
    "country_code",
    "custom_fields",
    "id",
    "label",
    "name",
    "owner_id",
    "picture_id",
    "update_time",
    "visible_to",
    "website",
    "linkedin",
    "industry",
    "annual_revenue",
    "employee_count",
];

const ACTIVITY_KEYS: Keys = &[
    "active_flag",
    "add_time",
    "busy_flag",
    "custom_fields",
    "deal_id",
    "done",
    "due_date",
    "due_time",
    "duration",
    "id",
    "lead_id",
    "location",
    "org_id",
    "owner_id",
    "person_id",
    "public_description",
    "subject",
    "type",
    "update_time",
    "update_user_id",
];

const LEAD_KEYS: Keys = &[
    "add_time",
    "channel",
    "channel_id",
    "creator_id",
    "custom_fields",
    "expected_close_date",
    "id",
    "is_archived",
    "label_ids",
    "next_activity_id",
    "organization_id",
    "origin",
    "origin_id",
    "owner_id",
    "person_id",
    "source_name",
    "title",
    "update_time",
    "was_seen",
    "value",
];

const NOTE_KEYS: Keys = &[
    "id",
    "user_id",
    "deal_id",
    "person_id",
    "org_id",
    "lead_id",
    "project_id",
    "active_flag",
    "content",
    "add_time",
    "update_time",
    "pinned_to_deal_flag",
    "pinned_to_person_flag",
    "pinned_to_organization_flag",
];

const PRODUCT_KEYS: Keys = &[
    "add_time",
    "category",
    "code",
    "custom_fields",
    "description",
    "id",
    "name",
    "owner_id",
    "selectable",
    "tax",
    "unit",
    "update_time",
    "visible_to",
    "prices",
];

const PIPELINE_KEYS: Keys = &["id", "name", "url_title", "order_nr", "active_flag", "deal_probability", "add_time", "update_time"];

const STAGE_KEYS: Keys =
    &["id", "name", "active_flag", "rotten_days", "order_nr", "deal_probability", "rotten_flag", "add_time", "pipeline_id", "update_time"];

const USER_KEYS: Keys = &[
    "id",
    "default_currency",
    "name",
    "email",
    "phone",
    "locale",
    "lang",
    "active_flag",
    "last_login",
    "timezone_name",
    "icon_url",
    "created",
    "modified",
    "access",
];

const PROJECT_KEYS: Keys = &[
    "id",
    "title",
    "description",
    "add_time",
    "update_time",
    "start_date",
    "end_date",
    "status",
    "status_change_time",
    "owner_id",
    "archive_time",
    "board_id",
    "phase_id",
    "deal_ids",
    "person_ids",
    "org_ids",
    "label_ids",
    "custom_fields",
];

const TASK_KEYS: Keys = &[
    "id",
    "title",
    "description",
    "project_id",
    "parent_task_id",
    "milestone",
    "add_time",
    "update_time",
    "start_date",
    "due_date",
    "done",
    "marked_as_done_time",
    "creator_id",
    "assignee_ids",
];

/// `duration` and `duration_unit` are there for receivers that look for them; nothing has them any more.
const DEAL_PRODUCT_KEYS: Keys = &[
    "id",
    "deal_id",
    "product_id",
    "product_variation_id",
    "order_nr",
    "item_price",
    "quantity",
    "discount",
    "discount_type",
    "duration",
    "duration_unit",
    "sum",
    "currency",
    "active_flag",
    "enabled_flag",
    "add_time",
    "last_edit",
    "comments",
    "tax",
    "tax_method",
    "billing_frequency",
    "billing_frequency_cycles",
    "billing_start_date",
];

/// Who has made an installment, and when, is not kept.
const INSTALLMENT_KEYS: Keys = &["id", "deal_id", "amount", "description", "billing_date"];

const PIPELINE_KEYS_V1: Keys = &["id", "name", "url_title", "order_nr", "active", "deal_probability", "add_time", "update_time"];

const STAGE_KEYS_V1: Keys = &[
    "id",
    "company_id",
    "order_nr",
    "name",
    "active_flag",
    "deal_probability",
    "pipeline_id",
    "rotten_flag",
    "rotten_days",
    "add_time",
    "update_time",
];

const USER_KEYS_V1: Keys = &[
    "id",
    "name",
    "default_currency",
    "locale",
    "lang",
    "email",
    "phone",
    "activated",
    "last_login",
    "created",
    "modified",
    "has_created_company",
    "access",
    "active_flag",
    "timezone_name",
    "timezone_offset",
    "role_id",
    "icon_url",
    "is_deleted",
];

const ACTIVITY_TYPE_KEYS_V1: Keys =
    &["id", "order_nr", "name", "key_string", "icon_key", "active_flag", "color", "is_custom_flag", "add_time", "update_time"];
