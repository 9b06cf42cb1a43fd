//! The HTTP server around the product.

mod answer;
mod body;
mod metrics;
mod pages;
mod patience;
mod process;
mod server;
mod signals;

pub use server::Server;
pub use signals::Signals;
