//! Custom fields: the sixteen types, how their values are read, kept and shown (semantics.md 11).
//!
//! A value is kept as JSON in its v2 form, under the code of its field, and only when it is set.

mod parse;
#[cfg(test)]
mod tests;
mod timezone;
mod view;

pub(crate) use parse::address;
pub use parse::{CustomPatch, apply_v1, apply_v2};
pub use view::{CustomShape, FlatShape, write_set_v1};

/// The type of a custom field, fixed for the life of the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    Varchar,
    VarcharAuto,
    Text,
    Double,
    Monetary,
    Set,
    Enum,
    User,
    Org,
    People,
    Phone,
    Date,
    DateRange,
    Time,
    TimeRange,
    Address,
}

/// The names that the API gives to the types.
const NAMES: &[(FieldType, &str)] = &[
    (FieldType::Varchar, "varchar"),
    (FieldType::VarcharAuto, "varchar_auto"),
    (FieldType::Text, "text"),
    (FieldType::Double, "double"),
    (FieldType::Monetary, "monetary"),
    (FieldType::Set, "set"),
    (FieldType::Enum, "enum"),
    (FieldType::User, "user"),
    (FieldType::Org, "org"),
    (FieldType::People, "people"),
    (FieldType::Phone, "phone"),
    (FieldType::Date, "date"),
    (FieldType::DateRange, "daterange"),
    (FieldType::Time, "time"),
    (FieldType::TimeRange, "timerange"),
    (FieldType::Address, "address"),
];

/// The parts of an address beside its `value`, in the order in which they are shown.
pub const ADDRESS_PARTS: &[&str] = &[
    "subpremise",
    "street_number",
    "route",
    "sublocality",
    "locality",
    "admin_area_level_1",
    "admin_area_level_2",
    "country",
    "postal_code",
    "formatted_address",
];

impl FieldType {
    pub fn parse(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(kind, _)| *kind == self).map_or("varchar", |(_, name)| name)
    }

    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(_, name)| *name)
    }

    /// The suffixes of the flat keys in which v1 spreads a value, beside the key itself; without the underscore.
    /// They are also the keys of the parts in v2, beside `value`.
    pub fn parts(self) -> &'static [&'static str] {
        match self {
            FieldType::Monetary => &["currency"],
            FieldType::DateRange => &["until"],
            FieldType::Time => &["timezone_id"],
            FieldType::TimeRange => &["until", "timezone_id"],
            FieldType::Address => ADDRESS_PARTS,
            _ => &[],
        }
    }

    pub fn has_options(self) -> bool {
        matches!(self, FieldType::Set | FieldType::Enum)
    }
}
