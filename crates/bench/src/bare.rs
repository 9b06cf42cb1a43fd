//! The least that a web server can do: a route of axum that returns bytes which are there already.

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::any;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

/// Serves a body of this size on every path and for every method, until the process is stopped.
pub fn serve(size: usize) -> Result<()> {
    let body = Bytes::from(vec![b'x'; size]);
    // Takes the body of the request in, as every route that wants one does.
    let answer = move |_sent: Bytes| async move { ([(CONTENT_TYPE, "application/json; charset=utf-8")], body) };
    let router = Router::new().route("/{*path}", any(answer));
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("listening on http://{}", listener.local_addr()?);
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                eprintln!("a connection waits for more to send: {error}");
            }
        });
        Ok(axum::serve(listener, router).await?)
    })
}
