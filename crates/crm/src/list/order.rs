//! The order of a list that is read by cursor, and the place in it where a page begins.

use crate::call::Call;
use crate::cursor::Cursor;
use crate::error::{ApiError, ApiResult};
use penstock_model::{Entity, Kind, Value};
use penstock_store::{Sql, Weight};

/// One sort column with the id to break ties, and the place in it where a page begins.
pub struct CursorOrder {
    /// The column that is sorted by.
    pub column: &'static str,
    descending: bool,
    after: Option<(Value, i64)>,
}

impl CursorOrder {
    /// Reads `sort_by`, `sort_direction` and `cursor`. A cursor of another order is refused.
    pub fn of(call: &Call, entity: &'static Entity) -> ApiResult<Self> {
        let key = call.args.text("sort_by").unwrap_or("id");
        let sortable = |field: &penstock_model::Field| field.key == "id" || field.sort_v2;
        let field = entity.fields.iter().find(|field| field.key == key && sortable(field));
        let field = field.ok_or_else(|| ApiError::invalid_key("sort_by", "cannot be sorted by"))?;
        let descending = call.args.text("sort_direction") == Some("desc");
        let direction = if descending { "desc" } else { "asc" };
        let after = match call.args.text("cursor") {
            None => None,
            Some(text) => {
                let forged = || ApiError::invalid_key("cursor", "is not valid for this list");
                let cursor = Cursor::decode(text).ok_or_else(forged)?;
                if cursor.field != field.key || cursor.direction != direction {
                    return Err(forged());
                }
                let value = cursor.cell().filter(|value| fits(field.kind, value)).ok_or_else(forged)?;
                Some((value, cursor.id))
            }
        };
        Ok(CursorOrder { column: field.column, descending, after })
    }

    /// Appends the condition for rows after the cursor.
    pub fn after_cursor(&self, sql: &mut Sql) {
        let Some((value, id)) = &self.after else { return };
        let beyond = if self.descending { " < " } else { " > " };
        if self.is_by_id() {
            sql.push(" AND t.id").push(beyond).bind(*id);
        } else {
            sql.push(" AND (t.").push(self.column).push(", t.id)").push(beyond).push("(");
            sql.bind(value.clone()).push(", ").bind(*id).push(")");
        }
    }

    /// Appends the order and the number of rows.
    pub fn push(&self, sql: &mut Sql, limit: i64) {
        let direction = if self.descending { " DESC" } else { "" };
        sql.push(" ORDER BY ");
        if !self.is_by_id() {
            sql.push("t.").push(self.column).push(direction).push(", ");
        }
        sql.push("t.id").push(direction).push(" LIMIT ").bind(limit);
    }

    pub fn is_by_id(&self) -> bool {
        self.column == "id"
    }

    /// An order by id follows an index whatever the parameters narrow the list to; others may have to sort, and filters to
    /// look at every record.
    pub fn weight(&self, call: &Call) -> Weight {
        if self.is_by_id() && call.filter.is_none() { Weight::Light } else { Weight::Heavy }
    }

    /// The cursor of the page after the row with this value and id.
    pub fn cursor(&self, value: Value, id: i64) -> String {
        let value = match value {
            Value::Int(number) => number.into(),
            Value::Text(text) => text.as_ref().into(),
            Value::Real(_) | Value::Null => serde_json::Value::Null,
        };
        let direction = if self.descending { "desc" } else { "asc" };
        Cursor { field: self.column.to_owned(), value, direction: direction.to_owned(), id }.encode()
    }
}

fn fits(kind: Kind, value: &Value) -> bool {
    match kind {
        Kind::Text(_) | Kind::Choice(_) | Kind::Date => matches!(value, Value::Text(_)),
        _ => matches!(value, Value::Int(_)),
    }
}
