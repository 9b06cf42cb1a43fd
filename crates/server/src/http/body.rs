//! The body of a request, within bounds of size and time.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Body;
use std::time::Duration;

/// The most bytes of a JSON or form body.
pub const LIMIT: usize = 10 << 20;
/// How long a client may take for a body.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much of a body that is too large is still taken in. A client that is refused in the middle of its
/// sending may never read why.
const DISCARD: usize = 4 * LIMIT;
/// What is set aside for a body before any of it has come.
const FIRST_ALLOCATION: usize = 64 << 10;

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
