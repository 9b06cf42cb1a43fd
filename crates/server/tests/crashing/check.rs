//! What follows from writes, counted anew from the rows themselves.

use penstock_model::Value;
use penstock_store::{Dialect, Sql, Store, Weight};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

pub async fn everything(store: &Store) {
    if store.dialect() == Dialect::Sqlite {
        let found = rows(store, "PRAGMA integrity_check", 1).await;
        assert_eq!(found, [[Value::from("ok")]]);
    }
    assert_eq!(kept_totals(store).await, counted_totals(store).await);
    for (entity, table) in [("deal", "deals"), ("person", "persons"), ("organization", "organizations")] {
        each_write_has_left_its_traces(store, entity, table).await;
    }
    no_id_is_there_twice(store).await;
}

async fn rows(store: &Store, sql: &str, width: usize) -> Vec<Vec<Value>> {
    store.rows(Sql::new(sql), Weight::Heavy, width).await.unwrap()
}

fn int(value: &Value) -> i64 {
    value.as_int().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_text().unwrap()
}

/// Totals that are not zero, by entity, record and name.
type Totals = BTreeMap<(String, i64, &'static str), i64>;

const COUNTED: [&str; 9] = [
    "open_deals_count",
    "closed_deals_count",
    "won_deals_count",
    "lost_deals_count",
    "participant_open_deals_count",
    "participant_closed_deals_count",
    "people_count",
    "participants_count",
    "followers_count",
];

async fn kept_totals(store: &Store) -> Totals {
    let sql = format!("SELECT entity, record_id, {} FROM totals WHERE company_id = 1", COUNTED.join(", "));
    let mut totals = Totals::new();
    for row in rows(store, &sql, 2 + COUNTED.len()).await {
        for (name, count) in COUNTED.into_iter().zip(&row[2..]).filter(|(_, count)| int(count) != 0) {
            totals.insert((text(&row[0]).to_owned(), int(&row[1]), name), int(count));
        }
    }
    totals
}

async fn counted_totals(store: &Store) -> Totals {
    let mut totals = Totals::new();
    let mut count = |entity: &str, record: &Value, name| {
        if let Some(record) = record.as_int() {
            *totals.entry((entity.to_owned(), record, name)).or_default() += 1;
        }
    };
    let mut deals = BTreeMap::new();
    for row in rows(store, "SELECT id, status, person_id, org_id FROM deals WHERE company_id = 1", 4).await {
        let names: &[&'static str] = match text(&row[1]) {
            "open" => &["open_deals_count"],
            "won" => &["closed_deals_count", "won_deals_count"],
            "lost" => &["closed_deals_count", "lost_deals_count"],
            _ => &[],
        };
        for name in names {
            count("person", &row[2], name);
            count("organization", &row[3], name);
        }
        deals.insert(int(&row[0]), row);
    }
    for row in rows(store, "SELECT org_id FROM persons WHERE company_id = 1 AND is_deleted = 0", 1).await {
        count("organization", &row[0], "people_count");
    }
    for row in rows(store, "SELECT deal_id, person_id FROM participants WHERE company_id = 1", 2).await {
        count("deal", &row[0], "participants_count");
        let deal = &deals[&int(&row[0])];
        match text(&deal[1]) {
            _ if deal[2] == row[1] => {}
            "open" => count("person", &row[1], "participant_open_deals_count"),
            "won" | "lost" => count("person", &row[1], "participant_closed_deals_count"),
            _ => {}
        }
    }
    for row in rows(store, "SELECT entity, record_id FROM followers WHERE company_id = 1", 2).await {
        count(text(&row[0]), &row[1], "followers_count");
    }
    totals
}

/// The fields that the writers change.
const CHANGED: [&str; 6] = ["title", "value", "stage_id", "status", "person_id", "org_id"];

/// The outbox tells the life of each row without a gap, and the history has each change of a field once.
async fn each_write_has_left_its_traces(store: &Store, entity: &str, table: &str) {
    let name = if table == "deals" { "title" } else { "name" };
    let sql = format!(
        "SELECT t.id, t.version, t.{name}, r.time, d.text FROM {table} t
         LEFT JOIN recents r ON r.company_id = t.company_id AND r.entity = '{entity}' AND r.record_id = t.id
         LEFT JOIN search_documents d ON d.company_id = t.company_id AND d.entity = '{entity}' AND d.record_id = t.id
         WHERE t.company_id = 1"
    );
    let mut outbox = events(store, entity).await;
    let mut history = changes(store, entity).await;
    for row in rows(store, &sql, 5).await {
        let id = int(&row[0]);
        let events = outbox.remove(&id).unwrap_or_default();
        assert_eq!(events.len() as i64, int(&row[1]), "{entity} {id}: one event for each version");
        let document = format!("{name}\t{}", penstock_store::search::fold(text(&row[2])));
        assert_eq!(text(&row[4]).lines().next(), Some(document.as_str()), "{entity} {id}: its search document");
        assert_eq!(int(&row[3]), events.iter().map(|event| event.time).max().unwrap(), "{entity} {id}: its place in the recents");
        let mut told = BTreeMap::new();
        for (place, event) in events.iter().enumerate() {
            let former = place.checked_sub(1).map_or(&Json::Null, |former| &events[former].after);
            assert_eq!(&event.before, former, "{entity} {id}: event {place} goes on where the one before ended");
            for field in CHANGED.iter().filter(|field| place > 0 && event.before[**field] != event.after[**field]) {
                *told.entry((*field).to_owned()).or_insert(0) += 1;
            }
        }
        assert_eq!(events.last().unwrap().after[name], text(&row[2]), "{entity} {id}: the last event is the row");
        assert_eq!(history.remove(&id).unwrap_or_default(), told, "{entity} {id}: its history");
    }
    assert!(outbox.is_empty() && history.is_empty(), "traces of a {entity} that is not there");
}

struct Event {
    time: i64,
    before: Json,
    after: Json,
}

async fn events(store: &Store, entity: &str) -> BTreeMap<i64, Vec<Event>> {
    // A record has one writer, who waits for each answer, so that ids follow its writes.
    let sql = format!("SELECT record_id, time, before, after FROM outbox WHERE company_id = 1 AND entity = '{entity}' ORDER BY id");
    let mut events: BTreeMap<i64, Vec<Event>> = BTreeMap::new();
    for row in rows(store, &sql, 4).await {
        let json = |value: &Value| value.as_text().map_or(Json::Null, |text| serde_json::from_str(text).unwrap());
        events.entry(int(&row[0])).or_default().push(Event { time: int(&row[1]), before: json(&row[2]), after: json(&row[3]) });
    }
    events
}

/// How often the history has each field of each record.
async fn changes(store: &Store, entity: &str) -> BTreeMap<i64, BTreeMap<String, i32>> {
    let fields: Vec<_> = CHANGED.iter().map(|field| format!("'{field}'")).collect();
    let sql = format!(
        "SELECT record_id, field_key FROM history WHERE company_id = 1 AND entity = '{entity}' AND object = 'change' AND field_key IN ({})",
        fields.join(", ")
    );
    let mut changes: BTreeMap<i64, BTreeMap<String, i32>> = BTreeMap::new();
    for row in rows(store, &sql, 2).await {
        *changes.entry(int(&row[0])).or_default().entry(text(&row[1]).to_owned()).or_default() += 1;
    }
    changes
}

async fn no_id_is_there_twice(store: &Store) {
    for table in ["deals", "persons", "organizations", "history", "outbox", "participants"] {
        let ids = rows(store, &format!("SELECT id FROM {table} WHERE company_id = 1"), 1).await;
        let different: BTreeSet<_> = ids.iter().map(|row| int(&row[0])).collect();
        assert_eq!(different.len(), ids.len(), "ids of {table}");
    }
}
