//! Signing in on the page and through the API, on both engines.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../browser/mod.rs"]
mod browser;
#[path = "../company/mod.rs"]
mod company;
mod lives;
mod pages;

use browser::{ADA, Browser, PASSWORD, credentials};
use company::{Company, Outcome};
use penstock_crm::setup::{NewCompany, create_company};
use penstock_model::{FixedClock, Time};
use serde_json::{Value, json};

const SESSION: &str = "/api/penstock/session";

#[tokio::test]
async fn nobody_learns_why_they_are_refused() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        company.add_colleague().await?;
        company.data("POST", "/v1/users", json!({"email": "invited@harbour.test"})).await?;
        company.data("PUT", "/v1/users/2", json!({"active_flag": false})).await?;
        let mut answers = Vec::new();
        for (email, password) in [
            (ADA, "a wrong password"),
            ("nobody@harbour.test", PASSWORD),
            ("invited@harbour.test", ""),
            ("invited@harbour.test", PASSWORD),
            ("ben@harbour.test", PASSWORD),
            ("ada@harbour.test\0", PASSWORD),
            ("' OR 1=1 --", PASSWORD),
        ] {
            let before = company.app().passwords_verified();
            let mut browser = Browser::new(&company);
            let page = browser.post("/sign-in", &[("email", email), ("password", password)]).await?;
            assert_eq!(company.app().passwords_verified() - before, 1, "{email}");
            assert!(page.status == 401 && browser.cookie.is_none());
            let shown = browser::text(&page).replace(&email.replace('\'', "&#39;"), "…");
            if !email.contains('\0') {
                let (status, body) = browser.json("POST", SESSION, &credentials(email, password)).await?;
                assert_eq!((status, &body["error"]), (401, &json!("The e-mail address or the password is wrong.")));
            }
            answers.push((page.headers, shown));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_cookie_opens_the_api_to_pages_of_this_server_only() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        let mut browser = Browser::of(&company, &ADA.to_uppercase()).await?;
        let (status, me) = browser.json("GET", "/api/penstock/me", &Value::Null).await?;
        assert_eq!((status, &me["data"]["email"], &me["data"]["session"]["id"]), (200, &json!(ADA), &json!(1)), "{me}");
        assert_eq!(me["data"]["session"]["csrf_token"].as_str(), browser.csrf_token.as_deref());
        let (status, users) = browser.json("GET", "/v1/users", &Value::Null).await?;
        assert_eq!((status, &users["data"][0]["last_login"]), (200, &json!("2026-03-20 00:00:00")));

        let token = browser.csrf_token.clone();
        let wrong = Some("0".repeat(64));
        let own = Some("http://crm.test".to_owned());
        let foreign = Some("http://crm.test.evil.example".to_owned());
        for (origin, fetch_site, csrf_token, expected) in [
            (None, None, None, 403),
            (None, None, wrong.clone(), 403),
            (None, None, token.clone(), 201),
            (own.clone(), None, None, 201),
            (own.clone(), Some("same-origin"), None, 201),
            (own, Some("same-site"), token.clone(), 403),
            (foreign.clone(), None, token.clone(), 403),
            (foreign, Some("cross-site"), token.clone(), 403),
            (Some("null".to_owned()), None, token.clone(), 403),
        ] {
            let told = format!("{origin:?} {fetch_site:?} {csrf_token:?}");
            (browser.origin, browser.fetch_site, browser.csrf_token) = (origin, fetch_site.map(str::to_owned), csrf_token);
            let (status, body) = browser.json("POST", "/v1/deals", &json!({"title": "From the browser"})).await?;
            assert_eq!(status, expected, "{told} {body}");
            let (status, _) = browser.json("GET", "/v1/deals", &Value::Null).await?;
            assert_eq!(status, 200, "reading changes nothing: {told}");
        }
        browser.origin = Some("http://crm.test".to_owned());
        browser.fetch_site = None;
        assert_eq!(browser.json("PUT", "/v1/deals/1", &json!({"title": "Renamed"})).await?.0, 200);
        let (_, log) = company.send("GET", "/v1/deals/1/changelog", &Value::Null).await?;
        assert_eq!(log["data"][0]["change_source"], "app", "{log}");

        // A token wins over a cookie, and needs nothing else.
        browser.cookie = Some(format!("penstock_session={}", "0".repeat(64)));
        assert_eq!(browser.json("GET", "/v1/deals", &Value::Null).await?.0, 401);
        assert_eq!(company.send("POST", "/v1/deals", &json!({"title": "By token"})).await?.0, 201);
    }
    Ok(())
}

#[tokio::test]
async fn one_address_may_have_seats_in_several_companies() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        let mut browser = Browser::new(&company);
        let verified = || company.app().passwords_verified();
        for (domain, password) in [("mill", PASSWORD), ("pond", "quite another")] {
            let new = NewCompany {
                name: domain.to_owned(),
                domain: domain.to_owned(),
                currency: "EUR".to_owned(),
                timezone: "UTC".to_owned(),
                admin_name: "Ada".to_owned(),
                admin_email: ADA.to_owned(),
                admin_password: password.to_owned(),
                api_token: format!("{:0>40}", if domain == "mill" { "a" } else { "b" }),
            };
            create_company(company.app().store(), &FixedClock(Time::from_millis(0)), new).await?;
        }
        // The password that fits decides; the work is that of three seats for everybody.
        for (email, password, company_id) in
            [(ADA, "quite another", Some(3)), (ADA, "none of them", None), ("nobody@harbour.test", PASSWORD, None)]
        {
            let before = verified();
            let (_, body) = browser.json("POST", SESSION, &credentials(email, password)).await?;
            assert_eq!(verified() - before, 3, "{email} {password}");
            assert_eq!(body["data"]["company_id"].as_i64(), company_id, "{body}");
        }
        let (status, body) = browser.json("POST", SESSION, &credentials(ADA, PASSWORD)).await?;
        assert_eq!(status, 400, "{body}");
        assert!(body["error"].as_str().unwrap().ends_with("company: must be one of harbour, mill"), "{body}");
        let before = verified();
        let named = json!({"email": ADA, "password": PASSWORD, "company": " Mill "});
        let (status, body) = browser.json("POST", SESSION, &named).await?;
        assert_eq!((status, &body["data"]["company_id"], verified() - before), (201, &json!(2), 3), "{body}");

        let mut other = Browser::new(&company);
        assert!(browser::text(&other.get("/sign-in").await?).contains("name=\"company\""));
        let page = other.post("/sign-in", &[("email", ADA), ("password", PASSWORD)]).await?;
        assert!(page.status == 400 && browser::text(&page).contains("Please name one"));
        let page = other.post("/sign-in", &[("email", ADA), ("password", PASSWORD), ("company", "harbour")]).await?;
        assert_eq!(page.status, 303);
        assert_eq!(other.json("GET", "/api/penstock/me", &Value::Null).await?.1["data"]["company_id"], json!(company.id().0));
        assert_eq!(browser.json("GET", "/api/penstock/sessions", &Value::Null).await?.1["data"].as_array().unwrap().len(), 1);
    }
    Ok(())
}

#[tokio::test]
async fn attempts_are_limited_but_never_for_good() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20 12:00:00")?;
        let mut browser = Browser::new(&company);
        for _ in 0..5 {
            assert_eq!(browser.json("POST", SESSION, &credentials(ADA, "wrong")).await?.0, 401);
        }
        let before = company.app().passwords_verified();
        let refused = browser.post("/sign-in", &[("email", ADA), ("password", PASSWORD)]).await?;
        assert_eq!((refused.status, browser::header(&refused, "retry-after")), (429, Some("2")));
        assert!(browser::text(&refused).contains("too many attempts"));
        // From another address too, and nothing is compared meanwhile.
        browser.peer = "198.51.100.7".to_owned();
        let (status, body) = browser.json("POST", SESSION, &credentials(&format!(" {} ", ADA.to_uppercase()), PASSWORD)).await?;
        assert_eq!((status, &body["success"]), (429, &json!(false)));
        assert_eq!(company.app().passwords_verified(), before);
        // An account that does not exist is no other.
        for _ in 0..5 {
            browser.json("POST", SESSION, &credentials("nobody@harbour.test", "wrong")).await?;
        }
        assert_eq!(browser.json("POST", SESSION, &credentials("nobody@harbour.test", "wrong")).await?.0, 429);

        company.at("2026-03-20 12:00:02")?;
        assert_eq!(browser.json("POST", SESSION, &credentials(ADA, PASSWORD)).await?.0, 201);
        for _ in 0..4 {
            assert_eq!(browser.json("POST", SESSION, &credentials(ADA, "wrong")).await?.0, 401, "the count began anew");
        }
        assert_eq!(browser.json("POST", SESSION, &credentials(ADA, PASSWORD)).await?.0, 201);
        // Somebody who goes through many accounts.
        browser.peer = "203.0.113.9".to_owned();
        for number in 0..20 {
            assert_eq!(browser.json("POST", SESSION, &credentials(&format!("{number}@harbour.test"), "wrong")).await?.0, 401);
        }
        assert_eq!(browser.json("POST", SESSION, &credentials("21@harbour.test", "wrong")).await?.0, 429);
        browser.peer = "203.0.113.10".to_owned();
        assert_eq!(browser.json("POST", SESSION, &credentials("21@harbour.test", "wrong")).await?.0, 401);
    }
    Ok(())
}

#[tokio::test]
async fn a_hash_of_former_days_is_renewed() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        // The same password, hashed with a quarter of the memory.
        let old = "$argon2id$v=19$m=4864,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$OLD";
        let old = old.replace("OLD", &old_hash());
        let text = format!("UPDATE users SET password_hash = '{old}' WHERE company_id = $1 AND id = 1");
        company.execute(&text, &[]).await?;
        assert_eq!(Browser::new(&company).json("POST", SESSION, &credentials(ADA, "wrong")).await?.0, 401);
        let kept = || company.rows("SELECT password_hash FROM users WHERE company_id = $1 AND id = 1", 1);
        assert_eq!(kept().await?[0][0], json!(old));
        Browser::of(&company, ADA).await?;
        let renewed = kept().await?[0][0].clone();
        assert!(renewed.as_str().unwrap().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
        Browser::of(&company, ADA).await?;
        assert_eq!(kept().await?[0][0], renewed);
    }
    Ok(())
}

/// What argon2id makes of [`PASSWORD`] with 4864 KiB, one pass and the salt above.
fn old_hash() -> String {
    use argon2::{Algorithm, Argon2, Params, Version};
    use base64::Engine;
    let mut hash = [0; 32];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(4864, 1, 1, None).unwrap());
    argon2.hash_password_into(PASSWORD.as_bytes(), b"somesaltsomesalt", &mut hash).unwrap();
    base64::engine::general_purpose::STANDARD_NO_PAD.encode(hash)
}
