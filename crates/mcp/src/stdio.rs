//! The protocol over standard input and output, for one client on this machine.

use crate::backend::{Backend, Caller};
use crate::catalog::Set;
use crate::handler::{Agent, Visit};
use crate::names::Names;
use rmcp::ServiceExt;
use rmcp::service::ServerInitializeError;
use std::sync::Arc;

/// Why a client could not be served.
#[derive(Debug, thiserror::Error)]
pub enum StdioError {
    #[error("the client did not begin as it must: {0}")]
    Beginning(#[from] Box<ServerInitializeError>),
    #[error("the connection broke: {0}")]
    Broken(#[from] tokio::task::JoinError),
}

/// Serves the client until it hangs up.
pub async fn serve(backend: Backend, api_token: String, set: Set) -> Result<(), StdioError> {
    let caller = Caller { api_token: Some(api_token), client: "MCP".to_owned(), ..Caller::default() };
    let agent = Agent::new(backend, Arc::new(Names::default()), Some(Visit { caller, set }));
    let service = agent.serve(rmcp::transport::stdio()).await.map_err(Box::new)?;
    service.waiting().await?;
    Ok(())
}
