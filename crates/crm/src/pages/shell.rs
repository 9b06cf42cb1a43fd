//! What every page has around it: its head, its style, and headers that let a browser do nothing else with it.

use super::html::Html;
use crate::call::Reply;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

const STYLE: &str = include_str!("style.css");

/// The one style that the policy allows.
static STYLE_HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(STYLE)));

/// A place beyond this server to which a form may lead, also by way of a redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormTarget(String);

impl FormTarget {
    /// The origin of an address; only the scheme where programs have made it up. `None` where the address has no shape
    /// that a policy could name.
    pub fn of(address: &str) -> Option<Self> {
        let (scheme, rest) = address.split_once(':')?;
        let is_scheme = scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        if !is_scheme {
            return None;
        }
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "http" && scheme != "https" {
            return Some(FormTarget(format!("{scheme}:")));
        }
        let host = rest.strip_prefix("//")?.split(['/', '?', '#']).next()?;
        let is_host = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte));
        is_host.then(|| FormTarget(format!("{scheme}://{host}")))
    }
}

/// An answer of this status with a page. `targets` are the places to which its forms may lead beside this server.
pub fn page(status: u16, title: &str, content: &Html, targets: &[FormTarget]) -> Reply {
    let mut html = Html::new();
    html.markup("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    html.text(title).markup(" - Penstock</title>\n<style>").markup(STYLE).markup("</style>\n</head>\n<body>\n<main>\n<h1>");
    html.text(title).markup("</h1>\n").piece(content).markup("\n</main>\n</body>\n</html>\n");
    let mut headers = safe_headers(targets);
    headers.push(("content-type", "text/html; charset=utf-8".to_owned()));
    Reply { headers, ..Reply::new(status, html.into_bytes()) }
}

/// An answer that sends the browser on with GET. `to` must be an address that was checked.
pub fn see_other(to: &str) -> Reply {
    let mut headers = safe_headers(&[]);
    headers.push(("location", to.to_owned()));
    Reply { headers, ..Reply::new(303, Vec::new()) }
}

/// No referrer to other sites; with none at all browsers would no longer say where a form comes from.
fn safe_headers(targets: &[FormTarget]) -> Vec<(&'static str, String)> {
    let targets: String = targets.iter().map(|target| format!(" {}", target.0)).collect();
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'self'{targets}; frame-ancestors 'none'",
        *STYLE_HASH
    );
    vec![
        ("content-security-policy", policy),
        ("referrer-policy", "same-origin".to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
        ("x-frame-options", "DENY".to_owned()),
        ("cache-control", "no-store".to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_an_origin_and_nothing_else() {
        let target = |address| FormTarget::of(address).map(|target| target.0);
        assert_eq!(target("https://app.example/cb?x=1").as_deref(), Some("https://app.example"));
        assert_eq!(target("HTTP://localhost:3000#a").as_deref(), Some("http://localhost:3000"));
        assert_eq!(target("http://[::1]:8/").as_deref(), Some("http://[::1]:8"));
        assert_eq!(target("my-app.auth:/done").as_deref(), Some("my-app.auth:"));
        for address in ["", "no-scheme", "https://a b/", "https://a;script-src/", "https://a'b", "https://", "a\r\nb:c", "https:/x"] {
            assert_eq!(target(address), None, "{address:?}");
        }
    }
}
