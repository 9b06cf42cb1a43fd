//! Projects: where they stand, what they are linked to, what templates bring, what their plan and changelog say.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

const NONE: [i64; 0] = [];

async fn add(company: &Company, path: &str, body: Value) -> Outcome<i64> {
    let made = company.data("POST", &format!("/api/v2/{path}"), body).await?;
    made["id"].as_i64().ok_or_else(|| "the record has no id".into())
}

fn ids(rows: &Value) -> Vec<i64> {
    rows.as_array().into_iter().flatten().filter_map(|row| row["id"].as_i64()).collect()
}

async fn status(company: &Company, method: &str, target: &str, body: Value) -> Outcome<u16> {
    Ok(company.send(method, target, &body).await?.0)
}

/// The names of the phases of a board in their order, with their numbers.
async fn phases(company: &Company, board: i64) -> Outcome<Vec<(String, i64)>> {
    let rows = company.get(&format!("/api/v2/phases?board_id={board}")).await?;
    let name = |row: &Value| (row["name"].as_str().unwrap_or_default().to_owned(), row["order_nr"].as_i64().unwrap_or_default());
    Ok(rows.as_array().into_iter().flatten().map(name).collect())
}

fn order(names: &[&str]) -> Vec<(String, i64)> {
    names.iter().zip(1..).map(|(name, number)| ((*name).to_owned(), number)).collect()
}

#[tokio::test]
async fn phases_keep_an_order_without_gaps() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let board = add(&company, "boards", json!({"name": "Works"})).await?;
        let other = add(&company, "boards", json!({"name": "Other works", "order_nr": 1})).await?;
        assert_eq!(ids(&company.get("/api/v2/boards").await?), [other, 1, board], "a board put in front shifts the others");
        let mut made = Vec::new();
        for name in ["Plan", "Build", "Paint"] {
            made.push(add(&company, "phases", json!({"name": name, "board_id": board})).await?);
        }
        assert_eq!(phases(&company, board).await?, order(&["Plan", "Build", "Paint"]));
        let first = add(&company, "phases", json!({"name": "Survey", "board_id": board, "order_nr": 1})).await?;
        assert_eq!(phases(&company, board).await?, order(&["Survey", "Plan", "Build", "Paint"]));
        for (phase, number, expected) in [
            (first, 3, ["Plan", "Build", "Survey", "Paint"]),
            (made[2], 1, ["Paint", "Plan", "Build", "Survey"]),
            // One behind the last place is the last place.
            (made[2], 5, ["Plan", "Build", "Survey", "Paint"]),
        ] {
            company.data("PATCH", &format!("/api/v2/phases/{phase}"), json!({"order_nr": number})).await?;
            assert_eq!(phases(&company, board).await?, order(&expected), "{number}");
        }
        for (method, target, body) in [
            ("POST", "/api/v2/phases".to_owned(), json!({"name": "Far", "board_id": board, "order_nr": 6})),
            ("POST", "/api/v2/phases".to_owned(), json!({"name": "Zero", "board_id": board, "order_nr": 0})),
            ("POST", "/api/v2/phases".to_owned(), json!({"name": "Nowhere", "board_id": 999})),
            ("POST", "/api/v2/phases".to_owned(), json!({"name": " ", "board_id": board})),
            ("PATCH", format!("/api/v2/phases/{first}"), json!({"order_nr": 6})),
            ("PATCH", format!("/api/v2/phases/{first}"), json!({"board_id": null})),
        ] {
            assert_eq!(status(&company, method, &target, body.clone()).await?, 400, "{target} {body}");
        }
        company.data("PATCH", &format!("/api/v2/phases/{}", made[0]), json!({"board_id": other})).await?;
        assert_eq!(phases(&company, board).await?, order(&["Build", "Survey", "Paint"]));
        assert_eq!(phases(&company, other).await?, order(&["Plan"]));
        company.data("DELETE", &format!("/api/v2/phases/{}", made[1]), Value::Null).await?;
        assert_eq!(phases(&company, board).await?, order(&["Survey", "Paint"]));
        assert_eq!(status(&company, "GET", &format!("/v1/projects/phases/{}", made[1]), Value::Null).await?, 404);

        company.data("DELETE", &format!("/api/v2/boards/{board}"), Value::Null).await?;
        assert_eq!(phases(&company, board).await?, []);
        assert_eq!(status(&company, "GET", &format!("/api/v2/boards/{board}"), Value::Null).await?, 404);
        let boards = company.get("/v1/projects/boards").await?;
        assert_eq!(ids(&boards), [other, 1]);
        assert_eq!((&boards[0]["order_nr"], &boards[0]["add_time"]), (&json!(1), &json!("2026-03-01 00:00:00")));
    }
    Ok(())
}

#[tokio::test]
async fn boards_that_are_added_at_once_have_places_of_their_own() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let add = |name: &'static str| {
            let company = company.another();
            tokio::spawn(async move { company.send("POST", "/api/v2/boards", &json!({"name": name})).await })
        };
        for made in ["A", "B", "C", "D"].map(add) {
            assert_eq!(made.await??.0, 200);
        }
        let boards = company.get("/api/v2/boards").await?;
        let numbers: Vec<_> = boards.as_array().into_iter().flatten().map(|board| board["order_nr"].clone()).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5].map(|number| json!(number)));
    }
    Ok(())
}

#[tokio::test]
async fn the_phase_decides_the_board() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let board = add(&company, "boards", json!({"name": "Works"})).await?;
        let plan = add(&company, "phases", json!({"name": "Plan", "board_id": board})).await?;
        let build = add(&company, "phases", json!({"name": "Build", "board_id": board})).await?;
        let bare = company.data("POST", "/api/v2/projects", json!({"title": "Bare"})).await?;
        assert_eq!((&bare["board_id"], &bare["phase_id"], &bare["status"]), (&json!(1), &json!(1), &json!("open")));
        assert_eq!((&bare["update_time"], &bare["archive_time"]), (&json!("2026-03-01T00:00:00.000Z"), &Value::Null));
        let target = format!("/api/v2/projects/{}", bare["id"]);
        for (body, expected) in [
            (json!({"phase_id": build}), (json!(board), json!(build))),
            (json!({"board_id": 1}), (json!(1), json!(1))),
            (json!({"board_id": board}), (json!(board), json!(plan))),
            (json!({"board_id": 1, "phase_id": build}), (json!(board), json!(build))),
            (json!({"phase_id": null}), (json!(board), Value::Null)),
            (json!({"board_id": null}), (Value::Null, Value::Null)),
        ] {
            let now = company.data("PATCH", &target, body.clone()).await?;
            assert_eq!((now["board_id"].clone(), now["phase_id"].clone()), expected, "{body}");
        }
        company.data("DELETE", &format!("/api/v2/phases/{build}"), Value::Null).await?;
        for body in [json!({"phase_id": build}), json!({"board_id": 99}), json!({"status": "deleted"}), json!({"title": ""})] {
            assert_eq!(status(&company, "PATCH", &target, body.clone()).await?, 400, "{body}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn projects_are_found_by_what_they_are_linked_to() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let (ann, bea) = (add(&company, "persons", json!({"name": "Ann"})).await?, add(&company, "persons", json!({"name": "Bea"})).await?);
        let (quay, mole) = (
            add(&company, "organizations", json!({"name": "Quay"})).await?,
            add(&company, "organizations", json!({"name": "Mole"})).await?,
        );
        let (won, lost) = (company.add_deal(json!({})).await?, company.add_deal(json!({})).await?);
        let both = json!({"title": "Both", "person_ids": [ann, bea], "org_ids": [quay], "deal_ids": [won, lost]});
        let both = add(&company, "projects", both).await?;
        let old =
            company.data("POST", "/v1/projects", json!({"title": "Old", "person_id": bea, "org_id": mole, "deal_ids": [lost]})).await?;
        assert_eq!((&old["person_id"], &old["org_id"], &old["labels"]), (&json!(bea), &json!(mole), &json!([])));
        let old = old["id"].as_i64().ok_or("no id")?;
        for (narrow, expected) in [
            (format!("person_id={ann}"), vec![both]),
            (format!("person_id={bea}"), vec![both, old]),
            (format!("org_id={mole}"), vec![old]),
            (format!("deal_id={won}"), vec![both]),
            (format!("deal_id={lost}&person_id={bea}&limit=1"), vec![both]),
            ("deal_id=999".to_owned(), vec![]),
        ] {
            assert_eq!(ids(&company.get(&format!("/api/v2/projects?{narrow}")).await?), expected, "{narrow}");
        }
        let shown = company.get(&format!("/v1/projects/{both}")).await?;
        assert_eq!((&shown["person_id"], &shown["org_id"], &shown["deal_ids"]), (&json!(ann), &json!(quay), &json!([won, lost])));

        company.data("PATCH", &format!("/api/v2/projects/{both}"), json!({"person_ids": [bea], "deal_ids": []})).await?;
        assert_eq!(ids(&company.get(&format!("/api/v2/projects?person_id={ann}")).await?), NONE);
        company.data("PUT", &format!("/v1/projects/{old}"), json!({"person_id": null})).await?;
        assert_eq!(company.get(&format!("/api/v2/projects/{old}")).await?["person_ids"], json!([]));
        for body in [json!({"person_ids": [ann, 999]}), json!({"deal_ids": won}), json!({"org_ids": ["1"]}), json!({"label_ids": [1]})] {
            assert_eq!(status(&company, "PATCH", &format!("/api/v2/projects/{both}"), body.clone()).await?, 400, "{body}");
        }
        let kept = company.rows("SELECT COUNT(*) FROM links WHERE company_id = $1", 1).await?;
        assert_eq!(kept[0][0], json!(4), "one link for each id in a list");
    }
    Ok(())
}

#[tokio::test]
async fn links_follow_a_merge() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        for (kind, key, parameter) in [("persons", "person_ids", "person_id"), ("organizations", "org_ids", "org_id")] {
            let (gone, kept) = (add(&company, kind, json!({"name": "A"})).await?, add(&company, kind, json!({"name": "B"})).await?);
            let one = add(&company, "projects", json!({"title": "One", key: [gone]})).await?;
            let two = add(&company, "projects", json!({"title": "Two", key: [gone, kept]})).await?;
            company.data("PUT", &format!("/v1/{kind}/{gone}/merge"), json!({"merge_with_id": kept})).await?;
            for project in [one, two] {
                assert_eq!(company.get(&format!("/api/v2/projects/{project}")).await?[key], json!([kept]));
            }
            assert_eq!(ids(&company.get(&format!("/api/v2/projects?{parameter}={kept}")).await?), [one, two]);
            assert_eq!(ids(&company.get(&format!("/api/v2/projects?{parameter}={gone}")).await?), NONE);
        }
        let (gone, kept) = (company.add_deal(json!({})).await?, company.add_deal(json!({})).await?);
        let project = add(&company, "projects", json!({"title": "Deal", "deal_ids": [gone]})).await?;
        company.data("PUT", &format!("/v1/deals/{gone}/merge"), json!({"merge_with_id": kept})).await?;
        assert_eq!(ids(&company.get(&format!("/api/v2/projects?deal_id={kept}")).await?), [project]);
    }
    Ok(())
}

#[tokio::test]
async fn archived_and_deleted_projects_have_lists_of_their_own() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let (open, away, gone) = (
            add(&company, "projects", json!({"title": "Open"})).await?,
            add(&company, "projects", json!({"title": "Away", "status": "completed"})).await?,
            add(&company, "projects", json!({"title": "Gone"})).await?,
        );
        let task = add(&company, "tasks", json!({"title": "Sweep", "project_id": gone})).await?;
        company.at("2026-03-02 10:00:00")?;
        let put = company.data("POST", &format!("/api/v2/projects/{away}/archive"), Value::Null).await?;
        assert_eq!(put["archive_time"], "2026-03-02T10:00:00.000Z");
        company.at("2026-03-03")?;
        let again = company.data("POST", &format!("/v1/projects/{away}/archive"), Value::Null).await?;
        assert_eq!(again["archive_time"], "2026-03-02 10:00:00.000", "archiving twice changes nothing");
        assert_eq!(company.data("DELETE", &format!("/api/v2/projects/{gone}"), Value::Null).await?, json!({"id": gone}));
        for (target, expected) in [
            ("/api/v2/projects", vec![open]),
            ("/api/v2/projects?status=open,deleted", vec![open, gone]),
            ("/api/v2/projects?status=completed", vec![]),
            ("/api/v2/projects/archived", vec![away]),
            ("/v1/projects", vec![open]),
            ("/v1/projects?include_archived=1", vec![open, away]),
            ("/v1/projects?status=deleted", vec![gone]),
        ] {
            assert_eq!(ids(&company.get(target).await?), expected, "{target}");
        }
        assert_eq!(company.get(&format!("/api/v2/projects/{gone}")).await?["status"], "deleted");
        assert_eq!(status(&company, "GET", &format!("/api/v2/tasks/{task}"), Value::Null).await?, 404, "its tasks go with it");
        for target in [format!("/api/v2/projects/{gone}"), format!("/v1/projects/{gone}")] {
            let method = if target.starts_with("/v1") { "PUT" } else { "PATCH" };
            assert_eq!(status(&company, method, &target, json!({"title": "Back"})).await?, 404);
        }
        assert_eq!(status(&company, "POST", "/api/v2/tasks", json!({"title": "Late", "project_id": gone})).await?, 400);
        let told = company.rows("SELECT entity, action FROM outbox WHERE company_id = $1 AND action = 'delete' ORDER BY id", 2).await?;
        assert_eq!(told, [[json!("project"), json!("delete")], [json!("task"), json!("delete")]]);
        company.at("2026-04-03")?;
        assert_eq!(status(&company, "GET", &format!("/api/v2/projects/{gone}"), Value::Null).await?, 404, "thirty days are over");
        assert_eq!(ids(&company.get("/api/v2/projects?status=deleted").await?), NONE);
    }
    Ok(())
}

#[tokio::test]
async fn a_template_brings_its_plan() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let template = company.get("/api/v2/projectTemplates").await?[0].clone();
        assert_eq!(company.get(&format!("/v1/projectTemplates/{}", template["id"])).await?["title"], template["title"]);
        let asked = json!({"title": "New customer", "template_id": template["id"], "start_date": "2026-04-01"});
        let project = company.data("POST", "/api/v2/projects", asked).await?;
        assert_eq!(project["board_id"], template["projects_board_id"]);
        assert!(project.get("template_id").is_none(), "it is never shown");
        let id = project["id"].as_i64().ok_or("no id")?;
        let tasks = company.get(&format!("/v1/projects/{id}/tasks")).await?;
        let tasks = tasks.as_array().ok_or("no tasks")?;
        assert_eq!(tasks.len(), 7);
        assert_eq!((&tasks[0]["title"], &tasks[0]["due_date"]), (&json!("Hand over from sales"), &json!("2026-04-03")));
        assert_eq!(tasks.iter().filter(|task| task["parent_task_id"] == tasks[0]["id"]).count(), 2);
        let activities = company.get(&format!("/v1/projects/{id}/activities")).await?;
        assert_eq!((&activities[0]["subject"], &activities[0]["due_date"]), (&json!("Kick-off"), &json!("2026-04-06")));
        assert_eq!(activities[0]["project_id"], json!(id));

        let plan = company.get(&format!("/v1/projects/{id}/plan")).await?;
        let plan = plan.as_array().ok_or("no plan")?;
        assert_eq!(plan.len(), 9);
        assert_eq!(plan[0], json!({"item_id": tasks[0]["id"], "item_type": "task", "phase_id": 1, "group_id": null}));
        assert_eq!(plan[7]["item_type"], "activity");
        // The board may be another one; a phase that it lacks is passed over.
        let board = add(&company, "boards", json!({"name": "Small"})).await?;
        let phase = add(&company, "phases", json!({"name": "All", "board_id": board})).await?;
        let small = add(&company, "projects", json!({"title": "Small", "template_id": template["id"], "board_id": board})).await?;
        let plan = company.get(&format!("/v1/projects/{small}/plan")).await?;
        let phases: Vec<_> = plan.as_array().into_iter().flatten().map(|item| item["phase_id"].clone()).collect();
        assert!(phases.contains(&json!(phase)) && phases.contains(&Value::Null), "{phases:?}");
        // It counts on create only.
        let task_count = "SELECT COUNT(*) FROM tasks WHERE company_id = $1";
        let before = company.rows(task_count, 1).await?;
        company.data("PATCH", &format!("/api/v2/projects/{id}"), json!({"template_id": template["id"]})).await?;
        assert_eq!(company.rows(task_count, 1).await?, before);
        assert_eq!(status(&company, "POST", "/api/v2/projects", json!({"title": "A", "template_id": 99})).await?, 400);
    }
    Ok(())
}

#[tokio::test]
async fn items_move_in_the_plan() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let project = add(&company, "projects", json!({"title": "Weir", "template_id": 1})).await?;
        let other = add(&company, "projects", json!({"title": "Lock"})).await?;
        let task = add(&company, "tasks", json!({"title": "Dig", "project_id": project})).await?;
        let activity = company.get(&format!("/v1/projects/{project}/activities")).await?[0]["id"].clone();
        let board = add(&company, "boards", json!({"name": "Else"})).await?;
        let foreign = add(&company, "phases", json!({"name": "Else", "board_id": board})).await?;
        let target = format!("/v1/projects/{project}/plan/tasks/{task}");
        let placed = json!({"item_id": task, "item_type": "task", "phase_id": 3, "group_id": null});
        assert_eq!(company.data("PUT", &target, json!({"phase_id": "3"})).await?, placed);
        assert_eq!(company.data("PUT", &target, json!({})).await?, placed, "what is not sent stays");
        assert_eq!(company.data("PUT", &target, json!({"phase_id": null})).await?["phase_id"], Value::Null);
        let moved = company.data("PUT", &format!("/v1/projects/{project}/plan/activities/{activity}"), json!({"phase_id": 4})).await?;
        assert_eq!((&moved["item_type"], &moved["phase_id"]), (&json!("activity"), &json!(4)));
        for body in [json!({"phase_id": foreign}), json!({"group_id": 1}), json!({"phase_id": "x"})] {
            assert_eq!(status(&company, "PUT", &target, body.clone()).await?, 400, "{body}");
        }
        assert_eq!(status(&company, "PUT", &format!("/v1/projects/{other}/plan/tasks/{task}"), json!({"phase_id": 1})).await?, 404);
        assert_eq!(company.get(&format!("/v1/projects/{other}/plan")).await?, Value::Null);
        assert_eq!(company.get(&format!("/v1/projects/{other}/groups")).await?, Value::Null);
    }
    Ok(())
}

#[tokio::test]
async fn the_changelog_has_one_row_for_each_save() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let ann = add(&company, "persons", json!({"name": "Ann"})).await?;
        let field = company.data("POST", "/api/v2/projectFields", json!({"field_name": "Depth", "field_type": "double"})).await?;
        let code = field["field_code"].as_str().ok_or("no code")?;
        let project = add(&company, "projects", json!({"title": "Weir"})).await?;
        let target = format!("/api/v2/projects/{project}");
        company.at("2026-03-02")?;
        company.data("PATCH", &target, json!({"title": "Dam", "phase_id": 2, "person_ids": [ann]})).await?;
        company.at("2026-03-03")?;
        company.data("PATCH", &target, json!({"person_ids": [], "custom_fields": {code: 12.5}})).await?;
        company.data("PATCH", &target, json!({"person_ids": []})).await?;
        let (_, page) = company.send("GET", &format!("{target}/changelog?limit=1"), &Value::Null).await?;
        let newest = &page["data"][0];
        assert_eq!(newest["new_values"], json!({"person_ids": [], code: "12.5"}));
        assert_eq!(newest["old_values"], json!({"person_ids": [ann], code: null}));
        assert_eq!((&newest["time"], &newest["actor_user_id"]), (&json!("2026-03-03T00:00:00.000Z"), &json!(1)));
        let cursor = page["additional_data"]["next_cursor"].as_str().ok_or("there is a second page")?;
        let (_, rest) = company.send("GET", &format!("{target}/changelog?cursor={cursor}"), &Value::Null).await?;
        assert_eq!(rest["data"].as_array().map(Vec::len), Some(1));
        assert_eq!(rest["data"][0]["new_values"], json!({"title": "Dam", "phase_id": 2, "person_ids": [ann]}));
        assert_eq!(rest["data"][0]["old_values"], json!({"title": "Weir", "phase_id": 1, "person_ids": []}));
        assert_eq!(rest["additional_data"]["next_cursor"], Value::Null);
        assert_eq!(status(&company, "GET", &format!("{target}/changelog?cursor=x"), Value::Null).await?, 400);
    }
    Ok(())
}

#[tokio::test]
async fn fields_of_projects_show_all_their_settings() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let rows = company.get("/api/v2/projectFields").await?;
        let title = rows.as_array().into_iter().flatten().find(|row| row["field_code"] == "title").ok_or("no title")?;
        for settings in ["ui_visibility", "important_fields", "required_fields"] {
            assert!(title[settings].is_object(), "{title}");
        }
        let options = company.data("POST", "/api/v2/projectFields/label_ids/options", json!([{"label": "Late", "color": "red"}])).await?;
        let label = &options[0]["id"];
        let project = company.data("POST", "/v1/projects", json!({"title": "Weir", "labels": [label]})).await?;
        assert_eq!(project["labels"], json!([label]));
        assert_eq!(company.get(&format!("/api/v2/projects/{}", project["id"])).await?["label_ids"], json!([label]));
        let made = company.data("POST", "/api/v2/projectFields", json!({"field_name": "Depth", "field_type": "monetary"})).await?;
        let code = made["field_code"].as_str().ok_or("no code")?;
        let target = format!("/v1/projects/{}", project["id"]);
        let old = company.data("PUT", &target, json!({code: "12.5", format!("{code}_currency"): "USD"})).await?;
        assert_eq!((&old[code], &old[format!("{code}_currency")]), (&json!(12.5), &json!("USD")));
        let new = company.get(&format!("/api/v2/projects/{}", project["id"])).await?;
        assert_eq!(new["custom_fields"], json!({code: {"value": 12.5, "currency": "USD"}}));
        assert_eq!(status(&company, "GET", "/v1/projectFields", Value::Null).await?, 404, "only v2 has them");
    }
    Ok(())
}

/// A project is seen by the group of its owner, and its tasks by whoever sees it.
#[tokio::test]
async fn other_groups_see_neither_projects_nor_their_tasks() -> Outcome {
    const MATE: &str = "3333333333333333333333333333333333333333";
    const STRANGER: &str = "5555555555555555555555555555555555555555";
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        for group in [2, 3] {
            company.add_group(group, 1).await?;
        }
        let mate = company.add_member("mate", MATE, 2).await?;
        let stranger = company.add_member("stranger", STRANGER, 3).await?;
        company.at("2026-03-02")?;
        let (mate_sees, stranger_sees) = (company.with_token(MATE), company.with_token(STRANGER));
        let project = add(&mate_sees, "projects", json!({"title": "Weir"})).await?;
        let task = add(&mate_sees, "tasks", json!({"title": "Dig", "project_id": project})).await?;
        let permitted = company.get(&format!("/api/v2/projects/{project}/permittedUsers")).await?;
        assert_eq!(permitted, json!([1, mate]));
        for (target, there) in [("/api/v2/projects", project), ("/v1/projects", project), ("/api/v2/tasks", task), ("/v1/tasks", task)] {
            assert_eq!(ids(&mate_sees.get(target).await?), [there]);
            assert_eq!(ids(&stranger_sees.get(target).await?), NONE, "{target}");
            let one = format!("{target}/{there}");
            assert_eq!(status(&stranger_sees, "GET", &one, Value::Null).await?, 404, "{one}");
            assert_eq!(status(&stranger_sees, "DELETE", &one, Value::Null).await?, 404, "{one}");
        }
        for (target, body) in [
            ("/api/v2/tasks".to_owned(), json!({"title": "Mine", "project_id": project})),
            ("/api/v2/tasks".to_owned(), json!({"title": "Mine", "project_id": 1, "parent_task_id": task})),
        ] {
            assert_eq!(status(&stranger_sees, "POST", &target, body).await?, 400);
        }
        for part in ["plan", "groups", "tasks", "activities"] {
            assert_eq!(status(&stranger_sees, "GET", &format!("/v1/projects/{project}/{part}"), Value::Null).await?, 404, "{part}");
        }
        let note = mate_sees.data("POST", "/v1/notes", json!({"content": "Deep", "task_id": task})).await?["id"].clone();
        assert_eq!(status(&stranger_sees, "GET", &format!("/v1/notes/{note}"), Value::Null).await?, 404, "nor what hangs on them");
        let about = json!({"subject": "Dig", "project_id": project});
        let activity = mate_sees.data("POST", "/v1/activities", about.clone()).await?["id"].clone();
        assert_eq!(status(&stranger_sees, "GET", &format!("/v1/activities/{activity}"), Value::Null).await?, 404);
        assert_eq!(status(&stranger_sees, "POST", "/v1/activities", about).await?, 400);
        // Given away, it goes out of sight; the answer still shows it.
        let given = mate_sees.data("PATCH", &format!("/api/v2/projects/{project}"), json!({"owner_id": stranger})).await?;
        assert_eq!(given["owner_id"], json!(stranger));
        assert_eq!(ids(&mate_sees.get("/api/v2/tasks").await?), NONE);
        assert_eq!(ids(&stranger_sees.get("/api/v2/tasks").await?), [task]);
    }
    Ok(())
}

#[tokio::test]
async fn what_is_purged_leaves_no_trace() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let field = company.data("POST", "/api/v2/projectFields", json!({"field_name": "Sponsor", "field_type": "people"})).await?;
        let code = field["field_code"].as_str().ok_or("no code")?;
        let (ann, bea) = (add(&company, "persons", json!({"name": "Ann"})).await?, add(&company, "persons", json!({"name": "Bea"})).await?);
        let deal = company.add_deal(json!({})).await?;
        let body = json!({"title": "Kept", "person_ids": [ann, bea], "deal_ids": [deal], "custom_fields": {code: ann}});
        let kept = add(&company, "projects", body).await?;
        let gone = add(&company, "projects", json!({"title": "Gone", "template_id": 1, "person_ids": [bea]})).await?;
        let task = add(&company, "tasks", json!({"title": "Dig", "project_id": kept, "assignee_id": 1})).await?;
        let subtask = add(&company, "tasks", json!({"title": "Hole", "project_id": kept, "parent_task_id": task})).await?;
        company.data("PUT", &format!("/v1/projects/{kept}/plan/tasks/{task}"), json!({"phase_id": 2})).await?;
        company.data("PATCH", &format!("/api/v2/tasks/{subtask}"), json!({"parent_task_id": null})).await?;
        let activity = company.get(&format!("/v1/projects/{gone}/activities")).await?[0]["id"].clone();
        let note = company.data("POST", "/v1/notes", json!({"content": "x", "task_id": task, "person_id": bea})).await?["id"].clone();
        for target in [
            format!("/api/v2/tasks/{task}"),
            format!("/api/v2/projects/{gone}"),
            format!("/api/v2/persons/{ann}"),
            format!("/api/v2/deals/{deal}"),
        ] {
            company.data("DELETE", &target, Value::Null).await?;
        }
        company.at("2026-04-02")?;
        assert!(company.keep_house().await? >= 11);
        assert_eq!(company.keep_house().await?, 0, "nothing is left to do");
        let shown = company.get(&format!("/api/v2/projects/{kept}")).await?;
        assert_eq!((&shown["person_ids"], &shown["deal_ids"]), (&json!([bea]), &json!([])));
        assert_eq!(shown["custom_fields"][code], Value::Null);
        let links = company.rows("SELECT record_id, member_id FROM links WHERE company_id = $1", 2).await?;
        assert_eq!(links, [[json!(kept), json!(bea)]]);
        let tasks = company.rows("SELECT id FROM tasks WHERE company_id = $1", 1).await?;
        assert_eq!(tasks, [[json!(subtask)]]);
        for (table, about) in [("project_plan", "project_id"), ("history", "record_id"), ("recents", "record_id")] {
            let query = format!("SELECT COUNT(*) FROM {table} WHERE company_id = $1 AND entity IN ('project', 'task')");
            let query = format!("{query} AND {about} NOT IN ({kept}, {subtask})");
            assert_eq!(company.rows(&query, 1).await?[0][0], json!(0), "{table}");
        }
        assert_eq!(company.get(&format!("/v1/activities/{activity}")).await?["project_id"], Value::Null);
        assert_eq!(company.get(&format!("/v1/notes/{note}")).await?["task_id"], Value::Null);
    }
    Ok(())
}
