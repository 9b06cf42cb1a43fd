//! One field as the field lists show it: built in, made by the company, or built in with options and settings
//! of the company.

use super::{FieldsOf, Settings};
use crate::custom::FieldType;
use crate::directory::{Directory, FieldDefinition, FieldOption};
use crate::op::Version;
use penstock_model::{Field, Kind, Show, Write};

/// A built-in field, a definition of the company, or both.
pub struct Listed<'a> {
    pub of: &'static FieldsOf,
    pub built_in: Option<&'static Field>,
    pub definition: Option<&'a FieldDefinition>,
}

/// What can be chosen in a field.
pub enum Options<'a> {
    None,
    /// Options of the company.
    Own(&'a [FieldOption]),
    /// A fixed list of ids and labels; only v1 shows them as numbers.
    Numbers(&'static [(i64, &'static str)]),
    Words(&'static [&'static str]),
    /// Settings of the company that have lists of their own, as they are now.
    Settings(Vec<Setting<'a>>),
}

/// What activities and leads name by a text.
pub struct Setting<'a> {
    pub id: &'a str,
    pub label: &'a str,
    pub color: Option<&'a str>,
}

const VISIBILITIES: &[(i64, &str)] =
    &[(1, "Item owner"), (3, "Item owner's visibility group"), (5, "Item owner's visibility group and sub-groups"), (7, "All users")];
const YES_NO: &[(i64, &str)] = &[(1, "Yes"), (0, "No")];

/// All fields that a version lists for an entity: the built-in ones, then those of the company.
pub fn all<'a>(directory: &'a Directory, of: &'static FieldsOf, version: Version) -> Vec<Listed<'a>> {
    let built_in = of.entity.fields.iter().filter(|field| is_listed(field, version)).map(|field| Listed {
        of,
        built_in: Some(field),
        definition: own_definition(directory, of, field),
    });
    let custom = directory.custom_fields(of.entity.name).map(|field| Listed { of, built_in: None, definition: Some(field.as_ref()) });
    built_in.chain(custom).collect()
}

fn is_listed(field: &Field, version: Version) -> bool {
    match version {
        Version::V1 => field.listed_v1 && field.v1 != Show::Never,
        Version::V2 => field.listed_v2 && field.v2 != Show::Never,
    }
}

/// Leads take over the channels of deals, but their labels are their own (semantics.md 12).
fn own_definition<'a>(directory: &'a Directory, of: &FieldsOf, field: &Field) -> Option<&'a FieldDefinition> {
    let definition = directory.field(of.entity.name, field.key)?;
    (definition.entity == of.entity.name || field.kind == Kind::Choosable).then_some(definition.as_ref())
}

impl<'a> Listed<'a> {
    pub fn by_code(directory: &'a Directory, of: &'static FieldsOf, version: Version, code: &str) -> Option<Self> {
        all(directory, of, version).into_iter().find(|field| field.code() == code)
    }

    pub fn by_number(directory: &'a Directory, of: &'static FieldsOf, number: i64) -> Option<Self> {
        all(directory, of, Version::V1).into_iter().find(|field| field.number() == number)
    }

    /// The numeric id in v1. Those of custom fields begin above all built-in ones.
    pub fn number(&self) -> i64 {
        match (self.built_in, self.definition) {
            (Some(field), _) => i64::from(field.number),
            (None, definition) => definition.map_or(0, |definition| definition.id),
        }
    }

    pub fn is_custom(&self) -> bool {
        self.built_in.is_none()
    }

    pub fn code(&self) -> &'a str {
        match (self.built_in, self.definition) {
            (Some(field), _) => field.key,
            (None, definition) => definition.map_or("", |definition| definition.code.as_str()),
        }
    }

    /// The key in v1, which knows labels under their old one (semantics.md 12).
    pub fn key_v1(&self) -> &'a str {
        match self.built_in {
            Some(field) if field.kind == Kind::Labels => "label",
            Some(field) => field.v1_key,
            None => self.code(),
        }
    }

    pub fn name(&self) -> &'a str {
        match (self.built_in, self.definition) {
            (Some(field), _) => field.name,
            (None, definition) => definition.map_or("", |definition| definition.name.as_str()),
        }
    }

    /// The reported type. Only v1 has one for pipelines (semantics.md 11.3). Where a version shows one label as a number, the
    /// labels are a choice of one there (semantics.md 12).
    pub fn type_name(&self, version: Version) -> &'a str {
        match (self.built_in, self.definition) {
            (Some(field), _) if field.kind == Kind::Pipeline && version == Version::V2 => "int",
            (Some(field), _) if field.kind == Kind::Labels && version == Version::V1 && self.of.one_label => "enum",
            (Some(field), _) => field.field_type,
            (None, definition) => definition.map_or("varchar", |definition| definition.type_name.as_str()),
        }
    }

    /// The type by which a value has parts: that of custom fields, and of built-in addresses and amounts.
    pub fn parted_type(&self) -> Option<FieldType> {
        match (self.built_in, self.definition) {
            (None, definition) => definition.map(|definition| definition.field_type),
            (Some(field), _) if field.kind == Kind::Address => Some(FieldType::Address),
            (Some(field), _) if field.kind == Kind::Money && field.field_type == "monetary" => Some(FieldType::Monetary),
            _ => None,
        }
    }

    pub fn options(&self, directory: &'a Directory) -> Options<'a> {
        if let (Some(field), Some((key, settings))) = (self.built_in, self.of.chosen)
            && field.key == key
        {
            return Options::Settings(settings(directory));
        }
        match (self.built_in, self.definition) {
            _ if self.has_own_options() => Options::Own(self.definition.map_or(&[], |definition| &definition.options)),
            (None, _) => Options::None,
            (Some(field), _) => match field.kind {
                Kind::Choice(words) => Options::Words(words),
                Kind::Visibility => Options::Numbers(VISIBILITIES),
                Kind::Bool if field.field_type == "enum" => Options::Numbers(YES_NO),
                _ => Options::None,
            },
        }
    }

    /// Whether the company says what can be chosen.
    pub fn has_own_options(&self) -> bool {
        match (self.built_in, self.definition) {
            (Some(field), _) => matches!(field.kind, Kind::Labels | Kind::Choosable | Kind::Category),
            (None, definition) => definition.is_some_and(|definition| definition.field_type.has_options()),
        }
    }

    pub fn settings(&self, directory: &Directory) -> Settings {
        let set = self.definition.filter(|definition| definition.entity == self.of.entity.name || self.is_custom());
        let set = set.and_then(|definition| definition.settings.clone());
        match (set, self.built_in) {
            (Some(settings), _) => settings.live(directory),
            (None, Some(field)) => Settings::built_in(field),
            (None, None) => Settings::custom(false),
        }
    }

    /// Whether requests may set it.
    pub fn is_writable(&self, version: Version) -> bool {
        self.built_in.is_none_or(|field| {
            let write = if version == Version::V1 { field.write_v1 } else { field.write_v2 };
            write != Write::Never
        })
    }
}
