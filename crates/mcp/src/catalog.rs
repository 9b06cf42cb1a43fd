//! All tools, and the sets of them that a client can connect to.

use crate::resolve::{self, Input, Misfit, Pages};
use crate::schema;
use crate::tool::{Effect, Kind, Run, Tool};
use crate::tools::{CORE, SEED, TABLE};
use rmcp::model::{JsonObject, Tool as Described, ToolAnnotations};
use std::sync::{Arc, LazyLock};

/// The longest list that a call answers.
const LONGEST: i64 = 500;
/// Arguments that say how much of an answer to show, for tools that show records.
const FORMATS: &[&str] = &["concise", "detailed"];

/// A tool with everything that is known of it.
pub struct Prepared {
    pub tool: &'static Tool,
    pub set: &'static str,
    pub inputs: Vec<Input>,
    described: Described,
}

/// The tools, and what is wrong with those that are left out.
static ALL: LazyLock<(Vec<Prepared>, Vec<Misfit>)> = LazyLock::new(|| {
    let mut prepared = Vec::new();
    let mut misfits = Vec::new();
    for (set, tools) in TABLE {
        for tool in *tools {
            match prepare(set, tool) {
                Ok(tool) => prepared.push(tool),
                Err(misfit) => {
                    tracing::error!(%misfit, "a tool is left out");
                    misfits.push(misfit);
                }
            }
        }
    }
    (prepared, misfits)
});

/// Every tool that fits its operation, in the order of the table.
pub fn all() -> &'static [Prepared] {
    &ALL.0
}

/// The tools that do not fit their operations; there are none.
#[cfg(test)]
fn misfits() -> &'static [Misfit] {
    &ALL.1
}

/// Some of the tools, by the path that a client connects to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// What most agents need.
    Usual,
    /// What most agents need, without what changes anything.
    ReadOnly,
    /// The least that sales can be done with.
    Core,
    All,
    Of(&'static str),
}

impl Set {
    /// `""` for the usual tools, `readonly`, `x/core`, `x/all` and `x/{set}`.
    pub fn of_path(path: &str) -> Option<Self> {
        match path.trim_matches('/') {
            "" => Some(Set::Usual),
            "readonly" => Some(Set::ReadOnly),
            path => Set::of_name(path.strip_prefix("x/")?),
        }
    }

    /// A set by its name alone.
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "usual" => Some(Set::Usual),
            "readonly" => Some(Set::ReadOnly),
            "core" => Some(Set::Core),
            "all" => Some(Set::All),
            name => TABLE.iter().find(|(set, _)| *set == name).map(|(set, _)| Set::Of(set)),
        }
    }

    pub fn holds(self, prepared: &Prepared) -> bool {
        match self {
            Set::Usual => SEED.contains(&prepared.set),
            Set::ReadOnly => SEED.contains(&prepared.set) && prepared.tool.effect == Effect::Reads,
            Set::Core => CORE.contains(&prepared.tool.name),
            Set::All => true,
            Set::Of(set) => prepared.set == set,
        }
    }

    pub fn tools(self) -> impl Iterator<Item = &'static Prepared> {
        all().iter().filter(move |prepared| self.holds(prepared))
    }

    pub fn find(self, name: &str) -> Option<&'static Prepared> {
        self.tools().find(|prepared| prepared.tool.name == name)
    }
}

impl Prepared {
    /// The tool as clients read of it.
    pub fn described(&self) -> Described {
        self.described.clone()
    }
}

fn prepare(set: &'static str, tool: &'static Tool) -> Result<Prepared, Misfit> {
    let mut inputs = resolve::inputs(tool)?;
    if let Run::Operation(id) = tool.run {
        inputs.extend(surrounding(tool, id, &inputs));
    }
    let schema: JsonObject = schema::of(&inputs);
    let operation = tool.operation().and_then(resolve::operation);
    let about = if tool.about.is_empty() { operation.map_or("", |op| op.summary) } else { tool.about };
    let mut described =
        Described::new(tool.name, about, Arc::new(schema)).with_title(tool.title).with_annotations(annotations(tool.effect));
    let lists = tool.operation().is_some_and(|id| is_list(tool, id));
    described.output_schema = schema::of_answers(tool, operation, lists).map(Arc::new);
    Ok(Prepared { tool, set, inputs, described })
}

/// Arguments that the row need not mention: how much to show, and leave to take away.
fn surrounding(tool: &Tool, id: &str, inputs: &[Input]) -> Vec<Input> {
    let mut more = Vec::new();
    if tool.effect == Effect::Removes {
        more.push(Input::here("dry_run", Kind::Bool));
        more.push(Input::here("confirm", Kind::Bool));
    }
    if tool.effect != Effect::Reads {
        return more;
    }
    if tool.all_pages {
        more.push(Input::here("max_items", Kind::Int(1, LONGEST)));
    } else if is_list(tool, id) {
        more.push(Input::here("limit", Kind::Int(1, LONGEST)));
        more.push(Input::here("cursor", Kind::Text(0)));
    }
    if !tool.shows.is_empty() {
        more.push(Input::here("response_format", Kind::Choice(FORMATS)));
        if !inputs.iter().any(|input| input.name == "fields") {
            more.push(Input::here("fields", Kind::Words(&[])));
        }
    }
    more
}

pub fn is_list(tool: &Tool, id: &str) -> bool {
    let Some(op) = resolve::operation(id) else { return false };
    !tool.one && (resolve::pages(op) != Pages::Whole || !op.path.ends_with('}'))
}

fn annotations(effect: Effect) -> ToolAnnotations {
    ToolAnnotations::new()
        .read_only(effect == Effect::Reads)
        .destructive(effect == Effect::Removes)
        .idempotent(effect != Effect::Adds)
        .open_world(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// What the usual list may cost every agent at the start, in tokens of o200k.
    const MOST_TOKENS: usize = 15_000;

    #[test]
    fn every_tool_fits_its_operation() {
        let misfits: Vec<_> = misfits().iter().map(ToString::to_string).collect();
        assert!(misfits.is_empty(), "{misfits:#?}");
        let mut names = HashSet::new();
        for prepared in all() {
            assert!(names.insert(prepared.tool.name), "{} is there twice", prepared.tool.name);
            assert!(!prepared.tool.title.is_empty());
        }
    }

    #[test]
    fn sets_are_as_small_as_they_must_be() {
        assert!(Set::Core.tools().count() <= 20);
        assert_eq!(Set::Core.tools().count(), CORE.len(), "a core tool is missing");
        let listed: Vec<_> = Set::Usual.tools().map(Prepared::described).collect();
        let list = serde_json::json!({ "tools": listed }).to_string();
        let tokens = tiktoken_rs::o200k_base().unwrap().encode_ordinary(&list).len();
        assert!(tokens <= MOST_TOKENS, "the usual list costs {tokens} tokens");
    }
}
