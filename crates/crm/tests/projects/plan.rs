//! Templates of projects, and plans.

use crate::company::{Company, Outcome};
use crate::{add, status};
use serde_json::{Value, json};

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
