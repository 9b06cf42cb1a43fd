//! What webhooks cost: deliveries to a receiver on this machine, and what subscriptions add to a write before anybody is told.
//!
//! Writes are measured in a process that tells nobody (`inside::creates`). What they leave is what the server then delivers, as
//! fast as it can.

use crate::client::Client;
use crate::company::Company;
use crate::load::Requests;
use crate::place::Place;
use crate::process::Server;
use crate::suite::bare;
use anyhow::{Context, Result, bail, ensure};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// More than one user may have, so that two users share them.
pub const MANY: usize = 50;
/// How often it is looked at what was delivered.
const PAUSE: Duration = Duration::from_millis(50);
/// So long the first delivery may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Nothing is left when nothing was delivered for so long.
const END: Duration = Duration::from_secs(1);
const DELIVERED: &str = "penstock_webhook_deliveries_total{outcome=\"delivered\"} ";

pub struct Webhooks {
    /// Deliveries per second with one subscription, and with many.
    pub one: f64,
    pub many: f64,
    /// CPU time of a create where nobody listens, and where there are many subscriptions.
    pub alone: Duration,
    pub beside: Duration,
}

/// Measures a company of the embedded store; `creates` are the requests that make deals.
pub fn measure(company: &Company, creates: &Requests, seconds: u32) -> Result<Webhooks> {
    let Place::Sqlite(data) = &company.place else { bail!("the loop is for the embedded store") };
    let part = Part { company, data, creates, seconds, receiver: bare(0)? };
    // What a create costs changes while the company grows: the run beside subscriptions lies between two alone.
    let before = part.create()?;
    let (_, one) = part.with_subscriptions(1)?;
    let (beside, many) = part.with_subscriptions(MANY)?;
    let after = part.create()?;
    Ok(Webhooks { one, many, alone: (before + after) / 2, beside })
}

struct Part<'a> {
    company: &'a Company,
    data: &'a Path,
    creates: &'a Requests,
    seconds: u32,
    /// Answers whatever it is sent.
    receiver: Server,
}

impl Part<'_> {
    /// The CPU time of a create while nobody is told of it.
    fn create(&self) -> Result<Duration> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("creates").arg(self.data).arg(&self.creates.0).arg(self.company.token()).arg(self.seconds.to_string());
        let output = command.output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(Duration::from_nanos(String::from_utf8_lossy(&output.stdout).trim().parse()?))
    }

    /// The CPU time of a create beside so many subscriptions, and the deliveries per second of what was created.
    fn with_subscriptions(&self, count: usize) -> Result<(Duration, f64)> {
        let subscribed = {
            let server = self.serve()?;
            self.subscribe(&server, count)?
        };
        let create = self.create()?;
        let server = self.serve()?;
        let rate = self.deliveries(&self.company.client(&server))?;
        for (client, id) in subscribed {
            Client { address: server.address.clone(), ..client }.send("DELETE", &format!("/v1/webhooks/{id}"), "")?;
        }
        Ok((create, rate))
    }

    fn serve(&self) -> Result<Server> {
        self.company.serve_with(&[("PENSTOCK_WEBHOOK_ALLOW", "127.0.0.1")])
    }

    /// Subscribes the receiver to deals so many times, in turn for a regular user and the administrator, who see what is created.
    fn subscribe(&self, server: &Server, count: usize) -> Result<Vec<(Client, i64)>> {
        let clients = [self.company.client(server), self.company.administrator(server)];
        let subscribe = |number: usize| {
            let client = clients[number % clients.len()].clone();
            let url = format!("http://{}/{number}", self.receiver.address);
            let body = format!(r#"{{"subscription_url":"{url}","event_action":"create","event_object":"deal","version":"2.0"}}"#);
            let answer: serde_json::Value = serde_json::from_slice(&client.send("POST", "/v1/webhooks", &body)?)?;
            Ok((client, answer["data"]["id"].as_i64().context("the subscription has no id")?))
        };
        (0..count).map(subscribe).collect()
    }

    /// Deliveries per second, from the first on, for as long as asked or until nothing is left.
    fn deliveries(&self, client: &Client) -> Result<f64> {
        let begun = Instant::now();
        while delivered(client)? == 0 {
            ensure!(begun.elapsed() < PATIENCE, "nothing was delivered");
            thread::sleep(PAUSE);
        }
        let (from, first) = (Instant::now(), delivered(client)?);
        let (mut at, mut last) = (from, first);
        while from.elapsed() < Duration::from_secs(self.seconds.into()) {
            thread::sleep(PAUSE);
            let now = delivered(client)?;
            if now > last {
                (at, last) = (Instant::now(), now);
            } else if at.elapsed() > END {
                break;
            }
        }
        ensure!(last > first, "deliveries have ended before they could be counted");
        Ok((last - first) as f64 / (at - from).as_secs_f64())
    }
}

fn delivered(client: &Client) -> Result<u64> {
    let metrics = String::from_utf8(client.get("/metrics")?)?;
    let line = metrics.lines().find_map(|line| line.strip_prefix(DELIVERED)).context("the server counts no deliveries")?;
    Ok(line.trim().parse()?)
}
