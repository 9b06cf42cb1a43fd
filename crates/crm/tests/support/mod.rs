//! The product in this process, on an empty store of either engine, with companies and people as a proof needs them.

// Every proof uses another part.
#![allow(dead_code, unused_imports, clippy::unwrap_used, clippy::panic)]

mod cases;
mod dump;
mod form;
mod sample;

pub use cases::{Case, Place, Slot, key, plain, slots, writable};
pub use dump::Dump;
pub use sample::{Sample, plain_id};

use futures::StreamExt;
use penstock_cluster::Cluster;
use penstock_crm::setup::{NewCompany, create_company};
use penstock_crm::{App, Method, Op, ParamKind, Request, Settings, Takes, Version, accounts, mail, operations};
use penstock_model::{Clock, CompanyId, Time, UserId};
use penstock_store::{Sql, Statement, Store, Target, Weight};
use serde_json::Value;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::thread;
use tempfile::TempDir;
use tokio::runtime;

/// Ids of a company that is set apart begin here, so that no other company has the same ones.
pub const APART: i64 = 1_000_000;

/// 2026-03-02 09:00:00 UTC, a Monday.
const START: i64 = 1_772_442_000_000;

/// A clock that stands until it is moved.
struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Time {
        Time::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// Somebody with an API token.
#[derive(Debug, Clone)]
pub struct Caller {
    pub company: CompanyId,
    pub user: UserId,
    pub token: String,
}

pub struct World {
    pub store: Arc<Store>,
    app: Arc<App>,
    clock: Arc<SetClock>,
    settings: Settings,
    tables: Vec<dump::Table>,
    tokens: AtomicU64,
    _directory: Option<TempDir>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    pub json: Value,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The value of a header, which is there at most once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(known, _)| *known == name);
        let value = values.next();
        assert!(values.next().is_none(), "{name} is there twice");
        value.map(|(_, value)| value.as_str())
    }

    /// The answer, which must be a success.
    pub fn ok(self) -> Self {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text());
        self
    }

    pub fn data(&self) -> &Value {
        &self.json["data"]
    }
}

impl World {
    pub async fn sqlite() -> Self {
        let directory = TempDir::new().unwrap();
        let target = Target::Directory(directory.path().to_owned());
        World::open(&target, Some(directory), Settings::default()).await
    }

    pub async fn postgres() -> Self {
        World::open(&Target::Postgres(Cluster::shared().unwrap().database().unwrap()), None, Settings::default()).await
    }

    /// One on each engine, with settings of its own.
    pub async fn each_with(settings: Settings) -> [Self; 2] {
        let directory = TempDir::new().unwrap();
        let target = Target::Directory(directory.path().to_owned());
        let database = Target::Postgres(Cluster::shared().unwrap().database().unwrap());
        [World::open(&target, Some(directory), settings.clone()).await, World::open(&database, None, settings).await]
    }

    /// Does the same in one on each engine, both at the same time.
    pub fn on_each(proof: impl AsyncFn(World) + Sync) {
        let run = |world: Pin<Box<dyn Future<Output = World>>>| {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { proof(world.await).await });
        };
        thread::scope(|scope| {
            scope.spawn(|| run(Box::pin(World::sqlite())));
            scope.spawn(|| run(Box::pin(World::postgres())));
        });
    }

    async fn open(target: &Target, directory: Option<TempDir>, settings: Settings) -> Self {
        let store = Arc::new(Store::open(target).await.unwrap());
        store.migrate().await.unwrap();
        let clock = Arc::new(SetClock(AtomicI64::new(START)));
        let app = App::open(store.clone(), clock.clone(), settings.clone()).await.unwrap();
        let tables = dump::tables(&store).await;
        World { store, app, clock, settings, tables, tokens: AtomicU64::new(1), _directory: directory }
    }

    /// Another process on the same store.
    pub async fn another(&self) -> Self {
        let app = App::open(self.store.clone(), self.clock.clone(), self.settings.clone()).await.unwrap();
        let (settings, tables) = (self.settings.clone(), dump::tables(&self.store).await);
        World { store: self.store.clone(), app, clock: self.clock.clone(), settings, tables, tokens: AtomicU64::new(1), _directory: None }
    }

    /// A new company; `mark` stands in its names. Answers its administrator.
    pub async fn company(&self, mark: &str) -> Caller {
        let token = self.token();
        let domain = mark.to_lowercase();
        let new = NewCompany {
            name: format!("{mark} company"),
            admin_email: format!("admin@{domain}.test"),
            domain,
            currency: "EUR".to_owned(),
            timezone: "Europe/Tallinn".to_owned(),
            admin_name: format!("{mark} administrator"),
            admin_password: "correct horse".to_owned(),
            api_token: token.clone(),
        };
        let company = create_company(&self.store, &*self.clock, new).await.unwrap();
        Caller { company, user: UserId(1), token }
    }

    /// A new company whose ids from now on are those of no other.
    pub async fn company_apart(&self, mark: &str) -> Caller {
        let caller = self.company(mark).await;
        let mut statements = Vec::new();
        for table in &self.tables {
            let text = "INSERT INTO id_blocks (company_id, sort, next) VALUES ($1, $2, 1) ON CONFLICT (company_id, sort) DO NOTHING";
            statements.push(Statement::new(text, vec![caller.company.into(), table.name.as_str().into()]));
        }
        let text = "UPDATE id_blocks SET next = next + $1 WHERE company_id = $2";
        statements.push(Statement::new(text, vec![APART.into(), caller.company.into()]));
        self.store.execute(statements).await.unwrap();
        caller
    }

    /// A new user in the company of `caller`.
    pub async fn user(&self, caller: &Caller, name: &str, is_admin: bool) -> Caller {
        let email = format!("{}@example.test", name.to_lowercase().replace(' ', "."));
        let new = accounts::NewAccount { name: name.to_owned(), email, password: "correct horse".to_owned(), is_admin };
        let account = accounts::create(&self.store, &*self.clock, caller.company, new).await.unwrap();
        let token = self.token();
        accounts::issue_token(&self.store, &*self.clock, caller.company, account.id, Some(token.clone())).await.unwrap();
        self.pass(2);
        Caller { company: caller.company, user: account.id, token }
    }

    pub async fn deactivate(&self, caller: &Caller) {
        let account = accounts::find(&self.store, caller.company, &caller.user.0.to_string()).await.unwrap();
        accounts::set_active(&self.store, &*self.clock, caller.company, &account, false).await.unwrap();
        self.pass(2);
    }

    fn token(&self) -> String {
        format!("{:040x}", self.tokens.fetch_add(1, Ordering::Relaxed))
    }

    /// Lets so many seconds pass.
    pub fn pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// The product, for those who call it in a way of their own.
    pub fn app(&self) -> Arc<App> {
        self.app.clone()
    }

    /// One request with a JSON body, such as `V2, Get, "/deals?limit=1"`.
    pub async fn call(&self, caller: &Caller, version: Version, method: Method, target: &str, body: Option<&Value>) -> Answer {
        let mut request = request(version, method, target, body.map(|body| body.to_string().into_bytes()).unwrap_or_default());
        request.api_token = Some(caller.token.clone());
        self.send(request).await
    }

    pub async fn send(&self, request: Request) -> Answer {
        let app = self.app.clone();
        match tokio::spawn(async move { app.handle(request).await }).await {
            Ok(response) => {
                let mut body = response.body;
                if let Some(mut stream) = response.stream {
                    while let Some(piece) = stream.next().await {
                        body.extend_from_slice(&piece.unwrap());
                    }
                }
                let json = serde_json::from_slice(&body).unwrap_or_default();
                Answer { status: response.status, headers: response.headers, body, json }
            }
            // As the server answers it.
            Err(panic) => Answer { status: 500, headers: Vec::new(), body: panic.to_string().into_bytes(), json: Value::Null },
        }
    }

    /// The status of an answer, whose body may be a stream without end.
    pub async fn status(&self, request: Request) -> u16 {
        self.app.handle(request).await.status
    }

    /// Files a message in the mailbox of `caller`.
    pub async fn mail(&self, caller: &Caller, message: &str) -> mail::Ingested {
        let account = accounts::find(&self.store, caller.company, &caller.user.0.to_string()).await.unwrap();
        mail::ingest(&self.app, caller.company, message.as_bytes(), Some(&account.email)).await.unwrap()
    }

    /// Does the jobs that wait; answers how many.
    pub async fn run_jobs(&self) -> usize {
        self.app.run_jobs().await.unwrap()
    }

    /// Removes what has served its time.
    pub async fn keep_house(&self) {
        self.app.keep_house().await.unwrap();
    }

    /// Everything that a company has in the store.
    pub async fn dump(&self, company: CompanyId) -> Dump {
        dump::dump(&self.store, &self.tables, company).await
    }

    /// The first cell of every row.
    pub async fn numbers(&self, sql: Sql) -> Vec<i64> {
        let rows = self.store.rows(sql, Weight::Light, 1).await.unwrap();
        rows.iter().map(|row| row[0].as_int().unwrap()).collect()
    }
}

/// A request without credentials. Operations that take a file get one, and the members of the body as texts beside it.
pub fn request(version: Version, method: Method, target: &str, body: Vec<u8>) -> Request {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if let Some(file) = file_key(version, method, path)
        && let Ok(Value::Object(members)) = serde_json::from_slice(if body.is_empty() { b"{}" } else { &body })
    {
        let plain = request_with(version, method, path, query, Vec::new());
        return Request { content_type: Some(form::CONTENT_TYPE.to_owned()), body: form::of(file, &members), ..plain };
    }
    request_with(version, method, path, query, body)
}

/// The key of the file that the operation of a path takes.
fn file_key(version: Version, method: Method, path: &str) -> Option<&'static str> {
    let fits = |template: &str| {
        let (template, path) = (template.split('/'), path.split('/'));
        template.clone().count() == path.clone().count()
            && template.zip(path).all(|(known, given)| known.starts_with('{') || known == given)
    };
    let op = operations::all().find(|op| op.version == version && op.method == method && fits(op.path))?;
    let Takes::Multipart(params) = op.takes else { return None };
    params.iter().find(|param| param.kind == ParamKind::File).map(|param| param.name)
}

fn request_with(version: Version, method: Method, path: &str, query: &str, body: Vec<u8>) -> Request {
    Request {
        method: method.as_str().to_owned(),
        path: format!("{}{path}", prefix(version)),
        query: query.to_owned(),
        content_type: (!body.is_empty()).then(|| "application/json".to_owned()),
        body,
        ..Request::default()
    }
}

pub fn prefix(version: Version) -> &'static str {
    match version {
        Version::V1 => "/v1",
        Version::V2 => "/api/v2",
    }
}

/// `v2 GET /deals/{id}`
pub fn name(op: &Op) -> String {
    let version = if op.version == Version::V1 { "v1" } else { "v2" };
    format!("{version} {} {}", op.method.as_str(), op.path)
}

pub fn find_op(version: Version, method: Method, path: &str) -> Option<&'static Op> {
    operations::all().find(|op| op.version == version && op.method == method && op.path == path)
}
