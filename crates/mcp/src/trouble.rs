//! What went wrong, and what would be right, for a model to act on.

use crate::backend::ApiAnswer;
use penstock_crm::Op;
use serde_json::{Value, json};

/// Why a tool could not do what it was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Trouble {
    pub error: String,
    /// Of the API, where it was asked.
    pub status: Option<u16>,
    /// What to do about it.
    pub hint: String,
}

impl Trouble {
    pub fn new(error: impl Into<String>, hint: impl Into<String>) -> Self {
        Trouble { error: error.into(), status: None, hint: hint.into() }
    }

    /// Arguments that cannot be.
    pub fn arguments(wrong: &[String]) -> Self {
        Trouble::new(wrong.join("; "), "Nothing was done. Correct the arguments and call again.")
    }

    /// A fault of ours.
    pub fn fault(details: String) -> Self {
        tracing::error!(details, "a tool failed");
        Trouble::new("The tool failed inside the server", "Try again later, or do it another way.")
    }

    /// A refusal of the API.
    pub fn of_answer(answer: &ApiAnswer, op: &Op) -> Self {
        let body = answer.json();
        let error = body["error"].as_str().unwrap_or("The server gave no reason").to_owned();
        Trouble { hint: hint(answer, &error, op), error, status: Some(answer.status) }
    }

    pub fn value(&self) -> Value {
        let mut value = json!({"error": self.error, "hint": self.hint});
        if let Some(status) = self.status {
            value["status"] = status.into();
        }
        value
    }

    pub fn text(&self) -> String {
        match self.status {
            Some(status) => format!("Refused ({status}): {}. {}", self.error, self.hint),
            None => format!("{}. {}", self.error, self.hint),
        }
    }
}

fn hint(answer: &ApiAnswer, error: &str, op: &Op) -> String {
    match answer.status {
        400 => "Nothing was done. Correct what is named and call again.".to_owned(),
        401 => "The API token or access token is missing, wrong or ended; the user has to connect anew.".to_owned(),
        403 if error.contains("Scope") => format!("The access token lacks a scope; one of these opens the tool: {}.", op.scopes),
        403 => "The user may not do this; an administrator can, or can allow it.".to_owned(),
        404 => "There is no such record, or the user may not see it. Find the right id with a search or a list.".to_owned(),
        409 => "Somebody changed it at the same time; read it again, then decide.".to_owned(),
        410 => "It is gone for good.".to_owned(),
        413 | 415 => "Send a smaller file, or one of another kind.".to_owned(),
        429 => match answer.retry_after {
            Some(seconds) => format!("Too many calls; wait {seconds} seconds."),
            None => "Too many calls; wait a little.".to_owned(),
        },
        _ => "The server could not do it now; try again in a moment.".to_owned(),
    }
}
