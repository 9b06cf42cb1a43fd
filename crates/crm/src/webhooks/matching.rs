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

/// Whether a user is one whom anything is told. Users who are switched off or gone are told nothing.
pub fn listens(directory: &Directory, user: UserId) -> bool {
    directory.user(user).is_some_and(|user| user.is_active && !user.is_deleted)
}

/// Whether a user may see the record that an event is about, as it was when the event happened.
pub async fn may_see(app: &Arc<App>, directory: &Arc<Directory>, user: UserId, event: &Event) -> ApiResult<bool> {
    if !listens(directory, user) {
        return Ok(false);
    }
    let call = Call::on_behalf(app, directory.clone(), user)?;
    rights::sees_record(&call, &event.after).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity_types::ACTIVITY_TYPE;
    use crate::deals::DEAL;
    use crate::fields::entity::{ENTITY, FIELD};
    use crate::files::FILE;
    use crate::leads::LEAD;
    use crate::notes::NOTE;
    use crate::users::USER;
    use crate::webhooks::event::Action;
    use crate::webhooks::hook::Shape;
    use penstock_model::{CompanyId, Entity, Record, Time};

    fn hook(shape: Shape, action: &str, object: &str) -> Hook {
        Hook { shape, event_action: action.to_owned(), event_object: object.to_owned(), ..Hook::sample() }
    }

    fn event(action: Action, entity: &'static Entity, merged: Option<i64>) -> Event {
        Event {
            company: CompanyId(1),
            id: 1,
            time: Time::from_millis(0),
            action,
            before: None,
            after: Record::blank(entity, 1),
            merged,
            actor: UserId(1),
            change_source: "api".to_owned(),
            user_agent: None,
            is_bulk: false,
        }
    }

    #[test]
    fn each_version_has_its_words() {
        use Action::*;
        for (shape, action, object, event, expected) in [
            (Shape::V1, "added", "deal", event(Create, &DEAL, None), true),
            (Shape::V1, "updated", "deal", event(Create, &DEAL, None), false),
            (Shape::V1, "updated", "*", event(Change, &DEAL, None), true),
            (Shape::V1, "merged", "*", event(Change, &DEAL, Some(2)), true),
            (Shape::V1, "updated", "*", event(Change, &DEAL, Some(2)), false),
            (Shape::V1, "deleted", "deal", event(Delete, &DEAL, Some(2)), true),
            (Shape::V1, "*", "*", event(Create, &LEAD, None), false),
            (Shape::V1, "*", "activityType", event(Create, &ACTIVITY_TYPE, None), true),
            (Shape::V2, "*", "*", event(Create, &ACTIVITY_TYPE, None), false),
            (Shape::V2, "create", "lead", event(Create, &LEAD, None), true),
            (Shape::V2, "change", "deal", event(Change, &DEAL, Some(2)), true),
            (Shape::V2, "*", "note", event(Change, &DEAL, None), false),
            (Shape::V2, "delete", "note", event(Delete, &NOTE, None), true),
            (Shape::V2, "change", "user", event(Delete, &USER, None), true),
            (Shape::V2, "delete", "user", event(Delete, &USER, None), false),
            (Shape::V2, "*", "*", event(Create, &FILE, None), false),
        ] {
            assert_eq!(wants(&hook(shape, action, object), &event), expected, "{shape:?} {action} {object} {event:?}");
        }
        let removed = Hook { is_active: false, ..hook(Shape::V2, "*", "*") };
        assert!(!wants(&removed, &event(Create, &DEAL, None)));
    }

    #[test]
    fn fields_are_told_as_those_of_their_records() {
        for (entity, object, expected) in
            [("deal", "deal_field", true), ("person", "deal_field", false), ("activity", "*", false), ("organization", "*", true)]
        {
            let mut event = event(Action::Create, &FIELD, None);
            event.after.set(ENTITY, entity);
            assert_eq!(wants(&hook(Shape::V2, "*", object), &event), expected, "{entity} {object}");
            assert!(!wants(&hook(Shape::V1, "*", "*"), &event));
        }
    }
}
