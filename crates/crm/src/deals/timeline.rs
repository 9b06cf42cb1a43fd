//! The timeline: open and won deals by the period in which a date of theirs falls (semantics.md 18).

use super::totals::{Sums, convert_to};
use super::view::weighted_value;
use super::{DEALS, fields::*};
use crate::call::{Call, Reply};
use crate::custom::FieldType;
use crate::directory::Directory;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::narrow;
use crate::op::{Param, ParamKind};
use crate::params::{FILTER_ID, PIPELINE_ID, USER_ID};
use crate::select::{self, Depth};
use crate::view::write_money;
use crate::view_v1::{Form, ViewV1};
use jiff::tz::TimeZone;
use penstock_model::{Date, Field, Kind, Place, Record, Show, Time, Value};
use penstock_store::{Dialect, Sql, Weight};

/// The parameters of a timeline.
pub const QUERY: &[Param] = &[
    Param::new("start_date", ParamKind::Date, "The first day of the first period.").required(),
    Param::new("interval", ParamKind::Choice(&["day", "week", "month", "quarter"]), "How long a period is.").required(),
    Param::new("amount", ParamKind::Int, "The number of periods, at most 366.").required(),
    Param::new("field_key", ParamKind::Text, "The date or time of a deal that puts it into a period; also the key of a custom date field.")
        .required(),
    USER_ID,
    PIPELINE_ID,
    FILTER_ID,
    Param::new("exclude_deals", ParamKind::Bool, "With 1 only the totals."),
    Param::new("totals_convert_currency", ParamKind::Text, "A currency code, or `default_currency` for that of the caller."),
];

/// A leap year of days.
const MAX_PERIODS: i64 = 366;
/// So many deals in one answer; more would have to be held in memory at once. Totals alone are not limited.
const MAX_DEALS: usize = 10_000;

/// From `start` up to, not including, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Period {
    start: Time,
    end: Time,
}

/// Shows the deals that are neither deleted nor archived, or the archived ones. Errors: 400 for parameters that
/// make no periods, and where more deals fall into them than one answer holds.
pub async fn show(call: Call, archived: bool) -> ApiResult<Reply> {
    let periods = periods(&call)?;
    let axis = Axis::of(&call)?;
    let convert_to = convert_to(&call)?;
    let shows_deals = !call.args.flag("exclude_deals");

    let sql = deals(&call, archived, &axis, &periods)?;
    let totals = periods.iter().map(|_| Totals::default()).collect();
    let tally = Tally { periods: periods.clone(), totals, deals: shows_deals.then(Vec::new) };
    let directory = call.directory.clone();
    let tally = call
        .store()
        .read(sql, Weight::Heavy, tally, move |tally, row| {
            let deal = select::record(&DEAL, axis.depth(shows_deals), row);
            if let Some(time) = axis.time(&deal) {
                tally.add(deal, time, &directory);
            }
        })
        .await?;
    let deals = tally.deals.unwrap_or_default();
    if deals.len() > MAX_DEALS {
        let problem = format!("more than {MAX_DEALS} deals fall into these periods; ask for fewer of them or with exclude_deals=1");
        return Err(ApiError::invalid_key("amount", &problem));
    }
    let view = ViewV1::of(&call, &DEALS, &deals, Form::Flat).await?;
    Ok(call.data(|json| {
        let mut rest = deals.as_slice();
        json.begin_array();
        for (period, totals) in periods.iter().zip(&tally.totals) {
            json.begin_object();
            period.write(json);
            if shows_deals {
                // The deals come in the order of time, so those of a period stand together.
                let (these, later) = rest.split_at(totals.count.min(rest.len()));
                rest = later;
                json.key("deals");
                json.begin_array();
                these.iter().for_each(|deal| view.write(json, deal));
                json.end_array();
            }
            totals.write(json, convert_to.as_deref());
            json.end_object();
        }
        json.end_array();
    }))
}

/// The periods, which all run from `start_date`: weeks need not begin on a Monday, nor months on their first day.
fn periods(call: &Call) -> ApiResult<Vec<Period>> {
    let amount = call.args.int("amount").unwrap_or_default();
    if !(1..=MAX_PERIODS).contains(&amount) {
        return Err(ApiError::invalid_key("amount", &format!("must be from 1 to {MAX_PERIODS}")));
    }
    let start = call.args.date("start_date").ok_or_else(|| ApiError::invalid_key("start_date", "is required"))?;
    let first_day = |number: i64| match call.args.text("interval") {
        Some("day") => start.plus_days(number),
        Some("week") => start.plus_days(7 * number),
        Some("quarter") => start.plus_months(3 * number),
        _ => start.plus_months(number),
    };
    let periods: Vec<_> =
        (0..amount).map(|number| Period { start: first_day(number).start(), end: first_day(number + 1).start() }).collect();
    if periods.iter().any(|period| period.start >= period.end) {
        return Err(ApiError::invalid_key("start_date", "the periods go beyond the calendar"));
    }
    Ok(periods)
}

fn deals(call: &Call, archived: bool, axis: &Axis, periods: &[Period]) -> ApiResult<Sql> {
    let shows_deals = !call.args.flag("exclude_deals");
    let mut sql = select::records(&DEAL, axis.depth(shows_deals));
    select::scope(&mut sql, call, &DEAL);
    sql.push(" AND t.is_deleted = 0 AND t.status IN ").bind_list(["open", "won"]);
    sql.push(" AND t.is_archived = ").bind(archived);
    if !narrow::filter(call, &mut sql, &DEAL)? {
        narrow::equal(call, &mut sql, "user_id", "owner_id");
    }
    narrow::equal(call, &mut sql, "pipeline_id", "pipeline_id");
    let column = axis.column(call.store().dialect());
    if let (Some(first), Some(last)) = (periods.first(), periods.last()) {
        sql.push(" AND ").push(&column).push(" >= ").bind(axis.bound(first.start));
        sql.push(" AND ").push(&column).push(" < ").bind(axis.bound(last.end));
    }
    if shows_deals {
        sql.push(" ORDER BY ").push(&column).push(", t.id LIMIT ").bind(MAX_DEALS as i64 + 1);
    }
    Ok(sql)
}

/// The date of a deal that decides its period. Periods are in UTC.
enum Axis {
    /// A moment.
    Moment(&'static Field),
    /// The day of a moment in the zone of the caller.
    LocalDay(&'static Field, TimeZone),
    Day(&'static Field),
    /// A custom field of type date, by its code.
    Custom(String),
}

impl Axis {
    fn of(call: &Call) -> ApiResult<Self> {
        let key = call.args.text("field_key").unwrap_or_default();
        let field = DEAL.fields.iter().find(|field| (field.v1_key == key || field.key == key) && field.v1 == Show::Always);
        let axis = match field.map(|field| (field.kind, field)) {
            Some((Kind::Time, field)) => Some(Axis::Moment(field)),
            Some((Kind::Date, field)) => Some(Axis::Day(field)),
            Some((Kind::LocalDate, field)) => Some(Axis::LocalDay(field, call.timezone().clone())),
            Some(_) => None,
            None => {
                let custom = call.directory.field(DEAL.name, key);
                custom.filter(|field| field.is_custom && field.field_type == FieldType::Date).map(|field| Axis::Custom(field.code.clone()))
            }
        };
        axis.ok_or_else(|| ApiError::invalid_key("field_key", "is not a date field of deals"))
    }

    fn depth(&self, shows_deals: bool) -> Depth {
        match self {
            Axis::Moment(field) | Axis::Day(field) if field.place == Place::Totals => Depth::Everything,
            _ if shows_deals => Depth::Everything,
            _ => Depth::Row,
        }
    }

    fn column(&self, dialect: Dialect) -> String {
        match self {
            Axis::Moment(field) | Axis::Day(field) if field.place == Place::Totals => format!("s.{}", field.column),
            Axis::Moment(field) | Axis::Day(field) | Axis::LocalDay(field, _) => format!("t.{}", field.column),
            Axis::Custom(code) => dialect.json_text("t.custom_fields", code),
        }
    }

    /// What the column is compared with at the edge of a period.
    fn bound(&self, edge: Time) -> Value {
        match self {
            Axis::Moment(_) => edge.into(),
            Axis::LocalDay(_, zone) => edge.date().start_in(zone).into(),
            Axis::Day(_) | Axis::Custom(_) => edge.date().into(),
        }
    }

    /// The moment on the line of the periods; a day stands for its first moment.
    fn time(&self, deal: &Record) -> Option<Time> {
        let value = |field: &Field| DEAL.field(field.column).map(|(index, _)| &deal.values[index]);
        let moment = |field: &Field| value(field)?.as_int().map(Time::from_millis);
        let day = |text: &str| Date::parse(text).ok().map(Date::start);
        match self {
            Axis::Moment(field) => moment(field),
            Axis::LocalDay(field, zone) => Some(moment(field)?.date_in(zone).start()),
            Axis::Day(field) => day(value(field)?.as_text()?),
            Axis::Custom(code) => {
                let kept: serde_json::Value = serde_json::from_str(deal.text(CUSTOM_FIELDS)?).ok()?;
                day(kept.get(code)?.as_str()?)
            }
        }
    }
}

impl Period {
    fn write(self, json: &mut Json) {
        json.key("period_start");
        json.plain_string(|out| self.start.write_v1(out));
        json.key("period_end");
        json.plain_string(|out| self.end.plus_millis(-1000).write_v1(out));
    }
}

/// What has been read: totals of each period, and the deals where they are shown.
struct Tally {
    periods: Vec<Period>,
    totals: Vec<Totals>,
    deals: Option<Vec<Record>>,
}

impl Tally {
    fn add(&mut self, deal: Record, time: Time, directory: &Directory) {
        let Some(at) = self.periods.partition_point(|period| period.start <= time).checked_sub(1) else { return };
        if time >= self.periods[at].end {
            return;
        }
        self.totals[at].add(&deal, directory);
        if let Some(deals) = &mut self.deals {
            deals.push(deal);
        }
    }
}

#[derive(Default)]
struct Totals {
    count: usize,
    values: Sums,
    weighted: Sums,
    open_count: i64,
    open: Sums,
    weighted_open: Sums,
    won_count: i64,
    won: Sums,
}

impl Totals {
    fn add(&mut self, deal: &Record, directory: &Directory) {
        let currency = deal.text(CURRENCY).unwrap_or_default();
        let value = deal.get(VALUE).unwrap_or_default();
        let weighted = weighted_value(deal, directory);
        self.count += 1;
        self.values.add(currency, value);
        self.weighted.add(currency, weighted);
        if is_open(deal) {
            self.open_count += 1;
            self.open.add(currency, value);
            self.weighted_open.add(currency, weighted);
        } else {
            self.won_count += 1;
            self.won.add(currency, value);
        }
    }

    fn write(&self, json: &mut Json, convert_to: Option<&str>) {
        json.key("totals");
        json.begin_object();
        json.key("count");
        json.int(self.count as i64);
        write_sums(json, "values", &self.values);
        write_sums(json, "weighted_values", &self.weighted);
        json.key("open_count");
        json.int(self.open_count);
        write_sums(json, "open_values", &self.open);
        write_sums(json, "weighted_open_values", &self.weighted_open);
        json.key("won_count");
        json.int(self.won_count);
        write_sums(json, "won_values", &self.won);
        json.end_object();
        let Some(currency) = convert_to else { return };
        json.key("totals_converted");
        json.begin_object();
        json.key("count");
        json.int(self.count as i64);
        for (key, sums) in [
            ("value", &self.values),
            ("weighted_value", &self.weighted),
            ("open_value", &self.open),
            ("weighted_open_value", &self.weighted_open),
            ("won_value", &self.won),
        ] {
            json.key(key);
            write_money(json, sums.converted(currency));
        }
        json.end_object();
    }
}

/// No sums at all are an empty list (semantics.md 31.19).
fn write_sums(json: &mut Json, key: &str, sums: &Sums) {
    json.key(key);
    if sums.is_empty() {
        json.raw("[]");
    } else {
        sums.write(json);
    }
}
