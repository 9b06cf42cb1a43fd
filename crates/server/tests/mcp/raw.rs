//! Messages as they go over the wire, for what no client of the SDK does.

use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

pub struct Reply {
    pub status: u16,
    head: String,
    body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.split_once(": ").filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value))
    }

    /// The message that is the answer, from JSON or from the events of a stream.
    pub fn message(&self) -> Value {
        let texts = self.body.lines().map(|line| line.strip_prefix("data: ").unwrap_or(line));
        let mut messages = texts.filter_map(|text| serde_json::from_str::<Value>(text).ok());
        messages.rfind(|message| message.is_object()).unwrap_or_else(|| panic!("{} {}", self.head, self.body))
    }
}

/// Sends one request on a connection of its own, and reads until the server ends it.
pub fn send(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let usual = [("content-type", "application/json"), ("accept", "application/json, text/event-stream"), ("connection", "close")];
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in usual.iter().chain(headers) {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, head: head.to_owned(), body: body.to_owned() }
}
