//! Records of a company, made when they are first asked for, so that requests have something to name.

use super::{Caller, World, find_op};
use penstock_crm::Method::{self, Post};
use penstock_crm::Version::{self, V1, V2};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How one record, and what else its answer names, is made. In the body `"$key"` stands for an id of the sample, `%` for
/// its mark, and `#` for twelve digits that are others each time.
struct Make {
    version: Version,
    method: Method,
    path: &'static str,
    body: &'static str,
    /// What the answer gives: key of the sample and place in `data`, or `sent` and a key of the body.
    gives: &'static [(&'static str, &'static str)],
}

const fn make(version: Version, path: &'static str, body: &'static str, gives: &'static [(&'static str, &'static str)]) -> Make {
    Make { version, method: Post, path, body, gives }
}

/// What is there already.
const fn found(path: &'static str, gives: &'static [(&'static str, &'static str)]) -> Make {
    Make { version: V1, method: Method::Get, path, body: "{}", gives }
}

/// A custom field as v2 names it, with an option.
macro_rules! field {
    ($path:literal) => {
        make(
            V2,
            concat!("/", $path),
            r#"{"field_name":"% field","field_type":"enum","options":[{"label":"% option"},{"label":"% other option"}]}"#,
            &[(concat!($path, " code"), "/field_code"), (concat!($path, " option"), "/options/0/id")],
        )
    };
}

/// A custom field as v1 names it.
macro_rules! field_v1 {
    ($path:literal) => {
        make(V1, concat!("/", $path), r#"{"name":"% text","field_type":"varchar"}"#, &[(concat!($path, " id"), "/id")])
    };
}

/// What is built in, and therefore the same everywhere.
const BUILT_IN: &[(&str, &str)] = &[("activityFields code", "subject"), ("permission set", "23faa7ea-c28c-4c1b-b022-7c03c7a5d186")];

const MAKES: &[Make] = &[
    field!("dealFields"),
    field!("personFields"),
    field!("organizationFields"),
    field!("productFields"),
    field!("projectFields"),
    field_v1!("dealFields"),
    field_v1!("personFields"),
    field_v1!("organizationFields"),
    field_v1!("productFields"),
    make(V2, "/organizations", r#"{"name":"% organization","visible_to":"$visibility"}"#, &[("organization", "/id")]),
    make(V2, "/organizations", r#"{"name":"% other organization","visible_to":"$visibility"}"#, &[("other organization", "/id")]),
    make(
        V2,
        "/persons",
        r#"{"name":"% person","org_id":"$organization","visible_to":"$visibility","emails":[{"value":"%@example.test"}]}"#,
        &[("person", "/id")],
    ),
    make(V2, "/persons", r#"{"name":"% other person","visible_to":"$visibility"}"#, &[("other person", "/id")]),
    make(V2, "/pipelines", r#"{"name":"% pipeline"}"#, &[("pipeline", "/id")]),
    make(V2, "/stages", r#"{"name":"% stage","pipeline_id":"$pipeline"}"#, &[("stage", "/id")]),
    make(
        V2,
        "/deals",
        r#"{"title":"% deal","stage_id":"$stage","person_id":"$person","org_id":"$organization","value":42,"visible_to":"$visibility"}"#,
        &[("deal", "/id")],
    ),
    make(V2, "/deals", r#"{"title":"% other deal","stage_id":"$stage","visible_to":"$visibility"}"#, &[("other deal", "/id")]),
    make(V1, "/leadLabels", r#"{"name":"% label","color":"green"}"#, &[("lead label", "/id")]),
    make(
        V1,
        "/leads",
        r#"{"title":"% lead","person_id":"$person","organization_id":"$organization","visible_to":"$visibility"}"#,
        &[("lead", "/id")],
    ),
    make(
        V2,
        "/activities",
        r#"{"subject":"% activity","deal_id":"$deal","person_id":"$person","org_id":"$organization","note":"% note"}"#,
        &[("activity", "/id")],
    ),
    make(V1, "/activityTypes", r#"{"name":"% type","icon_key":"task"}"#, &[("activityType", "/id")]),
    make(V1, "/notes", r#"{"content":"% note","deal_id":"$deal","lead_id":"$lead"}"#, &[("note", "/id")]),
    make(
        V1,
        "/organizationRelationships",
        r#"{"type":"parent","rel_owner_org_id":"$organization","rel_linked_org_id":"$other organization"}"#,
        &[("relationship", "/id")],
    ),
    // Nobody does these jobs here, so that the records stay.
    make(V2, "/leads/$lead/convert/deal", r#"{"stage_id":"$stage"}"#, &[("lead conversion", "/conversion_id")]),
    make(V2, "/deals/$deal/convert/lead", "{}", &[("deal conversion", "/conversion_id")]),
    make(V1, "/notes/$note/comments", r#"{"content":"% comment"}"#, &[("comment", "/uuid")]),
    make(V1, "/deals/$deal/participants", r#"{"person_id":"$other person"}"#, &[("participant", "/id")]),
    make(V1, "/deals/$deal/followers", r#"{"user_id":"$user"}"#, &[("deal follower", "/id"), ("deal follower user", "/user_id")]),
    make(V1, "/persons/$person/picture", "{}", &[("pictured person", "/item_id")]),
    make(V2, "/products/$product/images", "{}", &[("pictured product", "/product_id")]),
    make(V1, "/files", r#"{"deal_id":"$deal"}"#, &[("file", "/id")]),
    make(
        V1,
        "/callLogs",
        r#"{"subject":"% call","deal_id":"$deal","outcome":"busy","to_phone_number":"1","start_time":"2026-03-01 10:00:00","end_time":"2026-03-01 10:01:00"}"#,
        &[("call log", "/id")],
    ),
    make(V1, "/persons/$person/followers", r#"{"user_id":"$user"}"#, &[("person follower", "/id"), ("person follower user", "/user_id")]),
    make(
        V1,
        "/organizations/$organization/followers",
        r#"{"user_id":"$user"}"#,
        &[("organization follower", "/id"), ("organization follower user", "/user_id")],
    ),
    make(V2, "/boards", r#"{"name":"% board"}"#, &[("board", "/id")]),
    make(V2, "/phases", r#"{"name":"% phase","board_id":"$board"}"#, &[("phase", "/id")]),
    make(
        V2,
        "/projects",
        r#"{"title":"% project","phase_id":"$phase","deal_ids":["$deal"],"person_ids":["$person"]}"#,
        &[("project", "/id")],
    ),
    make(V2, "/tasks", r#"{"title":"% task","project_id":"$project"}"#, &[("task", "/id")]),
    found("/projectTemplates", &[("template", "/0/id")]),
    make(V2, "/projects", r#"{"title":"% planned project","template_id":"$template"}"#, &[("planned project", "/id")]),
    found("/projects/$planned project/activities", &[("planned activity", "/0/id")]),
    make(
        V1,
        "/goals",
        r#"{"title":"% goal","type":{"name":"deals_started","params":{"pipeline_id":["$pipeline"]}},
            "assignee":{"type":"company","id":"$company"},"expected_outcome":{"target":"5","tracking_metric":"quantity"},
            "duration":{"start":"2026-01-01","end":null},"interval":"monthly"}"#,
        &[("goal", "/goal/id")],
    ),
    make(V1, "/channels", r#"{"name":"% channel","provider_channel_id":"channel-#"}"#, &[("channel", "/provider_channel_id")]),
    make(
        V1,
        "/channels/messages/receive",
        r#"{"id":"message-#","channel_id":"$channel","sender_id":"sender","conversation_id":"conversation-#",
            "message":"% message","status":"sent","created_at":"2026-03-01 10:00"}"#,
        &[("conversation", "/conversation_id")],
    ),
    make(
        V1,
        "/meetings/userProviderLinks",
        r#"{"user_provider_id":"00000000-0000-4000-8000-#","user_id":"$caller","company_id":"$company","marketplace_client_id":"app"}"#,
        &[("provider link", "sent user_provider_id")],
    ),
    make(
        V2,
        "/products",
        r#"{"name":"% product","code":"%","visible_to":"$visibility","prices":[{"currency":"EUR","price":7}]}"#,
        &[("product", "/id")],
    ),
    make(V2, "/products/$product/variations", r#"{"name":"% variation"}"#, &[("product variation", "/id")]),
    make(
        V1,
        "/products/$product/followers",
        r#"{"user_id":"$user"}"#,
        &[("product follower", "/id"), ("product follower user", "/user_id")],
    ),
    make(
        V2,
        "/deals/$deal/products",
        r#"{"product_id":"$product","item_price":7,"quantity":2,"comments":"% comment"}"#,
        &[("deal product", "/id"), ("selling deal", "/deal_id")],
    ),
    make(V2, "/deals/$deal/discounts", r#"{"description":"% discount","amount":3,"type":"amount"}"#, &[("deal discount", "/id")]),
    make(
        V2,
        "/deals/$selling deal/installments",
        r#"{"description":"% installment","amount":3,"billing_date":"2026-04-01"}"#,
        &[("deal installment", "/id")],
    ),
    make(
        V1,
        "/subscriptions/recurring",
        r#"{"deal_id":"$deal","currency":"EUR","cadence_type":"monthly","infinite":true,"cycle_amount":3,"start_date":"2026-03-01","description":"% subscription"}"#,
        &[("subscription of a deal", "/id"), ("subscribed deal", "/deal_id")],
    ),
    make(
        V1,
        "/subscriptions/installment",
        r#"{"deal_id":"$other deal","currency":"EUR","payments":[{"amount":3,"description":"% part","due_at":"2026-04-01"}]}"#,
        &[("installment subscription of a deal", "/id")],
    ),
    make(
        V1,
        "/filters",
        r#"{"name":"% filter","type":"deals","conditions":{"glue":"and","conditions":[]},"visible_to":"$visibility"}"#,
        &[("filter", "/id")],
    ),
    make(
        V1,
        "/webhooks",
        r#"{"subscription_url":"https://receiver.test/%","event_action":"*","event_object":"*","name":"% webhook"}"#,
        &[("webhook", "/id")],
    ),
    make(V1, "/roles", r#"{"name":"% role"}"#, &[("role", "/id")]),
    make(V1, "/roles/$role/assignments", r#"{"user_id":"$other user"}"#, &[("role user", "/user_id")]),
    make(V1, "/legacyTeams", r#"{"name":"% team","manager_id":"$user"}"#, &[("team", "/id")]),
];

/// The path of the operation behind a path that names records: `/deals/$deal/followers` is `/deals/{id}/followers`.
fn route(path: &str) -> String {
    path.split('/').map(|segment| if segment.starts_with('$') { "{id}" } else { segment }).collect::<Vec<_>>().join("/")
}

#[derive(Debug, Clone)]
pub struct Sample {
    pub caller: Caller,
    pub mark: &'static str,
    ids: BTreeMap<String, Value>,
    made: u64,
}

/// Keys of what belongs to the company as a whole and cannot be hidden from anybody in it.
const OPEN: &[&str] = &[
    "company",
    "caller",
    "user",
    "other user",
    "pipeline",
    "stage",
    "lead label",
    "activityType",
    "board",
    "phase",
    "project",
    "task",
    "template",
    "planned project",
    "planned activity",
    "goal",
    "channel",
    "conversation",
    "provider link",
    "role",
    "role user",
    "team",
    "permission set",
];

impl Sample {
    /// Records that `caller` makes and everybody in the company sees, unless `visible_to` says otherwise. `users` are two
    /// of the company's.
    pub fn new(caller: &Caller, mark: &'static str, users: [&Caller; 2], visible_to: i64) -> Self {
        let ids = [
            ("visibility", visible_to),
            ("user", users[0].user.0),
            ("other user", users[1].user.0),
            ("company", caller.company.0),
            ("caller", caller.user.0),
        ];
        let ids = ids.into_iter().map(|(key, id)| (key.to_owned(), json!(id)));
        let built_in = BUILT_IN.iter().map(|(key, code)| ((*key).to_owned(), json!(code)));
        Sample { caller: caller.clone(), mark, ids: ids.chain(built_in).collect(), made: 0 }
    }

    /// Records of the same company that only their owner, the administrator, and followers see; what cannot be hidden is
    /// that of `open`.
    pub fn hidden(open: &Self, mark: &'static str) -> Self {
        let mut hidden = Sample { mark, ..open.clone() };
        hidden.ids.retain(|key, _| key.contains("Fields") || OPEN.contains(&key.as_str()));
        hidden.ids.insert("visibility".to_owned(), json!(1));
        hidden
    }

    /// The same users, no records yet.
    pub fn fresh(&self) -> Self {
        let mut fresh = self.clone();
        let is_given = |key: &str| {
            ["visibility", "company", "caller", "user", "other user"].contains(&key) || BUILT_IN.iter().any(|(given, _)| *given == key)
        };
        fresh.ids.retain(|key, _| is_given(key));
        fresh
    }

    /// Makes one of everything that the product has.
    pub async fn fill(&mut self, world: &World) {
        for (key, _) in MAKES.iter().flat_map(|make| make.gives) {
            self.id(world, key).await;
        }
        self.id(world, "mail thread").await;
    }

    /// Names another record under a key.
    pub fn set(&mut self, key: &str, id: &Value) {
        self.ids.insert(key.to_owned(), id.clone());
    }

    pub fn known(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.ids.iter()
    }

    /// The id under this key, made where it is not there yet; `None` where the product cannot make it.
    pub async fn id(&mut self, world: &World, key: &str) -> Option<Value> {
        if let Some(id) = self.ids.get(key) {
            return Some(id.clone());
        }
        if key.starts_with("mail ") {
            let filed = world.mail(&self.caller, &format!("From: {0} <{0}@example.test>\r\nSubject: {0}\r\n\r\n{0}", self.mark)).await;
            self.ids.insert("mail thread".to_owned(), json!(filed.thread));
            self.ids.insert("mail message".to_owned(), json!(filed.message));
            return self.ids.get(key).cloned();
        }
        let make = MAKES.iter().find(|make| make.gives.iter().any(|(given, _)| *given == key))?;
        find_op(make.version, make.method, &route(make.path))?;
        let mut path = make.path.to_owned();
        for named in make.path.split('/').filter_map(|segment| segment.strip_prefix('$')) {
            let id = Box::pin(self.id(world, named)).await?;
            path = path.replace(&format!("${named}"), &plain_id(&id));
        }
        self.made += 1;
        let text = make.body.replace('%', self.mark).replace('#', &format!("{:012}", self.made));
        let mut body: Value = serde_json::from_str(&text).unwrap();
        let mut named = Vec::new();
        names(&body, &mut named);
        for key in named {
            let id = Box::pin(self.id(world, &key)).await?;
            put(&mut body, &key, &id);
        }
        let answer = world.call(&self.caller, make.version, make.method, &path, Some(&body)).await.ok();
        for (given, place) in make.gives {
            let id = match place.strip_prefix("sent ") {
                Some(key) => body.get(key),
                None => answer.data().pointer(place),
            };
            let id = id.unwrap_or_else(|| panic!("{path} gives no {given}: {}", answer.text()));
            self.ids.insert((*given).to_owned(), id.clone());
        }
        self.ids.get(key).cloned()
    }
}

/// The keys of the sample that a body names.
fn names(body: &Value, found: &mut Vec<String>) {
    match body {
        Value::String(text) => found.extend(text.strip_prefix('$').map(str::to_owned)),
        Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        Value::Object(members) => members.values().for_each(|value| names(value, found)),
        _ => {}
    }
}

/// Puts an id wherever a body names its key.
fn put(body: &mut Value, key: &str, id: &Value) {
    match body {
        Value::String(text) if text.strip_prefix('$') == Some(key) => *body = id.clone(),
        Value::Array(items) => items.iter_mut().for_each(|item| put(item, key, id)),
        Value::Object(members) => members.values_mut().for_each(|value| put(value, key, id)),
        _ => {}
    }
}

/// An id as paths and queries hold it.
pub fn plain_id(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}
