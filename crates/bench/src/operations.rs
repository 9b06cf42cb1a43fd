//! The operations that are measured.

use crate::client::Client;
use crate::company::{self, Deal};
use crate::load::{Request, Requests};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Pages of a list that are asked for in turn.
const PAGES: usize = 20;
/// Creates and updates are sent in turn; these many differ.
const WRITES: usize = 4_000;

/// One operation as a user of the company calls it.
pub struct Operation {
    pub name: &'static str,
    pub requests: Requests,
    /// The mean size of the bodies of its answers.
    pub body: usize,
}

pub const GET_ONE: &str = "get one person v2";
pub const LIST: &str = "list 100 persons v2";
pub const LIST_V1: &str = "list 100 persons v1";
pub const LIST_DEALS: &str = "list 100 deals of a pipeline v2";
pub const CREATE: &str = "create deal v2";
pub const UPDATE: &str = "update deal stage v2";

/// All operations, their requests written into a directory.
pub fn all(client: &Client, directory: &Path) -> Result<Vec<Operation>> {
    let persons = company::persons(client)?;
    let deals = company::deals(client)?;
    let pipeline = company::pipeline(client)?;
    let get = |targets: Vec<String>| targets.into_iter().map(Request::get).collect::<Vec<_>>();
    let rows = [
        (GET_ONE, get(persons.iter().map(|id| format!("/api/v2/persons/{id}")).collect())),
        (LIST, get(company::pages(client, "/api/v2/persons?limit=100", PAGES)?)),
        (LIST_V1, get((0..PAGES).map(|page| format!("/v1/persons?limit=100&start={}", page * 100)).collect())),
        (LIST_DEALS, get(company::pages(client, &format!("/api/v2/deals?pipeline_id={pipeline}&limit=100"), PAGES)?)),
        (CREATE, creates(&persons)),
        (UPDATE, updates(&deals)),
    ];
    rows.into_iter()
        .enumerate()
        .map(|(number, (name, requests))| Operation::new(name, client, directory.join(format!("requests-{number}")), &requests))
        .collect()
}

impl Operation {
    /// An operation whose requests are written into a file, once some of them have been answered.
    pub fn new(name: &'static str, client: &Client, file: PathBuf, requests: &[Request]) -> Result<Self> {
        let body = mean_body(client, requests).with_context(|| format!("{name} does not work"))?;
        Ok(Operation { name, requests: Requests::write(file, requests)?, body })
    }
}

fn mean_body(client: &Client, requests: &[Request]) -> Result<usize> {
    let sample = requests.iter().take(PAGES);
    let sizes = sample.map(|request| Ok(client.send(request.method, &request.target, &request.body)?.len()));
    let sizes: Vec<usize> = sizes.collect::<Result<_>>()?;
    Ok(sizes.iter().sum::<usize>() / sizes.len().max(1))
}

fn creates(persons: &[i64]) -> Vec<Request> {
    let body = |number: usize, person: &i64| {
        format!(r#"{{"title":"Benchmark deal {number}","value":{},"currency":"EUR","person_id":{person}}}"#, number * 7)
    };
    let persons = persons.iter().cycle().take(WRITES).enumerate();
    persons.map(|(number, person)| Request { method: "POST", target: "/api/v2/deals".to_owned(), body: body(number, person) }).collect()
}

/// Every deal goes to another stage of its pipeline each time it is its turn.
fn updates(deals: &[Deal]) -> Vec<Request> {
    let deals: Vec<_> = deals.iter().filter(|deal| deal.stages.len() > 1).collect();
    let step = |(number, deal): (usize, &&Deal)| {
        let stage = deal.stages[number / deals.len() % deal.stages.len()];
        Request { method: "PATCH", target: format!("/api/v2/deals/{}", deal.id), body: format!(r#"{{"stage_id":{stage}}}"#) }
    };
    let rounds = 4;
    deals.iter().cycle().take(deals.len() * rounds).enumerate().map(step).collect()
}
