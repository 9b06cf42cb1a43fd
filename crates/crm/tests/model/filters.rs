//! A saved filter finds exactly the records for which the model says that its conditions hold.

use super::conditions::{Condition, Conditions, Fields};
use super::reference::{Deal, Nth, State, Status};
use super::system::{Checked, System};
use penstock_crm::Method::{Get, Post};
use penstock_crm::Version::{self, V1, V2};
use proptest::prop_assert_eq;
use serde_json::{Value, json};

/// Places in the list of conditions of an object that each sequence of steps tries; all sequences together try all.
const TRIED: usize = 4;

/// A list that takes filters of a sort, and what is in it: ids and places in the model.
struct List {
    of: &'static str,
    version: Version,
    target: &'static str,
    records: Vec<(Value, Nth)>,
}

impl List {
    fn new(of: &'static str, target: &'static str, ids: &[i64], is_listed: impl Fn(Nth) -> bool) -> Self {
        let records = ids.iter().enumerate().filter(|(nth, _)| is_listed(*nth)).map(|(nth, id)| (json!(id), nth));
        List { of, version: V2, target, records: records.collect() }
    }
}

impl System<'_> {
    pub async fn compare_filters(&self, state: &State) -> Checked {
        let fields = Fields::of(self).await;
        let deals = List::new("deals", "/deals", &self.deals, |nth| is_listed(&state.deals[nth]));
        self.check(state, &deals, &self.on_deals(state, &fields).all).await?;
        let activities = List::new("activity", "/activities", &self.activities, |nth| !state.activities[nth].deleted);
        self.check(state, &activities, &self.on_activities(state, &fields).all).await?;
        let persons = List::new("people", "/persons", &self.persons, |nth| !state.persons[nth].deleted);
        self.check(state, &persons, &self.on_persons(state, &fields).all).await?;
        let organizations = List::new("org", "/organizations", &self.organizations, |nth| !state.organizations[nth].deleted);
        self.check(state, &organizations, &self.on_organizations(state, &fields).all).await?;
        let products = List::new("products", "/products", &self.products, |nth| !state.products[nth].deleted);
        self.check(state, &products, &self.on_products(state, &fields).all).await?;
        let live = state.leads.iter().enumerate().filter(|(_, lead)| !lead.deleted && !lead.archived);
        let records = live.map(|(nth, _)| (json!(self.leads[nth]), nth)).collect();
        let leads = List { of: "leads", version: V1, target: "/leads", records };
        self.check(state, &leads, &self.on_leads(state, &fields).all).await
    }

    fn on_deals<'a>(&'a self, state: &'a State, fields: &'a Fields) -> Conditions<'a> {
        let mut on = Conditions::new(fields);
        let deal = |nth: Nth| &state.deals[nth];
        on.title("deal.title", &["a", "O", "ab"], move |nth| vec![Some(deal(nth).title.clone())]);
        on.ordered("deal.value", numbers(&[0, 1, 5]), move |nth| vec![Some(deal(nth).value)]);
        let statuses = [Status::Open, Status::Won, Status::Lost].map(|status| (status.word().to_owned(), status));
        on.same("deal.status", statuses.to_vec(), move |nth| vec![Some(deal(nth).status)]);
        on.same("deal.stage_id", named(&self.stages), move |nth| vec![Some(deal(nth).stage)]);
        on.same("deal.person_id", named(&self.persons), move |nth| vec![deal(nth).person]);
        on.same("deal.org_id", named(&self.organizations), move |nth| vec![deal(nth).organization]);
        on.ordered("deal.products_count", numbers(&[0, 2]), move |nth| vec![Some(state.pieces(nth))]);
        on.ordered("deal.participants_count", numbers(&[1]), move |nth| vec![Some(count(deal(nth).participants.iter()))]);
        on.ordered("deal.followers_count", numbers(&[0]), move |nth| vec![Some(count(deal(nth).followers.iter()))]);
        on.text("person.name", &["u"], move |nth| state.person_name(deal(nth).person));
        on.text("organization.name", &["i"], move |nth| state.organization_name(deal(nth).organization));
        // All conditions on what there are several of must be true of the same one; there is one for each of these.
        let sold = move |nth: Nth| {
            let rows = state.sold.iter().filter(move |row| row.deal == nth && !row.gone).map(|row| &state.products[row.product]);
            rows.filter(|product| !product.deleted).map(|product| Some(product.name.clone())).collect()
        };
        on.one_of("product.name", "e", sold);
        on.one_of("activity.subject", "e", move |nth| state.subjects(|activity| activity.deal == Some(nth)));
        on
    }

    fn on_activities<'a>(&'a self, state: &'a State, fields: &'a Fields) -> Conditions<'a> {
        let mut on = Conditions::new(fields);
        let activity = |nth: Nth| &state.activities[nth];
        on.text("activity.subject", &["e", "O"], move |nth| vec![Some(activity(nth).subject.clone())]);
        on.same("activity.done", vec![("1".to_owned(), true), ("0".to_owned(), false)], move |nth| vec![Some(activity(nth).done)]);
        let days = [1, 5, 20].map(|day| (format!("2030-01-{day:02}"), day));
        on.ordered("activity.due_date", days.to_vec(), move |nth| vec![Some(activity(nth).due)]);
        on.same("activity.deal_id", named(&self.deals), move |nth| vec![activity(nth).deal]);
        on.same("activity.person_id", named(&self.persons), move |nth| vec![activity(nth).person]);
        on.same("activity.org_id", named(&self.organizations), move |nth| vec![activity(nth).organization]);
        let about = move |nth: Nth| activity(nth).deal.map(|deal| &state.deals[deal]).filter(|deal| !deal.deleted);
        on.title("deal.title", &["o"], move |nth| about(nth).map(|deal| Some(deal.title.clone())).into_iter().collect());
        on.text("person.name", &["u"], move |nth| state.person_name(activity(nth).person));
        on.text("organization.name", &["i"], move |nth| state.organization_name(activity(nth).organization));
        on
    }

    fn on_persons<'a>(&'a self, state: &'a State, fields: &'a Fields) -> Conditions<'a> {
        let mut on = Conditions::new(fields);
        let person = |nth: Nth| &state.persons[nth];
        on.text("person.name", &["u", "I", "ab"], move |nth| vec![Some(person(nth).name.clone())]);
        on.same("person.org_id", named(&self.organizations), move |nth| vec![person(nth).organization]);
        let own = move |nth: Nth| state.deals.iter().filter(move |deal| deal.person == Some(nth) && !deal.deleted);
        on.ordered("person.open_deals_count", numbers(&[0, 1]), move |nth| vec![Some(count(own(nth).filter(|deal| is_open(deal))))]);
        on.ordered("person.closed_deals_count", numbers(&[0]), move |nth| vec![Some(count(own(nth).filter(|deal| !is_open(deal))))]);
        on.text("organization.name", &["i"], move |nth| state.organization_name(person(nth).organization));
        on.more_than("deal.value", 2, move |nth| worths(own(nth)));
        on.one_of("lead.title", "a", move |nth| state.lead_titles(|lead| lead.person == Some(nth)));
        on.one_of("activity.subject", "e", move |nth| state.subjects(|activity| activity.person == Some(nth)));
        on
    }

    fn on_organizations<'a>(&'a self, state: &'a State, fields: &'a Fields) -> Conditions<'a> {
        let mut on = Conditions::new(fields);
        on.text("organization.name", &["u", "I", "ab"], move |nth| vec![Some(state.organizations[nth].name.clone())]);
        let people = move |nth: Nth| state.persons.iter().filter(move |person| person.organization == Some(nth) && !person.deleted);
        on.ordered("organization.people_count", numbers(&[0, 1]), move |nth| vec![Some(count(people(nth)))]);
        let own = move |nth: Nth| state.deals.iter().filter(move |deal| deal.organization == Some(nth) && !deal.deleted);
        on.ordered("organization.open_deals_count", numbers(&[0, 1]), move |nth| vec![Some(count(own(nth).filter(|deal| is_open(deal))))]);
        let won = move |nth: Nth| own(nth).filter(|deal| deal.status == Status::Won);
        on.ordered("organization.won_deals_count", numbers(&[0]), move |nth| vec![Some(count(won(nth)))]);
        on.one_of("person.name", "u", move |nth| people(nth).map(|person| Some(person.name.clone())).collect());
        on.more_than("deal.value", 2, move |nth| worths(own(nth)));
        on.one_of("lead.title", "a", move |nth| state.lead_titles(|lead| lead.organization == Some(nth)));
        on.one_of("activity.subject", "e", move |nth| state.subjects(|activity| activity.organization == Some(nth)));
        on
    }

    fn on_products<'a>(&'a self, state: &'a State, fields: &'a Fields) -> Conditions<'a> {
        let mut on = Conditions::new(fields);
        on.text("product.name", &["u", "I", "ab"], move |nth| vec![Some(state.products[nth].name.clone())]);
        on.ordered("product.followers_count", numbers(&[0]), |_| vec![Some(0)]);
        let selling = move |nth: Nth| {
            let rows = state.sold.iter().filter(move |row| row.product == nth && !row.gone);
            rows.map(|row| &state.deals[row.deal]).filter(|deal| is_listed(deal))
        };
        on.more_than("deal.value", 2, move |nth| selling(nth).map(|deal| Some(deal.value)).collect());
        on
    }

    fn on_leads<'a>(&'a self, state: &'a State, fields: &'a Fields) -> Conditions<'a> {
        let mut on = Conditions::new(fields);
        let lead = |nth: Nth| &state.leads[nth];
        on.title("lead.title", &["a", "O", "ab"], move |nth| vec![Some(lead(nth).title.clone())]);
        on.same("lead.person_id", named(&self.persons), move |nth| vec![lead(nth).person]);
        on.same("lead.organization_id", named(&self.organizations), move |nth| vec![lead(nth).organization]);
        on.text("person.name", &["u"], move |nth| state.person_name(lead(nth).person));
        on.text("organization.name", &["i"], move |nth| state.organization_name(lead(nth).organization));
        on
    }

    /// Some of the conditions, each with two from elsewhere: first of all of which two must hold, then as one that must and two of which one must.
    async fn check(&self, state: &State, list: &List, conditions: &[Condition<'_>]) -> Checked {
        let count = conditions.len();
        for place in 0..TRIED {
            let begin = state.clock as usize * 5 + place * count / TRIED;
            let [one, two, three] = [0, 11, 23].map(|more| &conditions[(begin + more) % count]);
            let both = |nth: Nth| (one.holds)(nth) && (two.holds)(nth);
            self.find(list, &[&one.sent, &two.sent], &[], both).await?;
            let mixed = |nth: Nth| (one.holds)(nth) && ((two.holds)(nth) || (three.holds)(nth));
            self.find(list, &[&one.sent], &[&two.sent, &three.sent], mixed).await?;
        }
        Ok(())
    }

    async fn find(&self, list: &List, all: &[&Value], any: &[&Value], holds: impl Fn(Nth) -> bool) -> Checked {
        let groups = json!({"glue": "and", "conditions": [{"glue": "and", "conditions": all}, {"glue": "or", "conditions": any}]});
        let body = json!({"name": "Of the model", "type": list.of, "conditions": groups});
        let filter = self.call(V1, Post, "/filters", Some(body)).await.ok().data()["id"].clone();
        let answer = self.call(list.version, Get, &format!("{}?limit=500&filter_id={filter}", list.target), None).await.ok();
        let mut found: Vec<_> = answer.data().as_array().into_iter().flatten().map(|row| row["id"].clone()).collect();
        let mut expected: Vec<_> = list.records.iter().filter(|(_, nth)| holds(*nth)).map(|(id, _)| id.clone()).collect();
        if list.version == V1 {
            // Leads come in the order of their making, their ids are random.
            let key = |id: &Value| id.to_string();
            found.sort_by_key(key);
            expected.sort_by_key(key);
        }
        prop_assert_eq!(found, expected, "{} {}", list.of, groups);
        Ok(())
    }
}

impl State {
    /// The name of the person that a record refers to, where it is there.
    fn person_name(&self, link: Option<Nth>) -> Vec<Option<String>> {
        let person = link.map(|nth| &self.persons[nth]).filter(|person| !person.deleted);
        person.map(|person| Some(person.name.clone())).into_iter().collect()
    }

    fn organization_name(&self, link: Option<Nth>) -> Vec<Option<String>> {
        let organization = link.map(|nth| &self.organizations[nth]).filter(|organization| !organization.deleted);
        organization.map(|organization| Some(organization.name.clone())).into_iter().collect()
    }

    fn subjects(&self, is_about: impl Fn(&super::agenda::Activity) -> bool) -> Vec<Option<String>> {
        let about = self.activities.iter().filter(|activity| !activity.deleted && is_about(activity));
        about.map(|activity| Some(activity.subject.clone())).collect()
    }

    fn lead_titles(&self, is_theirs: impl Fn(&super::leads::Lead) -> bool) -> Vec<Option<String>> {
        let theirs = self.leads.iter().filter(|lead| !lead.deleted && !lead.archived && is_theirs(lead));
        theirs.map(|lead| Some(lead.title.clone())).collect()
    }
}

/// What open deals of a contact are worth: a filter that does not ask for a status looks at no others.
fn worths<'s>(deals: impl Iterator<Item = &'s Deal>) -> Vec<Option<i64>> {
    deals.filter(|deal| is_listed(deal) && is_open(deal)).map(|deal| Some(deal.value)).collect()
}

fn is_listed(deal: &Deal) -> bool {
    !deal.deleted && !deal.archived
}

fn is_open(deal: &Deal) -> bool {
    deal.status == Status::Open
}

fn count<T>(items: impl Iterator<Item = T>) -> i64 {
    items.count() as i64
}

fn numbers(wanted: &[i64]) -> Vec<(String, i64)> {
    wanted.iter().map(|number| (number.to_string(), *number)).collect()
}

/// The first few records, as conditions name them.
fn named(ids: &[i64]) -> Vec<(String, Nth)> {
    ids.iter().enumerate().take(2).map(|(nth, id)| (id.to_string(), nth)).collect()
}
