//! `penstock demo`

use super::first_start::Secret;
use super::serve::{self, Started};
use crate::console;
use crate::failure::Failure;
use crate::http::Signals;
use crate::options::{DATA_DIR, DemoOptions};
use crate::secret_key;
use indicatif::{ProgressBar, ProgressStyle};
use penstock_crm::oauth::SecretKey;
use penstock_crm::webhooks::delivery::{Allow, Options as Deliveries};
use penstock_crm::{App, Settings, setup};
use penstock_demo::{Company, Sample};
use penstock_files::Objects;
use penstock_model::{Clock, SystemClock};
use penstock_store::{Sql, Store, StoreError, Target, Weight};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// Where the company is to live.
struct Place {
    target: Target,
    files: Objects,
    secret_key: SecretKey,
    /// Removed when it goes out of scope.
    throw_away: Option<TempDir>,
}

/// Who may enter, and how.
struct Entrance {
    password: String,
    token: String,
}

/// Generates a company, and serves it until SIGTERM or SIGINT unless it was only to be generated.
pub async fn run(options: &DemoOptions) -> Result<(), Failure> {
    let place = Place::new(options)?;
    let outcome = run_in(&place, options).await;
    place.remove();
    outcome
}

/// Takes the port before it touches the store, as `penstock serve` does.
async fn run_in(place: &Place, options: &DemoOptions) -> Result<(), Failure> {
    let mut signals = Signals::new().map_err(|error| Failure::Unusable(format!("cannot wait for signals: {error}")))?;
    let port = if options.generate_only { None } else { Some(serve::listen(&options.listen).await?) };
    let entrance = Entrance::new(options)?;
    let store = Arc::new(Store::open(&place.target).await?);
    let outcome = tokio::select! {
        company = fill(&store, sample(options, &entrance, &place.files)) => company.map(Some),
        () = signals.stop() => Ok(None),
    };
    store.close().await;
    let Some(company) = outcome? else { return place.stopped() };
    let Some((listener, address)) = port else {
        entrance.say(&company);
        return Ok(());
    };
    // Opened anew: nothing that the generation has warmed up or left behind is part of what is served.
    let store = Arc::new(Store::open(&place.target).await?);
    // Who tries webhooks out has the receiver on this machine.
    let webhooks = Deliveries { allow: Allow::loopback(), ..Deliveries::default() };
    let secret_key = Some(place.secret_key.clone());
    let settings = Settings { files: place.files.clone(), secret_key, plan: options.plan, webhooks, ..Settings::default() };
    let app = App::open(Arc::clone(&store), Arc::new(SystemClock), settings).await?;
    console::line(format_args!("{} is ready at http://{address}", company.name));
    entrance.say(&company);
    Started { listener, address, store, app }.serve(&mut signals).await;
    Ok(())
}

impl Entrance {
    fn new(options: &DemoOptions) -> Result<Self, Failure> {
        let password = Secret::new("PENSTOCK_ADMIN_PASSWORD", setup::random_password)?.text;
        let token = match &options.token {
            Some(token) => token.clone(),
            None => setup::random_token()?,
        };
        Ok(Entrance { password, token })
    }

    /// Unlike those of a real company, given secrets are shown, too: there is nothing to protect.
    fn say(&self, company: &Company) {
        console::line(format_args!("administrator: {}", company.administrator));
        console::line(format_args!("password: {}", self.password));
        console::line(format_args!("API token: {}", self.token));
        for member in &company.members {
            console::line(format_args!("API token of {} ({}): {}", member.email, member.group, member.api_token));
        }
    }
}

fn sample(options: &DemoOptions, entrance: &Entrance, files: &Objects) -> Sample {
    Sample {
        seed: options.seed,
        scale: options.scale,
        today: options.now.unwrap_or_else(|| SystemClock.now().date()),
        admin_password: entrance.password.clone(),
        api_token: entrance.token.clone(),
        files: files.clone(),
    }
}

async fn fill(store: &Arc<Store>, sample: Sample) -> Result<Company, Failure> {
    if has_company(store).await? {
        return Err(Failure::Refused("the store holds a company already: a demo needs an empty one".to_owned()));
    }
    store.migrate().await?;
    // Shown on standard error, and only where that is a terminal.
    let bar = ProgressBar::new(sample.scale.records() as u64);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}") {
        bar.set_style(style);
    }
    bar.set_message(format!("generating a {} company", sample.scale));
    let company = penstock_demo::generate(store, &sample, || bar.inc(1)).await?;
    bar.finish_and_clear();
    Ok(company)
}

/// Looks without changing anything: a store of an older version must stay what it is.
async fn has_company(store: &Store) -> Result<bool, StoreError> {
    let mut sql = Sql::new(store.dialect().count_tables());
    sql.values.push("companies".into());
    let tables = store.read(sql, Weight::Light, 0, |tables, row| *tables = row.int(0).unwrap_or(0)).await?;
    Ok(tables > 0 && !setup::companies(store).await?.is_empty())
}

impl Place {
    fn new(options: &DemoOptions) -> Result<Self, Failure> {
        let given = match (&options.database_url, &options.data_dir) {
            (Some(url), _) => Some(Target::Postgres(url.clone())),
            (None, Some(directory)) => Some(Target::Directory(directory.clone())),
            (None, None) => None,
        };
        match given {
            Some(target) => {
                let directory = options.data_dir.clone().unwrap_or_else(|| Path::new(DATA_DIR).to_owned());
                let (files, secret_key) = (options.files.open(&directory)?, secret_key::of(&directory)?);
                Ok(Place { target, files, secret_key, throw_away: None })
            }
            None if options.generate_only => {
                Err(Failure::Unusable("--generate-only needs a place that stays: --data-dir or --database-url".to_owned()))
            }
            None => Place::throw_away(options),
        }
    }

    fn throw_away(options: &DemoOptions) -> Result<Self, Failure> {
        let directory = tempfile::Builder::new().prefix("penstock-demo-").tempdir();
        let directory = directory.map_err(|error| Failure::Unusable(format!("cannot create a temporary directory: {error}")))?;
        let data = directory.path().join("data");
        let (files, secret_key) = (options.files.open(&data)?, SecretKey::random()?);
        Ok(Place { files, secret_key, target: Target::Directory(data), throw_away: Some(directory) })
    }

    /// What it means that a signal came before the company was complete.
    fn stopped(&self) -> Result<(), Failure> {
        match (&self.throw_away, &self.target) {
            (Some(_), _) => Ok(()),
            (None, Target::Directory(directory)) => Err(incomplete(directory)),
            (None, Target::Postgres(_)) => Err(Failure::Refused("stopped early: the database holds a part of the company".to_owned())),
        }
    }

    fn remove(self) {
        let Some(directory) = self.throw_away else { return };
        let path = directory.path().to_owned();
        if let Err(error) = directory.close() {
            console::complain(format_args!("{} could not be removed: {error}", path.display()));
        }
    }
}

fn incomplete(directory: &Path) -> Failure {
    Failure::Refused(format!("stopped early: {} holds a part of the company", directory.display()))
}
