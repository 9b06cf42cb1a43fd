//! What the API has no operations for: a company makes sets of its own, and decides what regular users may do.

use super::ops::{holders, named, write_whole};
use super::{PermissionSet, Sort};
use crate::audit;
use crate::call::{Call, Reply};
use crate::directory::{Directory, settle};
use crate::error::{ApiError, ApiResult};
use crate::op::Method::{Delete, Patch, Post};
use crate::op::{Op, Param, ParamKind, Takes};
use crate::rights;
use crate::run;
use crate::users::permissions::Permissions;
use penstock_store::Statement;
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
    let directory = settle(&call, |_| kept(&call, &set).map(Some)).await?;
    show(&call, &directory, &set.id)
}

async fn update(call: Call) -> ApiResult<Reply> {
    let (name, about) = (text(&call, "name", LONGEST_NAME, false)?, text(&call, "description", LONGEST_DESCRIPTION, true)?);
    let permissions = contents(&call)?;
    let directory = settle(&call, |directory| {
        let mut set = named(&call, directory)?.clone();
        if set.sort == Sort::Admin {
            return Err(rights::no_permission());
        }
        if set.sort == Sort::Regular && (name.is_some() || about.is_some()) {
            return Err(ApiError::invalid_key("name", "of a set that every company has cannot be changed"));
        }
        set.name = name.clone().unwrap_or(set.name);
        set.about = about.clone().unwrap_or(set.about);
        set.permissions = permissions.unwrap_or(set.permissions);
        kept(&call, &set).map(Some)
    })
    .await?;
    show(&call, &directory, call.path.first().map(String::as_str).unwrap_or_default())
}

/// What keeps a set as it is, and tells of it.
fn kept(call: &Call, set: &PermissionSet) -> ApiResult<(Statement, Statement)> {
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
    Ok((statement, audit::of_call(call, audit::PERMISSION_SET_CHANGED, None, &details)?))
}

fn show(call: &Call, directory: &Directory, id: &str) -> ApiResult<Reply> {
    let set = directory.permission_sets.find(id).ok_or_else(|| ApiError::not_found("Permission set"))?;
    Ok(call.data(|json| write_whole(json, directory, set)))
}

async fn delete(call: Call) -> ApiResult<Reply> {
    settle(&call, |directory| {
        let set = named(&call, directory)?;
        if set.sort != Sort::Custom {
            return Err(rights::no_permission());
        }
        if holders(directory, set).next().is_some() {
            return Err(ApiError::Conflicting("Somebody has this permission set.".to_owned()));
        }
        let delete = Statement::one_row(
            "DELETE FROM permission_sets WHERE company_id = $1 AND id = $2",
            vec![call.company().into(), set.id.as_str().into()],
        );
        let details = json!({ "id": set.id, "name": set.name });
        Ok(Some((delete, audit::of_call(&call, audit::PERMISSION_SET_DELETED, None, &details)?)))
    })
    .await?;
    Ok(call.data(|json| {
        json.begin_object();
        json.key("id");
        json.string(call.path.first().map(String::as_str).unwrap_or_default());
        json.end_object();
    }))
}
