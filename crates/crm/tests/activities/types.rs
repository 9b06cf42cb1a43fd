//! The types of activities.

use crate::add;
use crate::company::{Company, Outcome};
use serde_json::{Value, json};

#[tokio::test]
async fn types_are_settings_of_the_company() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        company.add_colleague().await?;
        let seeded = company.get("/v1/activityTypes").await?;
        let keys: Vec<_> = seeded.as_array().into_iter().flatten().filter_map(|row| row["key_string"].as_str()).collect();
        assert_eq!(keys, ["call", "meeting", "task", "deadline", "email", "lunch"]);
        assert_eq!((&seeded[0]["id"], &seeded[0]["color"], &seeded[0]["is_custom_flag"]), (&json!(1), &Value::Null, &json!(false)));
        let body = json!({"name": "Site visit", "icon_key": "car", "color": "#FFAA00"});
        let made = company.data("POST", "/v1/activityTypes", body.clone()).await?;
        assert_eq!((&made["key_string"], &made["color"], &made["order_nr"]), (&json!("site_visit"), &json!("FFAA00"), &json!(7)));
        let visit = add(&company, json!({"type": "site_visit"})).await?;
        let path = format!("/v1/activityTypes/{}", made["id"]);
        let renamed = company.data("PUT", &path, json!({"name": "Survey", "order_nr": 0})).await?;
        assert_eq!((&renamed["key_string"], &renamed["name"]), (&json!("site_visit"), &json!("Survey")));
        assert_eq!(company.get("/v1/activityTypes").await?[0]["name"], "Survey");
        assert_eq!(company.data("POST", "/v1/activityTypes", body).await?["key_string"], "site_visit_2");
        for wrong in [
            json!({"name": "A"}),
            json!({"icon_key": "car"}),
            json!({"name": "A", "icon_key": "dragon"}),
            json!({"name": "A", "icon_key": "car", "color": "red"}),
            json!({"name": " ", "icon_key": "car"}),
        ] {
            assert_eq!(company.send("POST", "/v1/activityTypes", &wrong).await?.0, 400, "{wrong}");
        }
        let colleague = company.as_colleague();
        assert_eq!(colleague.send("POST", "/v1/activityTypes", &json!({"name": "A", "icon_key": "car"})).await?.0, 403);
        assert_eq!(colleague.send("DELETE", &path, &Value::Null).await?.0, 403);

        let deleted = company.data("DELETE", &path, Value::Null).await?;
        assert_eq!((&deleted["id"], &deleted["active_flag"]), (&made["id"], &json!(false)));
        assert_eq!(company.send("DELETE", &path, &Value::Null).await?.0, 404);
        assert_eq!(company.send("PUT", &path, &json!({"name": "A"})).await?.0, 404);
        assert_eq!(company.send("POST", "/api/v2/activities", &json!({"type": "site_visit"})).await?.0, 400);
        let kept = company.data("PUT", &format!("/v1/activities/{visit}"), json!({"subject": "Weir"})).await?;
        assert_eq!((&kept["type"], &kept["type_name"]), (&json!("site_visit"), &json!("Survey")), "what is of the type stays so");
        assert_eq!(company.data("DELETE", "/v1/activityTypes?ids=1,2", Value::Null).await?, json!({"id": [1, 2]}));
        assert_eq!(company.data("POST", "/v1/activities", json!({})).await?["type"], "task", "the first type that is left");
    }
    Ok(())
}

/// The field of activities offers the types as they are now.
#[tokio::test]
async fn types_are_the_options_of_their_field() -> Outcome {
    let in_list = async |company: &Company, list: &str, key: &str| -> Outcome<Vec<Value>> {
        let fields = company.get(list).await?;
        let field = fields.as_array().into_iter().flatten().find(|field| field[key] == "type").ok_or("no field type")?;
        assert_eq!(field["field_type"], "enum");
        Ok(field["options"].as_array().ok_or("no options")?.clone())
    };
    for company in Company::each().await? {
        let seeded = in_list(&company, "/v1/activityFields", "key").await?;
        assert_eq!((seeded.len(), &seeded[0]), (6, &json!({"id": "call", "label": "Call"})));
        let made = company.data("POST", "/v1/activityTypes", json!({"name": "Site visit", "icon_key": "car", "color": "FFAA00"})).await?;
        company.data("DELETE", "/v1/activityTypes/1", Value::Null).await?;
        let now = in_list(&company, "/v1/activityFields", "key").await?;
        assert_eq!((now.len(), &now[5]), (6, &json!({"id": made["key_string"], "label": "Site visit", "color": "FFAA00"})));
        let now = in_list(&company, "/api/v2/activityFields?limit=500", "field_code").await?;
        assert_eq!((&now[0]["id"], &now[5]), (&json!("meeting"), &json!({"id": "site_visit", "label": "Site visit"})));
    }
    Ok(())
}
