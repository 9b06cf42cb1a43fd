//! The parts of values that have several: what v2 lists as `subfields`, and v1 as rows of their own.

use crate::custom::FieldType;

/// One part of a value.
pub struct Part {
    /// The key in the v2 value; in v1 the flat key ends in it.
    pub key: &'static str,
    name: &'static str,
    pub type_name: &'static str,
}

impl Part {
    /// What people read: the part and the field it belongs to.
    pub fn name_in(&self, field: &str) -> String {
        format!("{} of {field}", self.name)
    }
}

const fn part(key: &'static str, name: &'static str, type_name: &'static str) -> Part {
    Part { key, name, type_name }
}

const MONETARY: &[Part] = &[part("value", "Amount", "double"), part("currency", "Currency", "varchar")];
const DATE_RANGE: &[Part] = &[part("value", "Start date", "date"), part("until", "End date", "date")];
const TIME: &[Part] =
    &[part("value", "Time", "time"), part("timezone_id", "Time zone ID", "int"), part("timezone_name", "Time zone name", "varchar")];
const TIME_RANGE: &[Part] = &[
    part("value", "Start time", "time"),
    part("until", "End time", "time"),
    part("timezone_id", "Time zone ID", "int"),
    part("timezone_name", "Time zone name", "varchar"),
];
const ADDRESS: &[Part] = &[
    part("value", "Address value", "varchar"),
    part("subpremise", "Apartment/suite", "varchar"),
    part("street_number", "House number", "varchar"),
    part("route", "Street/road name", "varchar"),
    part("sublocality", "Neighbourhood", "varchar"),
    part("locality", "District", "varchar"),
    part("admin_area_level_1", "State/province", "varchar"),
    part("admin_area_level_2", "County", "varchar"),
    part("country", "Country", "varchar"),
    part("postal_code", "Postal code", "varchar"),
    part("formatted_address", "Formatted address", "varchar"),
];

/// The parts of values of a type, the main one first; none where a value is one piece.
pub fn of(field_type: FieldType) -> &'static [Part] {
    match field_type {
        FieldType::Monetary => MONETARY,
        FieldType::DateRange => DATE_RANGE,
        FieldType::Time => TIME,
        FieldType::TimeRange => TIME_RANGE,
        FieldType::Address => ADDRESS,
        _ => &[],
    }
}

/// Those that v1 spreads over flat keys of their own.
pub fn flat(field_type: FieldType) -> impl Iterator<Item = &'static Part> {
    of(field_type).iter().filter(move |part| field_type.parts().contains(&part.key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flat_key_of_v1_is_a_part() {
        for name in FieldType::names() {
            let field_type = FieldType::parse(name).unwrap();
            let keys: Vec<_> = flat(field_type).map(|part| part.key).collect();
            assert_eq!(keys, field_type.parts(), "{name}");
        }
    }
}
