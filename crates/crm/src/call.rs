//! One request on its way through an operation.

use crate::app::App;
use crate::args::Args;
use crate::body::{self, Body};
use crate::directory::{Directory, Pipeline, Stage, User};
use crate::error::{ApiError, ApiResult};
use crate::filters::Saved;
use crate::json::Json;
use crate::message::Request;
use crate::oauth::Access;
use crate::op::{Method, Op, Takes, Version};
use crate::rights;
use crate::sign_in::Session;
use crate::stream::{ByteStream, Upload};
use jiff::tz::TimeZone;
use penstock_model::{Actor, ChangeSource, CompanyId, Principal, Time, UserId};
use penstock_store::{Batch, Store};
use std::net::IpAddr;
use std::sync::Arc;
use uuid::Uuid;

/// What an operation answers when it succeeds.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    pub stream: Option<ByteStream>,
}

impl Reply {
    /// An answer in JSON.
    pub fn new(status: u16, body: Vec<u8>) -> Self {
        Reply { status, headers: Vec::new(), body, stream: None }
    }
}

/// Stands for the operation in calls that no request has made.
static ON_BEHALF: Op =
    Op::new(Version::V2, Method::Post, "", "onBehalf", |_| Box::pin(async { Err(ApiError::NotFound("Unknown method.".to_owned())) }));

/// Who asks, after the credentials were checked.
pub struct Caller {
    pub principal: Principal,
    pub directory: Arc<Directory>,
    /// The hash of the token, where a token of either sort was the credential.
    pub token: Option<[u8; 32]>,
    /// Where a cookie was the credential.
    pub session: Option<Arc<Session>>,
    /// Where an access token was.
    pub access: Option<Arc<Access>>,
}

/// Everything an operation needs to know of the request and of who made it.
#[derive(Clone)]
pub struct Call {
    pub app: Arc<App>,
    pub principal: Principal,
    pub directory: Arc<Directory>,
    /// The hash of the token that has let the caller in, if one has.
    pub token: Option<[u8; 32]>,
    /// The session of the caller, where it is one that asks.
    pub session: Option<Arc<Session>>,
    /// The access token, where an app asks.
    pub access: Option<Arc<Access>>,
    pub op: &'static Op,
    pub path: Vec<String>,
    /// The keys of a v1 field selector `:(a,b)`.
    pub selector: Option<Arc<[String]>>,
    pub args: Args,
    pub body: Body,
    /// A multipart form that was not read yet, and its type, which tells what stands between its parts.
    pub upload: Option<Upload>,
    pub content_type: Option<String>,
    /// The part of a file that is asked for.
    pub range: Option<String>,
    /// The last event that a client has seen of a stream it takes up again.
    pub last_event_id: Option<String>,
    /// The saved filter that the request names, if the caller sees it.
    pub filter: Option<Arc<Saved>>,
    /// When the request came in; every row of a write carries it.
    pub now: Time,
    /// Where the request comes from.
    pub peer: Option<IpAddr>,
    host: Option<String>,
    user_agent: Option<Arc<str>>,
}

impl Call {
    pub(crate) fn new(
        app: Arc<App>,
        caller: Caller,
        op: &'static Op,
        path: Vec<String>,
        selector: Option<Arc<[String]>>,
        request: Request,
    ) -> ApiResult<Self> {
        let bulk_ids = body::bulk_ids(op, request.content_type.as_deref(), &request.body);
        let args = Args::parse(op, &request.query, bulk_ids)?;
        let body = Body::parse(op, request.content_type.as_deref(), &request.body)?;
        let now = app.clock.now();
        let upload = match request.upload {
            upload if body::takes_form(op, request.content_type.as_deref())? => {
                Some(upload.unwrap_or_else(|| Upload::of_bytes(request.body)))
            }
            Some(_) if !matches!(op.takes, Takes::Nothing) => return Err(body::unsupported("multipart/form-data")),
            _ => None,
        };
        let content_type = request.content_type.filter(|_| upload.is_some());
        let (range, host, peer) = (request.range, request.host, request.peer);
        let Caller { principal, directory, token, session, access } = caller;
        let user_agent = request.user_agent.map(Arc::from);
        Ok(Call {
            app,
            principal,
            directory,
            token,
            session,
            access,
            op,
            path,
            selector,
            args,
            body,
            upload,
            content_type,
            range,
            last_event_id: request.last_event_id,
            filter: None,
            now,
            peer,
            host,
            user_agent,
        })
    }

    /// A call that the server makes for a user without a request: for work in the background and mail that comes in.
    pub(crate) fn on_behalf(app: &Arc<App>, directory: Arc<Directory>, user: UserId) -> ApiResult<Self> {
        let principal = directory.user(user).ok_or(ApiError::Unauthorized)?.principal(directory.company.id);
        Ok(Call {
            now: app.clock.now(),
            app: app.clone(),
            principal,
            directory,
            token: None,
            session: None,
            access: None,
            op: &ON_BEHALF,
            path: Vec::new(),
            selector: None,
            args: Args::default(),
            body: Body::Nothing,
            upload: None,
            content_type: None,
            range: None,
            last_event_id: None,
            peer: None,
            host: None,
            filter: None,
            user_agent: None,
        })
    }

    /// The same call with another body.
    pub(crate) fn with_body(&self, body: serde_json::Value) -> Self {
        let body = match body {
            serde_json::Value::Object(members) => Body::Object(Arc::new(members)),
            serde_json::Value::Array(items) => Body::List(Arc::new(items)),
            _ => Body::Nothing,
        };
        Call { body, ..self.clone() }
    }

    pub fn store(&self) -> &Store {
        &self.app.store
    }

    pub fn company(&self) -> CompanyId {
        self.principal.company
    }

    pub fn version(&self) -> Version {
        self.op.version
    }

    /// The calling user.
    pub fn user(&self) -> Option<&User> {
        self.directory.user(self.principal.user)
    }

    /// The id of the session that asks.
    pub fn session_id(&self) -> Option<i64> {
        self.session.as_ref().map(|session| session.id)
    }

    /// The app that asks, if one does; by its id.
    pub fn app_id(&self) -> Option<i64> {
        self.access.as_ref().map(|access| access.app)
    }

    /// The app that asks, as its makers know it.
    pub fn client_id(&self) -> Option<&str> {
        self.access.as_ref().map(|access| access.client_id.as_str())
    }

    /// The program that asks, as it calls itself.
    pub fn user_agent(&self) -> Option<&str> {
        self.user_agent.as_deref()
    }

    /// A pipeline that the caller sees; it may be deleted.
    pub fn pipeline(&self, id: i64) -> Option<&Pipeline> {
        self.directory.pipelines.get(&id).filter(|pipeline| self.sees_pipeline(pipeline.id))
    }

    /// A stage that the caller sees; it may be deleted.
    pub fn stage(&self, id: i64) -> Option<&Stage> {
        self.directory.stages.get(&id).filter(|stage| self.sees_pipeline(stage.pipeline))
    }

    pub fn sees_pipeline(&self, id: i64) -> bool {
        self.user().is_some_and(|user| rights::sees_pipeline(&self.directory, user, id))
    }

    /// The zone in which days of this caller begin.
    pub fn timezone(&self) -> &TimeZone {
        self.user().map_or(&self.directory.company.timezone, |user| &user.timezone)
    }

    /// The currency of amounts that this caller gives without one.
    pub fn currency(&self) -> &str {
        self.user().map_or(&self.directory.company.currency, |user| &user.default_currency)
    }

    /// The first number of the path; anything else cannot name a record.
    pub fn id(&self, title: &str) -> ApiResult<i64> {
        self.path_id(0, title)
    }

    /// The `index`th parameter of the path as a number.
    pub fn path_id(&self, index: usize, title: &str) -> ApiResult<i64> {
        let text = self.path.get(index).map(String::as_str).unwrap_or_default();
        match text.parse::<i64>() {
            Ok(id) if id > 0 && !text.starts_with('+') => Ok(id),
            Ok(_) => Err(ApiError::not_found(title)),
            Err(_) if self.version() == Version::V2 => Err(ApiError::invalid_key("id", "must be a whole number")),
            Err(_) => Err(ApiError::not_found(title)),
        }
    }

    /// The `index`th parameter of the path as a UUID in small letters; `None` where it is none.
    pub fn uuid(&self, index: usize) -> Option<String> {
        let text = self.path.get(index)?;
        Some(Uuid::try_parse(text).ok().filter(|_| text.len() == 36)?.to_string())
    }

    /// Where clients reach this server.
    pub fn base_url(&self) -> String {
        self.app.base_url(self.host.as_deref())
    }

    pub fn actor(&self) -> Actor {
        Actor {
            company: self.company(),
            user: self.principal.user,
            source: if self.session.is_some() { ChangeSource::App } else { ChangeSource::Api },
            user_agent: self.user_agent.clone(),
            time: self.now,
        }
    }

    pub fn batch(&self) -> Batch {
        Batch::new(self.actor())
    }

    /// An answer of this operation's success status.
    pub fn reply(&self, body: Json) -> Reply {
        Reply::new(self.op.status, body.into_bytes())
    }

    /// `{"success":true,"data":…}` around what `write` writes, with `rest` after the data.
    pub fn data_and(&self, write: impl FnOnce(&mut Json), rest: impl FnOnce(&mut Json)) -> Reply {
        let mut json = Json::with_capacity(1024);
        json.begin_object();
        json.key("success");
        json.bool(true);
        json.key("data");
        write(&mut json);
        rest(&mut json);
        json.end_object();
        self.reply(json)
    }

    /// `{"success":true,"data":…}` around what `write` writes.
    pub fn data(&self, write: impl FnOnce(&mut Json)) -> Reply {
        self.data_and(write, |_| {})
    }

    /// The answer to a deletion: `{"success":true,"data":{"id":…}}`.
    pub fn deleted(&self, id: i64) -> Reply {
        self.data(|json| {
            json.begin_object();
            json.key("id");
            json.int(id);
            json.end_object();
        })
    }
}
