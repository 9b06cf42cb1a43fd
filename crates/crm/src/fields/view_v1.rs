//! Writes fields in their v1 form (semantics.md 11.3, 31.18). Rows of notes are shorter than the others.

use super::listed::{Listed, Options};
use super::parts::{self, Part};
use super::view::label_of;
use crate::call::Call;
use crate::custom::FieldType;
use crate::directory::{Directory, FieldOption};
use crate::json::Json;
use crate::op::Version;
use crate::view_v1::write_selected;
use penstock_model::{Field, Kind, Time};

/// A row of a list: a field, or a part of one that v1 lists beside it (semantics.md 11.2).
pub enum Row<'a> {
    Field(Listed<'a>),
    Part { parent: i64, key: String, name: String, part: &'static Part, is_custom: bool, is_required: bool },
}

/// The rows of a list: each field, followed by the flat keys of its parts.
pub fn rows<'a>(directory: &Directory, fields: Vec<Listed<'a>>) -> Vec<Row<'a>> {
    let mut rows = Vec::with_capacity(fields.len());
    for field in fields {
        let parts: Vec<_> = flat_parts(&field).map(|part| part_row(directory, &field, part)).collect();
        rows.push(Row::Field(field));
        rows.extend(parts);
    }
    rows
}

/// Amounts that are built in have their currency in a field of its own.
fn flat_parts(field: &Listed<'_>) -> impl Iterator<Item = &'static Part> + use<> {
    let parted = field.parted_type().filter(|parted| field.is_custom() || *parted == FieldType::Address);
    parted.into_iter().flat_map(parts::flat)
}

fn part_row<'a>(directory: &Directory, field: &Listed<'_>, part: &'static Part) -> Row<'a> {
    Row::Part {
        parent: field.number(),
        key: format!("{}_{}", field.key_v1(), part.key),
        name: part.name_in(field.name()),
        part,
        is_custom: field.is_custom(),
        is_required: field.settings(directory).required.is_some(),
    }
}

pub fn write_row(json: &mut Json, call: &Call, directory: &Directory, row: &Row<'_>) {
    write_selected(json, call, |json| match row {
        Row::Field(field) if field.of.short_rows => write_short(json, directory, field),
        Row::Field(field) => write_field(json, directory, field),
        Row::Part { parent, key, name, part, is_custom, is_required } => {
            json.begin_object();
            json.key("id");
            json.null();
            json.key("key");
            json.string(key);
            json.key("name");
            json.string(name);
            json.key("order_nr");
            json.null();
            json.key("field_type");
            json.string(part.type_name);
            json.key("edit_flag");
            json.bool(*is_custom);
            json.key("active_flag");
            json.bool(true);
            json.key("is_subfield");
            json.bool(true);
            json.key("mandatory_flag");
            json.bool(*is_required);
            json.key("parent_id");
            json.int(*parent);
            json.key("id_suffix");
            json.string(part.key);
            json.end_object();
        }
    });
}

pub fn write(json: &mut Json, call: &Call, directory: &Directory, field: Listed<'_>) {
    write_row(json, call, directory, &Row::Field(field));
}

fn write_short(json: &mut Json, directory: &Directory, field: &Listed<'_>) {
    json.begin_object();
    json.key("id");
    json.int(field.number());
    json.key("key");
    json.string(field.key_v1());
    json.key("name");
    json.string(field.name());
    json.key("field_type");
    json.string(field.type_name(Version::V1));
    json.key("active_flag");
    json.bool(true);
    json.key("edit_flag");
    json.bool(field.is_custom());
    json.key("bulk_edit_allowed");
    json.bool(field.is_writable(Version::V1));
    write_options(json, directory, field);
    json.key("mandatory_flag");
    json.bool(is_mandatory(directory, field));
    json.end_object();
}

fn write_field(json: &mut Json, directory: &Directory, field: &Listed<'_>) {
    json.begin_object();
    write_identity(json, directory, field);
    write_flags(json, directory, field);
    write_link(json, field);
    write_options(json, directory, field);
    let deleted = field.definition.map_or(&[][..], |definition| &definition.deleted_options);
    if !deleted.is_empty() {
        json.key("options_deleted");
        json.begin_array();
        deleted.iter().for_each(|option| write_own(json, option));
        json.end_array();
    }
    write_subfields(json, directory, field);
    json.key("restriction_settings");
    json.raw("[]");
    json.key("user_restrictions");
    json.null();
    json.key("description");
    json.string_or_null(field.definition.and_then(|definition| definition.description.as_deref()));
    json.end_object();
}

fn write_identity(json: &mut Json, directory: &Directory, field: &Listed<'_>) {
    let definition = field.definition;
    json.key("id");
    json.int(field.number());
    json.key("key");
    json.string(field.key_v1());
    json.key("name");
    json.string(field.name());
    json.key("group_id");
    json.null();
    json.key("order_nr");
    json.int(if field.is_custom() { definition.map_or(0, |definition| definition.order_nr) } else { field.number() });
    if field.of.entity.name == "product" {
        json.key("picklist_data");
        json.null();
    }
    json.key("field_type");
    json.string(field.type_name(Version::V1));
    json.key("json_column_flag");
    json.bool(field.is_custom());
    let added = definition.map_or(directory.company.add_time, |definition| definition.add_time);
    json.key("add_time");
    write_time(json, added);
    json.key("update_time");
    write_time(json, definition.and_then(|definition| definition.update_time).unwrap_or(added));
    json.key("last_updated_by_user_id");
    json.int_or_null(definition.and_then(|definition| definition.last_updated_by).map(|user| user.0));
    json.key("created_by_user_id");
    json.int_or_null(definition.and_then(|definition| definition.creator).map(|user| user.0));
}

fn write_time(json: &mut Json, time: Time) {
    json.plain_string(|out| time.write_v1(out));
}

fn write_flags(json: &mut Json, directory: &Directory, field: &Listed<'_>) {
    let settings = field.settings(directory);
    let flags = [
        ("active_flag", true),
        ("edit_flag", field.is_custom()),
        ("index_visible_flag", true),
        ("details_visible_flag", settings.details_visible_flag),
        ("add_visible_flag", settings.add_visible_flag),
        ("important_flag", settings.important.is_some()),
        ("bulk_edit_allowed", field.is_writable(Version::V1)),
        ("searchable_flag", is_searchable(field)),
        ("filtering_allowed", is_filterable(field)),
        ("sortable_flag", field.built_in.is_none_or(|field| field.sort_v1)),
        ("mandatory_flag", is_mandatory(directory, field)),
    ];
    for (key, flag) in flags {
        json.key(key);
        json.bool(flag);
    }
    if field.of.visibility.contains(&"show_in_pipelines") {
        json.key("projects_detail_visible_flag");
        json.bool(settings.projects_detail_visible_flag);
        settings.write_pipelines(json);
    }
}

/// What the company requires, and what is never empty or follows from something else. Real rows call all of that mandatory.
fn is_mandatory(directory: &Directory, field: &Listed<'_>) -> bool {
    let by_itself = |built_in: &Field| {
        // The currency goes with an amount that may be left out.
        let is_filled = built_in.not_null && built_in.kind != Kind::Currency;
        is_filled || !field.is_writable(Version::V1) || field.of.mandatory.contains(&built_in.key)
    };
    field.settings(directory).required.is_some() || field.built_in.is_some_and(by_itself)
}

/// Where people get from a value: by the name to the record, by the owner to the user.
fn write_link(json: &mut Json, field: &Listed<'_>) {
    let Some((title, page)) = field.of.title.filter(|_| !field.is_custom()) else { return };
    if field.code() == title {
        json.key("use_field");
        json.string("id");
        json.key("link");
        json.string(page);
    } else if field.key_v1() == "owner_id" {
        json.key("use_field");
        json.string("owner_id");
    }
}

/// Texts, numbers, amounts and addresses of custom fields can be searched (semantics.md 14). Of built-in ones real rows say so of
/// addresses alone, whatever the search looks at.
fn is_searchable(field: &Listed<'_>) -> bool {
    const SEARCHABLE: &[FieldType] = &[
        FieldType::Address,
        FieldType::Varchar,
        FieldType::Text,
        FieldType::VarcharAuto,
        FieldType::Double,
        FieldType::Monetary,
        FieldType::Phone,
    ];
    match (field.built_in, field.definition) {
        (Some(field), _) => field.searchable && field.kind == Kind::Address,
        (None, definition) => definition.is_some_and(|definition| SEARCHABLE.contains(&definition.field_type)),
    }
}

fn is_filterable(field: &Listed<'_>) -> bool {
    field.built_in.is_none_or(|field| !matches!(field.kind, Kind::Json | Kind::Prices | Kind::LocalDate | Kind::SmartBcc))
}

/// What can be chosen; a field in which nothing can be has no such key.
fn write_options(json: &mut Json, directory: &Directory, field: &Listed<'_>) {
    let options = field.options(directory);
    if matches!(options, Options::None) {
        return;
    }
    json.key("options");
    json.begin_array();
    match options {
        Options::None => {}
        Options::Own(options) => options.iter().for_each(|option| write_own(json, option)),
        Options::Numbers(options) => {
            for (id, label) in options {
                write_option(json, |json| json.int(*id), label, None);
            }
        }
        Options::Words(words) => {
            for word in words {
                write_option(json, |json| json.string(word), &label_of(word), None);
            }
        }
        Options::Settings(settings) => {
            for setting in settings {
                write_option(json, |json| json.string(setting.id), setting.label, setting.color);
            }
        }
    }
    json.end_array();
}

fn write_own(json: &mut Json, option: &FieldOption) {
    write_option(json, |json| json.int(option.id), &option.label, option.color.as_deref());
}

fn write_option(json: &mut Json, id: impl FnOnce(&mut Json), label: &str, color: Option<&str>) {
    json.begin_object();
    json.key("id");
    id(json);
    json.key("label");
    json.string(label);
    if let Some(color) = color {
        json.key("color");
        json.string(color);
    }
    json.end_object();
}

fn write_subfields(json: &mut Json, directory: &Directory, field: &Listed<'_>) {
    let mut parts = flat_parts(field).peekable();
    if parts.peek().is_none() {
        return;
    }
    json.key("subfields");
    json.begin_array();
    for part in parts {
        if let Row::Part { key, name, .. } = part_row(directory, field, part) {
            json.begin_object();
            json.key("key");
            json.string(&key);
            json.key("name");
            json.string(&name);
            json.key("field_type");
            json.string(part.type_name);
            json.end_object();
        }
    }
    json.end_array();
}
