//! Who gets what from each operation: `expected.txt` has a row for every one of them, and this test asks all of them as
//! everybody. `PENSTOCK_WRITE_RIGHTS=1` writes the table anew, to be read before it is kept.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod people;
mod table;

use penstock_crm::{Method, Op, Request, operations};
use people::{MARK, People, outcomes};
use support::{Caller, Case, World, request};
use table::Table;

/// What somebody gets: the status, and a `-` where a read shows nothing of what is guarded.
async fn outcome(world: &World, op: &Op, request: Request) -> String {
    let answer = world.send(request).await;
    let shows = op.method != Method::Get || answer.text().contains(MARK);
    let empty = if answer.status == 200 && !shows { "-" } else { "" };
    format!("{}{empty}", answer.status)
}

/// The request of somebody.
fn by(actor: Option<&Caller>, request: Request) -> Request {
    Request { api_token: actor.map(|caller| caller.token.clone()), ..request }
}

/// What everybody gets from an operation of Penstock's own, about something that is not there.
async fn own_outcomes(world: &World, people: &People, op: &'static Op) -> Vec<String> {
    let segments = op.path.split('/').map(|segment| if segment.starts_with('{') { "0" } else { segment });
    let path = format!("{}{}", op.root.prefix(), segments.collect::<Vec<_>>().join("/"));
    let mut outcomes = Vec::new();
    for actor in &people.actors {
        let request = Request {
            method: op.method.as_str().to_owned(),
            path: path.clone(),
            content_type: Some("application/json".to_owned()),
            body: if op.method == Method::Get { Vec::new() } else { b"{}".to_vec() },
            ..Request::default()
        };
        outcomes.push(world.status(by(actor.as_ref(), request)).await.to_string());
    }
    outcomes
}

/// What somebody gets who sends the request of a case.
async fn sent(world: &World, op: &'static Op, actor: Option<&Caller>, case: &Case) -> String {
    let body = case.body.as_ref().map(|body| body.to_string().into_bytes()).unwrap_or_default();
    outcome(world, op, by(actor, request(op.version, op.method, &case.target(), body))).await
}

async fn found(world: &World) -> Table {
    let people = People::in_company(world).await;
    let mut shared = people.sample();
    shared.set("filter", &serde_json::json!(0));
    shared.fill(world).await;
    let (mut table, mut changing) = (Table::default(), shared.fresh());
    // Reads first: writes take away what they are about.
    let (reads, writes): (Vec<&'static Op>, Vec<_>) = operations::all().partition(|op| op.method == Method::Get);
    for op in [reads, writes].concat() {
        let ask = async |actor: Option<&Caller>, case: &Case| sent(world, op, actor, case).await;
        table.add(op, outcomes(world, &people, op, &shared, &mut changing, ask).await);
    }
    for op in operations::own() {
        table.add(op, own_outcomes(world, &people, op).await);
    }
    table
}

#[test]
fn everybody_gets_what_the_table_says() {
    World::on_each(async |world| {
        let found = found(&world).await;
        if std::env::var_os("PENSTOCK_WRITE_RIGHTS").is_some() {
            found.write();
            return;
        }
        let expected = Table::read();
        let differences = expected.differences(&found);
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    });
}
