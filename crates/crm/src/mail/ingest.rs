//! How mail comes in: one RFC 5322 message at a time, as a mail server hands it over.

use super::attachments::{self, Kept};
use super::fields::*;
use super::links::{self, Item};
use super::parties::{self, Contact};
use super::received::{Mailbox, Received};
use crate::app::App;
use crate::call::Call;
use crate::directory::Directory;
use crate::error::{ApiError, ApiResult};
use crate::list;
use crate::persons::PERSONS;
use crate::records;
use crate::select::{self, Depth};
use crate::write;
use penstock_model::{Change, CompanyId, Record, Time, UserId};
use penstock_store::{Batch, Sql, Statement, Weight};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A message may be so large, with its attachments (semantics.md 30).
pub const MAX_BYTES: usize = 20 * 1024 * 1024;

/// Most files of one message.
const MOST_ATTACHMENTS: usize = 500;

/// Where a message has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ingested {
    pub message: i64,
    pub thread: i64,
    /// The mailbox had it already, and nothing was written.
    pub was_known: bool,
}

/// Why a message was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("this is no message: it must have a From header with an address")]
    Unreadable,
    #[error("the message is larger than {} MB", MAX_BYTES / 1024 / 1024)]
    TooLarge,
    #[error("the message has more than {MOST_ATTACHMENTS} attachments")]
    TooManyAttachments,
    #[error("no user of the company has sent the message or got it: name one with --mailbox")]
    Nobody,
    #[error("there is no active user {0}")]
    UnknownMailbox(String),
    #[error("the message could not be filed: {0}")]
    Refused(String),
    #[error("the message cannot be filed for now: {0}")]
    Unavailable(String),
}

impl From<ApiError> for MailError {
    fn from(error: ApiError) -> Self {
        let text = String::from_utf8_lossy(&error.body(crate::op::Version::V1)).into_owned();
        // Another write at the same time is no fault of the message.
        if error.status() < 500 && error.status() != 409 { MailError::Refused(text) } else { MailError::Unavailable(text) }
    }
}

/// A message with what is known of it before it is filed.
struct Incoming<'a> {
    received: &'a Received,
    /// The user has written it.
    sent: bool,
    /// It came by a smart BCC address.
    smart_bcc: bool,
    time: Time,
    contacts: BTreeMap<String, Contact>,
    attachments: &'a [Kept],
}

/// Files a message in the mailbox of a user: the one named (by e-mail address), else the one who has sent it, else the first
/// to whom it went. The same message in the same mailbox is filed once.
pub async fn ingest(app: &Arc<App>, company: CompanyId, bytes: &[u8], mailbox: Option<&str>) -> Result<Ingested, MailError> {
    if bytes.len() > MAX_BYTES {
        return Err(MailError::TooLarge);
    }
    let received = Received::read(bytes).ok_or(MailError::Unreadable)?;
    if received.attachments.len() > MOST_ATTACHMENTS {
        return Err(MailError::TooManyAttachments);
    }
    let directory = app.directory(company).await?;
    let author = received.from.iter().find_map(|from| user_of(&directory, &from.address));
    let owner = match mailbox {
        Some(name) => user_of(&directory, name).ok_or_else(|| MailError::UnknownMailbox(name.to_owned()))?,
        None => {
            author.or_else(|| received.destinations.iter().find_map(|address| user_of(&directory, address))).ok_or(MailError::Nobody)?
        }
    };
    let call = Call::on_behalf(app, directory.clone(), owner)?;
    if let Some(known) = known_message(&call, &received.message_id).await? {
        return Ok(known);
    }
    let attachments = attachments::store(&call, &received.attachments).await?;
    let outcome = file(&call, &received, author == Some(owner), &attachments).await;
    Ok(attachments::settle(&call, &attachments, outcome).await?)
}

/// Files a message whose attachments are kept.
async fn file(call: &Call, received: &Received, sent: bool, attachments: &[Kept]) -> ApiResult<Ingested> {
    let directory = &call.directory;
    let smart_bcc = received.destinations.iter().any(|address| directory.smart_bcc_target(address).is_some());
    let is_outside =
        |mailbox: &&Mailbox| user_of(directory, &mailbox.address).is_none() && directory.smart_bcc_target(&mailbox.address).is_none();
    let outside: Vec<_> = received.from.iter().chain(received.recipients()).filter(is_outside).cloned().collect();
    let addresses: BTreeSet<_> = outside.iter().map(|mailbox| mailbox.address.clone()).collect();
    let mut contacts = links::contacts(call, &addresses).await?;
    if smart_bcc && sent {
        make_contacts(call, &outside, &mut contacts).await?;
    }
    let time = received.time.unwrap_or(call.now).min(call.now);
    let incoming = Incoming { received, sent, smart_bcc, time, contacts, attachments };
    write::commit(call, || Box::pin(plan(call, &incoming))).await
}

/// The active user with this address.
fn user_of(directory: &Directory, address: &str) -> Option<UserId> {
    let mut users = directory.users.values().filter(|user| user.is_active && !user.is_deleted);
    users.find(|user| user.email.eq_ignore_ascii_case(address)).map(|user| user.id)
}

/// Smart BCC makes a person of every recipient that the company does not know; other mail makes nobody (semantics.md 25).
async fn make_contacts(call: &Call, outside: &[Mailbox], contacts: &mut BTreeMap<String, Contact>) -> ApiResult<()> {
    for mailbox in outside {
        if contacts.contains_key(&mailbox.address) {
            continue;
        }
        let local = mailbox.address.split('@').next().unwrap_or_default();
        let name = if mailbox.name.is_empty() { local } else { &mailbox.name };
        let name: String = name.chars().take(255).collect();
        let person = json!({"name": name, "emails": [{"value": mailbox.address, "primary": true, "label": "work"}]});
        let person = records::create(&call.with_body(person), &PERSONS).await?;
        contacts.insert(mailbox.address.clone(), Contact { person, organization: None });
    }
    Ok(())
}

async fn plan(call: &Call, incoming: &Incoming<'_>) -> ApiResult<(Batch, Ingested)> {
    let received = incoming.received;
    let mut batch = call.batch();
    let ids: BTreeSet<_> = received.answers.iter().chain([&received.message_id]).cloned().collect();
    // In this order: whoever files the same message between the two reads is seen by the second one, and whoever does so later meets the keys of the first.
    let known = known_ids(call, &ids).await?;
    if let Some(known) = known_message(call, &received.message_id).await? {
        return Ok((batch, known));
    }
    let mut thread = match known.values().min() {
        Some(thread) => Change::update(thread_with(call, *thread).await?),
        None => Change::insert(blank_thread(call, incoming).await?),
    };
    let persons: BTreeSet<_> = incoming.contacts.values().map(|contact| contact.person).collect();
    if thread.after.get(thread::DEAL).is_none() && thread.after.text(thread::LEAD).is_none() {
        let item = match links::addressed_item(call, received).await? {
            None => links::only_open_item(call, &persons, incoming.time).await?,
            some => some,
        };
        match item {
            Some(Item::Deal(deal)) => thread.after.set(thread::DEAL, deal),
            Some(Item::Lead(lead)) => thread.after.set(thread::LEAD, lead),
            None => {}
        }
    }
    add_to_thread(call, &mut thread.after, incoming);

    let (thread_id, message) = (thread.after.id, call.store().next_id(call.company(), MAIL_MESSAGE.table).await?);
    batch.save(Change::insert(message_row(call, message, thread_id, incoming)));
    for statement in parties::rows(call, message, thread_id, received, &incoming.contacts).await? {
        batch.run(statement);
    }
    let body = vec![call.company().into(), message.into(), received.html.as_str().into()];
    batch.run(Statement::new("INSERT INTO mail_bodies (company_id, message_id, html) VALUES ($1, $2, $3)", body));
    // A mailbox that has got another part of the conversation meanwhile has one of these keys: the plan is made again.
    for id in ids.iter().filter(|id| !known.contains_key(*id)) {
        let values = vec![call.company().into(), call.principal.user.into(), id.as_str().into(), thread_id.into()];
        batch.run(Statement::new("INSERT INTO mail_ids (company_id, user_id, mua_message_id, thread_id) VALUES ($1, $2, $3, $4)", values));
    }
    attachments::add(call, incoming.attachments, message, &thread.after, &mut batch).await?;
    attachments::follow_thread(call, &thread, &mut batch).await?;
    links::follow_thread(&mut batch, &thread);
    for person in persons {
        links::count_messages(&mut batch, "person", person, 1);
    }
    for organization in incoming.contacts.values().filter_map(|contact| contact.organization).collect::<BTreeSet<_>>() {
        links::count_messages(&mut batch, "organization", organization, 1);
    }
    batch.save(thread);
    Ok((batch, Ingested { message, thread: thread_id, was_known: false }))
}

/// The message with this Message-ID in the mailbox.
async fn known_message(call: &Call, message_id: &str) -> ApiResult<Option<Ingested>> {
    let mut sql = Sql::new("SELECT m.id, m.mail_thread_id FROM mail_messages m ");
    sql.push("JOIN mail_threads t ON t.company_id = m.company_id AND t.id = m.mail_thread_id AND t.is_deleted = 0 ");
    sql.push("WHERE m.company_id = ").bind(call.company()).push(" AND m.user_id = ").bind(call.principal.user);
    sql.push(" AND m.mua_message_id = ").bind(message_id);
    let found = call.store().rows(sql, Weight::Light, 2).await?.pop();
    let ids = found.and_then(|row| row[0].as_int().zip(row[1].as_int()));
    Ok(ids.map(|(message, thread)| Ingested { message, thread, was_known: true }))
}

/// The threads of the mailbox that have one of these Message-IDs, or a message that answers it.
async fn known_ids(call: &Call, ids: &BTreeSet<String>) -> ApiResult<BTreeMap<String, i64>> {
    let mut sql = Sql::new("SELECT mua_message_id, thread_id FROM mail_ids WHERE company_id = ");
    sql.bind(call.company()).push(" AND user_id = ").bind(call.principal.user);
    sql.push(" AND mua_message_id IN ").bind_list(ids.iter().map(String::as_str));
    let known = call.store().read(sql, Weight::Light, BTreeMap::new(), |known, row| {
        known.extend(row.text(0).map(str::to_owned).zip(row.int(1)));
    });
    Ok(known.await?)
}

async fn thread_with(call: &Call, id: i64) -> ApiResult<Record> {
    let mut sql = select::records(&MAIL_THREAD, Depth::Row);
    sql.push(" WHERE t.company_id = ").bind(call.company()).push(" AND t.id = ").bind(id);
    let found = list::read_records(call, &MAIL_THREAD, Depth::Row, sql, Weight::Light).await?.pop();
    found.ok_or_else(|| ApiError::not_found(MAIL_THREAD.title))
}

async fn blank_thread(call: &Call, incoming: &Incoming<'_>) -> ApiResult<Record> {
    let mut thread = Record::blank(&MAIL_THREAD, call.store().next_id(call.company(), MAIL_THREAD.table).await?);
    thread.set(thread::USER, call.principal.user);
    thread.set(thread::SUBJECT, incoming.received.subject.as_str());
    thread.set(thread::SNIPPET_SENT, "");
    thread.set(thread::MESSAGE_COUNT, 0);
    thread.set(thread::SENT_COUNT, 0);
    thread.set(thread::READ, true);
    thread.set(thread::ARCHIVED, false);
    thread.set(thread::SHARED, true);
    thread.set(thread::SMART_BCC, incoming.smart_bcc);
    thread.set(thread::BEGUN_BY_OTHERS, !incoming.sent);
    thread.set(thread::HAS_INLINE_ATTACHMENTS, false);
    thread.set(thread::HAS_REAL_ATTACHMENTS, false);
    thread.set(thread::FIRST_MESSAGE_TIME, incoming.time);
    thread.set(thread::IS_DELETED, false);
    thread.set(thread::ADD_TIME, call.now);
    Ok(thread)
}

/// What a thread is after one more message, which need not be the newest.
fn add_to_thread(call: &Call, thread: &mut Record, incoming: &Incoming<'_>) {
    let (received, time) = (incoming.received, incoming.time);
    let count = |thread: &Record, col| thread.get(col).unwrap_or_default() + 1;
    thread.set(thread::MESSAGE_COUNT, count(thread, thread::MESSAGE_COUNT));
    let last = if incoming.sent {
        thread.set(thread::SENT_COUNT, count(thread, thread::SENT_COUNT));
        thread.set(thread::SNIPPET_SENT, received.snippet.as_str());
        thread::LAST_SENT_TIME
    } else {
        thread.set(thread::READ, false);
        thread.set(thread::ARCHIVED, false);
        thread::LAST_RECEIVED_TIME
    };
    thread.set(last, thread.get(last).map_or(time, |known: Time| known.max(time)));
    thread.set(thread::FIRST_MESSAGE_TIME, thread.get(thread::FIRST_MESSAGE_TIME).map_or(time, |first: Time| first.min(time)));
    if thread.get(thread::LAST_MESSAGE_TIME).is_none_or(|last: Time| last <= time) {
        thread.set(thread::LAST_MESSAGE_TIME, time);
        thread.set(thread::SNIPPET, received.snippet.as_str());
    }
    thread.set(thread::HAS_INLINE_ATTACHMENTS, thread.is(thread::HAS_INLINE_ATTACHMENTS) || received.has_inline_attachments());
    thread.set(thread::HAS_REAL_ATTACHMENTS, thread.is(thread::HAS_REAL_ATTACHMENTS) || received.has_real_attachments());
    thread.set(thread::UPDATE_TIME, call.now);
}

fn message_row(call: &Call, id: i64, thread: i64, incoming: &Incoming<'_>) -> Record {
    let received = incoming.received;
    let mut row = Record::blank(&MAIL_MESSAGE, id);
    row.set(message::THREAD, thread);
    row.set(message::USER, call.principal.user);
    row.set(message::MESSAGE_ID, received.message_id.as_str());
    row.set(message::SUBJECT, received.subject.as_str());
    row.set(message::SNIPPET, received.snippet.as_str());
    row.set(message::SENT, incoming.sent);
    row.set(message::SMART_BCC, incoming.smart_bcc);
    row.set(message::HAS_BODY, !received.html.is_empty());
    row.set(message::HAS_INLINE_ATTACHMENTS, received.has_inline_attachments());
    row.set(message::HAS_REAL_ATTACHMENTS, received.has_real_attachments());
    row.set(message::MESSAGE_TIME, incoming.time);
    row.set(message::ADD_TIME, call.now);
    row.set(message::UPDATE_TIME, call.now);
    row
}
