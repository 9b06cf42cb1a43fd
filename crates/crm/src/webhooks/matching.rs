//! Who is told of what.

use super::event::Event;
use super::hook::Hook;
use super::words::{self, ANY};
use crate::app::App;
use crate::call::Call;
use crate::directory::Directory;
use crate::error::ApiResult;
use crate::rights;
use penstock_model::UserId;
use std::sync::Arc;

/// Whether a subscription is for events of this sort. What its user may see of them is another question.
pub fn wants(hook: &Hook, event: &Event) -> bool {
    let action = words::action(hook.shape, event);
    let is_asked = |asked: &str, word: &str| asked == ANY || asked == word;
    hook.is_active
        && is_asked(&hook.event_action, action)
        && words::object(hook.shape, event).is_some_and(|object| is_asked(&hook.event_object, object))
}

/// Whether a user may see the record that an event is about, as it was when the event happened. Users who are switched off
/// or gone see nothing.
pub async fn may_see(app: &Arc<App>, directory: &Arc<Directory>, user: UserId, event: &Event) -> ApiResult<bool> {
    if directory.user(user).is_none_or(|user| !user.is_active || user.is_deleted) {
        return Ok(false);
    }
    let call = Call::on_behalf(app, directory.clone(), user)?;
    rights::sees_record(&call, &event.after).await
}
