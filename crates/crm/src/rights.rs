//! Who sees what. One rule in two forms: a SQL condition that every read passes, and the list of users
//! who may see one record (semantics.md 8.1).

use crate::activities::ACTIVITY;
use crate::call::Call;
use crate::call_logs::CALL_LOG;
use crate::deal_products::{DEAL_PRODUCT, INSTALLMENT};
use crate::deals::DEAL;
use crate::directory::{Directory, User};
use crate::error::{ApiError, ApiResult};
use crate::files::FILE;
use crate::filters::FILTER;
use crate::leads::LEAD;
use crate::notes::NOTE;
use crate::organizations::ORGANIZATION;
use crate::persons::PERSON;
use crate::pipelines::PIPELINE;
use crate::projects::PROJECT;
use crate::stages::STAGE;
use crate::tasks::TASK;
use crate::users::permissions::{Need, Permission};
use crate::visibility_groups::owner_groups;
use crate::write::linked_entity;
use penstock_model::{Area, Entity, Field, Kind, Place, Principal, Record, UserId};
use penstock_store::{Sql, Weight};
use std::collections::BTreeSet;

/// The entities whose records have an owner and a visibility.
const OWNED: &[&str] = &["deal", "lead", "person", "organization", "product", "project"];

/// The visibility that reaches the whole company.
const COMPANY: i64 = 7;

/// How many records a query passes over, which decides how it goes about the lists that say what the caller sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scan {
    /// A record by its id: each list is looked at for it alone.
    One,
    /// A page: the short lists are read once for all, the records that the caller follows are looked for one by one.
    Page,
    /// Most of a table: those, too, are read before the first record. It takes a third of the time there, and longer for a
    /// page, since a user may follow thousands.
    Table,
}

/// The pipelines that are hidden from the role of a user (semantics.md 8.1). Administrators see all of them.
fn hidden_pipelines<'a>(directory: &'a Directory, user: &User) -> Option<&'a BTreeSet<i64>> {
    let role = directory.roles.get(&user.role).filter(|_| !user.administers.has(Area::Deals))?;
    (!role.hidden_pipelines.is_empty()).then_some(&role.hidden_pipelines)
}

/// Whether a user sees a pipeline, its stages, and its deals.
pub fn sees_pipeline(directory: &Directory, user: &User, pipeline: i64) -> bool {
    hidden_pipelines(directory, user).is_none_or(|hidden| !hidden.contains(&pipeline))
}

/// Appends that a column holds no pipeline that is hidden from the caller.
pub fn visible_pipeline(sql: &mut Sql, call: &Call, rows: &str, column: &str) {
    if let Some(hidden) = call.user().and_then(|user| hidden_pipelines(&call.directory, user)) {
        sql.push(" AND ").push(rows).push(".").push(column).push(" NOT IN ").bind_list(hidden.iter().copied());
    }
}

/// The area whose administrators see all records of an entity (semantics.md 8.1).
fn area(entity: &str) -> Area {
    match entity {
        "deal" | "lead" => Area::Deals,
        "project" | "task" => Area::Projects,
        _ => Area::Shared,
    }
}

/// Whether the caller sees all records of an entity.
pub fn administers(principal: &Principal, entity: &str) -> bool {
    principal.administers(area(entity))
}

/// Refuses callers who do not meet what an operation needs.
pub fn meets(principal: &Principal, directory: &Directory, need: Need) -> ApiResult<()> {
    let met = match need {
        Need::Nothing => true,
        Need::AdminOf(area) => principal.administers(area),
        Need::Permission(permission) => directory.user(principal.user).is_some_and(|user| user.permissions.has(permission)),
    };
    if met { Ok(()) } else { Err(no_permission()) }
}

/// Appends `AND (…)` to a condition on the rows called `rows`, so that only those remain which the caller may see.
pub fn visible(sql: &mut Sql, call: &Call, entity: &'static str, rows: &str, scan: Scan) {
    if !administers(&call.principal, entity) {
        sql.push(" AND ");
        is_visible(sql, call, entity, rows, scan);
    }
}

/// The same for rows that have no visibility of their own but are about records that have one: whoever owns such a row sees
/// it, and whoever sees all records that it names. Records that are gone for good hide nothing. `about` are the columns,
/// the entity that each names, and the column by which it does.
fn visible_by_records(sql: &mut Sql, call: &Call, rows: &str, about: &[(&str, &'static Entity, &str)]) {
    if about.iter().all(|(_, entity, _)| administers(&call.principal, entity.name)) {
        return;
    }
    sql.push(" AND (").push(rows).push(".owner_id = ").bind(call.principal.user).push(" OR (");
    for (place, (column, entity, key)) in about.iter().enumerate() {
        sql.push(if place == 0 { "" } else { " AND " });
        names_visible(sql, call, rows, (column, entity, key));
    }
    sql.push("))");
}

/// Appends the condition that a column names a record that the caller may see, or none.
fn names_visible(sql: &mut Sql, call: &Call, rows: &str, (column, entity, key): (&str, &'static Entity, &str)) {
    if administers(&call.principal, entity.name) {
        sql.push("TRUE");
        return;
    }
    // A lookup by key for each row: PostgreSQL would read the whole table for an EXISTS.
    sql.push("COALESCE((SELECT CASE WHEN ");
    is_visible(sql, call, entity.name, "named", Scan::Page);
    sql.push(" THEN 1 ELSE 0 END FROM ").push(entity.table).push(" named WHERE named.company_id = ").bind(call.company());
    sql.push(" AND named.").push(key).push(" = ").push(rows).push(".").push(column).push("), 1) = 1");
}

/// Appends the condition `(…)` for a caller who is no administrator.
fn is_visible(sql: &mut Sql, call: &Call, entity: &'static str, rows: &str, scan: Scan) {
    sql.push("(");
    owner_lets_see(sql, call, rows, scan);
    match scan {
        Scan::One => sql.push(" OR EXISTS (SELECT 1 FROM followers f WHERE f.record_id = ").push(rows).push(".id AND f.user_id = "),
        // The plus keeps the engines from the index by user, along which they would compare the texts of `entity` on each
        // step: by the key of the record a page of 100 takes 7% fewer instructions. For an EXISTS, PostgreSQL would read all
        // followers before the first record.
        Scan::Page => sql.push(" OR 1 = (SELECT 1 FROM followers f WHERE f.record_id = ").push(rows).push(".id AND +f.user_id = "),
        Scan::Table => sql.push(" OR ").push(rows).push(".id IN (SELECT f.record_id FROM followers f WHERE f.user_id = "),
    };
    sql.bind(call.principal.user).push(" AND f.company_id = ").bind(call.company()).push(" AND f.entity = ").bind(entity).push("))");
    if entity == DEAL.name {
        visible_pipeline(sql, call, rows, "pipeline_id");
    }
}

/// Appends `AND (…)` to a condition on search documents called `d`, which may be of any entity. Those without a visibility are
/// seen by everybody.
pub fn visible_documents(sql: &mut Sql, call: &Call) {
    if call.principal.administers_everything() {
        return;
    }
    sql.push(" AND (d.visible_to IS NULL OR ");
    for owned in OWNED.iter().filter(|owned| administers(&call.principal, owned)) {
        sql.push("d.entity = ").bind(*owned).push(" OR ");
    }
    owner_lets_see(sql, call, "d", Scan::Table);
    sql.push(" OR 1 = (SELECT 1 FROM followers f WHERE f.company_id = ").bind(call.company());
    sql.push(" AND f.record_id = d.record_id AND f.entity = d.entity AND f.user_id = ").bind(call.principal.user).push("))");
    if let Some(hidden) = call.user().and_then(|user| hidden_pipelines(&call.directory, user)) {
        sql.push(" AND (d.entity <> 'deal' OR d.record_id NOT IN (SELECT t.id FROM deals t WHERE t.company_id = ").bind(call.company());
        sql.push(" AND t.pipeline_id IN ").bind_list(hidden.iter().copied()).push("))");
    }
}

/// Appends what the owner and the visibility of a row mean for a caller who is no administrator.
fn owner_lets_see(sql: &mut Sql, call: &Call, rows: &str, scan: Scan) {
    let (directory, principal) = (&call.directory, &call.principal);
    sql.push(rows).push(".visible_to = ").bind(COMPANY);
    sql.push(" OR ").push(rows).push(".owner_id = ").bind(principal.user);
    if directory.groups.len() <= 1 {
        // The small plans: everything but "owner and followers" is for the entire company.
        sql.push(" OR ").push(rows).push(".visible_to > 1");
    } else if let Some(reach) = directory.reach.of_group(principal.group) {
        sql.push(" OR ");
        let (dialect, shared) = (call.store().dialect(), [rows, ".owner_id * 8 + ", rows, ".visible_to"]);
        match scan {
            Scan::One => dialect.in_list_once(sql, &shared, reach.clone()),
            Scan::Page | Scan::Table => dialect.in_list(sql, &shared, reach.clone()),
        }
    }
    // Who follows a user sees what the user owns.
    if let Some(user) = call.user().filter(|user| !user.follows.is_empty()) {
        sql.push(" OR ");
        call.store().dialect().among(sql, &format!("{rows}.owner_id"), user.follows.iter().map(|id| id.0));
    }
}

/// Appends `AND (…)` to a condition on mail threads, so that only the caller's own and shared ones remain. For mail of a
/// record that the caller is known to see.
pub fn readable_mail(sql: &mut Sql, call: &Call, threads: &str) {
    sql.push(" AND (").push(threads).push(".user_id = ").bind(call.principal.user);
    sql.push(" OR ").push(threads).push(".shared_flag = 1)");
}

/// The same for mail that was not reached through a record: of what is shared only that which is linked to a deal or a
/// person that the caller may see.
pub fn readable_linked_mail(sql: &mut Sql, call: &Call, threads: &str) {
    sql.push(" AND (").push(threads).push(".user_id = ").bind(call.principal.user);
    sql.push(" OR (").push(threads).push(".shared_flag = 1 AND (EXISTS (SELECT 1 FROM deals d WHERE d.company_id = ");
    sql.bind(call.company()).push(" AND d.id = ").push(threads).push(".deal_id");
    visible(sql, call, "deal", "d", Scan::Page);
    sql.push(") OR EXISTS (SELECT 1 FROM mail_parties q JOIN persons n ON n.company_id = q.company_id AND n.id = q.person_id");
    sql.push(" WHERE q.company_id = ").bind(call.company()).push(" AND q.thread_id = ").push(threads).push(".id");
    visible(sql, call, "person", "n", Scan::Page);
    sql.push("))))");
}

/// The kinds of fields whose record alone decides who sees what hangs on it, the first that is set before the others.
pub(crate) const DECIDING: &[Kind] = &[Kind::Deal, Kind::Lead, Kind::Project, Kind::Task];
/// Where none of those is set, whoever sees one of these sees it.
pub(crate) const SUFFICING: &[Kind] = &[Kind::Person, Kind::Organization];
/// The same of files, which hang on more. A call log names its own activity, which says nothing of who may see it.
const SUFFICING_FOR_FILES: &[Kind] = &[Kind::Person, Kind::Organization, Kind::Product, Kind::Activity];

/// Whether rows of the entity have no visibility of their own, but are seen with the records that they hang on.
fn is_seen_with_others(entity: &Entity) -> bool {
    entity.name == NOTE.name || belongs_to_user(entity)
}

/// Whether rows that are seen with others have a user, too, who sees them wherever they hang.
fn belongs_to_user(entity: &Entity) -> bool {
    entity.name == FILE.name || entity.name == CALL_LOG.name
}

/// Appends `AND (…)` to a condition on the rows called `rows`, so that only those remain which hang on something that the
/// caller may see. A note about a hidden deal stays hidden, however open the deal's person is.
fn visible_with_others(sql: &mut Sql, call: &Call, entity: &'static Entity, rows: &str, scan: Scan) {
    if entity.name == FILE.name {
        came_with_readable_mail(sql, call, rows);
    }
    if call.principal.administers_everything() {
        return;
    }
    sql.push(" AND (");
    if belongs_to_user(entity) {
        sql.push(rows).push(".user_id = ").bind(call.principal.user).push(" OR ");
    }
    if entity.name == FILE.name {
        // The message has decided.
        sql.push(rows).push(".mail_message_id IS NOT NULL OR ");
    }
    let mut undecided = String::new();
    for field in of_kinds(entity, DECIDING) {
        sql.push("(").push(&undecided).push(rows).push(".").push(field.column).push(" IS NOT NULL AND ");
        sees_linked(sql, call, rows, field, scan);
        sql.push(") OR ");
        undecided.push_str(&format!("{rows}.{} IS NULL AND ", field.column));
    }
    sql.push("(").push(&undecided).push("(");
    let sufficing = if entity.name == FILE.name { SUFFICING_FOR_FILES } else { SUFFICING };
    for field in of_kinds(entity, sufficing) {
        sees_linked(sql, call, rows, field, scan);
        sql.push(" OR ");
    }
    sql.push("FALSE)))");
}

/// Appends `AND (…)` to a condition on files, so that of those that came with mail only the files of messages remain which the
/// caller may read. Mailboxes are closed to administrators, too.
fn came_with_readable_mail(sql: &mut Sql, call: &Call, files: &str) {
    sql.push(" AND (").push(files).push(".mail_message_id IS NULL OR COALESCE((SELECT 1 FROM mail_messages letter");
    sql.push(" JOIN mail_threads talk ON talk.company_id = letter.company_id AND talk.id = letter.mail_thread_id");
    sql.push(" WHERE letter.company_id = ").bind(call.company()).push(" AND letter.id = ").push(files).push(".mail_message_id");
    readable_linked_mail(sql, call, "talk");
    sql.push("), 0) = 1)");
}

/// The fields of an entity that are of these kinds, in the order of the kinds.
pub(crate) fn of_kinds(entity: &'static Entity, kinds: &'static [Kind]) -> impl Iterator<Item = &'static Field> {
    kinds.iter().flat_map(|kind| entity.fields.iter().filter(move |field| field.kind == *kind))
}

/// Appends the condition that the record which a field of the rows called `rows` names may be seen.
fn sees_linked(sql: &mut Sql, call: &Call, rows: &str, field: &Field, scan: Scan) {
    let (linked, id) = match field.kind {
        Kind::Lead => (Some(&LEAD), "l.uuid"),
        kind => (linked_entity(kind), "l.id"),
    };
    let Some(linked) = linked else {
        sql.push("FALSE");
        return;
    };
    // A lookup by key for each row: PostgreSQL would read the whole table for an EXISTS.
    sql.push("COALESCE((SELECT 1 FROM ").push(linked.table).push(" l WHERE l.company_id = ");
    sql.push(rows).push(".company_id AND ").push(id).push(" = ").push(rows).push(".").push(field.column);
    visible_rows(sql, call, linked, "l", scan);
    sql.push("), 0) = 1");
}

/// The users who may see a record, of whom `followers` follow it.
pub fn permitted_users(directory: &Directory, entity: &Entity, owner: UserId, visible_to: i64, followers: &[UserId]) -> Vec<UserId> {
    let area = area(entity.name);
    let owner_group = directory.user(owner).map(|user| user.group);
    let sees = |user: &User| {
        user.administers.has(area)
            || user.id == owner
            || visible_to == COMPANY
            || (directory.groups.len() <= 1 && visible_to > 1)
            || (directory.groups.len() > 1
                && owner_group.is_some_and(|group| owner_groups(&directory.groups, user.group, visible_to).contains(&group)))
            || followers.contains(&user.id)
            || user.follows.contains(&owner)
    };
    directory.users.values().filter(|user| user.is_active && !user.is_deleted && sees(user)).map(|user| user.id).collect()
}

/// The records that decide who sees an activity.
pub(crate) const ACTIVITY_ABOUT: &[(&str, &Entity, &str)] = &[
    ("deal_id", &DEAL, "id"),
    ("lead_id", &LEAD, "uuid"),
    ("person_id", &PERSON, "id"),
    ("org_id", &ORGANIZATION, "id"),
    ("project_id", &PROJECT, "id"),
];

/// Appends the condition for the rows of an entity, whichever it has.
pub fn visible_rows(sql: &mut Sql, call: &Call, entity: &'static Entity, rows: &str, scan: Scan) {
    if entity.owned {
        visible(sql, call, entity.name, rows, scan);
    } else if entity.name == ACTIVITY.name {
        visible_by_records(sql, call, rows, ACTIVITY_ABOUT);
    } else if is_seen_with_others(entity) {
        visible_with_others(sql, call, entity, rows, scan);
    } else if entity.name == FILTER.name {
        // A filter is its owner's or everybody's. Administrators see no more than others (semantics.md 13.1).
        sql.push(" AND (").push(rows).push(".visible_to = ").bind(COMPANY);
        sql.push(" OR ").push(rows).push(".user_id = ").bind(call.principal.user).push(")");
    } else if entity.name == TASK.name {
        // A task is seen by whoever sees its project (semantics.md 22).
        sql.push(" AND ");
        names_visible(sql, call, rows, ("project_id", &PROJECT, "id"));
    }
}

/// Whether the caller may see a record as it is given, whatever has become of it since: the rule of [`visible_rows`] on a row
/// that is made of its values.
pub async fn sees_record(call: &Call, record: &Record) -> ApiResult<bool> {
    let entity = record.entity;
    if call.principal.administers_everything() {
        return Ok(true);
    }
    let number = |key: &str| entity.field(key).and_then(|(index, _)| record.values[index].as_int());
    if entity.name == PIPELINE.name || entity.name == STAGE.name {
        let pipeline = number("pipeline_id").unwrap_or(record.id);
        return Ok(call.sees_pipeline(pipeline));
    }
    let is_part_of_deal = entity.name == DEAL_PRODUCT.name || entity.name == INSTALLMENT.name;
    let is_kept_from_some =
        entity.owned || is_part_of_deal || is_seen_with_others(entity) || [ACTIVITY.name, TASK.name].contains(&entity.name);
    if !is_kept_from_some {
        return Ok(true);
    }
    let mut sql = Sql::new("SELECT 1 FROM (SELECT CAST(");
    sql.bind(call.company()).push(" AS BIGINT) AS company_id");
    for (field, value) in entity.fields.iter().zip(&record.values).filter(|(field, _)| says_who_sees(field)) {
        sql.push(", CAST(").bind(value.clone()).push(if field.kind == Kind::Lead { " AS TEXT) AS " } else { " AS BIGINT) AS " });
        sql.push(field.column);
    }
    sql.push(") t WHERE t.company_id = ").bind(call.company());
    if is_part_of_deal {
        sql.push(" AND ");
        names_visible(&mut sql, call, "t", ("deal_id", &DEAL, "id"));
    } else {
        visible_rows(&mut sql, call, entity, "t", Scan::Page);
    }
    Ok(!call.store().rows(sql, Weight::Light, 1).await?.is_empty())
}

/// Whether a column can decide who sees its row.
fn says_who_sees(field: &Field) -> bool {
    field.place == Place::Row
        && (matches!(field.kind, Kind::Id | Kind::User | Kind::Visibility | Kind::Pipeline)
            || DECIDING.contains(&field.kind)
            || SUFFICING_FOR_FILES.contains(&field.kind)
            || field.key == "mail_message_id")
}

/// Refuses callers who may not remove what all parts of the company share: only its administrators may (semantics.md 8.2).
pub fn may_remove_shared(call: &Call) -> ApiResult<()> {
    meets(&call.principal, &call.directory, Need::AdminOf(Area::Shared))
}

/// Refuses callers without a permission.
pub fn require(call: &Call, permission: Permission) -> ApiResult<()> {
    meets(&call.principal, &call.directory, Need::Permission(permission))
}

/// 403 in the words of the API.
pub fn no_permission() -> ApiError {
    ApiError::Forbidden("You do not have permissions to do this.".to_owned())
}
