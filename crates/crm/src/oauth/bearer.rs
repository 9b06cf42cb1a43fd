//! Access tokens as credentials of the API (semantics.md 2).

use super::scopes::Scopes;
use super::secrets;
use crate::app::{App, token_caller};
use crate::call::Caller;
use crate::credentials;
use crate::error::{ApiError, ApiResult};
use penstock_model::{CompanyId, Time, UserId};
use penstock_store::{Row, Sql, StoreError, Weight};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// So many tokens are remembered.
const REMEMBERED: usize = 100_000;

/// What an access token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    pub company: CompanyId,
    pub user: UserId,
    /// The id of the app.
    pub app: i64,
    pub client_id: String,
    pub scopes: Scopes,
    pub expires: Time,
}

/// Tokens that were looked up, by the hash of their text, each with the revision of its company at that time. Whatever ends
/// tokens moves the revision.
#[derive(Debug, Default)]
pub struct Bearers(RwLock<Known>);

type Known = HashMap<[u8; 32], (Arc<Access>, i64)>;

impl Bearers {
    fn known(&self, hash: &[u8; 32]) -> Option<(Arc<Access>, i64)> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    fn remember(&self, hash: [u8; 32], access: Arc<Access>, revision: i64, now: Time) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, (access, _)| access.expires > now);
        }
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(hash, (access, revision));
    }
}

impl App {
    /// Who an `Authorization` header lets in. Errors: [`ApiError::MalformedAuthorization`] where it has not the form of a
    /// Bearer header, [`ApiError::WrongAccessToken`], [`ApiError::Unauthorized`] for other sorts of tokens.
    pub(crate) async fn by_bearer(&self, header: &str) -> ApiResult<Caller> {
        let token = token(header).ok_or(ApiError::MalformedAuthorization)?;
        if !secrets::is_access_token(token) {
            return Err(ApiError::Unauthorized);
        }
        let company = secrets::company_of_access_token(token).ok_or(ApiError::WrongAccessToken)?;
        self.by_access_token(credentials::token_hash(token), company).await
    }

    /// Who an access token with this hash lets in. Errors: [`ApiError::WrongAccessToken`].
    pub(crate) async fn by_access_token(&self, hash: [u8; 32], company: CompanyId) -> ApiResult<Caller> {
        let now = self.clock.now();
        if let Some((access, revision)) = self.bearers.known(&hash) {
            if access.expires <= now {
                return Err(ApiError::WrongAccessToken);
            }
            let directory = self.directory(access.company).await?;
            if directory.company.revision == revision {
                let caller = token_caller(directory, access.user)?;
                return Ok(Caller { token: Some(hash), access: Some(access), ..caller });
            }
        }
        self.look_up_access(company, hash, now).await
    }

    /// Finds a token in the store, and remembers it.
    async fn look_up_access(&self, company: CompanyId, hash: [u8; 32], now: Time) -> ApiResult<Caller> {
        let access = self.find_access(company, &hash, now).await?.ok_or(ApiError::WrongAccessToken)?;
        let directory = self.directory(access.company).await?;
        // As with API tokens: one that ended meanwhile must not be remembered under the revision of its end.
        if self.find_access(company, &hash, now).await?.as_ref() != Some(&access) {
            return Err(ApiError::WrongAccessToken);
        }
        let access = Arc::new(access);
        self.bearers.remember(hash, access.clone(), directory.company.revision, now);
        let caller = token_caller(directory, access.user)?;
        Ok(Caller { token: Some(hash), access: Some(access), ..caller })
    }

    async fn find_access(&self, company: CompanyId, hash: &[u8; 32], now: Time) -> Result<Option<Access>, StoreError> {
        let mut sql = Sql::new(
            "SELECT t.user_id, t.app_id, a.client_id, t.scopes, t.expire_time
             FROM oauth_access_tokens t JOIN apps a ON a.id = t.app_id WHERE t.company_id = ",
        );
        sql.bind(company).push(" AND t.hash = ").bind(credentials::hex(hash)).push(" AND t.expire_time > ").bind(now);
        self.store.read(sql, Weight::Light, None, move |found, row| *found = access(company, row)).await
    }
}

fn access(company: CompanyId, row: &dyn Row) -> Option<Access> {
    Some(Access {
        company,
        user: UserId(row.int(0)?),
        app: row.int(1)?,
        client_id: row.text(2)?.to_owned(),
        scopes: Scopes::parse(row.text(3)?).ok()?,
        expires: Time::from_millis(row.int(4)?),
    })
}

/// The token of a header `Bearer token` (RFC 6750 2.1; the colon is ours).
fn token(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim().split_once(' ')?;
    let token = token.trim_start();
    let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=:".contains(&byte));
    (scheme.eq_ignore_ascii_case("bearer") && is_token).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_bearer_headers() {
        assert_eq!(token("Bearer v1u:a-_b"), Some("v1u:a-_b"));
        assert_eq!(token("bearer  undefined"), Some("undefined"));
        for header in ["", "Bearer", "Bearer ", "v1u:abc", "Basic YTpi", "Bearer a b", "Bearer ü"] {
            assert_eq!(token(header), None, "{header:?}");
        }
    }
}
