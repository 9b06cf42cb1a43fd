//! Activities: what they fill in, what their lists hold, series, and what deals, persons, organizations and leads know of
//! them after every change.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

async fn add(company: &Company, activity: Value) -> Outcome<i64> {
    let made = company.data("POST", "/api/v2/activities", activity).await?;
    made["id"].as_i64().ok_or_else(|| "the activity has no id".into())
}

async fn change(company: &Company, id: i64, keys: Value) -> Outcome<Value> {
    company.data("PATCH", &format!("/api/v2/activities/{id}"), keys).await
}

async fn named(company: &Company, path: &str, name: &str) -> Outcome<i64> {
    let made = company.data("POST", &format!("/api/v2/{path}"), json!({"name": name})).await?;
    made["id"].as_i64().ok_or_else(|| "the record has no id".into())
}

fn ids(rows: &Value) -> Vec<i64> {
    rows.as_array().into_iter().flatten().filter_map(|row| row["id"].as_i64()).collect()
}

/// A lead as another operation would have made it; answers its UUID.
async fn add_lead(company: &Company, id: i64) -> Outcome<String> {
    let uuid = format!("00000000-0000-4000-8000-{id:012}");
    let text = format!(
        "INSERT INTO leads (company_id, id, version, uuid, title, owner_id, creator_user_id, visible_to, label_ids, source_name, origin,
             is_archived, was_seen, is_deleted, add_time, custom_fields)
         VALUES ($1, $2, 1, '{uuid}', 'Mill wheel', 1, 1, 7, '[]', 'API', 'API', 0, 0, 0, 0, '{{}}')"
    );
    company.execute(&text, &[id]).await?;
    Ok(uuid)
}

/// What a record should know: counts of all, done and other activities, the next and the last one.
type Knowledge = (i64, i64, i64, Value, Value, Value, Value, Value);

/// Compares the totals of every record with what its activities say (semantics.md 20).
async fn assert_agreement(company: &Company, after: &str) -> Outcome {
    let columns = "id, deal_id, lead_id, org_id, participants, due_date, due_time, done, marked_as_done_time";
    let rows = company.rows(&format!("SELECT {columns} FROM activities WHERE company_id = $1 AND is_deleted = 0"), 9).await?;
    let leads: BTreeMap<String, i64> = company
        .rows("SELECT uuid, id FROM leads WHERE company_id = $1", 2)
        .await?
        .into_iter()
        .filter_map(|row| Some((row[0].as_str()?.to_owned(), row[1].as_i64()?)))
        .collect();
    let mut of: BTreeMap<(String, i64), Vec<&Vec<Value>>> = BTreeMap::new();
    for row in &rows {
        let mut about = BTreeSet::new();
        about.extend(row[1].as_i64().map(|id| ("deal", id)));
        about.extend(row[2].as_str().and_then(|uuid| leads.get(uuid)).map(|id| ("lead", *id)));
        about.extend(row[3].as_i64().map(|id| ("organization", id)));
        let participants: Vec<Value> = serde_json::from_str(row[4].as_str().unwrap_or("[]"))?;
        about.extend(participants.iter().filter_map(|participant| participant["person_id"].as_i64()).map(|id| ("person", id)));
        for (entity, id) in about {
            of.entry((entity.to_owned(), id)).or_default().push(row);
        }
    }
    let expected: BTreeMap<(String, i64), Knowledge> = of.into_iter().map(|(record, rows)| (record, knowledge(&rows))).collect();
    let columns = "entity, record_id, activities_count, done_activities_count, undone_activities_count, next_activity_id, \
                   next_activity_date, next_activity_time, last_activity_id, last_activity_date";
    let totals = company.rows(&format!("SELECT {columns} FROM totals WHERE company_id = $1 ORDER BY entity, record_id"), 10).await?;
    let nothing = (0, 0, 0, Value::Null, Value::Null, Value::Null, Value::Null, Value::Null);
    let mut kept: BTreeMap<(String, i64), Knowledge> = BTreeMap::new();
    for row in totals {
        let number = |at: usize| row[at].as_i64().unwrap_or_default();
        let cell = |at: usize| row[at].clone();
        let known = (number(2), number(3), number(4), cell(5), cell(6), cell(7), cell(8), cell(9));
        if known != nothing {
            kept.insert((row[0].as_str().unwrap_or_default().to_owned(), number(1)), known);
        }
    }
    assert_eq!(kept, expected, "after {after}");
    Ok(())
}

fn knowledge(rows: &[&Vec<Value>]) -> Knowledge {
    let text = |value: &Value, absent: &str| value.as_str().unwrap_or(absent).to_owned();
    let open = rows.iter().filter(|row| row[7] == 0);
    let next = open.min_by_key(|row| (text(&row[5], ""), text(&row[6], "00:00:00"), row[0].as_i64()));
    let last = rows.iter().filter(|row| row[7] == 1).max_by_key(|row| (row[8].as_i64(), row[0].as_i64()));
    let cell = |row: Option<&&Vec<Value>>, at: usize| row.map_or(Value::Null, |row| row[at].clone());
    let done = rows.iter().filter(|row| row[7] == 1).count() as i64;
    let all = rows.len() as i64;
    (all, done, all - done, cell(next, 0), cell(next, 5), cell(next, 6), cell(last, 0), cell(last, 5))
}

#[tokio::test]
async fn linked_records_know_their_activities_after_every_change() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let (ann, bea) = (named(&company, "persons", "Ann").await?, named(&company, "persons", "Bea").await?);
        let org = named(&company, "organizations", "Quay").await?;
        let (deal, other) = (company.add_deal(json!({})).await?, company.add_deal(json!({})).await?);
        let lead = add_lead(&company, 70).await?;

        let first = add(
            &company,
            json!({"deal_id": deal, "org_id": org, "due_date": "2026-03-10", "due_time": "15:00",
            "participants": [{"person_id": ann, "primary": true}, {"person_id": bea, "primary": false}]}),
        )
        .await?;
        assert_agreement(&company, "a create").await?;
        let include = "include_fields=next_activity_id,last_activity_id,activities_count,done_activities_count,undone_activities_count";
        let of_bea = company.get(&format!("/api/v2/persons/{bea}?{include}")).await?;
        assert_eq!((&of_bea["next_activity_id"], &of_bea["activities_count"]), (&json!(first), &json!(1)), "also of who takes part");

        let second = add(&company, json!({"deal_id": deal, "due_date": "2026-03-10"})).await?;
        assert_agreement(&company, "a second one, that begins with its day").await?;
        let old = company.get(&format!("/v1/deals/{deal}")).await?;
        assert_eq!((&old["next_activity_id"], &old["next_activity_time"]), (&json!(second), &Value::Null));
        change(&company, second, json!({"due_time": "00:00"})).await?;
        assert_agreement(&company, "a time that orders nothing anew").await?;
        change(&company, second, json!({"due_date": "2026-04-01"})).await?;
        assert_agreement(&company, "a later day").await?;
        change(&company, first, json!({"done": true})).await?;
        assert_agreement(&company, "marking as done").await?;
        change(&company, first, json!({"due_date": "2026-02-01"})).await?;
        assert_agreement(&company, "another day of what is done").await?;
        company.at("2026-03-02 12:00:00")?;
        change(&company, second, json!({"done": true})).await?;
        change(&company, first, json!({"done": false})).await?;
        assert_agreement(&company, "opening again").await?;
        change(&company, first, json!({"deal_id": other, "participants": [{"person_id": bea, "primary": true}]})).await?;
        assert_agreement(&company, "another deal and other people").await?;
        let moved = change(&company, first, json!({"lead_id": lead})).await?;
        assert_eq!((&moved["deal_id"], &moved["lead_id"]), (&Value::Null, &json!(lead)), "it belongs to one of both");
        assert_agreement(&company, "a lead instead of a deal").await?;
        company.data("DELETE", &format!("/api/v2/activities/{first}"), Value::Null).await?;
        assert_agreement(&company, "a deletion").await?;
        let back = company.data("PUT", &format!("/v1/activities/{first}"), json!({"active_flag": true})).await?;
        assert_eq!(back["active_flag"], true);
        assert_agreement(&company, "a restoration").await?;
        company.data("DELETE", &format!("/v1/activities?ids={first},{second}"), Value::Null).await?;
        assert_agreement(&company, "a deletion of several").await?;
        company.data("DELETE", &format!("/v1/deals/{deal}"), Value::Null).await?;
        assert_agreement(&company, "the deletion of the deal").await?;
    }
    Ok(())
}

#[tokio::test]
async fn merges_move_activities_and_what_is_known_of_them() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let (ann, bea) = (named(&company, "persons", "Ann").await?, named(&company, "persons", "Bea").await?);
        let (quay, pier) = (named(&company, "organizations", "Quay").await?, named(&company, "organizations", "Pier").await?);
        let (deal, other) = (company.add_deal(json!({})).await?, company.add_deal(json!({})).await?);
        let both = json!([{"person_id": ann, "primary": true}, {"person_id": bea, "primary": false}]);
        let first = add(&company, json!({"deal_id": deal, "org_id": quay, "due_date": "2026-03-10", "participants": both})).await?;
        let attended = json!([{"email": "ann@quay.test", "person_id": ann}]);
        let second =
            add(&company, json!({"deal_id": other, "org_id": pier, "person_id": ann, "done": true, "attendees": attended})).await?;
        let gone = add(&company, json!({"deal_id": deal, "person_id": ann})).await?;
        company.data("DELETE", &format!("/api/v2/activities/{gone}"), Value::Null).await?;

        company.data("PUT", &format!("/v1/deals/{deal}/merge"), json!({"merge_with_id": other})).await?;
        assert_agreement(&company, "a merge of deals").await?;
        company.data("PUT", &format!("/v1/persons/{ann}/merge"), json!({"merge_with_id": bea})).await?;
        assert_agreement(&company, "a merge of persons").await?;
        company.data("PUT", &format!("/v1/organizations/{quay}/merge"), json!({"merge_with_id": pier})).await?;
        assert_agreement(&company, "a merge of organizations").await?;
        for id in [first, second, gone] {
            let activity = company.get(&format!("/api/v2/activities/{id}?include_fields=attendees")).await?;
            assert_eq!((&activity["deal_id"], &activity["person_id"]), (&json!(other), &json!(bea)), "{activity}");
            assert_eq!(activity["participants"], json!([{"person_id": bea, "primary": true}]));
            assert!(activity["attendees"][0]["person_id"].is_null() || activity["attendees"][0]["person_id"] == bea);
        }
        let kept = company.get(&format!("/api/v2/persons/{bea}?include_fields=activities_count")).await?;
        assert_eq!(kept["activities_count"], 2);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writes_at_the_same_time_leave_the_totals_right() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let ann = named(&company, "persons", "Ann").await?;
        let deal = company.add_deal(json!({})).await?;
        let mut activities = Vec::new();
        for day in 10..26 {
            activities.push(add(&company, json!({"deal_id": deal, "person_id": ann, "due_date": format!("2026-03-{day}")})).await?);
        }
        let mut writes = tokio::task::JoinSet::new();
        for (number, id) in activities.into_iter().enumerate() {
            let beside = company.another();
            writes.spawn(async move {
                let keys = match number % 4 {
                    0 => json!({"due_date": format!("2026-02-{:02}", 28 - number)}),
                    1 => json!({"done": true}),
                    2 => json!({"deal_id": null}),
                    _ => return beside.send("DELETE", &format!("/api/v2/activities/{id}"), &Value::Null).await,
                };
                beside.send("PATCH", &format!("/api/v2/activities/{id}"), &keys).await
            });
            let beside = company.another();
            let new =
                json!({"deal_id": deal, "person_id": ann, "due_date": format!("2026-01-{:02}", 31 - number), "done": number % 3 == 0});
            writes.spawn(async move { beside.send("POST", "/api/v2/activities", &new).await });
        }
        while let Some(write) = writes.join_next().await {
            let (status, answer) = write??;
            assert_eq!(status, 200, "{answer}");
        }
        assert_agreement(&company, "writes at the same time").await?;
    }
    Ok(())
}

/// No count changes with a day, so that nothing but the write itself keeps two of them apart.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn days_that_move_at_the_same_time_leave_the_next_activity_right() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let deal = company.add_deal(json!({})).await?;
        let mut activities = Vec::new();
        for _ in 0..8 {
            activities.push(add(&company, json!({"deal_id": deal, "due_date": "2026-06-30"})).await?);
        }
        for round in 1..=12 {
            let mut writes = tokio::task::JoinSet::new();
            for (number, id) in activities.iter().copied().enumerate() {
                let beside = company.another();
                // Every round has another order of days, earlier than those of the round before.
                let day = format!("2026-{:02}-{:02}", 13 - round, 1 + (number * 5 + round) % 28);
                writes.spawn(async move { beside.send("PATCH", &format!("/api/v2/activities/{id}"), &json!({"due_date": day})).await });
            }
            while let Some(write) = writes.join_next().await {
                let (status, answer) = write??;
                assert_eq!(status, 200, "{answer}");
            }
            assert_agreement(&company, "moves at the same time").await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn gaps_are_filled() -> Outcome {
    for company in Company::each().await? {
        // In Tallinn the second of March has begun.
        company.at("2026-03-01 23:00:00")?;
        let old = company.data("POST", "/v1/activities", json!({})).await?;
        assert_eq!((&old["subject"], &old["type"], &old["type_name"]), (&json!("Call"), &json!("call"), &json!("Call")));
        assert_eq!((&old["user_id"], &old["assigned_to_user_id"], &old["owner_name"]), (&json!(1), &json!(1), &json!("Ada")));
        assert_eq!((&old["due_date"], &old["due_time"], &old["duration"]), (&json!("2026-03-02"), &json!(""), &json!("")));
        assert_eq!((&old["busy_flag"], &old["done"], &old["marked_as_done_time"]), (&json!(false), &json!(false), &json!("")));
        assert_eq!((&old["participants"], &old["attendees"], &old["series"]), (&json!([]), &json!([]), &json!([])));
        let new = company.data("POST", "/api/v2/activities", json!({"subject": "Weir", "due_time": "9:30", "duration": "01:20"})).await?;
        assert_eq!((&new["due_time"], &new["duration"], &new["busy"]), (&json!("09:30:00"), &json!("01:20:00"), &json!(true)));
        assert_eq!((&new["update_time"], &new["note"]), (&new["add_time"], &Value::Null));
        let id = new["id"].as_i64().unwrap_or_default();

        let free = change(&company, id, json!({"busy": false})).await?;
        assert_eq!(free["busy"], false);
        let still = change(&company, id, json!({"due_time": "10:00"})).await?;
        assert_eq!(still["busy"], false, "who has said so is not asked again");
        let unset = change(&company, id, json!({"busy": null})).await?;
        assert_eq!(unset["busy"], true);
        let all_day = change(&company, id, json!({"due_time": null})).await?;
        assert_eq!((&all_day["busy"], &all_day["due_time"]), (&json!(false), &Value::Null));

        let done = company.data("PUT", &format!("/v1/activities/{id}"), json!({"done": "1", "type": "MEETING"})).await?;
        assert_eq!((&done["done"], &done["type"]), (&json!(true), &json!("meeting")));
        assert_eq!((&done["marked_as_done_time"], &done["update_user_id"]), (&json!("2026-03-01 23:00:00"), &json!(1)));
        let again = company.data("PUT", &format!("/v1/activities/{id}"), done).await?;
        assert_eq!(again["marked_as_done_time"], "2026-03-01 23:00:00", "comes back as it was read");
        let open = change(&company, id, json!({"done": false})).await?;
        assert_eq!(open["marked_as_done_time"], Value::Null);
    }
    Ok(())
}

#[tokio::test]
async fn records_come_back_as_they_were_read() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let (ann, bea) = (named(&company, "persons", "Ann").await?, named(&company, "persons", "Bea").await?);
        let deal = company.add_deal(json!({"title": "Weir"})).await?;
        let location = json!({"value": "Water Lane 7, Leeds", "locality": "Leeds"});
        let id = add(
            &company,
            json!({"deal_id": deal, "due_time": "15:00", "note": "Boots", "location": location, "busy": true,
            "participants": [{"person_id": ann, "primary": false}, {"person_id": bea, "primary": true}],
            "attendees": [{"email": "cy@quay.test", "name": "Cy", "is_organizer": true}]}),
        )
        .await?;
        let path = format!("/v1/activities/{id}");
        let read = company.get(&path).await?;
        assert_eq!((&read["location"], &read["location_locality"]), (&json!("Water Lane 7, Leeds"), &json!("Leeds")));
        assert_eq!((&read["deal_title"], &read["person_name"]), (&json!("Weir"), &json!("Bea")));
        assert_eq!(read["attendees"][0]["email_address"], "cy@quay.test");
        let before = company.rows("SELECT version, update_time FROM activities WHERE company_id = $1", 2).await?;
        company.at("2026-03-02")?;
        company.data("PUT", &path, read).await?;
        assert_eq!(company.rows("SELECT version, update_time FROM activities WHERE company_id = $1", 2).await?, before);
        // Another person alone takes the place of the primary one.
        let changed = company.data("PUT", &path, json!({"person_id": ann})).await?;
        assert_eq!(changed["participants"], json!([{"person_id": ann, "primary_flag": true}]));
    }
    Ok(())
}

#[tokio::test]
async fn lists_are_narrowed() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let ben = company.add_colleague().await?;
        let deal = company.add_deal(json!({})).await?;
        let (ann, bea) = (named(&company, "persons", "Ann").await?, named(&company, "persons", "Bea").await?);
        let both = json!([{"person_id": ann, "primary": true}, {"person_id": bea, "primary": false}]);
        let call = add(&company, json!({"type": "call", "due_date": "2026-03-05", "deal_id": deal, "participants": both})).await?;
        let lunch =
            add(&company, json!({"type": "lunch", "due_date": "2026-03-03", "due_time": "12:00", "deal_id": deal, "done": true})).await?;
        let early = add(&company, json!({"type": "task", "due_date": "2026-03-03", "deal_id": deal})).await?;
        let theirs = add(&company, json!({"type": "task", "due_date": "2026-03-04", "owner_id": ben, "person_id": bea})).await?;
        for (target, expected) in [
            ("/v1/activities".to_owned(), vec![call, lunch, early]),
            ("/v1/activities?user_id=0".to_owned(), vec![call, lunch, early, theirs]),
            (format!("/v1/activities?user_id={ben}"), vec![theirs]),
            ("/v1/activities?type=call,LUNCH".to_owned(), vec![call, lunch]),
            ("/v1/activities?type=nonsense".to_owned(), vec![]),
            ("/v1/activities?done=1".to_owned(), vec![lunch]),
            ("/v1/activities?done=0&user_id=0".to_owned(), vec![call, early, theirs]),
            ("/v1/activities?start_date=2026-03-04&user_id=0".to_owned(), vec![call, theirs]),
            ("/v1/activities?end_date=2026-03-04&user_id=0".to_owned(), vec![lunch, early, theirs]),
            ("/v1/activities?start_date=2026-03-04&end_date=2026-03-04&user_id=0".to_owned(), vec![theirs]),
            ("/v1/activities?sort=due_date DESC, id DESC&user_id=0&limit=2&start=1".to_owned(), vec![theirs, early]),
            ("/v1/activities/collection?type=task".to_owned(), vec![early, theirs]),
            ("/v1/activities/collection?done=true".to_owned(), vec![lunch]),
            (format!("/v1/deals/{deal}/activities"), vec![early, lunch, call]),
            (format!("/v1/deals/{deal}/activities?done=0&exclude={early}"), vec![call]),
            (format!("/v1/persons/{bea}/activities"), vec![theirs, call]),
            (format!("/v1/persons/{bea}/activities?start=1"), vec![call]),
            ("/api/v2/activities".to_owned(), vec![call, lunch, early, theirs]),
            (format!("/api/v2/activities?person_id={ann}"), vec![call]),
            (format!("/api/v2/activities?person_id={bea}"), vec![theirs]),
            (format!("/api/v2/activities?deal_id={deal}&done=false"), vec![call, early]),
            (format!("/api/v2/activities?owner_id={ben}"), vec![theirs]),
            ("/api/v2/activities?lead_id=00000000-0000-4000-8000-000000000001".to_owned(), vec![]),
            ("/api/v2/activities?sort_by=due_date&sort_direction=desc".to_owned(), vec![call, theirs, early, lunch]),
            (format!("/api/v2/activities?ids={early},99,{call}"), vec![call, early]),
        ] {
            assert_eq!(ids(&company.get(&target.replace(' ', "%20")).await?), expected, "{target}");
        }
        let (_, answer) = company.send("GET", &format!("/v1/deals/{deal}/activities?limit=1"), &Value::Null).await?;
        let share = json!({"activities": {"call": 1, "lunch": 1, "task": 1}, "name": "Ada", "activity_count": 3, "share": 100});
        assert_eq!(answer["additional_data"]["activity_distribution"]["1"], share);
        assert_eq!(answer["additional_data"]["pagination"]["next_start"], 1);
        assert_eq!(answer["related_objects"]["deal"][deal.to_string()]["title"], "A deal");
        for (target, status) in [
            ("/api/v2/activities?type=call", 400),
            ("/api/v2/activities?filter_id=77", 404),
            ("/v1/activities?filter_id=77", 404),
            ("/v1/activities?start_date=tomorrow", 400),
            ("/v1/deals/999/activities", 404),
            (&format!("/v1/deals/{deal}/activities?exclude=all"), 400),
        ] {
            assert_eq!(company.send("GET", target, &Value::Null).await?.0, status, "{target}");
        }
        assert_eq!(company.as_colleague().send("GET", "/v1/activities/collection", &Value::Null).await?.0, 403);
        assert_eq!(ids(&company.as_colleague().get("/v1/activities").await?), [theirs]);
    }
    Ok(())
}

#[tokio::test]
async fn hidden_records_hide_their_activities() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let ben = company.add_colleague().await?;
        let colleague = company.as_colleague();
        let secret = company.add_deal(json!({"title": "Secret", "visible_to": 1})).await?;
        let open = company.add_deal(json!({"title": "Open"})).await?;
        let hidden = company.data("POST", "/api/v2/persons", json!({"name": "Hidden", "visible_to": 1})).await?["id"].clone();
        let about_secret = add(&company, json!({"deal_id": secret, "note": "Hush"})).await?;
        let about_hidden = add(&company, json!({"deal_id": open, "person_id": hidden})).await?;
        let plain = add(&company, json!({"deal_id": open})).await?;
        let given = add(&company, json!({"deal_id": secret, "person_id": hidden, "owner_id": ben})).await?;
        let bare = add(&company, json!({})).await?;
        assert_eq!(ids(&colleague.get("/api/v2/activities").await?), [plain, given, bare]);
        assert_eq!(ids(&colleague.get("/v1/activities?user_id=0").await?), [plain, given, bare]);
        assert_eq!(ids(&colleague.get(&format!("/v1/deals/{open}/activities")).await?), [plain]);
        for id in [about_secret, about_hidden] {
            for (method, target) in [("GET", "/v1/activities"), ("PUT", "/v1/activities"), ("PATCH", "/api/v2/activities")] {
                assert_eq!(colleague.send(method, &format!("{target}/{id}"), &json!({})).await?.0, 404, "{method} {target}");
            }
            assert_eq!(colleague.send("DELETE", &format!("/api/v2/activities/{id}"), &Value::Null).await?.0, 404);
        }
        // Their own activity shows the ids of what they do not see, and no names.
        let (_, own) = colleague.send("GET", &format!("/v1/activities/{given}"), &Value::Null).await?;
        assert_eq!((&own["data"]["deal_id"], &own["data"]["deal_title"]), (&json!(secret), &Value::Null));
        assert!(!own.to_string().contains("Secret") && !own.to_string().contains("Hidden"), "{own}");
        // The deal is theirs to see, its next activity is not.
        let deal = colleague.get(&format!("/v1/deals/{open}")).await?;
        assert_eq!(
            (&deal["next_activity_id"], &deal["next_activity"], &deal["next_activity_subject"]),
            (&json!(about_hidden), &Value::Null, &Value::Null)
        );
        let mine = company.get(&format!("/v1/deals/{open}")).await?;
        assert_eq!((&mine["next_activity"]["id"], &mine["next_activity_subject"]), (&json!(about_hidden), &json!("Call")));
        // Nobody can link to what they do not see.
        for body in [
            json!({"deal_id": secret}),
            json!({"person_id": hidden}),
            json!({"participants": [{"person_id": hidden, "primary": true}]}),
            json!({"attendees": [{"email": "a@b.test", "person_id": hidden}]}),
        ] {
            let (status, answer) = colleague.send("POST", "/api/v2/activities", &body).await?;
            assert_eq!(status, 400, "{body}: {answer}");
        }
        company.data("POST", &format!("/v1/deals/{secret}/followers"), json!({"user_id": ben})).await?;
        assert_eq!(colleague.get(&format!("/v1/activities/{about_secret}")).await?["deal_title"], "Secret");
    }
    Ok(())
}

#[tokio::test]
async fn a_series_is_shown_where_it_goes_on() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let weekly =
            json!({"subject": "Round", "due_date": "2026-03-04", "due_time": "10:00", "rec_rule": "RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=8"});
        let made = company.data("POST", "/v1/activities", weekly).await?;
        assert_eq!((&made["is_recurring"], made["series"].as_array().map(Vec::len)), (&json!(true), Some(8)));
        assert_eq!(made["series"][1], json!({"due_date": "2026-03-11", "due_time": "10:00:00"}));
        let id = made["id"].as_i64().unwrap_or_default();
        let in_range = async |range: &str| company.get(&format!("/v1/activities?{range}")).await;
        let days = |rows: &Value| -> Vec<String> {
            let series = rows[0]["series"].as_array().into_iter().flatten();
            series.filter_map(|instance| instance["due_date"].as_str()).map(str::to_owned).collect()
        };
        assert_eq!(days(&in_range("start_date=2026-03-20&end_date=2026-04-05").await?), ["2026-03-25", "2026-04-01"]);
        assert_eq!(in_range("start_date=2026-03-26&end_date=2026-03-31").await?, Value::Null, "between two instances");
        assert_eq!(in_range("start_date=2026-05-01").await?, Value::Null, "after the last one");

        // One occurrence differs, and is a row of its own from then on.
        let start = json!({"rec_master_activity_id": id, "original_start_time": "2026-03-25 10:00:00", "due_time": "16:00"});
        let own = company.data("POST", "/v1/activities", start.clone()).await?;
        assert_eq!((&own["subject"], &own["due_date"], &own["due_time"]), (&json!("Round"), &json!("2026-03-25"), &json!("16:00")));
        assert_eq!((&own["rec_master_activity_id"], &own["original_start_time"]), (&json!(id), &json!("2026-03-25 10:00:00")));
        let rows = in_range("start_date=2026-03-20&end_date=2026-04-05").await?;
        assert_eq!((ids(&rows).len(), days(&rows)), (2, vec!["2026-04-01".to_owned()]));
        company.data("PUT", &format!("/v1/activities/{}", own["id"]), json!({"done": 1, "due_date": "2026-03-27"})).await?;
        company.data("DELETE", &format!("/v1/activities/{}", own["id"]), Value::Null).await?;
        assert_eq!(
            days(&in_range("start_date=2026-03-20&end_date=2026-04-05").await?),
            ["2026-04-01"],
            "a deleted occurrence does not come back"
        );
        for (key, value) in [
            ("original_start_time", json!("2026-03-26 10:00:00")),
            ("original_start_time", json!(null)),
            ("rec_master_activity_id", json!(999)),
            ("rec_rule", json!("FREQ=DAILY")),
        ] {
            let mut wrong = start.clone();
            wrong["original_start_time"] = json!("2026-03-18 10:00:00");
            wrong[key] = value.clone();
            assert_eq!(company.send("POST", "/v1/activities", &wrong).await?.0, 400, "{key} {value}");
        }
        assert_eq!(company.send("POST", "/v1/activities", &start).await?.0, 400, "the same occurrence again");
        assert_eq!(company.send("PUT", &format!("/v1/activities/{id}"), &json!({"rec_rule": "FREQ=SOMETIMES"})).await?.0, 400);
        assert_eq!(company.send("POST", "/api/v2/activities", &json!({"rec_rule": "FREQ=DAILY"})).await?.0, 400, "v2 does not know series");
        let once = company.data("PUT", &format!("/v1/activities/{id}"), json!({"rec_rule": null})).await?;
        assert_eq!((&once["is_recurring"], &once["series"]), (&json!(false), &json!([])));
    }
    Ok(())
}

#[tokio::test]
async fn an_endless_series_is_bounded() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let made = company
            .data(
                "POST",
                "/v1/activities",
                json!({"due_date": "2020-01-01", "rec_rule": "FREQ=DAILY", "rec_rule_extension": "EXDATE:20260302T000000Z"}),
            )
            .await?;
        assert_eq!(made["series"].as_array().map(Vec::len), Some(100));
        let rows = company.get("/v1/activities?start_date=2026-03-01&end_date=2026-03-03").await?;
        assert_eq!(rows[0]["series"], json!([{"due_date": "2026-03-01", "due_time": ""}, {"due_date": "2026-03-03", "due_time": ""}]));
        let rows = company.get("/v1/activities?start_date=2199-01-01").await?;
        assert_eq!(rows, Value::Null, "nobody plans so far ahead");
    }
    Ok(())
}

#[tokio::test]
async fn types_are_settings_of_the_company() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        company.add_colleague().await?;
        let seeded = company.get("/v1/activityTypes").await?;
        let keys: Vec<_> = seeded.as_array().into_iter().flatten().filter_map(|row| row["key_string"].as_str()).collect();
        assert_eq!(keys, ["call", "meeting", "task", "deadline", "email", "lunch"]);
        assert_eq!((&seeded[0]["id"], &seeded[0]["color"], &seeded[0]["is_custom_flag"]), (&json!(1), &Value::Null, &json!(false)));
        let body = json!({"name": "Site visit", "icon_key": "car", "color": "#FFAA00"});
        let made = company.data("POST", "/v1/activityTypes", body.clone()).await?;
        assert_eq!((&made["key_string"], &made["color"], &made["order_nr"]), (&json!("site_visit"), &json!("FFAA00"), &json!(7)));
        let visit = add(&company, json!({"type": "site_visit"})).await?;
        let path = format!("/v1/activityTypes/{}", made["id"]);
        let renamed = company.data("PUT", &path, json!({"name": "Survey", "order_nr": 0})).await?;
        assert_eq!((&renamed["key_string"], &renamed["name"]), (&json!("site_visit"), &json!("Survey")));
        assert_eq!(company.get("/v1/activityTypes").await?[0]["name"], "Survey");
        assert_eq!(company.data("POST", "/v1/activityTypes", body).await?["key_string"], "site_visit_2");
        for wrong in [
            json!({"name": "A"}),
            json!({"icon_key": "car"}),
            json!({"name": "A", "icon_key": "dragon"}),
            json!({"name": "A", "icon_key": "car", "color": "red"}),
            json!({"name": " ", "icon_key": "car"}),
        ] {
            assert_eq!(company.send("POST", "/v1/activityTypes", &wrong).await?.0, 400, "{wrong}");
        }
        let colleague = company.as_colleague();
        assert_eq!(colleague.send("POST", "/v1/activityTypes", &json!({"name": "A", "icon_key": "car"})).await?.0, 403);
        assert_eq!(colleague.send("DELETE", &path, &Value::Null).await?.0, 403);

        let deleted = company.data("DELETE", &path, Value::Null).await?;
        assert_eq!((&deleted["id"], &deleted["active_flag"]), (&made["id"], &json!(false)));
        assert_eq!(company.send("DELETE", &path, &Value::Null).await?.0, 404);
        assert_eq!(company.send("PUT", &path, &json!({"name": "A"})).await?.0, 404);
        assert_eq!(company.send("POST", "/api/v2/activities", &json!({"type": "site_visit"})).await?.0, 400);
        let kept = company.data("PUT", &format!("/v1/activities/{visit}"), json!({"subject": "Weir"})).await?;
        assert_eq!((&kept["type"], &kept["type_name"]), (&json!("site_visit"), &json!("Survey")), "what is of the type stays so");
        assert_eq!(company.data("DELETE", "/v1/activityTypes?ids=1,2", Value::Null).await?, json!({"id": [1, 2]}));
        assert_eq!(company.data("POST", "/v1/activities", json!({})).await?["type"], "task", "the first type that is left");
    }
    Ok(())
}

#[tokio::test]
async fn nonsense_is_refused() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let id = add(&company, json!({})).await?;
        for body in [
            json!({"type": "dance"}),
            json!({"due_time": "25:00"}),
            json!({"duration": "soon"}),
            json!({"due_date": "2026-02-30"}),
            json!({"due_date": null}),
            json!({"done": 1}),
            json!({"deal_id": 999}),
            json!({"project_id": 1}),
            json!({"lead_id": "nobody"}),
            json!({"owner_id": 99}),
            json!({"priority": 1}),
            json!({"subject": "x".repeat(256)}),
            json!({"note": "x".repeat(100_001)}),
            json!({"participants": {"person_id": 1}}),
            json!({"participants": [{"person_id": 999, "primary": true}]}),
            json!({"attendees": ["a@b.test"]}),
            json!({"attendees": [{"name": "Ann"}]}),
            json!({"attendees": [{"email": "a@b.test", "user_id": 99}]}),
            json!({"conference_meeting_url": "https://meet.test"}),
        ] {
            for (method, target) in [("POST", "/api/v2/activities".to_owned()), ("PATCH", format!("/api/v2/activities/{id}"))] {
                let (status, answer) = company.send(method, &target, &body).await?;
                assert_eq!((status, &answer["success"]), (400, &json!(false)), "{method} {body}: {answer}");
            }
        }
        assert_eq!(company.send("PATCH", &format!("/api/v2/activities/{id}"), &json!({"subject": " "})).await?.0, 400);
        let count = company.rows("SELECT COUNT(*), MAX(version) FROM activities WHERE company_id = $1", 2).await?;
        assert_eq!(count, [[json!(1), json!(1)]], "nothing has changed");
        let both = json!({"deal_id": company.add_deal(json!({})).await?, "lead_id": add_lead(&company, 5).await?});
        let linked = company.data("POST", "/api/v2/activities", both).await?;
        assert_eq!(linked["lead_id"], Value::Null, "the deal counts");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_done_is_a_sign_of_life_of_its_deal() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        company.data("PATCH", "/api/v2/stages/1", json!({"is_deal_rot_enabled": true, "days_to_rotten": 5})).await?;
        let deal = company.add_deal(json!({"stage_id": 1})).await?;
        let activity = add(&company, json!({"deal_id": deal})).await?;
        let rots = async || company.get(&format!("/v1/deals/{deal}")).await.map(|deal| !deal["rotten_time"].is_null());
        company.at("2026-03-07")?;
        assert!(rots().await?);
        change(&company, activity, json!({"done": true})).await?;
        assert!(!rots().await?);
        company.at("2026-03-13")?;
        assert!(rots().await?);
    }
    Ok(())
}
