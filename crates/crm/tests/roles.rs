//! Roles and the pipelines they see, permission sets, teams, add-ons.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

const EVE: &str = "0000000000000000000000000000000000000003";

async fn add_role(company: &Company, name: &str, parent: Option<i64>) -> Outcome<i64> {
    let made = company.data("POST", "/v1/roles", json!({"name": name, "parent_role_id": parent})).await?;
    assert_eq!(made, json!({"id": made["id"]}));
    made["id"].as_i64().ok_or_else(|| "no id".into())
}

fn ids(rows: &Value) -> Vec<i64> {
    rows.as_array().into_iter().flatten().filter_map(|row| row["id"].as_i64()).collect()
}

#[tokio::test]
async fn roles_are_a_tree() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        let ben = company.add_colleague().await?;
        company.at("2026-03-21")?;
        let sales = add_role(&company, "Sales", None).await?;
        let north = add_role(&company, "North", Some(sales)).await?;
        let far = add_role(&company, "Far north", Some(north)).await?;
        company.data("POST", &format!("/v1/roles/{north}/assignments"), json!({"user_id": ben})).await?;
        let row = |id: i64, parent: Value, name: &str, users: &str, below: &str, level: i64| {
            json!({"id": id, "parent_role_id": parent, "name": name, "active_flag": true, "assignment_count": users, "sub_role_count": below,
                "level": level})
        };
        let expected = json!([
            row(1, Value::Null, "(Unassigned users)", "1", "0", 1),
            row(sales, json!(1), "Sales", "0", "1", 1),
            row(north, json!(sales), "North", "1", "1", 2),
            row(far, json!(north), "Far north", "0", "0", 3),
        ]);
        assert_eq!(company.get("/v1/roles").await?, expected);
        let (_, page) = company.send("GET", "/v1/roles?start=1&limit=2", &Value::Null).await?;
        assert_eq!(ids(&page["data"]), [sales, north]);
        assert_eq!(page["additional_data"]["pagination"]["next_start"], 3);
        assert_eq!(company.get("/v1/roles?start=9").await?, Value::Null);

        for (keys, status) in [
            (json!({"parent_role_id": sales}), 400),
            (json!({"parent_role_id": far}), 400),
            (json!({"parent_role_id": 99}), 400),
            (json!({"name": " "}), 400),
            (json!({"name": "Commerce"}), 200),
        ] {
            assert_eq!(company.send("PUT", &format!("/v1/roles/{sales}"), &keys).await?.0, status, "{keys}");
        }
        assert_eq!(company.get(&format!("/v1/roles/{sales}")).await?["name"], "Commerce");
        company.data("PUT", &format!("/v1/roles/{far}"), json!({"parent_role_id": 1})).await?;
        assert_eq!(company.get("/v1/roles").await?[3]["level"], 1);
        company.data("PUT", &format!("/v1/roles/{far}"), json!({"parent_role_id": north})).await?;

        assert_eq!(company.data("DELETE", &format!("/v1/roles/{north}"), Value::Null).await?, json!({"id": north}));
        let roles = company.get("/v1/roles").await?;
        assert_eq!(ids(&roles), [1, sales, far]);
        assert_eq!((&roles[0]["assignment_count"], &roles[2]["parent_role_id"]), (&json!("2"), &json!(sales)));
        for (method, path, body) in [
            ("GET", format!("/v1/roles/{north}"), Value::Null),
            ("DELETE", format!("/v1/roles/{north}"), Value::Null),
            ("GET", "/v1/roles/99".to_owned(), Value::Null),
            ("POST", format!("/v1/roles/{north}/assignments"), json!({"user_id": ben})),
        ] {
            assert_eq!(company.send(method, &path, &body).await?.0, 404, "{method} {path}");
        }
        assert_eq!(company.send("DELETE", "/v1/roles/1", &Value::Null).await?.0, 400, "users without a role have this one");
        assert_eq!(company.send("PUT", "/v1/roles/1", &json!({"name": "x"})).await?.0, 400);
        assert_eq!(company.as_colleague().send("POST", "/v1/roles", &json!({"name": "x"})).await?.0, 403);
    }
    Ok(())
}

#[tokio::test]
async fn a_user_has_one_role_and_begins_records_as_it_says() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        let ben = company.add_colleague().await?;
        company.at("2026-03-21")?;
        let colleague = company.as_colleague();
        let (one, other) = (add_role(&company, "One", None).await?, add_role(&company, "Other", None).await?);
        let assign = |role: i64| format!("/v1/roles/{role}/assignments");
        let made = company.data("POST", &assign(one), json!({"user_id": ben.to_string()})).await?;
        assert_eq!(made, json!({"user_id": ben, "role_id": one}));
        company.data("POST", &assign(other), json!({"user_id": ben})).await?;
        assert_eq!(company.get(&assign(one)).await?, Value::Null);
        let row = json!({"user_id": ben, "role_id": other, "parent_role_id": 1, "name": "Other", "active_flag": true, "type": "1"});
        assert_eq!(company.get(&assign(other)).await?, json!([row]));
        assert_eq!(company.get(&format!("/v1/users/{ben}/roleAssignments")).await?, json!([row]));
        assert_eq!(company.send("POST", &assign(other), &json!({"user_id": 99})).await?.0, 400);

        let settings = format!("/v1/roles/{other}/settings");
        let set = company.data("POST", &settings, json!({"setting_key": "deal_default_visibility", "value": 1})).await?;
        assert_eq!(set, json!({"id": other, "deal_default_visibility": 1}));
        let expected = json!({"deal_default_visibility": 1, "lead_default_visibility": 3, "org_default_visibility": 3,
            "person_default_visibility": 3, "product_default_visibility": 3});
        assert_eq!(company.get(&settings).await?, expected);
        let (_, shown) = company.send("GET", &format!("/v1/roles/{other}"), &Value::Null).await?;
        assert_eq!(shown["additional_data"]["settings"], expected);
        for (key, value) in
            [("deal_default_visibility", json!(2)), ("ship_default_visibility", json!(1)), ("deal_default_visibility", json!("x"))]
        {
            assert_eq!(company.send("POST", &settings, &json!({"setting_key": key, "value": value})).await?.0, 400, "{key} {value}");
        }
        let deal = colleague.data("POST", "/api/v2/deals", json!({"title": "His"})).await?;
        assert_eq!(deal["visible_to"], 1);
        let below = add_role(&company, "Below", Some(other)).await?;
        assert_eq!(company.get(&format!("/v1/roles/{below}/settings")).await?, expected, "a new role begins like the one above");

        let gone = json!({"user_id": ben});
        assert_eq!(company.send("DELETE", &assign(one), &gone).await?.0, 400, "it is not his role");
        assert_eq!(company.data("DELETE", &assign(other), gone).await?, json!({"id": other}));
        assert_eq!(company.get(&format!("/v1/users/{ben}")).await?["role_id"], 1);
    }
    Ok(())
}

/// What a role does not see is not there for its users: the pipeline, its stages, its deals (semantics.md 4.1, 8.1).
#[tokio::test]
async fn hidden_pipelines() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        let ben = company.add_colleague().await?;
        let eve = company.add_member("eve", EVE, 1).await?;
        company.at("2026-03-21")?;
        let colleague = company.as_colleague();
        let pipeline = company.data("POST", "/api/v2/pipelines", json!({"name": "Secret"})).await?["id"].as_i64().ok_or("no id")?;
        let stage = company.data("POST", "/api/v2/stages", json!({"name": "First", "pipeline_id": pipeline})).await?["id"].clone();
        let hidden =
            company.data("POST", "/api/v2/deals", json!({"title": "Hidden", "stage_id": stage, "owner_id": ben, "value": 7})).await?;
        let open = company.data("POST", "/api/v2/deals", json!({"title": "Open", "person_id": null, "value": 5})).await?;
        let role = add_role(&company, "Blind", None).await?;
        company.data("POST", &format!("/v1/roles/{role}/assignments"), json!({"user_id": ben})).await?;

        let pipelines = format!("/v1/roles/{role}/pipelines");
        assert_eq!(company.get(&pipelines).await?, json!({"pipeline_ids": [1, pipeline], "visible": true}));
        assert_eq!(colleague.get("/v1/pipelines").await?.as_array().map(Vec::len), Some(2));
        let change = |add: &str, remove: &str| json!({"visible_pipeline_ids": {"add": add, "remove": remove}});
        let seen = company.data("PUT", &pipelines, change("[1]", &format!("[{pipeline}]"))).await?;
        assert_eq!(seen, json!({"pipeline_ids": [1], "visible": true}));
        assert_eq!(company.get(&format!("{pipelines}?visible=false")).await?, json!({"pipeline_ids": [pipeline], "visible": false}));
        for refused in [change("[]", "[1]"), change("[99]", "[]"), change("x", "[]"), json!({"visible_pipeline_ids": 1}), json!({})] {
            assert_eq!(company.send("PUT", &pipelines, &refused).await?.0, 400, "{refused}");
        }

        assert_eq!(ids(&colleague.get("/v1/pipelines").await?), [1]);
        assert_eq!(ids(&colleague.get("/api/v2/pipelines").await?), [1]);
        assert!(!ids(&colleague.get("/v1/stages").await?).contains(&stage.as_i64().unwrap_or_default()));
        assert_eq!(colleague.get(&format!("/api/v2/stages?pipeline_id={pipeline}")).await?, json!([]));
        assert_eq!(ids(&colleague.get("/api/v2/deals").await?), ids(&json!([open])));
        assert_eq!(ids(&colleague.get("/v1/deals").await?), ids(&json!([open])));
        assert_eq!(colleague.get("/v1/deals/summary").await?["total_count"], 1);
        for (target, status) in [
            (format!("/v1/pipelines/{pipeline}"), 404),
            (format!("/api/v2/pipelines/{pipeline}"), 404),
            (format!("/v1/pipelines/{pipeline}/deals"), 404),
            (format!("/v1/pipelines/{pipeline}/movement_statistics?start_date=2026-01-01&end_date=2026-12-31"), 404),
            (format!("/v1/stages/{stage}"), 404),
            (format!("/api/v2/stages/{stage}"), 404),
            (format!("/v1/stages/{stage}/deals"), 404),
            (format!("/v1/deals/{}", hidden["id"]), 403),
            (format!("/api/v2/deals/{}", hidden["id"]), 403),
        ] {
            assert_eq!(colleague.send("GET", &target, &Value::Null).await?.0, status, "{target}");
            assert_eq!(company.send("GET", &target, &Value::Null).await?.0, 200, "{target}");
            assert_eq!(company.with_token(EVE).send("GET", &target, &Value::Null).await?.0, 200, "{target}");
        }
        let move_there = json!({"stage_id": stage});
        assert_eq!(colleague.send("PATCH", &format!("/api/v2/deals/{}", open["id"]), &move_there).await?.0, 400);
        for deal in [json!({"title": "x", "stage_id": stage}), json!({"title": "x", "pipeline_id": pipeline})] {
            assert_eq!(colleague.send("POST", "/api/v2/deals", &deal).await?.0, 400, "{deal}");
        }
        assert_eq!(company.get(&format!("/v1/deals/{}/permittedUsers", hidden["id"])).await?, json!([1, eve]));

        assert_eq!(company.send("DELETE", "/api/v2/pipelines/1", &Value::Null).await?.0, 400, "the role would see none");
        company.data("PUT", &pipelines, change(&format!("[{pipeline}]"), "[1]")).await?;
        let made = colleague.data("POST", "/api/v2/deals", json!({"title": "Where?"})).await?;
        assert_eq!(made["pipeline_id"], pipeline, "the first one that he sees");
        company.data("PUT", &pipelines, change("[1]", "[]")).await?;
        company.data("DELETE", &format!("/api/v2/pipelines/{pipeline}"), Value::Null).await?;
    }
    Ok(())
}

#[tokio::test]
async fn permission_sets_and_who_has_them() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        let ben = company.add_colleague().await?;
        company.at("2026-03-21")?;
        let sets = company.get("/v1/permissionSets").await?;
        let names: Vec<_> =
            sets.as_array().into_iter().flatten().map(|set| (set["name"].as_str(), set["assignment_count"].as_i64())).collect();
        let expected = [
            ("Deals admin", 1),
            ("Deals regular user", 1),
            ("Global admin", 1),
            ("Global regular user", 1),
            ("Projects", 1),
            ("Account settings", 1),
        ];
        assert_eq!(names, expected.map(|(name, count)| (Some(name), Some(count))));
        assert_eq!(company.get("/v1/permissionSets?app=sales").await?.as_array().map(Vec::len), Some(2));
        assert_eq!(company.get("/v1/permissionSets?app=nova").await?, Value::Null);
        assert_eq!(company.send("GET", "/v1/permissionSets?app=chess", &Value::Null).await?.0, 400);

        let regular = sets[1]["id"].as_str().ok_or("no id")?;
        let one = company.get(&format!("/v1/permissionSets/{regular}")).await?;
        assert_eq!((&one[0]["name"], &one[0]["type"]), (&json!("Deals regular user"), &json!("regular")));
        let contents = one[0]["contents"].as_array().ok_or("no contents")?;
        assert!(contents.contains(&json!("can_share_filters")) && !contents.contains(&json!("can_delete_deals")));
        let held = company.get(&format!("/v1/permissionSets/{regular}/assignments")).await?;
        assert_eq!(held, json!([{"user_id": ben, "permission_set_id": regular, "name": "Deals regular user"}]));
        for path in ["/v1/permissionSets/1", "/v1/permissionSets/00000000-0000-4000-8000-000000000000/assignments"] {
            assert_eq!(company.send("GET", path, &Value::Null).await?.0, 404, "{path}");
        }
        assert_eq!(company.get("/v1/billing/subscriptions/addons").await?, Value::Null);
    }
    Ok(())
}

#[tokio::test]
async fn teams() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20 12:00:00")?;
        let ben = company.add_colleague().await?;
        let eve = company.add_member("eve", EVE, 1).await?;
        company.at("2026-03-21 12:00:00")?;
        assert_eq!(company.get("/v1/legacyTeams").await?, Value::Null);
        let team = json!({"name": "Closers", "description": "Who closes", "manager_id": ben, "users": [eve, "1"]});
        let closers = company.data("POST", "/v1/legacyTeams", team).await?;
        let expected = json!({"id": 1, "name": "Closers", "description": "Who closes", "manager_id": ben, "users": [1, eve], "active_flag": 1,
            "deleted_flag": 0, "add_time": "2026-03-21 12:00:00", "created_by_user_id": 1});
        assert_eq!(closers.to_string(), expected.to_string());
        company.data("POST", "/v1/legacyTeams", json!({"name": "Askers", "manager_id": 1})).await?;
        company.data("PUT", "/v1/legacyTeams/2", json!({"active_flag": 0, "users": [ben]})).await?;

        assert_eq!(company.get("/v1/legacyTeams/1").await?, expected);
        assert_eq!(company.get("/v1/legacyTeams/1?skip_users=1").await?["users"], json!([]));
        for (order, wanted) in [("id", [1, 2]), ("name", [2, 1]), ("manager_id", [2, 1]), ("active_flag", [2, 1])] {
            assert_eq!(ids(&company.get(&format!("/v1/legacyTeams?order_by={order}")).await?), wanted, "{order}");
        }
        assert_eq!(company.send("GET", "/v1/legacyTeams?order_by=size", &Value::Null).await?.0, 400);
        assert_eq!(ids(&company.get(&format!("/v1/legacyTeams/user/{ben}")).await?), [2], "a manager is no member");
        assert_eq!(ids(&company.get(&format!("/v1/legacyTeams/user/{eve}")).await?), [1]);
        assert_eq!(company.send("GET", "/v1/legacyTeams/user/99", &Value::Null).await?.0, 404);

        let members = "/v1/legacyTeams/1/users";
        assert_eq!(company.get(members).await?, json!([1, eve]));
        assert_eq!(company.data("POST", members, json!({"users": [ben, eve]})).await?, json!([1, ben, eve]));
        assert_eq!(company.data("DELETE", members, json!({"users": [eve, 1]})).await?, json!([ben]));
        assert_eq!(company.data("DELETE", members, json!({"users": [ben]})).await?, Value::Null);
        for users in [json!([99]), json!("x"), json!([null]), Value::Null] {
            assert_eq!(company.send("POST", members, &json!({"users": users})).await?.0, 400, "{users}");
        }
        for team in [json!({"name": "x"}), json!({"name": "", "manager_id": 1}), json!({"name": "x", "manager_id": 99})] {
            assert_eq!(company.send("POST", "/v1/legacyTeams", &team).await?.0, 400, "{team}");
        }
        let (status, missing) = company.send("GET", "/v1/legacyTeams/9", &Value::Null).await?;
        assert_eq!((status, missing), (404, json!({"success": false, "error": "Team 9 does not exist"})));
        let (status, refused) = company.as_colleague().send("POST", "/v1/legacyTeams", &json!({"name": "x", "manager_id": 1})).await?;
        assert_eq!((status, &refused["error"]), (403, &json!("You do not have permissions to do this.")));

        assert_eq!(company.data("PUT", "/v1/legacyTeams/1", json!({"deleted_flag": 1})).await?["deleted_flag"], 1);
        assert_eq!(company.send("GET", "/v1/legacyTeams/1", &Value::Null).await?.0, 404);
        assert_eq!(ids(&company.get("/v1/legacyTeams").await?), [2]);
    }
    Ok(())
}

#[tokio::test]
async fn filters_by_team() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        let ben = company.add_colleague().await?;
        let eve = company.add_member("eve", EVE, 1).await?;
        company.at("2026-03-21")?;
        for owner in [1, ben, eve] {
            company.data("POST", "/api/v2/deals", json!({"title": "A deal", "owner_id": owner})).await?;
        }
        company.data("POST", "/v1/legacyTeams", json!({"name": "Closers", "manager_id": ben, "users": [eve]})).await?;
        let fields = company.get("/v1/dealFields?limit=500").await?;
        let owner = fields.as_array().into_iter().flatten().find(|field| field["key"] == "user_id").ok_or("no field")?["id"].clone();
        let condition = json!({"object": "deal", "field_id": owner, "operator": "belongs_to_team", "value": "1"});
        let conditions = json!({"glue": "and", "conditions": [{"glue": "and", "conditions": [condition]}]});
        let filter = company.data("POST", "/v1/filters", json!({"name": "Ours", "type": "deals", "conditions": conditions})).await?;
        let list = format!("/api/v2/deals?filter_id={}", filter["id"]);
        assert_eq!(ids(&company.get(&list).await?), [2, 3], "the manager is one of the team");
        company.data("DELETE", "/v1/legacyTeams/1/users", json!({"users": [eve]})).await?;
        assert_eq!(ids(&company.get(&list).await?), [2]);
        company.data("PUT", "/v1/legacyTeams/1", json!({"deleted_flag": true})).await?;
        assert_eq!(ids(&company.get(&list).await?), Vec::<i64>::new());
    }
    Ok(())
}
