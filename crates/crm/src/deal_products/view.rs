//! How rows of products are shown, in both versions (semantics.md 10, 17.2).

use super::fields::*;
use super::sale::{decimals, quantity};
use super::worth::Row;
use crate::call::Call;
use crate::currencies;
use crate::deals::{self, DEAL as DEAL_ENTITY};
use crate::error::ApiResult;
use crate::json::Json;
use crate::list;
use crate::op::Version;
use crate::products::PRODUCT as PRODUCT_ENTITY;
use crate::select;
use crate::view::write_money;
use penstock_model::{Money, Record, Time};
use penstock_store::{Sql, Weight};
use std::collections::BTreeMap;

/// Everything that rows show beside their own values: the names of their products, the currencies of their deals.
pub struct Shown<'a> {
    call: &'a Call,
    names: BTreeMap<i64, String>,
    /// Currency and its decimals by deal.
    currencies: BTreeMap<i64, (String, u32)>,
}

impl<'a> Shown<'a> {
    pub async fn of(call: &'a Call, deals: &[Record], rows: &[Record]) -> ApiResult<Self> {
        let currency = |deal: &Record| (deal.id, (deal.text(deals::CURRENCY).unwrap_or_default().to_owned(), decimals(deal)));
        let names = names(call, rows.iter().filter_map(|row| row.get(PRODUCT))).await?;
        Ok(Shown { call, names, currencies: deals.iter().map(currency).collect() })
    }

    pub fn write(&self, json: &mut Json, row: &Record) {
        json.begin_object();
        match self.call.version() {
            Version::V1 => self.write_v1(json, row),
            Version::V2 => self.write_v2(json, row),
        }
        json.end_object();
    }

    fn currency(&self, row: &Record) -> (&str, u32) {
        row.get(DEAL).and_then(|deal| self.currencies.get(&deal)).map_or(("", 2), |(code, decimals)| (code, *decimals))
    }

    /// The sum of a row; it was in range when the row was written, but perhaps in a currency of fewer decimals.
    pub fn sum(&self, row: &Record) -> Money {
        Row::of(row).sum(self.currency(row).1).unwrap_or_default()
    }

    fn write_v2(&self, json: &mut Json, row: &Record) {
        json.key("id");
        json.int(row.id);
        self.write_common(json, row);
        for (key, col) in [("add_time", ADD_TIME), ("update_time", UPDATE_TIME)] {
            json.key(key);
            write_time(json, row.get(col), |time, out| time.write_v2(out));
        }
        json.key("comments");
        json.string(row.text(COMMENTS).unwrap_or_default());
        json.key("is_enabled");
        json.bool(row.is(IS_ENABLED));
    }

    /// Writes the keys of a v1 row without the braces around them.
    pub fn write_v1(&self, json: &mut Json, row: &Record) {
        let (currency, _) = self.currency(row);
        let locale = self.call.user().map_or("en_US", |user| user.locale.as_str());
        json.key("id");
        json.int(row.id);
        json.key("company_id");
        json.int(self.call.company().0);
        self.write_common(json, row);
        for (key, col) in [("add_time", ADD_TIME), ("last_edit", UPDATE_TIME)] {
            json.key(key);
            write_time(json, row.get(col), |time, out| time.write_v1(out));
        }
        json.key("comments");
        json.string_or_null(row.text(COMMENTS).filter(|comments| !comments.is_empty()));
        json.key("enabled_flag");
        json.bool(row.is(IS_ENABLED));
        json.key("active_flag");
        json.bool(true);
        json.key("sum_formatted");
        json.string(&currencies::format(self.sum(row), currency, locale));
        json.key("quantity_formatted");
        json.string(&row.get(QUANTITY).unwrap_or_default().to_string());
    }

    /// What both versions show alike. A product that the caller may not see shows no name.
    fn write_common(&self, json: &mut Json, row: &Record) {
        for (key, col) in [("deal_id", DEAL), ("product_id", PRODUCT), ("product_variation_id", VARIATION), ("order_nr", ORDER_NR)] {
            json.key(key);
            json.int_or_null(row.get(col));
        }
        json.key("name");
        json.string_or_null(row.get(PRODUCT).and_then(|product| self.names.get(&product)).map(String::as_str));
        for (key, col) in [("item_price", ITEM_PRICE), ("quantity", QUANTITY), ("discount", DISCOUNT), ("tax", TAX)] {
            json.key(key);
            write_money(json, row.get(col).unwrap_or_default());
        }
        json.key("sum");
        write_money(json, self.sum(row));
        json.key("currency");
        json.string(self.currency(row).0);
        for (key, col) in [("discount_type", DISCOUNT_TYPE), ("tax_method", TAX_METHOD), ("billing_frequency", FREQUENCY)] {
            json.key(key);
            json.string_or_null(row.text(col));
        }
        json.key("billing_frequency_cycles");
        json.int_or_null(row.get(CYCLES));
        json.key("billing_start_date");
        match row.get(START_DATE) {
            Some(date) => json.string(&date.to_string()),
            None => json.null(),
        }
    }

    /// The totals of all rows of one deal, as the v1 list shows them beside a page of them.
    pub fn write_totals_v1(&self, json: &mut Json, deal: &Record, rows: &[Record]) {
        let locale = self.call.user().map_or("en_US", |user| user.locale.as_str());
        let pieces = Money::from_decimal(quantity(rows)).unwrap_or_default();
        let sum = rows.iter().fold(0_i64, |sum, row| sum.saturating_add(self.sum(row).ten_thousandths()));
        let sum = Money::from_ten_thousandths(sum);
        json.key("products_quantity_total");
        write_money(json, pieces);
        json.key("products_sum_total");
        write_money(json, sum);
        json.key("products_quantity_total_formatted");
        json.string(&pieces.to_string());
        json.key("products_sum_total_formatted");
        json.string(&currencies::format(sum, deal.text(deals::CURRENCY).unwrap_or_default(), locale));
    }
}

/// Writes a row as v2 shows it, whether its deal and its product are still there or not.
pub async fn write_row(call: &Call, row: &Record, json: &mut Json) -> ApiResult<()> {
    let deals = list::by_ids(call, &DEAL_ENTITY, &Vec::from_iter(row.get(DEAL))).await?;
    Shown::of(call, &deals, std::slice::from_ref(row)).await?.write(json, row);
    Ok(())
}

fn write_time(json: &mut Json, time: Option<Time>, write: fn(Time, &mut Vec<u8>)) {
    match time {
        Some(time) => json.plain_string(|out| write(time, out)),
        None => json.null(),
    }
}

/// The names of products by id, as far as the caller may see them.
async fn names(call: &Call, ids: impl Iterator<Item = i64>) -> ApiResult<BTreeMap<i64, String>> {
    let mut sql = Sql::new("SELECT t.id, t.name FROM products t");
    select::scope(&mut sql, call, &PRODUCT_ENTITY);
    sql.push(" AND ");
    call.store().dialect().among(&mut sql, "t.id", ids);
    let names = call
        .store()
        .read(sql, Weight::Light, BTreeMap::new(), |names, row| {
            if let (Some(id), Some(name)) = (row.int(0), row.text(1)) {
                names.insert(id, name.to_owned());
            }
        })
        .await?;
    Ok(names)
}
