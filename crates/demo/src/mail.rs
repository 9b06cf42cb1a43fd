//! Conversations by mail between users and persons, which come in as real messages do.

use crate::calendar::{Calendar, WORKDAY};
use crate::chance::{Chance, Part};
use crate::{DemoError, Sample};
use penstock_crm::{App, Settings, mail};
use penstock_model::{Clock, CompanyId, Time};
use penstock_store::{Sql, Statement, Store, Weight};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// As many as a mailbox needs to look like one, whatever the size of the company.
const THREADS: usize = 40;
/// The mailbox of the administrator gets every so manieth thread.
const ADMINISTRATORS: usize = 2;
const FIRST_MESSAGE_WITHIN: i64 = 60 * WORKDAY;

const SUBJECTS: &[&str] = &[
    "Offer for the next quarter",
    "Delivery dates",
    "Question about the contract",
    "Invoice and payment terms",
    "Meeting next week",
    "Samples have arrived",
    "Change of the order",
    "Renewal",
];
const WITH_OFFER: &str = "Please find our offer attached. Do the terms suit you?";
const QUESTIONS: &[&str] = &[
    "Could you tell us when we can expect the first delivery?",
    WITH_OFFER,
    "Would Tuesday at ten suit you for a call?",
    "We would like to change the quantities. What would that mean for the price?",
    "Who signs the contract on your side?",
];
const ANSWERS: &[&str] = &[
    "Thank you, that suits us well.",
    "I shall ask my colleagues and come back to you tomorrow.",
    "The price is fine, but we need the goods a week earlier.",
    "Yes, please send the papers to our office.",
];

/// What comes with letters: names, types, and what the texts begin with.
const PAPERS: &[(&str, &str, &str)] = &[
    ("Delivery plan.csv", "text/csv", "week;item;pieces"),
    ("Terms of payment.txt", "text/plain", "Terms of payment"),
    ("Minutes of the call.md", "text/markdown", "# What we agreed on the phone"),
    ("Order form.csv", "text/csv", "item;pieces;price"),
];
const OFFER: (&str, &str, &str) = ("Offer.csv", "text/csv", "item;pieces;price;discount");
/// Of so many in a hundred letters.
const PAPER_SHARE: i64 = 30;
const BOUNDARY: &str = "larkmoor-parts";

/// The time at which the next message comes in.
struct PostClock(AtomicI64);

impl Clock for PostClock {
    fn now(&self) -> Time {
        Time::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// Both ends of a conversation.
struct Ends {
    user: String,
    person: String,
    person_name: String,
}

/// Files the conversations; the records must all have been written.
pub async fn write(
    store: &Arc<Store>,
    company: CompanyId,
    sample: &Sample,
    calendar: &Calendar,
    administrator: &str,
) -> Result<(), DemoError> {
    let mut chance = Chance::new(sample.seed, Part::Mail);
    let clock = Arc::new(PostClock(AtomicI64::new(0)));
    let settings = Settings { files: sample.files.clone(), ..Settings::default() };
    let app = App::open(Arc::clone(store), clock.clone(), settings).await?;
    for (index, mut ends) in ends(store, company).await?.into_iter().enumerate() {
        if index % ADMINISTRATORS == 0 {
            administrator.clone_into(&mut ends.user);
        }
        let mut moment = calendar.end() - 1 - chance.below(FIRST_MESSAGE_WITHIN);
        let subject = chance.word(SUBJECTS);
        let from_user = chance.percent(50);
        for message in 0..1 + chance.small(4) {
            let time = calendar.time(moment);
            clock.0.store(time.millis(), Ordering::Relaxed);
            let text = chance.word(if message == 0 { QUESTIONS } else { ANSWERS });
            let sent = from_user == (message % 2 == 0);
            let head = head(&ends, index, message, sent, subject, time);
            let letter = format!("{head}{}", body(&mut chance, text));
            mail::ingest(&app, company, letter.as_bytes(), Some(&ends.user)).await?;
            moment += WORKDAY / 4 + chance.below(2 * WORKDAY);
            if moment >= calendar.end() {
                break;
            }
        }
    }
    // As after a load: nobody listens to the past.
    store.execute(vec![Statement::new("DELETE FROM outbox WHERE company_id = $1", vec![company.into()])]).await?;
    Ok(())
}

/// The newest persons with an address, and the users who own them.
async fn ends(store: &Store, company: CompanyId) -> Result<Vec<Ends>, DemoError> {
    let mut sql =
        Sql::new("SELECT u.email, p.emails, p.name FROM persons p JOIN users u ON u.company_id = p.company_id AND u.id = p.owner_id");
    sql.push(" WHERE p.company_id = ").bind(company).push(" AND p.is_deleted = 0 AND p.emails <> '[]' AND u.active_flag = 1");
    sql.push(" ORDER BY p.id DESC LIMIT ").bind(i64::try_from(THREADS).unwrap_or(i64::MAX));
    let rows = store.rows(sql, Weight::Heavy, 3).await?;
    let end = |row: &Vec<penstock_model::Value>| {
        let emails: serde_json::Value = serde_json::from_str(row[1].as_text()?).ok()?;
        let text = |value: &penstock_model::Value| value.as_text().map(str::to_owned);
        Some(Ends { user: text(&row[0])?, person: emails[0]["value"].as_str()?.to_owned(), person_name: text(&row[2])? })
    };
    Ok(rows.iter().filter_map(end).collect())
}

fn head(ends: &Ends, thread: usize, message: i64, sent: bool, subject: &str, time: Time) -> String {
    let person = format!("{} <{}>", ends.person_name, ends.person);
    let (from, to) = if sent { (ends.user.as_str(), person.as_str()) } else { (person.as_str(), ends.user.as_str()) };
    let subject = if message == 0 { subject.to_owned() } else { format!("Re: {subject}") };
    let mut head = format!("From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{thread}.{message}@larkmoor.example>\r\n");
    if message > 0 {
        head.push_str(&format!("In-Reply-To: <{thread}.{}@larkmoor.example>\r\n", message - 1));
    }
    format!("{head}Date: {}\r\nMIME-Version: 1.0\r\n", rfc2822(time))
}

/// The text, and sometimes a paper with it.
fn body(chance: &mut Chance, text: &str) -> String {
    let text = format!("Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n");
    let paper = if text.contains(WITH_OFFER) { Some(OFFER) } else { chance.pick(PAPERS).copied().filter(|_| chance.percent(PAPER_SHARE)) };
    let Some((name, media_type, first_line)) = paper else { return text };
    let lines: String = (1..chance.between(4, 20)).map(|line| format!("{line};{}\r\n", chance.hex(8))).collect();
    format!(
        "Content-Type: multipart/mixed; boundary=\"{BOUNDARY}\"\r\n\r\n--{BOUNDARY}\r\n{text}--{BOUNDARY}\r\n\
         Content-Type: {media_type}; charset=utf-8\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\r\n\
         {first_line}\r\n{lines}--{BOUNDARY}--\r\n"
    )
}

/// `02 Mar 2026 08:00:00 +0000`
fn rfc2822(time: Time) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let stamp = time.to_v1();
    let month = stamp[5..7].parse::<usize>().ok().and_then(|month| MONTHS.get(month - 1)).copied().unwrap_or_default();
    format!("{} {month} {} {} +0000", &stamp[8..10], &stamp[..4], &stamp[11..])
}
