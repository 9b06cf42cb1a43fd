use penstock_model::Value;
use std::borrow::Cow;

/// A statement in the making: text with `$1`, `$2` ... in order, and their values. Both engines take this form.
#[derive(Debug, Clone, Default)]
pub struct Sql {
    pub text: String,
    pub values: Vec<Value>,
    /// See [`Sql::plan_for_values`].
    pub(crate) is_planned_for_values: bool,
}

impl Sql {
    pub fn new(text: impl Into<String>) -> Self {
        Sql::of(text, Vec::new())
    }

    /// A text with the values of its placeholders.
    pub fn of(text: impl Into<String>, values: Vec<Value>) -> Self {
        Sql { text: text.into(), values, is_planned_for_values: false }
    }

    /// Says that how best to go about this query depends on how frequent its values are. PostgreSQL makes one plan for any values of
    /// a statement that comes again and again; a filter took twenty times as long by it.
    pub fn plan_for_values(&mut self) -> &mut Self {
        self.is_planned_for_values = true;
        self
    }

    /// Appends text. Never pass anything that came from a request.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends a placeholder for a value.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.text.push('$');
        self.text.push_str(itoa::Buffer::new().format(self.values.len()));
        self
    }

    /// Appends `(…, …)` with a placeholder for each value; an empty list matches nothing.
    pub fn bind_list<T: Into<Value>>(&mut self, values: impl IntoIterator<Item = T>) -> &mut Self {
        self.push("(");
        let mut first = true;
        for value in values {
            if !first {
                self.push(", ");
            }
            first = false;
            self.bind(value);
        }
        if first {
            self.push("NULL");
        }
        self.push(")")
    }
}

/// What must be true of the number of rows a statement has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    Anything,
    /// Exactly one row, else the whole job fails with [`crate::StoreError::Conflict`].
    OneRow,
}

/// One writing statement of a job.
#[derive(Debug, Clone)]
pub struct Statement {
    pub text: Cow<'static, str>,
    pub values: Vec<Value>,
    pub expect: Expect,
}

impl Statement {
    pub fn new(text: impl Into<Cow<'static, str>>, values: Vec<Value>) -> Self {
        Statement { text: text.into(), values, expect: Expect::Anything }
    }

    pub fn one_row(text: impl Into<Cow<'static, str>>, values: Vec<Value>) -> Self {
        Statement { text: text.into(), values, expect: Expect::OneRow }
    }
}

impl From<Sql> for Statement {
    fn from(sql: Sql) -> Self {
        Statement::new(sql.text, sql.values)
    }
}

/// A row to insert. Rows of one shape, equal but for their values, fit into one statement.
#[derive(Debug)]
pub(crate) struct Insert {
    /// `INSERT INTO table (columns) VALUES `
    pub into: Cow<'static, str>,
    /// What to do where the key exists, as ` ON CONFLICT …`; empty where that is an error.
    pub conflict: Cow<'static, str>,
    pub values: Vec<Value>,
}

impl Insert {
    pub fn new(into: impl Into<Cow<'static, str>>, values: Vec<Value>) -> Self {
        Insert { into: into.into(), conflict: Cow::Borrowed(""), values }
    }

    pub fn or(mut self, conflict: impl Into<Cow<'static, str>>) -> Self {
        self.conflict = conflict.into();
        self
    }

    /// Statements of `most` rows or, for what is left, of half as many and so on: few texts, which stay prepared.
    pub fn statements(into: &str, conflict: &str, rows: Vec<Vec<Value>>, most: usize) -> Vec<Statement> {
        let mut statements = Vec::new();
        let mut rows = rows.into_iter();
        let mut size = most.max(1);
        while rows.len() > 0 {
            while size > rows.len() {
                size /= 2;
            }
            let first = Insert::statement(into, conflict, rows.by_ref().take(size));
            let text = first.text.clone();
            statements.push(first);
            while rows.len() >= size {
                statements.push(Statement::new(text.clone(), rows.by_ref().take(size).flatten().collect()));
            }
        }
        statements
    }

    /// One statement that inserts several rows of one shape.
    pub fn statement(into: &str, conflict: &str, rows: impl IntoIterator<Item = Vec<Value>>) -> Statement {
        let mut sql = Sql::new(into);
        for (place, row) in rows.into_iter().enumerate() {
            sql.push(if place == 0 { "" } else { ", " }).bind_list(row);
        }
        sql.push(conflict);
        sql.into()
    }
}

impl From<Insert> for Statement {
    fn from(row: Insert) -> Self {
        Insert::statement(&row.into, &row.conflict, [row.values])
    }
}
