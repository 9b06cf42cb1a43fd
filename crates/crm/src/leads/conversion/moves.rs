//! What goes over from a lead to the deal that it becomes, and back.

use crate::activities::ACTIVITY;
use crate::call::Call;
use crate::call_logs::CALL_LOG;
use crate::error::ApiResult;
use crate::files::FILE;
use crate::list;
use crate::mail::{self, MAIL_THREAD};
use crate::notes::NOTE;
use crate::select::{self, Depth};
use crate::write::set_update_time;
use penstock_model::{Change, Entity, Kind, Value};
use penstock_store::{Batch, Weight};

/// An entity whose rows go over.
struct Moving {
    /// It has a field of each kind: [`Kind::Deal`] and [`Kind::Lead`].
    entity: &'static Entity,
    /// Adds to the write what does not follow from the changed row by itself.
    also: fn(&mut Batch, &Change),
}

/// Everything that can hang on a lead as on a deal. Whatever else comes to do so belongs here.
const MOVING: &[Moving] = &[
    Moving { entity: &NOTE, also: |_, _| {} },
    Moving { entity: &ACTIVITY, also: |_, _| {} },
    Moving { entity: &MAIL_THREAD, also: mail::follow_thread },
    Moving { entity: &FILE, also: |_, _| {} },
    Moving { entity: &CALL_LOG, also: |_, _| {} },
];

/// A deal or a lead, whichever of the two is there.
pub struct Target<'a> {
    pub deal: Option<i64>,
    pub lead: Option<&'a str>,
}

/// Ties to `to` what is tied to `from`, deleted rows included, because they may be restored.
pub async fn move_linked(call: &Call, to: &Target<'_>, from: &Target<'_>, batch: &mut Batch) -> ApiResult<()> {
    for Moving { entity, also } in MOVING {
        let mut sql = select::records(entity, Depth::Row);
        sql.push(" WHERE t.company_id = ").bind(call.company());
        match (from.deal, from.lead) {
            (Some(deal), _) => sql.push(" AND t.deal_id = ").bind(deal),
            (None, lead) => sql.push(" AND t.lead_id = ").bind(lead),
        };
        for record in list::read_records(call, entity, Depth::Row, sql, Weight::Light).await? {
            let mut change = Change::update(record);
            tie(&mut change, to);
            set_update_time(&mut change.after, call.now);
            also(batch, &change);
            batch.save(change);
        }
    }
    Ok(())
}

fn tie(change: &mut Change, to: &Target<'_>) {
    let entity = change.entity();
    let values = &mut change.after.values;
    for (field, value) in entity.fields.iter().zip(values.iter_mut()) {
        match field.kind {
            Kind::Deal => *value = to.deal.into(),
            Kind::Lead => *value = to.lead.into(),
            _ => {}
        }
    }
    // What was pinned there stays pinned.
    let pins = (entity.field("pinned_to_deal_flag"), entity.field("pinned_to_lead_flag"));
    if let (Some((deal, _)), Some((lead, _))) = pins {
        let is_pinned = [deal, lead].iter().any(|pin| values[*pin] == Value::Int(1));
        values[deal] = (is_pinned && to.deal.is_some()).into();
        values[lead] = (is_pinned && to.lead.is_some()).into();
    }
}
