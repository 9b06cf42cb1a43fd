//! Every operation, with tokens of each scope.

use crate::round::*;
use crate::support::{name, prefix};
use penstock_crm::oauth::{SCOPES, Scopes};
use penstock_crm::{Op, Request, operations};
use serde_json::json;
use std::collections::HashMap;

/// Some request to an operation; whether it makes sense is not the question.
fn some(op: &Op, token: &str) -> Request {
    let path = op.path.split('/').map(|segment| if segment.starts_with('{') { "999999" } else { segment }).collect::<Vec<_>>().join("/");
    Request {
        method: op.method.as_str().to_owned(),
        path: format!("{}{path}", prefix(op.version)),
        authorization: Some(format!("Bearer {token}")),
        ..Request::default()
    }
}

#[tokio::test]
async fn each_scope_opens_its_operations_and_no_others() {
    for world in worlds().await {
        let admin = world.company("Alpha").await;
        world.user(&admin, "Ann", false).await;
        let (of_admin, of_ann) = (sign_in(&world, "admin@alpha.test").await, sign_in(&world, "ann@example.test").await);
        let mut tokens = HashMap::new();
        for scope in SCOPES {
            let app = register(&world, &admin, &[scope.word]).await;
            tokens.insert((scope.word, true), install(&world, &of_admin, &app).await.access);
            tokens.insert((scope.word, false), install(&world, &of_ann, &app).await.access);
        }
        let mismatch = json!({
            "success": false, "error": "Scope and URL mismatch", "errorCode": 403, "error_info": "Please check developers.pipedrive.com",
        });
        for op in operations::all() {
            let needed: Vec<_> = op.scopes.split(',').collect();
            for ((word, is_admin), token) in &tokens {
                let full = word.strip_suffix(":full").map(|area| format!("{area}:read"));
                let opens = [Some(*word), full.as_deref(), Some("base")]
                    .into_iter()
                    .flatten()
                    .any(|word| needed.contains(&word) && (*is_admin || word != "admin"));
                // The others are as good as this one: one of each kind per operation keeps the test short.
                if !opens && *word != "base" && !["deals:full", "leads:full", "admin"].contains(word) {
                    continue;
                }
                let answer = world.send(some(op, token)).await;
                assert_eq!(answer.json == mismatch, !opens, "{} with {word}, administrator: {is_admin}: {}", name(op), answer.text());
                assert!(answer.status != 401 && answer.status < 500, "{}: {}", name(op), answer.text());
            }
        }
        // What no scope covers.
        let everything: Vec<_> = SCOPES.iter().map(|scope| scope.word).collect();
        let app = register(&world, &admin, &everything).await;
        let token = install(&world, &of_admin, &app).await.access;
        for path in
            ["/v1/nothing", "/api/v2/nothing", "/api/penstock/openapi", "/api/penstock/grants", "/api/penstock/apps", "/api/v3/deals"]
        {
            let answer = read(&world, path, &format!("Bearer {token}")).await;
            assert_eq!((answer.status, &answer.json), (403, &mismatch), "{path}");
        }
    }
}

#[test]
fn every_operation_can_be_opened() {
    for op in operations::all() {
        let all = Scopes::parse(&SCOPES.iter().map(|scope| scope.word).collect::<Vec<_>>().join(",")).unwrap();
        assert!(all.open(op.scopes, true), "{}", name(op));
    }
}
