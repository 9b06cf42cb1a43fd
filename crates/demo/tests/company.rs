//! A small company on both engines: the same rows every time, and totals that agree with the rows they count.

use penstock_cluster::Cluster;
use penstock_demo::{Company, Sample, Scale, generate};
use penstock_files::Objects;
use penstock_model::{Date, Value};
use penstock_store::{Sql, Store, Target, Weight};
use std::error::Error;
use std::sync::Arc;
use tempfile::TempDir;

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

fn sample(seed: u64) -> Result<Sample, Box<dyn Error + Send + Sync>> {
    Ok(Sample {
        seed,
        scale: Scale::Small,
        today: Date::parse("2026-03-02")?,
        admin_password: "open sesame".to_owned(),
        api_token: "0123456789abcdef0123456789abcdef01234567".to_owned(),
        files: Objects::default(),
    })
}

async fn generated(target: Target, seed: u64) -> Result<(Arc<Store>, Company), Box<dyn Error + Send + Sync>> {
    let store = Arc::new(Store::open(&target).await?);
    store.migrate().await?;
    let mut records = 0;
    let company = generate(&store, &sample(seed)?, || records += 1).await?;
    assert_eq!(records, Scale::Small.records());
    Ok((store, company))
}

/// A company on each engine.
async fn on_both(directory: &TempDir) -> Result<[Arc<Store>; 2], Box<dyn Error + Send + Sync>> {
    let (sqlite, _) = generated(Target::Directory(directory.path().to_owned()), 1).await?;
    let (postgres, _) = generated(Target::Postgres(Cluster::shared()?.database()?), 1).await?;
    Ok([sqlite, postgres])
}

/// The tables, and the columns that put their rows in order. Tokens are random, and so is the column of `users` that
/// holds the hash of a password.
const TABLES: &[(&str, &str)] = &[
    ("companies", "id"),
    ("id_blocks", "sort"),
    ("users", "id"),
    ("groups", "id"),
    ("roles", "id"),
    ("teams", "id"),
    ("filters", "id"),
    ("fields", "id"),
    ("pipelines", "id"),
    ("stages", "id"),
    ("organizations", "id"),
    ("persons", "id"),
    ("deals", "id"),
    ("activities", "id"),
    ("activity_types", "id"),
    ("activity_links", "entity, record_id, state, place, activity_id"),
    ("leads", "id"),
    ("lead_labels", "id"),
    ("notes", "id"),
    ("note_comments", "id"),
    ("products", "id"),
    ("deal_products", "id"),
    ("deal_discounts", "id"),
    ("deal_installments", "id"),
    ("files", "id"),
    ("followers", "entity, record_id, user_id"),
    ("participants", "deal_id, person_id"),
    ("totals", "entity, record_id"),
    ("recents", "entity, record_id"),
    ("mail_threads", "id"),
    ("mail_messages", "id"),
    ("mail_parties", "id"),
    ("mail_bodies", "message_id"),
    ("boards", "id"),
    ("phases", "id"),
    ("project_templates", "id"),
    ("projects", "id"),
    ("project_groups", "id"),
    ("project_plan", "project_id, record_id"),
    ("tasks", "id"),
    ("links", "member_id, entity, field_key, record_id"),
    ("goals", "id"),
];
const SIDE_TABLES: [(&str, &str); 2] = [("history", "entity, record_id, time, id"), ("search_documents", "entity, record_id")];
const PASSWORD_HASH: usize = 6;
/// More than any table has; what lies beyond its columns reads as null.
const WIDTH: usize = 64;

async fn rows(store: &Store, table: &str, order: &str) -> Result<Vec<Vec<Value>>, Box<dyn Error + Send + Sync>> {
    // Each engine keeps the index of the documents in its own way.
    let columns = if table == "search_documents" { "company_id, id, entity, record_id, owner_id, visible_to, text" } else { "*" };
    let mut rows = store.rows(Sql::new(format!("SELECT {columns} FROM {table} ORDER BY {order}")), Weight::Heavy, WIDTH).await?;
    if table == "users" {
        rows.iter_mut().for_each(|row| row[PASSWORD_HASH] = Value::Null);
    }
    // Engines sort texts differently.
    rows.sort_by_cached_key(|row| format!("{row:?}"));
    Ok(rows)
}

async fn assert_same(one: &Store, other: &Store) -> Outcome {
    for (table, order) in TABLES.iter().chain(&SIDE_TABLES) {
        let (one, other) = (rows(one, table, order).await?, rows(other, table, order).await?);
        assert!(!one.is_empty(), "{table} is empty");
        assert_eq!(one.len(), other.len(), "{table}");
        for (one, other) in one.iter().zip(&other) {
            assert_eq!(one, other, "{table}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_same_seed_makes_the_same_rows_on_both_engines() -> Outcome {
    let (directory, again, third) = (TempDir::new()?, TempDir::new()?, TempDir::new()?);
    let [sqlite, postgres] = on_both(&directory).await?;
    let (repeated, _) = generated(Target::Directory(again.path().to_owned()), 1).await?;
    assert_same(&sqlite, &repeated).await?;
    assert_same(&sqlite, &postgres).await?;
    let (different, _) = generated(Target::Directory(third.path().to_owned()), 2).await?;
    assert_ne!(rows(&sqlite, "deals", "id").await?, rows(&different, "deals", "id").await?);
    Ok(())
}

async fn number(store: &Store, text: &str) -> Result<i64, Box<dyn Error + Send + Sync>> {
    let first = store.read(Sql::new(text), Weight::Heavy, None, |first, row| *first = row.int(0)).await?;
    first.ok_or_else(|| format!("no number: {text}").into())
}

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

#[tokio::test]
async fn ids_go_on_after_those_that_are_used() -> Outcome {
    let directory = TempDir::new()?;
    let (store, company) = generated(Target::Directory(directory.path().to_owned()), 1).await?;
    for table in [
        "organizations",
        "persons",
        "products",
        "deals",
        "deal_products",
        "pipelines",
        "stages",
        "fields",
        "users",
        "groups",
        "roles",
        "teams",
        "filters",
        "followers",
        "participants",
        "history",
        "projects",
        "tasks",
        "boards",
        "phases",
    ] {
        let last = number(&store, &format!("SELECT MAX(id) FROM {table}")).await?;
        assert!(store.next_id(company.id, table).await? > last, "{table}");
    }
    Ok(())
}
