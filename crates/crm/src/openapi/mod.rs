//! The OpenAPI document of everything this server answers, written from the operation and field tables.

mod operation;
mod parameters;
mod records;

use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::op::{Answers, Method, Op};
use crate::operations;
use crate::run;
use serde_json::{Map, Value, json};

pub const OPS: &[Op] = &[Op::own(Method::Get, "/openapi", "getOpenApiDocument", run!(served))
    .tag("Server")
    .answers(Answers::Document)
    .about("Describes every operation of this server in an OpenAPI document")];

async fn served(call: Call) -> ApiResult<Reply> {
    let document = document(call.app.settings.public_url.as_deref());
    Ok(Reply::new(200, document.to_string().into_bytes()))
}

/// The whole document, OpenAPI 3.1, for clients that reach the server at `url`.
pub fn document(url: Option<&str>) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let mut schemas = Map::new();
    for op in operations::all().chain(operations::own()).chain(operations::site()) {
        let methods = paths.entry(full_path(op)).or_insert_with(|| json!({}));
        if let Value::Object(methods) = methods {
            methods.insert(op.method.as_str().to_ascii_lowercase(), operation::describe(op));
        }
        records::add_schemas(op, &mut schemas);
    }
    schemas.insert("Error".to_owned(), operation::error_schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Penstock",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A self-hosted sales CRM that speaks the Pipedrive API.",
        },
        "servers": [{"url": url.unwrap_or("/")}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "x-api-token"}},
            "schemas": schemas,
        },
    })
}

fn full_path(op: &Op) -> String {
    format!("{}{}", op.root.prefix(), op.path)
}
