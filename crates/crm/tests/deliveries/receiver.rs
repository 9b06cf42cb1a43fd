//! A receiver of webhooks that notes what it gets and misbehaves on demand.

// Every test file uses another part of it.
#![allow(dead_code, clippy::unwrap_used)]

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

#[derive(Debug, Clone)]
pub struct Received {
    pub path: String,
    /// In small letters, each line by itself.
    pub head: Vec<String>,
    pub body: Value,
    pub at: Instant,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// Such as `change deal 7`, of version 2.
    pub fn what(&self) -> String {
        let meta = |key: &str| self.body["meta"][key].as_str().unwrap_or_default();
        format!("{} {} {}", meta("action"), meta("entity"), meta("entity_id"))
    }

    pub fn attempt(&self) -> i64 {
        self.body["meta"]["attempt"].as_i64().unwrap()
    }

    pub fn event_id(&self) -> String {
        self.body["meta"]["id"].as_str().unwrap().to_owned()
    }
}

/// What a receiver does with a request.
#[derive(Debug, Clone, Copy)]
pub enum Reaction {
    Status(u16),
    /// Answers after a while.
    Late(Duration),
    Hang,
    /// Hangs up without a word.
    Close,
    /// A byte of a good answer every second.
    Drip,
}

type React = dyn FnMut(&Received) -> Reaction + Send;

struct Shared {
    received: Mutex<Vec<Received>>,
    react: Mutex<Box<React>>,
}

/// Listens until the process ends.
#[derive(Clone)]
pub struct Receiver {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { received: Mutex::default(), react: Mutex::new(Box::new(|_| Reaction::Status(200))) });
        let receiver = Receiver { address, shared };
        let own = receiver.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let own = own.clone();
                thread::spawn(move || own.talk(&stream));
            }
        });
        receiver
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Decides what happens to requests from now on.
    pub fn react(&self, react: impl FnMut(&Received) -> Reaction + Send + 'static) {
        *self.shared.react.lock().unwrap() = Box::new(react);
    }

    /// Everything so far.
    pub fn all(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }

    /// Everything since the last call.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.shared.received.lock().unwrap())
    }

    /// What came since the last call, in words.
    pub fn words(&self) -> Vec<String> {
        self.take().iter().map(Received::what).collect()
    }

    fn talk(&self, stream: &TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream);
        loop {
            let mut head = Vec::new();
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).ok()? == 0 {
                    return None;
                }
                match line.trim_end() {
                    "" => break,
                    line => head.push(line.to_owned()),
                }
            }
            let path = head.first()?.split(' ').nth(1)?.to_owned();
            let head: Vec<String> = head
                .iter()
                .map(|line| match line.split_once(": ") {
                    Some((name, value)) => format!("{}: {value}", name.to_ascii_lowercase()),
                    None => line.clone(),
                })
                .collect();
            let mut received = Received { path, head, body: Value::Null, at: Instant::now() };
            let mut body = vec![0; received.header("content-length").map_or(0, |length| length.parse().unwrap())];
            reader.read_exact(&mut body).ok()?;
            received.body = serde_json::from_slice(&body).unwrap_or_default();
            self.shared.received.lock().unwrap().push(received.clone());
            let reaction = (self.shared.react.lock().unwrap())(&received);
            answer(stream, reaction)?;
        }
    }
}

/// `None` ends the connection.
fn answer(mut stream: &TcpStream, reaction: Reaction) -> Option<()> {
    let send = |mut stream: &TcpStream, status: u16| {
        let head = format!("HTTP/1.1 {status} X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(head.as_bytes()).ok()
    };
    match reaction {
        Reaction::Status(status) => send(stream, status),
        Reaction::Late(pause) => {
            thread::sleep(pause);
            send(stream, 200)
        }
        Reaction::Hang => {
            // Until the other side gives up.
            let mut rest = [0; 64];
            while stream.read(&mut rest).ok()? > 0 {}
            None
        }
        Reaction::Close => None,
        Reaction::Drip => {
            for byte in b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n" {
                stream.write_all(&[*byte]).ok()?;
                thread::sleep(Duration::from_secs(1));
            }
            Some(())
        }
    }
}
