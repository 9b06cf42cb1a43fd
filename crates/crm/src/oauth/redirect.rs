//! Where browsers are sent back to. An app can be sent to addresses that it has registered and to no others.

use crate::error::{ApiError, ApiResult};
use url::Url;

const LONGEST: usize = 2048;
/// Only the numbers: what `localhost` is, a machine decides (RFC 8252 8.3).
const LOOPBACK: &[&str] = &["http://127.0.0.1", "http://[::1]"];
const LOCAL: &[&str] = &["http://127.0.0.1", "http://[::1]", "http://localhost"];
/// What a browser would run or show instead of going somewhere.
const NEVER: &[&str] = &["javascript", "data", "vbscript", "blob", "file", "about", "filesystem", "view-source", "ws", "wss", "ftp"];

/// Checks an address that an app wants to register: absolute, without fragment and password. Besides `http` and `https`
/// there are the schemes that programs on a device register, which have a dot in them (RFC 8252 7.1).
pub fn checked(uri: &str) -> ApiResult<()> {
    let refuse = |why: &str| Err(ApiError::invalid_key("redirect_uris", &format!("{uri:?} {why}")));
    if uri.len() > LONGEST {
        return refuse("is too long");
    }
    if !is_printable(uri) {
        return refuse("has characters that no address has");
    }
    let Ok(url) = Url::parse(uri) else { return refuse("is not an absolute address") };
    if NEVER.contains(&url.scheme()) || !(matches!(url.scheme(), "http" | "https") || url.scheme().contains('.')) {
        return refuse("has a scheme that cannot be used");
    }
    if url.fragment().is_some() || uri.contains('*') {
        return refuse("must not have a fragment or a wildcard");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not have a user or a password");
    }
    Ok(())
}

/// Whether a text can be an address at all.
pub fn is_uri(text: &str) -> bool {
    is_printable(text) && Url::parse(text).is_ok()
}

fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'))
}

/// Whether `uri` is one of the registered ones, letter by letter; the port of a loopback address is free (RFC 8252 7.3).
/// `has_registered_itself` where the app has: such ones name `localhost` and take whatever port is free.
pub fn is_registered(registered: &[String], uri: &str, has_registered_itself: bool) -> bool {
    let hosts = if has_registered_itself { LOCAL } else { LOOPBACK };
    registered.iter().any(|known| known == uri || same_but_for_port(hosts, known, uri))
}

/// Whether an address is this one or below it.
pub fn is_within(base: &str, uri: &str) -> bool {
    is_uri(uri) && !uri.contains('#') && uri.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}

/// Whether nobody can listen on the way to an address: nobody here knows the app that names it.
pub fn is_safe(uri: &str) -> bool {
    let is_local = || LOCAL.iter().any(|host| uri.strip_prefix(host).is_some_and(|rest| after_port(rest).is_some()));
    !uri.starts_with("http:") || is_local()
}

fn same_but_for_port(hosts: &[&str], known: &str, uri: &str) -> bool {
    let path = |uri| hosts.iter().enumerate().find_map(|(host, start)| Some((host, after_port(str::strip_prefix(uri, start)?)?)));
    path(known).is_some_and(|known| path(uri) == Some(known))
}

/// What follows the port, if nothing but a port is before it.
fn after_port(rest: &str) -> Option<&str> {
    let Some(port) = rest.strip_prefix(':') else {
        return (rest.is_empty() || rest.starts_with(['/', '?'])).then_some(rest);
    };
    let end = port.find(['/', '?']).unwrap_or(port.len());
    let (port, rest) = port.split_at(end);
    (port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse::<u16>().is_ok()).then_some(rest)
}

/// The address with parameters added to those it has.
pub fn with(uri: &str, parameters: &[(&str, &str)]) -> String {
    let pairs = parameters.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    let separator = if !uri.contains('?') {
        "?"
    } else if uri.ends_with(['?', '&']) {
        ""
    } else {
        "&"
    };
    format!("{uri}{separator}{}", pairs.collect::<Vec<_>>().join("&"))
}

/// Percent-encoded so that it comes back unchanged however a client decodes it: a space is `%20`, not `+`.
fn encoded(text: &str) -> percent_encoding::PercentEncode<'_> {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_can_be_registered() {
        for uri in [
            "https://app.example/callback",
            "https://app.example/callback?tenant=1",
            "http://127.0.0.1/callback",
            "http://localhost:3000/",
            "com.example.app:/callback",
        ] {
            assert!(checked(uri).is_ok(), "{uri}");
        }
        for uri in [
            "",
            "/callback",
            "//app.example/callback",
            "app.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://app.example/#here",
            "https://user:password@app.example/",
            "https://*.example/",
            "https://app.example/\r\nSet-Cookie: a=b",
            "https://app.example/ü",
            "https://app.example/a b",
            "myapp:/callback",
        ] {
            assert!(checked(uri).is_err(), "{uri}");
        }
        assert!(checked(&format!("https://app.example/{}", "a".repeat(LONGEST))).is_err());
    }

    #[test]
    fn only_the_registered_address_and_any_port_of_loopback() {
        let registered =
            ["https://app.example/callback".to_owned(), "http://127.0.0.1/done".to_owned(), "http://[::1]:1/done?a=1".to_owned()];
        let fits = |uri| is_registered(&registered, uri, false);
        assert!(fits("https://app.example/callback"));
        assert!(fits("http://127.0.0.1/done") && fits("http://127.0.0.1:51004/done"));
        assert!(fits("http://[::1]/done?a=1") && fits("http://[::1]:8080/done?a=1"));
        for uri in [
            "https://app.example/callback/",
            "https://app.example/callback?x=1",
            "https://app.example/Callback",
            "https://app.example:443/callback",
            "https://app.example/callback#x",
            "https://app.example/callback/../evil",
            "https://app.example.evil/callback",
            "https://app.example@evil.example/callback",
            "http://app.example/callback",
            "HTTPS://app.example/callback",
            "http://localhost/done",
            "http://127.0.0.1:99999/done",
            "http://127.0.0.1:80@evil.example/done",
            "http://127.0.0.1.evil.example/done",
            "http://127.0.0.1:/done2",
            "http://[::1]/done",
            "",
        ] {
            assert!(!fits(uri), "{uri}");
        }
    }

    #[test]
    fn apps_that_register_themselves_are_on_the_machine_of_the_user_or_behind_tls() {
        let registered = ["http://localhost/done".to_owned()];
        assert!(is_registered(&registered, "http://localhost:51004/done", true));
        assert!(!is_registered(&registered, "http://localhost:51004/done", false));
        assert!(!is_registered(&registered, "http://localhost.evil.example/done", true));
        for (uri, safe) in [
            ("https://app.example/done", true),
            ("com.example.app:/done", true),
            ("http://localhost:3000/done", true),
            ("http://[::1]/done", true),
            ("http://app.example/done", false),
            ("http://localhost.evil.example/", false),
            ("http://127.0.0.1@evil.example/", false),
        ] {
            assert_eq!(is_safe(uri), safe, "{uri}");
        }
    }

    #[test]
    fn resources_of_this_server() {
        let within = |uri| is_within("https://crm.example", uri);
        assert!(within("https://crm.example") && within("https://crm.example/") && within("https://crm.example/mcp/x/core"));
        for uri in
            ["https://crm.example.evil/mcp", "http://crm.example/mcp", "https://crm.example/mcp#a", "mcp", "https://crm.example@evil/"]
        {
            assert!(!within(uri), "{uri}");
        }
    }

    #[test]
    fn parameters_are_added_to_those_there_are() {
        assert_eq!(
            with("https://a.example/b", &[("code", "1.2.ab"), ("state", "a b&c=\r\n")]),
            "https://a.example/b?code=1%2E2%2Eab&state=a%20b%26c%3D%0D%0A"
        );
        assert_eq!(with("https://a.example/b?x=1", &[("error", "user")]), "https://a.example/b?x=1&error=user");
        assert_eq!(with("https://a.example/b?", &[("error", "user")]), "https://a.example/b?error=user");
    }
}
