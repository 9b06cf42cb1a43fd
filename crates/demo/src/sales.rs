//! What deals sell: rows of products with discounts and terms, from which the value of the deal follows.

use crate::DemoError;
use crate::chance::{Chance, Part};
use crate::draft::{Draft, Ids};
use crate::products::Product;
use penstock_crm::deal_products::worth::{Cut, Row, Worth, worth};
use penstock_crm::deal_products::{self as sold, *};
use penstock_model::{Actor, Money, Record, Time};
use penstock_store::Batch;

/// All currencies of the sample company have cents.
const DECIMALS: u32 = 2;
/// How many of a hundred deals sell products.
const SHARE: i64 = 35;
/// The most of one thing that somebody buys.
const MOST_PIECES: i64 = 400;
/// Rows that one statement writes.
const CHUNK: usize = 100;

/// What one deal sells.
#[derive(Debug, Default)]
pub struct Basket {
    rows: Vec<Record>,
    discounts: Vec<Record>,
    installments: Vec<Record>,
}

/// Makes baskets, and writes them once their deals are done.
pub struct Sales<'a> {
    products: &'a [Product],
    chance: Chance,
    row_ids: Ids,
    discount_ids: Ids,
    installment_ids: Ids,
    done: Basket,
}

impl Basket {
    /// What all of it is worth; nothing where nothing is sold.
    pub fn worth(&self) -> Option<Worth> {
        if self.rows.is_empty() {
            return None;
        }
        let rows: Vec<_> = self.rows.iter().map(Row::of).collect();
        let discounts: Vec<_> = self.discounts.iter().map(Cut::of).collect();
        worth(&rows, &discounts, DECIMALS).ok()
    }

    pub fn pieces(&self) -> i64 {
        sold::pieces(&self.rows).unwrap_or(0)
    }

    /// Changes how much of the first product is sold to so many percent.
    pub fn revalue(&mut self, percent: i64, time: Time) {
        let Some(row) = self.rows.first_mut() else { return };
        let pieces = row.get(QUANTITY).map_or(1, |quantity| quantity.ten_thousandths() / 10_000);
        row.set(QUANTITY, whole((pieces * percent / 100).max(1)));
        row.set(UPDATE_TIME, time);
    }
}

fn whole(number: i64) -> Money {
    Money::from_ten_thousandths(number * 10_000)
}

impl<'a> Sales<'a> {
    pub fn new(draft: &Draft<'_>, products: &'a [Product]) -> Self {
        Sales {
            products,
            chance: draft.chance(Part::Sales),
            row_ids: Ids::new("deal_products"),
            discount_ids: Ids::new("deal_discounts"),
            installment_ids: Ids::new("deal_installments"),
            done: Basket::default(),
        }
    }

    /// What a new deal sells that is expected to be worth about `value`; most deals sell nothing in particular.
    pub async fn basket(&mut self, draft: &Draft<'_>, actor: &Actor, deal: i64, value: Money, currency: &str) -> Result<Basket, DemoError> {
        let mut basket = Basket::default();
        if !self.chance.percent(SHARE) {
            return Ok(basket);
        }
        let count = self.chance.weighted(&[(1, 45), (2, 30), (3, 17), (4, 8)]);
        let method = self.chance.weighted(&[("exclusive", 40), ("inclusive", 40), ("none", 20)]);
        for place in 0..count {
            let Some(product) = self.chance.pick(self.products) else { break };
            let share = value.ten_thousandths() / 10_000 / count;
            let mut row = Record::blank(&DEAL_PRODUCT, draft.next_id(&mut self.row_ids).await?);
            row.set(DEAL, deal);
            row.set(PRODUCT, product.id);
            row.set(ORDER_NR, place);
            row.set(TAX_METHOD, method);
            row.set(ADD_TIME, actor.time);
            row.set(UPDATE_TIME, actor.time);
            fill(&mut self.chance, &mut row, product, share, currency);
            basket.rows.push(row);
        }
        let sells_once = basket.rows.iter().all(|row| row.text(FREQUENCY) == Some("one-time"));
        if self.chance.percent(10) {
            basket.discounts.push(self.discount(draft, actor, deal).await?);
        }
        if sells_once && self.chance.percent(12) {
            self.split(draft, actor, deal, &mut basket).await?;
        }
        Ok(basket)
    }

    async fn discount(&mut self, draft: &Draft<'_>, actor: &Actor, deal: i64) -> Result<Record, DemoError> {
        let chance = &mut self.chance;
        let mut discount = Record::blank(&DISCOUNT_ENTITY, draft.next_id(&mut self.discount_ids).await?);
        let percent = chance.weighted(&[(5, 50), (10, 40), (15, 10)]);
        let uuid = format!("{}-{}-4{}-a{}-{}", chance.hex(8), chance.hex(4), chance.hex(3), chance.hex(3), chance.hex(12));
        discount.set(discount::UUID, uuid);
        discount.set(discount::DEAL, deal);
        discount.set(discount::DESCRIPTION, chance.word(&["Loyalty", "Volume", "Early order", "Trade fair"]));
        discount.set(discount::AMOUNT, whole(percent));
        discount.set(discount::TYPE, "percentage");
        discount.set(discount::CREATED_AT, actor.time);
        discount.set(discount::CREATED_BY, actor.user);
        discount.set(discount::UPDATED_AT, actor.time);
        discount.set(discount::UPDATED_BY, actor.user);
        Ok(discount)
    }

    /// Lets the deal be paid in two parts, a month apart.
    async fn split(&mut self, draft: &Draft<'_>, actor: &Actor, deal: i64, basket: &mut Basket) -> Result<(), DemoError> {
        let Some(total) = basket.worth().map(|worth| worth.value.ten_thousandths()) else { return Ok(()) };
        let first = Money::from_ten_thousandths(total / 2).round(0);
        let rest = Money::from_ten_thousandths(total - first.ten_thousandths());
        for (months, amount, name) in [(1, first, "Down payment"), (2, rest, "On delivery")] {
            if amount <= Money::ZERO {
                continue;
            }
            let mut part = Record::blank(&INSTALLMENT, draft.next_id(&mut self.installment_ids).await?);
            part.set(installment::DEAL, deal);
            part.set(installment::DESCRIPTION, name);
            part.set(installment::AMOUNT, amount);
            part.set(installment::BILLING_DATE, actor.time.date().plus_months(months));
            basket.installments.push(part);
        }
        Ok(())
    }

    /// Takes the basket of a deal whose life is told.
    pub async fn close(&mut self, draft: &mut Draft<'_>, actor: Actor, mut basket: Basket) -> Result<(), DemoError> {
        self.done.rows.append(&mut basket.rows);
        self.done.discounts.append(&mut basket.discounts);
        self.done.installments.append(&mut basket.installments);
        if self.done.rows.len() >= CHUNK { self.write(draft, actor).await } else { Ok(()) }
    }

    /// Writes what is left.
    pub async fn write(&mut self, draft: &mut Draft<'_>, actor: Actor) -> Result<(), DemoError> {
        let done = std::mem::take(&mut self.done);
        let mut batch = Batch::new(actor);
        for records in [&done.rows, &done.discounts, &done.installments] {
            rows::add(&mut batch, records);
        }
        Ok(draft.load.add(batch).await?)
    }
}

/// A row of a product, about as much of it as makes up the share.
fn fill(chance: &mut Chance, row: &mut Record, product: &Product, share: i64, currency: &str) {
    let price = product.price(currency);
    row.set(VARIATION, if chance.percent(60) { chance.pick(&product.variations).copied() } else { None });
    row.set(ITEM_PRICE, whole(price));
    let is_recurring = product.frequency != "one-time";
    let bills = if is_recurring { 6 } else { 1 };
    row.set(QUANTITY, whole((share / price / bills).clamp(1, MOST_PIECES)));
    row.set(DISCOUNT, whole(chance.weighted(&[(0, 75), (5, 12), (10, 10), (20, 3)])));
    row.set(DISCOUNT_TYPE, "percentage");
    row.set(TAX, whole(chance.weighted(&[(20, 70), (0, 25), (5, 5)])));
    row.set(IS_ENABLED, chance.percent(96));
    row.set(COMMENTS, chance.weighted(&[("", 85), ("Delivery within four weeks", 8), ("Price agreed by phone", 7)]));
    row.set(FREQUENCY, product.frequency);
    let cycles = match product.frequency {
        "one-time" => None,
        "weekly" => Some(chance.weighted(&[(26, 40), (52, 60)])),
        "annually" => chance.weighted(&[(None, 40), (Some(1), 30), (Some(3), 30)]),
        _ => chance.weighted(&[(None, 40), (Some(12), 40), (Some(24), 20)]),
    };
    row.set(CYCLES, cycles);
}
