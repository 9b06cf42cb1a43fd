//! Products in the model, and what deals sell of them: a deal with products is worth what they bring.

use super::reference::{self, Nth, Refused, State, live};
use super::steps::name;
use super::support::Answer;
use super::system::{Checked, Request, System, change, of_version};
use penstock_crm::Method::{Delete, Post};
use proptest::prelude::*;
use serde_json::json;

const BAD: Refused = 400;
const GONE: Refused = 404;

#[derive(Debug, Clone)]
pub struct Product {
    pub name: String,
    pub deleted: bool,
}

/// A product on a deal.
#[derive(Debug, Clone)]
pub struct Sold {
    pub deal: Nth,
    pub product: Nth,
    pub quantity: i64,
    pub price: i64,
    pub gone: bool,
}

#[derive(Debug, Clone)]
pub enum Step {
    Add(bool, String),
    Delete(bool, Nth),
    Attach(bool, Sold),
    /// Another quantity and price.
    Change(bool, Nth, i64, i64),
    Detach(bool, Nth),
}

impl State {
    pub fn act_on_sales(&mut self, step: Step) -> Result<(), Refused> {
        match step {
            Step::Add(_, name) => self.products.push(Product { name, deleted: false }),
            Step::Delete(_, nth) => live(&mut self.products[nth])?.deleted = true,
            Step::Attach(_, sold) => {
                self.check_sale(sold.deal)?;
                if self.products[sold.product].deleted {
                    return Err(BAD);
                }
                let deal = sold.deal;
                self.sold.push(sold);
                self.revalue(deal);
            }
            Step::Change(_, nth, quantity, price) => {
                let deal = self.check_row(nth)?;
                let row = &mut self.sold[nth];
                let changes = (row.quantity, row.price) != (quantity, price);
                (row.quantity, row.price) = (quantity, price);
                if changes {
                    self.revalue(deal);
                }
            }
            Step::Detach(_, nth) => {
                let deal = self.check_row(nth)?;
                self.sold[nth].gone = true;
                self.revalue(deal);
            }
        }
        Ok(())
    }

    fn check_sale(&mut self, deal: Nth) -> Result<(), Refused> {
        if live(&mut self.deals[deal])?.archived { Err(BAD) } else { Ok(()) }
    }

    /// The deal of a row.
    fn check_row(&mut self, nth: Nth) -> Result<Nth, Refused> {
        let deal = self.sold[nth].deal;
        self.check_sale(deal)?;
        if self.sold[nth].gone { Err(GONE) } else { Ok(deal) }
    }

    fn sold_by(&self, deal: Nth) -> impl Iterator<Item = &Sold> {
        self.sold.iter().filter(move |row| row.deal == deal && !row.gone)
    }

    /// A deal that sells nothing any more keeps its value.
    fn revalue(&mut self, deal: Nth) {
        if self.sold_by(deal).next().is_some() {
            self.deals[deal].value = self.sold_by(deal).map(|row| row.quantity * row.price).sum();
        }
    }

    /// What a deal sells that goes is sold by the one that stays.
    pub fn merge_sales(&mut self, removed: Nth, kept: Nth) {
        let moves = self.sold_by(removed).next().is_some();
        for row in self.sold.iter_mut().filter(|row| row.deal == removed) {
            row.deal = kept;
        }
        if moves {
            self.revalue(kept);
        }
    }

    /// How many pieces a deal sells.
    pub fn pieces(&self, deal: Nth) -> i64 {
        self.sold_by(deal).map(|row| row.quantity).sum()
    }
}

pub fn steps(state: &State) -> Vec<(u32, BoxedStrategy<reference::Step>)> {
    let step = |weight, step: BoxedStrategy<Step>| (weight, step.prop_map(reference::Step::Sale).boxed());
    let (deals, products, rows) = (state.deals.len(), state.products.len(), state.sold.len());
    let mut steps = vec![step(2, (any::<bool>(), name()).prop_map(|(v1, name)| Step::Add(v1, name)).boxed())];
    if products > 0 {
        steps.push(step(1, (any::<bool>(), 0..products).prop_map(|(v1, nth)| Step::Delete(v1, nth)).boxed()));
    }
    if products > 0 && deals > 0 {
        let row = (0..deals, 0..products, 1..4_i64, 0..20_i64);
        let row = row.prop_map(|(deal, product, quantity, price)| Sold { deal, product, quantity, price, gone: false });
        steps.push(step(7, (any::<bool>(), row).prop_map(|(v1, row)| Step::Attach(v1, row)).boxed()));
    }
    if rows > 0 {
        let change = (any::<bool>(), 0..rows, 1..4_i64, 0..20_i64);
        steps.push(step(3, change.prop_map(|(v1, nth, quantity, price)| Step::Change(v1, nth, quantity, price)).boxed()));
        steps.push(step(2, (any::<bool>(), 0..rows).prop_map(|(v1, nth)| Step::Detach(v1, nth)).boxed()));
    }
    steps
}

/// Whether everything that a step names is there.
pub fn names_known(state: &State, step: &Step) -> bool {
    match step {
        Step::Add(..) => true,
        Step::Delete(_, nth) => *nth < state.products.len(),
        Step::Attach(_, row) => row.deal < state.deals.len() && row.product < state.products.len(),
        Step::Change(_, nth, ..) | Step::Detach(_, nth) => *nth < state.sold.len(),
    }
}

impl System<'_> {
    pub fn sale_request(&self, state: &State, step: &Step) -> Request {
        let row = |nth: &Nth| format!("/deals/{}/products/{}", self.deals[state.sold[*nth].deal], self.sold[*nth]);
        match step {
            Step::Add(v1, name) => (of_version(*v1), Post, "/products".to_owned(), Some(json!({"name": name}))),
            Step::Delete(v1, nth) => (of_version(*v1), Delete, format!("/products/{}", self.products[*nth]), None),
            Step::Attach(v1, new) => {
                let body = json!({"product_id": self.products[new.product], "quantity": new.quantity, "item_price": new.price});
                (of_version(*v1), Post, format!("/deals/{}/products", self.deals[new.deal]), Some(body))
            }
            Step::Change(v1, nth, quantity, price) => {
                let (version, method) = change(*v1);
                (version, method, row(nth), Some(json!({"quantity": quantity, "item_price": price})))
            }
            Step::Detach(v1, nth) => (of_version(*v1), Delete, row(nth), None),
        }
    }

    pub fn sale_done(&mut self, step: &Step, answer: &Answer) {
        let id = answer.data()["id"].as_i64();
        match step {
            Step::Add(..) => self.products.extend(id),
            Step::Attach(..) => self.sold.extend(id),
            _ => {}
        }
    }

    pub async fn compare_sales(&self, state: &State) -> Checked {
        let live = state.products.iter().enumerate().filter(|(_, product)| !product.deleted);
        let expected = live.map(|(nth, product)| (self.products[nth], json!({"name": product.name})));
        self.compare_list("/products?limit=500", expected.collect()).await?;
        for (deal, id) in self.deals.iter().enumerate().filter(|(deal, _)| !state.deals[*deal].deleted) {
            let rows = state.sold.iter().enumerate().filter(|(_, row)| row.deal == deal && !row.gone);
            let expected = rows.map(|(nth, row)| {
                let product = self.products[row.product];
                let sum = row.quantity * row.price;
                (self.sold[nth], json!({"product_id": product, "quantity": row.quantity, "item_price": row.price, "sum": sum}))
            });
            self.compare_list(&format!("/deals/{id}/products?limit=500"), expected.collect()).await?;
        }
        Ok(())
    }
}
