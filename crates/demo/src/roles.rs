//! What people are in the company: roles below the one of everybody, and who has which.

use crate::DemoError;
use crate::draft::Draft;
use crate::team::Team;
use penstock_crm::roles::{self, ROLE};
use penstock_model::{Change, Record};
use penstock_store::{Batch, Statement};
use serde_json::json;

struct Plan {
    name: &'static str,
    /// The role above, by its place among the plans; that of everybody where there is none.
    above: Option<usize>,
    /// The visibility groups whose members have it.
    groups: &'static [&'static str],
    /// Who sees new deals, leads, organizations and persons, products.
    visibilities: [i64; 5],
}

const PLANS: &[Plan] = &[
    Plan { name: "Key account manager", above: None, groups: &["Key Accounts"], visibilities: [5, 5, 7, 7, 7] },
    Plan { name: "Sales representative", above: Some(0), groups: &["Sales North", "Sales South"], visibilities: [3, 1, 7, 7, 7] },
    Plan { name: "Customer success manager", above: None, groups: &["Customer Success"], visibilities: [7, 3, 7, 7, 7] },
];
/// The role that every user is born with.
const EVERYBODY: i64 = 1;

/// Writes the roles and gives them to the users.
pub async fn write(draft: &mut Draft<'_>, team: &Team) -> Result<(), DemoError> {
    let ids: Vec<i64> = draft.ids("roles", PLANS.len()).await?.collect();
    let mut batch = Batch::new(draft.actor(team.administrator, 0));
    for (id, plan) in ids.iter().zip(PLANS) {
        let [deal, lead, org, person, product] = plan.visibilities;
        let settings = json!({
            "deal_default_visibility": deal,
            "lead_default_visibility": lead,
            "org_default_visibility": org,
            "person_default_visibility": person,
            "product_default_visibility": product,
        });
        let mut role = Record::blank(&ROLE, *id);
        role.set(roles::NAME, plan.name);
        role.set(roles::PARENT, plan.above.and_then(|place| ids.get(place).copied()).unwrap_or(EVERYBODY));
        role.set(roles::SETTINGS, settings.to_string());
        role.set(roles::HIDDEN_PIPELINES, "[]");
        role.set(roles::IS_ACTIVE, true);
        batch.save(Change::insert(role));
        for user in team.everybody_of(plan.groups) {
            let text = "UPDATE users SET role_id = $3 WHERE company_id = $1 AND id = $2";
            batch.run(Statement::one_row(text, vec![draft.company.into(), user.into(), (*id).into()]));
        }
    }
    Ok(draft.load.add(batch).await?)
}
