//! Terms to search for.

use crate::client::Client;
use crate::company;
use crate::place::Place;
use anyhow::{Context, Result, ensure};
use penstock_store::search::lines;
use penstock_store::{Sql, Store, Weight};
use std::collections::{BTreeMap, BTreeSet};

/// The part of all records that a common term is in.
const COMMON: f64 = 0.1;
/// Words that are in so many of a hundred documents are counted as parts of words, too: a search finds those.
const CANDIDATES: std::ops::Range<f64> = 0.02..0.15;
/// Documents of which the words are counted.
const SAMPLE: i64 = 10_000;
/// Shorter words are no examples of a term.
const SHORTEST: usize = 4;

pub struct Terms {
    /// A word of about every tenth record, and the share of records that have it.
    pub common: String,
    pub share: f64,
    /// The e-mail addresses of persons, which hardly any other record has.
    pub rare: Vec<String>,
    /// The names of organizations, which are in the titles of their deals, too: some hundred records have each.
    pub companies: Vec<String>,
    /// The first words of those names.
    pub words: Vec<String>,
    /// The names of persons: words that many have, of which few have both.
    pub names: Vec<String>,
    /// Two letters with which names begin.
    pub short: Vec<String>,
}

impl Terms {
    pub fn of(place: &Place, client: &Client) -> Result<Self> {
        let names = company::names(client, "persons")?;
        let first = |name: &String| name.split_whitespace().next().map(str::to_owned);
        let companies = company::names(client, "organizations")?;
        let words: BTreeSet<String> = companies.iter().filter_map(first).collect();
        let rare = company::emails(client)?;
        let short: BTreeSet<String> = names.iter().map(|name| name.chars().take(2).collect()).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (common, share) = common(&runtime.block_on(documents(place))?)?;
        let (words, short) = (words.into_iter().collect(), short.into_iter().collect());
        Ok(Terms { common, share, names, rare, companies, words, short })
    }
}

/// The texts of documents from all over the index.
async fn documents(place: &Place) -> Result<Vec<String>> {
    let store = Store::open(&place.target()).await?;
    let mut count = Sql::new("SELECT COUNT(*), MIN(company_id) FROM search_documents WHERE company_id > ");
    count.bind(0);
    let counted = store.rows(count, Weight::Heavy, 2).await?.pop().context("no count")?;
    let (count, company) = counted[0].as_int().zip(counted[1].as_int()).context("nothing can be searched")?;
    let mut sql =
        Sql::new("SELECT text FROM (SELECT text, ROW_NUMBER() OVER (ORDER BY id) AS place FROM search_documents WHERE company_id = ");
    sql.bind(company).push(") d WHERE place % ").bind((count / SAMPLE).max(1)).push(" = 0");
    let rows = store.rows(sql, Weight::Heavy, 1).await?;
    store.close().await;
    Ok(rows.iter().filter_map(|row| row[0].as_text().map(str::to_owned)).collect())
}

/// The word that is in the part of these documents that is nearest to the wanted one.
fn common(documents: &[String]) -> Result<(String, f64)> {
    ensure!(!documents.is_empty(), "no document can be searched");
    let mut words: BTreeMap<&str, usize> = BTreeMap::new();
    for document in documents {
        let texts = lines(document).flat_map(|(_, text)| text.split_whitespace());
        let of_document: BTreeSet<_> = texts.filter(|word| word.len() >= SHORTEST && word.chars().all(char::is_alphabetic)).collect();
        of_document.into_iter().for_each(|word| *words.entry(word).or_default() += 1);
    }
    let share = |count: usize| count as f64 / documents.len() as f64;
    let has = |document: &String, word: &str| lines(document).any(|(_, text)| text.contains(word));
    let candidates = words.iter().filter(|(_, count)| CANDIDATES.contains(&share(**count)));
    let shares = candidates.map(|(word, _)| (*word, share(documents.iter().filter(|document| has(document, word)).count())));
    let distance = |share: f64| (share - COMMON).abs();
    let (word, share) = shares.min_by(|one, other| distance(one.1).total_cmp(&distance(other.1))).context("no word is common")?;
    Ok((word.to_owned(), share))
}
