//! Reads the settings of a company from the store.

use super::{ActivityType, Company, Directory, FieldDefinition, Group, LeadLabel, Pipeline, Role, Stage, Team, User};
use crate::custom::FieldType;
use crate::fields::Settings;
use crate::permission_sets::{Kept, PermissionSets};
use crate::users::access;
use crate::users::permissions::Permissions;
use crate::visibility_groups::Reach;
use jiff::tz::TimeZone;
use penstock_model::{Areas, CompanyId, Time, UserId, Value};
use penstock_store::{Row, Sql, Store, StoreError, Weight};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

impl Directory {
    /// Reads the company as it stands now; `None` where there is no such company.
    pub async fn load(store: &Store, id: CompanyId) -> Result<Option<Self>, StoreError> {
        // The revision is read first: what is read after it can only be newer, and then is read again.
        let Some(company) = load_company(store, id).await? else {
            return Ok(None);
        };
        let permission_sets = load_permission_sets(store, id).await?;
        let mut users = load_users(store, id, &permission_sets).await?;
        load_follows(store, id, &mut users).await?;
        let groups = load_groups(store, id).await?;
        Ok(Some(Directory {
            seats: users.values().filter(|user| user.is_active).count(),
            reach: Reach::of(store.dialect(), &groups, &users),
            users,
            permission_sets,
            groups,
            roles: load_roles(store, id).await?,
            teams: load_teams(store, id).await?,
            pipelines: load_pipelines(store, id).await?,
            stages: load_stages(store, id).await?,
            lead_labels: load_lead_labels(store, id).await?,
            activity_types: load_activity_types(store, id).await?,
            fields: load_fields(store, id).await?,
            shapes: Default::default(),
            shown_v1: Default::default(),
            mail_domain: super::DEFAULT_MAIL_DOMAIN.to_owned(),
            company,
        }))
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

fn zone(name: &str) -> TimeZone {
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

async fn load_permission_sets(store: &Store, company: CompanyId) -> Result<PermissionSets, StoreError> {
    let rows = table(store, company, "id, app, name, about, permissions", "permission_sets").await?;
    let kept = rows.into_iter().map(|mut cells| {
        let (id, app, name, about, words) = (cells.text(), cells.text(), cells.text(), cells.text(), cells.json::<Vec<String>>());
        let permissions = Permissions::of_words(words.iter().map(String::as_str)).unwrap_or_default();
        Kept { id, app, name, about, permissions }
    });
    Ok(PermissionSets::with(kept.collect()))
}

async fn load_users(store: &Store, company: CompanyId, sets: &PermissionSets) -> Result<BTreeMap<UserId, User>, StoreError> {
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
            let (is_active, is_activated, is_deleted, is_admin) = (cells.flag(), cells.flag(), cells.flag(), cells.flag());
            let access = access::of_kept(&cells.text());
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
                is_active,
                is_activated,
                is_deleted,
                administers: if is_admin { Areas::ALL } else { access::areas(&access) },
                permissions: if is_admin { Permissions::all() } else { access::permissions(&access, sets) },
                access,
                role: cells.int(),
                group: cells.int(),
                follows: Vec::new(),
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

/// Adds to each user whom the user follows.
async fn load_follows(store: &Store, company: CompanyId, users: &mut BTreeMap<UserId, User>) -> Result<(), StoreError> {
    let mut sql = Sql::new("SELECT user_id, record_id FROM followers WHERE company_id = ");
    sql.bind(company).push(" AND entity = 'user' AND ");
    store.dialect().among(&mut sql, "record_id", users.keys().map(|id| id.0));
    sql.push(" ORDER BY record_id");
    let add = |pairs: &mut Vec<_>, row: &dyn Row| pairs.extend(row.int(0).zip(row.int(1)));
    for (follower, followed) in store.read(sql, Weight::Light, Vec::new(), add).await? {
        if let Some(user) = users.get_mut(&UserId(follower)) {
            user.follows.push(UserId(followed));
        }
    }
    Ok(())
}

async fn load_groups(store: &Store, company: CompanyId) -> Result<Vec<Group>, StoreError> {
    let rows = table(store, company, "id, parent_id, name", "groups").await?;
    Ok(rows.into_iter().map(|mut cells| Group { id: cells.int(), parent: cells.optional_int(), name: cells.text() }).collect())
}

async fn load_roles(store: &Store, company: CompanyId) -> Result<BTreeMap<i64, Role>, StoreError> {
    let rows = table(store, company, "id, parent_role_id, name, settings, hidden_pipelines, active_flag", "roles").await?;
    let mut roles = BTreeMap::new();
    for mut cells in rows {
        let role = Role {
            id: cells.int(),
            parent: cells.optional_int(),
            name: cells.text(),
            settings: cells.json(),
            hidden_pipelines: cells.json(),
        };
        if cells.flag() {
            roles.insert(role.id, role);
        }
    }
    Ok(roles)
}

async fn load_teams(store: &Store, company: CompanyId) -> Result<BTreeMap<i64, Team>, StoreError> {
    let columns = "id, name, description, manager_id, users, active_flag, is_deleted, add_time, created_by_user_id";
    let rows = table(store, company, columns, "teams").await?;
    let teams = rows.into_iter().map(|mut cells| Team {
        id: cells.int(),
        name: cells.text(),
        description: cells.optional_text(),
        manager: UserId(cells.int()),
        users: cells.json::<Vec<i64>>().into_iter().map(UserId).collect(),
        is_active: cells.flag(),
        is_deleted: cells.flag(),
        add_time: cells.time(),
        creator: UserId(cells.int()),
    });
    Ok(teams.filter(|team| !team.is_deleted).map(|team| (team.id, team)).collect())
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

async fn load_lead_labels(store: &Store, company: CompanyId) -> Result<Vec<LeadLabel>, StoreError> {
    let rows = table(store, company, "id, uuid, name, color, add_time, update_time, is_deleted", "lead_labels").await?;
    let mut labels = Vec::new();
    for mut cells in rows {
        cells.int();
        let label =
            LeadLabel { uuid: cells.text(), name: cells.text(), color: cells.text(), add_time: cells.time(), update_time: cells.time() };
        if !cells.flag() {
            labels.push(label);
        }
    }
    Ok(labels)
}

async fn load_activity_types(store: &Store, company: CompanyId) -> Result<BTreeMap<i64, ActivityType>, StoreError> {
    let columns = "id, name, key_string, icon_key, color, order_nr, is_custom_flag, is_deleted, add_time, update_time";
    let rows = table(store, company, columns, "activity_types").await?;
    Ok(rows
        .into_iter()
        .map(|mut cells| {
            let known = ActivityType {
                id: cells.int(),
                name: cells.text(),
                key: cells.text(),
                icon: cells.text(),
                color: cells.optional_text(),
                order_nr: cells.int(),
                is_custom: cells.flag(),
                is_deleted: cells.flag(),
                add_time: cells.time(),
                update_time: cells.optional_time(),
            };
            (known.id, known)
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
