//! Asking the user before something is taken away, in the way that the protocol version of the client knows.

use crate::preview::Preview;
use rmcp::RoleServer;
use rmcp::model::{
    ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationSchema, InputRequest, InputRequests,
    InputRequiredResult, InputResponses, ProtocolVersion,
};
use rmcp::service::RequestContext;
use serde_json::{Value, json};
use std::time::Duration;

/// How long a user may think.
const PATIENCE: Duration = Duration::from_secs(300);
/// The name of the question where several rounds make one call.
const QUESTION: &str = "confirm";

/// What the user says.
pub enum Consent {
    Given,
    Declined,
    /// The client has to ask, and to call again with the answer.
    AskFirst(Box<InputRequiredResult>),
    /// The client has no way to ask.
    CannotAsk,
}

/// What the user has answered to the question of an earlier round; `None` where there was none.
pub fn answered(responses: Option<&InputResponses>) -> Option<bool> {
    let answer = responses?.get(QUESTION)?;
    let result: Result<ElicitResult, _> = serde_json::from_value(answer.clone());
    Some(result.is_ok_and(|result| says_yes(&result)))
}

/// Asks whether what the preview tells of shall happen.
pub async fn ask(context: &RequestContext<RoleServer>, preview: &Preview) -> Consent {
    let Some(elicitation) = context.client_capabilities().and_then(|capabilities| capabilities.elicitation) else {
        return Consent::CannotAsk;
    };
    // A client that names no kind of question knows forms.
    if elicitation.form.is_none() && elicitation.url.is_some() {
        return Consent::CannotAsk;
    }
    let Some(question) = question(preview) else { return Consent::CannotAsk };
    let in_rounds = context.protocol_version().is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str());
    if in_rounds {
        let requests = InputRequests::from([(QUESTION.to_owned(), InputRequest::Elicitation(ElicitRequest::new(question)))]);
        return Consent::AskFirst(Box::new(InputRequiredResult::from_input_requests(requests)));
    }
    let answer = tokio::select! {
        answer = context.peer.create_elicitation_with_timeout(question, Some(PATIENCE)) => answer,
        // Whoever takes the call back does not want it any more, whatever the user says then.
        () = context.ct.cancelled() => return Consent::Declined,
    };
    match answer {
        Ok(result) if says_yes(&result) => Consent::Given,
        Ok(_) => Consent::Declined,
        Err(error) => {
            tracing::debug!(%error, "a client could not ask its user");
            Consent::CannotAsk
        }
    }
}

fn says_yes(result: &ElicitResult) -> bool {
    let is_unsaid = result.content.as_ref().is_some_and(|content| content[QUESTION] == Value::Bool(false));
    result.action == ElicitationAction::Accept && !is_unsaid
}

fn question(preview: &Preview) -> Option<ElicitRequestParams> {
    let schema = json!({
        "type": "object",
        "properties": {QUESTION: {"type": "boolean", "title": "Do it", "default": true}},
        "required": [QUESTION],
    });
    let requested_schema: ElicitationSchema = serde_json::from_value(schema).ok()?;
    Some(ElicitRequestParams::FormElicitationParams { meta: None, message: format!("{}?", preview.words), requested_schema })
}
