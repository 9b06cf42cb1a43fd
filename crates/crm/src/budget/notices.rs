//! Tells that a company has used much of a day's tokens. The hosted service writes e-mails to administrators (semantics.md 6);
//! here it is a row of the audit log and a line of the log, once a day for each share.

use super::Demand;
use crate::audit::{self, Origin};
use crate::error::ApiResult;
use penstock_store::Statement;
use serde_json::json;

/// The whole of a day's tokens, in percent.
pub const ALL: i64 = 100;
/// The shares of which somebody is told, in percent.
const SHARES: [i64; 2] = [75, ALL];

/// The largest share to be told of that is reached; 0 for none. All are used up where a request was refused for want of more,
/// although a few may be left.
pub fn share(taken: i64, limit: i64, is_refused: bool) -> i64 {
    let percent = if is_refused { ALL } else { taken.saturating_mul(100) / limit.max(1) };
    SHARES.into_iter().rfind(|share| percent >= *share).unwrap_or(0)
}

/// The shares above one up to another.
pub fn between(told: i64, reached: i64) -> Vec<i64> {
    SHARES.into_iter().filter(|share| *share > told && *share <= reached).collect()
}

/// The row of the audit log.
pub fn entry(demand: &Demand, share: i64, limit: i64) -> ApiResult<Statement> {
    let details = json!({"percent": share, "daily_limit": limit});
    audit::entry(demand.who.company, demand.time, &Origin::server(), audit::TOKENS_USED, None, &details)
}

/// The line of the log.
pub fn log(demand: &Demand, share: i64, limit: i64) {
    tracing::warn!(company = demand.who.company.0, percent = share, limit, "a company has used so much of its tokens of the day");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_share_is_told_once() {
        for (taken, is_refused, reached) in
            [(0, false, 0), (749, false, 0), (750, false, 75), (999, false, 75), (1000, false, 100), (990, true, 100)]
        {
            assert_eq!(share(taken, 1000, is_refused), reached, "{taken}");
        }
        assert_eq!(between(0, 75), [75]);
        assert_eq!(between(0, 100), [75, 100]);
        assert_eq!(between(75, 100), [100]);
        assert!(between(75, 75).is_empty() && between(100, 75).is_empty() && between(0, 0).is_empty());
    }
}
