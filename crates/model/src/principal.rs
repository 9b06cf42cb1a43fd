use crate::{CompanyId, Time, UserId};
use std::sync::Arc;

/// Who is asking, after the credentials were checked.
#[derive(Debug, Clone)]
pub struct Principal {
    pub company: CompanyId,
    pub user: UserId,
    /// An administrator sees and may do everything in the company.
    pub is_admin: bool,
    /// The visibility group of the user.
    pub group: i64,
}

/// Which door a change came through, as changelogs and webhooks name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeSource {
    App,
    Api,
}

impl ChangeSource {
    pub fn as_str(self) -> &'static str {
        match self {
            ChangeSource::App => "app",
            ChangeSource::Api => "api",
        }
    }
}

/// Who makes a change, when, and through what: the part of a write that its history remembers.
#[derive(Debug, Clone)]
pub struct Actor {
    pub company: CompanyId,
    pub user: UserId,
    pub source: ChangeSource,
    pub user_agent: Option<Arc<str>>,
    pub time: Time,
}
