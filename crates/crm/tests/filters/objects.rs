//! Filters of every type, and conditions on the records that belong to what they list.

use super::company::{Company, Outcome};
use super::{condition, find};
use serde_json::{Value, json};

/// An object with the conditions of both groups, and the ids that are found.
type Case<'a> = (&'a str, &'a [&'a str], &'a [&'a str], &'a [i64]);

/// A condition written as `object.field operator value`, with `_` for a space inside the operator.
async fn read(company: &Company, text: &str) -> Outcome<Value> {
    let mut words = text.splitn(3, ' ');
    let mut next = || words.next().unwrap_or_default();
    let (field, operator, value) = (next(), next().replace('_', " "), next());
    condition(company, field, &operator, value, "").await
}

/// Finds the ids of records by conditions of which all hold, and others of which one does.
async fn found(company: &Company, of: &str, all: &[&str], any: &[&str]) -> Outcome<Vec<i64>> {
    let mut groups = [Vec::new(), Vec::new()];
    for (group, texts) in groups.iter_mut().zip([all, any]) {
        for text in texts {
            group.push(read(company, text).await?);
        }
    }
    find(company, of, &groups[0], &groups[1]).await
}

async fn add(company: &Company, collection: &str, record: Value) -> Outcome<i64> {
    let made = company.data("POST", &format!("/api/v2/{collection}"), record).await?;
    made["id"].as_i64().ok_or_else(|| "no id".into())
}

/// Quay (1) with Ann (1) and two deals, open (1) and won (2); Weir (2) without a deal; Bea (2) of Weir with a lost deal (3);
/// Cid (3) of nowhere, with an archived one (4).
async fn fill(company: &Company) -> Outcome {
    company.at("2026-03-25 12:00:00")?;
    add(company, "organizations", json!({"name": "Quay", "address": {"value": "Weir 1", "locality": "Ilm"}, "employee_count": 50})).await?;
    add(company, "organizations", json!({"name": "Weir", "label_ids": [5]})).await?;
    let emails = json!([{"value": "Ann@quay.test", "primary": true}, {"value": "a@home.test"}]);
    add(company, "persons", json!({"name": "Ann Ash", "org_id": 1, "emails": emails})).await?;
    add(company, "persons", json!({"name": "Bea", "org_id": 2, "phones": [{"value": "+372 555"}], "label_ids": [1]})).await?;
    add(company, "persons", json!({"name": "Cid", "marketing_status": "no_consent"})).await?;
    add(company, "deals", json!({"title": "One", "value": 100, "org_id": 1, "person_id": 1})).await?;
    add(company, "deals", json!({"title": "Two", "value": 200, "org_id": 1, "person_id": 1, "status": "won"})).await?;
    add(company, "deals", json!({"title": "Three", "value": 300, "person_id": 2, "status": "lost"})).await?;
    add(company, "deals", json!({"title": "Four", "value": 400, "person_id": 3, "is_archived": true})).await?;
    Ok(())
}

#[tokio::test]
async fn persons_and_organizations() -> Outcome {
    for company in Company::each().await? {
        fill(&company).await?;
        let cases: &[(&str, &str, &[i64])] = &[
            ("people", "person.name = ann ash", &[1]),
            ("people", "person.name != bea", &[1, 3]),
            ("people", "person.email = ann@QUAY.test", &[1]),
            ("people", "person.email LIKE_'%$%' home", &[1]),
            ("people", "person.email LIKE_'$%' a@", &[1]),
            ("people", "person.email != a@home.test", &[2, 3]),
            ("people", "person.email IS_NULL", &[2, 3]),
            ("people", "person.phone IS_NOT_NULL", &[2]),
            ("people", "person.phone NOT_LIKE_'%$%' 555", &[1, 3]),
            ("people", "person.label contains 1", &[2]),
            ("people", "person.label IS_NULL", &[1, 3]),
            ("people", "person.org_id = 1", &[1]),
            ("people", "person.org_id IS_NULL", &[3]),
            ("people", "person.open_deals_count = 1", &[1, 3]),
            ("people", "person.closed_deals_count >= 1", &[1, 2]),
            ("people", "person.related_open_deals_count > 0", &[1]),
            ("people", "person.related_open_deals_count = 0", &[2, 3]),
            ("people", "person.add_time = today", &[1, 2, 3]),
            ("people", "organization.name LIKE_'$%' we", &[2]),
            ("people", "organization.name != Weir", &[1]),
            ("people", "organization.label IS_NULL", &[1]),
            ("org", "organization.name = quay", &[1]),
            ("org", "organization.employee_count > 49.5", &[1]),
            ("org", "organization.employee_count IS_NULL", &[2]),
            ("org", "organization.address LIKE_'%$%' weir", &[1]),
            ("org", "organization.address IS_NULL", &[2]),
            ("org", "organization.label = 5", &[2]),
            ("org", "organization.people_count = 1", &[1, 2]),
            ("org", "organization.open_deals_count = 1", &[1]),
            ("org", "organization.related_won_deals_count = 1", &[1]),
            ("org", "person.phone IS_NOT_NULL", &[2]),
            ("org", "person.name LIKE_'%$%' a", &[1, 2]),
        ];
        for (of, text, expected) in cases {
            assert_eq!(found(&company, of, &[text], &[]).await?, *expected, "{of}: {text}");
        }
        let part = condition(&company, "organization.address", "=", "ILM", "locality").await?;
        assert_eq!(find(&company, "org", &[part], &[]).await?, [1]);
    }
    Ok(())
}

#[tokio::test]
async fn what_belongs_to_a_deal() -> Outcome {
    for company in Company::each().await? {
        fill(&company).await?;
        let cases: &[(&[&str], &[i64])] = &[
            (&["person.name = ann ash"], &[1, 2]),
            (&["person.name != ann ash"], &[3]),
            (&["person.email IS_NULL"], &[3]),
            (&["organization.name = quay"], &[1, 2]),
            (&["organization.name != quay"], &[]),
            (&["organization.employee_count > 10", "deal.value > 150"], &[2]),
            (&["person.org_id = 2", "deal.status = lost"], &[3]),
        ];
        for (all, expected) in cases {
            assert_eq!(found(&company, "deals", all, &[]).await?, *expected, "{all:?}");
        }
        company.data("DELETE", "/api/v2/persons/1", Value::Null).await?;
        assert_eq!(found(&company, "deals", &["person.name LIKE_'%$%' a"], &[]).await?, [3], "a deleted person is none");
    }
    Ok(())
}

/// Deals of persons and organizations count while they are open, unless a condition asks for a status (semantics.md 13.2).
#[tokio::test]
async fn deals_of_contacts_are_open_ones_unless_asked() -> Outcome {
    for company in Company::each().await? {
        fill(&company).await?;
        let cases: &[Case<'_>] = &[
            ("people", &["deal.value > 0"], &[], &[1]),
            ("people", &["deal.value > 150"], &[], &[]),
            ("people", &["deal.value > 150", "deal.status = won"], &[], &[1]),
            ("people", &["deal.value > 150", "deal.status != open"], &[], &[1, 2]),
            ("people", &["deal.value < 150", "deal.status = won"], &[], &[]),
            ("people", &["deal.value >= 300"], &["deal.status = lost", "person.name = cid"], &[2]),
            ("people", &["deal.title = four", "deal.status = open"], &[], &[]),
            ("org", &["deal.title LIKE_'$%' t"], &[], &[]),
            ("org", &["deal.title LIKE_'$%' t", "deal.status IS_NOT_NULL"], &[], &[1]),
            ("org", &["deal.title LIKE_'$%' o"], &[], &[1]),
        ];
        for (of, all, any, expected) in cases {
            assert_eq!(found(&company, of, all, any).await?, *expected, "{of}: {all:?} and one of {any:?}");
        }
    }
    Ok(())
}

/// A call with Bea about the first deal that is to be made, and a meeting about it that was held.
async fn add_activities(company: &Company) -> Outcome {
    let call = json!({"subject": "First talk", "type": "call", "deal_id": 1, "participants": [{"person_id": 2, "primary": true}],
        "due_date": "2026-03-26", "due_time": "10:00"});
    add(company, "activities", call).await?;
    add(company, "activities", json!({"subject": "Meeting", "type": "meeting", "deal_id": 1, "due_date": "2026-03-26", "done": true}))
        .await?;
    Ok(())
}

/// The conditions of the first group on linked records are true of one record, those of the second each of some record.
#[tokio::test]
async fn activities_of_records() -> Outcome {
    for company in Company::each().await? {
        fill(&company).await?;
        add_activities(&company).await?;
        let cases: &[Case<'_>] = &[
            ("deals", &["activity.type = call"], &[], &[1]),
            ("deals", &["activity.subject LIKE_'%$%' talk"], &[], &[1]),
            ("deals", &["activity.done = 1"], &[], &[1]),
            ("deals", &["activity.type = call", "activity.done = 1"], &[], &[]),
            ("deals", &["activity.type = call", "activity.done = 0"], &[], &[1]),
            ("deals", &["activity.due_date < 2026-03-27"], &[], &[1]),
            ("deals", &["activity.due_date > 2026-03-27"], &[], &[]),
            ("deals", &["activity.due_time = 10:00"], &[], &[1]),
            ("deals", &["activity.due_time > 10:00"], &[], &[]),
            ("deals", &[], &["activity.type = call", "activity.type = meeting"], &[1]),
            ("deals", &["activity.type = call"], &["activity.done = 1"], &[1]),
            ("deals", &[], &["activity.type = lunch", "deal.title = two"], &[2]),
            ("deals", &["activity.type = lunch"], &[], &[]),
            ("people", &["activity.done = 1"], &[], &[]),
            ("people", &["activity.done = 0"], &[], &[2]),
        ];
        for (of, all, any, expected) in cases {
            assert_eq!(found(&company, of, all, any).await?, *expected, "{of}: {all:?} and one of {any:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn both_groups_hold() -> Outcome {
    for company in Company::each().await? {
        fill(&company).await?;
        let cases: &[(&[&str], &[&str], &[i64])] = &[
            (&[], &[], &[1, 2, 3]),
            (&["deal.value > 100", "deal.value < 300"], &[], &[2]),
            (&[], &["deal.value = 100", "deal.value = 300"], &[1, 3]),
            (&["deal.status != won"], &["deal.value = 100", "deal.title = two"], &[1]),
            (&["deal.status != won"], &["deal.title = two"], &[]),
            (&[], &["person.name = bea", "deal.value = 200"], &[2, 3]),
        ];
        for (all, any, expected) in cases {
            assert_eq!(found(&company, "deals", all, any).await?, *expected, "{all:?} and one of {any:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn leads_and_what_belongs_to_them() -> Outcome {
    for company in Company::each().await? {
        fill(&company).await?;
        company.add_deal_field("c0de", "varchar").await?;
        company.at("2026-03-25 12:00:02")?;
        let labels = company.get("/v1/leadLabels").await?;
        let mut leads = Vec::new();
        for lead in [
            json!({"title": "First", "person_id": 1, "label_ids": [labels[0]["id"]], "value": {"amount": 10, "currency": "EUR"}, "c0de": "Gold"}),
            json!({"title": "Second", "organization_id": 2, "label_ids": [labels[0]["id"], labels[1]["id"]], "expected_close_date": "2026-03-25"}),
            json!({"title": "Third", "person_id": 2}),
        ] {
            leads.push(company.data("POST", "/v1/leads", lead).await?["id"].clone());
        }
        company.data("PATCH", &format!("/v1/leads/{}", leads[2].as_str().ok_or("no id")?), json!({"is_archived": true})).await?;
        let (hot, first) = (labels[0]["id"].as_str().ok_or("no label")?, leads[0].as_str().ok_or("no id")?);
        let (has, is, one) = (format!("lead.label_ids contains {hot}"), format!("lead.label_ids = {hot}"), format!("lead.id = {first}"));
        let cases: &[(&str, &str, &[&str])] = &[
            ("/v1/leads", "lead.title LIKE_'%$%' ir", &["First"]),
            ("/v1/leads", &has, &["First", "Second"]),
            ("/v1/leads", &is, &["First"]),
            ("/v1/leads", &one, &["First"]),
            ("/v1/leads", "lead.label_ids IS_NULL", &[]),
            ("/v1/leads", "lead.value > 5", &["First"]),
            ("/v1/leads", "lead.expected_close_date = today", &["Second"]),
            ("/v1/leads", "lead.c0de = gold", &["First"]),
            ("/v1/leads", "lead.c0de IS_NULL", &["Second"]),
            ("/v1/leads", "lead.was_seen = 0", &["First", "Second"]),
            ("/v1/leads", "person.name LIKE_'$%' ann", &["First"]),
            ("/v1/leads", "organization.name = weir", &["Second"]),
            ("/v1/leads/archived", "person.name = bea", &["Third"]),
        ];
        for (list, text, expected) in cases {
            let filter = super::save(&company, "leads", &[read(&company, text).await?], &[]).await?;
            let rows = company.get(&format!("{list}?owner_id=9&person_id=9&filter_id={filter}")).await?;
            let titles: Vec<_> = rows.as_array().into_iter().flatten().filter_map(|lead| lead["title"].as_str()).collect();
            assert_eq!(titles, *expected, "{text}");
        }
        assert_eq!(found(&company, "people", &["lead.title = first"], &[]).await?, [1]);
        assert_eq!(found(&company, "people", &["lead.title = third"], &[]).await?, Vec::<i64>::new(), "it is archived");
        assert_eq!(found(&company, "org", &["lead.title = second"], &[]).await?, [2]);
    }
    Ok(())
}

#[tokio::test]
async fn activities_and_what_they_belong_to() -> Outcome {
    for company in Company::each().await? {
        fill(&company).await?;
        add_activities(&company).await?;
        let cases: &[(&str, &[i64])] = &[
            ("activity.type = call", &[1]),
            ("activity.type != call", &[2]),
            ("activity.subject LIKE_'$%' meet", &[2]),
            ("activity.done = 1", &[2]),
            ("activity.done != 1", &[1]),
            ("activity.due_date = tomorrow", &[1, 2]),
            ("activity.due_date = today", &[]),
            ("activity.due_time <= 10:00", &[1]),
            ("activity.due_time IS_NULL", &[2]),
            ("activity.marked_as_done_time = today", &[2]),
            ("activity.person_id = 2", &[1]),
            ("activity.deal_id = 1", &[1, 2]),
            ("activity.priority IS_NULL", &[1, 2]),
            ("activity.user_id = 1", &[1, 2]),
            ("deal.title = one", &[1, 2]),
            ("deal.status = won", &[]),
            ("person.name = bea", &[1]),
            ("person.phone IS_NULL", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(found(&company, "activity", &[text], &[]).await?, *expected, "{text}");
        }
        let calls = super::save(&company, "activity", &[read(&company, "activity.type = call").await?], &[]).await?;
        for (query, expected) in [
            ("/api/v2/activities?owner_id=9&deal_id=9&person_id=9&ids=9", [1].as_slice()),
            ("/api/v2/activities?done=true", &[]),
            ("/v1/activities?user_id=0", &[1]),
            ("/v1/activities?user_id=1", &[1]),
            ("/v1/activities?user_id=9", &[]),
            ("/v1/activities?start_date=2026-03-26", &[1]),
            ("/v1/activities?type=meeting", &[]),
        ] {
            assert_eq!(super::ids(&company, &format!("{query}&filter_id={calls}")).await?, expected, "{query}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn products_and_what_sells_them() -> Outcome {
    for company in Company::each().await? {
        fill(&company).await?;
        let category = company.data("POST", "/api/v2/productFields/category/options", json!([{"label": "Pumps"}])).await?[0]["id"].clone();
        let prices = json!([{"currency": "EUR", "price": 10.5}, {"currency": "USD", "price": 12}]);
        add(&company, "products", json!({"name": "Pump", "code": "P-1", "prices": prices, "category": category, "tax": 20})).await?;
        add(&company, "products", json!({"name": "Hose", "prices": [{"currency": "EUR", "price": 2}], "is_linkable": false})).await?;
        for (deal, product) in [(1, 1), (2, 1)] {
            let line = json!({"product_id": product, "item_price": 10, "quantity": 1});
            company.data("POST", &format!("/api/v2/deals/{deal}/products"), line).await?;
        }
        let category = format!("product.category = {category}");
        let cases: &[(&str, &str, &[i64])] = &[
            ("products", "product.name LIKE_'$%' p", &[1]),
            ("products", "product.code IS_NULL", &[2]),
            ("products", &category, &[1]),
            ("products", "product.category IS_NULL", &[2]),
            ("products", "product.tax > 19.5", &[1]),
            ("products", "product.selectable = 0", &[2]),
            ("products", "deal.title = one", &[1]),
            ("products", "deal.title NOT_LIKE_'$%' one", &[1]),
            ("products", "deal.title = three", &[]),
            ("products", "deal.status = won", &[1]),
            ("deals", "product.name = pump", &[1, 2]),
            ("deals", "product.name = hose", &[]),
            ("deals", "product.name != hose", &[1, 2]),
            ("deals", "product.code IS_NULL", &[]),
        ];
        for (of, text, expected) in cases {
            assert_eq!(found(&company, of, &[text], &[]).await?, *expected, "{of}: {text}");
        }
        // operator, value, currency
        for (operator, value, currency, expected) in [
            ("=", "12", "", [1].as_slice()),
            ("=", "10.50", "EUR", &[1]),
            ("=", "10.5", "USD", &[]),
            ("!=", "10.5", "USD", &[1, 2]),
            ("<", "11", "EUR", &[1, 2]),
            ("<=", "2", "", &[2]),
            (">", "11", "EUR", &[]),
            (">=", "10.5", "", &[1]),
            ("IS NOT NULL", "", "", &[1, 2]),
        ] {
            let price = condition(&company, "product.prices", operator, value, currency).await?;
            assert_eq!(find(&company, "products", &[price], &[]).await?, expected, "{operator} {value} {currency}");
        }
        let pumps = super::save(&company, "products", &[read(&company, "product.name = pump").await?], &[]).await?;
        for query in ["/api/v2/products?owner_id=9&ids=2", "/v1/products?user_id=9"] {
            assert_eq!(super::ids(&company, &format!("{query}&filter_id={pumps}")).await?, [1], "{query}");
        }
        assert_eq!(super::ids(&company, &format!("/v1/products?ids=2&filter_id={pumps}")).await?, Vec::<i64>::new());
    }
    Ok(())
}

#[tokio::test]
async fn projects_and_what_they_hold() -> Outcome {
    for company in Company::each().await? {
        fill(&company).await?;
        let options = company.data("POST", "/api/v2/projectFields/label_ids/options", json!([{"label": "Big"}])).await?;
        let label = &options[0]["id"];
        let dyke = json!({"title": "Dyke", "deal_ids": [1, 3], "person_ids": [1], "start_date": "2026-04-01", "label_ids": [label]});
        add(&company, "projects", dyke).await?;
        add(&company, "projects", json!({"title": "Lock", "org_ids": [2], "status": "completed"})).await?;
        add(&company, "activities", json!({"subject": "Dig", "project_id": 2})).await?;
        let labelled = format!("project.label_ids contains {label}");
        let cases: &[(&str, &str, &[i64])] = &[
            ("projects", "project.title LIKE_'$%' d", &[1]),
            ("projects", "project.status = completed", &[2]),
            ("projects", "project.status != completed", &[1]),
            ("projects", "project.start_date = next_month", &[1]),
            ("projects", "project.start_date IS_NULL", &[2]),
            ("projects", "project.add_time = today", &[1, 2]),
            ("projects", &labelled, &[1]),
            ("projects", "project.deal_ids = 3", &[1]),
            ("projects", "project.deal_ids != 3", &[2]),
            ("projects", "project.deal_ids IS_NULL", &[2]),
            ("projects", "deal.title = three", &[1]),
            ("projects", "person.name = ann ash", &[1]),
            ("projects", "organization.name = weir", &[2]),
            ("projects", "activity.subject = dig", &[2]),
            ("deals", "project.title = dyke", &[1, 3]),
            ("people", "project.title = dyke", &[1]),
            ("org", "project.status = completed", &[2]),
            ("activity", "project.title = lock", &[1]),
        ];
        for (of, text, expected) in cases {
            assert_eq!(found(&company, of, &[text], &[]).await?, *expected, "{of}: {text}");
        }
        let locks = super::save(&company, "projects", &[read(&company, "project.title = lock").await?], &[]).await?;
        for (query, expected) in [
            ("/api/v2/projects?deal_id=1&status=open", [2].as_slice()),
            ("/v1/projects?status=open", &[2]),
            ("/api/v2/projects?phase_id=99", &[]),
            ("/api/v2/projects/archived?status=open", &[]),
        ] {
            assert_eq!(super::ids(&company, &format!("{query}&filter_id={locks}")).await?, expected, "{query}");
        }
    }
    Ok(())
}
