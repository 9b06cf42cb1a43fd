//! Activities in the model: what they are about, and which one is next and which was last.

use super::reference::{self, Nth, Refused, State, live};
use super::steps::{link, name};
use super::support::Answer;
use super::system::{Checked, Expected, Request, System, change, of_version};
use penstock_crm::Method::{Delete, Post};
use penstock_crm::Version::{V1, V2};
use proptest::prelude::*;
use serde_json::{Value, json};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Activity {
    pub subject: String,
    pub deal: Option<Nth>,
    pub person: Option<Nth>,
    pub organization: Option<Nth>,
    /// The day in January on which it is due.
    pub due: u32,
    pub done: bool,
    /// When it was marked as done, on the clock of the model.
    pub done_at: u64,
    pub deleted: bool,
}

#[derive(Debug, Clone)]
pub enum Edit {
    Subject(String),
    Deal(Option<Nth>),
    Due(u32),
    Done(bool),
}

/// The flag says that v1 does it.
#[derive(Debug, Clone)]
pub enum Step {
    Add(bool, Activity),
    Edit(bool, Nth, Edit),
    Delete(bool, Nth),
}

impl State {
    pub fn act_on_activities(&mut self, step: Step) -> Result<(), Refused> {
        match step {
            Step::Add(_, mut activity) => {
                self.check_deal(activity.deal)?;
                self.check_person(activity.person)?;
                self.check_organization(activity.organization)?;
                activity.done_at = self.clock;
                self.activities.push(activity);
            }
            Step::Edit(_, nth, edit) => {
                let before = live(&mut self.activities[nth])?.clone();
                if let Edit::Deal(deal) = edit
                    && deal != before.deal
                {
                    self.check_deal(deal)?;
                }
                let clock = self.clock;
                let activity = &mut self.activities[nth];
                match edit {
                    Edit::Subject(subject) => activity.subject = subject,
                    Edit::Deal(deal) => activity.deal = deal,
                    Edit::Due(due) => activity.due = due,
                    Edit::Done(done) => {
                        activity.done_at = if before.done { before.done_at } else { clock };
                        activity.done = done;
                    }
                }
            }
            Step::Delete(_, nth) => live(&mut self.activities[nth])?.deleted = true,
        }
        Ok(())
    }
}

pub fn steps(state: &State) -> Vec<(u32, BoxedStrategy<reference::Step>)> {
    let new = (name(), link(state.deals.len()), link(state.persons.len()), link(state.organizations.len()), 1..9_u32, any::<bool>());
    let new = new.prop_map(|(subject, deal, person, organization, due, done)| Activity {
        subject,
        deal,
        person,
        organization,
        due,
        done,
        ..Activity::default()
    });
    let mut steps = vec![(3, (any::<bool>(), new).prop_map(|(v1, new)| reference::Step::Activity(Step::Add(v1, new))).boxed())];
    let count = state.activities.len();
    if count > 0 {
        let edit = prop_oneof![
            1 => name().prop_map(Edit::Subject),
            2 => link(state.deals.len()).prop_map(Edit::Deal),
            2 => (1..9_u32).prop_map(Edit::Due),
            3 => any::<bool>().prop_map(Edit::Done),
        ];
        let edit = (any::<bool>(), 0..count, edit).prop_map(|(v1, nth, edit)| Step::Edit(v1, nth, edit));
        let delete = (any::<bool>(), 0..count).prop_map(|(v1, nth)| Step::Delete(v1, nth));
        steps.push((5, edit.prop_map(reference::Step::Activity).boxed()));
        steps.push((1, delete.prop_map(reference::Step::Activity).boxed()));
    }
    steps
}

/// Whether everything that a step names is there.
pub fn names_known(state: &State, step: &Step) -> bool {
    let deal = |link: &Option<Nth>| link.is_none_or(|nth| nth < state.deals.len());
    match step {
        Step::Add(_, new) => {
            deal(&new.deal)
                && new.person.is_none_or(|nth| nth < state.persons.len())
                && new.organization.is_none_or(|nth| nth < state.organizations.len())
        }
        Step::Edit(_, nth, Edit::Deal(link)) => *nth < state.activities.len() && deal(link),
        Step::Edit(_, nth, _) | Step::Delete(_, nth) => *nth < state.activities.len(),
    }
}

impl System<'_> {
    pub fn activity_request(&self, step: &Step) -> Request {
        let one = |nth: &Nth| format!("/activities/{}", self.activities[*nth]);
        match step {
            Step::Add(v1, new) => {
                let mut body = self.activity_body(new);
                if !v1 {
                    body["participants"] = self.participants(new);
                } else {
                    body["person_id"] = self.person(new.person);
                }
                (of_version(*v1), Post, "/activities".to_owned(), Some(body))
            }
            Step::Edit(v1, nth, edit) => {
                let (version, method) = change(*v1);
                let body = match edit {
                    Edit::Subject(subject) => json!({"subject": subject}),
                    Edit::Deal(link) => json!({"deal_id": self.deal(*link)}),
                    Edit::Due(day) => json!({"due_date": date(*day)}),
                    Edit::Done(done) if *v1 => json!({"done": i64::from(*done)}),
                    Edit::Done(done) => json!({"done": done}),
                };
                (version, method, one(nth), Some(body))
            }
            Step::Delete(v1, nth) => (if *v1 { V1 } else { V2 }, Delete, one(nth), None),
        }
    }

    pub fn activity_done(&mut self, step: &Step, answer: &Answer) {
        if matches!(step, Step::Add(..)) {
            self.activities.extend(answer.data()["id"].as_i64());
        }
    }

    fn activity_body(&self, activity: &Activity) -> Value {
        json!({
            "subject": activity.subject,
            "deal_id": self.deal(activity.deal),
            "org_id": self.organization(activity.organization),
            "due_date": date(activity.due),
            "done": activity.done,
        })
    }

    fn participants(&self, activity: &Activity) -> Value {
        activity.person.iter().map(|nth| json!({"person_id": self.persons[*nth], "primary": true})).collect()
    }

    pub async fn compare_activities(&self, state: &State) -> Checked {
        let live = state.activities.iter().enumerate().filter(|(_, activity)| !activity.deleted);
        let expected: Expected = live
            .map(|(nth, activity)| {
                let mut expected = self.activity_body(activity);
                expected["person_id"] = self.person(activity.person);
                expected["participants"] = self.participants(activity);
                (self.activities[nth], expected)
            })
            .collect();
        self.compare_list("/activities?limit=500", expected).await
    }

    /// What a record shows of the activities that are about it.
    pub fn expect_activities(&self, state: &State, expected: &mut Value, about: impl Fn(&Activity) -> bool) {
        let live = || state.activities.iter().enumerate().filter(|(_, activity)| !activity.deleted && about(activity));
        let id = |nth: Nth| self.activities[nth];
        let next = live().filter(|(_, activity)| !activity.done).min_by_key(|(nth, activity)| (activity.due, *nth));
        let last = live().filter(|(_, activity)| activity.done).max_by_key(|(nth, activity)| (activity.done_at, *nth));
        expected["activities_count"] = json!(live().count());
        expected["done_activities_count"] = json!(live().filter(|(_, activity)| activity.done).count());
        expected["undone_activities_count"] = json!(live().filter(|(_, activity)| !activity.done).count());
        expected["next_activity_id"] = json!(next.map(|(nth, _)| id(nth)));
        expected["last_activity_id"] = json!(last.map(|(nth, _)| id(nth)));
    }
}

/// The keys of [`System::expect_activities`].
pub const TOTALS: &str = "activities_count,done_activities_count,undone_activities_count,next_activity_id,last_activity_id";

fn date(day: u32) -> String {
    format!("2030-01-{day:02}")
}
