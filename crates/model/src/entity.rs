use crate::{Field, Record};

/// A kind of record: its table, its fields, and what it adds to the totals of other records.
#[derive(Debug)]
pub struct Entity {
    /// The word of the API for one of it, such as `deal`.
    pub name: &'static str,
    /// The word as error texts begin with it, such as `Deal`.
    pub title: &'static str,
    pub table: &'static str,
    pub fields: &'static [Field],
    /// Whether rows have an owner, followers and `visible_to`, so that the rights condition applies.
    pub owned: bool,
    /// A row that exists but is hidden from the caller answers 403 rather than 404 (semantics.md 8.1).
    pub hides_by_403: bool,
    /// Whether rows of the table of totals exist for it.
    pub has_totals: bool,
    /// Whether its changes are kept field by field in the history.
    pub has_history: bool,
    /// Whether a change of it changes what every request needs to know (users, fields, pipelines).
    pub in_directory: bool,
    pub counts: &'static [Count],
}

/// "A record for which `when` holds adds one to `total` of the `of` that `link` names."
#[derive(Debug)]
pub struct Count {
    /// The entity whose totals change.
    pub of: &'static str,
    /// The field of the counted record that holds the id of the other one.
    pub link: &'static str,
    pub total: &'static str,
    pub when: fn(&Record) -> bool,
}

impl Entity {
    pub fn field(&self, key: &str) -> Option<(usize, &'static Field)> {
        self.fields.iter().enumerate().find(|(_, field)| field.key == key)
    }

    pub fn field_v1(&self, key: &str) -> Option<(usize, &'static Field)> {
        self.fields.iter().enumerate().find(|(_, field)| field.v1_key == key)
    }
}
