//! The world of the rights table: everybody who asks, and what they ask about.

use super::support::{Caller, Case, Sample, World, plain, slots};
use super::table::ACTORS;
use penstock_crm::{Method, Op};
use penstock_model::Value as Cell;
use penstock_store::Statement;

/// Stands in everything that is guarded.
pub const MARK: &str = "Guarded";
/// The visibility of what is guarded: its owner's group, and the groups above.
pub const OWNERS_GROUP: i64 = 3;

/// A company with groups, everybody in it, and an administrator of another company, in the order of [`ACTORS`].
pub struct People {
    pub admin: Caller,
    /// `None` is nobody.
    pub actors: Vec<Option<Caller>>,
    /// Two users for the sample.
    users: [Caller; 2],
}

impl People {
    pub async fn in_company(world: &World) -> Self {
        let admin = world.company_apart(MARK).await;
        let [owner, follower, same, parent, other, gone, one, two] =
            ["Owner", "Follower", "Same", "Parent", "Other", "Gone", "One", "Two"].map(|name| world.user(&admin, name, false));
        let (owner, follower, same, parent) = (owner.await, follower.await, same.await, parent.await);
        let (other, gone, users) = (other.await, gone.await, [one.await, two.await]);
        for (group, above) in [(10, None), (11, Some(10)), (12, None)] {
            let text = "INSERT INTO groups (company_id, id, parent_id, name) VALUES ($1, $2, $3, 'Group')";
            run(world, &admin, text, vec![group.into(), above.into()]).await;
        }
        for (user, group) in [(&owner, 11), (&same, 11), (&parent, 10), (&follower, 12), (&other, 12)] {
            let text = "UPDATE users SET group_id = $2 WHERE company_id = $1 AND id = $3";
            run(world, &admin, text, vec![Cell::Int(group), user.user.into()]).await;
        }
        world.deactivate(&gone).await;
        let foreign = world.company("Foreign").await;
        let people = [admin.clone(), owner, follower, same, parent, other, gone, foreign];
        People { admin, actors: people.into_iter().map(Some).chain([None]).collect(), users }
    }

    fn actor(&self, name: &str) -> &Caller {
        let place = ACTORS.iter().position(|actor| *actor == name).unwrap();
        self.actors[place].as_ref().unwrap()
    }

    pub fn sample(&self) -> Sample {
        Sample::new(&self.admin, MARK, [&self.users[0], &self.users[1]], OWNERS_GROUP)
    }
}

/// Runs a statement whose `$1` is the company, and lets everybody notice.
async fn run(world: &World, admin: &Caller, text: &'static str, rest: Vec<Cell>) {
    let values = std::iter::once(admin.company.into()).chain(rest).collect();
    let revise = "UPDATE companies SET revision = revision + 1 WHERE id = $1";
    world.store.execute(vec![Statement::new(text, values), Statement::new(revise, vec![admin.company.into()])]).await.unwrap();
    world.pass(2);
}

/// What has an owner, by table and column.
const OWNED: &[(&str, &str)] = &[
    ("deals", "owner_id"),
    ("leads", "owner_id"),
    ("persons", "owner_id"),
    ("organizations", "owner_id"),
    ("products", "owner_id"),
    ("projects", "owner_id"),
    ("activities", "owner_id"),
    ("notes", "user_id"),
    ("note_comments", "user_id"),
    ("files", "user_id"),
    ("call_logs", "user_id"),
    ("filters", "user_id"),
    ("mail_threads", "user_id"),
    ("mail_messages", "user_id"),
];

/// What is followed, by table and word.
const FOLLOWED: &[(&str, &str)] = &[
    ("deals", "deal"),
    ("leads", "lead"),
    ("persons", "person"),
    ("organizations", "organization"),
    ("products", "product"),
    ("projects", "project"),
];

/// Gives what the administrator has made to the owner, and lets the follower follow it.
async fn hand_over(world: &World, people: &People) {
    let company: Cell = people.admin.company.into();
    let owner: Cell = people.actor("owner").user.into();
    let follower: Cell = people.actor("follower").user.into();
    let mut statements = Vec::new();
    for (table, column) in OWNED {
        let text = format!("UPDATE {table} SET {column} = $2 WHERE company_id = $1");
        statements.push(Statement::new(text, vec![company.clone(), owner.clone()]));
    }
    let projects = "UPDATE projects SET visible_to = $2 WHERE company_id = $1";
    statements.push(Statement::new(projects, vec![company.clone(), OWNERS_GROUP.into()]));
    let documents = "UPDATE search_documents SET owner_id = $2, visible_to = $3 WHERE company_id = $1 AND visible_to IS NOT NULL";
    statements.push(Statement::new(documents, vec![company.clone(), owner, OWNERS_GROUP.into()]));
    for (table, word) in FOLLOWED {
        let text = format!(
            "INSERT INTO followers (company_id, entity, record_id, user_id, id, added_by_user_id, add_time)
             SELECT company_id, '{word}', id, $2, 1000000 + id, $2, 0 FROM {table} WHERE company_id = $1
             ON CONFLICT (company_id, record_id, entity, user_id) DO NOTHING"
        );
        statements.push(Statement::new(text, vec![company.clone(), follower.clone()]));
    }
    world.store.execute(statements).await.unwrap();
}

/// A request for an operation, about records that are guarded.
async fn guarded(world: &World, people: &People, op: &'static Op, sample: &mut Sample) -> Case {
    // Filters know only "mine" and "everybody's".
    if slots(op).iter().any(|slot| slot.key == "filter") {
        let mut mine = Sample::new(&people.admin, MARK, [&people.users[0], &people.users[1]], 1);
        let id = mine.id(world, "filter").await.unwrap();
        sample.set("filter", &id);
    }
    let case = plain(world, op, sample).await;
    hand_over(world, people).await;
    case
}

/// What everybody gets from an operation of the API: `ask` asks as one of them, and answers what came of it, such as `200`.
pub async fn outcomes(
    world: &World,
    people: &People,
    op: &'static Op,
    shared: &Sample,
    changing: &mut Sample,
    mut ask: impl AsyncFnMut(Option<&Caller>, &Case) -> String,
) -> Vec<String> {
    let mut outcomes = Vec::new();
    let mut case = None;
    for actor in &people.actors {
        // What was changed by one is made anew for the next.
        let asked = match &case {
            Some(asked) => asked,
            None => {
                let mut reading = shared.clone();
                *changing = changing.fresh();
                let sample = if op.method == Method::Get { &mut reading } else { &mut *changing };
                case.insert(guarded(world, people, op, sample).await)
            }
        };
        let outcome = ask(actor.as_ref(), asked).await;
        if op.method != Method::Get && outcome.starts_with('2') {
            case = None;
        }
        outcomes.push(outcome);
    }
    outcomes
}
