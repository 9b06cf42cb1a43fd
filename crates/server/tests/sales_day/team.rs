//! The team, and how its members do what the day says: by requests, or by tools.

use crate::agent::Agent;
use crate::company::{Company, Outcome};
use crate::script::{Names, Step};
use penstock_crm::Settings;
use penstock_crm::webhooks::delivery::{Allow, Options};
use serde_json::{Value, json};

const DATE: &str = "2026-03-02";
const CLEO: &str = "0000000000000000000000000000000000000003";
/// The group of Cleo, below that of all others.
const GROUP: i64 = 2;

pub struct Team {
    ada: Company,
    ben: Company,
    cleo: Company,
    agent: Agent,
    pub names: Names,
}

impl Team {
    /// A new team on each engine, an hour before its day begins.
    pub async fn each() -> Outcome<Vec<Self>> {
        // One delivery after the other, so that they come in the order of the events.
        let webhooks = Options { allow: Allow::loopback(), per_hook: 1, ..Options::default() };
        let settings = Settings { webhooks, public_url: Some("https://harbour.test".to_owned()), ..Settings::default() };
        let mut teams = Vec::new();
        for company in Company::each().await? {
            company.at(DATE)?.pass(7 * 3_600_000);
            let ada = company.with_settings(settings.clone()).await?;
            let mut names = Names::default();
            names.put("ben", ada.add_colleague().await?);
            ada.add_group(GROUP, 1).await?;
            names.put("cleo", ada.add_member("cleo", CLEO, GROUP).await?);
            let agent = Agent::of(ada.shared_app());
            teams.push(Team { ben: ada.as_colleague(), cleo: ada.with_token(CLEO), agent, ada, names });
        }
        Ok(teams)
    }

    pub fn company(&self, who: &str) -> &Company {
        match who {
            "ada" => &self.ada,
            "ben" => &self.ben,
            "cleo" => &self.cleo,
            other => panic!("nobody is called {other}"),
        }
    }

    /// Does a step by its request, and the jobs that follow from it. Answers the request with values in place of names.
    pub async fn request(&mut self, step: &Step) -> Outcome<String> {
        self.wait_for(step)?;
        let [method, target, body] = &step.request;
        let target = self.names.fill(target);
        let company = self.company(&step.who);
        let (said, answer) = if method == "FILE" {
            let (name, form) = body.split_once(' ').ok_or("a file has a name")?;
            let form = self.names.json(form);
            let texts: Vec<(String, String)> =
                form.as_object().into_iter().flatten().map(|(key, text)| (key.clone(), text.to_string())).collect();
            let texts: Vec<(&str, &str)> = texts.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
            let (status, answer) = company.upload("POST", &target, &texts, ("file", name, b"The offer")).await?;
            if status != 200 {
                return Err(format!("{target}: {status} {answer}").into());
            }
            (format!("FILE {target} {name} {form}"), answer["data"].clone())
        } else {
            let body = self.names.json(body);
            let shown = if body.is_null() { String::new() } else { format!(" {body}") };
            (format!("{method} {target}{shown}"), company.data(method, &target, body).await?)
        };
        self.names.keep(step, &answer);
        self.ada.run_jobs().await?;
        Ok(said)
    }

    /// Does a step by its tool; by its request where there is no tool.
    pub async fn tool(&mut self, step: &Step) -> Outcome {
        let Some([tool, arguments]) = &step.tool else { return self.request(step).await.map(drop) };
        self.wait_for(step)?;
        let answer = self.agent.call(self.company(&step.who).token(), tool, self.names.json(arguments)).await?;
        self.names.keep(step, &answer);
        self.ada.run_jobs().await?;
        Ok(())
    }

    fn wait_for(&self, step: &Step) -> Outcome {
        self.ada.at(&format!("{DATE} {}:00", step.time)).map(drop)
    }

    /// Subscribes a member to what happens.
    pub async fn subscribe(&self, who: &str, url: &str, version: &str, action: &str, object: &str) -> Outcome {
        let body = json!({"name": "Day", "subscription_url": url, "version": version, "event_action": action, "event_object": object,
            "http_auth_user": "day", "http_auth_password": "secret"});
        self.company(who).data("POST", "/v1/webhooks", body).await.map(drop)
    }

    pub async fn deliver(&self) -> Outcome<usize> {
        self.ada.deliver().await
    }

    pub async fn get(&self, target: &str) -> Outcome<Value> {
        self.ada.get(target).await
    }
}
