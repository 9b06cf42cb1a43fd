//! The protocol: what clients ask, and what they are answered.

use crate::backend::{Backend, Caller};
use crate::catalog::{Prepared, Set};
use crate::consent::{self, Consent};
use crate::crm::Crm;
use crate::names::Names;
use crate::prompts;
use crate::resources;
use crate::run::{self, Outcome};
use crate::trouble::Trouble;
use penstock_crm::Request;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestParams, CompleteResult, CompletionInfo, ContentBlock,
    GetPromptRequestParams, GetPromptResponse, Implementation, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
    ListToolsResult, PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, Reference,
    ResourceContents, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde_json::{Value, json};
use std::sync::Arc;

const INSTRUCTIONS: &str = "A sales CRM: deals in stages of pipelines, persons, organizations, activities, notes. \
    You act with the rights of one user. Find ids with a search or a list before you write. Lists answer 25 items and a cursor; \
    pass the cursor for more. Custom fields and labels go by name. Times are UTC. Tools that remove or merge want confirm: true, \
    or dry_run: true to see what would happen; in a merge merge_with_id stays.";

/// Who calls, and which tools they may see.
#[derive(Debug, Clone)]
pub struct Visit {
    pub caller: Caller,
    pub set: Set,
}

/// One server of the protocol; cheap to make.
#[derive(Clone)]
pub struct Agent {
    backend: Backend,
    names: Arc<Names>,
    /// Where all calls come from one client; else every request says it.
    visit: Option<Visit>,
}

impl Agent {
    pub fn new(backend: Backend, names: Arc<Names>, visit: Option<Visit>) -> Self {
        Agent { backend, names, visit }
    }

    fn visit(&self, context: &RequestContext<RoleServer>) -> Result<Visit, ErrorData> {
        let of_request = || context.extensions.get::<http::request::Parts>()?.extensions.get::<Visit>().cloned();
        let mut visit = self.visit.clone().or_else(of_request).ok_or_else(|| ErrorData::internal_error("who calls is not known", None))?;
        if let Some(client) = context.client_info().filter(|client| !client.name.is_empty()) {
            visit.caller.client = format!("{}/{} (MCP)", plain(&client.name), plain(&client.version));
        }
        Ok(visit)
    }

    fn crm(&self, caller: Caller) -> Crm {
        Crm::new(self.backend.clone(), caller, self.names.clone())
    }
}

/// What a client calls itself, as a header may hold it.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| letter.is_ascii_graphic()).take(60).collect()
}

impl ServerHandler for Agent {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().enable_resources().enable_prompts().enable_completions().build();
        let mut info = ServerConfig::new(capabilities).with_instructions(INSTRUCTIONS);
        info.server_info = Implementation::new("penstock", env!("CARGO_PKG_VERSION"));
        info.server_info.title = Some("Penstock".to_owned());
        info
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let visit = self.visit(&context)?;
        Ok(ListToolsResult::with_all_items(visit.set.tools().map(Prepared::described).collect()))
    }

    async fn list_prompts(&self, _: Option<PaginatedRequestParams>, _: RequestContext<RoleServer>) -> Result<ListPromptsResult, ErrorData> {
        Ok(ListPromptsResult::with_all_items(prompts::list()))
    }

    async fn get_prompt(&self, request: GetPromptRequestParams, _: RequestContext<RoleServer>) -> Result<GetPromptResponse, ErrorData> {
        Ok(prompts::fill(&request.name, &request.arguments.unwrap_or_default())?.into())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(resources::list()))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(resources::templates()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let crm = self.crm(self.visit(&context)?.caller);
        let nothing = || ErrorData::resource_not_found(format!("there is nothing at {}", request.uri), Some(json!({"uri": request.uri})));
        let value = match resources::read(&crm, &request.uri).await {
            None => return Err(nothing()),
            Some(Err(trouble)) if trouble.status == Some(404) => return Err(nothing()),
            Some(Err(trouble)) => return Err(ErrorData::internal_error(trouble.text(), None)),
            Some(Ok(value)) => value,
        };
        let contents = ResourceContents::text(value.to_string(), request.uri.clone()).with_mime_type("application/json");
        Ok(ReadResourceResult::new(vec![contents]).into())
    }

    async fn complete(&self, request: CompleteRequestParams, context: RequestContext<RoleServer>) -> Result<CompleteResult, ErrorData> {
        let crm = self.crm(self.visit(&context)?.caller);
        let reference = match &request.r#ref {
            Reference::Resource(resource) => resource.uri.as_str(),
            Reference::Prompt(prompt) => prompt.name.as_str(),
            _ => "",
        };
        let values = resources::complete(&crm, reference, &request.argument.name, &request.argument.value).await;
        let completion = CompletionInfo::with_all_values(values).map_err(|error| ErrorData::internal_error(error, None))?;
        Ok(CompleteResult::new(completion))
    }

    async fn call_tool(&self, request: CallToolRequestParams, context: RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
        let visit = self.visit(&context)?;
        let Some(prepared) = visit.set.find(&request.name) else {
            return Err(ErrorData::invalid_params(format!("there is no tool {:?} here", request.name), None));
        };
        let crm = self.crm(visit.caller);
        let given = request.arguments.unwrap_or_default();
        let agreed = consent::answered(request.input_responses.as_ref());
        if agreed == Some(false) {
            return Ok(refused(&declined()).into());
        }
        let preview = match run::call(&crm, prepared, given.clone(), agreed == Some(true)).await {
            Ok(Outcome::Done(value)) => return Ok(done(value).into()),
            Ok(Outcome::Unconfirmed(preview)) => preview,
            Err(trouble) => return Ok(refused(&trouble).into()),
        };
        match consent::ask(&context, &preview).await {
            Consent::Given => match run::call(&crm, prepared, given, true).await {
                Ok(Outcome::Done(value)) => Ok(done(value).into()),
                Ok(Outcome::Unconfirmed(_)) => Ok(refused(&declined()).into()),
                Err(trouble) => Ok(refused(&trouble).into()),
            },
            Consent::Declined => Ok(refused(&declined()).into()),
            Consent::AskFirst(round) => Ok((*round).into()),
            Consent::CannotAsk => {
                let hint = "Nothing was done. Make sure that the user wants this, then call again with confirm: true; dry_run: true shows the details.";
                Ok(refused(&Trouble::new(format!("this needs a confirmation: {}", preview.words), hint)).into())
            }
        }
    }
}

fn declined() -> Trouble {
    Trouble::new("the user has not agreed", "Nothing was done. Ask the user what to do instead.")
}

/// An answer, as structure and as the same in text.
fn done(value: Value) -> CallToolResult {
    CallToolResult::structured(value)
}

fn refused(trouble: &Trouble) -> CallToolResult {
    let mut result = CallToolResult::error(vec![ContentBlock::text(trouble.text())]);
    result.structured_content = Some(trouble.value());
    result
}

/// Who a caller is, as the product knows them; else the status of its refusal.
pub async fn identify(app: &Arc<penstock_crm::App>, caller: &Caller) -> Result<String, u16> {
    let answer = app
        .handle(Request {
            method: "GET".to_owned(),
            path: "/api/penstock/me".to_owned(),
            api_token: caller.api_token.clone(),
            authorization: caller.authorization.clone(),
            user_agent: Some(caller.client.clone()),
            peer: caller.peer,
            ..Request::default()
        })
        .await;
    if answer.status != 200 {
        return Err(answer.status);
    }
    let body: Value = serde_json::from_slice(&answer.body).map_err(|_| 500_u16)?;
    Ok(format!("{}:{}", body["data"]["company_id"], body["data"]["id"]))
}
