//! Where somebody wanted to go before they were asked who they are: always on this server.

const LONGEST: usize = 4_096;

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
}
