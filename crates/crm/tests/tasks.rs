//! Tasks: who does them, when they are done, what they are part of.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

const NONE: [i64; 0] = [];

async fn project(company: &Company, title: &str) -> Outcome<i64> {
    let made = company.data("POST", "/api/v2/projects", json!({"title": title})).await?;
    made["id"].as_i64().ok_or_else(|| "the project has no id".into())
}

async fn add(company: &Company, task: Value) -> Outcome<i64> {
    let made = company.data("POST", "/api/v2/tasks", task).await?;
    made["id"].as_i64().ok_or_else(|| "the task has no id".into())
}

async fn ids(company: &Company, target: &str) -> Outcome<Vec<i64>> {
    let rows = company.get(target).await?;
    Ok(rows.as_array().into_iter().flatten().filter_map(|row| row["id"].as_i64()).collect())
}

#[tokio::test]
async fn a_task_reads_as_each_version_shows_it() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 10:00:00.250")?;
        let project = project(&company, "Weir").await?;
        let body = json!({"title": "Dig", "project_id": project, "done": 1, "milestone": 1, "priority": 2, "due_date": "2026-03-05",
            "start_date": "2026-03-02", "assignee_id": 1, "description": "Deep"});
        let (status, made) = company.send("POST", "/api/v2/tasks", &body).await?;
        assert_eq!((status, &made["additional_data"]), (201, &Value::Null));
        let task = &made["data"];
        let expected = json!({"id": task["id"], "title": "Dig", "creator_id": 1, "description": "Deep", "project_id": project,
            "is_done": true, "is_milestone": true, "due_date": "2026-03-05", "start_date": "2026-03-02", "parent_task_id": null,
            "assignee_ids": [1], "priority": 2, "add_time": "2026-03-01T10:00:00.250Z", "update_time": "2026-03-01T10:00:00.250Z",
            "marked_as_done_time": "2026-03-01T10:00:00.250Z"});
        assert_eq!(*task, expected);
        let old = company.get(&format!("/v1/tasks/{}", task["id"])).await?;
        let expected = json!({"id": task["id"], "title": "Dig", "creator_id": 1, "description": "Deep", "project_id": project, "done": 1,
            "due_date": "2026-03-05", "parent_task_id": null, "assignee_id": 1, "assignee_ids": [1],
            "add_time": "2026-03-01 10:00:00.250", "update_time": "2026-03-01 10:00:00.250",
            "marked_as_done_time": "2026-03-01 10:00:00.250"});
        assert_eq!(old, expected);
        company.at("2026-03-02")?;
        let undone = company.data("PUT", &format!("/v1/tasks/{}", task["id"]), json!({"done": "0"})).await?;
        assert_eq!((&undone["done"], &undone["marked_as_done_time"]), (&json!(0), &Value::Null));
        let done = company.data("PATCH", &format!("/api/v2/tasks/{}", task["id"]), json!({"done": 1})).await?;
        assert_eq!(done["marked_as_done_time"], "2026-03-02T00:00:00.000Z");
        company.at("2026-03-03")?;
        let again = company.data("PATCH", &format!("/api/v2/tasks/{}", task["id"]), json!({"done": 1})).await?;
        assert_eq!(again, done, "done again changes nothing");
    }
    Ok(())
}

#[tokio::test]
async fn one_assignee_replaces_all() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let ben = company.add_colleague().await?;
        company.at("2026-03-02")?;
        let project = project(&company, "Weir").await?;
        let task = add(&company, json!({"title": "Dig", "project_id": project, "assignee_ids": [1, ben, 1]})).await?;
        let target = format!("/api/v2/tasks/{task}");
        assert_eq!(company.get(&target).await?["assignee_ids"], json!([1, ben]));
        assert_eq!(company.get(&format!("/v1/tasks/{task}")).await?["assignee_id"], json!(1));
        assert_eq!(ids(&company, &format!("/api/v2/tasks?assignee_id={ben}")).await?, [task]);
        for (body, expected) in [
            (json!({"assignee_id": ben}), json!([ben])),
            (json!({"assignee_ids": []}), json!([])),
            (json!({"assignee_ids": [ben], "assignee_id": 1}), json!([1])),
            (json!({"assignee_id": null}), json!([])),
        ] {
            assert_eq!(company.data("PATCH", &target, body.clone()).await?["assignee_ids"], expected, "{body}");
        }
        assert_eq!(ids(&company, &format!("/api/v2/tasks?assignee_id={ben}")).await?, NONE);
        let eleven: Vec<i64> = (1..=11).collect();
        for body in [json!({"assignee_id": 99}), json!({"assignee_ids": [ben, 99]}), json!({"assignee_ids": eleven})] {
            assert_eq!(company.send("PATCH", &target, &body).await?.0, 400, "{body}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn tasks_are_two_levels_deep() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let (weir, lock) = (project(&company, "Weir").await?, project(&company, "Lock").await?);
        let dig = add(&company, json!({"title": "Dig", "project_id": weir})).await?;
        let hole = add(&company, json!({"title": "Hole", "project_id": weir, "parent_task_id": dig})).await?;
        let fill = add(&company, json!({"title": "Fill", "project_id": weir})).await?;
        let gate = add(&company, json!({"title": "Gate", "project_id": lock})).await?;
        for (task, body) in [
            (fill, json!({"parent_task_id": hole})),
            (fill, json!({"parent_task_id": fill})),
            (fill, json!({"parent_task_id": gate})),
            (fill, json!({"parent_task_id": 999})),
            (dig, json!({"parent_task_id": fill})),
            (hole, json!({"project_id": lock})),
        ] {
            assert_eq!(company.send("PATCH", &format!("/api/v2/tasks/{task}"), &body).await?.0, 400, "{task} {body}");
        }
        let all = format!("/api/v2/tasks?project_id={weir}");
        assert_eq!(ids(&company, &format!("{all}&parent_task_id=null")).await?, [dig, fill]);
        assert_eq!(ids(&company, &format!("{all}&parent_task_id={dig}")).await?, [hole]);
        assert_eq!(ids(&company, &format!("/v1/tasks?project_id={weir}&parent_task_id=null")).await?, [dig, fill]);
        assert_eq!(company.send("GET", &format!("{all}&parent_task_id=x"), &Value::Null).await?.0, 400);

        company.data("PATCH", &format!("/api/v2/tasks/{dig}"), json!({"project_id": lock})).await?;
        assert_eq!(company.get(&format!("/api/v2/tasks/{hole}")).await?["project_id"], json!(lock), "subtasks go along");
        company.data("PATCH", &format!("/api/v2/tasks/{hole}"), json!({"parent_task_id": null, "project_id": weir})).await?;
        assert_eq!(ids(&company, &format!("{all}&parent_task_id=null")).await?, [hole, fill]);
        company.data("PATCH", &format!("/api/v2/tasks/{hole}"), json!({"parent_task_id": fill})).await?;
        let (status, gone) = company.send("DELETE", &format!("/v1/tasks/{fill}"), &Value::Null).await?;
        assert_eq!((status, gone), (200, json!({"success": true, "data": {"id": fill}, "additional_data": null})));
        assert_eq!(ids(&company, &all).await?, NONE);
        assert_eq!(company.send("GET", &format!("/api/v2/tasks/{hole}"), &Value::Null).await?.0, 404);
        assert_eq!(company.send("PATCH", &format!("/api/v2/tasks/{fill}"), &json!({"title": "Back"})).await?.0, 404);
    }
    Ok(())
}

/// Of two writes that would make a chain of three, one has to fail, whichever comes first.
#[tokio::test]
async fn no_race_makes_a_third_level() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let project = project(&company, "Weir").await?;
        for _ in 0..10 {
            let mut tasks = Vec::new();
            for title in ["A", "B", "C"] {
                tasks.push(add(&company, json!({"title": title, "project_id": project})).await?);
            }
            let put_below = |task: i64, parent: i64| {
                let company = company.another();
                let target = format!("/api/v2/tasks/{task}");
                tokio::spawn(async move { company.send("PATCH", &target, &json!({"parent_task_id": parent})).await })
            };
            let (one, two) = (put_below(tasks[0], tasks[1]), put_below(tasks[1], tasks[2]));
            let (one, two) = (one.await??.0, two.await??.0);
            assert!((one == 200) != (two == 200), "{one} {two}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn tasks_are_found_by_what_they_are() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let project = project(&company, "Weir").await?;
        let plain = add(&company, json!({"title": "Plain", "project_id": project})).await?;
        let done = add(&company, json!({"title": "Done", "project_id": project, "done": 1})).await?;
        let stone = add(&company, json!({"title": "Stone", "project_id": project, "milestone": 1})).await?;
        for (target, expected) in [
            ("/api/v2/tasks?is_done=true", vec![done]),
            ("/api/v2/tasks?is_done=false", vec![plain, stone]),
            ("/api/v2/tasks?is_milestone=true", vec![stone]),
            ("/v1/tasks?done=1", vec![done]),
            ("/v1/tasks?done=0&limit=1", vec![plain]),
            ("/api/v2/tasks?project_id=999", vec![]),
        ] {
            assert_eq!(ids(&company, target).await?, expected, "{target}");
        }
        for body in [
            json!({"title": "", "project_id": project}),
            json!({"title": "A"}),
            json!({"project_id": project}),
            json!({"title": "A", "project_id": 999}),
            json!({"title": "A", "project_id": project, "done": true}),
            json!({"title": "A", "project_id": project, "done": 2}),
            json!({"title": "A", "project_id": project, "is_done": true}),
            json!({"title": "A", "project_id": project, "priority": -1}),
            json!({"title": "x".repeat(256), "project_id": project}),
        ] {
            assert_eq!(company.send("POST", "/api/v2/tasks", &body).await?.0, 400, "{body}");
        }
    }
    Ok(())
}
