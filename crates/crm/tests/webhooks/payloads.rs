//! What receivers are told of records of all sorts.

use super::company::{Company, Outcome};
use super::keys::{self, data};
use super::watch::{Watch, keys as keys_of};
use penstock_crm::webhooks::hook::Shape;
use penstock_crm::webhooks::payload;
use penstock_crm::webhooks::{event, matching};
use serde_json::{Value, json};

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

fn is_uuid(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() == 36 && uuid::Uuid::try_parse(text).is_ok())
}

/// One kind of record: how it is made, changed and deleted, and the old values that the change tells beside `update_time`.
struct Life {
    entity: &'static str,
    make: (&'static str, Value),
    change: (&'static str, Value),
    previous: Value,
    /// Whether records of the kind can be deleted.
    ends: bool,
}

fn lives() -> Vec<Life> {
    let life = |entity, make, change, previous| Life { entity, make, change, previous, ends: true };
    vec![
        life(
            "organization",
            ("/api/v2/organizations", json!({"name": "Weir", "address": {"value": "Tallinn"}})),
            ("PATCH", json!({"name": "Weirs"})),
            json!({"name": "Weir"}),
        ),
        life(
            "person",
            ("/api/v2/persons", json!({"name": "Ann Weir"})),
            ("PATCH", json!({"label_ids": []  , "emails": [{"value": "a@b.test"}]})),
            json!({"emails": []}),
        ),
        life(
            "deal",
            ("/api/v2/deals", json!({"title": "A", "value": 1})),
            ("PATCH", json!({"value": 2, "expected_close_date": "2026-05-01"})),
            json!({"expected_close_date": null, "value": 1}),
        ),
        life(
            "lead",
            ("/v1/leads", json!({"title": "A", "person_id": 1})),
            ("PATCH", json!({"value": {"amount": 5, "currency": "EUR"}, "was_seen": true})),
            json!({"was_seen": false, "value": null}),
        ),
        life(
            "activity",
            ("/api/v2/activities", json!({"subject": "Call"})),
            ("PATCH", json!({"due_time": "10:00:00", "done": true})),
            json!({"busy_flag": false, "done": false, "due_time": null}),
        ),
        life("note", ("/v1/notes", json!({"content": "x", "deal_id": 1})), ("PUT", json!({"content": "y"})), json!({"content": "x"})),
        life(
            "product",
            ("/api/v2/products", json!({"name": "P", "prices": [{"currency": "EUR", "price": 7}]})),
            ("PATCH", json!({"is_linkable": false, "prices": [{"currency": "EUR", "price": 8}]})),
            json!({"selectable": true, "prices": [{"cost": 0, "notes": "", "price": 7, "product_id": 1, "currency": "EUR", "direct_cost": 0}]}),
        ),
        life(
            "pipeline",
            ("/api/v2/pipelines", json!({"name": "Long sales"})),
            ("PATCH", json!({"name": "Short sales"})),
            json!({"name": "Long sales", "url_title": "Long-sales"}),
        ),
        life(
            "stage",
            ("/api/v2/stages", json!({"name": "S", "pipeline_id": 1})),
            ("PATCH", json!({"is_deal_rot_enabled": true, "days_to_rotten": 3})),
            json!({"rotten_days": null, "rotten_flag": false}),
        ),
        life("board", ("/api/v2/boards", json!({"name": "B"})), ("PATCH", json!({"name": "C"})), json!({"name": "B"})),
    ]
}

#[tokio::test]
async fn every_kind_of_record_is_told_in_the_second_version() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        company.data("POST", "/api/v2/persons", json!({"name": "First"})).await?;
        company.add_deal(json!({})).await?;
        let mut watch = Watch::of(&company, Shape::V2).await?;
        for life in lives() {
            company.at("2026-03-02 12:00:00.125")?;
            let (path, body) = life.make;
            let id = company.data("POST", path, body).await?["id"].clone();
            let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
            let made = watch.one(life.entity).await?;
            assert_eq!(keys_of(&made), ["data", "previous", "meta"], "{made:#}");
            assert_eq!(keys_of(&made["meta"]), words(keys::META));
            let expected = data(life.entity);
            if !expected.is_empty() {
                assert_eq!(keys_of(&made["data"]), expected, "{}", life.entity);
            }
            assert_eq!(
                (&made["meta"]["action"], &made["meta"]["entity_id"], &made["previous"]),
                (&json!("create"), &json!(id), &Value::Null)
            );
            let update_time = if life.entity == "deal" { &Value::Null } else { &made["data"]["add_time"] };
            assert_eq!(&made["data"]["update_time"], update_time, "{made:#}");

            company.at("2026-03-03 12:00:00")?;
            let target = format!("{path}/{id}");
            company.data(life.change.0, &target, life.change.1).await?;
            let changed = watch.one(life.entity).await?;
            let mut previous = changed["previous"].clone();
            previous.as_object_mut().ok_or("previous is no object")?.retain(|key, _| key != "update_time" && key != "update_user_id");
            assert_eq!((&changed["meta"]["action"], &previous), (&json!("change"), &life.previous), "{changed:#}");
            assert_eq!(keys_of(&changed["data"]), keys_of(&made["data"]));

            if life.ends {
                company.data("DELETE", &target, Value::Null).await?;
                let gone = watch.one(life.entity).await?;
                assert_eq!((&gone["meta"]["action"], &gone["data"]), (&json!("delete"), &Value::Null), "{gone:#}");
                assert_eq!(keys_of(&gone["previous"]), keys_of(&made["data"]));
                let flag = made["data"].get("active_flag").map(|_| json!(life.entity != "note"));
                assert_eq!(gone["previous"].get("active_flag"), flag.as_ref(), "{gone:#}");
                assert_eq!(gone["previous"]["id"], made["data"]["id"]);
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn times_numbers_and_ids_have_their_forms() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-02 12:00:00.125")?;
        let person = company.data("POST", "/api/v2/persons", json!({"name": "Ann Weir"})).await?["id"].clone();
        let mut watch = Watch::of(&company, Shape::V2).await?;
        let label = company.data("POST", "/v1/leadLabels", json!({"name": "Hot", "color": "red"})).await?["id"].clone();
        let lead = json!({"title": "A", "person_id": person, "label_ids": [label], "value": {"amount": 2.5, "currency": "USD"}});
        let made = company.data("POST", "/v1/leads", lead).await?;
        let told = watch.one("lead").await?["data"].clone();
        let of =
            ["id", "add_time", "label_ids", "value", "person_id", "organization_id", "origin", "source_name"].map(|key| told[key].clone());
        let expected = [
            made["id"].clone(),
            json!("2026-03-02T12:00:00.125Z"),
            json!([label]),
            json!({"amount": 2.5, "currency": "USD"}),
            person.clone(),
            Value::Null,
            json!("API"),
            json!("API"),
        ];
        assert_eq!(of, expected);

        let activity = json!({"subject": "Call", "due_date": "2026-03-05", "due_time": "10:00", "duration": "00:30", "location": {"value": "Tallinn"}});
        company.data("POST", "/api/v2/activities", activity).await?;
        let told = watch.one("activity").await?["data"].clone();
        let clock = |value: &str| json!({"timezone_id": null, "value": value});
        assert_eq!([&told["due_time"], &told["duration"]], [&clock("10:00:00"), &clock("00:30:00")]);
        assert_eq!([&told["due_date"], &told["location"]["value"]], [&json!("2026-03-05"), &json!("Tallinn")]);

        let made =
            company.data("POST", "/api/v2/deals", json!({"title": "A", "value": 10.5, "person_id": person, "visible_to": 3})).await?;
        let told = watch.one("deal").await?["data"].clone();
        assert_eq!([&told["id"], &told["visible_to"], &told["value"]], [&made["id"], &json!("3"), &json!(10.5)]);
        assert_eq!([&told["add_time"], &told["label_ids"]], [&json!("2026-03-02T12:00:00Z"), &json!([])]);

        company.data("POST", "/v1/persons", json!({"name": "B", "email": "b@b.test", "phone": [{"value": "1", "label": "home"}]})).await?;
        let told = watch.one("person").await?["data"].clone();
        assert_eq!(told["emails"][0]["value"], "b@b.test");
        assert_eq!([&told["label"], &told["label_ids"], &told["visible_to"]], [&Value::Null, &json!([]), &json!("3")]);

        company.data("POST", "/v1/organizations", json!({"name": "O"})).await?;
        assert_eq!(watch.one("organization").await?["data"]["address"], Value::Null);
    }
    Ok(())
}

#[tokio::test]
async fn the_states_of_a_deal_are_told_with_their_times() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let deal = company.data("POST", "/api/v2/deals", json!({"title": "A"})).await?["id"].clone();
        let stages = company.get("/api/v2/stages?limit=2").await?;
        let mut watch = Watch::to(&company, Shape::V2, "change", "deal").await?;
        let steps = [
            (json!({"status": "won"}), words("close_time first_won_time status update_time won_time")),
            (json!({"status": "open"}), words("close_time status update_time won_time")),
            (json!({"status": "lost", "lost_reason": "price"}), words("close_time lost_reason lost_time status update_time")),
            (json!({"status": "open"}), words("close_time lost_reason lost_time status update_time")),
            (json!({"stage_id": stages[1]["id"]}), words("stage_change_time stage_id update_time")),
        ];
        for (day, (body, expected)) in steps.into_iter().enumerate() {
            company.at(&format!("2026-03-{:02} 12:00:00", day + 2))?;
            company.data("PATCH", &format!("/api/v2/deals/{deal}"), body.clone()).await?;
            let event = watch.one("deal").await?;
            assert_eq!(keys_of(&event["previous"]), expected, "{event:#}");
            let closed = event["data"]["status"] != "open";
            let time = format!("2026-03-{:02}T12:00:00Z", day + 2);
            assert_eq!(event["data"]["close_time"], if closed { json!(time) } else { Value::Null });
            assert_eq!(event["data"]["won_time"].is_null(), event["data"]["status"] != "won");
            assert_eq!(event["data"]["lost_time"].is_null(), event["data"]["status"] != "lost");
            assert_eq!(
                event["data"]["stage_id"],
                if body["stage_id"].is_null() { stages[0]["id"].clone() } else { stages[1]["id"].clone() }
            );
        }
        // A save that changes nothing is no event.
        company.data("PATCH", &format!("/api/v2/deals/{deal}"), json!({"title": "A"})).await?;
        let told = watch.next().await?;
        assert!(told.iter().all(|body| keys_of(&body["previous"]) == ["update_time"]), "{told:#?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_envelope_says_who_what_when_and_to_whom() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-02 12:00:00.125")?;
        company.add_colleague().await?;
        let mut watch = Watch::to(&company, Shape::V2, "*", "deal").await?;
        let ben = company.as_colleague();
        let deal = ben.add_deal(json!({"title": "A"})).await?;
        let body = watch.one("deal").await?;
        let meta = &body["meta"];
        assert!(is_uuid(&meta["id"]) && is_uuid(&meta["correlation_id"]), "{meta:#}");
        let mut rest = meta.clone();
        rest.as_object_mut().ok_or("meta is no object")?.retain(|key, _| key != "id" && key != "correlation_id");
        let expected = json!({"action": "create", "company_id": company.id().0.to_string(), "entity_id": deal.to_string(),
            "entity": "deal", "is_bulk_edit": false, "timestamp": "2026-03-02T12:00:00.125Z", "type": "general", "user_id": "2",
            "version": "2.0", "webhook_id": watch.hook.id.to_string(), "webhook_owner_id": "1", "change_source": "api",
            "permitted_user_ids": ["1", "2"], "attempt": 1, "host": "localhost"});
        assert_eq!(rest, expected);

        let other = company.data("POST", "/v1/deals", json!({"title": "B"})).await?["id"].clone();
        watch.next().await?;
        company.send("DELETE", &format!("/v1/deals?ids={deal},{other}"), &Value::Null).await?;
        let gone = watch.next().await?;
        assert_eq!(gone.len(), 2);
        assert!(gone.iter().all(|body| body["meta"]["is_bulk_edit"] == true), "{gone:#?}");
        assert_eq!(gone[0]["meta"]["correlation_id"], gone[1]["meta"]["correlation_id"], "one request made both");
        assert_ne!(gone[0]["meta"]["id"], gone[1]["meta"]["id"]);
        company.execute("UPDATE webhooks SET app_id = 7 WHERE company_id = $1", &[]).await?;
        let mut of_app = Watch::to(&company, Shape::V2, "*", "deal").await?;
        of_app.hook.app = Some(7);
        company.add_deal(json!({})).await?;
        assert_eq!(of_app.one("deal").await?["meta"]["type"], "application");
    }
    Ok(())
}

#[tokio::test]
async fn a_repeated_delivery_is_the_same_but_for_its_number() -> Outcome {
    for company in Company::each().await? {
        for shape in [Shape::V1, Shape::V2] {
            let watch = Watch::to(&company, shape, "*", "deal").await?;
            company.add_deal(json!({})).await?;
            let app = company.app();
            let directory = app.directory(company.id()).await?;
            let last = company.rows("SELECT MAX(id) FROM outbox WHERE company_id = $1", 1).await?[0][0].as_i64();
            let event = event::read(app.store(), company.id(), &Vec::from_iter(last)).await?.pop().ok_or("no event")?;
            assert!(matching::wants(&watch.hook, &event));
            let sent = async |attempt: u32| -> Outcome<Value> {
                let content = payload::content(app, &directory, &event, shape).await?.ok_or("no content")?;
                Ok(serde_json::from_slice(&payload::body(&watch.hook, &event, &content, attempt))?)
            };
            let mut first = sent(1).await?;
            for attempt in [2, 4, 9] {
                let again = sent(attempt).await?;
                match shape {
                    Shape::V1 => first["retry"] = json!(attempt - 1),
                    Shape::V2 => first["meta"]["attempt"] = json!(attempt),
                }
                assert_eq!(again, first);
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn merges_name_both_records() -> Outcome {
    for company in Company::each().await? {
        for (kind, entity) in [("deals", "deal"), ("persons", "person"), ("organizations", "organization")] {
            let mut new = Watch::to(&company, Shape::V2, "*", entity).await?;
            let mut old = Watch::to(&company, Shape::V1, "*", entity).await?;
            let mut merged = Watch::to(&company, Shape::V1, "merged", entity).await?;
            let mut updated = Watch::to(&company, Shape::V1, "updated", entity).await?;
            let record = |name: &str| json!({"title": name, "name": name});
            let record = |name: &str| if entity == "deal" { json!({"title": name}) } else { json!({"name": record(name)["name"]}) };
            let from = company.data("POST", &format!("/api/v2/{kind}"), record("From")).await?["id"].clone();
            let into = company.data("POST", &format!("/api/v2/{kind}"), record("Into")).await?["id"].clone();
            for watch in [&mut new, &mut old, &mut merged, &mut updated] {
                watch.next().await?;
            }
            company.data("PUT", &format!("/v1/{kind}/{from}/merge"), json!({"merge_with_id": into})).await?;
            let bodies = new.next().await?;
            let find = |action: &str, id: &Value| {
                let is = |body: &&Value| body["meta"]["action"] == action && body["meta"]["entity_id"] == json!(id.to_string());
                bodies.iter().find(is).ok_or_else(|| format!("no {action} of {id}: {bodies:#?}"))
            };
            let (gone, kept) = (find("delete", &from)?, find("change", &into)?);
            assert_eq!(bodies.len(), 2, "one event per record: {bodies:#?}");
            assert_eq!(
                (&gone["meta"]["merged_to_id"], &kept["meta"]["merged_from_id"]),
                (&json!(into.to_string()), &json!(from.to_string()))
            );
            assert_eq!(keys_of(&kept["meta"]).last(), Some(&"merged_from_id"));

            let bodies = old.next().await?;
            let mut events: Vec<_> = bodies.iter().map(|body| (body["event"].clone(), body["meta"]["id"].clone())).collect();
            events.sort_by_key(|(word, _)| word.to_string());
            assert_eq!(events, [(json!(format!("deleted.{entity}")), from.clone()), (json!(format!("merged.{entity}")), into.clone())]);
            let told = merged.one(entity).await?;
            assert_eq!([&told["current"]["id"], &told["previous"]["id"]], [&into, &into]);
            assert_eq!(updated.next().await?, Vec::<Value>::new(), "a merge is no update");
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_first_version_tells_whole_flat_records() -> Outcome {
    for company in Company::each().await? {
        company.add_deal_field("a1", "varchar").await?;
        company.at("2026-03-02 12:00:00.125")?;
        let person = company.data("POST", "/api/v2/persons", json!({"name": "Ann Weir"})).await?["id"].clone();
        let mut watch = Watch::of(&company, Shape::V1).await?;
        let deal = company.add_deal(json!({"title": "A", "person_id": person, "a1": "x"})).await?;
        let made = watch.one("deal").await?;
        assert_eq!(keys_of(&made), words("v matches_filters meta retry current previous event"));
        assert_eq!(keys_of(&made["meta"]), words(keys::META_V1));
        let expected = json!({"v": 1, "action": "added", "object": "deal", "id": deal, "company_id": company.id().0, "user_id": 1,
            "host": "localhost", "timestamp": 1_772_452_800, "timestamp_micro": 1_772_452_800_125_000_i64,
            "prepublish_timestamp": 1_772_452_800_125_i64, "change_source": "api", "permitted_user_ids": [1], "trans_pending": false,
            "is_bulk_update": false, "pipedrive_service_name": false, "matches_filters": {"current": [], "previous": []},
            "webhook_id": watch.hook.id.to_string()});
        assert_eq!(made["meta"], expected);
        assert_eq!(
            (&made["v"], &made["retry"], &made["event"], &made["previous"]),
            (&json!(1), &json!(0), &json!("added.deal"), &Value::Null)
        );
        for key in words(keys::DEAL_V1) {
            assert!(made["current"].get(key).is_some(), "no {key}");
        }
        let of = ["user_id", "person_id", "person_name", "visible_to", "add_time", "a1"].map(|key| made["current"][key].clone());
        assert_eq!(of, [json!(1), person.clone(), json!("Ann Weir"), json!("3"), json!("2026-03-02 12:00:00"), json!("x")]);

        company.change_deal(deal, json!({"title": "B", "a1": "y"})).await?;
        // Another write after it: the event tells what was, not what is.
        company.change_deal(deal, json!({"title": "C"})).await?;
        let told = watch.next().await?;
        let titles: Vec<_> =
            told.iter().map(|body| [&body["previous"]["title"], &body["current"]["title"], &body["previous"]["a1"]]).collect();
        assert_eq!(titles, [["A", "B", "x"], ["B", "C", "y"]]);
        assert_eq!(keys_of(&told[0]["previous"]), keys_of(&made["current"]));
        company.data("DELETE", &format!("/v1/deals/{deal}"), Value::Null).await?;
        let gone = watch.one("deal").await?;
        assert_eq!((&gone["event"], &gone["current"], &gone["previous"]["title"]), (&json!("deleted.deal"), &Value::Null, &json!("C")));

        company.data("POST", "/v1/persons", json!({"name": "B"})).await?;
        let told = watch.one("person").await?["current"].clone();
        for key in words(keys::PERSON_V1) {
            assert!(told.get(key).is_some(), "no {key}");
        }
        let nothing = json!([{"value": "", "primary": true}]);
        assert_eq!([&told["phone"], &told["email"], &told["im"]], [&nothing, &nothing, &nothing]);
    }
    Ok(())
}

#[tokio::test]
async fn the_first_version_has_its_own_objects() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-02 12:00:00")?;
        company.add_deal(json!({})).await?;
        let mut watch = Watch::of(&company, Shape::V1).await?;
        for (object, path, body, shown, value) in [
            ("organization", "/v1/organizations", json!({"name": "O"}), "name", json!("O")),
            ("activity", "/v1/activities", json!({"subject": "S"}), "subject", json!("S")),
            ("activityType", "/v1/activityTypes", json!({"name": "T", "icon_key": "task"}), "key_string", json!("t")),
            ("note", "/v1/notes", json!({"content": "x", "deal_id": 1}), "content", json!("x")),
            ("pipeline", "/api/v2/pipelines", json!({"name": "Long sales"}), "url_title", json!("Long-sales")),
            ("stage", "/api/v2/stages", json!({"name": "S", "pipeline_id": 1}), "active_flag", json!(true)),
            ("product", "/v1/products", json!({"name": "P", "prices": [{"currency": "EUR", "price": 7}]}), "selectable", json!(true)),
        ] {
            let id = company.data("POST", path, body).await?["id"].clone();
            let told = watch.one(object).await?;
            assert_eq!((&told["event"], &told["meta"]["id"]), (&json!(format!("added.{object}")), &id));
            assert_eq!((&told["current"]["id"], &told["current"][shown]), (&id, &value), "{told:#}");
            if object == "activity" {
                assert_eq!(told["meta"]["send_activity_notifications"], false);
                assert_eq!(told["meta"]["activity_notifications_language"], "en");
            }
        }
        // The first version has no word for these.
        company.data("POST", "/v1/leads", json!({"title": "A", "organization_id": 1})).await?;
        company.data("POST", "/api/v2/boards", json!({"name": "B"})).await?;
        assert_eq!(watch.next().await?, Vec::<Value>::new());
    }
    Ok(())
}

#[tokio::test]
async fn users_are_told_in_their_own_way() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-02 12:00:00.125")?;
        let mut new = Watch::to(&company, Shape::V2, "*", "user").await?;
        let mut old = Watch::to(&company, Shape::V1, "*", "user").await?;
        let id = company.data("POST", "/v1/users", json!({"email": "eve@harbour.test"})).await?["id"].clone();
        let made = new.one("user").await?;
        assert_eq!(keys_of(&made["data"]), data("user"));
        let of = ["id", "lang", "active_flag", "created", "default_currency"].map(|key| made["data"][key].clone());
        assert_eq!(of, [json!(id.to_string()), json!("en-US"), json!(true), json!("2026-03-02 12:00:00"), json!("EUR")]);
        let meta = &made["meta"];
        assert_eq!(
            [&meta["id"], &meta["entity_id"], &meta["timestamp"]],
            [&json!(id.to_string()), &json!(id.to_string()), &json!(1_772_452_800)]
        );
        assert!(meta.get("permitted_user_ids").is_none());
        let told = old.one("user").await?;
        assert_eq!(
            (&told["event"], &told["current"][0]["id"], &told["current"][0]["email"]),
            (&json!("added.user"), &id, &json!("eve@harbour.test"))
        );
        assert_eq!(told["current"][0]["timezone_offset"], "+02:00");

        company.data("PUT", &format!("/v1/users/{id}"), json!({"active_flag": 0})).await?;
        let changed = new.one("user").await?;
        assert_eq!((&changed["meta"]["action"], &changed["data"]["active_flag"]), (&json!("change"), &json!(false)));
        assert_eq!(changed["previous"]["active_flag"], true);
        let told = old.one("user").await?;
        assert_eq!([&told["current"][0]["active_flag"], &told["previous"][0]["active_flag"]], [&json!(false), &json!(true)]);
    }
    Ok(())
}

#[tokio::test]
async fn what_a_deal_sells_is_told_beside_the_deal() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-02 12:00:00.125")?;
        let deal = company.add_deal(json!({})).await?;
        let product = company.data("POST", "/api/v2/products", json!({"name": "P"})).await?["id"].clone();
        let mut watch = Watch::of(&company, Shape::V2).await?;
        let rows = format!("/api/v2/deals/{deal}/products");
        let shown = company.data("POST", &rows, json!({"product_id": product, "item_price": 7, "quantity": 2})).await?;
        let told = watch.next().await?;
        let of = |body: &Value| [body["meta"]["action"].clone(), body["meta"]["entity"].clone()];
        assert_eq!(told.iter().map(of).collect::<Vec<_>>(), [[json!("change"), json!("deal")], [json!("create"), json!("deal_product")]]);
        assert_eq!(told[0]["previous"]["value"], 0);
        let line = &told[1]["data"];
        assert_eq!((keys_of(line), &told[1]["previous"]), (data("deal_product"), &Value::Null));
        let alike = ["id", "deal_id", "product_id", "order_nr", "item_price", "quantity", "discount", "discount_type", "sum", "currency"];
        for key in alike.into_iter().chain(["comments", "tax", "tax_method", "billing_frequency", "billing_start_date"]) {
            assert_eq!(line[key], shown[key], "{key}");
        }
        let own = ["active_flag", "enabled_flag", "duration", "add_time", "last_edit"].map(|key| line[key].clone());
        let time = "2026-03-02T12:00:00.000Z";
        assert_eq!(json!(own), json!([true, true, null, time, time]));

        company.at("2026-03-03 12:00:00")?;
        company.data("PATCH", &format!("{rows}/{}", shown["id"]), json!({"quantity": 3})).await?;
        let told = watch.one("deal_product").await?;
        let expected = json!({"quantity": 2, "sum": 14, "last_edit": "2026-03-02T12:00:00.000Z"});
        assert_eq!((&told["previous"], &told["data"]["sum"]), (&expected, &json!(21)));

        let parts = format!("/api/v2/deals/{deal}/installments");
        let shown = company.data("POST", &parts, json!({"description": "x", "amount": 3, "billing_date": "2026-04-01"})).await?;
        let told = watch.one("deal_installment").await?["data"].clone();
        assert_eq!((keys_of(&told), &told), (data("deal_installment"), &shown));
        let part = format!("{parts}/{}", shown["id"]);
        company.data("PATCH", &part, json!({"amount": 4})).await?;
        assert_eq!(watch.one("deal_installment").await?["previous"], json!({"amount": 3}));

        let other = company.add_deal(json!({})).await?;
        watch.next().await?;
        company.data("PUT", &format!("/v1/deals/{deal}/merge"), json!({"merge_with_id": other})).await?;
        let told = watch.next().await?;
        let moved: Vec<_> =
            told.iter().filter(|body| body["previous"]["deal_id"] == deal).map(|body| body["meta"]["entity"].clone()).collect();
        assert_eq!(moved.len(), 2, "{told:#?}");
        let (rows, part) = (format!("/api/v2/deals/{other}/products"), part.replace(&format!("/{deal}/"), &format!("/{other}/")));
        company.data("DELETE", &part, Value::Null).await?;
        let gone = watch.one("deal_installment").await?;
        assert_eq!((&gone["meta"]["action"], &gone["data"], &gone["previous"]["amount"]), (&json!("delete"), &Value::Null, &json!(4)));
        let row = company.get(&rows).await?[0]["id"].clone();
        company.data("DELETE", &format!("{rows}/{row}"), Value::Null).await?;
        let gone = watch.one("deal_product").await?;
        assert_eq!((&gone["meta"]["action"], &gone["previous"]["quantity"]), (&json!("delete"), &json!(3)));
    }
    Ok(())
}

#[tokio::test]
async fn projects_and_what_hangs_on_them_are_told_in_published_keys() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-02 12:00:00")?;
        let mut watch = Watch::of(&company, Shape::V2).await?;
        let board = company.data("POST", "/api/v2/boards", json!({"name": "B"})).await?;
        let told = watch.one("board").await?["data"].clone();
        assert_eq!((keys_of(&told), &told), (data("board"), &board));
        let phase = company.data("POST", "/api/v2/phases", json!({"name": "P", "board_id": board["id"]})).await?;
        let told = watch.one("phase").await?["data"].clone();
        assert_eq!((keys_of(&told), &told), (data("phase"), &phase));
        let field = company.data("POST", "/api/v2/projectFields", json!({"field_name": "F", "field_type": "varchar"})).await?;
        let code = field["field_code"].as_str().ok_or("no code")?;
        watch.next().await?;
        let body = json!({"title": "X", "board_id": board["id"], "phase_id": phase["id"], "custom_fields": {code: "x"}});
        let project = company.data("POST", "/api/v2/projects", body).await?;
        let told = watch.one("project").await?["data"].clone();
        assert_eq!(keys_of(&told), data("project"));
        assert_eq!(told["custom_fields"], json!({code: {"type": "varchar", "value": "x"}}));
        for key in data("project").into_iter().filter(|key| *key != "custom_fields") {
            assert_eq!(told[key], project[key], "{key}");
        }
        let body = json!({"title": "T", "project_id": project["id"], "milestone": 1, "assignee_ids": [1]});
        let task = company.data("POST", "/api/v2/tasks", body).await?;
        let told = watch.one("task").await?["data"].clone();
        assert_eq!(keys_of(&told), data("task"));
        for key in data("task").into_iter().filter(|key| !["done", "milestone"].contains(key)) {
            assert_eq!(told[key], task[key], "{key}");
        }
        assert_eq!([&told["done"], &told["milestone"], &told["assignee_ids"]], [&json!(false), &json!(true), &json!([1])]);
        company.data("PATCH", &format!("/api/v2/tasks/{}", task["id"]), json!({"done": 1})).await?;
        let told = watch.one("task").await?;
        assert_eq!([&told["data"]["done"], &told["previous"]["done"]], [true, false]);
        assert_eq!(told["previous"].get("milestone"), None);
        // The end of a project is the end of its tasks (semantics.md 28.3).
        company.data("DELETE", &format!("/api/v2/projects/{}", project["id"]), Value::Null).await?;
        let mut gone: Vec<_> =
            watch.next().await?.iter().map(|body| format!("{} {}", body["meta"]["action"], body["meta"]["entity"])).collect();
        gone.sort();
        assert_eq!(gone, [r#""delete" "project""#, r#""delete" "task""#]);
    }
    Ok(())
}

#[tokio::test]
async fn definitions_of_fields_are_told_by_their_codes() -> Outcome {
    for company in Company::each().await? {
        let mut watch = Watch::of(&company, Shape::V2).await?;
        for (path, entity) in [
            ("dealFields", "deal_field"),
            ("personFields", "person_field"),
            ("organizationFields", "organization_field"),
            ("productFields", "product_field"),
            ("projectFields", "project_field"),
        ] {
            let field = company.data("POST", &format!("/api/v2/{path}"), json!({"field_name": "F", "field_type": "varchar"})).await?;
            let told = watch.one(entity).await?;
            assert_eq!((&told["meta"]["action"], &told["meta"]["entity_id"]), (&json!("create"), &field["field_code"]));
            assert_eq!((&told["data"]["field_name"], &told["data"]["field_type"]), (&json!("F"), &json!("varchar")));
            let code = field["field_code"].as_str().ok_or("no code")?;
            company.data("PATCH", &format!("/api/v2/{path}/{code}"), json!({"field_name": "G"})).await?;
            assert_eq!(watch.one(entity).await?["previous"]["field_name"], "F");
            company.data("DELETE", &format!("/api/v2/{path}/{code}"), Value::Null).await?;
            let told = watch.one(entity).await?;
            assert_eq!((&told["meta"]["action"], &told["previous"]["field_name"]), (&json!("delete"), &json!("G")));
        }
    }
    Ok(())
}
