//! What linked records know of their activities.

use crate::company::{Company, Outcome};
use crate::{add, add_lead, change, named};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

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
        let lead = add_lead(&company).await?;

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
        assert_eq!(company.get(&format!("/v1/leads/{lead}")).await?["next_activity_id"], first);
        let shown = company.get(&format!("/v1/activities/{first}")).await?;
        assert_eq!((&shown["lead_title"], &shown["lead"]["title"]), (&json!("Mill wheel"), &json!("Mill wheel")));
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

#[tokio::test]
async fn conversions_take_activities_along() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let lead = add_lead(&company).await?;
        let activity = add(&company, json!({"lead_id": lead})).await?;
        add(&company, json!({"lead_id": lead, "done": true})).await?;
        let convert = async |path: String, made: &str| -> Outcome<Value> {
            let started = company.data("POST", &format!("/api/v2/{path}"), json!({})).await?;
            company.run_jobs().await?;
            let (record, _) = path.rsplit_once('/').ok_or("no path")?;
            let id = started["conversion_id"].as_str().unwrap_or_default();
            Ok(company.get(&format!("/api/v2/{record}/status/{id}")).await?[made].clone())
        };
        let deal = convert(format!("leads/{lead}/convert/deal"), "deal_id").await?;
        assert_agreement(&company, "the conversion of a lead").await?;
        assert_eq!(company.get(&format!("/v1/deals/{deal}")).await?["next_activity_id"], activity);
        let lead = convert(format!("deals/{deal}/convert/lead"), "lead_id").await?;
        assert_agreement(&company, "the conversion of a deal").await?;
        let path = format!("/v1/leads/{}", lead.as_str().unwrap_or_default());
        assert_eq!(company.get(&path).await?["next_activity_id"], activity);
    }
    Ok(())
}

#[tokio::test]
async fn who_is_gone_for_good_takes_part_no_more() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let (ann, bea) = (named(&company, "persons", "Ann").await?, named(&company, "persons", "Bea").await?);
        let both = json!([{"person_id": ann, "primary": true}, {"person_id": bea, "primary": false}]);
        let attending = json!([{"email": "ann@quay.test", "person_id": ann}]);
        let activity = add(&company, json!({"participants": both, "attendees": attending})).await?;
        let alone = add(&company, json!({"person_id": ann})).await?;
        company.data("DELETE", &format!("/v1/persons/{ann}"), Value::Null).await?;
        company.at("2026-04-15")?.keep_house().await?;
        let left = company.get(&format!("/api/v2/activities/{activity}?include_fields=attendees")).await?;
        assert_eq!((&left["person_id"], &left["participants"]), (&json!(bea), &json!([{"person_id": bea, "primary": true}])));
        assert_eq!((&left["attendees"][0]["email"], &left["attendees"][0]["person_id"]), (&json!("ann@quay.test"), &Value::Null));
        let changed = change(&company, alone, json!({"subject": "Weir"})).await?;
        assert_eq!((&changed["person_id"], &changed["participants"]), (&Value::Null, &json!([])));
        assert_agreement(&company, "a purge of persons").await?;
        company.data("DELETE", &format!("/v1/activities?ids={activity},{alone}"), Value::Null).await?;
        company.at("2026-05-20")?.keep_house().await?;
        for table in ["activities", "activity_links"] {
            assert_eq!(company.rows(&format!("SELECT COUNT(*) FROM {table} WHERE company_id = $1"), 1).await?, [[json!(0)]], "{table}");
        }
        assert_agreement(&company, "a purge of activities").await?;
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
