use crate::error::StoreError;
use deadpool_postgres::PoolError;
use std::error::Error;
use tokio_postgres::error::SqlState;

/// An error of the engine and what may be done about it.
#[derive(Debug)]
pub struct Fault {
    pub error: StoreError,
    /// Nothing was written, and the same again may succeed.
    pub may_retry: bool,
    /// The connection is lost or in a state that nobody knows.
    pub connection_unusable: bool,
}

impl Fault {
    /// What an error before the commit means. The text of the statement helps to find a fault.
    pub fn new(error: &tokio_postgres::Error, text: &str) -> Self {
        let Some(database) = error.as_db_error() else {
            // A value that does not fit its column is found before anything is sent.
            let lost = error.is_closed() || error.source().is_some_and(|source| source.is::<std::io::Error>());
            return if lost { Fault::lost(reason(error)) } else { Fault::of_statement(&reason(error), text) };
        };
        let message = database.message();
        match *database.code() {
            // The second of two that create a table at once is told of the name, or of the type that goes with it.
            SqlState::UNIQUE_VIOLATION | SqlState::DUPLICATE_TABLE | SqlState::DUPLICATE_OBJECT => {
                Fault::final_error(StoreError::Taken(database.constraint().unwrap_or(message).to_owned()))
            }
            SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => {
                Fault { may_retry: true, ..Fault::final_error(StoreError::Unavailable(message.to_owned())) }
            }
            SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN | SqlState::CANNOT_CONNECT_NOW => Fault::lost(message.to_owned()),
            // The columns of a table have changed under a prepared statement.
            SqlState::FEATURE_NOT_SUPPORTED if message.contains("cached plan") => Fault::lost(message.to_owned()),
            SqlState::QUERY_CANCELED
            | SqlState::LOCK_NOT_AVAILABLE
            | SqlState::READ_ONLY_SQL_TRANSACTION
            | SqlState::DISK_FULL
            | SqlState::OUT_OF_MEMORY => Fault::final_error(StoreError::Unavailable(message.to_owned())),
            _ => Fault::of_statement(message, text),
        }
    }

    pub fn conflict() -> Self {
        Fault::final_error(StoreError::Conflict)
    }

    /// A fault that trying again does not mend.
    pub fn of_statement(what: &str, text: &str) -> Self {
        Fault::final_error(StoreError::Failed(format!("{what} ({text})")))
    }

    /// The same after the commit was sent: whether it was done is unknown when the connection is lost.
    pub fn in_doubt(self) -> Self {
        if !self.connection_unusable {
            return self;
        }
        let text = format!("the connection was lost at the commit, whose outcome is unknown: {}", self.error);
        Fault { error: StoreError::Unavailable(text), may_retry: false, ..self }
    }

    fn lost(what: String) -> Self {
        Fault { error: StoreError::Unavailable(what), may_retry: true, connection_unusable: true }
    }

    fn final_error(error: StoreError) -> Self {
        Fault { error, may_retry: false, connection_unusable: false }
    }
}

/// Why there is no connection, on one line.
pub fn pool_error(error: &PoolError) -> StoreError {
    StoreError::Unavailable(match error {
        PoolError::Backend(error) => reason(error),
        PoolError::Timeout(_) => "no connection to the database in time".to_owned(),
        PoolError::Closed => "the store is closed".to_owned(),
        other => other.to_string(),
    })
}

/// The message of the server, or the innermost cause.
fn reason(error: &tokio_postgres::Error) -> String {
    if let Some(database) = error.as_db_error() {
        return database.message().to_owned();
    }
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
