//! The value of random deals against the rule said again in whole numbers.

use crate::company::{Company, Outcome};
use crate::{attach, begin, worth};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// A row in whole numbers: ten-thousandths, but for the cycles.
#[derive(Debug, Clone)]
struct Line {
    quantity: i128,
    price: i128,
    discount: i128,
    is_amount: bool,
    tax: i128,
    is_enabled: bool,
    /// Place in [`FREQUENCIES`].
    frequency: usize,
    cycles: Option<i128>,
}

const FREQUENCIES: [(&str, i128); 6] =
    [("one-time", 0), ("annually", 1), ("semi-annually", 2), ("quarterly", 4), ("monthly", 12), ("weekly", 52)];

/// What is sold: rows, whether tax comes on top, and discounts as (amount in ten-thousandths, whether it is an amount).
#[derive(Debug, Clone)]
struct Sold {
    lines: Vec<Line>,
    is_exclusive: bool,
    discounts: Vec<(i128, bool)>,
}

fn line() -> impl Strategy<Value = Line> {
    let amounts = (0..50_000_000_i128, 0..90_000_000_i128, 0..1_200_000_i128, any::<bool>());
    (amounts, 0..300_000_i128, 0..6_usize, prop::option::of(1..=208_i128), 0..10_u8).prop_map(
        |((quantity, price, discount, is_amount), tax, frequency, cycles, dice)| {
            // Many real amounts are whole or have cents; some have odd ends.
            let tidy = |amount: i128| if dice < 5 { amount - amount % 100 } else { amount };
            let cycles = match FREQUENCIES[frequency].0 {
                "one-time" => None,
                "weekly" => Some(cycles.unwrap_or(52)),
                _ => cycles,
            };
            Line { quantity: tidy(quantity), price: tidy(price), discount, is_amount, tax, is_enabled: dice > 0, frequency, cycles }
        },
    )
}

fn sold() -> impl Strategy<Value = Sold> {
    let discounts = prop::collection::vec((1..800_000_i128, any::<bool>()), 0..3);
    (prop::collection::vec(line(), 1..6), any::<bool>(), discounts).prop_map(|(lines, is_exclusive, discounts)| Sold {
        lines,
        is_exclusive,
        discounts,
    })
}

/// A fraction of the currency's unit, rounded half up to its decimals: the number of the smallest coins.
fn coins(numerator: i128, denominator: i128, decimals: u32) -> i128 {
    let numerator = numerator * 10_i128.pow(decimals);
    (2 * numerator + denominator) / (2 * denominator)
}

/// The rule in whole numbers and fractions, said again: value, ACV, ARR, MRR in the smallest coins.
fn model(sold: &Sold, decimals: u32) -> [i128; 4] {
    const WHOLE: i128 = 1_000_000;
    let unit = 10_i128.pow(decimals);
    let (mut once, mut term, mut year, mut arr) = (0, 0, 0, 0);
    for line in sold.lines.iter().filter(|line| line.is_enabled) {
        // Hundred-millionths; a percentage in ten-thousandths is a share in millionths.
        let gross = line.quantity * line.price;
        let net = if line.is_amount { (gross - line.discount * 10_000).max(0) } else { gross * (WHOLE - line.discount).max(0) };
        let sum = if line.is_amount { coins(net, 100_000_000, decimals) } else { coins(net, 100_000_000 * WHOLE, decimals) };
        let tax = if sold.is_exclusive { line.tax } else { 0 };
        let bill = (2 * sum * (WHOLE + tax) + WHOLE) / (2 * WHOLE);
        match (FREQUENCIES[line.frequency].1, line.cycles) {
            (0, _) => once += bill,
            (periods, cycles) => {
                term += bill * cycles.unwrap_or(periods);
                year += bill * cycles.unwrap_or(periods).min(periods);
                arr += bill * periods;
            }
        }
    }
    for (amount, is_amount) in &sold.discounts {
        once = if *is_amount {
            let exact = once * 10_000 - amount * unit;
            (2 * exact.max(0) + 10_000) / 20_000
        } else {
            (2 * once * (WHOLE - amount).max(0) + WHOLE) / (2 * WHOLE)
        };
    }
    [once + term, once + year, arr, (2 * arr + 12) / 24]
}

/// An amount as a client writes it.
fn number(ten_thousandths: i128) -> Value {
    let text = format!("{}.{:04}", ten_thousandths / 10_000, ten_thousandths % 10_000);
    serde_json::from_str(&text).unwrap_or_default()
}

fn request(line: &Line, is_exclusive: bool) -> Value {
    json!({
        "quantity": number(line.quantity),
        "item_price": number(line.price),
        "discount": number(line.discount),
        "discount_type": if line.is_amount { "amount" } else { "percentage" },
        "tax": number(line.tax),
        "tax_method": if is_exclusive { "exclusive" } else { "inclusive" },
        "is_enabled": line.is_enabled,
        "billing_frequency": FREQUENCIES[line.frequency].0,
        "billing_frequency_cycles": line.cycles.map(|cycles| cycles as i64),
    })
}

/// What an answer says, in the smallest coins.
fn in_coins(amount: &Value, decimals: u32) -> i128 {
    (amount.as_f64().unwrap_or(f64::NAN) * 10_f64.powi(decimals as i32)).round() as i128
}

/// Random deals in three currencies, built up row by row in random order and changed once more.
#[tokio::test]
async fn the_value_of_random_deals_is_that_of_the_model() -> Outcome {
    let mut runner = TestRunner::deterministic();
    for company in Company::each().await? {
        for round in 0..24 {
            let (currency, decimals) = [("EUR", 2), ("JPY", 0), ("KWD", 3)][round % 3];
            let wanted = draw(&mut runner, &sold())?;
            let (deal, product) = begin(&company, json!({"currency": currency})).await?;
            let mut rows = Vec::new();
            // The rows come as others first, so that changes are tested along with additions.
            for _ in &wanted.lines {
                let first = draw(&mut runner, &line())?;
                rows.push(attach(&company, deal, product, request(&first, !wanted.is_exclusive)).await?);
            }
            for (amount, is_amount) in &wanted.discounts {
                let body =
                    json!({"description": "Cut", "amount": number(*amount), "type": if *is_amount { "amount" } else { "percentage" }});
                company.data("POST", &format!("/api/v2/deals/{deal}/discounts"), body).await?;
            }
            for (row, line) in rows.iter().zip(&wanted.lines) {
                let target = format!("/api/v2/deals/{deal}/products/{}", row["id"]);
                company.data("PATCH", &target, request(line, wanted.is_exclusive)).await?;
            }
            let shown = worth(&company, deal).await?;
            let shown: Vec<_> = shown[..4].iter().map(|amount| in_coins(amount, decimals)).collect();
            assert_eq!(shown, model(&wanted, decimals), "{currency} {wanted:?}");
        }
    }
    Ok(())
}

fn draw<S: Strategy>(runner: &mut TestRunner, strategy: &S) -> Outcome<S::Value> {
    Ok(strategy.new_tree(runner).map_err(|reason| reason.to_string())?.current())
}

proptest! {
    /// The rule itself, without a store, for many more.
    #[test]
    fn the_rule_is_that_of_the_model(wanted in sold(), decimals in 0..4_u32) {
        use penstock_crm::deal_products::worth::{Billing, Cut, Row, worth};
        use rust_decimal::Decimal;
        let decimal = |amount: i128| Decimal::from_i128_with_scale(amount, 4);
        let cut = |amount: i128, is_amount: bool| if is_amount { Cut::Amount(decimal(amount)) } else { Cut::Percentage(decimal(amount)) };
        let rows: Vec<_> = wanted.lines.iter().map(|line| Row {
            quantity: decimal(line.quantity),
            item_price: decimal(line.price),
            discount: cut(line.discount, line.is_amount),
            added_tax: if wanted.is_exclusive { decimal(line.tax) } else { Decimal::ZERO },
            is_enabled: line.is_enabled,
            billing: (line.frequency > 0).then(|| Billing {
                periods_per_year: FREQUENCIES[line.frequency].1 as i64,
                cycles: line.cycles.map(|cycles| cycles as i64),
            }),
        }).collect();
        let discounts: Vec<_> = wanted.discounts.iter().map(|(amount, is_amount)| cut(*amount, *is_amount)).collect();
        let worth = worth(&rows, &discounts, decimals).unwrap();
        let shown = [worth.value, worth.acv, worth.arr, worth.mrr].map(|amount| {
            let coins = i128::from(amount.ten_thousandths()) * 10_i128.pow(decimals);
            assert_eq!(coins % 10_000, 0, "more decimals than the currency has");
            coins / 10_000
        });
        prop_assert_eq!(shown, model(&wanted, decimals));
    }
}
