//! What a company has subscribed to: nothing, since Penstock has everything and sells nothing.

use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::op::Method::Get;
use crate::op::Op;
use crate::op::Version::V1;
use crate::run;

pub const OPS: &[Op] = &[Op::new(V1, Get, "/billing/subscriptions/addons", "getCompanyAddons", run!(addons))
    .tag("Billing")
    .scopes("users:read")
    .cost(20)
    .about("Lists the add-ons of the company: none")];

/// An empty list of v1 is null (semantics.md 4).
async fn addons(call: Call) -> ApiResult<Reply> {
    Ok(call.data(|json| json.null()))
}
