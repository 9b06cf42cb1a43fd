//! The sample company that is measured, seen by one of its regular users.

use crate::client::Client;
use crate::place::Place;
use crate::process::Server;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// The sample does not change from one day to the next.
const DAY: &str = "2026-01-31";
/// Pages of the walks that look for records here and there.
const PAGES: usize = 4;

pub struct Company {
    pub place: Place,
    pub scale: String,
    program: PathBuf,
    token: String,
    administrator: String,
}

/// A deal, and the stages of its pipeline.
pub struct Deal {
    pub id: i64,
    pub stages: Vec<i64>,
}

impl Company {
    /// Generates the company. Takes a minute or two where it is large.
    pub fn generate(program: &Path, place: Place, scale: &str) -> Result<Self> {
        let output = place
            .command(program, &["demo", "--generate-only", "--scale", scale, "--now", DAY])
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("{} cannot be run", program.display()))?;
        ensure!(output.status.success(), "the company was not generated");
        let said = String::from_utf8(output.stdout)?;
        // Not the administrator, who sees everything without being checked.
        let member = said.lines().find(|line| line.starts_with("API token of ")).context("no regular user has a token")?;
        let token = member.rsplit(' ').next().unwrap_or_default().to_owned();
        let administrator = said.lines().find_map(|line| line.strip_prefix("API token: ")).context("the administrator has no token")?;
        let (scale, program, administrator) = (scale.to_owned(), program.to_owned(), administrator.to_owned());
        Ok(Company { place, scale, program, token, administrator })
    }

    pub fn serve(&self) -> Result<Server> {
        self.serve_with(&[])
    }

    pub fn serve_with(&self, variables: &[(&str, &str)]) -> Result<Server> {
        let mut command = self.place.command(&self.program, &["serve", "--listen", "127.0.0.1:0"]);
        Server::start(command.envs(variables.iter().copied()))
    }

    /// The token of the regular user.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The administrator as a client of a server.
    pub fn administrator(&self, server: &Server) -> Client {
        Client { address: server.address.clone(), token: self.administrator.clone() }
    }

    /// The regular user as a client of a server.
    pub fn client(&self, server: &Server) -> Client {
        Client { address: server.address.clone(), token: self.token.clone() }
    }
}

/// The ids of persons that the user sees, from all over the table.
pub fn persons(client: &Client) -> Result<Vec<i64>> {
    let persons = walk(client, "/api/v2/persons?limit=500&sort_by=update_time", PAGES)?;
    Ok(persons.iter().filter_map(|person| person["id"].as_i64()).collect())
}

/// Open deals that the user sees, from all over the table.
pub fn deals(client: &Client) -> Result<Vec<Deal>> {
    let stages = walk(client, "/api/v2/stages?limit=500", 1)?;
    let of_pipeline = |pipeline: &Value| -> Vec<i64> {
        stages.iter().filter(|stage| stage["pipeline_id"] == *pipeline).filter_map(|stage| stage["id"].as_i64()).collect()
    };
    let deals = walk(client, "/api/v2/deals?limit=500&sort_by=update_time&status=open", PAGES)?;
    Ok(deals.iter().filter_map(|deal| Some(Deal { id: deal["id"].as_i64()?, stages: of_pipeline(&deal["pipeline_id"]) })).collect())
}

/// The names of records of a collection that the user sees, each once.
pub fn names(client: &Client, collection: &str) -> Result<Vec<String>> {
    texts(client, collection, |record| record["name"].as_str())
}

/// E-mail addresses of persons that the user sees, each once.
pub fn emails(client: &Client) -> Result<Vec<String>> {
    texts(client, "persons", |person| person["emails"][0]["value"].as_str())
}

fn texts(client: &Client, collection: &str, text: impl Fn(&Value) -> Option<&str>) -> Result<Vec<String>> {
    let records = walk(client, &format!("/api/v2/{collection}?limit=500&sort_by=update_time"), PAGES)?;
    let texts: BTreeSet<_> = records.iter().filter_map(text).map(str::to_owned).collect();
    Ok(texts.into_iter().collect())
}

/// The pipeline whose deals are listed.
pub fn pipeline(client: &Client) -> Result<i64> {
    let pipelines = client.json("/api/v2/pipelines")?;
    pipelines["data"][0]["id"].as_i64().context("there is no pipeline")
}

/// The targets of the first pages of a list with cursors.
pub fn pages(client: &Client, target: &str, count: usize) -> Result<Vec<String>> {
    let mut targets = vec![target.to_owned()];
    while let Some(next) = targets.last().filter(|_| targets.len() < count) {
        let page = client.json(next)?;
        let Some(cursor) = page["additional_data"]["next_cursor"].as_str() else { break };
        targets.push(format!("{target}&cursor={cursor}"));
    }
    Ok(targets)
}

/// The records of some pages of a list.
fn walk(client: &Client, target: &str, count: usize) -> Result<Vec<Value>> {
    let mut records = Vec::new();
    for page in pages(client, target, count)? {
        if let Value::Array(rows) = client.json(&page)?["data"].take() {
            records.extend(rows);
        }
    }
    ensure!(!records.is_empty(), "{target} is empty");
    Ok(records)
}
