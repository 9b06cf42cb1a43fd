//! Which apps a user may open, and as what (semantics.md 8.2).

use super::permissions::{PermissionSet, SETS};
use crate::body;
use crate::error::{ApiError, ApiResult};
use serde_json::Value;

pub const APPS: &[&str] = &["sales", "projects", "campaigns", "global", "account_settings", "partnership", "nova"];

/// Access to one app. Apps that Penstock does not have know no permission sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    app: String,
    is_admin: bool,
    set: Option<&'static PermissionSet>,
}

impl Access {
    fn new(app: &str, is_admin: bool) -> Self {
        let set = SETS.iter().find(|set| set.app == app && set.is_admin == is_admin);
        Access { app: app.to_owned(), is_admin, set }
    }

    /// What somebody gets who was only let in: regular access, or the one sort there is.
    fn default_of(app: &str) -> Self {
        let only_admins = SETS.iter().any(|set| set.app == app) && !SETS.iter().any(|set| set.app == app && !set.is_admin);
        Access::new(app, only_admins)
    }
}

/// What an administrator, or a regular user, of everything has.
pub fn of_everything(admin: bool) -> Vec<Access> {
    let mut list = vec![Access::new("sales", admin), Access::new("global", admin)];
    if admin {
        list.push(Access::new("account_settings", true));
    }
    list
}

/// What an invited user has where the invitation does not say.
pub fn of_invited() -> Vec<Access> {
    vec![Access::default_of("sales")]
}

/// Whether somebody with this access is an administrator of Penstock, which knows one sort of them.
pub fn makes_admin(list: &[Access]) -> bool {
    list.iter().any(|access| access.is_admin && matches!(access.app.as_str(), "sales" | "global"))
}

/// Reads the `access` of a request: `[{"app":…, "admin":…, "permission_set_id":…}]`.
pub fn parse(value: &Value) -> ApiResult<Vec<Access>> {
    let entries = value.as_array().ok_or_else(|| refuse("must be a list of objects"))?;
    let mut list: Vec<Access> = Vec::with_capacity(entries.len());
    for entry in entries {
        let access = parse_entry(entry)?;
        if list.iter().any(|known| known.app == access.app) {
            return Err(refuse(&format!("names the app {} twice", access.app)));
        }
        list.push(access);
    }
    Ok(list)
}

fn parse_entry(entry: &Value) -> ApiResult<Access> {
    let entry = entry.as_object().ok_or_else(|| refuse("must be a list of objects"))?;
    let member = |key: &str| entry.get(key).filter(|value| !value.is_null());
    let app = member("app").and_then(Value::as_str).filter(|app| APPS.contains(app));
    let app = app.ok_or_else(|| refuse(&format!("app must be one of {}", APPS.join(", "))))?;
    let admin = match member("admin") {
        None => None,
        Some(value) => Some(body::flag(value).ok_or_else(|| refuse("admin must be true or false"))?),
    };
    let Some(id) = member("permission_set_id") else {
        return Ok(admin.map_or_else(|| Access::default_of(app), |admin| Access::new(app, admin)));
    };
    let set = SETS.iter().find(|set| set.app == app && Some(set.id) == id.as_str());
    let set = set.ok_or_else(|| refuse(&format!("{id} is no permission set of {app}")))?;
    if admin.is_some_and(|admin| admin != set.is_admin) {
        return Err(refuse(&format!("admin and permission_set_id of {app} contradict each other")));
    }
    Ok(Access::new(app, set.is_admin))
}

fn refuse(problem: &str) -> ApiError {
    ApiError::invalid_key("access", problem)
}

/// Whether a kept list refers to a permission set.
pub fn has_set(kept: &str, set: &PermissionSet) -> bool {
    let list: Value = serde_json::from_str(kept).unwrap_or_default();
    list.as_array().into_iter().flatten().any(|entry| entry["permission_set_id"].as_str() == Some(set.id))
}

/// The list as v1 shows it, which is how the store keeps it.
pub fn to_json(list: &[Access]) -> String {
    let entry = |access: &Access| {
        let mut entry = serde_json::json!({ "app": access.app, "admin": access.is_admin });
        if let Some(set) = access.set {
            entry["permission_set_id"] = set.id.into();
        }
        entry
    };
    Value::Array(list.iter().map(entry).collect()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> Value {
        serde_json::from_str(&to_json(&parse(&value).unwrap())).unwrap()
    }

    #[test]
    fn completes_what_was_sent() {
        let (regular, admin) = (SETS[1].id, SETS[0].id);
        let regular = json!([{ "app": "sales", "admin": false, "permission_set_id": regular }]);
        assert_eq!(read(json!([{ "app": "sales" }])), regular);
        assert_eq!(read(json!([{ "app": "sales", "admin": 0 }])), regular);
        assert_eq!(read(regular.clone()), regular);
        assert_eq!(read(json!([{ "app": "sales", "permission_set_id": admin }]))[0]["admin"], json!(true));
        assert_eq!(read(json!([{ "app": "account_settings" }]))[0]["admin"], json!(true));
        assert_eq!(read(json!([{ "app": "nova" }])), json!([{ "app": "nova", "admin": false }]));
    }

    #[test]
    fn makes_administrators_of_deals_and_of_everything_only() {
        let makes = |value| makes_admin(&parse(&value).unwrap());
        assert!(makes(json!([{ "app": "sales", "admin": true }])));
        assert!(makes(json!([{ "app": "nova" }, { "app": "global", "permission_set_id": SETS[2].id }])));
        assert!(!makes(json!([{ "app": "sales" }, { "app": "account_settings", "admin": true }, { "app": "projects" }])));
        assert!(makes_admin(&of_everything(true)));
        assert!(!makes_admin(&of_everything(false)) && !makes_admin(&of_invited()));
    }

    #[test]
    fn refuses_what_means_nothing() {
        let regular = SETS[1].id;
        for value in [
            json!("sales"),
            json!(["sales"]),
            json!([{}]),
            json!([{ "app": "chess" }]),
            json!([{ "app": "sales", "admin": "perhaps" }]),
            json!([{ "app": "sales" }, { "app": "sales" }]),
            json!([{ "app": "global", "permission_set_id": regular }]),
            json!([{ "app": "sales", "admin": true, "permission_set_id": regular }]),
        ] {
            assert!(matches!(parse(&value), Err(ApiError::Invalid(_))), "{value}");
        }
    }
}
