//! What comes with mail: each attachment is a file of its message, with its bytes in the place of all files.

use super::fields::{MAIL_MESSAGE, message, thread};
use super::ingest::Ingested;
use super::received::Attachment;
use crate::call::Call;
use crate::error::ApiResult;
use crate::files::{self, FILE};
use crate::json::Json;
use crate::list;
use crate::select::{self, Depth};
use crate::upload;
use penstock_files::Stored;
use penstock_model::{Change, Record};
use penstock_store::{Batch, Sql, Weight};
use std::collections::BTreeMap;

/// An attachment whose bytes are kept, and whose row is not written yet.
pub struct Kept {
    name: String,
    object: String,
    stored: Stored,
    content_id: Option<String>,
    is_inline: bool,
}

impl Kept {
    fn key(&self, call: &Call) -> String {
        files::object_key(call.company(), &self.object)
    }
}

/// Keeps the bytes of all attachments, or of none.
pub async fn store(call: &Call, attachments: &[Attachment]) -> ApiResult<Vec<Kept>> {
    let mut all = Vec::with_capacity(attachments.len());
    for attachment in attachments {
        match keep(call, attachment).await {
            Ok(kept) => all.push(kept),
            Err(error) => {
                drop_all(call, &all).await;
                return Err(error);
            }
        }
    }
    Ok(all)
}

async fn keep(call: &Call, attachment: &Attachment) -> ApiResult<Kept> {
    let name = upload::clean_name(&attachment.name);
    let object = upload::object_name(&name);
    let stored = call.app.files().put_bytes(&files::object_key(call.company(), &object), attachment.bytes.clone()).await?;
    Ok(Kept { name, object, stored, content_id: attachment.content_id.clone(), is_inline: attachment.is_inline })
}

async fn drop_all(call: &Call, all: &[Kept]) {
    for kept in all {
        call.app.drop_object(&kept.key(call)).await;
    }
}

/// The outcome of filing a message. Where nothing was filed, the bytes go again; where nobody knows whether the write was done,
/// they stay until housekeeping looks for rows that name them.
pub async fn settle(call: &Call, all: &[Kept], outcome: ApiResult<Ingested>) -> ApiResult<Ingested> {
    let is_without_rows = match &outcome {
        Ok(filed) => filed.was_known,
        Err(error) => error.status() < 500,
    };
    if is_without_rows {
        drop_all(call, all).await;
    }
    outcome
}

/// Adds the files of a message to the write that files it under a thread.
pub async fn add(call: &Call, all: &[Kept], message: i64, thread: &Record, batch: &mut Batch) -> ApiResult<()> {
    for kept in all {
        let id = call.store().next_id(call.company(), FILE.table).await?;
        let mut file = files::blank(id, call.principal.user, call.now);
        files::set_bytes(&mut file, call.company(), &kept.name, &kept.object, &kept.stored);
        file.set(files::MAIL_MESSAGE, message);
        file.set(files::CONTENT_ID, kept.content_id.as_deref());
        file.set(files::INLINE, kept.is_inline);
        link(&mut file, thread);
        batch.save(Change::insert(file));
    }
    Ok(())
}

/// The files of a thread belong to its deal or its lead. Pictures in the text of a message are no files to anybody but who reads it.
fn link(file: &mut Record, of: &Record) {
    if file.is(files::INLINE) {
        return;
    }
    file.set(files::DEAL, of.get(thread::DEAL));
    file.set(files::LEAD, of.text(thread::LEAD));
}

/// Adds to a write what the change of a thread means for its files: they follow it to another deal or lead, and go with it.
pub async fn follow_thread(call: &Call, change: &Change, batch: &mut Batch) -> ApiResult<()> {
    let Some(before) = &change.before else { return Ok(()) };
    let after = &change.after;
    let place = |thread: &Record| (thread.get(thread::DEAL), thread.text(thread::LEAD).map(str::to_owned), thread.is(thread::IS_DELETED));
    if place(before) == place(after) {
        return Ok(());
    }
    for file in of_thread(call, after.id).await? {
        let mut change = Change::update(file);
        link(&mut change.after, after);
        if change.differences().next().is_some() {
            change.after.set(files::UPDATE_TIME, call.now);
        }
        if after.is(thread::IS_DELETED) {
            files::mark_deleted(&mut change, call.now);
        }
        batch.save(change);
    }
    Ok(())
}

async fn of_thread(call: &Call, thread: i64) -> ApiResult<Vec<Record>> {
    let mut sql = live_files(call);
    sql.push(" AND t.mail_message_id IN (SELECT m.id FROM mail_messages m WHERE m.company_id = ").bind(call.company());
    sql.push(" AND m.mail_thread_id = ").bind(thread).push(")");
    list::read_records(call, &FILE, Depth::Row, sql, Weight::Light).await
}

/// The files of messages that the caller is known to read, by message, in the order of the message.
pub async fn of_messages(call: &Call, messages: &[Record]) -> ApiResult<BTreeMap<i64, Vec<Record>>> {
    let mut files: BTreeMap<i64, Vec<Record>> = BTreeMap::new();
    let has_some = |row: &&Record| {
        row.entity.name == MAIL_MESSAGE.name && (row.is(message::HAS_INLINE_ATTACHMENTS) || row.is(message::HAS_REAL_ATTACHMENTS))
    };
    let ids: Vec<_> = messages.iter().filter(has_some).map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(files);
    }
    let mut sql = live_files(call);
    sql.push(" AND ");
    call.store().dialect().among(&mut sql, "t.mail_message_id", ids);
    sql.push(" ORDER BY t.id");
    for file in list::read_records(call, &FILE, Depth::Row, sql, Weight::Light).await? {
        if let Some(message) = file.get(files::MAIL_MESSAGE) {
            files.entry(message).or_default().push(file);
        }
    }
    Ok(files)
}

fn live_files(call: &Call) -> Sql {
    let mut sql = select::records(&FILE, Depth::Row);
    sql.push(" WHERE t.company_id = ").bind(call.company()).push(" AND t.is_deleted = 0");
    sql
}

/// Writes the files of a message as a list.
pub fn write(json: &mut Json, call: &Call, files: &[Record]) {
    json.begin_array();
    for file in files {
        json.begin_object();
        json.key("id");
        json.int(file.id);
        for (key, col) in [("name", files::NAME), ("file_type", files::FILE_TYPE), ("cid", files::CONTENT_ID)] {
            json.key(key);
            json.string_or_null(file.text(col));
        }
        json.key("file_size");
        json.int_or_null(file.get(files::FILE_SIZE));
        json.key("inline_flag");
        json.int(i64::from(file.is(files::INLINE)));
        json.key("url");
        json.string(&files::download_url(call, file));
        json.end_object();
    }
    json.end_array();
}
