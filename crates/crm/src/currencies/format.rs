//! Amounts as the people of a locale write them.

use super::{decimals, find, symbol};
use iso_currency::Country;
use penstock_model::Money;
use std::str::FromStr;

/// Where the sign of the currency stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Before,
    BeforeSpaced,
    After,
}

/// How digits are grouped from the decimal sign up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Groups {
    Thousands,
    /// 12,34,567: the last three, then pairs.
    Indian,
}

/// How a family of locales writes amounts.
#[derive(Debug, Clone, Copy)]
struct Style {
    separator: &'static str,
    groups: Groups,
    point: &'static str,
    sign: Sign,
}

const NO_BREAK_SPACE: char = '\u{a0}';

const fn style(separator: &'static str, point: &'static str, sign: Sign) -> Style {
    Style { separator, groups: Groups::Thousands, point, sign }
}

/// The style of a locale such as `et_EE`; that of `en_US` for an unknown one.
fn style_of(language: &str, region: &str) -> Style {
    match (language, region) {
        ("en", "IN") | ("hi" | "gu" | "mr" | "ta" | "te" | "kn" | "ml" | "pa", _) => {
            Style { groups: Groups::Indian, ..style(",", ".", Sign::Before) }
        }
        ("en", "ZA") | ("af", _) => style(" ", ",", Sign::Before),
        ("de" | "it", "CH" | "LI") => style("’", ".", Sign::BeforeSpaced),
        ("de", "AT") | ("es", "AR" | "CO" | "PY" | "UY") => style(".", ",", Sign::BeforeSpaced),
        ("es", "BO" | "CL" | "EC" | "VE") => style(".", ",", Sign::Before),
        ("es", "DO" | "GT" | "HN" | "MX" | "NI" | "PA" | "PE" | "PR" | "SV" | "US") => style(",", ".", Sign::Before),
        ("es", "CR") => style(" ", ",", Sign::Before),
        ("fr", "CH") => style(" ", ".", Sign::After),
        ("pt", "PT") => style(" ", ",", Sign::After),
        ("pt" | "nl" | "id", _) => style(".", ",", Sign::BeforeSpaced),
        ("tr", _) => style(".", ",", Sign::Before),
        ("he", _) => style(",", ".", Sign::After),
        ("bs" | "ca" | "da" | "de" | "el" | "es" | "fo" | "gl" | "hr" | "is" | "it" | "mk" | "ro" | "sl" | "sr" | "vi", _) => {
            style(".", ",", Sign::After)
        }
        (
            "be" | "bg" | "cs" | "et" | "fi" | "fr" | "hu" | "hy" | "ka" | "kk" | "lt" | "lv" | "nb" | "nn" | "no" | "pl" | "ru" | "sk"
            | "sq" | "sv" | "uk",
            _,
        ) => style(" ", ",", Sign::After),
        _ => style(",", ".", Sign::Before),
    }
}

/// An amount as people of a locale (`et_EE`) read it: rounded to the decimals of the currency, without
/// decimals where it is whole. A code that is no ISO currency stands behind the amount (semantics.md 18).
pub fn format(amount: Money, code: &str, locale: &str) -> String {
    let (language, region) = locale.split_once(['_', '-']).unwrap_or((locale, ""));
    let style = style_of(language, region);
    let decimals = decimals(code);
    let amount = amount.round(decimals);
    let number = number(amount, decimals, style);
    let minus = if amount < Money::ZERO { "-" } else { "" };
    let Some(sign) = sign_of(code, region) else {
        return format!("{minus}{number}{NO_BREAK_SPACE}{code}");
    };
    match style.sign {
        Sign::After => format!("{minus}{number} {sign}"),
        Sign::BeforeSpaced => format!("{minus}{sign} {number}"),
        // Letters would run into the digits.
        Sign::Before if sign.ends_with(char::is_alphabetic) => format!("{minus}{sign} {number}"),
        Sign::Before => format!("{minus}{sign}{number}"),
    }
}

/// The digits of an amount that has at most so many decimals, without its sign.
fn number(amount: Money, decimals: u32, style: Style) -> String {
    let ten_thousandths = amount.ten_thousandths().unsigned_abs();
    let mut text = grouped(&(ten_thousandths / 10_000).to_string(), style);
    let part = ten_thousandths % 10_000;
    if part > 0 {
        let digits = format!("{part:04}");
        text.push_str(style.point);
        text.push_str(digits.get(..decimals as usize).unwrap_or(&digits));
    }
    text
}

fn grouped(digits: &str, style: Style) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 2);
    for (place, digit) in digits.chars().enumerate() {
        let after = digits.len() - place;
        let begins_group = match style.groups {
            Groups::Thousands => after.is_multiple_of(3),
            Groups::Indian => after == 3 || (after > 3 && after % 2 == 1),
        };
        if place > 0 && begins_group {
            text.push_str(style.separator);
        }
        text.push(digit);
    }
    text
}

/// The sign of a currency for somebody in a region: the domestic one at home, elsewhere one that cannot be
/// taken for that of another currency, or the code. `None` for a code that is no ISO currency.
fn sign_of(code: &str, region: &str) -> Option<String> {
    let same_everywhere = match code {
        "EUR" => "€",
        "GBP" => "£",
        "INR" => "₹",
        "ILS" => "₪",
        "KRW" if region != "KP" => "₩",
        "VND" => "₫",
        "BRL" => "R$",
        "PHP" => "₱",
        "JPY" if region != "CN" => "¥",
        _ => "",
    };
    if !same_everywhere.is_empty() {
        return Some(same_everywhere.to_owned());
    }
    let currency = find(code)?;
    if Country::from_str(region).is_ok_and(|country| currency.used_by().contains(&country)) {
        return Some(symbol(currency));
    }
    let abroad = match code {
        "USD" => "US$",
        "AUD" => "A$",
        "CAD" => "CA$",
        "CNY" => "CN¥",
        "HKD" => "HK$",
        "JPY" => "JP¥",
        "MXN" => "MX$",
        "NZD" => "NZ$",
        "TWD" => "NT$",
        "XCD" => "EC$",
        _ => code,
    };
    Some(abroad.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn prints(amount: &str, code: &str, locale: &str, text: &str) {
        assert_eq!(format(amount.parse().unwrap(), code, locale), text, "{amount} {code} in {locale}");
    }

    #[test]
    fn prints_what_is_published() {
        prints("10", "EUR", "en_US", "€10");
        prints("5000", "EUR", "en_US", "€5,000");
        prints("11.10", "USD", "en_GB", "US$11.10");
        prints("109.78", "EUR", "et_EE", "109,78 €");
        prints("3342.79", "EUR", "fr_FR", "3 342,79 €");
    }

    #[test]
    fn follows_the_locale() {
        prints("1234.5", "USD", "en_US", "$1,234.50");
        prints("1234567.5", "EUR", "de_DE", "1.234.567,50 €");
        prints("1234.5", "EUR", "nl_NL", "€ 1.234,50");
        prints("1234.5", "CHF", "de_CH", "CHF 1’234.50");
        prints("1234.5", "BRL", "pt_BR", "R$ 1.234,50");
        prints("1234.5", "EUR", "pt_PT", "1 234,50 €");
        prints("1234567", "INR", "en_IN", "₹12,34,567");
        prints("123", "INR", "hi_IN", "₹123");
        prints("1234.5", "SEK", "sv_SE", "1 234,50 kr");
        prints("1234.5", "MXN", "es_MX", "$1,234.50");
        prints("1234.5", "USD", "en-US", "$1,234.50");
        prints("1234.5", "EUR", "xx_XX", "€1,234.50");
        prints("1234.5", "EUR", "", "€1,234.50");
    }

    #[test]
    fn tells_currencies_with_one_sign_apart() {
        prints("5", "CAD", "en_US", "CA$5");
        prints("5", "CAD", "en_CA", "$5");
        prints("5", "USD", "en_CA", "US$5");
        prints("5", "CNY", "zh_CN", "¥5");
        prints("5", "JPY", "zh_CN", "JP¥5");
        prints("5", "SEK", "en_US", "SEK 5");
    }

    #[test]
    fn has_the_decimals_of_the_currency() {
        prints("1234.5", "JPY", "en_US", "¥1,235");
        prints("1.2345", "KWD", "en_US", "KWD 1.235");
        prints("1.2345", "CLF", "en_US", "CLF 1.2345");
        prints("0.004", "EUR", "en_US", "€0");
        prints("0.5", "EUR", "en_US", "€0.50");
    }

    #[test]
    fn puts_the_minus_first() {
        prints("-1234.5", "USD", "en_US", "-$1,234.50");
        prints("-0.5", "EUR", "de_DE", "-0,50 €");
        prints("-0.004", "EUR", "en_US", "€0");
    }

    #[test]
    fn puts_unknown_codes_behind() {
        prints("500", "users", "en_US", "500\u{a0}users");
    }
}
