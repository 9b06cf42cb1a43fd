//! A goal as it is kept and shown.

use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::json::Json;
use crate::view::write_money;
use penstock_model::{CompanyId, Date, Money, Time, UserId, Value};
use penstock_store::{Row, Sql, Statement, Weight};

/// The words of `type.name`.
pub const TYPES: &[&str] =
    &["deals_won", "deals_progressed", "activities_completed", "activities_added", "deals_started", "revenue_forecast"];
pub const INTERVALS: &[&str] = &["weekly", "monthly", "quarterly", "yearly"];
pub const ASSIGNEES: &[&str] = &["person", "company", "team"];
pub const METRICS: &[&str] = &["quantity", "sum"];

#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// 32 hex digits.
    pub id: String,
    pub version: i64,
    pub owner: UserId,
    pub title: String,
    pub type_name: String,
    /// `None` for all pipelines.
    pub pipelines: Option<Vec<i64>>,
    /// Of goals for deals that enter a stage.
    pub stage: Option<i64>,
    /// `None` for all types of activities.
    pub activity_types: Option<Vec<i64>>,
    pub assignee_type: String,
    pub assignee: i64,
    pub target: Money,
    pub metric: String,
    /// Of goals that sum up amounts.
    pub currency: Option<i64>,
    pub interval: String,
    pub start: Date,
    /// `None` for a goal without end.
    pub end: Option<Date>,
    pub is_deleted: bool,
}

const COLUMNS: &str = "id, version, owner_id, title, type_name, pipeline_ids, stage_id, activity_type_ids, assignee_type, assignee_id, \
                       target, tracking_metric, currency_id, period, start_date, end_date, is_deleted";

/// The goals of the company in the order in which they were made.
pub async fn all(call: &Call) -> ApiResult<Vec<Goal>> {
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM goals WHERE company_id = "));
    sql.bind(call.company()).push(" AND is_deleted = 0 ORDER BY add_time, id");
    Ok(call.store().read(sql, Weight::Light, Vec::new(), |goals, row| goals.extend(Goal::read(row))).await?)
}

/// The goal of the path.
pub async fn of_path(call: &Call) -> ApiResult<Goal> {
    let id = call.path.first().map(String::as_str).unwrap_or_default();
    let mut sql = Sql::new(format!("SELECT {COLUMNS} FROM goals WHERE company_id = "));
    sql.bind(call.company()).push(" AND id = ").bind(id.replace('\0', "")).push(" AND is_deleted = 0");
    let found = call.store().read(sql, Weight::Light, None, |found, row| *found = Goal::read(row)).await?;
    found.ok_or_else(|| ApiError::not_found("Goal"))
}

fn ids(list: Option<&str>) -> Option<Vec<i64>> {
    list.map(|text| serde_json::from_str(text).unwrap_or_default())
}

fn kept(list: Option<&Vec<i64>>) -> Value {
    list.map(|ids| serde_json::json!(ids).to_string()).into()
}

impl Goal {
    fn read(row: &dyn Row) -> Option<Self> {
        let text = |index| row.text(index).map(str::to_owned);
        Some(Goal {
            id: text(0)?,
            version: row.int(1)?,
            owner: UserId(row.int(2)?),
            title: text(3)?,
            type_name: text(4)?,
            pipelines: ids(row.text(5)),
            stage: row.int(6),
            activity_types: ids(row.text(7)),
            assignee_type: text(8)?,
            assignee: row.int(9)?,
            target: Money::from_ten_thousandths(row.int(10)?),
            metric: text(11)?,
            currency: row.int(12),
            interval: text(13)?,
            start: Date::parse(row.text(14)?).ok()?,
            end: row.text(15).and_then(|date| Date::parse(date).ok()),
            is_deleted: row.int(16) == Some(1),
        })
    }

    fn values(&self) -> Vec<Value> {
        vec![
            self.owner.into(),
            self.title.as_str().into(),
            self.type_name.as_str().into(),
            kept(self.pipelines.as_ref()),
            self.stage.into(),
            kept(self.activity_types.as_ref()),
            self.assignee_type.as_str().into(),
            self.assignee.into(),
            self.target.into(),
            self.metric.as_str().into(),
            self.currency.into(),
            self.interval.as_str().into(),
            self.start.into(),
            self.end.into(),
            self.is_deleted.into(),
        ]
    }

    /// Writes a new goal.
    pub fn insert(&self, company: CompanyId, now: Time) -> Statement {
        let mut values: Vec<Value> = vec![company.into(), self.id.as_str().into(), now.into()];
        values.extend(self.values());
        Statement::new(
            "INSERT INTO goals (company_id, id, version, add_time, update_time, owner_id, title, type_name, pipeline_ids, stage_id,
                 activity_type_ids, assignee_type, assignee_id, target, tracking_metric, currency_id, period, start_date, end_date,
                 is_deleted)
             VALUES ($1, $2, 1, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
            values,
        )
    }

    /// Writes a changed goal over the one that was read.
    pub fn update(&self, call: &Call) -> Statement {
        let mut values: Vec<Value> = vec![call.company().into(), self.id.as_str().into(), self.version.into(), call.now.into()];
        values.extend(self.values());
        Statement::one_row(
            "UPDATE goals SET version = version + 1, update_time = $4, owner_id = $5, title = $6, type_name = $7, pipeline_ids = $8,
                 stage_id = $9, activity_type_ids = $10, assignee_type = $11, assignee_id = $12, target = $13, tracking_metric = $14,
                 currency_id = $15, period = $16, start_date = $17, end_date = $18, is_deleted = $19
             WHERE company_id = $1 AND id = $2 AND version = $3",
            values,
        )
    }

    /// Whether a day lies within its duration.
    pub fn covers(&self, day: Date) -> bool {
        self.start <= day && self.end.is_none_or(|end| day <= end)
    }

    /// Whether it runs at a moment, as days go in the company.
    pub fn is_active(&self, call: &Call, now: Time) -> bool {
        self.covers(now.date_in(&call.directory.company.timezone))
    }

    pub fn write(&self, json: &mut Json, call: &Call) {
        json.begin_object();
        json.key("id");
        json.string(&self.id);
        json.key("owner_id");
        json.int(self.owner.0);
        json.key("title");
        json.string(&self.title);
        json.key("type");
        self.write_type(json);
        json.key("assignee");
        json.begin_object();
        json.key("id");
        json.int(self.assignee);
        json.key("type");
        json.string(&self.assignee_type);
        json.end_object();
        json.key("interval");
        json.string(&self.interval);
        json.key("duration");
        json.begin_object();
        json.key("start");
        json.string(&self.start.to_string());
        json.key("end");
        json.string_or_null(self.end.map(|end| end.to_string()).as_deref());
        json.end_object();
        json.key("expected_outcome");
        json.begin_object();
        json.key("target");
        write_money(json, self.target);
        json.key("tracking_metric");
        json.string(&self.metric);
        if let Some(currency) = self.currency {
            json.key("currency_id");
            json.int(currency);
        }
        json.end_object();
        json.key("is_active");
        json.bool(self.is_active(call, call.now));
        // Goals of other services have reports beside them.
        json.key("report_ids");
        json.raw("[]");
        json.end_object();
    }

    fn write_type(&self, json: &mut Json) {
        json.begin_object();
        json.key("name");
        json.string(&self.type_name);
        json.key("params");
        json.begin_object();
        for (key, list) in [("pipeline_id", &self.pipelines), ("activity_type_id", &self.activity_types)] {
            json.key(key);
            match list {
                Some(ids) => json.raw(&serde_json::json!(ids).to_string()),
                None => json.null(),
            }
        }
        if let Some(stage) = self.stage {
            json.key("stage_id");
            json.int(stage);
        }
        json.end_object();
        json.end_object();
    }
}
