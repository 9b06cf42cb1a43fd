//! A message as a provider hands it over.

use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::op::{Param, ParamKind};
use penstock_model::Time;
use penstock_store::Statement;
use serde::{Deserialize, Serialize};

const STATUSES: &[&str] = &["sent", "delivered", "read", "failed"];
const MAX_ID: usize = 255;
const MAX_URL: usize = 2048;
const MAX_TEXT: usize = 100_000;
const MAX_ATTACHMENTS: usize = 100;

pub const KEYS: &[Param] = &[
    Param::new("id", ParamKind::Text, "The id of the message.").required(),
    Param::new("channel_id", ParamKind::Text, "The channel, by the id of its provider.").required(),
    Param::new("sender_id", ParamKind::Text, "Who sent it, as the provider knows him.").required(),
    Param::new("conversation_id", ParamKind::Text, "The conversation it belongs to, as the provider knows it.").required(),
    Param::new("message", ParamKind::Text, "What it says.").required(),
    Param::new("status", ParamKind::Choice(STATUSES), "How far it has come.").required(),
    Param::new("created_at", ParamKind::Time, "When it was written, UTC.").required(),
    Param::new("reply_by", ParamKind::Time, "Until when it can be answered, UTC."),
    Param::new("conversation_link", ParamKind::Text, "Where the conversation can be opened at the provider."),
    Param::new("attachments", ParamKind::Json, "Objects with `id`, `type` and `url`, and `name`, `size`, `preview_url`, `link_expires`."),
];

#[derive(Debug)]
pub struct Message {
    pub channel: String,
    id: String,
    sender: String,
    conversation: String,
    text: String,
    status: String,
    created: Time,
    reply_by: Option<Time>,
    link: Option<String>,
    attachments: Vec<Attachment>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Attachment {
    id: String,
    #[serde(rename = "type")]
    media: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<serde_json::Number>,
    url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    preview_url: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    link_expires: bool,
}

/// A message that does not look like one.
const INVALID: ApiError =
    ApiError::Messaging { status: 400, text: "The message is not in the expected form", code: "INVALID_RECEIVE_MESSAGE_PAYLOAD" };

impl Message {
    pub fn read(call: &Call) -> ApiResult<Self> {
        let text = |key: &str, longest: usize| {
            let text = call.body.text(key).unwrap_or_default();
            let fits = text.chars().count() <= longest;
            fits.then(|| text.to_owned()).ok_or(INVALID)
        };
        let name = |key: &str| text(key, MAX_ID).and_then(|name| if name.trim().is_empty() { Err(INVALID) } else { Ok(name) });
        let time = |key: &str| call.body.text(key).map(|text| minute(text).ok_or(INVALID)).transpose();
        let attachments: Vec<Attachment> = match call.body.get("attachments") {
            None => Vec::new(),
            Some(given) => serde_json::from_value(given.clone()).map_err(|_| INVALID)?,
        };
        if attachments.len() > MAX_ATTACHMENTS {
            return Err(INVALID);
        }
        Ok(Message {
            channel: name("channel_id")?,
            id: name("id")?,
            sender: name("sender_id")?,
            conversation: name("conversation_id")?,
            text: text("message", MAX_TEXT)?,
            status: text("status", MAX_ID)?,
            created: time("created_at")?.ok_or(INVALID)?,
            reply_by: time("reply_by")?,
            link: Some(text("conversation_link", MAX_URL)?).filter(|link| !link.is_empty()),
            attachments,
        })
    }

    /// Writes the message and its conversation, over those that are there.
    pub fn statements(&self, call: &Call) -> Vec<Statement> {
        let attachments = serde_json::to_string(&self.attachments).unwrap_or_else(|_| "[]".to_owned());
        let conversation = Statement::new(
            "INSERT INTO channel_conversations (company_id, provider_channel_id, id, link, reply_by, add_time, update_time)
             VALUES ($1, $2, $3, $4, $5, $6, $6)
             ON CONFLICT (company_id, provider_channel_id, id) DO UPDATE SET link = COALESCE(excluded.link, channel_conversations.link),
                 reply_by = COALESCE(excluded.reply_by, channel_conversations.reply_by), update_time = excluded.update_time",
            vec![
                call.company().into(),
                self.channel.as_str().into(),
                self.conversation.as_str().into(),
                self.link.as_deref().into(),
                self.reply_by.into(),
                call.now.into(),
            ],
        );
        let message = Statement::new(
            "INSERT INTO channel_messages (company_id, provider_channel_id, id, conversation_id, sender_id, message, status, attachments,
                 created_at, add_time, update_time)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
             ON CONFLICT (company_id, provider_channel_id, id) DO UPDATE SET conversation_id = excluded.conversation_id,
                 sender_id = excluded.sender_id, message = excluded.message, status = excluded.status,
                 attachments = excluded.attachments, created_at = excluded.created_at, update_time = excluded.update_time",
            vec![
                call.company().into(),
                self.channel.as_str().into(),
                self.id.as_str().into(),
                self.conversation.as_str().into(),
                self.sender.as_str().into(),
                self.text.as_str().into(),
                self.status.as_str().into(),
                attachments.into(),
                self.created.into(),
                call.now.into(),
            ],
        );
        vec![conversation, message]
    }

    pub fn write(&self, json: &mut Json) {
        json.begin_object();
        for (key, value) in [
            ("id", &self.id),
            ("channel_id", &self.channel),
            ("sender_id", &self.sender),
            ("conversation_id", &self.conversation),
            ("message", &self.text),
            ("status", &self.status),
        ] {
            json.key(key);
            json.string(value);
        }
        json.key("created_at");
        json.plain_string(|out| self.created.write_millis(out));
        json.key("reply_by");
        match self.reply_by {
            Some(time) => json.plain_string(|out| time.write_millis(out)),
            None => json.null(),
        }
        json.key("conversation_link");
        json.string_or_null(self.link.as_deref());
        json.key("attachments");
        json.raw(&serde_json::to_string(&self.attachments).unwrap_or_else(|_| "[]".to_owned()));
        json.end_object();
    }
}

/// Reads `2024-02-03 04:05`, or a time in any other form that v1 takes.
fn minute(text: &str) -> Option<Time> {
    Time::parse_lenient(text).or_else(|_| Time::parse_lenient(&format!("{text}:00"))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_times_with_and_without_seconds() {
        for text in ["2024-02-03 04:05", "2024-02-03 04:05:00", "2024-02-03T04:05:00Z", "2024-02-03T05:05:00+01:00"] {
            assert_eq!(minute(text).map(Time::to_v1).as_deref(), Some("2024-02-03 04:05:00"), "{text}");
        }
        assert_eq!(minute("soon"), None);
    }
}
