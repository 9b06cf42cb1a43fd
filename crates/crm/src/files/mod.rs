//! Files: rows that describe bytes beside the store, or documents elsewhere.

mod download;
mod fields;
mod list;
mod ops;
mod remote;
mod view;

pub use fields::*;
pub use list::OF_RECORDS;
pub use ops::OPS;
pub use view::{download_url, flat};

use penstock_model::CompanyId;

/// The folder of the objects, below that of the company.
const FOLDER: &str = "files";

/// The key of the object with the bytes of a file.
pub fn object_key(company: CompanyId, file_name: &str) -> String {
    format!("{company}/{FOLDER}/{file_name}")
}
