//! Writes whose rules look at the settings of the company.

use super::Directory;
use crate::call::Call;
use crate::error::ApiResult;
use penstock_store::{Statement, StoreError};
use std::sync::Arc;

/// How often a write is planned anew when other settings are written at the same time.
const PLANS: usize = 8;

/// Runs what `plan` makes of the directory, a change and the word of it in the audit log, in a transaction that fails where the
/// settings of the company have moved on since they were read; the plan is then made of the new ones. Whoever changes a user
/// or a group moves the revision, so that nobody can fill a visibility group while it is deleted, or close a circle of groups
/// by half. Answers the directory as it is afterwards.
pub async fn settle(
    call: &Call,
    plan: impl Fn(&Directory) -> ApiResult<Option<(Statement, Statement)>> + Send,
) -> ApiResult<Arc<Directory>> {
    let mut directory = call.directory.clone();
    for _ in 0..PLANS {
        let Some((change, told)) = plan(&directory)? else { return Ok(directory) };
        let unmoved = Statement::one_row(
            "UPDATE companies SET revision = revision + 1 WHERE id = $1 AND revision = $2",
            vec![call.company().into(), directory.company.revision.into()],
        );
        match call.store().execute(vec![unmoved, change, told]).await {
            Ok(()) => return call.app.reload_directory(call.company()).await,
            Err(StoreError::Conflict) => directory = call.app.reload_directory(call.company()).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict.into())
}
