//! Sources on the web.

use debouches_fetch::{Access, FetchError, Mode, Outcome, SourceRequest};
use debouches_http::HttpErrorKind;
use debouches_http::testing::Reply;
use debouches_model::{Fault, Sha256};

use crate::harness::{CSV, NEWER, World, serve, text, web};

#[tokio::test]
async fn a_body_is_kept_as_received_under_its_digest() {
    let mut world = World::new().await;
    let (_server, url) = serve([Reply::new(200, &[("etag", "\"1\"")], CSV)]).await;
    let fetched = world.fetch(&web(&url)).await.unwrap();
    assert_eq!(fetched.outcome, Outcome::New);
    assert_eq!(text(&fetched).await, CSV);
    assert_eq!(
        fetched.artefact.key().id,
        Sha256::of(CSV.as_bytes()).to_string()
    );
    assert_eq!(
        (
            fetched.body().path.as_str(),
            fetched.body().media_type.as_str()
        ),
        ("data.csv", "text/csv")
    );
    assert_eq!(
        fetched.artefact.manifest().origin.as_ref().unwrap().url,
        url.to_string()
    );
    assert_eq!(
        (fetched.entry.size, fetched.entry.etag.as_deref()),
        (CSV.len() as u64, Some("\"1\""))
    );
}

#[tokio::test]
async fn a_source_that_did_not_change_moves_nothing() {
    let mut world = World::new().await;
    let first = Reply::new(
        200,
        &[
            ("etag", "\"1\""),
            ("last-modified", "Mon, 23 Nov 2026 10:00:00 GMT"),
        ],
        CSV,
    );
    let (server, url) = serve([first, Reply::new(304, &[], ""), Reply::ok(CSV)]).await;
    world.fetch(&web(&url)).await.unwrap();
    let before = world.lock.to_text();

    world.next_day();
    let again = world.fetch(&web(&url)).await.unwrap();
    assert_eq!(again.outcome, Outcome::Unchanged);
    assert_eq!(world.lock.to_text(), before);
    let asked = &server.seen()[1];
    assert_eq!(asked.header("if-none-match"), Some("\"1\""));
    assert_eq!(
        asked.header("if-modified-since"),
        Some("Mon, 23 Nov 2026 10:00:00 GMT")
    );

    // The same bytes without any validator: the date does not move either.
    let again = world.fetch(&web(&url)).await.unwrap();
    assert_eq!(
        (again.outcome, again.entry.accessed.timestamp()),
        (Outcome::Unchanged, 0)
    );
    assert_eq!(world.snapshots("ij").await, 1);
}

#[tokio::test]
async fn validators_are_for_their_own_address_and_snapshot() {
    let mut world = World::new().await;
    let (server, url) = serve([
        Reply::new(200, &[("etag", "\"1\"")], CSV),
        Reply::ok(CSV),
        Reply::ok(CSV),
    ])
    .await;
    world.fetch(&web(&url)).await.unwrap();
    world.fetcher.mode = Mode {
        refresh: true,
        ..Mode::default()
    };
    world.fetch(&web(&url)).await.unwrap();
    world.fetcher.mode = Mode::default();
    world.fetch(&web(&server.url("/other.csv"))).await.unwrap();
    assert!(
        server.seen()[1..]
            .iter()
            .all(|asked| asked.header("if-none-match").is_none())
    );
    assert_eq!(world.snapshots("ij").await, 1);
}

#[tokio::test]
async fn an_outage_leaves_the_former_snapshot_and_the_other_sources() {
    let mut world = World::new().await;
    let (_server, url) = serve([
        Reply::ok(CSV),
        Reply::new(500, &[], ""),
        Reply::new(503, &[], ""),
    ])
    .await;
    world.fetch(&web(&url)).await.unwrap();
    let before = world.lock.clone();

    let (_other_server, other_url) = serve([Reply::ok(NEWER)]).await;
    let other = SourceRequest {
        id: "other".parse().unwrap(),
        ..web(&other_url)
    };
    let mut results = world.fetcher.fetch(&[web(&url), other], &world.lock).await;
    assert_eq!(text(&results.remove(1).unwrap()).await, NEWER);
    let error = results.remove(0).unwrap_err();
    assert_eq!((error.id().as_str(), error.fault()), ("ij", Fault::Outage));

    world.fetcher.mode.access = Access::Offline;
    let offline = world.fetch(&web(&url)).await.unwrap();
    assert_eq!(
        (text(&offline).await.as_str(), offline.outcome),
        (CSV, Outcome::Offline)
    );
    assert_eq!(world.lock, before);
}

#[tokio::test]
async fn what_is_not_data_is_never_a_snapshot() {
    for body in [
        "\u{feff}\n<!DOCTYPE html><title>Maintenance</title>",
        "<html>",
        "<?xml version=\"1.0\"?><Error/>",
        "{\"error_code\": \"ODSQLError\"}",
        "%PDF-1.4",
        "SQLite format 3\0",
        "",
    ] {
        let mut world = World::new().await;
        let (_server, url) = serve([Reply::ok(body)]).await;
        let error = world.fetch(&web(&url)).await.unwrap_err();
        assert!(
            matches!(error, FetchError::NotData { .. } | FetchError::Empty { .. }),
            "{body:?}: {error}"
        );
        assert_eq!(error.fault(), Fault::Data);
        assert_eq!(world.snapshots("ij").await, 0);
    }
}

#[tokio::test]
async fn a_short_body_is_an_outage_and_never_a_snapshot() {
    let mut world = World::new().await;
    let short = || Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nuai;taux\n".to_vec());
    let (_server, url) = serve([short(), short()]).await;
    assert_eq!(
        world.fetch(&web(&url)).await.unwrap_err().fault(),
        Fault::Outage
    );
    assert_eq!(world.snapshots("ij").await, 0);

    // Cut once, whole at the second attempt: the attempts are not mixed.
    let (_server, url) = serve([short(), Reply::ok(CSV)]).await;
    assert_eq!(text(&world.fetch(&web(&url)).await.unwrap()).await, CSV);
}

#[tokio::test]
async fn each_refusal_says_who_can_mend_it() {
    for (status, fault) in [
        (401, Fault::Operator),
        (403, Fault::Operator),
        (404, Fault::Operator),
        (410, Fault::Operator),
    ] {
        let mut world = World::new().await;
        let (_server, url) = serve([Reply::new(status, &[], "no")]).await;
        assert_eq!(
            world.fetch(&web(&url)).await.unwrap_err().fault(),
            fault,
            "{status}"
        );
    }
    let mut world = World::new().await;
    let (_server, url) = serve([Reply::ok(CSV)]).await;
    let mut request = web(&url);
    request.limits.max_bytes = 5;
    assert_eq!(
        world.fetch(&request).await.unwrap_err().fault(),
        Fault::Data
    );
}

#[tokio::test]
async fn a_host_that_is_not_allowed_is_not_asked_nor_believed() {
    let mut world = World::new().await;
    let (server, url) = serve([Reply::ok(CSV)]).await;
    let refused = SourceRequest {
        allowed_hosts: vec!["data.example.fr".to_owned()],
        ..web(&url)
    };
    let error = world.fetch(&refused).await.unwrap_err();
    assert!(
        matches!(&error, FetchError::Http { source, .. } if source.kind == HttpErrorKind::Host("127.0.0.1".to_owned())),
        "{error}"
    );
    assert!(server.seen().is_empty());

    let elsewhere = url.to_string().replace("127.0.0.1", "localhost");
    let (_server, url) = serve([Reply::new(302, &[("location", &elsewhere)], "")]).await;
    let redirected = SourceRequest {
        allowed_hosts: vec!["127.0.0.1".to_owned()],
        ..web(&url)
    };
    let error = world.fetch(&redirected).await.unwrap_err();
    assert!(
        error
            .hint()
            .is_some_and(|hint| hint.contains("allowed_hosts")),
        "{error}"
    );
    assert_eq!(error.fault(), Fault::Operator);
    assert_eq!(world.snapshots("ij").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_may_run_in_a_task_of_its_own() {
    let world = World::new().await;
    let (_server, url) = serve([Reply::ok(CSV), Reply::ok(CSV)]).await;
    let requests = ["a", "b"].map(|id| SourceRequest {
        id: id.parse().unwrap(),
        ..web(&url)
    });
    let World { fetcher, lock, .. } = world;
    let results = tokio::spawn(async move { fetcher.fetch(&requests, &lock).await })
        .await
        .unwrap();
    let ids: Vec<_> = results
        .iter()
        .map(|result| result.as_ref().unwrap().id.as_str())
        .collect();
    assert_eq!(ids, ["a", "b"]);
}

#[tokio::test]
async fn a_key_in_an_address_is_not_recorded() {
    let mut world = World::new().await;
    let (server, _) = serve([Reply::ok(CSV)]).await;
    let fetched = world
        .fetch(&web(&server.url("/data.csv?apikey=hunter2")))
        .await
        .unwrap();
    assert!(!world.lock.to_text().contains("hunter2"));
    assert!(
        !fetched
            .artefact
            .manifest()
            .origin
            .as_ref()
            .unwrap()
            .url
            .contains("hunter2")
    );
}
