//! The keys of a v1 product that no field row describes (semantics.md 10).

use super::fields::*;
use super::variations;
use crate::json::Json;
use crate::view_v1::ViewV1;
use penstock_model::Record;

pub fn extra_v1(view: &ViewV1<'_>, product: &Record, json: &mut Json) {
    json.key("company_id");
    json.int(view.directory().company.id.0);
    json.key("active_flag");
    json.bool(!product.is(IS_DELETED));
    json.key("product_variations");
    variations::write_v1(json, view.call, product);
}
