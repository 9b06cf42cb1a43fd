use crate::row::{Cell, Row};
use penstock_model::Value;
use std::error::Error;
use tokio_postgres::Column;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{Format, FromSql, IsNull, ToSql, Type, to_sql_checked};

/// A value on its way to a placeholder, whose type the server has inferred from the statement.
#[derive(Debug)]
pub struct Parameter<'a>(pub &'a Value);

impl ToSql for Parameter<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Value::Null => return Ok(IsNull::Yes),
            Value::Int(number) if *ty == Type::INT8 => out.extend_from_slice(&number.to_be_bytes()),
            Value::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Value::Real(number) if *ty == Type::FLOAT8 => out.extend_from_slice(&number.to_be_bytes()),
            Value::Real(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Value::Text(text) => out.extend_from_slice(text.as_bytes()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    /// Whatever is not of the exact type goes as text, which the server reads into any type that can hold it.
    fn encode_format(&self, ty: &Type) -> Format {
        match self.0 {
            Value::Int(_) if *ty == Type::INT8 => Format::Binary,
            Value::Real(_) if *ty == Type::FLOAT8 => Format::Binary,
            _ => Format::Text,
        }
    }

    to_sql_checked!();
}

/// A row of PostgreSQL.
pub struct PostgresRow<'a>(pub &'a tokio_postgres::Row);

impl Row for PostgresRow<'_> {
    fn cell(&self, index: usize) -> Cell<'_> {
        self.0.try_get::<_, Decoded>(index).map_or(Cell::Null, |decoded| decoded.0)
    }
}

/// Refuses a query with a column that no cell can hold, rather than showing it as null.
pub fn check_columns(columns: &[Column]) -> Result<(), String> {
    match columns.iter().find(|column| !Decoded::accepts(column.type_())) {
        None => Ok(()),
        Some(column) => Err(format!("the column {} has the type {}", column.name(), column.type_())),
    }
}

struct Decoded<'a>(Cell<'a>);

impl<'a> FromSql<'a> for Decoded<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Decoded(match *ty {
            Type::INT8 => Cell::Int(i64::from_be_bytes(raw.try_into()?)),
            Type::INT4 => Cell::Int(i32::from_be_bytes(raw.try_into()?).into()),
            Type::INT2 => Cell::Int(i16::from_be_bytes(raw.try_into()?).into()),
            Type::BOOL => Cell::Int(i64::from(raw != [0])),
            Type::FLOAT8 => Cell::Real(f64::from_be_bytes(raw.try_into()?)),
            Type::FLOAT4 => Cell::Real(f32::from_be_bytes(raw.try_into()?).into()),
            Type::NUMERIC => numeric(raw).ok_or("a number in an unknown form")?,
            _ => Cell::Text(std::str::from_utf8(raw)?),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Decoded(Cell::Null))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(
            *ty,
            Type::INT8
                | Type::TEXT
                | Type::INT4
                | Type::FLOAT8
                | Type::BOOL
                | Type::NUMERIC
                | Type::INT2
                | Type::FLOAT4
                | Type::VARCHAR
                | Type::BPCHAR
                | Type::NAME
                | Type::JSON
                | Type::UNKNOWN
        )
    }
}

/// Reads a `numeric`, which sums of whole numbers have (no digits after the point: a whole number) and
/// averages (a real one). It comes as four 16-bit words (number of digits, power of the first digit,
/// sign, digits after the point) and then the digits to the base 10,000.
fn numeric(raw: &[u8]) -> Option<Cell<'static>> {
    let word = |index: usize| Some(u16::from_be_bytes(raw.get(2 * index..2 * index + 2)?.try_into().ok()?));
    let (count, power, sign, scale) = (usize::from(word(0)?), word(1)?.cast_signed(), word(2)?, word(3)?);
    let negative = match sign {
        0x0000 => false,
        0x4000 => true,
        _ => return Some(Cell::Null),
    };
    let digits: Vec<u16> = (0..count).map(|index| word(4 + index)).collect::<Option<_>>()?;
    if scale == 0 {
        // Zero digits at the end are not sent.
        let places = usize::try_from(i32::from(power) + 1).unwrap_or(0);
        let whole =
            (0..places).try_fold(0_i128, |sum, place| sum.checked_mul(10_000)?.checked_add(digits.get(place).copied().unwrap_or(0).into()));
        let signed = whole.map(|whole| if negative { -whole } else { whole });
        if let Some(number) = signed.and_then(|signed| i64::try_from(signed).ok()) {
            return Some(Cell::Int(number));
        }
    }
    // By way of decimal text, so that the nearest number comes out.
    let mut text = String::from(if negative { "-0." } else { "0." });
    for digit in &digits {
        text.push_str(&format!("{digit:04}"));
    }
    text.push_str(&format!("e{}", 4 * (i32::from(power) + 1)));
    text.parse().ok().map(Cell::Real)
}
