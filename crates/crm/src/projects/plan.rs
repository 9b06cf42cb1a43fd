//! The plan of a project: its tasks and activities, and the phase and the group in which each stands (semantics.md 22).

use super::{BOARD, PROJECT};
use crate::activities::ACTIVITY;
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::op::{Param, ParamKind};
use crate::phases;
use crate::records;
use crate::select::{self, Depth};
use crate::tasks::TASK;
use crate::write;
use penstock_model::{CompanyId, Entity, Record, Value};
use penstock_store::{Row, Sql, Statement, Weight};

/// The body of a move.
pub const KEYS: &[Param] = &[
    Param::new("phase_id", ParamKind::Int, "The phase, on the board of the project; null for none."),
    Param::new("group_id", ParamKind::Int, "The group, of this project; null for none."),
];

/// Where an item of the plan stands.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    phase: Option<i64>,
    group: Option<i64>,
}

/// Lists tasks, then activities, each in the order of their ids.
pub async fn show(call: Call) -> ApiResult<Reply> {
    let project = find_project(&call).await?;
    let mut json = Json::default();
    for entity in [&TASK, &ACTIVITY] {
        let mut sql = Sql::new(format!("SELECT t.id, p.phase_id, p.group_id FROM {} t", entity.table));
        sql.push(" LEFT JOIN project_plan p ON p.company_id = t.company_id AND p.project_id = t.project_id AND p.record_id = t.id");
        sql.push(" AND p.entity = ").bind(entity.name);
        select::scope(&mut sql, &call, entity);
        sql.push(" AND t.project_id = ").bind(project.id).push(" AND t.is_deleted = 0 ORDER BY t.id");
        let on_row = |json: &mut Json, row: &dyn Row| {
            write_item(json, entity, row.int(0).unwrap_or_default(), Place { phase: row.int(1), group: row.int(2) });
        };
        json = call.store().read(sql, Weight::Heavy, json, on_row).await?;
    }
    let is_empty = json.bytes.is_empty();
    Ok(call.data_and(
        |answer| {
            if is_empty {
                return answer.null();
            }
            answer.begin_array();
            answer.bytes.extend_from_slice(&json.bytes);
            answer.end_array();
        },
        records::write_nothing_more,
    ))
}

fn write_item(json: &mut Json, entity: &Entity, id: i64, place: Place) {
    json.begin_object();
    json.key("item_id");
    json.int(id);
    json.key("item_type");
    json.string(entity.name);
    json.key("phase_id");
    json.int_or_null(place.phase);
    json.key("group_id");
    json.int_or_null(place.group);
    json.end_object();
}

async fn find_project(call: &Call) -> ApiResult<Record> {
    write::find(call, &PROJECT, call.id(PROJECT.title)?, Depth::Row).await
}

/// Lists the groups of the plan. They come from templates.
pub async fn groups(call: Call) -> ApiResult<Reply> {
    let project = find_project(&call).await?;
    let mut sql = Sql::new("SELECT id, name, order_nr FROM project_groups WHERE company_id = ");
    sql.bind(call.company()).push(" AND project_id = ").bind(project.id).push(" ORDER BY order_nr, id");
    let groups = call.store().rows(sql, Weight::Light, 3).await?;
    Ok(call.data_and(
        |json| {
            if groups.is_empty() {
                return json.null();
            }
            json.begin_array();
            for group in &groups {
                json.begin_object();
                json.key("id");
                json.int_or_null(group[0].as_int());
                json.key("name");
                json.string_or_null(group[1].as_text());
                json.key("order_nr");
                json.int_or_null(group[2].as_int());
                json.end_object();
            }
            json.end_array();
        },
        records::write_nothing_more,
    ))
}

pub async fn put_task(call: Call) -> ApiResult<Reply> {
    put(call, &TASK).await
}

pub async fn put_activity(call: Call) -> ApiResult<Reply> {
    put(call, &ACTIVITY).await
}

/// Moves an item of the plan; what is not sent stays.
async fn put(call: Call, entity: &'static Entity) -> ApiResult<Reply> {
    let project = write::find_live(&call, &PROJECT, call.id(PROJECT.title)?).await?;
    let id = call.path_id(1, entity.title)?;
    let item = write::find_live(&call, entity, id).await?;
    let belongs = entity.field("project_id").is_some_and(|(index, _)| item.values[index] == Value::Int(project.id));
    if !belongs {
        return Err(ApiError::not_found(entity.title));
    }
    let mut place = place_of(&call, &project, entity, id).await?;
    let body = call.body.object()?;
    if body.contains_key("phase_id") {
        place.phase = call.body.int("phase_id");
        check_phase(&call, &project, place.phase).await?;
    }
    if body.contains_key("group_id") {
        place.group = call.body.int("group_id");
        check_group(&call, &project, place.group).await?;
    }
    let mut batch = call.batch();
    batch.run(placing(call.company(), project.id, entity, id, place.phase, place.group));
    write::save(&call, batch).await?;
    Ok(call.data_and(|json| write_item(json, entity, id, place), records::write_nothing_more))
}

async fn place_of(call: &Call, project: &Record, entity: &Entity, id: i64) -> ApiResult<Place> {
    let mut sql = Sql::new("SELECT phase_id, group_id FROM project_plan WHERE company_id = ");
    sql.bind(call.company()).push(" AND project_id = ").bind(project.id);
    sql.push(" AND entity = ").bind(entity.name).push(" AND record_id = ").bind(id);
    let on_row = |place: &mut Place, row: &dyn Row| *place = Place { phase: row.int(0), group: row.int(1) };
    Ok(call.store().read(sql, Weight::Light, Place::default(), on_row).await?)
}

async fn check_phase(call: &Call, project: &Record, phase: Option<i64>) -> ApiResult<()> {
    let Some(phase) = phase else { return Ok(()) };
    let on_board = phases::of_board(call, project.get(BOARD).unwrap_or_default()).await?;
    if on_board.iter().any(|known| known.id == phase) {
        return Ok(());
    }
    Err(ApiError::invalid_key("phase_id", "Phase not found or not accessible."))
}

async fn check_group(call: &Call, project: &Record, group: Option<i64>) -> ApiResult<()> {
    let Some(group) = group else { return Ok(()) };
    let mut sql = Sql::new("SELECT 1 FROM project_groups WHERE company_id = ");
    sql.bind(call.company()).push(" AND project_id = ").bind(project.id).push(" AND id = ").bind(group);
    if call.store().rows(sql, Weight::Light, 1).await?.is_empty() {
        return Err(ApiError::invalid_key("group_id", "Group not found or not accessible."));
    }
    Ok(())
}

/// Adds a group to the plan of a project.
pub fn new_group(company: CompanyId, project: i64, id: i64, name: &str, order_nr: i64) -> Statement {
    Statement::new(
        "INSERT INTO project_groups (company_id, id, project_id, name, order_nr) VALUES ($1, $2, $3, $4, $5)",
        vec![company.into(), id.into(), project.into(), name.into(), order_nr.into()],
    )
}

/// Puts an item of the plan into a phase and a group.
pub fn placing(company: CompanyId, project: i64, entity: &Entity, id: i64, phase: Option<i64>, group: Option<i64>) -> Statement {
    Statement::new(
        "INSERT INTO project_plan (company_id, project_id, entity, record_id, phase_id, group_id) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (company_id, project_id, record_id, entity)
             DO UPDATE SET phase_id = excluded.phase_id, group_id = excluded.group_id",
        vec![company.into(), project.into(), entity.name.into(), id.into(), phase.into(), group.into()],
    )
}
