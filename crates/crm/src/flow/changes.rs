//! The part of the flow that the history knows: changed fields, followers, participants.

use crate::call::Call;
use crate::custom::FieldType;
use crate::directory::FieldDefinition;
use crate::error::ApiResult;
use crate::json::Json;
use crate::related::{self, OrganizationRef, PersonRef};
use penstock_model::{Entity, Field, Kind, Time, UserId};
use penstock_store::{Row, Sql, Weight};
use std::collections::{BTreeMap, BTreeSet};

/// The codes of custom fields are longer than the keys of all others.
const CODE_LENGTH: i64 = 40;

/// One row of the history.
pub struct Change {
    pub time: Time,
    pub id: i64,
    /// `change`, `follower` or `participant`.
    object: String,
    field_key: Option<String>,
    old: Option<String>,
    new: Option<String>,
    member: Option<i64>,
    action: Option<String>,
    pub actor: i64,
    source: Option<String>,
    user_agent: Option<String>,
    is_bulk: bool,
}

/// What a request wants of the history.
pub struct Asked<'a> {
    pub entity: &'static Entity,
    pub record: i64,
    /// The objects of the history; empty for none.
    pub objects: Vec<&'a str>,
    /// Changes of custom fields, too.
    pub custom: bool,
}

/// The newest rows of the history.
pub async fn newest(call: &Call, asked: &Asked<'_>, count: i64) -> ApiResult<Vec<Change>> {
    if asked.objects.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new(
        "SELECT time, id, object, field_key, old_value, new_value, member_id, action, actor_user_id, change_source, user_agent, is_bulk \
         FROM history WHERE company_id = ",
    );
    sql.bind(call.company()).push(" AND entity = ").bind(asked.entity.name).push(" AND record_id = ").bind(asked.record);
    sql.push(" AND object IN ").bind_list(asked.objects.iter().copied());
    if !asked.custom {
        sql.push(" AND (field_key IS NULL OR LENGTH(field_key) < ").bind(CODE_LENGTH).push(")");
    }
    sql.push(" ORDER BY time DESC, id DESC LIMIT ").bind(count);
    let push = |changes: &mut Vec<Change>, row: &dyn Row| {
        let text = |index| row.text(index).map(str::to_owned);
        changes.push(Change {
            time: Time::from_millis(row.int(0).unwrap_or_default()),
            id: row.int(1).unwrap_or_default(),
            object: text(2).unwrap_or_default(),
            field_key: text(3),
            old: text(4),
            new: text(5),
            member: row.int(6),
            action: text(7),
            actor: row.int(8).unwrap_or_default(),
            source: text(9),
            user_agent: text(10),
            is_bulk: row.int(11) == Some(1),
        });
    };
    Ok(call.store().read(sql, Weight::Heavy, Vec::new(), push).await?)
}

/// The words of the API for what the history of an entity holds.
pub fn object_word(entity: &Entity, object: &str) -> String {
    match object {
        "change" => format!("{}Change", entity.name),
        "follower" => format!("{}Follower", entity.name),
        other => other.to_owned(),
    }
}

/// Shows changes; knows the names of what they refer to.
pub struct ChangeView<'a> {
    call: &'a Call,
    entity: &'static Entity,
    record: i64,
    persons: BTreeMap<i64, PersonRef>,
    organizations: BTreeMap<i64, OrganizationRef>,
}

/// What a changed field holds, as far as its values have names.
enum Names<'a> {
    User,
    Person,
    Organization,
    Stage,
    Pipeline,
    Options(&'a FieldDefinition),
    Nothing,
}

impl<'a> ChangeView<'a> {
    pub async fn of(call: &'a Call, entity: &'static Entity, record: i64, changes: &[&Change]) -> ApiResult<Self> {
        let mut view = ChangeView { call, entity, record, persons: BTreeMap::new(), organizations: BTreeMap::new() };
        let (mut persons, mut organizations) = (BTreeSet::new(), BTreeSet::new());
        for change in changes {
            let ids = [&change.old, &change.new].into_iter().filter_map(|value| value.as_ref()?.parse::<i64>().ok());
            match view.names(change) {
                Names::Person => persons.extend(ids),
                Names::Organization => organizations.extend(ids),
                _ => {}
            }
        }
        view.persons = related::persons(call, &persons).await?;
        view.organizations = related::organizations(call, &organizations).await?;
        Ok(view)
    }

    pub fn word(&self, change: &Change) -> String {
        object_word(self.entity, &change.object)
    }

    pub fn write(&self, json: &mut Json, change: &Change) {
        if change.object == "change" {
            self.write_change(json, change);
        } else {
            self.write_member(json, change);
        }
    }

    fn write_change(&self, json: &mut Json, change: &Change) {
        json.begin_object();
        json.key("id");
        json.int(change.id);
        json.key("item_id");
        json.int(self.record);
        json.key("user_id");
        json.int(change.actor);
        json.key("field_key");
        json.string_or_null(change.field_key.as_deref());
        let is_number = self.field(change).is_some_and(|field| is_number(field.kind));
        for (key, value) in [("old_value", &change.old), ("new_value", &change.new)] {
            json.key(key);
            match value {
                // The text of a number is the number.
                Some(text) if is_number && text.parse::<f64>().is_ok_and(f64::is_finite) => json.raw(text),
                value => json.string_or_null(value.as_deref()),
            }
        }
        self.write_origin(json, change);
        json.key("additional_data");
        let formatted: Vec<(&str, String)> = [("old_value_formatted", &change.old), ("new_value_formatted", &change.new)]
            .into_iter()
            .filter_map(|(key, value)| Some((key, self.formatted(change, value.as_deref()?)?)))
            .collect();
        if formatted.is_empty() {
            // An empty list, as PHP wrote it (semantics.md 15).
            json.raw("[]");
        } else {
            json.begin_object();
            for (key, text) in formatted {
                json.key(key);
                json.string(&text);
            }
            json.end_object();
        }
        json.end_object();
    }

    /// Who began or ceased to follow the record, or to take part in it.
    fn write_member(&self, json: &mut Json, change: &Change) {
        json.begin_object();
        json.key("id");
        json.int(change.id);
        json.key(if self.entity.name == "organization" { "org_id" } else { self.record_key() });
        json.int(self.record);
        json.key(if change.object == "participant" { "person_id" } else { "user_id" });
        json.int_or_null(change.member);
        if change.object == "follower" {
            // As changelogs of followers say it: clients read this one.
            json.key("follower_user_id");
            json.int_or_null(change.member);
        }
        json.key("action");
        json.string_or_null(change.action.as_deref());
        json.key("actor_user_id");
        json.int(change.actor);
        json.key("add_time");
        json.plain_string(|out| change.time.write_v1(out));
        self.write_origin(json, change);
        json.end_object();
    }

    fn record_key(&self) -> &'static str {
        match self.entity.name {
            "deal" => "deal_id",
            "person" => "person_id",
            _ => "item_id",
        }
    }

    fn write_origin(&self, json: &mut Json, change: &Change) {
        json.key("is_bulk_update_flag");
        if change.is_bulk {
            json.bool(true)
        } else {
            json.null()
        }
        json.key("log_time");
        json.plain_string(|out| change.time.write_v1(out));
        json.key("change_source");
        json.string_or_null(change.source.as_deref());
        json.key("change_source_user_agent");
        json.string_or_null(change.user_agent.as_deref());
    }

    /// The built-in field that changed.
    fn field(&self, change: &Change) -> Option<&'static Field> {
        self.entity.field_v1(change.field_key.as_deref()?).map(|(_, field)| field)
    }

    fn names(&self, change: &Change) -> Names<'a> {
        let Some(key) = change.field_key.as_deref().filter(|_| change.object == "change") else { return Names::Nothing };
        let directory = &self.call.directory;
        if let Some(field) = self.field(change) {
            return match field.kind {
                Kind::User => Names::User,
                Kind::Person => Names::Person,
                Kind::Organization => Names::Organization,
                Kind::Stage => Names::Stage,
                Kind::Pipeline => Names::Pipeline,
                Kind::Labels | Kind::Choosable => {
                    directory.field(self.entity.name, field.key).map_or(Names::Nothing, |definition| Names::Options(definition))
                }
                _ => Names::Nothing,
            };
        }
        match directory.field(self.entity.name, key) {
            Some(definition) => match definition.field_type {
                FieldType::User => Names::User,
                FieldType::People => Names::Person,
                FieldType::Org => Names::Organization,
                FieldType::Enum | FieldType::Set => Names::Options(definition),
                _ => Names::Nothing,
            },
            None => Names::Nothing,
        }
    }

    /// The value as people read it, where that is not the value itself.
    fn formatted(&self, change: &Change, value: &str) -> Option<String> {
        let directory = &self.call.directory;
        let id = || value.parse::<i64>().ok();
        match self.names(change) {
            Names::User => directory.user(UserId(id()?)).map(|user| user.name.clone()),
            Names::Person => self.persons.get(&id()?).map(|person| person.name.clone()),
            Names::Organization => self.organizations.get(&id()?).map(|organization| organization.name.clone()),
            Names::Stage => directory.stages.get(&id()?).map(|stage| stage.name.clone()),
            Names::Pipeline => directory.pipelines.get(&id()?).map(|pipeline| pipeline.name.clone()),
            Names::Options(definition) => {
                let labels: Vec<&str> = value.split(',').filter_map(|id| definition.label(id.trim().parse().ok()?)).collect();
                (!labels.is_empty()).then(|| labels.join(", "))
            }
            Names::Nothing => None,
        }
    }
}

fn is_number(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Int
            | Kind::Percent
            | Kind::Money
            | Kind::User
            | Kind::Person
            | Kind::Organization
            | Kind::Stage
            | Kind::Pipeline
            | Kind::Choosable
            | Kind::Visibility
    )
}
