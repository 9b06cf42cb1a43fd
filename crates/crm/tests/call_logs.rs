//! Call logs, their activities and recordings.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

fn call() -> Value {
    json!({
        "outcome": "connected", "to_phone_number": "+372 1", "start_time": "2026-03-01 10:00:00", "end_time": "2026-03-01T10:01:30Z",
    })
}

fn with(keys: Value) -> Value {
    let mut call = call();
    for (key, value) in keys.as_object().cloned().unwrap_or_default() {
        call[key] = value;
    }
    call
}

async fn recordings(company: &Company) -> Outcome<usize> {
    use futures::TryStreamExt;
    let found: Vec<_> = company.app().files().list(&format!("{}/recordings", company.id())).try_collect().await?;
    Ok(found.len())
}

#[tokio::test]
async fn a_call_brings_its_activity() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let person = company.data("POST", "/v1/persons", json!({"name": "Ann"})).await?["id"].clone();
        let deal = company.add_deal(json!({})).await?;
        let log = company
            .data("POST", "/v1/callLogs", with(json!({"subject": "Hello", "deal_id": deal, "person_id": person, "note": "fine"})))
            .await?;
        let expected = json!({
            "subject": "Hello", "duration": "90", "outcome": "connected", "from_phone_number": null, "to_phone_number": "+372 1",
            "has_recording": false, "start_time": "2026-03-01T10:00:00.000Z", "end_time": "2026-03-01T10:01:30.000Z",
            "deal_id": deal, "person_id": person, "org_id": null, "lead_id": null, "user_id": 1, "company_id": company.id().0, "note": "fine",
        });
        for (key, value) in expected.as_object().into_iter().flatten() {
            assert_eq!(&log[key], value, "{key}");
        }
        assert!(log["id"].as_str().is_some_and(|id| id.starts_with("CA")), "{log}");
        let path = format!("/v1/callLogs/{}", log["id"].as_str().unwrap_or_default());
        assert_eq!(company.get(&path).await?, log);
        let columns = "subject, type, owner_id, deal_id, person_id, due_date, due_time, duration, done, note, participants";
        let activity = company.rows(&format!("SELECT {columns} FROM activities WHERE company_id = $1"), 11).await?;
        let participants = json!([{"person_id": person, "primary": true}]).to_string();
        let expected = json!(["Hello", "call", 1, deal, person, "2026-03-01", "10:00:00", "00:01:30", 1, "fine", participants]);
        assert_eq!(json!(activity), json!([expected]));
        assert_eq!(json!(company.rows("SELECT id FROM activities WHERE company_id = $1", 1).await?), json!([[log["activity_id"]]]));
    }
    Ok(())
}

/// The links of a planned activity win over those that are sent, and it is done with the call.
#[tokio::test]
async fn a_planned_activity_takes_place() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let (deal, other) = (company.add_deal(json!({})).await?, company.add_deal(json!({})).await?);
        let activity = |kind: &str| json!({"subject": "Planned", "type": kind, "deal_id": deal});
        let planned = company.data("POST", "/api/v2/activities", activity("call")).await?["id"].clone();
        let meeting = company.data("POST", "/api/v2/activities", activity("meeting")).await?["id"].clone();
        let log = company.data("POST", "/v1/callLogs", with(json!({"activity_id": planned, "deal_id": other}))).await?;
        assert_eq!((&log["activity_id"], &log["deal_id"], &log["subject"]), (&planned, &json!(deal), &json!("Planned")));
        let done = company.get(&format!("/api/v2/activities/{planned}")).await?;
        assert_eq!((&done["done"], &done["marked_as_done_time"]), (&json!(true), &json!("2026-03-01T12:00:00Z")));
        for activity in [meeting, json!(999)] {
            assert_eq!(company.send("POST", "/v1/callLogs", &with(json!({"activity_id": activity}))).await?.0, 400);
        }
    }
    Ok(())
}

#[tokio::test]
async fn calls_that_make_no_sense_are_refused() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let ben = company.add_colleague().await?;
        let deal = company.add_deal(json!({})).await?;
        for (key, value) in [
            ("outcome", json!("bored")),
            ("outcome", json!("")),
            ("to_phone_number", Value::Null),
            ("start_time", json!("soon")),
            ("end_time", json!("2026-03-01 09:00:00")),
            ("duration", json!("long")),
            ("duration", json!("-1")),
            ("deal_id", json!(99)),
            ("person_id", json!("x")),
            ("user_id", json!(99)),
            ("id", json!("CA1")),
        ] {
            let refused = company.send("POST", "/v1/callLogs", &with(json!({key: value}))).await?;
            assert_eq!(refused.0 == 400, key != "id", "{key} = {value}: {}", refused.1);
        }
        for key in ["outcome", "to_phone_number", "start_time", "end_time"] {
            let mut less = call();
            less.as_object_mut().ok_or("no object")?.remove(key);
            assert_eq!(company.send("POST", "/v1/callLogs", &less).await?.0, 400, "without {key}");
        }
        let both = with(json!({"deal_id": deal, "lead_id": "adf21080-0e10-11eb-879b-05d71fb426ec"}));
        assert_eq!(company.send("POST", "/v1/callLogs", &both).await?.0, 400);
        assert_eq!(company.send("POST", "/v1/callLogs", &with(json!({"user_id": ben}))).await?.0, 200, "administrators may");
        assert_eq!(company.as_colleague().send("POST", "/v1/callLogs", &with(json!({"user_id": 1}))).await?.0, 403);
    }
    Ok(())
}

#[tokio::test]
async fn a_recording_comes_once_and_goes_with_its_call() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let log = company.data("POST", "/v1/callLogs", call()).await?;
        let path = format!("/v1/callLogs/{}", log["id"].as_str().unwrap_or_default());
        let record = format!("{path}/recordings");
        assert_eq!(company.upload("POST", &record, &[], ("other", "a.wav", b"RIFF")).await?.0, 400);
        assert_eq!(company.upload("POST", &record, &[], ("file", "a.wav", b"RIFF")).await?, (200, json!({"success": true})));
        assert_eq!(company.get(&path).await?["has_recording"], true);
        let (status, answer) = company.upload("POST", &record, &[], ("file", "b.wav", b"RIFF")).await?;
        assert_eq!((status, &answer["error"]), (409, &json!("A recording for this call already exists")));
        assert_eq!(recordings(&company).await?, 1);

        assert_eq!(company.send("DELETE", &path, &Value::Null).await?, (200, json!({"success": true})));
        assert_eq!(recordings(&company).await?, 0);
        for method in ["GET", "DELETE"] {
            let (status, answer) = company.send(method, &path, &Value::Null).await?;
            assert_eq!((status, &answer["success"]), (410, &json!(false)));
        }
        assert_eq!(company.upload("POST", &record, &[], ("file", "b.wav", b"RIFF")).await?.0, 410);
        assert_eq!(json!(company.rows("SELECT is_deleted FROM activities WHERE company_id = $1", 1).await?), json!([[0]]));
        for code in ["CA0", "x", "%00", "1"] {
            assert_eq!(company.send("GET", &format!("/v1/callLogs/{code}"), &Value::Null).await?.0, 404, "{code}");
        }
    }
    Ok(())
}

/// Two recordings at the same time: one is kept, the other is refused, and its bytes are gone.
#[tokio::test]
async fn of_two_recordings_at_once_one_is_kept() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let log = company.data("POST", "/v1/callLogs", call()).await?;
        let record = format!("/v1/callLogs/{}/recordings", log["id"].as_str().unwrap_or_default());
        let upload = || company.upload("POST", &record, &[], ("file", "a.wav", b"RIFF"));
        let (one, two) = futures::join!(upload(), upload());
        let mut statuses = [one?.0, two?.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        assert_eq!(recordings(&company).await?, 1);
    }
    Ok(())
}

/// The list is the caller's own; a single call is seen with what it was about, and changed by its owner.
#[tokio::test]
async fn calls_of_others() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        company.add_colleague().await?;
        let ben = company.as_colleague();
        let open = company.data("POST", "/v1/persons", json!({"name": "Open", "visible_to": "7"})).await?["id"].clone();
        let about = company.data("POST", "/v1/callLogs", with(json!({"person_id": open}))).await?;
        let private = company.data("POST", "/v1/callLogs", call()).await?;
        let own = ben.data("POST", "/v1/callLogs", call()).await?;
        let path = |log: &Value| format!("/v1/callLogs/{}", log["id"].as_str().unwrap_or_default());
        let (_, list) = ben.send("GET", "/v1/callLogs", &Value::Null).await?;
        assert_eq!(list["data"], json!([own]));
        assert_eq!(list["additional_data"]["pagination"], json!({"start": 0, "limit": 50, "more_items_in_collection": false}));
        assert_eq!(ben.send("GET", &path(&about), &Value::Null).await?.0, 200);
        assert_eq!(ben.send("DELETE", &path(&about), &Value::Null).await?.0, 403);
        let record = format!("{}/recordings", path(&about));
        assert_eq!(ben.upload("POST", &record, &[], ("file", "a.wav", b"RIFF")).await?.0, 403);
        for method in ["GET", "DELETE"] {
            assert_eq!(ben.send(method, &path(&private), &Value::Null).await?.0, 404);
        }
        let (_, page) = company.send("GET", "/v1/callLogs?limit=1&start=1", &Value::Null).await?;
        assert_eq!(page["data"], json!([private]));
    }
    Ok(())
}
