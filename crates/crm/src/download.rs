//! Bytes on their way out: whole objects or parts of them, under headers that keep browsers safe.

use crate::app::App;
use crate::call::Reply;
use crate::error::{ApiError, ApiResult};
use crate::op::Version;
use crate::stream::ByteStream;
use futures::StreamExt;
use penstock_files::FilesError;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::ops::Range;

/// What a header shows of an object beside its bytes.
pub struct Shown {
    pub media_type: &'static str,
    /// The name under which it is saved; without one it is shown in place.
    pub name: Option<String>,
    pub cache: &'static str,
    pub tag: Option<String>,
}

/// Characters that may stand as they are in the extended form of a file name (RFC 8187).
pub const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

/// An answer that streams an object, or the part of it that is asked for.
pub async fn show(app: &App, key: &str, range: Option<&str>, shown: Shown) -> ApiResult<Reply> {
    let whole = match app.files().get(key, None).await {
        Ok(object) => object,
        Err(FilesError::Missing) => {
            tracing::error!(key, "the bytes of a file are missing");
            return Err(ApiError::not_found("File"));
        }
        Err(error) => return Err(error.into()),
    };
    let size = whole.size;
    let mut headers = headers(shown);
    let (status, object) = match range.and_then(|range| part(range, size)) {
        None => (200, whole),
        Some(Err(Unsatisfiable)) => return Ok(unsatisfiable(size)),
        Some(Ok(part)) => {
            headers.push(("content-range", format!("bytes {}-{}/{size}", part.start, part.end - 1)));
            headers.push(("content-length", (part.end - part.start).to_string()));
            (206, app.files().get(key, Some(part)).await?)
        }
    };
    if status == 200 {
        headers.push(("content-length", size.to_string()));
    }
    let stream = ByteStream::new(object.bytes.map(|piece| piece.map_err(ApiError::from)));
    Ok(Reply { status, headers, body: Vec::new(), stream: Some(stream) })
}

/// Nothing of what people upload may run in a browser as if it came from the server itself.
fn headers(shown: Shown) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("content-type", shown.media_type.to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
        ("content-security-policy", "default-src 'none'; sandbox".to_owned()),
        ("accept-ranges", "bytes".to_owned()),
        ("cache-control", shown.cache.to_owned()),
    ];
    if let Some(name) = shown.name {
        headers.push(("content-disposition", disposition(&name)));
    }
    if let Some(tag) = shown.tag {
        headers.push(("etag", format!("\"{tag}\"")));
    }
    headers
}

/// `attachment` with the name twice: plain for old clients, and with all its letters.
fn disposition(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_graphic() || letter == ' ';
    let plain: String = name.chars().map(|letter| if is_plain(letter) && !"\"\\%/".contains(letter) { letter } else { '_' }).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(name, PLAIN))
}

#[derive(Debug, PartialEq, Eq)]
struct Unsatisfiable;

/// The part that a header asks for; `None` where it is to be passed over: several parts, or no bytes (RFC 9110, 14.2).
fn part(header: &str, size: u64) -> Option<Result<Range<u64>, Unsatisfiable>> {
    let (first, last) = header.trim().strip_prefix("bytes=")?.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    if first.is_empty() {
        let length: u64 = last.parse().ok()?;
        return Some(if length == 0 || size == 0 { Err(Unsatisfiable) } else { Ok(size.saturating_sub(length)..size) });
    }
    let first: u64 = first.parse().ok()?;
    let end = if last.is_empty() { size } else { last.parse::<u64>().ok()?.checked_add(1)?.min(size) };
    if !last.is_empty() && last.parse::<u64>().ok()? < first {
        return None;
    }
    Some(if first >= size { Err(Unsatisfiable) } else { Ok(first..end) })
}

fn unsatisfiable(size: u64) -> Reply {
    let body = ApiError::invalid("the file does not reach so far").body(Version::V1);
    Reply { headers: vec![("content-range", format!("bytes */{size}"))], ..Reply::new(416, body) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_asks_for_one_part() {
        for (header, expected) in [
            ("bytes=0-", Some(Ok(0..10))),
            ("bytes=2-4", Some(Ok(2..5))),
            ("bytes=2-99", Some(Ok(2..10))),
            ("bytes=-3", Some(Ok(7..10))),
            ("bytes=-99", Some(Ok(0..10))),
            ("bytes=10-", Some(Err(Unsatisfiable))),
            ("bytes=-0", Some(Err(Unsatisfiable))),
            ("bytes=4-2", None),
            ("bytes=0-1,4-5", None),
            ("bytes=x-y", None),
            ("bytes=0-18446744073709551615", None),
            ("lines=0-1", None),
            ("", None),
        ] {
            assert_eq!(part(header, 10), expected, "{header}");
        }
        assert_eq!(part("bytes=-1", 0), Some(Err(Unsatisfiable)));
    }

    #[test]
    fn no_name_breaks_out_of_its_header() {
        assert_eq!(disposition("a b.txt"), "attachment; filename=\"a b.txt\"; filename*=UTF-8''a%20b.txt");
        assert_eq!(disposition("x\"; õ\\"), "attachment; filename=\"x_; __\"; filename*=UTF-8''x%22%3B%20%C3%B5%5C");
    }
}
