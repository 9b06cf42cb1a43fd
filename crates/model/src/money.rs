use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use std::fmt;
use std::str::FromStr;

/// An exact amount without its currency, kept in ten-thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(i64);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MoneyError {
    #[error("not a number")]
    NotANumber,
    #[error("out of range")]
    OutOfRange,
}

const SCALE: u32 = 4;
/// Amounts have at most 14 digits before the point (semantics.md 11.1).
const LIMIT: i64 = 100_000_000_000_000 * 10_000;

impl Money {
    pub const ZERO: Money = Money(0);

    pub fn from_ten_thousandths(amount: i64) -> Self {
        Money(amount)
    }

    pub fn ten_thousandths(self) -> i64 {
        self.0
    }

    /// Rounds half away from zero to four decimals.
    pub fn from_decimal(amount: Decimal) -> Result<Self, MoneyError> {
        let scaled = amount
            .round_dp_with_strategy(SCALE, RoundingStrategy::MidpointAwayFromZero)
            .checked_mul(Decimal::from(10_000))
            .and_then(|scaled| scaled.to_i64())
            .ok_or(MoneyError::OutOfRange)?;
        if scaled.abs() >= LIMIT {
            return Err(MoneyError::OutOfRange);
        }
        Ok(Money(scaled))
    }

    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, SCALE)
    }

    /// Half away from zero to the decimals of a currency.
    pub fn round(self, decimals: u32) -> Self {
        let rounded = self.to_decimal().round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
        Money::from_decimal(rounded).unwrap_or(self)
    }
}

impl FromStr for Money {
    type Err = MoneyError;

    /// Takes plain (`12.5`) and scientific (`1e3`) notation.
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let text = text.trim();
        let amount = Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).map_err(|_| match text.parse::<f64>() {
            Ok(number) if number.is_finite() => MoneyError::OutOfRange,
            _ => MoneyError::NotANumber,
        })?;
        Money::from_decimal(amount)
    }
}

impl fmt::Display for Money {
    /// The shortest decimal form, which is also a JSON number: `12`, `-0.5`, `99.99`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.0 / 10_000;
        let part = (self.0 % 10_000).unsigned_abs();
        if self.0 < 0 && whole == 0 {
            f.write_str("-")?;
        }
        write!(f, "{whole}")?;
        if part > 0 {
            let digits = format!("{part:04}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_exactly() {
        for (text, printed) in [("12.50", "12.5"), ("-0.5", "-0.5"), ("1e3", "1000"), ("0.00005", "0.0001"), ("7", "7")] {
            assert_eq!(text.parse::<Money>().unwrap().to_string(), printed);
        }
    }

    #[test]
    fn refuses_words_and_giants() {
        assert_eq!("abc".parse::<Money>(), Err(MoneyError::NotANumber));
        assert_eq!("100000000000000".parse::<Money>(), Err(MoneyError::OutOfRange));
        assert_eq!("1e300".parse::<Money>(), Err(MoneyError::OutOfRange));
    }
}
