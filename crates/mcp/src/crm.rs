//! The CRM as one caller sees it: operations by name, and what fields and labels are called.

use crate::backend::{ApiAnswer, ApiBody, ApiRequest, Backend, Caller, Pieces};
use crate::names::{Definition, Names};
use crate::resolve::{self, path_names};
use crate::trouble::Trouble;
use penstock_crm::{Op, Takes};
use serde_json::{Map, Value};
use std::sync::Arc;

/// What an operation is told: texts for its path and its query, and a body.
#[derive(Debug, Clone, Default)]
pub struct Values {
    pub path: Vec<(&'static str, String)>,
    pub query: Vec<(&'static str, String)>,
    pub body: Map<String, Value>,
}

impl Values {
    pub fn path(mut self, name: &'static str, value: impl ToString) -> Self {
        self.path.push((name, value.to_string()));
        self
    }

    pub fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    pub fn body(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.body.insert(name.to_owned(), value.into());
        self
    }
}

#[derive(Clone)]
pub struct Crm {
    backend: Backend,
    pub caller: Caller,
    names: Arc<Names>,
}

impl Crm {
    pub fn new(backend: Backend, caller: Caller, names: Arc<Names>) -> Self {
        Crm { backend, caller, names }
    }

    pub fn op(label: &str) -> Result<&'static Op, Trouble> {
        resolve::operation(label).ok_or_else(|| Trouble::fault(format!("there is no operation {label}")))
    }

    /// Runs an operation, whatever it answers.
    pub async fn send(&self, op: &Op, values: &Values) -> ApiAnswer {
        let body = match op.takes {
            Takes::List => values.body.values().next().cloned(),
            _ => (!values.body.is_empty()).then(|| Value::Object(values.body.clone())),
        };
        let body = body.map(ApiBody::Json);
        self.send_body(op, values, body).await
    }

    /// Runs an operation with a body that is not an object, or not JSON.
    pub async fn send_body(&self, op: &Op, values: &Values, body: Option<ApiBody>) -> ApiAnswer {
        let query = serde_urlencoded::to_string(&values.query).unwrap_or_default();
        let request = ApiRequest { method: op.method.as_str(), path: path(op, values), query, body };
        self.backend.send(&self.caller, request).await
    }

    /// As [`Crm::send_body`], for an answer that goes on; where it is none, the answer.
    pub async fn stream(&self, request: ApiRequest) -> Result<Pieces, ApiAnswer> {
        self.backend.stream(&self.caller, request).await
    }

    /// Runs an operation that has to succeed, and answers its whole body.
    pub async fn run(&self, op: &Op, values: &Values) -> Result<Value, Trouble> {
        let answer = self.send(op, values).await;
        if answer.is_success() { Ok(answer.json()) } else { Err(Trouble::of_answer(&answer, op)) }
    }

    /// The `data` of what an operation answers.
    pub async fn data(&self, label: &str, values: Values) -> Result<Value, Trouble> {
        let mut body = self.run(Crm::op(label)?, &values).await?;
        Ok(body.get_mut("data").map(Value::take).unwrap_or(Value::Null))
    }

    /// The rows of what an operation answers; none where it answers null.
    pub async fn rows(&self, label: &str, values: Values) -> Result<Vec<Value>, Trouble> {
        match self.data(label, values).await? {
            Value::Array(rows) => Ok(rows),
            _ => Ok(Vec::new()),
        }
    }

    /// The id of the caller.
    pub async fn me(&self) -> Result<i64, Trouble> {
        let me = self.data("penstock.getMe", Values::default()).await?;
        me["id"].as_i64().ok_or_else(|| Trouble::fault("the caller has no id".to_owned()))
    }

    /// Forgets what the caller was told of fields.
    pub fn forget_names(&self) {
        self.names.forget(self);
    }

    /// The fields of an entity.
    pub async fn fields(&self, entity: &str) -> Result<Arc<Vec<Definition>>, Trouble> {
        self.names.of(self, entity).await
    }
}

fn path(op: &Op, values: &Values) -> String {
    let mut path = format!("{}{}", op.root.prefix(), op.path);
    for name in path_names(op.path) {
        if let Some((_, value)) = values.path.iter().find(|(known, _)| *known == name) {
            path = path.replace(&format!("{{{name}}}"), &escaped(value));
        }
    }
    path
}

/// A text as one segment of a path.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut path, byte| {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) {
            path.push(byte as char);
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
        path
    })
}
