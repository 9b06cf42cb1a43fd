//! A load leaves behind what ordinary commits of the same batches would.

mod engines;

use engines::{Outcome, places};
use penstock_model::{Actor, Change, ChangeSource, Col, CompanyId, Count, Entity, Field, Kind, Record, Time, UserId, Value, col};
use penstock_store::{Batch, Load, Sql, Statement, Store, StoreError, Weight};
use std::sync::Arc;

const COMPANY: CompanyId = CompanyId(1);

/// An entity with everything that derives, on a table that has room for it.
static SHELF: Entity = Entity {
    // A searched one, so that it has documents.
    name: "product",
    title: "Shelf",
    table: "tasks",
    fields: FIELDS,
    owned: true,
    hides_by_403: false,
    has_totals: true,
    has_history: true,
    in_directory: true,
    counts: &[Count { of: "room", link: "project_id", total: "open_deals_count", when: is_live }],
};
const FIELDS: &[Field] = &[
    Field::new(1, "id", "ID", Kind::Id),
    Field::new(2, "title", "Name", Kind::Text(255)).writable().searchable(),
    Field::new(3, "project_id", "Room", Kind::Int).writable(),
    Field::new(4, "is_deleted", "Deleted", Kind::Bool).writable(),
    Field::new(5, "is_milestone", "Sturdy", Kind::Bool),
    Field::new(6, "is_done", "Full", Kind::Bool),
    Field::new(7, "creator_id", "Maker", Kind::Int),
    Field::new(8, "assignee_ids", "Readers", Kind::List(&Kind::User)).writable(),
    Field::new(9, "add_time", "Added", Kind::Time),
    Field::new(10, "update_time", "Updated", Kind::Time),
];
const NAME: Col<String> = col(&SHELF, "title");
const ROOM: Col<i64> = col(&SHELF, "project_id");
const IS_FULL: Col<bool> = col(&SHELF, "is_done");
const MAKER: Col<i64> = col(&SHELF, "creator_id");
const READERS: Col<String> = col(&SHELF, "assignee_ids");
const UPDATE_TIME: Col<Time> = col(&SHELF, "update_time");
const IS_DELETED: Col<bool> = col(&SHELF, "is_deleted");
const IS_STURDY: Col<bool> = col(&SHELF, "is_milestone");
const ADD_TIME: Col<Time> = col(&SHELF, "add_time");

fn is_live(shelf: &Record) -> bool {
    !shelf.is(IS_DELETED)
}

fn batch(second: i64) -> Batch {
    let time = Time::from_millis(second * 1000);
    Batch::new(Actor { company: COMPANY, user: UserId(3), source: ChangeSource::Api, user_agent: Some("test".into()), time })
}

/// A record that goes through batches one by one.
struct Shelf(Record);

impl Shelf {
    fn build(batch: &mut Batch, id: i64) -> Self {
        let mut record = Record::blank(&SHELF, id);
        record.set(NAME, format!("Shelf {id}"));
        record.set(ROOM, id % 3);
        record.set(IS_DELETED, false);
        record.set(IS_STURDY, true);
        record.set(IS_FULL, false);
        record.set(MAKER, 3);
        record.set(READERS, "[7,8]");
        record.set(ADD_TIME, batch.actor().time);
        record.set(UPDATE_TIME, batch.actor().time);
        batch.save(Change::insert(record.clone()));
        Shelf(record)
    }

    fn change(&mut self, batch: &mut Batch, edit: impl FnOnce(&mut Record)) {
        let mut change = Change::update(self.0.clone());
        edit(&mut change.after);
        self.0 = change.after.clone();
        self.0.version += 1;
        batch.save(change);
    }
}

/// Creations, changes in the same and in later batches, links that come, go and come again, and plain statements.
fn batches() -> Vec<Batch> {
    let mut batches: Vec<_> = (0..12).map(batch).collect();
    let mut shelves: Vec<_> = (1..=5).map(|id| Shelf::build(&mut batches[0], id)).collect();
    batches[0].add_participant(4, 9, 1);
    batches[1].follow(&SHELF, 1, UserId(7), 1);
    batches[1].follow(&SHELF, 2, UserId(7), 2);
    shelves[0].change(&mut batches[2], |shelf| shelf.set(NAME, "Oak shelf"));
    shelves[0].change(&mut batches[3], |shelf| shelf.set(ROOM, 2));
    shelves[1].change(&mut batches[3], |shelf| shelf.set(IS_DELETED, true));
    shelves[2].change(&mut batches[3], |_| {});
    batches[4].unfollow(&SHELF, 1, UserId(7));
    batches[5].follow(&SHELF, 1, UserId(7), 3);
    shelves[0].change(&mut batches[6], |shelf| shelf.set(NAME, "Pine shelf"));
    shelves[0].change(&mut batches[7], |shelf| shelf.set(ROOM, 1));
    shelves[3].change(&mut batches[7], |shelf| shelf.set(NAME, "Glass shelf"));
    batches[8].remove_participant(4, 9);
    batches[9].add_participant(4, 9, 2);
    batches[9].add_total("person", 9, "participant_open_deals_count", 2);
    batches[10] = std::mem::replace(&mut batches[10], batch(10)).bulk();
    shelves[4].change(&mut batches[10], |shelf| shelf.set(NAME, "Long shelf"));
    shelves[4].change(&mut batches[10], |shelf| shelf.set(READERS, "[8,9]"));
    shelves[4].change(&mut batches[11], |shelf| shelf.set(READERS, "[]"));
    shelves[3].change(&mut batches[11], |shelf| shelf.set(READERS, "[9,8]"));
    let text = "INSERT INTO groups (company_id, id, name) VALUES ($1, $2, $3)";
    batches[11].run(Statement::new(text, vec![COMPANY.into(), 5.into(), "Readers".into()]));
    for id in [6, 7] {
        let values = vec![COMPANY.into(), id.into(), "Writers".into()];
        batches[11].add_row("INSERT INTO groups (company_id, id, name) VALUES ", values);
    }
    batches[11].hold_totals("person", 9);
    batches[11].hold_totals("person", 10);
    batches
}

/// Everything that is kept. History ids count on in steps that depend on how many are taken at a time: only their order matters.
const KEPT: &[(&str, usize)] = &[
    ("SELECT * FROM tasks WHERE company_id = 1 ORDER BY id", 19),
    ("SELECT * FROM links WHERE company_id = 1 ORDER BY record_id, member_id", 5),
    ("SELECT * FROM followers WHERE company_id = 1 ORDER BY record_id, user_id", 7),
    ("SELECT * FROM participants WHERE company_id = 1 ORDER BY deal_id, person_id", 6),
    ("SELECT * FROM totals WHERE company_id = 1 ORDER BY entity, record_id", 24),
    ("SELECT * FROM recents WHERE company_id = 1 ORDER BY record_id", 4),
    ("SELECT company_id, id, entity, record_id, owner_id, visible_to, text FROM search_documents WHERE company_id = 1 ORDER BY id", 7),
    ("SELECT * FROM groups WHERE company_id = 1 ORDER BY id", 4),
    (
        "SELECT entity, record_id, time, object, field_key, old_value, new_value, member_id, action, actor_user_id, change_source,
         user_agent, is_bulk FROM history WHERE company_id = 1 ORDER BY id",
        13,
    ),
];

async fn kept(store: &Store) -> Result<Vec<Vec<Vec<Value>>>, StoreError> {
    let mut tables = Vec::new();
    for (query, width) in KEPT {
        tables.push(store.rows(Sql::new(*query), Weight::Light, *width).await?);
    }
    Ok(tables)
}

async fn number(store: &Store, query: &str) -> Result<Option<i64>, StoreError> {
    engines::number(store, engines::sql(query, &[])).await
}

async fn found(store: &Store) -> Result<(), StoreError> {
    let text = "INSERT INTO companies (id, name, domain, currency, timezone, language, locale, revision, add_time)
         VALUES (1, 'Acme', 'acme', 'EUR', 'UTC', 'en', 'en_US', 1, 0)";
    store.migrate().await?;
    store.execute(vec![Statement::new(text, Vec::new())]).await
}

#[tokio::test]
async fn a_load_leaves_what_commits_leave() -> Outcome {
    for (committed, loaded) in places()?.into_iter().zip(places()?) {
        let committed = committed.open().await?;
        found(&committed).await?;
        for batch in batches() {
            committed.commit(batch).await?;
        }
        let loaded_store = loaded.open().await?;
        found(&loaded_store).await?;
        let mut load = Load::new(&loaded_store, COMPANY);
        for batch in batches() {
            load.add(batch).await?;
        }
        load.finish().await?;

        let (committed_rows, loaded_rows) = (kept(&committed).await?, kept(&loaded_store).await?);
        for (((query, _), committed), loaded) in KEPT.iter().zip(&committed_rows).zip(&loaded_rows) {
            assert!(!committed.is_empty(), "{query}");
            assert_eq!(committed, loaded, "{query}");
        }
        for (members, shelves) in [("member_id = 7", 3), ("member_id = 8", 4), ("member_id = 9 AND record_id = 4", 1), ("record_id = 5", 0)]
        {
            let query = format!("SELECT COUNT(*) FROM links WHERE company_id = 1 AND {members}");
            assert_eq!(number(&loaded_store, &query).await?, Some(shelves), "{members}");
        }
        assert_eq!(number(&loaded_store, "SELECT COUNT(*) FROM outbox").await?, Some(0), "nobody listens to the past");
        assert!(number(&loaded_store, "SELECT revision FROM companies").await? > Some(1), "what is known of the company is old");
    }
    Ok(())
}

/// More than one transaction and one statement take, with totals that come together over all of them.
#[tokio::test]
async fn a_load_of_many_transactions_is_whole() -> Outcome {
    const MANY: i64 = 23_000;
    for place in places()? {
        let store = place.open().await?;
        found(&store).await?;
        let mut load = Load::new(&store, COMPANY);
        let mut first = None;
        for id in 1..=MANY {
            let mut batch = batch(id);
            let shelf = Shelf::build(&mut batch, id);
            first.get_or_insert(shelf);
            load.add(batch).await?;
        }
        let mut last = batch(MANY + 1);
        if let Some(shelf) = &mut first {
            shelf.change(&mut last, |shelf| shelf.set(NAME, "The first shelf"));
        }
        load.add(last).await?;
        load.finish().await?;
        assert_eq!(number(&store, "SELECT COUNT(*) FROM tasks").await?, Some(MANY));
        assert_eq!(number(&store, "SELECT CAST(SUM(open_deals_count) AS BIGINT) FROM totals").await?, Some(MANY));
        assert_eq!(number(&store, "SELECT COUNT(*) FROM totals").await?, Some(3));
        assert_eq!(number(&store, "SELECT version FROM tasks WHERE id = 1").await?, Some(2));
        assert_eq!(number(&store, "SELECT COUNT(*) FROM search_documents WHERE text LIKE '%the first shelf'").await?, Some(1));
    }
    Ok(())
}

#[tokio::test]
async fn a_load_tells_what_went_wrong() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        found(&store).await?;
        let (mut one, mut other) = (batch(1), batch(2));
        Shelf::build(&mut one, 1);
        store.commit(one).await?;
        Shelf::build(&mut other, 1);
        let mut load = Load::new(&Arc::clone(&store), COMPANY);
        load.add(other).await?;
        assert!(matches!(load.finish().await, Err(StoreError::Taken(_))));
    }
    Ok(())
}
