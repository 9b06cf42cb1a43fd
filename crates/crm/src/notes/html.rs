//! The HTML of notes and comments, made harmless (semantics.md 23).

use ammonia::{Builder, UrlRelative};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// What people make in the editor of a note: paragraphs, emphasis, lists, links, pictures, tables.
const TAGS: &[&str] = &[
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];
const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "target", "title"]),
    ("img", &["src", "alt", "title", "width", "height"]),
    ("ol", &["start", "type"]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["colspan", "rowspan"]),
];
const SCHEMES: &[&str] = &["http", "https", "mailto", "tel"];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::empty();
    let attributes: HashMap<_, HashSet<_>> = ATTRIBUTES.iter().map(|(tag, names)| (*tag, names.iter().copied().collect())).collect();
    cleaner
        .tags(TAGS.iter().copied().collect())
        .tag_attributes(attributes)
        .url_schemes(SCHEMES.iter().copied().collect())
        .url_relative(UrlRelative::Deny)
        .clean_content_tags(HashSet::from(["script", "style"]))
        .link_rel(Some("noopener noreferrer"));
    cleaner
});

/// Tags that need no end.
const VOID: &[&str] = &["br", "hr", "img", "input", "meta", "link", "col", "wbr"];
/// Elements that may be open at a time. Nobody nests that deep, and the time that reading takes grows with its square.
const DEEPEST: usize = 1_000;

/// The content without scripts, styles, forms, frames, handlers of events, and links to anything but the web, mail and
/// telephones. Text stays, but that of scripts and styles. `None` for content that is nested beyond all reason.
pub fn clean(content: &str) -> Option<String> {
    (depth(content) <= DEEPEST).then(|| CLEANER.clean(content).to_string())
}

/// At most so many elements are open at a time, by their start tags without end tags of the same name.
fn depth(content: &str) -> usize {
    let mut open: HashMap<String, usize> = HashMap::new();
    let (mut now, mut deepest) = (0, 0);
    for tag in content.split('<').skip(1) {
        let (name, ends) = tag.strip_prefix('/').map_or((tag, false), |name| (name, true));
        let name = name.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
        if name.is_empty() || VOID.contains(&name.as_str()) {
            continue;
        }
        let count = open.entry(name).or_default();
        if !ends {
            *count += 1;
            now += 1;
            deepest = deepest.max(now);
        } else if *count > 0 {
            *count -= 1;
            now -= 1;
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_the_editor_makes() {
        for kept in [
            "plain",
            "<p>Water <b>low</b>, <i>very</i><br></p>",
            "<ul><li>one</li><li><u>two</u></li></ul>",
            r#"<a href="https://example.test/x" target="_blank" rel="noopener noreferrer">link</a>"#,
            r#"<img src="https://example.test/x.png" alt="x">"#,
            "<table><tbody><tr><td colspan=\"2\">x</td></tr></tbody></table>",
        ] {
            assert_eq!(clean(kept).as_deref(), Some(kept));
        }
    }

    #[test]
    fn drops_what_does_harm() {
        for (given, left) in [
            ("<p>kept</p><script>alert(1)</script>", "<p>kept</p>"),
            ("<p onclick=\"x()\" style=\"position:fixed\">x</p>", "<p>x</p>"),
            ("<img src=x onerror=alert(1)>", "<img>"),
            ("<img src=\"data:text/html;base64,x\">", "<img>"),
            ("<a href=\"javascript:alert(1)\">x</a>", "<a rel=\"noopener noreferrer\">x</a>"),
            ("<iframe src=\"https://example.test\"></iframe>x", "x"),
            ("<style>p{}</style><svg/onload=alert(1)>x", "x"),
            ("<form action=\"https://example.test\"><input name=x>x</form>", "x"),
            ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
            ("<!-- x --><p>open", "<p>open</p>"),
        ] {
            assert_eq!(clean(given).as_deref(), Some(left), "{given}");
        }
    }

    /// However content is nested, cleaning it neither takes long nor overflows the stack.
    #[test]
    fn deep_nesting_does_no_harm() {
        for tag in ["<div>", "<b>", "<a href=x>", "<table><td>", "<ul><li>", "<p><b>", "<div></x>"] {
            assert_eq!(clean(&tag.repeat(2_000)), None, "{tag}");
            assert!(clean(&tag.repeat(400)).is_some(), "{tag}");
        }
        let closed = "<p>x<br></p>".repeat(8_000);
        assert_eq!(clean(&closed), Some(closed));
        assert!(clean(&"<table><td></table>".repeat(900)).is_some());
    }
}
