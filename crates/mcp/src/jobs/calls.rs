//! A call, what was said, and what comes next.

use super::{created, text};
use crate::arguments::Arguments;
use crate::crm::{Crm, Values};
use crate::trouble::Trouble;
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use serde_json::{Value, json};

/// The records that a call can be with.
const LINKS: &[&str] = &["deal_id", "person_id", "org_id"];

pub fn log(crm: Crm, arguments: Arguments) -> BoxFuture<'static, Result<Value, Trouble>> {
    async move {
        let links: Vec<_> = LINKS.iter().filter_map(|link| Some((*link, arguments.get(*link)?.clone()))).collect();
        if links.is_empty() {
            return Err(Trouble::arguments(&[format!("one of {} is required", LINKS.join(", "))]));
        }
        let next_date = text(&arguments, "next_due_date");
        if next_date.is_none() && (arguments.contains_key("next_subject") || arguments.contains_key("next_type")) {
            return Err(Trouble::arguments(&["next_due_date: is required for a next activity".to_owned()]));
        }
        let today = Timestamp::now().strftime("%Y-%m-%d").to_string();
        let linked = |values: Values| links.iter().fold(values, |values, (link, id)| with_link(values, link, id));

        let call = linked(Values::default())
            .body("subject", text(&arguments, "subject").unwrap_or_else(|| "Call".to_owned()))
            .body("type", "call")
            .body("done", true)
            .body("due_date", text(&arguments, "date").unwrap_or(today));
        let call = created(&crm, "v2.addActivity", call).await?;
        let mut answer = json!({"call_activity_id": call["id"]});
        if let Some(note) = text(&arguments, "note") {
            let mut values = Values::default().body("content", note);
            for (link, id) in &links {
                values = values.body(link, id.clone());
            }
            let note = created(&crm, "v1.addNote", values).await.map_err(|trouble| after(trouble, &answer))?;
            answer["note_id"] = note["id"].clone();
        }
        if let Some(date) = next_date {
            let mut next = linked(Values::default())
                .body("subject", text(&arguments, "next_subject").unwrap_or_else(|| "Follow up".to_owned()))
                .body("type", text(&arguments, "next_type").unwrap_or_else(|| "call".to_owned()))
                .body("due_date", date);
            if let Some(time) = text(&arguments, "next_due_time") {
                next = next.body("due_time", time);
            }
            let next = created(&crm, "v2.addActivity", next).await.map_err(|trouble| after(trouble, &answer))?;
            answer["next_activity_id"] = next["id"].clone();
        }
        Ok(answer)
    }
    .boxed()
}

/// A person takes part in an activity; deals and organizations it belongs to.
fn with_link(values: Values, link: &str, id: &Value) -> Values {
    match link {
        "person_id" => values.body("participants", json!([{"person_id": id, "primary": true}])),
        link => values.body(link, id.clone()),
    }
}

/// A refusal half way, with what is done already.
fn after(trouble: Trouble, done: &Value) -> Trouble {
    Trouble { hint: format!("{} Done already, do not repeat it: {done}.", trouble.hint), ..trouble }
}
