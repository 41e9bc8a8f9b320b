//! The state survives, in one process at a time.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use debouches_http::Method;
use debouches_portal::{Access, PortalError, PortalOptions, RunningPortal};
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
    // Even root cannot add a line to a file that is not there.
    let (journal, away) = (
        folder.path().join("journal.jsonl"),
        folder.path().join("away"),
    );
    std::fs::rename(&journal, &away).unwrap();
    let (status, _) = visitor
        .call(Method::Put, &dataset, &json!({"title": "Autre"}))
        .await;
    assert_eq!(status, 500);
    std::fs::rename(&away, &journal).unwrap();
    let (_, shown) = visitor.call(Method::Get, &dataset, &json!({})).await;
    assert_eq!(shown["title"], visitor.text()["title"]);
}

#[tokio::test]
async fn a_killed_process_loses_nothing_that_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let visitor = Visitor::open(folder.path()).await;
    let dataset = visitor.publish(visitor.text()).await;
    visitor.upload(&dataset, "a.csv", b"uai;taux\n").await;
    let killed = tempfile::tempdir().unwrap();
    copy(folder.path(), killed.path());
    let again = Visitor::open(killed.path()).await;
    let (status, shown) = again.call(Method::Get, &dataset, &json!({})).await;
    assert_eq!(
        (status, shown["resources"].as_array().map(Vec::len)),
        (200, Some(1))
    );
}

#[tokio::test]
async fn a_journal_cut_anywhere_is_an_earlier_state_and_altered_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let visitor = Visitor::open(folder.path()).await;
    let mut text = visitor.text();
    for title in ["Un", "Deux", "Trois"] {
        text["title"] = json!(title);
        visitor.publish(text.clone()).await;
    }
    let killed = tempfile::tempdir().unwrap();
    copy(folder.path(), killed.path());
    let path = killed.path().join("journal.jsonl");
    let journal = std::fs::read(&path).unwrap();
    assert_eq!(journal.iter().filter(|byte| **byte == b'\n').count(), 3);
    for cut in (0..journal.len()).step_by(97) {
        std::fs::write(&path, &journal[..cut]).unwrap();
        let lines = journal[..cut].iter().filter(|byte| **byte == b'\n').count();
        let portal = read_only(killed.path()).await.unwrap();
        assert_eq!(titles(&portal).await, lines, "cut at {cut}");
    }
    // Any byte of a line that is followed by another.
    for at in (0..journal.len() / 2).step_by(211) {
        let mut altered = journal.clone();
        altered[at] ^= 1;
        std::fs::write(&path, &altered).unwrap();
        let refused = read_only(killed.path()).await;
        assert!(
            matches!(refused, Err(PortalError::Foreign { .. })),
            "altered at {at}"
        );
    }
}

#[tokio::test]
async fn a_folder_that_is_not_ours_is_refused_and_nothing_in_it_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    for path in ["tmp/letter", "files/a/b/photo", "portal.json"] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "mine").unwrap();
    }
    for access in [Access::ReadWrite, Access::ReadOnly] {
        let options = PortalOptions {
            access,
            ..PortalOptions::new(folder.path())
        };
        let Err(error) = debouches_portal::start(options).await else {
            panic!("not refused")
        };
        assert_eq!(error.fault(), debouches_model::Fault::Operator, "{error}");
    }
    for path in ["tmp/letter", "files/a/b/photo", "portal.json"] {
        assert_eq!(
            std::fs::read(folder.path().join(path)).unwrap(),
            b"mine",
            "{path}"
        );
    }
}

#[tokio::test]
async fn no_link_is_followed() {
    let (folder, somebody) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::create_dir_all(somebody.path().join("a/b")).unwrap();
    std::fs::write(somebody.path().join("a/b/photo"), "mine").unwrap();
    Visitor::open(folder.path())
        .await
        .portal
        .shutdown()
        .await
        .unwrap();
    // A folder of ours replaced by a link, then a link inside.
    for name in ["files", "tmp", "parts"] {
        let (path, away) = (folder.path().join(name), folder.path().join("away"));
        std::fs::rename(&path, &away).unwrap();
        std::os::unix::fs::symlink(somebody.path(), &path).unwrap();
        let refused = debouches_portal::start(PortalOptions::new(folder.path())).await;
        assert!(
            matches!(refused, Err(PortalError::Symlink { .. })),
            "{name}"
        );
        std::fs::remove_file(&path).unwrap();
        std::fs::rename(&away, &path).unwrap();
    }
    std::os::unix::fs::symlink(somebody.path().join("a"), folder.path().join("files/a")).unwrap();
    let visitor = Visitor::open(folder.path()).await;
    let url = format!("{}/s/resources/a/b/photo", visitor.portal.base_url());
    assert_eq!(visitor.read(&url).await.status(), 404);
    assert_eq!(
        std::fs::read(somebody.path().join("a/b/photo")).unwrap(),
        b"mine"
    );
}

#[tokio::test]
async fn a_portal_opened_to_be_read_writes_nothing_and_disturbs_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let missing = read_only(&folder.path().join("none")).await.unwrap();
    assert_eq!(titles(&missing).await, 0);
    assert!(!folder.path().join("none").exists());

    let root = folder.path().join("portal");
    let serving = Visitor::open(&root).await;
    let dataset = serving.publish(serving.text()).await;
    let before = std::fs::read(root.join("credentials.json")).unwrap();
    let reading = Visitor::with(PortalOptions {
        access: Access::ReadOnly,
        ..PortalOptions::new(&root)
    })
    .await;
    assert_eq!(reading.call(Method::Get, &dataset, &json!({})).await.0, 200);
    assert_eq!(
        reading.call(Method::Put, &dataset, &reading.text()).await.0,
        423
    );
    assert_eq!(
        std::fs::read(root.join("credentials.json")).unwrap(),
        before
    );
    assert_eq!(missing.organization(), serving.portal.organization());
}

async fn read_only(folder: &Path) -> Result<RunningPortal, PortalError> {
    debouches_portal::start(PortalOptions {
        access: Access::ReadOnly,
        ..PortalOptions::new(folder)
    })
    .await
}

/// How many datasets the page of a portal lists.
async fn titles(portal: &RunningPortal) -> usize {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let address = portal.base_url().replace("http://", "");
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let request = format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).await.unwrap();
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    page.matches("class=\"card\"").count()
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
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
