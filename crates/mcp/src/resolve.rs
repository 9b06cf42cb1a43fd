//! A row of the tool table beside its operation: every argument with its place and its kind.

use crate::tool::{Kind, Param, Run, Tool};
use penstock_crm::{Method, Op, ParamKind, Takes, Version, operations};
use penstock_model::{Entity, Field, Kind as Holds, Write};
use std::collections::HashMap;
use std::sync::LazyLock;

/// The largest whole number that JSON carries safely.
const LARGEST: i64 = 9_007_199_254_740_991;

/// How many rows a list may pass over.
const MOST_PASSED: i64 = 100_000;

/// What tools call the list that is the whole body of some operations.
const LIST: &str = "options";

/// Where an argument goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    Body,
}

/// An argument of a tool, with all that is known of it.
#[derive(Debug, Clone)]
pub struct Input {
    pub name: &'static str,
    pub to: &'static str,
    pub kind: Kind,
    pub required: bool,
    pub about: &'static str,
    /// The tool itself looks at it; the operation never hears of it.
    pub here: bool,
}

impl Input {
    /// One that the tool itself looks at.
    pub fn here(name: &'static str, kind: Kind) -> Self {
        Input { name, to: name, kind, required: false, about: "", here: true }
    }
}

/// How an operation hands out long lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pages {
    Cursor,
    Offset,
    /// All at once.
    Whole,
}

#[derive(Debug, thiserror::Error)]
#[error("{tool}: {what}")]
pub struct Misfit {
    tool: &'static str,
    what: String,
}

static OPERATIONS: LazyLock<HashMap<String, &'static Op>> =
    LazyLock::new(|| operations::all().chain(operations::own()).map(|op| (label(op), op)).collect());

/// As tools name operations: `v2.getDeals`.
pub fn label(op: &Op) -> String {
    format!("{}.{}", op.root.word(), op.id)
}

pub fn operation(label: &str) -> Option<&'static Op> {
    OPERATIONS.get(label).copied()
}

/// The other operation on the same path, such as the one that shows what this one deletes.
pub fn sibling(op: &Op, method: Method) -> Option<&'static Op> {
    OPERATIONS.values().copied().find(|other| other.root == op.root && other.path == op.path && other.method == method)
}

/// The names of the parameters of a path.
pub fn path_names(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

pub fn pages(op: &Op) -> Pages {
    let takes = |name| op.query.iter().any(|param| param.name == name);
    if takes("cursor") {
        Pages::Cursor
    } else if takes("start") && takes("limit") {
        Pages::Offset
    } else {
        Pages::Whole
    }
}

/// Where an operation takes what it calls `name`.
pub fn place(op: &Op, name: &str) -> Option<Place> {
    if path_names(op.path).any(|known| known == name) {
        return Some(Place::Path);
    }
    if op.query.iter().any(|param| param.name == name) {
        return Some(Place::Query);
    }
    let in_body = match op.takes {
        Takes::Nothing => false,
        Takes::List => name == LIST,
        Takes::Record(entity) => written(op.version, entity, name).is_some() || (name == "custom_fields" && has_custom(entity)),
        Takes::Keys(params) | Takes::Multipart(params) => params.iter().any(|param| param.name == name),
    };
    in_body.then_some(Place::Body)
}

fn has_custom(entity: &Entity) -> bool {
    entity.fields.iter().any(|field| field.kind == Holds::Custom)
}

fn written(version: Version, entity: &'static Entity, name: &str) -> Option<&'static Field> {
    entity.fields.iter().find(|field| match version {
        Version::V1 => field.v1_key == name && field.write_v1 != Write::Never,
        Version::V2 => field.key == name && field.write_v2 != Write::Never,
    })
}

/// What the operation calls an argument; some rows know several names, divided by `|`.
pub fn name_in(op: &Op, to: &'static str) -> Option<&'static str> {
    to.split('|').find(|name| place(op, name).is_some())
}

/// Every argument of a tool: those of its row, and the parameters of the path that the row does not mention.
pub fn inputs(tool: &'static Tool) -> Result<Vec<Input>, Misfit> {
    let misfit = |what: String| Misfit { tool: tool.name, what };
    let Run::Operation(id) = tool.run else {
        return Ok(tool.all_params().map(of_job).collect());
    };
    let find = |id: &str| operation(id).ok_or_else(|| misfit(format!("there is no operation {id}")));
    let first = find(id)?;
    let mut ops = vec![first];
    if !tool.also.is_empty() {
        ops.push(find(tool.also)?);
    }
    let mut inputs = Vec::new();
    for name in path_names(first.path).filter(|name| !tool.all_params().any(|param| param.to == *name)) {
        if tool.fixed.iter().any(|(fixed, _)| fixed == &name) {
            continue;
        }
        inputs.push(Input { name, to: name, kind: path_kind(first, name), required: true, about: "", here: false });
    }
    for param in tool.all_params() {
        let found = input(&ops, param).ok_or_else(|| misfit(format!("nothing takes {}", param.to)))?;
        inputs.push(Input { required: found.required || tool.needs.contains(&found.name), ..found });
    }
    if let Some(name) = tool.needs.iter().find(|name| !inputs.iter().any(|input| input.name == **name)) {
        return Err(misfit(format!("it needs {name} and does not take it")));
    }
    for (name, _) in tool.fixed {
        if place(first, name).is_none() {
            return Err(misfit(format!("nothing takes {name}")));
        }
    }
    Ok(inputs)
}

fn of_job(param: &Param) -> Input {
    Input {
        name: param.name,
        to: param.to,
        kind: param.kind.unwrap_or(Kind::Text(0)),
        required: param.required == Some(true),
        about: param.about,
        here: true,
    }
}

fn input(ops: &[&'static Op], param: &Param) -> Option<Input> {
    if param.name == "start" {
        return Some(Input::here("start", Kind::Int(0, MOST_PASSED)));
    }
    let special = matches!(param.kind, Some(Kind::Mine | Kind::Order));
    let found = ops.iter().find_map(|op| {
        let name = name_in(op, param.to)?;
        Some((*op, name, place(op, name)?))
    });
    let known = found.map(|(_, _, place)| place);
    let (kind, required) = match found {
        Some((op, name, Place::Path)) => (path_kind(op, name), true),
        Some((op, name, Place::Query)) => {
            let query = op.query.iter().find(|query| query.name == name)?;
            (param_kind(query.name, query.kind), query.required)
        }
        Some((op, name, Place::Body)) => body_kind(op, name)?,
        _ if special => (param.kind?, false),
        _ => return None,
    };
    let in_path = known == Some(Place::Path);
    let required = param.required.unwrap_or(in_path || required);
    Some(Input { name: param.name, to: param.to, kind: param.kind.unwrap_or(kind), required, about: param.about, here: false })
}

fn path_kind(op: &Op, name: &str) -> Kind {
    match op.path.split('/').nth(1) {
        Some("leads" | "userProviderLinks") => Kind::Uuid,
        Some("callLogs" | "channels" | "goals" | "permissionSets" | "permission-sets" | "meetings") => Kind::Text(0),
        _ if ["field_code", "conversion_id", "discount_id", "commentId", "setting_key"].contains(&name) => Kind::Text(0),
        _ => Kind::Id,
    }
}

fn param_kind(name: &str, kind: ParamKind) -> Kind {
    match kind {
        ParamKind::Int if name == "id" || name.ends_with("_id") => Kind::Id,
        ParamKind::Int => Kind::Int(0, LARGEST),
        ParamKind::Bool => Kind::Bool,
        ParamKind::Text => Kind::Text(0),
        ParamKind::Choice(words) => Kind::Choice(words),
        ParamKind::Choices(words) => Kind::Words(words),
        ParamKind::Ids => Kind::Ids,
        ParamKind::Time => Kind::Time,
        ParamKind::Date => Kind::Date,
        ParamKind::Json | ParamKind::File => Kind::Any,
    }
}

fn body_kind(op: &Op, name: &str) -> Option<(Kind, bool)> {
    match op.takes {
        Takes::Nothing => None,
        Takes::List => (name == LIST).then_some((Kind::Objects, true)),
        Takes::Keys(params) | Takes::Multipart(params) => {
            let param = params.iter().find(|param| param.name == name)?;
            Some((param_kind(param.name, param.kind), param.required))
        }
        Takes::Record(entity) if name == "custom_fields" => Some((Kind::Custom(entity.name), false)),
        Takes::Record(entity) => {
            let field = written(op.version, entity, name)?;
            Some((field_kind(entity, field.kind), field.required && op.method == Method::Post))
        }
    }
}

fn field_kind(entity: &'static Entity, holds: Holds) -> Kind {
    match holds {
        Holds::Id
        | Holds::User
        | Holds::Person
        | Holds::Organization
        | Holds::Deal
        | Holds::Product
        | Holds::Activity
        | Holds::Project
        | Holds::Task
        | Holds::Stage
        | Holds::Pipeline
        | Holds::Board
        | Holds::Phase
        | Holds::Template => Kind::Id,
        Holds::Int | Holds::Count | Holds::Choosable | Holds::Category | Holds::Picture => Kind::Int(-LARGEST, LARGEST),
        Holds::Switch => Kind::Switch,
        Holds::Bool => Kind::Bool,
        Holds::Percent => Kind::Int(0, 100),
        Holds::Money => Kind::Number(f64::MIN),
        Holds::Text(longest) => Kind::Text(if longest > 1_000 { 0 } else { longest }),
        Holds::Lead => Kind::Uuid,
        Holds::Choice(words) => Kind::Choice(words),
        Holds::Currency => Kind::Text(3),
        Holds::Time | Holds::Moment => Kind::Time,
        Holds::SmartBcc => Kind::Text(0),
        Holds::Date | Holds::LocalDate => Kind::Date,
        Holds::Visibility => Kind::Visibility,
        Holds::Labels => Kind::Labels(entity.name),
        Holds::List(_) => Kind::Ids,
        Holds::Contacts => Kind::Contacts,
        Holds::Prices => Kind::Objects,
        Holds::Address => Kind::Address,
        Holds::Custom => Kind::Custom(entity.name),
        Holds::Json => Kind::Any,
    }
}
