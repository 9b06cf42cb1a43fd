//! Files: taken in, shown, given out again, and gone.

mod company;

use company::{Company, Outcome};
use penstock_crm::{Request, Settings};
use serde_json::{Value, json};

const LEVELS: (&str, &[u8]) = ("levels.txt", b"1.2 m\n");

async fn add(company: &Company, texts: &[(&str, &str)]) -> Outcome<Value> {
    let (name, bytes) = LEVELS;
    let (status, answer) = company.upload("POST", "/v1/files", texts, ("file", name, bytes)).await?;
    if status != 200 {
        return Err(format!("{status} {answer}").into());
    }
    Ok(answer["data"].clone())
}

fn ids(rows: &Value) -> Vec<i64> {
    rows.as_array().into_iter().flatten().filter_map(|row| row["id"].as_i64()).collect()
}

async fn count_objects(company: &Company, folder: &str) -> Outcome<usize> {
    use futures::TryStreamExt;
    let found: Vec<_> = company.app().files().list(&format!("{}/{folder}", company.id())).try_collect().await?;
    Ok(found.len())
}

#[tokio::test]
async fn a_file_of_a_deal_is_shown_counted_and_given_out() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let person = company.data("POST", "/v1/persons", json!({"name": "Ann Lee"})).await?["id"].clone();
        let organization = company.data("POST", "/v1/organizations", json!({"name": "Weir"})).await?["id"].clone();
        let deal = company.add_deal(json!({"title": "Sluice", "person_id": person, "org_id": organization})).await?;
        company.at("2026-03-02 10:00:00")?;
        let file = add(&company, &[("deal_id", &deal.to_string()), ("unknown", "passed over")]).await?;
        let id = file["id"].as_i64().ok_or("no id")?;
        let expected = json!({
            "name": "levels.txt", "file_type": "txt", "file_size": 6, "active_flag": true, "inline_flag": false, "description": "",
            "deal_id": deal, "person_id": person, "org_id": organization, "product_id": null, "lead_id": null, "activity_id": null,
            "deal_name": "Sluice", "person_name": "Ann Lee", "people_name": "Ann Lee", "org_name": "Weir", "product_name": null,
            "remote_location": "s3", "s3_bucket": null, "cid": null, "user_id": 1,
            "add_time": "2026-03-02 10:00:00", "update_time": "2026-03-02 10:00:00",
            "url": format!("http://crm.test/api/v1/files/{id}/download"),
        });
        for (key, value) in expected.as_object().into_iter().flatten() {
            assert_eq!(&file[key], value, "{key}");
        }
        let object = file["file_name"].as_str().ok_or("no file_name")?;
        assert!(object.ends_with(".txt") && object.len() == 40, "{object}");
        assert_eq!(file["remote_id"], format!("company/{}/user/1/files/{object}", company.id()));

        for path in ["deals", "persons", "organizations"] {
            let id_of = [("deals", json!(deal)), ("persons", person.clone()), ("organizations", organization.clone())];
            let record = &id_of.iter().find(|(known, _)| *known == path).ok_or("no record")?.1;
            assert_eq!(ids(&company.get(&format!("/v1/{path}/{record}/files")).await?), [id], "{path}");
            let counted = company.get(&format!("/api/v2/{path}/{record}?include_fields=files_count")).await?;
            assert_eq!(counted["files_count"], 1, "{path}");
        }
        let answer = company.raw("GET", &format!("/v1/files/{id}/download"), None, Vec::new(), None).await?;
        assert_eq!((answer.status, answer.body.as_slice()), (200, b"1.2 m\n".as_slice()));
        let header = |name: &str| answer.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        assert_eq!(header("content-length"), Some("6"));
        assert_eq!(header("content-type"), Some("text/plain; charset=utf-8"));
        assert_eq!(header("x-content-type-options"), Some("nosniff"));
        assert_eq!(header("content-disposition"), Some("attachment; filename=\"levels.txt\"; filename*=UTF-8''levels.txt"));
        let part = company.raw("GET", &format!("/v1/files/{id}/download"), None, Vec::new(), Some("bytes=2-3")).await?;
        assert_eq!((part.status, part.body.as_slice()), (206, b"2 ".as_slice()));
        assert!(part.headers.contains(&("content-range", "bytes 2-3/6".to_owned())));
        let beyond = company.raw("GET", &format!("/v1/files/{id}/download"), None, Vec::new(), Some("bytes=9-")).await?;
        assert_eq!(beyond.status, 416);
    }
    Ok(())
}

#[tokio::test]
async fn name_and_description_change_and_nothing_else() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let deal = company.add_deal(json!({})).await?;
        let id = add(&company, &[]).await?["id"].clone();
        company.at("2026-03-01 13:00:00")?;
        let form = b"name=renamed.txt&description=Readings&deal_id=1&file_size=1".to_vec();
        let answer = company.raw("PUT", &format!("/v1/files/{id}"), Some("application/x-www-form-urlencoded"), form, None).await?;
        let answer: Value = serde_json::from_slice(&answer.body)?;
        let file = &answer["data"];
        assert_eq!((&file["name"], &file["description"]), (&json!("renamed.txt"), &json!("Readings")));
        assert_eq!((&file["deal_id"], &file["file_size"]), (&Value::Null, &json!(6)), "not deal {deal}");
        assert_eq!(file["update_time"], "2026-03-01 13:00:00");
        for name in [json!(""), json!(" "), json!("x".repeat(256))] {
            assert_eq!(company.send("PUT", &format!("/v1/files/{id}"), &json!({"name": name})).await?.0, 400, "{name}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn lists_are_sorted_and_paged() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        assert_eq!(company.get("/v1/files").await?, Value::Null);
        let deal = company.add_deal(json!({})).await?.to_string();
        let mut all = Vec::new();
        for minute in 0..3 {
            company.at(&format!("2026-03-01 12:0{minute}:00"))?;
            all.extend(add(&company, &[("deal_id", &deal)]).await?["id"].as_i64());
        }
        company.at("2026-03-01 13:00:00")?;
        company.data("PUT", &format!("/v1/files/{}", all[0]), json!({"description": "changed"})).await?;
        for path in ["/v1/files".to_owned(), format!("/v1/deals/{deal}/files")] {
            assert_eq!(ids(&company.get(&path).await?), all);
            assert_eq!(ids(&company.get(&format!("{path}?sort=id%20DESC")).await?), [all[2], all[1], all[0]]);
            assert_eq!(ids(&company.get(&format!("{path}?sort=update_time")).await?), [all[1], all[2], all[0]]);
            assert_eq!(company.send("GET", &format!("{path}?sort=name"), &Value::Null).await?.0, 400);
            let (_, page) = company.send("GET", &format!("{path}?start=1&limit=1"), &Value::Null).await?;
            assert_eq!(ids(&page["data"]), [all[1]]);
            let pagination = json!({"start": 1, "limit": 1, "more_items_in_collection": true, "next_start": 2});
            assert_eq!(page["additional_data"]["pagination"], pagination);
            let (_, wide) = company.send("GET", &format!("{path}?limit=500"), &Value::Null).await?;
            assert_eq!(wide["additional_data"]["pagination"]["limit"], 100);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_deleted_file_goes_from_lists_and_counts_and_after_30_days_for_good() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let deal = company.add_deal(json!({})).await?;
        let kept = add(&company, &[("deal_id", &deal.to_string())]).await?["id"].clone();
        let id = add(&company, &[("deal_id", &deal.to_string())]).await?["id"].clone();
        let file = format!("/v1/files/{id}");
        assert_eq!(company.data("DELETE", &file, Value::Null).await?, json!({"id": id}));
        assert_eq!(ids(&company.get(&format!("/v1/deals/{deal}/files")).await?), [kept.as_i64().unwrap_or_default()]);
        assert_eq!(company.get(&format!("/api/v2/deals/{deal}?include_fields=files_count")).await?["files_count"], 1);
        assert_eq!(company.get(&file).await?["active_flag"], false);
        for (method, path) in [("DELETE", &file), ("PUT", &file), ("GET", &format!("{file}/download"))] {
            assert_eq!(company.send(method, path, &json!({"name": "x"})).await?.0, 404, "{method} {path}");
        }
        company.at("2026-03-31 11:59:00")?;
        company.app().keep_house().await?;
        assert_eq!((count_objects(&company, "files").await?, company.send("GET", &file, &Value::Null).await?.0), (2, 200));
        company.at("2026-03-31 12:00:01")?;
        assert_eq!(company.send("GET", &file, &Value::Null).await?.0, 404);
        company.app().keep_house().await?;
        assert_eq!(company.rows("SELECT id FROM files WHERE company_id = $1", 1).await?, [[kept]]);
        // The objects are written by the clock of this machine.
        company.at("2999-01-01 00:00:00")?;
        assert_eq!(company.app().sweep_objects().await?, 1);
        assert_eq!(count_objects(&company, "files").await?, 1);
    }
    Ok(())
}

/// Whoever sees what a file belongs to sees the file; a hidden deal hides it, whoever sees the person of the deal.
#[tokio::test]
async fn a_file_is_seen_with_what_it_belongs_to() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        company.add_colleague().await?;
        let ben = company.as_colleague();
        let hidden = company.add_deal(json!({"title": "Secret", "visible_to": "1"})).await?.to_string();
        let open = company.data("POST", "/v1/persons", json!({"name": "Open", "visible_to": "7"})).await?["id"].to_string();
        let product = company.data("POST", "/api/v2/products", json!({"name": "Sluice", "visible_to": 1})).await?["id"].to_string();
        let loose = add(&company, &[]).await?["id"].clone();
        let of_hidden = add(&company, &[("deal_id", &hidden)]).await?["id"].clone();
        let of_product = add(&company, &[("product_id", &product)]).await?["id"].clone();
        let of_both = add(&company, &[("deal_id", &hidden), ("person_id", &open)]).await?["id"].clone();
        let shown = company.add_deal(json!({"title": "Shown", "visible_to": "7"})).await?.to_string();
        let hidden_person = company.data("POST", "/v1/persons", json!({"name": "Hidden", "visible_to": "1"})).await?["id"].to_string();
        let of_open = add(&company, &[("person_id", &open), ("product_id", &product)]).await?["id"].clone();
        let of_shown = add(&company, &[("deal_id", &shown), ("person_id", &hidden_person)]).await?["id"].clone();
        let own = add(&ben, &[]).await?["id"].clone();

        let seen: Vec<_> = [&of_open, &of_shown, &own].iter().filter_map(|id| id.as_i64()).collect();
        assert_eq!(ids(&ben.get("/v1/files").await?), seen);
        for file in [&loose, &of_hidden, &of_product, &of_both] {
            for (method, path) in [("GET", ""), ("PUT", ""), ("DELETE", ""), ("GET", "/download")] {
                let (status, answer) = ben.send(method, &format!("/v1/files/{file}{path}"), &json!({"name": "x"})).await?;
                assert_eq!(status, 404, "{method} {file} {answer}");
            }
        }
        let seen = ben.get(&format!("/v1/files/{of_shown}")).await?;
        assert_eq!((&seen["deal_name"], &seen["person_name"]), (&json!("Shown"), &Value::Null));
        assert_eq!(ben.send("GET", &format!("/v1/deals/{hidden}/files"), &Value::Null).await?.0, 403);
        assert_eq!(ben.send("GET", &format!("/v1/products/{product}/files"), &Value::Null).await?.0, 404);
        let (status, _) = ben.upload("POST", "/v1/files", &[("deal_id", &hidden)], ("file", "a.txt", b"x")).await?;
        assert_eq!(status, 400);
        assert_eq!(ids(&company.get("/v1/files").await?).len(), 7);
    }
    Ok(())
}

/// A refused upload leaves neither a row nor bytes.
#[tokio::test]
async fn what_is_refused_is_not_kept() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let post = async |content_type: &str, body: &[u8]| company.raw("POST", "/v1/files", Some(content_type), body.to_vec(), None).await;
        let form = "multipart/form-data; boundary=b";
        let head = b"--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
        let with = |rest: &[u8]| [head.as_slice(), rest].concat();
        for (content_type, body, status) in [
            ("application/json", b"{}".to_vec(), 415),
            ("multipart/form-data", with(b"x\r\n--b--\r\n"), 400),
            ("multipart/mixed; boundary=b", with(b"x\r\n--b--\r\n"), 415),
            (form, Vec::new(), 400),
            (form, b"--b--\r\n".to_vec(), 400),
            (form, with(b"no end"), 400),
            (form, with(b"x\r\n--b\r\ncontent-disposition: form-data; name=\"deal_id\"\r\n\r\n1"), 400),
            (form, with(b"x\r\n--b\r\ncontent-disposition: form-data; name=\"deal_id\"\r\n\r\nx\r\n--b--\r\n"), 400),
            (form, with(b"x\r\n--b\r\ncontent-disposition: form-data; name=\"deal_id\"\r\n\r\n99\r\n--b--\r\n"), 400),
            (form, with(b"x\r\n--b\r\ncontent-disposition: form-data; name=\"lead_id\"\r\n\r\n\xff\r\n--b--\r\n"), 400),
            (form, with(b"x\r\n--b\r\ncontent-disposition: form-data; name=\"lead_id\"\r\n\r\na\0b\r\n--b--\r\n"), 400),
            (form, with(&[b"x\r\n".as_slice(), head, b"y\r\n--b--\r\n"].concat()), 400),
            (form, [b"--b\r\nx: ".as_slice(), &vec![b'y'; 200_000]].concat(), 400),
            (
                form,
                [b"--b\r\ncontent-disposition: form-data; name=\"t\"\r\n\r\n".as_slice(), &vec![b'y'; 70_000], b"\r\n--b--"].concat(),
                413,
            ),
        ] {
            let answer = post(content_type, &body).await?;
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            assert_eq!(answer.status, status, "{content_type} {}: {text}", String::from_utf8_lossy(&body[..body.len().min(200)]));
            assert!(text.contains("\"success\":false"), "{text}");
        }
        assert_eq!(count_objects(&company, "files").await?, 0);
        assert_eq!(company.rows("SELECT id FROM files WHERE company_id = $1", 1).await?.len(), 0);
        let empty = post(form, &with(b"\r\n--b--\r\n")).await?;
        assert_eq!(empty.status, 200, "an empty file is a file");
    }
    Ok(())
}

#[tokio::test]
async fn missing_bytes_are_not_found_and_not_a_failure() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let file = add(&company, &[]).await?;
        let key = format!("{}/files/{}", company.id(), file["file_name"].as_str().unwrap_or_default());
        company.app().files().delete(&key).await?;
        let (status, answer) = company.send("GET", &format!("/v1/files/{}/download", file["id"]), &Value::Null).await?;
        assert_eq!((status, &answer["error"]), (404, &json!("File not found")));
        assert_eq!(company.get(&format!("/v1/files/{}", file["id"])).await?["active_flag"], true);
    }
    Ok(())
}

/// Without a place for bytes the rest goes on, and nothing is half there.
#[tokio::test]
async fn a_place_of_files_that_is_gone_is_told() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let directory = tempfile::tempdir()?;
        let place = directory.path().join("files");
        let files = penstock_files::Objects::open(&penstock_files::Place::Directory(place.clone()))?;
        let company = company.with_settings(Settings { files, ..Settings::default() }).await?;
        let id = add(&company, &[]).await?["id"].clone();
        std::fs::remove_dir_all(&place)?;
        std::fs::write(&place, b"in the way")?;
        for _ in 0..2 {
            let (status, answer) = company.upload("POST", "/v1/files", &[], ("file", "a.txt", b"x")).await?;
            assert_eq!((status, &answer["error"]), (503, &json!("The place where files are kept cannot be reached")));
        }
        let (status, _) = company.send("GET", &format!("/v1/files/{id}/download"), &Value::Null).await?;
        assert!([404, 503].contains(&status), "{status}");
        assert_eq!(ids(&company.get("/v1/files").await?), [id.as_i64().unwrap_or_default()]);
    }
    Ok(())
}

/// Bytes that no row names go a day later; those of rows stay.
#[tokio::test]
async fn orphans_are_swept() -> Outcome {
    for company in Company::each().await? {
        // The objects are written by the clock of this machine.
        company.at("2019-01-01 00:00:00")?;
        add(&company, &[]).await?;
        let orphan = format!("{}/files/orphan", company.id());
        company.app().files().put_bytes(&orphan, bytes::Bytes::from_static(b"x")).await?;
        for folder in ["pictures", "images", "recordings"] {
            let key = format!("{}/{folder}/orphan", company.id());
            company.app().files().put_bytes(&key, bytes::Bytes::from_static(b"x")).await?;
        }
        assert_eq!(company.app().sweep_objects().await?, 0, "they are too young");
        company.at("2999-01-01 00:00:00")?;
        assert_eq!(company.app().sweep_objects().await?, 4);
        assert_eq!(count_objects(&company, "files").await?, 1);
    }
    Ok(())
}

#[tokio::test]
async fn remote_files_are_only_known() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let deal = company.add_deal(json!({"title": "Sluice"})).await?;
        let link = json!({"item_type": "deal", "item_id": deal.to_string(), "remote_id": "1a b/c", "remote_location": "googledrive"});
        let linked = company.data("POST", "/v1/files/remoteLink", link.clone()).await?;
        assert_eq!((&linked["remote_location"], &linked["remote_id"]), (&json!("googledocs"), &json!("1a b/c")));
        assert_eq!((&linked["deal_id"], &linked["deal_name"], &linked["file_size"]), (&json!(deal), &json!("Sluice"), &json!(0)));
        let new = json!({"file_type": "gsheet", "title": "Sums", "item_type": "deal", "item_id": deal, "remote_location": "googledrive"});
        let made = company.data("POST", "/v1/files/remote", new).await?;
        assert_eq!((&made["name"], &made["file_type"]), (&json!("Sums"), &json!("gsheet")));
        let answer = company.raw("GET", &format!("/v1/files/{}/download", linked["id"]), None, Vec::new(), None).await?;
        assert_eq!(answer.status, 302);
        assert!(answer.headers.contains(&("location", "https://drive.google.com/open?id=1a%20b%2Fc".to_owned())));
        for (key, value) in [("item_type", "lead"), ("item_id", "99"), ("item_id", "x"), ("remote_location", "dropbox"), ("remote_id", "")]
        {
            let mut wrong = link.clone();
            wrong[key] = json!(value);
            assert_eq!(company.send("POST", "/v1/files/remoteLink", &wrong).await?.0, 400, "{key} = {value}");
        }
    }
    Ok(())
}

/// Files are among what has changed lately, and in the flow of what they belong to.
#[tokio::test]
async fn files_are_recent_and_flow() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let deal = company.add_deal(json!({})).await?;
        let id = add(&company, &[("deal_id", &deal.to_string())]).await?["id"].clone();
        let recent = company.get("/v1/recents?since_timestamp=2026-03-01%2000:00:00&items=file").await?;
        assert_eq!((&recent[0]["item"], &recent[0]["id"], &recent[0]["data"]["name"]), (&json!("file"), &id, &json!("levels.txt")));
        let flow = company.get(&format!("/v1/deals/{deal}/flow?items=file")).await?;
        assert_eq!((&flow[0]["object"], &flow[0]["data"]["id"], &flow[1]), (&json!("file"), &id, &Value::Null));
    }
    Ok(())
}

/// Merged records bring their files with them.
#[tokio::test]
async fn files_move_with_merged_records() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        for (path, key) in [("deals", "deal_id"), ("persons", "person_id"), ("organizations", "org_id")] {
            let body = if path == "deals" { json!({"title": "x"}) } else { json!({"name": "x"}) };
            let removed = company.data("POST", &format!("/v1/{path}"), body.clone()).await?["id"].clone();
            let kept = company.data("POST", &format!("/v1/{path}"), body).await?["id"].clone();
            let file = add(&company, &[(key, &removed.to_string())]).await?["id"].clone();
            company.data("PUT", &format!("/v1/{path}/{removed}/merge"), json!({"merge_with_id": kept})).await?;
            assert_eq!(company.get(&format!("/v1/files/{file}")).await?[key], kept);
            assert_eq!(company.get(&format!("/api/v2/{path}/{kept}?include_fields=files_count")).await?["files_count"], 1, "{path}");
        }
    }
    Ok(())
}

/// A token in the query opens a download, so that its address works by itself.
#[tokio::test]
async fn downloads_need_credentials() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let id = add(&company, &[]).await?["id"].clone();
        let path = format!("/v1/files/{id}/download");
        let request = |query: &str| Request { method: "GET".to_owned(), path: path.clone(), query: query.to_owned(), ..Request::default() };
        let statuses = [request(""), request("api_token=0000000000000000000000000000000000000001")];
        let mut seen = Vec::new();
        for request in statuses {
            seen.push(company.handle(request).await.status);
        }
        assert_eq!(seen, [401, 200]);
    }
    Ok(())
}
