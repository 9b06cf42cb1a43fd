//! The keys of a v1 person that no field row describes (semantics.md 9, 31.17).

use super::fields::*;
use crate::json::Json;
use crate::view_v1::{Form, ViewV1};
use penstock_model::Record;

pub fn extra_v1(view: &ViewV1<'_>, person: &Record, json: &mut Json) {
    let directory = view.directory();
    json.key("company_id");
    json.int(directory.company.id.0);
    json.key("active_flag");
    json.bool(!person.is(IS_DELETED));
    json.key("label");
    json.int_or_null(first_label(person.text(LABELS)));
    json.key("primary_email");
    json.string_or_null(primary(person.text(EMAILS)).as_deref());
    json.key("owner_name");
    json.string_or_null(person.get(OWNER).and_then(|id| directory.user(id)).map(|user| user.name.as_str()));
    json.key("org_name");
    let organization = person.get(ORGANIZATION).and_then(|id| view.related.organizations.get(&id));
    json.string_or_null(organization.map(|organization| organization.name.as_str()));
    if view.form == Form::Flat {
        return;
    }
    view.write_activities(json, person.get(LAST_ACTIVITY), person.get(NEXT_ACTIVITY));
}

/// The first id of a kept label list: what v1 calls `label` (semantics.md 9.1).
pub fn first_label(kept: Option<&str>) -> Option<i64> {
    kept?.strip_prefix('[')?.split([',', ']']).next()?.parse().ok()
}

/// The value of the primary row of a kept list of e-mails or phones.
fn primary(kept: Option<&str>) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Contact {
        #[serde(default)]
        primary: bool,
        value: Option<String>,
    }
    let rows: Vec<Contact> = serde_json::from_str(kept?).ok()?;
    rows.into_iter().find(|row| row.primary)?.value
}
