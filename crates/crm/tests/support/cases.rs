//! A request for every operation, derived from the operation table: where it names records, and what else it needs.

use super::sample::plain_id;
use super::{Sample, World, name};
use penstock_crm::{Method, Op, Param, ParamKind, Takes, Version};
use penstock_model::{Entity, Field, Kind, Write};
use serde_json::{Map, Value, json};

/// Where in a request an id stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The nth parameter of the path.
    Path(usize),
    Query(&'static str),
    Body(&'static str),
    /// A key of the body that holds a list of ids.
    List(&'static str),
    /// A key of the first item of a body that is a list.
    Item(&'static str),
    /// A key of the first item of the list under `data` in the body.
    DataItem(&'static str),
}

/// An id in a request, and the key of the sample that it is the id of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    pub place: Place,
    pub key: String,
    /// The request makes no sense without it.
    pub required: bool,
}

/// A request in the making.
#[derive(Debug, Clone)]
pub struct Case {
    segments: Vec<String>,
    /// Where the parameters stand in the path.
    parameters: Vec<usize>,
    pub query: Vec<(&'static str, String)>,
    pub body: Option<Value>,
}

impl Case {
    fn new(op: &Op, query: Vec<(&'static str, String)>, body: Option<Value>) -> Self {
        let segments: Vec<_> = op.path.split('/').map(str::to_owned).collect();
        let parameters = (0..segments.len()).filter(|at| segments[*at].starts_with('{')).collect();
        Case { segments, parameters, query, body }
    }

    pub fn target(&self) -> String {
        let path = self.segments.join("/");
        let pairs: Vec<_> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() { path } else { format!("{path}?{}", pairs.join("&")) }
    }

    /// The values of the parameters of the path, in their order.
    pub fn path_values(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().map(|at| self.segments[*at].as_str())
    }

    /// Puts an id where the slot says.
    pub fn put(&mut self, slot: &Slot, id: &Value) {
        match slot.place {
            Place::Path(nth) => self.segments[self.parameters[nth]] = plain_id(id),
            Place::Query(name) => self.put_query(name, plain_id(id)),
            Place::Body(key) => self.put_member(key, id.clone()),
            Place::List(key) => self.put_member(key, json!([id])),
            Place::Item(key) => {
                if let Some(body) = &mut self.body {
                    body[0][key] = id.clone();
                }
            }
            Place::DataItem(key) => {
                if let Some(body) = &mut self.body {
                    body["data"][0][key] = id.clone();
                }
            }
        }
    }

    /// Gives a query parameter this value and no other.
    pub fn put_query(&mut self, name: &'static str, value: String) {
        self.query.retain(|(known, _)| *known != name);
        self.query.push((name, value));
    }

    pub fn put_member(&mut self, key: &str, value: Value) {
        if let Some(Value::Object(members)) = &mut self.body {
            members.insert(key.to_owned(), value);
        }
    }
}

/// The singular of the first segment, which is what keys of samples begin with.
fn subject(op: &Op) -> &'static str {
    match op.path.split('/').nth(1).unwrap_or_default() {
        "deals" => "deal",
        "persons" => "person",
        "organizations" => "organization",
        "pipelines" => "pipeline",
        "stages" => "stage",
        "users" => "user",
        "mailbox" => "mail thread",
        "leads" => "lead",
        "leadLabels" => "lead label",
        "activities" => "activity",
        "activityTypes" => "activityType",
        "notes" => "note",
        "projects" => "project",
        "tasks" => "task",
        "boards" => "board",
        "phases" => "phase",
        "projectTemplates" => "template",
        "goals" => "goal",
        "files" => "file",
        "callLogs" => "call log",
        "products" => "product",
        "filters" => "filter",
        "roles" => "role",
        "legacyTeams" => "team",
        "permissionSets" => "permission set",
        // Fields are named apart, by code in v2 and by id in v1.
        segment => segment,
    }
}

/// What a parameter of the path names, by the segment before it.
fn path_key(op: &Op, segment: &str, parameter: &str) -> Option<String> {
    Some(match (segment, parameter) {
        ("persons", "id") if op.path.ends_with("/picture") => "pictured person".to_owned(),
        ("products", "id") if op.path.ends_with("/images") && op.method != Method::Post => "pictured product".to_owned(),
        ("projects", "id") if op.path.contains("/plan/activities/") => "planned project".to_owned(),
        ("activities", "activityId") => "planned activity".to_owned(),
        ("tasks", "taskId") => "task".to_owned(),
        ("boards", "id") => "board".to_owned(),
        ("phases", "id") => "phase".to_owned(),
        ("projects" | "tasks" | "projectTemplates" | "goals", "id") => subject(op).to_owned(),
        ("channels", _) => "channel".to_owned(),
        ("conversations", _) => "conversation".to_owned(),
        ("userProviderLinks", "id") => "provider link".to_owned(),
        // Installments need a deal that sells something.
        ("deals", "id") if op.path.contains("/installments") => "selling deal".to_owned(),
        ("products", "id") => "product".to_owned(),
        ("products", "product_attachment_id") => "deal product".to_owned(),
        ("variations", _) => "product variation".to_owned(),
        ("discounts", _) => "deal discount".to_owned(),
        ("installments", _) => "deal installment".to_owned(),
        ("find", "dealId") => "subscribed deal".to_owned(),
        ("subscriptions" | "recurring", "id") => "subscription of a deal".to_owned(),
        ("installment", "id") => "installment subscription of a deal".to_owned(),
        (
            "deals" | "persons" | "organizations" | "pipelines" | "stages" | "users" | "leads" | "leadLabels" | "activities"
            | "activityTypes" | "notes" | "files" | "callLogs",
            "id",
        ) => subject(op).to_owned(),
        ("status", "conversion_id") => format!("{} conversion", subject(op)),
        ("organizationRelationships", "id") => "relationship".to_owned(),
        ("comments", _) => "comment".to_owned(),
        ("filters" | "roles" | "legacyTeams" | "permissionSets", "id") => subject(op).to_owned(),
        ("webhooks", "id") => "webhook".to_owned(),
        ("user", "id") => "user".to_owned(),
        (fields, "field_code") => format!("{fields} code"),
        (fields, "id") if fields.ends_with("Fields") => format!("{fields} id"),
        ("mailThreads", "id") => "mail thread".to_owned(),
        ("mailMessages", "id") => "mail message".to_owned(),
        ("participants", _) => "participant".to_owned(),
        ("followers", _) if op.version == Version::V1 => format!("{} follower", subject(op)),
        ("followers", _) => format!("{} follower user", subject(op)),
        _ => return None,
    })
}

/// What an id in a query or a body names.
fn member_key(op: &Op, name: &str) -> Option<String> {
    Some(match name {
        "ids" if op.path.ends_with("Fields") => format!("{} id", subject(op)),
        "ids" if op.path == "/deals/{id}/products" => "deal product".to_owned(),
        "ids" => subject(op).to_owned(),
        "user_id" if op.path.ends_with("/assignments") && op.method == Method::Delete => "role user".to_owned(),
        "parent_role_id" => "role".to_owned(),
        "manager_id" => "user".to_owned(),
        "merge_with_id" => format!("other {}", subject(op)),
        "user_id" if op.path.ends_with("/followers") => "other user".to_owned(),
        "person_id" if op.path.ends_with("/participants") => "person".to_owned(),
        "owner_id" | "user_id" | "assignee_id" | "assignee_ids" => "user".to_owned(),
        "person_id" | "person_ids" => "person".to_owned(),
        "org_id" | "org_ids" | "organization_id" => "organization".to_owned(),
        "deal_id" | "deal_ids" => "deal".to_owned(),
        "rel_owner_org_id" => "organization".to_owned(),
        "rel_linked_org_id" => "other organization".to_owned(),
        "project_id" => "project".to_owned(),
        "parent_task_id" => "task".to_owned(),
        "board_id" => "board".to_owned(),
        "phase_id" => "phase".to_owned(),
        "template_id" => "template".to_owned(),
        "channel_id" => "channel".to_owned(),
        "company_id" => "company".to_owned(),
        "type.params.pipeline_id" => "pipeline".to_owned(),
        "type.params.stage_id" => "stage".to_owned(),
        "type.params.activity_type_id" => "activityType".to_owned(),
        "lead_id" => "lead".to_owned(),
        "rec_master_activity_id" => "activity".to_owned(),
        "pipeline_id" => "pipeline".to_owned(),
        "stage_id" => "stage".to_owned(),
        "product_id" => "product".to_owned(),
        "task_id" => "task".to_owned(),
        "activity_id" => "activity".to_owned(),
        // Of the sort that stands first in `item_type`.
        "item_id" => "deal".to_owned(),
        "filter_id" => "filter".to_owned(),
        _ => return None,
    })
}

/// Keys that end like ids and name no record of the product.
const FOREIGN: &[&str] = &[
    "origin_id",
    "group_id",
    "provider_channel_id",
    "sender_id",
    "conversation_id",
    "user_provider_id",
    "marketplace_client_id",
    "expected_outcome.currency_id",
    "remote_id",
];

/// References of which a new record needs one or another; requests send this one.
const NEEDED: &[(&str, &str)] = &[("lead", "person_id"), ("note", "deal_id")];

fn is_id(param: &Param) -> bool {
    param.kind == ParamKind::Ids || (param.name.ends_with("_id") && !FOREIGN.contains(&param.name))
}

fn member(op: &Op, name: &'static str, place: Place, required: bool) -> Slot {
    let key = member_key(op, name).unwrap_or_else(|| panic!("{}: what does {name} name? Say so in cases.rs", super::name(op)));
    Slot { place, key, required }
}

/// Every id in the requests of an operation.
pub fn slots(op: &'static Op) -> Vec<Slot> {
    let segments: Vec<_> = op.path.split('/').collect();
    let mut slots = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        let Some(parameter) = segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}')) else { continue };
        let key = path_key(op, segments[at - 1], parameter)
            .unwrap_or_else(|| panic!("{}: what does {parameter} name? Say so in cases.rs", name(op)));
        slots.push(Slot { place: Place::Path(slots.len()), key, required: true });
    }
    slots
        .extend(op.query.iter().filter(|param| is_id(param)).map(|param| member(op, param.name, Place::Query(param.name), param.required)));
    match op.takes {
        Takes::Nothing => {}
        Takes::Keys(_) if op.path.ends_with("/products/bulk") => {
            slots.push(Slot { place: Place::DataItem("product_id"), key: "product".to_owned(), required: true });
        }
        Takes::Keys(params) | Takes::Multipart(params) => {
            slots.extend(
                params.iter().filter(|param| is_id(param)).map(|param| member(op, param.name, Place::Body(param.name), param.required)),
            );
        }
        Takes::Record(entity) => slots.extend(record_slots(op, entity)),
        Takes::List => slots.extend(list(op).1),
    }
    slots
}

fn record_slots(op: &'static Op, entity: &'static Entity) -> impl Iterator<Item = Slot> {
    let refers = |field: &&Field| {
        use Kind::*;
        matches!(
            field.kind,
            User | Person
                | Organization
                | Deal
                | Lead
                | Product
                | Activity
                | Project
                | Task
                | Stage
                | Pipeline
                | Board
                | Phase
                | Template
                | List(_)
        )
    };
    entity.fields.iter().filter(move |field| writable(op, field)).filter(refers).map(move |field| {
        let key = key(op, field);
        let is_needed = field.required || NEEDED.contains(&(entity.name, field.key));
        let place = if matches!(field.kind, Kind::List(_)) { Place::List(key) } else { Place::Body(key) };
        member(op, key, place, is_needed && op.method == Method::Post)
    })
}

/// The list that an operation takes, and the ids in it.
fn list(op: &'static Op) -> (Value, Vec<Slot>) {
    assert!(op.path.ends_with("/{field_code}/options"), "{}: say in cases.rs what its list holds", name(op));
    let option = Slot { place: Place::Item("id"), key: format!("{} option", subject(op)), required: true };
    match op.method {
        Method::Post => (json!([{"label": "A label"}]), Vec::new()),
        Method::Delete => (json!([{}]), vec![option]),
        _ => (json!([{"label": "A label"}]), vec![option]),
    }
}

/// Whether the body of the operation may hold the field.
pub fn writable(op: &Op, field: &Field) -> bool {
    let write = if op.version == Version::V1 { field.write_v1 } else { field.write_v2 };
    match write {
        Write::Never => false,
        Write::OnCreate => op.method == Method::Post,
        Write::OnUpdate => op.method != Method::Post,
        Write::Always => true,
    }
}

pub fn key(op: &Op, field: &Field) -> &'static str {
    if op.version == Version::V1 { field.v1_key } else { field.key }
}

/// A request that succeeds for whoever owns the sample: required ids are in it, optional ones are not.
pub async fn plain(world: &World, op: &'static Op, sample: &mut Sample) -> Case {
    let query =
        op.query.iter().filter(|param| param.required && !is_id(param)).map(|param| (param.name, plain_id(&asked(op, param)))).collect();
    let body = match op.takes {
        Takes::Nothing => None,
        Takes::Keys(params) | Takes::Multipart(params) => {
            let sent = |param: &&Param| match param.kind {
                // Sent with every multipart body.
                ParamKind::File => false,
                _ => param.required || matches!(param.name, "name" | "field_name" | "cycles_count"),
            };
            let members = params.iter().filter(|param| sent(param) && !is_id(param));
            Some(Value::Object(members.map(|param| (param.name.to_owned(), value(param))).collect()))
        }
        Takes::Record(entity) => Some(Value::Object(record(op, entity))),
        Takes::List => Some(list(op).0),
    };
    let mut case = Case::new(op, query, body);
    for slot in slots(op).iter().filter(|slot| slot.required) {
        let id = sample.id(world, &slot.key).await.unwrap_or_else(|| panic!("{}: say in sample.rs how to make a {}", name(op), slot.key));
        case.put(slot, &id);
    }
    case
}

fn record(op: &Op, entity: &'static Entity) -> Map<String, Value> {
    let value = |field: &Field| match field.kind {
        _ if matches!(field.key, "title" | "name" | "subject" | "content") => Some(json!("A name")),
        Kind::Text(_) if field.required => Some(json!("A text")),
        Kind::Money if field.required => Some(json!(3)),
        Kind::Date if field.required => Some(json!("2026-03-20")),
        Kind::Time if field.required => Some(json!("2026-03-20T00:00:00Z")),
        Kind::Choice(words) if field.required => Some(json!(words[0])),
        _ => None,
    };
    let fields = entity.fields.iter().filter(|field| writable(op, field));
    fields.filter_map(|field| Some((key(op, field).to_owned(), value(field)?))).collect()
}

/// A value that a required parameter of the query takes.
fn asked(op: &Op, param: &Param) -> Value {
    match (op.path, param.name) {
        ("/itemSearch/field", "field" | "field_key") => json!("title"),
        ("/itemSearch/field", "field_type") => json!("dealField"),
        ("/itemSearch" | "/itemSearch/field", "term") => json!("deal"),
        // Part of the names of all samples.
        (_, "term") => json!(subject(op)),
        _ => value(param),
    }
}

/// A value that a required parameter takes.
pub fn value(param: &Param) -> Value {
    match (param.kind, param.name) {
        (_, "subscription_url") => json!("https://receiver.test/"),
        (_, "event_action" | "event_object") => json!("*"),
        (_, "field_type") => json!("varchar"),
        (_, "users") => json!([1]),
        (_, "visible_pipeline_ids") => json!({"add": "[1]", "remove": "[]"}),
        (_, "conditions") => json!({"glue": "and", "conditions": []}),
        (_, "email") => json!("somebody@example.test"),
        (_, "field_key") => json!("add_time"),
        (_, "end_date") => json!("2026-03-31"),
        (_, "user_provider_id") => json!("00000000-0000-4000-8000-000000000000"),
        (ParamKind::Json, "type") => json!({"name": "deals_started"}),
        (ParamKind::Json, "assignee") => json!({"type": "person", "id": 1}),
        (ParamKind::Json, "expected_outcome") => json!({"target": 10, "tracking_metric": "quantity"}),
        (ParamKind::Json, "duration") => json!({"start": "2026-01-01", "end": null}),
        (_, "currency") => json!("EUR"),
        (_, "cycle_amount") => json!(3),
        (_, "data") => json!([{"item_price": 3, "quantity": 2}]),
        (_, "payments") => json!([{"amount": 3, "description": "A part", "due_at": "2026-03-20"}]),
        (ParamKind::Int, _) => json!(1),
        (ParamKind::Bool, _) => json!(true),
        (ParamKind::Text | ParamKind::Json | ParamKind::File, _) => json!("a"),
        (ParamKind::Choice(words) | ParamKind::Choices(words), _) => json!(words[0]),
        (ParamKind::Time, _) => json!("2026-03-01T00:00:00Z"),
        (ParamKind::Date, _) => json!("2026-03-01"),
        (ParamKind::Ids, _) => json!("1"),
    }
}
