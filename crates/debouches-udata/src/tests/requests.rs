//! What is sent.

use super::{abc, answer, resource, scripted, text};
use crate::{Portal, ResourceKind, ResourceText, UdataError};
use debouches_http::testing::{Reply, instant_client};
use debouches_http::{Policy, Secret};

#[tokio::test]
async fn every_call_carries_the_key_asks_for_json_and_ends_with_a_slash() {
    let dataset = || Reply::ok(answer().to_string());
    let (portal, server) = scripted([
        dataset(),
        dataset(),
        resource(super::ABC, 3),
        Reply::new(204, &[], ""),
    ])
    .await;
    portal.dataset("d1").await.unwrap();
    portal.update_dataset("d1", &text()).await.unwrap();
    portal.replace("d1", "r1", &abc()).await.unwrap();
    portal.delete_resource("d1", "r1").await.unwrap();
    let seen = server.seen();
    let calls: Vec<String> = seen
        .iter()
        .map(|seen| format!("{} {}", seen.method, seen.path))
        .collect();
    let replace = "POST /api/1/datasets/d1/resources/r1/upload/";
    let delete = "DELETE /api/1/datasets/d1/resources/r1/";
    assert_eq!(
        calls,
        [
            "GET /api/1/datasets/d1/",
            "PUT /api/1/datasets/d1/",
            replace,
            delete
        ]
    );
    for seen in &seen {
        assert_eq!(seen.header("x-api-key"), Some("k-e-y"));
        assert_eq!(seen.header("accept"), Some("application/json"));
        assert_eq!(seen.header("cookie"), None);
    }
}

#[tokio::test]
async fn a_dataset_is_sent_whole_without_resources_nor_null() {
    let (portal, server) = scripted([Reply::ok(answer().to_string())]).await;
    portal.update_dataset("d1", &text()).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].header("content-type"), Some("application/json"));
    let sent: serde_json::Value = serde_json::from_slice(&seen[0].body).unwrap();
    let wanted = serde_json::json!({
        "title": "Titre", "description": "Texte", "description_short": "Court", "organization": "0a", "license": "lov2",
        "frequency": "annual", "tags": ["ete-a-lecole"],
        "temporal_coverage": {"start": "2021-01-01", "end": "2023-12-31"},
        "spatial": {"zones": ["country:fr"], "granularity": "fr:region"},
        "private": true, "extras": {"debouches:run": "r1"},
    });
    assert_eq!(sent, wanted);
}

#[tokio::test]
async fn a_file_is_sent_as_a_form_of_known_length() {
    let (portal, server) = scripted([resource(super::ABC, 3)]).await;
    portal.upload("d1", &abc()).await.unwrap();
    let seen = server.seen();
    let body = String::from_utf8_lossy(&seen[0].body).into_owned();
    assert!(
        seen[0]
            .header("content-type")
            .unwrap()
            .starts_with("multipart/form-data; boundary=")
    );
    assert!(seen[0].header("transfer-encoding").is_none());
    assert!(
        body.contains(
            "name=\"file\"; filename=\"abc.csv\"\r\ncontent-type: text/csv\r\n\r\nabc\r\n--"
        ),
        "{body}"
    );
}

#[tokio::test]
async fn a_description_names_its_kind() {
    let body = r#"{"id":"r1","title":"T","description":"D","type":"documentation","extras":{"debouches:a":"1"}}"#;
    let (portal, server) = scripted([Reply::ok(body)]).await;
    let extras = [("debouches:a".to_owned(), "1".to_owned())].into();
    let text = ResourceText {
        title: "T".to_owned(),
        description: "D".to_owned(),
        kind: ResourceKind::Documentation,
        schema: None,
        extras,
    };
    portal.describe("d1", "r1", &text).await.unwrap();
    let sent: serde_json::Value = serde_json::from_slice(&server.seen()[0].body).unwrap();
    assert_eq!(sent["type"], "documentation");
    assert!(sent.get("schema").is_none() && sent.get("url").is_none());
}

#[tokio::test]
async fn lists_are_followed_without_leaving_the_base() {
    let page = |id: &str, run: &str, next: &str| {
        let dataset = serde_json::json!({"id": id, "extras": {"debouches:run": run}});
        let next = if next.is_empty() {
            serde_json::Value::Null
        } else {
            next.into()
        };
        Reply::ok(serde_json::json!({"data": [dataset], "next_page": next}).to_string())
    };
    // The portal believes itself at another scheme and port.
    let next = "https://127.0.0.1/api/1/datasets/?organization=0a&page_size=50&page=2";
    let (portal, server) = scripted([page("d1", "r1", next), page("d2", "r2", "")]).await;
    let actual = portal
        .find_by_extra(Some("0a"), "debouches:run", "r2")
        .await
        .unwrap();
    assert_eq!(
        actual
            .iter()
            .map(|dataset| dataset.id.as_str())
            .collect::<Vec<_>>(),
        ["d2"]
    );
    let paths: Vec<String> = server.seen().into_iter().map(|seen| seen.path).collect();
    let first = "/api/1/datasets/?organization=0a&page_size=50";
    assert_eq!(paths, [first.to_owned(), format!("{first}&page=2")]);

    let (portal, server) = scripted([page(
        "d1",
        "r1",
        "https://evil.example/api/1/datasets/?page=2",
    )])
    .await;
    let error = portal
        .find_by_extra(Some("0a"), "debouches:run", "r1")
        .await
        .unwrap_err();
    assert!(
        matches!(&error, UdataError::Redirected { to, .. } if to.starts_with("https://evil.example/")),
        "{error}"
    );
    assert_eq!(server.seen().len(), 1);

    let (portal, _server) = scripted([
        page("d1", "r1", &format!("{first}&page=2")),
        Reply::new(404, &[], "{}"),
    ])
    .await;
    assert_eq!(
        portal
            .find_by_extra(Some("0a"), "debouches:run", "r1")
            .await
            .unwrap()
            .len(),
        1
    );

    let (portal, _server) = scripted([page("d1", "r1", first)]).await;
    let error = portal
        .find_by_extra(Some("0a"), "debouches:run", "r1")
        .await
        .unwrap_err();
    assert!(
        matches!(error, UdataError::Redirected { .. }),
        "a list that turns in circles"
    );
}

#[test]
fn a_key_that_no_header_may_carry_is_refused_at_once() {
    for key in ["", " ", "a\r\nb", "clé"] {
        let (client, _) = instant_client(Policy::default());
        let error = Portal::new("http://127.0.0.1:1", Some(Secret::new(key)), client)
            .err()
            .unwrap();
        assert!(matches!(error, UdataError::Key), "{error}");
    }
}
