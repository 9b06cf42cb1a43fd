//! The operators of conditions, and which of them the values of a field take (semantics.md 13.2).

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    IsNull,
    IsNotNull,
    StartsWith,
    Contains,
    EndsWith,
    NotStartsWith,
    NotContains,
    NotEndsWith,
    HasAll,
    HasNone,
    EndsAt,
    NotEndsAt,
    EndsBefore,
    EndsOnOrBefore,
    EndsAfter,
    EndsOnOrAfter,
    Includes,
    HasBeen,
    BelongsToTeam,
}

use Operator::*;

const NAMES: &[(Operator, &str)] = &[
    (Equal, "="),
    (NotEqual, "!="),
    (Greater, ">"),
    (Less, "<"),
    (GreaterOrEqual, ">="),
    (LessOrEqual, "<="),
    (IsNull, "IS NULL"),
    (IsNotNull, "IS NOT NULL"),
    (StartsWith, "LIKE '$%'"),
    (Contains, "LIKE '%$%'"),
    (EndsWith, "LIKE '%$'"),
    (NotStartsWith, "NOT LIKE '$%'"),
    (NotContains, "NOT LIKE '%$%'"),
    (NotEndsWith, "NOT LIKE '%$'"),
    (HasAll, "contains"),
    (HasNone, "not_contains"),
    (EndsAt, "ends_at"),
    (NotEndsAt, "does_not_end_at"),
    (EndsBefore, "ends_before"),
    (EndsOnOrBefore, "ends_e_before"),
    (EndsAfter, "ends_after"),
    (EndsOnOrAfter, "ends_e_after"),
    (Includes, "includes"),
    (HasBeen, "has_been"),
    (BelongsToTeam, "belongs_to_team"),
];

impl Operator {
    pub fn parse(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name.trim())).map(|(operator, _)| *operator)
    }

    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(operator, _)| *operator == self).map_or("", |(_, name)| name)
    }

    /// The operator without its "not", and whether it had one. What is negated is true of a record that has no value, too.
    pub fn positive(self) -> (Self, bool) {
        match self {
            NotEqual => (Equal, true),
            IsNull => (IsNotNull, true),
            NotStartsWith => (StartsWith, true),
            NotContains => (Contains, true),
            NotEndsWith => (EndsWith, true),
            NotEndsAt => (EndsAt, true),
            other => (other, false),
        }
    }

    /// Whether it asks only if there is a value.
    pub fn asks_for_null(self) -> bool {
        matches!(self, IsNull | IsNotNull)
    }
}

/// What sort of values a field has, as far as conditions go. Most are named after the types of the helpers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Number,
    Money,
    Date,
    Time,
    DateRange,
    TimeRange,
    Text,
    /// The title of a deal or lead, which is never empty.
    Title,
    Set,
    Choice,
    Stage,
    /// The time at which a deal has entered a stage.
    EnteredStage,
    /// A reference to another record.
    Record,
    User,
    Status,
    Visibility,
    Currency,
    Pipeline,
}

const NULL: &[Operator] = &[IsNull, IsNotNull];
const SAME: &[Operator] = &[Equal, NotEqual];
const ORDERED: &[Operator] = &[Equal, NotEqual, Greater, Less, GreaterOrEqual, LessOrEqual];
const RANGE: &[Operator] = &[EndsAt, NotEndsAt, EndsBefore, EndsOnOrBefore, EndsAfter, EndsOnOrAfter, Includes];
const TITLE: &[Operator] = &[Equal, StartsWith, Contains, EndsWith, NotStartsWith, NotContains, NotEndsWith];

impl Class {
    /// Whether values of this sort take the operator. All take the tests for null: a published example tests a status so.
    pub fn takes(self, operator: Operator) -> bool {
        let groups: &[&[Operator]] = match self {
            Class::Number | Class::Money | Class::Date | Class::Time | Class::EnteredStage => &[ORDERED],
            Class::DateRange | Class::TimeRange => &[ORDERED, RANGE],
            Class::Text => &[TITLE, SAME],
            Class::Title => &[TITLE],
            Class::Set => &[SAME, &[HasAll, HasNone]],
            Class::Stage => &[SAME, &[HasBeen]],
            Class::User => &[SAME, &[BelongsToTeam]],
            Class::Choice | Class::Record | Class::Status | Class::Visibility | Class::Currency | Class::Pipeline => &[SAME],
        };
        groups.iter().chain(&[NULL]).any(|group| group.contains(&operator))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    const TYPES: &[(&str, Class)] = &[
        ("int", Class::Number),
        ("double", Class::Number),
        ("monetary", Class::Money),
        ("time", Class::Time),
        ("date", Class::Date),
        ("entered_stage", Class::EnteredStage),
        ("timerange", Class::TimeRange),
        ("daterange", Class::DateRange),
        ("varchar", Class::Text),
        ("stage", Class::Stage),
        ("title", Class::Title),
        ("set", Class::Set),
        ("enum", Class::Choice),
        ("deal", Class::Record),
        ("product", Class::Record),
        ("user", Class::User),
        ("status", Class::Status),
        ("visible_to", Class::Visibility),
        ("currency", Class::Currency),
        ("pipeline", Class::Pipeline),
        ("person", Class::Record),
        ("organization", Class::Record),
    ];

    fn names(operators: &Value) -> Vec<&String> {
        match operators {
            Value::Array(items) => items.iter().flat_map(names).collect(),
            other => other.as_object().unwrap().keys().collect(),
        }
    }

    #[test]
    fn what_the_helpers_list_is_taken() {
        let helpers: Value = serde_json::from_str(super::super::HELPERS).unwrap();
        let operators = helpers["data"]["operators"].as_object().unwrap();
        assert_eq!(operators.len(), TYPES.len());
        for (name, class) in TYPES {
            for operator in names(&operators[*name]) {
                assert!(Operator::parse(operator).is_some_and(|known| class.takes(known)), "{name} {operator}");
            }
        }
        for operator in names(&helpers["data"]["deprecated_operators"]) {
            assert!(Operator::parse(operator).is_some_and(|known| Class::Text.takes(known)), "{operator}");
        }
    }

    #[test]
    fn what_the_helpers_do_not_list_is_refused() {
        for (class, operator) in [(Class::Title, NotEqual), (Class::Choice, Less), (Class::Text, Less), (Class::Number, Contains)] {
            assert!(!class.takes(operator), "{class:?} {operator:?}");
        }
    }
}
