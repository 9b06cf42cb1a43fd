//! Who takes part in an activity: participants, who are persons, one of them the primary one, and attendees, who may be
//! anybody with an address (semantics.md 9.1, 20). Both are kept as v2 shows them.

use super::fields::*;
use crate::body;
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::op::Version;
use crate::persons;
use crate::write::{self, Given};
use penstock_model::{Change, Record, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// At most so many of either.
const MOST: usize = 200;
const LONGEST: usize = 255;

/// A person who takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    pub person_id: i64,
    pub primary: bool,
}

/// The participants of a record.
pub fn participants(activity: &Record) -> Vec<Participant> {
    activity.text(PARTICIPANTS).and_then(|list| serde_json::from_str(list).ok()).unwrap_or_default()
}

/// The ids of all persons of a record.
pub fn persons(activity: &Record) -> BTreeSet<i64> {
    participants(activity).into_iter().map(|participant| participant.person_id).chain(activity.get(PERSON)).collect()
}

/// Lets one person stand for another, as after a merge.
pub fn replace(activity: &mut Record, removed: i64, kept: i64) {
    let mut list: Vec<Participant> = Vec::new();
    for mut participant in participants(activity) {
        if participant.person_id == removed {
            participant.person_id = kept;
        }
        match list.iter_mut().find(|known| known.person_id == participant.person_id) {
            Some(known) => known.primary |= participant.primary,
            None => list.push(participant),
        }
    }
    keep(activity, list);
    let mut attendees = sent(activity, ATTENDEES);
    for attendee in attendees.as_array_mut().into_iter().flatten() {
        if attendee["person_id"] == removed {
            attendee["person_id"] = kept.into();
        }
    }
    activity.set(ATTENDEES, attendees.to_string());
}

/// Takes persons out who are gone for good.
pub fn forget(activity: &mut Record, gone: &[i64]) {
    let mut list = participants(activity);
    list.retain(|participant| !gone.contains(&participant.person_id));
    choose_primary(&mut list, None);
    keep(activity, list);
    let mut attendees = sent(activity, ATTENDEES);
    for attendee in attendees.as_array_mut().into_iter().flatten() {
        if attendee["person_id"].as_i64().is_some_and(|person| gone.contains(&person)) {
            attendee["person_id"] = Value::Null;
        }
    }
    activity.set(ATTENDEES, attendees.to_string());
}

/// A pattern for the attendees of activities that a person attends.
pub fn attends(person: i64) -> String {
    format!("%\"person_id\":{person},%")
}

/// Keeps the list, and its primary person as the person of the activity.
fn keep(activity: &mut Record, list: Vec<Participant>) {
    let primary = list.iter().find(|participant| participant.primary).map(|participant| participant.person_id);
    activity.set(PERSON, primary);
    activity.set(PARTICIPANTS, json!(list).to_string());
}

/// Brings the sent participants, attendees and person into their kept form. New participants decide the person; a new
/// person alone takes the place of the former one among them.
pub fn complete(call: &Call, change: &mut Change, given: &Given) -> ApiResult<()> {
    let former = match &change.before {
        Some(before) => participants(before),
        // An occurrence begins with those of its series.
        None if !given.has(PARTICIPANTS) => participants(&change.after),
        None => Vec::new(),
    };
    let mut list = former.clone();
    if given.has(PARTICIPANTS) {
        list = read_participants(call.version(), sent(&change.after, PARTICIPANTS)).map_err(|problem| refuse("participants", &problem))?;
    }
    let wanted = change.after.get(PERSON).filter(|_| given.has(PERSON));
    if !same(&list, &former) {
        choose_primary(&mut list, wanted);
    } else if change.touches(PERSON) {
        list.retain(|participant| !participant.primary);
        choose_primary(&mut list, change.after.get(PERSON));
    }
    keep(&mut change.after, list);
    let attendees = if given.has(ATTENDEES) {
        let list = read_attendees(call, sent(&change.after, ATTENDEES)).map_err(|problem| refuse("attendees", &problem))?;
        Some(Value::Array(list).to_string())
    } else {
        change.after.text(ATTENDEES).is_none().then(|| "[]".to_owned())
    };
    if let Some(attendees) = attendees {
        change.after.set(ATTENDEES, attendees);
    }
    Ok(())
}

fn refuse(key: &str, problem: &str) -> ApiError {
    ApiError::invalid_key(key, problem)
}

/// The same persons with the same primary one, in whatever order.
fn same(list: &[Participant], other: &[Participant]) -> bool {
    list.len() == other.len() && list.iter().all(|participant| other.contains(participant))
}

/// What the request has sent under a key that keeps JSON.
fn sent(activity: &Record, col: penstock_model::Col<String>) -> Value {
    activity.text(col).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// Makes the marked participant the only primary one; where none is marked, the wanted person, who joins if need be, or
/// else the first.
fn choose_primary(list: &mut Vec<Participant>, wanted: Option<i64>) {
    let marked = list.iter().find(|participant| participant.primary).map(|participant| participant.person_id);
    let primary = marked.or(wanted).or_else(|| list.first().map(|first| first.person_id));
    if let Some(person_id) = primary
        && !list.iter().any(|participant| participant.person_id == person_id)
    {
        list.insert(0, Participant { person_id, primary: true });
    }
    for participant in list {
        participant.primary = Some(participant.person_id) == primary;
    }
}

/// The objects of a sent list. v1 forms hold them as they are.
fn objects(given: Value) -> Result<Vec<Map<String, Value>>, String> {
    let items = match given {
        Value::Null => Vec::new(),
        Value::Array(items) => items,
        _ => return Err("The value is not a valid 'array'".to_owned()),
    };
    if items.len() > MOST {
        return Err(format!("must not have more than {MOST} items"));
    }
    let object = |item| match item {
        Value::Object(members) => Ok(members),
        _ => Err("The value is not a valid 'object'".to_owned()),
    };
    items.into_iter().map(object).collect()
}

/// v1 calls the mark `primary_flag`, or `primary` as v2 does.
fn read_participants(version: Version, given: Value) -> Result<Vec<Participant>, String> {
    let strict = version == Version::V2;
    let mut list: Vec<Participant> = Vec::new();
    for members in objects(given)? {
        if let Some(unknown) = members.keys().find(|key| strict && !["person_id", "primary", "primary_flag"].contains(&key.as_str())) {
            return Err(format!("{unknown} is not allowed"));
        }
        let person_id = id(strict, members.get("person_id")).ok_or("person_id: The value is not a valid 'number'")?;
        let primary = members.get("primary").or_else(|| members.get("primary_flag")).filter(|mark| !mark.is_null());
        let primary = primary.map_or(Some(false), |mark| if strict { mark.as_bool() } else { body::flag(mark) });
        let primary = primary.ok_or("primary: The value is not a valid 'boolean'")?;
        if list.iter().all(|known| known.person_id != person_id) {
            list.push(Participant { person_id, primary });
        }
    }
    if strict && list.iter().filter(|participant| participant.primary).count() > 1 {
        return Err("only one participant can be primary".to_owned());
    }
    Ok(list)
}

fn id(strict: bool, given: Option<&Value>) -> Option<i64> {
    let given = given?;
    if strict { given.as_i64() } else { body::int(given) }.filter(|id| *id > 0)
}

/// Attendees in the form of v2. v1 calls the address `email_address`, and v2 takes that too (semantics.md 9.1).
fn read_attendees(call: &Call, given: Value) -> Result<Vec<Value>, String> {
    const KEYS: [&str; 7] = ["email", "email_address", "name", "status", "is_organizer", "person_id", "user_id"];
    let strict = call.version() == Version::V2;
    let mut list = Vec::new();
    for members in objects(given)? {
        if let Some(unknown) = members.keys().find(|key| strict && !KEYS.contains(&key.as_str())) {
            return Err(format!("{unknown} is not allowed"));
        }
        let text = |key: &str| match members.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.chars().count() <= LONGEST => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
            Some(Value::String(_)) => Err(format!("{key}: must not be longer than {LONGEST} characters")),
            Some(_) => Err(format!("{key}: The value is not a valid 'string'")),
        };
        let number = |key: &str| match members.get(key).filter(|value| !value.is_null()) {
            None => Ok(None),
            given => id(strict, given).map(Some).ok_or_else(|| format!("{key}: The value is not a valid 'number'")),
        };
        let organizes = match members.get("is_organizer").filter(|value| !value.is_null()) {
            None => Some(false),
            Some(given) if strict => given.as_bool(),
            Some(given) => body::flag(given),
        };
        let email = text("email")?.or(text("email_address")?);
        let (person, user) = (number("person_id")?, number("user_id")?);
        if email.is_none() && person.is_none() && user.is_none() {
            return Err("email: is required".to_owned());
        }
        if user.is_some_and(|user| call.directory.user(UserId(user)).is_none()) {
            return Err("user_id: User not found or not accessible.".to_owned());
        }
        list.push(json!({
            "email": email,
            "name": text("name")?,
            "status": text("status")?.unwrap_or("noreply"),
            "is_organizer": organizes.ok_or("is_organizer: The value is not a valid 'boolean'")?,
            "person_id": person,
            "user_id": user,
        }));
    }
    Ok(list)
}

/// Refuses persons among new participants and attendees whom the caller does not see.
pub async fn check(call: &Call, change: &Change) -> ApiResult<()> {
    let known = change.before.as_ref().map(all_persons).unwrap_or_default();
    for person in all_persons(&change.after).difference(&known) {
        if !write::is_live(call, &persons::PERSON, *person).await? {
            return Err(refuse("participants", "Person not found or not accessible."));
        }
    }
    Ok(())
}

fn all_persons(activity: &Record) -> BTreeSet<i64> {
    let attendees = sent(activity, ATTENDEES);
    let attending = attendees.as_array().into_iter().flatten().filter_map(|attendee| attendee["person_id"].as_i64());
    persons(activity).into_iter().chain(attending).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str, wanted: Option<i64>) -> Vec<(i64, bool)> {
        let mut list = read_participants(Version::V1, serde_json::from_str(text).unwrap()).unwrap();
        choose_primary(&mut list, wanted);
        list.into_iter().map(|participant| (participant.person_id, participant.primary)).collect()
    }

    #[test]
    fn one_participant_is_primary() {
        assert_eq!(list(r#"[{"person_id":"4"},{"person_id":5,"primary_flag":1}]"#, Some(4)), [(4, false), (5, true)]);
        assert_eq!(list(r#"[{"person_id":4},{"person_id":5},{"person_id":4}]"#, Some(5)), [(4, false), (5, true)]);
        assert_eq!(list(r#"[{"person_id":4}]"#, Some(7)), [(7, true), (4, false)]);
        assert_eq!(list(r#"[{"person_id":4,"primary":true},{"person_id":5,"primary":true}]"#, None), [(4, true), (5, false)]);
        assert_eq!(list("[]", None), []);
    }

    #[test]
    fn v2_is_strict() {
        for wrong in [
            r#"{"person_id":4}"#,
            r#"[4]"#,
            r#"[{"person_id":"4"}]"#,
            r#"[{"person_id":4,"primary":1}]"#,
            r#"[{"person_id":4,"name":"Ann"}]"#,
            r#"[{"primary":true}]"#,
            r#"[{"person_id":4,"primary":true},{"person_id":5,"primary":true}]"#,
        ] {
            assert!(read_participants(Version::V2, serde_json::from_str(wrong).unwrap()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_merge_joins_two_participants() {
        let mut activity = Record::blank(&ACTIVITY, 1);
        activity.set(PARTICIPANTS, r#"[{"person_id":4,"primary":true},{"person_id":5,"primary":false}]"#);
        activity.set(ATTENDEES, r#"[{"email":null,"person_id":4,"user_id":null}]"#);
        replace(&mut activity, 4, 5);
        assert_eq!((activity.text(PARTICIPANTS), activity.get(PERSON)), (Some(r#"[{"person_id":5,"primary":true}]"#), Some(5)));
        assert_eq!(activity.text(ATTENDEES), Some(r#"[{"email":null,"person_id":5,"user_id":null}]"#));
    }
}
