//! The operations of channels. All are for administrators.

use super::message::{self, Message};
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::op::Method::{Delete, Post};
use crate::op::Version::V1;
use crate::op::{Method, Op, Param, ParamKind, Takes};
use crate::run;
use crate::write;
use penstock_model::{Area, Value};
use penstock_store::{Sql, Statement, Weight};
use uuid::Uuid;

/// The words of `provider_type`; the last one stands where none is given.
const PROVIDERS: &[&str] = &["facebook", "whatsapp", "other"];
const MAX_NAME: usize = 255;
const MAX_URL: usize = 2048;

const CHANNEL: &[Param] = &[
    Param::new("name", ParamKind::Text, "What people read.").required(),
    Param::new("provider_channel_id", ParamKind::Text, "The id that the provider gives the channel.").required(),
    Param::new("avatar_url", ParamKind::Text, "A picture for the channel."),
    Param::new("template_support", ParamKind::Bool, "Whether the provider has templates of messages."),
    Param::new("provider_type", ParamKind::Choice(PROVIDERS), "Which service it is; `other` where absent."),
];

const fn op(method: Method, path: &'static str, id: &'static str, run: fn(Call) -> crate::op::Answer) -> Op {
    Op::new(V1, method, path, id, run).tag("Channels").scopes("messengers-integration")
}

pub const OPS: &[Op] = &[
    op(Post, "/channels", "addChannel", run!(add)).cost(10).takes(Takes::Keys(CHANNEL)).about("Registers a messaging channel"),
    op(Delete, "/channels/{id}", "deleteChannel", run!(delete)).cost(6).about("Removes a channel with its conversations and messages"),
    op(Post, "/channels/messages/receive", "receiveMessage", run!(receive))
        .cost(10)
        .takes(Takes::Keys(message::KEYS))
        .about("Takes a message, new or changed, into a conversation"),
    op(Delete, "/channels/{channel-id}/conversations/{conversation-id}", "deleteConversation", run!(delete_conversation))
        .cost(6)
        .about("Removes a conversation with its messages"),
];

fn require_admin(call: &Call, text: &'static str, code: &'static str) -> ApiResult<()> {
    if call.principal.administers(Area::Account) { Ok(()) } else { Err(ApiError::Messaging { status: 403, text, code }) }
}

const NO_CHANNEL: ApiError = ApiError::Messaging { status: 404, text: "Channel not found.", code: "NOT_FOUND" };
const NO_CONVERSATION: ApiError = ApiError::Messaging { status: 404, text: "Conversation not found.", code: "NOT_FOUND" };
const EXISTS: ApiError =
    ApiError::Messaging { status: 400, text: "A channel with this provider_channel_id exists already", code: "INVALID_BODY" };

async fn add(call: Call) -> ApiResult<Reply> {
    require_admin(&call, "Only admins can register channels", "ADMIN_ONLY")?;
    let name = text(&call, "name", MAX_NAME)?;
    let provider_id = text(&call, "provider_channel_id", MAX_NAME)?;
    for (key, value) in [("name", name), ("provider_channel_id", provider_id)] {
        if value.is_none_or(|value| value.trim().is_empty()) {
            return Err(ApiError::invalid_key(key, "is required"));
        }
    }
    let provider_id = provider_id.unwrap_or_default();
    if exists(&call, provider_id).await? {
        return Err(EXISTS);
    }
    let id = Uuid::new_v4().to_string();
    let avatar_url = text(&call, "avatar_url", MAX_URL)?;
    let provider_type = call.body.text("provider_type").unwrap_or("other");
    let template_support = call.body.flag("template_support").unwrap_or(false);
    let mut batch = call.batch();
    batch.run(Statement::new(
        "INSERT INTO channels (company_id, provider_channel_id, id, name, avatar_url, provider_type, template_support, user_id, add_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        vec![
            call.company().into(),
            provider_id.into(),
            id.as_str().into(),
            name.into(),
            avatar_url.into(),
            provider_type.into(),
            template_support.into(),
            call.principal.user.into(),
            call.now.into(),
        ],
    ));
    write::save(&call, batch).await?;
    Ok(call.data(|json| {
        json.begin_object();
        json.key("id");
        json.string(&id);
        json.key("name");
        json.string_or_null(name);
        json.key("avatar_url");
        json.string_or_null(avatar_url);
        json.key("provider_channel_id");
        json.string(provider_id);
        // The app that registered it; callers with an API token are none.
        json.key("marketplace_client_id");
        json.string_or_null(call.client_id());
        json.key("pd_company_id");
        json.int(call.company().0);
        json.key("pd_user_id");
        json.int(call.principal.user.0);
        json.key("created_at");
        json.plain_string(|out| call.now.write_v1(out));
        json.key("provider_type");
        json.string(provider_type);
        json.key("template_support");
        json.bool(template_support);
        json.end_object();
    }))
}

/// A text of the body, at most so long.
fn text<'a>(call: &'a Call, key: &str, longest: usize) -> ApiResult<Option<&'a str>> {
    let given = call.body.text(key);
    if given.is_some_and(|text| text.chars().count() > longest) {
        return Err(ApiError::invalid_key(key, &format!("must not be longer than {longest} characters")));
    }
    Ok(given)
}

/// The `index`th parameter of the path. No id has a NUL character in it.
fn path_text(call: &Call, index: usize) -> String {
    call.path.get(index).map(|text| text.replace('\0', "")).unwrap_or_default()
}

async fn exists(call: &Call, provider_id: &str) -> ApiResult<bool> {
    let mut sql = Sql::new("SELECT 1 FROM channels WHERE company_id = ");
    sql.bind(call.company()).push(" AND provider_channel_id = ").bind(provider_id);
    Ok(!call.store().rows(sql, Weight::Light, 1).await?.is_empty())
}

async fn delete(call: Call) -> ApiResult<Reply> {
    require_admin(&call, "Only admins can delete channels", "ADMIN_ONLY")?;
    let channel = path_text(&call, 0);
    if !exists(&call, &channel).await? {
        return Err(NO_CHANNEL);
    }
    let mut batch = call.batch();
    for table in ["channel_messages", "channel_conversations", "channels"] {
        let values: Vec<Value> = vec![call.company().into(), channel.as_str().into()];
        batch.run(Statement::new(format!("DELETE FROM {table} WHERE company_id = $1 AND provider_channel_id = $2"), values));
    }
    write::save(&call, batch).await?;
    Ok(done(&call))
}

/// `{"success":true}`
fn done(call: &Call) -> Reply {
    let mut json = Json::default();
    json.begin_object();
    json.key("success");
    json.bool(true);
    json.end_object();
    call.reply(json)
}

/// The same message again changes the one that is there: providers repeat what they are not sure of.
async fn receive(call: Call) -> ApiResult<Reply> {
    require_admin(&call, "Only admins can hand over messages", "ADMIN_ONLY")?;
    let message = Message::read(&call)?;
    if !exists(&call, &message.channel).await? {
        return Err(NO_CHANNEL);
    }
    let mut batch = call.batch();
    message.statements(&call).into_iter().for_each(|statement| batch.run(statement));
    write::save(&call, batch).await?;
    Ok(call.data(|json| message.write(json)))
}

async fn delete_conversation(call: Call) -> ApiResult<Reply> {
    require_admin(&call, "Only the app owner can delete conversations", "FORBIDDEN_USER_REQUEST")?;
    let (channel, conversation) = (path_text(&call, 0), path_text(&call, 1));
    if !exists(&call, &channel).await? {
        return Err(NO_CHANNEL);
    }
    let mut sql = Sql::new("SELECT 1 FROM channel_conversations WHERE company_id = ");
    sql.bind(call.company()).push(" AND provider_channel_id = ").bind(channel.as_str()).push(" AND id = ").bind(conversation.as_str());
    if call.store().rows(sql, Weight::Light, 1).await?.is_empty() {
        return Err(NO_CONVERSATION);
    }
    let mut batch = call.batch();
    for (table, key) in [("channel_messages", "conversation_id"), ("channel_conversations", "id")] {
        let text = format!("DELETE FROM {table} WHERE company_id = $1 AND provider_channel_id = $2 AND {key} = $3");
        let values: Vec<Value> = vec![call.company().into(), channel.as_str().into(), conversation.as_str().into()];
        batch.run(Statement::new(text, values));
    }
    write::save(&call, batch).await?;
    Ok(done(&call))
}
