//! What a list that is read by cursor was asked for.

use super::{limit, updated};
use crate::call::Call;
use crate::cursor::Cursor;
use crate::error::{ApiError, ApiResult};
use crate::select;
use penstock_model::{Entity, Kind, Value};
use penstock_store::{Sql, Weight};

/// A page in the order of one column, with the id to break ties.
pub struct CursorPage {
    /// The column that is sorted by.
    pub column: &'static str,
    pub limit: i64,
    descending: bool,
    after: Option<(Value, i64)>,
    /// Whether to look for the rows by the time of their update.
    few_were_updated: bool,
}

impl CursorPage {
    /// Reads `sort_by`, `sort_direction`, `cursor` and `limit`. A cursor of another order is refused.
    pub async fn of(call: &Call, entity: &'static Entity) -> ApiResult<Self> {
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
        let limit = limit(call, "limit")?;
        let mut page = CursorPage { column: field.column, limit, descending, after, few_were_updated: false };
        page.few_were_updated = page.is_by_id() && updated::are_few(call, entity).await?;
        Ok(page)
    }

    /// Appends which of the rows called `t` the page has, in their order, and one more.
    pub fn choose(
        &self,
        sql: &mut Sql,
        call: &Call,
        entity: &'static Entity,
        narrow: impl FnOnce(&Call, &mut Sql) -> ApiResult<()>,
    ) -> ApiResult<()> {
        select::scope(sql, call, entity);
        narrow(call, sql)?;
        if self.few_were_updated {
            updated::only(sql, call, entity);
        }
        self.after_cursor(sql);
        self.order(sql);
        sql.push(" LIMIT ").bind(self.limit + 1);
        Ok(())
    }

    fn after_cursor(&self, sql: &mut Sql) {
        let Some((value, id)) = &self.after else { return };
        let beyond = if self.descending { " < " } else { " > " };
        if self.is_by_id() {
            sql.push(" AND t.id").push(beyond).bind(*id);
        } else {
            sql.push(" AND (t.").push(self.column).push(", t.id)").push(beyond).push("(");
            sql.bind(value.clone()).push(", ").bind(*id).push(")");
        }
    }

    fn order(&self, sql: &mut Sql) {
        let direction = if self.descending { " DESC" } else { "" };
        sql.push(" ORDER BY ");
        if !self.is_by_id() {
            sql.push("t.").push(self.column).push(direction).push(", ");
        }
        sql.push("t.id").push(direction);
    }

    fn is_by_id(&self) -> bool {
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
