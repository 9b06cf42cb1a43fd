//! The company itself, its users and their visibility groups.

use crate::calendar::Calendar;
use crate::chance::{Chance, Part};
use crate::words::{FIRST_NAMES, LAST_NAMES, plain};
use crate::{DemoError, Member, Sample};
use penstock_crm::accounts::{self, NewAccount};
use penstock_crm::setup::{self, NewCompany};
use penstock_model::{CompanyId, FixedClock, UserId};
use penstock_store::{Sql, Statement, Store};

pub const COMPANY_NAME: &str = "Larkmoor Trading";
pub const ADMIN_EMAIL: &str = "admin@larkmoor.example";
const DOMAIN: &str = "larkmoor";
/// The main currency, and the zone in which the company keeps its times.
pub const CURRENCY: &str = "GBP";
pub const TIMEZONE: &str = "Europe/London";
/// Visibility groups beside the default one; the second is a part of the first.
const GROUPS: [&str; 4] = ["Sales North", "Key Accounts", "Sales South", "Customer Success"];
/// Every so manieth user has left the company.
const LEAVES: usize = 11;
/// How many regular users get tokens.
const TOKENS: usize = 2;

/// The users of the company.
#[derive(Debug)]
pub struct Team {
    pub administrator: UserId,
    /// Regular users who work here.
    members: Vec<Seat>,
    /// Users who have left, but still own some records.
    former: Vec<Seat>,
}

#[derive(Debug)]
struct Seat {
    user: UserId,
    email: String,
    group: &'static str,
}

impl Team {
    /// Somebody to own a record.
    pub fn owner(&self, chance: &mut Chance) -> UserId {
        if chance.percent(2) {
            return self.administrator;
        }
        if chance.percent(3)
            && let Some(seat) = chance.pick(&self.former)
        {
            return seat.user;
        }
        chance.pick(&self.members).map_or(self.administrator, |seat| seat.user)
    }

    /// Somebody else than this user.
    pub fn other(&self, chance: &mut Chance, user: UserId) -> UserId {
        let others: Vec<_> = self.members.iter().map(|seat| seat.user).filter(|other| *other != user).collect();
        chance.pick(&others).copied().unwrap_or(self.administrator)
    }

    /// Regular users of these visibility groups who work here.
    pub fn members_of(&self, groups: &[&str]) -> impl Iterator<Item = UserId> {
        self.members.iter().filter(move |seat| groups.contains(&seat.group)).map(|seat| seat.user)
    }

    /// The same, and those who have left.
    pub fn everybody_of(&self, groups: &[&str]) -> impl Iterator<Item = UserId> {
        let former = self.former.iter().filter(move |seat| groups.contains(&seat.group)).map(|seat| seat.user);
        self.members_of(groups).chain(former)
    }

    /// Lets a few regular users use the API, to see what each of them sees.
    pub async fn issue_tokens(&self, store: &Store, company: CompanyId, calendar: &Calendar) -> Result<Vec<Member>, DemoError> {
        let clock = FixedClock(calendar.time(0));
        let mut members = Vec::new();
        for Seat { user, email, group } in self.members.iter().take(TOKENS) {
            let api_token = accounts::issue_token(store, &clock, company, *user, None).await?;
            members.push(Member { email: email.clone(), group, api_token });
        }
        Ok(members)
    }
}

/// Founds the company and hires everybody on its first day.
pub async fn found(store: &Store, sample: &Sample, calendar: &Calendar) -> Result<(CompanyId, Team), DemoError> {
    let mut chance = Chance::new(sample.seed, Part::Team);
    let clock = FixedClock(calendar.time(0));
    let new = NewCompany {
        name: COMPANY_NAME.to_owned(),
        domain: DOMAIN.to_owned(),
        currency: CURRENCY.to_owned(),
        timezone: TIMEZONE.to_owned(),
        admin_name: full_name(&mut chance),
        admin_email: ADMIN_EMAIL.to_owned(),
        admin_password: sample.admin_password.clone(),
        api_token: sample.api_token.clone(),
    };
    let company = setup::create_company(store, &clock, new).await?;
    let administrator = accounts::find(store, company, ADMIN_EMAIL).await?.id;
    let groups = create_groups(store, company).await?;
    let mut team = Team { administrator, members: Vec::new(), former: Vec::new() };
    for number in 1..sample.scale.users() {
        let (group_id, group) = groups[number % groups.len()];
        let (name, email) = unused_name(&mut chance, &team);
        // Nobody logs in as them unless the administrator gives them another password.
        let password = setup::random_password()?;
        let new = NewAccount { name, email: email.clone(), password, is_admin: false };
        let user = accounts::create(store, &clock, company, new).await?.id;
        let has_left = number % LEAVES == LEAVES - 1;
        store.execute(vec![place(company, user, group_id, !has_left)]).await?;
        let seats = if has_left { &mut team.former } else { &mut team.members };
        seats.push(Seat { user, email, group });
    }
    Ok((company, team))
}

async fn create_groups(store: &Store, company: CompanyId) -> Result<Vec<(i64, &'static str)>, DemoError> {
    let ids = store.next_ids(company, "groups", GROUPS.len() as i64).await?;
    let groups: Vec<_> = ids.zip(GROUPS).collect();
    let part_of = |index: usize| if index == 1 { groups.first().map(|(id, _)| *id) } else { None };
    let insert = |(index, (id, name)): (usize, &(i64, &'static str))| {
        Statement::new(
            "INSERT INTO groups (company_id, id, parent_id, name) VALUES ($1, $2, $3, $4)",
            vec![company.into(), (*id).into(), part_of(index).into(), (*name).into()],
        )
    };
    store.execute(groups.iter().enumerate().map(insert).collect()).await?;
    Ok(groups)
}

fn place(company: CompanyId, user: UserId, group: i64, is_active: bool) -> Statement {
    let mut sql = Sql::new("UPDATE users SET group_id = ");
    sql.bind(group).push(", active_flag = ").bind(is_active);
    sql.push(" WHERE company_id = ").bind(company).push(" AND id = ").bind(user);
    sql.into()
}

fn full_name(chance: &mut Chance) -> String {
    format!("{} {}", chance.word(FIRST_NAMES), chance.word(LAST_NAMES))
}

/// A name and the address made of it, which nobody else has.
fn unused_name(chance: &mut Chance, team: &Team) -> (String, String) {
    loop {
        let name = full_name(chance);
        let email = format!("{}@{DOMAIN}.example", plain(&name).replace('-', "."));
        if team.members.iter().chain(&team.former).all(|seat| seat.email != email) {
            return (name, email);
        }
    }
}
