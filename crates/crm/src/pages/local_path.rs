//! Where somebody wanted to go before they were asked who they are: always on this server.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const LONGEST: usize = 4_096;
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A path of this server with its query. It can stand in a header, and no browser takes it for another site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// `None` for everything else: full addresses, `//host`, `/\host`, and what browsers leave out before they look.
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let is_local = text.starts_with('/') && !text.starts_with("//") && text.len() <= LONGEST;
        (is_plain && is_local).then(|| LocalPath(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The sign-in page that leads here afterwards.
    pub fn after_sign_in(&self) -> String {
        format!("/sign-in?next={}", utf8_percent_encode(&self.0, PLAIN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_nowhere_else() {
        for path in ["/", "/oauth/authorize?client_id=a&redirect_uri=https%3A%2F%2Fx.example", "/a//b", "/@x"] {
            assert_eq!(LocalPath::parse(path).unwrap().as_str(), path);
        }
        for text in [
            "",
            "a",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            " //evil.example",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "/a\r\nset-cookie: b=c",
            "/é",
        ] {
            assert_eq!(LocalPath::parse(text), None, "{text:?}");
        }
        let long = format!("/{}", "a".repeat(LONGEST));
        assert_eq!(LocalPath::parse(&long), None);
    }

    #[test]
    fn stands_in_a_query() {
        let path = LocalPath::parse("/oauth/authorize?a=b&c=d").unwrap();
        assert_eq!(path.after_sign_in(), "/sign-in?next=%2Foauth%2Fauthorize%3Fa%3Db%26c%3Dd");
    }
}
