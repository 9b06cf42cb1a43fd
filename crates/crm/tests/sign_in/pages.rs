//! The pages themselves: where they lead, and what cannot be put into them.

use crate::browser::{ADA, Browser, PASSWORD, header, text};
use crate::company::{Company, Outcome};
use penstock_crm::{Settings, is_page, pages};
use serde_json::{Value, json};

#[tokio::test]
async fn somebody_signs_in_and_out() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        let mut browser = Browser::new(&company);
        let page = browser.get("/sign-in?next=%2Foauth%2Fauthorize%3Fa%3D1%26b%3D2").await?;
        assert_eq!((page.status, header(&page, "content-type")), (200, Some("text/html; charset=utf-8")));
        assert!(text(&page).contains("name=\"next\" value=\"/oauth/authorize?a=1&amp;b=2\""), "{}", text(&page));
        assert!(!text(&page).contains("name=\"company\""), "there is one company only");
        assert!(!text(&page).contains("<script") && !page.shared);
        let policy = header(&page, "content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(policy.ends_with("; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"), "{policy}");
        for (name, value) in [("cache-control", "no-store"), ("referrer-policy", "same-origin"), ("x-content-type-options", "nosniff")] {
            assert_eq!(header(&page, name), Some(value));
        }

        let fields = [("email", ADA), ("password", PASSWORD), ("next", "/oauth/authorize?a=1&b=2")];
        let entered = browser.post("/sign-in", &fields).await?;
        assert_eq!((entered.status, header(&entered, "location")), (303, Some("/oauth/authorize?a=1&b=2")));
        let cookie = header(&entered, "set-cookie").unwrap();
        assert!(cookie.ends_with("; Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax"), "{cookie}");
        let onwards = browser.get("/sign-in?next=/x").await?;
        assert_eq!((onwards.status, header(&onwards, "location")), (303, Some("/x")));

        let page = text(&browser.get("/sign-in").await?);
        let token = page.split("name=\"csrf_token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        for fields in [&[][..], &[("csrf_token", "")], &[("csrf_token", &token[1..])]] {
            assert_eq!(browser.post("/sign-out", fields).await?.status, 403);
        }
        browser.origin = Some("https://evil.example".to_owned());
        assert_eq!(browser.post("/sign-out", &[("csrf_token", &token)]).await?.status, 403);
        browser.origin = Some("http://crm.test".to_owned());
        let kept = browser.cookie.clone();
        let left = browser.post("/sign-out", &[("csrf_token", &token)]).await?;
        assert_eq!((left.status, header(&left, "location")), (303, Some("/sign-in")));
        assert!(header(&left, "set-cookie").unwrap().starts_with("penstock_session=; Path=/; Max-Age=0; "));
        browser.cookie = kept;
        assert_eq!(browser.json("GET", "/v1/users/me", &Value::Null).await?.0, 401);
        assert!(text(&browser.get("/sign-in").await?).contains("name=\"password\""));
    }
    Ok(())
}

#[tokio::test]
async fn leads_to_no_other_site() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        for next in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/a\r\nset-cookie: penstock_session=x",
            "\\/evil.example",
            " /x",
        ] {
            let mut browser = Browser::new(&company);
            let asked = browser.get(&format!("/sign-in?{}", serde_urlencoded::to_string([("next", next)])?)).await?;
            assert!(!text(&asked).contains("name=\"next\""), "{next:?}");
            let entered = browser.post("/sign-in", &[("email", ADA), ("password", PASSWORD), ("next", next)]).await?;
            assert_eq!((entered.status, header(&entered, "location")), (303, Some("/sign-in")), "{next:?}");
            assert!(entered.headers.iter().all(|(_, value)| !value.contains(['\r', '\n'])));
            let onwards = browser.get(&format!("/sign-in?{}", serde_urlencoded::to_string([("next", next)])?)).await?;
            assert_eq!((onwards.status, header(&onwards, "location")), (200, None), "{next:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_people_type_stays_text() -> Outcome {
    const EVIL: &str = "\"><script>alert('x')</script>&";
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        let mut browser = Browser::new(&company);
        let page = browser.get(&format!("/sign-in?{}", serde_urlencoded::to_string([("next", format!("/{EVIL}"))])?)).await?;
        assert!(!text(&page).contains("<script"), "{}", text(&page));
        let page = browser.post("/sign-in", &[("email", EVIL), ("password", "x"), ("next", &format!("/{EVIL}"))]).await?;
        assert!(page.status == 401 && !text(&page).contains("<script"), "{}", text(&page));
        assert!(text(&page).contains("value=\"&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;\""), "{}", text(&page));
        company.run("UPDATE users SET name = '<b>Ada</b>''\"' WHERE company_id = $1", &[]).await?;
        company.at("2026-03-21")?;
        browser.post("/sign-in", &[("email", ADA), ("password", PASSWORD)]).await?;
        let page = text(&browser.get("/sign-in").await?);
        assert!(page.contains("<strong>&lt;b&gt;Ada&lt;/b&gt;&#39;&quot;</strong>") && !page.contains("<b>"), "{page}");
        assert!(!page.contains(PASSWORD));
    }
    Ok(())
}

#[tokio::test]
async fn errors_are_pages_too() -> Outcome {
    for company in Company::each().await? {
        company.at("2026-03-20")?;
        let mut browser = Browser::new(&company);
        assert!(is_page("/sign-in") && is_page("/sign-out") && !is_page("/sign-in/"));
        let page = browser.get("/sign-out").await?;
        assert_eq!((page.status, header(&page, "content-type")), (405, Some("text/html; charset=utf-8")));
        assert!(text(&page).contains("does not take such requests") && header(&page, "content-security-policy").is_some());
        let page = company.raw("POST", "/sign-in", Some("application/json"), b"{}".to_vec(), None).await?;
        assert_eq!(page.status, 415);
        browser.origin = Some("https://evil.example".to_owned());
        let before = company.app().passwords_verified();
        let page = browser.post("/sign-in", &[("email", ADA), ("password", PASSWORD)]).await?;
        assert!(page.status == 403 && browser.cookie.is_none(), "nobody is signed in by another site's page");
        let (status, _) = browser.json("POST", "/api/penstock/session", &json!({"email": ADA, "password": PASSWORD})).await?;
        assert_eq!((status, company.app().passwords_verified()), (403, before));
    }
    Ok(())
}

#[tokio::test]
async fn the_cookie_is_for_encrypted_connections_where_there_are_some() -> Outcome {
    for company in Company::each().await? {
        let settings = Settings { public_url: Some("https://crm.example".to_owned()), ..Settings::default() };
        let company = company.with_settings(settings).await?;
        company.at("2026-03-20")?;
        let mut browser = Browser::new(&company);
        let fields = [("email", ADA), ("password", PASSWORD)];
        assert_eq!(browser.post("/sign-in", &fields).await?.status, 403, "the host is not the public one");
        browser.origin = Some("https://crm.exampl".to_owned());
        assert_eq!(browser.post("/sign-in", &fields).await?.status, 403);
        browser.origin = Some("https://crm.example".to_owned());
        let entered = browser.post("/sign-in", &fields).await?;
        assert!(header(&entered, "set-cookie").unwrap().ends_with("; SameSite=Lax; Secure"));
    }
    Ok(())
}

#[test]
fn a_form_may_lead_to_places_that_were_named() -> Outcome {
    let targets = [pages::FormTarget::of("https://app.example/cb?x").ok_or("no target")?];
    let reply = pages::page(200, "Allow", &pages::Html::new(), &targets);
    let policy = reply.headers.iter().find(|(name, _)| *name == "content-security-policy").map(|(_, policy)| policy.as_str());
    assert!(policy.is_some_and(|policy| policy.contains("; form-action 'self' https://app.example; ")), "{policy:?}");
    Ok(())
}
