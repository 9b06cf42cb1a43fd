//! What deals sell: rows of products, additional discounts, installments, and what they make a deal worth.

mod attach;
mod discounts;
mod fields;
mod installments;
mod lists;
mod ops;
pub mod rows;
mod sale;
mod view;
pub mod worth;

pub use fields::*;
pub use lists::write_installment;
pub use ops::OPS;
pub use sale::{copy, follow_currency, keep, merge, of_deal, pieces};
pub use view::write_row;
