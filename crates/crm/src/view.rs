//! How v2 shows records: rows of the store become bytes directly, field by field.

use crate::call::Call;
use crate::custom::write_custom_v2;
use crate::directory::Directory;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::select;
use jiff::tz::TimeZone;
use penstock_model::{Entity, Field, Kind, Money, Show, Time};
use penstock_store::{Cell, Row, Sql};
use std::sync::Arc;

/// At most so many keys in the parameter `custom_fields` (semantics.md 5.4).
const MAX_CUSTOM_KEYS: usize = 15;

/// What a v2 answer shows of each record of one entity.
pub struct View {
    entity: &'static Entity,
    shown: Vec<&'static Field>,
    /// The codes of the custom fields to show; `None` for all.
    custom: Option<Vec<String>>,
    labels: bool,
    option_labels: bool,
    /// Rows were made by this very request: they were never updated.
    fresh: bool,
    directory: Arc<Directory>,
    zone: TimeZone,
}

impl View {
    /// The view that the parameters of the request ask for.
    pub fn of(call: &Call, entity: &'static Entity) -> ApiResult<Self> {
        let asked = call.args.words("include_fields");
        let shows = |field: &Field| match field.v2 {
            Show::Always => true,
            Show::OnRequest => asked.iter().any(|key| key == field.key),
            Show::Never => false,
        };
        Ok(View {
            entity,
            shown: entity.fields.iter().filter(|field| shows(field)).collect(),
            custom: custom_codes(call)?,
            labels: call.args.flag("include_labels"),
            option_labels: call.args.flag("include_option_labels"),
            fresh: false,
            directory: call.directory.clone(),
            zone: call.timezone().clone(),
        })
    }

    /// The same for the answer to a create, in which `update_time` is null (semantics.md 31.2).
    pub fn fresh(mut self) -> Self {
        self.fresh = true;
        self
    }

    /// The same with a field that the request cannot ask for.
    pub fn with(mut self, key: &str) -> Self {
        self.shown.extend(self.entity.field(key).map(|(_, field)| field).filter(|field| field.v2 == Show::OnRequest));
        self
    }

    pub fn width(&self) -> usize {
        self.shown.len()
    }

    /// `SELECT …` of the shown columns, with `more` columns after them, up to the end of the joins.
    pub fn select(&self, more: &[&str]) -> Sql {
        let mut sql = Sql::new("SELECT ");
        select::columns(&mut sql, self.fields());
        for column in more {
            sql.push(", ").push(column);
        }
        sql.push(" FROM ").push(self.entity.table).push(" t");
        select::joins(&mut sql, self.entity, self.fields());
        sql
    }

    fn fields(&self) -> impl Iterator<Item = &'static Field> + Clone + '_ {
        self.shown.iter().copied()
    }

    /// Writes one row of [`View::select`] as an object.
    pub fn write(&self, json: &mut Json, row: &dyn Row) {
        json.begin_object();
        for (index, field) in self.shown.iter().enumerate() {
            json.key(field.key);
            let cell = row.cell(index);
            match field.kind {
                Kind::Custom => self.write_custom(json, cell),
                Kind::Labels => self.write_labels(json, field, cell),
                Kind::LocalDate => match cell {
                    Cell::Int(millis) => json.string(&Time::from_millis(millis).date_in(&self.zone).to_string()),
                    _ => json.null(),
                },
                Kind::SmartBcc => match cell {
                    Cell::Int(id) => json.string(&self.directory.smart_bcc(self.entity.name, id)),
                    _ => json.null(),
                },
                Kind::Time if self.fresh && field.key == "update_time" => json.null(),
                kind => write_plain(json, kind, cell),
            }
        }
        json.end_object();
    }

    fn write_custom(&self, json: &mut Json, cell: Cell<'_>) {
        let kept = if let Cell::Text(kept) = cell { kept } else { "{}" };
        let fields = self.directory.custom_fields(self.entity.name);
        match &self.custom {
            None => write_custom_v2(json, fields, kept, self.option_labels),
            Some(codes) => write_custom_v2(json, fields.filter(|field| codes.contains(&field.code)), kept, self.option_labels),
        }
    }

    fn write_labels(&self, json: &mut Json, field: &Field, cell: Cell<'_>) {
        let Cell::Text(ids) = cell else {
            json.raw("[]");
            return;
        };
        json.raw(ids);
        if !self.labels {
            return;
        }
        let definition = self.directory.field(self.entity.name, field.key);
        let ids: Vec<i64> = serde_json::from_str(ids).unwrap_or_default();
        json.key("labels");
        json.begin_array();
        for option in ids.iter().filter_map(|id| definition?.option(*id)) {
            json.begin_object();
            json.key("id");
            json.int(option.id);
            json.key("label");
            json.string(&option.label);
            json.end_object();
        }
        json.end_array();
    }
}

/// The custom fields that the parameter names.
fn custom_codes(call: &Call) -> ApiResult<Option<Vec<String>>> {
    let Some(keys) = call.args.text("custom_fields") else {
        return Ok(None);
    };
    let codes: Vec<_> = keys.split(',').map(str::trim).filter(|key| !key.is_empty()).map(str::to_owned).collect();
    if codes.len() > MAX_CUSTOM_KEYS {
        return Err(ApiError::invalid_key("custom_fields", &format!("must not name more than {MAX_CUSTOM_KEYS} fields")));
    }
    Ok(Some(codes))
}

/// Writes a cell whose form depends on nothing but its kind, as v2 does.
pub fn write_plain(json: &mut Json, kind: Kind, cell: Cell<'_>) {
    match (kind, cell) {
        (Kind::Count, Cell::Null) => json.int(0),
        (Kind::Bool, Cell::Int(flag)) => json.bool(flag != 0),
        (Kind::Bool, Cell::Null) => json.bool(false),
        (Kind::Contacts | Kind::Labels, Cell::Null) => json.raw("[]"),
        (_, Cell::Null) => json.null(),
        (Kind::Money, Cell::Int(amount)) => write_money(json, Money::from_ten_thousandths(amount)),
        (Kind::Time, Cell::Int(millis)) => json.plain_string(|out| Time::from_millis(millis).write_v2(out)),
        (Kind::Contacts | Kind::Address | Kind::Json | Kind::Labels, Cell::Text(text)) => json.raw(text),
        (_, Cell::Int(number)) => json.int(number),
        (_, Cell::Real(number)) => json.real(number),
        (_, Cell::Text(text)) => json.string(text),
    }
}

/// An amount as a JSON number.
pub fn write_money(json: &mut Json, amount: Money) {
    if amount.ten_thousandths() % 10_000 == 0 {
        json.int(amount.ten_thousandths() / 10_000);
    } else {
        json.raw(&amount.to_string());
    }
}
