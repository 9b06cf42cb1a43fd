//! The bytes of a file, or where they are.

use super::{FILE, FILE_NAME, NAME, REMOTE_ID, REMOTE_LOCATION, SHA256, UPLOADED, object_key};
use crate::call::{Call, Reply};
use crate::download::{self, PLAIN, Shown};
use crate::error::ApiResult;
use crate::upload::extension;
use crate::write;
use percent_encoding::utf8_percent_encode;

pub async fn download(call: Call) -> ApiResult<Reply> {
    let file = write::find_live(&call, &FILE, call.id(FILE.title)?).await?;
    if file.text(REMOTE_LOCATION) != Some(UPLOADED) {
        return Ok(elsewhere(file.text(REMOTE_ID).unwrap_or_default()));
    }
    let object = file.text(FILE_NAME).unwrap_or_default();
    let shown = Shown {
        media_type: media_type(extension(object).as_deref()),
        name: Some(file.text(NAME).unwrap_or_default().to_owned()),
        cache: "private, no-store",
        tag: file.text(SHA256).map(str::to_owned),
    };
    download::show(&call.app, &object_key(call.company(), object), call.range.as_deref(), shown).await
}

/// Documents of Google Drive are there.
fn elsewhere(remote_id: &str) -> Reply {
    let place = format!("https://drive.google.com/open?id={}", utf8_percent_encode(remote_id, PLAIN));
    Reply { headers: vec![("location", place)], ..Reply::new(302, Vec::new()) }
}

/// Types that browsers may show; what could hold a script is only bytes.
fn media_type(extension: Option<&str>) -> &'static str {
    match extension {
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("txt" | "log" | "md" | "csv") => "text/plain; charset=utf-8",
        Some("pdf") => "application/pdf",
        Some("mp3") => "audio/mpeg",
        Some("wav") => "audio/wav",
        Some("mp4") => "video/mp4",
        Some("zip") => "application/zip",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_hold_a_script_is_bytes() {
        for extension in [Some("html"), Some("svg"), Some("xml"), Some("js"), Some("xhtml"), None] {
            assert_eq!(media_type(extension), "application/octet-stream");
        }
    }
}
