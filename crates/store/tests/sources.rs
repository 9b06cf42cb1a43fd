//! Whether rows have changed is known without reading them, whoever has changed them and by which statement.

mod engines;

use engines::{Outcome, Place, places};
use penstock_model::CompanyId;
use penstock_store::{Dialect, Moment, Source, Statement, Store};
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

type Answer<T> = Result<T, Box<dyn Error + Send + Sync>>;

const COMPANY: CompanyId = CompanyId(1);

/// A statement about one of these: a picture, the totals of a record, a follower.
fn statement(text: &'static str, id: i64) -> Statement {
    Statement::new(text, vec![COMPANY.into(), id.into()])
}

const PICTURE: &str = "INSERT INTO pictures (company_id, id, item_type, item_id, object, file_size, added_by_user_id, add_time) \
     VALUES ($1, $2, 'person', 1, 'x', 1, 1, 1)";
const FOLLOWER: &str = "INSERT INTO followers (company_id, entity, record_id, user_id, id, added_by_user_id, add_time) \
     VALUES ($1, 'deal', $2, 1, 1, 1, 1)";
const TOTALS: &str = "INSERT INTO totals (company_id, entity, record_id, notes_count) VALUES ($1, 'deal', $2, 1) \
     ON CONFLICT (company_id, entity, record_id) DO UPDATE SET notes_count = totals.notes_count + 1";

fn picture(id: i64) -> Answer<Source> {
    Ok(Source::row("pictures", COMPANY, id).ok_or("not watched")?)
}

fn of_deal(table: &str, id: i64) -> Answer<Source> {
    Ok(Source::of_record(table, COMPANY, "deal", id).ok_or("not watched")?)
}

fn moment(store: &Store) -> Answer<Moment> {
    Ok(store.moment()?.ok_or("no moment")?)
}

async fn migrated(place: &Place) -> Answer<Arc<Store>> {
    let store = place.open().await?;
    store.migrate().await?;
    // The writer watches as soon as it can, beside whoever opens the store.
    let start = Instant::now();
    while store.dialect() == Dialect::Sqlite && store.moment()?.is_none() {
        assert!(start.elapsed() < Duration::from_secs(10), "nobody watches");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(store)
}

/// Runs a statement; answers which of the sources have changed by it.
async fn changed_by(store: &Store, sources: &[Source], text: &'static str, id: i64) -> Answer<Vec<bool>> {
    let before = moment(store)?;
    assert!(store.have_not_changed(sources, before));
    store.execute(vec![statement(text, id)]).await?;
    moment(store)?;
    Ok(sources.iter().map(|source| !store.have_not_changed(&[*source], before)).collect())
}

#[tokio::test]
async fn rows_that_any_statement_writes_have_changed_and_others_not() -> Outcome {
    let place = Place::sqlite()?;
    let store = migrated(&place).await?;
    let pictures = [picture(1)?, picture(2)?];
    assert_eq!(changed_by(&store, &pictures, PICTURE, 1).await?, [true, false]);
    assert_eq!(changed_by(&store, &pictures, PICTURE, 2).await?, [false, true]);
    let update = "UPDATE pictures SET file_size = file_size + 1 WHERE company_id = $1 AND id = $2";
    assert_eq!(changed_by(&store, &pictures, update, 1).await?, [true, false]);
    let all = "UPDATE pictures SET file_size = 0 WHERE company_id = $1 AND id >= $2";
    assert_eq!(changed_by(&store, &pictures, all, 0).await?, [true, true]);
    assert_eq!(changed_by(&store, &pictures, all, 3).await?, [false, false]);
    assert_eq!(changed_by(&store, &pictures, "DELETE FROM pictures WHERE company_id = $1 AND id = $2", 2).await?, [false, true]);

    let of_deals = [of_deal("totals", 1)?, of_deal("totals", 2)?, of_deal("followers", 1)?, of_deal("followers", 2)?];
    assert_eq!(changed_by(&store, &of_deals, TOTALS, 1).await?, [true, false, false, false]);
    assert_eq!(changed_by(&store, &of_deals, TOTALS, 1).await?, [true, false, false, false], "an update in place of the insert");
    assert_eq!(changed_by(&store, &of_deals, FOLLOWER, 1).await?, [false, false, true, false]);
    let moved = "UPDATE followers SET record_id = 2 WHERE company_id = $1 AND record_id = $2";
    assert_eq!(changed_by(&store, &of_deals, moved, 1).await?, [false, false, true, true], "both records");
    Ok(())
}

#[tokio::test]
async fn what_was_made_before_a_write_is_old_and_what_is_made_after_it_is_not() -> Outcome {
    let place = Place::sqlite()?;
    let store = migrated(&place).await?;
    store.execute(vec![statement(PICTURE, 1)]).await?;
    let before = moment(&store)?;
    let failed = store.execute(vec![statement(TOTALS, 1), statement(PICTURE, 1)]).await;
    assert!(failed.is_err(), "the picture is there already");
    let after = moment(&store)?;
    assert!(store.have_not_changed(&[picture(1)?, of_deal("totals", 1)?], after));
    store.execute(vec![statement(TOTALS, 1)]).await?;
    assert!(!store.have_not_changed(&[of_deal("totals", 1)?], before));
    assert!(!store.have_not_changed(&[of_deal("totals", 1)?], after));
    assert!(store.have_not_changed(&[picture(1)?], after));
    assert!(store.have_not_changed(&[of_deal("totals", 1)?], moment(&store)?));
    Ok(())
}

#[tokio::test]
async fn what_another_process_writes_makes_everything_old() -> Outcome {
    let place = Place::sqlite()?;
    let (store, other) = (migrated(&place).await?, migrated(&place).await?);
    tokio::time::sleep(Duration::from_millis(5)).await;
    for own_write_between in [false, true] {
        let before = moment(&store)?;
        other.execute(vec![statement(TOTALS, 1)]).await?;
        if own_write_between {
            store.execute(vec![statement(TOTALS, 2)]).await?;
        } else {
            // A connection goes on looking at what it has seen for two milliseconds.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let after = moment(&store)?;
        assert!(!store.have_not_changed(&[of_deal("totals", 1)?], before));
        assert!(!store.have_not_changed(&[picture(9)?], before), "nobody knows what it has written");
        assert!(store.have_not_changed(&[of_deal("totals", 1)?, picture(9)?], after));
        assert!(store.have_not_changed(&[of_deal("totals", 1)?, picture(9)?], after), "asked again");
    }
    Ok(())
}

#[tokio::test]
async fn only_an_engine_that_watches_tells_moments() -> Outcome {
    for place in places()? {
        let store = place.open().await?;
        assert_eq!(store.moment()?, None, "there are no tables yet");
        let store = migrated(&place).await?;
        assert_eq!(store.moment()?.is_some(), store.dialect() == Dialect::Sqlite);
    }
    assert_eq!(Source::row("sessions", COMPANY, 1), None);
    assert_eq!(Source::row("totals", COMPANY, 1), None, "has no ids");
    Ok(())
}
