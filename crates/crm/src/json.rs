//! Writes JSON straight into bytes. The caller keeps the structure; commas follow from the last byte written.

/// A JSON text in the making.
#[derive(Debug, Default, Clone)]
pub struct Json {
    pub bytes: Vec<u8>,
}

impl Json {
    pub fn with_capacity(bytes: usize) -> Self {
        Json { bytes: Vec::with_capacity(bytes) }
    }

    /// The text, for pieces that are written several times.
    pub fn into_string(self) -> String {
        String::from_utf8(self.bytes).unwrap_or_default()
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Writes the comma before a value or key, where there has to be one.
    pub fn separate(&mut self) {
        match self.bytes.last() {
            None | Some(b'{' | b'[' | b':') => {}
            Some(_) => self.bytes.push(b','),
        }
    }

    pub fn begin_object(&mut self) {
        self.separate();
        self.bytes.push(b'{');
    }

    pub fn end_object(&mut self) {
        self.bytes.push(b'}');
    }

    pub fn begin_array(&mut self) {
        self.separate();
        self.bytes.push(b'[');
    }

    pub fn end_array(&mut self) {
        self.bytes.push(b']');
    }

    /// Writes a key that needs no escaping, and its colon.
    pub fn key(&mut self, key: &str) {
        self.separate();
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(key.as_bytes());
        self.bytes.extend_from_slice(b"\":");
    }

    /// Writes a key of any text, and its colon.
    pub fn text_key(&mut self, key: &str) {
        self.string(key);
        self.bytes.push(b':');
    }

    /// Writes a number as a key, and its colon.
    pub fn number_key(&mut self, key: i64) {
        self.key(itoa::Buffer::new().format(key));
    }

    /// Writes the key `key_part`, which needs no escaping, and its colon.
    pub fn part_key(&mut self, key: &str, part: &str) {
        self.separate();
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(key.as_bytes());
        self.bytes.push(b'_');
        self.bytes.extend_from_slice(part.as_bytes());
        self.bytes.extend_from_slice(b"\":");
    }

    /// Writes a value that is JSON already.
    pub fn raw(&mut self, json: &str) {
        self.separate();
        self.bytes.extend_from_slice(json.as_bytes());
    }

    /// Appends a piece of JSON text as it is; the caller sees to the commas before it.
    pub fn fragment(&mut self, piece: &str) {
        self.bytes.extend_from_slice(piece.as_bytes());
    }

    pub fn null(&mut self) {
        self.raw("null");
    }

    pub fn bool(&mut self, flag: bool) {
        self.raw(if flag { "true" } else { "false" });
    }

    pub fn int(&mut self, number: i64) {
        self.separate();
        self.bytes.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    }

    pub fn real(&mut self, number: f64) {
        if number.fract() == 0.0 && number.abs() < 9e15 {
            self.int(number as i64);
        } else if number.is_finite() {
            self.separate();
            self.bytes.extend_from_slice(ryu::Buffer::new().format(number).as_bytes());
        } else {
            self.null();
        }
    }

    pub fn string(&mut self, text: &str) {
        self.separate();
        self.bytes.push(b'"');
        self.escaped(text);
        self.bytes.push(b'"');
    }

    /// Writes one string made of several pieces.
    pub fn strings(&mut self, pieces: &[&str]) {
        self.separate();
        self.bytes.push(b'"');
        pieces.iter().for_each(|piece| self.escaped(piece));
        self.bytes.push(b'"');
    }

    pub fn string_or_null(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.string(text),
            None => self.null(),
        }
    }

    pub fn int_or_null(&mut self, number: Option<i64>) {
        match number {
            Some(number) => self.int(number),
            None => self.null(),
        }
    }

    /// Writes a string whose bytes `write` appends; they must need no escaping.
    pub fn plain_string(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.separate();
        self.bytes.push(b'"');
        write(&mut self.bytes);
        self.bytes.push(b'"');
    }

    pub fn value(&mut self, value: &serde_json::Value) {
        self.raw(&value.to_string());
    }

    fn escaped(&mut self, text: &str) {
        let bytes = text.as_bytes();
        // Looks at every byte without a branch, which is done to many at a time.
        if !bytes.iter().fold(false, |any, byte| any | needs_escape(*byte)) {
            return self.bytes.extend_from_slice(bytes);
        }
        let mut from = 0;
        for (at, byte) in bytes.iter().enumerate() {
            if !needs_escape(*byte) {
                continue;
            }
            self.bytes.extend_from_slice(&bytes[from..at]);
            from = at + 1;
            match byte {
                b'"' => self.bytes.extend_from_slice(b"\\\""),
                b'\\' => self.bytes.extend_from_slice(b"\\\\"),
                b'\n' => self.bytes.extend_from_slice(b"\\n"),
                b'\r' => self.bytes.extend_from_slice(b"\\r"),
                b'\t' => self.bytes.extend_from_slice(b"\\t"),
                other => {
                    const HEX: &[u8; 16] = b"0123456789abcdef";
                    self.bytes.extend_from_slice(b"\\u00");
                    self.bytes.push(HEX[usize::from(other >> 4)]);
                    self.bytes.push(HEX[usize::from(other & 15)]);
                }
            }
        }
        self.bytes.extend_from_slice(&bytes[from..]);
    }
}

fn needs_escape(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_a_parser_reads_back() {
        let mut json = Json::default();
        json.begin_object();
        json.key("text");
        json.string("a\"b\\c\n\u{1}é");
        json.key("list");
        json.begin_array();
        json.int(-3);
        json.real(0.5);
        json.null();
        json.end_array();
        json.key("empty");
        json.begin_object();
        json.end_object();
        json.end_object();
        let parsed: serde_json::Value = serde_json::from_slice(&json.bytes).unwrap();
        assert_eq!(parsed, serde_json::json!({"text": "a\"b\\c\n\u{1}é", "list": [-3, 0.5, null], "empty": {}}));
    }
}
