//! What filters list, and which other records their conditions may look at (semantics.md 13.1).

use crate::activities::ACTIVITY;
use crate::deals::DEAL;
use crate::leads::LEAD;
use crate::organizations::ORGANIZATION;
use crate::persons::PERSON;
use crate::products::PRODUCT;
use penstock_model::Entity;

/// A sort of filter, named as the API does.
#[derive(Debug)]
pub struct FilterType {
    pub name: &'static str,
    /// What it lists.
    pub lists: &'static Entity,
    /// What its conditions may look at beside that.
    pub links: &'static [Link],
}

/// How a record that a filter lists is tied to others.
#[derive(Debug)]
pub struct Link {
    pub to: &'static Entity,
    /// Equal columns of the listed record and of the linked one.
    pub own: &'static str,
    pub theirs: &'static str,
    /// Linked deals count only while they are open, unless a condition asks for a status (semantics.md 13.2).
    pub only_open: bool,
}

const fn link(to: &'static Entity, own: &'static str, theirs: &'static str) -> Link {
    Link { to, own, theirs, only_open: false }
}

/// The one record that the listed one refers to.
const fn refers(to: &'static Entity, own: &'static str) -> Link {
    link(to, own, "id")
}

/// All records that refer to the listed one.
const fn referring(to: &'static Entity, theirs: &'static str) -> Link {
    link(to, "id", theirs)
}

const fn open_deals(theirs: &'static str) -> Link {
    Link { only_open: true, ..referring(&DEAL, theirs) }
}

pub static TYPES: &[FilterType] = &[
    FilterType {
        name: "deals",
        lists: &DEAL,
        links: &[refers(&PERSON, "person_id"), refers(&ORGANIZATION, "org_id"), referring(&ACTIVITY, "deal_id")],
    },
    FilterType {
        name: "leads",
        lists: &LEAD,
        links: &[refers(&PERSON, "person_id"), refers(&ORGANIZATION, "org_id"), link(&ACTIVITY, "uuid", "lead_id")],
    },
    FilterType {
        name: "org",
        lists: &ORGANIZATION,
        links: &[referring(&PERSON, "org_id"), open_deals("org_id"), referring(&LEAD, "org_id"), referring(&ACTIVITY, "org_id")],
    },
    FilterType {
        name: "people",
        lists: &PERSON,
        links: &[
            refers(&ORGANIZATION, "org_id"),
            open_deals("person_id"),
            referring(&LEAD, "person_id"),
            referring(&ACTIVITY, "person_id"),
        ],
    },
    FilterType { name: "products", lists: &PRODUCT, links: &[] },
    FilterType {
        name: "activity",
        lists: &ACTIVITY,
        links: &[refers(&DEAL, "deal_id"), link(&LEAD, "lead_id", "uuid"), refers(&PERSON, "person_id"), refers(&ORGANIZATION, "org_id")],
    },
];

pub fn by_name(name: &str) -> Option<&'static FilterType> {
    TYPES.iter().find(|known| known.name == name)
}

impl FilterType {
    /// The entity that conditions call so.
    pub fn object(&self, name: &str) -> Option<&'static Entity> {
        if self.lists.name == name { Some(self.lists) } else { self.link(name).map(|link| link.to) }
    }

    pub fn link(&self, entity: &str) -> Option<&'static Link>
    where
        Self: 'static,
    {
        self.links.iter().find(|link| link.to.name == entity)
    }
}
