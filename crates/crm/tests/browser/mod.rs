//! What a browser does: it keeps a cookie, and sends forms with an origin.

#![allow(dead_code, reason = "every test file takes what it needs")]

use super::company::{Company, Outcome};
use penstock_crm::{Request, Response};
use serde_json::Value;

pub const PASSWORD: &str = "a long password";
pub const ADA: &str = "ada@harbour.test";

pub struct Browser<'a> {
    pub company: &'a Company,
    pub cookie: Option<String>,
    pub origin: Option<String>,
    pub fetch_site: Option<String>,
    pub csrf_token: Option<String>,
    pub peer: String,
}

impl<'a> Browser<'a> {
    pub fn new(company: &'a Company) -> Self {
        let origin = Some("http://crm.test".to_owned());
        Browser { company, cookie: None, origin, fetch_site: None, csrf_token: None, peer: "192.0.2.1".to_owned() }
    }

    /// One in which somebody has signed in, through the API.
    pub async fn of(company: &'a Company, email: &str) -> Outcome<Self> {
        let mut browser = Browser::new(company);
        let (status, body) = browser.json("POST", "/api/penstock/session", &credentials(email, PASSWORD)).await?;
        assert_eq!(status, 201, "{body}");
        browser.csrf_token = body["data"]["csrf_token"].as_str().map(str::to_owned);
        Ok(browser)
    }

    fn request(&self, method: &str, target: &str, content_type: Option<&str>, body: Vec<u8>) -> Outcome<Request> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let is_write = method != "GET";
        Ok(Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            host: Some("crm.test".to_owned()),
            cookie: self.cookie.clone(),
            origin: self.origin.clone().filter(|_| is_write),
            fetch_site: self.fetch_site.clone(),
            csrf_token: self.csrf_token.clone().filter(|_| is_write),
            user_agent: Some("Browser <1>".to_owned()),
            peer: Some(self.peer.parse()?),
            content_type: content_type.map(str::to_owned),
            body,
            ..Request::default()
        })
    }

    /// Sends a request and keeps the cookie of the answer.
    async fn send(&mut self, request: Request) -> Response {
        let response = self.company.handle(request).await;
        if let Some(cookie) = header(&response, "set-cookie") {
            let pair = cookie.split(';').next().unwrap_or_default();
            self.cookie = (!pair.ends_with('=')).then(|| format!("theme=dark; {pair}"));
        }
        response
    }

    pub async fn get(&mut self, target: &str) -> Outcome<Response> {
        let request = self.request("GET", target, None, Vec::new())?;
        Ok(self.send(request).await)
    }

    pub async fn post(&mut self, target: &str, fields: &[(&str, &str)]) -> Outcome<Response> {
        let body = serde_urlencoded::to_string(fields)?.into_bytes();
        let request = self.request("POST", target, Some("application/x-www-form-urlencoded"), body)?;
        Ok(self.send(request).await)
    }

    /// A call of the API, with its body read.
    pub async fn json(&mut self, method: &str, target: &str, body: &Value) -> Outcome<(u16, Value)> {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = self.request(method, target, Some("application/json"), body)?;
        let response = self.send(request).await;
        Ok((response.status, serde_json::from_slice(&response.body)?))
    }
}

pub fn credentials(email: &str, password: &str) -> Value {
    serde_json::json!({ "email": email, "password": password })
}

pub fn header<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
    response.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

pub fn text(response: &Response) -> String {
    String::from_utf8_lossy(&response.body).into_owned()
}
