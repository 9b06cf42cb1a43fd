//! What v1 forgives: records sent back as they were read, forms, and odd queries; and what stands after it.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

/// Sends a v1 record back as it reads, and answers what v2 shows before and after, without the update time.
async fn send_back(company: &Company, kind: &str, id: &Value) -> Outcome<(Value, Value)> {
    let (old, new) = (format!("/v1/{kind}/{id}"), format!("/api/v2/{kind}/{id}"));
    let before = company.get(&new).await?;
    let row = company.get(&old).await?;
    company.data("PUT", &old, row).await?;
    let after = company.get(&new).await?;
    let timeless = |mut row: Value| {
        row["update_time"] = Value::Null;
        row
    };
    Ok((timeless(before), timeless(after)))
}

#[tokio::test]
async fn records_sent_back_stay_as_they_are() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let address = json!({"value": "Quay 1, Tallinn", "locality": "Tallinn", "country": "Estonia"});
        let organization = json!({"name": "Weir", "label_ids": [5, 6], "address": address});
        let organization = company.data("POST", "/api/v2/organizations", organization).await?;
        let person = json!({"first_name": "Anna", "last_name": "van Dyke", "label_ids": [2, 1], "org_id": organization["id"],
            "emails": [{"value": "a@weir.example", "label": "home"}, {"value": "b@weir.example", "primary": true}]});
        let person = company.data("POST", "/api/v2/persons", person).await?;
        let deal = json!({"title": "Sluice", "status": "won", "won_time": "2026-02-01T10:00:00Z", "label_ids": [9, 10],
            "person_id": person["id"], "org_id": organization["id"], "value": 12.5});
        let deal = company.data("POST", "/api/v2/deals", deal).await?;
        for (kind, id) in [("organizations", &organization["id"]), ("persons", &person["id"]), ("deals", &deal["id"])] {
            let (before, after) = send_back(&company, kind, id).await?;
            assert_eq!(before, after, "{kind}");
        }

        company.at("2026-03-02T10:00:00.250Z")?;
        let lost = company.add_deal(json!({"title": "Lock", "status": "lost", "lost_reason": "price"})).await?;
        company.at("2026-03-03")?;
        send_back(&company, "deals", &json!(lost)).await?;
        assert_eq!(company.get(&format!("/v1/deals/{lost}/changelog")).await?, json!([]), "nothing has changed");
    }
    Ok(())
}

#[tokio::test]
async fn one_changed_key_of_a_record_sent_back_counts() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let made = company.data("POST", "/v1/persons", json!({"name": "Ann Lee", "first_name": "Ann", "phone": 123})).await?;
        assert_eq!((&made["last_name"], &made["phone"][0]["value"]), (&json!("Lee"), &json!("123")));
        let target = format!("/v1/persons/{}", made["id"]);
        let mut row = company.get(&target).await?;
        row["name"] = json!("Bea Marsh");
        let renamed = company.data("PUT", &target, row).await?;
        assert_eq!((&renamed["first_name"], &renamed["last_name"]), (&json!("Bea"), &json!("Marsh")));
        let mut row = company.get(&target).await?;
        row["first_name"] = json!("Cleo");
        assert_eq!(company.data("PUT", &target, row).await?["name"], "Cleo Marsh");

        let made =
            company.data("POST", "/v1/organizations", json!({"name": "Weir", "address": "Quay 1", "address_locality": "Tartu"})).await?;
        let target = format!("/v1/organizations/{}", made["id"]);
        assert_eq!(made["address_locality"], "Tartu");
        let changed = company.data("PUT", &target, json!({"address_country": "Estonia"})).await?;
        assert_eq!((&changed["address_locality"], &changed["address_country"]), (&json!("Tartu"), &json!("Estonia")));
        let changed = company.data("PUT", &target, json!({"address": "Quay 2"})).await?;
        assert_eq!((&changed["address"], &changed["address_locality"]), (&json!("Quay 2"), &Value::Null));
        let changed = company.data("PUT", &target, json!({"address": ""})).await?;
        assert_eq!((&changed["address"], &changed["address_country"]), (&Value::Null, &Value::Null));
    }
    Ok(())
}

/// As curl sends an array in PHP.
fn multipart(members: &[(&str, &str)]) -> Vec<u8> {
    let mut body = String::new();
    for (key, text) in members {
        body += &format!("--bound\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{text}\r\n");
    }
    (body + "--bound--\r\n").into_bytes()
}

#[tokio::test]
async fn members_may_come_in_a_multipart_form() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let send = async |method: &str, target: &str, members: &[(&str, &str)]| -> Outcome<(u16, Value)> {
            let answer = company.raw(method, target, Some("multipart/form-data; boundary=bound"), multipart(members), None).await?;
            Ok((answer.status, serde_json::from_slice(&answer.body)?))
        };
        let weir = [("name", "Anna Weir"), ("email[0]", "a@weir.example"), ("email[1]", "b@weir.example"), ("label_ids[]", "1")];
        let (status, person) = send("POST", "/v1/persons", &weir).await?;
        assert_eq!(status, 201, "{person}");
        let person = &person["data"];
        assert_eq!((&person["email"][1]["value"], &person["label_ids"]), (&json!("b@weir.example"), &json!([1])));
        let deal = [("title", "Lock"), ("value", "12.5"), ("person_id", &person["id"].to_string()), ("org_id", "")];
        let (status, deal) = send("POST", "/v1/deals", &deal).await?;
        assert_eq!((status, &deal["data"]["value"], &deal["data"]["person_id"]["name"]), (201, &json!(12.5), &json!("Anna Weir")));
        let (status, changed) = send("PUT", &format!("/v1/deals/{}", deal["data"]["id"]), &[("status", "won")]).await?;
        assert_eq!((status, &changed["data"]["status"]), (200, &json!("won")));
        let (status, search) = send("POST", "/v1/organizations", &[("name", "Weir"), ("owner_id", "nobody")]).await?;
        assert_eq!((status, &search["success"]), (400, &json!(false)));
        let (status, _) = send("POST", "/v1/organizations", &[("name", &"x".repeat(11 << 20))]).await?;
        assert_eq!(status, 413);
        let many: Vec<(&str, &str)> = vec![("name", "Weir"); 1001];
        assert_eq!(send("POST", "/v1/organizations", &many).await?.0, 400);
        assert_eq!(send("POST", "/api/v2/organizations", &[("name", "Weir")]).await?.0, 415);
        assert_eq!(company.get("/v1/organizations").await?, Value::Null);
    }
    Ok(())
}

#[tokio::test]
async fn a_deal_that_comes_back_keeps_its_outcome() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let deal = company.add_deal(json!({"title": "Weir", "status": "won", "won_time": "2026-02-01T10:00:00Z"})).await?;
        let (old, new) = (format!("/v1/deals/{deal}"), format!("/api/v2/deals/{deal}"));
        company.data("PATCH", &new, json!({"won_time": null, "close_time": null})).await?;
        company.at("2026-03-02")?.data("DELETE", &new, Value::Null).await?;
        let restored = company.data("PUT", &old, json!({"deleted": false})).await?;
        let told = ["status", "won_time", "close_time", "first_won_time"].map(|key| restored[key].as_str());
        assert_eq!(told, ["won", "2026-02-01 10:00:00", "2026-02-01 10:00:00", "2026-02-01 10:00:00"].map(Some));
        company.data("DELETE", &new, Value::Null).await?;
        let reopened = company.data("PUT", &old, json!({"status": "open"})).await?;
        let told = ["status", "won_time", "close_time", "first_won_time"].map(|key| reopened[key].as_str());
        assert_eq!(told, [Some("open"), None, None, Some("2026-02-01 10:00:00")]);
    }
    Ok(())
}

#[tokio::test]
async fn names_cannot_be_taken_away() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        for target in ["/v1/pipelines/1", "/v1/stages/1"] {
            for name in [Value::Null, json!(""), json!(" ")] {
                let (status, answer) = company.send("PUT", target, &json!({"name": name})).await?;
                assert_eq!((status, &answer["error"]), (400, &json!("Name must be given.")), "{target} {name}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn lists_sort_by_totals_and_take_repeated_and_offset_parameters() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let mut persons = Vec::new();
        for (name, deals) in [("Ann", 1), ("Bea", 0), ("Cleo", 2)] {
            let person = company.data("POST", "/api/v2/persons", json!({"name": name})).await?["id"].clone();
            for _ in 0..deals {
                company.add_deal(json!({"title": name, "person_id": person})).await?;
            }
            persons.push(person);
        }
        let ids = async |target: &str| -> Outcome<Vec<Value>> {
            let rows = company.get(target).await?;
            Ok(rows.as_array().into_iter().flatten().map(|row| row["id"].clone()).collect())
        };
        let [ann, bea, cleo] = [0, 1, 2].map(|place| persons[place].clone());
        assert_eq!(ids("/v1/persons?sort=open_deals_count%20DESC").await?, [cleo.clone(), ann.clone(), bea.clone()]);
        assert_eq!(ids("/v1/persons?sort=open_deals_count,%20name&limit=2").await?, [bea.clone(), ann.clone()]);
        assert_eq!(ids("/v1/persons?sort=next_activity_date%20ASC,id%20DESC").await?, [cleo.clone(), bea, ann.clone()]);
        assert_eq!(ids(&format!("/api/v2/persons?ids={ann}&ids={cleo}")).await?, [ann, cleo]);
        let hundred: String = (1..=100).map(|id| format!("{id},")).collect();
        assert_eq!(company.send("GET", &format!("/api/v2/persons?ids={hundred}&ids=101"), &Value::Null).await?.0, 400);
        assert_eq!(ids("/api/v2/persons?updated_since=2026-03-01T10:00:00%2B10:00").await?.len(), 3);
        assert_eq!(ids("/api/v2/persons?updated_since=2026-03-01T10:00:01+10:00").await?.len(), 0);
    }
    Ok(())
}

#[tokio::test]
async fn bulk_deletions_take_their_ids_from_the_body() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let [one, two, three] =
            [company.add_deal(json!({})).await?, company.add_deal(json!({})).await?, company.add_deal(json!({})).await?];
        let gone = company.data("DELETE", "/v1/deals", json!({"ids": [one, two.to_string()]})).await?;
        assert_eq!(gone, json!({"id": [one, two]}));
        let both = format!("/v1/deals?ids={three}");
        assert_eq!(company.data("DELETE", &both, json!({"ids": "999"})).await?, json!({"id": [three]}), "the query counts");
        let person = company.data("POST", "/v1/persons", json!({"name": "Ann"})).await?["id"].clone();
        let gone = company.data("DELETE", "/v1/persons", json!({"ids": format!("{person},")})).await?;
        assert_eq!(gone, json!({"id": [person]}));
        for body in [Value::Null, json!({}), json!({"ids": null}), json!({"ids": []}), json!({"ids": {"a": 1}}), json!([1])] {
            assert_eq!(company.send("DELETE", "/v1/deals", &body).await?.0, 400, "{body}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn flags_may_be_written_as_python_writes_them() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let stage = company.data("PUT", "/v1/stages/1", json!({"rotten_flag": "True", "rotten_days": "3"})).await?;
        assert_eq!(stage["rotten_flag"], true);
        assert_eq!(company.data("PUT", "/v1/stages/1", json!({"rotten_flag": "False"})).await?["rotten_flag"], false);
        assert_eq!(company.send("PUT", "/v1/stages/1", &json!({"rotten_flag": "yes"})).await?.0, 400);
        let found = company.get("/v1/users/find?term=harbour.test&search_by_email=True").await?;
        assert_eq!(found[0]["email"], "ada@harbour.test");
        assert_eq!(company.get("/v1/users/find?term=harbour.test&search_by_email=False").await?, Value::Null);
        assert_eq!(company.send("GET", "/v1/users/find?term=ada&search_by_email=yes", &Value::Null).await?.0, 400);
        let deal = company.add_deal(json!({"title": "Weir"})).await?;
        assert_eq!(company.get(&format!("/api/v2/deals/{deal}?include_option_labels=True")).await?["id"], deal);
        assert_eq!(company.send("PATCH", "/api/v2/stages/1", &json!({"is_deal_rot_enabled": "True"})).await?.0, 400, "bodies are strict");
    }
    Ok(())
}
