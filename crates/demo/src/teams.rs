//! Teams of people who work together, each under one of them.

use crate::DemoError;
use crate::draft::Draft;
use crate::team::Team;
use penstock_crm::legacy_teams::{self as teams, TEAM};
use penstock_model::{Change, Record};
use penstock_store::Batch;
use serde_json::json;

/// Name, description, and the visibility groups that its members come from.
const PLANS: &[(&str, &str, &[&str])] = &[
    ("New business", "Wins new customers", &["Sales North", "Sales South"]),
    ("Key accounts", "Looks after the largest customers", &["Key Accounts"]),
    ("After sales", "Keeps customers happy once they have bought", &["Customer Success", "Key Accounts"]),
];

/// Writes the teams and answers their ids.
pub async fn write(draft: &mut Draft<'_>, team: &Team) -> Result<Vec<i64>, DemoError> {
    let ids: Vec<i64> = draft.ids("teams", PLANS.len()).await?.collect();
    let actor = draft.actor(team.administrator, 0);
    let mut batch = Batch::new(actor.clone());
    for (id, (name, about, groups)) in ids.iter().zip(PLANS) {
        let mut members: Vec<i64> = team.members_of(groups).map(|user| user.0).collect();
        let manager = members.first().copied().unwrap_or(team.administrator.0);
        members.sort_unstable();
        let mut record = Record::blank(&TEAM, *id);
        record.set(teams::NAME, *name);
        record.set(teams::DESCRIPTION, *about);
        record.set(teams::MANAGER, penstock_model::UserId(manager));
        record.set(teams::USERS, json!(members).to_string());
        record.set(teams::IS_ACTIVE, true);
        record.set(teams::IS_DELETED, false);
        record.set(teams::ADD_TIME, actor.time);
        record.set(teams::CREATOR, team.administrator);
        batch.save(Change::insert(record));
    }
    draft.load.add(batch).await?;
    Ok(ids)
}
