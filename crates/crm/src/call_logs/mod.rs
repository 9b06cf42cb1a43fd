//! Call logs: calls that a telephone system reports, each with its activity, and with a recording at most.

mod activity;
mod fields;
mod ops;
mod rules;
mod view;

pub use fields::*;
pub use ops::OPS;

use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::list;
use crate::select::{self, Depth};
use penstock_model::{CompanyId, Record};
use penstock_store::Weight;

/// The folder of the recordings, below that of the company.
const FOLDER: &str = "recordings";

fn recording_key(company: CompanyId, recording: &str) -> String {
    format!("{company}/{FOLDER}/{recording}")
}

/// Reads the call log of the path. A deleted one is gone for good.
async fn find(call: &Call) -> ApiResult<Record> {
    let missing = || ApiError::NotFound("A resource required for this operation was not found.".to_owned());
    let code = call.path.first().map(String::as_str).unwrap_or_default();
    // Codes are plain; other texts are none, and some of them no store takes.
    if !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(missing());
    }
    let mut sql = select::records(&CALL_LOG, Depth::Row);
    select::scope(&mut sql, call, &CALL_LOG);
    sql.push(" AND t.code = ").bind(code);
    let found = list::read_records(call, &CALL_LOG, Depth::Row, sql, Weight::Light).await?.pop().ok_or_else(missing)?;
    if found.is(IS_DELETED) {
        return Err(ApiError::Gone("The callLog you are trying to access is no longer available".to_owned()));
    }
    Ok(found)
}
