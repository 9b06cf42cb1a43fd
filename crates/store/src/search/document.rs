//! The document of a record: its searchable texts, folded, one line each, `field`, a tab, text.

use super::grams::{Grams, Space};
use super::text::{fold, phone_digits, plain_text};
use penstock_model::{CompanyId, Kind, Record, Value};

/// The kinds of records that are looked for, each with its number; most are called as the entity is. The id of a document holds the number, so it is fixed
/// for life. A note is found as part of what it belongs to.
const SEARCHED: &[(&str, i64)] = &[
    ("deal", 1),
    ("person", 2),
    ("organization", 3),
    ("product", 4),
    ("lead", 5),
    ("project", 6),
    ("file", 7),
    ("note", 8),
    (ATTACHMENT, 9),
];
/// A file that came with a mail is another kind of item than one that was uploaded (semantics.md 14).
const ATTACHMENT: &str = "mail_attachment";
/// More than there are numbers of entities.
const ENTITIES: i64 = 16;

/// The id of the document of a record; `None` for entities that are not searched. Newer records have higher ones.
pub fn document_id(entity: &str, record: i64) -> Option<i64> {
    SEARCHED.iter().find(|(known, _)| *known == entity).map(|(_, number)| record * ENTITIES + number)
}

/// The same in SQL, for the records whose ids `column` holds.
pub fn document_of(entity: &str, column: &str) -> String {
    let number = document_id(entity, 0).unwrap_or_default();
    format!("{column} * {ENTITIES} + {number}")
}

/// The record that a document is about.
pub fn record_of(document: i64) -> Option<(&'static str, i64)> {
    let (record, number) = (document / ENTITIES, document % ENTITIES);
    SEARCHED.iter().find(|(_, known)| *known == number).map(|(entity, _)| (*entity, record))
}

/// The fields and texts of a document.
pub fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| line.split_once('\t'))
}

/// A document to be written.
pub(crate) struct Document {
    pub company: CompanyId,
    pub id: i64,
    pub entity: &'static str,
    pub record: i64,
    pub owner: Value,
    pub visible_to: Value,
    pub text: String,
}

impl Document {
    /// The document of a record; `None` for deleted ones and where nothing is searched.
    pub fn of(company: CompanyId, record: &Record) -> Option<Self> {
        let (entity, id) = (kind_of(record), Document::id_of(record)?);
        if value(record, "is_deleted") == Value::Int(1) {
            return None;
        }
        let (owner, visible_to) =
            if record.entity.owned { (value(record, "owner_id"), value(record, "visible_to")) } else { Default::default() };
        Some(Document { company, id, entity, record: record.id, owner, visible_to, text: text(record) })
    }

    /// The id of the document of a record, whether it has one now or not; `None` for entities that are not searched.
    pub fn id_of(record: &Record) -> Option<i64> {
        document_id(kind_of(record), record.id)
    }

    /// The grams of all its texts, each once.
    pub fn grams(&self) -> Vec<u32> {
        grams_of(self.company, &self.text)
    }
}

/// The grams of all texts of a document, each once.
pub(super) fn grams_of(company: CompanyId, document: &str) -> Vec<u32> {
    let mut grams = Vec::with_capacity(document.len());
    for (field, text) in lines(document) {
        Grams::new(company, Space::of(field)).of_text(text, &mut grams);
    }
    grams.sort_unstable();
    grams.dedup();
    grams
}

fn kind_of(record: &Record) -> &'static str {
    match record.entity.name {
        "file" if value(record, "mail_message_id") != Value::Null => ATTACHMENT,
        name => name,
    }
}

fn value(record: &Record, key: &str) -> Value {
    record.entity.field(key).map(|(index, _)| record.values[index].clone()).unwrap_or_default()
}

fn text(record: &Record) -> String {
    let mut lines = Lines::default();
    for (field, value) in record.entity.fields.iter().zip(&record.values) {
        let Value::Text(kept) = value else { continue };
        match field.kind {
            Kind::Custom => lines.add_custom(kept),
            _ if !field.searchable => {}
            Kind::Contacts | Kind::Address => lines.add_json(field.v1_key, serde_json::from_str(kept).unwrap_or_default()),
            Kind::Text(_) if record.entity.name == "note" => lines.add("notes", &plain_text(kept)),
            _ => lines.add(field.v1_key, kept),
        }
    }
    lines.0
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    /// Adds a text, and where it may be a phone number its digits beside it.
    fn add(&mut self, field: &str, text: &str) {
        let folded = fold(text);
        if Space::of(field) == Space::Other
            && let Some(digits) = phone_digits(&folded).filter(|digits| *digits != folded)
        {
            self.push(field, &digits);
        }
        self.push(field, &folded);
    }

    fn push(&mut self, field: &str, folded: &str) {
        if folded.is_empty() {
            return;
        }
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(field);
        self.0.push('\t');
        self.0.push_str(folded);
    }

    /// Adds what people read in a value: a text, a number, or what stands under `value`. Lists hold objects such as e-mails;
    /// lists of anything else are ids.
    fn add_json(&mut self, field: &str, json: serde_json::Value) {
        match json {
            serde_json::Value::String(text) => self.add(field, &text),
            serde_json::Value::Number(number) => self.add(field, &number.to_string()),
            serde_json::Value::Object(mut members) => {
                if let Some(value) = members.remove("value") {
                    self.add_json(field, value);
                }
            }
            serde_json::Value::Array(items) => {
                items.into_iter().filter(serde_json::Value::is_object).for_each(|item| self.add_json(field, item));
            }
            serde_json::Value::Bool(_) | serde_json::Value::Null => {}
        }
    }

    /// Adds all custom values, also those of types that are not searched: which is which is known when they are looked for.
    fn add_custom(&mut self, kept: &str) {
        if kept.len() > 2
            && let Ok(members) = serde_json::from_str::<serde_json::Map<_, _>>(kept)
        {
            members.into_iter().for_each(|(code, value)| self.add_json(&code, value));
        }
    }
}
