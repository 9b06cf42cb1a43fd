//! The statements behind frequent reads walk an index in the order of the page: no table is scanned, nothing is sorted.
//!
//! Both engines are asked for their plans on a small sample company. So few rows are quickly scanned and sorted, from which
//! PostgreSQL is kept: a plan with a scan or a sort has no index to use.

#![allow(clippy::unwrap_used)]

use penstock_cluster::Cluster;
use penstock_crm::{App, Request, Settings};
use penstock_demo::{Sample, Scale};
use penstock_model::{Date, SystemClock, Value};
use penstock_store::{Dialect, Options, Sql, Statement, Store, Target, Weight};
use serde_json::json;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

const ADMIN: &str = "0000000000000000000000000000000000000001";

/// Keeps the text of every read.
#[derive(Clone, Default)]
struct Reads(Arc<Mutex<Vec<String>>>);

impl<S: tracing::Subscriber> Layer<S> for Reads {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        event.record(&mut self.clone());
    }
}

impl Visit for Reads {
    fn record_str(&mut self, field: &Field, text: &str) {
        if field.name() == "sql" {
            self.0.lock().unwrap().push(text.to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

struct Company {
    app: Arc<App>,
    store: Arc<Store>,
    reads: Reads,
    /// Of the administrator and of a regular user.
    tokens: [String; 2],
    _directory: Option<TempDir>,
}

impl Company {
    /// The same one on each engine. PostgreSQL is kept from ways of this kind, such as `sort`.
    async fn each(reads: &Reads, kept_from: &[&str]) -> [Self; 2] {
        let directory = TempDir::new().unwrap();
        let database = Cluster::shared().unwrap().database().unwrap();
        let mut settings = vec!["-c%20plan_cache_mode%3Dforce_generic_plan".to_owned()];
        settings.extend(kept_from.iter().map(|way| format!("-c%20enable_{way}%3Doff")));
        let postgres = Target::Postgres(format!("{database}?options={}", settings.join("%20")));
        let sqlite = Target::Directory(directory.path().to_owned());
        [Company::on(&sqlite, Some(directory), reads).await, Company::on(&postgres, None, reads).await]
    }

    async fn on(target: &Target, directory: Option<TempDir>, reads: &Reads) -> Self {
        // One connection, so that what is prepared by one call is there for the next.
        let store = Arc::new(Store::open_with(target, &Options { connections: 1, ..Options::default() }).await.unwrap());
        store.migrate().await.unwrap();
        let sample = Sample {
            seed: 1,
            scale: Scale::Small,
            today: Date::parse("2026-01-31").unwrap(),
            admin_password: "a long password".to_owned(),
            api_token: ADMIN.to_owned(),
            files: Default::default(),
        };
        let members = penstock_demo::generate(&store, &sample, || {}).await.unwrap().members;
        let app = App::open(store.clone(), Arc::new(SystemClock), Settings::default()).await.unwrap();
        let tokens = [ADMIN.to_owned(), members[0].api_token.clone()];
        Company { app, store, reads: reads.clone(), tokens, _directory: directory }
    }

    async fn get(&self, token: &str, target: &str) -> serde_json::Value {
        self.send(token, "GET", target, serde_json::Value::Null).await
    }

    async fn send(&self, token: &str, method: &str, target: &str, body: serde_json::Value) -> serde_json::Value {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            api_token: Some(token.to_owned()),
            body: body.to_string().into_bytes(),
            ..Request::default()
        };
        let answer = self.app.handle(request).await;
        assert!(answer.status < 300, "{target}: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// What a GET reads from the table of records, and how the engine would go about it.
    async fn plans(&self, token: &str, target: &str, table: &str) -> Vec<(String, String)> {
        // Once for what is remembered afterwards; but for what rows show nothing would have to be read again.
        self.get(token, target).await;
        if self.store.dialect() == Dialect::Sqlite {
            let touch = format!("UPDATE {table} SET company_id = company_id WHERE company_id > 0");
            self.store.execute(vec![Statement::new(touch, Vec::new())]).await.unwrap();
        }
        self.reads.0.lock().unwrap().clear();
        self.get(token, target).await;
        let of_records = |text: &String| text.contains(&format!(" FROM {table} t"));
        let texts: Vec<_> = std::mem::take(&mut *self.reads.0.lock().unwrap()).into_iter().filter(of_records).collect();
        let mut plans = Vec::new();
        for text in texts {
            let plan = self.plan(&text).await;
            plans.push((text, plan));
        }
        plans
    }

    /// The list of deals for which all these conditions hold.
    async fn filtered_deals(&self, conditions: &[serde_json::Value]) -> String {
        let groups = json!([{"glue": "and", "conditions": conditions}, {"glue": "or", "conditions": []}]);
        let filter = json!({"name": "All", "type": "deals", "conditions": {"glue": "and", "conditions": groups}, "visible_to": 7});
        let saved = self.send(ADMIN, "POST", "/v1/filters", filter).await;
        format!("/api/v2/deals?limit=100&filter_id={}", saved["data"]["id"])
    }

    async fn plan(&self, text: &str) -> String {
        let count = (1..).take_while(|number| text.contains(&format!("${number}"))).count();
        let rows = match self.store.dialect() {
            Dialect::Sqlite => {
                let sql = Sql::of(format!("EXPLAIN QUERY PLAN {text}"), vec![Value::Null; count]);
                self.store.rows(sql, Weight::Light, 4).await.unwrap()
            }
            Dialect::Postgres => {
                // Writes and heavy reads share the one connection that has prepared it.
                let run = |text: String| self.store.execute(vec![Statement::new(text, Vec::new())]);
                run(format!("PREPARE probe AS {text}")).await.unwrap();
                let values = vec!["NULL"; count].join(", ");
                let rows = self.store.rows(Sql::new(format!("EXPLAIN EXECUTE probe({values})")), Weight::Heavy, 1).await.unwrap();
                run("DEALLOCATE probe".to_owned()).await.unwrap();
                rows
            }
        };
        let lines: Vec<_> = rows.iter().filter_map(|row| row.last()?.as_text()).collect();
        lines.join("\n")
    }
}

/// A condition on a custom field of deals, all of whose fields these are.
fn condition(fields: &serde_json::Value, name: &str, operator: &str, value: Option<&str>) -> serde_json::Value {
    let field = fields["data"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap();
    json!({"object": "deal", "field_id": field["id"], "operator": operator, "value": value})
}

/// The indexes that may answer, as the engine calls them. Two begin with the id: that of the primary key, and the one for
/// listings. In a company as small as this one PostgreSQL finds them as good as most others.
fn indexes(dialect: Dialect, table: &str, name: &str) -> Vec<String> {
    let (listing, named) = (format!("{table}_by_listing "), format!("{table}_{name} "));
    match (dialect, name) {
        (Dialect::Sqlite, "primary") => vec![format!("sqlite_autoindex_{table}_1 "), listing],
        (Dialect::Sqlite, _) => vec![named],
        (Dialect::Postgres, _) => vec![format!("{table}_pkey "), listing, named],
    }
}

#[tokio::test]
async fn frequent_reads_follow_an_index() {
    let reads = Reads::default();
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(reads.clone()));
    let cases = [
        ("/api/v2/persons/1", "persons", "primary"),
        ("/api/v2/persons?limit=100", "persons", "primary"),
        ("/api/v2/persons?limit=100&sort_direction=desc", "persons", "primary"),
        ("/api/v2/persons?limit=100&owner_id=1", "persons", "by_owner"),
        ("/api/v2/persons?limit=100&org_id=1", "persons", "by_organization"),
        ("/api/v2/persons?limit=100&sort_by=update_time", "persons", "by_update_time"),
        ("/api/v2/persons?limit=100&sort_by=add_time&sort_direction=desc", "persons", "by_add_time"),
        ("/api/v2/persons?limit=100&updated_since=2026-01-20T00:00:00Z", "persons", "by_update_time"),
        ("/api/v2/deals?limit=100&updated_since=2026-01-20T00:00:00Z&status=open", "deals", "by_update_time"),
        ("/v1/persons?limit=100", "persons", "primary"),
        ("/v1/persons?limit=100&start=20", "persons", "by_listing"),
        ("/api/v2/organizations?limit=100&owner_id=1", "organizations", "by_owner"),
        ("/api/v2/organizations?limit=100&sort_by=update_time", "organizations", "by_update_time"),
        ("/v1/organizations?limit=100", "organizations", "primary"),
        ("/v1/organizations?limit=100&start=20", "organizations", "by_listing"),
        ("/api/v2/deals/1", "deals", "primary"),
        ("/api/v2/deals?limit=100", "deals", "primary"),
        ("/api/v2/deals?limit=100&owner_id=1", "deals", "by_owner"),
        ("/api/v2/deals?limit=100&pipeline_id=1", "deals", "by_pipeline"),
        ("/api/v2/deals?limit=100&stage_id=1", "deals", "by_stage"),
        ("/api/v2/deals?limit=100&person_id=1", "deals", "by_person"),
        ("/api/v2/deals?limit=100&org_id=1", "deals", "by_organization"),
        ("/api/v2/deals?limit=100&sort_by=update_time", "deals", "by_update_time"),
        ("/api/v2/deals?limit=100&sort_by=add_time&sort_direction=desc", "deals", "by_add_time"),
        ("/v1/deals?limit=100", "deals", "primary"),
        ("/v1/deals?limit=100&start=20", "deals", "by_listing"),
        ("/api/v2/activities/1", "activities", "primary"),
        ("/api/v2/activities?limit=100", "activities", "primary"),
        ("/api/v2/activities?limit=100&owner_id=3", "activities", "by_owner"),
        ("/api/v2/activities?limit=100&deal_id=1", "activities", "by_deal"),
        ("/api/v2/activities?limit=100&person_id=1", "activities", "by_person"),
        ("/api/v2/activities?limit=100&org_id=1", "activities", "by_organization"),
        ("/api/v2/activities?limit=100&sort_by=due_date", "activities", "by_due_date"),
        ("/api/v2/activities?limit=100&sort_by=update_time", "activities", "by_update_time"),
        ("/v1/activities?limit=100", "activities", "by_owner"),
        ("/v1/activities?limit=100&user_id=0", "activities", "primary"),
        ("/v1/activities?limit=100&user_id=0&start=20", "activities", "by_listing"),
        ("/api/v2/projects?limit=100", "projects", "primary"),
        ("/api/v2/projects?limit=100&phase_id=1", "projects", "by_phase"),
        ("/api/v2/projects?limit=100&deal_id=1", "projects", "primary"),
        ("/v1/projects?limit=100", "projects", "primary"),
        ("/api/v2/tasks?limit=100", "tasks", "primary"),
        ("/api/v2/tasks?limit=100&project_id=1", "tasks", "by_project"),
        ("/api/v2/tasks?limit=100&parent_task_id=1", "tasks", "by_parent"),
        ("/api/v2/tasks?limit=100&assignee_id=1", "tasks", "primary"),
    ];
    for company in Company::each(&reads, &["seqscan", "bitmapscan", "sort"]).await {
        for (target, table, name) in cases {
            for token in &company.tokens {
                let mut targets = vec![target.to_owned()];
                let answer = company.get(token, target).await;
                if let Some(cursor) = answer["additional_data"]["next_cursor"].as_str() {
                    targets.push(format!("{target}&cursor={cursor}"));
                }
                for target in targets {
                    let plans = company.plans(token, &target, table).await;
                    let (text, plan) = plans.first().unwrap();
                    let wanted = indexes(company.store.dialect(), table, name);
                    assert!(wanted.iter().any(|index| plan.contains(index)), "{target} uses none of {wanted:?}:\n{plan}\n{text}");
                    for (text, plan) in &plans {
                        for sign in ["TEMP B-TREE FOR ORDER BY", "SCAN t", "Sort", "Seq Scan on persons t", "Seq Scan on deals t"] {
                            assert!(!plan.contains(sign), "{target}: {sign}\n{plan}\n{text}");
                        }
                    }
                }
            }
        }
    }
}

/// Values of custom fields and labels are found in their index: what is there by value, what is not by record.
#[tokio::test]
async fn conditions_on_custom_fields_follow_an_index() {
    let reads = Reads::default();
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(reads.clone()));
    let cases = [
        ("Reference", "=", Some("Q-1001"), "by_value"),
        ("Reference", "LIKE '$%'", Some("Q-1"), "by_value"),
        ("Discount in percent", ">", Some("10"), "by_value"),
        ("Expected costs", "<=", Some("1000"), "by_value"),
        ("Kick-off", "=", Some("this_week"), "by_value"),
        ("Technical lead", "=", Some("2"), "by_value"),
        ("Delivery window", ">=", Some("2026-01-01"), "by_value"),
        ("Best time to call", "<", Some("12:00"), "by_value"),
        ("Delivery address", "IS NOT NULL", None, "by_value"),
        ("Delivery address", "IS NULL", None, "by_record"),
        ("Label", "contains", Some("9"), "by_value"),
        // All of a row but what stands beside its value is known: either index finds it.
        ("Reference", "!=", Some("Q-1001"), "either"),
        ("Label", "not_contains", Some("9"), "either"),
    ];
    // Few rows are quickly joined in other ways, too.
    for company in Company::each(&reads, &["seqscan", "bitmapscan", "mergejoin", "hashjoin"]).await {
        let fields = company.get(ADMIN, "/v1/dealFields?limit=500").await;
        for (name, operator, value, index) in cases {
            let target = company.filtered_deals(&[condition(&fields, name, operator, value)]).await;
            for token in &company.tokens {
                for (text, plan) in company.plans(token, &target, "deals").await {
                    let by_record = ["SEARCH v USING PRIMARY KEY (company_id=? AND record_id=? AND field=", "field_values_pkey "];
                    let by_value = ["field_values_by_value "];
                    let wanted = match (company.store.dialect(), index) {
                        (Dialect::Sqlite, "by_value") => by_value.to_vec(),
                        (_, "by_record") => by_record.to_vec(),
                        // Of so few records PostgreSQL may as well ask one by one what each has.
                        _ => [by_record.as_slice(), by_value.as_slice()].concat(),
                    };
                    assert!(wanted.iter().any(|sign| plan.contains(sign)), "{name} {operator} uses none of {wanted:?}:\n{plan}\n{text}");
                    for sign in ["SCAN v", "SCAN t", "Seq Scan"] {
                        assert!(!plan.contains(sign), "{name} {operator}: {sign}\n{plan}\n{text}");
                    }
                }
            }
        }
    }
}

/// Hardly any note has a project: those that have are found by it, and the others are not read.
#[tokio::test]
async fn notes_of_few_projects_follow_an_index() {
    let reads = Reads::default();
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(reads.clone()));
    for company in Company::each(&reads, &["seqscan"]).await {
        let projects = company.get(ADMIN, "/api/v2/projects?limit=1").await;
        let title = projects["data"][0]["title"].as_str().unwrap().replace(' ', "%20");
        let target = format!("/api/v2/itemSearch?term={title}&item_types=project");
        for token in &company.tokens {
            let plans = company.plans(token, &target, "notes").await;
            assert!(!plans.is_empty());
            for (text, plan) in plans {
                assert!(plan.contains("notes_by_project "), "{plan}\n{text}");
            }
        }
    }
}

/// Of several conditions the narrowest collects the records that have its value, and the others are asked about those records
/// only: what a broad condition finds is never collected.
#[tokio::test]
async fn conditions_on_several_custom_fields_begin_with_the_narrowest() {
    let reads = Reads::default();
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(reads.clone()));
    for company in Company::each(&reads, &["seqscan", "bitmapscan", "mergejoin", "hashjoin"]).await {
        let fields = company.get(ADMIN, "/v1/dealFields?limit=500").await;
        let reference = condition(&fields, "Reference", "LIKE '$%'", Some("QT-1"));
        let broad = [condition(&fields, "Discount in percent", ">", Some("5")), condition(&fields, "Reseller", "IS NOT NULL", None)];
        for conditions in [[&broad[0], &reference, &broad[1]], [&broad[1], &broad[0], &reference]] {
            let target = company.filtered_deals(&conditions.map(Clone::clone)).await;
            for token in &company.tokens {
                for (text, plan) in company.plans(token, &target, "deals").await {
                    for sign in ["SCAN v", "SCAN t", "Seq Scan"] {
                        assert!(!plan.contains(sign), "{sign}\n{plan}\n{text}");
                    }
                    if company.store.dialect() == Dialect::Sqlite {
                        let of_values = |line: &&str| line.contains("SEARCH v USING");
                        let collected = plan.lines().filter(of_values).filter(|line| !line.contains("record_id=?"));
                        assert_eq!(collected.collect::<Vec<_>>().len(), 1, "{plan}\n{text}");
                    }
                }
            }
        }
    }
}
