//! One row of the operation table.

use crate::app::App;
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::message::Request;
use crate::operations;
use crate::params::BULK_IDS;
use crate::users::permissions::{Need, Permission};
use penstock_model::Area;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    V1,
    V2,
}

/// Where operations are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Root {
    /// `/v1` and `/api/v1` (semantics.md 1), and no prefix at all, as OAuth clients ask the proxy of the hosted service for
    /// `/users/me`.
    V1,
    /// `/api/v2`.
    V2,
    /// What only Penstock has, below `/api/penstock`: as strict as v2, and never in the way of the API's own paths.
    Own,
    /// The endpoints of OAuth, which are below no prefix (semantics.md 3).
    Site,
}

const PREFIXES: &[(&str, Root)] = &[("/api/v2", Root::V2), ("/api/v1", Root::V1), ("/v1", Root::V1), ("/api/penstock", Root::Own)];
/// Where the paths of [`Root::Site`] begin.
const SITE: &[&str] = &["/oauth/", "/.well-known/oauth-authorization-server"];

impl Root {
    /// Takes the prefix off a path: the root and what is below it; `None` where nothing can be found.
    pub fn of_path(path: &str) -> Option<(Root, &str)> {
        let found = PREFIXES.iter().find_map(|(prefix, root)| {
            let rest = path.strip_prefix(prefix)?;
            (rest.is_empty() || rest.starts_with('/')).then_some((*root, rest))
        });
        let site = || SITE.iter().any(|start| path.starts_with(start)).then_some((Root::Site, path));
        found.or_else(site).or_else(|| operations::is_of_v1(path).then_some((Root::V1, path)))
    }

    /// The prefix that links and documents use.
    pub fn prefix(self) -> &'static str {
        match self {
            Root::V1 => "/api/v1",
            Root::V2 => "/api/v2",
            Root::Own => "/api/penstock",
            Root::Site => "",
        }
    }

    /// As operations are named in metrics, logs and documents: `v2.getDeals`.
    pub fn word(self) -> &'static str {
        match self {
            Root::V1 | Root::Site => "v1",
            Root::V2 => "v2",
            Root::Own => "penstock",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "GET" | "HEAD" => Method::Get,
            "POST" => Method::Post,
            "PUT" => Method::Put,
            "PATCH" => Method::Patch,
            "DELETE" => Method::Delete,
            _ => return None,
        })
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

/// What a query parameter or a key of a body holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    Int,
    Bool,
    Text,
    /// One word of a list.
    Choice(&'static [&'static str]),
    /// Several words of a list, comma separated.
    Choices(&'static [&'static str]),
    /// Ids, comma separated, at most 100.
    Ids,
    /// An instant: RFC 3339 with whole seconds in v2, also `YYYY-MM-DD HH:MM:SS` in v1.
    Time,
    Date,
    /// Anything; the operation looks itself.
    Json,
    /// A part of a multipart body.
    File,
}

/// A query parameter, or a key of a body that is not a record.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    pub name: &'static str,
    pub kind: ParamKind,
    pub required: bool,
    pub about: &'static str,
}

impl Param {
    pub const fn new(name: &'static str, kind: ParamKind, about: &'static str) -> Self {
        Param { name, kind, required: false, about }
    }

    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }
}

/// What the body of an operation holds.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    Nothing,
    /// The writable fields of an entity.
    Record(&'static penstock_model::Entity),
    /// These keys.
    Keys(&'static [Param]),
    /// A bare JSON list.
    List,
    /// A multipart form of one file and these texts.
    Multipart(&'static [Param]),
}

/// What a success brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// The envelope of the API: `success`, `data` and what goes with it.
    Data,
    /// The same, or 204 where there is nothing to show.
    DataOrNothing,
    /// The bytes of a file or a part of them, or the way to where they are.
    File,
    /// A JSON document of its own, without an envelope.
    Document,
    /// A page for people, or the way to another one.
    Page,
    /// A stream of server-sent events.
    Events,
}

pub type Answer = Pin<Box<dyn Future<Output = ApiResult<Reply>> + Send>>;

/// What runs an operation.
#[derive(Clone, Copy)]
pub enum Run {
    /// For callers with credentials.
    Call(fn(Call) -> Answer),
    /// For everybody: what gives credentials cannot ask for them.
    Open(RunOpen),
}

pub type RunOpen = fn(Arc<App>, &'static Op, Request) -> Answer;

/// One operation of the API.
#[derive(Clone, Copy)]
pub struct Op {
    /// How requests are read and answers written.
    pub version: Version,
    pub root: Root,
    pub method: Method,
    /// Below the prefix of the version, such as `/deals/{id}`.
    pub path: &'static str,
    pub id: &'static str,
    pub tag: &'static str,
    /// Any one of these OAuth scopes opens the operation; comma separated.
    pub scopes: &'static str,
    /// How many tokens of the budget a call costs.
    pub cost: u32,
    pub summary: &'static str,
    pub query: &'static [Param],
    pub takes: Takes,
    /// The status of success.
    pub status: u16,
    /// What its callers must be allowed to do, whatever it is that they do it to.
    pub need: Need,
    pub answers: Answers,
    /// Words what the reading of a request refuses, where the operation does not say it as the others do.
    pub refusal: fn(ApiError) -> ApiError,
    pub run: Run,
}

impl Op {
    pub const fn new(version: Version, method: Method, path: &'static str, id: &'static str, run: fn(Call) -> Answer) -> Self {
        let root = match version {
            Version::V1 => Root::V1,
            Version::V2 => Root::V2,
        };
        Op {
            version,
            root,
            method,
            path,
            id,
            tag: "",
            scopes: "",
            cost: 1,
            summary: "",
            query: &[],
            takes: Takes::Nothing,
            status: 200,
            need: Need::Nothing,
            answers: Answers::Data,
            refusal: |error| error,
            run: Run::Call(run),
        }
    }

    /// An operation that only Penstock has. It costs nothing: the budgets are those of the API (semantics.md 6).
    pub const fn own(method: Method, path: &'static str, id: &'static str, run: fn(Call) -> Answer) -> Self {
        Op { root: Root::Own, cost: 0, ..Op::new(Version::V2, method, path, id, run) }
    }

    /// An operation of Penstock's own that wants no credentials.
    pub const fn open(method: Method, path: &'static str, id: &'static str, run: RunOpen) -> Self {
        let closed = Op::own(method, path, id, |_| Box::pin(async { Err(ApiError::Unauthorized) }));
        Op { run: Run::Open(run), ..closed }
    }

    /// An endpoint of OAuth, at its full path. It reads forms and looks at the credentials of apps itself.
    pub const fn site(method: Method, path: &'static str, id: &'static str, run: RunOpen) -> Self {
        Op { root: Root::Site, version: Version::V1, ..Op::open(method, path, id, run) }
    }

    /// Whether it searches, which has a limit of its own (semantics.md 6).
    pub fn is_search(&self) -> bool {
        self.path.ends_with("/search") || self.path.starts_with("/itemSearch")
    }

    pub const fn tag(mut self, tag: &'static str) -> Self {
        self.tag = tag;
        self
    }

    pub const fn scopes(mut self, scopes: &'static str) -> Self {
        self.scopes = scopes;
        self
    }

    pub const fn cost(mut self, tokens: u32) -> Self {
        self.cost = tokens;
        self
    }

    pub const fn about(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    pub const fn query(mut self, params: &'static [Param]) -> Self {
        self.query = params;
        self
    }

    pub const fn takes(mut self, takes: Takes) -> Self {
        self.takes = takes;
        self
    }

    pub const fn created(mut self) -> Self {
        self.status = 201;
        self
    }

    pub const fn answers(mut self, answers: Answers) -> Self {
        self.answers = answers;
        self
    }

    pub const fn refusals(mut self, refusal: fn(ApiError) -> ApiError) -> Self {
        self.refusal = refusal;
        self
    }

    /// Whether it deletes the records that `ids` names.
    pub fn is_bulk_deletion(&self) -> bool {
        self.method == Method::Delete && self.query.iter().any(|param| param.name == BULK_IDS.name)
    }

    /// Only administrators of an area may call it.
    pub const fn admin_of(mut self, area: Area) -> Self {
        self.need = Need::AdminOf(area);
        self
    }

    /// Only administrators of the account may call it.
    pub const fn admin_only(self) -> Self {
        self.admin_of(Area::Account)
    }

    /// Only who has this permission may call it.
    pub const fn needs(mut self, permission: Permission) -> Self {
        self.need = Need::Permission(permission);
        self
    }
}

/// Makes an async handler fit into a row: `run!(one_deal)` or `run!(read::one(&DEALS))`, which calls
/// the function with the call first.
#[macro_export]
macro_rules! run {
    ($($function:ident)::+) => {
        |call| Box::pin($($function)::+(call))
    };
    ($($function:ident)::+ ($($argument:expr),+)) => {
        |call| Box::pin($($function)::+(call, $($argument),+))
    };
}

/// How an error of a path is written; v1 where it is below no root.
pub fn version_of(path: &str) -> Version {
    match Root::of_path(path) {
        Some((Root::V2 | Root::Own, _)) => Version::V2,
        Some((Root::V1 | Root::Site, _)) | None => Version::V1,
    }
}
