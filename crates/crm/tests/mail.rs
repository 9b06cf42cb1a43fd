//! Mail that comes in: whose it is, what it belongs to, and who reads it, on both engines (semantics.md 25).

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use penstock_crm::Method::{Delete, Get, Post, Put};
use penstock_crm::Version::{V1, V2};
use serde_json::{Value, json};
use support::{Caller, World};

const OFFER: &str = "From: Ada Stone <ada@example.com>\r\nTo: admin@stone.test, bo@example.com\r\nSubject: Offer\r\n\
    Date: Mon, 02 Mar 2026 08:00:00 +0000\r\nMessage-ID: <offer@example.com>\r\n\r\nGood morning\r\n";
const ANSWER: &str = "From: admin@stone.test\r\nTo: ada@example.com\r\nSubject: Re: Offer\r\nDate: Mon, 02 Mar 2026 08:30:00 +0000\r\n\
    Message-ID: <answer@stone.test>\r\nIn-Reply-To: <offer@example.com>\r\n\r\nThank you\r\n";

/// The data of a v1 answer.
async fn read(world: &World, caller: &Caller, target: &str) -> Value {
    world.call(caller, V1, Get, target, None).await.ok().data().clone()
}

async fn create(world: &World, caller: &Caller, path: &str, body: Value) -> i64 {
    world.call(caller, V2, Post, path, Some(&body)).await.ok().data()["id"].as_i64().unwrap()
}

#[test]
fn messages_that_answer_each_other_are_one_thread_in_any_order() {
    World::on_each(async |world| {
        for (mark, order) in [("Stone", [OFFER, ANSWER]), ("Later", [ANSWER, OFFER])] {
            let admin = world.company(mark).await;
            let filed = [world.mail(&admin, order[0]).await, world.mail(&admin, order[1]).await];
            assert_eq!(filed[0].thread, filed[1].thread);
            let again = world.mail(&admin, order[0]).await;
            assert!(again.was_known && again.message == filed[0].message, "the same message is filed once");

            let thread = read(&world, &admin, &format!("/mailbox/mailThreads/{}", filed[0].thread)).await;
            assert_eq!(thread["message_count"], 2);
            assert_eq!(thread["first_message_timestamp"], "2026-03-02T08:00:00.000Z");
            assert_eq!(thread["last_message_timestamp"], "2026-03-02T08:30:00.000Z");
            assert_eq!(thread["snippet"], "Thank you");
            let messages = read(&world, &admin, &format!("/mailbox/mailThreads/{}/mailMessages", filed[0].thread)).await;
            let subjects: Vec<_> = messages.as_array().unwrap().iter().map(|row| row["subject"].as_str().unwrap()).collect();
            assert_eq!(subjects, ["Offer", "Re: Offer"]);
        }
    });
}

#[test]
fn folders_follow_from_what_was_sent_read_and_archived() {
    World::on_each(async |world| {
        let admin = world.company("Stone").await;
        let thread = world.mail(&admin, OFFER).await.thread;
        let folders = async |folder: &str| {
            let rows = read(&world, &admin, &format!("/mailbox/mailThreads?folder={folder}")).await;
            rows.as_array().map_or(0, Vec::len)
        };
        assert_eq!((folders("inbox").await, folders("sent").await, folders("archive").await, folders("drafts").await), (1, 0, 0, 0));
        let path = format!("/mailbox/mailThreads/{thread}");
        let update = json!({"archived_flag": 1, "read_flag": 1});
        let shown = world.call(&admin, V1, Put, &path, Some(&update)).await.ok();
        assert_eq!((&shown.data()["folders"], &shown.data()["read_flag"]), (&json!(["archive"]), &json!(1)));

        world.mail(&admin, ANSWER).await;
        assert_eq!((folders("inbox").await, folders("sent").await, folders("archive").await), (0, 1, 1));
        world.mail(&admin, &OFFER.replace("offer@", "more@").replace("\r\n\r\n", "\r\nReferences: <answer@stone.test>\r\n\r\n")).await;
        assert_eq!((folders("inbox").await, folders("archive").await), (1, 0), "what comes in comes to the inbox");

        let deleted = world.call(&admin, V1, Delete, &path, None).await.ok();
        assert_eq!((&deleted.json["service"], &deleted.data()["id"]), (&json!("email-api"), &json!(thread)));
        assert_eq!(world.call(&admin, V1, Get, &path, None).await.status, 404);
        assert_ne!(world.mail(&admin, OFFER).await.thread, thread, "mail of a deleted thread begins a new one");
    });
}

#[test]
fn mail_belongs_to_persons_by_address_and_to_their_only_open_deal() {
    World::on_each(async |world| {
        let admin = world.company("Stone").await;
        let organization = create(&world, &admin, "/organizations", json!({"name": "Quarry"})).await;
        let ada = json!({"name": "Ada", "org_id": organization, "emails": [{"value": "ADA@example.com"}]});
        let ada = create(&world, &admin, "/persons", ada).await;
        let like = json!({"name": "Like Ada", "emails": [{"value": "xada@example.com"}]});
        let like = create(&world, &admin, "/persons", like).await;
        let old = "Date: Mon, 02 Mar 2026 09:30:00 +0000";
        let offer = OFFER.replace("Date: Mon, 02 Mar 2026 08:00:00 +0000", old);
        let deal = create(&world, &admin, "/deals", json!({"title": "Stones", "person_id": ada})).await;
        world.pass(3600);

        let filed = world.mail(&admin, &offer).await;
        let message = read(&world, &admin, &format!("/mailbox/mailMessages/{}?include_body=1", filed.message)).await;
        assert_eq!((&message["from"][0]["linked_person_id"], &message["from"][0]["linked_person_name"]), (&json!(ada), &json!("Ada")));
        assert!(message["body"].as_str().unwrap().contains("Good morning"), "{message}");
        for path in [format!("/deals/{deal}"), format!("/persons/{ada}"), format!("/organizations/{organization}")] {
            let listed = read(&world, &admin, &format!("{path}/mailMessages")).await;
            assert_eq!((&listed[0]["object"], &listed[0]["data"]["id"]), (&json!("mailMessage"), &json!(filed.message)), "{path}");
            assert_eq!(read(&world, &admin, &path).await["email_messages_count"], 1, "{path}");
        }
        let shown = read(&world, &admin, &format!("/deals/{deal}")).await;
        assert_eq!(shown["last_incoming_mail_time"], "2026-03-02 09:30:00");
        assert_eq!(shown["last_outgoing_mail_time"], Value::Null);
        assert_eq!(read(&world, &admin, &format!("/persons/{like}/mailMessages")).await, Value::Null);

        let other = create(&world, &admin, "/deals", json!({"title": "More", "person_id": ada})).await;
        let path = format!("/mailbox/mailThreads/{}", filed.thread);
        world.call(&admin, V1, Put, &path, Some(&json!({"deal_id": other}))).await.ok();
        assert_eq!(read(&world, &admin, &format!("/deals/{deal}")).await["email_messages_count"], 0);
        assert_eq!(read(&world, &admin, &format!("/deals/{deal}")).await["last_incoming_mail_time"], Value::Null);
        assert_eq!(read(&world, &admin, &format!("/deals/{other}")).await["email_messages_count"], 1);
        let unclear = world.mail(&admin, &offer.replace("offer@", "unclear@")).await;
        let thread = read(&world, &admin, &format!("/mailbox/mailThreads/{}", unclear.thread)).await;
        assert_eq!(thread["deal_id"], Value::Null, "of two open deals neither is meant");

        world.call(&admin, V1, Delete, &path, None).await.ok();
        assert_eq!(read(&world, &admin, &format!("/deals/{other}")).await["email_messages_count"], 0);
        assert_eq!(read(&world, &admin, &format!("/persons/{ada}")).await["email_messages_count"], 1);
    });
}

#[test]
fn a_copy_to_the_smart_bcc_address_files_under_the_deal_and_makes_contacts() {
    World::on_each(async |world| {
        let admin = world.company("Stone").await;
        let deal = create(&world, &admin, "/deals", json!({"title": "Stones"})).await;
        let other = create(&world, &admin, "/deals", json!({"title": "Other"})).await;
        let address = read(&world, &admin, &format!("/deals/{deal}")).await["cc_email"].as_str().unwrap().to_owned();
        let message = format!("From: admin@stone.test\r\nTo: Cy New <cy@example.com>\r\nBcc: {address}\r\nSubject: Hi\r\n\r\nHi");
        let filed = world.mail(&admin, &message).await;
        let thread = read(&world, &admin, &format!("/mailbox/mailThreads/{}", filed.thread)).await;
        assert_eq!((&thread["deal_id"], &thread["deal_status"], &thread["smart_bcc_flag"]), (&json!(deal), &json!("open"), &json!(1)));
        let linked: Vec<_> = thread["parties"]["to"].as_array().unwrap().iter().map(|party| &party["linked_person_name"]).collect();
        assert_eq!(linked, [&json!("Cy New"), &Value::Null], "the smart address is nobody");
        let persons = read(&world, &admin, "/persons").await;
        assert_eq!((&persons[0]["name"], &persons[0]["email"][0]["value"]), (&json!("Cy New"), &json!("cy@example.com")));
        assert_eq!(persons.as_array().unwrap().len(), 1);
        assert_eq!(read(&world, &admin, &format!("/deals/{other}/mailMessages")).await, Value::Null);

        let lead = json!({"title": "Pebbles", "person_id": persons[0]["id"]});
        let lead = world.call(&admin, V1, Post, "/leads", Some(&lead)).await.ok().data().clone();
        let address = lead["cc_email"].as_str().unwrap();
        let message = format!("From: admin@stone.test\r\nTo: cy@example.com\r\nBcc: {address}\r\nSubject: Pebbles\r\n\r\nHi");
        let filed = world.mail(&admin, &message).await;
        assert_eq!(read(&world, &admin, &format!("/mailbox/mailThreads/{}", filed.thread)).await["lead_id"], lead["id"]);
    });
}

#[test]
fn mail_is_its_owners_and_of_what_is_shared_those_who_see_the_record() {
    World::on_each(async |world| {
        let admin = world.company("Stone").await;
        let colleague = world.user(&admin, "Bo Colleague", false).await;
        let open =
            create(&world, &admin, "/persons", json!({"name": "Ada", "visible_to": 7, "emails": [{"value": "ada@example.com"}]})).await;
        let filed = world.mail(&admin, OFFER).await;
        let (thread, message) = (format!("/mailbox/mailThreads/{}", filed.thread), format!("/mailbox/mailMessages/{}", filed.message));
        assert_eq!(world.call(&colleague, V1, Get, &thread, None).await.status, 404, "a mailbox is its owner's");
        assert_eq!(read(&world, &colleague, "/mailbox/mailThreads?folder=inbox").await, Value::Null);
        assert_eq!(read(&world, &colleague, &format!("/persons/{open}/mailMessages")).await[0]["data"]["id"], filed.message);
        world.call(&colleague, V1, Get, &message, None).await.ok();

        world.call(&admin, V1, Put, &thread, Some(&json!({"shared_flag": 0}))).await.ok();
        assert_eq!(read(&world, &colleague, &format!("/persons/{open}/mailMessages")).await, Value::Null);
        assert_eq!(world.call(&colleague, V1, Get, &message, None).await.status, 404);

        world.call(&admin, V1, Put, &thread, Some(&json!({"shared_flag": 1}))).await.ok();
        world.call(&admin, V1, Put, &format!("/persons/{open}"), Some(&json!({"visible_to": 1}))).await.ok();
        assert_eq!(world.call(&colleague, V1, Get, &message, None).await.status, 404, "nobody reads mail of a hidden person");
        assert_eq!(world.call(&colleague, V1, Put, &thread, Some(&json!({"read_flag": 1}))).await.status, 404);
    });
}

#[test]
fn the_mail_of_what_is_merged_moves() {
    World::on_each(async |world| {
        let admin = world.company("Stone").await;
        let ada = json!({"name": "Ada", "emails": [{"value": "ada@example.com"}]});
        let bo = json!({"name": "Bo", "emails": [{"value": "bo@example.com"}]});
        let (ada, bo) = (create(&world, &admin, "/persons", ada).await, create(&world, &admin, "/persons", bo).await);
        let (deal, other) = (json!({"title": "Stones", "person_id": ada}), json!({"title": "More"}));
        let (deal, other) = (create(&world, &admin, "/deals", deal).await, create(&world, &admin, "/deals", other).await);
        world.pass(3600);
        // One message to both persons, and one of Ada alone.
        let sent =
            OFFER.replace("From: Ada Stone <ada@example.com>\r\nTo: admin@stone.test", "From: admin@stone.test\r\nTo: ada@example.com");
        let late = sent.replace("08:00:00", "09:30:00");
        let filed = world.mail(&admin, &late).await;
        world.mail(&admin, &OFFER.replace("offer@", "alone@").replace(", bo@example.com", "").replace("08:00:00", "09:40:00")).await;
        let path = format!("/mailbox/mailThreads/{}", filed.thread);
        world.call(&admin, V1, Put, &path, Some(&json!({"deal_id": deal}))).await.ok();

        let merge = async |sort: &str, from: i64, into: i64| {
            world.call(&admin, V1, Put, &format!("/{sort}/{from}/merge"), Some(&json!({"merge_with_id": into}))).await.ok();
            read(&world, &admin, &format!("/{sort}/{into}")).await
        };
        let kept = merge("persons", ada, bo).await;
        assert_eq!(kept["email_messages_count"], 2, "the message to both counts once");
        assert_eq!(
            (&kept["last_outgoing_mail_time"], &kept["last_incoming_mail_time"]),
            (&json!("2026-03-02 09:30:00"), &json!("2026-03-02 09:40:00"))
        );
        let mail = read(&world, &admin, &format!("/persons/{bo}/mailMessages")).await;
        assert_eq!(mail.as_array().unwrap().len(), 2);

        let before = read(&world, &admin, &format!("/deals/{deal}")).await["email_messages_count"].clone();
        let kept = merge("deals", deal, other).await;
        assert_eq!(kept["email_messages_count"], before);
        assert_eq!(read(&world, &admin, &path).await["deal_id"], other);
    });
}

#[test]
fn wrong_requests_change_nothing() {
    World::on_each(async |world| {
        let admin = world.company("Stone").await;
        let filed = world.mail(&admin, ANSWER).await;
        let path = format!("/mailbox/mailThreads/{}", filed.thread);
        let before = world.dump(admin.company).await;
        for body in [json!({"deal_id": 99}), json!({"lead_id": "none"}), json!({"archived_flag": 1}), json!({"deal_id": "x"})] {
            assert_eq!(world.call(&admin, V1, Put, &path, Some(&body)).await.status, 400, "{body}");
        }
        for target in ["/mailbox/mailThreads", "/mailbox/mailThreads?folder=spam"] {
            assert_eq!(world.call(&admin, V1, Get, target, None).await.status, 400, "{target}");
        }
        assert!(world.dump(admin.company).await == before);
    });
}
