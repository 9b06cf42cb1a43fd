//! Rows that are kept from one answer to the next are never older than their records, and never shown to those who may not see them.

mod company;

use company::{Company, Outcome};
use penstock_crm::{Request, Settings};
use serde_json::{Value, json};

const PERSONS: &str = "/api/v2/persons";
/// So often is a list read until its rows are expected to be kept, and single records too.
const OFTEN: usize = 80;

/// Reads something again and again; always the same must come.
async fn read_often(company: &Company, target: &str) -> Outcome<Value> {
    let first = company.get(target).await?;
    for _ in 0..OFTEN {
        assert_eq!(company.get(target).await?, first, "{target}");
    }
    Ok(first)
}

/// The names in the list of persons.
async fn names(company: &Company) -> Outcome<Vec<String>> {
    let rows = company.get(PERSONS).await?;
    let names = rows.as_array().into_iter().flatten().filter_map(|row| row["name"].as_str());
    Ok(names.map(str::to_owned).collect())
}

#[tokio::test]
async fn what_is_kept_is_what_is_written() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let person = company.data("POST", PERSONS, json!({"name": "Ada Löve \"x\"", "emails": [{"value": "a@b.test"}]})).await?;
        for title in ["One", "Two", "Three"] {
            let deal = json!({"title": title, "person_id": person["id"], "value": 12.5, "label_ids": []});
            company.data("POST", "/api/v2/deals", deal).await?;
            company.data("POST", "/api/v2/activities", json!({"subject": title, "person_id": person["id"]})).await?;
            company.data("POST", "/api/v2/products", json!({"name": title, "prices": [{"currency": "EUR", "price": 3}]})).await?;
        }
        for path in ["persons", "deals", "activities", "products", "pipelines", "stages"] {
            read_often(&company, &format!("/api/v2/{path}")).await?;
            for query in ["", "?limit=2", "?sort_by=update_time&sort_direction=desc", "?sort_by=add_time&limit=1"] {
                let target = format!("/api/v2/{path}{query}");
                let first = company.send("GET", &target, &Value::Null).await?;
                assert_eq!(first.0, 200, "{target}: {}", first.1);
                let second = company.send("GET", &target, &Value::Null).await?;
                let written = company.node(Settings::default()).await?.send("GET", &target, &Value::Null).await?;
                assert_eq!((&first, &first), (&second, &written), "{target}");
                for row in first.1["data"].as_array().into_iter().flatten() {
                    assert_eq!(company.get(&format!("/api/v2/{path}/{}", row["id"])).await?, *row, "{target}");
                }
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn rows_follow_what_any_node_writes() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        company.add_colleague().await?;
        let other = company.node(Settings::default()).await?;
        let mut ids = Vec::new();
        for name in ["A", "B", "C", "D"] {
            ids.push(company.data("POST", PERSONS, json!({"name": name, "visible_to": 7})).await?["id"].clone());
        }
        let path = |place: usize| format!("{PERSONS}/{}", ids[place]);
        let colleague = company.as_colleague();
        for caller in [&company, &colleague, &company] {
            read_often(caller, PERSONS).await?;
            assert_eq!(names(caller).await?, ["A", "B", "C", "D"]);
        }

        other.data("PATCH", &path(0), json!({"name": "Anna"})).await?;
        other.data("PATCH", &path(1), json!({"visible_to": 1})).await?;
        other.data("DELETE", &path(2), Value::Null).await?;
        assert_eq!(names(&company).await?, ["Anna", "B", "D"]);
        assert_eq!(names(&colleague).await?, ["Anna", "D"]);
        assert_eq!(company.get(&path(0)).await?["name"], "Anna");
        assert_eq!(company.get(&path(2)).await?["is_deleted"], true);
        assert_eq!(colleague.send("GET", &path(1), &Value::Null).await?.0, 404);

        company.data("PATCH", &path(1), json!({"visible_to": 7})).await?;
        assert_eq!(names(&colleague).await?, ["Anna", "B", "D"]);
    }
    Ok(())
}

#[tokio::test]
async fn rows_follow_the_settings() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let deal = company.data("POST", "/api/v2/deals", json!({"title": "A"})).await?;
        let deal = format!("/api/v2/deals/{}", deal["id"]);
        assert_eq!(read_often(&company, &deal).await?["custom_fields"], json!({}));
        let field = company.data("POST", "/api/v2/dealFields", json!({"field_name": "Colour", "field_type": "varchar"})).await?;
        let code = field["field_code"].as_str().ok_or("no code")?;
        assert_eq!(read_often(&company, &deal).await?["custom_fields"], json!({code: null}));
        company.data("PATCH", &deal, json!({"custom_fields": {code: "red"}})).await?;
        assert_eq!(company.get("/api/v2/deals").await?[0]["custom_fields"], json!({code: "red"}));
        company.data("DELETE", &format!("/api/v2/dealFields/{code}"), Value::Null).await?;
        assert_eq!(company.get("/api/v2/deals").await?[0]["custom_fields"], json!({}));
    }
    Ok(())
}

/// Holds that every list of v1 is, for both callers, what a server says that has kept nothing.
async fn assert_lists_are_as_written(company: &Company, after: &str) -> Outcome {
    for caller in [company, &company.as_colleague()] {
        for list in LISTS_V1 {
            let kept = caller.send("GET", list, &Value::Null).await?;
            let written = caller.node(Settings::default()).await?.send("GET", list, &Value::Null).await?;
            assert_eq!(kept.0, 200, "{list}: {}", kept.1);
            assert_eq!(kept, written, "{list} after {after}");
        }
    }
    Ok(())
}

const LISTS_V1: [&str; 5] =
    ["/v1/persons", "/v1/organizations", "/v1/persons?start=1&limit=1", "/v1/persons?sort=name DESC", "/v1/persons?start=9"];

/// Two persons of one organization, as both callers know them by heart.
async fn well_known(company: &Company) -> Outcome<[Value; 3]> {
    company.at("2026-03-01")?;
    let mut ids = vec![company.data("POST", "/api/v2/organizations", json!({"name": "Harbour", "visible_to": 7})).await?["id"].clone()];
    for name in ["Ada", "Ben"] {
        let person = json!({"name": name, "org_id": ids[0], "visible_to": 7});
        ids.push(company.data("POST", PERSONS, person).await?["id"].clone());
    }
    for caller in [company, &company.as_colleague()] {
        for list in LISTS_V1 {
            read_often(caller, list).await?;
        }
    }
    let [organization, ada, ben] = <[Value; 3]>::try_from(ids).map_err(|_| "three")?;
    Ok([organization, ada, ben])
}

#[tokio::test]
async fn rows_of_v1_follow_all_that_they_show() -> Outcome {
    for company in Company::each().await? {
        let colleague = company.add_colleague().await?;
        let [organization, ada, ben] = well_known(&company).await?;
        let own = format!("/api/v2/organizations/{organization}");
        let followers = format!("/v1/organizations/{organization}/followers");
        let follower = company.data("POST", &followers, json!({"user_id": colleague})).await?;
        assert_lists_are_as_written(&company, "a follower").await?;
        let steps = [
            ("POST", "/api/v2/deals".to_owned(), json!({"title": "Sail", "person_id": ada, "org_id": organization})),
            ("POST", "/api/v2/activities".to_owned(), json!({"subject": "Call", "person_id": ben, "due_date": "2026-04-01"})),
            ("POST", "/v1/notes".to_owned(), json!({"content": "Hello", "org_id": organization})),
            ("PATCH", own.clone(), json!({"name": "Haven"})),
            ("PATCH", own.clone(), json!({"visible_to": 1})),
            ("DELETE", format!("{followers}/{}", follower["id"]), Value::Null),
            ("PATCH", own.clone(), json!({"visible_to": 7})),
            ("PATCH", format!("{PERSONS}/{ada}"), json!({"name": "Anna", "owner_id": colleague})),
            ("PUT", format!("/v1/users/{colleague}"), json!({"active_flag": true})),
            ("DELETE", format!("{PERSONS}/{ben}"), Value::Null),
            ("DELETE", own.clone(), Value::Null),
        ];
        for (method, path, body) in steps {
            let after = format!("{method} {path} {body}");
            let answer = company.send(method, &path, &body).await?;
            assert!(answer.0 < 300, "{after}: {}", answer.1);
            assert_lists_are_as_written(&company, &after).await?;
        }
        // The name of what is deleted is shown for thirty days; nothing is written when they are over.
        let org_name = |list: Value| list[0]["org_name"].clone();
        assert_eq!(org_name(read_often(&company, "/v1/persons").await?), "Haven");
        company.at("2026-04-15")?;
        assert_eq!(org_name(company.get("/v1/persons").await?), Value::Null);
        assert_lists_are_as_written(&company, "thirty days").await?;
    }
    Ok(())
}

#[tokio::test]
async fn rows_of_v1_follow_pictures_and_the_address_of_the_server() -> Outcome {
    for company in Company::each().await? {
        company.add_colleague().await?;
        let [_, ada, _] = well_known(&company).await?;
        let id = ada.as_i64().ok_or("no id")?;
        company.execute(PICTURE, &[1, id]).await?;
        let picture = "UPDATE persons SET picture_id = $3, version = version + 1 WHERE company_id = $1 AND id = $2";
        company.execute(picture, &[id, 1]).await?;
        assert_lists_are_as_written(&company, "a picture").await?;
        read_often(&company, "/v1/persons").await?;
        company.execute("UPDATE pictures SET file_size = 77 WHERE company_id = $1 AND id = $2", &[1]).await?;
        assert_lists_are_as_written(&company, "another picture").await?;
        let row = read_often(&company, "/v1/persons").await?[0]["picture_id"].clone();
        assert_eq!(row["file_size"], 77);
        for host in ["crm.test", "sea.test"] {
            let request = Request { host: Some(host.to_owned()), ..Request::default() };
            let body = String::from_utf8(company.answer("GET", "/v1/persons", request).await.body)?;
            assert!(body.contains(&format!("http://{host}/")), "{host}: {body}");
        }
    }
    Ok(())
}

const PICTURE: &str = "INSERT INTO pictures (company_id, id, item_type, item_id, object, file_size, added_by_user_id, add_time) \
     VALUES ($1, $2, 'person', $3, 'face', 1, 1, 1)";

#[tokio::test]
async fn days_are_those_of_who_asks() -> Outcome {
    for company in Company::each().await? {
        // In Tallinn it is the next day already.
        company.at("2026-03-01 23:30:00")?;
        let colleague = company.add_colleague().await?;
        company.run("UPDATE users SET timezone_name = 'America/New_York' WHERE company_id = $1 AND id = $2", &[colleague]).await?;
        company.data("POST", "/api/v2/deals", json!({"title": "A", "status": "won", "visible_to": 7})).await?;
        for _ in 0..OFTEN {
            assert_eq!(company.get("/api/v2/deals").await?[0]["local_won_date"], "2026-03-02");
            assert_eq!(company.as_colleague().get("/api/v2/deals").await?[0]["local_won_date"], "2026-03-01");
        }
    }
    Ok(())
}
