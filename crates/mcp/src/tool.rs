//! One row of the tool table: a name for agents, and the operation behind it. What a row does not say, its operation says:
//! where a parameter goes, what it holds and whether it must be there.

use crate::jobs::Job;

/// What a call does, from which its annotations follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Reads,
    /// Adds something, each time anew.
    Adds,
    /// Changes something; twice is as good as once.
    Changes,
    /// Takes something away, and asks first.
    Removes,
}

/// What an argument holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    Id,
    /// A whole number between these.
    Int(i64, i64),
    /// A number that is at least so much.
    Number(f64),
    /// At most so many characters; 0 for no limit.
    Text(u32),
    Choice(&'static [&'static str]),
    /// Several words; of these, unless the list is empty.
    Words(&'static [&'static str]),
    Bool,
    /// Yes or no, which the operation takes as 1 or 0.
    Switch,
    Date,
    Time,
    Uuid,
    Ids,
    Object,
    Objects,
    Any,
    /// E-mail addresses or phone numbers.
    Contacts,
    Address,
    /// Who sees a record: 1, 3, 5 or 7.
    Visibility,
    /// Labels of an entity, by id or name.
    Labels(&'static str),
    /// Custom fields of an entity, by name or key.
    Custom(&'static str),
    /// The key of a field of an entity, by name or key.
    Field(&'static str),
    /// With yes only the caller's own records.
    Mine,
    /// A field and a direction, such as `update_time DESC`.
    Order,
}

/// One argument of a tool.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    pub name: &'static str,
    /// What the operation calls it.
    pub to: &'static str,
    pub kind: Option<Kind>,
    pub required: Option<bool>,
    pub about: &'static str,
}

/// An argument that is called as the operation calls it.
pub const fn p(name: &'static str) -> Param {
    Param { name, to: name, kind: None, required: None, about: "" }
}

impl Param {
    pub const fn to(mut self, to: &'static str) -> Self {
        self.to = to;
        self
    }

    pub const fn is(mut self, kind: Kind) -> Self {
        self.kind = Some(kind);
        self
    }

    pub const fn required(mut self) -> Self {
        self.required = Some(true);
        self
    }

    pub const fn optional(mut self) -> Self {
        self.required = Some(false);
        self
    }

    pub const fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }
}

/// What every call of a tool says to its operation.
#[derive(Debug, Clone, Copy)]
pub enum Fixed {
    Text(&'static str),
    Bool(bool),
    Int(i64),
}

/// How a tool does its work.
#[derive(Clone, Copy)]
pub enum Run {
    /// By this operation, such as `v2.getDeals`.
    Operation(&'static str),
    /// By several.
    Job(Job),
}

#[derive(Clone, Copy)]
pub struct Tool {
    pub name: &'static str,
    pub title: &'static str,
    pub about: &'static str,
    pub effect: Effect,
    pub run: Run,
    /// The operation for calls with arguments that the first one does not take.
    pub also: &'static str,
    pub params: &'static [Param],
    /// Parameters beside those that it shares with other tools.
    pub more: &'static [Param],
    /// Shared parameters that it cannot do without.
    pub needs: &'static [&'static str],
    pub fixed: &'static [(&'static str, Fixed)],
    /// The member of its rows that holds the records, where the rows are not records themselves.
    pub within: &'static str,
    /// What concise rows show, where that is not everything that is set.
    pub shows: &'static [&'static str],
    /// The entity of its rows, whose custom fields have names.
    pub of: &'static str,
    /// What the answer of a job always holds.
    pub answers: &'static [(&'static str, Kind)],
    /// Gathers all pages, up to `max_items`.
    pub all_pages: bool,
    /// Answers one thing, not a list.
    pub one: bool,
}

impl Tool {
    const fn new(name: &'static str, title: &'static str, about: &'static str, effect: Effect, run: Run) -> Self {
        Tool {
            name,
            title,
            about,
            effect,
            run,
            also: "",
            params: &[],
            more: &[],
            needs: &[],
            fixed: &[],
            within: "",
            shows: &[],
            of: "",
            answers: &[],
            all_pages: false,
            one: false,
        }
    }

    pub const fn params(mut self, params: &'static [Param]) -> Self {
        self.params = params;
        self
    }

    pub const fn more(mut self, params: &'static [Param]) -> Self {
        self.more = params;
        self
    }

    pub const fn needs(mut self, names: &'static [&'static str]) -> Self {
        self.needs = names;
        self
    }

    /// Every parameter that its row mentions. Who gathers all pages passes none over.
    pub fn all_params(&self) -> impl Iterator<Item = &'static Param> {
        let all_pages = self.all_pages;
        self.params.iter().chain(self.more).filter(move |param| !all_pages || param.name != "start")
    }

    pub const fn fixed(mut self, fixed: &'static [(&'static str, Fixed)]) -> Self {
        self.fixed = fixed;
        self
    }

    pub const fn also(mut self, operation: &'static str) -> Self {
        self.also = operation;
        self
    }

    /// Whose rows it shows, and what of them.
    pub const fn shows(mut self, rows: &'static Rows) -> Self {
        self.of = rows.of;
        self.shows = rows.keys;
        self
    }

    pub const fn answers(mut self, members: &'static [(&'static str, Kind)]) -> Self {
        self.answers = members;
        self
    }

    pub const fn within(mut self, member: &'static str) -> Self {
        self.within = member;
        self
    }

    pub const fn all_pages(mut self) -> Self {
        self.all_pages = true;
        self
    }

    pub const fn one(mut self) -> Self {
        self.one = true;
        self
    }

    pub fn operation(&self) -> Option<&'static str> {
        match self.run {
            Run::Operation(id) => Some(id),
            Run::Job(_) => None,
        }
    }
}

/// What concise rows of an entity hold.
#[derive(Debug)]
pub struct Rows {
    /// `deal`, `person`, …; empty where there are no custom fields.
    pub of: &'static str,
    pub keys: &'static [&'static str],
}

pub const fn reads(name: &'static str, title: &'static str, about: &'static str, op: &'static str) -> Tool {
    Tool::new(name, title, about, Effect::Reads, Run::Operation(op))
}

pub const fn adds(name: &'static str, title: &'static str, about: &'static str, op: &'static str) -> Tool {
    Tool::new(name, title, about, Effect::Adds, Run::Operation(op))
}

pub const fn changes(name: &'static str, title: &'static str, about: &'static str, op: &'static str) -> Tool {
    Tool::new(name, title, about, Effect::Changes, Run::Operation(op))
}

pub const fn removes(name: &'static str, title: &'static str, about: &'static str, op: &'static str) -> Tool {
    Tool::new(name, title, about, Effect::Removes, Run::Operation(op))
}

pub const fn job(name: &'static str, title: &'static str, about: &'static str, effect: Effect, job: Job) -> Tool {
    Tool::new(name, title, about, effect, Run::Job(job))
}
