//! A client for what happens between the measurements.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// Makes requests as one user.
#[derive(Clone)]
pub struct Client {
    /// Host and port.
    pub address: String,
    pub token: String,
}

impl Client {
    /// The body of a GET, which must succeed.
    pub fn get(&self, target: &str) -> Result<Vec<u8>> {
        self.send("GET", target, "")
    }

    pub fn json(&self, target: &str) -> Result<Value> {
        Ok(serde_json::from_slice(&self.get(target)?)?)
    }

    /// The body of an answer, whose status must be one of success.
    pub fn send(&self, method: &str, target: &str, body: &str) -> Result<Vec<u8>> {
        self.exchange(method, target, "application/json", &[body.as_bytes()])
    }

    /// Sends a body of this type, which may be in pieces.
    pub fn exchange(&self, method: &str, target: &str, content_type: &str, pieces: &[&[u8]]) -> Result<Vec<u8>> {
        let mut stream = TcpStream::connect(&self.address)?;
        let length: usize = pieces.iter().map(|piece| piece.len()).sum();
        let (address, token) = (&self.address, &self.token);
        write!(
            stream,
            "{method} {target} HTTP/1.1\r\nhost: {address}\r\nx-api-token: {token}\r\nconnection: close\r\n\
             content-type: {content_type}\r\ncontent-length: {length}\r\n\r\n"
        )?;
        for piece in pieces {
            stream.write_all(piece)?;
        }
        let mut answer = BufReader::new(stream);
        let mut line = String::new();
        answer.read_line(&mut line)?;
        let status: u16 = line.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")?;
        loop {
            line.clear();
            if answer.read_line(&mut line)? == 0 {
                bail!("{method} {target}: the answer ended in its head");
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = Vec::new();
        answer.read_to_end(&mut body)?;
        ensure!((200..300).contains(&status), "{method} {target}: {status} {}", String::from_utf8_lossy(&body));
        Ok(body)
    }
}
