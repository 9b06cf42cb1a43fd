use crate::{CompanyId, Time, UserId};
use std::sync::Arc;

/// A part of the company that has administrators of its own (semantics.md 8.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Deals and leads, pipelines and stages.
    Deals,
    /// What all parts share: contacts, products, activities, notes, files.
    Shared,
    Projects,
    /// The company itself, its users and their roles.
    Account,
}

/// The areas that somebody administers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Areas(u8);

impl Areas {
    pub const ALL: Areas = Areas(Area::Deals.bit() | Area::Shared.bit() | Area::Projects.bit() | Area::Account.bit());

    pub fn has(self, area: Area) -> bool {
        self.0 & area.bit() != 0
    }
}

impl Area {
    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl FromIterator<Area> for Areas {
    fn from_iter<I: IntoIterator<Item = Area>>(areas: I) -> Self {
        Areas(areas.into_iter().fold(0, |bits, area| bits | area.bit()))
    }
}

/// Who is asking, after the credentials were checked.
#[derive(Debug, Clone)]
pub struct Principal {
    pub company: CompanyId,
    pub user: UserId,
    /// Where the user sees and may do everything.
    pub administers: Areas,
    /// The visibility group of the user.
    pub group: i64,
}

impl Principal {
    /// Whether the user sees and may do everything in an area.
    pub fn administers(&self, area: Area) -> bool {
        self.administers.has(area)
    }

    /// Whether nothing in the company is kept from the user.
    pub fn administers_everything(&self) -> bool {
        self.administers == Areas::ALL
    }
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
