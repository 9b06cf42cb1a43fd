//! The body of a request, within bounds of size and time: read as a whole, or handed on piece by piece.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Body;
use penstock_crm::{ApiError, ByteStream, Upload};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

/// The most bytes of a JSON or form body.
pub const LIMIT: usize = 10 << 20;
/// How long a client may take for a body.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much of a body that is too large is still taken in. A client that is refused in the middle of its
/// sending may never read why.
const DISCARD: usize = 4 * LIMIT;
/// What is set aside for a body before any of it has come.
const FIRST_ALLOCATION: usize = 64 << 10;

/// The most bytes of a multipart body: the largest file with what is around it.
pub const UPLOAD_LIMIT: usize = 101 << 20;
/// How long a client may take for a multipart body, and how long it may be silent in the middle of it.
pub const UPLOAD_PATIENCE: Duration = Duration::from_secs(15 * 60);
const SILENCE: Duration = PATIENCE;
/// How long what nobody wants any more is taken in.
const DISCARD_PATIENCE: Duration = PATIENCE;
/// Pieces that wait to be taken.
const WAITING: usize = 2;

#[derive(Debug, PartialEq, Eq)]
pub enum BodyError {
    TooLarge,
    TooSlow,
    /// The client went away, or sent what HTTP does not allow.
    Broken,
}

/// Reads a body to its end.
pub async fn read<B: Body<Data = Bytes> + Unpin>(body: B) -> Result<Vec<u8>, BodyError> {
    if body.is_end_stream() {
        return Ok(Vec::new());
    }
    tokio::time::timeout(PATIENCE, collect(body)).await.unwrap_or(Err(BodyError::TooSlow))
}

async fn collect<B: Body<Data = Bytes> + Unpin>(mut body: B) -> Result<Vec<u8>, BodyError> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > DISCARD {
        return Err(BodyError::TooLarge);
    }
    let mut bytes = Vec::with_capacity(announced.min(FIRST_ALLOCATION));
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else { continue };
        size += data.len();
        if size > DISCARD {
            break;
        }
        if size <= LIMIT {
            bytes.extend_from_slice(&data);
        }
    }
    if size > LIMIT { Err(BodyError::TooLarge) } else { Ok(bytes) }
}

impl BodyError {
    /// The same as the product says it.
    pub fn refusal(&self) -> ApiError {
        match self {
            BodyError::TooLarge => ApiError::TooLarge,
            BodyError::Broken => ApiError::invalid("the body cannot be read"),
            BodyError::TooSlow => ApiError::invalid("the body did not arrive in time"),
        }
    }
}

/// Hands a body on while it comes in. The task ends when the body was taken, or when enough of what nobody took was
/// passed over; an answer should wait for it, as a client that is refused in the middle of its sending may never read why.
pub fn stream<B: Body<Data = Bytes> + Send + Unpin + 'static>(body: B) -> (Upload, JoinHandle<()>) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let pieces = futures::stream::unfold(receiver, async |mut receiver| receiver.recv().await.map(|piece| (piece, receiver)));
    (Upload::new(ByteStream::new(pieces)), tokio::spawn(pump(body, sender)))
}

async fn pump<B: Body<Data = Bytes> + Unpin>(mut body: B, sender: mpsc::Sender<Result<Bytes, ApiError>>) {
    let end = Instant::now() + UPLOAD_PATIENCE;
    let mut size = 0;
    loop {
        let piece = match timeout_at(end.min(Instant::now() + SILENCE), body.frame()).await {
            Err(_) => Err(BodyError::TooSlow),
            Ok(None) => return,
            Ok(Some(Err(_))) => Err(BodyError::Broken),
            Ok(Some(Ok(frame))) => Ok(frame.into_data().unwrap_or_default()),
        };
        size += piece.as_ref().map_or(0, Bytes::len);
        let piece = if size > UPLOAD_LIMIT { Err(BodyError::TooLarge) } else { piece };
        let last = matches!(piece, Err(BodyError::TooSlow | BodyError::Broken));
        let refused = piece.is_err();
        let taken = sender.send(piece.map_err(|error| error.refusal())).await.is_ok();
        if last {
            return;
        }
        if refused || !taken {
            break;
        }
    }
    drop(sender);
    // Whoever sends for longer has to live without an answer.
    let _ = timeout(DISCARD_PATIENCE, discard(body)).await;
}

async fn discard<B: Body<Data = Bytes> + Unpin>(mut body: B) {
    let mut size = 0;
    while size <= DISCARD
        && let Some(Ok(frame)) = body.frame().await
    {
        size += frame.into_data().map_or(0, |data| data.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;
    use http_body_util::{Full, StreamBody};
    use hyper::body::Frame;
    use std::convert::Infallible;

    /// A body of unknown length in pieces of one MiB.
    fn pieces(number: usize) -> impl Body<Data = Bytes> + Unpin {
        let piece = Bytes::from(vec![b'x'; 1 << 20]);
        StreamBody::new(stream::iter((0..number).map(move |_| Ok::<_, Infallible>(Frame::data(piece.clone())))))
    }

    #[tokio::test]
    async fn takes_a_body_up_to_the_limit() {
        assert_eq!(read(Full::new(Bytes::from_static(b"{}"))).await, Ok(b"{}".to_vec()));
        assert_eq!(read(pieces(10)).await.map(|bytes| bytes.len()), Ok(LIMIT));
        assert_eq!(read(pieces(11)).await, Err(BodyError::TooLarge));
        assert_eq!(read(pieces(1000)).await, Err(BodyError::TooLarge));
    }

    #[tokio::test(start_paused = true)]
    async fn does_not_wait_for_ever() {
        let silent = StreamBody::new(stream::pending::<Result<Frame<Bytes>, Infallible>>());
        assert_eq!(read(silent).await, Err(BodyError::TooSlow));
    }
}
