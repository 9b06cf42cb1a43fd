//! Reads an RFC 5322 message.

use bytes::Bytes;
use mail_parser::{Addr, Address as AddressHeader, HeaderValue, MessageParser, MimeHeaders, PartType};
use penstock_model::Time;
use sha2::{Digest, Sha256};

/// Longest snippet, in characters (published with the messages).
const SNIPPET_LENGTH: usize = 225;
const SUBJECT_LENGTH: usize = 998;
const CONTENT_ID_LENGTH: usize = 255;

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The Message-ID, or one that derives from the bytes of a message that has none.
    pub message_id: String,
    /// The ids of the messages that this one answers, the nearest last.
    pub answers: Vec<String>,
    pub time: Option<Time>,
    pub subject: String,
    pub from: Vec<Mailbox>,
    pub to: Vec<Mailbox>,
    pub cc: Vec<Mailbox>,
    pub bcc: Vec<Mailbox>,
    /// Every address to which it went or was delivered, whatever its header says to people, in the letters of the message.
    pub destinations: Vec<String>,
    /// The body as HTML that is safe to show; empty where there is none.
    pub html: String,
    pub snippet: String,
    pub attachments: Vec<Attachment>,
}

/// Somebody's address with the name beside it; the address is in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    pub name: String,
    pub address: String,
}

/// A part of a message that is kept as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub name: String,
    /// By which the body refers to it.
    pub content_id: Option<String>,
    pub is_inline: bool,
    pub bytes: Bytes,
}

impl Received {
    /// Reads a message. `None` where the bytes are no message, or one from nobody.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let message = MessageParser::default().parse(bytes)?;
        let from = mailboxes(message.from());
        if from.is_empty() {
            return None;
        }
        let bodies = (0..message.html_body_count()).filter_map(|part| message.body_html(part));
        let html = ammonia::clean(&clean(&bodies.collect::<Vec<_>>().join("\n")));
        let text = message.body_text(0).map(|text| clean(&text)).unwrap_or_default();
        let mut answers = ids(message.references());
        answers.extend(ids(message.in_reply_to()));
        Some(Received {
            message_id: message.message_id().map_or_else(|| derived_id(bytes), clean),
            answers,
            time: message.date().filter(|date| date.is_valid()).map(|date| Time::from_millis(date.to_timestamp() * 1000)),
            subject: shorten(&clean(message.subject().unwrap_or_default()), SUBJECT_LENGTH),
            from,
            to: mailboxes(message.to()),
            cc: mailboxes(message.cc()),
            bcc: mailboxes(message.bcc()),
            destinations: destinations(&message),
            html,
            snippet: shorten(&text.split_whitespace().collect::<Vec<_>>().join(" "), SNIPPET_LENGTH),
            attachments: message.attachments().filter_map(attachment).collect(),
        })
    }

    /// Everybody to whom it went, in the order of the header.
    pub fn recipients(&self) -> impl Iterator<Item = &Mailbox> {
        self.to.iter().chain(&self.cc).chain(&self.bcc)
    }

    pub fn has_inline_attachments(&self) -> bool {
        self.attachments.iter().any(|attachment| attachment.is_inline)
    }

    pub fn has_real_attachments(&self) -> bool {
        self.attachments.iter().any(|attachment| !attachment.is_inline)
    }
}

/// Text without NUL characters, which no text of the store may have.
fn clean(text: &str) -> String {
    text.replace('\0', "")
}

fn shorten(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

fn mailboxes(header: Option<&AddressHeader<'_>>) -> Vec<Mailbox> {
    header.map(|addresses| addresses.iter().filter_map(mailbox).collect()).unwrap_or_default()
}

fn mailbox(given: &Addr<'_>) -> Option<Mailbox> {
    let address = clean(given.address()?.trim()).to_lowercase();
    if !address.contains('@') {
        return None;
    }
    Some(Mailbox { name: clean(given.name().unwrap_or_default().trim()), address })
}

fn destinations(message: &mail_parser::Message<'_>) -> Vec<String> {
    let headers = [message.to(), message.cc(), message.bcc()].into_iter().flatten();
    let mut destinations: Vec<_> = headers.flat_map(|header| header.iter().filter_map(|given| given.address().map(clean))).collect();
    // Mail servers add these.
    for name in ["Delivered-To", "X-Original-To", "Envelope-To"] {
        let header = message.header_raw(name).unwrap_or_default().trim().trim_matches(['<', '>']);
        if header.contains('@') {
            destinations.push(clean(header));
        }
    }
    destinations
}

fn ids(header: &HeaderValue<'_>) -> Vec<String> {
    match header {
        HeaderValue::Text(id) => vec![clean(id)],
        HeaderValue::TextList(ids) => ids.iter().map(|id| clean(id)).collect(),
        _ => Vec::new(),
    }
}

fn derived_id(bytes: &[u8]) -> String {
    format!("{}@penstock", crate::credentials::hex(&Sha256::digest(bytes)))
}

fn attachment(part: &mail_parser::MessagePart<'_>) -> Option<Attachment> {
    let disposition_is_inline = part.content_disposition().is_some_and(|disposition| disposition.c_type.eq_ignore_ascii_case("inline"));
    let bytes = match &part.body {
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes,
        PartType::Text(text) | PartType::Html(text) => text.as_bytes(),
        PartType::Message(message) => message.raw_message(),
        PartType::Multipart(_) => return None,
    };
    Some(Attachment {
        name: name(part),
        content_id: part.content_id().map(|id| shorten(&clean(id), CONTENT_ID_LENGTH)),
        is_inline: disposition_is_inline || matches!(part.body, PartType::InlineBinary(_)),
        bytes: Bytes::copy_from_slice(bytes),
    })
}

/// What the sender calls it; else what it is, so that it can be opened.
fn name(part: &mail_parser::MessagePart<'_>) -> String {
    if let Some(name) = part.attachment_name().filter(|name| !name.trim().is_empty()) {
        return clean(name);
    }
    let content_type = part.content_type().map(|given| (given.c_type.to_lowercase(), given.c_subtype.as_deref().map(str::to_lowercase)));
    let known = content_type.as_ref().and_then(|(sort, what)| Some((sort.as_str(), what.as_deref()?)));
    let extension = match known {
        Some(("message", "rfc822")) => ".eml",
        Some(("text", "plain")) => ".txt",
        Some(("text", "html")) => ".html",
        Some(("text", "calendar")) => ".ics",
        Some(("image", "jpeg")) => ".jpg",
        Some(("image", "png")) => ".png",
        Some(("image", "gif")) => ".gif",
        Some(("application", "pdf")) => ".pdf",
        _ => "",
    };
    format!("attachment{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIXED: &str = "From: Ada Stone <Ada@Example.com>\r\nTo: me@example.org, \"B\" <b@example.org>\r\nCc: c@example.org\r\n\
        Subject: =?utf-8?q?Offer_=C3=A9t=C3=A9?=\r\nDate: Mon, 02 Feb 2026 10:00:00 +0100\r\nMessage-ID: <2@example.com>\r\n\
        References: <0@example.com> <1@example.com>\r\nIn-Reply-To: <1@example.com>\r\nDelivered-To: me@example.org\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
        --x\r\nContent-Type: text/html\r\n\r\n<p onclick=\"x()\">Good   morning</p><script>x()</script>\r\n\
        --x\r\nContent-Type: application/pdf; name=offer.pdf\r\nContent-Disposition: attachment; filename=offer.pdf\r\n\
        Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--x--\r\n";

    #[test]
    fn a_message_is_read_with_its_parties_body_and_files() {
        let read = Received::read(MIXED.as_bytes()).unwrap();
        assert_eq!(read.message_id, "2@example.com");
        assert_eq!(read.answers, ["0@example.com", "1@example.com", "1@example.com"]);
        assert_eq!(read.subject, "Offer été");
        assert_eq!(read.from, [Mailbox { name: "Ada Stone".to_owned(), address: "ada@example.com".to_owned() }]);
        assert_eq!(read.destinations, ["me@example.org", "b@example.org", "c@example.org", "me@example.org"]);
        assert_eq!(read.time, Some(Time::parse_rfc3339("2026-02-02T09:00:00Z").unwrap()));
        assert_eq!(read.html.trim(), "<p>Good   morning</p>");
        assert_eq!(read.snippet, "Good morning");
        assert_eq!((read.attachments[0].name.as_str(), read.attachments[0].bytes.as_ref()), ("offer.pdf", b"hello".as_slice()));
        assert!(read.has_real_attachments() && !read.has_inline_attachments());
    }

    #[test]
    fn a_message_without_an_id_always_gets_the_same_one() {
        let bytes = b"From: a@example.com\r\n\r\nHello\0 there\r\n";
        let read = Received::read(bytes).unwrap();
        assert!(read.message_id.ends_with("@penstock"));
        assert_eq!(read, Received::read(bytes).unwrap());
        assert!(!read.html.contains('\0') && read.html.contains("Hello"));
    }

    #[test]
    fn what_comes_from_nobody_is_no_message() {
        for bytes in [b"".as_slice(), b"Hello", b"Subject: x\r\n\r\ny", b"\xff\xfe\x00\x01"] {
            assert_eq!(Received::read(bytes), None);
        }
    }
}
