//! Files that people have put with organizations and persons: short texts, whose bytes are there to be loaded.

use crate::DemoError;
use crate::calendar::{Moment, WORKDAY};
use crate::chance::{Chance, Part};
use crate::draft::{Draft, Life};
use crate::organizations::Organization;
use crate::persons::Person;
use bytes::Bytes;
use penstock_crm::files::{FILE_NAME, FILE_SIZE, FILE_TYPE, NAME, ORGANIZATION, PERSON, REMOTE_ID, SHA256, blank, file_type, object_key};
use penstock_files::{Objects, Stored};
use penstock_model::{CompanyId, Record, UserId};
use penstock_store::Batch;

/// One file for so many persons.
const PERSONS_PER_FILE: usize = 100;

/// What the files are called, and what they begin with.
const PAPERS: &[(&str, &str)] = &[
    ("Requirements.txt", "What we need, as said on the phone"),
    ("Minutes.txt", "Minutes of the meeting"),
    ("Price list.csv", "item;unit;price"),
    ("Contract draft.md", "# Contract (draft)"),
    ("Directions.txt", "How to get to the office"),
];

/// A file before it is written.
struct Paper {
    id: i64,
    name: &'static str,
    text: String,
    person: Option<i64>,
    organization: Option<i64>,
    owner: UserId,
    added: Moment,
}

/// Writes one file for every hundred persons, to some of them and to their organizations.
pub async fn write(draft: &mut Draft<'_>, objects: &Objects, organizations: &[Organization], persons: &[Person]) -> Result<(), DemoError> {
    let mut chance = draft.chance(Part::Files);
    for id in draft.ids("files", persons.len() / PERSONS_PER_FILE).await? {
        let Some(paper) = plan(draft, &mut chance, organizations, persons, id) else { continue };
        let object = object_name(&mut chance, paper.name);
        let stored = objects.put_bytes(&object_key(draft.company, &object), Bytes::from(paper.text.clone())).await?;
        let record = record(draft.company, draft, &paper, &object, &stored);
        Life::begin(draft, Batch::new(draft.actor(paper.owner, paper.added)), record).await?;
    }
    Ok(())
}

/// A paper for somebody who is still there, written some days after he or she was added.
fn plan(draft: &Draft<'_>, chance: &mut Chance, organizations: &[Organization], persons: &[Person], id: i64) -> Option<Paper> {
    let person = persons.get(chance.index(persons.len()))?;
    let (name, first_line) = *chance.pick(PAPERS)?;
    let added = (person.added + chance.below(20 * WORKDAY)).min(draft.calendar.end() - 1);
    let organization = person.organization.and_then(|place| organizations.get(place));
    let live = organization.filter(|organization| organization.is_live(added));
    let of_person = chance.percent(60) || live.is_none();
    if of_person && !person.is_live(added) {
        return None;
    }
    let lines = (1..chance.between(4, 40)).map(|line| format!("{line};{}\n", chance.hex(8)));
    let text = std::iter::once(format!("{first_line}\n\n")).chain(lines.collect::<Vec<_>>()).collect();
    let (person, organization) = (of_person.then_some(person), live.filter(|_| !of_person));
    let owner = person.map(|person| person.owner).or(organization.map(|organization| organization.owner))?;
    let (person, organization) = (person.map(|person| person.id), organization.map(|organization| organization.id));
    Some(Paper { id, name, text, person, organization, owner, added })
}

fn object_name(chance: &mut Chance, name: &str) -> String {
    let parts = [8, 4, 4, 4, 12].map(|digits| chance.hex(digits));
    format!("{}.{}", parts.join("-"), extension(name))
}

fn extension(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

fn record(company: CompanyId, draft: &Draft<'_>, paper: &Paper, object: &str, stored: &Stored) -> Record {
    let mut file = blank(paper.id, paper.owner, draft.calendar.time(paper.added));
    file.set(NAME, paper.name);
    file.set(FILE_NAME, object);
    file.set(FILE_TYPE, file_type(Some(extension(paper.name))));
    file.set(FILE_SIZE, stored.size as i64);
    file.set(SHA256, stored.sha256.as_str());
    file.set(REMOTE_ID, format!("company/{company}/user/{}/files/{object}", paper.owner));
    file.set(PERSON, paper.person);
    file.set(ORGANIZATION, paper.organization);
    file
}
