//! The OpenAPI document of everything this server answers, written from the operation and field tables.

use crate::call::{Call, Reply};
use crate::error::ApiResult;
use crate::op::{Method, Op, Param, ParamKind, Root, Run, Takes, Version};
use crate::operations;
use crate::run;
use penstock_model::{Entity, Field, Kind, Show, Write};
use serde_json::{Map, Value, json};

pub const OPS: &[Op] = &[Op::own(Method::Get, "/openapi", "getOpenApiDocument", run!(served))
    .tag("Server")
    .about("Describes every operation of this server in an OpenAPI document.")];

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
            methods.insert(op.method.as_str().to_ascii_lowercase(), operation(op));
        }
        if let Takes::Record(entity) = op.takes {
            schemas.entry(body_name(op.version, entity)).or_insert_with(|| record_body(op.version, entity));
            schemas.entry(record_name(op.version, entity)).or_insert_with(|| record(op.version, entity));
        }
    }
    schemas.insert("Error".to_owned(), error_schema());
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

fn version_word(version: Version) -> &'static str {
    match version {
        Version::V1 => "v1",
        Version::V2 => "v2",
    }
}

fn operation(op: &Op) -> Value {
    let mut parameters: Vec<Value> = path_parameters(op.path);
    parameters.extend(op.query.iter().map(|param| query_parameter(op.version, param)));
    let mut found = json!({
        "operationId": format!("{}.{}", op.root.word(), op.id),
        "tags": [op.tag],
        "summary": op.summary,
        "parameters": parameters,
        "responses": {
            (op.status.to_string()): {"description": "Done", "content": {"application/json": {"schema": answer(op)}}},
            "4XX": {"description": "Refused", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
            "5XX": {"description": "Failed", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
        },
        "x-token-cost": op.cost,
        "x-scopes": op.scopes.split(',').collect::<Vec<_>>(),
    });
    if matches!(op.run, Run::Open(_)) {
        found["security"] = json!([]);
    }
    if let Some(body) = body(op) {
        let media = match op.takes {
            Takes::Multipart(_) => "multipart/form-data",
            _ if op.root == Root::Site => "application/x-www-form-urlencoded",
            _ => "application/json",
        };
        found["requestBody"] = json!({"required": true, "content": {media: {"schema": body}}});
    }
    found
}

/// Numbers are written strictly in v2, and also as text in v1, so only v2 can promise a type.
fn path_parameters(path: &str) -> Vec<Value> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            let kind = if name.ends_with("code") || ["conversion_id", "discount_id"].contains(&name) { "string" } else { "integer" };
            json!({"name": name, "in": "path", "required": true, "schema": {"type": kind}})
        })
        .collect()
}

fn query_parameter(version: Version, param: &Param) -> Value {
    json!({
        "name": param.name,
        "in": "query",
        "required": param.required,
        "description": param.about,
        "schema": param_schema(version, param.kind),
    })
}

fn param_schema(version: Version, kind: ParamKind) -> Value {
    match kind {
        ParamKind::Int => json!({"type": "integer"}),
        ParamKind::Bool if version == Version::V1 => json!({"enum": [0, 1, true, false, "0", "1", "true", "false"]}),
        ParamKind::Bool => json!({"type": "boolean"}),
        ParamKind::Text => json!({"type": "string"}),
        ParamKind::Choice(words) => json!({"type": "string", "enum": words}),
        ParamKind::Choices(words) => json!({"type": "string", "description": format!("Comma separated, of: {}", words.join(", "))}),
        ParamKind::Ids => json!({"type": "string", "pattern": "^\\d+(,\\d+)*$"}),
        ParamKind::Time => json!({"type": "string", "format": "date-time"}),
        ParamKind::Date => json!({"type": "string", "format": "date"}),
        ParamKind::Json => json!({}),
        ParamKind::File => json!({"type": "string", "format": "binary"}),
    }
}

fn body(op: &Op) -> Option<Value> {
    match op.takes {
        Takes::Nothing => None,
        Takes::Record(entity) => Some(json!({"$ref": format!("#/components/schemas/{}", body_name(op.version, entity))})),
        Takes::List => Some(json!({"type": "array", "items": {}})),
        Takes::Keys(params) | Takes::Multipart(params) => {
            let properties: Map<String, Value> =
                params.iter().map(|param| (param.name.to_owned(), key_schema(op.version, param))).collect();
            let required: Vec<_> = params.iter().filter(|param| param.required).map(|param| param.name).collect();
            Some(json!({"type": "object", "properties": properties, "required": required}))
        }
    }
}

fn key_schema(version: Version, param: &Param) -> Value {
    let mut schema = param_schema(version, param.kind);
    schema["description"] = param.about.into();
    schema
}

fn body_name(version: Version, entity: &Entity) -> String {
    format!("{}{}Body", entity.title, version_word(version).to_uppercase())
}

fn record_name(version: Version, entity: &Entity) -> String {
    format!("{}{}", entity.title, version_word(version).to_uppercase())
}

fn answer(op: &Op) -> Value {
    let data = match op.takes {
        Takes::Record(entity) if op.version == Version::V2 => {
            json!({"$ref": format!("#/components/schemas/{}", record_name(op.version, entity))})
        }
        _ => json!({}),
    };
    json!({
        "type": "object",
        "properties": {"success": {"const": true}, "data": data, "additional_data": {"type": ["object", "null"]}},
        "required": ["success"],
    })
}

/// What a create or an update takes.
fn record_body(version: Version, entity: &Entity) -> Value {
    let write = |field: &Field| if version == Version::V1 { field.write_v1 } else { field.write_v2 };
    let key = |field: &'static Field| if version == Version::V1 { field.v1_key } else { field.key };
    let mut properties: Map<String, Value> = entity
        .fields
        .iter()
        .filter(|field| write(field) != Write::Never)
        .map(|field| (key(field).to_owned(), described(field, value_schema(version, field.kind))))
        .collect();
    if version == Version::V2 && entity.fields.iter().any(|field| field.kind == Kind::Custom) {
        properties.insert("custom_fields".to_owned(), json!({"type": "object", "description": "Values by field code."}));
    }
    json!({"type": "object", "properties": properties})
}

/// What a read shows.
fn record(version: Version, entity: &Entity) -> Value {
    let show = |field: &&Field| if version == Version::V1 { field.v1 != Show::Never } else { field.v2 != Show::Never };
    let key = |field: &'static Field| if version == Version::V1 { field.v1_key } else { field.key };
    let properties: Map<String, Value> = entity
        .fields
        .iter()
        .filter(show)
        .map(|field| (key(field).to_owned(), described(field, nullable(value_schema(version, field.kind)))))
        .collect();
    json!({"type": "object", "properties": properties})
}

fn described(field: &Field, mut schema: Value) -> Value {
    schema["description"] = field.name.into();
    schema
}

fn nullable(mut schema: Value) -> Value {
    if let Some(kind) = schema.get("type").and_then(Value::as_str).map(str::to_owned) {
        schema["type"] = json!([kind, "null"]);
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.push(Value::Null);
    }
    schema
}

fn value_schema(version: Version, kind: Kind) -> Value {
    match kind {
        Kind::Id
        | Kind::Int
        | Kind::Count
        | Kind::User
        | Kind::Person
        | Kind::Organization
        | Kind::Deal
        | Kind::Product
        | Kind::Activity
        | Kind::Project
        | Kind::Task
        | Kind::Stage
        | Kind::Pipeline
        | Kind::Board
        | Kind::Phase
        | Kind::Template
        | Kind::Choosable
        | Kind::Category
        | Kind::Picture => json!({"type": "integer"}),
        Kind::Switch => json!({"type": "integer", "enum": [0, 1]}),
        Kind::Percent => json!({"type": "number", "minimum": 0, "maximum": 100}),
        Kind::Money => json!({"type": "number"}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Text(longest) => json!({"type": "string", "maxLength": longest}),
        Kind::Lead => json!({"type": "string", "format": "uuid"}),
        Kind::Choice(words) => json!({"type": "string", "enum": words}),
        Kind::Currency => json!({"type": "string", "minLength": 3, "maxLength": 3}),
        Kind::Time | Kind::Moment if version == Version::V2 => json!({"type": "string", "format": "date-time"}),
        Kind::Time | Kind::Moment | Kind::SmartBcc => json!({"type": "string"}),
        Kind::Date | Kind::LocalDate => json!({"type": "string", "format": "date"}),
        Kind::Visibility if version == Version::V2 => json!({"type": "integer", "enum": [1, 3, 5, 7]}),
        Kind::Visibility => json!({"type": "string", "enum": ["1", "3", "5", "7"]}),
        Kind::Labels | Kind::List(_) => json!({"type": "array", "items": {"type": "integer"}}),
        Kind::Contacts | Kind::Prices => json!({"type": "array", "items": {"type": "object"}}),
        Kind::Address | Kind::Custom => json!({"type": "object"}),
        Kind::Json => json!({}),
    }
}

fn error_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "success": {"const": false},
            "error": {"type": "string"},
            "error_info": {"type": "string"},
            "errorCode": {"type": "integer"},
            "code": {"type": "string"},
        },
        "required": ["success", "error"],
    })
}
