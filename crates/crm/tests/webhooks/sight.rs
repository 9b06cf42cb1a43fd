//! Events are only for those who may see what they are about.

use super::company::{Company, Outcome};
use super::watch::Watch;
use penstock_crm::webhooks::hook::Shape;
use serde_json::{Value, json};

/// Which objects a subscriber was told of, each once.
async fn objects(watch: &mut Watch<'_>) -> Outcome<Vec<String>> {
    let mut words: Vec<_> = watch.next().await?.iter().map(|body| body["meta"]["entity"].as_str().unwrap_or_default().to_owned()).collect();
    words.sort();
    words.dedup();
    Ok(words)
}

/// A deal of the administrator with everything that hangs on it.
async fn sell(company: &Company, visible_to: i64) -> Outcome<i64> {
    let deal = company.data("POST", "/api/v2/deals", json!({"title": "A", "visible_to": visible_to})).await?["id"].clone();
    company.data("POST", "/v1/notes", json!({"content": "x", "deal_id": deal})).await?;
    company.data("POST", "/api/v2/activities", json!({"subject": "x", "deal_id": deal})).await?;
    let product = company.data("POST", "/api/v2/products", json!({"name": "P", "visible_to": visible_to})).await?["id"].clone();
    let row = json!({"product_id": product, "item_price": 7, "quantity": 1});
    company.data("POST", &format!("/api/v2/deals/{deal}/products"), row).await?;
    let part = json!({"description": "x", "amount": 3, "billing_date": "2026-04-01"});
    company.data("POST", &format!("/api/v2/deals/{deal}/installments"), part).await?;
    deal.as_i64().ok_or_else(|| "the deal has no id".into())
}

#[tokio::test]
async fn nobody_is_told_of_what_is_hidden_from_them() -> Outcome {
    const ALL: &[&str] = &["activity", "deal", "deal_installment", "deal_product", "note", "product"];
    for company in Company::each().await? {
        company.add_colleague().await?;
        let ben = company.as_colleague();
        let mut of_ada = Watch::of(&company, Shape::V2).await?;
        let mut of_ben = Watch::of(&ben, Shape::V2).await?;
        let open = sell(&company, 3).await?;
        assert_eq!(objects(&mut of_ben).await?, ALL);
        let hidden = sell(&company, 1).await?;
        assert_eq!(objects(&mut of_ben).await?, Vec::<String>::new());
        assert_eq!(objects(&mut of_ada).await?, ALL);
        // The end of what is hidden is hidden, too, and that of what is open is not.
        company.data("DELETE", &format!("/api/v2/deals/{hidden}"), Value::Null).await?;
        company.data("DELETE", &format!("/api/v2/deals/{open}"), Value::Null).await?;
        let told: Vec<_> = of_ben.next().await?.iter().map(|body| body["meta"]["entity_id"].clone()).collect();
        assert_eq!(told, [json!(open.to_string())]);
    }
    Ok(())
}

#[tokio::test]
async fn an_event_is_judged_by_the_record_as_it_was() -> Outcome {
    for company in Company::each().await? {
        company.add_colleague().await?;
        let ben = company.as_colleague();
        let mut of_ben = Watch::to(&ben, Shape::V2, "*", "deal").await?;
        let deal = company.data("POST", "/api/v2/deals", json!({"title": "Open", "visible_to": 3})).await?["id"].clone();
        company.data("PATCH", &format!("/api/v2/deals/{deal}"), json!({"title": "Hidden", "visible_to": 1})).await?;
        company.data("PATCH", &format!("/api/v2/deals/{deal}"), json!({"title": "Open again", "visible_to": 3})).await?;
        let told: Vec<_> = of_ben.next().await?.iter().map(|body| body["data"]["title"].clone()).collect();
        assert_eq!(told, ["Open", "Open again"]);
        let permitted = |body: &Value| body["meta"]["permitted_user_ids"].clone();
        let mut of_ada = Watch::to(&company, Shape::V2, "*", "deal").await?;
        company.data("PATCH", &format!("/api/v2/deals/{deal}"), json!({"visible_to": 1})).await?;
        assert_eq!(permitted(&of_ada.one("deal").await?), json!(["1"]));
        company.data("PATCH", &format!("/api/v2/deals/{deal}"), json!({"visible_to": 3})).await?;
        assert_eq!(permitted(&of_ada.one("deal").await?), json!(["1", "2"]));
    }
    Ok(())
}

#[tokio::test]
async fn a_user_who_is_switched_off_is_told_nothing() -> Outcome {
    for company in Company::each().await? {
        let colleague = company.add_colleague().await?;
        let ben = company.as_colleague();
        let mut of_ben = Watch::to(&ben, Shape::V2, "*", "deal").await?;
        let active = |flag: i64| json!({"active_flag": flag});
        company.data("PUT", &format!("/v1/users/{colleague}"), active(0)).await?;
        company.add_deal(json!({})).await?;
        assert_eq!(of_ben.next().await?, Vec::<Value>::new());
        company.data("PUT", &format!("/v1/users/{colleague}"), active(1)).await?;
        company.add_deal(json!({})).await?;
        assert_eq!(of_ben.next().await?.len(), 1);
    }
    Ok(())
}

#[tokio::test]
async fn the_permitted_users_of_what_hangs_on_a_record_are_its_own() -> Outcome {
    for company in Company::each().await? {
        company.add_colleague().await?;
        for (visible_to, expected) in [(3, json!(["1", "2"])), (1, json!(["1"]))] {
            let mut watch = Watch::of(&company, Shape::V2).await?;
            sell(&company, visible_to).await?;
            for body in watch.next().await? {
                assert_eq!(body["meta"]["permitted_user_ids"], expected, "{body:#}");
            }
        }
        let mut watch = Watch::of(&company, Shape::V2).await?;
        company.data("POST", "/api/v2/pipelines", json!({"name": "P"})).await?;
        company.data("POST", "/api/v2/activities", json!({"subject": "about nothing"})).await?;
        for body in watch.next().await? {
            assert_eq!(body["meta"]["permitted_user_ids"], json!(["*"]), "{body:#}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn names_of_hidden_records_are_only_for_those_who_see_them() -> Outcome {
    for company in Company::each().await? {
        let colleague = company.add_colleague().await?;
        let ben = company.as_colleague();
        let (mut of_ada, mut of_ben) = (Watch::of(&company, Shape::V1).await?, Watch::of(&ben, Shape::V1).await?);
        let (mut new_of_ada, mut new_of_ben) = (Watch::of(&company, Shape::V2).await?, Watch::of(&ben, Shape::V2).await?);
        let secret = company.data("POST", "/api/v2/persons", json!({"name": "Secret", "visible_to": 1})).await?["id"].clone();
        let open = company.data("POST", "/api/v2/organizations", json!({"name": "Open", "visible_to": 3})).await?["id"].clone();
        for watch in [&mut of_ada, &mut of_ben] {
            watch.next().await?;
        }
        let deal = company.add_deal(json!({"title": "A", "person_id": secret, "org_id": open, "visible_to": 3})).await?;
        let names = |body: &Value| ["person_id", "person_name", "org_name"].map(|key| body["current"][key].clone());
        assert_eq!(names(&of_ada.one("deal").await?), [secret.clone(), json!("Secret"), json!("Open")]);
        assert_eq!(names(&of_ben.one("deal").await?), [secret.clone(), Value::Null, json!("Open")]);

        company.data("POST", "/api/v2/activities", json!({"subject": "Call", "deal_id": deal})).await?;
        assert_eq!(of_ben.one("activity").await?["current"]["deal_title"], "A", "what everybody sees has its name");
        let hidden = company.data("POST", "/api/v2/products", json!({"name": "Hidden", "visible_to": 1})).await?["id"].clone();
        let row = json!({"product_id": hidden, "item_price": 7, "quantity": 1});
        company.data("POST", &format!("/api/v2/deals/{deal}/products"), row).await?;
        // The second version has no name of the product for anybody.
        for watch in [&mut new_of_ada, &mut new_of_ben] {
            let told = watch.one("deal_product").await?["data"].clone();
            assert_eq!((told.get("name"), &told["product_id"], &told["currency"]), (None, &hidden, &json!("EUR")));
        }

        // Who follows the person sees it.
        company.data("POST", &format!("/v1/persons/{secret}/followers"), json!({"user_id": colleague})).await?;
        of_ben.next().await?;
        company.change_deal(deal, json!({"title": "B"})).await?;
        assert_eq!(names(&of_ben.one("deal").await?), [secret, json!("Secret"), json!("Open")]);
    }
    Ok(())
}
