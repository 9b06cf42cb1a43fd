//! The protocol: what clients ask, and what they are answered.

use crate::backend::{Backend, Caller};
use crate::catalog::{Prepared, Set};
use crate::consent::{self, Consent};
use crate::crm::Crm;
use crate::names::Names;
use crate::prompts;
use crate::resources;
use crate::run::{self, Outcome};
use crate::subscriptions::{Events, Watch, Watched};
use crate::trouble::Trouble;
use penstock_crm::Request;
use penstock_crm::audit::AGENT;
use penstock_crm::oauth::Scopes;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestParams, CompleteResult, CompletionInfo, ContentBlock,
    GetPromptRequestParams, GetPromptResponse, Implementation, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
    ListToolsResult, PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, Reference,
    ResourceContents, ServerCapabilities, ServerConfig, SubscribeRequestParams, SubscriptionFilter, UnsubscribeRequestParams,
};
use rmcp::service::{RequestContext, SubscriptionContext};
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

/// One server of the protocol, for one session or one message; cheap to make.
pub struct Agent {
    backend: Backend,
    names: Arc<Names>,
    /// Where all calls come from one client; else every request says it.
    visit: Option<Visit>,
    /// What the client of a session wants to be told of.
    watched: Watched,
}

impl Agent {
    pub fn new(backend: Backend, names: Arc<Names>, visit: Option<Visit>) -> Self {
        Agent { backend, names, visit, watched: Watched::default() }
    }

    fn visit(&self, context: &RequestContext<RoleServer>) -> Result<Visit, ErrorData> {
        let of_request = || context.extensions.get::<http::request::Parts>()?.extensions.get::<Visit>().cloned();
        let mut visit = self.visit.clone().or_else(of_request).ok_or_else(|| ErrorData::internal_error("who calls is not known", None))?;
        if let Some(client) = context.client_info().filter(|client| !client.name.is_empty()) {
            visit.caller.client = format!("{}/{} {AGENT}", plain(&client.name), plain(&client.version));
        }
        Ok(visit)
    }

    fn crm(&self, caller: Caller) -> Crm {
        Crm::new(self.backend.clone(), caller, self.names.clone())
    }

    async fn content(&self, crm: &Crm, uri: &str) -> Result<Value, ErrorData> {
        match resources::read(crm, uri).await {
            None => Err(nothing_at(uri)),
            Some(Err(trouble)) if trouble.status == Some(404) => Err(nothing_at(uri)),
            Some(Err(trouble)) => Err(ErrorData::internal_error(trouble.text(), None)),
            Some(Ok(value)) => Ok(value),
        }
    }
}

/// Every list is one page, so there is no cursor that anybody could have been given.
fn on_one_page(page: Option<PaginatedRequestParams>) -> Result<(), ErrorData> {
    match page.and_then(|page| page.cursor) {
        Some(cursor) => Err(ErrorData::invalid_params(format!("there is no page at {cursor:?}: the list is one page"), None)),
        None => Ok(()),
    }
}

fn nothing_at(uri: &str) -> ErrorData {
    ErrorData::resource_not_found(format!("there is nothing at {uri}"), Some(json!({"uri": uri})))
}

/// What a client calls itself, as a header may hold it.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| letter.is_ascii_graphic()).take(60).collect()
}

impl ServerHandler for Agent {
    fn get_info(&self) -> ServerConfig {
        // No list ever changes while somebody is connected.
        let capabilities = ServerCapabilities::builder().enable_tools().enable_resources().enable_resources_subscribe();
        let capabilities = capabilities.enable_prompts().enable_completions().build();
        let mut info = ServerConfig::new(capabilities).with_instructions(INSTRUCTIONS);
        info.server_info = Implementation::new("penstock", env!("CARGO_PKG_VERSION"));
        info.server_info.title = Some("Penstock".to_owned());
        info
    }

    async fn list_tools(
        &self,
        page: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        on_one_page(page)?;
        let visit = self.visit(&context)?;
        Ok(ListToolsResult::with_all_items(visit.set.tools().map(Prepared::described).collect()))
    }

    async fn list_prompts(
        &self,
        page: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        on_one_page(page)?;
        Ok(ListPromptsResult::with_all_items(prompts::list()))
    }

    async fn get_prompt(&self, request: GetPromptRequestParams, _: RequestContext<RoleServer>) -> Result<GetPromptResponse, ErrorData> {
        Ok(prompts::fill(&request.name, &request.arguments.unwrap_or_default())?.into())
    }

    async fn list_resources(
        &self,
        page: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        on_one_page(page)?;
        Ok(ListResourcesResult::with_all_items(resources::list()))
    }

    async fn list_resource_templates(
        &self,
        page: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        on_one_page(page)?;
        Ok(ListResourceTemplatesResult::with_all_items(resources::templates()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let crm = self.crm(self.visit(&context)?.caller);
        let value = self.content(&crm, &request.uri).await?;
        let contents = ResourceContents::text(value.to_string(), request.uri.clone()).with_mime_type("application/json");
        Ok(ReadResourceResult::new(vec![contents]).into())
    }

    async fn subscribe(&self, request: SubscribeRequestParams, context: RequestContext<RoleServer>) -> Result<(), ErrorData> {
        let crm = self.crm(self.visit(&context)?.caller);
        let watch = Watch::of(&request.uri).ok_or_else(|| nothing_at(&request.uri))?;
        if watch.is_record() {
            // Whoever may not see it is not told either; better to say so at once.
            self.content(&crm, &request.uri).await?;
        }
        let added = self.watched.add(request.uri, watch, crm, context.peer).await;
        added.map_err(|trouble| ErrorData::internal_error(trouble.text(), None))
    }

    async fn unsubscribe(&self, request: UnsubscribeRequestParams, _: RequestContext<RoleServer>) -> Result<(), ErrorData> {
        self.watched.remove(&request.uri).await;
        Ok(())
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        let uris = requested.resource_subscriptions.iter().flatten().filter(|uri| Watch::of(uri).is_some());
        Some(SubscriptionFilter::builder().resource_subscriptions(uris).build())
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let crm = self.crm(self.visit(context.request_context())?.caller);
        let uris = context.accepted().resource_subscriptions.clone().unwrap_or_default();
        let watches: Vec<_> = uris.into_iter().filter_map(|uri| Some((Watch::of(&uri)?, uri))).collect();
        if watches.is_empty() {
            context.cancelled().await;
            return Ok(());
        }
        let mut events = Events::open(crm).await.map_err(|trouble| ErrorData::internal_error(trouble.text(), None))?;
        loop {
            let event = tokio::select! {
                event = events.next() => event,
                () = context.cancelled() => None,
            };
            let Some(event) = event else { return Ok(()) };
            for (_, uri) in watches.iter().filter(|(watch, _)| watch.is_touched_by(&event)) {
                let told = context.sink().notify_resource_updated(uri.clone()).await;
                told.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
            }
        }
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

/// A caller as the product knows them.
pub struct Visitor {
    /// One text for each user of each company.
    pub owner: String,
    /// What the access token is for, where an app calls.
    pub scopes: Option<Scopes>,
}

/// Who a caller is; else the status of the refusal.
pub async fn identify(app: &Arc<penstock_crm::App>, caller: &Caller) -> Result<Visitor, u16> {
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
    let me = &body["data"];
    let scopes = me["scopes"].as_str().map(Scopes::parse).transpose().map_err(|_| 500_u16)?;
    Ok(Visitor { owner: format!("{}:{}", me["company_id"], me["id"]), scopes })
}
