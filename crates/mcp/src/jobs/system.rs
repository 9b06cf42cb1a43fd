//! The company at a glance.

use crate::arguments::Arguments;
use crate::crm::{Crm, Values};
use crate::trouble::Trouble;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};

/// What the caller sees of deals, in numbers.
pub fn counts(crm: Crm, _: Arguments) -> BoxFuture<'static, Result<Value, Trouble>> {
    async move {
        let mut deals = json!({});
        for status in ["open", "won", "lost"] {
            let summary = crm.data("v1.getDealsSummary", Values::default().query("status", status)).await?;
            deals[status] = summary["total_count"].clone();
        }
        let pipelines = crm.rows("v2.getPipelines", Values::default()).await?.len();
        let users = crm.rows("v1.getUsers", Values::default()).await?.len();
        Ok(json!({"deals": deals, "pipelines": pipelines, "users": users}))
    }
    .boxed()
}

/// Forgets what fields are called.
pub fn forget(crm: Crm, _: Arguments) -> BoxFuture<'static, Result<Value, Trouble>> {
    async move {
        crm.forget_names();
        Ok(json!({"done": true}))
    }
    .boxed()
}
