//! Boards and their phases, and what they decide for projects.

use crate::company::{Company, Outcome};
use crate::{add, ids, status};
use serde_json::{Value, json};

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
