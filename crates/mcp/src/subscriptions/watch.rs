//! What has to happen so that a resource is another one than before.

use super::events::Event;
use crate::resources;
use serde_json::Value;

/// A resource that somebody wants to be told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watch {
    /// A record: what events call it, its id, and the key by which activities and notes name it.
    Record { object: &'static str, id: i64, link: &'static str },
    /// All records of some kinds.
    Kinds(&'static [&'static str]),
}

const BESIDE: &[&str] = &["activity", "note"];
const PIPELINES: &[&str] = &["pipeline", "stage"];
const FIELDS: &[&str] = &["deal_field", "lead_field", "person_field", "organization_field", "product_field", "project_field"];
const USERS: &[&str] = &["user"];

impl Watch {
    /// What is to be watched for the resource at an address; `None` where there can be none.
    pub fn of(uri: &str) -> Option<Self> {
        match resources::current(uri).strip_prefix("penstock://")? {
            "me" => Some(Watch::Kinds(USERS)),
            "pipelines" => Some(Watch::Kinds(PIPELINES)),
            "fields" => Some(Watch::Kinds(FIELDS)),
            path => {
                let (record, id) = resources::record_at(path)?;
                Some(Watch::Record { object: record.object, id, link: record.link })
            }
        }
    }

    pub fn is_record(&self) -> bool {
        matches!(self, Watch::Record { .. })
    }

    pub fn is_touched_by(&self, event: &Event) -> bool {
        let Event::Change { object, id, data, previous } = event else { return true };
        match self {
            Watch::Kinds(kinds) => kinds.contains(&object.as_str()),
            Watch::Record { object: own, id: own_id, link } => {
                let names = |values: &Value| values[*link].as_i64() == Some(*own_id) || is_participant(values, link, *own_id);
                (object == own && id == own_id) || (BESIDE.contains(&object.as_str()) && (names(data) || names(previous)))
            }
        }
    }
}

/// Activities have several persons.
fn is_participant(values: &Value, link: &str, id: i64) -> bool {
    link == "person_id" && values["participants"].as_array().into_iter().flatten().any(|one| one["person_id"].as_i64() == Some(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn change(object: &str, id: i64, data: Value, previous: Value) -> Event {
        Event::Change { object: object.to_owned(), id, data, previous }
    }

    #[test]
    fn a_record_is_touched_by_itself_and_by_what_stands_beside_it() {
        let deal = Watch::of("penstock://deals/7").unwrap();
        assert!(deal.is_touched_by(&change("deal", 7, json!({}), Value::Null)));
        assert!(!deal.is_touched_by(&change("deal", 8, json!({"deal_id": 7}), Value::Null)));
        assert!(!deal.is_touched_by(&change("person", 7, json!({}), Value::Null)));
        assert!(deal.is_touched_by(&change("note", 1, json!({"deal_id": 7}), Value::Null)));
        assert!(deal.is_touched_by(&change("activity", 1, json!({"deal_id": 8}), json!({"deal_id": 7}))), "it has lost one");
        assert!(!deal.is_touched_by(&change("activity", 1, json!({"deal_id": 8}), Value::Null)));
        assert!(deal.is_touched_by(&Event::Gap), "whatever it was, it was not told");
        let person = Watch::of("penstock://persons/3").unwrap();
        assert!(person.is_touched_by(&change("activity", 1, json!({"participants": [{"person_id": 2}, {"person_id": 3}]}), Value::Null)));
    }

    #[test]
    fn settings_are_touched_by_any_of_their_kind() {
        let pipelines = Watch::of("pipedrive://pipelines").unwrap();
        assert_eq!(Some(&pipelines), Watch::of("penstock://pipelines").as_ref());
        assert!(pipelines.is_touched_by(&change("stage", 4, json!({}), Value::Null)));
        assert!(!pipelines.is_touched_by(&change("deal", 4, json!({}), Value::Null)));
        for uri in ["penstock://deals/x", "penstock://deals/0", "penstock://leads/1", "penstock://", "test://a"] {
            assert_eq!(Watch::of(uri), None, "{uri}");
        }
    }
}
