//! What the product promises about deals, persons, organizations and stages, as simply as it can be said.

use super::agenda::{self, Activity};
use super::leads::{self, Lead};
use super::sales::{self, Product, Sold};
use std::collections::BTreeSet;

/// A place in one of the lists of [`State`]; requests name records that are deleted, too.
pub type Nth = usize;

#[derive(Debug, Clone, Default)]
pub struct Organization {
    pub name: String,
    pub deleted: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Person {
    pub name: String,
    pub organization: Option<Nth>,
    pub deleted: bool,
}

#[derive(Debug, Clone)]
pub struct Stage {
    pub name: String,
    pub deleted: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Deal {
    pub title: String,
    pub value: i64,
    pub stage: Nth,
    pub status: Status,
    pub person: Option<Nth>,
    pub organization: Option<Nth>,
    pub archived: bool,
    pub deleted: bool,
    pub followers: BTreeSet<Nth>,
    pub participants: BTreeSet<Nth>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    #[default]
    Open,
    Won,
    Lost,
}

impl Status {
    pub fn word(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Won => "won",
            Status::Lost => "lost",
        }
    }
}

/// The users of the company who follow deals.
pub const USERS: usize = 2;
/// A new company has a pipeline of so many stages.
pub const STAGES: usize = 5;

#[derive(Debug, Clone, Default)]
pub struct State {
    pub organizations: Vec<Organization>,
    pub persons: Vec<Person>,
    pub stages: Vec<Stage>,
    pub deals: Vec<Deal>,
    pub activities: Vec<Activity>,
    pub products: Vec<Product>,
    pub sold: Vec<Sold>,
    pub leads: Vec<Lead>,
    /// How many steps have succeeded.
    pub clock: u64,
}

/// The fields that an update of a deal sends.
#[derive(Debug, Clone)]
pub enum Edit {
    Title(String),
    Value(i64),
    Stage(Nth),
    Status(Status),
    Person(Option<Nth>),
    Organization(Option<Nth>),
    Archived(bool),
}

/// One request. Where both versions can do it, the flag says that v1 does.
#[derive(Debug, Clone)]
pub enum Step {
    AddOrganization(bool, String),
    RenameOrganization(bool, Nth, String),
    DeleteOrganization(bool, Nth),
    RestoreOrganization(Nth),
    MergeOrganizations(Nth, Nth),
    AddPerson(bool, String, Option<Nth>),
    MovePerson(bool, Nth, Option<Nth>),
    DeletePerson(bool, Nth),
    RestorePerson(Nth),
    MergePersons(Nth, Nth),
    AddStage(bool, String),
    DeleteStage(bool, Nth),
    AddDeal(bool, Deal),
    EditDeal(bool, Nth, Edit),
    DeleteDeal(bool, Nth),
    RestoreDeal(Nth),
    MergeDeals(Nth, Nth),
    Follow(bool, Nth, Nth),
    Unfollow(Nth, Nth),
    AddParticipant(Nth, Nth),
    RemoveParticipant(Nth, Nth),
    Activity(agenda::Step),
    Sale(sales::Step),
    Lead(leads::Step),
}

/// The status that a refused request gets.
pub type Refused = u16;
const BAD: Result<(), Refused> = Err(400);
const GONE: Result<(), Refused> = Err(404);

impl State {
    /// Does what a request asks for, or says why not; then nothing changes.
    pub fn act(&mut self, step: &Step) -> Result<(), Refused> {
        let mut next = self.clone();
        next.try_act(step)?;
        next.clock += 1;
        *self = next;
        Ok(())
    }

    fn try_act(&mut self, step: &Step) -> Result<(), Refused> {
        match step.clone() {
            Step::AddOrganization(_, name) => self.organizations.push(Organization { name, deleted: false }),
            Step::RenameOrganization(_, nth, name) => live(&mut self.organizations[nth])?.name = name,
            Step::DeleteOrganization(_, nth) => live(&mut self.organizations[nth])?.deleted = true,
            Step::RestoreOrganization(nth) => self.organizations[nth].deleted = false,
            Step::MergeOrganizations(removed, kept) => return self.merge_organizations(removed, kept),
            Step::AddPerson(_, name, organization) => {
                self.check_organization(organization)?;
                self.persons.push(Person { name, organization, deleted: false });
            }
            Step::MovePerson(_, nth, organization) => {
                let former = live(&mut self.persons[nth])?.organization;
                if organization != former {
                    self.check_organization(organization)?;
                }
                self.persons[nth].organization = organization;
            }
            Step::DeletePerson(_, nth) => live(&mut self.persons[nth])?.deleted = true,
            Step::RestorePerson(nth) => self.persons[nth].deleted = false,
            Step::MergePersons(removed, kept) => return self.merge_persons(removed, kept),
            Step::AddStage(_, name) => self.stages.push(Stage { name, deleted: false }),
            Step::DeleteStage(_, nth) => live(&mut self.stages[nth])?.deleted = true,
            Step::AddDeal(_, mut deal) => {
                self.check_stage(deal.stage)?;
                self.check_person(deal.person)?;
                self.check_organization(deal.organization)?;
                deal.participants.extend(deal.person);
                self.deals.push(deal);
            }
            // In v1 this restores a deleted deal.
            Step::EditDeal(true, nth, Edit::Status(Status::Open)) if self.deals[nth].deleted => {
                self.deals[nth].deleted = false;
                self.deals[nth].status = Status::Open;
            }
            Step::EditDeal(_, nth, edit) => return self.edit_deal(nth, edit),
            Step::DeleteDeal(_, nth) => live(&mut self.deals[nth])?.deleted = true,
            Step::RestoreDeal(nth) => {
                if self.deals[nth].archived && !self.deals[nth].deleted {
                    return BAD;
                }
                self.deals[nth].deleted = false;
            }
            Step::MergeDeals(removed, kept) => return self.merge_deals(removed, kept),
            Step::Follow(v1, nth, user) => {
                if !live(&mut self.deals[nth])?.followers.insert(user) && !v1 {
                    return BAD;
                }
            }
            Step::Unfollow(nth, user) => {
                if !live(&mut self.deals[nth])?.followers.remove(&user) {
                    return GONE;
                }
            }
            Step::AddParticipant(nth, person) => {
                live(&mut self.deals[nth])?;
                self.check_person(Some(person))?;
                self.deals[nth].participants.insert(person);
            }
            Step::RemoveParticipant(nth, person) => {
                let deal = live(&mut self.deals[nth])?;
                if !deal.participants.remove(&person) {
                    return GONE;
                }
                // The deal's own person takes part as long as it is that person.
                deal.person = deal.person.filter(|own| *own != person);
            }
            Step::Activity(step) => return self.act_on_activities(step),
            Step::Sale(step) => return self.act_on_sales(step),
            Step::Lead(step) => return self.act_on_leads(step),
        }
        Ok(())
    }

    fn edit_deal(&mut self, nth: Nth, edit: Edit) -> Result<(), Refused> {
        if live(&mut self.deals[nth])?.archived && !matches!(edit, Edit::Archived(false)) {
            return BAD;
        }
        let before = self.deals[nth].clone();
        match edit {
            Edit::Stage(stage) if stage != before.stage => self.check_stage(stage)?,
            Edit::Person(person) if person != before.person => self.check_person(person)?,
            Edit::Organization(organization) if organization != before.organization => self.check_organization(organization)?,
            _ => {}
        }
        let deal = &mut self.deals[nth];
        match edit {
            Edit::Title(title) => deal.title = title,
            Edit::Value(value) => deal.value = value,
            Edit::Stage(stage) => deal.stage = stage,
            Edit::Status(status) => deal.status = status,
            Edit::Organization(organization) => deal.organization = organization,
            Edit::Archived(archived) => deal.archived = archived,
            Edit::Person(person) if person != before.person => {
                deal.person = person;
                before.person.map(|former| deal.participants.remove(&former));
                deal.participants.extend(person);
            }
            Edit::Person(_) => {}
        }
        Ok(())
    }

    fn merge_organizations(&mut self, removed: Nth, kept: Nth) -> Result<(), Refused> {
        check_pair(&mut self.organizations, removed, kept)?;
        self.organizations[removed].deleted = true;
        let links = self.persons.iter_mut().map(|person| &mut person.organization);
        let links = links.chain(self.deals.iter_mut().map(|deal| &mut deal.organization));
        let links = links.chain(self.activities.iter_mut().map(|activity| &mut activity.organization));
        links.chain(self.leads.iter_mut().map(|lead| &mut lead.organization)).for_each(|link| redirect(link, removed, kept));
        Ok(())
    }

    fn merge_persons(&mut self, removed: Nth, kept: Nth) -> Result<(), Refused> {
        check_pair(&mut self.persons, removed, kept)?;
        self.persons[removed].deleted = true;
        self.persons[kept].organization = self.persons[kept].organization.or(self.persons[removed].organization);
        let links = self.activities.iter_mut().map(|activity| &mut activity.person);
        links.chain(self.leads.iter_mut().map(|lead| &mut lead.person)).for_each(|link| redirect(link, removed, kept));
        for deal in &mut self.deals {
            redirect(&mut deal.person, removed, kept);
            if deal.participants.remove(&removed) {
                deal.participants.insert(kept);
            }
        }
        Ok(())
    }

    fn merge_deals(&mut self, removed: Nth, kept: Nth) -> Result<(), Refused> {
        check_pair(&mut self.deals, removed, kept)?;
        if self.deals[kept].archived {
            return BAD;
        }
        let gone = &mut self.deals[removed];
        gone.deleted = true;
        let followers = std::mem::take(&mut gone.followers);
        let participants = std::mem::take(&mut gone.participants);
        let gone = gone.clone();
        let stays = &mut self.deals[kept];
        stays.value = if stays.value == 0 { gone.value } else { stays.value };
        stays.person = stays.person.or(gone.person);
        stays.organization = stays.organization.or(gone.organization);
        stays.followers.extend(followers);
        stays.participants.extend(participants.into_iter().chain(stays.person));
        self.activities.iter_mut().for_each(|activity| redirect(&mut activity.deal, removed, kept));
        self.merge_sales(removed, kept);
        Ok(())
    }

    pub fn check_deal(&self, nth: Option<Nth>) -> Result<(), Refused> {
        if nth.is_some_and(|nth| self.deals[nth].deleted) { BAD } else { Ok(()) }
    }

    pub fn check_organization(&self, nth: Option<Nth>) -> Result<(), Refused> {
        if nth.is_some_and(|nth| self.organizations[nth].deleted) { BAD } else { Ok(()) }
    }

    pub fn check_person(&self, nth: Option<Nth>) -> Result<(), Refused> {
        if nth.is_some_and(|nth| self.persons[nth].deleted) { BAD } else { Ok(()) }
    }

    fn check_stage(&self, nth: Nth) -> Result<(), Refused> {
        if self.stages[nth].deleted { BAD } else { Ok(()) }
    }
}

pub trait Deletable {
    fn is_deleted(&self) -> bool;
}

macro_rules! deletable {
    ($($sort:ident)*) => {
        $(impl Deletable for $sort {
            fn is_deleted(&self) -> bool {
                self.deleted
            }
        })*
    };
}
deletable!(Organization Person Stage Deal Activity Product Lead);

pub fn live<T: Deletable>(record: &mut T) -> Result<&mut T, Refused> {
    if record.is_deleted() { Err(404) } else { Ok(record) }
}

fn check_pair<T: Deletable>(records: &mut [T], removed: Nth, kept: Nth) -> Result<(), Refused> {
    if removed == kept {
        return BAD;
    }
    live(&mut records[removed])?;
    live(&mut records[kept]).map(|_| ())
}

fn redirect(link: &mut Option<Nth>, removed: Nth, kept: Nth) {
    if *link == Some(removed) {
        *link = Some(kept);
    }
}
