//! Writes down what receivers are told, whole, but each thing once: what a receiver was told before, of a record or of the
//! subscription, is `as told`, with what differs.

use crate::receiver::{Received, Receiver};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::fmt::Write;

/// The headers that receivers look at.
const HEADERS: &[&str] = &["authorization", "content-type", "user-agent"];

#[derive(Default)]
pub struct Recorder {
    pub text: String,
    /// What was told last, by receiver and record.
    states: HashMap<(String, String), Value>,
    /// The first delivery of each receiver: its headers and its envelope.
    firsts: HashMap<String, (Vec<String>, Map<String, Value>)>,
}

impl Recorder {
    /// Writes what was done and what came of it.
    pub fn step(&mut self, receiver: &Receiver, title: &str, request: &str) {
        writeln!(self.text, "\n{title}\n  {request}").unwrap();
        let mut received = receiver.take();
        // Each receiver is told in its order; between them there is none.
        received.sort_by(|one, other| one.path.cmp(&other.path));
        for (place, delivery) in received.iter().enumerate() {
            self.delivery(delivery, &received[..place]);
        }
    }

    /// Writes a delivery; `others` are those of the step that are written already.
    fn delivery(&mut self, received: &Received, others: &[Received]) {
        let path = received.path.as_str();
        let body = received.body.as_object().unwrap();
        let now = if body.contains_key("data") { "data" } else { "current" };
        let record = record(&body["meta"]);
        writeln!(self.text, "{path} {} {record}", body["meta"]["action"].as_str().unwrap()).unwrap();
        self.envelope(received, now);

        let key = (path.to_owned(), record);
        let told = self.states.insert(key, body[now].clone());
        let is_same = |other: &&Received| [now, "previous"].iter().all(|key| other.body[*key] == body[*key]);
        if let Some(other) = others.iter().find(is_same) {
            return writeln!(self.text, "    {now}, previous: as {}", other.path).unwrap();
        }
        // Of a deletion, and in the first version, the former state is told whole.
        let is_whole = now == "current" || body[now].is_null();
        let former = Some(&body["previous"]).filter(|previous| is_whole && !previous.is_null());
        writeln!(self.text, "    {now}: {}", since(former.or(told.as_ref()), &body[now])).unwrap();
        let previous = since(told.as_ref().filter(|_| is_whole), &body["previous"]);
        writeln!(self.text, "    previous: {previous}").unwrap();
    }

    /// Writes all but the record.
    fn envelope(&mut self, received: &Received, now: &str) {
        let body = received.body.as_object().unwrap();
        let envelope: Map<String, Value> =
            body.iter().filter(|(key, _)| *key != now && *key != "previous").map(|(key, value)| (key.clone(), value.clone())).collect();
        let headers: Vec<String> = HEADERS.iter().map(|name| format!("{name}: {}", received.header(name).unwrap_or("-"))).collect();
        match self.firsts.get(&received.path) {
            Some((known, first)) => {
                assert_eq!((&headers, keys(&envelope)), (known, keys(first)));
                for (key, value) in envelope.iter().filter(|(key, value)| first[*key] != **value) {
                    writeln!(self.text, "    {key}: {}", since(Some(&first[key]), value)).unwrap();
                }
            }
            None => {
                writeln!(self.text, "    {}", headers.join("\n    ")).unwrap();
                envelope.iter().for_each(|(key, value)| writeln!(self.text, "    {key}: {value}").unwrap());
                self.firsts.insert(received.path.clone(), (headers, envelope));
            }
        }
    }
}

/// Such as `deal 7`.
fn record(meta: &Value) -> String {
    let word = |key: &str| meta[key].as_str().map_or_else(|| meta[key].to_string(), str::to_owned);
    match meta["object"].is_string() {
        true => format!("{} {}", word("object"), word("id")),
        false => format!("{} {}", word("entity"), word("entity_id")),
    }
}

fn keys(object: &Map<String, Value>) -> Vec<&String> {
    object.keys().collect()
}

/// A value beside a former one of the same keys: `as told`, with the members that differ; else the whole value.
fn since(former: Option<&Value>, value: &Value) -> String {
    match (former, value) {
        (Some(former), value) if former == value && !value.is_null() => "as told".to_owned(),
        (Some(Value::Object(former)), Value::Object(now)) if keys(former) == keys(now) => {
            let changed = now.iter().filter(|(key, value)| former[*key] != **value).map(|(key, value)| (key.clone(), value.clone()));
            format!("as told, with {}", Value::from(changed.collect::<Map<_, _>>()))
        }
        _ => value.to_string(),
    }
}
