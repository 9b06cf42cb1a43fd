//! What the statistics of a pipeline are made from: the deals of one owner and their way through the stages,
//! read in one pass.

use super::PIPELINE;
use crate::call::Call;
use crate::deals::stages_passed::{Entry, Move, way};
use crate::deals::{DEAL, STATUSES};
use crate::error::{ApiError, ApiResult};
use crate::op::{Param, ParamKind};
use crate::rights;
use crate::select;
use crate::users::permissions::Permission;
use penstock_model::{Money, Time};
use penstock_store::{Row, Sql, Weight};

/// The parameters of both statistics.
pub const QUERY: &[Param] = &[
    Param::new("start_date", ParamKind::Date, "The first day of the period.").required(),
    Param::new("end_date", ParamKind::Date, "The last day of the period.").required(),
    Param::new("user_id", ParamKind::Int, "The owner of the deals; the caller where absent."),
];

/// What a request asks for. Its days are those of UTC.
#[derive(Debug, Clone)]
pub struct Asked {
    pub pipeline: i64,
    pub owner: i64,
    start: Time,
    end: Time,
    /// All stages of the pipeline from first to last, also deleted ones, which deals may have passed.
    stages: Vec<i64>,
}

impl Asked {
    /// Reads path and query. Errors: 404 for an unknown or deleted pipeline, 400 for a period that ends before it begins.
    pub fn of(call: &Call) -> ApiResult<Self> {
        let pipeline = call.id(PIPELINE.title)?;
        call.directory
            .live_pipeline(pipeline)
            .filter(|pipeline| call.sees_pipeline(pipeline.id))
            .ok_or_else(|| ApiError::not_found(PIPELINE.title))?;
        let day = |name: &str| call.args.date(name).ok_or_else(|| ApiError::invalid_key(name, "is required"));
        let (start, end) = (day("start_date")?.start(), day("end_date")?.start().plus_days(1));
        if start >= end {
            return Err(ApiError::invalid_key("end_date", "lies before start_date"));
        }
        let mut stages: Vec<_> = call.directory.stages.values().filter(|stage| stage.pipeline == pipeline).collect();
        stages.sort_by_key(|stage| (stage.order_nr, stage.id));
        let stages = stages.iter().map(|stage| stage.id).collect();
        let owner = call.args.int("user_id").unwrap_or(call.principal.user.0);
        if owner != call.principal.user.0 {
            rights::require(call, Permission::SeeOtherUsersStatistics)?;
        }
        Ok(Asked { pipeline, owner, start, end, stages })
    }

    /// Whether a moment lies within the period.
    pub fn includes(&self, time: Time) -> bool {
        self.start <= time && time < self.end
    }

    /// Whether a moment lies within the period or before it.
    pub fn has_seen(&self, time: Time) -> bool {
        time < self.end
    }

    /// Where a stage stands in the pipeline; `None` for stages of others.
    pub fn place(&self, stage: i64) -> Option<usize> {
        self.stages.iter().position(|known| *known == stage)
    }
}

/// A deal with what the statistics look at.
#[derive(Debug)]
pub struct Deal {
    pub id: i64,
    pub pipeline: i64,
    pub stage: i64,
    pub status: &'static str,
    pub value: Money,
    pub currency: String,
    pub add_time: Time,
    pub close_time: Option<Time>,
    pub won_time: Option<Time>,
    pub lost_time: Option<Time>,
    pub entries: Vec<Entry>,
}

const COLUMNS: &str = "t.id, t.pipeline_id, t.stage_id, t.status, t.value, t.currency, t.add_time, t.close_time, t.won_time, t.lost_time";
/// Where the columns of the history begin.
const HISTORY: usize = 10;

impl Deal {
    fn read(row: &dyn Row) -> Self {
        let int = |index| row.int(index).unwrap_or_default();
        let time = |index| row.int(index).map(Time::from_millis);
        let status = row.text(3).unwrap_or_default();
        Deal {
            id: int(0),
            pipeline: int(1),
            stage: int(2),
            status: STATUSES.iter().find(|known| **known == status).copied().unwrap_or_default(),
            value: Money::from_ten_thousandths(int(4)),
            currency: row.text(5).unwrap_or_default().to_owned(),
            add_time: Time::from_millis(int(6)),
            close_time: time(7),
            won_time: time(8),
            lost_time: time(9),
            entries: Vec::new(),
        }
    }
}

/// Calls `count` for each visible deal of the owner that is open in the pipeline, or to which something has
/// happened since the period began: it was made, moved, won or lost. Deleted and archived deals are left out.
pub async fn each_deal<T, F>(call: &Call, asked: &Asked, tally: T, count: F) -> ApiResult<T>
where
    T: Send + 'static,
    F: Fn(&mut T, &Deal) + Send + Clone + 'static,
{
    let mut sql = Sql::new(format!("SELECT {COLUMNS}, h.time, h.old_value, h.new_value FROM deals t"));
    sql.push(" LEFT JOIN history h ON h.company_id = t.company_id AND h.entity = 'deal' AND h.record_id = t.id");
    sql.push(" AND h.object = 'change' AND h.field_key = 'stage_id'");
    select::scope(&mut sql, call, &DEAL);
    sql.push(" AND t.is_deleted = 0 AND t.is_archived = 0 AND t.owner_id = ").bind(asked.owner);
    sql.push(" AND ((t.status = 'open' AND t.pipeline_id = ").bind(asked.pipeline).push(")");
    for column in ["t.add_time", "t.stage_change_time", "t.won_time", "t.lost_time"] {
        sql.push(" OR ").push(column).push(" >= ").bind(asked.start);
    }
    sql.push(") ORDER BY t.id, h.time, h.id");

    let counts = count.clone();
    let pass = Pass { deal: None, moves: Vec::new(), tally };
    let mut pass = call.store().read(sql, Weight::Heavy, pass, move |pass, row| pass.take(row, &counts)).await?;
    pass.finish_deal(&count);
    Ok(pass.tally)
}

/// The pass over the rows, of which a deal has one for each of its moves, or one where it was never moved.
struct Pass<T> {
    deal: Option<Deal>,
    moves: Vec<Move>,
    tally: T,
}

impl<T> Pass<T> {
    fn take(&mut self, row: &dyn Row, count: &impl Fn(&mut T, &Deal)) {
        if self.deal.as_ref().map(|deal| deal.id) != row.int(0) {
            self.finish_deal(count);
            self.deal = Some(Deal::read(row));
        }
        self.moves.extend(Move::read(row, HISTORY));
    }

    fn finish_deal(&mut self, count: &impl Fn(&mut T, &Deal)) {
        if let Some(mut deal) = self.deal.take() {
            deal.entries = way(Some(deal.add_time), Some(deal.stage), &self.moves);
            self.moves.clear();
            count(&mut self.tally, &deal);
        }
    }
}
