//! Looks at what subscribers are told of the writes of a company.

use super::company::{Company, Outcome};
use penstock_crm::webhooks::hook::{self, Hook, Shape};
use penstock_crm::webhooks::{event, matching, payload};
use serde_json::{Value, json};

/// One subscription, and how far it has read.
pub struct Watch<'a> {
    pub company: &'a Company,
    pub hook: Hook,
    seen: i64,
}

impl<'a> Watch<'a> {
    /// Subscribes to everything in one version. What was before is passed over.
    pub async fn of(company: &'a Company, shape: Shape) -> Outcome<Self> {
        Watch::to(company, shape, "*", "*").await
    }

    pub async fn to(company: &'a Company, shape: Shape, action: &str, object: &str) -> Outcome<Self> {
        let body = json!({"name": "Watch", "subscription_url": "https://receiver.test/", "version": shape.word(),
            "event_action": action, "event_object": object});
        let made = company.data("POST", "/v1/webhooks", body).await?;
        let id = made["id"].as_i64().ok_or("the subscription has no id")?;
        let hook = hook::find(company.app().store(), company.id(), id).await?.ok_or("the subscription is not there")?;
        let mut watch = Watch { company, hook, seen: 0 };
        watch.seen = watch.new_events().await?.last().copied().unwrap_or_default();
        Ok(watch)
    }

    async fn new_events(&self) -> Outcome<Vec<i64>> {
        let rows = self.company.rows("SELECT id FROM outbox WHERE company_id = $1 ORDER BY id", 1).await?;
        Ok(rows.iter().filter_map(|row| row[0].as_i64()).filter(|id| *id > self.seen).collect())
    }

    /// The bodies that are sent for what happened since the last call.
    pub async fn next(&mut self) -> Outcome<Vec<Value>> {
        let app = self.company.app();
        let ids = self.new_events().await?;
        self.seen = ids.last().copied().unwrap_or(self.seen);
        let directory = app.directory(self.company.id()).await?;
        let mut bodies = Vec::new();
        for event in event::read(app.store(), self.company.id(), &ids).await? {
            if !matching::wants(&self.hook, &event) || !matching::may_see(app, &directory, self.hook.user, &event).await? {
                continue;
            }
            if let Some(content) = payload::content(app, &directory, &event, self.hook.shape).await? {
                bodies.push(serde_json::from_slice(&payload::body(&self.hook, &event, &content, 1))?);
            }
        }
        Ok(bodies)
    }

    /// The one body that is sent of a kind of object; others are passed over.
    pub async fn one(&mut self, object: &str) -> Outcome<Value> {
        let bodies = self.next().await?;
        let of_object = |body: &&Value| [&body["meta"]["entity"], &body["meta"]["object"]].contains(&&json!(object));
        let mut found: Vec<_> = bodies.iter().filter(of_object).cloned().collect();
        match (found.pop(), found.is_empty()) {
            (Some(body), true) => Ok(body),
            _ => Err(format!("not one event of {object}: {bodies:#?}").into()),
        }
    }
}

/// The keys of an object, in their order.
pub fn keys(object: &Value) -> Vec<&str> {
    object.as_object().map(|members| members.keys().map(String::as_str).collect()).unwrap_or_default()
}
