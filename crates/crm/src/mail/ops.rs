//! The operations of the mailbox. They exist only in v1 and show the caller's own mail.

use super::fields::*;
use super::{attachments, links, listed};
use crate::call::{Call, Reply};
use crate::deals::DEAL;
use crate::error::{ApiError, ApiResult};
use crate::leads;
use crate::list::Offset;
use crate::op::Method::{Delete, Get, Put};
use crate::op::Version::V1;
use crate::op::{Method, Op, Param, ParamKind, Takes};
use crate::params::{LIMIT, START};
use crate::run;
use crate::write;
use penstock_model::{Change, Record, Value};
use penstock_store::{Batch, Sql, Statement, Weight};

const READ: &str = "mail:read,mail:full";
const FULL: &str = "mail:full";

const FOLDER: Param = Param::new("folder", ParamKind::Choice(&["inbox", "drafts", "sent", "archive"]), "Which folder to list.").required();

const THREAD_KEYS: &[Param] = &[
    Param::new("deal_id", ParamKind::Int, "The deal to file the thread under."),
    Param::new("lead_id", ParamKind::Text, "The lead to file the thread under."),
    Param::new("shared_flag", ParamKind::Bool, "Whether others see the thread at what it is filed under."),
    Param::new("read_flag", ParamKind::Bool, "Whether the thread was read."),
    Param::new("archived_flag", ParamKind::Bool, "Whether the thread left the inbox for the archive."),
];

const fn op(method: Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(V1, method, path, id, run).tag("Mailbox").scopes(FULL)
}

pub const OPS: &[Op] = &[
    op(Get, "/mailbox/mailMessages/{id}", "getMailMessage", run!(message))
        .scopes(READ)
        .cost(2)
        .query(&[listed::INCLUDE_BODY])
        .about("Shows one message"),
    op(Get, "/mailbox/mailThreads", "getMailThreads", run!(threads))
        .scopes(READ)
        .cost(20)
        .query(&[FOLDER, START, LIMIT])
        .about("Lists the threads of a folder, those with the newest message first"),
    op(Get, "/mailbox/mailThreads/{id}", "getMailThread", run!(thread)).scopes(READ).cost(20).about("Shows one thread"),
    op(Put, "/mailbox/mailThreads/{id}", "updateMailThreadDetails", run!(update))
        .cost(10)
        .takes(Takes::Keys(THREAD_KEYS))
        .about("Files a thread, or changes its flags"),
    op(Delete, "/mailbox/mailThreads/{id}", "deleteMailThread", run!(delete)).cost(6).about("Deletes a thread with its messages"),
    op(Get, "/mailbox/mailThreads/{id}/mailMessages", "getMailThreadMessages", run!(messages))
        .scopes(READ)
        .cost(20)
        .about("Lists the messages of a thread, oldest first"),
];

async fn message(call: Call) -> ApiResult<Reply> {
    let (message, thread) = listed::readable_message(&call, call.id(MAIL_MESSAGE.title)?).await?;
    let messages = [message];
    let view = listed::view(&call, &messages, &[], call.args.flag(listed::INCLUDE_BODY.name)).await?;
    Ok(super::view::service_reply(&call, |json| view.write_message(json, &messages[0], &thread)))
}

async fn threads(call: Call) -> ApiResult<Reply> {
    let folder = call.args.text(FOLDER.name).unwrap_or_default();
    let offset = Offset::of(&call, &MAIL_THREAD, &[])?;
    let (threads, more) = listed::threads_in(&call, folder, &offset).await?;
    let messages = listed::messages_of(&call, &threads).await?;
    let view = listed::view(&call, &messages, &threads, false).await?;
    Ok(call.data_and(
        |json| {
            if threads.is_empty() {
                return json.null();
            }
            json.begin_array();
            for thread in &threads {
                view.write_thread(json, thread, &of_thread(&messages, thread));
            }
            json.end_array();
        },
        |json| {
            offset.write_pagination(json, more);
        },
    ))
}

fn of_thread(messages: &[Record], thread: &Record) -> Vec<Record> {
    messages.iter().filter(|row| row.get(message::THREAD) == Some(thread.id)).cloned().collect()
}

async fn thread(call: Call) -> ApiResult<Reply> {
    let id = call.id(MAIL_THREAD.title)?;
    show(&call, id).await
}

async fn show(call: &Call, id: i64) -> ApiResult<Reply> {
    let threads = [listed::own_thread(call, id).await?];
    let messages = listed::messages_of(call, &threads).await?;
    let view = listed::view(call, &messages, &threads, false).await?;
    Ok(call.data(|json| view.write_thread(json, &threads[0], &messages)))
}

async fn messages(call: Call) -> ApiResult<Reply> {
    let threads = [listed::own_thread(&call, call.id(MAIL_THREAD.title)?).await?];
    let messages = listed::messages_of(&call, &threads).await?;
    let view = listed::view(&call, &messages, &[], false).await?;
    Ok(call.data(|json| {
        json.begin_array();
        messages.iter().for_each(|message| view.write_message(json, message, &threads[0]));
        json.end_array();
    }))
}

async fn update(call: Call) -> ApiResult<Reply> {
    let id = call.id(MAIL_THREAD.title)?;
    write::commit(&call, || {
        Box::pin(async {
            let mut change = Change::update(listed::own_thread(&call, id).await?);
            file(&call, &mut change.after).await?;
            set_flags(&call, &mut change.after)?;
            if change.differences().next().is_some() {
                change.after.set(thread::UPDATE_TIME, call.now);
            }
            let mut batch = call.batch();
            attachments::follow_thread(&call, &change, &mut batch).await?;
            links::follow_thread(&mut batch, &change);
            batch.save(change);
            Ok((batch, ()))
        })
    })
    .await?;
    show(&call, id).await
}

/// Files a thread under a deal or under a lead: it is under one of them at most.
async fn file(call: &Call, record: &mut Record) -> ApiResult<()> {
    let body = call.body.object()?;
    if let Some(deal) = call.body.int("deal_id") {
        if !write::is_live(call, &DEAL, deal).await? {
            return Err(ApiError::invalid_key("deal_id", "Deal not found or not accessible."));
        }
        record.set(thread::DEAL, deal);
        record.set(thread::LEAD, Value::Null);
    } else if body.contains_key("deal_id") {
        record.set(thread::DEAL, Value::Null);
    }
    if let Some(lead) = call.body.text("lead_id").filter(|lead| !lead.is_empty()) {
        if leads::live_id(call, lead).await?.is_none() {
            return Err(ApiError::invalid_key("lead_id", "Lead not found or not accessible."));
        }
        record.set(thread::LEAD, lead);
        record.set(thread::DEAL, Value::Null);
    } else if body.contains_key("lead_id") {
        record.set(thread::LEAD, Value::Null);
    }
    Ok(())
}

fn set_flags(call: &Call, record: &mut Record) -> ApiResult<()> {
    if let Some(archived) = call.body.flag("archived_flag") {
        let in_inbox = record.get(thread::MESSAGE_COUNT) > record.get(thread::SENT_COUNT);
        if archived && !in_inbox {
            return Err(ApiError::invalid_key("archived_flag", "only a thread of the inbox can be archived"));
        }
        record.set(thread::ARCHIVED, archived);
    }
    for (key, col) in [("shared_flag", thread::SHARED), ("read_flag", thread::READ)] {
        if let Some(flag) = call.body.flag(key) {
            record.set(col, flag);
        }
    }
    Ok(())
}

async fn delete(call: Call) -> ApiResult<Reply> {
    let id = call.id(MAIL_THREAD.title)?;
    write::commit(&call, || Box::pin(async { Ok((deletion(&call, id).await?, ())) })).await?;
    Ok(super::view::service_reply(&call, |json| {
        json.begin_object();
        json.key("id");
        json.int(id);
        json.end_object();
    }))
}

/// The thread goes, with what it has added to totals; an answer to it that comes in later begins a new one.
async fn deletion(call: &Call, id: i64) -> ApiResult<Batch> {
    let mut change = Change::update(listed::own_thread(call, id).await?);
    change.after.set(thread::IS_DELETED, true);
    change.after.set(thread::DELETE_TIME, call.now);
    change.after.set(thread::UPDATE_TIME, call.now);
    let mut batch = call.batch();
    attachments::follow_thread(call, &change, &mut batch).await?;
    links::follow_thread(&mut batch, &change);
    for (entity, column) in [("person", "person_id"), ("organization", "org_id")] {
        let mut sql = Sql::new(format!("SELECT {column}, COUNT(DISTINCT message_id) FROM mail_parties WHERE company_id = "));
        sql.bind(call.company()).push(" AND thread_id = ").bind(id);
        sql.push(&format!(" AND {column} IS NOT NULL GROUP BY {column}"));
        for row in call.store().rows(sql, Weight::Light, 2).await? {
            if let (Some(linked), Some(messages)) = (row[0].as_int(), row[1].as_int()) {
                links::count_messages(&mut batch, entity, linked, -messages);
            }
        }
    }
    let text = "DELETE FROM mail_ids WHERE company_id = $1 AND user_id = $2 AND thread_id = $3";
    batch.run(Statement::new(text, vec![call.company().into(), call.principal.user.into(), id.into()]));
    batch.save(change);
    Ok(batch)
}
