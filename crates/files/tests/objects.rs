//! Objects in a directory and in a bucket: whole or not at all, and found again.

#![allow(clippy::unwrap_used)]

mod bucket;

use bucket::Bucket;
use bytes::Bytes;
use futures::stream::{self, StreamExt, TryStreamExt};
use penstock_files::{FilesError, Objects, Place, S3, Stored};
use std::time::Duration;

const MIB: usize = 1 << 20;

async fn bytes(objects: &Objects, key: &str, part: Option<std::ops::Range<u64>>) -> Result<Vec<u8>, FilesError> {
    let pieces: Vec<Bytes> = objects.get(key, part).await?.bytes.try_collect().await?;
    Ok(pieces.concat())
}

async fn keys(objects: &Objects, folder: &str) -> Vec<String> {
    let mut keys: Vec<_> = objects.list(folder).map_ok(|found| found.key).try_collect().await.unwrap();
    keys.sort();
    keys
}

/// So many pieces of one MiB, and then an error.
fn broken_after(pieces: usize) -> impl futures::Stream<Item = Result<Bytes, FilesError>> + Unpin {
    let error = Err(FilesError::Unavailable("the client went away".to_owned()));
    stream::iter((0..pieces).map(|_| Ok(Bytes::from(vec![7; MIB]))).chain([error]))
}

/// What must hold of every place.
async fn prove(objects: &Objects) {
    objects.check().await.unwrap();
    assert_eq!(bytes(objects, "1/files/none", None).await, Err(FilesError::Missing));
    objects.delete("1/files/none").await.unwrap();

    let stored = objects.put_bytes("1/files/a.txt", Bytes::from_static(b"hello")).await.unwrap();
    let sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824".to_owned();
    assert_eq!(stored, Stored { size: 5, sha256 });
    assert_eq!(bytes(objects, "1/files/a.txt", None).await.unwrap(), b"hello");
    assert_eq!(bytes(objects, "1/files/a.txt", Some(1..3)).await.unwrap(), b"el");
    assert_eq!(objects.get("1/files/a.txt", Some(1..3)).await.unwrap().size, 5);
    objects.put_bytes("1/files/empty", Bytes::new()).await.unwrap();
    assert_eq!(bytes(objects, "1/files/empty", None).await.unwrap(), b"");

    // More than fits into two parts.
    let pieces = (0..12_u8).map(|number| Ok::<_, FilesError>(Bytes::from(vec![number; MIB])));
    let stored = objects.put("1/files/large", stream::iter(pieces)).await.unwrap();
    assert_eq!(stored.size, 12 * MIB as u64);
    let large = bytes(objects, "1/files/large", None).await.unwrap();
    assert!(large.chunks(MIB).zip(0_u8..).all(|(piece, number)| piece.iter().all(|byte| *byte == number)));
    assert_eq!(large.len(), 12 * MIB);

    for pieces in [0, 1, 6, 12] {
        let outcome = objects.put("1/files/broken", broken_after(pieces)).await;
        assert_eq!(outcome, Err(FilesError::Unavailable("the client went away".to_owned())), "after {pieces} MiB");
        assert_eq!(bytes(objects, "1/files/broken", None).await, Err(FilesError::Missing), "after {pieces} MiB");
    }

    objects.put_bytes("2/files/b.txt", Bytes::from_static(b"x")).await.unwrap();
    assert_eq!(keys(objects, "1/files").await, ["1/files/a.txt", "1/files/empty", "1/files/large"]);
    assert_eq!(keys(objects, "2/files").await, ["2/files/b.txt"]);
    assert_eq!(keys(objects, "3/files").await, Vec::<String>::new());
    let found = objects.list("2/files").next().await.unwrap().unwrap();
    assert_eq!(found.size, 1);
    assert!(found.modified.elapsed().unwrap_or_default() < Duration::from_secs(300));
    objects.delete("2/files/b.txt").await.unwrap();
    assert_eq!(keys(objects, "2/files").await, Vec::<String>::new());
}

#[tokio::test]
async fn in_memory() {
    prove(&Objects::default()).await;
}

#[tokio::test]
async fn in_a_directory() {
    let directory = tempfile::tempdir().unwrap();
    let place = Place::Directory(directory.path().join("data/files"));
    prove(&Objects::open(&place).unwrap()).await;
    let left: Vec<_> =
        std::fs::read_dir(directory.path().join("data/files/1/files")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "broken uploads leave nothing: {left:?}");
}

#[tokio::test]
async fn what_a_killed_process_left_is_removed() {
    let directory = tempfile::tempdir().unwrap();
    let objects = Objects::open(&Place::Directory(directory.path().to_owned())).unwrap();
    objects.put_bytes("1/files/whole", Bytes::from_static(b"x")).await.unwrap();
    std::fs::write(directory.path().join("1/files/half#1"), b"x").unwrap();
    assert_eq!(keys(&objects, "1/files").await, ["1/files/whole"]);
    assert_eq!(objects.remove_broken_uploads(Duration::from_secs(60)).await, Ok(0));
    assert_eq!(objects.remove_broken_uploads(Duration::ZERO).await, Ok(1));
    assert_eq!(bytes(&objects, "1/files/whole", None).await.unwrap(), b"x");
    assert!(!directory.path().join("1/files/half#1").exists());
}

#[tokio::test]
async fn a_place_that_is_gone_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("files");
    let objects = Objects::open(&Place::Directory(place.clone())).unwrap();
    std::fs::remove_dir(&place).unwrap();
    std::fs::write(&place, b"not a directory").unwrap();
    assert!(matches!(objects.put_bytes("1/files/a", Bytes::new()).await, Err(FilesError::Unavailable(_))));
    assert!(objects.get("1/files/a", None).await.is_err());
    assert!(objects.check().await.is_err());
    assert!(Objects::open(&Place::Directory(place)).is_err());
}

#[tokio::test]
async fn in_a_bucket() {
    let bucket = Bucket::start();
    let open = |s3: S3| Objects::open(&Place::S3(s3)).unwrap();
    prove(&open(bucket.place(""))).await;
    // Below a prefix there is another world.
    prove(&open(bucket.place("crm/one"))).await;
    assert!(keys(&open(bucket.place("")), "crm/one/1/files").await.contains(&"crm/one/1/files/a.txt".to_owned()));

    let stranger = open(S3 { secret_key: Some("wrong".to_owned()), ..bucket.place("") });
    assert!(matches!(stranger.put_bytes("1/files/a.txt", Bytes::new()).await, Err(FilesError::Unavailable(_))));
    assert!(matches!(stranger.get("1/files/a.txt", None).await.map(drop), Err(FilesError::Unavailable(_))));
    let nowhere = open(S3 { endpoint: Some("http://127.0.0.1:1".to_owned()), ..bucket.place("") });
    assert!(matches!(nowhere.check().await, Err(FilesError::Unavailable(_))));
}
