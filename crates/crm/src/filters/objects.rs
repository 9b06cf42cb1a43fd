//! What filters list, and which other records their conditions may look at (semantics.md 13.1).

use crate::activities::ACTIVITY;
use crate::deals::DEAL;
use crate::leads::LEAD;
use crate::organizations::ORGANIZATION;
use crate::persons::PERSON;
use crate::products::PRODUCT;
use crate::projects::PROJECT;
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
#[derive(Debug, Clone, Copy)]
pub struct Link {
    pub to: &'static Entity,
    /// Equal columns of the listed record and of the linked one, or of the table between them.
    pub own: &'static str,
    pub theirs: &'static str,
    pub through: Option<Through>,
    /// Linked deals count only while they are open, unless a condition asks for a status (semantics.md 13.2).
    pub only_open: bool,
}

/// A table between records, whose rows name one of each.
#[derive(Debug, Clone, Copy)]
pub struct Through {
    pub table: &'static str,
    pub listed: &'static str,
    pub linked: &'static str,
    /// Which of its rows, as ` AND …` on rows called `x`.
    pub only: &'static str,
}

const fn link(to: &'static Entity, own: &'static str, theirs: &'static str) -> Link {
    Link { to, own, theirs, through: None, only_open: false }
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

const fn through(to: &'static Entity, table: &'static str, listed: &'static str, linked: &'static str, only: &'static str) -> Link {
    Link { through: Some(Through { table, listed, linked, only }), ..link(to, "id", "id") }
}

/// The records that a project holds in a list.
macro_rules! held_by_project {
    ($entity:expr, $key:literal) => {
        through($entity, "links", "record_id", "member_id", concat!(" AND x.entity = 'project' AND x.field_key = '", $key, "'"))
    };
}

/// The projects that hold the listed record in a list.
macro_rules! holding_projects {
    ($key:literal) => {
        through(&PROJECT, "links", "member_id", "record_id", concat!(" AND x.entity = 'project' AND x.field_key = '", $key, "'"))
    };
}

pub static TYPES: &[FilterType] = &[
    FilterType {
        name: "deals",
        lists: &DEAL,
        links: &[
            refers(&PERSON, "person_id"),
            refers(&ORGANIZATION, "org_id"),
            referring(&ACTIVITY, "deal_id"),
            through(&PRODUCT, "deal_products", "deal_id", "product_id", ""),
            holding_projects!("deal_ids"),
        ],
    },
    FilterType {
        name: "leads",
        lists: &LEAD,
        links: &[refers(&PERSON, "person_id"), refers(&ORGANIZATION, "org_id"), link(&ACTIVITY, "uuid", "lead_id")],
    },
    FilterType {
        name: "org",
        lists: &ORGANIZATION,
        links: &[
            referring(&PERSON, "org_id"),
            open_deals("org_id"),
            referring(&LEAD, "org_id"),
            referring(&ACTIVITY, "org_id"),
            holding_projects!("org_ids"),
        ],
    },
    FilterType {
        name: "people",
        lists: &PERSON,
        links: &[
            refers(&ORGANIZATION, "org_id"),
            open_deals("person_id"),
            referring(&LEAD, "person_id"),
            referring(&ACTIVITY, "person_id"),
            holding_projects!("person_ids"),
        ],
    },
    FilterType { name: "products", lists: &PRODUCT, links: &[through(&DEAL, "deal_products", "product_id", "deal_id", "")] },
    FilterType {
        name: "activity",
        lists: &ACTIVITY,
        links: &[
            refers(&DEAL, "deal_id"),
            link(&LEAD, "lead_id", "uuid"),
            refers(&PROJECT, "project_id"),
            refers(&PERSON, "person_id"),
            refers(&ORGANIZATION, "org_id"),
        ],
    },
    FilterType {
        name: "projects",
        lists: &PROJECT,
        links: &[
            held_by_project!(&DEAL, "deal_ids"),
            held_by_project!(&PERSON, "person_ids"),
            held_by_project!(&ORGANIZATION, "org_ids"),
            referring(&ACTIVITY, "project_id"),
        ],
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
