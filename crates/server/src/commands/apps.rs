//! `penstock app`: the apps that a company has registered. What is changed holds for a running server within a second.

use super::accounts::open;
use crate::console;
use crate::failure::Failure;
use crate::options::{AppAction, AppOptions, CompanyOptions};
use crate::secret_key;
use penstock_crm::ApiError;
use penstock_crm::audit::{self, Origin};
use penstock_crm::oauth::apps::{self, AppSettings, RegisteredApp};
use penstock_crm::oauth::{self, Scopes};
use penstock_model::{Clock, CompanyId, SystemClock};
use penstock_store::Store;

pub async fn run(options: &CompanyOptions, action: AppAction) -> Result<(), Failure> {
    let (store, company) = open(options).await?;
    let outcome = act(options, &store, company, action).await;
    store.close().await;
    outcome
}

async fn act(options: &CompanyOptions, store: &Store, company: CompanyId, action: AppAction) -> Result<(), Failure> {
    let now = SystemClock.now();
    match action {
        AppAction::List => {
            for app in apps::of_company(store, company).await? {
                console::line(format_args!("{}\t{}\t{}\t{}", app.id, app.client_id, app.settings.name, app.settings.scopes.words()));
            }
        }
        AppAction::Create { name, settings, public } => {
            let key = secret_key::of(&options.store.data_dir)?;
            let (app, secret, statement) = apps::create(store, &key, company, settings.read(name)?, public, now).await.map_err(refused)?;
            let told = apps::told(&app, &Origin::command_line(), audit::APP_ADDED, now).map_err(refused)?;
            store.execute(vec![statement, told]).await?;
            console::line(format_args!("client id: {}", app.client_id));
            if let Some(secret) = secret {
                console::line(format_args!("client secret: {secret}"));
            }
        }
        AppAction::Show { app } => show(&find(store, company, &app).await?),
        AppAction::Rotate { app } => {
            let key = secret_key::of(&options.store.data_dir)?;
            let app = find(store, company, &app).await?;
            let (secret, statement) = apps::rotate(&app, &key, now).map_err(refused)?;
            let told = apps::told(&app, &Origin::command_line(), audit::APP_SECRET_ROTATED, now).map_err(refused)?;
            store.execute(vec![statement, told]).await?;
            console::line(format_args!("client secret: {secret}"));
        }
        AppAction::Delete { app } => {
            let app = find(store, company, &app).await?;
            oauth::delete_app(store, &app, &Origin::command_line(), now).await.map_err(refused)?;
            console::line(format_args!("{} was removed", app.settings.name));
        }
    }
    Ok(())
}

fn show(app: &RegisteredApp) {
    console::line(format_args!("id: {}\nclient id: {}\nname: {}", app.id, app.client_id, app.settings.name));
    for uri in &app.settings.redirect_uris {
        console::line(format_args!("redirect URI: {uri}"));
    }
    console::line(format_args!("scopes: {}", app.settings.scopes.words()));
    if let Some(url) = &app.settings.uninstall_url {
        console::line(format_args!("uninstall URL: {url}"));
    }
    console::line(format_args!("public: {}\nregistered: {}", app.is_public(), app.add_time.to_v2()));
    if let Some(time) = app.rotate_time {
        console::line(format_args!("secret of: {}", time.to_v2()));
    }
}

/// The app with this id or client id.
async fn find(store: &Store, company: CompanyId, who: &str) -> Result<RegisteredApp, Failure> {
    let found = apps::of_company(store, company).await?.into_iter().find(|app| app.client_id == who || app.id.to_string() == who);
    found.ok_or_else(|| Failure::Refused(format!("there is no app {who}")))
}

fn refused(error: ApiError) -> Failure {
    match error {
        ApiError::Invalid(text) => Failure::Refused(text),
        other => Failure::Refused(other.to_string()),
    }
}

impl AppOptions {
    fn read(self, name: String) -> Result<AppSettings, Failure> {
        let unknown = |word| Failure::Refused(format!("{word:?} is no scope"));
        let scopes = Scopes::parse(&self.scopes.join(",")).map_err(unknown)?;
        Ok(AppSettings { name, redirect_uris: self.redirect_uris, scopes, uninstall_url: self.uninstall_url })
    }
}
