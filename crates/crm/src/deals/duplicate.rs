//! The copy of a deal (semantics.md 16, 31.6).

use super::fields::*;
use super::{DEALS, participants};
use crate::call::{Call, Reply};
use crate::deal_products;
use crate::error::{ApiError, ApiResult};
use crate::view_v1::{Form, ViewV1};
use crate::write;
use penstock_model::{Change, Col, Kind, Record, Value};

const SUFFIX: &str = " (copy)";
/// The longest title, in characters.
const LONGEST_TITLE: usize = 255;

/// Copies the deal of the path and answers the copy in its flat form.
pub async fn duplicate(call: Call) -> ApiResult<Reply> {
    let deal = call.id(DEAL.title)?;
    let id = call.store().next_id(call.company(), "deals").await?;
    let call = &call;
    let (copy, products) = write::commit(call, || {
        Box::pin(async move {
            let original = write::find_live(call, &DEAL, deal).await?;
            let copy = copy(call, &original, id)?;
            let change = Change::insert(copy.clone());
            let mut batch = call.batch();
            participants::follow_person(call, &change, &mut batch).await?;
            let products = deal_products::copy(call, &original, id, &mut batch).await?;
            batch.save(change);
            Ok((batch, (copy, products)))
        })
    })
    .await?;

    let records = [as_made(copy, products)];
    let view = ViewV1::of(call, &DEALS, &records, Form::Flat).await?;
    Ok(call.data(|json| view.write(json, &records[0])))
}

/// The copy: open again, without anything that happened to the original.
fn copy(call: &Call, original: &Record, id: i64) -> ApiResult<Record> {
    if original.get(STAGE).and_then(|stage| call.directory.live_stage(stage)).is_none() {
        return Err(ApiError::invalid_key("stage_id", "Stage not found or not accessible."));
    }
    let mut copy = Record::blank(&DEAL, id);
    take(&mut copy, original, &[OWNER]);
    take(&mut copy, original, &[PERSON, ORGANIZATION, STAGE, PIPELINE, VISIBLE_TO, PROBABILITY]);
    take(&mut copy, original, &[VALUE, ACV, ARR, MRR]);
    take(&mut copy, original, &[CURRENCY, LABELS, CUSTOM_FIELDS]);
    take(&mut copy, original, &[EXPECTED_CLOSE_DATE]);
    copy.set(TITLE, title_of_copy(original.text(TITLE).unwrap_or_default()));
    copy.set(CREATOR, call.principal.user);
    copy.set(STATUS, "open");
    copy.set(ORIGIN, "API");
    copy.set(IS_ARCHIVED, false);
    copy.set(IS_DELETED, false);
    copy.set(ADD_TIME, call.now);
    copy.set(UPDATE_TIME, call.now);
    copy.set(ROT_TIME, call.now);
    Ok(copy)
}

fn take<T>(copy: &mut Record, original: &Record, cols: &[Col<T>]) {
    for col in cols {
        copy.values[col.index] = original.values[col.index].clone();
    }
}

/// A title that would become too long loses its end, never the suffix.
fn title_of_copy(title: &str) -> String {
    let kept: String = title.chars().take(LONGEST_TITLE - SUFFIX.len()).collect();
    kept + SUFFIX
}

/// The copy as the answer shows it: never updated, nothing counted yet but its products (semantics.md 31.2, 31.6).
fn as_made(mut copy: Record, products: i64) -> Record {
    copy.clear(UPDATE_TIME);
    for (field, value) in copy.entity.fields.iter().zip(&mut copy.values) {
        if field.kind == Kind::Count {
            *value = Value::Int(if field.key == "products_count" { products } else { 0 });
        }
    }
    copy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_of_copies_fit() {
        assert_eq!(title_of_copy("Mill"), "Mill (copy)");
        assert_eq!(title_of_copy("Mill (copy)"), "Mill (copy) (copy)");
        let long = title_of_copy(&"é".repeat(255));
        assert_eq!((long.chars().count(), long.ends_with("é (copy)")), (255, true));
    }
}
