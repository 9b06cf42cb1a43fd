//! Multipart bodies: texts become the body of the call, as those of a form do, and one file, where the operation takes one,
//! goes where it is to be kept.

use crate::body::Body;
use crate::call::Call;
use crate::error::{ApiError, ApiResult};
use crate::op::{ParamKind, Takes};
use crate::stream::{ByteStream, Upload};
use bytes::{Bytes, BytesMut};
use futures::Stream;
use futures::stream::{self, StreamExt};
use multer::{Field, Multipart};
use penstock_files::Stored;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use uuid::Uuid;

/// The largest file, in bytes (semantics.md 30).
pub const MAX_FILE: u64 = 100 << 20;
/// The largest picture, which is held in memory.
pub const MAX_PICTURE: u64 = 20 << 20;
/// The most texts beside a file, and the most bytes of each.
const MAX_TEXTS: usize = 100;
const MAX_TEXT: u64 = 64 << 10;
/// The most texts of a form without a file, and the most bytes of all: as many as a JSON body may have.
const MAX_MEMBERS: usize = 1000;
const MAX_BODY: u64 = 10 << 20;
/// The most bytes between two parts, with the head of the next one.
const MAX_HEAD: usize = 64 << 10;
const LONGEST_NAME: usize = 255;
const LONGEST_EXTENSION: usize = 10;

/// A file that a request has brought, kept already.
#[derive(Debug)]
pub struct Received {
    /// What the client calls it, without folders.
    pub name: String,
    /// The key of the object.
    pub key: String,
    /// The last part of the key.
    pub object: String,
    pub stored: Stored,
}

/// A file that a request has brought, in memory.
#[derive(Debug)]
pub struct InMemory {
    pub name: String,
    pub bytes: Bytes,
}

/// Streams the file of the request into the object store, below a folder of the company. The texts around it become the
/// body of the call. Where anything is wrong, nothing is kept.
pub async fn store(call: &mut Call, folder: &str, limit: u64) -> ApiResult<Received> {
    let mut form = Form::of(call)?;
    let Some((name, part)) = form.next_file().await? else { return Err(form.without_file()) };
    let object = object_name(&name);
    let key = format!("{}/{folder}/{object}", call.company());
    let stored = call.app.files().put(&key, form.pieces(part, limit)).await?;
    let received = Received { name, key, object, stored };
    match form.finish(call).await {
        Ok(()) => Ok(received),
        Err(error) => {
            call.app.drop_object(&received.key).await;
            Err(error)
        }
    }
}

/// Reads a form without a file into the body of the call. This is how curl sends an array in PHP, and so how
/// many scripts make records in v1.
pub async fn read_members(call: &mut Call) -> ApiResult<()> {
    Form::of(call)?.finish(call).await
}

/// The outcome of what was done with a stored file. Where it was refused, its bytes go again; where nobody knows whether
/// the write was done, they stay until housekeeping looks for rows that name them.
pub async fn settle<T>(call: &Call, key: &str, outcome: ApiResult<T>) -> ApiResult<T> {
    if let Err(error) = &outcome
        && error.status() < 500
    {
        call.app.drop_object(key).await;
    }
    outcome
}

/// Reads a small file into memory. The texts around it become the body of the call.
pub async fn read(call: &mut Call, limit: u64) -> ApiResult<InMemory> {
    let mut form = Form::of(call)?;
    let Some((name, part)) = form.next_file().await? else { return Err(form.without_file()) };
    let mut bytes = BytesMut::new();
    let mut pieces = form.pieces(part, limit);
    while let Some(piece) = pieces.next().await {
        bytes.extend_from_slice(&piece?);
    }
    drop(pieces);
    form.finish(call).await?;
    Ok(InMemory { name, bytes: bytes.freeze() })
}

/// A new name for an object, with the extension of the file.
pub fn object_name(name: &str) -> String {
    match extension(name) {
        Some(extension) => format!("{}.{extension}", Uuid::new_v4()),
        None => Uuid::new_v4().to_string(),
    }
}

/// What follows the last dot of a name, where it looks like an extension, in small letters.
pub fn extension(name: &str) -> Option<String> {
    let (rest, extension) = name.rsplit_once('.')?;
    let is_extension =
        !extension.is_empty() && extension.len() <= LONGEST_EXTENSION && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_extension && !rest.is_empty()).then(|| extension.to_ascii_lowercase())
}

/// A name without the folders that some clients send with it, and without what no name should hold.
pub fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect();
    match clean.trim() {
        "" => "file".to_owned(),
        clean => clean.to_owned(),
    }
}

/// A multipart body that is being read.
struct Form {
    parts: Multipart<'static>,
    /// The key of the file, where there may be one.
    file: Option<&'static str>,
    texts: Vec<(String, String)>,
    /// How many bytes the texts have.
    size: u64,
    pace: Arc<Pace>,
}

impl Form {
    fn of(call: &Call) -> ApiResult<Self> {
        let file = match call.op.takes {
            Takes::Multipart(params) => params.iter().find(|param| param.kind == ParamKind::File).map(|param| param.name),
            _ => None,
        };
        let boundary = multer::parse_boundary(call.content_type.as_deref().unwrap_or_default());
        let boundary = boundary.map_err(|_| ApiError::invalid("the body has no boundary between its parts"))?;
        let bytes = call.upload.as_ref().map(Upload::take).transpose()?.ok_or_else(|| ApiError::invalid("the body is missing"))?;
        let pace = Arc::new(Pace::default());
        let paced = Paced { bytes, pace: Arc::clone(&pace), rests: false };
        Ok(Form { parts: Multipart::new(paced, boundary), file, texts: Vec::new(), size: 0, pace })
    }

    /// Reads on to the file, and its name. `None` at the end of the body.
    async fn next_file(&mut self) -> ApiResult<Option<(String, Field<'static>)>> {
        while let Some(part) = self.parts.next_field().await.map_err(broken)? {
            self.pace.moved_on();
            let Some(key) = part.name().map(str::to_owned) else { continue };
            if self.file == Some(key.as_str()) {
                return Ok(Some((clean_name(part.file_name().unwrap_or_default()), part)));
            }
            let (most, limit) = if self.file.is_some() { (MAX_TEXTS, MAX_TEXT) } else { (MAX_MEMBERS, MAX_BODY - self.size) };
            let bytes = collect(self.pieces(part, limit)).await?;
            self.size += bytes.len() as u64;
            let text = String::from_utf8(bytes).map_err(|_| ApiError::invalid_key(&key, "is not UTF-8"))?;
            if self.texts.len() == most {
                return Err(ApiError::invalid("the form has too many parts"));
            }
            self.texts.push((key, text));
        }
        Ok(None)
    }

    /// The bytes of a part, of which there may be so many.
    fn pieces(&self, part: Field<'static>, limit: u64) -> ByteStream {
        let pace = Arc::clone(&self.pace);
        ByteStream::new(stream::try_unfold((part, 0), move |(mut part, size)| {
            let pace = Arc::clone(&pace);
            async move {
                let Some(piece) = part.chunk().await.map_err(broken)? else { return Ok(None) };
                pace.moved_on();
                let size = size + piece.len() as u64;
                if size > limit { Err(ApiError::TooLarge) } else { Ok(Some((piece, (part, size)))) }
            }
        }))
    }

    /// Reads what comes after the file, and gives the call its body.
    async fn finish(mut self, call: &mut Call) -> ApiResult<()> {
        if self.next_file().await?.is_some() {
            return Err(ApiError::invalid("only one file can be sent"));
        }
        call.body = Body::of_texts(call.op, self.texts)?;
        Ok(())
    }

    fn without_file(&self) -> ApiError {
        ApiError::invalid_key(self.file.unwrap_or("file"), "is required")
    }
}

async fn collect(mut pieces: ByteStream) -> ApiResult<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await {
        bytes.extend_from_slice(&piece?);
    }
    Ok(bytes)
}

/// What went wrong below the parser keeps its own words.
fn broken(error: multer::Error) -> ApiError {
    match error {
        multer::Error::StreamReadFailed(source) => match source.downcast::<ApiError>() {
            Ok(error) => *error,
            Err(other) => ApiError::invalid(format!("the body cannot be read: {other}")),
        },
        multer::Error::IncompleteHeaders | multer::Error::IncompleteStream | multer::Error::IncompleteFieldData { .. } => {
            ApiError::invalid("the body breaks off")
        }
        other => ApiError::invalid(format!("the body cannot be read: {other}")),
    }
}

/// How much the parser has taken in since it last gave something out.
#[derive(Debug, Default)]
struct Pace(AtomicUsize);

impl Pace {
    fn moved_on(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// Gives the parser one piece at a time: it takes in all that is there before it gives anything out, and has no limit
/// for the head of a part.
struct Paced {
    bytes: ByteStream,
    pace: Arc<Pace>,
    rests: bool,
}

impl Stream for Paced {
    type Item = ApiResult<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.rests) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        // A piece that gives nothing out is a boundary or a head; both are short.
        if self.pace.0.load(Ordering::Relaxed) > MAX_HEAD {
            return Poll::Ready(Some(Err(ApiError::invalid("the head of a part is too long"))));
        }
        let polled = Pin::new(&mut self.bytes).poll_next(context);
        if let Poll::Ready(Some(Ok(piece))) = &polled {
            self.pace.0.fetch_add(piece.len(), Ordering::Relaxed);
            self.rests = true;
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_folders_and_keep_their_letters() {
        for (given, kept) in [
            ("report.pdf", "report.pdf"),
            ("C:\\Users\\ann\\Õun.TXT", "Õun.TXT"),
            ("../../etc/passwd", "passwd"),
            ("a\r\nb\0.txt", "ab.txt"),
            ("", "file"),
            ("  ", "file"),
            ("x/", "file"),
        ] {
            assert_eq!(clean_name(given), kept);
        }
        assert_eq!(clean_name(&"ä".repeat(300)).chars().count(), LONGEST_NAME);
    }

    #[test]
    fn extensions_are_short_words() {
        for (name, expected) in [
            ("a.TXT", Some("txt")),
            ("archive.tar.gz", Some("gz")),
            (".profile", None),
            ("a.", None),
            ("a.b c", None),
            ("a.verylongextension", None),
            ("a.õ", None),
            ("plain", None),
        ] {
            assert_eq!(extension(name).as_deref(), expected, "{name}");
        }
        assert!(object_name("a.TXT").ends_with(".txt"));
    }
}
