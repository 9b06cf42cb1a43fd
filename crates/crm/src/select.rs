//! The `SELECT` of records: which columns and joins the fields of an entity need.

use crate::call::Call;
use crate::rights::{self, Scan};
use penstock_model::{Entity, Field, Kind, Place, Record, Time, Value};
use penstock_store::{Row, Sql};

/// Deleted records can be read for so long (semantics.md 16).
pub const DELETED_DAYS: i64 = 30;

/// Appends the columns of fields: `t.id, t.title, s.notes_count …`; a field without a column gives null.
pub fn columns(sql: &mut Sql, fields: impl Iterator<Item = &'static Field>) {
    let mut first = true;
    for field in fields {
        if !first {
            sql.push(", ");
        }
        first = false;
        let alias = match field.place {
            Place::Nowhere => {
                sql.push("NULL");
                continue;
            }
            Place::Totals => "s.",
            Place::Related => "o.",
            Place::Row | Place::Computed => "t.",
        };
        sql.push(alias).push(field.column);
    }
}

/// Appends the joins that these fields need.
pub fn joins(sql: &mut Sql, entity: &'static Entity, fields: impl Iterator<Item = &'static Field> + Clone) {
    if fields.clone().any(|field| field.place == Place::Totals) {
        sql.push(" LEFT JOIN totals s ON s.company_id = t.company_id AND s.entity = ").bind(entity.name);
        sql.push(" AND s.record_id = t.id");
    }
    if fields.clone().any(|field| field.place == Place::Related) {
        let link = if entity.name == "organization" { "t.id" } else { "t.org_id" };
        sql.push(" LEFT JOIN totals o ON o.company_id = t.company_id AND o.entity = 'organization' AND o.record_id = ").push(link);
    }
}

/// Appends the condition that every read of records begins with: the company, and what the caller may see.
pub fn scope(sql: &mut Sql, call: &Call, entity: &'static Entity) {
    scope_with(sql, call, entity, Scan::Page);
}

/// [`scope`] for a query that reads a single record by its id.
pub fn scope_of_one(sql: &mut Sql, call: &Call, entity: &'static Entity) {
    scope_with(sql, call, entity, Scan::One);
}

/// [`scope`] for a query that passes over many records.
pub fn scope_of_many(sql: &mut Sql, call: &Call, entity: &'static Entity) {
    scope_with(sql, call, entity, Scan::Table);
}

fn scope_with(sql: &mut Sql, call: &Call, entity: &'static Entity, scan: Scan) {
    sql.push(" WHERE t.company_id = ").bind(call.company());
    rights::visible_rows(sql, call, entity, "t", scan);
}

/// Appends the condition that deleted rows are still within their time.
pub fn not_purged(sql: &mut Sql, call: &Call, entity: &'static Entity) {
    if entity.field("delete_time").is_some() {
        sql.push(" AND (t.is_deleted = 0 OR t.delete_time > ").bind(purge_limit(call.now)).push(")");
    }
}

/// Rows deleted before this moment are gone.
pub fn purge_limit(now: Time) -> Time {
    now.plus_days(-DELETED_DAYS)
}

/// How much of a record is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The columns of the entity's own table: enough to plan a write.
    Row,
    /// Totals too: enough to show it.
    Everything,
}

impl Depth {
    fn takes(self, field: &Field) -> bool {
        match field.place {
            Place::Row => true,
            Place::Totals | Place::Related => self == Depth::Everything,
            Place::Computed | Place::Nowhere => false,
        }
    }
}

/// Begins `SELECT version, … FROM deals t …` for whole records; [`record`] reads its rows.
pub fn records(entity: &'static Entity, depth: Depth) -> Sql {
    let fields = entity.fields.iter().filter(move |field| depth.takes(field));
    let mut sql = Sql::new("SELECT t.version, ");
    columns(&mut sql, fields.clone());
    sql.push(" FROM ").push(entity.table).push(" t");
    joins(&mut sql, entity, fields);
    sql
}

/// Reads a row of [`records`].
pub fn record(entity: &'static Entity, depth: Depth, row: &dyn Row) -> Record {
    let mut at = 0;
    let values: Vec<Value> = entity
        .fields
        .iter()
        .map(|field| {
            if !depth.takes(field) {
                return Value::Null;
            }
            at += 1;
            match (field.kind, row.cell(at).to_value()) {
                (Kind::Count, Value::Null) => Value::Int(0),
                (_, value) => value,
            }
        })
        .collect();
    let id = entity.field("id").and_then(|(index, _)| values[index].as_int()).unwrap_or_default();
    Record { entity, id, version: row.int(0).unwrap_or_default(), values }
}
