//! The keys of a v1 deal that no field row describes (semantics.md 9).

use super::fields::*;
use crate::currencies;
use crate::directory::Directory;
use crate::json::Json;
use crate::view::write_money;
use crate::view_v1::ViewV1;
use penstock_model::{Money, Record, Time};
use rust_decimal::Decimal;

pub fn extra_v1(view: &ViewV1<'_>, deal: &Record, json: &mut Json) {
    let directory = view.directory();
    let currency = deal.text(CURRENCY).unwrap_or_default();
    let locale = view.call.user().map_or("en_US", |user| user.locale.as_str());
    let value = deal.get(VALUE).unwrap_or_default();
    let weighted = weighted_value(deal, directory);

    json.key("active");
    json.bool(is_open(deal));
    json.key("label");
    match deal.text(LABELS).map(|ids| ids.trim_matches(['[', ']'])) {
        None | Some("") => json.null(),
        Some(ids) => json.string(ids),
    }
    json.key("stage_order_nr");
    json.int_or_null(deal.get(STAGE).and_then(|id| directory.stages.get(&id)).map(|stage| stage.order_nr));
    write_linked(view, deal, json);
    json.key("formatted_value");
    json.string(&currencies::format(value, currency, locale));
    json.key("weighted_value");
    write_money(json, weighted);
    json.key("formatted_weighted_value");
    json.string(&currencies::format(weighted, currency, locale));
    for key in ["weighted_value_currency", "acv_currency", "arr_currency", "mrr_currency"] {
        json.key(key);
        json.string(currency);
    }
    json.key("rotten_time");
    match rotten_time(deal, directory, view.call.now) {
        Some(time) => json.plain_string(|out| time.write_v1(out)),
        None => json.null(),
    }
    write_next_activity(view, deal, json);
    // Deals have no visibility group of their own and no renewals; the keys are there for old clients.
    for key in ["group_id", "group_name", "score", "sequence_enrollment"] {
        json.key(key);
        json.null();
    }
    json.key("renewal_type");
    json.string("one_time");
}

/// What is to be done next, where the caller may see it.
fn write_next_activity(view: &ViewV1<'_>, deal: &Record, json: &mut Json) {
    let next = deal.get(NEXT_ACTIVITY).and_then(|id| view.related.activities.get(&id));
    json.key("next_activity_subject");
    json.string_or_null(next.map(|activity| activity.subject.as_str()));
    json.key("next_activity_type");
    json.string_or_null(next.map(|activity| activity.key.as_str()));
    json.key("next_activity_duration");
    json.string_or_null(next.and_then(|activity| activity.duration.as_deref()));
    json.key("next_activity_note");
    json.string_or_null(next.and_then(|activity| activity.note.as_deref()));
}

/// The names of what the deal is linked to, and whether the caller may not see it.
fn write_linked(view: &ViewV1<'_>, deal: &Record, json: &mut Json) {
    let person = deal.get(PERSON);
    let organization = deal.get(ORGANIZATION);
    let person_ref = person.and_then(|id| view.related.persons.get(&id));
    let organization_ref = organization.and_then(|id| view.related.organizations.get(&id));
    json.key("person_name");
    json.string_or_null(person_ref.map(|person| person.name.as_str()));
    json.key("org_name");
    json.string_or_null(organization_ref.map(|organization| organization.name.as_str()));
    json.key("owner_name");
    json.string_or_null(deal.get(OWNER).and_then(|id| view.directory().user(id)).map(|user| user.name.as_str()));
    json.key("person_hidden");
    json.bool(person.is_some() && person_ref.is_none());
    json.key("org_hidden");
    json.bool(organization.is_some() && organization_ref.is_none());
}

/// The value times the chance to win it, in the decimals of the currency. An own probability beats that of
/// the stage; both count only where the pipeline uses probabilities; a won deal is worth its value
/// (semantics.md 9.1).
pub fn weighted_value(deal: &Record, directory: &Directory) -> Money {
    let value = deal.get(VALUE).unwrap_or_default();
    let pipeline = deal.get(PIPELINE).and_then(|id| directory.pipelines.get(&id));
    if is_won(deal) || !pipeline.is_some_and(|pipeline| pipeline.has_probability) {
        return value;
    }
    let of_stage = || deal.get(STAGE).and_then(|id| directory.stages.get(&id)).map_or(100, |stage| stage.probability);
    let percent = deal.get(PROBABILITY).unwrap_or_else(of_stage);
    let decimals = currencies::decimals(deal.text(CURRENCY).unwrap_or_default());
    Money::from_decimal(value.to_decimal() * Decimal::from(percent) / Decimal::from(100)).map_or(value, |weighted| weighted.round(decimals))
}

/// When an open deal began to rot, once it has; null before that and for every other deal (semantics.md 9.1).
pub fn rotten_time(deal: &Record, directory: &Directory, now: Time) -> Option<Time> {
    if !is_open(deal) || deal.is(IS_ARCHIVED) {
        return None;
    }
    let stage = directory.stages.get(&deal.get(STAGE)?)?;
    let days = stage.days_to_rotten.filter(|_| stage.rots)?;
    let rots_at = deal.get(ROT_TIME).or_else(|| deal.get(UPDATE_TIME))?.plus_days(days);
    (rots_at <= now).then_some(rots_at)
}
