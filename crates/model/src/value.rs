use std::sync::Arc;

/// One cell of a row. Booleans are `Int` 0 or 1, times `Int` milliseconds since 1970, money `Int` in
/// ten-thousandths, dates, choices and JSON `Text`.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    #[default]
    Null,
    Int(i64),
    Real(f64),
    Text(Arc<str>),
}

impl Value {
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Real(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Int(i64::from(flag))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text.into())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

impl From<crate::CompanyId> for Value {
    fn from(id: crate::CompanyId) -> Self {
        Value::Int(id.0)
    }
}

impl From<crate::UserId> for Value {
    fn from(id: crate::UserId) -> Self {
        Value::Int(id.0)
    }
}

impl From<crate::Time> for Value {
    fn from(time: crate::Time) -> Self {
        Value::Int(time.millis())
    }
}

impl From<crate::Money> for Value {
    fn from(money: crate::Money) -> Self {
        Value::Int(money.ten_thousandths())
    }
}

impl From<crate::Date> for Value {
    fn from(date: crate::Date) -> Self {
        Value::from(date.to_string())
    }
}
