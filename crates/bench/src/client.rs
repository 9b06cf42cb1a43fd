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
        self.send_with(method, target, &[], body)
    }

    /// As [`Client::send`], with headers beside the usual ones.
    pub fn send_with(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Result<Vec<u8>> {
        let mut stream = TcpStream::connect(&self.address)?;
        let (address, token, length) = (&self.address, &self.token, body.len());
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        write!(
            stream,
            "{method} {target} HTTP/1.1\r\nhost: {address}\r\nx-api-token: {token}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        )?;
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
