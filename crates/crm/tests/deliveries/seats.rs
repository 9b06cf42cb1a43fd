//! Subscriptions of people who have left.

use crate::company::Outcome;
use crate::receiver::{Reaction, Receiver};
use crate::{add_person, each, states, subscribe_to};
use penstock_crm::webhooks::delivery::Retry;
use serde_json::{Value, json};

/// Nothing leaves for a user without a seat: not what waited, not what happened since, not what is sent again by hand.
#[tokio::test]
async fn who_has_no_seat_is_told_nothing() -> Outcome {
    for company in each(Retry::Steady).await? {
        for (taken, given_back) in [("active_flag = 0", "active_flag = 1"), ("is_deleted = 1", "is_deleted = 0")] {
            let receiver = Receiver::start();
            let ben = match company.rows("SELECT id FROM users WHERE company_id = $1 AND id > 1", 1).await?.first() {
                Some(row) => row[0].as_i64().unwrap(),
                None => company.add_colleague().await?,
            };
            let hook = subscribe_to(&company.as_colleague(), &receiver.url("/ben"), "*", "person").await?;
            receiver.react(|_| Reaction::Status(500));
            add_person(&company, "Tried once").await?;
            company.deliver().await?;
            assert_eq!(receiver.take().len(), 1);

            receiver.react(|_| Reaction::Status(200));
            seat(&company, ben, taken).await?;
            add_person(&company, "Unseen").await?;
            company.pass(3_000);
            company.deliver().await?;
            assert_eq!(states(&company, hook).await?, ["dropped"], "{taken}");
            let replay = json!({"since": "2026-03-02T00:00:00Z"});
            company.data("POST", &format!("/api/penstock/webhooks/{hook}/replay"), replay).await?;
            company.deliver().await?;
            assert!(receiver.take().is_empty(), "{taken}");

            seat(&company, ben, given_back).await?;
            company.pass(2_000);
            let later = add_person(&company, "Back again").await?;
            company.deliver().await?;
            assert_eq!(receiver.words(), [format!("create person {later}")], "{taken}");
            company.data("DELETE", &format!("/v1/webhooks/{hook}"), Value::Null).await?;
        }
    }
    Ok(())
}

/// Gives or takes a seat. There is no operation that deletes users, who may be deleted all the same.
async fn seat(company: &crate::company::Company, user: i64, to: &'static str) -> Outcome {
    if let Some(flag) = to.strip_prefix("active_flag = ") {
        let body = json!({"active_flag": flag.parse::<i64>()?});
        return company.data("PUT", &format!("/v1/users/{user}"), body).await.map(drop);
    }
    company.execute(&format!("UPDATE users SET {to} WHERE company_id = $1 AND id = $2"), &[user]).await?;
    company.execute("UPDATE companies SET revision = revision + 1 WHERE id = $1", &[]).await?;
    company.pass(2_000);
    Ok(())
}
