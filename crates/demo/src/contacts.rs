//! E-mail addresses, telephone numbers and postal addresses, in the form in which records keep them.

use crate::chance::Chance;
use crate::words::{COUNTRIES, City, Country, FIRST_SYLLABLES, LAST_SYLLABLES, plain};
use serde_json::json;

/// Addresses of people who belong to no organization.
const PRIVATE_DOMAINS: &[&str] = &["mail.example.com", "post.example.net", "letters.example.org"];

/// Where organizations are: at home more often than abroad.
pub fn country(chance: &mut Chance) -> &'static Country {
    let place = chance.weighted(&[(0, 50), (1, 17), (2, 13), (3, 8), (4, 12)]);
    COUNTRIES.get(place).unwrap_or(&COUNTRIES[0])
}

/// E-mail addresses of somebody at a domain; at a private one without.
pub fn emails(chance: &mut Chance, first: &str, last: &str, domain: Option<&str>) -> String {
    let (first, last) = (plain(first), plain(last));
    let private = chance.word(PRIVATE_DOMAINS);
    let at_home = format!("{first}.{last}{}@{private}", chance.between(1, 999));
    let Some(domain) = domain else {
        return list(&[(at_home, "home")]);
    };
    let letter = first.get(..1).unwrap_or_default();
    let at_work = match chance.below(10) {
        0..=5 => format!("{first}.{last}@{domain}"),
        6..=8 => format!("{letter}.{last}@{domain}"),
        _ => format!("{first}@{domain}"),
    };
    if chance.percent(15) { list(&[(at_work, "work"), (at_home, "home")]) } else { list(&[(at_work, "work")]) }
}

/// One or two telephone numbers.
pub fn phones(chance: &mut Chance, country: &Country) -> String {
    let desk = (number(chance, country.phones), "work");
    let mobile = (number(chance, if country.mobiles.is_empty() { country.phones } else { country.mobiles }), "mobile");
    match chance.below(10) {
        0..=5 => list(&[desk]),
        6..=7 => list(&[mobile]),
        _ => list(&[desk, mobile]),
    }
}

/// A telephone number that reaches nobody.
pub fn phone(chance: &mut Chance, country: &Country) -> String {
    number(chance, country.phones)
}

fn number(chance: &mut Chance, ranges: &[(&'static str, usize)]) -> String {
    let Some((beginning, digits)) = chance.pick(ranges) else { return String::new() };
    (0..*digits).fold((*beginning).to_owned(), |number, _| number + &chance.below(10).to_string())
}

/// The first of the values is the primary one.
fn list(contacts: &[(String, &str)]) -> String {
    let items: Vec<_> =
        contacts.iter().enumerate().map(|(place, (value, label))| json!({"value": value, "primary": place == 0, "label": label})).collect();
    serde_json::Value::Array(items).to_string()
}

/// A postal address with all its parts.
pub fn address(chance: &mut Chance, country: &Country) -> serde_json::Value {
    const NOWHERE: City = City { name: "", region: "", postal_code: "" };
    let city = chance.pick(country.cities).unwrap_or(&NOWHERE);
    let street = chance.word(country.streets);
    let house = chance.between(1, 180).to_string();
    let code: String = city
        .postal_code
        .chars()
        .map(|letter| if letter == '#' { char::from_digit(chance.between(1, 9) as u32, 10).unwrap_or('1') } else { letter })
        .collect();
    let line = if country.number_first { format!("{house} {street}") } else { format!("{street} {house}") };
    let floor = chance.percent(10).then(|| chance.between(1, 30).to_string());
    let whole = format!("{line}, {code} {}, {}", city.name, country.name);
    json!({
        "value": whole, "subpremise": floor, "street_number": house, "route": street, "sublocality": null,
        "locality": city.name, "admin_area_level_1": city.region, "admin_area_level_2": null, "country": country.name,
        "postal_code": code, "formatted_address": whole,
    })
}

/// A made-up word for a company name.
pub fn root(chance: &mut Chance) -> String {
    format!("{}{}", chance.word(FIRST_SYLLABLES), chance.word(LAST_SYLLABLES))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Part;

    #[test]
    fn reaches_nobody() {
        let mut chance = Chance::new(3, Part::Persons);
        for _ in 0..200 {
            let (first, last) = ("Zoë", "Grünwald");
            for (domain, ending) in [(Some("ulvia-wines.example"), "example"), (None, "")] {
                let items: Vec<serde_json::Value> = serde_json::from_str(&emails(&mut chance, first, last, domain)).unwrap();
                let reserved =
                    |email: &str| [".example", ".example.com", ".example.net", ".example.org"].iter().any(|end| email.ends_with(end));
                assert!(items.iter().all(|item| item["value"].as_str().is_some_and(|email| reserved(email) && email.is_ascii())));
                assert_eq!(items[0]["primary"], true);
                assert!(ending.is_empty() || items[0]["value"].as_str().unwrap().ends_with(ending));
            }
        }
    }

    #[test]
    fn an_address_is_whole() {
        let mut chance = Chance::new(3, Part::Persons);
        for country in COUNTRIES {
            let address = address(&mut chance, country);
            assert!(!address["value"].as_str().unwrap().contains('#'), "{address}");
            assert_eq!(address.as_object().unwrap().len(), 11);
            assert!(phone(&mut chance, country).len() >= 12);
        }
    }
}
