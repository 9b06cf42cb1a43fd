//! Ranks what the index finds, and cuts pages out of it.
//!
//! Few documents are all read, and put in order at once. When there are many, only as much is read as the page needs:
//! rank by rank, each newest first. Both ways give the same order.

use super::documents::{self, Document, NEWEST, Stream};
use super::files;
use super::frequencies;
use super::kinds::{KINDS, Kind};
use super::look::{Look, Rank};
use super::notes;
use crate::call::Call;
use crate::error::ApiResult;
use penstock_store::Sql;
use penstock_store::search::{Frequencies, document_id, record_of};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// So many documents are read at once; where there are more, rank by rank. Asking the index for each rank anew costs more than looking
/// at all of these: with 300 hits ten times as much.
const FEW: usize = 1_000;
/// How many documents of one rank are read at a time.
const STEP: usize = 200;

/// Where a found record stands: by rank, then newest first. A note may stand for several records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub rank: i64,
    pub document: Reverse<i64>,
    /// The number of the kind.
    pub kind: usize,
    pub record: i64,
}

/// A found record.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    pub place: Place,
    pub rank: Rank,
}

impl Hit {
    fn new(rank: Rank, document: i64, kind: &'static Kind, record: i64) -> Self {
        let kind = KINDS.iter().position(|known| known.word == kind.word).unwrap_or_default();
        Hit { place: Place { rank: rank.number(), document: Reverse(document), kind, record }, rank }
    }

    pub fn kind(&self) -> &'static Kind {
        &KINDS[self.place.kind.min(KINDS.len() - 1)]
    }

    pub fn record(&self) -> i64 {
        self.place.record
    }

    fn key(&self) -> (usize, i64) {
        (self.place.kind, self.place.record)
    }
}

/// The page to find: what it comes after, how many hits are passed over, and how many are wanted.
pub struct Page {
    pub after: Option<Place>,
    pub skip: usize,
    pub most: usize,
}

impl Page {
    fn enough(&self) -> usize {
        self.skip + self.most
    }

    fn cut(&self, hits: Vec<Hit>) -> Vec<Hit> {
        hits.into_iter().skip(self.skip).take(self.most).collect()
    }

    fn is_beyond(&self, place: &Place) -> bool {
        self.after.is_none_or(|after| *place > after)
    }
}

/// The hits of a page, best first.
pub async fn find(call: &Call, look: &Look, page: &Page) -> ApiResult<Vec<Hit>> {
    if look.term.is_empty() || look.among.is_empty() {
        return Ok(Vec::new());
    }
    let narrow = |sql: &mut Sql| look.narrow(call, sql, true);
    let stream = Stream::open(call, &narrow).await?;
    let frequencies = frequencies::of(call);
    let grams = |space| look.term.grams(call.company(), space, look.at_least, &frequencies);
    let sets: Vec<_> = look.spaces().flat_map(grams).collect();
    let Some(documents) = stream.all(&sets, FEW).await? else {
        return rank_by_rank(look, &stream, page, &frequencies).await;
    };
    let mut hits = rank_all(call, look, documents).await?;
    hits.retain(|hit| page.is_beyond(&hit.place));
    Ok(page.cut(hits))
}

/// The hits among the records of one kind with these ids.
pub async fn find_among(call: &Call, look: &Look, kind: &'static Kind, records: &[i64], page: &Page) -> ApiResult<Vec<Hit>> {
    if look.term.is_empty() || look.among.is_empty() {
        return Ok(Vec::new());
    }
    let mut hits = rank_all(call, look, notes::all_documents(call, look, kind, records).await?).await?;
    let wanted: BTreeSet<i64> = records.iter().copied().collect();
    hits.retain(|hit| wanted.contains(&hit.record()) && page.is_beyond(&hit.place));
    Ok(page.cut(hits))
}

/// All hits of some documents, each record once, best first.
async fn rank_all(call: &Call, look: &Look, documents: Vec<Document>) -> ApiResult<Vec<Hit>> {
    let mut best: BTreeMap<(usize, i64), Hit> = BTreeMap::new();
    for hit in hits_of(call, look, &documents).await? {
        best.entry(hit.key()).and_modify(|known| *known = if hit.place < known.place { hit } else { *known }).or_insert(hit);
    }
    let mut hits: Vec<_> = best.into_values().collect();
    hits.sort_unstable_by_key(|hit| hit.place);
    Ok(hits)
}

/// What documents stand for: one of a record for this, one of a note for all visible records that it belongs to.
async fn hits_of(call: &Call, look: &Look, documents: &[Document]) -> ApiResult<Vec<Hit>> {
    let mut hits = Vec::new();
    let mut ranks_of_notes = HashMap::new();
    let visible_files = files::visible(call, documents).await?;
    for document in documents {
        match record_of(document.id) {
            Some(("note", note)) => {
                if let Some(rank) = look.rank_of_note(&document.text) {
                    ranks_of_notes.insert(note, (rank, document.id));
                }
            }
            Some((word, record)) if files::are_files(word) && !visible_files.contains(&record) => {}
            Some((word, record)) => {
                let among = look.among(word);
                let rank = among.and_then(|among| look.rank_of(among, &document.text));
                hits.extend(among.zip(rank).map(|(among, rank)| Hit::new(rank, document.id, among.kind, record)));
            }
            None => {}
        }
    }
    let found: Vec<_> = ranks_of_notes.keys().copied().collect();
    let links = notes::records_of(call, look, &found).await?;
    let ids: BTreeSet<i64> = links.iter().filter_map(|(_, kind, record)| document_id(kind.word, *record)).collect();
    if ids.is_empty() {
        return Ok(hits);
    }
    let visible = documents::by_ids(call, ids, &|sql| look.narrow(call, sql, false)).await?;
    let visible: BTreeSet<i64> = visible.iter().map(|document| document.id).collect();
    for (note, kind, record) in links {
        let is_visible = document_id(kind.word, record).is_some_and(|id| visible.contains(&id));
        if let Some((rank, document)) = ranks_of_notes.get(&note).filter(|_| is_visible) {
            hits.push(Hit::new(*rank, *document, kind, record));
        }
    }
    Ok(hits)
}

/// Reads rank by rank, newest first, until the page is full.
async fn rank_by_rank(look: &Look, stream: &Stream<'_>, page: &Page, frequencies: &Frequencies) -> ApiResult<Vec<Hit>> {
    let mut hits: Vec<Hit> = Vec::new();
    let spaces: Vec<_> = look.spaces().collect();
    let ranks = Rank::all().filter(|rank| rank.matches <= look.at_least && spaces.contains(&rank.space));
    for rank in ranks {
        let mut before = NEWEST;
        if let Some(after) = &page.after {
            if rank.number() < after.rank {
                continue;
            }
            if rank.number() == after.rank {
                before = after.document.0 + 1;
            }
        }
        let sets = look.term.grams(stream.call.company(), rank.space, rank.matches, frequencies);
        let mut next = Some(before);
        while let Some(before) = next {
            let most = (page.enough() - hits.len()).clamp(32, STEP) + 8;
            let (documents, rest) = stream.next(&sets, before, most).await?;
            let mut found = hits_of(stream.call, look, &documents).await?;
            found.retain(|hit| hit.rank == rank && page.is_beyond(&hit.place));
            let mut found = only_best(look, stream, found).await?;
            found.sort_unstable_by_key(|hit| hit.place);
            hits.extend(found);
            if hits.len() >= page.enough() {
                return Ok(page.cut(hits));
            }
            next = rest;
        }
    }
    Ok(page.cut(hits))
}

/// Leaves the hits that stand where their record stands: a record may also be found by its other notes, or by itself,
/// at a better place.
async fn only_best(look: &Look, stream: &Stream<'_>, hits: Vec<Hit>) -> ApiResult<Vec<Hit>> {
    if !look.looks_at_notes() || hits.is_empty() {
        return Ok(hits);
    }
    let mut best: HashMap<(usize, i64), Place> = HashMap::new();
    let mut note = |hit: Hit| {
        best.entry(hit.key()).and_modify(|place| *place = hit.place.min(*place)).or_insert(hit.place);
    };
    for (number, kind) in KINDS.iter().enumerate() {
        let records: Vec<i64> = hits.iter().filter(|hit| hit.place.kind == number).map(Hit::record).collect();
        let Some(among) = look.among(kind.word).filter(|_| !records.is_empty()) else { continue };
        for (record, document) in notes::documents_of(stream.call, look, kind, &records).await? {
            if let Some(rank) = look.rank_of_note(&document.text) {
                note(Hit::new(rank, document.id, kind, record));
            }
        }
        // How well a record matches by itself is known unless it was found by a note.
        let own = |hit: &&Hit| document_id(kind.word, hit.record()) == Some(hit.place.document.0);
        let of_kind = || hits.iter().filter(|hit| hit.place.kind == number);
        of_kind().filter(own).for_each(|hit| note(*hit));
        let others = of_kind().filter(|hit| !own(hit)).filter_map(|hit| document_id(kind.word, hit.record()));
        let others: Vec<i64> = others.collect();
        if others.is_empty() {
            continue;
        }
        for document in documents::by_ids(stream.call, others, &|_| {}).await? {
            if let Some((rank, (_, record))) = look.rank_of(among, &document.text).zip(record_of(document.id)) {
                note(Hit::new(rank, document.id, kind, record));
            }
        }
    }
    Ok(hits.into_iter().filter(|hit| best.get(&hit.key()) == Some(&hit.place)).collect())
}
