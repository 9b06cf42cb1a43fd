//! Where the value of a field stands, in which form, and what conditions may ask about it.

use super::operators::Class;
use crate::custom::{ADDRESS_PARTS, FieldType};
use crate::directory::Directory;
use crate::fields::{self, Listed};
use crate::op::Version;
use penstock_model::{Entity, Field, Kind, Place};
use penstock_store::field_values::field_number;

/// The form of a value, in a column or as a key of the value index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A whole number, or an id.
    Whole,
    /// Any number; in the index, its key.
    Real,
    Amount,
    /// Milliseconds.
    Instant,
    Day,
    /// `10:00` or `10:00:00`.
    Clock,
    Text,
}

/// Where values stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Column(&'static str),
    /// A column of the totals; without a row counts are zero.
    Total {
        column: &'static str,
        is_count: bool,
    },
    /// A column of the totals of the organization.
    Related(&'static str),
    /// A JSON list of objects with a `value`.
    Contacts(&'static str),
    /// A member of the JSON object of an address.
    Address {
        column: &'static str,
        part: &'static str,
    },
    /// A JSON list of prices.
    Prices(&'static str),
    /// Ids in a list of the record, under this key.
    Held(&'static str),
    /// The value index, under this number.
    Index(i64),
}

/// What a condition looks at.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    pub class: Class,
    pub form: Form,
    pub source: Source,
    /// The column that holds the currency of a built-in amount.
    pub currency: Option<&'static str>,
}

/// Finds the field of an object by its numeric id in v1, or by a key. Leads share custom fields with deals.
pub fn find<'a>(directory: &'a Directory, object: &'static Entity, field: &str) -> Option<Listed<'a>> {
    let of = fields::of(object)?;
    match field.parse() {
        Ok(number) => Listed::by_number(directory, of, number),
        Err(_) => fields::all(directory, of, Version::V1).into_iter().find(|known| known.key_v1() == field || known.code() == field),
    }
}

impl Subject {
    /// `part` names a part of an address. Errors: the field has no values to compare, or the address no such part.
    pub fn of(object: &'static Entity, field: &Listed<'_>, part: Option<&str>) -> Result<Self, String> {
        let subject = match (field.built_in, field.definition) {
            (Some(built_in), _) => Subject::built_in(object, built_in, part)?,
            (None, Some(definition)) => Some(Subject::custom(object, &definition.code, definition.field_type, part)?),
            (None, None) => None,
        };
        subject.ok_or_else(|| format!("{} cannot be filtered by", field.key_v1()))
    }

    fn built_in(object: &'static Entity, field: &'static Field, part: Option<&str>) -> Result<Option<Self>, String> {
        // The API knows leads by their UUIDs.
        if field.kind == Kind::Id && object.field("uuid").is_some() {
            return Ok(Some(Subject { class: Class::Record, form: Form::Text, source: Source::Column("uuid"), currency: None }));
        }
        let Some(class) = class_of(field) else { return Ok(None) };
        let source = match (field.place, field.kind) {
            (Place::Totals, kind) => Source::Total { column: field.column, is_count: kind == Kind::Count },
            (Place::Related, _) => Source::Related(field.column),
            (Place::Computed | Place::Nowhere, _) => return Ok(None),
            (Place::Row, Kind::Contacts) => Source::Contacts(field.column),
            (Place::Row, Kind::Address) => Source::Address { column: field.column, part: address_part(part)? },
            (Place::Row, Kind::Prices) => Source::Prices(field.column),
            (Place::Row, Kind::List(_)) => Source::Held(field.key),
            (Place::Row, _) if class == Class::Set => Source::Index(field_number(object.name, field.key, "")),
            (Place::Row, _) => Source::Column(field.column),
        };
        let currency = (class == Class::Money && field.kind != Kind::Prices)
            .then(|| object.field("currency"))
            .flatten()
            .map(|(_, field)| field.column);
        Ok(Some(Subject { class, form: form_of(field), source, currency }))
    }

    fn custom(object: &'static Entity, code: &str, field_type: FieldType, part: Option<&str>) -> Result<Self, String> {
        let (class, form) = match field_type {
            FieldType::Varchar | FieldType::VarcharAuto | FieldType::Text | FieldType::Phone | FieldType::Address => {
                (Class::Text, Form::Text)
            }
            FieldType::Double => (Class::Number, Form::Real),
            FieldType::Monetary => (Class::Money, Form::Amount),
            FieldType::Set => (Class::Set, Form::Real),
            FieldType::Enum => (Class::Choice, Form::Real),
            FieldType::User => (Class::User, Form::Real),
            FieldType::Org | FieldType::People => (Class::Record, Form::Real),
            FieldType::Date => (Class::Date, Form::Day),
            FieldType::DateRange => (Class::DateRange, Form::Day),
            FieldType::Time => (Class::Time, Form::Clock),
            FieldType::TimeRange => (Class::TimeRange, Form::Clock),
        };
        let part = match (field_type, address_part(part)) {
            (FieldType::Address, Ok("value")) => "",
            (FieldType::Address, part) => part?,
            _ => "",
        };
        Ok(Subject { class, form, source: Source::Index(field_number(object.name, code, part)), currency: None })
    }
}

/// The name of a part of an address; without one the whole line.
fn address_part(part: Option<&str>) -> Result<&'static str, String> {
    let Some(part) = part else { return Ok("value") };
    let known = ADDRESS_PARTS.iter().find(|known| **known == part);
    known.copied().ok_or_else(|| format!("extra_value must be one of {}", ADDRESS_PARTS.join(", ")))
}

/// What can be asked about a built-in field; nothing where the field lists do not offer it for filters.
fn class_of(field: &Field) -> Option<Class> {
    Some(match field.kind {
        Kind::Custom | Kind::LocalDate | Kind::SmartBcc => return None,
        Kind::Currency => Class::Currency,
        Kind::Visibility => Class::Visibility,
        Kind::Stage => Class::Stage,
        Kind::Pipeline => Class::Pipeline,
        Kind::User => Class::User,
        Kind::Text(_) if field.key == "title" => Class::Title,
        _ => match field.field_type {
            "int" | "double" | "picture" => Class::Number,
            "monetary" | "price_list" => Class::Money,
            "date" => Class::Date,
            "time" => Class::Time,
            "status" => Class::Status,
            "set" => Class::Set,
            "enum" | "boolean" | "billing_frequency" => Class::Choice,
            "people" | "org" | "deal" | "deals" | "lead" | "product" | "activity" | "project" | "projects_board" | "projects_phase" => {
                Class::Record
            }
            "varchar" | "varchar_auto" | "varchar_options" | "text" | "phone" | "address" => Class::Text,
            _ => return None,
        },
    })
}

fn form_of(field: &Field) -> Form {
    match field.kind {
        Kind::Money => Form::Amount,
        Kind::Time | Kind::Moment => Form::Instant,
        Kind::Prices => Form::Real,
        Kind::Date => Form::Day,
        Kind::Text(_) if field.field_type == "time" => Form::Clock,
        Kind::Labels => Form::Real,
        Kind::Text(_) | Kind::Choice(_) | Kind::Currency | Kind::Lead | Kind::Contacts | Kind::Address | Kind::Json => Form::Text,
        _ => Form::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::super::objects::TYPES;
    use super::*;

    /// What the field lists offer for filters can be filtered by, but for lists that only Penstock keeps as JSON.
    #[test]
    fn every_field_that_lists_offer_can_be_filtered_by() {
        for object in TYPES.iter().map(|known| known.lists) {
            for field in object.fields.iter().filter(|field| field.listed_v1) {
                let offered = !matches!(field.kind, Kind::Json | Kind::LocalDate | Kind::SmartBcc) || field.field_type == "set";
                let subject = Subject::built_in(object, field, None).unwrap();
                assert_eq!(subject.is_some(), offered, "{} {}", object.name, field.key);
            }
        }
    }

    #[test]
    fn addresses_have_ten_parts() {
        assert_eq!(address_part(None), Ok("value"));
        assert_eq!(address_part(Some("locality")), Ok("locality"));
        assert!(address_part(Some("value")).is_err());
        assert!(address_part(Some("planet")).is_err());
    }
}
