use crate::{Col, Date, Entity, Money, Place, Time, UserId, Value};

/// One row in memory: a value for each field of its entity (computed fields stay null).
#[derive(Debug, Clone)]
pub struct Record {
    pub entity: &'static Entity,
    pub id: i64,
    /// Counts the writes of this row; a write names the version it has read.
    pub version: i64,
    pub values: Vec<Value>,
}

/// A row before and after a write. Everything that follows from the write derives from the difference.
#[derive(Debug, Clone)]
pub struct Change {
    pub before: Option<Record>,
    pub after: Record,
}

/// Types that a cell can be read as.
pub trait FromValue: Sized {
    fn from_value(value: &Value) -> Option<Self>;
}

impl FromValue for i64 {
    fn from_value(value: &Value) -> Option<Self> {
        value.as_int()
    }
}

impl FromValue for bool {
    fn from_value(value: &Value) -> Option<Self> {
        value.as_int().map(|number| number != 0)
    }
}

impl FromValue for UserId {
    fn from_value(value: &Value) -> Option<Self> {
        value.as_int().map(UserId)
    }
}

impl FromValue for Time {
    fn from_value(value: &Value) -> Option<Self> {
        value.as_int().map(Time::from_millis)
    }
}

impl FromValue for Money {
    fn from_value(value: &Value) -> Option<Self> {
        value.as_int().map(Money::from_ten_thousandths)
    }
}

impl FromValue for Date {
    fn from_value(value: &Value) -> Option<Self> {
        Date::parse(value.as_text()?).ok()
    }
}

impl FromValue for String {
    fn from_value(value: &Value) -> Option<Self> {
        value.as_text().map(str::to_owned)
    }
}

impl Record {
    /// A row with every value null.
    pub fn blank(entity: &'static Entity, id: i64) -> Self {
        let mut values = vec![Value::Null; entity.fields.len()];
        if let Some((index, _)) = entity.field("id") {
            values[index] = Value::Int(id);
        }
        Record { entity, id, version: 1, values }
    }

    /// The value, or `None` where it is null.
    pub fn get<T: FromValue>(&self, col: Col<T>) -> Option<T> {
        T::from_value(&self.values[col.index])
    }

    pub fn text(&self, col: Col<String>) -> Option<&str> {
        self.values[col.index].as_text()
    }

    /// A flag; null counts as no.
    pub fn is(&self, col: Col<bool>) -> bool {
        self.get(col).unwrap_or(false)
    }

    pub fn set<T>(&mut self, col: Col<T>, value: impl Into<Value>) {
        self.values[col.index] = value.into();
    }

    pub fn clear<T>(&mut self, col: Col<T>) {
        self.values[col.index] = Value::Null;
    }

    /// The fields that the entity's own table holds, with their values.
    pub fn columns(&self) -> impl Iterator<Item = (&'static crate::Field, &Value)> {
        self.entity.fields.iter().zip(&self.values).filter(|(field, _)| field.place == Place::Row && field.key != "id")
    }
}

impl Change {
    pub fn insert(after: Record) -> Self {
        Change { before: None, after }
    }

    /// A change of a row as it was read; edit `after`.
    pub fn update(before: Record) -> Self {
        let after = before.clone();
        Change { before: Some(before), after }
    }

    pub fn entity(&self) -> &'static Entity {
        self.after.entity
    }

    pub fn is_insert(&self) -> bool {
        self.before.is_none()
    }

    /// The stored fields whose values differ: position, before, after.
    pub fn differences(&self) -> impl Iterator<Item = (usize, &Value, &Value)> {
        const NULL: &Value = &Value::Null;
        self.after.values.iter().enumerate().filter_map(move |(index, after)| {
            let before = self.before.as_ref().map_or(NULL, |record| &record.values[index]);
            let stored = self.after.entity.fields[index].place == Place::Row;
            (stored && before != after).then_some((index, before, after))
        })
    }

    /// Whether the write would change this field.
    pub fn touches<T>(&self, col: Col<T>) -> bool {
        let after = &self.after.values[col.index];
        match &self.before {
            Some(before) => before.values[col.index] != *after,
            None => !after.is_null(),
        }
    }
}
