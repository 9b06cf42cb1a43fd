//! What mail is linked to: persons and their organizations by address, a deal or a lead by the smart BCC address or by the
//! only open one of the persons (semantics.md 25), and the totals that follow.

use super::fields::thread;
use super::parties::Contact;
use super::received::Received;
use crate::call::Call;
use crate::deals::DEAL;
use crate::directory::SmartBcc;
use crate::error::ApiResult;
use crate::leads;
use crate::persons::PERSON;
use crate::search::documents::{NEWEST, Stream};
use crate::write;
use penstock_model::{Change, Record, Time, Value};
use penstock_store::search::{Frequencies, Match, Space, Term, record_of};
use penstock_store::{Batch, Sql, Statement, Weight};
use std::collections::{BTreeMap, BTreeSet};

/// Persons that the search index is asked for at a time.
const FOUND_AT_ONCE: usize = 500;

/// What a thread is filed under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    Deal(i64),
    Lead(String),
}

/// The persons of the company behind these addresses; where several have one address, the oldest.
pub async fn contacts(call: &Call, addresses: &BTreeSet<String>) -> ApiResult<BTreeMap<String, Contact>> {
    let mut contacts = BTreeMap::new();
    let persons = persons_found_by(call, addresses).await?;
    if persons.is_empty() {
        return Ok(contacts);
    }
    let mut sql = Sql::new("SELECT id, org_id, emails FROM persons WHERE company_id = ");
    sql.bind(call.company()).push(" AND is_deleted = 0 AND ");
    call.store().dialect().among(&mut sql, "id", persons);
    sql.push(" ORDER BY id");
    let found = call.store().rows(sql, Weight::Light, 3).await?;
    for row in found {
        let (Some(person), organization, Some(emails)) = (row[0].as_int(), row[1].as_int(), row[2].as_text()) else { continue };
        let emails: Vec<serde_json::Value> = serde_json::from_str(emails).unwrap_or_default();
        for email in emails {
            let address = email["value"].as_str().unwrap_or_default().to_lowercase();
            if addresses.contains(&address) {
                contacts.entry(address).or_insert(Contact { person, organization });
            }
        }
    }
    Ok(contacts)
}

/// The persons whom a search for one of these addresses finds: all who have it, and some who do not. To look at the e-mails of
/// every person took seconds of a large company for each message.
async fn persons_found_by(call: &Call, addresses: &BTreeSet<String>) -> ApiResult<Vec<i64>> {
    let grams = |address: &String| Term::new(address).grams(call.company(), Space::Other, Match::Exact, &Frequencies::default());
    let sets: Vec<_> = addresses.iter().flat_map(grams).collect();
    let are_persons = |sql: &mut Sql| {
        sql.push(" AND d.entity = ").bind(PERSON.name);
    };
    let stream = Stream::open(call, &are_persons).await?;
    let (mut persons, mut before) = (Vec::new(), NEWEST);
    loop {
        let (documents, rest) = stream.next(&sets, before, FOUND_AT_ONCE).await?;
        persons.extend(documents.iter().filter_map(|document| record_of(document.id)).map(|(_, person)| person));
        let Some(next) = rest else { return Ok(persons) };
        before = next;
    }
}

/// The deal or lead that a smart BCC address among the destinations names, if it can take mail.
pub async fn addressed_item(call: &Call, received: &Received) -> ApiResult<Option<Item>> {
    for address in &received.destinations {
        match call.directory.smart_bcc_target(address) {
            Some(SmartBcc::Deal(deal)) if write::is_live(call, &DEAL, deal).await? => return Ok(Some(Item::Deal(deal))),
            Some(SmartBcc::Lead(uuid)) if leads::live_id(call, &uuid).await?.is_some() => return Ok(Some(Item::Lead(uuid))),
            _ => {}
        }
    }
    Ok(None)
}

/// The open deal or lead of these persons where there is exactly one, and the message is not older than it.
pub async fn only_open_item(call: &Call, persons: &BTreeSet<i64>, time: Time) -> ApiResult<Option<Item>> {
    if persons.is_empty() {
        return Ok(None);
    }
    let dialect = call.store().dialect();
    let mut deals = Sql::new("SELECT DISTINCT d.id, d.add_time FROM deals d WHERE d.company_id = ");
    deals.bind(call.company()).push(" AND d.status = 'open' AND d.is_deleted = 0 AND d.is_archived = 0 AND (");
    dialect.among(&mut deals, "d.person_id", persons.iter().copied());
    deals.push(" OR d.id IN (SELECT p.deal_id FROM participants p WHERE p.company_id = ").bind(call.company()).push(" AND ");
    dialect.among(&mut deals, "p.person_id", persons.iter().copied());
    deals.push("))");
    let mut leads = Sql::new("SELECT l.uuid, l.add_time FROM leads l WHERE l.company_id = ");
    leads.bind(call.company()).push(" AND l.is_deleted = 0 AND l.is_archived = 0 AND ");
    dialect.among(&mut leads, "l.person_id", persons.iter().copied());

    let mut items = Vec::new();
    for sql in [deals, leads] {
        for row in call.store().rows(sql, Weight::Light, 2).await? {
            let item = match &row[0] {
                Value::Int(deal) => Item::Deal(*deal),
                uuid => Item::Lead(uuid.as_text().unwrap_or_default().to_owned()),
            };
            items.push((item, row[1].as_int().unwrap_or_default()));
        }
    }
    match items.as_slice() {
        [(item, add_time)] if *add_time <= time.millis() => Ok(Some(item.clone())),
        _ => Ok(None),
    }
}

/// Adds to a write what the change of a thread means for the mail totals of its deal.
pub fn follow_thread(batch: &mut Batch, change: &Change) {
    let mut touched = BTreeSet::new();
    for (record, sign) in [(change.before.as_ref(), -1), (Some(&change.after), 1)] {
        let Some((deal, messages)) = record.and_then(counted) else { continue };
        batch.add_total(DEAL.name, deal, "email_messages_count", sign * messages);
        touched.insert(deal);
    }
    touched.into_iter().for_each(|deal| batch.run(times_of_deal(batch, deal)));
}

fn counted(thread: &Record) -> Option<(i64, i64)> {
    let deal = thread.get(thread::DEAL).filter(|_| !thread.is(thread::IS_DELETED))?;
    Some((deal, thread.get(thread::MESSAGE_COUNT).unwrap_or_default()))
}

/// Sets when the last mail came and went from what stands in the store, as the last part of a write.
fn times_of_deal(batch: &Batch, deal: i64) -> Statement {
    let of_thread = |column: &str| {
        format!(
            "(SELECT MAX(m.{column}) FROM mail_threads m \
             WHERE m.company_id = totals.company_id AND m.deal_id = totals.record_id AND m.is_deleted = 0)"
        )
    };
    let text = format!(
        "UPDATE totals SET last_incoming_mail_time = {}, last_outgoing_mail_time = {} \
         WHERE company_id = $1 AND entity = 'deal' AND record_id = $2",
        of_thread("last_received_time"),
        of_thread("last_sent_time")
    );
    Statement::new(text, vec![batch.company().into(), deal.into()])
}

/// Adds to a write that the mail of a person or an organization is mail of another one, as after a merge.
pub async fn move_parties(call: &Call, entity: &'static str, from: i64, to: i64, batch: &mut Batch) -> ApiResult<()> {
    let column = if entity == "person" { "person_id" } else { "org_id" };
    let (moved, known) = (messages_of(call, column, from).await?, messages_of(call, column, to).await?);
    if moved.is_empty() {
        return Ok(());
    }
    let text = format!("UPDATE mail_parties SET {column} = $3 WHERE company_id = $1 AND {column} = $2");
    batch.run(Statement::new(text, vec![batch.company().into(), from.into(), to.into()]));
    count_messages(batch, entity, to, moved.difference(&known).count() as i64);
    count_messages(batch, entity, from, -(moved.len() as i64));
    Ok(())
}

/// The messages in which somebody of this id has a part, but for those of deleted threads.
async fn messages_of(call: &Call, column: &str, id: i64) -> ApiResult<BTreeSet<i64>> {
    let mut sql = Sql::new("SELECT p.message_id FROM mail_parties p ");
    sql.push("JOIN mail_threads t ON t.company_id = p.company_id AND t.id = p.thread_id AND t.is_deleted = 0 WHERE p.company_id = ");
    sql.bind(call.company()).push(" AND p.").push(column).push(" = ").bind(id);
    Ok(call.store().read(sql, Weight::Light, BTreeSet::new(), |messages, row| messages.extend(row.int(0))).await?)
}

/// Adds to a write that `by` messages with this person, or with the organization of one, came or went.
pub fn count_messages(batch: &mut Batch, entity: &'static str, id: i64, by: i64) {
    batch.add_total(entity, id, "email_messages_count", by);
    if entity == "person" {
        let of_messages = |sent: i64| {
            format!(
                "(SELECT MAX(m.message_time) FROM mail_parties p \
                 JOIN mail_messages m ON m.company_id = p.company_id AND m.id = p.message_id AND m.sent_flag = {sent} \
                 JOIN mail_threads t ON t.company_id = m.company_id AND t.id = m.mail_thread_id AND t.is_deleted = 0 \
                 WHERE p.company_id = totals.company_id AND p.person_id = totals.record_id)"
            )
        };
        let text = format!(
            "UPDATE totals SET last_incoming_mail_time = {}, last_outgoing_mail_time = {} \
             WHERE company_id = $1 AND entity = 'person' AND record_id = $2",
            of_messages(0),
            of_messages(1)
        );
        batch.run(Statement::new(text, vec![batch.company().into(), id.into()]));
    }
}
