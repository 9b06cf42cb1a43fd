//! Reads that have much to look at: searches, a filter, the flow of a busy deal, recents; and light reads beside them.

use crate::client::Client;
use crate::company::{self, Company};
use crate::load::{self, Request, Requests};
use crate::measure::{self, Cost};
use crate::operations::{GET_ONE, Operation};
use crate::place::Engine;
use crate::process::Server;
use crate::terms::Terms;
use anyhow::{Context, Result, ensure};
use penstock_model::{Clock, SystemClock};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;
use std::thread;
use std::time::Duration;

pub const RARE: &str = "search, a rare term";
const COMPANY: &str = "search, the name of a company";
const WORD: &str = "search, a word of such names";
pub const COMMON: &str = "search, a term of every tenth record";
const NAME: &str = "search, the full name of a person";
const SHORT: &str = "search, two letters";
pub const FILTER: &str = "deals by three custom fields";
const FLOW: &str = "flow of a deal with 1,000 events";
const RECENTS: &str = "recents since yesterday";

/// Rows of a page.
const ROWS: usize = 100;
/// What has happened to the deal whose flow is read.
const EVENTS: usize = 1_000;
/// Pages of recents that are asked for in turn.
const PAGES: usize = 10;
/// The connections over which heavy reads come beside light ones: as many as there are people who search at the same moment.
const HEAVY: u32 = 4;

/// Beginnings of references; about one deal of a thousand has each.
const REFERENCES: [&str; 6] = ["QT-12", "QT-47", "RF-30", "RF-85", "LM-09", "LM-61"];

/// What heavy reads of one engine cost.
pub struct Heavy {
    pub engine: Engine,
    /// The common term, and the share of the records that have it.
    pub common: (String, f64),
    pub one: Cost,
    pub rows: Vec<(&'static str, usize, Cost)>,
    /// Light reads by themselves and beside heavy ones, in requests per second.
    pub alone: f64,
    pub beside: f64,
    /// The heavy reads beside them.
    pub heavy: f64,
}

/// Measures a company over so many connections; `one` is the light read that the others are compared with.
pub fn measure(company: &Company, server: &Server, one: &Operation, directory: &Path, connections: u32, seconds: u32) -> Result<Heavy> {
    let client = company.client(server);
    let terms = Terms::of(&company.place, &client)?;
    let operations = operations(&client, &terms, directory)?;
    let cost = |requests: &Requests| measure::under_load(server, &client, Some(&company.place), requests, connections, seconds);
    let mut rows = Vec::new();
    for operation in &operations {
        eprintln!("{}: {}", company.place.engine(), operation.name);
        rows.push((operation.name, operation.body, cost(&operation.requests)?));
    }
    eprintln!("{}: {GET_ONE} beside heavy reads", company.place.engine());
    let alone = cost(&one.requests)?;
    let mixed = Requests::of_all(directory.join("heavy-mixed"), operations.iter().map(|operation| &operation.requests))?;
    // The heavy reads begin before the light ones and end after them.
    let heavy = load::start(&client, &mixed, HEAVY, seconds + 3)?;
    thread::sleep(Duration::from_secs(1));
    let beside = cost(&one.requests)?.outcome.rate;
    let heavy = heavy.finish()?.rate;
    Ok(Heavy {
        engine: company.place.engine(),
        common: (terms.common, terms.share),
        one: alone,
        rows,
        alone: alone.outcome.rate,
        beside,
        heavy,
    })
}

fn operations(client: &Client, terms: &Terms, directory: &Path) -> Result<Vec<Operation>> {
    let yesterday = SystemClock.now().date().plus_days(-1);
    let recents = |page: usize| format!("/v1/recents?since_timestamp={yesterday}%2000:00:00&limit={ROWS}&start={}", page * ROWS);
    let rows: [(&'static str, Vec<String>); 9] = [
        (RARE, terms.rare.iter().map(|term| search(term)).collect()),
        (COMPANY, terms.companies.iter().map(|term| search(term)).collect()),
        (WORD, terms.words.iter().map(|term| search(term)).collect()),
        (COMMON, vec![search(&terms.common)]),
        (NAME, terms.names.iter().map(|term| search(term)).collect()),
        (SHORT, terms.short.iter().map(|term| search(term)).collect()),
        (FILTER, filters(client)?.iter().map(|id| format!("/api/v2/deals?limit={ROWS}&filter_id={id}")).collect()),
        (FLOW, flow(client)?),
        (RECENTS, (0..PAGES).map(recents).collect()),
    ];
    let operation = |(number, (name, targets)): (usize, (&'static str, Vec<String>))| {
        let requests: Vec<_> = targets.into_iter().map(Request::get).collect();
        Operation::new(name, client, directory.join(format!("heavy-{number}")), &requests)
    };
    rows.into_iter().enumerate().map(operation).collect()
}

fn search(term: &str) -> String {
    let mut target = format!("/api/v2/itemSearch?limit={ROWS}&term=");
    for byte in term.bytes() {
        // Writing to a string cannot fail.
        let _ = if byte.is_ascii_alphanumeric() { write!(target, "{}", byte as char) } else { write!(target, "%{byte:02X}") };
    }
    target
}

/// Filters for deals that have a reference of a sort, more than a little discount, and are the more likely ones.
fn filters(client: &Client) -> Result<Vec<i64>> {
    let fields = client.json("/v1/dealFields?limit=500")?;
    let field = |name: &str| -> Result<&Value> {
        fields["data"].as_array().into_iter().flatten().find(|field| field["name"] == name).with_context(|| format!("no field {name}"))
    };
    let condition = |field: &Value, operator: &str, value: &str| json!({"object": "deal", "field_id": field["id"].to_string(), "operator": operator, "value": value, "extra_value": null});
    let forecast = field("Forecast")?;
    let commit = forecast["options"].as_array().and_then(|options| options.last()).context("the forecast has no options")?;
    let mut ids = Vec::new();
    for reference in REFERENCES {
        let conditions = [
            condition(field("Reference")?, "LIKE '$%'", reference),
            condition(field("Discount in percent")?, ">", "5"),
            condition(forecast, "=", &commit["id"].to_string()),
        ];
        let groups = json!([{"glue": "and", "conditions": conditions}, {"glue": "or", "conditions": []}]);
        let filter = json!({"name": reference, "type": "deals", "conditions": {"glue": "and", "conditions": groups}});
        let saved: Value = serde_json::from_slice(&client.send("POST", "/v1/filters", &filter.to_string())?)?;
        ids.push(saved["data"]["id"].as_i64().context("the filter has no id")?);
    }
    Ok(ids)
}

/// The pages of the flow of a deal to which that much happens first.
fn flow(client: &Client) -> Result<Vec<String>> {
    let deals = company::deals(client)?;
    let deal = deals.first().context("no deal")?.id;
    for value in 0..EVENTS {
        client.send("PATCH", &format!("/api/v2/deals/{deal}"), &json!({"value": value}).to_string())?;
    }
    let pages: Vec<_> = (0..EVENTS / ROWS).map(|page| format!("/v1/deals/{deal}/flow?limit={ROWS}&start={}", page * ROWS)).collect();
    let last = client.json(pages.last().context("no page")?)?;
    ensure!(last["data"].as_array().is_some_and(|rows| rows.len() == ROWS), "the flow of the deal is too short");
    Ok(pages)
}
