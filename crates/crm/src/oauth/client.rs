//! Which app is asking: by HTTP Basic, or by what the form says (semantics.md 3, RFC 6749 2.3.1).

use super::apps::{self, RegisteredApp};
use super::error::Refusal;
use crate::app::App;
use crate::message::Request;
use crate::pages::Form;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

struct Credentials {
    client_id: String,
    secret: Option<String>,
}

/// The app whose credentials the request has. One without a secret only names itself.
pub async fn authenticate(app: &App, request: &Request, form: &Form) -> Result<RegisteredApp, Refusal> {
    let given = match &request.authorization {
        Some(header) => basic(header).ok_or(Refusal::NoCredentials)?,
        None => Credentials {
            client_id: form.text("client_id").ok_or(Refusal::NoCredentials)?.to_owned(),
            secret: form.text("client_secret").map(str::to_owned),
        },
    };
    let now = app.clock.now();
    if let Some(seconds) = app.attempts.wait(request.peer, &given.client_id, now) {
        return Err(Refusal::TooOften(seconds));
    }
    let found = apps::by_client_id(app.store(), &given.client_id).await?;
    let refusal = match (found, &given.secret) {
        (Some(found), Some(secret)) if found.has_secret(secret) => return Ok(found),
        (Some(found), None) if found.is_public() => return Ok(found),
        (Some(_), None) => Refusal::NoCredentials,
        _ => Refusal::WrongClient,
    };
    app.attempts.failed(request.peer, &given.client_id, now);
    Err(refusal)
}

/// Reads `Basic base64(id:secret)`; both parts are encoded like a form before that.
fn basic(header: &str) -> Option<Credentials> {
    let (scheme, text) = header.split_once(' ')?;
    let text = String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let (client_id, secret) = text.split_once(':')?;
    let part = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let secret = Some(part(secret)).filter(|secret| !secret.is_empty());
    Some(Credentials { client_id: Some(part(client_id)).filter(|id| !id.is_empty())?, secret })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_basic_credentials() {
        let read = |text: &str| basic(text).map(|given| (given.client_id, given.secret));
        let header = |text: &str| format!("Basic {}", STANDARD.encode(text));
        assert_eq!(read(&header("ab:cd")), Some(("ab".to_owned(), Some("cd".to_owned()))));
        assert_eq!(read(&header("a%2Fb:c:d")), Some(("a/b".to_owned(), Some("c:d".to_owned()))));
        assert_eq!(read(&header("ab:")), Some(("ab".to_owned(), None)));
        for text in ["", "Basic", "Basic !", "Bearer YTpi", &header("ab"), &header(":cd")] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
