//! Connections: accepting them, and letting them go.

use super::answer::Gateway;
use super::patience::Patient;
use super::signals::Signals;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use penstock_crm::App;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// How long a client may take for the head of a request; also how long a connection may be idle.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);
/// The bytes that a request line and headers may have; the parser works in steps and lets a little more through.
const HEAD_LIMIT: usize = 64 << 10;
/// How long a stop waits for requests in flight.
const DRAIN_PATIENCE: Duration = Duration::from_secs(20);
/// The pause after the system refused a connection, usually for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

pub struct Server {
    gateway: Arc<Gateway>,
    http: http1::Builder,
    connections: GracefulShutdown,
    /// Ends when the server begins to stop.
    stop: CancellationToken,
}

impl Server {
    pub fn new(app: Arc<App>) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE).max_buf_size(HEAD_LIMIT);
        Server { gateway: Arc::new(Gateway::new(app)), http, connections: GracefulShutdown::new(), stop: CancellationToken::new() }
    }

    /// Answers requests until a signal comes, then finishes those in flight. A second signal ends the wait.
    pub async fn serve(self, listener: TcpListener, signals: &mut Signals) {
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => self.connect(stream, peer),
                    Err(error) => refused(&error).await,
                },
                () = signals.stop() => break,
            }
        }
        drop(listener);
        tracing::info!("stopping");
        self.gateway.end_streams();
        self.stop.cancel();
        let drained = async {
            self.connections.shutdown().await;
            self.gateway.finish_writes().await;
        };
        tokio::select! {
            done = tokio::time::timeout(DRAIN_PATIENCE, drained) => if done.is_err() {
                tracing::warn!("requests are still in flight, they are given up");
            },
            () = signals.stop() => tracing::warn!("a second signal, requests in flight are given up"),
        }
    }

    fn connect(&self, stream: TcpStream, peer: SocketAddr) {
        // Answers are written at once; waiting for more to send would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection broke at once");
            return;
        }
        let gateway = Arc::clone(&self.gateway);
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            let gateway = Arc::clone(&gateway);
            // Boxed, for hyper moves the future of an answer about, and this one is large.
            Box::pin(async move { Ok::<_, Infallible>(gateway.answer(request).await) })
        });
        let stream = TokioIo::new(Patient::new(stream, self.stop.clone()));
        let connection = self.connections.watch(self.http.serve_connection(stream, service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke");
            }
        });
    }
}

async fn refused(error: &io::Error) {
    let theirs = matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset);
    if !theirs {
        tracing::error!(%error, "a connection cannot be accepted");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}
