//! The keys of a v1 organization that no field row describes (semantics.md 9, 31.17).

use super::fields::*;
use crate::json::Json;
use crate::persons::first_label;
use crate::view_v1::{Form, ViewV1};
use penstock_model::Record;

pub fn extra_v1(view: &ViewV1<'_>, organization: &Record, json: &mut Json) {
    let directory = view.directory();
    json.key("company_id");
    json.int(directory.company.id.0);
    json.key("active_flag");
    json.bool(!organization.is(IS_DELETED));
    json.key("label");
    json.int_or_null(first_label(organization.text(LABELS)));
    json.key("owner_name");
    json.string_or_null(organization.get(OWNER).and_then(|id| directory.user(id)).map(|user| user.name.as_str()));
    json.key("category_id");
    json.null();
    if view.form == Form::Flat {
        return;
    }
    json.key("edit_name");
    json.bool(true);
    view.write_activities(json, organization.get(LAST_ACTIVITY), organization.get(NEXT_ACTIVITY));
}
