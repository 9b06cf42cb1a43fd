//! What follows from a write. The only place that turns changed rows into history, outbox rows, recents,
//! search documents and the totals of linked records, so that no slice of the product can forget one.

use crate::batch::{Batch, Delta, Link, LinkKind};
use crate::error::StoreError;
use crate::sql::{Insert, Sql, Statement};
use crate::store::Store;
use penstock_model::{Actor, Change, CompanyId, Entity, Field, Kind, Money, Place, Record, Time, Value};
use std::collections::BTreeMap;

/// All statements of a planned write: the rows themselves, then what derives from them.
pub(crate) async fn statements(store: &Store, batch: Batch) -> Result<Vec<Statement>, StoreError> {
    let actor = &batch.actor;
    let company = actor.company;
    let mut out = Vec::with_capacity(batch.changes.len() * 5 + batch.links.len() * 2 + batch.statements.len() + 2);
    let touches_directory = batch.touches_directory();
    let mut totals = Totals::default();
    totals.follow(&batch);

    for (change, _) in &batch.changes {
        out.push(row_statement(company, change));
        out.push(recent(company, change.entity().name, change.after.id, actor.time).into());
        out.extend(search_document(company, change).map(Statement::from));
    }
    out.extend(batch.links.iter().map(|link| link_statement(actor, link)));
    out.extend(totals.rows(company).map(Statement::from));
    out.extend(history_statements(store, actor, batch.bulk, Event::of_batch(&batch)).await?);
    out.extend(outbox_statements(store, actor, batch.bulk, &batch.changes).await?);
    if touches_directory {
        out.push(next_revision(company));
    }
    out.extend(batch.statements);
    Ok(out)
}

/// Tells every process that what it knows of the company's settings is old.
pub(crate) fn next_revision(company: CompanyId) -> Statement {
    Statement::new("UPDATE companies SET revision = revision + 1 WHERE id = $1", vec![company.into()])
}

fn row_statement(company: CompanyId, change: &Change) -> Statement {
    match &change.before {
        None => insert_row(company, &change.after).into(),
        Some(before) => update_row(company, before, change),
    }
}

pub(crate) fn insert_row(company: CompanyId, record: &Record) -> Insert {
    let mut into = format!("INSERT INTO {} (company_id, id, version", record.entity.table);
    let mut values = vec![company.into(), record.id.into(), record.version.into()];
    for (field, value) in record.columns() {
        into.push_str(", ");
        into.push_str(field.key);
        values.push(value.clone());
    }
    into.push_str(") VALUES ");
    Insert::new(into, values)
}

pub(crate) fn update_row(company: CompanyId, before: &Record, change: &Change) -> Statement {
    let entity = change.entity();
    let mut sql = Sql::new(format!("UPDATE {} SET version = ", entity.table));
    sql.bind(before.version + 1);
    for (index, _, after) in change.differences() {
        sql.push(", ").push(entity.fields[index].key).push(" = ").bind(after.clone());
    }
    sql.push(" WHERE company_id = ").bind(company);
    sql.push(" AND id = ").bind(before.id);
    sql.push(" AND version = ").bind(before.version);
    Statement::one_row(sql.text, sql.values)
}

pub(crate) fn recent(company: CompanyId, entity: &'static str, record: i64, time: Time) -> Insert {
    Insert::new(
        "INSERT INTO recents (company_id, entity, record_id, time) VALUES ",
        vec![company.into(), entity.into(), record.into(), time.into()],
    )
    .or(" ON CONFLICT (company_id, entity, record_id) DO UPDATE SET time = excluded.time")
}

/// The searchable text of a record: its name, and everything else below it, line by line.
pub(crate) fn search_document(company: CompanyId, change: &Change) -> Option<Insert> {
    let entity = change.entity();
    let searchable = |(index, field): &(usize, &'static Field)| {
        (field.searchable || field.kind == Kind::Custom)
            && change.before.as_ref().is_none_or(|before| before.values[*index] != change.after.values[*index])
    };
    if !entity.fields.iter().any(|field| field.searchable) || !entity.fields.iter().enumerate().any(|pair| searchable(&pair)) {
        return None;
    }
    let mut name = String::new();
    let mut body = String::new();
    for (field, value) in entity.fields.iter().zip(&change.after.values) {
        let Value::Text(text) = value else { continue };
        match field.kind {
            Kind::Text(_) if field.searchable && name.is_empty() => name = text.to_string(),
            Kind::Text(_) if field.searchable => push_line(&mut body, text),
            Kind::Contacts | Kind::Address | Kind::Custom if field.searchable || field.kind == Kind::Custom => {
                if let Ok(json) = serde_json::from_str(text) {
                    push_words(&mut body, &json);
                }
            }
            _ => {}
        }
    }
    let row = Insert::new(
        "INSERT INTO search_documents (company_id, entity, record_id, name, body) VALUES ",
        vec![company.into(), entity.name.into(), change.after.id.into(), name.into(), body.into()],
    );
    Some(row.or(" ON CONFLICT (company_id, entity, record_id) DO UPDATE SET name = excluded.name, body = excluded.body"))
}

fn push_line(body: &mut String, text: &str) {
    if !body.is_empty() {
        body.push('\n');
    }
    body.push_str(text);
}

fn push_words(body: &mut String, json: &serde_json::Value) {
    match json {
        serde_json::Value::String(text) => push_line(body, text),
        serde_json::Value::Number(number) => push_line(body, &number.to_string()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| push_words(body, item)),
        serde_json::Value::Object(members) => {
            let value = members.get("value");
            match value {
                Some(value) => push_words(body, value),
                None => members.values().for_each(|member| push_words(body, member)),
            }
        }
        serde_json::Value::Bool(_) | serde_json::Value::Null => {}
    }
}

/// The sums of everything a write adds to the totals of records.
#[derive(Debug, Default)]
pub(crate) struct Totals(BTreeMap<(&'static str, i64), BTreeMap<&'static str, i64>>);

impl Totals {
    /// Adds what a write adds.
    pub(crate) fn follow(&mut self, batch: &Batch) {
        for (change, _) in &batch.changes {
            self.follow_change(change);
        }
        for link in &batch.links {
            self.add(link.entity, link.record, link_total(link.kind), if link.added.is_some() { 1 } else { -1 });
        }
        for Delta { entity, record, total, by } in &batch.deltas {
            self.add(entity, *record, total, *by);
        }
    }

    fn add(&mut self, entity: &'static str, record: i64, total: &'static str, by: i64) {
        *self.0.entry((entity, record)).or_default().entry(total).or_default() += by;
    }

    fn follow_change(&mut self, change: &Change) {
        for count in change.entity().counts {
            for (record, by) in [(change.before.as_ref(), -1), (Some(&change.after), 1)] {
                let Some(record) = record.filter(|record| (count.when)(record)) else { continue };
                let link = change.entity().field(count.link).and_then(|(index, _)| record.values[index].as_int());
                if let Some(linked) = link {
                    self.add(count.of, linked, count.total, by);
                }
            }
        }
    }

    /// The number of records whose totals change.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn rows(self, company: CompanyId) -> impl Iterator<Item = Insert> {
        self.0.into_iter().filter_map(move |((entity, record), deltas)| {
            let deltas: Vec<_> = deltas.into_iter().filter(|(_, by)| *by != 0).collect();
            if deltas.is_empty() {
                return None;
            }
            let names: Vec<_> = deltas.iter().map(|(total, _)| *total).collect();
            let sums: Vec<_> = names.iter().map(|total| format!("{total} = totals.{total} + excluded.{total}")).collect();
            let mut values = vec![company.into(), entity.into(), record.into()];
            values.extend(deltas.iter().map(|(_, by)| Value::from(*by)));
            let row = Insert::new(format!("INSERT INTO totals (company_id, entity, record_id, {}) VALUES ", names.join(", ")), values);
            Some(row.or(format!(" ON CONFLICT (company_id, entity, record_id) DO UPDATE SET {}", sums.join(", "))))
        })
    }
}

fn link_total(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Follower => "followers_count",
        LinkKind::Participant => "participants_count",
    }
}

fn link_statement(actor: &Actor, link: &Link) -> Statement {
    match link.added {
        Some(id) => insert_link(actor, link, id).into(),
        None => delete_link(actor, link),
    }
}

pub(crate) fn insert_link(actor: &Actor, link: &Link, id: i64) -> Insert {
    let company: Value = actor.company.into();
    let (record, member, user, time) = (link.record.into(), link.member.into(), actor.user.into(), actor.time.into());
    match link.kind {
        LinkKind::Follower => Insert::new(
            "INSERT INTO followers (company_id, entity, record_id, user_id, id, added_by_user_id, add_time) VALUES ",
            vec![company, link.entity.into(), record, member, id.into(), user, time],
        ),
        LinkKind::Participant => Insert::new(
            "INSERT INTO participants (company_id, deal_id, person_id, id, added_by_user_id, add_time) VALUES ",
            vec![company, record, member, id.into(), user, time],
        ),
    }
}

pub(crate) fn delete_link(actor: &Actor, link: &Link) -> Statement {
    let company: Value = actor.company.into();
    let (record, member) = (link.record.into(), link.member.into());
    match link.kind {
        LinkKind::Follower => Statement::one_row(
            "DELETE FROM followers WHERE company_id = $1 AND entity = $2 AND record_id = $3 AND user_id = $4",
            vec![company, link.entity.into(), record, member],
        ),
        LinkKind::Participant => Statement::one_row(
            "DELETE FROM participants WHERE company_id = $1 AND deal_id = $2 AND person_id = $3",
            vec![company, record, member],
        ),
    }
}

/// One row of the history to be.
pub(crate) struct Event {
    entity: &'static str,
    record: i64,
    object: &'static str,
    field_key: Option<String>,
    old: Value,
    new: Value,
    member: Option<i64>,
    action: Option<&'static str>,
}

impl Event {
    /// What the history remembers of a write.
    pub(crate) fn of_batch(batch: &Batch) -> Vec<Event> {
        let changes = batch.changes.iter().flat_map(|(change, _)| Event::of_change(change));
        changes.chain(batch.links.iter().map(Event::of_link)).collect()
    }

    /// The changed fields of an update, one event each. A new record has no history yet.
    fn of_change(change: &Change) -> Vec<Event> {
        let entity = change.entity();
        if change.is_insert() || !entity.has_history {
            return Vec::new();
        }
        let mut events = Vec::new();
        for (index, before, after) in change.differences() {
            let field = &entity.fields[index];
            if field.kind == Kind::Custom {
                events.extend(
                    custom_changes(before, after).into_iter().map(|(key, old, new)| Event::field(entity, change.after.id, key, old, new)),
                );
            } else if field.logged {
                let (old, new) = (logged_text(field, before), logged_text(field, after));
                events.push(Event::field(entity, change.after.id, field.v1_key.to_owned(), old, new));
            }
        }
        events
    }

    fn field(entity: &'static Entity, record: i64, key: String, old: Value, new: Value) -> Event {
        Event { entity: entity.name, record, object: "change", field_key: Some(key), old, new, member: None, action: None }
    }

    fn of_link(link: &Link) -> Event {
        let object = match link.kind {
            LinkKind::Follower => "follower",
            LinkKind::Participant => "participant",
        };
        let action = if link.added.is_some() { "added" } else { "removed" };
        Event {
            entity: link.entity,
            record: link.record,
            object,
            field_key: None,
            old: Value::Null,
            new: Value::Null,
            member: Some(link.member),
            action: Some(action),
        }
    }
}

/// The custom fields whose values differ, as texts. A value of several parts has a row for each that differs, under
/// the flat key that v1 gives it (semantics.md 11.2).
fn custom_changes(before: &Value, after: &Value) -> Vec<(String, Value, Value)> {
    let (mut before, after) = (flat_texts(before), flat_texts(after));
    let mut changes: Vec<_> = after
        .into_iter()
        .map(|(key, new)| {
            let old = before.remove(&key).unwrap_or_default();
            (key, old, new)
        })
        .collect();
    changes.extend(before.into_iter().map(|(key, old)| (key, old, Value::Null)));
    changes.retain(|(_, old, new)| old != new);
    changes
}

fn flat_texts(custom: &Value) -> BTreeMap<String, Value> {
    let members = custom.as_text().and_then(|text| serde_json::from_str::<serde_json::Map<_, _>>(text).ok()).unwrap_or_default();
    let mut flat = BTreeMap::new();
    for (key, value) in members {
        match value {
            serde_json::Value::Object(parts) => {
                for (part, value) in parts {
                    let key = if part == "value" { key.clone() } else { format!("{key}_{part}") };
                    flat.insert(key, json_text(&value));
                }
            }
            value => {
                flat.insert(key, json_text(&value));
            }
        }
    }
    flat
}

/// Texts bare, lists with commas between their items.
fn json_text(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::String(text) => text.as_str().into(),
        serde_json::Value::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(|item| json_text(item).as_text().map(str::to_owned)).collect();
            items.join(",").into()
        }
        other => other.to_string().into(),
    }
}

/// The value as the changelog shows it: always a text (semantics.md 15). E-mails, phones and addresses show what
/// people read in them.
fn logged_text(field: &Field, value: &Value) -> Value {
    match (field.kind, value) {
        (Kind::Money, Value::Int(amount)) => Money::from_ten_thousandths(*amount).to_string().into(),
        (Kind::Time, Value::Int(millis)) => Time::from_millis(*millis).to_v1().into(),
        (Kind::Labels, Value::Text(list)) => match list.trim_matches(['[', ']']) {
            "" => Value::Null,
            ids => ids.into(),
        },
        (Kind::Contacts | Kind::Address, Value::Text(kept)) => {
            match serde_json::from_str(kept).map(|json: serde_json::Value| values_of(&json).join(", ")) {
                Ok(values) if !values.is_empty() => values.into(),
                _ => Value::Null,
            }
        }
        (_, Value::Int(number)) => number.to_string().into(),
        (_, Value::Real(number)) => number.to_string().into(),
        (_, other) => other.clone(),
    }
}

/// The texts under `value` of an object, or of each object of a list.
fn values_of(json: &serde_json::Value) -> Vec<&str> {
    match json {
        serde_json::Value::Array(items) => items.iter().flat_map(values_of).collect(),
        other => other.get("value").and_then(serde_json::Value::as_str).into_iter().collect(),
    }
}

async fn history_statements(store: &Store, actor: &Actor, bulk: bool, events: Vec<Event>) -> Result<Vec<Statement>, StoreError> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let ids = store.next_ids(actor.company, "history", events.len() as i64).await?;
    Ok(ids.zip(events).map(|(id, event)| history_row(actor, bulk, id, event).into()).collect())
}

pub(crate) fn history_row(actor: &Actor, bulk: bool, id: i64, event: Event) -> Insert {
    Insert::new(
        "INSERT INTO history (company_id, entity, record_id, time, id, object, field_key, old_value, new_value,
             member_id, action, actor_user_id, change_source, user_agent, is_bulk) VALUES ",
        vec![
            actor.company.into(),
            event.entity.into(),
            event.record.into(),
            actor.time.into(),
            id.into(),
            event.object.into(),
            event.field_key.into(),
            event.old,
            event.new,
            event.member.into(),
            event.action.into(),
            actor.user.into(),
            actor.source.as_str().into(),
            actor.user_agent.as_deref().into(),
            bulk.into(),
        ],
    )
}

async fn outbox_statements(
    store: &Store,
    actor: &Actor,
    bulk: bool,
    changes: &[(Change, Option<i64>)],
) -> Result<Vec<Statement>, StoreError> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let ids = store.next_ids(actor.company, "outbox", changes.len() as i64).await?;
    let statement = |(id, (change, merged)): (i64, &(Change, Option<i64>))| {
        Statement::new(
            "INSERT INTO outbox (company_id, id, time, entity, record_id, action, before, after, merged_id,
                 actor_user_id, change_source, user_agent, is_bulk)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            vec![
                actor.company.into(),
                id.into(),
                actor.time.into(),
                change.entity().name.into(),
                change.after.id.into(),
                action_of(change).into(),
                change.before.as_ref().map(record_json).into(),
                record_json(&change.after).into(),
                (*merged).into(),
                actor.user.into(),
                actor.source.as_str().into(),
                actor.user_agent.as_deref().into(),
                bulk.into(),
            ],
        )
    };
    Ok(ids.zip(changes).map(statement).collect())
}

/// `create`, `change` or `delete`; a record that becomes deleted is a deletion to whoever listens.
fn action_of(change: &Change) -> &'static str {
    let deleted = |record: &Record| record.entity.field("is_deleted").is_some_and(|(index, _)| record.values[index] == Value::Int(1));
    match &change.before {
        None => "create",
        Some(before) if !deleted(before) && deleted(&change.after) => "delete",
        Some(_) => "change",
    }
}

/// The stored columns of a row as a JSON object, in the form the store keeps them.
fn record_json(record: &Record) -> String {
    let mut members = serde_json::Map::with_capacity(record.values.len());
    for (field, value) in record.entity.fields.iter().zip(&record.values) {
        if field.place != Place::Row {
            continue;
        }
        let json = match value {
            Value::Null => serde_json::Value::Null,
            Value::Int(number) => (*number).into(),
            Value::Real(number) => (*number).into(),
            Value::Text(text) => text.as_ref().into(),
        };
        members.insert(field.key.to_owned(), json);
    }
    serde_json::Value::Object(members).to_string()
}
