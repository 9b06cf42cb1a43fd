//! Page cursors. Clients only hand them back, so their shape is ours; it follows what the real ones hold
//! (semantics.md 5.2): base64url JSON without padding.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use penstock_model::Value;
use serde::{Deserialize, Serialize};

/// Where a page ended: the sort value and the id of its last row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    pub field: String,
    #[serde(rename = "fieldValue")]
    pub value: serde_json::Value,
    #[serde(rename = "sortDirection")]
    pub direction: String,
    pub id: i64,
}

impl Cursor {
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// `None` for anything that `encode` did not make.
    pub fn decode(text: &str) -> Option<Self> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }

    /// The sort value as a cell; `None` where it is neither a number, a text nor null.
    pub fn cell(&self) -> Option<Value> {
        Some(match &self.value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Number(number) => Value::Int(number.as_i64()?),
            serde_json::Value::String(text) if !text.contains('\0') => Value::from(text.as_str()),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_the_round() {
        for id in [1, 22, 333, 4444, 1_000_000] {
            let cursor = Cursor { field: "update_time".to_owned(), value: id.into(), direction: "asc".to_owned(), id };
            assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        }
    }

    #[test]
    fn reads_a_published_cursor_and_refuses_forgeries() {
        let published = "eyJmaWVsZCI6ImlkIiwiZmllbGRWYWx1ZSI6Nywic29ydERpcmVjdGlvbiI6ImFzYyIsImlkIjo3fQ";
        assert_eq!(Cursor::decode(published).unwrap().id, 7);
        for forged in ["", "x", "!!!!", "e30", "bm90IGpzb24"] {
            assert_eq!(Cursor::decode(forged), None, "{forged}");
        }
    }
}
