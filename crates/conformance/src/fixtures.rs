//! The agent of the product, with what the suite calls beside it.

use crate::{content, listed, rounds, session};
use penstock_mcp::Agent;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult, CompletionInfo, GetPromptRequestParams,
    GetPromptResponse, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, LoggingLevel,
    PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse, Reference, ServerConfig, SetLevelRequestParams,
    SubscribeRequestParams, SubscriptionFilter, Tool, UnsubscribeRequestParams,
};
use rmcp::service::{RequestContext, SubscriptionContext, SubscriptionSink};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use std::sync::{LazyLock, Mutex, PoisonError};

type Context = RequestContext<RoleServer>;
type Page = Option<PaginatedRequestParams>;

/// Whoever listens over the stateless protocol, where the call that changes a list comes by another agent.
static LISTENERS: LazyLock<Mutex<Vec<SubscriptionSink>>> = LazyLock::new(Mutex::default);

pub struct Fixtures {
    agent: Agent,
    /// What the client of a session wants to be told at least.
    level: Mutex<LoggingLevel>,
}

impl Fixtures {
    pub fn around(agent: Agent) -> Self {
        Fixtures { agent, level: Mutex::new(LoggingLevel::Debug) }
    }
}

fn listeners() -> Vec<SubscriptionSink> {
    LISTENERS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Says that a list has changed, though none has.
async fn change(tool: &str) -> bool {
    for listener in listeners() {
        let told = match tool {
            "test_trigger_tool_change" => listener.notify_tool_list_changed().await,
            "test_trigger_prompt_change" => listener.notify_prompt_list_changed().await,
            _ => return false,
        };
        // Those who have gone, or did not want this.
        drop(told);
    }
    tool.starts_with("test_trigger_")
}

impl ServerHandler for Fixtures {
    fn get_info(&self) -> ServerConfig {
        let mut info = self.agent.get_info();
        let capabilities = &mut info.capabilities;
        capabilities.logging = Some(rmcp::model::JsonObject::new());
        if let Some(tools) = &mut capabilities.tools {
            tools.list_changed = Some(true);
        }
        if let Some(prompts) = &mut capabilities.prompts {
            prompts.list_changed = Some(true);
        }
        info
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        listed::tools().into_iter().find(|tool| tool.name == name)
    }

    async fn list_tools(&self, page: Page, context: Context) -> Result<ListToolsResult, ErrorData> {
        let mut result = self.agent.list_tools(page, context).await?;
        result.tools.extend(listed::tools());
        Ok(result)
    }

    async fn call_tool(&self, request: CallToolRequestParams, context: Context) -> Result<CallToolResponse, ErrorData> {
        let name = request.name.to_string();
        if !listed::tools().iter().any(|tool| tool.name == name) {
            return self.agent.call_tool(request, context).await;
        }
        if change(&name).await {
            return Ok(content::said("told").into());
        }
        if let Some(answer) = rounds::call(&request, &context).transpose()? {
            return Ok(answer);
        }
        let level = *self.level.lock().unwrap_or_else(PoisonError::into_inner);
        match session::call(&request, &context, level).await {
            Some(answer) => answer.map(Into::into),
            None => content::call(&request).map(Into::into),
        }
    }

    async fn list_prompts(&self, page: Page, context: Context) -> Result<ListPromptsResult, ErrorData> {
        let mut result = self.agent.list_prompts(page, context).await?;
        result.prompts.extend(listed::prompts());
        Ok(result)
    }

    async fn get_prompt(&self, request: GetPromptRequestParams, context: Context) -> Result<GetPromptResponse, ErrorData> {
        if let Some(answer) = rounds::prompt(&request)? {
            return Ok(answer);
        }
        match content::prompt(&request) {
            Some(prompt) => Ok(prompt.into()),
            None => self.agent.get_prompt(request, context).await,
        }
    }

    async fn list_resources(&self, page: Page, context: Context) -> Result<ListResourcesResult, ErrorData> {
        let mut result = self.agent.list_resources(page, context).await?;
        result.resources.extend(listed::resources());
        Ok(result)
    }

    async fn list_resource_templates(&self, page: Page, context: Context) -> Result<ListResourceTemplatesResult, ErrorData> {
        let mut result = self.agent.list_resource_templates(page, context).await?;
        result.resource_templates.push(listed::template());
        Ok(result)
    }

    async fn read_resource(&self, request: ReadResourceRequestParams, context: Context) -> Result<ReadResourceResponse, ErrorData> {
        match content::resource(&request.uri) {
            Some(result) => Ok(result.into()),
            None => self.agent.read_resource(request, context).await,
        }
    }

    async fn subscribe(&self, request: SubscribeRequestParams, context: Context) -> Result<(), ErrorData> {
        if request.uri == listed::WATCHED { Ok(()) } else { self.agent.subscribe(request, context).await }
    }

    async fn unsubscribe(&self, request: UnsubscribeRequestParams, context: Context) -> Result<(), ErrorData> {
        self.agent.unsubscribe(request, context).await
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        let mut accepted = self.agent.accepted_subscription_filter(requested)?;
        accepted.tools_list_changed = requested.tools_list_changed;
        accepted.prompts_list_changed = requested.prompts_list_changed;
        Some(accepted)
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        LISTENERS.lock().unwrap_or_else(PoisonError::into_inner).push(context.sink().clone());
        self.agent.listen(context).await
    }

    async fn complete(&self, request: CompleteRequestParams, context: Context) -> Result<CompleteResult, ErrorData> {
        match &request.r#ref {
            Reference::Prompt(prompt) if prompt.name.starts_with("test_") => {
                let offered = ["paris", "park", "party"].map(str::to_owned);
                let fitting = offered.into_iter().filter(|word| word.starts_with(&request.argument.value)).collect();
                Ok(CompleteResult::new(CompletionInfo::new(fitting).map_err(|error| ErrorData::internal_error(error, None))?))
            }
            _ => self.agent.complete(request, context).await,
        }
    }

    async fn set_level(&self, request: SetLevelRequestParams, _: Context) -> Result<(), ErrorData> {
        *self.level.lock().unwrap_or_else(PoisonError::into_inner) = request.level;
        Ok(())
    }
}
