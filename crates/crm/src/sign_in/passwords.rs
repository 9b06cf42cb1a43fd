//! Whether a password fits. The work is the same whether there is anything for it to fit.

use crate::error::{ApiError, ApiResult};
use argon2::{Argon2, PasswordVerifier};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// So many hashes are computed at once: each takes a core and 19 MiB.
const AT_ONCE: usize = 2;
/// How long an attempt may wait for its turn.
const PATIENCE: Duration = Duration::from_secs(10);
/// Stands for the hash of whoever has none. No password is known that fits.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$cGVuc3RvY2tzYWx0$mYb0pX1Yc6V0m1qY0y3bqfYgYk1G4Qm0t8yq2mS3W5A";

/// Computes password hashes beside the threads that answer requests.
pub struct Passwords {
    turns: Semaphore,
    verified: AtomicU64,
}

impl Default for Passwords {
    fn default() -> Self {
        Passwords { turns: Semaphore::new(AT_ONCE), verified: AtomicU64::new(0) }
    }
}

impl Passwords {
    /// Whether the password is the one that was hashed; without a hash the same work for nothing.
    /// Errors: [`ApiError::Unavailable`] where too many wait.
    pub async fn fits(&self, password: &Arc<str>, hash: Option<&str>) -> ApiResult<bool> {
        let (password, has_one) = (password.clone(), hash.is_some());
        let hash = hash.unwrap_or(DUMMY).to_owned();
        self.verified.fetch_add(1, Ordering::Relaxed);
        let fits = self.compute(move || Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok()).await?;
        Ok(fits && has_one)
    }

    /// How many passwords were compared with hashes since the start.
    pub fn verified(&self) -> u64 {
        self.verified.load(Ordering::Relaxed)
    }

    /// Hashes a password anew. Errors: as [`Passwords::fits`].
    pub async fn hash(&self, password: &Arc<str>) -> ApiResult<String> {
        let password = password.clone();
        let hashed = self.compute(move || crate::credentials::hash_password(&password)).await?;
        hashed.map_err(|error| ApiError::Internal(error.to_string()))
    }

    async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> ApiResult<T> {
        let _turn = self.turn().await?;
        tokio::task::spawn_blocking(work).await.map_err(|error| ApiError::Internal(error.to_string()))
    }

    async fn turn(&self) -> ApiResult<SemaphorePermit<'_>> {
        match tokio::time::timeout(PATIENCE, self.turns.acquire()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(ApiError::Unavailable),
        }
    }
}

/// Whether a hash was made as hashes are made today.
pub fn is_current(hash: &str) -> bool {
    let argon2 = Argon2::default();
    let params = argon2.params();
    hash.starts_with(&format!("$argon2id$v=19$m={},t={},p={}$", params.m_cost(), params.t_cost(), params.p_cost()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::hash_password;

    #[test]
    fn knows_hashes_of_today() {
        assert!(is_current(&hash_password("open sesame").unwrap()));
        assert!(is_current(DUMMY), "it must take as long as any other");
        assert!(!is_current("$argon2id$v=19$m=4096,t=2,p=1$c2FsdHNhbHQ$aGFzaA"));
    }

    #[tokio::test]
    async fn whoever_has_no_password_costs_as_much() {
        let passwords = Passwords::default();
        let (right, wrong): (Arc<str>, Arc<str>) = ("open sesame".into(), "open".into());
        let hash = hash_password(&right).unwrap();
        assert!(passwords.fits(&right, Some(&hash)).await.unwrap());
        assert!(!passwords.fits(&wrong, Some(&hash)).await.unwrap());
        assert!(!passwords.fits(&right, None).await.unwrap());
        assert_eq!(passwords.verified(), 3);
        // It fails for the hash that it has, not for a text that cannot be read.
        let error = Argon2::default().verify_password(b"x", DUMMY).unwrap_err();
        assert_eq!(error.to_string(), Argon2::default().verify_password(b"x", hash.as_str()).unwrap_err().to_string());
    }
}
