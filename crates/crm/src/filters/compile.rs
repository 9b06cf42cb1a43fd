//! From questions to conditions in SQL. Nothing that came from a request becomes text of a statement; only values are bound.

use super::objects::{FilterType, Link, Through};
use super::operators::Operator;
use super::question::{Asks, Currency, Pattern, Question, Test, Within};
use super::subject::{Form, Source, Subject};
use super::value_index::{self, Way};
use crate::call::Call;
use crate::rights::{self, Scan};
use penstock_model::Entity;
use penstock_store::{Dialect, Sql, escape_pattern};

/// What the rows of the record that a filter lists are called, and those of a linked one.
const LISTED: &str = "t";
const LINKED: &str = "l";

const DAY: i64 = 86_400_000;

/// Appends conditions on the rows called `t`, of which all must hold and one of `any`. `None` stands for what can no longer
/// be understood, because its field or option has gone: it holds for no record.
pub fn narrow(sql: &mut Sql, call: &Call, of: &'static FilterType, all: &[Option<Question>], any: &[Option<Question>]) {
    sql.plan_for_values();
    let asks_for_status = all.iter().chain(any).flatten().any(|question| question.asks_for_status().is_some());
    let mut compiler = Compiler { sql, call, asks_for_status };
    if all.iter().any(Option::is_none) {
        compiler.sql.push(" AND 1 = 0");
    }
    let listed: Vec<_> = all.iter().flatten().filter(|question| of.is_listed(question.object)).collect();
    compiler.questions(&listed, LISTED);
    // Where few records are left to look at, there is no need to collect others.
    let way = if listed.iter().any(|question| value_index::breadth(question).is_some()) { Way::ByRecord } else { Way::ByValue };
    // What all linked conditions ask must be true of one and the same linked record.
    for link in of.links {
        let about: Vec<_> = all.iter().flatten().filter(|question| question.object.name == link.to.name).collect();
        if !about.is_empty() {
            compiler.sql.push(" AND ");
            compiler.linked(link, &about);
        }
    }
    if any.is_empty() {
        return;
    }
    compiler.sql.push(" AND (");
    for (place, question) in any.iter().flatten().enumerate() {
        compiler.sql.push(if place == 0 { "" } else { " OR " });
        match of.link(question.object.name) {
            Some(link) if !of.is_listed(question.object) => compiler.linked(link, &[question]),
            _ => compiler.question(question, LISTED, way),
        }
    }
    compiler.sql.push(if any.iter().all(Option::is_none) { "1 = 0)" } else { ")" });
}

struct Compiler<'a> {
    sql: &'a mut Sql,
    call: &'a Call,
    asks_for_status: bool,
}

impl Compiler<'_> {
    /// Some linked record that the caller may see is as the questions want it.
    fn linked(&mut self, link: &'static Link, questions: &[&Question]) {
        let Link { to, own, theirs, through, only_open } = *link;
        self.sql.push(LISTED).push(".").push(own).push(" IN (SELECT ");
        match through {
            None => self.sql.push("l.").push(theirs).push(" FROM ").push(to.table).push(" l WHERE l.company_id = "),
            Some(Through { table, listed, linked, only }) => {
                self.sql.push("x.").push(listed).push(" FROM ").push(table).push(" x JOIN ").push(to.table);
                self.sql.push(" l ON l.company_id = x.company_id AND l.id = x.").push(linked);
                self.sql.push(" WHERE x.company_id = ").bind(self.call.company()).push(only).push(" AND l.company_id = ")
            }
        }
        .bind(self.call.company())
        .push(" AND l.is_deleted = 0");
        if to.field("is_archived").is_some() && own == "id" {
            self.sql.push(" AND l.is_archived = 0");
        }
        if only_open && !self.asks_for_status {
            self.sql.push(" AND l.status = 'open'");
        }
        rights::visible_rows(self.sql, self.call, to, LINKED, Scan::Table);
        self.questions(questions, LINKED);
        self.sql.push(")");
    }

    /// Appends questions of which each must hold. The narrowest of those about indexed values gives the records, which the
    /// others are then asked about one by one: to collect what a broad condition finds would take longer than all else.
    fn questions(&mut self, questions: &[&Question], rows: &'static str) {
        let breadths = questions.iter().enumerate().filter_map(|(place, question)| Some((value_index::breadth(question)?, place)));
        let narrowest = breadths.min().map(|(_, place)| place);
        for (place, question) in questions.iter().enumerate() {
            self.sql.push(" AND ");
            self.question(question, rows, if Some(place) == narrowest { Way::ByValue } else { Way::ByRecord });
        }
    }

    /// A condition on the rows called `rows`, in parentheses where it needs them. Never null. What is asked of indexed values
    /// goes this way.
    fn question(&mut self, question: &Question, rows: &'static str, way: Way) {
        match &question.asks {
            Asks::Value { subject, test, negated } => {
                let push = |sql: &mut Sql, dialect: Dialect, value: &str| test.push(sql, dialect, subject, rows, value);
                self.hold(question.object, subject, rows, *negated, way, push);
            }
            Asks::Rotten { subject, operator, negated } => {
                let call = self.call;
                let push = |sql: &mut Sql, dialect: Dialect, value: &str| push_rotten(sql, call, dialect, rows, *operator, subject, value);
                self.hold(question.object, subject, rows, *negated, way, push);
            }
            Asks::SameSet { number, keys, negated } => {
                self.sql.push(if *negated { "NOT (" } else { "(" });
                for (place, key) in keys.iter().enumerate() {
                    let way = if place == 0 && !negated { way } else { Way::ByRecord };
                    self.index(*number, rows, way).push(" AND v.value = ").bind(key.as_str()).push(") AND ");
                }
                self.index(*number, rows, Way::NotThere).push(" AND v.value NOT IN ").bind_list(keys.iter().map(String::as_str)).push("))");
            }
            Asks::HasAll { number, keys } => {
                for (place, key) in keys.iter().enumerate() {
                    self.sql.push(if place == 0 { "(" } else { " AND " });
                    let way = if place == 0 { way } else { Way::ByRecord };
                    self.index(*number, rows, way).push(" AND v.value = ").bind(key.as_str()).push(")");
                }
                self.sql.push(")");
            }
            Asks::HasNone { number, keys } => {
                self.index(*number, rows, Way::NotThere).push(" AND v.value IN ").bind_list(keys.iter().map(String::as_str)).push(")");
            }
            Asks::HasBeen(stage) => self.has_been(*stage, rows),
            Asks::Entered { stage, within, negated } => self.entered(*stage, within, *negated, rows),
        }
    }

    /// Begins a condition that there is, or is not, a row of the value index.
    fn index(&mut self, number: i64, rows: &str, way: Way) -> &mut Sql {
        way.begin(self.sql, self.call.company(), number, rows);
        self.sql
    }

    /// Appends that the value of a subject passes a test, or where `negated` that it does not. The test is told under
    /// which name the value goes; it is never null there, or the test is not true of null.
    fn hold(
        &mut self,
        object: &'static Entity,
        subject: &Subject,
        rows: &str,
        negated: bool,
        way: Way,
        test: impl FnOnce(&mut Sql, Dialect, &str),
    ) {
        let (sql, call, dialect) = (&mut *self.sql, self.call, self.call.store().dialect());
        let exists = if negated { "NOT EXISTS (SELECT 1 FROM " } else { "EXISTS (SELECT 1 FROM " };
        match subject.source {
            Source::Column(column) | Source::Address { column, .. } => {
                let column = format!("{rows}.{column}");
                sql.push("((");
                match subject.source {
                    Source::Address { part, .. } => test(sql, dialect, &dialect.json_text(&column, part)),
                    _ => test(sql, dialect, &column),
                }
                sql.push(if negated { ") IS NOT TRUE)" } else { "))" });
            }
            Source::Held(key) => {
                sql.push(rows).push(if negated { ".id NOT IN (" } else { ".id IN (" });
                sql.push("SELECT x.record_id FROM links x WHERE x.company_id = ").bind(call.company());
                sql.push(" AND x.entity = ").bind(object.name).push(" AND x.field_key = ").bind(key).push(" AND ");
                test(sql, dialect, "x.member_id");
                sql.push(")");
            }
            Source::Prices(column) => {
                sql.push(exists).push(&dialect.json_items(&format!("{rows}.{column}"))).push(" WHERE ");
                test(sql, dialect, "CAST(item.value ->> 'price' AS DOUBLE PRECISION)");
                sql.push(")");
            }
            Source::Contacts(column) => {
                sql.push(exists).push(&dialect.json_items(&format!("{rows}.{column}"))).push(" WHERE ");
                test(sql, dialect, "(item.value ->> 'value')");
                sql.push(")");
            }
            Source::Total { column, is_count } => {
                push_total(sql, call, exists, column, is_count, object.name, &format!("{rows}.id"));
                test(sql, dialect, "n.value");
                sql.push(")");
            }
            Source::Related(column) => {
                let organization = if object.name == "organization" { "id" } else { "org_id" };
                push_total(sql, call, exists, column, true, "organization", &format!("{rows}.{organization}"));
                test(sql, dialect, "n.value");
                sql.push(")");
            }
            Source::Index(number) => {
                let way = if negated { Way::NotThere } else { way };
                way.begin(sql, call.company(), number, rows);
                sql.push(" AND ");
                test(sql, dialect, "v.value");
                sql.push(")");
            }
        }
    }

    /// The stage stands in the record or on either side of one of its moves.
    fn has_been(&mut self, stage: i64, rows: &str) {
        self.sql.push("(").push(rows).push(".stage_id = ").bind(stage);
        self.sql.push(" OR EXISTS (SELECT 1");
        self.moves(rows);
        self.sql.push(" AND (h.new_value = ").bind(stage.to_string()).push(" OR h.old_value = ").bind(stage.to_string()).push(")))");
    }

    /// `FROM` the changes of stage of a deal.
    fn moves(&mut self, rows: &str) {
        self.sql.push(" FROM history h WHERE h.company_id = ").bind(self.call.company());
        self.sql.push(" AND h.entity = 'deal' AND h.record_id = ").push(rows).push(".id");
        self.sql.push(" AND h.object = 'change' AND h.field_key = 'stage_id'");
    }

    /// The last move into the stage, or the making of the deal where it was made in this stage.
    fn entered(&mut self, stage: i64, within: &Within, negated: bool, rows: &'static str) {
        self.sql.push(if negated { "NOT EXISTS" } else { "EXISTS" }).push(" (SELECT 1 FROM (SELECT COALESCE((SELECT MAX(h.time)");
        self.moves(rows);
        self.sql.push(" AND h.new_value = ").bind(stage.to_string()).push("), CASE WHEN COALESCE((SELECT h.old_value");
        self.moves(rows);
        self.sql.push(" ORDER BY h.time, h.id LIMIT 1), CAST(").push(rows).push(".stage_id AS TEXT)) = ").bind(stage.to_string());
        self.sql.push(" THEN ").push(rows).push(".add_time END) AS value) n WHERE ");
        within.push(self.sql, "n.value");
        self.sql.push(")");
    }
}

/// The aggregate gives one row, be there totals or not.
fn push_total(sql: &mut Sql, call: &Call, exists: &str, column: &str, is_count: bool, entity: &'static str, record: &str) {
    let (before, after) = if is_count { ("COALESCE(", ", 0)") } else { ("", "") };
    sql.push(exists).push("(SELECT ").push(before).push("MAX(s.").push(column).push(")").push(after);
    sql.push(" AS value FROM totals s WHERE s.company_id = ").bind(call.company());
    sql.push(" AND s.record_id = ").push(record).push(" AND s.entity = ").bind(entity).push(") n WHERE ");
}

/// The day of a value against the day on which the deal begins to rot, both in the zone of the caller as its clocks stand
/// now. Deals that do not rot have no such day.
fn push_rotten(sql: &mut Sql, call: &Call, dialect: Dialect, rows: &str, operator: Operator, subject: &Subject, value: &str) {
    let now = jiff::Timestamp::from_millisecond(call.now.millis()).unwrap_or_default();
    let offset = i64::from(call.timezone().to_offset(now).seconds()) * 1000;
    if subject.form == Form::Instant {
        sql.push("(").push(value).push(" + ").bind(offset).push(&format!(") / {DAY}"));
    } else {
        sql.push(&dialect.day_number(value));
    }
    sql.push(match operator {
        Operator::Less => " < ",
        Operator::LessOrEqual => " <= ",
        Operator::Greater => " > ",
        Operator::GreaterOrEqual => " >= ",
        _ => " = ",
    });
    let rots_at = format!("COALESCE({rows}.rot_time, {rows}.update_time) + g.days_to_rotten * {DAY}");
    sql.push("(SELECT (").push(&rots_at).push(" + ").bind(offset).push(&format!(") / {DAY} FROM stages g WHERE g.company_id = "));
    sql.bind(call.company()).push(" AND g.id = ").push(rows).push(".stage_id AND g.is_deal_rot_enabled = 1");
    sql.push(" AND ").push(rows).push(".status = 'open' AND ").push(rows).push(".is_archived = 0)");
}

impl Test {
    /// Appends the test of a value that goes under this name. What else an indexed value has is `v.extra`.
    fn push(&self, sql: &mut Sql, dialect: Dialect, subject: &Subject, rows: &str, value: &str) {
        let is_indexed = matches!(subject.source, Source::Index(_));
        match self {
            Test::IsSet if is_indexed => {
                sql.push("TRUE");
            }
            Test::IsSet => {
                sql.push(value).push(" IS NOT NULL");
                if subject.form == Form::Text {
                    sql.push(" AND ").push(value).push(" <> ''");
                }
            }
            Test::IsOneOf(values) => {
                sql.push(value).push(" IN ").bind_list(values.iter().cloned());
            }
            Test::Within(within, currency) => {
                within.push(sql, value);
                if let Some(Currency(code)) = currency {
                    let column = match (subject.source, subject.currency) {
                        (Source::Prices(_), _) => "(item.value ->> 'currency')".to_owned(),
                        (_, Some(column)) => format!("{rows}.{column}"),
                        (_, None) => "v.extra".to_owned(),
                    };
                    sql.push(" AND ").push(&column).push(" = ").bind(code.as_str());
                }
            }
            Test::EndsWithin(within) => within.push(sql, "v.extra"),
            Test::Overlaps { start, end, over_midnight } => {
                sql.push("((v.value < ").bind(end.clone()).push(" AND COALESCE(v.extra, v.value) >= ").bind(start.clone()).push(")");
                if *over_midnight {
                    sql.push(" OR (v.extra < v.value AND (v.value < ").bind(end.clone());
                    sql.push(" OR v.extra >= ").bind(start.clone()).push("))");
                }
                sql.push(")");
            }
            Test::Text(pattern, text) if is_indexed => value_index::push_text(sql, *pattern, text),
            Test::Text(pattern, text) => push_text(sql, dialect, *pattern, text, value),
        }
    }
}

impl Within {
    fn push(&self, sql: &mut Sql, value: &str) {
        if let Some(from) = &self.from {
            sql.push(value).push(" >= ").bind(from.clone());
        }
        if self.from.is_some() && self.to.is_some() {
            sql.push(" AND ");
        }
        if let Some(to) = &self.to {
            sql.push(value).push(" < ").bind(to.clone());
        }
    }
}

pub fn like(pattern: Pattern, text: &str) -> String {
    let text = escape_pattern(text);
    match pattern {
        Pattern::Whole => text,
        Pattern::Beginning => format!("{text}%"),
        Pattern::Middle => format!("%{text}%"),
        Pattern::End => format!("%{text}"),
    }
}

/// Both sides are folded by the engine, so that they agree about letters that it does not know.
fn push_text(sql: &mut Sql, dialect: Dialect, pattern: Pattern, text: &str, value: &str) {
    sql.push(&dialect.folded(value));
    let bound = if pattern == Pattern::Whole { text.to_owned() } else { like(pattern, text) };
    sql.push(if pattern == Pattern::Whole { " = " } else { " LIKE " });
    let placeholder = format!("${}", sql.values.len() + 1);
    sql.values.push(bound.into());
    sql.push(&dialect.folded(&placeholder));
    if pattern != Pattern::Whole {
        sql.push(r" ESCAPE '\'");
    }
}

impl FilterType {
    fn is_listed(&self, object: &Entity) -> bool {
        self.lists.name == object.name
    }
}
