use penstock_model::Value;

/// One cell of a result row, borrowed from the engine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    Null,
    Int(i64),
    Real(f64),
    Text(&'a str),
}

impl Cell<'_> {
    pub fn to_value(self) -> Value {
        match self {
            Cell::Null => Value::Null,
            Cell::Int(number) => Value::Int(number),
            Cell::Real(number) => Value::Real(number),
            Cell::Text(text) => Value::from(text),
        }
    }
}

/// A result row, valid until the next one is fetched. A cell out of range reads as null.
pub trait Row {
    fn cell(&self, index: usize) -> Cell<'_>;

    /// The number, or `None` for null and text.
    fn int(&self, index: usize) -> Option<i64> {
        match self.cell(index) {
            Cell::Int(number) => Some(number),
            Cell::Real(number) => Some(number as i64),
            _ => None,
        }
    }

    /// The text, or `None` for null and numbers.
    fn text(&self, index: usize) -> Option<&str> {
        match self.cell(index) {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Row for [Value] {
    fn cell(&self, index: usize) -> Cell<'_> {
        match self.get(index) {
            None | Some(Value::Null) => Cell::Null,
            Some(Value::Int(number)) => Cell::Int(*number),
            Some(Value::Real(number)) => Cell::Real(*number),
            Some(Value::Text(text)) => Cell::Text(text),
        }
    }
}
