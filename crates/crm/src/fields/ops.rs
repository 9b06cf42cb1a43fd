//! The operations on fields. Deals, persons, organizations, products and projects have the same ones, under their own names.

use super::{ACTIVITIES, DEALS, LEADS, NOTES, ORGANIZATIONS, PERSONS, PRODUCTS, PROJECTS, change, show};
use crate::call::Call;
use crate::op::Method::{Delete, Get, Patch, Post, Put};
use crate::op::Version::{V1, V2};
use crate::op::{Answer, Method, Op, Param, ParamKind, Takes, Version};
use crate::params::{BULK_IDS, CURSOR, LIMIT, START};
use crate::run;
use crate::users::permissions::Permission;

const NAME: Param = Param::new("name", ParamKind::Text, "What people read.");
const FIELD_NAME: Param = Param::new("field_name", ParamKind::Text, "What people read: 1 to 255 characters.");
const FIELD_TYPE: Param = Param::new("field_type", ParamKind::Text, "One of the sixteen types; fixed for life.").required();
const OPTIONS: Param = Param::new("options", ParamKind::Json, "What can be chosen: objects with a label. Only for enum and set.");
const ALL_OPTIONS: Param =
    Param::new("options", ParamKind::Json, "The whole new list: options with id stay, those without are new, others go.");
const ADD_VISIBLE: Param = Param::new("add_visible_flag", ParamKind::Bool, "Whether the dialog for a new record shows it.");
const DESCRIPTION: Param = Param::new("description", ParamKind::Text, "What the field is for.");
const UI_VISIBILITY: Param = Param::new("ui_visibility", ParamKind::Json, "Where it is shown.");
const IMPORTANT: Param = Param::new("important_fields", ParamKind::Json, "Where it is marked as important.");
const REQUIRED: Param = Param::new("required_fields", ParamKind::Json, "Where it must be filled.");

const ALL_SETTINGS: &[Param] = &[Param::new(
    "include_fields",
    ParamKind::Choices(&["ui_visibility", "important_fields", "required_fields"]),
    "Settings to show beside each field, comma separated.",
)];
const VISIBILITY: &[Param] = &[Param::new("include_fields", ParamKind::Choices(&["ui_visibility"]), "Settings to show beside each field.")];

const CREATE_V1: &[Param] = &[NAME.required(), FIELD_TYPE, OPTIONS, ADD_VISIBLE];
const UPDATE_V1: &[Param] = &[NAME, ALL_OPTIONS, ADD_VISIBLE];

/// Keys that a v2 create takes, keys that an update takes, and settings that reads show on request.
struct Keys {
    create: &'static [Param],
    update: &'static [Param],
    list: &'static [Param],
    one: &'static [Param],
}

const DEAL: Keys = Keys {
    create: &[FIELD_NAME.required(), FIELD_TYPE, OPTIONS, UI_VISIBILITY, IMPORTANT, REQUIRED, DESCRIPTION],
    update: &[FIELD_NAME, UI_VISIBILITY, IMPORTANT, REQUIRED, DESCRIPTION],
    list: &[ALL_SETTINGS[0], LIMIT, CURSOR],
    one: ALL_SETTINGS,
};
const CONTACT: Keys = Keys {
    create: &[FIELD_NAME.required(), FIELD_TYPE, OPTIONS, UI_VISIBILITY, IMPORTANT, REQUIRED],
    update: &[FIELD_NAME, UI_VISIBILITY, IMPORTANT, REQUIRED],
    list: DEAL.list,
    one: DEAL.one,
};
const PLAIN: Keys = Keys {
    create: &[FIELD_NAME.required(), FIELD_TYPE, OPTIONS, UI_VISIBILITY],
    update: &[FIELD_NAME, UI_VISIBILITY],
    list: &[VISIBILITY[0], LIMIT, CURSOR],
    one: VISIBILITY,
};

/// Reads show all settings; they cannot be asked for.
const PROJECT: Keys = Keys { create: CONTACT.create, update: CONTACT.update, list: &[LIMIT, CURSOR], one: &[] };

/// The scopes of the operations: reads and writes of v1, reads, creations with deletions, and changes of v2.
struct Scopes {
    read_v1: &'static str,
    write_v1: &'static str,
    read_v2: &'static str,
    create_v2: &'static str,
    update_v2: &'static str,
}

const DEAL_SCOPES: Scopes = Scopes {
    read_v1: "deals:read,deals:full,deal-fields:full,admin",
    write_v1: "deal-fields:full,admin",
    read_v2: "deals:read,deals:full,admin,deal-fields:full",
    create_v2: "admin,deal-fields:full",
    update_v2: "deals:full,admin,deal-fields:full",
};
const CONTACT_SCOPES: Scopes = Scopes {
    read_v1: "contacts:read,contacts:full,contact-fields:full,admin",
    write_v1: "contact-fields:full,admin",
    read_v2: "contacts:read,contacts:full,admin,contact-fields:full",
    create_v2: "admin,contact-fields:full",
    update_v2: "contacts:full,admin,contact-fields:full",
};
const PRODUCT_SCOPES: Scopes = Scopes {
    read_v1: "products:read,product-fields:full,products:full",
    write_v1: "product-fields:full,products:full",
    read_v2: "products:read,products:full,product-fields:full",
    create_v2: "products:full,product-fields:full",
    update_v2: "products:full,product-fields:full",
};

const PROJECT_SCOPES: Scopes = Scopes {
    read_v1: "",
    write_v1: "",
    read_v2: "projects:read,projects:full,project-fields:full",
    create_v2: "project-fields:full",
    update_v2: "project-fields:full",
};

/// The eight operations of v2 on the fields of one entity.
macro_rules! fields_v2 {
    ($path:literal, $name:literal, $of:ident, $keys:ident, $scopes:ident) => {{
        const BY_CODE: &str = concat!($path, "/{field_code}");
        const CHOICES: &str = concat!($path, "/{field_code}/options");
        const fn op(version: Version, method: Method, path: &'static str, id: &'static str, run: fn(Call) -> Answer) -> Op {
            Op::new(version, method, path, id, run).tag(concat!($name, "Fields"))
        }
        &[
            op(V2, Get, $path, concat!("get", $name, "Fields"), run!(show::list_v2(&$of)))
                .scopes($scopes.read_v2)
                .cost(10)
                .query($keys.list)
                .about("Lists fields"),
            op(V2, Post, $path, concat!("add", $name, "Field"), run!(change::add(&$of)))
                .scopes($scopes.create_v2)
                .cost(5)
                .takes(Takes::Keys($keys.create))
                .needs(Permission::AddCustomFields)
                .about("Creates a custom field"),
            op(V2, Get, BY_CODE, concat!("get", $name, "Field"), run!(show::one_v2(&$of)))
                .scopes($scopes.read_v2)
                .cost(1)
                .query($keys.one)
                .about("Shows one field"),
            op(V2, Patch, BY_CODE, concat!("update", $name, "Field"), run!(change::update(&$of)))
                .scopes($scopes.update_v2)
                .cost(5)
                .takes(Takes::Keys($keys.update))
                .needs(Permission::EditCustomFields)
                .about("Changes the sent keys of a field"),
            op(V2, Delete, BY_CODE, concat!("delete", $name, "Field"), run!(change::delete(&$of)))
                .scopes($scopes.create_v2)
                .cost(3)
                .needs(Permission::DeleteCustomFields)
                .about("Marks a custom field as deleted"),
            op(V2, Post, CHOICES, concat!("add", $name, "FieldOptions"), run!(change::add_options(&$of)))
                .scopes($scopes.update_v2)
                .cost(5)
                .takes(Takes::List)
                .needs(Permission::EditCustomFields)
                .about("Adds options to a field, all or none"),
            op(V2, Patch, CHOICES, concat!("update", $name, "FieldOptions"), run!(change::update_options(&$of)))
                .scopes($scopes.update_v2)
                .cost(5)
                .takes(Takes::List)
                .needs(Permission::EditCustomFields)
                .about("Changes options of a field, all or none"),
            op(V2, Delete, CHOICES, concat!("delete", $name, "FieldOptions"), run!(change::delete_options(&$of)))
                .scopes($scopes.update_v2)
                .cost(3)
                .takes(Takes::List)
                .needs(Permission::EditCustomFields)
                .about("Deletes options of a field, all or none"),
        ]
    }};
}

/// The six operations of v1. The last word says how it answers a create where that is not 200 (semantics.md 11.3).
macro_rules! fields_v1 {
    ($path:literal, $name:literal, $of:ident, $scopes:ident $(, $created:ident)?) => {{
        const BY_ID: &str = concat!($path, "/{id}");
        const fn op(version: Version, method: Method, path: &'static str, id: &'static str, run: fn(Call) -> Answer) -> Op {
            Op::new(version, method, path, id, run).tag(concat!($name, "Fields"))
        }
        &[
            op(V1, Get, $path, concat!("get", $name, "Fields"), run!(show::list_v1(&$of)))
                .scopes($scopes.read_v1)
                .cost(20)
                .query(&[START, LIMIT])
                .about("Lists fields"),
            op(V1, Post, $path, concat!("add", $name, "Field"), run!(change::add(&$of)))
                .scopes($scopes.write_v1)
                .cost(10)
                .takes(Takes::Keys(CREATE_V1))
                .needs(Permission::AddCustomFields)
                $(.$created())?
                .about("Creates a custom field"),
            op(V1, Delete, $path, concat!("delete", $name, "Fields"), run!(change::delete_many(&$of)))
                .scopes($scopes.write_v1)
                .cost(10)
                .query(&[BULK_IDS])
                .needs(Permission::DeleteCustomFields)
                .about("Marks several custom fields as deleted"),
            op(V1, Get, BY_ID, concat!("get", $name, "Field"), run!(show::one_v1(&$of)))
                .scopes($scopes.read_v1)
                .cost(2)
                .about("Shows one field"),
            op(V1, Put, BY_ID, concat!("update", $name, "Field"), run!(change::update(&$of)))
                .scopes($scopes.write_v1)
                .cost(10)
                .takes(Takes::Keys(UPDATE_V1))
                .needs(Permission::EditCustomFields)
                .about("Changes the sent keys of a field"),
            op(V1, Delete, BY_ID, concat!("delete", $name, "Field"), run!(change::delete(&$of)))
                .scopes($scopes.write_v1)
                .cost(6)
                .needs(Permission::DeleteCustomFields)
                .about("Marks a custom field as deleted"),
        ]
    }};
}

pub const DEAL_FIELDS: &[Op] = fields_v2!("/dealFields", "Deal", DEALS, DEAL, DEAL_SCOPES);
pub const DEAL_FIELDS_V1: &[Op] = fields_v1!("/dealFields", "Deal", DEALS, DEAL_SCOPES);
pub const PERSON_FIELDS: &[Op] = fields_v2!("/personFields", "Person", PERSONS, CONTACT, CONTACT_SCOPES);
pub const PERSON_FIELDS_V1: &[Op] = fields_v1!("/personFields", "Person", PERSONS, CONTACT_SCOPES);
pub const ORGANIZATION_FIELDS: &[Op] = fields_v2!("/organizationFields", "Organization", ORGANIZATIONS, CONTACT, CONTACT_SCOPES);
pub const ORGANIZATION_FIELDS_V1: &[Op] = fields_v1!("/organizationFields", "Organization", ORGANIZATIONS, CONTACT_SCOPES);
pub const PRODUCT_FIELDS: &[Op] = fields_v2!("/productFields", "Product", PRODUCTS, PLAIN, PRODUCT_SCOPES);
pub const PRODUCT_FIELDS_V1: &[Op] = fields_v1!("/productFields", "Product", PRODUCTS, PRODUCT_SCOPES, created);
/// Fields of projects exist in v2 only.
pub const PROJECT_FIELDS: &[Op] = fields_v2!("/projectFields", "Project", PROJECTS, PROJECT, PROJECT_SCOPES);

pub const ACTIVITY_FIELDS: &[Op] = &[
    Op::new(V2, Get, "/activityFields", "getActivityFields", run!(show::list_v2(&ACTIVITIES)))
        .tag("ActivityFields")
        .scopes("admin")
        .cost(10)
        .query(PLAIN.list)
        .about("Lists fields"),
    Op::new(V2, Get, "/activityFields/{field_code}", "getActivityField", run!(show::one_v2(&ACTIVITIES)))
        .tag("ActivityFields")
        .scopes("admin")
        .cost(1)
        .query(PLAIN.one)
        .about("Shows one field"),
    Op::new(V1, Get, "/activityFields", "getActivityFields", run!(show::list_v1(&ACTIVITIES)))
        .tag("ActivityFields")
        .scopes("activities:read,activities:full")
        .cost(20)
        .about("Lists fields"),
];

pub const LEAD_FIELDS: &[Op] = &[Op::new(V1, Get, "/leadFields", "getLeadFields", run!(show::list_v1(&LEADS)))
    .tag("LeadFields")
    .scopes("leads:read,leads:full,admin")
    .cost(20)
    .query(&[START, LIMIT])
    .about("Lists fields; the custom ones are those of deals")];

pub const NOTE_FIELDS: &[Op] = &[Op::new(V1, Get, "/noteFields", "getNoteFields", run!(show::list_v1(&NOTES)))
    .tag("NoteFields")
    .scopes("deals:read,deals:full,contacts:read,contacts:full")
    .cost(20)
    .about("Lists fields")];
