//! A day of a sales team, from `day.txt`: what its webhooks tell, delivery by delivery (`deliveries.txt`), and that it comes to
//! the same where agents do it. `PENSTOCK_WRITE_DELIVERIES=1` writes the list of deliveries anew, to be read before it is kept.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod agent;
#[path = "../../../crm/tests/company/mod.rs"]
mod company;
mod normal;
#[path = "../../../crm/tests/deliveries/receiver.rs"]
mod receiver;
mod recorder;
mod script;
mod state;
mod team;

use company::Outcome;
use normal::normal;
use receiver::Receiver;
use recorder::Recorder;
use team::Team;

const EXPECTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sales_day/deliveries.txt");

/// Who is told of what: the path of the receiver, the subscriber, the version, the action and the object.
const SUBSCRIPTIONS: &[[&str; 5]] = &[
    ["/v1", "ada", "1.0", "*", "*"],
    ["/v2", "ada", "2.0", "*", "*"],
    ["/v1-persons", "ben", "1.0", "*", "person"],
    ["/v2-new", "ben", "2.0", "create", "*"],
    ["/v2-deal-changes", "ben", "2.0", "change", "deal"],
    ["/v2-of-cleo", "cleo", "2.0", "*", "*"],
];

/// Fails with the first lines that differ.
fn compare(found: &str, expected: &str, what: &str) {
    let (mut found, mut expected) = (found.lines(), expected.lines());
    for number in 1.. {
        match (found.next(), expected.next()) {
            (None, None) => return,
            (found, expected) if found == expected => {}
            (found, expected) => panic!("{what}, line {number}:\n   found: {found:?}\nexpected: {expected:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_tell_the_day_as_it_was() -> Outcome {
    let mut is_to_be_written = std::env::var_os("PENSTOCK_WRITE_DELIVERIES").is_some();
    for mut team in Team::each().await? {
        let receiver = Receiver::start();
        for [path, who, version, action, object] in SUBSCRIPTIONS {
            team.subscribe(who, &receiver.url(path), version, action, object).await?;
        }
        let mut recorder = Recorder::default();
        for step in script::steps() {
            let request = team.request(&step).await?;
            team.deliver().await?;
            recorder.step(&receiver, &format!("{} {}: {}", step.time, step.who, step.about), &request);
        }
        let found = normal(&team.names.hide(recorder.text.trim_start()));
        if std::mem::take(&mut is_to_be_written) {
            std::fs::write(EXPECTED, &found)?;
        }
        compare(&found, &std::fs::read_to_string(EXPECTED)?, "the deliveries");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_leave_what_requests_leave() -> Outcome {
    for (mut by_requests, mut by_tools) in Team::each().await?.into_iter().zip(Team::each().await?) {
        let steps = script::steps();
        for (place, step) in steps.iter().enumerate() {
            by_requests.request(step).await?;
            by_tools.tool(step).await?;
            // What goes in the end must be the same while it is there.
            if steps.get(place + 1).is_none_or(|next| next.hour() != step.hour()) {
                let what = format!("what agents have left after {}", step.time);
                compare(&state::of(&by_tools).await?, &state::of(&by_requests).await?, &what);
            }
        }
    }
    Ok(())
}
