//! Which apps a user may open, and as what (semantics.md 8.2).

use super::permissions::Permissions;
use crate::body;
use crate::error::{ApiError, ApiResult};
use crate::permission_sets::{PermissionSet, PermissionSets, Sort};
use penstock_model::{Area, Areas};
use serde_json::Value;

const SALES: &str = "sales";
const GLOBAL: &str = "global";
const PROJECTS: &str = "projects";
const ACCOUNT_SETTINGS: &str = "account_settings";

pub const APPS: &[&str] = &[SALES, PROJECTS, "campaigns", GLOBAL, ACCOUNT_SETTINGS, "partnership", "nova"];

/// What the administrators of an app administer.
const AREAS: &[(&str, Area)] =
    &[(SALES, Area::Deals), (GLOBAL, Area::Shared), (PROJECTS, Area::Projects), (ACCOUNT_SETTINGS, Area::Account)];

/// Access to one app. Apps that Penstock does not have know no permission sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    app: String,
    is_admin: bool,
    /// The id of a permission set.
    set: Option<String>,
}

impl Access {
    fn new(sets: &PermissionSets, app: &str, is_admin: bool) -> Self {
        let set = sets.built_in(app, Some(is_admin)).map(|set| set.id.clone());
        Access { app: app.to_owned(), is_admin, set }
    }

    fn of_set(set: &PermissionSet) -> Self {
        Access { app: set.app.clone(), is_admin: set.sort == Sort::Admin, set: Some(set.id.clone()) }
    }

    /// What somebody gets who was only let in: regular access, or the one sort there is.
    fn default_of(sets: &PermissionSets, app: &str) -> Self {
        sets.built_in(app, None).map_or_else(|| Access::new(sets, app, false), Access::of_set)
    }
}

/// What an administrator, or a regular user, of everything has.
pub fn of_everything(sets: &PermissionSets, admin: bool) -> Vec<Access> {
    let apps: &[&str] = if admin { &[SALES, GLOBAL, PROJECTS, ACCOUNT_SETTINGS] } else { &[SALES, GLOBAL] };
    apps.iter().map(|app| Access::new(sets, app, admin)).collect()
}

/// What an invited user has where the invitation does not say.
pub fn of_invited(sets: &PermissionSets) -> Vec<Access> {
    vec![Access::default_of(sets, SALES)]
}

/// Whether nothing in the company is kept from somebody with this access, however projects are shared out.
pub fn is_of_everything(list: &[Access]) -> bool {
    [SALES, GLOBAL, ACCOUNT_SETTINGS].iter().all(|app| list.iter().any(|access| access.is_admin && access.app == *app))
}

/// What somebody with this access administers.
pub fn areas(list: &[Access]) -> Areas {
    let administers = |app: &str| list.iter().any(|access| access.is_admin && access.app == app);
    AREAS.iter().filter(|(app, _)| administers(app)).map(|(_, area)| *area).collect()
}

/// What the sets of this access together allow. Sets of deals and of what all apps share hold permissions; who has access to
/// neither may do what regular users may.
pub fn permissions(list: &[Access], sets: &PermissionSets) -> Permissions {
    let held = list.iter().filter(|access| access.app == SALES || access.app == GLOBAL);
    let allowed = held.filter_map(|access| sets.find(access.set.as_deref()?)).map(|set| set.permissions);
    allowed.reduce(Permissions::or).unwrap_or_else(Permissions::regular)
}

/// Reads the `access` of a request: `[{"app":…, "admin":…, "permission_set_id":…}]`.
pub fn parse(value: &Value, sets: &PermissionSets) -> ApiResult<Vec<Access>> {
    let entries = value.as_array().ok_or_else(|| refuse("must be a list of objects"))?;
    let mut list: Vec<Access> = Vec::with_capacity(entries.len());
    for entry in entries {
        let access = parse_entry(entry, sets)?;
        if list.iter().any(|known| known.app == access.app) {
            return Err(refuse(&format!("names the app {} twice", access.app)));
        }
        list.push(access);
    }
    Ok(list)
}

fn parse_entry(entry: &Value, sets: &PermissionSets) -> ApiResult<Access> {
    let entry = entry.as_object().ok_or_else(|| refuse("must be a list of objects"))?;
    let member = |key: &str| entry.get(key).filter(|value| !value.is_null());
    let app = member("app").and_then(Value::as_str).filter(|app| APPS.contains(app));
    let app = app.ok_or_else(|| refuse(&format!("app must be one of {}", APPS.join(", "))))?;
    let admin = match member("admin") {
        None => None,
        Some(value) => Some(body::flag(value).ok_or_else(|| refuse("admin must be true or false"))?),
    };
    let Some(id) = member("permission_set_id") else {
        return Ok(admin.map_or_else(|| Access::default_of(sets, app), |admin| Access::new(sets, app, admin)));
    };
    let set = id.as_str().and_then(|id| sets.find(id)).filter(|set| set.app == app);
    let set = set.ok_or_else(|| refuse(&format!("{id} is no permission set of {app}")))?;
    let access = Access::of_set(set);
    if admin.is_some_and(|admin| admin != access.is_admin) {
        return Err(refuse(&format!("admin and permission_set_id of {app} contradict each other")));
    }
    Ok(access)
}

fn refuse(problem: &str) -> ApiError {
    ApiError::invalid_key("access", problem)
}

/// Reads the list as the store keeps it.
pub fn of_kept(kept: &str) -> Vec<Access> {
    let list: Value = serde_json::from_str(kept).unwrap_or_default();
    let access = |entry: &Value| Access {
        app: entry["app"].as_str().unwrap_or_default().to_owned(),
        is_admin: entry["admin"].as_bool().unwrap_or_default(),
        set: entry["permission_set_id"].as_str().map(str::to_owned),
    };
    list.as_array().into_iter().flatten().map(access).collect()
}

/// Whether somebody has a permission set.
pub fn has_set(list: &[Access], set: &PermissionSet) -> bool {
    list.iter().any(|access| access.set.as_deref() == Some(&set.id))
}

/// The list as v1 shows it, which is how the store keeps it.
pub fn to_json(list: &[Access]) -> String {
    let entry = |access: &Access| {
        let mut entry = serde_json::json!({ "app": access.app, "admin": access.is_admin });
        if let Some(set) = &access.set {
            entry["permission_set_id"] = set.as_str().into();
        }
        entry
    };
    Value::Array(list.iter().map(entry).collect()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sets() -> PermissionSets {
        PermissionSets::with(Vec::new())
    }

    fn set_of(app: &str, admin: bool) -> String {
        sets().built_in(app, Some(admin)).unwrap().id.clone()
    }

    fn read(value: Value) -> Value {
        serde_json::from_str(&to_json(&parse(&value, &sets()).unwrap())).unwrap()
    }

    #[test]
    fn completes_what_was_sent() {
        let (regular, admin) = (set_of("sales", false), set_of("sales", true));
        let regular = json!([{ "app": "sales", "admin": false, "permission_set_id": regular }]);
        assert_eq!(read(json!([{ "app": "sales" }])), regular);
        assert_eq!(read(json!([{ "app": "sales", "admin": 0 }])), regular);
        assert_eq!(read(regular.clone()), regular);
        assert_eq!(read(json!([{ "app": "sales", "permission_set_id": admin }]))[0]["admin"], json!(true));
        assert_eq!(read(json!([{ "app": "account_settings" }]))[0]["admin"], json!(true));
        assert_eq!(read(json!([{ "app": "nova" }])), json!([{ "app": "nova", "admin": false }]));
        let list = of_everything(&sets(), true);
        assert_eq!(of_kept(&to_json(&list)), list);
    }

    #[test]
    fn administers_the_apps_that_it_names() {
        let of = |value| areas(&parse(&value, &sets()).unwrap());
        assert_eq!(of(json!([{ "app": "sales", "admin": true }, { "app": "global" }])), [Area::Deals].into_iter().collect());
        assert_eq!(of(json!([{ "app": "nova", "admin": true }, { "app": "account_settings" }])), [Area::Account].into_iter().collect());
        assert_eq!(areas(&of_everything(&sets(), true)), Areas::ALL);
        assert_eq!(areas(&of_everything(&sets(), false)), Areas::default());
        let deals_only = parse(&json!([{ "app": "sales", "admin": true }]), &sets()).unwrap();
        assert!(is_of_everything(&of_everything(&sets(), true)) && !is_of_everything(&deals_only));
    }

    #[test]
    fn allows_what_one_of_its_sets_allows() {
        let allowed = |value| permissions(&parse(&value, &sets()).unwrap(), &sets());
        assert_eq!(allowed(json!([{ "app": "sales" }])), Permissions::regular());
        assert_eq!(allowed(json!([{ "app": "sales" }, { "app": "global", "admin": true }])), Permissions::all());
        assert_eq!(allowed(json!([{ "app": "projects" }])), Permissions::regular(), "projects have no permissions of their own");
    }

    #[test]
    fn refuses_what_means_nothing() {
        let regular = set_of("sales", false);
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
            assert!(matches!(parse(&value, &sets()), Err(ApiError::Invalid(_))), "{value}");
        }
    }
}
