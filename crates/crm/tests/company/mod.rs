//! A new company on either engine, and requests to it at a time that the test sets.

#![allow(dead_code, reason = "every test file takes what it needs")]

use futures::StreamExt;
use penstock_cluster::Cluster;
use penstock_crm::setup::{NewCompany, create_company};
use penstock_crm::{App, Request, Settings, accounts};
use penstock_model::{Clock, CompanyId, Time};
use penstock_store::{Sql, Statement, Store, Target, Weight};
use serde_json::{Value, json};
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;
use tempfile::TempDir;

pub type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

const ADMIN: &str = "0000000000000000000000000000000000000001";
const COLLEAGUE: &str = "0000000000000000000000000000000000000002";
/// After which the embedded store has seen what other processes write.
const OTHERS_ARE_SEEN: Duration = Duration::from_millis(5);

/// A clock that stands where it was set.
#[derive(Default)]
struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Time {
        Time::from_millis(self.0.load(Ordering::Relaxed))
    }
}

pub struct Company {
    app: Arc<App>,
    store: Arc<Store>,
    clock: Arc<SetClock>,
    id: CompanyId,
    token: &'static str,
    target: Target,
    /// Whether other processes serve this company, too.
    has_nodes: Arc<AtomicBool>,
    _directory: Option<TempDir>,
}

impl Company {
    /// One on each engine, in Tallinn, that counts in euros.
    pub async fn each() -> Outcome<[Self; 2]> {
        let directory = tempfile::tempdir()?;
        let target = Target::Directory(directory.path().to_owned());
        let database = Cluster::shared()?.database()?;
        Ok([Company::new(&target, Some(directory)).await?, Company::new(&Target::Postgres(database), None).await?])
    }

    async fn new(target: &Target, directory: Option<TempDir>) -> Outcome<Self> {
        let store = Arc::new(Store::open(target).await?);
        store.migrate().await?;
        let clock = Arc::new(SetClock::default());
        let new = NewCompany {
            name: "Harbour".to_owned(),
            domain: "harbour".to_owned(),
            currency: "EUR".to_owned(),
            timezone: "Europe/Tallinn".to_owned(),
            admin_name: "Ada".to_owned(),
            admin_email: "ada@harbour.test".to_owned(),
            admin_password: "a long password".to_owned(),
            api_token: ADMIN.to_owned(),
        };
        let id = create_company(&store, &*clock, new).await?;
        let app = App::open(store.clone(), clock.clone(), Settings::default()).await?;
        Ok(Company { app, store, clock, id, token: ADMIN, target: target.clone(), has_nodes: Arc::default(), _directory: directory })
    }

    /// Adds a user who is no administrator; answers the id.
    pub async fn add_colleague(&self) -> Outcome<i64> {
        let (name, email, password) = ("Ben".to_owned(), "ben@harbour.test".to_owned(), "a long password".to_owned());
        let new = accounts::NewAccount { name, email, password, is_admin: false };
        let account = accounts::create(&self.store, &*self.clock, self.id, new).await?;
        accounts::issue_token(&self.store, &*self.clock, self.id, account.id, Some(COLLEAGUE.to_owned())).await?;
        Ok(account.id.0)
    }

    /// Adds a user with a token, who is no administrator, in a visibility group; answers the id.
    pub async fn add_member(&self, name: &str, token: &str, group: i64) -> Outcome<i64> {
        let (email, password) = (format!("{name}@harbour.test"), "a long password".to_owned());
        let new = accounts::NewAccount { name: name.to_owned(), email, password, is_admin: false };
        let account = accounts::create(&self.store, &*self.clock, self.id, new).await?;
        accounts::issue_token(&self.store, &*self.clock, self.id, account.id, Some(token.to_owned())).await?;
        self.run("UPDATE users SET group_id = $2 WHERE company_id = $1 AND id = $3", &[group, account.id.0]).await?;
        Ok(account.id.0)
    }

    /// Adds a visibility group below another one.
    pub async fn add_group(&self, id: i64, parent: i64) -> Outcome {
        self.run("INSERT INTO groups (company_id, id, parent_id, name) VALUES ($1, $2, $3, 'Group')", &[id, parent]).await
    }

    /// Lets one user follow another; no operation of the API does.
    pub async fn follow_user(&self, followed: i64, follower: i64) -> Outcome {
        let text = "INSERT INTO followers (company_id, entity, record_id, user_id, id, added_by_user_id, add_time)
             VALUES ($1, 'user', $2, $3, 1, $3, 0)";
        self.run(text, &[followed, follower]).await?;
        // Settings that another process has changed are seen after a second.
        self.pass(1_000);
        Ok(())
    }

    /// Runs a statement whose `$1` is the company.
    pub async fn execute(&self, text: &str, numbers: &[i64]) -> Outcome {
        let values = std::iter::once(self.id.0).chain(numbers.iter().copied()).map(penstock_model::Value::from).collect();
        self.store.execute(vec![Statement::new(text.to_owned(), values)]).await?;
        Ok(())
    }

    /// Does the jobs that wait, as another process would; answers how many.
    pub async fn run_jobs(&self) -> Outcome<usize> {
        self.see_others().await;
        Ok(self.app.run_jobs().await?)
    }

    /// Tells receivers all that they can be told at this moment.
    pub async fn deliver(&self) -> Outcome<usize> {
        self.see_others().await;
        Ok(self.app.deliver_webhooks().await?)
    }

    /// Lets time pass.
    pub fn pass(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::Relaxed);
    }

    /// Another process that serves the same company, with a store of its own.
    pub async fn node(&self, settings: Settings) -> Outcome<Self> {
        self.has_nodes.store(true, Ordering::Relaxed);
        let store = Arc::new(Store::open(&self.target).await?);
        let app = App::open(store.clone(), self.clock.clone(), settings).await?;
        Ok(Company { app, store, ..self.another() })
    }

    /// Waits until what other processes have written is seen here.
    async fn see_others(&self) {
        if self.has_nodes.load(Ordering::Relaxed) {
            tokio::time::sleep(OTHERS_ARE_SEEN).await;
        }
    }

    /// The product itself, for work in the background.
    pub fn shared_app(&self) -> Arc<App> {
        Arc::clone(&self.app)
    }

    /// Removes what has served its time.
    pub async fn keep_house(&self) -> Outcome<usize> {
        Ok(self.app.keep_house().await?)
    }

    /// Changes the company by a statement whose `$1` is its id.
    pub async fn run(&self, text: &'static str, numbers: &[i64]) -> Outcome {
        let values = std::iter::once(self.id.0).chain(numbers.iter().copied()).map(penstock_model::Value::from).collect();
        let revise = "UPDATE companies SET revision = revision + 1 WHERE id = $1";
        self.store.execute(vec![Statement::new(text, values), Statement::new(revise, vec![self.id.into()])]).await?;
        Ok(())
    }

    /// The same company as the holder of another token sees it.
    pub fn with_token(&self, token: &'static str) -> Self {
        Company { token, ..self.another() }
    }

    /// The same company as the colleague sees it.
    pub fn as_colleague(&self) -> Self {
        Company { token: COLLEAGUE, ..self.another() }
    }

    /// The same company, for a request beside others. It lives as long as the first one.
    pub fn another(&self) -> Self {
        Company {
            app: self.app.clone(),
            store: self.store.clone(),
            clock: self.clock.clone(),
            id: self.id,
            token: self.token,
            target: self.target.clone(),
            has_nodes: self.has_nodes.clone(),
            _directory: None,
        }
    }

    /// The first `width` cells of the rows of a query whose `$1` is the company.
    pub async fn rows(&self, query: &str, width: usize) -> Outcome<Vec<Vec<Value>>> {
        let sql = Sql::of(query, vec![self.id.into()]);
        let rows = self.store.rows(sql, Weight::Heavy, width).await?;
        let cell = |cell: penstock_model::Value| match cell {
            penstock_model::Value::Null => Value::Null,
            penstock_model::Value::Int(number) => number.into(),
            penstock_model::Value::Real(number) => number.into(),
            penstock_model::Value::Text(text) => text.as_ref().into(),
        };
        Ok(rows.into_iter().map(|row| row.into_iter().map(cell).collect()).collect())
    }

    /// Adds a custom field to deals.
    pub async fn add_deal_field(&self, code: &str, field_type: &str) -> Outcome {
        let insert = "INSERT INTO fields (company_id, id, version, entity, code, name, field_type, settings, is_custom_field,
                 order_nr, is_deleted, add_time)
             VALUES ($1, 9000, 1, 'deal', $2, $2, $3, '{}', 1, 90, 0, 0)";
        let revise = "UPDATE companies SET revision = revision + 1 WHERE id = $1";
        let insert = Statement::new(insert, vec![self.id.into(), code.into(), field_type.into()]);
        self.store.execute(vec![insert, Statement::new(revise, vec![self.id.into()])]).await?;
        Ok(())
    }

    /// Lets it be this moment, such as `2026-03-01 12:00:00`, or midnight of a day.
    pub fn at(&self, time: &str) -> Outcome<&Self> {
        self.clock.0.store(Time::parse_lenient(time)?.millis(), Ordering::Relaxed);
        Ok(self)
    }

    /// Sends a request and answers status and body.
    pub async fn send(&self, method: &str, target: &str, body: &Value) -> Outcome<(u16, Value)> {
        self.see_others().await;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            api_token: Some(self.token.to_owned()),
            content_type: Some("application/json".to_owned()),
            host: Some("crm.test".to_owned()),
            body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
            ..Request::default()
        };
        let response = self.app.handle(request).await;
        let body = if response.body.is_empty() { Value::Null } else { serde_json::from_slice(&response.body)? };
        Ok((response.status, body))
    }

    /// Sends a form with texts and one file, given as key, name and bytes.
    pub async fn upload(&self, method: &str, target: &str, texts: &[(&str, &str)], file: (&str, &str, &[u8])) -> Outcome<(u16, Value)> {
        let mut body = Vec::new();
        let (key, name, bytes) = file;
        body.extend_from_slice(
            format!("--bound\r\ncontent-disposition: form-data; name=\"{key}\"; filename=\"{name}\"\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(bytes);
        for (key, text) in texts {
            body.extend_from_slice(format!("\r\n--bound\r\ncontent-disposition: form-data; name=\"{key}\"\r\n\r\n{text}").as_bytes());
        }
        body.extend_from_slice(b"\r\n--bound--\r\n");
        let answer = self.raw(method, target, Some("multipart/form-data; boundary=bound"), body, None).await?;
        Ok((answer.status, serde_json::from_slice(&answer.body)?))
    }

    /// One request as it is, and its answer with all of its bytes.
    pub async fn raw(
        &self,
        method: &str,
        target: &str,
        content_type: Option<&str>,
        body: Vec<u8>,
        range: Option<&str>,
    ) -> Outcome<penstock_crm::Response> {
        self.see_others().await;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            api_token: Some(self.token.to_owned()),
            content_type: content_type.map(str::to_owned),
            host: Some("crm.test".to_owned()),
            range: range.map(str::to_owned),
            body,
            ..Request::default()
        };
        let mut response = self.app.handle(request).await;
        if let Some(mut stream) = response.stream.take() {
            while let Some(piece) = stream.next().await {
                response.body.extend_from_slice(&piece?);
            }
        }
        Ok(response)
    }

    /// The same company under other settings.
    pub async fn with_settings(self, settings: Settings) -> Outcome<Self> {
        let app = App::open(self.store.clone(), self.clock.clone(), settings).await?;
        Ok(Company { app, ..self })
    }

    /// The token of those who ask here.
    pub fn token(&self) -> &'static str {
        self.token
    }

    /// The whole answer to a request of the holder of the token; `request` says what else is in it.
    pub async fn answer(&self, method: &str, target: &str, request: Request) -> penstock_crm::Response {
        self.see_others().await;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (method, path, query) = (method.to_owned(), path.to_owned(), query.to_owned());
        self.app.handle(Request { method, path, query, api_token: Some(self.token.to_owned()), ..request }).await
    }

    /// The answer to a request of any kind.
    pub async fn handle(&self, request: Request) -> penstock_crm::Response {
        self.see_others().await;
        self.app.handle(request).await
    }

    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    pub fn id(&self) -> CompanyId {
        self.id
    }

    /// The data of a request that must succeed.
    pub async fn data(&self, method: &str, target: &str, body: Value) -> Outcome<Value> {
        let (status, mut answer) = self.send(method, target, &body).await?;
        if !(200..300).contains(&status) {
            return Err(format!("{method} {target}: {status} {answer}").into());
        }
        Ok(answer["data"].take())
    }

    pub async fn get(&self, target: &str) -> Outcome<Value> {
        self.data("GET", target, Value::Null).await
    }

    /// Makes a deal and answers its id. Currency and title are filled in where they are not given.
    pub async fn add_deal(&self, mut deal: Value) -> Outcome<i64> {
        if deal["title"].is_null() {
            deal["title"] = json!("A deal");
        }
        let made = self.data("POST", "/v1/deals", deal).await?;
        made["id"].as_i64().ok_or_else(|| "the deal has no id".into())
    }

    pub async fn change_deal(&self, id: i64, keys: Value) -> Outcome {
        self.data("PUT", &format!("/v1/deals/{id}"), keys).await.map(drop)
    }
}
