//! Leads in the model. They exist only in v1.

use super::reference::{self, Nth, Refused, State, live};
use super::steps::{link, name};
use super::support::Answer;
use super::system::{Checked, Request, System};
use penstock_crm::Method::{Delete, Get, Patch, Post};
use penstock_crm::Version::V1;
use proptest::prelude::*;
use proptest::prop_assert_eq;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const BAD: Refused = 400;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lead {
    pub title: String,
    pub person: Option<Nth>,
    pub organization: Option<Nth>,
    pub archived: bool,
    pub deleted: bool,
}

#[derive(Debug, Clone)]
pub enum Edit {
    Title(String),
    Person(Option<Nth>),
    Organization(Option<Nth>),
    Archived(bool),
}

#[derive(Debug, Clone)]
pub enum Step {
    Add(Lead),
    Edit(Nth, Edit),
    Delete(Nth),
}

impl State {
    pub fn act_on_leads(&mut self, step: Step) -> Result<(), Refused> {
        match step {
            Step::Add(lead) => {
                self.check_person(lead.person)?;
                self.check_organization(lead.organization)?;
                check_contact(&lead)?;
                self.leads.push(lead);
            }
            Step::Edit(nth, edit) => return self.edit_lead(nth, edit),
            Step::Delete(nth) => live(&mut self.leads[nth])?.deleted = true,
        }
        Ok(())
    }

    fn edit_lead(&mut self, nth: Nth, edit: Edit) -> Result<(), Refused> {
        let before = live(&mut self.leads[nth])?.clone();
        let mut lead = before.clone();
        match edit {
            Edit::Title(title) => lead.title = title,
            Edit::Person(person) => lead.person = person,
            Edit::Organization(organization) => lead.organization = organization,
            Edit::Archived(archived) => lead.archived = archived,
        }
        if lead.person != before.person {
            self.check_person(lead.person)?;
        }
        if lead.organization != before.organization {
            self.check_organization(lead.organization)?;
        }
        // Whoever is archived only comes back.
        if before.archived && lead.archived && lead != before {
            return Err(BAD);
        }
        check_contact(&lead)?;
        self.leads[nth] = lead;
        Ok(())
    }
}

fn check_contact(lead: &Lead) -> Result<(), Refused> {
    if lead.person.is_none() && lead.organization.is_none() { Err(BAD) } else { Ok(()) }
}

pub fn steps(state: &State) -> Vec<(u32, BoxedStrategy<reference::Step>)> {
    let (persons, organizations, leads) = (state.persons.len(), state.organizations.len(), state.leads.len());
    let new = (name(), link(persons), link(organizations));
    let new = new.prop_map(|(title, person, organization)| Lead { title, person, organization, ..Lead::default() });
    let mut steps = vec![(2, new.prop_map(|new| reference::Step::Lead(Step::Add(new))).boxed())];
    if leads > 0 {
        let edit = prop_oneof![
            1 => name().prop_map(Edit::Title),
            2 => link(persons).prop_map(Edit::Person),
            2 => link(organizations).prop_map(Edit::Organization),
            2 => any::<bool>().prop_map(Edit::Archived),
        ];
        steps.push((3, (0..leads, edit).prop_map(|(nth, edit)| reference::Step::Lead(Step::Edit(nth, edit))).boxed()));
        steps.push((1, (0..leads).prop_map(|nth| reference::Step::Lead(Step::Delete(nth))).boxed()));
    }
    steps
}

/// Whether everything that a step names is there.
pub fn names_known(state: &State, step: &Step) -> bool {
    let person = |link: &Option<Nth>| link.is_none_or(|nth| nth < state.persons.len());
    let organization = |link: &Option<Nth>| link.is_none_or(|nth| nth < state.organizations.len());
    match step {
        Step::Add(new) => person(&new.person) && organization(&new.organization),
        Step::Edit(nth, edit) => {
            *nth < state.leads.len()
                && match edit {
                    Edit::Person(link) => person(link),
                    Edit::Organization(link) => organization(link),
                    _ => true,
                }
        }
        Step::Delete(nth) => *nth < state.leads.len(),
    }
}

impl System<'_> {
    pub fn lead_request(&self, step: &Step) -> Request {
        let one = |nth: &Nth| format!("/leads/{}", self.leads[*nth]);
        match step {
            Step::Add(new) => (V1, Post, "/leads".to_owned(), Some(self.lead_body(new))),
            Step::Edit(nth, edit) => {
                let body = match edit {
                    Edit::Title(title) => json!({"title": title}),
                    Edit::Person(link) => json!({"person_id": self.person(*link)}),
                    Edit::Organization(link) => json!({"organization_id": self.organization(*link)}),
                    Edit::Archived(archived) => json!({"is_archived": archived}),
                };
                (V1, Patch, one(nth), Some(body))
            }
            Step::Delete(nth) => (V1, Delete, one(nth), None),
        }
    }

    pub fn lead_done(&mut self, step: &Step, answer: &Answer) {
        if matches!(step, Step::Add(..)) {
            self.leads.extend(answer.data()["id"].as_str().map(str::to_owned));
        }
    }

    fn lead_body(&self, lead: &Lead) -> Value {
        json!({"title": lead.title, "person_id": self.person(lead.person), "organization_id": self.organization(lead.organization)})
    }

    pub async fn compare_leads(&self, state: &State) -> Checked {
        for (target, archived) in [("/leads?limit=500", false), ("/leads/archived?limit=500", true)] {
            let wanted = state.leads.iter().enumerate().filter(|(_, lead)| !lead.deleted && lead.archived == archived);
            let expected: BTreeMap<&str, Value> = wanted.map(|(nth, lead)| (self.leads[nth].as_str(), self.lead_body(lead))).collect();
            let answer = self.call(V1, Get, target, None).await.ok();
            let rows: BTreeMap<&str, &Value> =
                answer.data().as_array().into_iter().flatten().map(|row| (row["id"].as_str().unwrap_or_default(), row)).collect();
            prop_assert_eq!(rows.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{}", target);
            for (row, expected) in rows.values().zip(expected.values()) {
                for (key, value) in expected.as_object().unwrap() {
                    prop_assert_eq!(&row[key], value, "{} of {} in {}", key, row, target);
                }
            }
        }
        Ok(())
    }
}
