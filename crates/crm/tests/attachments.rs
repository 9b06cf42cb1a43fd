//! Files that come with mail: kept, seen, found, and gone with their message, on both engines (semantics.md 14, 24, 25).

mod company;

use bytes::Bytes;
use company::{Company, Outcome};
use futures::TryStreamExt;
use penstock_crm::{Settings, mail};
use penstock_files::{Objects, Place};
use serde_json::{Value, json};

const ADA: &str = "ada@harbour.test";
const MONTH: i64 = 31 * 24 * 3600 * 1000;

/// A message of Cy with a contract, a picture in the text, and a name that leads out of its folder.
fn letter(id: &str, more: &str) -> String {
    format!(
        "From: Cy <cy@example.com>\r\nTo: {ADA}\r\nSubject: Contract\r\nDate: Mon, 02 Mar 2026 08:00:00 +0000\r\n\
         Message-ID: <{id}@example.com>\r\n{more}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
         --x\r\nContent-Type: text/html\r\n\r\n<p>Here it is</p>\r\n\
         --x\r\nContent-Type: application/pdf; name=\"Weir contract.pdf\"\r\n\
         Content-Disposition: attachment; filename=\"Weir contract.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n\
         --x\r\nContent-Type: image/png\r\nContent-ID: <logo@example.com>\r\nContent-Disposition: inline\r\n\
         Content-Transfer-Encoding: base64\r\n\r\naGk=\r\n\
         --x\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=\"../../evil.html\"\r\n\r\n<script>x()</script>\r\n\
         --x--\r\n"
    )
}

async fn ingest(company: &Company, message: &str) -> Outcome<mail::Ingested> {
    Ok(mail::ingest(company.app(), company.id(), message.as_bytes(), Some(ADA)).await?)
}

async fn count_objects(company: &Company) -> Outcome<usize> {
    let found: Vec<_> = company.app().files().list(&format!("{}/files", company.id())).try_collect().await?;
    Ok(found.len())
}

async fn attachments(company: &Company, message: i64) -> Outcome<Value> {
    Ok(company.get(&format!("/v1/mailbox/mailMessages/{message}")).await?["attachments"].take())
}

fn names(rows: &Value) -> Vec<&str> {
    rows.as_array().into_iter().flatten().filter_map(|row| row["name"].as_str()).collect()
}

/// The names of the items that a search finds.
async fn found(company: &Company, version: &str, term: &str, more: &str) -> Outcome<Vec<String>> {
    let answer = company.get(&format!("{version}/itemSearch?term={term}{more}")).await?;
    let items = answer["items"].as_array().into_iter().flatten();
    Ok(items.map(|row| format!("{} {}", row["item"]["type"], row["item"]["name"]).replace('"', "")).collect())
}

#[tokio::test]
async fn attachments_are_files_of_their_message() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let person = company.data("POST", "/api/v2/persons", json!({"name": "Cy", "emails": [{"value": "cy@example.com"}]})).await?;
        let deal = company.add_deal(json!({"title": "Weir", "person_id": person["id"]})).await?;
        company.at("2026-03-02 08:30:00")?;
        let filed = ingest(&company, &letter("one", "")).await?;
        let again = ingest(&company, &letter("one", "")).await?;
        assert_eq!((again.was_known, count_objects(&company).await?), (true, 3), "the same message is filed once");

        let listed = attachments(&company, filed.message).await?;
        assert_eq!(names(&listed), ["Weir contract.pdf", "attachment.png", "evil.html"]);
        assert_eq!((&listed[0]["inline_flag"], &listed[0]["file_size"], &listed[0]["cid"]), (&json!(0), &json!(5), &Value::Null));
        assert_eq!((&listed[1]["inline_flag"], &listed[1]["cid"]), (&json!(1), &json!("logo@example.com")));
        let in_thread = company.get(&format!("/v1/mailbox/mailThreads/{}/mailMessages", filed.thread)).await?;
        let of_deal = company.get(&format!("/v1/deals/{deal}/mailMessages")).await?;
        assert_eq!((&in_thread[0]["attachments"], &of_deal[0]["data"]["attachments"]), (&listed, &listed));

        let file = company.get(&format!("/v1/files/{}", listed[0]["id"])).await?;
        let expected = json!({
            "name": "Weir contract.pdf", "file_type": "pdf", "file_size": 5, "inline_flag": false, "remote_location": "s3", "user_id": 1,
            "deal_id": deal, "deal_name": "Weir", "person_id": null, "mail_message_id": filed.message.to_string(), "cid": null,
            "add_time": "2026-03-02 08:30:00", "url": listed[0]["url"],
        });
        for (key, value) in expected.as_object().into_iter().flatten() {
            assert_eq!(&file[key], value, "{key}");
        }
        assert_eq!(names(&company.get(&format!("/v1/deals/{deal}/files")).await?), ["Weir contract.pdf", "evil.html"]);
        assert_eq!(company.get(&format!("/api/v2/deals/{deal}?include_fields=files_count")).await?["files_count"], 2);

        for (place, bytes, media_type) in
            [(0, b"hello".as_slice(), "application/pdf"), (1, b"hi", "image/png"), (2, b"<script>x()</script>", "application/octet-stream")]
        {
            let answer = company.raw("GET", &format!("/v1/files/{}/download", listed[place]["id"]), None, Vec::new(), None).await?;
            assert_eq!((answer.status, answer.body.trim_ascii_end()), (200, bytes));
            assert!(answer.headers.contains(&("content-type", media_type.to_owned())), "{:?}", answer.headers);
        }
        company.at("2999-01-01")?;
        assert_eq!(company.app().sweep_objects().await?, 0, "rows name them");
    }
    Ok(())
}

#[tokio::test]
async fn attachments_follow_their_thread_and_go_with_it() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-02 08:30:00")?;
        let weir = company.add_deal(json!({"title": "Weir"})).await?;
        let filed = ingest(&company, &letter("one", "")).await?;
        let deals = async || -> Outcome<Vec<Value>> {
            let rows = company.rows("SELECT deal_id FROM files WHERE company_id = $1 ORDER BY id", 1).await?;
            Ok(rows.into_iter().flatten().collect())
        };
        assert_eq!(deals().await?, [Value::Null, Value::Null, Value::Null]);
        let thread = format!("/v1/mailbox/mailThreads/{}", filed.thread);
        company.data("PUT", &thread, json!({"deal_id": weir})).await?;
        assert_eq!(deals().await?, [json!(weir), Value::Null, json!(weir)], "a picture in the text is no file of the deal");
        ingest(&company, &letter("two", "In-Reply-To: <one@example.com>\r\n")).await?;
        let count = async || company.get(&format!("/api/v2/deals/{weir}?include_fields=files_count")).await;
        assert_eq!(count().await?["files_count"], 4);
        company.data("PUT", &thread, json!({"deal_id": null})).await?;
        assert_eq!(count().await?["files_count"], 0);
        company.data("PUT", &thread, json!({"deal_id": weir})).await?;

        let one = attachments(&company, filed.message).await?[0]["id"].clone();
        company.data("DELETE", &format!("/v1/files/{one}"), Value::Null).await?;
        assert_eq!(names(&attachments(&company, filed.message).await?), ["attachment.png", "evil.html"]);
        let left = attachments(&company, filed.message).await?[1]["id"].clone();
        company.data("DELETE", &thread, Value::Null).await?;
        assert_eq!(count().await?["files_count"], 0);
        assert_eq!(company.get(&format!("/v1/files/{left}")).await?["active_flag"], false);
        assert_eq!(company.send("GET", &format!("/v1/files/{left}/download"), &Value::Null).await?.0, 404);
        assert_eq!(found(&company, "/v1", "contract", "").await?, [""; 0]);
        company.pass(MONTH);
        company.keep_house().await?;
        assert_eq!(company.rows("SELECT id FROM files WHERE company_id = $1", 1).await?.len(), 0);
        company.at("2999-01-01")?;
        assert_eq!((company.app().sweep_objects().await?, count_objects(&company).await?), (6, 0));
    }
    Ok(())
}

#[tokio::test]
async fn whoever_reads_the_message_sees_its_files_and_nobody_else() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        company.add_colleague().await?;
        let ben = company.as_colleague();
        let person = json!({"name": "Cy", "visible_to": 7, "emails": [{"value": "cy@example.com"}]});
        let person = company.data("POST", "/api/v2/persons", person).await?["id"].clone();
        let deal = company.add_deal(json!({"title": "Weir", "visible_to": "7"})).await?;
        company.at("2026-03-02 08:30:00")?;
        let filed = ingest(&company, &letter("one", "")).await?;
        let bens = mail::ingest(company.app(), company.id(), letter("bens", "").as_bytes(), Some("ben@harbour.test")).await?;
        let thread = format!("/v1/mailbox/mailThreads/{}", filed.thread);
        let file = attachments(&company, filed.message).await?[0]["id"].clone();
        let of_ben = attachments(&ben, bens.message).await?[0]["id"].clone();
        let sees = async |caller: &Company, file: &Value| -> Outcome<bool> {
            let (status, _) = caller.send("GET", &format!("/v1/files/{file}"), &Value::Null).await?;
            let download = caller.raw("GET", &format!("/v1/files/{file}/download"), None, Vec::new(), None).await?.status;
            let listed = caller.get("/v1/files").await?;
            let listed = listed.as_array().into_iter().flatten().any(|row| row["id"] == *file);
            let items = caller.get("/api/v2/itemSearch?term=weir%20contract&item_types=mail_attachment&exact_match=0").await?;
            let found = items["items"].as_array().into_iter().flatten().any(|row| row["item"]["id"] == *file);
            assert_eq!((status == 200, download == 200, listed), (found, found, found), "{file}");
            Ok(found)
        };
        assert!(sees(&ben, &file).await?, "of a person whom he sees");
        company.data("PUT", &thread, json!({"shared_flag": 0})).await?;
        assert!(!sees(&ben, &file).await? && sees(&company, &file).await?);
        company.data("PUT", &thread, json!({"deal_id": deal})).await?;
        assert!(!sees(&ben, &file).await?, "what is not shared is hidden at an open deal, too");
        assert_eq!(ben.get(&format!("/v1/deals/{deal}/files")).await?, Value::Null);
        company.data("PUT", &thread, json!({"shared_flag": 1})).await?;
        company.data("PATCH", &format!("/api/v2/persons/{person}"), json!({"visible_to": 1})).await?;
        assert!(sees(&ben, &file).await?, "of a deal that he sees");
        company.data("PUT", &format!("/v1/deals/{deal}"), json!({"visible_to": "1"})).await?;
        assert!(!sees(&ben, &file).await?);

        assert!(sees(&ben, &of_ben).await? && sees(&company, &of_ben).await?);
        ben.data("PUT", &format!("/v1/mailbox/mailThreads/{}", bens.thread), json!({"shared_flag": 0})).await?;
        assert!(sees(&ben, &of_ben).await?);
        assert!(!sees(&company, &of_ben).await?, "administrators do not read the mail of others");
    }
    Ok(())
}

#[tokio::test]
async fn files_are_found_by_name() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        company.add_colleague().await?;
        let ben = company.as_colleague();
        let organization = company.data("POST", "/api/v2/organizations", json!({"name": "Quarry"})).await?["id"].clone();
        let person = json!({"name": "Cy", "org_id": organization});
        let person = company.data("POST", "/api/v2/persons", person).await?["id"].clone();
        let deal = company.add_deal(json!({"title": "Dam", "person_id": person, "org_id": organization, "visible_to": "1"})).await?;
        let upload = async |name: &str, texts: &[(&str, &str)]| -> Outcome<Value> {
            Ok(company.upload("POST", "/v1/files", texts, ("file", name, b"x")).await?.1["data"]["id"].take())
        };
        let id = upload("Weir levels.txt", &[("deal_id", &deal.to_string())]).await?;
        ingest(&company, &letter("one", "")).await?;
        for version in ["/v1", "/api/v2"] {
            assert_eq!(found(&company, version, "WEIR", "").await?, ["mail_attachment Weir contract.pdf", "file Weir levels.txt"]);
            assert_eq!(found(&company, version, "weir", "&item_types=file").await?, ["file Weir levels.txt"]);
            assert_eq!(found(&company, version, "weir", "&item_types=mail_attachment").await?, ["mail_attachment Weir contract.pdf"]);
            assert_eq!(found(&company, version, "weir", "&item_types=deal,person").await?, [""; 0]);
            assert_eq!(found(&company, version, "weir", "&fields=title").await?, [""; 0]);
            assert_eq!(found(&company, version, "weir%20levels.txt", "&exact_match=true").await?, ["file Weir levels.txt"]);
            assert_eq!(found(&company, version, "level", "&exact_match=true").await?, [""; 0]);
            let shown = company.get(&format!("{version}/itemSearch?term=weir&item_types=file")).await?["items"][0]["item"].clone();
            let expected = json!({
                "id": id, "type": "file", "name": "Weir levels.txt", "url": format!("/files/{id}/download"),
                "deal": {"id": deal, "title": "Dam"}, "person": {"id": person, "name": "Cy"},
                "organization": {"id": organization, "name": "Quarry", "address": null},
            });
            assert_eq!(shown, expected);
            let shown = company.get(&format!("{version}/itemSearch?term=weir&item_types=mail_attachment")).await?;
            let keys: Vec<_> = shown["items"][0]["item"].as_object().into_iter().flat_map(|item| item.keys().cloned()).collect();
            assert_eq!(keys, ["id", "type", "name", "url"]);
        }
        assert_eq!(found(&ben, "/v1", "weir", "").await?, [""; 0], "of a hidden deal, and of a mailbox");
        company.data("PUT", &format!("/v1/deals/{deal}"), json!({"visible_to": "7"})).await?;
        assert_eq!(found(&ben, "/v1", "weir", "").await?, ["file Weir levels.txt"]);

        company.data("PUT", &format!("/v1/files/{id}"), json!({"name": "Sluice.txt"})).await?;
        assert_eq!(found(&company, "/v1", "weir", "&item_types=file").await?, [""; 0]);
        assert_eq!(found(&company, "/v1", "sluice", "").await?, ["file Sluice.txt"]);
        company.data("DELETE", &format!("/v1/files/{id}"), Value::Null).await?;
        assert_eq!(found(&company, "/v1", "sluice", "").await?, [""; 0]);
    }
    Ok(())
}

/// More files match than are read at once, and the caller sees every other one.
#[tokio::test]
async fn pages_of_files_hold_what_the_caller_sees() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        company.add_colleague().await?;
        let ben = company.as_colleague();
        let open = company.add_deal(json!({"title": "Open", "visible_to": "7"})).await?.to_string();
        let hidden = company.add_deal(json!({"title": "Hidden", "visible_to": "1"})).await?.to_string();
        for number in 0..230 {
            let deal = if number % 2 == 0 { &open } else { &hidden };
            let texts = [("deal_id", deal.as_str())];
            let (status, answer) = company.upload("POST", "/v1/files", &texts, ("file", &format!("Plan {number:03}.txt"), b"x")).await?;
            assert_eq!(status, 200, "{answer}");
        }
        let expected: Vec<_> = (0..115).rev().map(|number| format!("file Plan {:03}.txt", number * 2)).collect();
        let mut pages = Vec::new();
        for start in [0, 50, 100] {
            pages.extend(found(&ben, "/v1", "plan", &format!("&item_types=file&limit=50&start={start}")).await?);
        }
        assert_eq!(pages, expected);
        assert_eq!(found(&company, "/v1", "plan", "&item_types=file&limit=100&start=200").await?.len(), 30);
    }
    Ok(())
}

#[tokio::test]
async fn what_is_not_filed_leaves_nothing() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-02 08:30:00")?;
        ingest(&company, &letter("one", "")).await?;
        let many: String = (0..501).map(|_| "--x\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\na\r\n").collect();
        let many = letter("many", "").replace("--x--", &format!("{many}--x--"));
        assert!(ingest(&company, &many).await.is_err_and(|error| error.to_string().contains("500 attachments")));
        let huge = "a".repeat(mail::MAX_BYTES);
        assert!(ingest(&company, &letter("huge", "").replace("Here it is", &huge)).await.is_err());
        assert_eq!(count_objects(&company).await?, 3);

        // A write that fails in the store: nobody knows whether it was done, so the bytes wait for the sweep.
        let last = company.rows("SELECT MAX(id) FROM mail_messages WHERE company_id = $1", 1).await?[0][0].as_i64().ok_or("no message")?;
        for id in last + 1..last + 10 {
            company.execute("INSERT INTO mail_bodies (company_id, message_id, html) VALUES ($1, $2, '')", &[id]).await?;
        }
        let failed = ingest(&company, &letter("two", "")).await;
        assert!(failed.is_err(), "the body of the next message stands there already");
        for table in ["files", "mail_messages", "mail_threads"] {
            let rows = company.rows(&format!("SELECT id FROM {table} WHERE company_id = $1"), 1).await?;
            assert_eq!(rows.len(), if table == "files" { 3 } else { 1 }, "{table}");
        }
        company.at("2999-01-01")?;
        company.app().sweep_objects().await?;
        assert_eq!(count_objects(&company).await?, 3);

        // The same message twice at once: one of the two finds the other's rows.
        company.at("2026-03-02 08:30:00")?;
        let (three, same) = (letter("three", ""), letter("three", ""));
        let (three, same) = tokio::join!(ingest(&company, &three), ingest(&company, &same));
        assert_eq!((three?.message, count_objects(&company).await?), (same?.message, 6));
        assert_eq!(company.rows("SELECT id FROM files WHERE company_id = $1", 1).await?.len(), 6);
    }
    Ok(())
}

/// Where the bytes cannot be kept, the message is refused, and can be handed in again.
#[tokio::test]
async fn a_message_waits_for_the_place_of_files() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-02 08:30:00")?;
        let directory = tempfile::tempdir()?;
        // A file where the folder of the company would be.
        std::fs::write(directory.path().join(company.id().to_string()), "x")?;
        let files = Objects::open(&Place::Directory(directory.path().to_owned()))?;
        let company = company.with_settings(Settings { files, ..Settings::default() }).await?;
        let refused = mail::ingest(company.app(), company.id(), letter("one", "").as_bytes(), Some(ADA)).await;
        assert!(matches!(refused, Err(mail::MailError::Unavailable(_))), "{refused:?}");
        assert_eq!(company.rows("SELECT id FROM mail_threads WHERE company_id = $1", 1).await?.len(), 0);
        assert_eq!(company.rows("SELECT id FROM persons WHERE company_id = $1", 1).await?.len(), 0);
        std::fs::remove_file(directory.path().join(company.id().to_string()))?;
        let filed = ingest(&company, &letter("one", "")).await?;
        assert_eq!((filed.was_known, attachments(&company, filed.message).await?.as_array().map(Vec::len)), (false, Some(3)));
        let key = format!("{}/files/other", company.id());
        company.app().files().put_bytes(&key, Bytes::from_static(b"x")).await?;
        assert_eq!(count_objects(&company).await?, 4);
    }
    Ok(())
}
