//! The OAuth scopes that tools need: those of the operations that they run.

use crate::catalog::{Prepared, Set};
use crate::resolve;
use crate::tool::Run;
use penstock_crm::oauth::{SCOPES, Scopes};
use serde_json::{Map, Value};

/// An operation that a job runs.
struct Step {
    tool: &'static str,
    operation: &'static str,
    when: When,
}

/// Which calls run it.
enum When {
    Always,
    /// Those that say anything for this argument.
    Given(&'static str),
    /// Those that say this for it.
    Is(&'static str, &'static str),
}

const fn step(tool: &'static str, operation: &'static str, when: When) -> Step {
    Step { tool, operation, when }
}

const CREATE_DEAL: &str = "create_deal_with_contacts";
const STEPS: &[Step] = &[
    step("log_call", "v2.addActivity", When::Always),
    step("log_call", "v1.addNote", When::Given("note")),
    step(CREATE_DEAL, "v2.addDeal", When::Always),
    step(CREATE_DEAL, "v2.addPerson", When::Given("person")),
    step(CREATE_DEAL, "v2.addOrganization", When::Given("organization")),
    step("pipeline_review", "v1.getDeals", When::Always),
    step("pipeline_review", "v2.getStages", When::Always),
    step("import_list", "v2.addPerson", When::Is("entity", "person")),
    step("import_list", "v2.addOrganization", When::Is("entity", "organization")),
    step("import_list", "v2.addDeal", When::Is("entity", "deal")),
    step("deals_attach_file", "v1.addFile", When::Always),
    step("files_upload", "v1.addFile", When::Always),
    step("files_list", "v1.getFiles", When::Always),
    step("files_download", "v1.downloadFile", When::Always),
    step("persons_add_picture", "v1.addPersonPicture", When::Always),
    step("call_logs_attach_audio", "v1.addCallLogAudioFile", When::Always),
    step("system_get_metrics", "v1.getDealsSummary", When::Always),
    step("system_get_metrics", "v1.getUsers", When::Always),
];

/// For administrators, and asked for only where nothing else will do.
const ADMIN: &str = "admin";
/// Of events, which updates of resources come from.
const EVENTS: &str = "penstock.getEvents";

type Arguments = Map<String, Value>;

impl Step {
    fn is_run(&self, arguments: &Arguments) -> bool {
        match self.when {
            When::Always => true,
            When::Given(name) => arguments.get(name).is_some_and(|value| !value.is_null()),
            When::Is(name, text) => arguments.get(name).and_then(Value::as_str) == Some(text),
        }
    }
}

/// The operations that a tool runs: with these arguments, or with any.
fn operations(prepared: &Prepared, arguments: Option<&Arguments>) -> Vec<&'static str> {
    match prepared.tool.run {
        Run::Operation(label) => vec![label],
        Run::Job(_) => {
            let own = STEPS.iter().filter(|step| step.tool == prepared.tool.name);
            own.filter(|step| arguments.is_none_or(|arguments| step.is_run(arguments))).map(|step| step.operation).collect()
        }
    }
}

/// What operations need, as their rows say it: any one of several words.
fn needed(labels: Vec<&'static str>) -> impl Iterator<Item = &'static str> {
    labels.into_iter().filter_map(resolve::operation).map(|op| op.scopes).filter(|scopes| !scopes.is_empty())
}

/// The word that opens what names several, with as little else as possible.
fn least(needed: &'static str) -> &'static str {
    needed.split(',').find(|word| *word != ADMIN).unwrap_or(ADMIN)
}

/// What a token has and lacks; empty where it lacks nothing. That `admin` counts for administrators only is left to the operation:
/// another scope would not help. What it has is among them, because clients ask for what they are told and for nothing else.
fn with_lacking(granted: Scopes, needed: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let lacking: Vec<_> = needed.filter(|needed| !granted.open(needed, true)).map(least).collect();
    if lacking.is_empty() {
        return Vec::new();
    }
    let has = |word: &str| lacking.contains(&word) || granted.iter().any(|scope| scope.word == word);
    SCOPES.iter().map(|scope| scope.word).filter(|word| has(word)).collect()
}

/// The scopes with which a token that lacks some could call a tool with these arguments; empty where it can as it is.
pub fn for_call(granted: Scopes, prepared: &Prepared, arguments: &Arguments) -> Vec<&'static str> {
    with_lacking(granted, needed(operations(prepared, Some(arguments))))
}

/// The scopes with which a token that lacks some could be told of changes.
pub fn for_events(granted: Scopes) -> Vec<&'static str> {
    with_lacking(granted, needed(vec![EVENTS]))
}

/// What a token needs for all tools of a set, in the order of the table of scopes.
pub fn of_set(set: Set) -> Vec<&'static str> {
    let of_tools = set.tools().flat_map(|prepared| needed(operations(prepared, None)));
    let wanted: Vec<_> = of_tools.chain(needed(vec![EVENTS])).map(least).collect();
    SCOPES.iter().map(|scope| scope.word).filter(|word| *word == "base" || wanted.contains(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use serde_json::json;

    fn lacking(granted: &str, tool: &str, arguments: Value) -> String {
        let prepared = Set::All.find(tool).unwrap();
        for_call(Scopes::parse(granted).unwrap(), prepared, arguments.as_object().unwrap()).join(" ")
    }

    #[test]
    fn steps_are_of_jobs_and_operations_that_there_are() {
        for step in STEPS {
            let found = catalog::all().iter().find(|prepared| prepared.tool.name == step.tool).map(|prepared| prepared.tool.run);
            assert!(matches!(found, Some(Run::Job(_))), "{}", step.tool);
            assert!(resolve::operation(step.operation).is_some(), "{}", step.operation);
        }
    }

    #[test]
    fn every_job_says_which_operations_it_runs() {
        // These look at the names of fields, as every tool does for its answer.
        let of_names = ["fields_get_field", "fields_list_all_fields", "fields_search_fields", "system_reset_cache"];
        for prepared in catalog::all().iter().filter(|prepared| matches!(prepared.tool.run, Run::Job(_))) {
            let name = prepared.tool.name;
            assert_ne!(STEPS.iter().any(|step| step.tool == name), of_names.contains(&name), "{name}");
        }
    }

    #[test]
    fn a_token_is_told_what_it_has_and_what_it_lacks() {
        assert_eq!(lacking("deals:read", "deals_list", json!({})), "");
        assert_eq!(lacking("deals:full", "deals_list", json!({})), "");
        assert_eq!(lacking("deals:read", "deals_create", json!({})), "base deals:read deals:full");
        assert_eq!(lacking("activities:full", "log_call", json!({})), "");
        assert_ne!(lacking("deals:full", "import_list", json!({"entity": "person"})), "");
        assert_eq!(lacking("deals:full", "import_list", json!({"entity": "deal"})), "");
    }

    #[test]
    fn a_set_that_changes_nothing_asks_for_less() {
        let (usual, readonly) = (of_set(Set::Usual), of_set(Set::ReadOnly));
        assert!(usual.contains(&"deals:full") && !readonly.contains(&"deals:full") && readonly.contains(&"deals:read"));
        assert!(!usual.contains(&ADMIN), "{usual:?}");
    }
}
