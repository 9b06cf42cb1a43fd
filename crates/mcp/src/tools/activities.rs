//! Activities.

use super::rows::{ACTIVITY, START};
use crate::tool::{Fixed, Kind, Param, Tool, adds, changes, p, reads, removes};

/// 0 stands for everybody.
const USER: Param = p("user_id").is(Kind::Int(0, 9_007_199_254_740_991));
const WHICH: &[Param] = &[USER, p("type"), p("done"), p("start_date"), p("end_date"), START];
const WRITTEN: &[Param] = &[
    p("subject"),
    p("type"),
    p("due_date"),
    p("due_time"),
    p("duration"),
    p("user_id").to("owner_id"),
    p("deal_id"),
    p("person_id"),
    p("org_id"),
    p("project_id"),
    p("lead_id"),
    p("note"),
    p("location"),
    p("public_description"),
    p("busy_flag").to("busy"),
    p("participants").is(Kind::Objects),
    p("attendees").is(Kind::Objects),
    p("done"),
];

pub const TOOLS: &[Tool] = &[
    reads("activities_list", "List activities", "Yours; user_id 0: everyone's. type: keys, such as call,meeting.", "v1.getActivities")
        .params(WHICH)
        .shows(&ACTIVITY),
    reads("activities_list_all_auto", "List all activities", "As activities_list, all pages.", "v1.getActivities")
        .params(WHICH)
        .shows(&ACTIVITY)
        .all_pages(),
    adds("activities_create", "Create activity", "due_time, duration: HH:MM; UTC. participants: [{person_id}].", "v2.addActivity")
        .params(WRITTEN)
        .needs(&["subject", "type", "due_date"])
        .shows(&ACTIVITY),
    reads("activities_get", "Show activity", "One activity.", "v2.getActivity").shows(&ACTIVITY),
    changes("activities_update", "Change activity", "Changes what is sent; null empties.", "v2.updateActivity")
        .params(WRITTEN)
        .shows(&ACTIVITY),
    removes("activities_delete", "Delete activity", "Restorable for 30 days.", "v2.deleteActivity"),
    removes("activities_bulk_delete", "Delete activities", "Restorable for 30 days.", "v1.deleteActivities").params(&[p("ids")]),
    changes("activities_mark_as_done", "Finish activity", "Done now.", "v2.updateActivity")
        .fixed(&[("done", Fixed::Bool(true))])
        .shows(&ACTIVITY),
    reads("activities_list_by_deal", "List activities by deal", "Done ones and others.", "v2.getActivities")
        .params(&[p("deal_id").required(), p("done"), START])
        .shows(&ACTIVITY),
];
