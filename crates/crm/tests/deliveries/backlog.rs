//! How much waits.

use crate::company::{Company, Outcome};
use crate::receiver::{Reaction, Receiver};
use crate::{add_person, each, subscribe_to};
use penstock_crm::webhooks::delivery::Retry;

/// How many deliveries wait, and for how many seconds the oldest.
async fn backlog(company: &Company) -> Outcome<(i64, u64)> {
    let backlog = company.app().webhook_backlog().await?;
    Ok((backlog.waiting, backlog.age.as_secs()))
}

#[tokio::test]
async fn what_waits_is_counted_with_the_age_of_the_oldest() -> Outcome {
    for company in each(Retry::Steady).await? {
        let (dead, well) = (Receiver::start(), Receiver::start());
        dead.react(|_| Reaction::Status(500));
        subscribe_to(&company, &dead.url("/"), "*", "person").await?;
        subscribe_to(&company, &well.url("/"), "*", "person").await?;
        assert_eq!(backlog(&company).await?, (0, 0));
        add_person(&company, "First").await?;
        company.deliver().await?;
        company.pass(2_000);
        add_person(&company, "Second").await?;
        company.deliver().await?;
        assert_eq!(backlog(&company).await?, (2, 2), "the other receiver has taken both");
        dead.react(|_| Reaction::Status(200));
        company.pass(3_000);
        company.deliver().await?;
        assert_eq!(backlog(&company).await?, (0, 0));
    }
    Ok(())
}
