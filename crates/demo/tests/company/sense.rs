//! Records, their pasts and what is derived from them agree with each other.

use crate::{Outcome, number, on_both};
use tempfile::TempDir;

/// What must be found nowhere.
const NOWHERE: &[(&str, &str)] = &[
    ("a deal in a stage of another pipeline", "FROM deals d JOIN stages s ON s.company_id = d.company_id AND s.id = d.stage_id WHERE s.pipeline_id <> d.pipeline_id"),
    ("a won deal without its times", "FROM deals d WHERE d.status = 'won' AND (d.won_time IS NULL OR d.close_time IS NULL OR d.first_won_time IS NULL)"),
    ("a lost deal without time or reason", "FROM deals d WHERE d.status = 'lost' AND (d.lost_time IS NULL OR d.lost_reason IS NULL)"),
    ("an open deal that was closed", "FROM deals d WHERE d.status = 'open' AND (d.close_time IS NOT NULL OR d.lost_reason IS NOT NULL)"),
    ("a deal that is half deleted", "FROM deals d WHERE (d.status = 'deleted') <> (d.is_deleted = 1) OR (d.is_deleted = 1) <> (d.delete_time IS NOT NULL)"),
    ("a deal that is older than its person", "FROM deals d JOIN persons p ON p.company_id = d.company_id AND p.id = d.person_id WHERE p.add_time > d.add_time"),
    ("a person that is older than its organization", "FROM persons p JOIN organizations o ON o.company_id = p.company_id AND o.id = p.org_id WHERE o.add_time > p.add_time"),
    ("a change in the future", "FROM history h WHERE h.time >= 1772409600000"),
    ("a person of the deal that does not take part", "FROM deals d WHERE d.person_id IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM participants p WHERE p.company_id = d.company_id AND p.deal_id = d.id AND p.person_id = d.person_id)"),
    ("a stage that the history does not lead to", "FROM deals d WHERE d.stage_change_time IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM history h WHERE h.company_id = d.company_id AND h.entity = 'deal' AND h.record_id = d.id
         AND h.field_key = 'stage_id' AND h.time = d.stage_change_time AND h.new_value = CAST(d.stage_id AS TEXT))"),
    ("a record that is not among the recents as of its last change", "FROM deals d WHERE NOT EXISTS
        (SELECT 1 FROM recents r WHERE r.company_id = d.company_id AND r.entity = 'deal' AND r.record_id = d.id AND r.time = d.update_time)"),
    ("a deal that cannot be found", "FROM deals d WHERE NOT EXISTS
        (SELECT 1 FROM search_documents s WHERE s.company_id = d.company_id AND s.entity = 'deal' AND s.record_id = d.id AND s.text LIKE 'title%') AND d.is_deleted = 0"),
    ("an activity that is older than its deal", "FROM activities a JOIN deals d ON d.company_id = a.company_id AND d.id = a.deal_id WHERE d.add_time > a.add_time"),
    ("an activity that is half done", "FROM activities a WHERE (a.done = 1) <> (a.marked_as_done_time IS NOT NULL)"),
    ("an activity that was done in the future", "FROM activities a WHERE a.marked_as_done_time >= 1772409600000"),
    ("an activity without a type", "FROM activities a WHERE NOT EXISTS
        (SELECT 1 FROM activity_types y WHERE y.company_id = a.company_id AND y.key_string = a.type)"),
    ("a deal whose next activity is not the earliest", "FROM totals t JOIN activities n ON n.company_id = t.company_id AND n.id = t.next_activity_id
        WHERE t.entity = 'deal' AND EXISTS (SELECT 1 FROM activities a WHERE a.company_id = t.company_id AND a.deal_id = t.record_id AND a.done = 0
            AND a.is_deleted = 0 AND a.due_date < n.due_date)"),
    ("a deal with something to do that does not know what is next", "FROM totals t WHERE t.undone_activities_count > 0 AND t.next_activity_id IS NULL"),
    ("a deal whose last activity is not the latest", "FROM totals t JOIN activities n ON n.company_id = t.company_id AND n.id = t.last_activity_id
        WHERE t.entity = 'deal' AND EXISTS (SELECT 1 FROM activities a WHERE a.company_id = t.company_id AND a.deal_id = t.record_id AND a.done = 1
            AND a.is_deleted = 0 AND a.marked_as_done_time > n.marked_as_done_time)"),
    ("a message with attachments that were not kept", "FROM mail_messages m WHERE (m.has_real_attachments_flag = 1) <>
        EXISTS (SELECT 1 FROM files f WHERE f.company_id = m.company_id AND f.mail_message_id = m.id)"),
    ("a note about nothing", "FROM notes n WHERE n.deal_id IS NULL AND n.person_id IS NULL AND n.org_id IS NULL AND n.lead_id IS NULL"),
    ("a note about a lead that is not there", "FROM notes n WHERE n.lead_id IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM leads l WHERE l.company_id = n.company_id AND l.uuid = n.lead_id)"),
    ("a note that is older than its deal", "FROM notes n JOIN deals d ON d.company_id = n.company_id AND d.id = n.deal_id WHERE d.add_time > n.add_time"),
    ("a lead that is older than its person", "FROM leads l JOIN persons p ON p.company_id = l.company_id AND p.id = l.person_id WHERE p.add_time > l.add_time"),
    ("a count of products that is not theirs", "FROM deals d LEFT JOIN totals t ON t.company_id = d.company_id AND t.entity = 'deal' AND t.record_id = d.id
        WHERE COALESCE(t.products_count, 0) * 10000 <> (SELECT COALESCE(SUM(p.quantity), 0) FROM deal_products p
        WHERE p.company_id = d.company_id AND p.deal_id = d.id)"),
    ("a deal of two tax methods", "FROM deals d WHERE
        (SELECT COUNT(DISTINCT p.tax_method) FROM deal_products p WHERE p.company_id = d.company_id AND p.deal_id = d.id) > 1"),
    ("a deal with installments of something recurring", "FROM deal_installments i JOIN deal_products p
        ON p.company_id = i.company_id AND p.deal_id = i.deal_id WHERE p.billing_frequency <> 'one-time'"),
    ("a deal that sells something and has no revenue", "FROM deals d WHERE (d.acv IS NOT NULL) <>
        EXISTS (SELECT 1 FROM deal_products p WHERE p.company_id = d.company_id AND p.deal_id = d.id)"),
    ("a plain deal that is not worth its rows", "FROM deals d WHERE d.acv IS NOT NULL AND d.value <>
        (SELECT SUM(CASE WHEN p.is_enabled = 1 THEN p.quantity / 10000 * p.item_price ELSE 0 END) FROM deal_products p
         WHERE p.company_id = d.company_id AND p.deal_id = d.id)
        AND NOT EXISTS (SELECT 1 FROM deal_products p WHERE p.company_id = d.company_id AND p.deal_id = d.id
            AND (p.discount > 0 OR p.tax > 0 OR p.billing_frequency <> 'one-time'))
        AND NOT EXISTS (SELECT 1 FROM deal_discounts c WHERE c.company_id = d.company_id AND c.deal_id = d.id)"),
    ("an event in the outbox", "FROM outbox o"),
    ("a project in a phase of another board", "FROM projects p JOIN phases f ON f.company_id = p.company_id AND f.id = p.phase_id WHERE f.board_id <> p.board_id"),
    ("a project that is older than its deal was won", "FROM projects p JOIN links l ON l.company_id = p.company_id AND l.record_id = p.id
        AND l.entity = 'project' AND l.field_key = 'deal_ids' JOIN deals d ON d.company_id = l.company_id AND d.id = l.member_id WHERE d.won_time > p.add_time"),
    ("a project without a link to its deal", "FROM projects p WHERE NOT EXISTS (SELECT 1 FROM links l WHERE l.company_id = p.company_id
        AND l.record_id = p.id AND l.entity = 'project' AND p.deal_ids = '[' || CAST(l.member_id AS TEXT) || ']')"),
    ("a subtask in another project", "FROM tasks t JOIN tasks p ON p.company_id = t.company_id AND p.id = t.parent_task_id WHERE p.project_id <> t.project_id"),
    ("a place in a plan for nothing", "FROM project_plan p WHERE NOT EXISTS (SELECT 1 FROM tasks t WHERE t.company_id = p.company_id
        AND t.id = p.record_id AND t.project_id = p.project_id AND p.entity = 'task') AND NOT EXISTS (SELECT 1 FROM activities a
        WHERE a.company_id = p.company_id AND a.id = p.record_id AND a.project_id = p.project_id AND p.entity = 'activity')"),
    ("a task that is half done", "FROM tasks t WHERE (t.is_done = 1) <> (t.marked_as_done_time IS NOT NULL)"),
];

/// What a company must have some of.
const SOMEWHERE: &[(&str, &str)] = &[
    ("open deals", "FROM deals WHERE status = 'open' AND is_archived = 0"),
    ("won deals", "FROM deals WHERE status = 'won'"),
    ("lost deals", "FROM deals WHERE status = 'lost'"),
    ("archived deals", "FROM deals WHERE is_archived = 1"),
    ("deleted deals", "FROM deals WHERE status = 'deleted'"),
    ("deleted persons", "FROM persons WHERE is_deleted = 1"),
    ("persons without organization", "FROM persons WHERE org_id IS NULL"),
    ("private records", "FROM deals WHERE visible_to = 1"),
    ("deals of the group", "FROM deals WHERE visible_to = 3"),
    ("deals for everybody", "FROM deals WHERE visible_to = 7"),
    ("deals with a probability", "FROM deals WHERE probability > 0"),
    ("labelled persons", "FROM persons WHERE label_ids <> '[]'"),
    ("reopened deals", "FROM history WHERE field_key = 'status' AND old_value = 'lost' AND new_value = 'open'"),
    ("activities that are done", "FROM activities WHERE done = 1"),
    ("activities that are late", "FROM activities WHERE done = 0 AND due_date < '2026-03-02'"),
    ("activities to come", "FROM activities WHERE done = 0 AND due_date >= '2026-03-02'"),
    ("deleted activities", "FROM activities WHERE is_deleted = 1"),
    ("activities about nothing in particular", "FROM activities WHERE deal_id IS NULL"),
    ("activities with a time", "FROM activities WHERE due_time IS NOT NULL"),
    ("leads", "FROM leads WHERE is_archived = 0 AND is_deleted = 0"),
    ("archived leads", "FROM leads WHERE is_archived = 1"),
    ("labelled leads", "FROM leads WHERE label_ids <> '[]'"),
    ("pinned notes", "FROM notes WHERE pinned_to_deal_flag = 1"),
    ("notes about leads", "FROM notes WHERE lead_id IS NOT NULL"),
    ("deleted notes", "FROM notes WHERE is_deleted = 1"),
    ("comments", "FROM note_comments"),
    ("files that came with mail", "FROM files WHERE mail_message_id IS NOT NULL"),
    ("activities of projects", "FROM activities WHERE project_id IS NOT NULL"),
    ("open projects", "FROM projects WHERE status = 'open'"),
    ("completed projects", "FROM projects WHERE status = 'completed'"),
    ("archived projects", "FROM projects WHERE archive_time IS NOT NULL"),
    ("labelled projects", "FROM projects WHERE label_ids <> '[]'"),
    ("users with a role of their own", "FROM users WHERE role_id > 1"),
    ("shared filters", "FROM filters WHERE visible_to = 7"),
    ("private filters", "FROM filters WHERE visible_to = 1"),
    ("tasks to do", "FROM tasks WHERE is_done = 0"),
    ("done tasks", "FROM tasks WHERE is_done = 1"),
    ("subtasks", "FROM tasks WHERE parent_task_id IS NOT NULL"),
    ("deals that sell something once and again", "FROM deals WHERE mrr > 0 AND value > acv"),
    ("deals with a discount", "FROM deal_discounts"),
    ("variations in deals", "FROM deal_products WHERE product_variation_id IS NOT NULL"),
    ("products in a category", "FROM products WHERE category IS NOT NULL"),
    ("values that changed", "FROM history WHERE field_key = 'value'"),
];

#[tokio::test]
async fn the_company_makes_sense() -> Outcome {
    let directory = TempDir::new()?;
    for store in on_both(&directory).await? {
        for (what, text) in NOWHERE {
            assert_eq!(number(&store, &format!("SELECT COUNT(*) {text}")).await?, 0, "there is {what}");
        }
        for (what, text) in SOMEWHERE {
            assert!(number(&store, &format!("SELECT COUNT(*) {text}")).await? > 0, "there are no {what}");
        }
        assert!(number(&store, "SELECT COUNT(DISTINCT currency) FROM deals").await? >= 3);
        assert_eq!(
            number(&store, "SELECT COUNT(DISTINCT field_type) FROM fields WHERE entity = 'deal' AND is_custom_field = 1").await?,
            16
        );
    }
    Ok(())
}
