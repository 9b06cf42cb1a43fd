//! The table of expected outcomes: the operations that answer alike stand together.

// One test makes it, the other only reads it.
#![allow(dead_code)]

use penstock_crm::Op;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Who asks. Follower and other user are in a group of their own; the parent group is above that of the owner.
pub const ACTORS: [&str; 9] = [
    "administrator",
    "owner",
    "follower",
    "same group",
    "parent group",
    "other user",
    "deactivated user",
    "administrator of another company",
    "nobody",
];

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crm/tests/rights/expected.txt");

/// What everybody gets, by operation.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Table(BTreeMap<String, Vec<String>>);

fn name(op: &Op) -> String {
    format!("{} {}{}", op.method.as_str(), op.root.prefix(), op.path)
}

impl Table {
    pub fn add(&mut self, op: &Op, outcomes: Vec<String>) {
        assert!(self.0.insert(name(op), outcomes).is_none(), "{} stands in the operation table twice", op.id);
    }

    /// What everybody gets from an operation.
    pub fn of(&self, op: &Op) -> &[String] {
        self.0.get(&name(op)).unwrap_or_else(|| panic!("{} has no row", name(op)))
    }

    /// Reads the kept table: a line of outcomes, then the operations that answer so, indented.
    pub fn read() -> Self {
        let text = std::fs::read_to_string(PATH).unwrap_or_default();
        let mut table = Table::default();
        let mut outcomes = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            match line.strip_prefix("    ") {
                Some(name) => assert!(table.0.insert(name.to_owned(), outcomes.clone()).is_none(), "{name} stands there twice"),
                None => outcomes = line.split_whitespace().map(str::to_owned).collect(),
            }
        }
        table
    }

    pub fn write(&self) {
        let mut alike: BTreeMap<&[String], Vec<&str>> = BTreeMap::new();
        for (name, outcomes) in &self.0 {
            alike.entry(outcomes).or_default().push(name);
        }
        let mut text = format!("# {}\n# A - after the status: nothing of what is guarded is shown.\n", ACTORS.join(", "));
        for (outcomes, names) in alike {
            let _ = write!(text, "\n{}\n", outcomes.join(" "));
            names.iter().for_each(|name| {
                let _ = writeln!(text, "    {name}");
            });
        }
        std::fs::write(PATH, text).unwrap();
    }

    /// Where what was found is not what this table says, in words.
    pub fn differences(&self, found: &Table) -> Vec<String> {
        let mut differences = Vec::new();
        for (name, outcomes) in &found.0 {
            let Some(expected) = self.0.get(name) else {
                differences.push(format!("{name} has no row"));
                continue;
            };
            for ((actor, expected), outcome) in ACTORS.iter().zip(expected).zip(outcomes) {
                if expected != outcome {
                    differences.push(format!("{name} as {actor}: {outcome} rather than {expected}"));
                }
            }
        }
        differences.extend(self.0.keys().filter(|name| !found.0.contains_key(*name)).map(|name| format!("{name} is no operation")));
        differences
    }
}
