//! The same seed makes the same rows.

use crate::{Outcome, generated, on_both};
use penstock_model::Value;
use penstock_store::{Sql, Store, Target, Weight};
use std::error::Error;
use tempfile::TempDir;

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
    let columns = match table {
        "search_documents" => "company_id, id, entity, record_id, owner_id, visible_to, text",
        // Objects of attachments have random names.
        "files" => {
            "id, name, file_type, file_size, sha256, user_id, deal_id, person_id, org_id, lead_id, mail_message_id, inline_flag, add_time,
             CASE WHEN mail_message_id IS NULL THEN file_name END, CASE WHEN mail_message_id IS NULL THEN remote_id END"
        }
        _ => "*",
    };
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
