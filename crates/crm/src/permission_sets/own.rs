//! What the API has no operations for: a company makes sets of its own, and decides what regular users may do.

use super::ops::{holders, named, write_whole};
use super::{PermissionSet, Sort};
use crate::accounts::next_revision;
use crate::audit;
use crate::call::{Call, Reply};
use crate::error::{ApiError, ApiResult};
use crate::op::Method::{Delete, Patch, Post};
use crate::op::{Op, Param, ParamKind, Takes};
use crate::rights;
use crate::run;
use crate::users::permissions::Permissions;
use penstock_store::{Statement, StoreError};
use serde_json::{Value, json};
use uuid::Uuid;

const LONGEST_NAME: usize = 255;
const LONGEST_DESCRIPTION: usize = 1000;

const NAME: Param = Param::new("name", ParamKind::Text, "The name people read, at most 255 characters.");
const DESCRIPTION: Param = Param::new("description", ParamKind::Text, "What people read about it, at most 1,000 characters.");
const APP: Param = Param::new("app", ParamKind::Choice(&["sales", "global"]), "The app it is a set of.");
const CONTENTS: Param = Param::new("contents", ParamKind::Json, "The permissions in it, a list of words such as `can_delete_deals`.");

pub const OPS: &[Op] = &[
    Op::own(Post, "/permission-sets", "addPermissionSet", run!(add))
        .tag("PermissionSets")
        .takes(Takes::Keys(&[NAME.required(), DESCRIPTION, APP.required(), CONTENTS.required()]))
        .created()
        .admin_only()
        .about("Creates a permission set, which users get through their access"),
    Op::own(Patch, "/permission-sets/{id}", "updatePermissionSet", run!(update))
        .tag("PermissionSets")
        .takes(Takes::Keys(&[NAME, DESCRIPTION, CONTENTS]))
        .admin_only()
        .about("Changes a permission set; of those that every company has, the permissions of regular users"),
    Op::own(Delete, "/permission-sets/{id}", "deletePermissionSet", run!(delete))
        .tag("PermissionSets")
        .admin_only()
        .about("Deletes a permission set that nobody has"),
];

/// The permissions that the body lists.
fn contents(call: &Call) -> ApiResult<Option<Permissions>> {
    let refuse = |problem: &str| Err(ApiError::invalid_key("contents", problem));
    let words = match call.body.get("contents") {
        None => return Ok(None),
        Some(Value::Array(words)) => words,
        Some(_) => return refuse("must be a list of permissions"),
    };
    let Some(words) = words.iter().map(Value::as_str).collect::<Option<Vec<_>>>() else {
        return refuse("must be a list of permissions");
    };
    match Permissions::of_words(words) {
        Ok(permissions) => Ok(Some(permissions)),
        Err(word) => refuse(&format!("{word} is no permission")),
    }
}

/// A text of the body, if there is one.
fn text(call: &Call, key: &str, longest: usize, may_be_empty: bool) -> ApiResult<Option<String>> {
    let Some(text) = call.body.text(key).map(str::trim) else { return Ok(None) };
    if text.is_empty() && !may_be_empty {
        return Err(ApiError::invalid_key(key, "must not be empty"));
    }
    if text.chars().count() > longest {
        return Err(ApiError::invalid_key(key, &format!("must not be longer than {longest} characters")));
    }
    Ok(Some(text.to_owned()))
}

async fn add(call: Call) -> ApiResult<Reply> {
    let set = PermissionSet {
        id: Uuid::new_v4().to_string(),
        app: call.body.text("app").unwrap_or_default().to_owned(),
        name: text(&call, "name", LONGEST_NAME, false)?.unwrap_or_default(),
        about: text(&call, "description", LONGEST_DESCRIPTION, true)?.unwrap_or_default(),
        sort: Sort::Custom,
        permissions: contents(&call)?.unwrap_or_default(),
    };
    keep(&call, &set).await?;
    show(&call, &set.id).await
}

async fn update(call: Call) -> ApiResult<Reply> {
    let mut set = named(&call)?.clone();
    let (name, about) = (text(&call, "name", LONGEST_NAME, false)?, text(&call, "description", LONGEST_DESCRIPTION, true)?);
    if set.sort == Sort::Admin {
        return Err(rights::no_permission());
    }
    if set.sort == Sort::Regular && (name.is_some() || about.is_some()) {
        return Err(ApiError::invalid_key("name", "of a set that every company has cannot be changed"));
    }
    set.name = name.unwrap_or(set.name);
    set.about = about.unwrap_or(set.about);
    set.permissions = contents(&call)?.unwrap_or(set.permissions);
    keep(&call, &set).await?;
    show(&call, &set.id).await
}

async fn keep(call: &Call, set: &PermissionSet) -> ApiResult<()> {
    let words: Vec<_> = set.permissions.words().collect();
    let statement = Statement::new(
        "INSERT INTO permission_sets (company_id, id, app, name, about, permissions) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (company_id, id) DO UPDATE
         SET name = excluded.name, about = excluded.about, permissions = excluded.permissions",
        vec![
            call.company().into(),
            set.id.as_str().into(),
            set.app.as_str().into(),
            set.name.as_str().into(),
            set.about.as_str().into(),
            json!(words).to_string().into(),
        ],
    );
    let details = json!({ "id": set.id, "app": set.app, "name": set.name, "permissions": words });
    let told = audit::of_call(call, audit::PERMISSION_SET_CHANGED, None, &details)?;
    call.store().execute(vec![statement, next_revision(call.company()), told]).await?;
    call.app.reload_directory(call.company()).await?;
    Ok(())
}

async fn show(call: &Call, id: &str) -> ApiResult<Reply> {
    let directory = call.app.directory(call.company()).await?;
    let set = directory.permission_sets.find(id).ok_or_else(|| ApiError::not_found("Permission set"))?;
    Ok(call.data(|json| write_whole(json, &directory, set)))
}

async fn delete(call: Call) -> ApiResult<Reply> {
    let set = named(&call)?;
    let held = || ApiError::Conflicting("Somebody has this permission set.".to_owned());
    if set.sort != Sort::Custom {
        return Err(rights::no_permission());
    }
    if holders(&call.directory, set).next().is_some() {
        return Err(held());
    }
    // The access of users holds the ids of their sets as text.
    let statement = Statement::one_row(
        "DELETE FROM permission_sets WHERE company_id = $1 AND id = $2 AND NOT EXISTS
           (SELECT 1 FROM users u WHERE u.company_id = $1 AND u.is_deleted = 0 AND u.access LIKE $3)",
        vec![call.company().into(), set.id.as_str().into(), format!("%{}%", set.id).into()],
    );
    let told = audit::of_call(&call, audit::PERMISSION_SET_DELETED, None, &json!({ "id": set.id, "name": set.name }))?;
    match call.store().execute(vec![statement, next_revision(call.company()), told]).await {
        Ok(()) => {}
        Err(StoreError::Conflict) => return Err(held()),
        Err(error) => return Err(error.into()),
    }
    call.app.reload_directory(call.company()).await?;
    Ok(call.data(|json| {
        json.begin_object();
        json.key("id");
        json.string(&set.id);
        json.end_object();
    }))
}
