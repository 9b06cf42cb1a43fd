//! Projects: where they stand, what they are linked to, what templates bring, what their plan and changelog say.

mod boards;
#[path = "../company/mod.rs"]
mod company;
mod plan;

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
