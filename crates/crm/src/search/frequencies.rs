//! Which grams are rare in a company, found out from some of its documents.

use crate::app::App;
use crate::call::Call;
use penstock_model::{CompanyId, Time};
use penstock_store::search::Frequencies;
use penstock_store::{Row, Sql, Store, StoreError, Weight};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Companies with fewer documents are searched fast enough.
const MANY: i64 = 10_000;
/// How many documents are counted, and how many of them in a row.
const COUNTED: i64 = 4_096;
const PIECE: i64 = 16;
/// How long what was found out is used.
const MILLIS: i64 = 60 * 60 * 1_000;
/// Of so many companies it is remembered.
const MOST: usize = 256;

/// What is known of the companies that were searched lately.
#[derive(Default)]
pub struct GramFrequencies(Mutex<HashMap<CompanyId, Known>>);

struct Known {
    /// When somebody began to find it out.
    since: Time,
    frequencies: Arc<Frequencies>,
}

impl GramFrequencies {
    fn lock(&self) -> MutexGuard<'_, HashMap<CompanyId, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known, and whether it is for the caller to find it out anew.
    fn recall(&self, company: CompanyId, now: Time) -> (Arc<Frequencies>, bool) {
        let mut known = self.lock();
        if known.len() >= MOST && !known.contains_key(&company) {
            known.clear();
        }
        let is_new = |known: &Known| (0..MILLIS).contains(&(now.millis() - known.since.millis()));
        let is_due = !known.get(&company).is_some_and(is_new);
        let known = known.entry(company).or_insert_with(|| Known { since: now, frequencies: Arc::default() });
        if is_due {
            known.since = now;
        }
        (Arc::clone(&known.frequencies), is_due)
    }

    fn remember(&self, company: CompanyId, frequencies: Frequencies) {
        if let Some(known) = self.lock().get_mut(&company) {
            known.frequencies = Arc::new(frequencies);
        }
    }
}

/// How frequent grams are in the company of the caller, as far as that is known. The first who asks has it found out for those who
/// ask later.
pub fn of(call: &Call) -> Arc<Frequencies> {
    let (known, is_due) = call.app.gram_frequencies.recall(call.company(), call.now);
    if is_due {
        tokio::spawn(find_out(Arc::clone(&call.app), call.company()));
    }
    known
}

async fn find_out(app: Arc<App>, company: CompanyId) {
    match counted(&app.store, company).await {
        Ok(Some(frequencies)) => app.gram_frequencies.remember(company, frequencies),
        Ok(None) => {}
        // Searches do without.
        Err(error) => tracing::debug!(%error, "the frequencies of grams could not be found out"),
    }
}

/// Counts the grams of documents from all parts of a company; `None` where there are few.
async fn counted(store: &Store, company: CompanyId) -> Result<Option<Frequencies>, StoreError> {
    let mut list = Sql::new("SELECT t.id FROM search_documents t WHERE t.company_id = ");
    list.bind(company);
    if store.id_at(list.clone(), false, MANY, Weight::Heavy).await?.is_none() {
        return Ok(None);
    }
    let first = store.id_at(list.clone(), false, 0, Weight::Heavy).await?.unwrap_or_default();
    let last = store.id_at(list, true, 0, Weight::Heavy).await?.unwrap_or_default();
    let mut frequencies = Frequencies::default();
    let pieces = COUNTED / PIECE;
    for piece in 0..pieces {
        let mut sql = Sql::new("SELECT text FROM search_documents WHERE company_id = ");
        sql.bind(company).push(" AND id >= ").bind(first + (last - first) / pieces * piece);
        sql.push(" ORDER BY id LIMIT ").bind(PIECE);
        let count = move |frequencies: &mut Frequencies, row: &dyn Row| frequencies.count(company, row.text(0).unwrap_or_default());
        frequencies = store.read(sql, Weight::Heavy, frequencies, count).await?;
    }
    Ok(Some(frequencies))
}

#[cfg(test)]
mod tests {
    use super::*;
    use penstock_cluster::Cluster;
    use penstock_store::search::{Match, Space, Term};
    use penstock_store::{Statement, Target};

    const COMPANY: CompanyId = CompanyId(3);

    /// Gives the company so many deals of which all are about quartz.
    async fn add_documents(store: &Store, count: i64) {
        let text = "INSERT INTO search_documents (company_id, id, entity, record_id, visible_to, text, grams)
             WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $2)
             SELECT $1, n * 16 + 1, 'deal', n, 7, 'title' || $3 || 'quartz ' || n, '{}' FROM numbers";
        let text = match store.dialect() {
            penstock_store::Dialect::Postgres => text.to_owned(),
            penstock_store::Dialect::Sqlite => text.replace(", grams)", ")").replace(", '{}' FROM", " FROM"),
        };
        store.execute(vec![Statement::new(text, vec![COMPANY.into(), count.into(), "\t".into()])]).await.unwrap();
    }

    #[tokio::test]
    async fn of_many_documents_some_are_counted() {
        let directory = tempfile::tempdir().unwrap();
        let database = Cluster::shared().unwrap().database().unwrap();
        for target in [Target::Directory(directory.path().to_owned()), Target::Postgres(database)] {
            let store = Store::open(&target).await.unwrap();
            store.migrate().await.unwrap();
            assert!(counted(&store, COMPANY).await.unwrap().is_none(), "no documents");
            add_documents(&store, MANY + 1).await;
            let known = counted(&store, COMPANY).await.unwrap().unwrap();
            let sets = |frequencies: &Frequencies| Term::new("quartz pump").grams(COMPANY, Space::Name, Match::Words, frequencies);
            let pump = &Term::new("pump").grams(COMPANY, Space::Name, Match::Words, &known)[0];
            assert!(pump.iter().all(|gram| sets(&known)[0].contains(gram)), "what is in no document goes first");
            assert_ne!(sets(&known), sets(&Frequencies::default()), "by their letters, those of quartz are rarer");
            store.close().await;
        }
    }

    #[test]
    fn one_finds_out_for_all_until_it_is_old() {
        let frequencies = GramFrequencies::default();
        let is_due = |company, millis| frequencies.recall(CompanyId(company), Time::from_millis(millis)).1;
        assert!(is_due(1, 0));
        assert!(!is_due(1, MILLIS - 1));
        assert!(is_due(2, 0), "another company");
        assert!(is_due(1, MILLIS));
        assert!(!is_due(1, MILLIS + 1));
        assert!(is_due(1, 5), "the clock went back");
    }
}
