//! Totals agree with the rows that they count.

use crate::{Outcome, number, on_both};
use tempfile::TempDir;

/// Each total and the rows that it counts; `t` is the row of totals.
const TOTALS: &[(&str, &str, &str)] = &[
    ("person", "open_deals_count", "deals d WHERE d.person_id = t.record_id AND d.status = 'open'"),
    ("person", "won_deals_count", "deals d WHERE d.person_id = t.record_id AND d.status = 'won'"),
    ("person", "lost_deals_count", "deals d WHERE d.person_id = t.record_id AND d.status = 'lost'"),
    ("person", "closed_deals_count", "deals d WHERE d.person_id = t.record_id AND d.status IN ('won', 'lost')"),
    ("organization", "open_deals_count", "deals d WHERE d.org_id = t.record_id AND d.status = 'open'"),
    ("organization", "won_deals_count", "deals d WHERE d.org_id = t.record_id AND d.status = 'won'"),
    ("organization", "lost_deals_count", "deals d WHERE d.org_id = t.record_id AND d.status = 'lost'"),
    ("organization", "closed_deals_count", "deals d WHERE d.org_id = t.record_id AND d.status IN ('won', 'lost')"),
    ("organization", "people_count", "persons p WHERE p.org_id = t.record_id AND p.is_deleted = 0"),
    ("deal", "participants_count", "participants p WHERE p.deal_id = t.record_id"),
    ("deal", "followers_count", "followers f WHERE f.entity = 'deal' AND f.record_id = t.record_id"),
    ("person", "followers_count", "followers f WHERE f.entity = 'person' AND f.record_id = t.record_id"),
    ("organization", "followers_count", "followers f WHERE f.entity = 'organization' AND f.record_id = t.record_id"),
    ("deal", "activities_count", "activities a WHERE a.deal_id = t.record_id AND a.is_deleted = 0"),
    ("deal", "done_activities_count", "activities a WHERE a.deal_id = t.record_id AND a.is_deleted = 0 AND a.done = 1"),
    ("deal", "undone_activities_count", "activities a WHERE a.deal_id = t.record_id AND a.is_deleted = 0 AND a.done = 0"),
    ("person", "activities_count", "activities a WHERE a.person_id = t.record_id AND a.is_deleted = 0"),
    ("organization", "activities_count", "activities a WHERE a.org_id = t.record_id AND a.is_deleted = 0"),
    ("deal", "notes_count", "notes n WHERE n.deal_id = t.record_id AND n.is_deleted = 0"),
    ("person", "notes_count", "notes n WHERE n.person_id = t.record_id AND n.is_deleted = 0"),
    ("organization", "notes_count", "notes n WHERE n.org_id = t.record_id AND n.is_deleted = 0"),
    ("person", "files_count", "files f WHERE f.person_id = t.record_id AND f.is_deleted = 0"),
    ("organization", "files_count", "files f WHERE f.org_id = t.record_id AND f.is_deleted = 0"),
    ("person", "participant_open_deals_count", PARTICIPANT_OPEN),
    ("person", "participant_closed_deals_count", PARTICIPANT_CLOSED),
];
const PARTICIPANT_OPEN: &str = "participants p JOIN deals d ON d.company_id = p.company_id AND d.id = p.deal_id
    WHERE p.person_id = t.record_id AND d.status = 'open' AND d.person_id IS DISTINCT FROM p.person_id";
const PARTICIPANT_CLOSED: &str = "participants p JOIN deals d ON d.company_id = p.company_id AND d.id = p.deal_id
    WHERE p.person_id = t.record_id AND d.status IN ('won', 'lost') AND d.person_id IS DISTINCT FROM p.person_id";

#[tokio::test]
async fn totals_agree_with_the_rows_they_count() -> Outcome {
    let directory = TempDir::new()?;
    for store in on_both(&directory).await? {
        for (entity, total, counted) in TOTALS {
            let rows = format!(
                "FROM {entity}s e LEFT JOIN totals t ON t.company_id = e.company_id AND t.entity = '{entity}' AND t.record_id = e.id"
            );
            let recounted = counted.replace("t.record_id", "e.id");
            let wrong =
                number(&store, &format!("SELECT COUNT(*) {rows} WHERE COALESCE(t.{total}, 0) <> (SELECT COUNT(*) FROM {recounted})"))
                    .await?;
            assert_eq!(wrong, 0, "{entity} {total}");
            let counts = number(&store, &format!("SELECT COUNT(*) {rows} WHERE t.{total} > 0")).await?;
            assert!(counts > 0, "{entity} {total} is zero everywhere, which proves nothing");
        }
    }
    Ok(())
}
