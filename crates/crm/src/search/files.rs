//! Files as search finds them, by their names: those that were uploaded, and those that came with mail.

use super::documents::Document;
use super::kinds::kind;
use super::row::Row;
use crate::call::Call;
use crate::error::ApiResult;
use crate::files::FILE;
use crate::json::Json;
use crate::select;
use penstock_store::search::record_of;
use penstock_store::{Sql, Weight};
use std::collections::HashSet;

/// Whether records of a kind are files.
pub fn are_files(word: &str) -> bool {
    kind(word).is_some_and(|kind| kind.entity.name == FILE.name)
}

/// The files among some documents that the caller may see. A file has no visibility that its document could hold: it is seen with
/// what it hangs on.
pub async fn visible(call: &Call, documents: &[Document]) -> ApiResult<HashSet<i64>> {
    let found = documents.iter().filter_map(|document| record_of(document.id));
    let files: Vec<i64> = found.filter(|(word, _)| are_files(word)).map(|(_, file)| file).collect();
    if files.is_empty() {
        return Ok(HashSet::new());
    }
    let mut sql = Sql::new("SELECT t.id FROM files t");
    select::scope(&mut sql, call, &FILE);
    sql.push(" AND t.is_deleted = 0 AND ");
    call.store().dialect().among(&mut sql, "t.id", files);
    Ok(call.store().read(sql, Weight::Heavy, HashSet::new(), |files, row| files.extend(row.int(0))).await?)
}

/// Links are shown where there are any.
pub fn write(json: &mut Json, row: &Row<'_>) {
    row.write_head(json);
    row.write_text(json, "name", 2);
    json.key("url");
    json.string(&format!("/files/{}/download", row.id()));
    if row.deal_ref().is_some() {
        row.write_deal(json);
    }
    if row.person_ref().is_some() {
        row.write_person(json);
    }
    if row.organization_ref().is_some() {
        row.write_organization(json);
    }
}
