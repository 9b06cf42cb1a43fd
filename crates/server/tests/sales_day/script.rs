//! The day as a list of steps, from `day.txt`.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The day, in the words that its head explains.
const DAY: &str = include_str!("day.txt");

/// One thing that somebody does.
#[derive(Debug, Clone)]
pub struct Step {
    /// Such as `09:05`.
    pub time: String,
    pub who: String,
    pub about: String,
    /// Method, target, and a body of JSON or nothing. The method `FILE` is a form with a file.
    pub request: [String; 3],
    /// The tool that does the same, and its arguments.
    pub tool: Option<[String; 2]>,
    /// Names for members of the answer, each with its path.
    pub keep: Vec<[String; 2]>,
}

impl Step {
    pub fn hour(&self) -> &str {
        &self.time[..2]
    }
}

pub fn steps() -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in DAY.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(words) = line.strip_prefix("    ") {
            let step = steps.last_mut().unwrap();
            match split(words) {
                ("tool", call) => step.tool = Some(both(call)),
                ("keep", what) if what.contains(' ') => step.keep.push(both(what)),
                ("keep", name) => step.keep.push([name.to_owned(), "id".to_owned()]),
                (method, rest) => {
                    let [target, body] = both(rest);
                    step.request = [method.to_owned(), target, body];
                }
            }
        } else {
            let (time, rest) = split(line);
            let [who, about] = both(rest);
            steps.push(Step { time: time.to_owned(), who, about, request: Default::default(), tool: None, keep: Vec::new() });
        }
    }
    steps
}

/// The first word and the rest.
fn split(line: &str) -> (&str, &str) {
    line.split_once(' ').map_or((line, ""), |(word, rest)| (word, rest.trim_start()))
}

fn both(line: &str) -> [String; 2] {
    let (word, rest) = split(line);
    [word.to_owned(), rest.to_owned()]
}

/// What the names of the day stand for.
#[derive(Debug, Default)]
pub struct Names(BTreeMap<String, Value>);

impl Names {
    pub fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Keeps what a step asks for from the answer to it.
    pub fn keep(&mut self, step: &Step, answer: &Value) {
        for [name, path] in &step.keep {
            let found = answer.pointer(&format!("/{}", path.replace('.', "/")));
            self.put(name, found.unwrap_or_else(|| panic!("no {path} in the answer to {:?}: {answer}", step.about)).clone());
        }
    }

    /// A text with values in place of names.
    pub fn fill(&self, text: &str) -> String {
        let mut pieces = text.split('$');
        let mut filled = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let end = piece.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(piece.len());
            let (name, rest) = piece.split_at(end);
            let value = self.0.get(name).unwrap_or_else(|| panic!("nothing is named {name}"));
            filled += &value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            filled += rest;
        }
        filled
    }

    /// A text with names in place of values that are different on every day.
    pub fn hide(&self, text: &str) -> String {
        let random = self.0.iter().filter_map(|(name, value)| Some((name, value.as_str()?)));
        random.fold(text.to_owned(), |text, (name, value)| text.replace(value, &format!("${name}")))
    }

    /// JSON with values in place of names, in texts and in keys; null for an empty text.
    pub fn json(&self, text: &str) -> Value {
        if text.is_empty() {
            Value::Null
        } else {
            self.filled(serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}")))
        }
    }

    fn filled(&self, value: Value) -> Value {
        match value {
            Value::String(text) => match text.strip_prefix('$').and_then(|name| self.0.get(name)) {
                Some(value) => value.clone(),
                None => text.into(),
            },
            Value::Array(values) => values.into_iter().map(|value| self.filled(value)).collect(),
            Value::Object(members) => {
                let members: Map<String, Value> = members.into_iter().map(|(key, value)| (self.fill(&key), self.filled(value))).collect();
                members.into()
            }
            other => other,
        }
    }
}
