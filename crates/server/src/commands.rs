//! One file per command.

mod accounts;
mod apps;
mod demo;
mod doctor;
mod first_start;
mod mail;
mod mcp;
mod serve;

use crate::console;
use crate::failure::Failure;
use crate::options::{Command, StoreOptions};
use penstock_store::Store;

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve(options) => serve::run(&options).await,
        Command::Demo(options) => demo::run(&options).await,
        Command::Migrate(options) => migrate(&options).await,
        Command::User { company, action } => accounts::user(&company, action).await,
        Command::Token { company, action } => accounts::token(&company, action).await,
        Command::App { company, action } => apps::run(&company, action).await,
        Command::Mail { company, action } => mail::run(&company, action).await,
        Command::Mcp(options) => mcp::run(&options).await,
        Command::Doctor { store, files } => doctor::run(&store, &files).await,
        Command::Openapi => openapi(),
    }
}

async fn migrate(options: &StoreOptions) -> Result<(), Failure> {
    let store = Store::open(&options.target()).await?;
    let steps = store.migrate().await?;
    store.close().await;
    match steps {
        0 => console::line("the store is up to date"),
        steps => console::line(format_args!("the store took {steps} schema steps")),
    }
    Ok(())
}

fn openapi() -> Result<(), Failure> {
    let document = serde_json::to_string_pretty(&penstock_crm::openapi::document(None))
        .map_err(|error| Failure::Refused(format!("the description cannot be written: {error}")))?;
    console::line(document);
    Ok(())
}
