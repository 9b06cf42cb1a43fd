//! One call of a tool, from its arguments to its answer.

use crate::answer;
use crate::arguments::{self, Arguments};
use crate::catalog::Prepared;
use crate::crm::{Crm, Values};
use crate::pages::{self, Found, Wanted};
use crate::preview::{self, Preview};
use crate::request;
use crate::rows::{self, Look};
use crate::tool::{Effect, Run, Tool};
use crate::trouble::Trouble;
use penstock_crm::{Method, Op};
use serde_json::{Map, Value, json};

/// Rows of a list where nobody says how many.
const USUAL_LIMIT: usize = 25;
/// Rows of a list of everything where nobody says how many.
const ALL_LIMIT: usize = 500;

/// What came of a call so far.
#[derive(Debug)]
pub enum Outcome {
    Done(Value),
    /// It takes something away, and nobody has agreed yet.
    Unconfirmed(Preview),
}

/// Runs a tool. `agreed` where somebody was asked and said yes.
pub async fn call(crm: &Crm, prepared: &Prepared, given: Map<String, Value>, agreed: bool) -> Result<Outcome, Trouble> {
    let tool = prepared.tool;
    let may_clear = tool.effect == Effect::Changes;
    let arguments = arguments::check(&prepared.inputs, given, may_clear).map_err(|wrong| Trouble::arguments(&wrong))?;
    match tool.run {
        Run::Job(job) => job(crm.clone(), arguments).await.map(Outcome::Done),
        Run::Operation(_) => operate(crm, prepared, &arguments, agreed).await,
    }
}

async fn operate(crm: &Crm, prepared: &Prepared, arguments: &Arguments, agreed: bool) -> Result<Outcome, Trouble> {
    let tool = prepared.tool;
    let op = request::choose(tool, &prepared.inputs, arguments)?;
    let values = request::values(crm, tool, op, &prepared.inputs, arguments).await?;
    if tool.effect == Effect::Changes && values.body.is_empty() && request::has_body(op) {
        return Err(Trouble::arguments(&["there is nothing to change: name at least one field".to_owned()]));
    }
    let is = |name: &str| arguments.get(name) == Some(&Value::Bool(true));
    if tool.effect == Effect::Removes && (is("dry_run") || !(is("confirm") || agreed)) {
        let preview = preview::of(crm, tool, op, &values).await?;
        return Ok(if is("dry_run") { Outcome::Done(answer::one(preview.value)?) } else { Outcome::Unconfirmed(preview) });
    }
    let done = if op.method == Method::Get { read(crm, tool, op, values, arguments).await? } else { write(crm, tool, op, &values).await? };
    Ok(Outcome::Done(done))
}

async fn read(crm: &Crm, tool: &Tool, op: &'static Op, values: Values, arguments: &Arguments) -> Result<Value, Trouble> {
    let number = |name: &str| arguments.get(name).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
    let usual = if tool.all_pages { ALL_LIMIT } else { USUAL_LIMIT };
    let wanted = Wanted {
        limit: number("limit").or(number("max_items")).unwrap_or(usual),
        cursor: arguments.get("cursor").and_then(Value::as_str).map(str::to_owned),
        start: number("start").unwrap_or(0),
    };
    let look = look(tool, arguments);
    // What custom fields are called does not matter where none are shown.
    let fields = if tool.of.is_empty() { Vec::new() } else { crm.fields(tool.of).await?.to_vec() };
    let show = |row: Value| rows::of(tool, row, &fields, &look);
    let mut part = match pages::read(crm, op, &values, &wanted).await? {
        Found::One(value) => return answer::one(show(value)),
        Found::List(part) => part,
    };
    part.rows = part.rows.into_iter().map(show).collect();
    let fits = answer::fitting(&part.rows);
    if fits < part.rows.len() {
        // Read again up to the row that still fits: only the API knows the cursor that stands there.
        let total = part.total;
        let fewer = Wanted { limit: fits.max(1), ..wanted };
        if let Found::List(shorter) = pages::read(crm, op, &values, &fewer).await? {
            part = shorter;
            part.rows = part.rows.into_iter().map(|row| rows::of(tool, row, &fields, &look)).collect();
            part.total = part.total.or(total);
            if fits == 0 {
                part.rows = part.rows.into_iter().map(answer::one).collect::<Result<_, _>>()?;
            }
        }
    }
    Ok(answer::list(part))
}

fn look(tool: &Tool, arguments: &Arguments) -> Look {
    let is_chosen = !tool.all_params().any(|param| param.name == "fields");
    let chosen = arguments.get("fields").and_then(Value::as_array).filter(|_| is_chosen);
    Look {
        detailed: arguments.get("response_format").and_then(Value::as_str) == Some("detailed"),
        fields: chosen.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}

async fn write(crm: &Crm, tool: &Tool, op: &'static Op, values: &Values) -> Result<Value, Trouble> {
    let mut body = crm.run(op, values).await?;
    let data = body.get_mut("data").map(Value::take).unwrap_or(Value::Null);
    let fields = if tool.of.is_empty() { Vec::new() } else { crm.fields(tool.of).await?.to_vec() };
    let show = |row| rows::of(tool, row, &fields, &Look::default());
    if op.path.ends_with("/merge") {
        let removed = values.path.first().and_then(|(_, id)| id.parse::<i64>().ok());
        let survivor = values.body.get("merge_with_id").cloned().unwrap_or(Value::Null);
        return answer::one(json!({"survivor_id": survivor, "removed_id": removed, "survivor": show(data)}));
    }
    if op.method == Method::Delete {
        return answer::one(json!({"removed": true, "data": data}));
    }
    answer::one(match data {
        Value::Array(rows) => {
            let rows: Vec<_> = rows.into_iter().map(show).collect();
            json!({"count": rows.len(), "items": rows})
        }
        other => show(other),
    })
}
