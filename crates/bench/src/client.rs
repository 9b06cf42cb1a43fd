//! A client for what happens between the measurements.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// The type of the bodies of the API.
pub const JSON: (&str, &str) = ("content-type", "application/json");

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
        self.exchange(method, target, &[JSON], &[body.as_bytes()])
    }

    /// As [`Client::send`] with these headers beside the usual ones, and a body that may be in pieces.
    pub fn exchange(&self, method: &str, target: &str, headers: &[(&str, &str)], pieces: &[&[u8]]) -> Result<Vec<u8>> {
        let mut stream = TcpStream::connect(&self.address)?;
        let length: usize = pieces.iter().map(|piece| piece.len()).sum();
        let (address, token) = (&self.address, &self.token);
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        write!(
            stream,
            "{method} {target} HTTP/1.1\r\nhost: {address}\r\nx-api-token: {token}\r\nconnection: close\r\n\
             content-length: {length}\r\n{headers}\r\n"
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
