//! The product as one value: the store, the clock, and what is known of each company.

use crate::budget::{Budget, Demand, Left, Plan, Spender};
use crate::call::{Call, Caller, Reply};
use crate::credentials;
use crate::deals::Averages;
use crate::directory::{Directory, User};
use crate::error::{ApiError, ApiResult};
use crate::filters;
use crate::list::{KeptRows, SeenRows};
use crate::message::{Request, Response};
use crate::oauth::{Attempts, Bearers, SecretKey};
use crate::op::{Method, Op, Root, Run, Takes, version_of};
use crate::pages;
use crate::pictures;
use crate::product_images;
use crate::rights;
use crate::router::{Found, Router};
use crate::search::GramFrequencies;
use crate::sign_in::{self, Limits, Passwords, sessions};
use crate::upload;
use crate::users::permissions::Permission;
use crate::webhooks::delivery::{self, Deliveries};
use crate::webhooks::live::{Live, Rhythm};
use penstock_files::Objects;
use penstock_model::{Areas, Clock, CompanyId, Principal, Time, UserId};
use penstock_store::{Sql, Store, StoreError, Weight};
use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use tokio::sync::Notify;

/// What the operator may set.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Where clients reach this server, without a trailing slash.
    pub public_url: Option<String>,
    /// The host of smart BCC addresses, if not the one that clients know.
    pub mail_domain: Option<String>,
    /// Where the bytes of files are.
    pub files: Objects,
    /// What the secrets of apps are made with; without it no app can be registered.
    pub secret_key: Option<SecretKey>,
    /// Whether requests come through a proxy that says where from (`X-Forwarded-For`).
    pub trust_proxy: bool,
    /// How receivers are told of events.
    pub webhooks: delivery::Options,
    /// When streams of events show that they live, and end.
    pub events: Rhythm,
    /// The plan whose limits hold, if any.
    pub plan: Option<Plan>,
}

/// How long a directory may be used before its revision is checked again. Writes of this process are seen
/// at once; this bounds how late those of another process (a command, another node) are.
const DIRECTORY_CHECK_MILLIS: i64 = 1_000;

/// What became known of a request on its way, for the headers and the log.
#[derive(Default)]
struct Seen {
    operation: Option<&'static str>,
    left: Option<Left>,
}

struct Known {
    directory: Arc<Directory>,
    checked: Time,
}

/// A token that was looked up, by the hash of its text.
type Tokens = HashMap<[u8; 32], (CompanyId, UserId, i64)>;

pub struct App {
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: Settings,
    pub(crate) job_added: Notify,
    pub(crate) passwords: Passwords,
    pub(crate) limits: Limits,
    pub(crate) attempts: Attempts,
    pub(crate) bearers: Bearers,
    pub(crate) webhooks: Deliveries,
    pub(crate) live: Live,
    pub(crate) kept_rows: KeptRows,
    pub(crate) seen_rows: SeenRows,
    pub(crate) averages_to_won: Averages,
    pub(crate) gram_frequencies: GramFrequencies,
    router: Router,
    budget: Budget,
    companies: RwLock<HashMap<CompanyId, Known>>,
    tokens: RwLock<Tokens>,
}

impl App {
    /// Opens the product on a store whose schema is up to date.
    pub async fn open(store: Arc<Store>, clock: Arc<dyn Clock>, settings: Settings) -> Result<Arc<App>, StoreError> {
        Ok(Arc::new(App {
            store,
            clock,
            webhooks: Deliveries::new(settings.webhooks.clone()),
            live: Live::default(),
            kept_rows: KeptRows::default(),
            seen_rows: SeenRows::default(),
            averages_to_won: Averages::default(),
            gram_frequencies: GramFrequencies::default(),
            budget: Budget::new(settings.plan),
            settings,
            job_added: Notify::new(),
            passwords: Passwords::default(),
            limits: Limits::default(),
            attempts: Attempts::default(),
            bearers: Bearers::default(),
            router: Router::new(),
            companies: RwLock::default(),
            tokens: RwLock::default(),
        }))
    }

    /// The bytes of files and pictures.
    pub fn files(&self) -> &Objects {
        &self.settings.files
    }

    /// Ends the streams of events, and at once those that begin later.
    pub fn end_streams(&self) {
        self.live.stop();
    }

    /// How many deliveries have come to which end.
    pub fn webhook_counts(&self) -> &delivery::Counts {
        &self.webhooks.counts
    }

    /// Where clients reach this server, as the operator says it.
    pub fn public_url(&self) -> Option<&str> {
        self.settings.public_url.as_deref()
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Whether requests can be served: the store answers and its schema is current.
    pub async fn ready(&self) -> Result<(), StoreError> {
        match self.store.pending_migrations().await? {
            0 => Ok(()),
            steps => Err(StoreError::Unavailable(format!("{steps} schema steps are missing"))),
        }
    }

    /// Whether the address of a client is what a proxy says.
    pub fn trusts_proxy(&self) -> bool {
        self.settings.trust_proxy
    }

    /// How many passwords were compared with hashes since the start.
    pub fn passwords_verified(&self) -> u64 {
        self.passwords.verified()
    }

    /// Answers one request to the API or to a page. Never fails: whatever goes wrong becomes an answer.
    pub async fn handle(self: &Arc<Self>, request: Request) -> Response {
        if let Some(page) = pages::find(&request.path) {
            return Box::pin(pages::answer(self, page, request)).await;
        }
        let mut seen = Seen::default();
        let version = version_of(&request.path);
        let answer = self.answer(request, &mut seen).await;
        let mut response = match answer {
            Ok(reply) => Response::of_reply(reply, seen.operation),
            Err(error) => Response::of_error(&error, version, seen.operation),
        };
        response.left = seen.left;
        response
    }

    async fn answer(self: &Arc<Self>, request: Request, seen: &mut Seen) -> ApiResult<Reply> {
        if let Some(rest) = request.path.strip_prefix(pictures::PREFIX) {
            seen.operation = Some("penstock.picture");
            return Box::pin(only_read(&request, pictures::serve(self, rest))).await;
        }
        if let Some(rest) = request.path.strip_prefix(product_images::PREFIX) {
            seen.operation = Some("penstock.image");
            return Box::pin(only_read(&request, product_images::serve(self, rest))).await;
        }
        let place = Root::of_path(&request.path);
        if let Some((root @ (Root::Own | Root::Site), path)) = place
            && let Some((op, label, run)) = self.router.open(root, &request.method, path)
        {
            seen.operation = Some(label);
            return run(self.clone(), op, request).await;
        }
        if let Some((Root::Site, path)) = place {
            return Err(self.router.refuse_at_site(path));
        }
        // Credentials come before routes: without them nobody learns which paths exist (semantics.md 2).
        let caller = self.authenticate(&request).await?;
        let is_app = caller.access.is_some();
        // A URL that no scope covers is one that there is not (semantics.md 2).
        let unknown = || if is_app { ApiError::ScopeMismatch } else { ApiError::NotFound("Unknown method.".to_owned()) };
        let (root, path) = place.ok_or_else(unknown)?;
        let method = Method::parse(&request.method).ok_or(ApiError::MethodNotAllowed)?;
        let found = self.router.find(root, method, path);
        let (op, label, path, selector) = match found {
            Found::Op { op, label, path, selector } => (op, label, path, selector),
            Found::OtherMethod => return Err(ApiError::MethodNotAllowed),
            Found::Nothing => return Err(unknown()),
        };
        seen.operation = Some(label);
        if !opens(&caller, op) {
            return Err(ApiError::ScopeMismatch);
        }
        self.charge(&caller, op, seen).await?;
        rights::meets(&caller.principal, &caller.directory, op.need)?;
        let Run::Call(run) = op.run else { return Err(unknown()) };
        let mut call = Call::new(self.clone(), caller, op, path, selector, request).map_err(op.refusal)?;
        if call.upload.is_some() && !matches!(op.takes, Takes::Multipart(_)) {
            Box::pin(upload::read_members(&mut call)).await.map_err(op.refusal)?;
        }
        call.filter = filters::named(&call).await?;
        let Some(filter) = call.filter.clone() else { return run(call).await };
        let reply = run(call.clone()).await?;
        filter.used(&call).await?;
        Ok(reply)
    }

    /// Takes what an operation costs off the budgets. Penstock's own operations are free, and so is what its pages call, as the
    /// web application of the hosted service is (semantics.md 6).
    async fn charge(&self, caller: &Caller, op: &Op, seen: &mut Seen) -> ApiResult<()> {
        if op.root == Root::Own || caller.session.is_some() {
            return Ok(());
        }
        let Principal { company, user, .. } = caller.principal;
        let who = Spender { company, user, app: caller.access.as_ref().map(|access| access.app) };
        let demand =
            Demand { who, seats: caller.directory.seats, cost: i64::from(op.cost), is_search: op.is_search(), time: self.clock.now() };
        let spent = self.budget.spend(&self.store, &demand).await?;
        seen.left = Some(spent.left);
        spent.wait.map_or(Ok(()), |seconds| Err(ApiError::RateLimited { seconds }))
    }

    async fn authenticate(self: &Arc<Self>, request: &Request) -> ApiResult<Caller> {
        let Some(token) = request.token() else {
            return match &request.authorization {
                Some(header) => Box::pin(self.by_bearer(header)).await,
                None => Box::pin(self.signed_in(request)).await,
            };
        };
        self.by_api_token(credentials::token_hash(&token)).await
    }

    /// Who an API token with this hash lets in.
    async fn by_api_token(&self, hash: [u8; 32]) -> ApiResult<Caller> {
        if let Some((company, user, revision)) = self.known_token(&hash) {
            let directory = self.directory(company).await?;
            if directory.company.revision == revision {
                return Ok(Caller { token: Some(hash), ..token_caller(directory, user)? });
            }
        }
        // Boxed, as everything that few requests do: the future of a request is as large as the largest that it may wait
        // for, and is moved several times. That was an eighth of the CPU time of a GET.
        Box::pin(self.look_up(hash)).await
    }

    /// Finds the owner of a token in the store, and remembers it.
    async fn look_up(&self, hash: [u8; 32]) -> ApiResult<Caller> {
        let (company, user) = self.find_token(&hash).await?.ok_or(ApiError::Unauthorized)?;
        let directory = self.directory(company).await?;
        // A token that ended while the directory was read must not be remembered under the revision of its end.
        if self.find_token(&hash).await? != Some((company, user)) {
            return Err(ApiError::Unauthorized);
        }
        let mut tokens = self.tokens.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if tokens.len() > 100_000 {
            tokens.clear();
        }
        tokens.insert(hash, (company, user, directory.company.revision));
        drop(tokens);
        Ok(Caller { token: Some(hash), ..token_caller(directory, user)? })
    }

    /// The user whose session the cookie opens. What only another site's page can have meant is refused.
    async fn signed_in(self: &Arc<Self>, request: &Request) -> ApiResult<Caller> {
        let session = sessions::of_request(self, request).await?.ok_or(ApiError::Unauthorized)?;
        sign_in::check_call(self, request, &session)?;
        let caller = caller(self.directory(session.company).await?, session.user)?;
        Ok(Caller { session: Some(Arc::new(session)), ..caller })
    }

    /// Lets the maker of a call in again, as if it came now: for answers that go on. Errors: [`ApiError::Unauthorized`] and its
    /// like where the credentials of the call have ended, [`ApiError::ScopeMismatch`].
    pub(crate) async fn authenticate_again(&self, call: &Call) -> ApiResult<Caller> {
        let caller = match (call.token, &call.access, &call.session) {
            (Some(hash), Some(access), _) => self.by_access_token(hash, access.company).await?,
            (Some(hash), None, _) => self.by_api_token(hash).await?,
            (None, _, Some(session)) if sessions::runs(self, session).await? => {
                caller(self.directory(session.company).await?, session.user)?
            }
            (None, ..) => return Err(ApiError::Unauthorized),
        };
        if opens(&caller, call.op) { Ok(caller) } else { Err(ApiError::ScopeMismatch) }
    }

    fn known_token(&self, hash: &[u8; 32]) -> Option<(CompanyId, UserId, i64)> {
        self.tokens.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(hash).copied()
    }

    pub(crate) async fn find_token(&self, hash: &[u8; 32]) -> Result<Option<(CompanyId, UserId)>, StoreError> {
        let mut sql = Sql::new("SELECT company_id, user_id FROM tokens WHERE hash = ");
        sql.bind(credentials::hex(hash));
        let row = self.store.rows(sql, Weight::Light, 2).await?.pop();
        Ok(row.and_then(|row| Some((CompanyId(row[0].as_int()?), UserId(row[1].as_int()?)))))
    }

    /// Where clients reach this server: as the operator says, else as this client did. Without a slash at the end.
    pub fn base_url(&self, host: Option<&str>) -> String {
        match (&self.settings.public_url, host) {
            (Some(url), _) => url.clone(),
            (None, Some(host)) => format!("http://{host}"),
            (None, None) => "http://localhost".to_owned(),
        }
    }

    /// The settings of a company, at most a second old; exact after writes of this process.
    pub async fn directory(&self, company: CompanyId) -> ApiResult<Arc<Directory>> {
        let now = self.clock.now();
        let known = {
            let companies = self.companies.read().unwrap_or_else(std::sync::PoisonError::into_inner);
            companies.get(&company).map(|known| (known.directory.clone(), known.checked))
        };
        match known {
            Some((directory, checked)) if (now.millis() - checked.millis()).abs() < DIRECTORY_CHECK_MILLIS => Ok(directory),
            known => Box::pin(self.check_directory(company, known.map(|(directory, _)| directory), now)).await,
        }
    }

    /// What is known of a company if nothing has changed since, or else its settings as they are.
    async fn check_directory(&self, company: CompanyId, known: Option<Arc<Directory>>, now: Time) -> ApiResult<Arc<Directory>> {
        if let Some(directory) = known
            && self.revision(company).await? == Some(directory.company.revision)
        {
            self.remember(directory.clone(), now);
            return Ok(directory);
        }
        self.reload_directory(company).await
    }

    /// Reads the settings of a company anew, after a write that changed them.
    pub(crate) async fn reload_directory(&self, company: CompanyId) -> ApiResult<Arc<Directory>> {
        let now = self.clock.now();
        let mut directory = Directory::load(&self.store, company).await?.ok_or(ApiError::Unauthorized)?;
        if let Some(domain) = &self.settings.mail_domain {
            directory.mail_domain.clone_from(domain);
        }
        let directory = Arc::new(directory);
        self.remember(directory.clone(), now);
        Ok(directory)
    }

    async fn revision(&self, company: CompanyId) -> Result<Option<i64>, StoreError> {
        let mut sql = Sql::new("SELECT revision FROM companies WHERE id = ");
        sql.bind(company);
        let row = self.store.rows(sql, Weight::Light, 1).await?.pop();
        Ok(row.and_then(|row| row[0].as_int()))
    }

    fn remember(&self, directory: Arc<Directory>, checked: Time) {
        let mut companies = self.companies.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let company = directory.company.id;
        let newer = companies.get(&company).is_some_and(|known| known.directory.company.revision > directory.company.revision);
        if !newer {
            companies.insert(company, Known { directory, checked });
        }
    }
}

/// What has an address that opens it takes no writes.
async fn only_read(request: &Request, answer: impl Future<Output = ApiResult<Reply>>) -> ApiResult<Reply> {
    if request.method == "GET" { answer.await } else { Err(ApiError::MethodNotAllowed) }
}

/// The user behind a token, who must be allowed to have one.
pub(crate) fn token_caller(directory: Arc<Directory>, user: UserId) -> ApiResult<Caller> {
    let may_enter = |user: &User| user.permissions.has(Permission::UseApi);
    if !directory.user(user).is_some_and(may_enter) {
        return Err(ApiError::Unauthorized);
    }
    caller(directory, user)
}

/// Whether the scopes of an app, where one asks, cover an operation.
fn opens(caller: &Caller, op: &Op) -> bool {
    let is_admin = caller.principal.administers != Areas::default();
    caller.access.as_ref().is_none_or(|access| access.scopes.open(op.scopes, is_admin))
}

/// The user behind credentials, who must be active.
pub(crate) fn caller(directory: Arc<Directory>, user: UserId) -> ApiResult<Caller> {
    let user = directory.user(user).filter(|user| user.is_active && !user.is_deleted).ok_or(ApiError::Unauthorized)?;
    let principal = user.principal(directory.company.id);
    Ok(Caller { principal, directory, token: None, session: None, access: None })
}
