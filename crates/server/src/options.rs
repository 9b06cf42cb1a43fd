//! The command line. Every option has a variable `PENSTOCK_*`.

mod accounts;

pub use accounts::{AppAction, AppOptions, PasswordOptions, TokenAction, UserAction};

use crate::failure::Failure;
use crate::logging::LogOptions;
use clap::builder::{BoolishValueParser, Resettable};
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use penstock_crm::Plan;
use penstock_crm::webhooks::delivery::{Allow, Options as Deliveries, Retry};
use penstock_demo::Scale;
use penstock_files::{FilesError, Objects, Place, S3};
use penstock_model::Date;
use penstock_store::{Store, Target};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The data directory of those who name none.
pub const DATA_DIR: &str = "./penstock-data";
/// Where files are, below the data directory.
const FILES_FOLDER: &str = "files";

/// A sales CRM that speaks the Pipedrive API
#[derive(Debug, Parser)]
#[command(name = "penstock", version)]
pub struct Options {
    #[command(flatten)]
    pub log: LogOptions,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API; the first start creates the company and its administrator
    Serve(Box<ServeOptions>),
    /// Serve a generated sample company, which is gone at the end unless it was given a place
    Demo(DemoOptions),
    /// Bring the store up to this version
    Migrate(StoreOptions),
    /// Manage the users of a company
    User {
        #[command(flatten)]
        company: CompanyOptions,
        #[command(subcommand)]
        action: UserAction,
    },
    /// Manage API tokens, of which every user has at most one
    Token {
        #[command(flatten)]
        company: CompanyOptions,
        #[command(subcommand)]
        action: TokenAction,
    },
    /// Manage the apps that may ask users to let them in (OAuth 2)
    App {
        #[command(flatten)]
        company: CompanyOptions,
        #[command(subcommand)]
        action: AppAction,
    },
    /// Take in mail
    Mail {
        #[command(flatten)]
        company: CompanyOptions,
        #[command(subcommand)]
        action: MailAction,
    },
    /// Look for problems; exits with 1 where there are any
    Doctor {
        #[command(flatten)]
        store: StoreOptions,
        #[command(flatten)]
        files: FilesOptions,
    },
    /// Serve an agent on standard input and output by the Model Context Protocol, as the user of PENSTOCK_API_TOKEN
    Mcp(McpOptions),
    /// Print the description of the API as OpenAPI
    Openapi,
}

/// Where the bytes of files are. The keys of an S3 service come from variables only (`PENSTOCK_S3_ACCESS_KEY`,
/// `PENSTOCK_S3_SECRET_KEY`): arguments are for all eyes.
#[derive(Debug, Clone, Args)]
pub struct FilesOptions {
    /// A bucket to keep files in, as s3://bucket/prefix, instead of in the data directory
    #[arg(long, env = "PENSTOCK_FILES_URL", value_name = "URL")]
    pub files_url: Option<String>,
    /// Where the S3 service answers, if not at Amazon
    #[arg(long, env = "PENSTOCK_S3_ENDPOINT", value_name = "URL")]
    pub s3_endpoint: Option<String>,
    /// The region of the S3 service
    #[arg(long, env = "PENSTOCK_S3_REGION", value_name = "REGION", default_value = "us-east-1")]
    pub s3_region: String,
}

/// Where the data is.
#[derive(Debug, Clone, Args)]
pub struct StoreOptions {
    /// The directory of the embedded store
    #[arg(long, env = "PENSTOCK_DATA_DIR", value_name = "DIR", default_value = DATA_DIR, global = true)]
    pub data_dir: PathBuf,
    /// A PostgreSQL database to use instead, as postgres://user:password@host/name
    #[arg(long, env = "PENSTOCK_DATABASE_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,
}

#[derive(Debug, Args)]
pub struct ServeOptions {
    #[command(flatten)]
    pub store: StoreOptions,
    #[command(flatten)]
    pub files: FilesOptions,
    /// The address and port to listen on; port 0 takes a free one
    #[arg(long, env = "PENSTOCK_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// Where clients reach this server, if not at the address it listens on
    #[arg(long, env = "PENSTOCK_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Take the address of a client from X-Forwarded-For; only behind a proxy that sets it
    #[arg(long, env = "PENSTOCK_TRUST_PROXY", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    pub trust_proxy: bool,
    #[command(flatten)]
    pub mail: MailOptions,
    /// Refuse what a hosted plan refuses: lite, growth, premium or ultimate. Nothing is refused unless given
    #[arg(long, env = "PENSTOCK_PLAN", value_name = "PLAN")]
    pub plan: Option<Plan>,
    #[command(flatten)]
    pub webhooks: WebhookOptions,
    #[command(flatten)]
    pub first: FirstStart,
    /// Whether writes that wait at the same time share a transaction; off for comparisons only
    #[arg(
        long,
        env = "PENSTOCK_GROUP_COMMIT",
        hide = true,
        default_value = "on",
        value_parser = BoolishValueParser::new(),
        action = ArgAction::Set
    )]
    pub group_commit: bool,
}

#[derive(Debug, Args)]
pub struct McpOptions {
    /// A running server to work on, as https://crm.example.com, instead of the store on this machine
    #[arg(long, env = "PENSTOCK_URL", value_name = "URL")]
    pub url: Option<String>,
    /// Which tools: usual, readonly, core, all, or a set such as deals
    #[arg(long, env = "PENSTOCK_MCP_TOOLS", value_name = "SET", default_value = "usual")]
    pub tools: String,
    #[command(flatten)]
    pub store: StoreOptions,
    #[command(flatten)]
    pub files: FilesOptions,
}

#[derive(Debug, Args)]
pub struct DemoOptions {
    /// The directory of the embedded store, which must not hold a company yet; one that is removed at the end unless given
    #[arg(long, env = "PENSTOCK_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// A PostgreSQL database to use instead, as postgres://user:password@host/name
    #[arg(long, env = "PENSTOCK_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    #[command(flatten)]
    pub files: FilesOptions,
    /// The address and port to listen on; port 0 takes a free one
    #[arg(long, env = "PENSTOCK_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// How large the company is: small (1,000 persons), medium (50,000) or large (200,000)
    #[arg(long, env = "PENSTOCK_DEMO_SCALE", value_name = "SCALE", default_value_t = Scale::Small)]
    pub scale: Scale,
    /// Which company: the same number and day make the same one
    #[arg(long, env = "PENSTOCK_DEMO_SEED", value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// The day before which everything has happened, as 2026-01-31; today unless given
    #[arg(long, env = "PENSTOCK_DEMO_NOW", value_name = "DATE", value_parser = Date::parse)]
    pub now: Option<Date>,
    /// The API token of the administrator, 40 hex digits; made up unless given
    #[arg(long, env = "PENSTOCK_API_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Refuse what a hosted plan refuses: lite, growth, premium or ultimate. Nothing is refused unless given
    #[arg(long, env = "PENSTOCK_PLAN", value_name = "PLAN")]
    pub plan: Option<Plan>,
    /// Generate the company in its place and end, for a later penstock serve
    #[arg(long, env = "PENSTOCK_DEMO_GENERATE_ONLY")]
    pub generate_only: bool,
}

/// What the first start on an empty store sets up. Later starts ignore it. The password and the API token come
/// from variables only (`PENSTOCK_ADMIN_PASSWORD`, `PENSTOCK_API_TOKEN`): arguments are for all eyes.
#[derive(Debug, Args)]
#[command(next_help_heading = "First start (also PENSTOCK_ADMIN_PASSWORD and PENSTOCK_API_TOKEN)")]
pub struct FirstStart {
    /// The name of the company
    #[arg(long, env = "PENSTOCK_COMPANY_NAME", value_name = "NAME", default_value = "My company")]
    pub company_name: String,
    /// The currency of the company, as an ISO 4217 code
    #[arg(long, env = "PENSTOCK_CURRENCY", value_name = "CODE", default_value = "USD")]
    pub currency: String,
    /// The time zone of the company, as an IANA name; that of this machine unless given
    #[arg(long, env = "PENSTOCK_TIMEZONE", value_name = "ZONE")]
    pub timezone: Option<String>,
    /// The name of the administrator
    #[arg(long, env = "PENSTOCK_ADMIN_NAME", value_name = "NAME", default_value = "Administrator")]
    pub admin_name: String,
    /// The e-mail address of the administrator
    #[arg(long, env = "PENSTOCK_ADMIN_EMAIL", value_name = "EMAIL", default_value = "admin@penstock.local")]
    pub admin_email: String,
}

/// Whose users and tokens.
#[derive(Debug, Args)]
pub struct CompanyOptions {
    #[command(flatten)]
    pub store: StoreOptions,
    /// The id of the company; needed where the store has several
    #[arg(long, env = "PENSTOCK_COMPANY", value_name = "ID", global = true)]
    pub company: Option<i64>,
}

#[derive(Debug, Args)]
pub struct WebhookOptions {
    /// What becomes of events that a receiver does not take: steady tries for three days, pipedrive four times, and bans and
    /// removes subscriptions as the hosted service does
    #[arg(long, env = "PENSTOCK_WEBHOOK_RETRY", value_name = "HOW", default_value = "steady", value_parser = Retry::from_str)]
    pub webhook_retry: Retry,
    /// Hosts and networks that webhooks may call although they are not public, as hooks.internal,10.1.0.0/16
    #[arg(long, env = "PENSTOCK_WEBHOOK_ALLOW", value_name = "LIST", value_parser = Allow::from_str)]
    pub webhook_allow: Option<Allow>,
}

#[derive(Debug, Args)]
pub struct MailOptions {
    /// The host of the addresses to which users copy mail; the mail server there hands it to penstock mail ingest
    #[arg(long, env = "PENSTOCK_MAIL_DOMAIN", value_name = "HOST")]
    pub mail_domain: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum MailAction {
    /// File the message on standard input (RFC 5322) in the mailbox of the user who has sent or got it
    Ingest {
        /// The e-mail address of the user in whose mailbox it belongs, where the message itself does not say
        #[arg(long, value_name = "EMAIL")]
        mailbox: Option<String>,
        #[command(flatten)]
        mail: MailOptions,
        #[command(flatten)]
        files: FilesOptions,
    },
}

impl Options {
    /// Reads arguments, the first of which is the name of the program, and variables. Those that are set to
    /// nothing count as not set: files that start containers pass variables on this way.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let matches = without_empty_variables(Options::command()).try_get_matches_from(arguments)?;
        Options::from_arg_matches(&matches)
    }
}

fn without_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty = |name: &OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
    command
        .mut_args(|arg| if arg.get_env().is_some_and(is_empty) { arg.env(Resettable::Reset) } else { arg })
        .mut_subcommands(without_empty_variables)
}

impl FilesOptions {
    /// The bucket, or the folder in the data directory.
    pub fn place(&self, data_dir: &Path) -> Result<Place, Failure> {
        let Some(url) = &self.files_url else {
            return Ok(Place::Directory(data_dir.join(FILES_FOLDER)));
        };
        let unusable = |error: FilesError| Failure::Unusable(format!("--files-url: {error}"));
        let secret = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
        let (access_key, secret_key) = (secret("PENSTOCK_S3_ACCESS_KEY"), secret("PENSTOCK_S3_SECRET_KEY"));
        if access_key.is_some() != secret_key.is_some() {
            return Err(Failure::Unusable("PENSTOCK_S3_ACCESS_KEY and PENSTOCK_S3_SECRET_KEY belong together".to_owned()));
        }
        let bucket = S3::parse(url).map_err(unusable)?;
        let region = Some(self.s3_region.clone());
        Ok(Place::S3(S3 { endpoint: self.s3_endpoint.clone(), region, access_key, secret_key, ..bucket }))
    }

    /// Opens the place. Whether it answers is not asked.
    pub fn open(&self, data_dir: &Path) -> Result<Objects, Failure> {
        let place = self.place(data_dir)?;
        Objects::open(&place).map_err(|error| Failure::Unusable(format!("files at {place}: {error}")))
    }
}

impl WebhookOptions {
    pub fn deliveries(&self) -> Deliveries {
        let allow = self.webhook_allow.clone().unwrap_or_default();
        Deliveries { retry: self.webhook_retry, allow, ..Deliveries::default() }
    }
}

impl StoreOptions {
    pub fn target(&self) -> Target {
        match &self.database_url {
            Some(url) => Target::Postgres(url.clone()),
            None => Target::Directory(self.data_dir.clone()),
        }
    }

    /// Opens a store that exists and is up to date.
    pub async fn open_current(&self) -> Result<Store, Failure> {
        let target = self.target();
        if let Target::Directory(directory) = &target
            && !directory.is_dir()
        {
            return Err(Failure::Unusable(format!("there is no directory {}", directory.display())));
        }
        let store = Store::open(&target).await?;
        match store.pending_migrations().await? {
            0 => Ok(store),
            steps => Err(Failure::Unusable(format!("the store lacks {steps} schema steps: run penstock migrate"))),
        }
    }
}
