//! What a condition asks: its field, operator and operands, checked and understood.

use super::dates::{self, When};
use super::grammar::Condition;
use super::objects::FilterType;
use super::operators::{Class, Operator};
use super::subject::{self, Form, Source, Subject};
use crate::call::Call;
use crate::currencies;
use crate::fields::{Listed, Options};
use penstock_model::{Entity, Money, UserId, Value};
use penstock_store::field_values::{folded, money_key, number_key};
use std::collections::BTreeSet;

/// A condition that was understood.
#[derive(Debug, Clone)]
pub struct Question {
    /// What it looks at: the listed record or a linked one.
    pub object: &'static Entity,
    pub asks: Asks,
}

#[derive(Debug, Clone)]
pub enum Asks {
    /// Whether the value passes a test; where it is `negated`, whether it does not, which is true of no value too.
    Value { subject: Subject, test: Test, negated: bool },
    /// Whether exactly these options are chosen, or not exactly these.
    SameSet { number: i64, keys: Vec<String>, negated: bool },
    /// Whether all these options are among the chosen ones.
    HasAll { number: i64, keys: Vec<String> },
    /// Whether none of these options is among the chosen ones.
    HasNone { number: i64, keys: Vec<String> },
    /// Whether a deal is in this stage or was there before.
    HasBeen(i64),
    /// Whether the last entry of a deal into this stage lies within these bounds.
    Entered { stage: i64, within: Within, negated: bool },
    /// How the day of a value lies to the day on which the deal begins to rot.
    Rotten { subject: Subject, operator: Operator, negated: bool },
}

/// A test of one value that is not null.
#[derive(Debug, Clone)]
pub enum Test {
    IsSet,
    IsOneOf(Vec<Value>),
    Within(Within, Option<Currency>),
    /// Of the end of a range.
    EndsWithin(Within),
    /// Whether a range has a part in common with this one. Ranges of times may go over midnight.
    Overlaps {
        start: Value,
        end: Value,
        over_midnight: bool,
    },
    Text(Pattern, String),
}

/// From the first value up to, not including, the second.
#[derive(Debug, Clone, Default)]
pub struct Within {
    pub from: Option<Value>,
    pub to: Option<Value>,
}

/// The currency that an amount must have.
#[derive(Debug, Clone)]
pub struct Currency(pub String);

/// How a text matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    Whole,
    Beginning,
    Middle,
    End,
}

type Problem = String;

impl Question {
    /// Understands a condition of a filter. Errors: what is wrong with it.
    pub fn of(call: &Call, of: &'static FilterType, condition: &Condition) -> Result<Self, Problem> {
        let object = of.object(&condition.object).ok_or_else(|| format!("{} cannot be in a filter of {}", condition.object, of.name))?;
        let field = subject::find(&call.directory, object, &condition.field);
        let field = field.ok_or_else(|| format!("{} has no field {}", condition.object, condition.field))?;
        let operator = Operator::parse(&condition.operator).ok_or_else(|| format!("{} is not an operator", condition.operator))?;
        let mut subject = Subject::of(object, &field, condition.extra.as_deref())?;
        if subject.class == Class::Stage && condition.extra.is_some() {
            subject.class = Class::EnteredStage;
        }
        if !subject.class.takes(operator) {
            return Err(format!("{} does not take the operator {}", field.key_v1(), operator.name()));
        }
        let asks = Reader { call, object, field: &field, subject, condition }.asks(operator)?;
        Ok(Question { object, asks })
    }

    /// Whether it asks for a status of deals, and for this one: nothing where it asks for something else.
    pub fn asks_for_status(&self) -> Option<&str> {
        match &self.asks {
            Asks::Value { subject, test: Test::IsOneOf(words), negated: false } if subject.class == Class::Status => {
                words.first()?.as_text()
            }
            Asks::Value { subject, .. } if subject.class == Class::Status => Some(""),
            _ => None,
        }
    }
}

/// A condition on its way to being understood.
struct Reader<'a> {
    call: &'a Call,
    object: &'static Entity,
    field: &'a Listed<'a>,
    subject: Subject,
    condition: &'a Condition,
}

impl Reader<'_> {
    fn asks(&self, operator: Operator) -> Result<Asks, Problem> {
        let subject = self.subject;
        let (positive, negated) = operator.positive();
        let ordinary = |test| Asks::Value { subject, test, negated };
        if operator.asks_for_null() {
            return Ok(ordinary(Test::IsSet));
        }
        let text = self.value()?;
        Ok(match subject.class {
            Class::Number | Class::Time => ordinary(Test::Within(self.bounds(text)?.by(positive), None)),
            Class::Money => ordinary(Test::Within(self.bounds(text)?.by(positive), self.currency()?)),
            Class::Date | Class::EnteredStage => self.date(text, operator)?,
            Class::DateRange | Class::TimeRange => ordinary(self.range(text, positive)?),
            Class::Text | Class::Title => ordinary(Test::Text(pattern(positive), folded(text))),
            Class::Set => self.set(text, operator)?,
            Class::Stage if operator == Operator::HasBeen => Asks::HasBeen(self.id(text)?),
            Class::User if operator == Operator::BelongsToTeam => ordinary(Test::IsOneOf(self.members(text)?)),
            _ => ordinary(Test::IsOneOf(vec![self.choice(text)?])),
        })
    }

    fn value(&self) -> Result<&str, Problem> {
        self.condition.value.as_deref().ok_or_else(|| self.refuse("a value is required"))
    }

    fn refuse(&self, problem: &str) -> Problem {
        format!("{}: {problem}", self.field.key_v1())
    }

    fn is_indexed(&self) -> bool {
        matches!(self.subject.source, Source::Index(_))
    }

    /// The values that are equal to the one in the text, in the form in which they are kept.
    fn bounds(&self, text: &str) -> Result<Bounds, Problem> {
        let number = || text.trim().parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(|| self.refuse("is not a number"));
        Ok(match self.subject.form {
            Form::Real => {
                let number = number()?;
                let [start, end] = [number, number.next_up()];
                if self.is_indexed() {
                    Bounds { start: number_key(start).into(), end: number_key(end).into() }
                } else {
                    Bounds { start: start.into(), end: end.into() }
                }
            }
            Form::Amount => {
                let amount = text.parse::<Money>().map_err(|error| self.refuse(&error.to_string()))?;
                let next = Money::from_ten_thousandths(amount.ten_thousandths() + 1);
                let [start, end] =
                    [amount, next].map(|amount| if self.is_indexed() { Value::from(money_key(amount)) } else { amount.into() });
                Bounds { start, end }
            }
            Form::Clock => clock(text).ok_or_else(|| self.refuse("is not a time of the form HH:MM or HH:MM:SS"))?,
            // Between two whole numbers there is none that is equal.
            _ => {
                let number = number()?;
                Bounds { start: (number.ceil() as i64).into(), end: (number.floor() as i64).saturating_add(1).into() }
            }
        })
    }

    fn currency(&self) -> Result<Option<Currency>, Problem> {
        let Some(code) = &self.condition.extra else { return Ok(None) };
        let code = code.to_ascii_uppercase();
        if currencies::is_known(&code) { Ok(Some(Currency(code))) } else { Err(self.refuse("extra_value must be a currency")) }
    }

    fn read_date(&self, text: &str, operator: Operator) -> Result<(When, Operator), Problem> {
        let today = self.call.now.date_in(self.call.timezone());
        let read = dates::read(text, today, operator);
        read.ok_or_else(|| self.refuse("must be a date in the form YYYY-MM-DD, or one of the words for dates"))
    }

    fn days(&self, when: When) -> Bounds {
        let (zone, now) = (self.call.timezone(), self.call.now);
        let is_instant = self.subject.form == Form::Instant || self.subject.class == Class::EnteredStage;
        match when {
            When::Now if is_instant => Bounds { start: now.into(), end: now.plus_millis(1).into() },
            When::Now | When::Rotten => {
                let today = now.date_in(zone);
                Bounds { start: today.into(), end: today.plus_days(1).into() }
            }
            When::Days(start, end) if is_instant => Bounds { start: start.start_in(zone).into(), end: end.start_in(zone).into() },
            When::Days(start, end) => Bounds { start: start.into(), end: end.into() },
        }
    }

    fn date(&self, text: &str, operator: Operator) -> Result<Asks, Problem> {
        let (when, operator) = self.read_date(text, operator)?;
        let (positive, negated) = operator.positive();
        let subject = self.subject;
        if when == When::Rotten {
            if self.object.name != "deal" || subject.class != Class::Date {
                return Err(self.refuse("rotten_time is for dates of deals only"));
            }
            return Ok(Asks::Rotten { subject, operator: positive, negated });
        }
        let within = self.days(when).by(positive);
        if subject.class == Class::EnteredStage {
            let stage = self.condition.extra.as_deref().unwrap_or_default();
            let known = stage.parse().ok().filter(|id| self.call.directory.stages.contains_key(id));
            let stage = known.ok_or_else(|| self.refuse("extra_value must be the id of a stage"))?;
            return Ok(Asks::Entered { stage, within, negated });
        }
        Ok(Asks::Value { subject, test: Test::Within(within, None), negated })
    }

    fn range(&self, text: &str, operator: Operator) -> Result<Test, Problem> {
        let over_midnight = self.subject.class == Class::TimeRange;
        let (bounds, operator) = if over_midnight {
            (self.bounds(text)?, operator)
        } else {
            let (when, operator) = self.read_date(text, operator)?;
            if when == When::Rotten {
                return Err(self.refuse("rotten_time is for dates of deals only"));
            }
            (self.days(when), operator)
        };
        use Operator::*;
        Ok(match operator {
            Includes => Test::Overlaps { start: bounds.start, end: bounds.end, over_midnight },
            EndsAt => Test::EndsWithin(bounds.by(Equal)),
            EndsBefore => Test::EndsWithin(bounds.by(Less)),
            EndsOnOrBefore => Test::EndsWithin(bounds.by(LessOrEqual)),
            EndsAfter => Test::EndsWithin(bounds.by(Greater)),
            EndsOnOrAfter => Test::EndsWithin(bounds.by(GreaterOrEqual)),
            other => Test::Within(bounds.by(other), None),
        })
    }

    fn set(&self, text: &str, operator: Operator) -> Result<Asks, Problem> {
        let Source::Index(number) = self.subject.source else { return Err(self.refuse("holds no options")) };
        let mut keys = Vec::new();
        for option in text.split(',').map(str::trim).filter(|option| !option.is_empty()) {
            keys.push(match self.subject.form {
                Form::Real => number_key(self.id(option)? as f64),
                _ => self.uuid(option)?,
            });
        }
        keys.sort();
        keys.dedup();
        if keys.is_empty() {
            return Err(self.refuse("a value is required"));
        }
        Ok(match operator {
            Operator::HasAll => Asks::HasAll { number, keys },
            Operator::HasNone => Asks::HasNone { number, keys },
            other => Asks::SameSet { number, keys, negated: other.positive().1 },
        })
    }

    /// The ids of the members of a team, and of its manager.
    fn members(&self, text: &str) -> Result<Vec<Value>, Problem> {
        let team = text.trim().parse().ok().and_then(|id: i64| self.call.directory.teams.get(&id));
        let team = team.ok_or_else(|| self.refuse("there is no such team"))?;
        let members = team.users.iter().copied().chain([team.manager]).collect::<BTreeSet<_>>();
        Ok(members.into_iter().map(|user| if self.is_indexed() { number_key(user.0 as f64).into() } else { user.into() }).collect())
    }

    fn choice(&self, text: &str) -> Result<Value, Problem> {
        if self.subject.form == Form::Text {
            return self.word(text).map(Value::from);
        }
        let id = self.id(text)?;
        Ok(if self.is_indexed() { number_key(id as f64).into() } else { id.into() })
    }

    /// One of the words that a field takes.
    fn word(&self, text: &str) -> Result<String, Problem> {
        match (self.subject.class, self.field.options(&self.call.directory)) {
            (Class::Currency, _) => {
                let code = text.to_ascii_uppercase();
                if currencies::is_known(&code) { Ok(code) } else { Err(self.refuse("unknown currency")) }
            }
            (Class::Record, _) => self.uuid(text),
            (_, Options::Words(words)) if !words.contains(&text) => Err(self.refuse(&format!("must be one of {}", words.join(", ")))),
            _ => Ok(text.to_owned()),
        }
    }

    fn uuid(&self, text: &str) -> Result<String, Problem> {
        uuid::Uuid::try_parse(text).map(|uuid| uuid.hyphenated().to_string()).map_err(|_| self.refuse("is not a UUID"))
    }

    /// The id of a record, or of something that the company knows.
    fn id(&self, text: &str) -> Result<i64, Problem> {
        let directory = &self.call.directory;
        let id = match (text.trim(), self.subject.class) {
            ("true", Class::Choice) => Ok(1),
            ("false", Class::Choice) => Ok(0),
            (text, _) => text.parse::<i64>().map_err(|_| self.refuse("must be the id of something")),
        }?;
        let is_known = match (self.subject.class, self.field.options(directory)) {
            (Class::User, _) => directory.user(UserId(id)).is_some(),
            (Class::Stage, _) => directory.stages.contains_key(&id),
            (Class::Pipeline, _) => directory.pipelines.contains_key(&id),
            (Class::Visibility, Options::Numbers(options)) => options.iter().any(|(known, _)| *known == id),
            // Records may still hold an option that was deleted.
            (Class::Choice | Class::Set, Options::Own(_)) => self.field.definition.is_some_and(|field| field.label(id).is_some()),
            (Class::Choice, _) => (0..=1).contains(&id),
            _ => id > 0,
        };
        if is_known { Ok(id) } else { Err(self.refuse(&format!("{id} is not known"))) }
    }
}

fn pattern(operator: Operator) -> Pattern {
    match operator {
        Operator::StartsWith => Pattern::Beginning,
        Operator::Contains => Pattern::Middle,
        Operator::EndsWith => Pattern::End,
        _ => Pattern::Whole,
    }
}

/// The values that count as equal: from the first up to, not including, the second.
#[derive(Debug, Clone)]
struct Bounds {
    start: Value,
    end: Value,
}

impl Bounds {
    fn by(self, operator: Operator) -> Within {
        let Bounds { start, end } = self;
        match operator {
            Operator::Less => Within { from: None, to: Some(start) },
            Operator::LessOrEqual => Within { from: None, to: Some(end) },
            Operator::Greater => Within { from: Some(end), to: None },
            Operator::GreaterOrEqual => Within { from: Some(start), to: None },
            _ => Within { from: Some(start), to: Some(end) },
        }
    }
}

/// A time of the day. Columns hold it with or without seconds; the form without sorts just before the full minute.
fn clock(text: &str) -> Option<Bounds> {
    let text = text.trim();
    let plain = text.len() == 5 || text.len() == 8;
    let time: jiff::civil::Time = text.parse().ok().filter(|_| plain)?;
    let second = |seconds: i32| format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let seconds = i32::from(time.hour()) * 3600 + i32::from(time.minute()) * 60 + i32::from(time.second());
    let full = second(seconds);
    let start = full.strip_suffix(":00").unwrap_or(&full);
    Some(Bounds { start: start.into(), end: second(seconds + 1).into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_day() {
        let read = |text| clock(text).map(|Bounds { start, end }| [start, end].map(|value| value.as_text().unwrap().to_owned()));
        assert_eq!(read("10:00"), Some(["10:00".to_owned(), "10:00:01".to_owned()]));
        assert_eq!(read("09:59:59"), Some(["09:59:59".to_owned(), "10:00".to_owned() + ":00"]));
        assert_eq!(read("23:59:59").unwrap()[1], "24:00:00");
        assert_eq!(read("24:00"), None);
        assert_eq!(read("9:00"), None);
        assert_eq!(read("10:00:00.5"), None);
    }

    #[test]
    fn operators_split_the_line_at_the_equal_values() {
        let within = |operator| {
            let within = Bounds { start: 5.into(), end: 7.into() }.by(operator);
            (within.from.and_then(|value| value.as_int()), within.to.and_then(|value| value.as_int()))
        };
        assert_eq!(within(Operator::Equal), (Some(5), Some(7)));
        assert_eq!(within(Operator::Less), (None, Some(5)));
        assert_eq!(within(Operator::LessOrEqual), (None, Some(7)));
        assert_eq!(within(Operator::Greater), (Some(7), None));
        assert_eq!(within(Operator::GreaterOrEqual), (Some(5), None));
    }
}
