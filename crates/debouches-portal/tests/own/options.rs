//! What a portal may be told.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use debouches_http::Method;
use debouches_portal::PortalOptions;
use serde_json::json;

use crate::visitor::Visitor;

#[tokio::test]
async fn a_read_only_portal_refuses_creations_and_files_but_not_texts() {
    let folder = tempfile::tempdir().unwrap();
    let open = Visitor::open(folder.path()).await;
    let dataset = open.publish(open.text()).await;
    open.portal.shutdown().await.unwrap();
    let closed = Visitor::with(PortalOptions {
        read_only: true,
        ..PortalOptions::new(folder.path())
    })
    .await;
    assert_eq!(
        closed
            .call(Method::Post, "/api/1/datasets/", &closed.text())
            .await
            .0,
        423
    );
    assert_eq!(closed.upload(&dataset, "a.csv", b"a").await.0, 423);
    assert_eq!(
        closed.call(Method::Put, &dataset, &closed.text()).await.0,
        200
    );
}

#[tokio::test]
async fn parquet_is_accepted_when_told() {
    for (allow_parquet, status) in [(true, 201), (false, 400)] {
        let folder = tempfile::tempdir().unwrap();
        let visitor = Visitor::with(PortalOptions {
            allow_parquet,
            ..PortalOptions::new(folder.path())
        })
        .await;
        let dataset = visitor.publish(visitor.text()).await;
        assert_eq!(
            visitor.upload(&dataset, "a.parquet", b"PAR1").await.0,
            status
        );
        let (_, list) = visitor
            .call(Method::Get, "/api/1/datasets/extensions/", &json!({}))
            .await;
        assert_eq!(
            list.as_array().unwrap().contains(&json!("parquet")),
            allow_parquet
        );
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let visitor = Visitor::with(PortalOptions {
        max_body: Some(3000),
        ..PortalOptions::new(folder.path())
    })
    .await;
    let dataset = visitor.publish(visitor.text()).await;
    assert_eq!(
        visitor.upload(&dataset, "a.csv", &[b'a'; 4000]).await.0,
        413
    );
}

#[tokio::test]
async fn time_comes_from_the_clock_that_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let date: DateTime<Utc> = "2026-01-02T03:04:05Z".parse().unwrap();
    let visitor = Visitor::with(PortalOptions {
        clock: Arc::new(move || date),
        ..PortalOptions::new(folder.path())
    })
    .await;
    let dataset = visitor.publish(visitor.text()).await;
    let (_, sent) = visitor.upload(&dataset, "a.csv", b"a").await;
    assert_eq!(sent["last_modified"], "2026-01-02T03:04:05+00:00");
    assert!(
        sent["url"].as_str().unwrap().contains("/20260102-030405/"),
        "{}",
        sent["url"]
    );
}
