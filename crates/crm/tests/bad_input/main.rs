//! Whatever is sent, the answer is one of the API: never a failure of the server, never a panic, an error in its own
//! shape, and a refused request changes nothing.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;
mod values;

use penstock_crm::{Method, Op, ParamKind, Request, Takes, Version, operations};
use penstock_model::Kind;
use penstock_store::{Sql, Weight};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use support::{Answer, Case, Place, Sample, World, find_op, name, plain, request, slots, writable};

/// One store under attack, and everything that was answered wrongly.
struct Attack {
    world: World,
    sample: Sample,
    /// Where the counters of ids stand: the only rows that a refused request may move.
    counters: BTreeMap<String, i64>,
    wrong: Vec<String>,
    sent: usize,
}

impl Attack {
    async fn on(world: World) -> Self {
        let admin = world.company("Castle").await;
        let one = world.user(&admin, "Castle one", true).await;
        let two = world.user(&admin, "Castle two", true).await;
        let mut sample = Sample::new(&admin, "Castle", [&one, &two], 7);
        sample.fill(&world).await;
        Attack { world, sample, counters: BTreeMap::new(), wrong: Vec::new(), sent: 0 }
    }

    /// Attacks a store of each engine, both at the same time.
    fn on_each(attack: impl AsyncFn(Attack) + Sync) {
        World::on_each(async |world| attack(Attack::on(world).await).await);
    }

    /// A request that would succeed. Records of writes are new ones, since a write that succeeds may remove them.
    async fn plain(&mut self, op: &'static Op) -> Case {
        if op.method != Method::Get {
            self.sample = self.sample.fresh();
        }
        let case = plain(&self.world, op, &mut self.sample).await;
        self.reservations().await;
        case
    }

    async fn send(&mut self, op: &Op, case: &Case, what: &str) -> Answer {
        let body = case.body.as_ref().map(|body| body.to_string().into_bytes()).unwrap_or_default();
        self.send_raw(op, request(op.version, op.method, &case.target(), body), what).await
    }

    /// Sends it and judges the answer.
    async fn send_raw(&mut self, op: &Op, mut request: Request, what: &str) -> Answer {
        request.api_token = Some(self.sample.caller.token.clone());
        let jobs = self.world.store.writer_counts().jobs;
        let answer = self.world.send(request).await;
        self.sent += 1;
        let jobs = self.world.store.writer_counts().jobs - jobs;
        let reserved = if jobs > 0 { self.reservations().await } else { 0 };
        match answer.status {
            200..300 => {}
            400..500 => {
                if !has_error_shape(op, &answer) {
                    self.complain(op, what, &answer, "is not an error of the API");
                }
                if jobs != reserved {
                    self.complain(op, what, &answer, "was refused and has changed something");
                }
            }
            _ => self.complain(op, what, &answer, "is a failure"),
        }
        answer
    }

    /// How many counters of ids have moved since the last call.
    async fn reservations(&mut self) -> u64 {
        let mut sql = Sql::new("SELECT sort, next FROM id_blocks WHERE company_id = ");
        sql.bind(self.sample.caller.company);
        let rows = self.world.store.rows(sql, Weight::Light, 2).await.unwrap();
        let counters: BTreeMap<_, _> = rows.iter().map(|row| (row[0].as_text().unwrap().to_owned(), row[1].as_int().unwrap())).collect();
        let moved = counters.iter().filter(|(sort, next)| self.counters.get(*sort) != Some(next)).count();
        self.counters = counters;
        moved as u64
    }

    /// The same, for what must be refused.
    async fn refuse(&mut self, op: &Op, case: &Case, what: &str) {
        let answer = self.send(op, case, what).await;
        if answer.status < 400 {
            self.complain(op, what, &answer, "must be refused");
        }
    }

    fn complain(&mut self, op: &Op, what: &str, answer: &Answer, problem: &str) {
        let text: String = answer.text().chars().take(200).collect();
        self.wrong.push(format!("{} {}: {problem}: {} {text}", name(op), what.chars().take(200).collect::<String>(), answer.status));
    }

    /// What was taken, however odd, can be read.
    async fn finish(mut self) {
        let mut sample = self.sample.fresh();
        for op in operations::all().filter(|op| op.method == Method::Get) {
            let case = plain(&self.world, op, &mut sample).await;
            let answer = self.send(op, &case, "after all").await;
            if answer.status != op.status {
                self.complain(op, "after all", &answer, "cannot be read");
            }
        }
        println!("{:?}: {} requests", self.world.store.dialect(), self.sent);
        assert!(self.wrong.is_empty(), "{} of {}:\n{}", self.wrong.len(), self.sent, self.wrong.join("\n"));
    }
}

/// semantics.md 4.1
fn has_error_shape(op: &Op, answer: &Answer) -> bool {
    let Value::Object(members) = &answer.json else { return false };
    let said = members.get("success") == Some(&json!(false))
        && members.get("error").is_some_and(|error| !error.as_str().unwrap_or_default().is_empty());
    // The service of webhooks has errors of its own.
    if op.tag == "Webhooks" && matches!(answer.status, 400 | 404 | 422) {
        let errors = members.get("errors").and_then(Value::as_object);
        return members.get("status") == Some(&json!("error")) && errors.is_some_and(|errors| !errors.is_empty());
    }
    let validation = members.get("code").and_then(Value::as_str) == Some("ERR_SCHEMA_VALIDATION_FAILED");
    said && (validation == (op.version == Version::V2 && answer.status == 400))
}

/// All operations, reads first, while the records are there that they name.
fn in_order() -> Vec<&'static Op> {
    let (reads, writes): (Vec<&'static Op>, Vec<_>) = operations::all().partition(|op| op.method == Method::Get);
    [reads, writes].concat()
}

/// The keys that an operation takes.
fn keys(op: &'static Op) -> Vec<&'static str> {
    match op.takes {
        Takes::Nothing | Takes::List => Vec::new(),
        Takes::Keys(params) | Takes::Multipart(params) => params.iter().map(|param| param.name).collect(),
        Takes::Record(entity) => entity.fields.iter().filter(|field| writable(op, field)).map(|field| support::key(op, field)).collect(),
    }
}

#[test]
fn bodies_that_cannot_be_read() {
    Attack::on_each(async |mut attack| {
        for op in operations::all().filter(|op| !matches!(op.takes, Takes::Nothing)) {
            let case = attack.plain(op).await;
            for body in values::bodies() {
                let what = format!("with the body {:?}", String::from_utf8_lossy(&body));
                let may_be_taken = matches!(op.takes, Takes::List) && body.starts_with(b"[");
                let answer = attack.send_raw(op, request(op.version, op.method, &case.target(), body), &what).await;
                if answer.status < 400 && !may_be_taken {
                    attack.complain(op, &what, &answer, "must be refused");
                }
            }
            for media in values::MEDIA {
                let body = case.body.as_ref().unwrap().to_string().into_bytes();
                let mut request = request(op.version, op.method, &case.target(), body);
                request.content_type = Some((*media).to_owned());
                let answer = attack.send_raw(op, request, &format!("as {media:?}")).await;
                // The right type for a body that is none of its kind.
                let takes_form = matches!(op.takes, Takes::Multipart(_)) || (op.version == Version::V1 && !matches!(op.takes, Takes::List));
                let is_right = takes_form && media.starts_with("multipart/");
                if answer.status != if is_right { 400 } else { 415 } {
                    attack.complain(op, media, &answer, "is no type that is taken");
                }
            }
        }
        attack.finish().await;
    });
}

#[test]
fn members_that_make_no_sense() {
    Attack::on_each(async |mut attack| {
        for op in in_order() {
            for key in keys(op) {
                let case = attack.plain(op).await;
                for value in values::members() {
                    let mut case = case.clone();
                    case.put_member(key, value.clone());
                    attack.send(op, &case, &format!("with {key} = {value}")).await;
                }
            }
            if let Takes::List = op.takes {
                let case = attack.plain(op).await;
                for value in values::members() {
                    for list in [json!([value]), json!([{"id": value}]), json!([{"label": value}]), json!([{"id": 1, "label": value}])] {
                        let mut case = case.clone();
                        case.body = Some(list.clone());
                        attack.send(op, &case, &format!("with {list}")).await;
                    }
                }
            }
            if op.version == Version::V2 && matches!(op.takes, Takes::Keys(_) | Takes::Record(_) | Takes::Multipart(_)) {
                let mut case = attack.plain(op).await;
                case.put_member("no_such_key", json!(1));
                attack.refuse(op, &case, "with an unknown key").await;
            }
        }
        attack.finish().await;
    });
}

/// v2 takes each type in one form only.
#[test]
fn members_of_another_type_in_v2() {
    Attack::on_each(async |mut attack| {
        for op in operations::all().filter(|op| op.version == Version::V2) {
            let Takes::Record(entity) = op.takes else { continue };
            for field in entity.fields.iter().filter(|field| writable(op, field)) {
                let right = match field.kind {
                    Kind::Text(_) | Kind::Choice(_) | Kind::Currency | Kind::Time | Kind::Date => json!("x"),
                    Kind::Bool => json!(true),
                    Kind::Labels | Kind::Contacts | Kind::List(_) | Kind::Prices => json!([]),
                    Kind::Address | Kind::Custom | Kind::Json => json!({}),
                    _ => json!(1),
                };
                let case = attack.plain(op).await;
                for value in [json!("x"), json!(true), json!([]), json!({}), json!(1)] {
                    let mut case = case.clone();
                    case.put_member(field.key, value.clone());
                    if std::mem::discriminant(&value) != std::mem::discriminant(&right) && field.kind != Kind::Json {
                        attack.refuse(op, &case, &format!("with {} = {value}", field.key)).await;
                    }
                }
            }
        }
        attack.finish().await;
    });
}

#[test]
fn paths_that_name_nothing() {
    Attack::on_each(async |mut attack| {
        for op in in_order() {
            for slot in slots(op).into_iter().filter(|slot| matches!(slot.place, Place::Path(_))) {
                let case = attack.plain(op).await;
                for id in values::IDS {
                    let mut case = case.clone();
                    case.put(&slot, &json!(id));
                    attack.refuse(op, &case, &format!("at {}", case.target())).await;
                }
            }
        }
        attack.finish().await;
    });
}

#[test]
fn queries_that_make_no_sense() {
    Attack::on_each(async |mut attack| {
        for op in in_order() {
            let mut case = attack.plain(op).await;
            for param in op.query {
                for value in values::parameters(param) {
                    let mut case = case.clone();
                    case.put_query(param.name, value.clone());
                    let answer = attack.send(op, &case, &format!("with {}={value}", param.name)).await;
                    let out_of_range = param.name == "limit" && ["0", "-1", "501", "x", "0.5"].contains(&value.as_str());
                    let no_number = param.kind == ParamKind::Int && ["x", "null", "9223372036854775808"].contains(&value.as_str());
                    if op.version == Version::V2 && (out_of_range || no_number) && answer.status != 400 {
                        attack.complain(op, &value, &answer, "must be refused by v2");
                    }
                }
            }
            case.put_query("no_such_parameter", "1".to_owned());
            let answer = attack.send(op, &case, "with an unknown parameter").await;
            let expected = if op.version == Version::V2 { answer.status == 400 } else { answer.status < 400 || op.method != Method::Get };
            if !expected {
                attack.complain(op, "with an unknown parameter", &answer, "is refused by v2 alone");
            }
        }
        attack.finish().await;
    });
}

/// A field of each type that can be created, on the one entity that has most rules.
#[test]
fn custom_fields_that_make_no_sense() {
    let types = [
        "varchar",
        "varchar_auto",
        "text",
        "double",
        "monetary",
        "date",
        "daterange",
        "time",
        "timerange",
        "address",
        "phone",
        "user",
        "org",
        "people",
        "enum",
        "set",
    ];
    Attack::on_each(async |mut attack| {
        for field_type in types {
            let options = ["enum", "set"].contains(&field_type).then(|| json!([{"label": "one"}, {"label": "two"}]));
            let mut field = json!({"field_name": field_type, "field_type": field_type});
            if let Some(options) = options {
                field["options"] = options;
            }
            let caller = attack.sample.caller.clone();
            let made = attack.world.call(&caller, Version::V2, Method::Post, "/dealFields", Some(&field)).await.ok();
            let code = made.data()["field_code"].as_str().unwrap().to_owned();
            for (version, method, path) in [
                (Version::V1, Method::Post, "/deals"),
                (Version::V2, Method::Post, "/deals"),
                (Version::V1, Method::Put, "/deals/{id}"),
                (Version::V2, Method::Patch, "/deals/{id}"),
            ] {
                let op = find_op(version, method, path).unwrap();
                let case = attack.plain(op).await;
                for value in values::members() {
                    let mut case = case.clone();
                    match version {
                        Version::V1 => case.put_member(&code, value.clone()),
                        Version::V2 => case.put_member("custom_fields", json!({(code.as_str()): value})),
                    }
                    attack.send(op, &case, &format!("with a {field_type} of {value}")).await;
                }
            }
        }
        attack.finish().await;
    });
}
