//! Merges, and what they leave behind: links, followers, participants, history, outbox, totals.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

/// Makes a record of `kind` (`persons`, `organizations`) and answers its id.
async fn add(company: &Company, kind: &str, record: Value) -> Outcome<i64> {
    let made = company.data("POST", &format!("/api/v2/{kind}"), record).await?;
    made["id"].as_i64().ok_or_else(|| "the record has no id".into())
}

async fn merge(company: &Company, kind: &str, removed: i64, kept: i64) -> Outcome<(u16, Value)> {
    company.send("PUT", &format!("/v1/{kind}/{removed}/merge"), &json!({"merge_with_id": kept})).await
}

/// Every total that is kept, beside what counting gives: rows where the two differ.
const UNTRUE_TOTALS: &str = "
    WITH kept AS (
        SELECT r.entity, r.id,
            COALESCE(s.open_deals_count, 0) AS open_deals, COALESCE(s.closed_deals_count, 0) AS closed_deals,
            COALESCE(s.won_deals_count, 0) AS won_deals, COALESCE(s.lost_deals_count, 0) AS lost_deals,
            COALESCE(s.participant_open_deals_count, 0) AS participant_open,
            COALESCE(s.participant_closed_deals_count, 0) AS participant_closed,
            COALESCE(s.people_count, 0) AS people, COALESCE(s.participants_count, 0) AS participants,
            COALESCE(s.followers_count, 0) AS followers
        FROM (SELECT company_id, 'person' AS entity, id FROM persons
              UNION ALL SELECT company_id, 'organization', id FROM organizations
              UNION ALL SELECT company_id, 'deal', id FROM deals) r
        LEFT JOIN totals s ON s.company_id = r.company_id AND s.entity = r.entity AND s.record_id = r.id
        WHERE r.company_id = $1),
    counted AS (
        SELECT k.entity, k.id,
            (SELECT COUNT(*) FROM deals d WHERE d.company_id = $1 AND d.status = 'open'
                AND (CASE k.entity WHEN 'person' THEN d.person_id WHEN 'organization' THEN d.org_id END) = k.id) AS open_deals,
            (SELECT COUNT(*) FROM deals d WHERE d.company_id = $1 AND d.status IN ('won', 'lost')
                AND (CASE k.entity WHEN 'person' THEN d.person_id WHEN 'organization' THEN d.org_id END) = k.id) AS closed_deals,
            (SELECT COUNT(*) FROM deals d WHERE d.company_id = $1 AND d.status = 'won'
                AND (CASE k.entity WHEN 'person' THEN d.person_id WHEN 'organization' THEN d.org_id END) = k.id) AS won_deals,
            (SELECT COUNT(*) FROM deals d WHERE d.company_id = $1 AND d.status = 'lost'
                AND (CASE k.entity WHEN 'person' THEN d.person_id WHEN 'organization' THEN d.org_id END) = k.id) AS lost_deals,
            (SELECT COUNT(*) FROM participants p JOIN deals d ON d.company_id = p.company_id AND d.id = p.deal_id
                WHERE p.company_id = $1 AND k.entity = 'person' AND p.person_id = k.id AND d.status = 'open'
                AND (d.person_id IS NULL OR d.person_id <> p.person_id)) AS participant_open,
            (SELECT COUNT(*) FROM participants p JOIN deals d ON d.company_id = p.company_id AND d.id = p.deal_id
                WHERE p.company_id = $1 AND k.entity = 'person' AND p.person_id = k.id AND d.status IN ('won', 'lost')
                AND (d.person_id IS NULL OR d.person_id <> p.person_id)) AS participant_closed,
            (SELECT COUNT(*) FROM persons p WHERE p.company_id = $1 AND k.entity = 'organization' AND p.org_id = k.id
                AND p.is_deleted = 0) AS people,
            (SELECT COUNT(*) FROM participants p WHERE p.company_id = $1 AND k.entity = 'deal' AND p.deal_id = k.id) AS participants,
            (SELECT COUNT(*) FROM followers f WHERE f.company_id = $1 AND f.entity = k.entity AND f.record_id = k.id) AS followers
        FROM kept k)
    SELECT k.entity, k.id FROM kept k JOIN counted c ON c.entity = k.entity AND c.id = k.id
    WHERE k.open_deals <> c.open_deals OR k.closed_deals <> c.closed_deals OR k.won_deals <> c.won_deals
        OR k.lost_deals <> c.lost_deals OR k.participant_open <> c.participant_open
        OR k.participant_closed <> c.participant_closed OR k.people <> c.people
        OR k.participants <> c.participants OR k.followers <> c.followers";

/// Fails where a kept total is not what counting gives, and where a deal's own person takes no part in it.
async fn assert_truth(company: &Company) -> Outcome {
    assert_eq!(company.rows(UNTRUE_TOTALS, 2).await?, Vec::<Vec<Value>>::new(), "totals that are not true");
    let alone = "SELECT d.id, d.person_id FROM deals d WHERE d.company_id = $1 AND d.person_id IS NOT NULL AND NOT EXISTS
                     (SELECT 1 FROM participants p WHERE p.company_id = $1 AND p.deal_id = d.id AND p.person_id = d.person_id)
                     AND d.is_deleted = 0";
    assert_eq!(company.rows(alone, 2).await?, Vec::<Vec<Value>>::new(), "deals whose person takes no part");
    Ok(())
}

/// The last events of the outbox for one entity: record, action, the other record of the merge.
async fn merge_events(company: &Company, entity: &str) -> Outcome<Vec<Vec<Value>>> {
    let sql = format!(
        "SELECT record_id, action, merged_id FROM outbox WHERE company_id = $1 AND entity = '{entity}' AND merged_id IS NOT NULL ORDER BY id"
    );
    company.rows(&sql, 3).await
}

#[tokio::test]
async fn persons_unite_with_everything_tied_to_them() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let ben = company.add_colleague().await?;
        let org = add(&company, "organizations", json!({"name": "Quay"})).await?;
        let emails = json!([{"value": "Two@quay.test", "primary": true}, {"value": "one@quay.test"}]);
        let removed = add(&company, "persons", json!({"name": "Mary Stream", "org_id": org, "emails": emails})).await?;
        let kept = add(&company, "persons", json!({"name": "M. Stream", "emails": [{"value": "two@quay.test"}]})).await?;
        let other = add(&company, "persons", json!({"name": "Otto"})).await?;

        let own = company.add_deal(json!({"person_id": removed})).await?;
        let won = company.add_deal(json!({"person_id": removed, "status": "won"})).await?;
        let beside = company.add_deal(json!({"person_id": other})).await?;
        let both = company.add_deal(json!({"person_id": kept})).await?;
        let inverse = company.add_deal(json!({"person_id": removed, "status": "lost"})).await?;
        for (deal, person) in [(beside, removed), (both, removed), (inverse, kept)] {
            company.data("POST", &format!("/v1/deals/{deal}/participants"), json!({"person_id": person})).await?;
        }
        for person in [removed, kept] {
            company.data("POST", &format!("/api/v2/persons/{person}/followers"), json!({"user_id": 1})).await?;
        }
        company.data("POST", &format!("/api/v2/persons/{removed}/followers"), json!({"user_id": ben})).await?;
        assert_truth(&company).await?;

        company.at("2026-03-02")?;
        let (status, answer) = merge(&company, "persons", removed, kept).await?;
        assert_eq!(status, 200, "{answer}");
        let person = &answer["data"];
        assert_eq!((&person["id"], &person["merge_what_id"], &person["org_id"]), (&json!(kept), &json!(removed), &json!(org)));
        assert_eq!((&person["name"], &person["last_name"]), (&json!("M. Stream"), &json!("Stream")));
        assert_eq!(
            person["email"],
            json!([
                {"value": "two@quay.test", "primary": true, "label": "work"},
                {"value": "one@quay.test", "primary": false, "label": "work"},
            ])
        );
        assert_truth(&company).await?;
        let counts = |keys: [&str; 4]| keys.map(|key| person[key].as_i64());
        let deals = counts(["open_deals_count", "won_deals_count", "lost_deals_count", "participant_open_deals_count"]);
        assert_eq!(deals, [Some(2), Some(1), Some(1), Some(1)]);
        assert_eq!(person["followers_count"], 2);

        for deal in [own, won, inverse] {
            let deal = company.get(&format!("/api/v2/deals/{deal}")).await?;
            assert_eq!(deal["person_id"], kept);
        }
        let participants = company.get(&format!("/v1/deals/{inverse}/participants")).await?;
        assert_eq!(participants.as_array().map(Vec::len), Some(1), "{participants}");
        let log = company.get(&format!("/v1/deals/{own}/changelog")).await?;
        assert_eq!((&log[0]["field_key"], &log[0]["new_value"]), (&json!("person_id"), &json!(kept.to_string())));
        let log = company.get(&format!("/v1/deals/{beside}/participantsChangelog")).await?;
        let told: Vec<_> = log.as_array().into_iter().flatten().map(|row| (row["person_id"].clone(), row["action"].clone())).collect();
        assert!(told.contains(&(json!(kept), json!("added"))) && told.contains(&(json!(removed), json!("removed"))), "{log}");

        assert_eq!(company.get(&format!("/api/v2/persons/{removed}")).await?["is_deleted"], true);
        let events = merge_events(&company, "person").await?;
        assert_eq!(events, [[json!(kept), json!("change"), json!(removed)], [json!(removed), json!("delete"), json!(kept)]]);
        let all = company.get(&format!("/v1/persons/{kept}/deals")).await?;
        assert_eq!(all.as_array().map(Vec::len), Some(5), "own ones and those beside");
    }
    Ok(())
}

#[tokio::test]
async fn deals_fill_their_gaps_and_share_their_participants() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let org = add(&company, "organizations", json!({"name": "Quay"})).await?;
        let mut persons = Vec::new();
        for name in ["Ann", "Bea", "Cyd"] {
            persons.push(add(&company, "persons", json!({"name": name})).await?);
        }
        let removed = json!({
            "title": "Leaving", "person_id": persons[0], "org_id": org, "value": 70, "currency": "USD",
            "probability": 40, "status": "lost", "lost_reason": "late", "expected_close_date": "2026-05-01",
        });
        let removed = company.add_deal(removed).await?;
        let kept = company.add_deal(json!({"title": "Staying", "person_id": persons[1]})).await?;
        company.data("POST", &format!("/v1/deals/{removed}/participants"), json!({"person_id": persons[2]})).await?;

        let (status, answer) = merge(&company, "deals", removed, kept).await?;
        assert_eq!(status, 200, "{answer}");
        let deal = &answer["data"];
        assert_eq!((&deal["id"], &deal["merge_what_id"], &deal["title"]), (&json!(kept), &json!(removed), &json!("Staying")));
        assert_eq!((&deal["value"], &deal["currency"], &deal["org_id"]), (&json!(70), &json!("USD"), &json!(org)));
        assert_eq!((&deal["person_id"], &deal["probability"]), (&json!(persons[1]), &json!(40)));
        assert_eq!((&deal["status"], &deal["lost_reason"], &deal["lost_time"]), (&json!("open"), &Value::Null, &Value::Null));
        assert_eq!((&deal["expected_close_date"], &deal["participants_count"]), (&json!("2026-05-01"), &json!(3)));
        assert_truth(&company).await?;
        let gone = company.get(&format!("/api/v2/deals/{removed}?include_fields=participants_count")).await?;
        assert_eq!((&gone["status"], &gone["participants_count"]), (&json!("deleted"), &json!(0)));
        let events = merge_events(&company, "deal").await?;
        assert_eq!(events, [[json!(kept), json!("change"), json!(removed)], [json!(removed), json!("delete"), json!(kept)]]);
    }
    Ok(())
}

#[tokio::test]
async fn organizations_take_over_persons_deals_and_custom_references() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let code = "5a".repeat(20);
        company.add_deal_field(&code, "org").await?;
        company.at("2026-03-01 01:00:00")?;
        let removed =
            add(&company, "organizations", json!({"name": "Dissolved", "website": "https://quay.test", "employee_count": 5})).await?;
        let kept = add(&company, "organizations", json!({"name": "Survivor", "employee_count": 9})).await?;
        let person = add(&company, "persons", json!({"name": "Ann", "org_id": removed})).await?;
        let gone = add(&company, "persons", json!({"name": "Bea", "org_id": removed})).await?;
        company.data("DELETE", &format!("/api/v2/persons/{gone}"), Value::Null).await?;
        let deal = company.add_deal(json!({"org_id": removed, code.clone(): removed})).await?;
        let custom = company.add_deal(json!({code.clone(): removed})).await?;
        let through = company.add_deal(json!({"person_id": person})).await?;
        let list = async |organization: i64, query: &str| -> Outcome<Vec<i64>> {
            let deals = company.get(&format!("/v1/organizations/{organization}/deals{query}")).await?;
            Ok(deals.as_array().into_iter().flatten().filter_map(|deal| deal["id"].as_i64()).collect())
        };
        assert_eq!(list(removed, "").await?, [deal, custom, through]);
        assert_eq!(list(removed, "?only_primary_association=1").await?, [deal]);

        let (status, answer) = merge(&company, "organizations", removed, kept).await?;
        assert_eq!((status, &answer["data"]), (200, &json!({"id": kept})));
        assert_eq!(list(kept, "").await?, [deal, custom, through]);
        assert_eq!(list(removed, "").await?, [0; 0]);
        for person in [person, gone] {
            assert_eq!(company.get(&format!("/api/v2/persons/{person}")).await?["org_id"], kept);
        }
        let survivor = company.get(&format!("/api/v2/organizations/{kept}?include_fields=people_count,open_deals_count")).await?;
        assert_eq!((&survivor["name"], &survivor["website"]), (&json!("Survivor"), &json!("https://quay.test")));
        assert_eq!((&survivor["employee_count"], &survivor["people_count"]), (&json!(9), &json!(1)));
        assert_eq!(survivor["open_deals_count"], 1);
        assert_truth(&company).await?;
        let log = company.get(&format!("/v1/deals/{custom}/changelog")).await?;
        assert_eq!((&log[0]["field_key"], &log[0]["old_value"]), (&json!(code), &json!(removed.to_string())));
    }
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_merged_stays_as_it_was() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        company.add_colleague().await?;
        let one = add(&company, "persons", json!({"name": "Ann"})).await?;
        let two = add(&company, "persons", json!({"name": "Bea"})).await?;
        let gone = add(&company, "persons", json!({"name": "Cyd"})).await?;
        company.data("DELETE", &format!("/api/v2/persons/{gone}"), Value::Null).await?;
        let writes = "SELECT COUNT(*) FROM outbox WHERE company_id = $1";
        let before = company.rows(writes, 1).await?;
        for (removed, kept, refusal) in [(one, one, 400), (one, 999, 404), (999, one, 404), (one, gone, 404), (gone, one, 404)] {
            assert_eq!(merge(&company, "persons", removed, kept).await?.0, refusal, "{removed} with {kept}");
        }
        assert_eq!(merge(&company.as_colleague(), "persons", one, two).await?.0, 403);
        assert_eq!(company.send("PUT", &format!("/v1/persons/{one}/merge"), &json!({})).await?.0, 400);
        assert_eq!(company.rows(writes, 1).await?, before);

        let live = company.add_deal(json!({})).await?;
        let archived = company.add_deal(json!({"is_archived": true})).await?;
        assert_eq!(merge(&company, "deals", live, archived).await?.0, 400, "an archived deal cannot be edited");
        assert_eq!(merge(&company, "deals", archived, live).await?.0, 200);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn totals_stay_true_when_everybody_writes_at_once() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let mut persons = Vec::new();
        for name in ["Ann", "Bea", "Cyd", "Dot"] {
            persons.push(add(&company, "persons", json!({"name": name})).await?);
        }
        let mut deals = Vec::new();
        for person in &persons {
            deals.push(company.add_deal(json!({"person_id": person})).await?);
        }
        let mut writes = tokio::task::JoinSet::new();
        for (at, deal) in deals.iter().copied().enumerate() {
            for (person, status) in [(persons[(at + 1) % 4], "won"), (persons[(at + 2) % 4], "lost")] {
                let (one, two, three) = (company.another(), company.another(), company.another());
                let follow = format!("/api/v2/persons/{person}/followers");
                writes
                    .spawn(async move { one.send("POST", &format!("/v1/deals/{deal}/participants"), &json!({"person_id": person})).await });
                writes.spawn(async move { two.send("PUT", &format!("/v1/deals/{deal}"), &json!({"status": status})).await });
                writes.spawn(async move { three.send("POST", &follow, &json!({"user_id": 1})).await });
            }
        }
        let (one, two) = (company.another(), company.another());
        let (ann, bea, cyd) = (persons[0], persons[1], persons[2]);
        writes.spawn(async move { merge(&one, "persons", ann, bea).await });
        writes.spawn(async move { merge(&two, "persons", cyd, bea).await });
        while let Some(answer) = writes.join_next().await {
            let (status, answer) = answer??;
            assert!(status < 500, "{status} {answer}");
        }
        assert_eq!(company.rows(UNTRUE_TOTALS, 2).await?, Vec::<Vec<Value>>::new());
    }
    Ok(())
}
