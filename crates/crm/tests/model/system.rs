//! The product behind the model: sends each step as a request, and reads back everything there is to see.

use super::agenda::TOTALS;
use super::reference::{Deal, Edit, Nth, Refused, STAGES, State, Status, Step};
use super::support::{Answer, Caller, World};
use penstock_crm::Method::{self, Delete, Get, Patch, Post, Put};
use penstock_crm::Version::{self, V1, V2};
use penstock_crm::operations;
use proptest::prop_assert_eq;
use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub type Checked<T = ()> = Result<T, TestCaseError>;

/// A company of its own, and the ids of what the steps have made, in the order of the model.
pub struct System<'a> {
    world: &'a World,
    admin: Caller,
    users: Vec<i64>,
    pub organizations: Vec<i64>,
    pub persons: Vec<i64>,
    pub stages: Vec<i64>,
    pub deals: Vec<i64>,
    pub activities: Vec<i64>,
    pub products: Vec<i64>,
    pub sold: Vec<i64>,
    pub leads: Vec<String>,
}

/// Version, method, target and body.
pub type Request = (Version, Method, String, Option<Value>);

pub fn of_version(v1: bool) -> Version {
    if v1 { V1 } else { V2 }
}

/// The way of an update.
pub fn change(v1: bool) -> (Version, Method) {
    if v1 { (V1, Put) } else { (V2, Patch) }
}

/// The status of success that the table of operations has.
fn success(version: Version, method: Method, target: &str) -> u16 {
    let segments: Vec<_> = target.split('/').collect();
    let fits = |path: &str| {
        let path: Vec<_> = path.split('/').collect();
        let same = |(ours, sent): (&&str, &&str)| ours == sent || ours.starts_with('{');
        path.len() == segments.len() && path.iter().zip(&segments).all(same)
    };
    operations::all().find(|op| op.version == version && op.method == method && fits(op.path)).unwrap().status
}

/// What an answer must show of a record, by id.
pub type Expected = BTreeMap<i64, Value>;

impl<'a> System<'a> {
    pub async fn new(world: &'a World) -> Self {
        let admin = world.company("Model").await;
        let other = world.user(&admin, "Other", false).await;
        let users = vec![admin.user.0, other.user.0];
        let stages = (1..=STAGES as i64).collect();
        System {
            world,
            admin,
            users,
            organizations: Vec::new(),
            persons: Vec::new(),
            stages,
            deals: Vec::new(),
            activities: Vec::new(),
            products: Vec::new(),
            sold: Vec::new(),
            leads: Vec::new(),
        }
    }

    pub async fn call(&self, version: Version, method: Method, target: &str, body: Option<Value>) -> Answer {
        self.world.call(&self.admin, version, method, target, body.as_ref()).await
    }

    pub fn organization(&self, link: Option<Nth>) -> Value {
        link.map_or(Value::Null, |nth| json!(self.organizations[nth]))
    }

    pub fn person(&self, link: Option<Nth>) -> Value {
        link.map_or(Value::Null, |nth| json!(self.persons[nth]))
    }

    pub fn deal(&self, link: Option<Nth>) -> Value {
        link.map_or(Value::Null, |nth| json!(self.deals[nth]))
    }

    /// Sends the request of a step, whose answer must be what the model expects.
    pub async fn act(&mut self, state: &State, step: &Step, expected: Result<(), Refused>) -> Checked {
        self.world.pass(1);
        let (version, method, target, body) = self.request(state, step).await;
        let answer = self.call(version, method, &target, body).await;
        let success = success(version, method, &target);
        prop_assert_eq!(answer.status, expected.err().unwrap_or(success), "{:?}: {}", step, answer.text());
        if expected.is_ok() {
            let id = answer.data()["id"].as_i64();
            match step {
                Step::AddOrganization(..) => self.organizations.extend(id),
                Step::AddPerson(..) => self.persons.extend(id),
                Step::AddStage(..) => self.stages.extend(id),
                Step::AddDeal(..) => self.deals.extend(id),
                Step::Activity(step) => self.activity_done(step, &answer),
                Step::Sale(step) => self.sale_done(step, &answer),
                Step::Lead(step) => self.lead_done(step, &answer),
                _ => {}
            }
        }
        Ok(())
    }

    async fn request(&self, state: &State, step: &Step) -> Request {
        let version = |v1: &bool| of_version(*v1);
        let change = |v1: &bool| change(*v1);
        let at = |collection: &str, ids: &[i64], nth: &Nth| format!("/{collection}/{}", ids[*nth]);
        let organization = |nth| at("organizations", &self.organizations, nth);
        let person = |nth| at("persons", &self.persons, nth);
        let deal = |nth| at("deals", &self.deals, nth);
        let merge = |ids: &[i64], kept: &Nth| Some(json!({"merge_with_id": ids[*kept]}));
        match step {
            Step::AddOrganization(v1, name) => (version(v1), Post, "/organizations".to_owned(), Some(json!({"name": name}))),
            Step::RenameOrganization(v1, nth, name) => {
                let (version, method) = change(v1);
                (version, method, organization(nth), Some(json!({"name": name})))
            }
            Step::DeleteOrganization(v1, nth) => (version(v1), Delete, organization(nth), None),
            Step::RestoreOrganization(nth) => (V1, Put, organization(nth), Some(json!({"active_flag": true}))),
            Step::MergeOrganizations(removed, kept) => (V1, Put, organization(removed) + "/merge", merge(&self.organizations, kept)),
            Step::AddPerson(v1, name, link) => {
                (version(v1), Post, "/persons".to_owned(), Some(json!({"name": name, "org_id": self.organization(*link)})))
            }
            Step::MovePerson(v1, nth, link) => {
                let (version, method) = change(v1);
                (version, method, person(nth), Some(json!({"org_id": self.organization(*link)})))
            }
            Step::DeletePerson(v1, nth) => (version(v1), Delete, person(nth), None),
            Step::RestorePerson(nth) => (V1, Put, person(nth), Some(json!({"active_flag": true}))),
            Step::MergePersons(removed, kept) => (V1, Put, person(removed) + "/merge", merge(&self.persons, kept)),
            Step::AddStage(v1, name) => (version(v1), Post, "/stages".to_owned(), Some(json!({"name": name, "pipeline_id": 1}))),
            Step::DeleteStage(v1, nth) => (version(v1), Delete, at("stages", &self.stages, nth), None),
            Step::AddDeal(v1, new) => (version(v1), Post, "/deals".to_owned(), Some(self.deal_body(new))),
            Step::EditDeal(v1, nth, edit) => {
                let (version, method) = change(v1);
                (version, method, deal(nth), Some(self.edit_body(edit)))
            }
            Step::DeleteDeal(v1, nth) => (version(v1), Delete, deal(nth), None),
            Step::RestoreDeal(nth) => (V1, Put, deal(nth), Some(json!({"deleted": false}))),
            Step::MergeDeals(removed, kept) => (V1, Put, deal(removed) + "/merge", merge(&self.deals, kept)),
            Step::Follow(v1, nth, user) => (version(v1), Post, deal(nth) + "/followers", Some(json!({"user_id": self.users[*user]}))),
            Step::Unfollow(nth, user) => (V2, Delete, format!("{}/followers/{}", deal(nth), self.users[*user]), None),
            Step::AddParticipant(nth, member) => (V1, Post, deal(nth) + "/participants", Some(json!({"person_id": self.persons[*member]}))),
            Step::RemoveParticipant(nth, member) => {
                let row = self.participant_row(&deal(nth), self.persons[*member]).await;
                (V1, Delete, format!("{}/participants/{row}", deal(nth)), None)
            }
            Step::Activity(step) => self.activity_request(step),
            Step::Sale(step) => self.sale_request(state, step),
            Step::Lead(step) => self.lead_request(step),
        }
    }

    /// The id of a person's row among the participants of a deal; one that no row has where the person takes no part.
    async fn participant_row(&self, deal: &str, person: i64) -> i64 {
        let list = self.call(V1, Get, &format!("{deal}/participants"), None).await;
        let rows = list.data().as_array().into_iter().flatten();
        rows.into_iter().find(|row| row["person_id"]["value"] == json!(person)).map_or(999_999, |row| row["id"].as_i64().unwrap())
    }

    fn deal_body(&self, deal: &Deal) -> Value {
        json!({
            "title": deal.title,
            "value": deal.value,
            "stage_id": self.stages[deal.stage],
            "status": deal.status.word(),
            "person_id": self.person(deal.person),
            "org_id": self.organization(deal.organization),
        })
    }

    fn edit_body(&self, edit: &Edit) -> Value {
        match edit {
            Edit::Title(title) => json!({"title": title}),
            Edit::Value(value) => json!({"value": value}),
            Edit::Stage(nth) => json!({"stage_id": self.stages[*nth]}),
            Edit::Status(status) => json!({"status": status.word()}),
            Edit::Person(link) => json!({"person_id": self.person(*link)}),
            Edit::Organization(link) => json!({"org_id": self.organization(*link)}),
            Edit::Archived(archived) => json!({"is_archived": archived}),
        }
    }

    /// Everything that is not deleted, with its counters.
    pub async fn compare(&self, state: &State) -> Checked {
        let deals: Expected = (0..state.deals.len()).map(|nth| self.expected_deal(state, nth)).collect();
        let visible = |wanted: bool| {
            let nths = (0..state.deals.len()).filter(move |nth| !state.deals[*nth].deleted && state.deals[*nth].archived == wanted);
            nths.map(|nth| (self.deals[nth], deals[&self.deals[nth]].clone())).collect::<Expected>()
        };
        let counts = format!("include_fields=participants_count,followers_count,products_count,{TOTALS}");
        self.compare_list(&format!("/deals?limit=500&{counts}"), visible(false)).await?;
        self.compare_list(&format!("/deals/archived?limit=500&{counts}"), visible(true)).await?;

        let persons = (0..state.persons.len()).filter(|nth| !state.persons[*nth].deleted);
        let counts = "open_deals_count,closed_deals_count,won_deals_count,lost_deals_count,participant_open_deals_count,\
                      participant_closed_deals_count,related_open_deals_count,related_closed_deals_count";
        let expected = persons.map(|nth| self.expected_person(state, nth)).collect();
        self.compare_list(&format!("/persons?limit=500&include_fields={counts},{TOTALS}"), expected).await?;

        let organizations = (0..state.organizations.len()).filter(|nth| !state.organizations[*nth].deleted);
        let counts = "people_count,open_deals_count,closed_deals_count,won_deals_count,lost_deals_count";
        let expected = organizations.map(|nth| self.expected_organization(state, nth)).collect();
        self.compare_list(&format!("/organizations?limit=500&include_fields={counts},{TOTALS}"), expected).await?;

        let stages = (0..state.stages.len()).filter(|nth| !state.stages[*nth].deleted);
        // The first five have names of their own.
        let expected = stages.map(|nth| {
            let name = (nth >= STAGES).then(|| &state.stages[nth].name);
            (self.stages[nth], name.map_or_else(|| json!({}), |name| json!({"name": name})))
        });
        self.compare_list("/stages?limit=500", expected.collect()).await?;
        self.compare_activities(state).await?;
        self.compare_leads(state).await
    }

    fn expected_deal(&self, state: &State, nth: Nth) -> (i64, Value) {
        let deal = &state.deals[nth];
        let mut expected = self.deal_body(deal);
        expected["pipeline_id"] = json!(1);
        expected["is_deleted"] = json!(deal.deleted);
        expected["is_archived"] = json!(deal.archived);
        expected["participants_count"] = json!(deal.participants.len());
        expected["followers_count"] = json!(deal.followers.len());
        expected["products_count"] = json!(state.pieces(nth));
        self.expect_activities(state, &mut expected, |activity| activity.deal == Some(nth));
        if deal.deleted {
            expected["status"] = json!("deleted");
        }
        if deal.status == Status::Open {
            expected["close_time"] = Value::Null;
        }
        (self.deals[nth], expected)
    }

    fn expected_person(&self, state: &State, nth: Nth) -> (i64, Value) {
        let person = &state.persons[nth];
        let own = |status: fn(Status) -> bool| count(state, |deal| deal.person == Some(nth) && status(deal.status));
        let takes_part = |deal: &Deal| deal.person != Some(nth) && deal.participants.contains(&nth);
        let of_organization = |deal: &Deal| person.organization.is_some() && deal.organization == person.organization;
        let mut expected = json!({
            "name": person.name,
            "org_id": self.organization(person.organization),
            "open_deals_count": own(is_open),
            "closed_deals_count": own(is_closed),
            "won_deals_count": own(is_won),
            "lost_deals_count": own(is_lost),
            "participant_open_deals_count": count(state, |deal| takes_part(deal) && is_open(deal.status)),
            "participant_closed_deals_count": count(state, |deal| takes_part(deal) && is_closed(deal.status)),
            "related_open_deals_count": count(state, |deal| of_organization(deal) && is_open(deal.status)),
            "related_closed_deals_count": count(state, |deal| of_organization(deal) && is_closed(deal.status)),
        });
        self.expect_activities(state, &mut expected, |activity| activity.person == Some(nth));
        (self.persons[nth], expected)
    }

    fn expected_organization(&self, state: &State, nth: Nth) -> (i64, Value) {
        let own = |status: fn(Status) -> bool| count(state, |deal| deal.organization == Some(nth) && status(deal.status));
        let people = state.persons.iter().filter(|person| person.organization == Some(nth) && !person.deleted);
        let mut expected = json!({
            "name": state.organizations[nth].name,
            "people_count": people.count(),
            "open_deals_count": own(is_open),
            "closed_deals_count": own(is_closed),
            "won_deals_count": own(is_won),
            "lost_deals_count": own(is_lost),
        });
        self.expect_activities(state, &mut expected, |activity| activity.organization == Some(nth));
        (self.organizations[nth], expected)
    }

    pub async fn compare_list(&self, target: &str, expected: Expected) -> Checked {
        let answer = self.call(V2, Get, target, None).await;
        let rows = answer.data().as_array().unwrap();
        let ids: Vec<_> = rows.iter().map(|row| row["id"].as_i64().unwrap()).collect();
        prop_assert_eq!(ids, expected.keys().copied().collect::<Vec<_>>(), "{}", target);
        for (row, expected) in rows.iter().zip(expected.values()) {
            for (key, value) in expected.as_object().unwrap() {
                prop_assert_eq!(&row[key], value, "{} of {} in {}", key, row, target);
            }
        }
        Ok(())
    }

    /// Lists narrowed, turned round and cut into pages show the same deals.
    pub async fn compare_lists(&self, state: &State) -> Checked {
        let ids = |wanted: &dyn Fn(&Deal) -> bool| -> Vec<i64> {
            let nths = (0..state.deals.len()).filter(|nth| !state.deals[*nth].deleted && !state.deals[*nth].archived);
            nths.filter(|nth| wanted(&state.deals[*nth])).map(|nth| self.deals[nth]).collect()
        };
        for status in [Status::Open, Status::Won, Status::Lost] {
            let expected = ids(&|deal| deal.status == status);
            prop_assert_eq!(&self.pages(&format!("status={}", status.word())).await, &expected);
            prop_assert_eq!(&self.pages_v1(&format!("status={}", status.word())).await, &expected);
        }
        for (nth, stage) in self.stages.iter().enumerate() {
            prop_assert_eq!(&self.pages(&format!("stage_id={stage}")).await, &ids(&|deal| deal.stage == nth));
            prop_assert_eq!(&self.pages_v1(&format!("stage_id={stage}")).await, &ids(&|deal| deal.stage == nth));
        }
        for (nth, person) in self.persons.iter().enumerate() {
            prop_assert_eq!(self.pages(&format!("person_id={person}&status=open,won,lost")).await, ids(&|deal| deal.person == Some(nth)));
        }
        for (nth, organization) in self.organizations.iter().enumerate() {
            prop_assert_eq!(
                self.pages(&format!("org_id={organization}&sort_by=add_time")).await,
                ids(&|deal| deal.organization == Some(nth))
            );
        }
        let mut expected = ids(&|_| true);
        prop_assert_eq!(&self.pages("sort_by=add_time").await, &expected);
        prop_assert_eq!(&self.pages_v1("sort=add_time%20ASC,%20title%20DESC").await, &expected);
        expected.reverse();
        prop_assert_eq!(&self.pages("sort_direction=desc").await, &expected);
        prop_assert_eq!(&self.pages("sort_by=add_time&sort_direction=desc").await, &expected);
        prop_assert_eq!(&self.pages_v1("sort=id%20DESC").await, &expected);
        Ok(())
    }

    /// The ids of all pages of two deals each, by cursor.
    async fn pages(&self, query: &str) -> Vec<i64> {
        let mut ids = Vec::new();
        let mut cursor = String::new();
        loop {
            let answer = self.call(V2, Get, &format!("/deals?limit=2&{query}{cursor}"), None).await.ok();
            ids.extend(answer.data().as_array().unwrap().iter().map(|deal| deal["id"].as_i64().unwrap()));
            match answer.json["additional_data"]["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return ids,
            }
        }
    }

    /// The same by offset.
    async fn pages_v1(&self, query: &str) -> Vec<i64> {
        let mut ids = Vec::new();
        let mut start = 0;
        loop {
            let answer = self.call(V1, Get, &format!("/deals?limit=2&start={start}&{query}"), None).await.ok();
            ids.extend(answer.data().as_array().into_iter().flatten().map(|deal| deal["id"].as_i64().unwrap()));
            match answer.json["additional_data"]["pagination"]["next_start"].as_i64() {
                Some(next) => start = next,
                None => return ids,
            }
        }
    }

    /// What is deleted can still be read for some time.
    pub async fn compare_deleted(&self, state: &State) -> Checked {
        let counts = format!("participants_count,followers_count,products_count,{TOTALS}");
        for nth in (0..state.deals.len()).filter(|nth| state.deals[*nth].deleted) {
            let (id, expected) = self.expected_deal(state, nth);
            let answer = self.call(V2, Get, &format!("/deals/{id}?include_fields={counts}"), None).await.ok();
            for (key, value) in expected.as_object().unwrap() {
                prop_assert_eq!(&answer.data()[key], value, "{} of {}", key, answer.text());
            }
        }
        for nth in (0..state.persons.len()).filter(|nth| state.persons[*nth].deleted) {
            let person = self.call(V2, Get, &format!("/persons/{}", self.persons[nth]), None).await.ok();
            prop_assert_eq!(&person.data()["org_id"], &self.organization(state.persons[nth].organization));
            prop_assert_eq!(&person.data()["is_deleted"], &json!(true));
        }
        Ok(())
    }
}

/// How many deals are so; deleted ones count nowhere.
fn count(state: &State, wanted: impl Fn(&Deal) -> bool) -> usize {
    state.deals.iter().filter(|deal| !deal.deleted && wanted(deal)).count()
}

fn is_open(status: Status) -> bool {
    status == Status::Open
}

fn is_closed(status: Status) -> bool {
    status != Status::Open
}

fn is_won(status: Status) -> bool {
    status == Status::Won
}

fn is_lost(status: Status) -> bool {
    status == Status::Lost
}
