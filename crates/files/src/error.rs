use std::error::Error;
use std::io;

/// Why an object could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilesError {
    #[error("there is no object under this key")]
    Missing,
    /// There is no room, or no more than the quota allows.
    #[error("no space is left for files: {0}")]
    Full(String),
    #[error("the place of files does not answer: {0}")]
    Unavailable(String),
    /// The place is described in a way that cannot be.
    #[error("{0}")]
    Invalid(String),
}

impl From<object_store::Error> for FilesError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => FilesError::Missing,
            other => FilesError::of(&other),
        }
    }
}

impl From<io::Error> for FilesError {
    fn from(error: io::Error) -> Self {
        FilesError::of(&error)
    }
}

impl FilesError {
    /// Looks for the reason in the whole chain: the object store wraps what the system said.
    fn of(error: &(dyn Error + 'static)) -> Self {
        let mut at = Some(error);
        while let Some(inner) = at {
            if let Some(io) = inner.downcast_ref::<io::Error>()
                && matches!(io.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            {
                return FilesError::Full(error.to_string());
            }
            at = inner.source();
        }
        FilesError::Unavailable(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_a_missing_one() {
        let wrapped = |kind: io::ErrorKind| object_store::Error::Generic { store: "disk", source: io::Error::from(kind).into() };
        assert!(matches!(FilesError::from(wrapped(io::ErrorKind::StorageFull)), FilesError::Full(_)));
        assert!(matches!(FilesError::from(io::Error::other(wrapped(io::ErrorKind::QuotaExceeded))), FilesError::Full(_)));
        assert!(matches!(FilesError::from(wrapped(io::ErrorKind::ConnectionRefused)), FilesError::Unavailable(_)));
    }
}
