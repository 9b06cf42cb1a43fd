//! Multipart bodies.

use serde_json::{Map, Value};

const BOUNDARY: &str = "between-the-parts";
pub const CONTENT_TYPE: &str = "multipart/form-data; boundary=between-the-parts";

/// A square of 160 pixels.
const PICTURE: &[u8] = include_bytes!("square.png");

/// A picture under the key `file`, unless the members have something else for it, and the other members as texts.
pub fn of(file: &str, members: &Map<String, Value>) -> Vec<u8> {
    let mut body = Vec::new();
    for (key, value) in members {
        part(&mut body, key, (key == file).then_some("sent.txt"), plain(value).as_bytes());
    }
    if !members.contains_key(file) {
        part(&mut body, file, Some("square.png"), PICTURE);
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn part(body: &mut Vec<u8>, key: &str, file: Option<&str>, bytes: &[u8]) {
    let file = file.map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
    body.extend_from_slice(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{key}\"{file}\r\n\r\n").as_bytes());
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n");
}
