//! What clients can find out by themselves (RFC 8414).

use super::asked;
use super::scopes::SCOPES;
use crate::app::App;
use crate::call::Reply;
use crate::error::ApiResult;
use crate::message::Request;
use serde_json::json;
use std::sync::Arc;

/// `GET /.well-known/oauth-authorization-server`
pub async fn show(app: Arc<App>, request: Request) -> ApiResult<Reply> {
    let url = app.base_url(request.host.as_deref());
    let methods = json!(["client_secret_basic", "client_secret_post", "none"]);
    let scopes: Vec<_> = SCOPES.iter().map(|scope| scope.word).collect();
    let body = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}{}", asked::DISCOVERED),
        "token_endpoint": format!("{url}/oauth/token"),
        "revocation_endpoint": format!("{url}/oauth/revoke"),
        "registration_endpoint": format!("{url}/oauth/register"),
        "client_id_metadata_document_supported": true,
        "authorization_response_iss_parameter_supported": true,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "exchange_api_token"],
        "code_challenge_methods_supported": ["S256", "plain"],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "scopes_supported": scopes,
    });
    Ok(Reply::new(200, body.to_string().into_bytes()))
}
