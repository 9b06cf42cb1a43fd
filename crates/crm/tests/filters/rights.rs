//! Who sees and changes filters, and that no condition tells of records that the caller may not see.

use super::company::{Company, Outcome};
use super::{condition, conditions, ids, save};
use serde_json::{Value, json};

#[tokio::test]
async fn filters_are_private_until_they_are_shared() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        company.add_colleague().await?;
        let ben = company.as_colleague();
        company.data("POST", "/api/v2/deals", json!({"title": "One"})).await?;
        let own = save(&company, "deals", &[], &[]).await?;
        let shared = json!({"name": "Shared", "type": "deals", "conditions": conditions(&[], &[]), "visible_to": 7});
        let shared = company.data("POST", "/v1/filters", shared).await?;
        assert_eq!(shared["visible_to"], "7");

        assert_eq!(ids(&company, "/v1/filters").await?, [1, 2]);
        assert_eq!(ids(&ben, "/v1/filters").await?, [2]);
        let body = json!({"name": "Ours", "conditions": conditions(&[], &[])});
        for (method, body) in [("GET", &Value::Null), ("PUT", &body), ("DELETE", &Value::Null)] {
            assert_eq!(ben.send(method, &format!("/v1/filters/{own}"), body).await?.0, 404, "{method}");
        }
        assert_eq!(ben.send("DELETE", "/v1/filters?ids=1,2", &Value::Null).await?.0, 404);
        assert_eq!(ben.send("GET", &format!("/api/v2/deals?filter_id={own}"), &Value::Null).await?.0, 404);
        assert_eq!(ids(&ben, "/api/v2/deals?filter_id=2").await?, [1]);

        assert_eq!(ben.get("/v1/filters/2").await?["is_editable"], json!(true), "regular users may edit shared filters");
        assert_eq!(ben.data("PUT", "/v1/filters/2", body.clone()).await?["name"], "Ours");
        let hers = json!({"name": "Hers", "conditions": conditions(&[], &[]), "visible_to": "1"});
        assert_eq!(company.data("PUT", "/v1/filters/2", hers).await?["visible_to"], "1");
        assert_eq!(ben.send("GET", "/v1/filters/2", &Value::Null).await?.0, 404);

        let his = save(&ben, "deals", &[], &[]).await?;
        let target = format!("/v1/filters/{his}");
        assert_eq!(company.send("GET", &target, &Value::Null).await?.0, 404, "administrators see no private filters of others");
    }
    Ok(())
}

/// Ben sees the deal and its links, but neither the person nor the organization nor the other deal behind them.
#[tokio::test]
async fn conditions_see_what_the_caller_sees() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        company.add_colleague().await?;
        let ben = company.as_colleague();
        let field = company.data("POST", "/api/v2/personFields", json!({"field_name": "Secret", "field_type": "varchar"})).await?;
        let code = field["field_code"].as_str().ok_or("no code")?;
        company.data("POST", "/api/v2/organizations", json!({"name": "Hidden quay", "visible_to": 1})).await?;
        let person = json!({"name": "Hidden Ann", "visible_to": 1, "org_id": 1, "custom_fields": {code: "gold"}});
        company.data("POST", "/api/v2/persons", person).await?;
        company.data("POST", "/api/v2/persons", json!({"name": "Bea", "visible_to": 7, "org_id": 1})).await?;
        company.data("POST", "/api/v2/deals", json!({"title": "Open", "visible_to": 7, "person_id": 1, "org_id": 1})).await?;
        company.data("POST", "/api/v2/deals", json!({"title": "Hidden deal", "visible_to": 1, "person_id": 2})).await?;

        let about = json!({"subject": "Whisper", "deal_id": 2, "participants": [{"person_id": 2, "primary": true}]});
        company.data("POST", "/api/v2/activities", about).await?;

        let cases = [
            ("people", "activity.subject", "=", "whisper", 1),
            ("deals", "person.name", "LIKE '$%'", "hidden", 1),
            ("deals", "person.name", "!=", "x", 2),
            ("deals", "person.email", "IS NULL", "", 2),
            ("deals", "person.Secret", "=", "gold", 1),
            ("deals", "person.Secret", "!=", "lead", 2),
            ("deals", "organization.name", "LIKE '%$%'", "quay", 1),
            ("deals", "organization.people_count", ">", "1", 1),
            ("people", "organization.name", "=", "hidden quay", 2),
            ("people", "deal.title", "LIKE '$%'", "hidden", 1),
            ("org", "person.Secret", "=", "gold", 1),
        ];
        for (of, field, operator, value, seen) in cases {
            let list = super::list_of(of);
            let all = [condition(&company, field, operator, value, "").await?];
            for (all, any) in [(all.as_slice(), [].as_slice()), (&[], &all)] {
                let filter = save(&company, of, all, any).await?;
                let found = ids(&company, &format!("{list}&filter_id={filter}")).await?;
                assert_eq!(found.len(), seen, "{field} {operator} {value}");
                let filter = save(&ben, of, all, any).await?;
                let found = ids(&ben, &format!("{list}&filter_id={filter}")).await?;
                assert_eq!(found, Vec::<i64>::new(), "{field} {operator} {value} tells Ben of what is hidden");
            }
        }
        let hidden = condition(&ben, "deal.title", "LIKE '$%'", "hidden", "").await?;
        assert_eq!(super::find(&ben, "deals", &[hidden], &[]).await?, Vec::<i64>::new());
    }
    Ok(())
}
