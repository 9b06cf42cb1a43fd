//! Writes of fields: custom ones as a whole, built-in ones in their settings and options.

use super::entity::*;
use super::listed::Listed;
use super::options::{self, GivenOption, OptionList};
use super::{FieldsOf, Settings, show, view};
use crate::audit;
use crate::call::{Call, Reply};
use crate::credentials;
use crate::custom::FieldType;
use crate::directory::FieldOption;
use crate::error::{ApiError, ApiResult};
use crate::list;
use crate::narrow;
use crate::op::Version;
use crate::records;
use crate::select::{self, Depth};
use crate::write;
use penstock_model::{Change, Record};
use penstock_store::Weight;

const MAX_NAME: usize = 255;

/// The key under which a version gives the name of a field.
fn name_key(version: Version) -> &'static str {
    match version {
        Version::V1 => "name",
        Version::V2 => "field_name",
    }
}

/// The name in the body, if there is one.
fn given_name(call: &Call) -> ApiResult<Option<String>> {
    let key = name_key(call.version());
    if call.version() == Version::V2 && call.body.object()?.get(key).is_some_and(serde_json::Value::is_null) {
        return Err(ApiError::invalid_key(key, "must not be null"));
    }
    let Some(name) = call.body.text(key).map(str::trim) else { return Ok(None) };
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(ApiError::invalid_key(key, &format!("must have 1 to {MAX_NAME} characters")));
    }
    Ok(Some(name.to_owned()))
}

fn given_options(call: &Call) -> ApiResult<Option<Vec<GivenOption>>> {
    call.body.get("options").map(|given| options::read(call.version(), given)).transpose()
}

/// Creates a custom field with a random key.
pub async fn add(call: Call, of: &'static FieldsOf) -> ApiResult<Reply> {
    let name = given_name(&call)?.ok_or_else(|| ApiError::invalid_key(name_key(call.version()), "is required"))?;
    let field_type = call.body.text("field_type").and_then(FieldType::parse);
    let field_type = field_type.ok_or_else(|| {
        let types: Vec<_> = FieldType::names().collect();
        ApiError::invalid_key("field_type", &format!("must be one of {}", types.join(", ")))
    })?;
    let given = options_of_new(&call, field_type)?;
    let code = credentials::random_token().map_err(|error| ApiError::Internal(error.to_string()))?;
    let mut settings = Settings::custom(call.body.flag("add_visible_flag").unwrap_or(call.version() == Version::V1));
    settings.apply(&call, of, &code)?;

    let id = call.store().next_id(call.company(), "fields").await?;
    let mut change = Change::insert(Record::blank(&FIELD, id));
    let field = &mut change.after;
    field.set(ENTITY, of.entity.name);
    field.set(CODE, code.as_str());
    field.set(NAME, name);
    field.set(DESCRIPTION, call.body.text("description"));
    field.set(FIELD_TYPE, field_type.name());
    field.set(SETTINGS, settings.to_text()?);
    field.set(IS_CUSTOM, true);
    field.set(ORDER_NR, next_order(&call, of));
    field.set(IS_DELETED, false);
    field.set(CREATOR, call.principal.user);
    field.set(LAST_UPDATED_BY, call.principal.user);
    field.set(ADD_TIME, call.now);
    if field_type.has_options() {
        let ids = call.store().next_ids(call.company(), "options", options::count_new(&given)).await?;
        let mut list = OptionList::default();
        list.add(&given, ids, call.now)?;
        keep_options(field, &list)?;
    }
    let mut batch = call.batch();
    batch.save(change);
    write::save(&call, batch).await?;
    show::written(&call, of, &code).await
}

/// Choices need options, and other fields have none; v1 passes over needless ones.
fn options_of_new(call: &Call, field_type: FieldType) -> ApiResult<Vec<GivenOption>> {
    match given_options(call)? {
        Some(given) if field_type.has_options() && !given.is_empty() => Ok(given),
        _ if field_type.has_options() => Err(ApiError::invalid_key("options", "is required for this type of field")),
        Some(_) if call.version() == Version::V2 => Err(ApiError::invalid_key("options", "is not allowed for this type of field")),
        _ => Ok(Vec::new()),
    }
}

/// New fields go last.
fn next_order(call: &Call, of: &FieldsOf) -> i64 {
    let built_in = of.entity.fields.iter().map(|field| i64::from(field.number)).max();
    let custom = call.directory.custom_fields(of.entity.name).map(|field| field.order_nr).max();
    built_in.max(custom).unwrap_or(0) + 1
}

/// Changes the sent keys of a field.
pub async fn update(call: Call, of: &'static FieldsOf) -> ApiResult<Reply> {
    let target = show::by_path(&call, &call.directory, of)?;
    if call.version() == Version::V2 && call.body.object()?.is_empty() {
        return Err(ApiError::invalid("at least one key must be given"));
    }
    let name = given_name(&call)?;
    if !target.is_custom() && name.as_deref().is_some_and(|name| name != target.name()) {
        return Err(ApiError::invalid_key(name_key(call.version()), "a built-in field cannot be renamed"));
    }
    let given = given_options(&call)?.filter(|_| target.has_own_options());
    let new = given.as_deref().map_or(0, options::count_new);
    let ids = call.store().next_ids(call.company(), "options", new).await?;
    change(&call, of, &target, |field| {
        if let Some(name) = &name {
            field.set(NAME, name.as_str());
        }
        if call.body.object()?.contains_key("description") {
            field.set(DESCRIPTION, call.body.text("description"));
        }
        change_settings(&call, &target, field)?;
        if let Some(given) = &given {
            let mut list = kept_options(field);
            list.replace(given, ids.clone(), call.now)?;
            keep_options(field, &list)?;
        }
        Ok(())
    })
    .await?;
    show::written(&call, of, target.code()).await
}

fn change_settings(call: &Call, target: &Listed<'_>, field: &mut Record) -> ApiResult<()> {
    let stands = field.text(SETTINGS).and_then(Settings::parse).map(|settings| settings.live(&call.directory));
    let stands = stands.unwrap_or_else(|| target.settings(&call.directory));
    let mut settings = stands.clone();
    if let Some(flag) = call.body.flag("add_visible_flag") {
        settings.add_visible_flag = flag;
    }
    settings.apply(call, target.of, target.code())?;
    if settings != stands {
        field.set(SETTINGS, settings.to_text()?);
    }
    Ok(())
}

/// Plans a change of a field until it meets the store as it was read.
async fn change<T: Send>(
    call: &Call,
    of: &'static FieldsOf,
    target: &Listed<'_>,
    edit: impl Fn(&mut Record) -> ApiResult<T> + Sync,
) -> ApiResult<T> {
    let edit = &edit;
    write::commit(call, || {
        Box::pin(async move {
            let mut change = read(call, of, target).await?;
            let outcome = edit(&mut change.after)?;
            if change.differences().next().is_some() {
                change.after.set(UPDATE_TIME, call.now);
                change.after.set(LAST_UPDATED_BY, call.principal.user);
            }
            let mut batch = call.batch();
            batch.save(change);
            Ok((batch, outcome))
        })
    })
    .await
}

/// The row of a field, ready to be changed. A built-in field gets its row with the first change.
async fn read(call: &Call, of: &'static FieldsOf, target: &Listed<'_>) -> ApiResult<Change> {
    let mut sql = select::records(&FIELD, Depth::Row);
    select::scope(&mut sql, call, &FIELD);
    sql.push(" AND t.entity = ").bind(of.entity.name);
    sql.push(" AND t.code = ").bind(target.code());
    sql.push(" AND t.is_deleted = 0");
    let found = list::read_records(call, &FIELD, Depth::Row, sql, Weight::Light).await?.pop();
    match (found, target.built_in) {
        (Some(record), _) => Ok(Change::update(record)),
        (None, None) => Err(ApiError::not_found(FIELD.title)),
        (None, Some(built_in)) => {
            let id = call.store().next_id(call.company(), "fields").await?;
            let mut change = Change::insert(Record::blank(&FIELD, id));
            let field = &mut change.after;
            field.set(ENTITY, of.entity.name);
            field.set(CODE, built_in.key);
            field.set(NAME, built_in.name);
            field.set(FIELD_TYPE, built_in.field_type);
            field.set(SETTINGS, "{}");
            field.set(IS_CUSTOM, false);
            field.set(ORDER_NR, i64::from(built_in.number));
            field.set(IS_DELETED, false);
            field.set(ADD_TIME, call.directory.company.add_time);
            Ok(change)
        }
    }
}

fn kept_options(field: &Record) -> OptionList {
    let list = |text: Option<&str>| text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    OptionList { live: list(field.text(OPTIONS)), deleted: list(field.text(OPTIONS_DELETED)) }
}

fn keep_options(field: &mut Record, list: &OptionList) -> ApiResult<()> {
    let text = |options: &[FieldOption]| serde_json::to_string(options).map_err(|error| ApiError::Internal(error.to_string()));
    field.set(OPTIONS, text(&list.live)?);
    if !list.deleted.is_empty() {
        field.set(OPTIONS_DELETED, text(&list.deleted)?);
    }
    Ok(())
}

/// Marks a custom field as deleted; records keep their values, which no answer shows any more.
async fn mark_deleted(call: &Call, of: &'static FieldsOf, targets: &[Listed<'_>]) -> ApiResult<()> {
    if targets.iter().any(|target| !target.is_custom()) {
        return Err(ApiError::invalid("a built-in field cannot be deleted"));
    }
    write::commit(call, || {
        Box::pin(async {
            let mut batch = if targets.len() > 1 { call.batch().bulk() } else { call.batch() };
            for target in targets {
                let mut change = read(call, of, target).await?;
                change.after.set(IS_DELETED, true);
                change.after.set(UPDATE_TIME, call.now);
                change.after.set(LAST_UPDATED_BY, call.principal.user);
                batch.save(change);
            }
            if call.op.is_bulk_deletion() {
                let ids: Vec<_> = targets.iter().map(Listed::number).collect();
                batch.run(audit::deletion(call, FIELD.name, &ids)?);
            }
            Ok((batch, ()))
        })
    })
    .await
}

/// v1 answers the id, v2 the field as it was (semantics.md 11.3, 11.4).
pub async fn delete(call: Call, of: &'static FieldsOf) -> ApiResult<Reply> {
    let target = [show::by_path(&call, &call.directory, of)?];
    mark_deleted(&call, of, &target).await?;
    Ok(match call.version() {
        Version::V1 => call.deleted(target[0].number()),
        Version::V2 => call.data(|json| view::write(json, &call.directory, &target[0], &[])),
    })
}

pub async fn delete_many(call: Call, of: &'static FieldsOf) -> ApiResult<Reply> {
    let ids = narrow::bulk_ids(&call)?;
    let find = |id: &i64| Listed::by_number(&call.directory, of, *id).ok_or_else(|| ApiError::not_found(FIELD.title));
    let targets: Vec<_> = ids.iter().map(find).collect::<ApiResult<_>>()?;
    mark_deleted(&call, of, &targets).await?;
    Ok(records::deleted_many(&call, &ids))
}

pub async fn add_options(call: Call, of: &'static FieldsOf) -> ApiResult<Reply> {
    change_options(call, of, |list, given, ids, now| list.add(given, ids, now)).await
}

pub async fn update_options(call: Call, of: &'static FieldsOf) -> ApiResult<Reply> {
    change_options(call, of, |list, given, _, now| list.update(given, now)).await
}

pub async fn delete_options(call: Call, of: &'static FieldsOf) -> ApiResult<Reply> {
    change_options(call, of, |list, given, _, _| list.delete(given)).await
}

type EditOptions = fn(&mut OptionList, &[GivenOption], std::ops::Range<i64>, penstock_model::Time) -> ApiResult<Vec<FieldOption>>;

/// Changes options all or none, and answers those that the call touched (semantics.md 11.4).
async fn change_options(call: Call, of: &'static FieldsOf, edit: EditOptions) -> ApiResult<Reply> {
    let target = show::by_code(&call, &call.directory, of)?;
    if !target.has_own_options() {
        return Err(ApiError::invalid("this field has no options that can be changed"));
    }
    let given = options::read_list(call.version(), call.body.list()?)?;
    if given.is_empty() {
        return Err(ApiError::invalid("at least one option must be given"));
    }
    let ids = call.store().next_ids(call.company(), "options", options::count_new(&given)).await?;
    let touched = change(&call, of, &target, |field| {
        let mut list = kept_options(field);
        let touched = edit(&mut list, &given, ids.clone(), call.now)?;
        keep_options(field, &list)?;
        Ok(touched)
    })
    .await?;
    Ok(call.data_and(
        |json| {
            json.begin_array();
            touched.iter().for_each(|option| view::write_option(json, option));
            json.end_array();
        },
        records::write_nothing_more,
    ))
}
