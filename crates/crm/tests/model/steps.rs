//! Which steps are tried, and how often each.

use super::reference::{Deal, Edit, Nth, STAGES, Stage, State, Status, Step, USERS};
use super::{agenda, leads, sales};
use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;

impl ReferenceStateMachine for State {
    type State = State;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<State> {
        let stages = (1..=STAGES).map(|nth| Stage { name: format!("stage {nth}"), deleted: false }).collect();
        Just(State { stages, ..State::default() }).boxed()
    }

    fn transitions(state: &State) -> BoxedStrategy<Step> {
        let (organizations, persons) = (state.organizations.len(), state.persons.len());
        let (stages, deals) = (state.stages.len(), state.deals.len());
        let new_deal = (name(), 0..3_i64, 0..stages, status(), link(persons), link(organizations)).prop_map(
            |(title, value, stage, status, person, organization)| Deal {
                title,
                value,
                stage,
                status,
                person,
                organization,
                ..Deal::default()
            },
        );
        let mut steps = vec![
            (2, (any::<bool>(), name()).prop_map(|(v1, name)| Step::AddOrganization(v1, name)).boxed()),
            (2, (any::<bool>(), name(), link(organizations)).prop_map(|(v1, name, link)| Step::AddPerson(v1, name, link)).boxed()),
            (4, (any::<bool>(), new_deal).prop_map(|(v1, deal)| Step::AddDeal(v1, deal)).boxed()),
            (1, (any::<bool>(), name()).prop_map(|(v1, name)| Step::AddStage(v1, name)).boxed()),
            (1, (any::<bool>(), 0..stages).prop_map(|(v1, nth)| Step::DeleteStage(v1, nth)).boxed()),
        ];
        if organizations > 0 {
            let nth = || 0..organizations;
            steps.push((1, (any::<bool>(), nth(), name()).prop_map(|(v1, nth, name)| Step::RenameOrganization(v1, nth, name)).boxed()));
            steps.push((1, (any::<bool>(), nth()).prop_map(|(v1, nth)| Step::DeleteOrganization(v1, nth)).boxed()));
            steps.push((1, nth().prop_map(Step::RestoreOrganization).boxed()));
            steps.push((1, (nth(), nth()).prop_map(|(removed, kept)| Step::MergeOrganizations(removed, kept)).boxed()));
        }
        if persons > 0 {
            let nth = || 0..persons;
            steps
                .push((2, (any::<bool>(), nth(), link(organizations)).prop_map(|(v1, nth, link)| Step::MovePerson(v1, nth, link)).boxed()));
            steps.push((1, (any::<bool>(), nth()).prop_map(|(v1, nth)| Step::DeletePerson(v1, nth)).boxed()));
            steps.push((1, nth().prop_map(Step::RestorePerson).boxed()));
            steps.push((1, (nth(), nth()).prop_map(|(removed, kept)| Step::MergePersons(removed, kept)).boxed()));
        }
        if deals > 0 {
            let nth = || 0..deals;
            let edit = edit(stages, persons, organizations);
            steps.push((12, (any::<bool>(), nth(), edit).prop_map(|(v1, nth, edit)| Step::EditDeal(v1, nth, edit)).boxed()));
            steps.push((1, (any::<bool>(), nth()).prop_map(|(v1, nth)| Step::DeleteDeal(v1, nth)).boxed()));
            steps.push((1, nth().prop_map(Step::RestoreDeal).boxed()));
            steps.push((3, (nth(), nth()).prop_map(|(removed, kept)| Step::MergeDeals(removed, kept)).boxed()));
            steps.push((2, (any::<bool>(), nth(), 0..USERS).prop_map(|(v1, nth, user)| Step::Follow(v1, nth, user)).boxed()));
            steps.push((1, (nth(), 0..USERS).prop_map(|(nth, user)| Step::Unfollow(nth, user)).boxed()));
            if persons > 0 {
                steps.push((3, (nth(), 0..persons).prop_map(|(nth, person)| Step::AddParticipant(nth, person)).boxed()));
                steps.push((1, (nth(), 0..persons).prop_map(|(nth, person)| Step::RemoveParticipant(nth, person)).boxed()));
            }
        }
        steps.extend(agenda::steps(state));
        steps.extend(sales::steps(state));
        steps.extend(leads::steps(state));
        proptest::strategy::Union::new_weighted(steps).boxed()
    }

    fn apply(mut state: State, step: &Step) -> State {
        // A refused request is a step, too: it must be refused and change nothing.
        let _ = state.act(step);
        state
    }

    /// Shrinking may take away the records that a step names.
    fn preconditions(state: &State, step: &Step) -> bool {
        let organization = |nth: &Nth| *nth < state.organizations.len();
        let person = |nth: &Nth| *nth < state.persons.len();
        let deal = |nth: &Nth| *nth < state.deals.len();
        let stage = |nth: &Nth| *nth < state.stages.len();
        match step {
            Step::AddOrganization(..) | Step::AddStage(..) => true,
            Step::RenameOrganization(_, nth, _) | Step::DeleteOrganization(_, nth) | Step::RestoreOrganization(nth) => organization(nth),
            Step::MergeOrganizations(removed, kept) => organization(removed) && organization(kept),
            Step::AddPerson(_, _, link) => link.iter().all(organization),
            Step::MovePerson(_, nth, link) => person(nth) && link.iter().all(organization),
            Step::DeletePerson(_, nth) | Step::RestorePerson(nth) => person(nth),
            Step::MergePersons(removed, kept) => person(removed) && person(kept),
            Step::DeleteStage(_, nth) => stage(nth),
            Step::AddDeal(_, new) => stage(&new.stage) && new.person.iter().all(person) && new.organization.iter().all(organization),
            Step::EditDeal(_, nth, edit) => {
                deal(nth)
                    && match edit {
                        Edit::Stage(nth) => stage(nth),
                        Edit::Person(link) => link.iter().all(person),
                        Edit::Organization(link) => link.iter().all(organization),
                        _ => true,
                    }
            }
            Step::DeleteDeal(_, nth) | Step::RestoreDeal(nth) | Step::Follow(_, nth, _) | Step::Unfollow(nth, _) => deal(nth),
            Step::MergeDeals(removed, kept) => deal(removed) && deal(kept),
            Step::AddParticipant(nth, member) | Step::RemoveParticipant(nth, member) => deal(nth) && person(member),
            Step::Activity(step) => agenda::names_known(state, step),
            Step::Sale(step) => sales::names_known(state, step),
            Step::Lead(step) => leads::names_known(state, step),
        }
    }
}

pub fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,8}", "[A-Zäöõß]{1,3} [a-z]{1,3}"]
}

fn status() -> impl Strategy<Value = Status> {
    prop_oneof![Just(Status::Open), Just(Status::Won), Just(Status::Lost)]
}

/// None, or one of so many.
pub fn link(count: usize) -> BoxedStrategy<Option<Nth>> {
    if count == 0 { Just(None).boxed() } else { prop::option::weighted(0.8, 0..count).boxed() }
}

fn edit(stages: usize, persons: usize, organizations: usize) -> impl Strategy<Value = Edit> {
    prop_oneof![
        1 => name().prop_map(Edit::Title),
        1 => (0..5_i64).prop_map(Edit::Value),
        2 => (0..stages).prop_map(Edit::Stage),
        3 => status().prop_map(Edit::Status),
        3 => link(persons).prop_map(Edit::Person),
        2 => link(organizations).prop_map(Edit::Organization),
        1 => any::<bool>().prop_map(Edit::Archived),
    ]
}
