//! The operations on the participants of a deal, and the v1 list of its persons (semantics.md 18).

use super::fields::*;
use super::participants;
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list::{self, Offset};
use crate::op::{Param, ParamKind};
use crate::persons::{PERSON as PERSON_ENTITY, PERSONS};
use crate::select::{self, Depth};
use crate::view_v1::{self, Form, ViewV1};
use crate::write;
use penstock_model::{Change, Record, Time, UserId};
use penstock_store::{Sql, Weight};
use std::collections::BTreeSet;

/// The body of an operation that adds a participant.
pub const KEYS: &[Param] = &[Param::new("person_id", ParamKind::Int, "The person who shall take part.").required()];

/// One row of the participants of a deal.
struct Participant {
    id: i64,
    person: i64,
    added_by: UserId,
    add_time: Time,
}

/// Lists the participants of a deal by offset, in the order in which they came.
pub async fn list(call: Call) -> ApiResult<Reply> {
    let deal = write::find(&call, &DEAL, call.id(DEAL.title)?, Depth::Row).await?;
    let page = Offset::of(&call, &DEAL, &[])?;
    let mut participants = rows(&call, deal.id, page.start, page.limit + 1).await?;
    let more = participants.len() as i64 > page.limit;
    participants.truncate(page.limit as usize);
    let persons = Persons::load(&call, &participants).await?;
    Ok(call.data_and(
        |json| {
            if participants.is_empty() {
                return json.null();
            }
            json.begin_array();
            participants.iter().for_each(|participant| persons.write(json, &deal, participant));
            json.end_array();
        },
        |json| {
            page.write_pagination(json, more);
            persons.write_objects(json, &call);
        },
    ))
}

/// Adds a participant; one who takes part already is answered as they are.
pub async fn add(call: Call) -> ApiResult<Reply> {
    let id = call.id(DEAL.title)?;
    let person = call.body.int("person_id").unwrap_or_default();
    let deal = write::commit(&call, || {
        Box::pin(async {
            let deal = write::find_live(&call, &DEAL, id).await?;
            if !write::is_live(&call, &PERSON_ENTITY, person).await? {
                return Err(ApiError::invalid_key("person_id", "Person not found or not accessible."));
            }
            let before = participants::of_deal(&call, id).await?;
            let mut after = before.clone();
            let mut batch = call.batch();
            if after.insert(person) {
                participants::exchange(&call, &Change::update(deal.clone()), &before, &after, &mut batch).await?;
                participants::hold(&mut batch, &deal);
            }
            Ok((batch, deal))
        })
    })
    .await?;
    let participants = rows(&call, id, 0, i64::MAX).await?;
    let participant = participants.into_iter().find(|participant| participant.person == person);
    let participant = [participant.ok_or_else(|| ApiError::not_found("Participant"))?];
    let persons = Persons::load(&call, &participant).await?;
    Ok(call.data_and(|json| persons.write(json, &deal, &participant[0]), |json| persons.write_objects(json, &call)))
}

/// Removes a participant, named by the id of its row. The deal's own person takes part as long as it is that person,
/// so removing them takes them off the deal.
pub async fn remove(call: Call) -> ApiResult<Reply> {
    let id = call.id(DEAL.title)?;
    let row = call.path_id(1, "Participant")?;
    write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(write::find_live(&call, &DEAL, id).await?);
            let participant = rows(&call, id, 0, i64::MAX).await?.into_iter().find(|participant| participant.id == row);
            let participant = participant.ok_or_else(|| ApiError::not_found("Participant"))?;
            let mut batch = call.batch();
            if change.after.get(PERSON) == Some(participant.person) {
                change.after.clear(PERSON);
                change.after.set(UPDATE_TIME, call.now);
                participants::follow_person(&call, &change, &mut batch).await?;
                batch.save(change);
            } else {
                let before = participants::of_deal(&call, id).await?;
                let after = before.iter().copied().filter(|person| *person != participant.person).collect();
                participants::exchange(&call, &change, &before, &after, &mut batch).await?;
                participants::hold(&mut batch, &change.after);
            }
            Ok((batch, ()))
        })
    })
    .await?;
    Ok(call.deleted(row))
}

/// v1: the persons who take part in a deal, its own person among them.
pub async fn persons(call: Call) -> ApiResult<Reply> {
    let deal = write::find(&call, &DEAL, call.id(DEAL.title)?, Depth::Row).await?;
    let offset = Offset::of(&call, &PERSON_ENTITY, &[("id", false)])?;
    let of_deal = |call: &Call, sql: &mut Sql| {
        sql.push(" AND t.is_deleted = 0 AND t.id IN (SELECT p.person_id FROM participants p WHERE p.company_id = ");
        sql.bind(call.company()).push(" AND p.deal_id = ").bind(deal.id).push(")");
        Ok(())
    };
    let page = offset.records(&call, &PERSON_ENTITY, of_deal).await?;
    view_v1::offset_list(call, &PERSONS, page, &offset).await
}

async fn rows(call: &Call, deal: i64, start: i64, limit: i64) -> ApiResult<Vec<Participant>> {
    let mut sql = Sql::new("SELECT id, person_id, added_by_user_id, add_time FROM participants WHERE company_id = ");
    sql.bind(call.company()).push(" AND deal_id = ").bind(deal);
    sql.push(" ORDER BY id LIMIT ").bind(limit).push(" OFFSET ").bind(start);
    let rows = call
        .store()
        .read(sql, Weight::Light, Vec::new(), |rows, row| {
            rows.push(Participant {
                id: row.int(0).unwrap_or_default(),
                person: row.int(1).unwrap_or_default(),
                added_by: UserId(row.int(2).unwrap_or_default()),
                add_time: Time::from_millis(row.int(3).unwrap_or_default()),
            });
        })
        .await?;
    Ok(rows)
}

/// The persons behind participants, as far as the caller may see them.
struct Persons<'a> {
    view: ViewV1<'a>,
    records: Vec<Record>,
}

impl<'a> Persons<'a> {
    async fn load(call: &'a Call, participants: &[Participant]) -> ApiResult<Self> {
        let ids: BTreeSet<i64> = participants.iter().map(|participant| participant.person).collect();
        let mut sql = select::records(&PERSON_ENTITY, Depth::Everything);
        select::scope(&mut sql, call, &PERSON_ENTITY);
        sql.push(" AND ");
        call.store().dialect().among(&mut sql, "t.id", ids.iter().copied());
        select::not_purged(&mut sql, call, &PERSON_ENTITY);
        let records = list::read_records(call, &PERSON_ENTITY, Depth::Everything, sql, Weight::Light).await?;
        let mut view = ViewV1::of(call, &PERSONS, &records, Form::Nested).await?;
        view.related.add(call, participants.iter().map(|participant| participant.added_by.0), &ids).await?;
        Ok(Persons { view, records })
    }

    fn write(&self, json: &mut Json, deal: &Record, participant: &Participant) {
        json.begin_object();
        json.key("id");
        json.int(participant.id);
        json.key("person_id");
        self.view.related.write_person_ref(json, participant.person);
        json.key("add_time");
        json.plain_string(|out| participant.add_time.write_v1(out));
        json.key("active_flag");
        json.bool(true);
        json.key("related_item_data");
        json.begin_object();
        json.key("deal_id");
        json.int(deal.id);
        json.key("title");
        json.string_or_null(deal.text(TITLE));
        json.end_object();
        json.key("person");
        match self.records.iter().find(|person| person.id == participant.person) {
            Some(person) => {
                json.begin_object();
                self.view.write_members(json, person);
                json.key("sync_needed");
                json.bool(false);
                json.end_object();
            }
            None => json.null(),
        }
        json.key("added_by_user_id");
        self.view.write_user_ref(json, participant.added_by);
        json.key("related_item_type");
        json.string("deal");
        json.key("related_item_id");
        json.int(deal.id);
        json.end_object();
    }

    fn write_objects(&self, json: &mut Json, call: &Call) {
        self.view.related.write_objects(json, call, &self.records);
    }
}
