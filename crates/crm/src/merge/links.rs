//! What is tied to a record, and how it is tied to another one.

use super::{Merge, Pair};
use crate::activities::{self, ACTIVITY};
use crate::call::Call;
use crate::call_logs::CALL_LOG;
use crate::deal_products;
use crate::deals::{self, DEAL, participants};
use crate::error::ApiResult;
use crate::files::FILE;
use crate::followers;
use crate::jobs::ties::kinds;
use crate::leads::LEAD;
use crate::list;
use crate::mail::{self, MAIL_THREAD};
use crate::narrow;
use crate::notes::NOTE;
use crate::organization_relationships::RELATIONSHIP;
use crate::organizations::ORGANIZATION;
use crate::persons::PERSON;
use crate::products::PRODUCT;
use crate::projects::PROJECT;
use crate::select::{self, Depth};
use crate::subscriptions;
use crate::value_index;
use crate::write::{kept_custom, set_update_time};
use penstock_model::{Change, Entity, Kind, Record, Value};
use penstock_store::{Batch, Weight};
use std::collections::BTreeSet;

/// The entities whose fields may refer to deals, persons and organizations, own fields and custom ones.
const REFERRING: &[&Entity] =
    &[&PERSON, &ORGANIZATION, &DEAL, &ACTIVITY, &LEAD, &NOTE, &RELATIONSHIP, &PROJECT, &PRODUCT, &FILE, &CALL_LOG, &MAIL_THREAD];

/// Where one record refers to another.
enum Place {
    /// The position of an own field.
    Own(usize),
    /// The position of an own field that is a list.
    Listed(usize),
    /// The code of a custom field.
    Custom(String),
}

/// Lets every record that refers to the one that goes refer to the one that stays, deleted records included, because
/// they may be restored.
pub async fn redirect(call: &Call, merge: &mut Merge, pair: Pair) -> ApiResult<()> {
    let Some((own, custom)) = kinds(merge.kept.entity()) else { return Ok(()) };
    let is_custom = |field_type| Some(field_type) == custom;
    for entity in REFERRING {
        let fields = entity.fields.iter().enumerate().filter_map(|(index, field)| match field.kind {
            Kind::List(of) => (*of == own).then_some(Place::Listed(index)),
            kind => (kind == own).then_some(Place::Own(index)),
        });
        let definitions = call.directory.custom_fields(entity.name).filter(|definition| is_custom(definition.field_type));
        let places = fields.chain(definitions.map(|field| Place::Custom(field.code.clone())));
        for place in places.collect::<Vec<_>>() {
            for record in referring(call, entity, &place, pair.removed).await? {
                refer(call, merge, record, &place, pair);
            }
        }
    }
    Ok(())
}

async fn referring(call: &Call, entity: &'static Entity, place: &Place, id: i64) -> ApiResult<Vec<Record>> {
    let mut sql = select::records(entity, Depth::Row);
    sql.push(" WHERE t.company_id = ").bind(call.company()).push(" AND ");
    match place {
        Place::Own(index) => {
            sql.push("t.").push(entity.fields[*index].column).push(" = ").bind(id);
        }
        Place::Listed(index) => {
            sql.push("t.id IN (");
            narrow::links(call, &mut sql, entity, entity.fields[*index].key, id);
            sql.push(")");
        }
        Place::Custom(code) => value_index::names_one_of(&mut sql, call.company(), "t", entity.name, code, &[id]),
    }
    list::read_records(call, entity, Depth::Row, sql, Weight::Heavy).await
}

fn refer(call: &Call, merge: &mut Merge, record: Record, place: &Place, pair: Pair) {
    let entity = record.entity;
    let is_kind = entity.name == merge.kept.entity().name;
    if is_kind && record.id == pair.removed {
        return;
    }
    // A record that referred to its other half would now refer to itself.
    let itself = is_kind && record.id == pair.kept;
    let after = if itself {
        &mut merge.kept.after
    } else {
        &mut merge.linked.entry((entity.name, record.id)).or_insert_with(|| Change::update(record)).after
    };
    let target = if itself { None } else { Some(pair.kept) };
    match place {
        Place::Own(index) => after.values[*index] = Value::from(target),
        Place::Listed(index) => after.values[*index] = exchanged(&after.values[*index], pair),
        Place::Custom(code) => set_custom(after, code, target),
    }
    set_update_time(after, call.now);
}

/// The list with the record that stays in the place of the one that goes.
fn exchanged(list: &Value, pair: Pair) -> Value {
    let ids: Vec<i64> = list.as_text().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let mut after: Vec<i64> = Vec::with_capacity(ids.len());
    for id in ids {
        let id = if id == pair.removed { pair.kept } else { id };
        if !after.contains(&id) {
            after.push(id);
        }
    }
    serde_json::json!(after).to_string().into()
}

fn set_custom(record: &mut Record, code: &str, target: Option<i64>) {
    let Some(index) = record.entity.fields.iter().position(|field| field.kind == Kind::Custom) else { return };
    let mut values = kept_custom(&record.values[index]);
    match target {
        Some(id) => values.insert(code.to_owned(), id.into()),
        None => values.shift_remove(code),
    };
    record.values[index] = serde_json::Value::Object(values).to_string().into();
}

/// In activities the person who stays takes the place of the one who goes.
pub async fn move_guests(call: &Call, merge: &mut Merge, pair: Pair) -> ApiResult<()> {
    if merge.kept.entity().name != PERSON.name {
        return Ok(());
    }
    let mut sql = select::records(&ACTIVITY, Depth::Row);
    sql.push(" WHERE t.company_id = ").bind(call.company()).push(" AND (");
    activities::links::of_record(&mut sql, call.company(), "t.id", (PERSON.name, pair.removed));
    sql.push(" OR t.attendees LIKE ").bind(activities::attends(pair.removed)).push(")");
    for activity in list::read_records(call, &ACTIVITY, Depth::Row, sql, Weight::Heavy).await? {
        let change = merge.linked.entry((ACTIVITY.name, activity.id)).or_insert_with(|| Change::update(activity));
        activities::replace_guest(&mut change.after, pair.removed, pair.kept);
        set_update_time(&mut change.after, call.now);
    }
    Ok(())
}

/// Whoever followed the record that goes follows the one that stays.
pub async fn move_followers(call: &Call, entity: &'static Entity, pair: Pair, batch: &mut Batch) -> ApiResult<()> {
    let known: BTreeSet<_> = followers::users(call, entity.name, pair.kept).await?.into_iter().collect();
    for user in followers::users(call, entity.name, pair.removed).await? {
        batch.unfollow(entity, pair.removed, user);
        if !known.contains(&user) {
            let id = call.store().next_id(call.company(), "followers").await?;
            batch.follow(entity, pair.kept, user, id);
        }
    }
    Ok(())
}

/// The participants of a deal that goes take part in the one that stays; in the deals of a person who goes, the one
/// who stays takes part.
pub async fn move_participants(call: &Call, merge: &mut Merge, batch: &mut Batch) -> ApiResult<()> {
    match merge.kept.entity().name {
        "deal" => of_deals(call, merge, batch).await,
        "person" => of_person(call, merge, batch).await,
        _ => Ok(()),
    }
}

/// What a deal sells that goes is sold by the one that stays.
pub async fn move_products(call: &Call, merge: &mut Merge, batch: &mut Batch) -> ApiResult<()> {
    if merge.kept.entity().name != DEAL.name {
        return Ok(());
    }
    deal_products::merge(call, &merge.removed, &mut merge.kept, batch).await?;
    subscriptions::move_to(call, merge.removed.after.id, merge.kept.after.id, batch).await
}

/// What was written to and by a person or an organization that goes was so to and by the one that stays.
pub async fn move_mail(call: &Call, entity: &'static Entity, pair: Pair, batch: &mut Batch) -> ApiResult<()> {
    match entity.name {
        "person" | "organization" => mail::move_parties(call, entity.name, pair.removed, pair.kept, batch).await,
        // The threads of a deal move like other rows that refer to it.
        _ => Ok(()),
    }
}

async fn of_deals(call: &Call, merge: &Merge, batch: &mut Batch) -> ApiResult<()> {
    let removed = participants::of_deal(call, merge.removed.after.id).await?;
    let kept = participants::of_deal(call, merge.kept.after.id).await?;
    let both = kept.union(&removed).copied().chain(merge.kept.after.get(deals::PERSON)).collect();
    participants::exchange(call, &merge.removed, &removed, &BTreeSet::new(), batch).await?;
    participants::exchange(call, &merge.kept, &kept, &both, batch).await
}

async fn of_person(call: &Call, merge: &mut Merge, batch: &mut Batch) -> ApiResult<()> {
    let (removed, kept) = (merge.removed.after.id, merge.kept.after.id);
    let mut sql = select::records(&DEAL, Depth::Row);
    sql.push(" WHERE t.company_id = ").bind(call.company());
    sql.push(" AND t.id IN (SELECT p.deal_id FROM participants p WHERE p.company_id = ").bind(call.company());
    sql.push(" AND p.person_id = ").bind(removed).push(")");
    for deal in list::read_records(call, &DEAL, Depth::Row, sql, Weight::Heavy).await? {
        let change = merge.linked.get(&(DEAL.name, deal.id)).cloned();
        let change = change.unwrap_or_else(|| {
            participants::hold(batch, &deal);
            Change::update(deal)
        });
        let before = participants::of_deal(call, change.after.id).await?;
        let after = before.iter().map(|person| if *person == removed { kept } else { *person }).collect();
        participants::exchange(call, &change, &before, &after, batch).await?;
    }
    Ok(())
}
