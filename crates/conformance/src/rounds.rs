//! Tools and a prompt that ask in several rounds, in the way of the stateless protocol: the client calls again with its answers.

use crate::content::said;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CreateMessageRequest, CreateMessageRequestParams, ElicitRequest, ElicitRequestParams,
    GetPromptRequestParams, GetPromptResponse, GetPromptResult, InputRequest, InputRequests, InputRequiredResult, InputResponses,
    ListRootsRequest, PromptMessage, Role, SamplingMessage,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const PREFIX: &str = "test_input_required_result_";

/// What leaves this process as state comes back unchanged, or not at all.
fn seal(state: &str) -> String {
    let digest = Sha256::new().chain_update("only for the conformance suite, and no secret").chain_update(state).finalize();
    format!("{digest:x}.{state}")
}

fn open(sealed: &str) -> Option<Value> {
    let (_, state) = sealed.split_once('.')?;
    serde_json::from_str(state).ok().filter(|_| seal(state) == sealed)
}

fn ask_user(message: &str, property: &str) -> Result<InputRequest, ErrorData> {
    let schema = json!({"type": "object", "properties": {property: {"type": "string"}}, "required": [property]});
    let requested_schema = serde_json::from_value(schema).map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
    let question = ElicitRequestParams::FormElicitationParams { meta: None, message: message.to_owned(), requested_schema };
    Ok(InputRequest::Elicitation(ElicitRequest::new(question)))
}

fn ask_model(prompt: &str) -> InputRequest {
    let messages = vec![SamplingMessage::user_text(prompt)];
    InputRequest::CreateMessage(CreateMessageRequest::new(CreateMessageRequestParams::new(messages, 100)))
}

fn ask_roots() -> InputRequest {
    InputRequest::ListRoots(ListRootsRequest::default())
}

/// The answer to one question. What is no object is no answer.
fn answer<'a>(responses: Option<&'a InputResponses>, name: &str) -> Option<&'a Value> {
    responses?.get(name).filter(|value| value.is_object())
}

fn ask<const N: usize>(questions: [(&str, InputRequest); N], state: Option<Value>) -> Result<InputRequiredResult, ErrorData> {
    let questions = InputRequests::from(questions.map(|(name, question)| (name.to_owned(), question)));
    Ok(InputRequiredResult::new(Some(questions), state.map(|state| seal(&state.to_string()))))
}

/// The state that came back; what was changed on the way is refused.
fn state(request: &CallToolRequestParams) -> Result<Option<Value>, ErrorData> {
    let refused = || ErrorData::invalid_params("the state is not the one that was given", None);
    request.request_state.as_deref().map(|sealed| open(sealed).ok_or_else(refused)).transpose()
}

/// `None` for tools of other kinds.
pub fn call(request: &CallToolRequestParams, context: &RequestContext<RoleServer>) -> Option<Result<CallToolResponse, ErrorData>> {
    if request.name == "test_streaming_elicitation" {
        return Some(ask_user("Say something", "value").and_then(|question| ask([("question", question)], None)).map(Into::into));
    }
    let kind = request.name.strip_prefix(PREFIX)?;
    Some(round(kind, request, context))
}

fn round(kind: &str, request: &CallToolRequestParams, context: &RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
    let responses = request.input_responses.as_ref();
    let given = |name| answer(responses, name);
    let name = || ask_user("What is your name?", "name");
    Ok(match kind {
        "elicitation" => match given("user_name") {
            Some(given) => said(format!("Hello, {}!", given["content"]["name"].as_str().unwrap_or("stranger"))).into(),
            None => ask([("user_name", name()?)], None)?.into(),
        },
        "sampling" => match given("capital_question") {
            Some(given) => said(given["content"]["text"].as_str().unwrap_or("nothing")).into(),
            None => ask([("capital_question", ask_model("What is the capital of France?"))], None)?.into(),
        },
        "list_roots" => match given("client_roots") {
            Some(given) => said(given["roots"].to_string()).into(),
            None => ask([("client_roots", ask_roots())], None)?.into(),
        },
        "request_state" | "tampered_state" => match state(request)? {
            Some(_) => said("state-ok").into(),
            None => ask([("confirm", ask_user("Shall it be?", "ok")?)], Some(json!({"asked": true})))?.into(),
        },
        "multiple_inputs" => {
            let is_whole = ["user_name", "greeting", "client_roots"].into_iter().all(|name| given(name).is_some());
            match state(request)? {
                Some(_) if is_whole => said("All answers are there").into(),
                _ => {
                    let questions = [("user_name", name()?), ("greeting", ask_model("Write a greeting")), ("client_roots", ask_roots())];
                    ask(questions, Some(json!({"asked": true})))?.into()
                }
            }
        }
        "multi_round" => match state(request)?.and_then(|state| state["round"].as_i64()) {
            None => ask([("step1", name()?)], Some(json!({"round": 1})))?.into(),
            Some(1) => ask([("step2", ask_user("What is your favorite color?", "color")?)], Some(json!({"round": 2})))?.into(),
            Some(_) => said("All rounds are done").into(),
        },
        "capabilities" => capabilities(responses, context)?,
        _ => return Err(ErrorData::invalid_params(format!("there is no tool {:?} here", request.name), None)),
    })
}

/// Asks for nothing that the client has not said it can answer.
fn capabilities(responses: Option<&InputResponses>, context: &RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
    let known = context.meta.client_capabilities().unwrap_or_default();
    let mut questions = InputRequests::new();
    if known.elicitation.is_some() {
        questions.insert("user_name".to_owned(), ask_user("What is your name?", "name")?);
    }
    if known.sampling.is_some() {
        questions.insert("greeting".to_owned(), ask_model("Write a greeting"));
    }
    if known.roots.is_some() {
        questions.insert("client_roots".to_owned(), ask_roots());
    }
    Ok(if responses.is_some() || questions.is_empty() {
        said("done").into()
    } else {
        InputRequiredResult::from_input_requests(questions).into()
    })
}

/// `None` where it is another prompt.
pub fn prompt(request: &GetPromptRequestParams) -> Result<Option<GetPromptResponse>, ErrorData> {
    if request.name != "test_input_required_result_prompt" {
        return Ok(None);
    }
    Ok(Some(match answer(request.input_responses.as_ref(), "user_context") {
        Some(given) => {
            let text = format!("With this in mind: {}", given["content"]["context"].as_str().unwrap_or("nothing"));
            GetPromptResult::new(vec![PromptMessage::new_text(Role::User, text)]).into()
        }
        None => ask([("user_context", ask_user("What is this about?", "context")?)], None)?.into(),
    }))
}
