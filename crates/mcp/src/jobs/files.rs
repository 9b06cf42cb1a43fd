//! Files, which come and go as content: no tool touches the disk of the server.

use crate::answer;
use crate::arguments::Arguments;
use crate::backend::{ApiBody, LARGEST_FILE};
use crate::crm::{Crm, Values};
use crate::pages::{self, Found, Wanted};
use crate::rows::{self, Look};
use crate::tools::FILE_KEYS;
use crate::trouble::Trouble;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use uuid::Uuid;

/// The longest file that an answer holds, in bytes.
const LARGEST_SHOWN: usize = 24_000;
const USUAL_LIMIT: usize = 25;

/// The records that a file can belong to, and the lists of their files.
const OWNERS: &[(&str, &str)] = &[
    ("deal_id", "v1.getDealFiles"),
    ("person_id", "v1.getPersonFiles"),
    ("org_id", "v1.getOrganizationFiles"),
    ("product_id", "v1.getProductFiles"),
];
const LINKS: &[&str] = &["deal_id", "person_id", "org_id", "activity_id", "product_id", "lead_id"];

pub fn attach_to_deal(crm: Crm, arguments: Arguments) -> BoxFuture<'static, Result<Value, Trouble>> {
    async move {
        let links = vec![("deal_id", arguments["id"].to_string())];
        send(&crm, "v1.addFile", Values::default(), &arguments, "file_name", links).await
    }
    .boxed()
}

pub fn upload(crm: Crm, arguments: Arguments) -> BoxFuture<'static, Result<Value, Trouble>> {
    async move {
        let links: Vec<_> = LINKS.iter().filter_map(|link| Some((*link, plain(arguments.get(*link)?)))).collect();
        if links.is_empty() {
            return Err(Trouble::arguments(&[format!("one of {} is required", LINKS.join(", "))]));
        }
        send(&crm, "v1.addFile", Values::default(), &arguments, "file_name", links).await
    }
    .boxed()
}

pub fn add_picture(crm: Crm, mut arguments: Arguments) -> BoxFuture<'static, Result<Value, Trouble>> {
    async move {
        let crop = ["crop_x", "crop_y", "crop_width", "crop_height"];
        let texts = crop.iter().filter_map(|name| Some((*name, plain(arguments.get(*name)?)))).collect();
        let values = Values::default().path("id", plain(&arguments["id"]));
        let file = arguments.get("file").cloned().unwrap_or(Value::Null);
        arguments.insert("content".to_owned(), file);
        arguments.insert("base64".to_owned(), true.into());
        send(&crm, "v1.addPersonPicture", values, &arguments, "filename", texts).await
    }
    .boxed()
}

pub fn add_recording(crm: Crm, mut arguments: Arguments) -> BoxFuture<'static, Result<Value, Trouble>> {
    async move {
        let values = Values::default().path("id", plain(&arguments["id"]));
        arguments.insert("base64".to_owned(), true.into());
        send(&crm, "v1.addCallLogAudioFile", values, &arguments, "file_name", Vec::new()).await
    }
    .boxed()
}

/// Sends a file and texts as a form.
async fn send(
    crm: &Crm,
    operation: &str,
    values: Values,
    arguments: &Arguments,
    name: &str,
    texts: Vec<(&str, String)>,
) -> Result<Value, Trouble> {
    let content = arguments.get("content").and_then(Value::as_str).unwrap_or_default();
    let is_base64 = arguments.get("base64") == Some(&Value::Bool(true));
    let bytes = if is_base64 { decode(content)? } else { content.as_bytes().to_vec() };
    if bytes.len() > LARGEST_FILE {
        return Err(Trouble::arguments(&[format!("content: must be at most {} MB", LARGEST_FILE >> 20)]));
    }
    let file_name = arguments.get(name).and_then(Value::as_str).unwrap_or("file");
    let (content_type, form) = form(file_name, &bytes, &texts);
    let op = Crm::op(operation)?;
    let answer = crm.send_body(op, &values, Some(ApiBody::Form(content_type, form))).await;
    if !answer.is_success() {
        return Err(Trouble::of_answer(&answer, op));
    }
    let data = answer.json().get_mut("data").map(Value::take).unwrap_or(Value::Null);
    answer::one(rows::show(data, FILE_KEYS, &[], &Look::default()))
}

/// Base64, also as a data URL.
fn decode(text: &str) -> Result<Vec<u8>, Trouble> {
    let text = text.split_once(";base64,").map_or(text, |(_, content)| content);
    let compact: String = text.split_whitespace().collect();
    STANDARD.decode(compact).map_err(|error| Trouble::arguments(&[format!("the content is not base64: {error}")]))
}

fn form(file_name: &str, bytes: &[u8], texts: &[(&str, String)]) -> (String, Bytes) {
    let boundary = Uuid::new_v4().simple().to_string();
    let safe: String =
        file_name.chars().map(|letter| if letter.is_control() || letter == '"' || letter == '\\' { '_' } else { letter }).collect();
    let mut form = Vec::with_capacity(bytes.len() + 1024);
    for (name, text) in texts {
        form.extend_from_slice(format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").as_bytes());
    }
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{safe}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
    );
    form.extend_from_slice(head.as_bytes());
    form.extend_from_slice(bytes);
    form.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), form.into())
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub fn list(crm: Crm, arguments: Arguments) -> BoxFuture<'static, Result<Value, Trouble>> {
    async move {
        let owners: Vec<_> = OWNERS.iter().filter(|(name, _)| arguments.contains_key(*name)).collect();
        let activity = arguments.get("activity_id");
        if owners.len() + usize::from(activity.is_some()) > 1 {
            return Err(Trouble::arguments(&["name one record only".to_owned()]));
        }
        let (op, mut values) = match owners.first() {
            Some((name, operation)) => (Crm::op(operation)?, Values::default().path("id", plain(&arguments[*name]))),
            None => (Crm::op("v1.getFiles")?, Values::default()),
        };
        if let Some(sort) = arguments.get("sort") {
            values = values.query("sort", plain(sort));
        }
        let number = |name: &str| arguments.get(name).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
        let limit = number("limit").unwrap_or(USUAL_LIMIT);
        let cursor = arguments.get("cursor").and_then(Value::as_str).map(str::to_owned);
        let mut wanted = Wanted { limit, cursor, start: number("start").unwrap_or(0) };
        let Some(activity) = activity else {
            return match pages::read(&crm, op, &values, &wanted).await? {
                Found::List(part) => Ok(answer::list(shown(part))),
                Found::One(value) => answer::one(value),
            };
        };
        // The API has no list of the files of an activity: all are looked through.
        let mut kept = Vec::new();
        loop {
            let Found::List(part) = pages::read(&crm, op, &values, &Wanted { limit: 100, ..wanted.clone() }).await? else { break };
            kept.extend(part.rows.into_iter().filter(|row| &row["activity_id"] == activity));
            wanted = Wanted { cursor: part.cursor.clone(), start: 0, ..wanted };
            if part.cursor.is_none() || kept.len() >= limit {
                kept.truncate(limit);
                return Ok(answer::list(shown(pages::Part {
                    total: part.cursor.is_none().then_some(kept.len()),
                    rows: kept,
                    cursor: part.cursor,
                    beside: None,
                })));
            }
        }
        Ok(answer::list(pages::Part::default()))
    }
    .boxed()
}

fn shown(mut part: pages::Part) -> pages::Part {
    part.rows = part.rows.into_iter().map(|row| rows::show(row, FILE_KEYS, &[], &Look::default())).collect();
    part
}

pub fn download(crm: Crm, arguments: Arguments) -> BoxFuture<'static, Result<Value, Trouble>> {
    async move {
        let id = plain(&arguments["id"]);
        let file = crm.data("v1.getFile", Values::default().path("id", &id)).await?;
        let size = file["file_size"].as_u64().unwrap_or(0);
        let op = Crm::op("v1.downloadFile")?;
        let mut shown = json!({"id": file["id"], "name": file["name"], "size": size});
        if size > LARGEST_SHOWN as u64 {
            shown["too_large"] = true.into();
            shown["download"] = format!("GET /api/v1/files/{id}/download").into();
            return Ok(shown);
        }
        let answer = crm.send(op, &Values::default().path("id", &id)).await;
        if !answer.is_success() {
            return Err(Trouble::of_answer(&answer, op));
        }
        if let Some(content_type) = &answer.content_type {
            shown["mime_type"] = content_type.as_str().into();
        }
        match std::str::from_utf8(&answer.body) {
            Ok(text) => shown["text"] = text.into(),
            Err(_) => shown["base64"] = STANDARD.encode(&answer.body).into(),
        }
        Ok(shown)
    }
    .boxed()
}
