use crate::error::FilesError;
use std::fmt;
use std::path::PathBuf;

/// Where the bytes of files are.
#[derive(Debug, Clone, Default)]
pub enum Place {
    /// Nowhere beyond this process: for proofs.
    #[default]
    Memory,
    /// A directory, which is created where it is missing.
    Directory(PathBuf),
    S3(S3),
}

/// A bucket of an object store that speaks the S3 protocol.
#[derive(Clone, Default)]
pub struct S3 {
    pub bucket: String,
    /// What stands before every key, without slashes at the ends; may be empty.
    pub prefix: String,
    /// Where the service answers, if not at Amazon.
    pub endpoint: Option<String>,
    pub region: Option<String>,
    /// Without a key the role of the machine is used.
    pub access_key: Option<String>,
    pub secret_key: Option<String>,
}

impl S3 {
    /// Reads `s3://bucket/prefix`. Errors: [`FilesError::Invalid`].
    pub fn parse(url: &str) -> Result<Self, FilesError> {
        let invalid = || FilesError::Invalid(format!("{url:?} is not like s3://bucket/prefix"));
        let rest = url.strip_prefix("s3://").ok_or_else(invalid)?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let is_name = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_/".contains(&byte));
        if bucket.is_empty() || !is_name(rest) || rest.contains("//") || prefix.split('/').any(|part| part == "." || part == "..") {
            return Err(invalid());
        }
        Ok(S3 { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned(), ..S3::default() })
    }
}

impl fmt::Debug for S3 {
    /// Leaves the keys out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3").field("bucket", &self.bucket).field("prefix", &self.prefix).field("endpoint", &self.endpoint).finish()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Memory => f.write_str("memory"),
            Place::Directory(directory) => directory.display().fmt(f),
            Place::S3(s3) if s3.prefix.is_empty() => write!(f, "s3://{}", s3.bucket),
            Place::S3(s3) => write!(f, "s3://{}/{}", s3.bucket, s3.prefix),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_named_by_a_url() {
        let read = |url| S3::parse(url).map(|s3| (s3.bucket, s3.prefix)).ok();
        assert_eq!(read("s3://files"), Some(("files".to_owned(), String::new())));
        assert_eq!(read("s3://files/crm/one/"), Some(("files".to_owned(), "crm/one".to_owned())));
        for url in ["s3://", "s3:///x", "https://files", "s3://a b", "s3://a/../b", "s3://a//b", ""] {
            assert_eq!(read(url), None, "{url}");
        }
    }
}
