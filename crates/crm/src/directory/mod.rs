//! What nearly every request needs to know about a company: its people, pipelines, stages and fields.
//! Read as a whole, kept in memory, and read again when the revision of the company has moved on.

mod load;
mod settle;
mod smart_bcc;

pub use settle::settle;
pub use smart_bcc::{DEFAULT_MAIL_DOMAIN, SmartBcc};

use crate::custom::FieldType;
use crate::fields::Settings;
use crate::list::ShownV1;
use crate::permission_sets::PermissionSets;
use crate::users::access::Access;
use crate::users::permissions::Permissions;
use crate::view::Shapes;
use crate::visibility_groups::Reach;
use jiff::tz::TimeZone;
use penstock_model::{Areas, CompanyId, Principal, Time, UserId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// A snapshot of a company's settings.
#[derive(Debug)]
pub struct Directory {
    pub company: Company,
    pub users: BTreeMap<UserId, User>,
    /// The number of active users.
    pub seats: usize,
    pub groups: Vec<Group>,
    pub reach: Reach,
    pub permission_sets: PermissionSets,
    /// Deleted ones left out, as with teams.
    pub roles: BTreeMap<i64, Role>,
    pub teams: BTreeMap<i64, Team>,
    pub pipelines: BTreeMap<i64, Pipeline>,
    pub stages: BTreeMap<i64, Stage>,
    /// In order of creation; deleted ones left out.
    pub lead_labels: Vec<LeadLabel>,
    /// Deleted ones too, for the activities that are of such a type.
    pub activity_types: BTreeMap<i64, ActivityType>,
    /// By entity, in order of creation; deleted ones left out.
    pub fields: HashMap<String, Vec<Arc<FieldDefinition>>>,
    /// How v2 shows records of each entity.
    pub shapes: Shapes,
    /// How rows of v1 lists are kept.
    pub shown_v1: ShownV1,
    /// The host of smart BCC addresses.
    pub mail_domain: String,
}

#[derive(Debug, Clone)]
pub struct Company {
    pub id: CompanyId,
    pub name: String,
    pub domain: String,
    pub country: Option<String>,
    pub industry: Option<String>,
    pub currency: String,
    pub timezone: TimeZone,
    pub language: String,
    pub locale: String,
    pub revision: i64,
    pub add_time: Time,
}

#[derive(Debug, Clone)]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    pub default_currency: String,
    pub locale: String,
    pub lang: i64,
    pub timezone_name: String,
    pub timezone: TimeZone,
    pub is_active: bool,
    pub is_activated: bool,
    pub is_deleted: bool,
    /// Where the user sees and may do everything.
    pub administers: Areas,
    pub permissions: Permissions,
    pub access: Vec<Access>,
    pub role: i64,
    pub group: i64,
    /// The users whom this one follows, and therefore sees the records of (semantics.md 8.1).
    pub follows: Vec<UserId>,
    pub has_created_company: bool,
    pub icon_url: Option<String>,
    pub last_login: Option<Time>,
    pub add_time: Time,
    pub update_time: Option<Time>,
}

impl User {
    /// Who the user is to the rights of a company.
    pub fn principal(&self, company: CompanyId) -> Principal {
        Principal { company, user: self.id, administers: self.administers, group: self.group }
    }
}

/// A visibility group; a parent group sees what its children own.
#[derive(Debug, Clone)]
pub struct Group {
    pub id: i64,
    pub parent: Option<i64>,
    pub name: String,
}

#[derive(Debug, Clone)]
pub struct Role {
    pub id: i64,
    pub parent: Option<i64>,
    pub name: String,
    /// Default visibilities by setting key, such as `deal_default_visibility`.
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// The pipelines that its users do not see, unless they are administrators.
    pub hidden_pipelines: BTreeSet<i64>,
}

/// Users under a manager.
#[derive(Debug, Clone)]
pub struct Team {
    pub id: i64,
    pub name: String,
    pub description: Option<String>,
    pub manager: UserId,
    pub users: BTreeSet<UserId>,
    pub is_active: bool,
    pub is_deleted: bool,
    pub add_time: Time,
    pub creator: UserId,
}

#[derive(Debug, Clone)]
pub struct Pipeline {
    pub id: i64,
    pub name: String,
    pub order_nr: i64,
    pub is_deleted: bool,
    pub has_probability: bool,
    pub add_time: Time,
    pub update_time: Option<Time>,
}

#[derive(Debug, Clone)]
pub struct Stage {
    pub id: i64,
    pub pipeline: i64,
    pub name: String,
    pub order_nr: i64,
    pub is_deleted: bool,
    /// Percent.
    pub probability: i64,
    pub rots: bool,
    pub days_to_rotten: Option<i64>,
    pub add_time: Time,
    pub update_time: Option<Time>,
}

#[derive(Debug, Clone)]
pub struct LeadLabel {
    pub uuid: String,
    pub name: String,
    pub color: String,
    pub add_time: Time,
    pub update_time: Time,
}

/// A type of activities.
#[derive(Debug, Clone)]
pub struct ActivityType {
    pub id: i64,
    pub name: String,
    /// By which activities name it.
    pub key: String,
    pub icon: String,
    pub color: Option<String>,
    pub order_nr: i64,
    pub is_custom: bool,
    pub is_deleted: bool,
    pub add_time: Time,
    pub update_time: Option<Time>,
}

/// A field that the company has defined, or a built-in one to which it has given options or settings.
#[derive(Debug, Clone)]
pub struct FieldDefinition {
    pub id: i64,
    pub entity: String,
    pub code: String,
    pub name: String,
    pub description: Option<String>,
    pub field_type: FieldType,
    /// The reported type, which for built-in fields may be none of the creatable ones.
    pub type_name: String,
    pub options: Vec<FieldOption>,
    /// Options that records may still hold.
    pub deleted_options: Vec<FieldOption>,
    /// Where the company has set them.
    pub settings: Option<Settings>,
    pub is_custom: bool,
    pub order_nr: i64,
    pub creator: Option<UserId>,
    pub last_updated_by: Option<UserId>,
    pub add_time: Time,
    pub update_time: Option<Time>,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FieldOption {
    pub id: i64,
    pub label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add_time: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_time: Option<String>,
}

impl FieldDefinition {
    pub fn option(&self, id: i64) -> Option<&FieldOption> {
        self.options.iter().find(|option| option.id == id)
    }

    /// The label of an option, also of a deleted one that a record still holds.
    pub fn label(&self, id: i64) -> Option<&str> {
        self.options.iter().chain(&self.deleted_options).find(|option| option.id == id).map(|option| option.label.as_str())
    }
}

impl Directory {
    pub fn user(&self, id: UserId) -> Option<&User> {
        self.users.get(&id)
    }

    /// Fields of an entity as the company has set them up. Leads use those of deals (semantics.md 11.1).
    pub fn fields_of(&self, entity: &str) -> &[Arc<FieldDefinition>] {
        let entity = if entity == "lead" { "deal" } else { entity };
        self.fields.get(entity).map_or(&[], Vec::as_slice)
    }

    pub fn custom_fields(&self, entity: &str) -> impl Iterator<Item = &Arc<FieldDefinition>> {
        self.fields_of(entity).iter().filter(|field| field.is_custom)
    }

    pub fn field(&self, entity: &str, code: &str) -> Option<&Arc<FieldDefinition>> {
        self.fields_of(entity).iter().find(|field| field.code == code)
    }

    /// A label of leads that is not deleted.
    pub fn lead_label(&self, uuid: &str) -> Option<&LeadLabel> {
        self.lead_labels.iter().find(|label| label.uuid == uuid)
    }

    /// A pipeline that is not deleted.
    pub fn live_pipeline(&self, id: i64) -> Option<&Pipeline> {
        self.pipelines.get(&id).filter(|pipeline| !pipeline.is_deleted)
    }

    /// A stage that is not deleted, in a pipeline that is not either.
    pub fn live_stage(&self, id: i64) -> Option<&Stage> {
        self.stages.get(&id).filter(|stage| !stage.is_deleted && self.live_pipeline(stage.pipeline).is_some())
    }

    /// The stages of a pipeline from first to last, without deleted ones.
    pub fn stages_of(&self, pipeline: i64) -> Vec<&Stage> {
        let mut stages: Vec<_> = self.stages.values().filter(|stage| stage.pipeline == pipeline && !stage.is_deleted).collect();
        stages.sort_by_key(|stage| (stage.order_nr, stage.id));
        stages
    }

    /// The pipeline that deals without one go to: the first in order.
    pub fn default_pipeline(&self) -> Option<&Pipeline> {
        self.pipelines.values().filter(|pipeline| !pipeline.is_deleted).min_by_key(|pipeline| (pipeline.order_nr, pipeline.id))
    }

    /// The types of activities in order, without deleted ones.
    pub fn live_activity_types(&self) -> Vec<&ActivityType> {
        let mut types: Vec<_> = self.activity_types.values().filter(|known| !known.is_deleted).collect();
        types.sort_by_key(|known| (known.order_nr, known.id));
        types
    }

    /// A type of activities by its key, deleted or not.
    pub fn activity_type(&self, key: &str) -> Option<&ActivityType> {
        self.activity_types.values().find(|known| known.key == key)
    }

    /// What `visible_to` is where a new record does not say, by the role of its creator (semantics.md 8.1).
    pub fn default_visibility(&self, user: UserId, entity: &str) -> i64 {
        let sort = if entity == "organization" { "org" } else { entity };
        self.user(user)
            .and_then(|user| self.roles.get(&user.role))
            .and_then(|role| role.settings.get(&format!("{sort}_default_visibility")))
            .and_then(serde_json::Value::as_i64)
            .unwrap_or(3)
    }
}
