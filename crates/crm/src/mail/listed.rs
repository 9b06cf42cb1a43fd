//! Mail as it is read: threads of a folder, messages of a thread, and the mail of a deal, a person or an organization.

use super::attachments;
use super::fields::*;
use super::parties;
use super::view::MailView;
use crate::call::{Call, Reply};
use crate::deals::DEAL;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list::{self, Offset};
use crate::op::{Param, ParamKind};
use crate::params::{LIMIT, START};
use crate::recents::shown::Shown;
use crate::resource::Resource;
use crate::rights;
use crate::select::{self, Depth};
use crate::write;
use penstock_model::{Entity, Record};
use penstock_store::{Sql, Weight};
use std::collections::BTreeMap;

pub const INCLUDE_BODY: Param = Param::new("include_body", ParamKind::Bool, "With 1 the body of each message as HTML.");
pub const OF_RECORD: &[Param] = &[START, LIMIT, INCLUDE_BODY];

/// The threads of the caller with this id that are not deleted.
pub async fn own_thread(call: &Call, id: i64) -> ApiResult<Record> {
    let mut sql = begin(call, &MAIL_THREAD);
    sql.push(" AND t.id = ").bind(id).push(" AND t.is_deleted = 0 AND t.user_id = ").bind(call.principal.user);
    let found = list::read_records(call, &MAIL_THREAD, Depth::Row, sql, Weight::Light).await?.pop();
    found.ok_or_else(|| ApiError::not_found(MAIL_THREAD.title))
}

/// A page of the threads of the caller in a folder, those with the newest message first; and whether there are more.
pub async fn threads_in(call: &Call, folder: &str, offset: &Offset) -> ApiResult<(Vec<Record>, bool)> {
    let mut sql = begin(call, &MAIL_THREAD);
    sql.push(" AND t.user_id = ").bind(call.principal.user).push(" AND t.is_deleted = 0");
    sql.push(match folder {
        "inbox" => " AND t.message_count > t.sent_count AND t.archived_flag = 0",
        "sent" => " AND t.sent_count > 0",
        "archive" => " AND t.archived_flag = 1",
        // Mail is not written here, so there are no drafts.
        _ => " AND t.message_count < 0",
    });
    sql.push(" ORDER BY t.last_message_time DESC, t.id DESC LIMIT ").bind(offset.limit + 1).push(" OFFSET ").bind(offset.start);
    page(list::read_records(call, &MAIL_THREAD, Depth::Row, sql, Weight::Heavy).await?, offset)
}

/// The messages of threads, oldest first.
pub async fn messages_of(call: &Call, threads: &[Record]) -> ApiResult<Vec<Record>> {
    let mut sql = begin(call, &MAIL_MESSAGE);
    sql.push(" AND ");
    call.store().dialect().among(&mut sql, "t.mail_thread_id", threads.iter().map(|thread| thread.id));
    sql.push(" ORDER BY t.mail_thread_id, t.message_time, t.id");
    list::read_records(call, &MAIL_MESSAGE, Depth::Row, sql, Weight::Light).await
}

/// The message of the path with its thread, where the caller may read it.
pub async fn readable_message(call: &Call, id: i64) -> ApiResult<(Record, Record)> {
    let missing = || ApiError::not_found(MAIL_MESSAGE.title);
    let mut sql = begin(call, &MAIL_MESSAGE);
    sql.push(" AND t.id = ").bind(id);
    let message = list::read_records(call, &MAIL_MESSAGE, Depth::Row, sql, Weight::Light).await?.pop().ok_or_else(missing)?;
    let mut sql = begin(call, &MAIL_THREAD);
    sql.push(" AND t.id = ").bind(message.get(message::THREAD).unwrap_or_default()).push(" AND t.is_deleted = 0");
    rights::readable_linked_mail(&mut sql, call, "t");
    let thread = list::read_records(call, &MAIL_THREAD, Depth::Row, sql, Weight::Light).await?.pop().ok_or_else(missing)?;
    Ok((message, thread))
}

/// The mail of the deal of the path.
pub async fn of_deal(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    of_record(call, resource, |sql, _, deal| {
        sql.push(" AND h.deal_id = ").bind(deal);
    })
    .await
}

/// The mail that came from or went to the person of the path.
pub async fn of_person(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    of_record(call, resource, |sql, call, person| with_party(sql, call, "person_id", person)).await
}

/// The mail of the persons of the organization of the path, as they belonged to it when the mail came in.
pub async fn of_organization(call: Call, resource: &'static Resource) -> ApiResult<Reply> {
    of_record(call, resource, |sql, call, organization| with_party(sql, call, "org_id", organization)).await
}

fn with_party(sql: &mut Sql, call: &Call, column: &str, id: i64) {
    sql.push(" AND t.id IN (SELECT p.message_id FROM mail_parties p WHERE p.company_id = ").bind(call.company());
    sql.push(" AND p.").push(column).push(" = ").bind(id).push(")");
}

async fn of_record(call: Call, resource: &'static Resource, narrow: impl Fn(&mut Sql, &Call, i64)) -> ApiResult<Reply> {
    let id = call.id(resource.entity.title)?;
    write::find(&call, resource.entity, id, Depth::Row).await?;
    let offset = Offset::of(&call, &MAIL_MESSAGE, &[])?;
    let mut sql = select::records(&MAIL_MESSAGE, Depth::Row);
    sql.push(" JOIN mail_threads h ON h.company_id = t.company_id AND h.id = t.mail_thread_id AND h.is_deleted = 0");
    sql.push(" WHERE t.company_id = ").bind(call.company());
    narrow(&mut sql, &call, id);
    rights::readable_mail(&mut sql, &call, "h");
    sql.push(" ORDER BY t.message_time DESC, t.id DESC LIMIT ").bind(offset.limit + 1).push(" OFFSET ").bind(offset.start);
    let (messages, more) = page(list::read_records(&call, &MAIL_MESSAGE, Depth::Row, sql, Weight::Heavy).await?, &offset)?;

    let threads: BTreeMap<_, _> = threads_of(&call, &messages).await?.into_iter().map(|thread| (thread.id, thread)).collect();
    let view = view(&call, &messages, &[], call.args.flag(INCLUDE_BODY.name)).await?;
    let rows: Vec<_> = messages.iter().filter_map(|row| Some((row, threads.get(&row.get(message::THREAD)?)?))).collect();
    Ok(call.data_and(
        |json| {
            if rows.is_empty() {
                // An empty v1 list is null (semantics.md 4).
                return json.null();
            }
            json.begin_array();
            for (row, thread) in rows {
                json.begin_object();
                json.key("object");
                json.string(MAIL_MESSAGE.name);
                json.key("timestamp");
                json.plain_string(|out| row.get(message::MESSAGE_TIME).unwrap_or(call.now).write_v1(out));
                json.key("data");
                view.write_message(json, row, thread);
                json.end_object();
            }
            json.end_array();
        },
        |json| {
            offset.write_pagination(json, more);
        },
    ))
}

/// Messages that the caller may read as JSON, by id.
pub fn flat<'a>(call: &'a Call, ids: &'a [i64]) -> Shown<'a> {
    Box::pin(async move {
        let mut sql = begin(call, &MAIL_MESSAGE);
        sql.push(" AND ");
        call.store().dialect().among(&mut sql, "t.id", ids.iter().copied());
        let messages = list::read_records(call, &MAIL_MESSAGE, Depth::Row, sql, Weight::Light).await?;
        let threads = threads_of(call, &messages).await?;
        let view = view(call, &messages, &[], false).await?;
        let show = |row: &Record| {
            let thread = threads.iter().find(|thread| Some(thread.id) == row.get(message::THREAD))?;
            let mut json = Json::with_capacity(1024);
            view.write_message(&mut json, row, thread);
            Some((row.id, json.into_bytes()))
        };
        Ok(messages.iter().filter_map(show).collect())
    })
}

async fn threads_of(call: &Call, messages: &[Record]) -> ApiResult<Vec<Record>> {
    let mut sql = begin(call, &MAIL_THREAD);
    sql.push(" AND ");
    call.store().dialect().among(&mut sql, "t.id", messages.iter().filter_map(|row| row.get(message::THREAD)));
    list::read_records(call, &MAIL_THREAD, Depth::Row, sql, Weight::Light).await
}

/// Everything that these messages and threads show beside their own columns.
pub async fn view<'a>(call: &'a Call, messages: &[Record], threads: &[Record], with_bodies: bool) -> ApiResult<MailView<'a>> {
    let parties = parties::of(call, "message_id", messages.iter().map(|row| row.id)).await?;
    let names = parties::visible_names(call, &parties).await?;
    let deals = visible_deals(call, threads).await?;
    let bodies = if with_bodies { bodies(call, messages).await? } else { BTreeMap::new() };
    let attachments = attachments::of_messages(call, messages).await?;
    Ok(MailView { call, parties, names, deals, bodies, attachments })
}

/// The status of the deals of threads; those that the caller may not see are left out.
async fn visible_deals(call: &Call, threads: &[Record]) -> ApiResult<BTreeMap<i64, String>> {
    let deals: Vec<_> = threads.iter().filter_map(|row| row.get(thread::DEAL)).collect();
    if deals.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = Sql::new("SELECT t.id, t.status FROM deals t");
    select::scope(&mut sql, call, &DEAL);
    sql.push(" AND ");
    call.store().dialect().among(&mut sql, "t.id", deals);
    texts(call, sql).await
}

async fn bodies(call: &Call, messages: &[Record]) -> ApiResult<BTreeMap<i64, String>> {
    let mut sql = Sql::new("SELECT message_id, html FROM mail_bodies WHERE company_id = ");
    sql.bind(call.company()).push(" AND ");
    call.store().dialect().among(&mut sql, "message_id", messages.iter().map(|row| row.id));
    texts(call, sql).await
}

async fn texts(call: &Call, sql: Sql) -> ApiResult<BTreeMap<i64, String>> {
    let texts = call.store().read(sql, Weight::Light, BTreeMap::new(), |texts, row| {
        texts.extend(row.int(0).map(|id| (id, row.text(1).unwrap_or_default().to_owned())));
    });
    Ok(texts.await?)
}

fn begin(call: &Call, entity: &'static Entity) -> Sql {
    let mut sql = select::records(entity, Depth::Row);
    sql.push(" WHERE t.company_id = ").bind(call.company());
    sql
}

fn page(mut records: Vec<Record>, offset: &Offset) -> ApiResult<(Vec<Record>, bool)> {
    let more = records.len() as i64 > offset.limit;
    records.truncate(offset.limit as usize);
    Ok((records, more))
}
