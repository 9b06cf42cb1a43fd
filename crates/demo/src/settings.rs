//! Pipelines with their stages, and custom fields.

use crate::DemoError;
use crate::chance::{Chance, Part};
use crate::custom::{self, CustomField};
use crate::draft::Draft;
use crate::team::Team;
use penstock_crm::{lead_labels, pipelines, stages};
use penstock_model::{Actor, Change, CompanyId, Entity, Place, Record};
use penstock_store::{Batch, Sql, Store, StoreError, Weight};
use std::collections::HashMap;

/// A pipeline and its stages from first to last.
#[derive(Debug, Clone)]
pub struct Pipeline {
    pub id: i64,
    pub stages: Vec<i64>,
    /// Whether deals in it may have probabilities of their own.
    pub has_probability: bool,
}

/// What records are made with.
#[derive(Debug)]
pub struct Settings {
    pub pipelines: Vec<Pipeline>,
    /// Ids of options by entity and code of the built-in field.
    options: HashMap<(String, String), Vec<i64>>,
    custom: HashMap<&'static str, Vec<CustomField>>,
    /// The UUIDs of the labels of leads.
    pub lead_labels: Vec<String>,
}

impl Settings {
    pub fn options(&self, entity: &str, code: &str) -> &[i64] {
        self.options.get(&(entity.to_owned(), code.to_owned())).map_or(&[], Vec::as_slice)
    }

    pub fn custom(&self, entity: &str) -> &[CustomField] {
        self.custom.get(entity).map_or(&[], Vec::as_slice)
    }
}

/// A stage: name, probability in percent, days after which its deals rot.
type StagePlan = (&'static str, i64, Option<i64>);

struct PipelinePlan {
    name: &'static str,
    has_probability: bool,
    stages: &'static [StagePlan],
}

const PIPELINES: &[PipelinePlan] = &[
    // The first one takes over the pipeline and the stages that every company is born with.
    PipelinePlan {
        name: "New business",
        has_probability: true,
        stages: &[
            ("Qualified", 10, Some(30)),
            ("Contact Made", 25, Some(21)),
            ("Demo Scheduled", 45, Some(14)),
            ("Proposal Made", 65, Some(21)),
            ("Negotiations Started", 85, None),
        ],
    },
    PipelinePlan {
        name: "Renewals",
        has_probability: true,
        stages: &[("Due", 60, None), ("Offer Sent", 75, Some(30)), ("Terms Agreed", 90, Some(14))],
    },
    PipelinePlan {
        name: "Partners",
        has_probability: false,
        stages: &[("Introduced", 100, None), ("In Talks", 100, None), ("Terms Drafted", 100, Some(45)), ("Legal Review", 100, None)],
    },
];

/// Writes all settings of the company.
pub async fn write(draft: &mut Draft<'_>, team: &Team) -> Result<Settings, DemoError> {
    let actor = draft.actor(team.administrator, 0);
    let mut batch = Batch::new(actor.clone());
    let pipelines = pipelines(draft, &actor, &mut batch).await?;
    let options = built_in_options(&draft.store, draft.company).await?;
    let mut chance = draft.chance(Part::Settings);
    let mut custom = HashMap::new();
    for entity in ["organization", "person", "deal", "product"] {
        custom.insert(entity, custom::define(draft, &actor, &mut batch, &mut chance, entity).await?);
    }
    let lead_labels = lead_labels(draft, &mut batch, &mut chance).await?;
    draft.load.add(batch).await?;
    Ok(Settings { pipelines, options, custom, lead_labels })
}

/// The labels that every company is born with get UUIDs that repeat themselves.
async fn lead_labels(draft: &Draft<'_>, batch: &mut Batch, chance: &mut Chance) -> Result<Vec<String>, DemoError> {
    let mut uuids = Vec::new();
    for label in stored(&draft.store, draft.company, &lead_labels::LEAD_LABEL).await? {
        let mut change = Change::update(label);
        let uuid = chance.uuid();
        change.after.set(lead_labels::UUID, uuid.as_str());
        batch.save(change);
        uuids.push(uuid);
    }
    Ok(uuids)
}

async fn pipelines(draft: &Draft<'_>, actor: &Actor, batch: &mut Batch) -> Result<Vec<Pipeline>, DemoError> {
    let mut born_pipelines = stored(&draft.store, draft.company, &pipelines::PIPELINE).await?.into_iter();
    let mut born_stages = stored(&draft.store, draft.company, &stages::STAGE).await?.into_iter();
    let mut pipelines = Vec::new();
    for (number, plan) in (1..).zip(PIPELINES) {
        let mut pipeline = match born_pipelines.next() {
            Some(born) => Change::update(born),
            None => Change::insert(Record::blank(&pipelines::PIPELINE, draft.ids("pipelines", 1).await?.start)),
        };
        let id = pipeline.after.id;
        fill_pipeline(&mut pipeline.after, actor, number, plan);
        batch.save(pipeline);
        let mut ids = Vec::new();
        for (number, plan) in (1..).zip(plan.stages) {
            let mut stage = match born_stages.next() {
                Some(born) => Change::update(born),
                None => Change::insert(Record::blank(&stages::STAGE, draft.ids("stages", 1).await?.start)),
            };
            fill_stage(&mut stage.after, actor, id, number, plan);
            ids.push(stage.after.id);
            batch.save(stage);
        }
        pipelines.push(Pipeline { id, stages: ids, has_probability: plan.has_probability });
    }
    Ok(pipelines)
}

fn fill_pipeline(pipeline: &mut Record, actor: &Actor, number: i64, plan: &PipelinePlan) {
    pipeline.set(pipelines::NAME, plan.name);
    pipeline.set(pipelines::ORDER_NR, number);
    pipeline.set(pipelines::HAS_PROBABILITY, plan.has_probability);
    pipeline.set(pipelines::IS_DELETED, false);
    pipeline.set(pipelines::ADD_TIME, actor.time);
    pipeline.set(pipelines::UPDATE_TIME, actor.time);
}

fn fill_stage(stage: &mut Record, actor: &Actor, pipeline: i64, number: i64, (name, probability, rots): &StagePlan) {
    stage.set(stages::NAME, *name);
    stage.set(stages::PIPELINE, pipeline);
    stage.set(stages::ORDER_NR, number);
    stage.set(stages::PROBABILITY, *probability);
    stage.set(stages::ROTS, rots.is_some());
    stage.set(stages::DAYS_TO_ROTTEN, *rots);
    stage.set(stages::IS_DELETED, false);
    stage.set(stages::ADD_TIME, actor.time);
    stage.set(stages::UPDATE_TIME, actor.time);
}

/// The rows of an entity as they stand, by id.
pub async fn stored(store: &Store, company: CompanyId, entity: &'static Entity) -> Result<Vec<Record>, StoreError> {
    let places: Vec<_> = (0..entity.fields.len()).filter(|index| entity.fields[*index].place == Place::Row).collect();
    let columns: Vec<_> = places.iter().map(|index| entity.fields[*index].key).collect();
    let mut sql = Sql::new(format!("SELECT id, version, {} FROM {} WHERE company_id = ", columns.join(", "), entity.table));
    sql.bind(company).push(" ORDER BY id");
    store
        .read(sql, Weight::Light, Vec::new(), move |records, row| {
            let mut record = Record::blank(entity, row.int(0).unwrap_or_default());
            record.version = row.int(1).unwrap_or_default();
            for (cell, index) in (2..).zip(&places) {
                record.values[*index] = row.cell(cell).to_value();
            }
            records.push(record);
        })
        .await
}

/// The options that a company is born with.
async fn built_in_options(store: &Store, company: CompanyId) -> Result<HashMap<(String, String), Vec<i64>>, StoreError> {
    let mut sql = Sql::new("SELECT entity, code, options FROM fields WHERE company_id = ");
    sql.bind(company);
    store
        .read(sql, Weight::Light, HashMap::new(), |options, row| {
            let text = |index| row.text(index).unwrap_or_default().to_owned();
            let listed: Vec<serde_json::Value> = serde_json::from_str(&text(2)).unwrap_or_default();
            let ids = listed.iter().filter_map(|option| option["id"].as_i64()).collect();
            options.insert((text(0), text(1)), ids);
        })
        .await
}
