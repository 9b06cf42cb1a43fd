//! What people ask agents for, in one call.

use crate::jobs;
use crate::tool::{Effect, Kind, Tool, job, p};

pub const TOOLS: &[Tool] = &[
    job("log_call", "Log call", "A done call, a note and the next activity, on a deal, person or organization.", Effect::Adds, jobs::calls::log).params(&[
        p("deal_id").is(Kind::Id),
        p("person_id").is(Kind::Id),
        p("org_id").is(Kind::Id),
        p("subject").is(Kind::Text(255)),
        p("note"),
        p("date").is(Kind::Date),
        p("next_subject").is(Kind::Text(255)),
        p("next_type"),
        p("next_due_date").is(Kind::Date),
        p("next_due_time"),
    ])
    .answers(&[("call_activity_id", Kind::Id)]),
    job(
        "create_deal_with_contacts",
        "Create deal with contacts",
        "Deal with person and organization by name; those that exist are used, open deals of the same title refused.",
        Effect::Adds,
        jobs::contacts::create_deal,
    )
    .params(&[
        p("title").is(Kind::Text(255)).required(),
        p("value").is(Kind::Number(0.0)),
        p("currency").is(Kind::Text(3)),
        p("pipeline_id").is(Kind::Id),
        p("stage_id").is(Kind::Id),
        p("expected_close_date").is(Kind::Date),
        p("organization").is(Kind::Text(255)),
        p("org_id").is(Kind::Id),
        p("person").is(Kind::Text(255)),
        p("person_id").is(Kind::Id),
        p("email"),
        p("phone"),
        p("allow_duplicates").is(Kind::Bool),
        p("dry_run").is(Kind::Bool),
    ]),
    job(
        "pipeline_review",
        "Review pipeline",
        "Open deals that are stuck, rotting, without next activity, overdue or closing this month.",
        Effect::Reads,
        jobs::review::pipeline,
    )
    .params(&[p("pipeline_id").is(Kind::Id), p("user_id").is(Kind::Id), p("stuck_days").is(Kind::Int(1, 3650)), p("today").is(Kind::Date)]),
    job(
        "import_list",
        "Import list",
        "Up to 100 rows with the arguments of persons_create, organizations_create or deals_create. Known ones are left alone. dry_run first.",
        Effect::Adds,
        jobs::import::import,
    )
    .params(&[
        p("entity").is(Kind::Choice(&["person", "organization", "deal"])).required(),
        p("rows").is(Kind::Objects).required(),
        p("allow_duplicates").is(Kind::Bool),
        p("dry_run").is(Kind::Bool),
    ]),
];
