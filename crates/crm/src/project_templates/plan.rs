//! What a template brings into a project, as it is kept in the column `plan`.

use serde::{Deserialize, Serialize};

/// Days are counted from the first day of the project. Phases are named by their place on the board, groups by their place in
/// the plan, both from 0; one that is not there is passed over.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// The names of the groups, in their order.
    pub groups: Vec<String>,
    pub tasks: Vec<PlannedTask>,
    pub activities: Vec<PlannedActivity>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlannedTask {
    pub title: String,
    pub description: Option<String>,
    pub phase: Option<usize>,
    pub group: Option<usize>,
    pub start_day: Option<i64>,
    pub due_day: Option<i64>,
    pub is_milestone: bool,
    /// The titles of its subtasks.
    pub subtasks: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlannedActivity {
    pub subject: String,
    /// The key of the type, such as `meeting`.
    #[serde(rename = "type")]
    pub kind: String,
    pub phase: Option<usize>,
    pub group: Option<usize>,
    pub due_day: i64,
}
