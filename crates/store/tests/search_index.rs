//! The search index on either engine: what it gives, and that it is used.

mod engines;

use engines::{Outcome, Place};
use penstock_model::{Actor, Change, ChangeSource, Col, CompanyId, Entity, Field, Kind, Record, Time, UserId, Value, col};
use penstock_store::search::{self, Frequencies, Lookup, Match, Space, Term};
use penstock_store::{Batch, Dialect, Load, Sql, Statement, Store, Target, Weight};
use std::sync::Arc;

const COMPANY: CompanyId = CompanyId(3);
const OTHER: CompanyId = CompanyId(4);

/// A searched entity on a table that has room for it.
static SHELF: Entity = Entity {
    name: "product",
    title: "Shelf",
    table: "pipelines",
    fields: &[
        Field::new(1, "id", "ID", Kind::Id),
        Field::new(2, "name", "Name", Kind::Text(255)).writable().searchable(),
        Field::new(3, "order_nr", "Order", Kind::Int),
        Field::new(4, "is_deleted", "Deleted", Kind::Bool).writable(),
        Field::new(5, "is_deal_probability_enabled", "Sturdy", Kind::Bool),
        Field::new(6, "add_time", "Added", Kind::Time),
    ],
    owned: false,
    hides_by_403: false,
    has_totals: false,
    has_history: false,
    in_directory: false,
    counts: &[],
};
const NAME: Col<String> = col(&SHELF, "name");

fn batch(company: CompanyId) -> Batch {
    Batch::new(Actor { company, user: UserId(1), source: ChangeSource::Api, user_agent: None, time: Time::from_millis(0) })
}

fn shelf(id: i64, name: &str) -> Record {
    let mut record = Record::blank(&SHELF, id);
    record.set(NAME, name);
    for key in ["order_nr", "is_deleted", "is_deal_probability_enabled", "add_time"] {
        let (index, _) = SHELF.field(key).unwrap_or_else(|| unreachable!());
        record.values[index] = Value::Int(0);
    }
    record
}

async fn stores() -> Result<[(Place, Arc<Store>); 2], Box<dyn std::error::Error + Send + Sync>> {
    let (sqlite, mut postgres) = (Place::sqlite()?, Place::postgres()?);
    if let Target::Postgres(url) = &mut postgres.target {
        // So few rows are quickly scanned: what has an index must use it.
        url.push_str("?options=-c%20enable_seqscan%3Doff%20-c%20plan_cache_mode%3Dforce_generic_plan");
    }
    let stores = [sqlite.open().await?, postgres.open().await?];
    for store in &stores {
        store.migrate().await?;
    }
    let [one, other] = stores;
    Ok([(sqlite, one), (postgres, other)])
}

/// The ids of the shelves that may match, as the index and what waits for it give them.
async fn candidates(store: &Store, company: CompanyId, term: &str, before: i64, most: i64) -> Result<Vec<i64>, penstock_store::StoreError> {
    let sets = Term::new(term).grams(company, Space::Name, Match::Inside, &Frequencies::default());
    let narrow = |sql: &mut Sql| {
        sql.push(" AND d.entity = ").bind("product");
    };
    let lookup = Lookup { company, sets: &sets, before, most, narrow: &narrow };
    let queries = search::pending(store.dialect(), company, &narrow).into_iter().chain([search::newest(store.dialect(), &lookup)]);
    let mut ids = Vec::new();
    for sql in queries {
        for row in store.rows(sql, Weight::Heavy, 2).await? {
            let text = row[1].as_text().unwrap_or_default();
            let matches = search::lines(text).any(|(_, text)| Term::new(term).match_of(Space::Name, text).is_some());
            ids.extend(row[0].as_int().and_then(search::record_of).filter(|_| matches).map(|(_, id)| id));
        }
    }
    ids.sort_unstable_by_key(|id| std::cmp::Reverse(*id));
    ids.dedup();
    Ok(ids)
}

#[tokio::test]
async fn the_index_knows_what_was_written_last() -> Outcome {
    for (_place, store) in stores().await? {
        let mut load = Load::new(&store, COMPANY);
        let mut shelves: Vec<Record> = (1..=300).map(|id| shelf(id, &format!("Shelf number {id:03}"))).collect();
        for record in &shelves {
            let mut batch = batch(COMPANY);
            batch.save(Change::insert(record.clone()));
            load.add(batch).await?;
        }
        load.finish().await?;
        assert_eq!(candidates(&store, COMPANY, "umbe", 1 << 40, 1000).await?.len(), 300);
        assert_eq!(candidates(&store, COMPANY, "number 12", 1 << 40, 1000).await?.len(), 10, "a word of two letters begins a word");
        assert_eq!(candidates(&store, OTHER, "number", 1 << 40, 1000).await?, [0; 0], "another company has its own");
        let before = search::document_id("product", 200).unwrap_or_default();
        assert_eq!(candidates(&store, COMPANY, "number", before, 3).await?, [199, 198, 197]);

        // Changes of old ones, many enough to go into the index and some that wait.
        for record in shelves.iter_mut().step_by(2) {
            let mut change = Change::update(record.clone());
            change.after.set(NAME, format!("Board {:03}", record.id));
            *record = change.after.clone();
            record.version += 1;
            let mut batch = batch(COMPANY);
            batch.save(change);
            store.commit(batch).await?;
        }
        let mut change = Change::update(shelves[1].clone());
        let (index, _) = SHELF.field("is_deleted").unwrap_or_else(|| unreachable!());
        change.after.values[index] = Value::Int(1);
        let mut last = batch(COMPANY);
        last.save(change);
        store.commit(last).await?;
        assert_eq!(candidates(&store, COMPANY, "number", 1 << 40, 1000).await?.len(), 149);
        assert_eq!(candidates(&store, COMPANY, "oard", 1 << 40, 1000).await?.len(), 150);
        if store.dialect() == Dialect::Sqlite {
            let rows = store.rows(Sql::new("SELECT COUNT(*) FROM search_pending"), Weight::Light, 1).await?;
            let waiting = rows[0][0].as_int().unwrap_or_default();
            assert!((1..128).contains(&waiting), "{waiting} wait");
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_index_is_used() -> Outcome {
    for (_place, store) in stores().await? {
        let mut load = Load::new(&store, COMPANY);
        for id in 1..=2000 {
            let mut batch = batch(COMPANY);
            batch.save(Change::insert(shelf(id, &format!("Shelf {id}"))));
            load.add(batch).await?;
        }
        load.finish().await?;
        store.analyze().await?;
        type Query = fn(Dialect, &Lookup<'_>) -> Sql;
        let newest: Query = search::newest;
        let some: Query = search::some;
        for (term, query, in_order) in [("shelf", newest, true), ("1234", newest, true), ("sh", newest, true), ("1234", some, false)] {
            let sets = Term::new(term).grams(COMPANY, Space::Name, Match::Inside, &Frequencies::default());
            let narrow = |_: &mut Sql| {};
            let lookup = Lookup { company: COMPANY, sets: &sets, before: 1 << 40, most: 100, narrow: &narrow };
            let mut sql = query(store.dialect(), &lookup);
            let plan = match store.dialect() {
                Dialect::Sqlite => {
                    sql.text = format!("EXPLAIN QUERY PLAN {}", sql.text);
                    store.rows(sql, Weight::Light, 4).await?
                }
                Dialect::Postgres => {
                    let run = |text: String| store.execute(vec![Statement::new(text, Vec::new())]);
                    let kinds = sql.values.iter().map(|value| match value {
                        Value::Text(text) => format!("'{text}'"),
                        Value::Int(number) => number.to_string(),
                        _ => "NULL".to_owned(),
                    });
                    let values = kinds.collect::<Vec<_>>().join(", ");
                    run(format!("PREPARE probe AS {}", sql.text)).await?;
                    // A heavy read goes over the connection of the writes, which knows the statement.
                    let rows = store.rows(Sql::new(format!("EXPLAIN EXECUTE probe({values})")), Weight::Heavy, 1).await;
                    run("DEALLOCATE probe".to_owned()).await?;
                    rows?
                }
            };
            let plan: Vec<_> = plan.iter().filter_map(|row| row.last()?.as_text()).collect();
            let plan = plan.join("\n");
            let by_grams = "Bitmap Index Scan on search_documents_by_grams";
            let wanted: &[&str] = match store.dialect() {
                Dialect::Sqlite => &["SCAN search_grams VIRTUAL TABLE INDEX", "SEARCH d USING PRIMARY KEY (company_id=? AND id=?)"],
                Dialect::Postgres if in_order => &[by_grams, "Index Scan Backward using search_documents_pkey"],
                Dialect::Postgres => &[by_grams],
            };
            for part in wanted {
                assert!(plan.contains(part), "{term}: {part}\n{plan}");
            }
            assert!(!plan.contains("TEMP B-TREE") && !plan.contains("Seq Scan"), "{term}\n{plan}");
            assert!(in_order || !plan.contains("search_documents_pkey"), "{term}\n{plan}");
        }
    }
    Ok(())
}
