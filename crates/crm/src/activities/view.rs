//! Activities as v1 shows them: references are plain ids with names beside them, what is not set is mostly an empty text
//! (semantics.md 9, 31.7, 31.16).

use super::fields::*;
use super::guests;
use super::occurrences::{self, Range, Starts};
use crate::call::Call;
use crate::custom::ADDRESS_PARTS;
use crate::error::ApiResult;
use crate::json::Json;
use crate::list;
use crate::related::Related;
use crate::select::{self, Depth};
use crate::view_v1::write_selected;
use penstock_model::{Col, Record, Time};
use penstock_store::Weight;
use serde_json::Value;
use std::collections::BTreeMap;

/// Everything that an answer needs to show activities.
pub struct Rows<'a> {
    call: &'a Call,
    pub related: Related,
    range: Range,
    own: Starts,
}

impl<'a> Rows<'a> {
    /// Loads what the activities refer to. Series show their instances in the range.
    pub async fn of(call: &'a Call, activities: &[Record], range: Range) -> ApiResult<Self> {
        let series: Vec<i64> =
            activities.iter().filter(|activity| activity.text(RULE_TEXT).is_some()).map(|activity| activity.id).collect();
        let own = if series.is_empty() { Starts::new() } else { occurrences::starts(call, series).await? };
        Ok(Rows { call, related: Related::load(call, activities).await?, range, own })
    }

    /// An empty v1 list is null (semantics.md 4).
    pub fn write_list(&self, json: &mut Json, activities: &[Record]) {
        if activities.is_empty() {
            return json.null();
        }
        json.begin_array();
        activities.iter().for_each(|activity| self.write(json, activity));
        json.end_array();
    }

    /// Writes an activity as an object; with a field selector only the named keys.
    pub fn write(&self, json: &mut Json, activity: &Record) {
        write_selected(json, self.call, |json| self.write_whole(json, activity));
    }

    fn write_whole(&self, json: &mut Json, activity: &Record) {
        json.begin_object();
        self.write_plan(json, activity);
        write_place(json, activity);
        self.write_links(json, activity);
        self.write_people(json, activity);
        self.write_recurrence(json, activity);
        write_unused(json);
        json.end_object();
    }

    /// What is to be done, when, and what became of it.
    fn write_plan(&self, json: &mut Json, activity: &Record) {
        json.key("id");
        json.int(activity.id);
        json.key("company_id");
        json.int(self.call.company().0);
        json.key("subject");
        json.string_or_null(activity.text(SUBJECT));
        let key = activity.text(TYPE);
        json.key("type");
        json.string_or_null(key);
        json.key("type_name");
        json.string_or_null(key.and_then(|key| self.call.directory.activity_type(key)).map(|known| known.name.as_str()));
        json.key("due_date");
        json.string_or_null(activity.get(DUE_DATE).map(|day| day.to_string()).as_deref());
        for (key, col) in [("due_time", DUE_TIME), ("duration", DURATION)] {
            json.key(key);
            json.string(activity.text(col).map_or("", without_seconds));
        }
        json.key("busy_flag");
        json.bool(activity.is(BUSY));
        json.key("done");
        json.bool(activity.is(DONE));
        json.key("marked_as_done_time");
        match activity.get(MARKED_AS_DONE_TIME) {
            Some(time) => json.plain_string(|out| time.write_v1(out)),
            None => json.string(""),
        }
        json.key("active_flag");
        json.bool(!activity.is(IS_DELETED));
        for (key, col) in [("add_time", ADD_TIME), ("update_time", UPDATE_TIME)] {
            json.key(key);
            write_time(json, activity.get(col));
        }
        for (key, col) in [
            ("public_description", PUBLIC_DESCRIPTION),
            ("note", NOTE),
            ("conference_meeting_client", MEETING_CLIENT),
            ("conference_meeting_url", MEETING_URL),
            ("conference_meeting_id", MEETING_ID),
        ] {
            json.key(key);
            json.string_or_null(activity.text(col));
        }
        json.key("priority");
        json.int_or_null(activity.get(PRIORITY));
    }

    /// The records that it is about, with their names where the caller may see them.
    fn write_links(&self, json: &mut Json, activity: &Record) {
        let related = &self.related;
        let (deal, person, organization) = (activity.get(DEAL), activity.get(PERSON), activity.get(ORGANIZATION));
        let lead = activity.text(LEAD);
        for (key, id) in [("deal_id", deal), ("person_id", person), ("org_id", organization), ("project_id", activity.get(PROJECT))] {
            json.key(key);
            json.int_or_null(id);
        }
        json.key("lead_id");
        json.string_or_null(lead);
        json.key("deal_title");
        json.string_or_null(deal.and_then(|id| related.deals.get(&id)).map(|deal| deal.title.as_str()));
        json.key("person_name");
        json.string_or_null(person.and_then(|id| related.persons.get(&id)).map(|person| person.name.as_str()));
        json.key("org_name");
        json.string_or_null(organization.and_then(|id| related.organizations.get(&id)).map(|found| found.name.as_str()));
        let title = lead.and_then(|uuid| related.leads.get(uuid));
        json.key("lead_title");
        json.string_or_null(title.map(String::as_str));
        json.key("lead");
        match (lead, title) {
            (Some(uuid), Some(title)) => {
                json.begin_object();
                json.key("id");
                json.string(uuid);
                json.key("title");
                json.string(title);
                json.end_object();
            }
            _ => json.null(),
        }
        for (key, entity, id) in [("deal_dropbox_bcc", "deal", deal), ("person_dropbox_bcc", "person", person)] {
            json.key(key);
            match id {
                Some(id) => self.call.directory.write_smart_bcc(json, entity, id),
                None => json.null(),
            }
        }
    }

    fn write_people(&self, json: &mut Json, activity: &Record) {
        let owner = activity.get(OWNER);
        for (key, user) in [
            ("user_id", owner),
            ("assigned_to_user_id", owner),
            ("created_by_user_id", activity.get(CREATOR)),
            ("update_user_id", activity.get(UPDATER)),
        ] {
            json.key(key);
            json.int_or_null(user.map(|user| user.0));
        }
        json.key("owner_name");
        json.string_or_null(owner.and_then(|id| self.call.directory.user(id)).map(|user| user.name.as_str()));
        json.key("participants");
        json.begin_array();
        for participant in guests::participants(activity) {
            json.begin_object();
            json.key("person_id");
            json.int(participant.person_id);
            json.key("primary_flag");
            json.bool(participant.primary);
            json.end_object();
        }
        json.end_array();
        json.key("attendees");
        write_attendees(json, activity.text(ATTENDEES));
    }

    fn write_recurrence(&self, json: &mut Json, activity: &Record) {
        let rule = activity.text(RULE_TEXT);
        json.key("is_recurring");
        json.bool(rule.is_some());
        json.key("rec_rule");
        json.string_or_null(rule);
        json.key("rec_rule_extension");
        json.string(activity.text(RULE_EXTENSION_TEXT).unwrap_or_default());
        json.key("rec_master_activity_id");
        json.int_or_null(activity.get(MASTER));
        json.key("original_start_time");
        write_time(json, activity.get(ORIGINAL_START));
        json.key("source_timezone");
        json.string(activity.text(SOURCE_TIMEZONE).unwrap_or_default());
        json.key("series");
        json.begin_array();
        if rule.is_some() {
            for instance in occurrences::instances(activity, self.range, &self.own) {
                let (day, clock) = occurrences::when(activity, instance);
                json.begin_object();
                json.key("due_date");
                json.string(&day.to_string());
                json.key("due_time");
                json.string(clock.as_deref().unwrap_or_default());
                json.end_object();
            }
        }
        json.end_array();
    }
}

fn write_time(json: &mut Json, time: Option<Time>) {
    match time {
        Some(time) => json.plain_string(|out| time.write_v1(out)),
        None => json.null(),
    }
}

/// v1 shows hours and minutes.
fn without_seconds(clock: &str) -> &str {
    clock.rsplit_once(':').map_or(clock, |(shown, _)| shown)
}

fn kept(activity: &Record, col: Col<String>) -> Value {
    activity.text(col).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// The location, spread over flat keys.
fn write_place(json: &mut Json, activity: &Record) {
    let location = kept(activity, LOCATION);
    json.key("location");
    json.string_or_null(location["value"].as_str());
    for part in ADDRESS_PARTS {
        json.part_key("location", part);
        json.string_or_null(location[*part].as_str());
    }
}

fn write_attendees(json: &mut Json, list: Option<&str>) {
    let list: Vec<Value> = list.and_then(|list| serde_json::from_str(list).ok()).unwrap_or_default();
    json.begin_array();
    for attendee in &list {
        json.begin_object();
        for (key, kept) in
            [("email_address", "email"), ("name", "name"), ("status", "status"), ("person_id", "person_id"), ("user_id", "user_id")]
        {
            json.key(key);
            json.value(&attendee[kept]);
        }
        json.key("is_organizer");
        json.int(i64::from(attendee["is_organizer"] == true));
        json.end_object();
    }
    json.end_array();
}

/// Keys of features that Penstock does not have, for clients that look for them.
fn write_unused(json: &mut Json) {
    json.key("private");
    json.bool(false);
    for key in [
        "reference_type",
        "reference_id",
        "last_notification_time",
        "last_notification_user_id",
        "notification_language_id",
        "gcal_event_id",
        "google_calendar_id",
        "google_calendar_etag",
        "calendar_sync_include_context",
        "file",
    ] {
        json.key(key);
        json.null();
    }
}

/// Activities as objects by themselves, by id; what the caller may not see is left out.
pub async fn flat(call: &Call, ids: Vec<i64>) -> ApiResult<BTreeMap<i64, String>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = select::records(&ACTIVITY, Depth::Row);
    select::scope(&mut sql, call, &ACTIVITY);
    sql.push(" AND ");
    call.store().dialect().among(&mut sql, "t.id", ids);
    let found = list::read_records(call, &ACTIVITY, Depth::Row, sql, Weight::Light).await?;
    flat_records(call, &found).await
}

/// The same of activities that were read already.
pub async fn flat_records(call: &Call, activities: &[Record]) -> ApiResult<BTreeMap<i64, String>> {
    let rows = Rows::of(call, activities, Range::default()).await?;
    let write = |activity: &Record| {
        let mut json = Json::with_capacity(2048);
        rows.write_whole(&mut json, activity);
        String::from_utf8_lossy(&json.bytes).into_owned()
    };
    Ok(activities.iter().map(|activity| (activity.id, write(activity))).collect())
}
