//! What the company and some users want to reach.

use crate::chance::Chance;
use crate::draft::Draft;
use crate::team::Team;
use penstock_crm::goals::Goal;
use penstock_model::{Money, UserId};

/// The id of pounds in the API.
const POUNDS: i64 = 826;

/// Goals of the company and of some users, from the first day on.
pub fn all(draft: &Draft<'_>, team: &Team, chance: &mut Chance) -> Vec<Goal> {
    let start = draft.calendar.time(0).date();
    let mut goal = |title: &str, type_name: &str, user: Option<UserId>, interval: &str, target: i64, currency: Option<i64>| Goal {
        id: chance.hex(32),
        version: 1,
        owner: team.administrator,
        title: title.to_owned(),
        type_name: type_name.to_owned(),
        pipelines: None,
        stage: None,
        activity_types: None,
        assignee_type: if user.is_some() { "person" } else { "company" }.to_owned(),
        assignee: user.map_or(draft.company.0, |user| user.0),
        target: Money::from_ten_thousandths(target * 10_000),
        metric: if currency.is_some() { "sum" } else { "quantity" }.to_owned(),
        currency,
        interval: interval.to_owned(),
        start,
        end: None,
        is_deleted: false,
    };
    vec![
        goal("Won in a year", "deals_won", None, "yearly", 1_500_000, Some(POUNDS)),
        goal("Forecast of the quarter", "revenue_forecast", None, "quarterly", 600_000, Some(POUNDS)),
        goal("New deals every month", "deals_started", Some(team.administrator), "monthly", 5, None),
        goal("Done every week", "activities_completed", Some(team.administrator), "weekly", 20, None),
    ]
}
