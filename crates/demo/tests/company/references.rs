//! Every reference leads to a row.

use crate::{Outcome, number, on_both};
use tempfile::TempDir;

/// References: table, column, and what must hold of them.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("organizations", "owner_id", "users"),
    ("persons", "owner_id", "users"),
    ("persons", "org_id", "organizations"),
    ("deals", "owner_id", "users"),
    ("deals", "creator_user_id", "users"),
    ("deals", "person_id", "persons"),
    ("deals", "org_id", "organizations"),
    ("deals", "stage_id", "stages"),
    ("deals", "pipeline_id", "pipelines"),
    ("stages", "pipeline_id", "pipelines"),
    ("activities", "owner_id", "users"),
    ("activities", "creator_user_id", "users"),
    ("activities", "deal_id", "deals"),
    ("activities", "person_id", "persons"),
    ("activities", "org_id", "organizations"),
    ("activity_links", "activity_id", "activities"),
    ("totals", "next_activity_id", "activities"),
    ("totals", "last_activity_id", "activities"),
    ("leads", "owner_id", "users"),
    ("leads", "person_id", "persons"),
    ("leads", "org_id", "organizations"),
    ("notes", "user_id", "users"),
    ("notes", "deal_id", "deals"),
    ("notes", "person_id", "persons"),
    ("notes", "org_id", "organizations"),
    ("note_comments", "note_id", "notes"),
    ("files", "user_id", "users"),
    ("files", "person_id", "persons"),
    ("files", "org_id", "organizations"),
    ("followers", "user_id", "users"),
    ("participants", "deal_id", "deals"),
    ("participants", "person_id", "persons"),
    ("products", "owner_id", "users"),
    ("deal_products", "deal_id", "deals"),
    ("deal_products", "product_id", "products"),
    ("deal_discounts", "deal_id", "deals"),
    ("deal_installments", "deal_id", "deals"),
    ("users", "group_id", "groups"),
    ("users", "role_id", "roles"),
    ("roles", "parent_role_id", "roles"),
    ("teams", "manager_id", "users"),
    ("filters", "user_id", "users"),
    ("history", "actor_user_id", "users"),
    ("projects", "owner_id", "users"),
    ("projects", "board_id", "boards"),
    ("projects", "phase_id", "phases"),
    ("projects", "template_id", "project_templates"),
    ("phases", "board_id", "boards"),
    ("project_templates", "projects_board_id", "boards"),
    ("project_groups", "project_id", "projects"),
    ("project_plan", "project_id", "projects"),
    ("project_plan", "phase_id", "phases"),
    ("project_plan", "group_id", "project_groups"),
    ("tasks", "project_id", "projects"),
    ("tasks", "parent_task_id", "tasks"),
];

#[tokio::test]
async fn every_reference_leads_somewhere() -> Outcome {
    let directory = TempDir::new()?;
    for store in on_both(&directory).await? {
        for (table, column, target) in REFERENCES {
            let lost = number(
                &store,
                &format!(
                    "SELECT COUNT(*) FROM {table} r WHERE r.{column} IS NOT NULL AND NOT EXISTS
                     (SELECT 1 FROM {target} x WHERE x.company_id = r.company_id AND x.id = r.{column})"
                ),
            )
            .await?;
            assert_eq!(lost, 0, "{table}.{column}");
        }
    }
    Ok(())
}
