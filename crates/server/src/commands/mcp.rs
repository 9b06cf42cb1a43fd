//! `penstock mcp`

use crate::failure::Failure;
use crate::options::McpOptions;
use penstock_crm::{App, Settings};
use penstock_mcp::{Backend, Remote, Set};
use penstock_model::SystemClock;
use std::sync::Arc;

const TOKEN: &str = "PENSTOCK_API_TOKEN";

/// Serves one agent until it hangs up.
pub async fn run(options: &McpOptions) -> Result<(), Failure> {
    let token = std::env::var(TOKEN).ok().filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| Failure::Unusable(format!("{TOKEN} must hold the API token of the user to act for")))?;
    let set = Set::of_name(&options.tools).ok_or_else(|| Failure::Unusable(format!("there is no set of tools {:?}", options.tools)))?;
    let failed = |error: penstock_mcp::StdioError| Failure::Refused(error.to_string());
    if let Some(url) = &options.url {
        let remote = Remote::new(url).map_err(|error| Failure::Unusable(format!("--url: {error}")))?;
        return penstock_mcp::serve(Backend::Remote(Arc::new(remote)), token, set).await.map_err(failed);
    }
    let store = Arc::new(options.store.open_current().await?);
    let settings = Settings { files: options.files.open(&options.store.data_dir)?, ..Settings::default() };
    let app = App::open(Arc::clone(&store), Arc::new(SystemClock), settings).await?;
    let served = penstock_mcp::serve(Backend::Local(app), token, set).await.map_err(failed);
    store.close().await;
    served
}
