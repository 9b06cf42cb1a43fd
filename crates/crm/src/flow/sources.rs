//! What hangs on a record and shows in its flow: one row for each kind.

use crate::activities::ACTIVITY;
use crate::call::Call;
use crate::deals::DEAL;
use crate::error::ApiResult;
use crate::files::{self, FILE};
use crate::mail::{MAIL_MESSAGE, listed};
use crate::notes::{self, COMMENT, NOTE};
use crate::recents::shown::{self, Show};
use crate::rights;
use crate::select;
use penstock_model::{Entity, Time};
use penstock_store::{Row, Sql, Weight};

/// A kind of row in the flow.
pub struct Source {
    pub object: &'static str,
    /// The words by which requests ask for it.
    pub words: &'static [&'static str],
    /// The word by which they ask for some rows `t` only, and the condition for those.
    pub part: Option<(&'static str, &'static str)>,
    pub entity: &'static Entity,
    /// In whose flow it shows, and how it is reached from there.
    pub of: &'static [(&'static str, Link)],
    pub moment: Moment,
    /// What else must be true of a row `t`.
    pub narrow: &'static str,
    pub show: Show,
}

/// How the rows `t` of a source are tied to a record.
#[derive(Clone, Copy)]
pub enum Link {
    /// By a column.
    Column(&'static str),
    /// By the deal of the mail thread, or by a party of the message.
    MailOfDeal,
    MailParty(&'static str),
    /// By a column of the note that it is a comment on.
    Note(&'static str),
}

/// When a row happened.
#[derive(Clone, Copy)]
pub enum Moment {
    /// A column with a time.
    Column(&'static str),
    /// The day of `due_date` and, where there is one, the time of `due_time`.
    Due,
}

const OF_RECORD: &[(&str, Link)] =
    &[("deal", Link::Column("deal_id")), ("person", Link::Column("person_id")), ("organization", Link::Column("org_id"))];

pub static SOURCES: &[Source] = &[
    Source {
        object: "activity",
        words: &["activity", "plannedActivity"],
        part: None,
        entity: &ACTIVITY,
        of: OF_RECORD,
        moment: Moment::Due,
        narrow: " AND t.is_deleted = 0 AND t.done = 0",
        show: shown::activities,
    },
    Source {
        object: "activity",
        words: &["activity"],
        part: None,
        entity: &ACTIVITY,
        of: OF_RECORD,
        moment: Moment::Column("COALESCE(t.marked_as_done_time, t.add_time)"),
        narrow: " AND t.is_deleted = 0 AND t.done = 1",
        show: shown::activities,
    },
    Source {
        object: "note",
        words: &["note"],
        part: None,
        entity: &NOTE,
        of: OF_RECORD,
        moment: Moment::Column("t.add_time"),
        narrow: " AND t.is_deleted = 0",
        show: notes::flat,
    },
    Source {
        object: "comment",
        words: &["comment"],
        part: None,
        entity: &COMMENT,
        of: &[("deal", Link::Note("deal_id")), ("person", Link::Note("person_id")), ("organization", Link::Note("org_id"))],
        moment: Moment::Column("t.add_time"),
        narrow: " AND t.is_deleted = 0",
        show: notes::flat_comments,
    },
    Source {
        object: "file",
        words: &["file"],
        part: None,
        entity: &FILE,
        of: OF_RECORD,
        moment: Moment::Column("t.add_time"),
        narrow: " AND t.is_deleted = 0",
        show: files::flat,
    },
    Source {
        object: "deal",
        words: &["deal"],
        part: None,
        entity: &DEAL,
        of: &[("person", Link::Column("person_id")), ("organization", Link::Column("org_id"))],
        moment: Moment::Column("t.add_time"),
        narrow: " AND t.is_deleted = 0",
        show: |call, ids| shown::records(call, &crate::deals::DEALS, ids),
    },
    Source {
        object: "mailMessage",
        words: &["mailMessage"],
        part: Some(("mailMessageWithAttachment", " AND t.has_real_attachments_flag = 1")),
        entity: &MAIL_MESSAGE,
        of: &[("deal", Link::MailOfDeal), ("person", Link::MailParty("person_id")), ("organization", Link::MailParty("org_id"))],
        moment: Moment::Column("t.message_time"),
        narrow: "",
        show: |call, ids| listed::flat(call, ids),
    },
];

/// Row of a source: when, and which.
pub struct Entry {
    pub time: Time,
    pub id: i64,
}

impl Source {
    /// The condition for the rows that a request asks for; `words` is empty where it asks for everything.
    fn asked(&self, words: &[&str]) -> Option<&'static str> {
        if words.is_empty() || words.iter().any(|word| self.words.contains(word)) {
            return Some("");
        }
        self.part.filter(|(word, _)| words.contains(word)).map(|(_, condition)| condition)
    }

    /// The newest rows of a record that a request asks for.
    pub async fn newest(&self, call: &Call, entity: &str, record: i64, words: &[&str], count: i64) -> ApiResult<Vec<Entry>> {
        let link = self.of.iter().find(|(of, _)| *of == entity);
        let Some(((_, link), asked)) = link.zip(self.asked(words)) else { return Ok(Vec::new()) };
        let (moment, order) = match self.moment {
            Moment::Column(column) => (column, column),
            Moment::Due => ("t.due_date, t.due_time", "t.due_date DESC, COALESCE(t.due_time, '')"),
        };
        let mut sql = Sql::new(format!("SELECT t.id, {moment} FROM {} t", self.entity.table));
        match link {
            Link::Column(column) => {
                select::scope(&mut sql, call, self.entity);
                sql.push(" AND t.").push(column).push(" = ").bind(record);
            }
            Link::Note(column) => {
                select::scope(&mut sql, call, self.entity);
                sql.push(" AND t.note_id IN (SELECT t.id FROM notes t");
                select::scope(&mut sql, call, &NOTE);
                sql.push(" AND t.is_deleted = 0 AND t.").push(column).push(" = ").bind(record).push(")");
            }
            Link::MailOfDeal => {
                scope_of_mail(&mut sql, call);
                sql.push(" AND h.deal_id = ").bind(record);
            }
            Link::MailParty(column) => {
                scope_of_mail(&mut sql, call);
                sql.push(" AND t.id IN (SELECT p.message_id FROM mail_parties p WHERE p.company_id = ").bind(call.company());
                sql.push(" AND p.").push(column).push(" = ").bind(record).push(")");
            }
        }
        sql.push(self.narrow).push(asked).push(" ORDER BY ").push(order).push(" DESC, t.id DESC LIMIT ").bind(count);
        let push = |entries: &mut Vec<Entry>, row: &dyn Row| {
            let time = row.int(1).map(Time::from_millis).or_else(|| due(row.text(1)?, row.text(2)));
            entries.extend(row.int(0).zip(time).map(|(id, time)| Entry { time, id }));
        };
        Ok(call.store().read(sql, Weight::Heavy, Vec::new(), push).await?)
    }
}

/// A day, and a time of it in UTC.
fn due(day: &str, time: Option<&str>) -> Option<Time> {
    Time::parse_lenient(&format!("{day} {}", time.unwrap_or("00:00:00"))).or_else(|_| Time::parse_lenient(day)).ok()
}

fn scope_of_mail(sql: &mut Sql, call: &Call) {
    sql.push(" JOIN mail_threads h ON h.company_id = t.company_id AND h.id = t.mail_thread_id AND h.is_deleted = 0");
    sql.push(" WHERE t.company_id = ").bind(call.company());
    rights::readable_mail(sql, call, "h");
}
