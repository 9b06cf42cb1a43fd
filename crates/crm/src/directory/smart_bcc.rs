//! The addresses to which users copy mail, so that it is filed with the company, a deal or a lead (semantics.md 25).

use super::Directory;
use crate::json::Json;
use uuid::Uuid;

/// The host of smart BCC addresses where the operator names none: the one that clients know.
pub const DEFAULT_MAIL_DOMAIN: &str = "pipedrivemail.com";

/// The digits of shortened UUIDs: those that are not easily taken for each other, as the published examples have them.
const DIGITS: &[u8; 58] = b"123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";

/// What a smart BCC address stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SmartBcc {
    Company,
    Deal(i64),
    /// The UUID of a lead.
    Lead(String),
}

impl Directory {
    /// Writes the address of a record, such as `company+deal1@…`; that of the company for what has none of its own.
    pub fn write_smart_bcc(&self, json: &mut Json, entity: &str, id: i64) {
        let (domain, host) = (&self.company.domain, &self.mail_domain);
        match entity {
            "deal" => json.strings(&[domain, "+deal", itoa::Buffer::new().format(id), "@", host]),
            _ => json.strings(&[domain, "@", host]),
        }
    }

    /// The address of a lead, which has its UUID in it.
    pub fn smart_bcc_of_lead(&self, uuid: &str) -> String {
        let short = Uuid::try_parse(uuid).map(|uuid| short(uuid.as_u128())).unwrap_or_default();
        format!("{}+{}+lead{short}@{}", self.company.domain, self.company.id, self.mail_domain)
    }

    /// What an address stands for, if it is one of this company. Case matters in the digits of a lead only.
    pub fn smart_bcc_target(&self, address: &str) -> Option<SmartBcc> {
        let (local, host) = address.rsplit_once('@')?;
        let mut words = local.split('+');
        let is_ours = host.eq_ignore_ascii_case(&self.mail_domain) && words.next()?.eq_ignore_ascii_case(&self.company.domain);
        if !is_ours {
            return None;
        }
        let word = words.next_back().unwrap_or_default();
        let deal = word.strip_prefix("deal").and_then(|id| id.parse().ok()).map(SmartBcc::Deal);
        let lead = || word.strip_prefix("lead").and_then(long).map(|uuid| SmartBcc::Lead(Uuid::from_u128(uuid).to_string()));
        Some(deal.or_else(lead).unwrap_or(SmartBcc::Company))
    }
}

/// A number to the base 58.
fn short(mut number: u128) -> String {
    let mut digits = Vec::new();
    while number > 0 {
        digits.push(char::from(DIGITS[(number % 58) as usize]));
        number /= 58;
    }
    digits.iter().rev().collect()
}

/// The number that was shortened.
fn long(digits: &str) -> Option<u128> {
    digits.bytes().try_fold(0_u128, |number, digit| {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        number.checked_mul(58)?.checked_add(value as u128)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_shortened_as_in_the_published_example() {
        let uuid = Uuid::try_parse("adf21080-0e10-11eb-879b-05d71fb426ec").unwrap().as_u128();
        assert_eq!(short(uuid), "ntPaYKA5QRxXkh6WMNHiGh");
        assert_eq!(long("ntPaYKA5QRxXkh6WMNHiGh"), Some(uuid));
        assert_eq!((short(0).as_str(), long("")), ("", Some(0)));
        assert_eq!([long("0OIl"), long(&"Z".repeat(40))], [None, None]);
    }
}
