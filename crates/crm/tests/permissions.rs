//! What each permission opens and its absence closes, what the administrators of an area see, and who decides about both.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

/// All words, as the set of administrators has them.
async fn every_word(company: &Company) -> Outcome<Vec<String>> {
    let sets = company.get("/v1/permissionSets?app=sales").await?;
    let admin = sets[0]["id"].as_str().ok_or("the set has no id")?.to_owned();
    let set = company.get(&format!("/v1/permissionSets/{admin}")).await?;
    Ok(set[0]["contents"].as_array().into_iter().flatten().filter_map(|word| word.as_str().map(str::to_owned)).collect())
}

/// A company, its colleague, and a set of permissions that the colleague has.
struct Team {
    company: Company,
    ben: Company,
    ben_id: i64,
    set: String,
    words: Vec<String>,
}

impl Team {
    async fn each() -> Outcome<Vec<Team>> {
        let mut teams = Vec::new();
        for company in Company::each().await? {
            company.at("2026-03-01 09:00:00")?;
            let ben_id = company.add_colleague().await?;
            company.at("2026-03-01 09:00:02")?;
            let words = every_word(&company).await?;
            let made = json!({"name": "Closers", "app": "sales", "contents": words});
            let set = company.data("POST", "/api/penstock/permission-sets", made).await?["id"].as_str().ok_or("no id")?.to_owned();
            let access = json!({"access": [{"app": "sales", "permission_set_id": set}]});
            company.data("PUT", &format!("/api/penstock/users/{ben_id}/access"), access).await?;
            let ben = company.as_colleague();
            teams.push(Team { company, ben, ben_id, set, words });
        }
        Ok(teams)
    }

    /// Lets Ben have every permission but this one, or all.
    async fn without(&self, word: &str) -> Outcome {
        let words: Vec<_> = self.words.iter().filter(|known| *known != word).collect();
        self.company.data("PATCH", &format!("/api/penstock/permission-sets/{}", self.set), json!({"contents": words})).await?;
        Ok(())
    }

    async fn add(&self, path: &str, record: Value) -> Outcome<i64> {
        let made = self.company.data("POST", path, record).await?;
        made["id"].as_i64().ok_or_else(|| format!("{path}: no id").into())
    }
}

/// A permission, and a request that needs it. `$deal` and the like stand for new records that Ben sees.
const CLOSED: &[(&str, &str, &str, &str)] = &[
    ("can_add_custom_fields", "POST", "/api/v2/dealFields", r#"{"field_name":"Depth","field_type":"double"}"#),
    ("can_add_custom_fields", "POST", "/v1/personFields", r#"{"name":"Depth","field_type":"double"}"#),
    ("can_edit_custom_fields", "PATCH", "/api/v2/dealFields/$field", r#"{"field_name":"Height"}"#),
    ("can_delete_custom_fields", "DELETE", "/api/v2/dealFields/$field", ""),
    ("can_add_products", "POST", "/api/v2/products", r#"{"name":"Sluice"}"#),
    ("can_add_products", "POST", "/api/v2/products/$product/duplicate", "{}"),
    ("can_edit_products", "PATCH", "/api/v2/products/$product", r#"{"name":"Gate"}"#),
    ("can_edit_products", "PUT", "/v1/products/$product", r#"{"name":"Gate"}"#),
    ("can_edit_products", "POST", "/api/v2/products/$product/variations", r#"{"name":"Wide"}"#),
    ("can_bulk_edit_items", "DELETE", "/v1/deals?ids=$deal", ""),
    ("can_bulk_edit_items", "DELETE", "/v1/activities?ids=$activity", ""),
    ("can_delete_deals", "DELETE", "/v1/deals?ids=$deal", ""),
    ("can_delete_deals", "DELETE", "/api/v2/deals/$deal", ""),
    ("can_delete_deals", "PUT", "/v1/deals/$deal", r#"{"status":"deleted"}"#),
    ("can_change_visibility_of_items", "POST", "/api/v2/deals", r#"{"title":"Lock","visible_to":1}"#),
    ("can_change_visibility_of_items", "PATCH", "/api/v2/persons/$person", r#"{"visible_to":1}"#),
    ("can_change_visibility_of_items", "PUT", "/v1/organizations/$organization", r#"{"visible_to":"1"}"#),
    ("can_convert_deals_to_leads", "POST", "/api/v2/deals/$deal/convert/lead", "{}"),
    ("can_delete_activities", "DELETE", "/api/v2/activities/$activity", ""),
    ("can_delete_activities", "DELETE", "/v1/activities/$activity", ""),
    ("can_edit_deals_closed_date", "PATCH", "/api/v2/deals/$deal", r#"{"status":"won","won_time":"2026-02-01T00:00:00Z"}"#),
    ("can_edit_deals_closed_date", "PUT", "/v1/deals/$deal", r#"{"status":"lost","lost_time":"2026-02-01 00:00:00"}"#),
    ("can_merge_deals", "PUT", "/v1/deals/$deal/merge", r#"{"merge_with_id":$other_deal}"#),
    ("can_merge_organizations", "PUT", "/v1/organizations/$organization/merge", r#"{"merge_with_id":$other_organization}"#),
    ("can_merge_people", "PUT", "/v1/persons/$person/merge", r#"{"merge_with_id":$other_person}"#),
    ("can_modify_labels", "POST", "/v1/leadLabels", r#"{"name":"Warm","color":"red"}"#),
    (
        "can_share_filters",
        "POST",
        "/v1/filters",
        r#"{"name":"All","type":"deals","visible_to":7,"conditions":{"glue":"and","conditions":[]}}"#,
    ),
    ("can_see_deals_list_summary", "GET", "/v1/deals/summary", ""),
    ("can_see_deals_list_summary", "GET", "/v1/deals/summary/archived", ""),
    (
        "can_see_other_users_statistics",
        "GET",
        "/v1/pipelines/1/conversion_statistics?start_date=2026-01-01&end_date=2026-03-01&user_id=1",
        "",
    ),
];

/// Puts new records in the place of `$deal` and the like.
async fn filled(team: &Team, text: &str) -> Outcome<String> {
    let mut text = text.to_owned();
    let client = team.add("/api/v2/persons", json!({"name": "Client"})).await?;
    for (word, path, record) in [
        ("$other_deal", "/api/v2/deals", json!({"title": "Other"})),
        ("$deal", "/api/v2/deals", json!({"title": "Weir", "person_id": client})),
        ("$other_person", "/api/v2/persons", json!({"name": "Other"})),
        ("$person", "/api/v2/persons", json!({"name": "Ann"})),
        ("$other_organization", "/api/v2/organizations", json!({"name": "Other"})),
        ("$organization", "/api/v2/organizations", json!({"name": "Quay"})),
        ("$product", "/api/v2/products", json!({"name": "Gate"})),
        ("$activity", "/api/v2/activities", json!({"subject": "Call"})),
    ] {
        if text.contains(word) {
            text = text.replace(word, &team.add(path, record).await?.to_string());
        }
    }
    if text.contains("$field") {
        let field = json!({"field_name": "Width", "field_type": "double"});
        let made = team.company.data("POST", "/api/v2/dealFields", field).await?;
        text = text.replace("$field", made["field_code"].as_str().ok_or("the field has no code")?);
    }
    Ok(text)
}

#[tokio::test]
async fn each_permission_opens_its_operations() -> Outcome {
    for team in Team::each().await? {
        for (word, method, target, body) in CLOSED {
            let request = filled(&team, &format!("{target} {body}")).await?;
            let (target, body) = request.split_once(' ').ok_or("a request has two parts")?;
            let body: Value = if body.is_empty() { Value::Null } else { serde_json::from_str(body)? };
            team.without(word).await?;
            let (status, answer) = team.ben.send(method, target, &body).await?;
            assert_eq!(status, 403, "{method} {target} without {word}: {answer}");
            assert_eq!(answer["error"], json!("You do not have permissions to do this."));
            team.without("").await?;
            let (status, answer) = team.ben.send(method, target, &body).await?;
            assert!((200..300).contains(&status), "{method} {target} with all permissions: {status} {answer}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn who_may_not_see_other_users_sees_none() -> Outcome {
    for team in Team::each().await? {
        team.without("can_see_other_users").await?;
        let own = team.ben.get("/v1/users").await?;
        assert_eq!(own.as_array().map(Vec::len), Some(1));
        assert_eq!(own[0]["id"], json!(team.ben_id));
        assert_eq!(team.ben.send("GET", "/v1/users/1", &Value::Null).await?.0, 404);
        assert_eq!(team.ben.get("/v1/users/find?term=ada").await?, Value::Null);
        assert_eq!(team.ben.get(&format!("/v1/users/{}", team.ben_id)).await?["id"], json!(team.ben_id));
        team.without("").await?;
        assert_eq!(team.ben.get("/v1/users").await?.as_array().map(Vec::len), Some(2));
    }
    Ok(())
}

#[tokio::test]
async fn who_may_not_use_the_api_has_no_token() -> Outcome {
    for team in Team::each().await? {
        team.without("can_use_api").await?;
        assert_eq!(team.ben.send("GET", "/v1/users/me", &Value::Null).await?.0, 401);
        team.without("").await?;
        assert_eq!(team.ben.send("GET", "/v1/users/me", &Value::Null).await?.0, 200);
    }
    Ok(())
}

/// Ben as what this access makes of him.
async fn give(team: &Team, access: Value) -> Outcome {
    team.company.data("PUT", &format!("/api/penstock/users/{}/access", team.ben_id), json!({"access": access})).await?;
    Ok(())
}

#[tokio::test]
async fn administrators_of_an_area_see_all_of_it_and_no_more() -> Outcome {
    for team in Team::each().await? {
        let deal = team.add("/api/v2/deals", json!({"title": "Hidden deal", "visible_to": 1})).await?;
        let person = team.add("/api/v2/persons", json!({"name": "Hidden person", "visible_to": 1})).await?;
        let project = team.add("/api/v2/projects", json!({"title": "Hidden project", "board_id": 1, "phase_id": 1})).await?;
        team.company.run("UPDATE projects SET visible_to = 1 WHERE company_id = $1", &[]).await?;
        team.company.run("UPDATE search_documents SET visible_to = 1 WHERE company_id = $1", &[]).await?;
        team.company.at("2026-03-01 09:00:10")?;
        let note = team.add("/v1/notes", json!({"content": "Hidden note", "deal_id": deal})).await?;
        let paths = [
            format!("/api/v2/deals/{deal}"),
            format!("/api/v2/persons/{person}"),
            format!("/api/v2/projects/{project}"),
            format!("/v1/notes/{note}"),
        ];
        for (access, sees, finds) in [
            (json!([{"app": "sales"}]), [false, false, false, false], 0),
            (json!([{"app": "sales", "admin": true}]), [true, false, false, true], 1),
            (json!([{"app": "global", "admin": true}]), [false, true, false, false], 1),
            (json!([{"app": "projects", "admin": true}]), [false, false, true, false], 1),
            (json!([{"app": "account_settings", "admin": true}]), [false, false, false, false], 0),
            (json!([{"app": "sales", "admin": true}, {"app": "global", "admin": true}]), [true, true, false, true], 2),
        ] {
            give(&team, access.clone()).await?;
            for (path, sees) in paths.iter().zip(sees) {
                assert_eq!(team.ben.send("GET", path, &Value::Null).await?.0 == 200, sees, "{path} with {access}");
            }
            let found = team.ben.get("/api/v2/itemSearch?term=hidden&item_types=deal,person,project").await?;
            assert_eq!(found["items"].as_array().map(Vec::len), Some(finds), "{access}: {found}");
        }
        give(&team, json!([{"app": "sales"}])).await?;
        let permitted = team.company.get(&format!("/v1/deals/{deal}/permittedUsers")).await?;
        give(&team, json!([{"app": "sales", "admin": true}])).await?;
        let with_ben = team.company.get(&format!("/v1/deals/{deal}/permittedUsers")).await?;
        assert_eq!((permitted, with_ben), (json!([1]), json!([1, team.ben_id])));
    }
    Ok(())
}

#[tokio::test]
async fn each_area_has_settings_of_its_own() -> Outcome {
    for team in Team::each().await? {
        let requests = [
            ("POST", "/api/v2/pipelines", json!({"name": "Second"})),
            ("POST", "/v1/activityTypes", json!({"name": "Visit", "icon_key": "car"})),
            ("POST", "/v1/roles", json!({"name": "North"})),
        ];
        for (place, app) in ["sales", "global", "account_settings"].iter().enumerate() {
            give(&team, json!([{"app": app, "admin": true}])).await?;
            for (other, (method, path, body)) in requests.iter().enumerate() {
                let (status, answer) = team.ben.send(method, path, body).await?;
                assert_eq!(status != 403, place == other, "{app}: {path}: {status} {answer}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn only_administrators_of_the_account_give_permissions() -> Outcome {
    for team in Team::each().await? {
        give(&team, json!([{"app": "sales", "admin": true}, {"app": "global", "admin": true}])).await?;
        let everything = json!({"access": [{"app": "account_settings", "admin": true}]});
        let path = format!("/api/penstock/users/{}/access", team.ben_id);
        assert_eq!(team.ben.send("PUT", &path, &everything).await?.0, 403);
        let set = json!({"name": "Mine", "app": "sales", "contents": []});
        assert_eq!(team.ben.send("POST", "/api/penstock/permission-sets", &set).await?.0, 403);
        let path = format!("/api/penstock/permission-sets/{}", team.set);
        assert_eq!(team.ben.send("DELETE", &path, &Value::Null).await?.0, 403);

        let ada = "/api/penstock/users/1/access";
        let (status, answer) = team.company.send("PUT", ada, &json!({"access": [{"app": "sales"}]})).await?;
        assert_eq!(status, 400, "the last administrator stays: {answer}");
        assert_eq!(team.company.get("/v1/users/me").await?["access"].as_array().map(Vec::len), Some(4));
    }
    Ok(())
}

#[tokio::test]
async fn sets_are_made_changed_and_deleted() -> Outcome {
    for team in Team::each().await? {
        let sets = "/api/penstock/permission-sets";
        for body in [
            json!({"name": "", "app": "sales", "contents": []}),
            json!({"name": "A", "app": "projects", "contents": []}),
            json!({"name": "A", "app": "sales", "contents": ["can_fly"]}),
            json!({"name": "A", "app": "sales", "contents": "can_use_api"}),
            json!({"name": "A", "app": "sales"}),
            json!({"name": "x".repeat(256), "app": "sales", "contents": []}),
        ] {
            assert_eq!(team.company.send("POST", sets, &body).await?.0, 400, "{body}");
        }
        let own = format!("{sets}/{}", team.set);
        assert_eq!(team.company.send("DELETE", &own, &Value::Null).await?.0, 409, "Ben has it");
        let holders = team.company.get(&format!("/v1/permissionSets/{}/assignments", team.set)).await?;
        assert_eq!(holders[0]["user_id"], json!(team.ben_id));
        let shown = team.company.get(&format!("/v1/permissionSets/{}", team.set)).await?;
        assert_eq!((&shown[0]["type"], &shown[0]["assignment_count"]), (&json!("custom"), &json!(1)));
        give(&team, json!([{"app": "sales"}])).await?;
        team.company.data("DELETE", &own, Value::Null).await?;
        assert_eq!(team.company.send("GET", &format!("/v1/permissionSets/{}", team.set), &Value::Null).await?.0, 404);

        let listed = team.company.get("/v1/permissionSets?app=sales").await?;
        let (admin, regular) = (format!("{sets}/{}", listed[0]["id"].as_str().unwrap_or_default()), listed[1]["id"].clone());
        let regular = format!("{sets}/{}", regular.as_str().unwrap_or_default());
        assert_eq!(team.company.send("PATCH", &admin, &json!({"contents": []})).await?.0, 403);
        assert_eq!(team.company.send("DELETE", &regular, &Value::Null).await?.0, 403);
        assert_eq!(team.company.send("PATCH", &regular, &json!({"name": "Others"})).await?.0, 400);
        team.company.data("PATCH", &regular, json!({"contents": ["can_use_api", "can_delete_deals"]})).await?;
        let flags = team.ben.get(&format!("/v1/users/{}/permissions", team.ben_id)).await?;
        assert_eq!((&flags["can_delete_deals"], &flags["can_add_products"]), (&json!(true), &json!(false)));
    }
    Ok(())
}
