//! Objects: written as streams, whole or not at all.

use crate::error::FilesError;
use crate::place::{Place, S3};
use bytes::Bytes;
use futures::stream::{BoxStream, Stream, StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt, RetryConfig};
use sha2::{Digest, Sha256};
use std::fmt::{self, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::io::AsyncWriteExt;

/// How much of an upload is held in memory before it is passed on.
const PART: usize = 256 << 10;
/// S3 takes no smaller parts than these.
const S3_PART: usize = 5 << 20;
/// Parts of one upload that are on their way at the same time.
const PARTS_AT_ONCE: usize = 1;
/// How long a request to the object store may take, and how long all its repetitions.
const REQUEST_PATIENCE: Duration = Duration::from_secs(30);
const RETRY_PATIENCE: Duration = Duration::from_secs(20);
const RETRIES: usize = 3;

/// The place of files, open. Cheap to clone.
#[derive(Clone)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    place: Place,
}

/// What became of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub size: u64,
    /// In hex.
    pub sha256: String,
}

/// An object that is read.
pub struct Object {
    /// Of the whole object, whatever part of it is read.
    pub size: u64,
    pub bytes: BoxStream<'static, Result<Bytes, FilesError>>,
}

/// An object of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub key: String,
    pub size: u64,
    pub modified: SystemTime,
}

impl Objects {
    /// Opens a place. A directory is made where there is none; a bucket must exist, and is not asked for here.
    pub fn open(place: &Place) -> Result<Self, FilesError> {
        let store: Arc<dyn ObjectStore> = match place {
            Place::Memory => Arc::new(InMemory::new()),
            Place::Directory(directory) => {
                std::fs::create_dir_all(directory)?;
                Arc::new(LocalFileSystem::new_with_prefix(directory)?.with_fsync(true))
            }
            Place::S3(s3) => bucket(s3)?,
        };
        Ok(Objects { store, place: place.clone() })
    }

    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Writes an object from a stream. When the stream breaks off, or the place fails, nothing is left behind; when this
    /// returns, the object is durable. Holds a few parts in memory at the most.
    pub async fn put<E: From<FilesError>>(&self, key: &str, mut bytes: impl Stream<Item = Result<Bytes, E>> + Unpin) -> Result<Stored, E> {
        let part = if matches!(self.place, Place::S3(_)) { S3_PART } else { PART };
        let writer = BufWriter::with_capacity(Arc::clone(&self.store), Path::from(key), part);
        let mut writer = writer.with_max_concurrency(PARTS_AT_ONCE);
        let mut hash = Sha256::new();
        let mut size = 0;
        loop {
            let piece = match bytes.next().await {
                None => break,
                Some(Err(error)) => {
                    abandon(&mut writer, key).await;
                    return Err(error);
                }
                Some(Ok(piece)) => piece,
            };
            hash.update(&piece);
            size += piece.len() as u64;
            if let Err(error) = writer.put(piece).await {
                abandon(&mut writer, key).await;
                return Err(FilesError::from(error).into());
            }
        }
        // The end of an upload that fails takes its parts back by itself.
        writer.shutdown().await.map_err(FilesError::from)?;
        Ok(Stored { size, sha256: hex(&hash.finalize()) })
    }

    /// Writes an object whose bytes are at hand.
    pub async fn put_bytes(&self, key: &str, bytes: Bytes) -> Result<Stored, FilesError> {
        self.put(key, futures::stream::iter([Ok::<_, FilesError>(bytes)])).await
    }

    /// Reads an object, or a part of it. Errors: [`FilesError::Missing`].
    pub async fn get(&self, key: &str, part: Option<Range<u64>>) -> Result<Object, FilesError> {
        let options = GetOptions { range: part.map(GetRange::Bounded), ..GetOptions::default() };
        let found = self.store.get_opts(&Path::from(key), options).await?;
        Ok(Object { size: found.meta.size, bytes: found.into_stream().map_err(FilesError::from).boxed() })
    }

    /// Removes an object; one that is not there is no error.
    pub async fn delete(&self, key: &str) -> Result<(), FilesError> {
        match self.store.delete(&Path::from(key)).await {
            Err(object_store::Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Everything below a folder, such as `1/files`.
    pub fn list(&self, folder: &str) -> BoxStream<'static, Result<Found, FilesError>> {
        let found =
            |meta: object_store::ObjectMeta| Found { key: meta.location.to_string(), size: meta.size, modified: meta.last_modified.into() };
        self.store.list(Some(&Path::from(folder))).map_ok(found).map_err(FilesError::from).boxed()
    }

    /// Proves that the place takes, gives and removes objects.
    pub async fn check(&self) -> Result<(), FilesError> {
        const KEY: &str = "check";
        const TEXT: &[u8] = b"penstock";
        self.put_bytes(KEY, Bytes::from_static(TEXT)).await?;
        let pieces: Vec<Bytes> = self.get(KEY, None).await?.bytes.try_collect().await?;
        self.delete(KEY).await?;
        if pieces.concat() == TEXT { Ok(()) } else { Err(FilesError::Unavailable("it gives back other bytes than it took".to_owned())) }
    }

    /// Removes what uploads left behind in a directory when the process was killed in the middle of them, more than
    /// `age` ago. Answers how many. An S3 bucket does this by a lifecycle rule.
    pub async fn remove_broken_uploads(&self, age: Duration) -> Result<usize, FilesError> {
        let Place::Directory(directory) = self.place.clone() else { return Ok(0) };
        let removed = tokio::task::spawn_blocking(move || remove_staged(directory, age)).await;
        Ok(removed.map_err(|error| FilesError::Unavailable(error.to_string()))??)
    }
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Objects").field(&self.place).finish()
    }
}

impl Default for Objects {
    fn default() -> Self {
        Objects { store: Arc::new(InMemory::new()), place: Place::Memory }
    }
}

async fn abandon(writer: &mut BufWriter, key: &str) {
    if let Err(error) = writer.abort().await {
        tracing::warn!(key, %error, "the parts of a broken upload could not be removed");
    }
}

fn bucket(s3: &S3) -> Result<Arc<dyn ObjectStore>, FilesError> {
    // Where another part of the program was first, its choice is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let retry = RetryConfig { max_retries: RETRIES, retry_timeout: RETRY_PATIENCE, ..RetryConfig::default() };
    let client = ClientOptions::new().with_timeout(REQUEST_PATIENCE);
    let mut builder = AmazonS3Builder::new().with_bucket_name(&s3.bucket).with_retry(retry).with_client_options(client);
    builder = builder.with_region(s3.region.as_deref().unwrap_or("us-east-1"));
    if let Some(endpoint) = &s3.endpoint {
        builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
    }
    if let (Some(access), Some(secret)) = (&s3.access_key, &s3.secret_key) {
        builder = builder.with_access_key_id(access).with_secret_access_key(secret);
    }
    let store = builder.build()?;
    Ok(if s3.prefix.is_empty() { Arc::new(store) } else { Arc::new(PrefixStore::new(store, s3.prefix.as_str())) })
}

/// Unfinished objects have `#` in their names, and no others have.
fn remove_staged(directory: PathBuf, age: Duration) -> std::io::Result<usize> {
    let mut removed = 0;
    let mut folders = vec![directory];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            if metadata.is_dir() {
                folders.push(entry.path());
            } else if entry.file_name().to_string_lossy().contains('#') && metadata.modified()?.elapsed().unwrap_or_default() > age {
                std::fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
