//! An agent: a client of the protocol, and a user who answers its questions.

use crate::support::{Place, Serving, TOKEN, penstock};
use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult, ElicitationAction,
    Implementation, ProtocolVersion, ResourceUpdatedNotificationParam, Tool,
};
use rmcp::service::{NotificationContext, RequestContext, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{ClientHandler, ClientLifecycleMode, ClientServiceExt, ErrorData, RoleClient};
use serde_json::{Map, Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};

const DAY: &str = "2026-03-02";
const PATIENCE: Duration = Duration::from_secs(60);

/// The protocol as it was, and as it is.
pub const LIFECYCLES: [ClientLifecycleMode; 2] =
    [ClientLifecycleMode::Initialize, ClientLifecycleMode::Discover { preferred_versions: Vec::new() }];

/// What the user says when asked.
#[derive(Clone)]
pub struct User {
    pub says: Option<ElicitationAction>,
    pub asked: Arc<AtomicUsize>,
    pub question: Arc<Mutex<String>>,
    /// What the user waits for before the answer.
    pub thinks: Arc<Notify>,
    updates: Arc<(mpsc::UnboundedSender<String>, tokio::sync::Mutex<mpsc::UnboundedReceiver<String>>)>,
}

impl User {
    /// Nobody is there to be asked.
    pub fn absent() -> Self {
        let thinks = Arc::new(Notify::new());
        thinks.notify_one();
        let (sender, receiver) = mpsc::unbounded_channel();
        let updates = Arc::new((sender, tokio::sync::Mutex::new(receiver)));
        User { says: None, asked: Arc::default(), question: Arc::default(), thinks, updates }
    }

    pub fn who_says(action: ElicitationAction) -> Self {
        User { says: Some(action), ..User::absent() }
    }

    /// The same, but not before `thinks` is notified.
    pub fn who_thinks_and_says(action: ElicitationAction) -> Self {
        User { thinks: Arc::default(), ..User::who_says(action) }
    }

    /// The next resource that has changed.
    pub async fn updated(&self) -> String {
        let mut updates = self.updates.1.lock().await;
        tokio::time::timeout(PATIENCE, updates.recv()).await.unwrap().unwrap()
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl ClientHandler for User {
    fn get_info(&self) -> ClientConfig {
        let capabilities = match self.says {
            Some(_) => ClientCapabilities::builder().enable_elicitation().build(),
            None => ClientCapabilities::default(),
        };
        ClientConfig::new(capabilities, Implementation::new("test-agent", "7"))
    }

    async fn create_elicitation(&self, request: ElicitRequestParams, _: RequestContext<RoleClient>) -> Result<ElicitResult, ErrorData> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if let ElicitRequestParams::FormElicitationParams { message, .. } = request {
            *self.question.lock().unwrap() = message;
        }
        self.thinks.notified().await;
        self.thinks.notify_one();
        Ok(ElicitResult::new(self.says.clone().unwrap()).with_content(json!({"confirm": true})))
    }

    async fn on_resource_updated(&self, update: ResourceUpdatedNotificationParam, _: NotificationContext<RoleClient>) {
        self.updates.0.send(update.uri).unwrap();
    }
}

pub struct Agent(RunningService<RoleClient, User>);

impl Agent {
    /// An agent of the administrator without a user to ask.
    pub async fn connect(serving: &Serving, path: &str) -> Self {
        Agent::of(serving, path, TOKEN, User::absent(), ClientLifecycleMode::Initialize).await
    }

    pub async fn of(serving: &Serving, path: &str, token: &str, user: User, lifecycle: ClientLifecycleMode) -> Self {
        // The client wants one, even where nothing is encrypted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut config = StreamableHttpClientTransportConfig::with_uri(format!("http://{}{path}", serving.address));
        config.auth_header = Some(token.to_owned());
        let lifecycle = match lifecycle {
            ClientLifecycleMode::Discover { .. } => {
                ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] }
            }
            other => other,
        };
        let transport = StreamableHttpClientTransport::from_config(config);
        Agent(user.serve_with_lifecycle(transport, lifecycle).await.unwrap())
    }

    pub async fn tools(&self) -> Vec<Tool> {
        self.0.list_all_tools().await.unwrap()
    }

    pub async fn try_call(&self, tool: &str, arguments: Value) -> CallToolResult {
        let arguments: Map<String, Value> = arguments.as_object().cloned().unwrap();
        self.0.call_tool(CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments)).await.unwrap()
    }

    /// A call that has to do what it says.
    pub async fn call(&self, tool: &str, arguments: Value) -> Value {
        let result = self.try_call(tool, arguments).await;
        let value = result.structured_content.clone().unwrap();
        assert_ne!(result.is_error, Some(true), "{tool}: {value}");
        let text = result.content[0].as_text().unwrap().text.clone();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value, "the text must say the same");
        value
    }

    /// A call that has to be refused.
    pub async fn refused(&self, tool: &str, arguments: Value) -> Value {
        let result = self.try_call(tool, arguments).await;
        let value = result.structured_content.unwrap();
        assert_eq!(result.is_error, Some(true), "{tool}: {value}");
        value
    }

    pub fn client(&self) -> &RunningService<RoleClient, User> {
        &self.0
    }
}

/// A sample company at work, and the tokens of two members who see less than the administrator.
pub struct Company {
    pub serving: Serving,
    pub members: Vec<String>,
}

impl Company {
    pub fn at(place: &Place) -> Self {
        let mut command = place.command(&["demo", "--now", DAY, "--listen", "127.0.0.1:0", "--token", TOKEN]);
        let serving = Serving::start(&mut command);
        let of_members = serving.printed.iter().filter(|line| line.starts_with("API token of "));
        let members = of_members.filter_map(|line| line.rsplit(' ').next()).map(str::to_owned).collect();
        Company { serving, members }
    }

    /// What the API itself answers.
    pub fn get(&self, token: &str, path: &str) -> Value {
        let answer = self.serving.get(path, &[("x-api-token", token)]);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }
}

/// `penstock mcp` with these arguments.
pub fn over_pipes(place: &Place, arguments: &[&str]) -> std::process::Command {
    let mut all = vec!["mcp"];
    all.extend(arguments);
    let mut command = if arguments.contains(&"--url") { penstock(&all) } else { place.command(&all) };
    command.env("PENSTOCK_API_TOKEN", TOKEN);
    command
}
