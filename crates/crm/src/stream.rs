//! Bytes that come one piece after the other: a form on its way in, a file on its way out.

use crate::error::{ApiError, ApiResult};
use bytes::Bytes;
use futures::Stream;
use futures::stream::{self, BoxStream, StreamExt};
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

/// A stream of bytes that may break off.
pub struct ByteStream(BoxStream<'static, ApiResult<Bytes>>);

impl ByteStream {
    pub fn new(pieces: impl Stream<Item = ApiResult<Bytes>> + Send + 'static) -> Self {
        ByteStream(pieces.boxed())
    }
}

impl Stream for ByteStream {
    type Item = ApiResult<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByteStream")
    }
}

/// The body of a request that was not read yet. Whoever takes it first has it.
#[derive(Debug, Clone)]
pub struct Upload(Arc<Mutex<Option<ByteStream>>>);

impl Upload {
    pub fn new(bytes: ByteStream) -> Self {
        Upload(Arc::new(Mutex::new(Some(bytes))))
    }

    /// A body that is in memory already.
    pub(crate) fn of_bytes(bytes: Vec<u8>) -> Self {
        Upload::new(ByteStream::new(stream::iter([Ok(Bytes::from(bytes))])))
    }

    pub(crate) fn take(&self) -> ApiResult<ByteStream> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        taken.ok_or_else(|| ApiError::Internal("the body was read twice".to_owned()))
    }
}
