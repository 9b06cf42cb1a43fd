//! Clients that write until the server dies, and know what must be there afterwards.

// Not a test of its own, but part of several, each of which uses another part of it.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

pub mod check;

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// A connection that may break at any moment.
struct Line<'a> {
    stream: BufReader<TcpStream>,
    token: &'a str,
}

impl<'a> Line<'a> {
    fn open(address: SocketAddr, token: &'a str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Line { stream: BufReader::new(stream), token })
    }

    /// Sends a request of v2 and answers the `data` of its success.
    fn send(&mut self, method: &str, path: &str, body: &Value) -> io::Result<Value> {
        let body = body.to_string();
        let head = format!(
            "{method} /api/v2{path} HTTP/1.1\r\nhost: test\r\nx-api-token: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.token,
            body.len()
        );
        self.stream.get_mut().write_all((head + &body).as_bytes())?;
        let status = self.line()?;
        let mut length = 0;
        loop {
            let line = self.line()?;
            match line.split_once(": ") {
                Some(("content-length", digits)) => length = digits.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        let mut answer: Value = serde_json::from_slice(&answer).unwrap();
        // A server that dies may still say that its store is gone.
        if status.contains(" 503 ") {
            return Err(io::Error::other(status));
        }
        assert!(status.contains(" 200 ") || status.contains(" 201 "), "{method} {path} {body}: {status} {answer}");
        Ok(answer["data"].take())
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }
}

/// What was sent and answered for one record, and what was sent and not answered.
struct Kept {
    known: Value,
    pending: Option<Value>,
}

/// A person and an organization that the records of all writers are linked to, so that they meet in their totals.
#[derive(Debug, Clone, Copy)]
pub struct Shared {
    person: i64,
    organization: i64,
}

impl Shared {
    pub fn create(address: SocketAddr, token: &str) -> Self {
        let mut line = Line::open(address, token).unwrap();
        let mut create = |collection| line.send("POST", collection, &json!({"name": "Shared"})).unwrap()["id"].as_i64().unwrap();
        Shared { person: create("/persons"), organization: create("/organizations") }
    }
}

/// One client with records of its own.
pub struct Writer {
    shared: Shared,
    number: usize,
    steps: usize,
    pub acknowledged: usize,
    /// By collection and id.
    records: BTreeMap<(&'static str, i64), Kept>,
    new_ids: Vec<(&'static str, i64)>,
}

impl Writer {
    pub fn new(shared: Shared, number: usize) -> Self {
        Writer { shared, number, steps: 0, acknowledged: 0, records: BTreeMap::new(), new_ids: Vec::new() }
    }

    /// Writes until the connection breaks.
    pub fn work(&mut self, address: SocketAddr, token: &str) {
        let Ok(mut line) = Line::open(address, token) else { return };
        while self.step(&mut line).is_ok() {
            self.steps += 1;
        }
        self.steps += 1;
    }

    /// The same, but not for longer than this.
    pub fn work_for(&mut self, address: SocketAddr, token: &str, time: Duration) {
        let end = Instant::now() + time;
        let Ok(mut line) = Line::open(address, token) else { return };
        while Instant::now() < end && self.step(&mut line).is_ok() {
            self.steps += 1;
        }
        self.steps += 1;
    }

    fn step(&mut self, line: &mut Line<'_>) -> io::Result<()> {
        let step = self.steps;
        let last = |collection| self.records.range((collection, 0)..(collection, i64::MAX)).next_back().map(|((_, id), _)| *id);
        let (deal, person) = (last("/deals"), last("/persons"));
        let outcome = ["won", "lost"][step / 8 % 2];
        match (step % 8, deal) {
            (0, _) => self.create(line, "/organizations", json!({"name": self.text("organization")})),
            (1, _) => self.create(line, "/persons", json!({"name": self.text("person"), "org_id": self.some("/organizations", step)})),
            (2, _) => {
                let organization = self.some("/organizations", step);
                self.create(line, "/deals", json!({"title": self.text("deal"), "value": step, "person_id": person, "org_id": organization}))
            }
            (3, Some(deal)) => self.update(line, "/deals", deal, json!({"value": step * 10, "title": self.text("renamed")})),
            (4, Some(deal)) => self.update(line, "/deals", deal, json!({"stage_id": step % 5 + 1})),
            (5, Some(deal)) => self.update(line, "/deals", deal, json!({"status": outcome})),
            (6, Some(deal)) => self.update(line, "/deals", deal, json!({"status": "open", "person_id": self.some("/persons", step)})),
            _ => match person {
                Some(person) => self.update(line, "/persons", person, json!({"org_id": self.some("/organizations", step)})),
                None => Ok(()),
            },
        }
    }

    fn text(&self, what: &str) -> String {
        format!("{what} {} of {}", self.steps, self.number)
    }

    /// The id of a record to link to, every other time the shared one.
    fn some(&self, collection: &'static str, step: usize) -> Option<i64> {
        if (step / 8).is_multiple_of(2) {
            return Some(if collection == "/persons" { self.shared.person } else { self.shared.organization });
        }
        let ids: Vec<_> = self.records.keys().filter(|(known, _)| *known == collection).map(|(_, id)| *id).collect();
        ids.get(step % ids.len().max(1)).copied()
    }

    fn create(&mut self, line: &mut Line<'_>, collection: &'static str, body: Value) -> io::Result<()> {
        let id = line.send("POST", collection, &body)?["id"].as_i64().unwrap();
        self.acknowledged += 1;
        self.new_ids.push((collection, id));
        self.records.insert((collection, id), Kept { known: body, pending: None });
        Ok(())
    }

    fn update(&mut self, line: &mut Line<'_>, collection: &'static str, id: i64, body: Value) -> io::Result<()> {
        let kept = self.records.get_mut(&(collection, id)).unwrap();
        let mut after = kept.known.clone();
        for (key, value) in body.as_object().unwrap() {
            after[key] = value.clone();
        }
        kept.pending = Some(after.clone());
        line.send("PATCH", &format!("{collection}/{id}"), &body)?;
        self.acknowledged += 1;
        *self.records.get_mut(&(collection, id)).unwrap() = Kept { known: after, pending: None };
        Ok(())
    }

    /// Every record holds what was answered last, or else all of what was on its way.
    pub fn verify(&mut self, address: SocketAddr, token: &str) {
        let mut line = Line::open(address, token).unwrap();
        for ((collection, id), kept) in &mut self.records {
            let found = line.send("GET", &format!("{collection}/{id}"), &json!({})).unwrap();
            let holds = |sent: &Value| sent.as_object().unwrap().iter().all(|(key, value)| same(&found[key], value));
            match kept.pending.take() {
                Some(pending) if holds(&pending) => kept.known = pending,
                pending => assert!(holds(&kept.known), "{collection}/{id} is {found}, was {}, may be {pending:?}", kept.known),
            }
        }
    }

    /// The ids that were given since the last call.
    pub fn take_new_ids(&mut self) -> Vec<(&'static str, i64)> {
        std::mem::take(&mut self.new_ids)
    }
}

/// Amounts are sent as whole numbers and shown with a fraction or without one.
fn same(found: &Value, sent: &Value) -> bool {
    found == sent || (found.is_number() && found.as_f64() == sent.as_f64())
}
