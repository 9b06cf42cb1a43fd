//! An app gives back what it was given (RFC 7009).

use super::error::Refusal;
use super::token::{form, unkept};
use super::{client, grants, secrets, uninstall};
use crate::app::App;
use crate::audit::Origin;
use crate::call::Reply;
use crate::error::ApiResult;
use crate::message::Request;
use percent_encoding::percent_decode_str;
use std::sync::Arc;

/// `POST /oauth/revoke`
pub async fn answer(app: Arc<App>, request: Request) -> ApiResult<Reply> {
    let reply = match revoke(&app, &request).await {
        Ok(()) => Reply::new(200, br#"{"success":true}"#.to_vec()),
        Err(refusal) => refusal.reply()?,
    };
    Ok(unkept(reply))
}

/// Succeeds for tokens that nobody knows, too. The hint of the sort is not needed: a token shows what it is.
async fn revoke(app: &Arc<App>, request: &Request) -> Result<(), Refusal> {
    let form = form(request)?;
    let client = client::authenticate(app, request, &form).await?;
    // The official client for JavaScript encodes access tokens twice.
    let token = percent_decode_str(form.text("token").ok_or(Refusal::NoToken)?).decode_utf8_lossy();
    let token = token.as_ref();
    if let Some(grant) = grants::by_refresh_token(app.store(), token).await? {
        if grant.app == client.id {
            uninstall::uninstall(app, &grant, &Origin::of_app(request, grant.user, &client.client_id)).await?;
        }
    } else if let Some(company) = secrets::company_of_access_token(token)
        && grants::has_access(app.store(), company, client.id, token).await?
    {
        app.store().execute(grants::end_one_access(company, client.id, token)).await?;
        app.reload_directory(company).await?;
    }
    Ok(())
}
