//! The state survives, in one process at a time.

use std::os::unix::fs::PermissionsExt as _;

use debouches_http::Method;
use debouches_portal::{PortalError, PortalOptions};
use serde_json::json;

use crate::visitor::Visitor;

#[tokio::test]
async fn what_was_published_is_there_after_a_restart_on_another_port() {
    let folder = tempfile::tempdir().unwrap();
    let first = Visitor::open(folder.path()).await;
    let dataset = first.publish(first.text()).await;
    let (_, sent) = first.upload(&dataset, "a.csv", b"uai;taux\n").await;
    let (base, key, organization) = (
        first.portal.base_url(),
        first.portal.api_key().to_owned(),
        first.portal.organization().to_owned(),
    );
    first.portal.shutdown().await.unwrap();

    let second = Visitor::open(folder.path()).await;
    assert_ne!(second.portal.base_url(), base);
    assert_eq!(
        (second.portal.api_key(), second.portal.organization()),
        (key.as_str(), organization.as_str())
    );
    let (status, shown) = second.call(Method::Get, &dataset, &json!({})).await;
    assert_eq!(
        (status, &shown["resources"][0]["checksum"]),
        (200, &sent["checksum"])
    );
    let url = shown["resources"][0]["url"].as_str().unwrap();
    assert!(url.starts_with(&second.portal.base_url()), "{url}");
    assert_eq!(second.read(url).await.body().as_ref(), b"uai;taux\n");
}

#[tokio::test]
async fn a_file_that_a_stopped_process_did_not_record_is_swept() {
    let folder = tempfile::tempdir().unwrap();
    let visitor = Visitor::open(folder.path()).await;
    let dataset = visitor.publish(visitor.text()).await;
    let (_, sent) = visitor.upload(&dataset, "a.csv", b"a").await;
    visitor.portal.shutdown().await.unwrap();
    let stray = folder.path().join("files/autre/20261124-000000");
    std::fs::create_dir_all(&stray).unwrap();
    std::fs::write(stray.join("a.csv"), "a").unwrap();
    let again = Visitor::open(folder.path()).await;
    assert!(!stray.join("a.csv").exists());
    let kept = sent["url"]
        .as_str()
        .unwrap()
        .rsplit_once("/s/resources")
        .unwrap()
        .1;
    assert_eq!(
        again
            .read(&format!("{}/s/resources{kept}", again.portal.base_url()))
            .await
            .status(),
        200
    );
}

#[tokio::test]
async fn a_folder_is_served_by_one_portal_and_freed_by_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let first = Visitor::open(folder.path()).await;
    let second = debouches_portal::start(PortalOptions::new(folder.path())).await;
    let Err(error @ PortalError::Locked { .. }) = second else {
        panic!("not refused")
    };
    assert!(
        error.to_string().contains("another process is using it"),
        "{error}"
    );
    first.portal.shutdown().await.unwrap();
    Visitor::open(folder.path()).await;
}

#[tokio::test]
async fn the_keys_are_in_one_file_that_only_its_owner_reads() {
    let folder = tempfile::tempdir().unwrap();
    let visitor = Visitor::open(folder.path()).await;
    visitor.publish(visitor.text()).await;
    let path = visitor.portal.credentials_path();
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .contains(visitor.portal.api_key())
    );
    assert!(
        !std::fs::read_to_string(folder.path().join("portal.json"))
            .unwrap()
            .contains(visitor.portal.api_key())
    );
}

#[tokio::test]
async fn a_folder_of_a_later_format_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    Visitor::open(folder.path())
        .await
        .portal
        .shutdown()
        .await
        .unwrap();
    let path = folder.path().join("portal.json");
    let later =
        std::fs::read_to_string(&path)
            .unwrap()
            .replacen("\"format\": 1", "\"format\": 2", 1);
    std::fs::write(&path, &later).unwrap();
    let refused = debouches_portal::start(PortalOptions::new(folder.path())).await;
    assert!(matches!(refused, Err(PortalError::Foreign { .. })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), later);
}

#[tokio::test]
async fn a_change_that_cannot_be_written_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let visitor = Visitor::open(folder.path()).await;
    let dataset = visitor.publish(visitor.text()).await;
    // Even root cannot write a file where there is no folder.
    std::fs::remove_dir_all(folder.path().join("tmp")).unwrap();
    let (status, _) = visitor
        .call(Method::Put, &dataset, &json!({"title": "Autre"}))
        .await;
    assert_eq!(status, 500);
    std::fs::create_dir(folder.path().join("tmp")).unwrap();
    let (_, shown) = visitor.call(Method::Get, &dataset, &json!({})).await;
    assert_eq!(shown["title"], visitor.text()["title"]);
}

#[tokio::test]
async fn no_name_leads_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let visitor = Visitor::open(folder.path()).await;
    let dataset = visitor.publish(visitor.text()).await;
    let (_, sent) = visitor
        .upload(&dataset, "../../../../etc/evil.csv", b"a")
        .await;
    assert_eq!(sent["title"], "..-..-..-..-etc-evil.csv");
    for path in [
        "..%2f..%2fcredentials.json",
        "../../credentials.json",
        "%2e%2e/%2e%2e/credentials.json",
        "a/b/%2e%2e",
    ] {
        let answer = visitor
            .read(&format!("{}/s/resources/{path}", visitor.portal.base_url()))
            .await;
        assert_eq!(answer.status(), 404, "{path}");
    }
}
