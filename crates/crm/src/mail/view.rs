//! How mail looks in v1: flags are 0 and 1, and times are ISO with milliseconds (semantics.md 25).

use super::attachments;
use super::fields::{message, thread};
use super::parties::{Party, ROLES, Role};
use crate::call::{Call, Reply};
use crate::json::Json;
use penstock_model::{Col, Record, Time};
use std::collections::BTreeMap;

/// Threads or messages with everything that stands in them.
pub struct MailView<'a> {
    pub call: &'a Call,
    pub parties: Vec<Party>,
    /// The names of the linked persons whom the caller may see.
    pub names: BTreeMap<i64, String>,
    /// The status of the linked deals that the caller may see.
    pub deals: BTreeMap<i64, String>,
    /// The bodies of the messages, where they were asked for.
    pub bodies: BTreeMap<i64, String>,
    /// The files that came with the messages.
    pub attachments: BTreeMap<i64, Vec<Record>>,
}

/// The envelope that some answers of the mailbox carry (semantics.md 4).
pub fn service_reply(call: &Call, write: impl FnOnce(&mut Json)) -> Reply {
    let mut json = Json::with_capacity(2048);
    json.begin_object();
    json.key("success");
    json.bool(true);
    json.key("statusCode");
    json.int(2000);
    json.key("statusText");
    json.string("Success");
    json.key("service");
    json.string("email-api");
    json.key("data");
    write(&mut json);
    json.end_object();
    call.reply(json)
}

impl MailView<'_> {
    /// A thread; `messages` are the ids of its messages, the newest last.
    pub fn write_thread(&self, json: &mut Json, record: &Record, messages: &[Record]) {
        json.begin_object();
        json.key("id");
        json.int(record.id);
        json.key("parties");
        self.write_thread_parties(json, messages);
        json.key("drafts_parties");
        json.raw("[]");
        json.key("folders");
        write_folders(json, record);
        self.write_owner(json, record, thread::USER);
        json.key("version");
        json.int(record.version);
        for (key, col) in [("subject", thread::SUBJECT), ("snippet", thread::SNIPPET), ("snippet_sent", thread::SNIPPET_SENT)] {
            json.key(key);
            json.string_or_null(record.text(col));
        }
        json.key("snippet_draft");
        json.null();
        let count = record.get(thread::MESSAGE_COUNT).unwrap_or_default();
        let sent = record.get(thread::SENT_COUNT).unwrap_or_default();
        json.key("message_count");
        json.int(count);
        json.key("mail_tracking_status");
        json.null();
        write_attachment_flags(json, record, thread::HAS_INLINE_ATTACHMENTS, thread::HAS_REAL_ATTACHMENTS);
        for (key, flag) in [
            ("read_flag", record.is(thread::READ)),
            ("has_draft_flag", false),
            ("has_sent_flag", sent > 0),
            ("archived_flag", record.is(thread::ARCHIVED)),
            ("deleted_flag", record.is(thread::IS_DELETED)),
            ("shared_flag", record.is(thread::SHARED)),
            ("synced_flag", !record.is(thread::SMART_BCC)),
            ("external_deleted_flag", false),
            ("smart_bcc_flag", record.is(thread::SMART_BCC)),
            ("first_message_to_me_flag", record.is(thread::BEGUN_BY_OTHERS)),
            ("mail_link_tracking_enabled_flag", false),
            ("all_messages_sent_flag", sent == count),
        ] {
            write_flag(json, key, flag);
        }
        for (key, col) in [
            ("last_message_timestamp", thread::LAST_MESSAGE_TIME),
            ("first_message_timestamp", thread::FIRST_MESSAGE_TIME),
            ("last_message_sent_timestamp", thread::LAST_SENT_TIME),
            ("last_message_received_timestamp", thread::LAST_RECEIVED_TIME),
            ("add_time", thread::ADD_TIME),
            ("update_time", thread::UPDATE_TIME),
        ] {
            write_time(json, key, record.get(col));
        }
        self.write_links(json, record);
        json.end_object();
    }

    fn write_links(&self, json: &mut Json, record: &Record) {
        let deal = record.get(thread::DEAL).and_then(|id| Some((id, self.deals.get(&id)?)));
        json.key("deal_id");
        json.int_or_null(deal.map(|(id, _)| id));
        json.key("deal_status");
        json.string_or_null(deal.map(|(_, status)| status.as_str()));
        json.key("lead_id");
        json.string_or_null(record.text(thread::LEAD));
    }

    /// Every address once as a sender and once as a recipient, as it was in the newest message with it.
    fn write_thread_parties(&self, json: &mut Json, messages: &[Record]) {
        json.begin_object();
        for (key, roles) in [("to", &["to", "cc", "bcc"][..]), ("from", &["from"][..])] {
            json.key(key);
            json.begin_array();
            let mut newest: BTreeMap<&str, (&Party, &Record)> = BTreeMap::new();
            for record in messages {
                for party in self.parties.iter().filter(|party| party.message == record.id && roles.contains(&party.role.as_str())) {
                    newest.insert(&party.mailbox.address, (party, record));
                }
            }
            for (party, record) in newest.into_values() {
                json.begin_object();
                json.key("id");
                json.int(party.party);
                json.key("name");
                json.string(&party.mailbox.name);
                json.key("latest_sent");
                json.bool(party.role == Role::From.as_str() && messages.last().is_some_and(|last| last.id == record.id));
                json.key("email_address");
                json.string(&party.mailbox.address);
                json.key("message_time");
                json.int_or_null(record.get(message::MESSAGE_TIME).map(Time::millis));
                self.write_person(json, party);
                json.key("linked_organization_id");
                json.int_or_null(party.organization.filter(|_| self.name(party).is_some()));
                json.key("mail_message_party_id");
                json.int(party.id);
                json.end_object();
            }
            json.end_array();
        }
        json.end_object();
    }

    /// The linked person; one whom the caller may not see is not there.
    fn write_person(&self, json: &mut Json, party: &Party) {
        let name = self.name(party);
        json.key("linked_person_id");
        json.int_or_null(party.person.filter(|_| name.is_some()));
        json.key("linked_person_name");
        json.string_or_null(name);
    }

    fn name(&self, party: &Party) -> Option<&str> {
        self.names.get(&party.person?).map(String::as_str)
    }

    fn write_owner(&self, json: &mut Json, record: &Record, user: Col<penstock_model::UserId>) {
        let user = record.get(user).map(|user| user.0).unwrap_or_default();
        json.key("account_id");
        json.string(&user.to_string());
        json.key("user_id");
        json.int(user);
    }

    /// A message of a thread.
    pub fn write_message(&self, json: &mut Json, record: &Record, of: &Record) {
        json.begin_object();
        self.write_message_members(json, record, of);
        json.end_object();
    }

    /// The members of a message, for lists that add more.
    pub fn write_message_members(&self, json: &mut Json, record: &Record, of: &Record) {
        json.key("id");
        json.int(record.id);
        for role in ROLES {
            json.key(role.as_str());
            self.write_message_parties(json, record.id, role);
        }
        json.key("body_url");
        json.string(&format!("{}/v1/mailbox/mailMessages/{}?include_body=1", self.call.base_url(), record.id));
        if let Some(body) = self.bodies.get(&record.id) {
            json.key("body");
            json.string(body);
        }
        self.write_owner(json, record, message::USER);
        json.key("mail_thread_id");
        json.int(of.id);
        for (key, col) in [("subject", message::SUBJECT), ("snippet", message::SNIPPET), ("mua_message_id", message::MESSAGE_ID)] {
            json.key(key);
            json.string_or_null(record.text(col));
        }
        for key in ["mail_tracking_status", "draft", "nylas_id", "s3_bucket", "s3_bucket_path", "template_id"] {
            json.key(key);
            json.null();
        }
        let sent = record.is(message::SENT);
        write_attachment_flags(json, record, message::HAS_INLINE_ATTACHMENTS, message::HAS_REAL_ATTACHMENTS);
        json.key("attachments");
        attachments::write(json, self.call, self.attachments.get(&record.id).map_or(&[], Vec::as_slice));
        for (key, flag) in [
            ("mail_link_tracking_enabled_flag", false),
            ("read_flag", sent || of.is(thread::READ)),
            ("draft_flag", false),
            ("synced_flag", !record.is(message::SMART_BCC)),
            ("deleted_flag", of.is(thread::IS_DELETED)),
            ("has_body_flag", record.is(message::HAS_BODY)),
            ("sent_flag", sent),
            ("sent_from_pipedrive_flag", false),
            ("smart_bcc_flag", record.is(message::SMART_BCC)),
        ] {
            write_flag(json, key, flag);
        }
        json.key("external_deleted_flag");
        json.bool(false);
        for (key, col) in [
            ("message_time", message::MESSAGE_TIME),
            ("add_time", message::ADD_TIME),
            ("update_time", message::UPDATE_TIME),
            ("timestamp", message::MESSAGE_TIME),
        ] {
            write_time(json, key, record.get(col));
        }
        json.key("item_type");
        json.string("mailMessage");
        json.key("company_id");
        json.int(self.call.company().0);
    }

    fn write_message_parties(&self, json: &mut Json, message: i64, role: Role) {
        json.begin_array();
        for party in self.parties.iter().filter(|party| party.message == message && party.role == role.as_str()) {
            json.begin_object();
            json.key("id");
            json.int(party.party);
            json.key("email_address");
            json.string(&party.mailbox.address);
            json.key("name");
            json.string(&party.mailbox.name);
            self.write_person(json, party);
            json.key("mail_message_party_id");
            json.int(party.id);
            json.end_object();
        }
        json.end_array();
    }
}

/// Received mail is in the inbox until it is archived; sent mail is in its folder whatever came back.
fn write_folders(json: &mut Json, record: &Record) {
    let count = record.get(thread::MESSAGE_COUNT).unwrap_or_default();
    let sent = record.get(thread::SENT_COUNT).unwrap_or_default();
    let archived = record.is(thread::ARCHIVED);
    json.begin_array();
    for (folder, is_in) in [("inbox", count > sent && !archived), ("sent", sent > 0), ("archive", archived)] {
        if is_in {
            json.string(folder);
        }
    }
    json.end_array();
}

fn write_attachment_flags(json: &mut Json, record: &Record, inline: Col<bool>, real: Col<bool>) {
    write_flag(json, "has_attachments_flag", record.is(inline) || record.is(real));
    write_flag(json, "has_inline_attachments_flag", record.is(inline));
    write_flag(json, "has_real_attachments_flag", record.is(real));
}

fn write_flag(json: &mut Json, key: &str, flag: bool) {
    json.key(key);
    json.int(i64::from(flag));
}

fn write_time(json: &mut Json, key: &str, time: Option<Time>) {
    json.key(key);
    match time {
        Some(time) => json.plain_string(|out| time.write_millis(out)),
        None => json.null(),
    }
}
