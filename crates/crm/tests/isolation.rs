//! Nobody sees or changes what is not theirs: not another company's, not what is hidden from them in their own, and
//! nothing at all without credentials.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use penstock_crm::{Method, Op, ParamKind, Version, operations};
use penstock_model::SystemClock;
use serde_json::{Value, json};
use support::{APART, Answer, Caller, Case, Dump, Place, Sample, Slot, World, name, plain, request, slots};

/// A company with two more users and an empty sample of its records.
async fn company(world: &World, mark: &'static str, apart: bool) -> Sample {
    let admin = if apart { world.company_apart(mark).await } else { world.company(mark).await };
    let user = world.user(&admin, &format!("{mark} one"), true).await;
    let other = world.user(&admin, &format!("{mark} two"), true).await;
    Sample::new(&admin, mark, [&user, &other], 7)
}

async fn call(world: &World, caller: &Caller, op: &Op, case: &Case) -> Answer {
    world.call(caller, op.version, op.method, &case.target(), case.body.as_ref()).await
}

/// The requests that name something foreign: everything in the path at once, and each id by itself.
async fn trespasses(
    world: &World,
    op: &'static Op,
    own: &mut Sample,
    foreign: &mut Sample,
    is_foreign: fn(&str) -> bool,
) -> Vec<(Slot, Case)> {
    let plain = plain(world, op, own).await;
    let mut found = Vec::new();
    let mut whole_path = plain.clone();
    let slots: Vec<_> = slots(op).into_iter().filter(|slot| is_foreign(&slot.key)).collect();
    for slot in &slots {
        // What the product cannot make yet cannot be trespassed on either.
        let Some(id) = foreign.id(world, &slot.key).await else { continue };
        if own.id(world, &slot.key).await.as_ref() == Some(&id) {
            continue;
        }
        let mut case = plain.clone();
        case.put(slot, &id);
        found.push((slot.clone(), case));
        if matches!(slot.place, Place::Path(_)) {
            whole_path.put(slot, &id);
            found.push((slot.clone(), whole_path.clone()));
        }
    }
    found
}

/// A foreign id is refused, but that a list may be narrowed to it and be empty.
fn assert_refused(op: &Op, slot: &Slot, case: &Case, answer: &Answer, mark: &str) {
    let what = format!("{} with a foreign {}: {case:?}: {} {}", name(op), slot.key, answer.status, answer.text());
    let narrows = op.method == Method::Get && matches!(slot.place, Place::Query(_));
    assert!(matches!(answer.status, 400 | 403 | 404) || (narrows && answer.status == 200), "{what}");
    assert!(!answer.text().to_lowercase().contains(&mark.to_lowercase()), "{what}");
}

/// Whether ids of a company that is set apart stand in an answer.
fn holds_apart(json: &Value) -> bool {
    match json {
        Value::Number(number) => number.as_i64().is_some_and(is_apart),
        Value::String(text) => text.parse().is_ok_and(is_apart),
        Value::Array(items) => items.iter().any(holds_apart),
        Value::Object(members) => members.iter().any(|(key, value)| key.parse().is_ok_and(is_apart) || holds_apart(value)),
        _ => false,
    }
}

fn is_apart(number: i64) -> bool {
    (APART..2 * APART).contains(&number)
}

fn rows_with_apart(dump: &Dump) -> Vec<&String> {
    let number = |text: &str| text.split(')').next().and_then(|digits| digits.parse().ok()).is_some_and(is_apart);
    dump.values().flatten().filter(|row| row.split("Int(").skip(1).any(number)).collect()
}

#[test]
fn another_company_is_neither_seen_nor_changed() {
    World::on_each(async |world| {
        let mut alpha = company(&world, "Alpha", true).await;
        alpha.fill(&world).await;
        let mut beta = company(&world, "Beta", false).await;
        let before = world.dump(alpha.caller.company).await;
        for op in operations::all() {
            for (slot, case) in trespasses(&world, op, &mut beta, &mut alpha, |_| true).await {
                let answer = call(&world, &beta.caller, op, &case).await;
                assert_refused(op, &slot, &case, &answer, alpha.mark);
                assert!(answer.status != 200 || !holds_apart(&answer.json), "{}: {case:?}: {}", name(op), answer.text());
            }
            assert_eq!(world.dump(alpha.caller.company).await, before, "{}", name(op));
        }
        let of_beta = world.dump(beta.caller.company).await;
        assert_eq!(rows_with_apart(&of_beta), Vec::<&String>::new());
    });
}

/// Two companies whose records have the same ids: each operation works, and works on the caller's alone.
#[test]
fn the_same_id_in_another_company_is_another_record() {
    World::on_each(async |world| {
        let mut beta = company(&world, "Beta", false).await;
        let mut gamma = company(&world, "Gamma", false).await;
        let (reads, writes): (Vec<&'static Op>, Vec<_>) = operations::all().partition(|op| op.method == Method::Get);
        for op in [reads, writes].concat() {
            if op.method != Method::Get {
                (beta, gamma) = (beta.fresh(), gamma.fresh());
            }
            let case = plain(&world, op, &mut beta).await;
            let twin = plain(&world, op, &mut gamma).await;
            assert!(case.target() == twin.target() || drawn_by_chance(op), "{case:?} and {twin:?} have the same ids");
            let before = world.dump(gamma.caller.company).await;
            let answer = call(&world, &beta.caller, op, &case).await;
            assert_eq!(answer.status, op.status, "{}: {case:?}: {}", name(op), answer.text());
            assert!(!answer.text().contains("Gamma"), "{}: {}", name(op), answer.text());
            assert_eq!(world.dump(gamma.caller.company).await, before, "{}: {case:?}", name(op));
            // Keeps the counters of both in step.
            call(&world, &gamma.caller, op, &twin).await.ok();
        }
    });
}

/// Codes of fields and UUIDs are.
fn drawn_by_chance(op: &Op) -> bool {
    op.path.contains("{field_code}")
        || op.path.starts_with("/lead")
        || op.path.starts_with("/callLogs/")
        || op.path.contains("{commentId}")
        || op.path.contains("{conversion_id}")
        || op.path.starts_with("/goals/{id}")
        || op.path.contains("{discount_id}")
}

#[test]
fn without_credentials_there_is_nothing() {
    World::on_each(async |world| {
        let mut sample = company(&world, "Alpha", false).await;
        let gone = world.user(&sample.caller, "Gone", true).await;
        let revoked = world.user(&sample.caller, "Revoked", true).await;
        sample.fill(&world).await;
        world.deactivate(&gone).await;
        penstock_crm::accounts::revoke_token(&world.store, &SystemClock, revoked.company, revoked.user).await.unwrap();
        world.pass(2);
        let before = world.dump(sample.caller.company).await;
        let tokens = [None, Some("f".repeat(40)), Some(String::new()), Some(gone.token), Some(revoked.token)];
        for op in operations::all() {
            let case = plain(&world, op, &mut sample).await;
            for token in &tokens {
                let body = case.body.as_ref().map(|body| body.to_string().into_bytes()).unwrap_or_default();
                let mut request = request(op.version, op.method, &case.target(), body);
                request.api_token = token.clone();
                let answer = world.send(request).await;
                assert_eq!(answer.status, 401, "{} with {token:?}", name(op));
                assert!(!answer.text().contains("Alpha"), "{}", answer.text());
            }
        }
        assert_eq!(world.dump(sample.caller.company).await, before);
    });
}

/// What a user may be hidden from.
fn can_be_hidden(key: &str) -> bool {
    let hidden = [
        "deal",
        "lead",
        "conversion",
        "relationship",
        "note",
        "comment",
        "person",
        "organization",
        "participant",
        "activity",
        "product",
        "file",
        "call",
        "filter",
    ];
    let hides = key.split(' ').any(|word| hidden.contains(&word));
    hides && !key.ends_with("user") && !key.ends_with("label")
}

#[test]
fn a_hidden_record_is_neither_seen_nor_changed() {
    World::on_each(async |world| {
        let mut open = company(&world, "Open", false).await;
        let outsider = world.user(&open.caller, "Outsider", false).await;
        open.fill(&world).await;
        let mut hidden = Sample::hidden(&open, "Secret");
        hidden.fill(&world).await;
        // A request of the outsider; the records in it are made by the administrator.
        for op in operations::all() {
            let trespasses = trespasses(&world, op, &mut open, &mut hidden, can_be_hidden).await;
            let before = world.dump(outsider.company).await;
            for (slot, case) in trespasses {
                let answer = call(&world, &outsider, op, &case).await;
                assert_refused(op, &slot, &case, &answer, hidden.mark);
            }
            assert_eq!(world.dump(outsider.company).await, before, "{}", name(op));
        }
    });
}

/// Every read in its plain form, and with all its switches on, such as `everyone`.
async fn reads(world: &World, sample: &mut Sample) -> Vec<(&'static Op, Case)> {
    let mut reads = Vec::new();
    for op in operations::all().filter(|op| op.method == Method::Get) {
        let plain = plain(world, op, sample).await;
        let mut wide = plain.clone();
        for switch in op.query.iter().filter(|param| param.kind == ParamKind::Bool) {
            wide.put_query(switch.name, "true".to_owned());
        }
        reads.push((op, wide));
        reads.push((op, plain));
    }
    reads
}

/// What everybody sees may be linked to what is hidden: the link shows an id at most.
#[test]
fn a_link_to_a_hidden_record_does_not_show_it() {
    World::on_each(async |world| {
        let mut open = company(&world, "Open", false).await;
        let outsider = world.user(&open.caller, "Outsider", false).await;
        open.id(&world, "stage").await;
        let mut hidden = Sample::hidden(&open, "Secret");
        let (person, organization) = (hidden.id(&world, "person").await, hidden.id(&world, "organization").await);
        let deal = hidden.id(&world, "deal").await;
        for (key, path, body) in [
            ("person", "/persons", json!({"name": "Linked person", "org_id": organization})),
            ("deal", "/deals", json!({"title": "Linked deal", "person_id": person, "org_id": organization})),
            // Their own, so that they see it.
            (
                "activity",
                "/activities",
                json!({"subject": "Linked", "owner_id": outsider.user.0, "deal_id": deal, "person_id": person, "org_id": organization}),
            ),
        ] {
            let made = world.call(&open.caller, Version::V2, Method::Post, path, Some(&body)).await.ok();
            open.set(key, &made.data()["id"]);
        }
        for (op, case) in reads(&world, &mut open).await {
            let answer = call(&world, &outsider, op, &case).await;
            assert!(!answer.text().contains(hidden.mark), "{}: {}", name(op), answer.text());
        }
    });
}

/// Neither lists nor sums nor counts tell an outsider that there is something hidden.
#[test]
fn a_hidden_record_leaves_no_trace_in_what_others_read() {
    World::on_each(async |world| {
        let mut open = company(&world, "Open", false).await;
        let outsider = world.user(&open.caller, "Outsider", false).await;
        open.fill(&world).await;
        let mut answers = Vec::new();
        for (op, case) in reads(&world, &mut open).await {
            let answer = call(&world, &outsider, op, &case).await;
            answers.push((op, case, answer));
        }
        let mut hidden = Sample::hidden(&open, "Secret");
        hidden.fill(&world).await;
        let mut seen = 0;
        for (op, case, before) in answers {
            let after = call(&world, &outsider, op, &case).await;
            assert_eq!((after.status, after.text()), (before.status, before.text()), "{} {case:?}", name(op));
            let by_admin = call(&world, &open.caller, op, &case).await;
            seen += usize::from(by_admin.text().contains(hidden.mark));
        }
        assert!(seen > 3, "administrators see the hidden records in {seen} lists only");
    });
}
