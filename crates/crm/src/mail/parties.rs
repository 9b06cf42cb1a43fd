//! Who sent a message and who got it, and the person of the CRM behind each address.

use super::received::{Mailbox, Received};
use crate::call::Call;
use crate::error::ApiResult;
use crate::persons::PERSON;
use crate::select;
use penstock_model::Value;
use penstock_store::{Sql, Statement, Weight};
use std::collections::{BTreeMap, BTreeSet};

/// The part that somebody has in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    From,
    To,
    Cc,
    Bcc,
}

pub const ROLES: [Role; 4] = [Role::From, Role::To, Role::Cc, Role::Bcc];

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Role::From => "from",
            Role::To => "to",
            Role::Cc => "cc",
            Role::Bcc => "bcc",
        }
    }
}

/// One address of one message.
#[derive(Debug, Clone)]
pub struct Party {
    /// The id of this row (`mail_message_party_id`).
    pub id: i64,
    pub message: i64,
    pub role: String,
    /// The same for every message of the company that has the address.
    pub party: i64,
    pub mailbox: Mailbox,
    /// The person with this address and its organization, as they were when the message came in.
    pub person: Option<i64>,
    pub organization: Option<i64>,
}

/// The person whom an address belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact {
    pub person: i64,
    pub organization: Option<i64>,
}

const COLUMNS: &str = "id, message_id, role, party_id, name, email_address, person_id, org_id";

/// The parties of these messages (`message_id`) or threads (`thread_id`), in the order in which they were written.
pub async fn of(call: &Call, column: &'static str, ids: impl IntoIterator<Item = i64>) -> ApiResult<Vec<Party>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM mail_parties WHERE company_id = "));
    sql.bind(call.company()).push(" AND ");
    call.store().dialect().among(&mut sql, column, ids);
    sql.push(" ORDER BY message_id, id");
    let parties = call.store().read(sql, Weight::Light, Vec::new(), |parties, row| {
        let text = |column| row.text(column).unwrap_or_default().to_owned();
        parties.push(Party {
            id: row.int(0).unwrap_or_default(),
            message: row.int(1).unwrap_or_default(),
            role: text(2),
            party: row.int(3).unwrap_or_default(),
            mailbox: Mailbox { name: text(4), address: text(5) },
            person: row.int(6),
            organization: row.int(7),
        });
    });
    Ok(parties.await?)
}

/// The names of the linked persons whom the caller may see.
pub async fn visible_names(call: &Call, parties: &[Party]) -> ApiResult<BTreeMap<i64, String>> {
    let persons: BTreeSet<_> = parties.iter().filter_map(|party| party.person).collect();
    if persons.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = Sql::new("SELECT t.id, t.name FROM persons t");
    select::scope(&mut sql, call, &PERSON);
    sql.push(" AND ");
    call.store().dialect().among(&mut sql, "t.id", persons);
    let names = call.store().read(sql, Weight::Light, BTreeMap::new(), |names, row| {
        names.extend(row.int(0).map(|id| (id, row.text(1).unwrap_or_default().to_owned())));
    });
    Ok(names.await?)
}

/// The rows of the parties of a new message.
pub async fn rows(
    call: &Call,
    message: i64,
    thread: i64,
    received: &Received,
    contacts: &BTreeMap<String, Contact>,
) -> ApiResult<Vec<Statement>> {
    let given: Vec<_> = ROLES.iter().flat_map(|role| with_role(received, *role).iter().map(|mailbox| (*role, mailbox))).collect();
    let known = known_parties(call, given.iter().map(|(_, mailbox)| mailbox.address.clone())).await?;
    let ids = call.store().next_ids(call.company(), "mail_parties", given.len() as i64).await?;
    let mut made = known;
    let statements = ids.zip(given).map(|(id, (role, mailbox))| {
        let party = *made.entry(mailbox.address.clone()).or_insert(id);
        let contact = contacts.get(&mailbox.address);
        let values: Vec<Value> = vec![
            call.company().into(),
            message.into(),
            id.into(),
            thread.into(),
            role.as_str().into(),
            party.into(),
            mailbox.name.as_str().into(),
            mailbox.address.as_str().into(),
            contact.map(|contact| contact.person).into(),
            contact.and_then(|contact| contact.organization).into(),
        ];
        let text = "INSERT INTO mail_parties (company_id, message_id, id, thread_id, role, party_id, name, email_address, person_id, org_id) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        Statement::new(text, values)
    });
    Ok(statements.collect())
}

fn with_role(received: &Received, role: Role) -> &[Mailbox] {
    match role {
        Role::From => &received.from,
        Role::To => &received.to,
        Role::Cc => &received.cc,
        Role::Bcc => &received.bcc,
    }
}

/// The ids under which addresses are known already.
async fn known_parties(call: &Call, addresses: impl IntoIterator<Item = String>) -> ApiResult<BTreeMap<String, i64>> {
    let mut sql = Sql::new("SELECT email_address, MIN(party_id) FROM mail_parties WHERE company_id = ");
    sql.bind(call.company()).push(" AND email_address IN ").bind_list(addresses).push(" GROUP BY email_address");
    let known = call.store().read(sql, Weight::Light, BTreeMap::new(), |known, row| {
        known.extend(row.text(0).map(str::to_owned).zip(row.int(1)));
    });
    Ok(known.await?)
}
