use crate::sql::{Insert, Sql, Statement};
use penstock_model::Value;
use std::borrow::Cow;
use std::fmt::Write;

/// The engine whose SQL is meant, and the few places where the two differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// Appends a condition: the text in `column` begins with `prefix`, be its first letter small or
    /// capital. Only for Latin letters without accents are the others compared without case, too.
    pub fn starts_with(self, sql: &mut Sql, column: &str, prefix: &str) {
        let word = match self {
            Dialect::Sqlite => "LIKE",
            Dialect::Postgres => "ILIKE",
        };
        sql.push("(");
        for (index, spelling) in first_letters(prefix).into_iter().enumerate() {
            if index > 0 {
                sql.push(" OR ");
            }
            let pattern = format!("{}%", escape_pattern(&spelling));
            sql.push(column).push(" ").push(word).push(" ").bind(pattern).push(r" ESCAPE '\'");
        }
        sql.push(")");
    }

    /// A condition: the JSON list in `column`, such as `[3,7]`, holds the whole number that `placeholder`
    /// stands for. False for null.
    pub fn json_has_int(self, column: &str, placeholder: &str) -> String {
        match self {
            Dialect::Sqlite => {
                format!("EXISTS (SELECT 1 FROM json_each({column}) AS item WHERE item.value = CAST({placeholder} AS BIGINT))")
            }
            Dialect::Postgres => {
                format!("COALESCE(CAST({column} AS jsonb) @> to_jsonb(CAST({placeholder} AS BIGINT)), FALSE)")
            }
        }
    }

    /// The member `key` of the JSON object in `column` as text: strings bare, whole numbers as digits,
    /// null where it is missing. The engines write booleans and fractions differently.
    pub fn json_text(self, column: &str, key: &str) -> String {
        let key = key.replace('\'', "''");
        match self {
            Dialect::Sqlite => format!("CAST({column} ->> '{key}' AS TEXT)"),
            Dialect::Postgres => format!("(CAST({column} AS json) ->> '{key}')"),
        }
    }

    /// Appends a condition: `column` holds one of these whole numbers; none matches nothing.
    pub fn among(self, sql: &mut Sql, column: &str, numbers: impl IntoIterator<Item = i64>) {
        self.in_list(sql, &[column], self.list(numbers));
    }

    /// Whole numbers as one value for [`Dialect::in_list`], so that the text is the same for any number of them and
    /// stays prepared.
    pub fn list(self, numbers: impl IntoIterator<Item = i64>) -> Value {
        let (open, close) = match self {
            Dialect::Sqlite => ('[', ']'),
            Dialect::Postgres => ('{', '}'),
        };
        let mut list = String::from(open);
        for number in numbers {
            if list.len() > 1 {
                list.push(',');
            }
            // Writing to a text cannot fail.
            let _ = write!(list, "{number}");
        }
        list.push(close);
        list.into()
    }

    /// Appends a condition: the expression, given in pieces, is one of the numbers of a [`Dialect::list`].
    pub fn in_list(self, sql: &mut Sql, expression: &[&str], list: Value) {
        for piece in expression {
            sql.push(piece);
        }
        match self {
            Dialect::Sqlite => sql.push(" IN (SELECT value FROM json_each(").bind(list).push("))"),
            Dialect::Postgres => sql.push(" = ANY(").bind(list).push(")"),
        };
    }

    /// The same for a query that asks it of a single row: the embedded engine then does not make a table of the list.
    pub fn in_list_once(self, sql: &mut Sql, expression: &[&str], list: Value) {
        match self {
            Dialect::Sqlite => {
                sql.push("EXISTS (SELECT 1 FROM json_each(").bind(list).push(") item WHERE item.value = ");
                for piece in expression {
                    sql.push(piece);
                }
                sql.push(")");
            }
            Dialect::Postgres => self.in_list(sql, expression, list),
        }
    }

    /// The text in small letters. Beyond ASCII PostgreSQL knows those of its locale.
    pub fn folded(self, text: &str) -> String {
        match self {
            Dialect::Sqlite => format!("folded({text})"),
            Dialect::Postgres => format!("LOWER({text})"),
        }
    }

    /// A table, for `FROM`, of the items of the JSON list in `column`. They are called `item.value`; the member of one that is
    /// an object is `item.value ->> 'key'`.
    pub fn json_items(self, column: &str) -> String {
        match self {
            Dialect::Sqlite => format!("json_each({column}) AS item"),
            Dialect::Postgres => format!("json_array_elements(CAST({column} AS json)) AS item(value)"),
        }
    }

    /// The number of the day that `column` holds as `2026-01-31`, counted from 1970.
    pub fn day_number(self, column: &str) -> String {
        match self {
            Dialect::Sqlite => format!("CAST(julianday({column}) - 2440587.5 AS BIGINT)"),
            Dialect::Postgres => format!("CAST(CAST({column} AS date) - DATE '1970-01-01' AS BIGINT)"),
        }
    }

    /// The number of items of the JSON list in `column`; null for null.
    pub fn json_length(self, column: &str) -> String {
        match self {
            Dialect::Sqlite => format!("json_array_length({column})"),
            Dialect::Postgres => format!("json_array_length(CAST({column} AS json))"),
        }
    }

    /// The function for the larger of its arguments. They must not be null: there the engines differ.
    pub fn greatest(self) -> &'static str {
        match self {
            Dialect::Sqlite => "MAX",
            Dialect::Postgres => "GREATEST",
        }
    }

    /// The function for the smaller of its arguments, none of which may be null.
    pub fn least(self) -> &'static str {
        match self {
            Dialect::Sqlite => "MIN",
            Dialect::Postgres => "LEAST",
        }
    }

    /// Statements that insert rows of one shape; `into` ends in `VALUES `.
    pub fn inserts(self, into: &str, rows: Vec<Vec<Value>>) -> Vec<Statement> {
        Insert::statements(into, "", rows, self.rows_per_insert())
    }

    /// How many rows go into one statement of a load. A statement costs a way to PostgreSQL and back; it costs the
    /// embedded store next to nothing, but there the binding of many placeholders does.
    pub(crate) fn rows_per_insert(self) -> usize {
        match self {
            Dialect::Sqlite => 1,
            Dialect::Postgres => 128,
        }
    }

    /// A step of the schema as the engine takes it. The embedded engine keeps the rows of a `CLUSTERED` table in the tree of
    /// their key, so that a lookup is one search and a write one page, instead of two; PostgreSQL has no such tables.
    ///
    /// Texts with `COLLATE "C"` are compared byte by byte, which PostgreSQL has to be told and the embedded engine does anyway.
    pub(crate) fn step(self, step: &'static str) -> Cow<'static, str> {
        const BYTE_BY_BYTE: &str = r#" COLLATE "C""#;
        if let Some(own) = crate::search::clustered_step(self, step) {
            return own.into();
        }
        match (step.strip_suffix(" CLUSTERED"), self) {
            (None, _) => step.into(),
            (Some(table), Dialect::Sqlite) => format!("{} WITHOUT ROWID", table.replace(BYTE_BY_BYTE, "")).into(),
            (Some(table), Dialect::Postgres) => table.into(),
        }
    }

    /// A query for the number of tables of the name that `$1` stands for: 0 or 1.
    pub fn count_tables(self) -> &'static str {
        match self {
            Dialect::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1",
            Dialect::Postgres => "SELECT COUNT(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = $1",
        }
    }
}

/// The text for a `LIKE ... ESCAPE '\'` pattern that matches exactly itself.
pub fn escape_pattern(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// The text as it is, and with its first letter small and capital where that makes a difference. Whether an
/// engine folds letters beyond ASCII depends on its build and its locale, so it is not left to the engine.
fn first_letters(text: &str) -> Vec<String> {
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return vec![String::new()] };
    let rest = letters.as_str();
    let mut spellings = vec![text.to_owned()];
    if !first.is_ascii() {
        for first in [first.to_lowercase().to_string(), first.to_uppercase().to_string()] {
            let spelling = first + rest;
            if !spellings.contains(&spelling) {
                spellings.push(spelling);
            }
        }
    }
    spellings
}
