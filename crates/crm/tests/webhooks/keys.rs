//! The keys of what is told, in their order, as real bodies have them (semantics.md 28.2, 28.3).

/// The keys under `data` in the second version.
pub const DATA: &[(&str, &str)] = &[
    (
        "deal",
        "add_time channel channel_id close_time creator_user_id currency custom_fields expected_close_date first_won_time id \
         label_ids lost_reason lost_time org_id origin origin_id owner_id person_id pipeline_id probability stage_change_time \
         stage_id status title update_time value visible_to won_time is_archived archive_time",
    ),
    ("person", "add_time custom_fields emails first_name id label label_ids last_name name org_id owner_id phones update_time visible_to"),
    (
        "organization",
        "add_time address country_code custom_fields id label name owner_id picture_id update_time visible_to website linkedin \
         industry annual_revenue employee_count",
    ),
    (
        "activity",
        "active_flag add_time busy_flag custom_fields deal_id done due_date due_time duration id lead_id location org_id owner_id \
         person_id public_description subject type update_time update_user_id",
    ),
    (
        "lead",
        "add_time channel channel_id creator_id custom_fields expected_close_date id is_archived label_ids next_activity_id \
         organization_id origin origin_id owner_id person_id source_name title update_time was_seen value",
    ),
    (
        "note",
        "id user_id deal_id person_id org_id lead_id project_id active_flag content add_time update_time pinned_to_deal_flag \
         pinned_to_person_flag pinned_to_organization_flag",
    ),
    ("product", "add_time category code custom_fields description id name owner_id selectable tax unit update_time visible_to prices"),
    ("pipeline", "id name url_title order_nr active_flag deal_probability add_time update_time"),
    ("stage", "id name active_flag rotten_days order_nr deal_probability rotten_flag add_time pipeline_id update_time"),
    ("user", "id default_currency name email phone locale lang active_flag last_login timezone_name icon_url created modified access"),
    (
        "project",
        "id title description add_time update_time start_date end_date status status_change_time owner_id archive_time board_id phase_id \
         deal_ids person_ids org_ids label_ids custom_fields",
    ),
    (
        "task",
        "id title description project_id parent_task_id milestone add_time update_time start_date due_date done marked_as_done_time \
         creator_id assignee_ids",
    ),
    ("board", "id name order_nr add_time update_time"),
    ("phase", "id name board_id order_nr add_time update_time"),
    (
        "deal_product",
        "id deal_id product_id product_variation_id order_nr item_price quantity discount discount_type duration duration_unit sum \
         currency active_flag enabled_flag add_time last_edit comments tax tax_method billing_frequency billing_frequency_cycles \
         billing_start_date",
    ),
    ("deal_installment", "id deal_id amount description billing_date"),
];

pub fn data(entity: &str) -> Vec<&'static str> {
    DATA.iter().find(|(known, _)| *known == entity).map(|(_, keys)| keys.split_whitespace().collect()).unwrap_or_default()
}

pub const META: &str = "action company_id correlation_id entity_id entity id is_bulk_edit timestamp type user_id version webhook_id \
     webhook_owner_id change_source permitted_user_ids attempt host";

pub const META_V1: &str = "v action object id company_id user_id host timestamp timestamp_micro prepublish_timestamp change_source \
     permitted_user_ids trans_pending is_bulk_update pipedrive_service_name matches_filters webhook_id";

/// Keys that a flat v1 deal must have among others.
pub const DEAL_V1: &str = "channel channel_id origin origin_id acv acv_currency arr arr_currency mrr mrr_currency local_won_date \
     local_lost_date local_close_date is_archived archive_time score sequence_enrollment source_lead_id person_name org_name \
     owner_name stage_order_nr weighted_value";

/// The same of a person.
pub const PERSON_V1: &str = "im birthday job_title notes postal_address postal_address_locality postal_address_formatted_address";
