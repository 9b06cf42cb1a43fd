//! Secrets and tokens: how they look, and what of them is kept.
//!
//! The store has only their SHA-256. The secret of an app is made from the key of the server, which is not in the store, so
//! that the server can show it again to the app itself when it calls back, and to nobody else.

use crate::accounts::AccountError;
use crate::credentials::{self, hex};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use penstock_model::{CompanyId, UserId};
use sha2::Sha256;
use std::sync::Arc;

/// What real access tokens begin with (semantics.md 3).
const ACCESS: &str = "v1u:";
/// The bytes of an access token: the company, then randomness.
const ACCESS_BYTES: usize = 8 + 40;
const CLIENT_ID_BYTES: usize = 8;
const SECRET_BYTES: usize = 20;
const RANDOM_BYTES: usize = 20;

/// The key of the server, 32 bytes or more.
#[derive(Clone)]
pub struct SecretKey(Arc<[u8]>);

/// Shows nothing of the key.
impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey")
    }
}

impl SecretKey {
    pub const BYTES: usize = 32;

    /// A new one.
    pub fn random() -> Result<Self, AccountError> {
        Ok(SecretKey(Arc::new(credentials::random::<{ SecretKey::BYTES }>()?)))
    }

    /// Reads hex digits. Errors: [`AccountError::Invalid`] for fewer than 64, or others.
    pub fn parse(text: &str) -> Result<Self, AccountError> {
        let invalid = || AccountError::Invalid(format!("the secret key has at least {} hex digits", SecretKey::BYTES * 2));
        let text = text.trim();
        if text.len() < SecretKey::BYTES * 2 || !text.len().is_multiple_of(2) || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(invalid());
        }
        let bytes = (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16));
        Ok(SecretKey(bytes.collect::<Result<Vec<_>, _>>().map_err(|_| invalid())?.into()))
    }

    /// The key in hex digits.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// The `nth` secret of an app: 40 hex digits.
    pub(super) fn client_secret(&self, client_id: &str, nth: i64) -> Result<String, AccountError> {
        let unusable = |error: hmac::digest::InvalidLength| AccountError::Invalid(format!("the secret key cannot be used: {error}"));
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(unusable)?;
        mac.update(format!("client secret {client_id} {nth}").as_bytes());
        Ok(hex(&mac.finalize().into_bytes()[..SECRET_BYTES]))
    }
}

/// What the store keeps of a secret or token.
pub fn hash(text: &str) -> String {
    hex(&credentials::token_hash(text))
}

pub fn client_id() -> Result<String, AccountError> {
    Ok(hex(&credentials::random::<CLIENT_ID_BYTES>()?))
}

/// Whether a text can be a client id; nothing else is looked up.
pub fn is_client_id(text: &str) -> bool {
    text.len() == CLIENT_ID_BYTES * 2 && is_hex(text)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// An authorization code: `int.int.hex`.
pub fn code(company: CompanyId, user: UserId) -> Result<String, AccountError> {
    Ok(format!("{user}.{company}.{}", hex(&credentials::random::<RANDOM_BYTES>()?)))
}

/// A refresh token: `int:int:hex`.
pub fn refresh_token(company: CompanyId, user: UserId) -> Result<String, AccountError> {
    Ok(format!("{user}:{company}:{}", hex(&credentials::random::<RANDOM_BYTES>()?)))
}

/// An access token, which tells nobody anything but the server which company it is for.
pub fn access_token(company: CompanyId) -> Result<String, AccountError> {
    let mut bytes = credentials::random::<ACCESS_BYTES>()?;
    bytes[..8].copy_from_slice(&company.0.to_be_bytes());
    Ok(format!("{ACCESS}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// The company that a code is for, as far as the text is one.
pub fn company_of_code(code: &str) -> Option<CompanyId> {
    company_between(code, '.')
}

pub fn company_of_refresh_token(token: &str) -> Option<CompanyId> {
    company_between(token, ':')
}

fn company_between(text: &str, separator: char) -> Option<CompanyId> {
    let mut parts = text.split(separator);
    let (_user, company, random) = (parts.next()?.parse::<i64>().ok()?, parts.next()?, parts.next()?);
    (parts.next().is_none() && random.len() == RANDOM_BYTES * 2 && is_hex(random)).then_some(())?;
    company.parse().ok().map(CompanyId)
}

pub fn company_of_access_token(token: &str) -> Option<CompanyId> {
    let bytes = URL_SAFE_NO_PAD.decode(token.strip_prefix(ACCESS)?).ok()?;
    let company = bytes.first_chunk::<8>().filter(|_| bytes.len() == ACCESS_BYTES)?;
    Some(CompanyId(i64::from_be_bytes(*company)))
}

/// Whether a text is meant as an access token, rather than an API token at the wrong place.
pub fn is_access_token(text: &str) -> bool {
    text.starts_with(ACCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_their_shapes_and_lead_to_their_company() {
        let (company, user) = (CompanyId(12), UserId(345));
        let code = code(company, user).unwrap();
        assert!(code.starts_with("345.12."), "{code}");
        assert_eq!(company_of_code(&code), Some(company));
        let refresh = refresh_token(company, user).unwrap();
        assert!(refresh.starts_with("345:12:"), "{refresh}");
        assert_eq!(company_of_refresh_token(&refresh), Some(company));
        assert_eq!(company_of_code(&refresh), None);
        let access = access_token(company).unwrap();
        assert!(access.starts_with("v1u:") && access.len() == 68, "{access}");
        assert_eq!(company_of_access_token(&access), Some(company));
        assert_ne!(access, access_token(company).unwrap());
    }

    #[test]
    fn other_texts_lead_nowhere() {
        for text in ["", "1.2", "1.2.3", "a.2.0123456789012345678901234567890123456789", "1.2.\0", "v1u:", "v1u:AAAA"] {
            assert_eq!(
                (company_of_code(text), company_of_refresh_token(text), company_of_access_token(text)),
                (None, None, None),
                "{text}"
            );
        }
        assert!(!is_client_id("0123456789abcde\0") && !is_client_id("0123456789ABCDEF") && is_client_id("0123456789abcdef"));
    }

    #[test]
    fn the_secret_of_an_app_follows_from_the_key() {
        let key = SecretKey::parse(&"ab".repeat(32)).unwrap();
        let secret = key.client_secret("0123456789abcdef", 1).unwrap();
        assert_eq!(secret.len(), 40);
        assert_eq!(key.client_secret("0123456789abcdef", 1).unwrap(), secret);
        assert_ne!(key.client_secret("0123456789abcdef", 2).unwrap(), secret);
        assert_ne!(SecretKey::random().unwrap().client_secret("0123456789abcdef", 1).unwrap(), secret);
        assert_eq!(SecretKey::parse(&key.to_hex()).unwrap().to_hex(), key.to_hex());
        assert!(SecretKey::parse("abcd").is_err() && SecretKey::parse(&"é".repeat(64)).is_err());
    }
}
