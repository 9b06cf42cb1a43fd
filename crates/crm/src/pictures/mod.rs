//! Pictures of persons: two squares beside the store, that everybody who knows their random names can load.

mod ops;
mod serve;

pub use ops::OPS;
pub use serve::{PREFIX, serve};

use crate::call::Call;
use crate::error::ApiResult;
use crate::json::Json;
use crate::persons;
use penstock_files::picture::{LARGE, SMALL};
use penstock_model::{CompanyId, Record, Time};
use penstock_store::{Batch, Row, Sql, Statement, Weight};
use std::collections::{BTreeMap, BTreeSet};

/// The folder of the objects, below that of the company.
const FOLDER: &str = "pictures";
const SIZES: [u32; 2] = [SMALL, LARGE];
/// What stands for the time of a change that never was.
const NEVER: &str = "0000-00-00 00:00:00";

#[derive(Debug, Clone)]
pub struct Picture {
    id: i64,
    item_type: String,
    item: i64,
    object: String,
    file_size: i64,
    added_by: i64,
    add_time: Time,
}

/// The pictures of these ids.
pub async fn load(call: &Call, ids: &BTreeSet<i64>) -> ApiResult<BTreeMap<i64, Picture>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql =
        Sql::new("SELECT id, item_type, item_id, object, file_size, added_by_user_id, add_time FROM pictures WHERE company_id = ");
    sql.bind(call.company()).push(" AND ");
    call.store().dialect().among(&mut sql, "id", ids.iter().copied());
    let found = call.store().read(sql, Weight::Light, BTreeMap::new(), |found, row| {
        found.insert(row.int(0).unwrap_or_default(), Picture::of_row(row));
    });
    Ok(found.await?)
}

/// When two persons become one, the one who stays and has no picture gets that of the other.
pub fn inherit(removed: &mut Record, kept: &mut Record, batch: &mut Batch) {
    if kept.entity.name != persons::PERSON.name || kept.get(persons::PICTURE).is_some() {
        return;
    }
    let Some(picture) = removed.get(persons::PICTURE) else { return };
    kept.set(persons::PICTURE, picture);
    removed.clear(persons::PICTURE);
    let text = "UPDATE pictures SET item_id = $1 WHERE company_id = $2 AND id = $3";
    batch.run(Statement::new(text, vec![kept.id.into(), batch.company().into(), picture.into()]));
}

impl Picture {
    fn of_row(row: &dyn Row) -> Self {
        let text = |index| row.text(index).unwrap_or_default().to_owned();
        let int = |index| row.int(index).unwrap_or_default();
        Picture {
            id: int(0),
            item_type: text(1),
            item: int(2),
            object: text(3),
            file_size: int(4),
            added_by: int(5),
            add_time: Time::from_millis(int(6)),
        }
    }

    /// What rows and lists of v1 show of it, without its id.
    pub fn write_members(&self, json: &mut Json, call: &Call) {
        json.key("item_type");
        json.string(&self.item_type);
        json.key("item_id");
        json.int(self.item);
        json.key("active_flag");
        json.bool(true);
        json.key("add_time");
        json.plain_string(|out| self.add_time.write_v1(out));
        json.key("update_time");
        json.string(NEVER);
        json.key("added_by_user_id");
        json.int(self.added_by);
        json.key("file_size");
        json.int(self.file_size);
        self.write_urls(json, call);
    }

    fn write_urls(&self, json: &mut Json, call: &Call) {
        json.key("pictures");
        json.begin_object();
        for size in SIZES {
            json.key(&size.to_string());
            json.string(&format!("{}{PREFIX}{}/{}", call.base_url(), call.company(), file_name(&self.object, size)));
        }
        json.end_object();
    }
}

fn file_name(object: &str, size: u32) -> String {
    format!("{object}_{size}.jpg")
}

fn object_key(company: CompanyId, object: &str, size: u32) -> String {
    format!("{company}/{FOLDER}/{}", file_name(object, size))
}
