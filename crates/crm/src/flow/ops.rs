//! The operations of the flow.

use super::changes::{self, Asked, Change, ChangeView};
use super::sources::{Entry, SOURCES};
use crate::call::{Call, Reply};
use crate::deals::DEALS;
use crate::error::ApiResult;
use crate::list;
use crate::op::Method::Get;
use crate::op::Version::V1;
use crate::op::{Answer, Op, Param, ParamKind};
use crate::organizations::ORGANIZATIONS;
use crate::params::{LIMIT, START};
use crate::persons::PERSONS;
use crate::related::Related;
use crate::resource::Resource;
use crate::run;
use crate::select::Depth;
use crate::write;
use penstock_model::Time;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

const ALL_CHANGES: Param = Param::new("all_changes", ParamKind::Bool, "With 1 changes of custom fields, too.");
const ITEMS: Param = Param::new("items", ParamKind::Text, "Only these kinds of rows, comma separated, such as `activity,change`.");
const QUERY: &[Param] = &[START, LIMIT, ALL_CHANGES, ITEMS];

const fn op(path: &'static str, id: &'static str, tag: &'static str, run: fn(Call) -> Answer) -> Op {
    Op::new(V1, Get, path, id, run).tag(tag).scopes("recents:read").cost(40).query(QUERY)
}

pub const OPS: &[Op] = &[
    op("/deals/{id}/flow", "getDealUpdates", "Deals", run!(show(&DEALS))).about("Lists what happened to a deal"),
    op("/persons/{id}/flow", "getPersonUpdates", "Persons", run!(show(&PERSONS))).about("Lists what happened to a person"),
    op("/organizations/{id}/flow", "getOrganizationUpdates", "Organizations", run!(show(&ORGANIZATIONS)))
        .about("Lists what happened to an organization"),
];

/// A row of the flow before it is shown.
enum Event {
    Changed(Change),
    /// With the number of its source.
    Done(usize, Entry),
}

impl Event {
    fn time(&self) -> Time {
        match self {
            Event::Changed(change) => change.time,
            Event::Done(_, entry) => entry.time,
        }
    }

    /// Newest first. Of one moment, what was done comes before what it changed, so that the order is the same each time.
    fn place(&self) -> (Reverse<Time>, usize, Reverse<i64>) {
        match self {
            Event::Changed(change) => (Reverse(change.time), SOURCES.len(), Reverse(change.id)),
            Event::Done(source, entry) => (Reverse(entry.time), *source, Reverse(entry.id)),
        }
    }
}

async fn show(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    let entity = resource.entity;
    let id = call.id(entity.title)?;
    let (start, limit) = (call.args.int("start").unwrap_or(0).max(0), list::limit(&call, "limit")?);
    let record = write::find(&call, entity, id, Depth::Row).await?;
    let mut events = newest(&call, resource, id, start.saturating_add(limit + 1)).await?;
    let more = events.len() as i64 > start.saturating_add(limit);
    let events: Vec<Event> = events.drain(..).skip(start as usize).take(limit as usize).collect();

    let changes: Vec<&Change> =
        events.iter().filter_map(|event| if let Event::Changed(change) = event { Some(change) } else { None }).collect();
    let view = ChangeView::of(&call, entity, id, &changes).await?;
    let mut shown: BTreeMap<usize, BTreeMap<i64, Vec<u8>>> = BTreeMap::new();
    for (number, source) in SOURCES.iter().enumerate() {
        let of_source = |event: &Event| match event {
            Event::Done(known, entry) if *known == number => Some(entry.id),
            _ => None,
        };
        let ids: Vec<i64> = events.iter().filter_map(of_source).collect();
        if !ids.is_empty() {
            shown.insert(number, (source.show)(&call, &ids).await?);
        }
    }
    let records = [record];
    let mut related = Related::load(&call, &records).await?;
    related.add(&call, changes.iter().map(|change| change.actor), &BTreeSet::new()).await?;
    Ok(call.data_and(
        |json| {
            if events.is_empty() {
                // An empty v1 list is null (semantics.md 4).
                return json.null();
            }
            json.begin_array();
            for event in &events {
                let row = match event {
                    Event::Changed(_) => None,
                    Event::Done(source, entry) => shown.get(source).and_then(|rows| rows.get(&entry.id)),
                };
                json.begin_object();
                json.key("object");
                match event {
                    Event::Changed(change) => json.string(&view.word(change)),
                    Event::Done(source, _) => json.string(SOURCES[*source].object),
                }
                json.key("timestamp");
                json.plain_string(|out| event.time().write_v1(out));
                json.key("data");
                match (event, row) {
                    (Event::Changed(change), _) => view.write(json, change),
                    (_, Some(row)) => json.bytes.extend_from_slice(row),
                    // Gone since the page was read.
                    (_, None) => json.null(),
                }
                json.end_object();
            }
            json.end_array();
        },
        |json| {
            json.key("additional_data");
            json.begin_object();
            list::write_pagination(json, start, limit, more);
            json.end_object();
            related.write_objects(json, &call, &records);
        },
    ))
}

/// The newest `count` events of all kinds that the request asks for.
async fn newest(call: &Call, resource: &'static Resource, id: i64, count: i64) -> ApiResult<Vec<Event>> {
    let entity = resource.entity;
    let words: Vec<&str> =
        call.args.text("items").map(|items| items.split(',').map(str::trim).filter(|word| !word.is_empty()).collect()).unwrap_or_default();
    let is_asked = |object: &&str| {
        words.is_empty() || words.contains(object) || words.iter().any(|word| *word == changes::object_word(entity, object))
    };
    let asked = Asked {
        entity,
        record: id,
        objects: ["change", "follower", "participant"].into_iter().filter(is_asked).collect(),
        custom: call.args.flag("all_changes"),
    };
    let mut events: Vec<Event> = changes::newest(call, &asked, count).await?.into_iter().map(Event::Changed).collect();
    for (number, source) in SOURCES.iter().enumerate() {
        let entries = source.newest(call, entity.name, id, &words, count).await?;
        events.extend(entries.into_iter().map(|entry| Event::Done(number, entry)));
    }
    events.sort_by_key(Event::place);
    events.truncate(count as usize);
    Ok(events)
}
