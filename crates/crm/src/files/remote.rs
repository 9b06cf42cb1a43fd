//! Documents of Google Drive. Penstock does not speak with Google: it remembers where they are, and no more.

use super::ops;
use super::{DEAL, FILE, FILE_TYPE, NAME, ORGANIZATION, PERSON, REMOTE_ID, REMOTE_LOCATION, blank};
use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::op::{Param, ParamKind};
use crate::write;
use penstock_model::Change;
use uuid::Uuid;

const ITEM_TYPE: Param = Param::new("item_type", ParamKind::Choice(&["deal", "organization", "person"]), "What it belongs to.").required();
const ITEM_ID: Param = Param::new("item_id", ParamKind::Int, "The record it belongs to.").required();
/// Written so, and read back as `googledocs` (semantics.md 24).
const LOCATION: Param = Param::new("remote_location", ParamKind::Choice(&["googledrive"]), "Where it is.").required();
const SHOWN_LOCATION: &str = "googledocs";

pub const NEW: &[Param] = &[
    Param::new("file_type", ParamKind::Choice(&["gdoc", "gslides", "gsheet", "gform", "gdraw"]), "The kind of document.").required(),
    Param::new("title", ParamKind::Text, "The name of the document.").required(),
    ITEM_TYPE,
    ITEM_ID,
    LOCATION,
];
pub const LINK: &[Param] =
    &[ITEM_TYPE, ITEM_ID, Param::new("remote_id", ParamKind::Text, "The id of the document there.").required(), LOCATION];

/// The longest id and title that are taken.
const LONGEST: usize = 255;

/// Makes up an id, as nobody makes the document.
pub async fn add(call: Call) -> ApiResult<Reply> {
    let (title, file_type) = (text(&call, "title")?, text(&call, "file_type")?);
    insert(&call, &title, &file_type, &Uuid::new_v4().simple().to_string()).await
}

/// The title and kind of the document are not known here.
pub async fn link(call: Call) -> ApiResult<Reply> {
    let remote_id = text(&call, "remote_id")?;
    insert(&call, &remote_id, "gdoc", &remote_id).await
}

fn text(call: &Call, key: &'static str) -> ApiResult<String> {
    let text = call.body.text(key).unwrap_or_default();
    if text.trim().is_empty() || text.chars().count() > LONGEST {
        return Err(crate::error::ApiError::invalid_key(key, &format!("must have from 1 to {LONGEST} characters")));
    }
    Ok(text.to_owned())
}

async fn insert(call: &Call, name: &str, file_type: &str, remote_id: &str) -> ApiResult<Reply> {
    let id = call.store().next_id(call.company(), FILE.table).await?;
    let mut change = Change::insert(blank(id, call.principal.user, call.now));
    let link = match call.body.text("item_type") {
        Some("deal") => DEAL,
        Some("person") => PERSON,
        _ => ORGANIZATION,
    };
    let file = &mut change.after;
    file.set(link, call.body.int("item_id"));
    file.set(NAME, name);
    file.set(FILE_TYPE, file_type);
    file.set(REMOTE_LOCATION, SHOWN_LOCATION);
    file.set(REMOTE_ID, remote_id);
    write::check_references(call, &change).await?;
    ops::save(call, change).await?;
    ops::show(call, id).await
}
