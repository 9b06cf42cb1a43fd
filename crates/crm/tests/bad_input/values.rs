//! What nobody should send, by the place it is sent to.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use penstock_crm::{Param, ParamKind};
use serde_json::{Value, json};

/// Values for any key of a body.
pub fn members() -> Vec<Value> {
    let mut values = vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(0.5),
        json!(1e308),
        json!(-1e308),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(9_223_372_036_854_775_808_u64),
        json!(u64::MAX),
        json!([]),
        json!([null]),
        json!([[]]),
        json!([1, "x", {}]),
        json!([1e308]),
        json!({}),
        json!({"value": null}),
        json!({"value": {}}),
        json!({"value": 1e308, "currency": "x"}),
        json!({"value": "25:00", "until": -1, "timezone_id": 0.5}),
        json!({"id": u64::MAX}),
        json!([{"value": []}]),
        json!([{"value": "x", "primary": "x", "label": {}}]),
        json!([{"id": "x", "label": "\u{0}"}]),
        (0..100).fold(json!(1), |inner, _| json!([inner])),
        (0..100).fold(json!(1), |inner, _| json!({"value": inner})),
        json!("x".repeat(70_000)),
        json!("\u{1F600}".repeat(300)),
        json!(vec!["x"; 1_000]),
        json!((1..=200).collect::<Vec<_>>()),
    ];
    for text in [
        "",
        " ",
        "x",
        "a\u{0}b",
        "\u{feff}\u{202e}\u{fffd}",
        "null",
        "-0",
        "1e400",
        "NaN",
        "Infinity",
        "9223372036854775808",
        "0x10",
        "1,x",
        ",",
        "2026-02-30",
        "0000-00-00",
        "9999-12-31",
        "+262143-12-31",
        "-9999-01-01T00:00:00Z",
        "2026-13-01T25:61:61Z",
        "9999-12-31T23:59:59.999999999Z",
        "99:99:99",
        "24:00:00",
        "{\"value\":1}",
        "'; DROP TABLE deals; --",
    ] {
        values.push(json!(text));
    }
    values
}

/// Whole bodies that are no object, or none that can be read.
pub fn bodies() -> Vec<Vec<u8>> {
    let texts = [
        "{",
        "}",
        "[",
        "[]",
        "[1]",
        "[{}]",
        "[[]]",
        "\"x\"",
        "1",
        "1e999",
        "null",
        "true",
        "{\"a\":1}{",
        "{\"a\":}",
        "{'a':1}",
        "{\"a\" 1}",
        "{\"a\":\"\\ud800\"}",
        "{\"\\udfff\":1}",
        "{\"a\":\"\\u0000\"}",
        "{\"\\u0000\":1}",
        "\u{feff}{}",
        "a=1&b=2",
        "<a/>",
        "NaN",
        "-",
        "\u{0}",
    ];
    let mut bodies: Vec<Vec<u8>> = texts.map(|text| text.as_bytes().to_vec()).to_vec();
    bodies.push(b"{\"a\":\"\xff\xfe\"}".to_vec());
    bodies.push("[".repeat(100_000).into_bytes());
    bodies.push("{\"a\":".repeat(100_000).into_bytes());
    bodies
}

pub const MEDIA: &[&str] = &[
    "",
    "text/html",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "application/xml",
    "application/octet-stream",
    "x",
    "/",
    "a/b;;;",
    "\u{e9}",
];

/// Ids for any parameter of a path that names a record by number; none names one.
pub const IDS: &[&str] = &[
    "0",
    "-1",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "abc",
    "1.5",
    "1e3",
    "+1",
    "%201",
    "%00",
    "%ff",
    "null",
    "1,2",
    "..",
    "%2e%2e",
    "%2F",
    "'",
];

/// Values for a query parameter, percent-encoded.
pub fn parameters(param: &Param) -> Vec<String> {
    let mut values: Vec<String> = [
        "",
        "x",
        "0",
        "-1",
        "501",
        "0.5",
        "1e3",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "null",
        "%00",
        "a%00b",
        "%ff",
        "%",
        "%zz",
        "+",
        ",",
        "1,,2",
        "1,x",
        "true",
        "2",
        "2026-02-30",
        "9999-12-31",
        "%2B262143-12-31",
        "2026-03-01T00:00:00.5Z",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00%2B23:59",
        "'%22;--",
        "%F0%9F%98%80",
    ]
    .map(str::to_owned)
    .to_vec();
    values.push("x".repeat(10_000));
    values.push((1..=101).map(|id| id.to_string()).collect::<Vec<_>>().join(","));
    if param.name == "cursor" {
        values.extend(cursors());
    }
    if param.name == "sort" {
        values.extend(
            ["password_hash", "id;DROP", "id DESC DESC", "id ASC,", "t.id", "version", "custom_fields", "(SELECT 1)"]
                .map(|sort| sort.replace(' ', "%20")),
        );
    }
    if let ParamKind::Choices(words) = param.kind {
        values.push(format!("{},{0}", words[0]));
        values.push(format!("{},x", words[0]));
    }
    values
}

/// Cursors that look like ours and are not.
fn cursors() -> Vec<String> {
    let values = [
        json!("x"),
        json!({}),
        json!([]),
        json!(null),
        json!(1e308),
        json!(0.5),
        json!("\u{0}"),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(true),
    ];
    let mut cursors = Vec::new();
    for field in ["id", "update_time", "add_time", "password_hash", "name", ""] {
        for value in &values {
            for direction in ["asc", "x"] {
                cursors.push(json!({"field": field, "fieldValue": value, "sortDirection": direction, "id": 1}));
            }
        }
    }
    cursors.extend([
        json!({}),
        json!([]),
        json!(1),
        json!("id"),
        json!({"id": -1}),
        json!({"field": "id", "fieldValue": 1, "sortDirection": "asc", "id": "1"}),
    ]);
    cursors
        .iter()
        .map(|cursor| URL_SAFE_NO_PAD.encode(cursor.to_string()))
        .chain(["!!!".to_owned(), "e30".to_owned(), "aWQ6NTQ0".to_owned()])
        .collect()
}
