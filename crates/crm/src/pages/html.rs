//! HTML in the making. Only markup that stands in the source goes in as it is; everything else is escaped on its way.

/// A piece of a page. There is no way to put text into it that a browser would take for markup.
#[derive(Debug, Clone, Default)]
pub struct Html(String);

impl Html {
    pub fn new() -> Self {
        Html::default()
    }

    /// Appends markup of our own.
    pub fn markup(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Appends text, whatever is in it.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                letter => self.0.push(letter),
            }
        }
        self
    }

    /// Appends ` name="value"`. Not for addresses, in which escaping is not enough, and not for styles or handlers.
    pub fn attribute(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.markup(" ").markup(name).markup("=\"").text(value).markup("\"")
    }

    /// Appends another piece.
    pub fn piece(&mut self, piece: &Html) -> &mut Self {
        self.0.push_str(&piece.0);
        self
    }

    /// Appends `<input type="hidden">`.
    pub fn hidden(&mut self, name: &str, value: &str) -> &mut Self {
        self.markup("<input type=\"hidden\"").attribute("name", name).attribute("value", value).markup(">")
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_never_becomes_markup() {
        let mut html = Html::new();
        html.markup("<p").attribute("title", "\" onclick='x'").markup(">").text("<script>alert(\"&\")</script>").markup("</p>");
        html.hidden("a\"b", "'><i>");
        let text = String::from_utf8(html.into_bytes()).unwrap();
        assert_eq!(
            text,
            "<p title=\"&quot; onclick=&#39;x&#39;\">&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;</p>\
             <input type=\"hidden\" name=\"a&quot;b\" value=\"&#39;&gt;&lt;i&gt;\">"
        );
    }
}
