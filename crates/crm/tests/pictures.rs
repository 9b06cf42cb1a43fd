//! Pictures of persons and images of products.

mod company;

use company::{Company, Outcome};
use penstock_crm::Request;
use serde_json::{Value, json};

/// A square of 160 pixels.
const PNG: &[u8] = include_bytes!("support/square.png");

async fn objects(company: &Company, folder: &str) -> Outcome<usize> {
    use futures::TryStreamExt;
    let found: Vec<_> = company.app().files().list(&format!("{}/{folder}", company.id())).try_collect().await?;
    Ok(found.len())
}

/// The status, type and bytes of an address, loaded without credentials.
async fn load(company: &Company, url: &Value) -> Outcome<(u16, String, usize)> {
    use futures::TryStreamExt;
    let path = url.as_str().and_then(|url| url.strip_prefix("http://crm.test")).ok_or_else(|| format!("no address: {url}"))?;
    let answer = company.handle(Request { method: "GET".to_owned(), path: path.to_owned(), ..Request::default() }).await;
    let media = answer.headers.iter().find(|(name, _)| *name == "content-type").map(|(_, media)| media.clone()).unwrap_or_default();
    let bytes: Vec<bytes::Bytes> = match answer.stream {
        Some(stream) => stream.try_collect().await?,
        None => Vec::new(),
    };
    Ok((answer.status, media, bytes.concat().len()))
}

async fn person(company: &Company, name: &str) -> Outcome<i64> {
    let made = company.data("POST", "/v1/persons", json!({"name": name, "visible_to": "1"})).await?;
    made["id"].as_i64().ok_or_else(|| "no id".into())
}

#[tokio::test]
async fn a_person_has_one_picture_in_two_sizes() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let id = person(&company, "Ann").await?;
        let path = format!("/v1/persons/{id}/picture");
        assert_eq!(company.send("GET", &format!("/api/v2/persons/{id}/picture"), &Value::Null).await?.0, 404);
        assert_eq!(company.send("DELETE", &path, &Value::Null).await?.0, 404);

        let crop = [("crop_x", "10"), ("crop_y", "10"), ("crop_width", "130"), ("crop_height", "130")];
        let (status, answer) = company.upload("POST", &path, &crop, ("file", "ann.png", PNG)).await?;
        assert_eq!(status, 200, "{answer}");
        let first = &answer["data"];
        assert_eq!((&first["item_type"], &first["item_id"], &first["active_flag"]), (&json!("person"), &json!(id), &json!(true)));
        assert_eq!((&first["add_time"], &first["added_by_user_id"]), (&json!("2026-03-01 12:00:00"), &json!(1)));
        for size in ["128", "512"] {
            let (status, media, bytes) = load(&company, &first["pictures"][size]).await?;
            assert_eq!((status, media.as_str()), (200, "image/jpeg"));
            assert!(bytes > 500, "{bytes}");
        }
        let shown = company.get(&format!("/api/v2/persons/{id}/picture")).await?;
        assert_eq!((&shown["id"], &shown["pictures"]), (&first["id"], &first["pictures"]));
        assert!(shown["file_size"].as_i64().is_some_and(|size| size > 500));
        let (_, whole) = company.send("GET", &format!("/v1/persons/{id}"), &Value::Null).await?;
        let reference = &whole["data"]["picture_id"];
        assert_eq!((&reference["value"], &reference["pictures"]), (&first["id"], &first["pictures"]));
        assert_eq!(whole["related_objects"]["picture"][first["id"].to_string()]["pictures"], first["pictures"]);
        assert_eq!(company.get(&format!("/api/v2/persons/{id}")).await?["picture_id"], first["id"]);

        let (_, answer) = company.upload("POST", &path, &[], ("file", "other.png", PNG)).await?;
        let second = &answer["data"];
        assert_ne!(first["pictures"], second["pictures"]);
        assert_eq!((load(&company, &first["pictures"]["128"]).await?.0, load(&company, &second["pictures"]["128"]).await?.0), (404, 200));
        assert_eq!(objects(&company, "pictures").await?, 2, "those of the former picture are gone");

        assert_eq!(company.data("DELETE", &path, Value::Null).await?, json!({"id": id}));
        assert_eq!(load(&company, &second["pictures"]["512"]).await?.0, 404);
        assert_eq!(objects(&company, "pictures").await?, 0);
        assert_eq!(company.get(&format!("/v1/persons/{id}")).await?["picture_id"], Value::Null);
        assert_eq!(company.rows("SELECT id FROM pictures WHERE company_id = $1", 1).await?.len(), 0);
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_fitting_picture_is_refused() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        company.add_colleague().await?;
        let id = person(&company, "Ann").await?;
        let path = format!("/v1/persons/{id}/picture");
        type Sent<'a> = (&'a [(&'a str, &'a str)], &'a [u8]);
        let refused: [Sent<'_>; 8] = [
            (&[], b"no picture"),
            (&[], b""),
            (&[], &PNG[..100]),
            (&[("crop_width", "100"), ("crop_height", "100")], PNG),
            (&[("crop_width", "150"), ("crop_height", "140")], PNG),
            (&[("crop_x", "100")], PNG),
            (&[("crop_x", "-1")], PNG),
            (&[("crop_x", "99999999999")], PNG),
        ];
        for (texts, bytes) in refused {
            let (status, answer) = company.upload("POST", &path, texts, ("file", "a.png", bytes)).await?;
            assert_eq!(status, 400, "{texts:?} {answer}");
        }
        let (status, _) = company.upload("POST", &path, &[], ("other", "a.png", PNG)).await?;
        assert_eq!(status, 400);
        let (status, _) = company.upload("POST", &path, &[], ("file", "a.png", &vec![0; 21 << 20])).await?;
        assert_eq!(status, 413);
        let (status, _) = company.as_colleague().upload("POST", &path, &[], ("file", "a.png", PNG)).await?;
        assert_eq!(status, 404, "the person is hidden");
        assert_eq!(objects(&company, "pictures").await?, 0);
        assert_eq!(company.get(&format!("/v1/persons/{id}")).await?["picture_id"], Value::Null);
    }
    Ok(())
}

#[tokio::test]
async fn the_one_who_stays_of_two_merged_persons_keeps_or_gets_the_picture() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let [without, with, other] = [person(&company, "A").await?, person(&company, "B").await?, person(&company, "C").await?];
        let mut pictures = Vec::new();
        for id in [with, other] {
            let (_, answer) = company.upload("POST", &format!("/v1/persons/{id}/picture"), &[], ("file", "a.png", PNG)).await?;
            pictures.push(answer["data"]["id"].clone());
        }
        company.data("PUT", &format!("/v1/persons/{with}/merge"), json!({"merge_with_id": without})).await?;
        let inherited = company.get(&format!("/api/v2/persons/{without}/picture")).await?;
        assert_eq!((&inherited["id"], &inherited["item_id"]), (&pictures[0], &json!(without)));
        company.data("PUT", &format!("/v1/persons/{without}/merge"), json!({"merge_with_id": other})).await?;
        assert_eq!(company.get(&format!("/api/v2/persons/{other}/picture")).await?["id"], pictures[1]);
    }
    Ok(())
}

#[tokio::test]
async fn a_product_has_one_image_with_an_address_for_a_week() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        company.add_colleague().await?;
        let id = company.data("POST", "/api/v2/products", json!({"name": "Sluice", "visible_to": 1})).await?["id"].clone();
        let path = format!("/api/v2/products/{id}/images");
        for method in ["GET", "DELETE"] {
            assert_eq!(company.send(method, &path, &Value::Null).await?.0, 404);
        }
        assert_eq!(company.upload("PUT", &path, &[], ("data", "a.png", PNG)).await?.0, 404);
        assert_eq!(company.upload("POST", &path, &[], ("data", "a.png", b"<svg/>")).await?.0, 400);
        assert_eq!(company.upload("POST", &path, &[("x", "1")], ("data", "a.png", PNG)).await?.0, 400, "v2 knows no other keys");

        let (status, made) = company.upload("POST", &path, &[], ("data", "sluice.png", PNG)).await?;
        let company_id = company.id().to_string();
        assert_eq!(status, 201, "{made}");
        assert_eq!((&made["data"]["product_id"], &made["data"]["company_id"]), (&json!(id), &json!(company_id)));
        assert_eq!(made["data"]["add_time"], "2026-03-01");
        assert_eq!(company.upload("POST", &path, &[], ("data", "a.png", PNG)).await?.0, 400, "there is one already");
        let shown = company.get(&path).await?;
        assert_eq!((&shown["mime_type"], &shown["name"]), (&json!("image/png"), &json!("sluice.png")));
        let (status, media, bytes) = load(&company, &shown["public_url"]).await?;
        assert_eq!((status, media.as_str(), bytes), (200, "image/png", PNG.len()));

        let url = shown["public_url"].as_str().unwrap_or_default();
        let end = url.rsplit('/').nth(1).unwrap_or_default();
        let longer = end.parse::<i64>()? + 1;
        for forged in [url.replace(end, &longer.to_string()), url[..url.len() - 2].to_owned() + "00", url[..url.len() - 1].to_owned()] {
            if forged != url {
                assert_eq!(load(&company, &json!(forged)).await?.0, 404, "{forged}");
            }
        }
        company.at("2026-03-08 11:59:59")?;
        assert_eq!(load(&company, &shown["public_url"]).await?.0, 200);
        company.at("2026-03-08 12:00:01")?;
        assert_eq!(load(&company, &shown["public_url"]).await?.0, 404);
        let renewed = company.get(&path).await?;
        assert_eq!(load(&company, &renewed["public_url"]).await?.0, 200);

        for method in ["GET", "DELETE"] {
            assert_eq!(company.as_colleague().send(method, &path, &Value::Null).await?.0, 404, "the product is hidden");
        }
        let (status, replaced) = company.upload("PUT", &path, &[], ("data", "b.png", PNG)).await?;
        assert_eq!(status, 200, "{replaced}");
        assert_ne!(replaced["data"]["id"], made["data"]["id"]);
        assert_eq!(load(&company, &renewed["public_url"]).await?.0, 404);
        assert_eq!(objects(&company, "images").await?, 1);
        assert_eq!(company.data("DELETE", &path, Value::Null).await?, json!({"id": replaced["data"]["id"]}));
        assert_eq!(objects(&company, "images").await?, 0);
    }
    Ok(())
}

#[tokio::test]
async fn addresses_of_pictures_lead_nowhere_else() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-01 12:00:00")?;
        let (_, file) = company.upload("POST", "/v1/files", &[], ("file", "secret.txt", b"secret")).await?;
        let name = file["data"]["file_name"].as_str().unwrap_or_default();
        let id = company.id();
        for path in [
            format!("/api/penstock/pictures/{id}/../files/{name}"),
            format!("/api/penstock/pictures/{id}/{name}"),
            format!("/api/penstock/images/{id}/1/99999999999999/00"),
            format!("/api/penstock/images/{id}/x/y/z"),
            "/api/penstock/images/".to_owned(),
            "/api/penstock/pictures/".to_owned(),
        ] {
            let answer = company.handle(Request { method: "GET".to_owned(), path: path.clone(), ..Request::default() }).await;
            assert_eq!(answer.status, 404, "{path}");
            let answer = company.handle(Request { method: "POST".to_owned(), path: path.clone(), ..Request::default() }).await;
            assert_eq!(answer.status, 405, "{path}");
        }
    }
    Ok(())
}
