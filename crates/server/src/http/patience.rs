//! A connection that gives up on a client who takes nothing. While its buffers are full nobody asks the stream of an answer for
//! more, so that nothing else could end one that goes on for hours; and a stop would wait for it.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::sync::CancellationToken;

/// How long a client may take none of what waits for it.
const PATIENCE: Duration = Duration::from_secs(30);
/// The same once the server stops.
const LAST_PATIENCE: Duration = Duration::from_secs(3);

type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A stream whose writes fail when the other side takes nothing for too long.
pub struct Patient<S> {
    stream: S,
    /// Ends when the server begins to stop.
    stop: CancellationToken,
    /// The wait of a write that cannot go on.
    wait: Option<Wait>,
}

impl<S> Patient<S> {
    pub fn new(stream: S, stop: CancellationToken) -> Self {
        Patient { stream, stop, wait: None }
    }

    /// Bounds the time for which a write stands still.
    fn bound(&mut self, context: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.wait = None;
            return written;
        }
        let wait = self.wait.get_or_insert_with(|| Box::pin(patience(self.stop.clone())));
        wait.as_mut().poll(context).map(|()| Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes nothing")))
    }
}

async fn patience(stop: CancellationToken) {
    let stopped = async {
        stop.cancelled().await;
        tokio::time::sleep(LAST_PATIENCE).await;
    };
    tokio::select! {
        () = tokio::time::sleep(PATIENCE) => {}
        () = stopped => {}
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.bound(context, written)
    }

    fn poll_write_vectored(self: Pin<&mut Self>, context: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.bound(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::{Instant, sleep};

    const ROOM: usize = 8;

    fn pair() -> (Patient<DuplexStream>, DuplexStream, CancellationToken) {
        let (near, far) = duplex(ROOM);
        let stop = CancellationToken::new();
        (Patient::new(near, stop.clone()), far, stop)
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_given_up() {
        let (mut near, _far, _stop) = pair();
        let started = Instant::now();
        let error = near.write_all(&[7; 2 * ROOM]).await.unwrap_err();
        assert_eq!((error.kind(), started.elapsed().as_secs()), (io::ErrorKind::TimedOut, PATIENCE.as_secs()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_client_is_waited_for() {
        let (mut near, mut far, stop) = pair();
        let slow = tokio::spawn(async move {
            let mut bytes = [0; ROOM];
            for _ in 0..4 {
                sleep(PATIENCE - Duration::from_secs(1)).await;
                far.read_exact(&mut bytes).await.unwrap();
            }
            stop.cancel();
            for _ in 0..4 {
                sleep(LAST_PATIENCE - Duration::from_secs(1)).await;
                far.read_exact(&mut bytes).await.unwrap();
            }
        });
        near.write_all(&[7; 8 * ROOM]).await.unwrap();
        slow.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_waits_less() {
        let (mut near, _far, stop) = pair();
        let started = Instant::now();
        tokio::spawn(async move {
            sleep(Duration::from_secs(5)).await;
            stop.cancel();
        });
        assert!(near.write_all(&[7; 2 * ROOM]).await.is_err());
        assert_eq!(started.elapsed().as_secs(), 5 + LAST_PATIENCE.as_secs());
    }
}
