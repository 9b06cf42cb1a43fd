//! Settings of the calling user, and the outside accounts connected to it.

use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::list;

/// What old clients ask for, with the values that hold in Penstock.
pub async fn settings(call: Call) -> ApiResult<Reply> {
    Ok(call.data(|json| {
        json.begin_object();
        json.key("list_limit");
        json.int(list::DEFAULT_LIMIT);
        for key in ["marketplace_team", "beta_app", "prevent_salesphone_callto_override", "autofill_deal_expected_close_date"] {
            json.key(key);
            json.bool(false);
        }
        // The word for files that the CRM keeps itself; the other one is `googledocs`.
        json.key("file_upload_destination");
        json.string("s3");
        json.key("callto_link_syntax");
        json.string("callto:[number]");
        json.key("person_duplicate_condition");
        json.string("name && (org_id || email || phone)");
        json.key("organization_duplicate_condition");
        json.string("name");
        // Every company has products, visibility groups and permission sets.
        for key in ["products", "advanced_permissions"] {
            json.key(key);
            json.bool(true);
        }
        json.key("default_currency");
        json.string_or_null(call.user().map(|user| user.default_currency.as_str()));
        json.end_object();
    }))
}

/// Penstock connects to no outside account, so the one that clients know is empty.
pub async fn connections(call: Call) -> ApiResult<Reply> {
    Ok(call.data(|json| {
        json.begin_object();
        json.key("google");
        json.null();
        json.end_object();
    }))
}
