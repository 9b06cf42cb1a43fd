//! The labels of projects. Every company is born with those of other records.

use crate::DemoError;
use crate::chance::{Chance, Part};
use crate::draft::Draft;
use crate::settings::stored;
use penstock_crm::fields::entity::{self, FIELD};
use penstock_model::Change;
use penstock_store::Batch;
use serde_json::{Value, json};

const LABELS: &[(&str, &str)] = &[("Priority", "red"), ("Pilot", "blue"), ("Warranty case", "yellow"), ("Subcontracted", "green")];
/// How many of a hundred projects have one; of those, some have a second one.
const SHARE: i64 = 45;
const SECOND: i64 = 15;

/// Labels to put on projects.
pub struct Labels {
    ids: Vec<i64>,
    chance: Chance,
}

impl Labels {
    /// Defines the labels. What was written so far must be settled.
    pub async fn define(draft: &Draft<'_>, batch: &mut Batch) -> Result<Self, DemoError> {
        let ids: Vec<i64> = draft.ids("options", LABELS.len()).await?.collect();
        let options: Vec<Value> =
            ids.iter().zip(LABELS).map(|(id, (label, color))| json!({"id": id, "label": label, "color": color})).collect();
        let is_wanted = |code: Option<&str>, of: Option<&str>| code == Some("label_ids") && of == Some("project");
        for field in stored(&draft.store, draft.company, &FIELD).await? {
            if is_wanted(field.text(entity::CODE), field.text(entity::ENTITY)) {
                let mut change = Change::update(field);
                change.after.set(entity::OPTIONS, Value::Array(options.clone()).to_string());
                batch.save(change);
            }
        }
        Ok(Labels { ids, chance: draft.chance(Part::Labels) })
    }

    /// The labels of the next project, as records keep them.
    pub fn next(&mut self) -> String {
        let mut some: Vec<i64> = Vec::new();
        if self.chance.percent(SHARE) {
            some.extend(self.chance.pick(&self.ids));
        }
        if !some.is_empty() && self.chance.percent(SECOND) {
            let second = self.chance.pick(&self.ids).copied().filter(|second| !some.contains(second));
            some.extend(second);
        }
        json!(some).to_string()
    }
}
