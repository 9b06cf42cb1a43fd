//! Tokens and passwords: how they are made up, and what is kept of them.

use crate::accounts::AccountError;
use argon2::Argon2;
use argon2::password_hash::PasswordHasher;
use sha2::{Digest, Sha256};

/// The number of hex digits of an API token.
pub const TOKEN_DIGITS: usize = 40;

/// What the store keeps of a token, in hex.
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// Lower-case hex digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// A new API token.
pub fn random_token() -> Result<String, AccountError> {
    Ok(hex(&random::<{ TOKEN_DIGITS / 2 }>()?))
}

/// A new password of 20 characters, 100 bits, none of them easily taken for another.
pub fn random_password() -> Result<String, AccountError> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    Ok(random::<20>()?.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect())
}

/// So many random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], AccountError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| AccountError::NoRandomness(error.to_string()))?;
    Ok(bytes)
}

/// Argon2id with a random salt, as a PHC string.
pub(crate) fn hash_password(password: &str) -> Result<String, AccountError> {
    if password.is_empty() {
        return Err(AccountError::Invalid("the password is empty".to_owned()));
    }
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| AccountError::Invalid(format!("the password cannot be kept: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::password_hash::PasswordVerifier;

    #[test]
    fn keeps_a_password_that_can_be_checked_only() {
        let hash = hash_password("open sesame").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$"), "{hash}");
        assert!(Argon2::default().verify_password(b"open sesame", hash.as_str()).is_ok());
        assert!(Argon2::default().verify_password(b"open sesam", hash.as_str()).is_err());
        assert_ne!(hash, hash_password("open sesame").unwrap());
    }

    #[test]
    fn hashes_tokens_as_everybody_does() {
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex(&token_hash("abc")), known);
    }

    #[test]
    fn makes_up_tokens_and_passwords() {
        let token = random_token().unwrap();
        assert_eq!(token.len(), TOKEN_DIGITS);
        assert!(token.bytes().all(|digit| digit.is_ascii_hexdigit()));
        assert_ne!(token, random_token().unwrap());
        assert_eq!(random_password().unwrap().len(), 20);
    }
}
