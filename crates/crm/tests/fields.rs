//! The life of custom fields, their options and settings, on both engines.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

/// The status of a request that is refused.
async fn refusal(company: &Company, method: &str, target: &str, body: Value) -> Outcome<u16> {
    let (status, answer) = company.send(method, target, &body).await?;
    assert_eq!(answer["success"], false, "{method} {target}: {answer}");
    Ok(status)
}

async fn add_choice(company: &Company, labels: &[&str]) -> Outcome<Value> {
    let options: Vec<_> = labels.iter().map(|label| json!({ "label": label })).collect();
    company.data("POST", "/api/v2/dealFields", json!({"field_name": "Region", "field_type": "enum", "options": options})).await
}

fn code(field: &Value) -> &str {
    field["field_code"].as_str().unwrap_or_default()
}

fn labels(options: &Value) -> Vec<&str> {
    options.as_array().into_iter().flatten().filter_map(|option| option["label"].as_str()).collect()
}

/// The row of a v1 list with this key.
fn row<'a>(rows: &'a Value, key: &str) -> Outcome<&'a Value> {
    Ok(rows.as_array().into_iter().flatten().find(|row| row["key"] == key).ok_or_else(|| format!("{key} is not listed"))?)
}

#[tokio::test]
async fn a_field_lives_in_both_versions_until_it_is_deleted() -> Outcome {
    for company in Company::each().await? {
        let made = company.data("POST", "/v1/dealFields", json!({"name": "Height", "field_type": "double"})).await?;
        let (id, key) = (made["id"].as_i64().ok_or("no id")?, made["key"].as_str().ok_or("no key")?.to_owned());
        assert!(id > 1000, "{made}");
        assert!(key.len() == 40 && key.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{key}");
        let deal = company.data("POST", "/api/v2/deals", json!({"title": "Tower", "custom_fields": { &key: 3.5 }})).await?;

        let renamed = company.data("PUT", &format!("/v1/dealFields/{id}"), json!({"name": "Tallness", "field_type": "text"})).await?;
        assert_eq!((&renamed["name"], &renamed["field_type"]), (&json!("Tallness"), &json!("double")));
        let shown = company.get(&format!("/api/v2/dealFields/{key}")).await?;
        assert_eq!((&shown["field_name"], &shown["is_custom_field"]), (&json!("Tallness"), &json!(true)));

        assert_eq!(code(&company.data("DELETE", &format!("/api/v2/dealFields/{key}"), Value::Null).await?), key);
        let deal = company.get(&format!("/api/v2/deals/{}", deal["id"])).await?;
        assert_eq!(deal["custom_fields"], json!({}));
        assert_eq!(refusal(&company, "GET", &format!("/v1/dealFields/{id}"), Value::Null).await?, 404);
        assert_eq!(refusal(&company, "DELETE", &format!("/api/v2/dealFields/{key}"), Value::Null).await?, 404);
        let late = json!({"title": "Late", "custom_fields": { &key: 1 }});
        assert_eq!(refusal(&company, "POST", "/api/v2/deals", late).await?, 400);
    }
    Ok(())
}

#[tokio::test]
async fn options_change_all_or_none() -> Outcome {
    for company in Company::each().await? {
        let field = add_choice(&company, &["North", "South"]).await?;
        let path = format!("/api/v2/dealFields/{}/options", code(&field));
        let first = &field["options"][0]["id"];
        for (method, body) in [
            ("POST", json!([{"label": "East"}, {"label": "North"}])),
            ("PATCH", json!([{"id": first, "label": "Changed"}, {"id": 999_999, "label": "Ghost"}])),
            ("DELETE", json!([{"id": first}, {"id": 999_999}])),
            ("POST", json!([])),
            ("POST", json!({"label": "East"})),
        ] {
            assert_eq!(refusal(&company, method, &path, body).await?, 400, "{method}");
        }
        let stands = company.get(&format!("/api/v2/dealFields/{}", code(&field))).await?;
        assert_eq!(labels(&stands["options"]), ["North", "South"]);

        assert_eq!(labels(&company.data("POST", &path, json!([{"label": "East"}])).await?), ["East"]);
        assert_eq!(labels(&company.data("PATCH", &path, json!([{"id": first, "label": "Far north"}])).await?), ["Far north"]);
        assert_eq!(labels(&company.data("DELETE", &path, json!([{"id": first}])).await?), ["Far north"]);
        let stands = company.get(&format!("/api/v2/dealFields/{}", code(&field))).await?;
        assert_eq!(labels(&stands["options"]), ["South", "East"]);
    }
    Ok(())
}

#[tokio::test]
async fn records_keep_an_option_that_is_deleted() -> Outcome {
    for company in Company::each().await? {
        let field = add_choice(&company, &["North", "South"]).await?;
        let (key, option) = (code(&field), &field["options"][0]["id"]);
        let deal = company.data("POST", "/api/v2/deals", json!({"title": "Tower", "custom_fields": { key: option }})).await?;
        company.data("DELETE", &format!("/api/v2/dealFields/{key}/options"), json!([{ "id": option }])).await?;

        let path = format!("/deals/{}", deal["id"]);
        assert_eq!(&company.get(&format!("/api/v2{path}")).await?["custom_fields"][key], option);
        let labelled = company.get(&format!("/api/v2{path}?include_option_labels=true")).await?;
        assert_eq!(labelled["custom_fields"][key], json!({"id": option, "label": "North"}));
        assert_eq!(company.get(&format!("/v1{path}")).await?[key], json!(option.to_string()));
        let rows = company.get("/v1/dealFields?limit=500").await?;
        let row = rows.as_array().into_iter().flatten().find(|row| row["key"] == key).ok_or("the field is not listed")?;
        assert_eq!((labels(&row["options"]), labels(&row["options_deleted"])), (vec!["South"], vec!["North"]));
        let again = json!({"custom_fields": { key: option }});
        assert_eq!(refusal(&company, "PATCH", &format!("/api/v2{path}"), again).await?, 400);
    }
    Ok(())
}

#[tokio::test]
async fn settings_name_only_what_is_there() -> Outcome {
    for company in Company::each().await? {
        let field = add_choice(&company, &["North"]).await?;
        let path = format!("/api/v2/dealFields/{}", code(&field));
        for body in [
            json!({}),
            json!({"field_type": "text"}),
            json!({"field_name": null}),
            json!({"field_name": "x".repeat(256)}),
            json!({"important_fields": {"enabled": true, "stage_ids": [99]}}),
            json!({"required_fields": {"statuses": {"99": ["won"]}}}),
            json!({"required_fields": {"statuses": {"1": ["open"]}}}),
            json!({"ui_visibility": {"show_in_pipelines": {"show_in_all": false, "pipeline_ids": [99]}}}),
            json!({"ui_visibility": {"show_in_pipelines": {"show_in_all": false}}, "required_fields": {"enabled": true, "stage_ids": [1]}}),
            json!({"ui_visibility": {"add_visible_flag": "yes"}}),
        ] {
            assert_eq!(refusal(&company, "PATCH", &path, body.clone()).await?, 400, "{body}");
        }
        let body = json!({"important_fields": {"enabled": true, "stage_ids": [2, 1]},
            "required_fields": {"enabled": true, "statuses": {"1": ["won", "lost"]}}});
        let set = company.data("PATCH", &path, body).await?;
        assert_eq!(set["important_fields"], json!({"enabled": true, "stage_ids": [1, 2]}));
        assert_eq!(set["required_fields"], json!({"enabled": true, "stage_ids": [], "statuses": {"1": ["won", "lost"]}}));

        company.data("DELETE", "/api/v2/stages/2", Value::Null).await?;
        let asked = company.get(&format!("{path}?include_fields=important_fields,required_fields")).await?;
        assert_eq!(asked["important_fields"]["stage_ids"], json!([1]));
        assert!(asked.get("ui_visibility").is_none(), "{asked}");
    }
    Ok(())
}

#[tokio::test]
async fn built_in_fields_change_in_settings_and_options_alone() -> Outcome {
    for company in Company::each().await? {
        assert_eq!(refusal(&company, "PATCH", "/api/v2/dealFields/title", json!({"field_name": "Other"})).await?, 400);
        let hidden = json!({"ui_visibility": {"add_visible_flag": false}});
        assert_eq!(refusal(&company, "PATCH", "/api/v2/dealFields/title", hidden.clone()).await?, 400);
        assert_eq!(refusal(&company, "DELETE", "/api/v2/dealFields/title", Value::Null).await?, 400);
        assert_eq!(refusal(&company, "POST", "/api/v2/dealFields/status/options", json!([{"label": "Late"}])).await?, 400);
        for flag in [false, true] {
            let body = json!({"ui_visibility": {"add_visible_flag": flag}});
            let value = company.data("PATCH", "/api/v2/dealFields/value", body).await?;
            assert_eq!(value["ui_visibility"]["add_visible_flag"], flag);
        }
        let added = company.data("POST", "/api/v2/dealFields/label_ids/options", json!([{"label": "VIP", "color": "red"}])).await?;
        let label = company.get("/v1/dealFields/28").await?;
        let last = label["options"].as_array().and_then(|options| options.last());
        assert_eq!((&label["key"], last), (&json!("label"), Some(&json!({"id": added[0]["id"], "label": "VIP", "color": "red"}))));
        // A field that only v1 lists.
        let activity = company.data("PUT", "/v1/dealFields/39", json!({"add_visible_flag": true})).await?;
        assert_eq!((&activity["key"], &activity["add_visible_flag"]), (&json!("next_activity_date"), &json!(true)));
    }
    Ok(())
}

#[tokio::test]
async fn pages_hold_every_field_once() -> Outcome {
    for company in Company::each().await? {
        add_choice(&company, &["North"]).await?;
        let all = company.get("/api/v2/dealFields?limit=500").await?;
        let mut walked = Vec::new();
        let mut cursor = String::new();
        loop {
            let (_, page) = company.send("GET", &format!("/api/v2/dealFields?limit=7{cursor}"), &Value::Null).await?;
            walked.extend(page["data"].as_array().cloned().unwrap_or_default());
            match page["additional_data"]["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(Value::from(walked), all);
        assert_eq!(refusal(&company, "GET", "/api/v2/dealFields?cursor=nonsense", Value::Null).await?, 400);
        let (_, last) = company.send("GET", "/v1/dealFields:(id,key)?start=2&limit=1", &Value::Null).await?;
        assert_eq!(last["data"], json!([{"id": 3, "key": "creator_user_id"}]));
        assert_eq!(last["additional_data"]["pagination"]["next_start"], 3);
    }
    Ok(())
}

#[tokio::test]
async fn v1_lists_the_parts_of_values_as_rows_without_id() -> Outcome {
    for company in Company::each().await? {
        let made = company.data("POST", "/v1/personFields", json!({"name": "Bonus", "field_type": "monetary"})).await?;
        let rows = company.get("/v1/personFields?limit=500").await?;
        let key = format!("{}_currency", made["key"].as_str().unwrap_or_default());
        let part = rows.as_array().into_iter().flatten().find(|row| row["key"] == key).ok_or("the part is not listed")?;
        let expected = json!([null, "Currency of Bonus", made["id"], "currency", true]);
        assert_eq!(json!([part["id"], part["name"], part["parent_id"], part["id_suffix"], part["is_subfield"]]), expected);
    }
    Ok(())
}

#[tokio::test]
async fn only_administrators_change_fields() -> Outcome {
    for company in Company::each().await? {
        let field = add_choice(&company, &["North"]).await?;
        company.add_colleague().await?;
        company.at("2026-03-01")?;
        let colleague = company.as_colleague();
        let path = format!("/api/v2/dealFields/{}", code(&field));
        let new = json!({"field_name": "Mine", "field_type": "text"});
        assert_eq!(refusal(&colleague, "POST", "/api/v2/dealFields", new).await?, 403);
        assert_eq!(refusal(&colleague, "PATCH", &path, json!({"field_name": "Mine"})).await?, 403);
        assert_eq!(refusal(&colleague, "DELETE", &path, Value::Null).await?, 403);
        assert_eq!(refusal(&colleague, "POST", &format!("{path}/options"), json!([{"label": "Mine"}])).await?, 403);
        assert_eq!(colleague.get(&path).await?["field_name"], "Region");
    }
    Ok(())
}

#[tokio::test]
async fn v1_has_options_only_where_something_can_be_chosen() -> Outcome {
    const LISTS: [&str; 7] =
        ["dealFields", "personFields", "organizationFields", "productFields", "activityFields", "leadFields", "noteFields"];
    for company in Company::each().await? {
        for list in LISTS {
            let rows = company.get(&format!("/v1/{list}?limit=500")).await?;
            let rows = rows.as_array().ok_or("no list")?;
            assert!(rows.iter().all(|row| row.get("options").is_none_or(Value::is_array)), "{list}: {rows:#?}");
            assert!(rows.iter().any(|row| row.get("options").is_none()), "{list}");
            assert!(rows.iter().any(|row| row.get("options").is_some()), "{list}");
        }
        let made = company.data("POST", "/v1/dealFields", json!({"name": "Height", "field_type": "double"})).await?;
        let path = format!("/v1/dealFields/{}", made["id"]);
        let changed = company.data("PUT", &path, json!({"name": "Tallness"})).await?;
        for row in [made, changed, company.get(&path).await?] {
            assert!(row.get("options").is_none(), "{row}");
        }
        let made =
            company.data("POST", "/v1/dealFields", json!({"name": "Region", "field_type": "enum", "options": [{"label": "N"}]})).await?;
        assert_eq!(labels(&made["options"]), ["N"]);
        // v2 has null there (semantics.md 11.4).
        assert_eq!(company.get("/api/v2/dealFields/title").await?.get("options"), Some(&Value::Null));
    }
    Ok(())
}

#[tokio::test]
async fn v1_calls_the_labels_of_contacts_a_choice_of_one() -> Outcome {
    for company in Company::each().await? {
        for (entity, in_v1) in [("deal", "set"), ("person", "enum"), ("organization", "enum")] {
            let rows = company.get(&format!("/v1/{entity}Fields?limit=500")).await?;
            let label = row(&rows, "label")?;
            assert_eq!(label["field_type"], in_v1, "{entity}");
            assert_eq!(company.get(&format!("/v1/{entity}Fields/{}", label["id"])).await?["field_type"], in_v1);
            assert_eq!(company.get(&format!("/api/v2/{entity}Fields/label_ids")).await?["field_type"], "set");
        }
    }
    Ok(())
}

/// The keys of the rows of which this is true.
fn those(rows: &Value, is: impl Fn(&Value) -> bool) -> Vec<&str> {
    let rows = rows.as_array().into_iter().flatten();
    rows.filter(|row| is(row)).filter_map(|row| row["key"].as_str()).collect()
}

#[tokio::test]
async fn v1_flags_are_those_of_recorded_rows() -> Outcome {
    for company in Company::each().await? {
        for (list, mandatory, optional) in [
            ("activityFields", "id subject type", "note location"),
            (
                "dealFields",
                "id title creator_user_id user_id stage_id status add_time update_time visible_to origin channel close_time activities_count",
                "value currency probability expected_close_date label",
            ),
            ("leadFields", "id title", "expected_close_date"),
            ("noteFields", "id content pinned_to_deal_flag", "deal_id"),
            ("organizationFields", "id name owner_id visible_to add_time people_count picture_id", "label address"),
            (
                "personFields",
                "id name owner_id visible_to add_time won_deals_count picture_id",
                "label first_name last_name phone email org_id",
            ),
            ("productFields", "id name owner_id", "code description"),
        ] {
            let rows = company.get(&format!("/v1/{list}?limit=500")).await?;
            for (keys, flag) in [(mandatory, true), (optional, false)] {
                for key in keys.split(' ') {
                    assert_eq!(row(&rows, key)?["mandatory_flag"], flag, "{list} {key}");
                }
            }
            let searchable: &[&str] = if list == "organizationFields" { &["address"] } else { &[] };
            assert_eq!(those(&rows, |row| row["searchable_flag"] == true), searchable, "{list}");
            assert_eq!(row(&rows, "id")?.get("index_visible_flag").is_none(), list == "noteFields", "{list}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn v1_says_where_names_and_owners_lead() -> Outcome {
    for company in Company::each().await? {
        for (list, title, link, owners) in [
            ("dealFields", "title", "/deal/", &[][..]),
            ("personFields", "name", "/person/", &["owner_id"]),
            ("organizationFields", "name", "/organization/", &["owner_id"]),
            ("productFields", "name", "/api/v1/products/", &["owner_id"]),
        ] {
            let rows = company.get(&format!("/v1/{list}?limit=500")).await?;
            let named = row(&rows, title)?;
            assert_eq!((&named["use_field"], &named["link"]), (&json!("id"), &json!(link)), "{list}");
            assert_eq!(those(&rows, |row| row.get("link").is_some()), [title], "{list}");
            assert_eq!(those(&rows, |row| row["use_field"] == "owner_id"), owners, "{list}");
        }
        let made = company.data("POST", "/v1/dealFields", json!({"name": "Height", "field_type": "varchar"})).await?;
        let flags = ["sortable_flag", "searchable_flag", "mandatory_flag"].map(|key| made[key].clone());
        assert_eq!(flags, [true, true, false]);
    }
    Ok(())
}

#[tokio::test]
async fn what_v1_calls_mandatory_may_still_be_left_out() -> Outcome {
    for company in Company::each().await? {
        for (path, body) in [
            ("/v1/activities", json!({"type": "call"})),
            ("/v1/deals", json!({"title": "Tower"})),
            ("/v1/persons", json!({"first_name": "Ann"})),
            ("/api/v2/organizations", json!({"name": "Weir"})),
        ] {
            company.data("POST", path, body).await?;
        }
        // v2 and its settings know nothing of the flag.
        let name = company.get("/api/v2/personFields/name?include_fields=required_fields").await?;
        assert_eq!(name["required_fields"]["enabled"], false);
    }
    Ok(())
}
