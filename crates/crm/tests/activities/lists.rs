//! What the lists hold, and for whom.

use crate::company::{Company, Outcome};
use crate::{add, ids, named};
use serde_json::{Value, json};

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
