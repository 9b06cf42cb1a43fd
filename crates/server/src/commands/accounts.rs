//! `penstock user` and `penstock token`. What they change holds for a running server within a second.

use crate::console;
use crate::failure::Failure;
use crate::options::{CompanyOptions, PasswordOptions, TokenAction, UserAction};
use penstock_crm::accounts::{self, NewAccount};
use penstock_crm::setup;
use penstock_model::{CompanyId, SystemClock};
use penstock_store::Store;

pub async fn user(options: &CompanyOptions, action: UserAction) -> Result<(), Failure> {
    let (store, company) = open(options).await?;
    let outcome = change_users(&store, company, action).await;
    store.close().await;
    outcome
}

pub async fn token(options: &CompanyOptions, action: TokenAction) -> Result<(), Failure> {
    let (store, company) = open(options).await?;
    let outcome = change_tokens(&store, company, action).await;
    store.close().await;
    outcome
}

async fn change_users(store: &Store, company: CompanyId, action: UserAction) -> Result<(), Failure> {
    match action {
        UserAction::List => list(store, company).await?,
        UserAction::Create { email, name, admin, password } => {
            let (password, generated) = password.read()?;
            let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned());
            let new = NewAccount { name, email, password: password.clone(), is_admin: admin };
            let account = accounts::create(store, &SystemClock, company, new).await?;
            console::line(format_args!("user {} was created: {}", account.id, account.email));
            say_password(&password, generated);
        }
        UserAction::Deactivate { user } => {
            let account = accounts::find(store, company, &user).await?;
            accounts::set_active(store, &SystemClock, company, &account, false).await?;
            console::line(format_args!("{} was deactivated", account.email));
        }
        UserAction::Activate { user } => {
            let account = accounts::find(store, company, &user).await?;
            accounts::set_active(store, &SystemClock, company, &account, true).await?;
            console::line(format_args!("{} was activated", account.email));
        }
        UserAction::ResetPassword { user, password } => {
            let account = accounts::find(store, company, &user).await?;
            let (password, generated) = password.read()?;
            accounts::set_password(store, &SystemClock, company, &account, &password).await?;
            console::line(format_args!("{} has a new password", account.email));
            say_password(&password, generated);
        }
        UserAction::Sessions { user } => {
            let account = accounts::find(store, company, &user).await?;
            for session in accounts::sessions(store, &SystemClock, company, account.id).await? {
                let text = |text: &Option<String>| text.clone().unwrap_or_default();
                let (address, agent) = (text(&session.address), text(&session.user_agent));
                console::line(format_args!("{}\t{}\t{}\t{address}\t{agent}", session.id, session.added.to_v2(), session.seen.to_v2()));
            }
        }
        UserAction::SignOut { user } => {
            let account = accounts::find(store, company, &user).await?;
            accounts::end_sessions(store, &SystemClock, company, account.id).await?;
            console::line(format_args!("{} is signed out everywhere", account.email));
        }
        UserAction::MakeAdmin { user, undo } => {
            let account = accounts::find(store, company, &user).await?;
            accounts::set_admin(store, &SystemClock, company, &account, !undo).await?;
            let what = if undo { "a regular user" } else { "an administrator" };
            console::line(format_args!("{} is {what} now", account.email));
        }
    }
    Ok(())
}

async fn change_tokens(store: &Store, company: CompanyId, action: TokenAction) -> Result<(), Failure> {
    match action {
        TokenAction::Issue { user, token_stdin } => {
            let account = accounts::find(store, company, &user).await?;
            let given = if token_stdin { Some(read_line("the token")?) } else { None };
            console::line(accounts::issue_token(store, &SystemClock, company, account.id, given).await?);
        }
        TokenAction::Revoke { user } => {
            let account = accounts::find(store, company, &user).await?;
            accounts::revoke_token(store, &SystemClock, company, account.id).await?;
            console::line(format_args!("{} has no API token now", account.email));
        }
    }
    Ok(())
}

async fn list(store: &Store, company: CompanyId) -> Result<(), Failure> {
    for account in accounts::list(store, company).await? {
        let state = if account.is_active { "active" } else { "inactive" };
        let rights = if account.is_admin { "administrator" } else { "regular" };
        console::line(format_args!("{}\t{}\t{}\t{state}\t{rights}", account.id, account.email, account.name));
    }
    Ok(())
}

/// The store, and the company that is meant: the one named, or the only one.
pub async fn open(options: &CompanyOptions) -> Result<(Store, CompanyId), Failure> {
    let store = options.store.open_current().await?;
    let companies = setup::companies(&store).await?;
    let company = match (options.company, companies.as_slice()) {
        (Some(id), _) => companies.iter().find(|(company, _)| company.0 == id),
        (None, [only]) => Some(only),
        (None, []) => None,
        (None, _) => return Err(Failure::Unusable("the store has several companies: name one with --company".to_owned())),
    };
    match company {
        Some((company, _)) => Ok((store, *company)),
        None => Err(Failure::Unusable("there is no such company".to_owned())),
    }
}

impl PasswordOptions {
    /// The password, and whether it was generated.
    fn read(&self) -> Result<(String, bool), Failure> {
        if self.password_stdin {
            return Ok((read_line("the password")?, false));
        }
        if let Some(password) = std::env::var("PENSTOCK_USER_PASSWORD").ok().filter(|password| !password.is_empty()) {
            return Ok((password, false));
        }
        Ok((setup::random_password()?, true))
    }
}

fn say_password(password: &str, generated: bool) {
    if generated {
        console::line(format_args!("password: {password}"));
    }
}

fn read_line(what: &str) -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| Failure::Unusable(format!("cannot read {what}: {error}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
