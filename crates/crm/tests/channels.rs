//! Messaging channels, and the links between users and providers of video calls.

mod company;

use company::{Company, Outcome};
use serde_json::{Value, json};

fn message(id: &str, changes: &Value) -> Value {
    let mut message = json!({
        "id": id, "channel_id": "phone-1", "sender_id": "ann", "conversation_id": "talk-1", "message": "The water is rising",
        "status": "sent", "created_at": "2026-03-01 10:15",
    });
    for (key, value) in changes.as_object().into_iter().flatten() {
        message[key] = value.clone();
    }
    message
}

async fn count(company: &Company, table: &str) -> Outcome<i64> {
    let rows = company.rows(&format!("SELECT COUNT(*) FROM {table} WHERE company_id = $1"), 1).await?;
    rows[0][0].as_i64().ok_or_else(|| "no number".into())
}

#[tokio::test]
async fn messages_come_in_and_go_with_their_channel() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let made = company.data("POST", "/v1/channels", json!({"name": "Phone", "provider_channel_id": "phone-1"})).await?;
        assert_eq!((&made["provider_type"], &made["template_support"]), (&json!("other"), &json!(false)));
        assert_eq!((&made["pd_company_id"], &made["created_at"]), (&json!(1), &json!("2026-03-01 12:00:00")));
        assert_eq!(made["id"].as_str().map(str::len), Some(36));
        let (status, refused) = company.send("POST", "/v1/channels", &json!({"name": "Again", "provider_channel_id": "phone-1"})).await?;
        assert_eq!((status, &refused["additional_data"]["code"]), (400, &json!("INVALID_BODY")));

        let picture = json!([{"id": "p", "type": "image/png", "url": "https://example.test/p.png", "size": 600}]);
        let sent = company
            .data("POST", "/v1/channels/messages/receive", message("m1", &json!({"attachments": picture, "reply_by": "2026-03-02 10:15"})))
            .await?;
        assert_eq!((&sent["created_at"], &sent["reply_by"]), (&json!("2026-03-01T10:15:00.000Z"), &json!("2026-03-02T10:15:00.000Z")));
        assert_eq!((&sent["attachments"], &sent["conversation_link"]), (&picture, &Value::Null));
        // The provider repeats itself, and knows more by now.
        company.data("POST", "/v1/channels/messages/receive", message("m1", &json!({"status": "read"}))).await?;
        company.data("POST", "/v1/channels/messages/receive", message("m2", &json!({"conversation_id": "talk-2"}))).await?;
        let kept = company.rows("SELECT id, conversation_id, status FROM channel_messages WHERE company_id = $1 ORDER BY id", 3).await?;
        assert_eq!(kept, [[json!("m1"), json!("talk-1"), json!("read")], [json!("m2"), json!("talk-2"), json!("sent")]]);
        assert_eq!(count(&company, "channel_conversations").await?, 2);

        let (status, gone) = company.send("DELETE", "/v1/channels/phone-1/conversations/talk-1", &Value::Null).await?;
        assert_eq!((status, gone), (200, json!({"success": true})));
        assert_eq!((count(&company, "channel_messages").await?, count(&company, "channel_conversations").await?), (1, 1));
        for target in ["/v1/channels/phone-1/conversations/talk-1", "/v1/channels/phone-2/conversations/talk-2", "/v1/channels/phone-2"] {
            let (status, answer) = company.send("DELETE", target, &Value::Null).await?;
            assert_eq!((status, &answer["additional_data"]["code"]), (404, &json!("NOT_FOUND")), "{target}");
        }
        assert_eq!(company.send("DELETE", "/v1/channels/phone-1", &Value::Null).await?.0, 200);
        for table in ["channels", "channel_conversations", "channel_messages"] {
            assert_eq!(count(&company, table).await?, 0, "{table}");
        }
        assert_eq!(company.send("POST", "/v1/channels/messages/receive", &message("m3", &json!({}))).await?.0, 404);
    }
    Ok(())
}

#[tokio::test]
async fn messages_that_are_none_are_refused() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        company.data("POST", "/v1/channels", json!({"name": "Phone", "provider_channel_id": "phone-1"})).await?;
        for changes in [
            json!({"status": "lost"}),
            json!({"created_at": "now"}),
            json!({"reply_by": "later"}),
            json!({"conversation_id": ""}),
            json!({"sender_id": null}),
            json!({"message": 5}),
            json!({"attachments": {"id": "p"}}),
            json!({"attachments": [{"id": "p", "type": "image/png"}]}),
            json!({"id": "x".repeat(256)}),
        ] {
            assert_eq!(company.send("POST", "/v1/channels/messages/receive", &message("m", &changes)).await?.0, 400, "{changes}");
        }
        for body in
            [json!({"name": "A"}), json!({"name": " ", "provider_channel_id": "a"}), json!({"name": "A", "provider_channel_id": ""})]
        {
            assert_eq!(company.send("POST", "/v1/channels", &body).await?.0, 400, "{body}");
        }
        assert_eq!(count(&company, "channel_messages").await?, 0);
    }
    Ok(())
}

#[tokio::test]
async fn channels_are_for_administrators() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        company.add_colleague().await?;
        company.at("2026-03-02")?;
        let colleague = company.as_colleague();
        company.data("POST", "/v1/channels", json!({"name": "Phone", "provider_channel_id": "phone-1"})).await?;
        for (method, target, body, code) in [
            ("POST", "/v1/channels", json!({"name": "A", "provider_channel_id": "a"}), "ADMIN_ONLY"),
            ("POST", "/v1/channels/messages/receive", message("m", &json!({})), "ADMIN_ONLY"),
            ("DELETE", "/v1/channels/phone-1", Value::Null, "ADMIN_ONLY"),
            ("DELETE", "/v1/channels/phone-1/conversations/talk", Value::Null, "FORBIDDEN_USER_REQUEST"),
        ] {
            let (status, answer) = colleague.send(method, target, &body).await?;
            assert_eq!((status, &answer["additional_data"]["code"]), (403, &json!(code)), "{target}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn users_are_linked_to_their_providers() -> Outcome {
    const ID: &str = "1e3943c9-6395-462b-b432-1f252c017f3d";
    for company in Company::each().await? {
        company.at("2026-03-01")?;
        let ben = company.add_colleague().await?;
        company.at("2026-03-02")?;
        let colleague = company.as_colleague();
        let link = |id: &str, user: i64| json!({"user_provider_id": id, "user_id": user, "company_id": 1, "marketplace_client_id": "app"});
        let target = "/v1/meetings/userProviderLinks";
        let made = colleague.data("POST", target, link(ID, ben)).await?;
        assert_eq!(made, json!({"message": "The user was added successfully"}));
        colleague.data("POST", target, link(&ID.to_uppercase(), ben)).await?;
        assert_eq!(count(&company, "meeting_links").await?, 1, "the same link again");
        assert_eq!(colleague.send("POST", target, &link("2e3943c9-6395-462b-b432-1f252c017f3d", 1)).await?.0, 403);
        for body in [
            link("nobody", ben),
            link(ID, 99),
            json!({"user_provider_id": ID, "user_id": ben, "company_id": 2, "marketplace_client_id": "app"}),
            json!({"user_provider_id": ID, "user_id": ben, "company_id": 1}),
        ] {
            assert_eq!(company.send("POST", target, &body).await?.0, 400, "{body}");
        }
        company.data("POST", target, link(ID, 1)).await?;
        let one = format!("{target}/{ID}");
        assert_eq!(colleague.send("DELETE", &one, &Value::Null).await?.0, 403, "it is another's now");
        let gone = company.data("DELETE", &one, Value::Null).await?;
        assert_eq!(gone, json!({"message": "The user data was successfully removed"}));
        assert_eq!(company.send("DELETE", &one, &Value::Null).await?.0, 404);
    }
    Ok(())
}
