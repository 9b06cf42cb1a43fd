//! Products: what the company sells, with prices, variations and categories.

use crate::DemoError;
use crate::calendar::WORKDAY;
use crate::chance::Part;
use crate::custom::{self, Surroundings};
use crate::draft::{Draft, Life};
use crate::settings::{Settings, stored};
use crate::team::Team;
use crate::words::COUNTRIES;
use penstock_crm::fields::entity as field;
use penstock_crm::persons::rules::first_char;
use penstock_crm::products::prices::{Of, Price, complete};
use penstock_crm::products::variations::{self, Variation};
use penstock_crm::products::*;
use penstock_model::{Change, Money, Record};
use penstock_store::Batch;
use serde_json::{Value, json};

const CATEGORIES: &[&str] = &["Devices", "Software", "Services", "Training", "Supplies"];
/// What a pound is in the other currencies, in percent.
const RATES: &[(&str, i64)] = &[("GBP", 100), ("EUR", 117), ("USD", 127), ("SEK", 1330), ("CHF", 112)];
/// Products have prices in so many of them.
const PRICED: usize = 3;

/// Name, unit, place of the category, price in pounds, billing frequency, sizes.
struct Plan(&'static str, &'static str, usize, i64, &'static str, &'static [&'static str]);

const NO_SIZES: &[&str] = &[];
const SIZES: &[&str] = &["Small", "Medium", "Large"];
const LENGTHS: &[&str] = &["One metre", "Two metres", "Five metres"];

const PLANS: &[Plan] = &[
    Plan("Handheld Scanner", "piece", 0, 240, "one-time", NO_SIZES),
    Plan("Desktop Scanner", "piece", 0, 390, "one-time", NO_SIZES),
    Plan("Label Printer", "piece", 0, 310, "one-time", SIZES),
    Plan("Receipt Printer", "piece", 0, 180, "one-time", NO_SIZES),
    Plan("Touch Terminal", "piece", 0, 890, "one-time", &["12 inch", "15 inch"]),
    Plan("Rugged Tablet", "piece", 0, 760, "one-time", &["8 inch", "10 inch"]),
    Plan("Docking Station", "piece", 0, 120, "one-time", NO_SIZES),
    Plan("Access Gateway", "piece", 0, 520, "one-time", NO_SIZES),
    Plan("Temperature Sensor", "piece", 0, 45, "one-time", NO_SIZES),
    Plan("Flow Meter", "piece", 0, 275, "one-time", SIZES),
    Plan("Control Cabinet", "piece", 0, 2400, "one-time", SIZES),
    Plan("Battery Pack", "piece", 0, 65, "one-time", NO_SIZES),
    Plan("Warehouse Suite", "seat", 1, 35, "monthly", NO_SIZES),
    Plan("Dispatch Planner", "seat", 1, 28, "monthly", NO_SIZES),
    Plan("Inventory Cloud", "site", 1, 190, "monthly", NO_SIZES),
    Plan("Fleet Monitor", "vehicle", 1, 9, "monthly", NO_SIZES),
    Plan("Analytics Workspace", "seat", 1, 480, "annually", NO_SIZES),
    Plan("Developer Licence", "seat", 1, 1200, "annually", NO_SIZES),
    Plan("Backup Service", "site", 1, 75, "quarterly", NO_SIZES),
    Plan("Archive Storage", "terabyte", 1, 12, "monthly", NO_SIZES),
    Plan("On-site Installation", "day", 2, 820, "one-time", NO_SIZES),
    Plan("Remote Installation", "hour", 2, 95, "one-time", NO_SIZES),
    Plan("Site Survey", "day", 2, 640, "one-time", NO_SIZES),
    Plan("Data Migration", "day", 2, 900, "one-time", NO_SIZES),
    Plan("Process Audit", "piece", 2, 3200, "one-time", NO_SIZES),
    Plan("Service Contract Basic", "site", 2, 150, "quarterly", NO_SIZES),
    Plan("Service Contract Plus", "site", 2, 290, "quarterly", NO_SIZES),
    Plan("Emergency Call-out", "piece", 2, 350, "one-time", NO_SIZES),
    Plan("Calibration", "piece", 2, 140, "semi-annually", NO_SIZES),
    Plan("Waste Collection", "container", 2, 60, "weekly", NO_SIZES),
    Plan("User Training", "day", 3, 750, "one-time", NO_SIZES),
    Plan("Administrator Training", "day", 3, 980, "one-time", NO_SIZES),
    Plan("Safety Course", "person", 3, 160, "one-time", NO_SIZES),
    Plan("Workshop", "day", 3, 1400, "one-time", NO_SIZES),
    Plan("E-learning Pass", "person", 3, 55, "annually", NO_SIZES),
    Plan("Label Rolls", "box", 4, 38, "one-time", SIZES),
    Plan("Cleaning Kit", "piece", 4, 24, "one-time", NO_SIZES),
    Plan("Cable Set", "piece", 4, 18, "one-time", LENGTHS),
    Plan("Spare Parts Kit", "piece", 4, 210, "one-time", NO_SIZES),
    Plan("Protective Case", "piece", 4, 42, "one-time", SIZES),
];

/// How many products there are.
pub const COUNT: usize = PLANS.len();

/// A product as deals need it.
#[derive(Debug, Clone)]
pub struct Product {
    pub id: i64,
    pub frequency: &'static str,
    pub variations: Vec<i64>,
    pounds: i64,
}

impl Product {
    /// What one costs in a currency, in whole units of it, at least one.
    pub fn price(&self, currency: &str) -> i64 {
        let rate = RATES.iter().find(|(code, _)| *code == currency).map_or(100, |(_, rate)| *rate);
        (self.pounds * rate / 100).max(1)
    }
}

/// Writes all products; they are as old as the company.
pub async fn write(draft: &mut Draft<'_>, team: &Team, settings: &Settings) -> Result<Vec<Product>, DemoError> {
    let mut chance = draft.chance(Part::Products);
    let categories = define_categories(draft, team).await?;
    let mut products = Vec::new();
    for (number, (id, plan)) in (1_i64..).zip(draft.ids("products", COUNT).await?.zip(PLANS)) {
        let at = number * WORKDAY / 8;
        let owner = team.owner(&mut chance);
        let mut record = Record::blank(&PRODUCT, id);
        let around = Surroundings { team, country: &COUNTRIES[0], day: draft.calendar.time(at).date(), organizations: 0..0, persons: 0..0 };
        let ids: Vec<i64> = draft.ids("product_variations", plan.5.len()).await?.collect();
        fill(&mut record, plan, number, categories.get(plan.2).copied(), &ids);
        record.set(OWNER, owner);
        record.set(VISIBLE_TO, 7);
        record.set(CUSTOM_FIELDS, custom::values(&mut chance, settings.custom("product"), &around));
        record.set(ADD_TIME, draft.calendar.time(at));
        record.set(UPDATE_TIME, draft.calendar.time(at));
        let batch = Batch::new(draft.actor(owner, at));
        let mut life = Life::begin(draft, batch, record).await?;
        if chance.percent(30) {
            let at = at + WORKDAY + chance.below(300 * WORKDAY);
            let actor = draft.actor(owner, at);
            let time = actor.time;
            let edit = |record: &mut Record| {
                record.set(DESCRIPTION, format!("{}, per {}. Ask for quantity discounts.", plan.0, plan.1));
                record.set(UPDATE_TIME, time);
            };
            life.change(draft, actor, edit, |_, _| {}).await?;
        }
        products.push(Product { id, frequency: plan.4, variations: ids, pounds: plan.3 });
        (draft.progress)();
    }
    Ok(products)
}

fn fill(record: &mut Record, plan: &Plan, number: i64, category: Option<i64>, variation_ids: &[i64]) {
    let Plan(name, unit, _, pounds, frequency, sizes) = plan;
    record.set(NAME, *name);
    record.set(FIRST_CHAR, first_char(name));
    record.set(CODE, format!("LM-{:04}", number * 25));
    record.set(DESCRIPTION, "");
    record.set(UNIT, *unit);
    record.set(CATEGORY, category);
    record.set(TAX, Money::from_ten_thousandths(20 * 10_000));
    record.set(IS_LINKABLE, true);
    record.set(IS_DELETED, false);
    record.set(BILLING_FREQUENCY, *frequency);
    if *frequency == "weekly" {
        record.set(BILLING_CYCLES, 52);
    }
    record.set(PRICES, complete(prices(*pounds), Of::Product(record.id), "GBP").unwrap_or_default());
    let steps = (1_i64..).zip(variation_ids.iter().zip(*sizes));
    let variations: Vec<_> =
        steps.map(|(step, (id, size))| Variation { id: *id, name: (*size).to_owned(), prices: prices(pounds * (step + 1) / 2) }).collect();
    variations::put(record, &variations);
}

fn prices(pounds: i64) -> Vec<Price> {
    let money = |whole: i64| Money::from_ten_thousandths(whole * 10_000);
    let price = |(currency, rate): &(&str, i64)| {
        let whole = (pounds * rate / 100).max(1);
        Price {
            currency: (*currency).to_owned(),
            price: money(whole),
            cost: money(whole * 6 / 10),
            direct_cost: money(whole / 20),
            notes: String::new(),
        }
    };
    RATES.iter().take(PRICED).map(price).collect()
}

/// Gives the field that sorts products its options, and answers their ids.
async fn define_categories(draft: &mut Draft<'_>, team: &Team) -> Result<Vec<i64>, DemoError> {
    let ids: Vec<i64> = draft.ids("options", CATEGORIES.len()).await?.collect();
    let fields = stored(&draft.store, draft.company, &field::FIELD).await?;
    let is_category = |known: &&Record| known.text(field::ENTITY) == Some("product") && known.text(field::CODE) == Some("category");
    let Some(category) = fields.iter().find(is_category) else { return Ok(Vec::new()) };
    let mut change = Change::update(category.clone());
    let options = ids.iter().zip(CATEGORIES).map(|(id, label)| json!({"id": id, "label": label})).collect();
    change.after.set(field::OPTIONS, Value::Array(options).to_string());
    let mut batch = Batch::new(draft.actor(team.administrator, 0));
    batch.save(change);
    draft.load.add(batch).await?;
    Ok(ids)
}
