//! How v2 shows records: rows of the store become bytes directly, field by field.

use crate::call::Call;
use crate::custom::CustomShape;
use crate::directory::Directory;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::list::{HitRate, new_shape};
use crate::select;
use jiff::tz::TimeZone;
use penstock_model::{Entity, Field, Kind, Money, Place, Show, Time};
use penstock_store::{Cell, Row, Sql};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// At most so many keys in the parameter `custom_fields` (semantics.md 5.4).
const MAX_CUSTOM_KEYS: usize = 15;

/// What a v2 answer shows of each record of one entity.
pub struct View {
    entity: &'static Entity,
    shape: Arc<Shape>,
    labels: bool,
    /// Rows were made by this very request: they were never updated.
    fresh: bool,
    directory: Arc<Directory>,
    zone: TimeZone,
}

/// What is the same in every row.
#[derive(Debug)]
struct Shape {
    /// The name of this shape among those whose rows may be kept. No two have the same, so that what was kept is of no more use once
    /// the directory has changed.
    kept_as: Option<u64>,
    hit_rate: HitRate,
    /// The shown fields that are read, each with the length of `frame` before its value.
    read: Vec<(&'static Field, usize)>,
    /// Keys, and the values of fields that are always empty.
    frame: String,
    custom: CustomShape,
}

/// The shapes of answers to requests that ask for nothing in particular, by entity and by the zone of the caller. They follow from
/// the directory and are kept with it: to make one took a tenth of a GET.
#[derive(Debug, Default)]
pub struct Shapes(RwLock<HashMap<&'static str, Zoned>>);

/// The shapes of one entity.
type Zoned = Vec<(TimeZone, Arc<Shape>)>;

impl Shapes {
    fn of(&self, entity: &'static Entity, zone: &TimeZone, make: impl FnOnce() -> Shape) -> Arc<Shape> {
        let shapes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let known = shapes.get(entity.name).and_then(|shapes| shapes.iter().find(|(of, _)| of == zone));
        if let Some((_, shape)) = known {
            return Arc::clone(shape);
        }
        drop(shapes);
        let shape = Arc::new(make().numbered());
        let mut shapes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        shapes.entry(entity.name).or_default().push((zone.clone(), Arc::clone(&shape)));
        shape
    }
}

impl Shape {
    fn of(entity: &'static Entity, shows: impl Fn(&&Field) -> bool, custom: CustomShape) -> Self {
        let (mut read, mut frame) = (Vec::with_capacity(entity.fields.len()), String::with_capacity(1024));
        for field in entity.fields.iter().filter(shows) {
            frame.push_str(if frame.is_empty() { "{\"" } else { ",\"" });
            frame.push_str(field.key);
            frame.push_str("\":");
            match field.place {
                Place::Nowhere => frame.push_str(empty(field.kind)),
                _ => read.push((field, frame.len())),
            }
        }
        frame.push('}');
        Shape { kept_as: None, hit_rate: HitRate::default(), read, frame, custom }
    }

    /// Lets rows be kept, if they depend on nothing but their record: totals change without it.
    fn numbered(mut self) -> Self {
        let is_own = |field: &Field| matches!(field.place, Place::Row | Place::Computed);
        self.kept_as = self.read.iter().all(|(field, _)| is_own(field)).then(new_shape);
        self
    }
}

impl View {
    /// The view that the parameters of the request ask for.
    pub fn of(call: &Call, entity: &'static Entity) -> ApiResult<Self> {
        View::showing(call, entity, &[])
    }

    /// The same with fields that the request cannot ask for.
    pub fn showing(call: &Call, entity: &'static Entity, also: &[&str]) -> ApiResult<Self> {
        let asked = call.args.words("include_fields");
        let shows = |field: &&Field| match field.v2 {
            Show::Always => true,
            Show::OnRequest => asked.iter().any(|key| key == field.key) || also.contains(&field.key),
            Show::Never => false,
        };
        let labels = call.args.flag("include_option_labels");
        let zone = call.timezone();
        let shape = match custom_codes(call)? {
            None if asked.is_empty() && also.is_empty() && !labels => {
                let custom = || CustomShape::of(call.directory.custom_fields(entity.name), false);
                call.directory.shapes.of(entity, zone, || Shape::of(entity, shows, custom()))
            }
            codes => {
                let is_asked = |code: &str| codes.as_ref().is_none_or(|codes| codes.contains(&code));
                let fields = call.directory.custom_fields(entity.name).filter(|field| is_asked(&field.code));
                Arc::new(Shape::of(entity, shows, CustomShape::of(fields, labels)))
            }
        };
        Ok(View {
            entity,
            shape,
            labels: call.args.flag("include_labels"),
            fresh: false,
            directory: call.directory.clone(),
            zone: zone.clone(),
        })
    }

    /// The same for the answer to a create, in which `update_time` is null (semantics.md 31.2).
    pub fn fresh(mut self) -> Self {
        self.fresh = true;
        self
    }

    /// The name under which rows of this view may be kept, by id and version; `None` if they may not.
    pub fn kept_as(&self) -> Option<u64> {
        self.shape.kept_as.filter(|_| !self.labels && !self.fresh)
    }

    /// How often rows of this shape were kept.
    pub fn hit_rate(&self) -> &HitRate {
        &self.shape.hit_rate
    }

    /// `SELECT …` of the columns that are read, up to the end of the joins.
    pub fn select(&self) -> Sql {
        self.select_with(&[]).0
    }

    /// [`View::select`] with stored columns beside those that are read, and their places in its rows.
    pub fn select_with<const N: usize>(&self, columns: &[&str; N]) -> (Sql, [usize; N]) {
        let mut sql = Sql::of(String::with_capacity(2048), Vec::with_capacity(16));
        sql.push("SELECT ");
        select::columns(&mut sql, self.fields());
        let mut width = self.shape.read.len();
        let places = columns.map(|column| {
            if let Some(place) = self.shape.read.iter().position(|(field, _)| field.place == Place::Row && field.column == column) {
                return place;
            }
            sql.push(", t.").push(column);
            width += 1;
            width - 1
        });
        sql.push(" FROM ").push(self.entity.table).push(" t");
        select::joins(&mut sql, self.entity, self.fields());
        (sql, places)
    }

    fn fields(&self) -> impl Iterator<Item = &'static Field> + Clone + '_ {
        self.shape.read.iter().map(|(field, _)| *field)
    }

    /// Writes one row of [`View::select`] as an object.
    pub fn write(&self, json: &mut Json, row: &dyn Row) {
        json.separate();
        let mut written = 0;
        for (index, (field, before)) in self.shape.read.iter().enumerate() {
            json.fragment(&self.shape.frame[written..*before]);
            written = *before;
            let cell = row.cell(index);
            match field.kind {
                Kind::Custom => self.shape.custom.write(json, if let Cell::Text(kept) = cell { kept } else { "{}" }),
                Kind::Labels => self.write_labels(json, field, cell),
                Kind::LocalDate => match cell {
                    Cell::Int(millis) => json.string(&Time::from_millis(millis).date_in(&self.zone).to_string()),
                    _ => json.null(),
                },
                Kind::SmartBcc => match cell {
                    Cell::Int(id) => self.directory.write_smart_bcc(json, self.entity.name, id),
                    _ => json.null(),
                },
                Kind::Time if self.fresh && field.key == "update_time" => json.null(),
                kind => write_plain(json, kind, cell),
            }
        }
        json.fragment(&self.shape.frame[written..]);
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

/// The codes of the custom fields that the parameter names; `None` for all.
fn custom_codes(call: &Call) -> ApiResult<Option<Vec<&str>>> {
    let Some(keys) = call.args.text("custom_fields") else { return Ok(None) };
    let codes: Vec<_> = keys.split(',').map(str::trim).filter(|key| !key.is_empty()).collect();
    if codes.len() > MAX_CUSTOM_KEYS {
        return Err(ApiError::invalid_key("custom_fields", &format!("must not name more than {MAX_CUSTOM_KEYS} fields")));
    }
    Ok(Some(codes))
}

/// Writes a cell whose form depends on nothing but its kind, as v2 does.
pub fn write_plain(json: &mut Json, kind: Kind, cell: Cell<'_>) {
    match (kind, cell) {
        (kind, Cell::Null) => json.raw(empty(kind)),
        (Kind::Bool, Cell::Int(flag)) => json.bool(flag != 0),
        (Kind::Money, Cell::Int(amount)) => write_money(json, Money::from_ten_thousandths(amount)),
        (Kind::Time, Cell::Int(millis)) => json.plain_string(|out| Time::from_millis(millis).write_v2(out)),
        (Kind::Moment, Cell::Int(millis)) => json.plain_string(|out| Time::from_millis(millis).write_millis(out)),
        (Kind::Contacts | Kind::Address | Kind::Json | Kind::Labels | Kind::List(_) | Kind::Prices, Cell::Text(text)) => json.raw(text),
        (Kind::Category, Cell::Int(id)) => json.plain_string(|out| out.extend_from_slice(id.to_string().as_bytes())),
        (_, Cell::Int(number)) => json.int(number),
        (_, Cell::Real(number)) => json.real(number),
        (_, Cell::Text(text)) => json.string(text),
    }
}

/// How v2 shows a field without a value.
fn empty(kind: Kind) -> &'static str {
    match kind {
        Kind::Count => "0",
        Kind::Bool => "false",
        Kind::Contacts | Kind::Labels | Kind::List(_) => "[]",
        _ => "null",
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
