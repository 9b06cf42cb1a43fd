//! Writes fields in their v2 form (semantics.md 11.4).

use super::listed::{Listed, Options};
use super::parts;
use crate::directory::{Directory, FieldOption};
use crate::json::Json;
use crate::op::Version;
use penstock_model::Show;

/// Writes a field with those of its three settings objects that `include` names.
pub fn write(json: &mut Json, directory: &Directory, field: &Listed<'_>, include: &[&str]) {
    json.begin_object();
    json.key("field_name");
    json.string(field.name());
    json.key("field_code");
    json.string(field.code());
    json.key("description");
    json.string_or_null(field.definition.and_then(|definition| definition.description.as_deref()));
    json.key("field_type");
    json.string(field.type_name(Version::V2));
    json.key("options");
    write_options(json, directory, field);
    json.key("subfields");
    write_subfields(json, field);
    json.key("is_custom_field");
    json.bool(field.is_custom());
    json.key("is_optional_response_field");
    json.bool(field.built_in.is_some_and(|field| field.v2 == Show::OnRequest));
    json.key("is_writable");
    json.bool(field.is_writable(Version::V2));
    if !include.is_empty() {
        let settings = field.settings(directory);
        for name in field.of.settings().filter(|name| include.contains(name)) {
            settings.write(json, field.of, name);
        }
    }
    json.end_object();
}

fn write_options(json: &mut Json, directory: &Directory, field: &Listed<'_>) {
    match field.options(directory) {
        Options::None => return json.null(),
        Options::Own(options) => {
            json.begin_array();
            options.iter().for_each(|option| write_option(json, option));
        }
        // Built-in lists have ids that are texts.
        Options::Numbers(options) => {
            json.begin_array();
            options.iter().for_each(|(id, label)| write_fixed(json, &id.to_string(), label));
        }
        Options::Words(words) => {
            json.begin_array();
            words.iter().for_each(|word| write_fixed(json, word, &label_of(word)));
        }
        Options::Settings(settings) => {
            json.begin_array();
            settings.iter().for_each(|setting| write_fixed(json, setting.id, setting.label));
        }
    }
    json.end_array();
}

fn write_fixed(json: &mut Json, id: &str, label: &str) {
    json.begin_object();
    json.key("id");
    json.string(id);
    json.key("label");
    json.string(label);
    json.end_object();
}

/// An option of the company.
pub fn write_option(json: &mut Json, option: &FieldOption) {
    json.begin_object();
    json.key("id");
    json.int(option.id);
    json.key("label");
    json.string(&option.label);
    json.key("color");
    json.string_or_null(option.color.as_deref());
    for (key, time) in [("add_time", &option.add_time), ("update_time", &option.update_time)] {
        if let Some(time) = time {
            json.key(key);
            json.string(time);
        }
    }
    json.end_object();
}

/// What people read for a word of a fixed list: `no_consent` is shown as `No consent`.
pub fn label_of(word: &str) -> String {
    let mut label = word.replace('_', " ");
    if let Some(first) = label.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    label
}

fn write_subfields(json: &mut Json, field: &Listed<'_>) {
    let parts = field.parted_type().map(parts::of).unwrap_or_default();
    if parts.is_empty() {
        return json.null();
    }
    json.begin_array();
    for part in parts {
        json.begin_object();
        json.key("field_code");
        json.string(part.key);
        json.key("field_name");
        json.string(&part.name_in(field.name()));
        json.key("field_type");
        json.string(part.type_name);
        json.end_object();
    }
    json.end_array();
}
