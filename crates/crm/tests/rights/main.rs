//! Who gets what from each operation: `expected.txt` has a row for every one of them, and this test asks all of them as
//! everybody. `PENSTOCK_WRITE_RIGHTS=1` writes the table anew, to be read before it is kept.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;
mod table;

use penstock_crm::{Method, Op, Request, operations};
use penstock_model::Value as Cell;
use penstock_store::Statement;
use support::{Caller, Case, Sample, World, plain, request, slots};
use table::{ACTORS, Table};

/// Stands in everything that is guarded.
const MARK: &str = "Guarded";
/// The visibility of what is guarded: its owner's group, and the groups above.
const OWNERS_GROUP: i64 = 3;

/// A company with groups, everybody in it, and an administrator of another company, in the order of [`ACTORS`].
struct People {
    admin: Caller,
    /// `None` is nobody.
    actors: Vec<Option<Caller>>,
    /// Two users for the sample.
    users: [Caller; 2],
}

impl People {
    async fn in_company(world: &World) -> Self {
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

    fn sample(&self) -> Sample {
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

/// What somebody gets: the status, and a `-` where a read shows nothing of what is guarded.
async fn outcome(world: &World, op: &Op, request: Request) -> String {
    let answer = world.send(request).await;
    let shows = op.method != Method::Get || answer.text().contains(MARK);
    let empty = if answer.status == 200 && !shows { "-" } else { "" };
    format!("{}{empty}", answer.status)
}

/// The request of somebody.
fn by(actor: Option<&Caller>, request: Request) -> Request {
    Request { api_token: actor.map(|caller| caller.token.clone()), ..request }
}

/// What everybody gets from an operation of the API.
async fn outcomes(world: &World, people: &People, op: &'static Op, shared: &Sample, changing: &mut Sample) -> Vec<String> {
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
        let body = asked.body.as_ref().map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let asked = request(op.version, op.method, &asked.target(), body);
        let outcome = outcome(world, op, by(actor.as_ref(), asked)).await;
        if op.method != Method::Get && outcome.starts_with('2') {
            case = None;
        }
        outcomes.push(outcome);
    }
    outcomes
}

/// What everybody gets from an operation of Penstock's own, about something that is not there.
async fn own_outcomes(world: &World, people: &People, op: &'static Op) -> Vec<String> {
    let segments = op.path.split('/').map(|segment| if segment.starts_with('{') { "0" } else { segment });
    let path = format!("{}{}", op.root.prefix(), segments.collect::<Vec<_>>().join("/"));
    let mut outcomes = Vec::new();
    for actor in &people.actors {
        let request = Request {
            method: op.method.as_str().to_owned(),
            path: path.clone(),
            content_type: Some("application/json".to_owned()),
            body: if op.method == Method::Get { Vec::new() } else { b"{}".to_vec() },
            ..Request::default()
        };
        outcomes.push(world.status(by(actor.as_ref(), request)).await.to_string());
    }
    outcomes
}

async fn found(world: &World) -> Table {
    let people = People::in_company(world).await;
    let mut shared = people.sample();
    shared.set("filter", &serde_json::json!(0));
    shared.fill(world).await;
    let (mut table, mut changing) = (Table::default(), shared.fresh());
    // Reads first: writes take away what they are about.
    let (reads, writes): (Vec<&'static Op>, Vec<_>) = operations::all().partition(|op| op.method == Method::Get);
    for op in [reads, writes].concat() {
        table.add(op, outcomes(world, &people, op, &shared, &mut changing).await);
    }
    for op in operations::own() {
        table.add(op, own_outcomes(world, &people, op).await);
    }
    table
}

#[tokio::test]
async fn everybody_gets_what_the_table_says() {
    for world in World::each().await {
        let found = found(&world).await;
        if std::env::var_os("PENSTOCK_WRITE_RIGHTS").is_some() {
            found.write();
            continue;
        }
        let expected = Table::read();
        let differences = expected.differences(&found);
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    }
}
