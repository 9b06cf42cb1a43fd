/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A row was no longer in the version that the write had read: read again and plan again.
    #[error("the row was changed by another write")]
    Conflict,
    /// A unique key exists already.
    #[error("the key is taken: {0}")]
    Taken(String),
    /// The store cannot be reached or does not answer in time; the write may be tried again.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// The data directory or database was written by a newer version.
    #[error("the store has schema {found}, this version knows {known}")]
    NewerSchema { found: i64, known: i64 },
    /// A fault of a statement or of the engine.
    #[error("the store failed: {0}")]
    Failed(String),
}
