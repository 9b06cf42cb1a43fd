//! Calls into the product in this process.

use super::{ApiAnswer, ApiBody, ApiRequest, Caller, LARGEST_FILE, Pieces};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use futures::future::ready;
use penstock_crm::{App, ByteStream, Request, Response};
use std::sync::Arc;
use uuid::Uuid;

pub async fn send(app: &Arc<App>, caller: &Caller, request: ApiRequest) -> ApiAnswer {
    read(ask(app, caller, request).await).await
}

pub async fn stream(app: &Arc<App>, caller: &Caller, request: ApiRequest) -> Result<Pieces, ApiAnswer> {
    let mut answer = ask(app, caller, request).await;
    match answer.stream.take() {
        Some(stream) if answer.status == 200 => {
            Ok(stream.take_while(|piece| ready(piece.is_ok())).filter_map(|piece| ready(piece.ok())).boxed())
        }
        stream => Err(read(Response { stream, ..answer }).await),
    }
}

async fn ask(app: &Arc<App>, caller: &Caller, request: ApiRequest) -> Response {
    let (content_type, body) = match request.body {
        None => (None, Vec::new()),
        Some(ApiBody::Json(value)) => (Some("application/json".to_owned()), value.to_string().into_bytes()),
        Some(ApiBody::Form(content_type, bytes)) => (Some(content_type), bytes.to_vec()),
    };
    app.handle(Request {
        method: request.method.to_owned(),
        path: request.path,
        query: request.query,
        api_token: caller.api_token.clone(),
        authorization: caller.authorization.clone(),
        content_type,
        user_agent: Some(caller.client.clone()),
        request_id: Uuid::new_v4().to_string(),
        host: caller.host.clone(),
        peer: caller.peer,
        body,
        ..Request::default()
    })
    .await
}

async fn read(answer: Response) -> ApiAnswer {
    let header = |name: &str| answer.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone());
    let (content_type, retry_after) = (header("content-type"), header("retry-after").and_then(|seconds| seconds.parse().ok()));
    let (body, cut) = match answer.stream {
        Some(stream) => gather(stream).await,
        None => (Bytes::from(answer.body), false),
    };
    ApiAnswer { status: answer.status, content_type, retry_after, body, cut }
}

/// A stream as a whole, as far as a tool can carry it.
async fn gather(mut stream: ByteStream) -> (Bytes, bool) {
    let mut bytes = BytesMut::new();
    while let Some(Ok(piece)) = stream.next().await {
        if bytes.len() + piece.len() > LARGEST_FILE {
            return (bytes.freeze(), true);
        }
        bytes.extend_from_slice(&piece);
    }
    (bytes.freeze(), false)
}
