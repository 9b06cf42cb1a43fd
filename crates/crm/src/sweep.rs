//! Bytes beside the store that no row names: crashes leave them behind, and removals that failed.

use crate::app::App;
use crate::setup;
use futures::StreamExt;
use penstock_files::{FilesError, Found};
use penstock_model::{CompanyId, Time};
use penstock_store::{Sql, StoreError, Weight};
use std::collections::HashSet;
use std::time::{Duration, UNIX_EPOCH};

/// Objects that are looked up in one read.
const CHUNK: usize = 500;
/// How long an object may be without a row: an upload is never under way for so long.
const ORPHAN_AGE: Duration = Duration::from_secs(24 * 3600);

/// A sort of objects: their folder, and the column that names them.
#[derive(Debug)]
pub struct Kept {
    pub folder: &'static str,
    pub table: &'static str,
    pub column: &'static str,
    /// What an object is called in its row.
    row_name: fn(&str) -> &str,
}

/// Everything that the product keeps beside the store.
pub const KEPT: &[Kept] = &[
    Kept { folder: "files", table: "files", column: "file_name", row_name: |name| name },
    // One row stands for the picture in both sizes.
    Kept { folder: "pictures", table: "pictures", column: "object", row_name: |name| name.split('_').next().unwrap_or(name) },
    Kept { folder: "images", table: "product_images", column: "object", row_name: |name| name },
    Kept { folder: "recordings", table: "call_logs", column: "recording", row_name: |name| name },
];

/// Why objects could not be swept.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Files(#[from] FilesError),
}

impl App {
    /// Removes objects that no row names, a day after they were written, and what killed uploads have left in a directory.
    /// It lists every object: for once a day. Answers how many. Safe to run from several nodes at once.
    pub async fn sweep_objects(&self) -> Result<usize, SweepError> {
        let mut removed = self.files().remove_broken_uploads(ORPHAN_AGE).await?;
        let limit = Time::from_millis(self.clock.now().millis() - ORPHAN_AGE.as_millis() as i64);
        for (company, _) in setup::companies(self.store()).await? {
            for kept in KEPT {
                removed += self.sweep_folder(company, kept, limit).await?;
            }
        }
        Ok(removed)
    }

    async fn sweep_folder(&self, company: CompanyId, kept: &Kept, limit: Time) -> Result<usize, SweepError> {
        let mut removed = 0;
        let mut objects = self.files().list(&format!("{company}/{}", kept.folder)).chunks(CHUNK);
        while let Some(chunk) = objects.next().await {
            let chunk: Vec<Found> = chunk.into_iter().collect::<Result<_, _>>()?;
            let is_old =
                |found: &&Found| found.modified.duration_since(UNIX_EPOCH).is_ok_and(|age| (age.as_millis() as i64) < limit.millis());
            let old: Vec<(&str, &str)> =
                chunk.iter().filter(is_old).map(|found| (found.key.as_str(), kept.name_in_row(&found.key))).collect();
            let named = self.named(company, kept, old.iter().map(|(_, name)| *name)).await?;
            for (key, _) in old.iter().filter(|(_, name)| !named.contains(*name)) {
                self.files().delete(key).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Those of the names that rows have.
    async fn named(&self, company: CompanyId, kept: &Kept, names: impl Iterator<Item = &str>) -> Result<HashSet<String>, StoreError> {
        let mut sql = Sql::new(format!("SELECT {0} FROM {1} WHERE company_id = ", kept.column, kept.table));
        sql.bind(company).push(" AND ").push(kept.column).push(" IN ").bind_list(names);
        self.store().read(sql, Weight::Heavy, HashSet::new(), |found, row| found.extend(row.text(0).map(str::to_owned))).await
    }

    /// Removes an object that no row names any more. What cannot be removed now is swept later.
    pub(crate) async fn drop_object(&self, key: &str) {
        if let Err(error) = self.files().delete(key).await {
            tracing::warn!(key, %error, "an object that nothing refers to could not be removed");
        }
    }
}

impl Kept {
    /// The name by which a row knows the object of a key.
    pub fn name_in_row<'k>(&self, key: &'k str) -> &'k str {
        (self.row_name)(key.rsplit('/').next().unwrap_or(key))
    }
}
