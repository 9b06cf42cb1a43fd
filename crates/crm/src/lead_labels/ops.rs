//! The operations of lead labels.

use super::fields::*;
use crate::call::{Call, Reply};
use crate::directory::LeadLabel;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list;
use crate::op::Method::{Delete, Get, Patch, Post};
use crate::op::Version::V1;
use crate::op::{Op, Param, ParamKind, Takes};
use crate::run;
use crate::select::{self, Depth};
use crate::users::permissions::Permission;
use crate::write;
use penstock_model::{Change, Record};
use penstock_store::Weight;
use uuid::Uuid;

const LONGEST_NAME: usize = 255;
const KEY_NAME: Param = Param::new("name", ParamKind::Text, "The name people read.");
const KEY_COLOR: Param = Param::new("color", ParamKind::Choice(COLORS), "The color of the label.");

const fn op(method: crate::op::Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(V1, method, path, id, run).tag("LeadLabels").scopes("leads:full")
}

pub const OPS: &[Op] = &[
    op(Get, "/leadLabels", "getLeadLabels", run!(all)).scopes("leads:read,leads:full").cost(10).about("Lists the labels of leads"),
    op(Post, "/leadLabels", "addLeadLabel", run!(add))
        .cost(10)
        .takes(Takes::Keys(&[KEY_NAME.required(), KEY_COLOR.required()]))
        .needs(Permission::ModifyLabels)
        .about("Creates a label for leads"),
    op(Patch, "/leadLabels/{id}", "updateLeadLabel", run!(update))
        .cost(10)
        .takes(Takes::Keys(&[KEY_NAME, KEY_COLOR]))
        .needs(Permission::ModifyLabels)
        .about("Changes the name or the color of a label"),
    op(Delete, "/leadLabels/{id}", "deleteLeadLabel", run!(delete))
        .cost(6)
        .needs(Permission::ModifyLabels)
        .about("Deletes a label, which all leads lose"),
];

async fn all(call: Call) -> ApiResult<Reply> {
    Ok(call.data(|json| {
        json.begin_array();
        call.directory.lead_labels.iter().for_each(|label| write_label(json, label));
        json.end_array();
    }))
}

fn write_label(json: &mut Json, label: &LeadLabel) {
    json.begin_object();
    for (key, text) in [("id", &label.uuid), ("name", &label.name), ("color", &label.color)] {
        json.key(key);
        json.string(text);
    }
    for (key, time) in [("add_time", label.add_time), ("update_time", label.update_time)] {
        json.key(key);
        json.plain_string(|out| time.write_millis(out));
    }
    json.end_object();
}

async fn add(call: Call) -> ApiResult<Reply> {
    let id = call.store().next_id(call.company(), LEAD_LABEL.table).await?;
    let mut label = Record::blank(&LEAD_LABEL, id);
    label.set(UUID, Uuid::new_v4().to_string());
    label.set(IS_DELETED, false);
    label.set(ADD_TIME, call.now);
    label.set(UPDATE_TIME, call.now);
    fill(&call, &mut label)?;
    let mut batch = call.batch();
    batch.save(Change::insert(label.clone()));
    write::save(&call, batch).await?;
    show(&call, &label)
}

async fn update(call: Call) -> ApiResult<Reply> {
    let label = write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(of_path(&call).await?);
            fill(&call, &mut change.after)?;
            if change.differences().next().is_some() {
                change.after.set(UPDATE_TIME, call.now);
            }
            let (mut batch, label) = (call.batch(), change.after.clone());
            batch.save(change);
            Ok((batch, label))
        })
    })
    .await?;
    show(&call, &label)
}

/// Takes over the name and the color of the body, as far as they are there.
fn fill(call: &Call, label: &mut Record) -> ApiResult<()> {
    if let Some(name) = call.body.text("name") {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(ApiError::invalid_key("name", &format!("must have from 1 to {LONGEST_NAME} characters")));
        }
        label.set(NAME, name);
    }
    if let Some(color) = call.body.text("color") {
        label.set(COLOR, color);
    }
    Ok(())
}

fn show(call: &Call, label: &Record) -> ApiResult<Reply> {
    let text = |col| label.text(col).unwrap_or_default().to_owned();
    let label = LeadLabel {
        uuid: text(UUID),
        name: text(NAME),
        color: text(COLOR),
        add_time: label.get(ADD_TIME).unwrap_or(call.now),
        update_time: label.get(UPDATE_TIME).unwrap_or(call.now),
    };
    Ok(call.data(|json| write_label(json, &label)))
}

/// Leads keep the id of a deleted label and show it no more.
async fn delete(call: Call) -> ApiResult<Reply> {
    let label = write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(of_path(&call).await?);
            change.after.set(IS_DELETED, true);
            change.after.set(UPDATE_TIME, call.now);
            let (mut batch, label) = (call.batch(), change.after.clone());
            batch.save(change);
            Ok((batch, label))
        })
    })
    .await?;
    Ok(call.data(|json| {
        json.begin_object();
        json.key("id");
        json.string_or_null(label.text(UUID));
        json.end_object();
    }))
}

async fn of_path(call: &Call) -> ApiResult<Record> {
    let missing = || ApiError::ObjectNotFound("requested lead label not found".to_owned());
    let uuid = call.uuid(0).ok_or_else(missing)?;
    let mut sql = select::records(&LEAD_LABEL, Depth::Row);
    select::scope(&mut sql, call, &LEAD_LABEL);
    sql.push(" AND t.uuid = ").bind(uuid).push(" AND t.is_deleted = 0");
    list::read_records(call, &LEAD_LABEL, Depth::Row, sql, Weight::Light).await?.pop().ok_or_else(missing)
}
