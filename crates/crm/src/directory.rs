//! What nearly every request needs to know about a company: its people, pipelines, stages and fields.
//! Read as a whole, kept in memory, and read again when the revision of the company has moved on.

use crate::custom::FieldType;
use crate::fields::Settings;
use jiff::tz::TimeZone;
use penstock_model::{CompanyId, Time, UserId, Value};
use penstock_store::{Sql, Store, StoreError, Weight};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A snapshot of a company's settings.
#[derive(Debug)]
pub struct Directory {
    pub company: Company,
    pub users: BTreeMap<UserId, User>,
    /// The number of active users.
    pub seats: usize,
    pub groups: Vec<Group>,
    pub roles: BTreeMap<i64, Role>,
    pub pipelines: BTreeMap<i64, Pipeline>,
    pub stages: BTreeMap<i64, Stage>,
    /// By entity, in order of creation; deleted ones left out.
    pub fields: HashMap<String, Vec<Arc<FieldDefinition>>>,
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
    pub is_admin: bool,
    /// JSON, as v1 shows it.
    pub access: String,
    pub role: i64,
    pub group: i64,
    pub has_created_company: bool,
    pub icon_url: Option<String>,
    pub last_login: Option<Time>,
    pub add_time: Time,
    pub update_time: Option<Time>,
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
    pub is_active: bool,
    /// Default visibilities by setting key, such as `deal_default_visibility`.
    pub settings: serde_json::Map<String, serde_json::Value>,
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
    /// Reads the company as it stands now; `None` where there is no such company.
    pub async fn load(store: &Store, id: CompanyId) -> Result<Option<Self>, StoreError> {
        // The revision is read first: what is read after it can only be newer, and then is read again.
        let Some(company) = load_company(store, id).await? else {
            return Ok(None);
        };
        let users = load_users(store, id).await?;
        Ok(Some(Directory {
            seats: users.values().filter(|user| user.is_active).count(),
            users,
            groups: load_groups(store, id).await?,
            roles: load_roles(store, id).await?,
            pipelines: load_pipelines(store, id).await?,
            stages: load_stages(store, id).await?,
            fields: load_fields(store, id).await?,
            company,
        }))
    }

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

    /// What `visible_to` is where a new record does not say, by the role of its creator (semantics.md 8.1).
    pub fn default_visibility(&self, user: UserId, entity: &str) -> i64 {
        let sort = if entity == "organization" { "org" } else { entity };
        self.user(user)
            .and_then(|user| self.roles.get(&user.role))
            .and_then(|role| role.settings.get(&format!("{sort}_default_visibility")))
            .and_then(serde_json::Value::as_i64)
            .unwrap_or(3)
    }

    /// The address under which copied mail is filed, such as `company+deal1@…` (semantics.md 25).
    pub fn smart_bcc(&self, entity: &str, id: i64) -> String {
        let domain = &self.company.domain;
        match entity {
            "deal" => format!("{domain}+deal{id}@pipedrivemail.com"),
            _ => format!("{domain}@pipedrivemail.com"),
        }
    }
}

/// A cell-by-cell reader of one row.
struct Cells(std::vec::IntoIter<Value>);

impl Cells {
    fn next(&mut self) -> Value {
        self.0.next().unwrap_or_default()
    }

    fn int(&mut self) -> i64 {
        self.next().as_int().unwrap_or_default()
    }

    fn flag(&mut self) -> bool {
        self.int() != 0
    }

    fn text(&mut self) -> String {
        self.next().as_text().unwrap_or_default().to_owned()
    }

    fn optional_int(&mut self) -> Option<i64> {
        self.next().as_int()
    }

    fn optional_text(&mut self) -> Option<String> {
        self.next().as_text().map(str::to_owned)
    }

    /// A kept JSON value; null gives the empty one.
    fn json<T: serde::de::DeserializeOwned + Default>(&mut self) -> T {
        self.next().as_text().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    fn time(&mut self) -> Time {
        Time::from_millis(self.int())
    }

    fn optional_time(&mut self) -> Option<Time> {
        self.optional_int().map(Time::from_millis)
    }
}

async fn table(store: &Store, company: CompanyId, columns: &str, rest: &str) -> Result<Vec<Cells>, StoreError> {
    let mut sql = Sql::new(format!("SELECT {columns} FROM {rest} WHERE company_id = "));
    sql.bind(company);
    if columns.starts_with("id,") {
        sql.push(" ORDER BY id");
    }
    let width = columns.split(',').count();
    let rows = store.rows(sql, Weight::Light, width).await?;
    Ok(rows.into_iter().map(|row| Cells(row.into_iter())).collect())
}

pub(crate) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

async fn load_company(store: &Store, id: CompanyId) -> Result<Option<Company>, StoreError> {
    let mut sql = Sql::new(
        "SELECT name, domain, country, industry, currency, timezone, language, locale, revision, add_time FROM companies WHERE id = ",
    );
    sql.bind(id);
    let row = store.rows(sql, Weight::Light, 10).await?.pop();
    Ok(row.map(|row| {
        let mut cells = Cells(row.into_iter());
        Company {
            id,
            name: cells.text(),
            domain: cells.text(),
            country: cells.optional_text(),
            industry: cells.optional_text(),
            currency: cells.text(),
            timezone: zone(&cells.text()),
            language: cells.text(),
            locale: cells.text(),
            revision: cells.int(),
            add_time: cells.time(),
        }
    }))
}

async fn load_users(store: &Store, company: CompanyId) -> Result<BTreeMap<UserId, User>, StoreError> {
    let columns = "id, name, email, phone, default_currency, locale, lang, timezone_name, active_flag, activated, is_deleted, \
                   is_admin, access, role_id, group_id, has_created_company, icon_url, last_login, add_time, update_time";
    let rows = table(store, company, columns, "users").await?;
    Ok(rows
        .into_iter()
        .map(|mut cells| {
            let id = UserId(cells.int());
            let (name, email, phone) = (cells.text(), cells.text(), cells.optional_text());
            let (default_currency, locale, lang) = (cells.text(), cells.text(), cells.int());
            let timezone_name = cells.text();
            let user = User {
                id,
                name,
                email,
                phone,
                default_currency,
                locale,
                lang,
                timezone: zone(&timezone_name),
                timezone_name,
                is_active: cells.flag(),
                is_activated: cells.flag(),
                is_deleted: cells.flag(),
                is_admin: cells.flag(),
                access: cells.text(),
                role: cells.int(),
                group: cells.int(),
                has_created_company: cells.flag(),
                icon_url: cells.optional_text(),
                last_login: cells.optional_time(),
                add_time: cells.time(),
                update_time: cells.optional_time(),
            };
            (id, user)
        })
        .collect())
}

async fn load_groups(store: &Store, company: CompanyId) -> Result<Vec<Group>, StoreError> {
    let rows = table(store, company, "id, parent_id, name", "groups").await?;
    Ok(rows.into_iter().map(|mut cells| Group { id: cells.int(), parent: cells.optional_int(), name: cells.text() }).collect())
}

async fn load_roles(store: &Store, company: CompanyId) -> Result<BTreeMap<i64, Role>, StoreError> {
    let rows = table(store, company, "id, parent_role_id, name, active_flag, settings", "roles").await?;
    Ok(rows
        .into_iter()
        .map(|mut cells| {
            let role = Role {
                id: cells.int(),
                parent: cells.optional_int(),
                name: cells.text(),
                is_active: cells.flag(),
                settings: serde_json::from_str(&cells.text()).unwrap_or_default(),
            };
            (role.id, role)
        })
        .collect())
}

async fn load_pipelines(store: &Store, company: CompanyId) -> Result<BTreeMap<i64, Pipeline>, StoreError> {
    let columns = "id, name, order_nr, is_deleted, is_deal_probability_enabled, add_time, update_time";
    let rows = table(store, company, columns, "pipelines").await?;
    Ok(rows
        .into_iter()
        .map(|mut cells| {
            let pipeline = Pipeline {
                id: cells.int(),
                name: cells.text(),
                order_nr: cells.int(),
                is_deleted: cells.flag(),
                has_probability: cells.flag(),
                add_time: cells.time(),
                update_time: cells.optional_time(),
            };
            (pipeline.id, pipeline)
        })
        .collect())
}

async fn load_stages(store: &Store, company: CompanyId) -> Result<BTreeMap<i64, Stage>, StoreError> {
    let columns = "id, pipeline_id, name, order_nr, is_deleted, deal_probability, is_deal_rot_enabled, days_to_rotten, \
                   add_time, update_time";
    let rows = table(store, company, columns, "stages").await?;
    Ok(rows
        .into_iter()
        .map(|mut cells| {
            let stage = Stage {
                id: cells.int(),
                pipeline: cells.int(),
                name: cells.text(),
                order_nr: cells.int(),
                is_deleted: cells.flag(),
                probability: cells.int(),
                rots: cells.flag(),
                days_to_rotten: cells.optional_int(),
                add_time: cells.time(),
                update_time: cells.optional_time(),
            };
            (stage.id, stage)
        })
        .collect())
}

async fn load_fields(store: &Store, company: CompanyId) -> Result<HashMap<String, Vec<Arc<FieldDefinition>>>, StoreError> {
    let columns = "id, entity, code, name, description, field_type, options, options_deleted, settings, is_custom_field, order_nr, \
                   creator_user_id, last_updated_by_user_id, add_time, update_time, is_deleted";
    let rows = table(store, company, columns, "fields").await?;
    let mut fields: HashMap<String, Vec<Arc<FieldDefinition>>> = HashMap::new();
    for mut cells in rows {
        let (id, entity, code, name, description) = (cells.int(), cells.text(), cells.text(), cells.text(), cells.optional_text());
        let type_name = cells.text();
        let field = FieldDefinition {
            id,
            entity: entity.clone(),
            code,
            name,
            description,
            field_type: FieldType::parse(&type_name).unwrap_or(FieldType::Varchar),
            type_name,
            options: cells.json(),
            deleted_options: cells.json(),
            settings: Settings::parse(&cells.text()),
            is_custom: cells.flag(),
            order_nr: cells.int(),
            creator: cells.optional_int().map(UserId),
            last_updated_by: cells.optional_int().map(UserId),
            add_time: cells.time(),
            update_time: cells.optional_time(),
        };
        if !cells.flag() {
            fields.entry(entity).or_default().push(Arc::new(field));
        }
    }
    Ok(fields)
}
