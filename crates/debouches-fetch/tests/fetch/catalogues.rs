//! Sources that ask a catalogue first: Opendatasoft portals and data.gouv.fr.

use debouches_fetch::{Address, FetchError, HeadingCheck, Outcome, SourceRequest};
use debouches_http::testing::{Reply, ScriptedServer};
use debouches_model::Fault;

use crate::harness::{CSV, NEWER, World, request, text};

const ENTRY: &str = "/api/explore/v2.1/catalog/datasets/fr-en-cfa";

/// What a portal answers of a dataset: its columns, its state, how many records it has.
fn entry(processed: &str, records: u64) -> Reply {
    Reply::ok(format!(
        r#"{{"dataset_id": "fr-en-cfa", "fields": [{{"name": "uai", "label": "UAI", "type": "text"}},
            {{"name": "taux", "label": "Taux", "type": "int"}}],
            "metas": {{"default": {{"title": "CFA", "modified": "2026-01-16T00:00:00+00:00",
            "data_processed": "{processed}", "records_count": {records}}}}}}}"#
    ))
}

async fn portal(script: impl IntoIterator<Item = Reply>) -> (ScriptedServer, SourceRequest) {
    let server = ScriptedServer::start(script).await;
    let address = Address {
        dataset: Some("fr-en-cfa".to_owned()),
        ..Address::new("ods", server.url("/").as_str())
    };
    let request = request("ij", &address);
    (server, request)
}

fn paths(server: &ScriptedServer) -> Vec<String> {
    let seen = server.seen();
    seen.into_iter().map(|request| request.path).collect()
}

#[tokio::test]
async fn a_portal_is_read_by_its_export_and_nothing_is_downloaded_when_nothing_moved() {
    let mut world = World::new().await;
    let (server, request) = portal([
        entry("1", 1),
        Reply::ok(CSV),
        entry("1", 1),
        entry("2", 1),
        Reply::ok(NEWER),
    ])
    .await;
    let fetched = world.fetch(&request).await.unwrap();
    assert_eq!(fetched.body().path, "fr-en-cfa.csv");
    let export = format!("{ENTRY}/exports/csv?delimiter=%3B&use_labels=false&with_bom=true");
    assert_eq!(paths(&server), [ENTRY, &export]);

    let before = world.lock.to_text();
    let again = world.fetch(&request).await.unwrap();
    assert_eq!(again.outcome, Outcome::Unchanged);
    assert_eq!(world.lock.to_text(), before);
    assert_eq!(server.seen().len(), 3);

    let changed = world.fetch(&request).await.unwrap();
    assert_eq!(changed.outcome, Outcome::Changed);
    assert_eq!(text(&changed).await, NEWER);
}

#[tokio::test]
async fn columns_that_no_generation_has_are_told_before_the_download() {
    let mut world = World::new().await;
    let (server, mut request) = portal([entry("1", 1)]).await;
    let check = |headings: &[String]| Err(format!("no generation has {}", headings.join(";")));
    request.headings = Some(HeadingCheck::new(check));
    let error = world.fetch(&request).await.unwrap_err();
    assert_eq!(error.fault(), Fault::Data);
    assert!(
        error.to_string().contains("no generation has uai;taux"),
        "{error}"
    );
    assert_eq!(paths(&server), [ENTRY]);
}

#[tokio::test]
async fn a_body_with_fewer_records_than_announced_is_an_outage_and_the_last_snapshot_stays() {
    let mut world = World::new().await;
    let (_server, request) = portal([
        entry("1", 1),
        Reply::ok(CSV),
        entry("2", 3),
        Reply::ok("uai;taux\n0010856A;14\n"),
    ])
    .await;
    world.fetch(&request).await.unwrap();
    let before = world.lock.to_text();
    let error = world.fetch(&request).await.unwrap_err();
    assert!(
        matches!(
            error,
            FetchError::Records {
                received: 1,
                announced: 3,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(error.fault(), Fault::Outage);
    assert_eq!(world.lock.to_text(), before);
    assert_eq!(world.snapshots("ij").await, 1);
}

#[tokio::test]
async fn a_part_of_a_dataset_is_counted_by_the_portal() {
    let mut world = World::new().await;
    let server = ScriptedServer::start([
        entry("1", 40_000),
        Reply::ok(r#"{"total_count": 1, "results": []}"#),
        Reply::ok(CSV),
    ])
    .await;
    let address = Address {
        dataset: Some("fr-en-cfa".to_owned()),
        refine: vec!["annee:2026".to_owned()],
        ..Address::new("ods", server.url("/").as_str())
    };
    world.fetch(&request("ij", &address)).await.unwrap();
    assert_eq!(
        paths(&server)[1],
        format!("{ENTRY}/records?limit=0&refine=annee%3A2026")
    );
}

/// A dataset of data.gouv.fr, with `ORIGIN` standing for the address of the server.
fn dataset(resources: &[(&str, &str, &str)]) -> String {
    let resources: Vec<String> = resources
        .iter()
        .map(|(title, path, created)| {
            format!(
                r#"{{"id": "{title}", "title": "{title}", "url": "{path}", "created_at": "{created}", "last_modified": "{created}"}}"#
            )
        })
        .collect();
    format!(r#"{{"id": "5e", "resources": [{}]}}"#, resources.join(","))
}

fn rncp(server: &ScriptedServer) -> SourceRequest {
    let address = Address {
        dataset: Some("5eebbc067a14b6fecc9c9976".to_owned()),
        title: Some("export-fiches-csv-*.csv".to_owned()),
        ..Address::new("data-gouv", server.url("/").as_str())
    };
    request("rncp", &address)
}

#[tokio::test]
async fn the_newest_file_whose_title_matches_is_read_once() {
    let mut world = World::new().await;
    let day = [
        (
            "export-fiches-csv-2026-11-22.csv",
            "/22.csv",
            "2026-11-22T01:00:00",
        ),
        (
            "export-fiches-csv-2026-11-23.csv",
            "/23.csv",
            "2026-11-23T01:00:00",
        ),
        (
            "export-blocs-2026-11-24.csv",
            "/24.csv",
            "2026-11-24T01:00:00",
        ),
    ];
    let server = ScriptedServer::start([
        Reply::ok(dataset(&day)),
        Reply::ok(CSV),
        Reply::ok(dataset(&day)),
        Reply::ok(dataset(&day[2..])),
    ])
    .await;
    let fetched = world.fetch(&rncp(&server)).await.unwrap();
    assert_eq!(
        paths(&server),
        ["/api/1/datasets/5eebbc067a14b6fecc9c9976/", "/23.csv"]
    );
    assert_eq!(
        fetched.entry.final_url.as_deref(),
        Some(server.url("/23.csv").as_str())
    );
    let again = world.fetch(&rncp(&server)).await.unwrap();
    assert_eq!(again.outcome, Outcome::Unchanged);
    assert_eq!(server.seen().len(), 3);
    let error = world.fetch(&rncp(&server)).await.unwrap_err();
    assert_eq!(error.fault(), Fault::Operator);
    assert!(
        error.to_string().contains("export-blocs-2026-11-24.csv"),
        "{error}"
    );
}

#[tokio::test]
async fn a_dataset_that_was_harvested_is_read_at_its_origin() {
    let mut world = World::new().await;
    let harvest = |url: &str| {
        Reply::ok(format!(
            r#"{{"resources": [], "harvest": {{"remote_id": "fr-en-cfa", "remote_url": "{url}"}}}}"#
        ))
    };
    let server = ScriptedServer::start([
        harvest("/explore/dataset/fr-en-cfa/"),
        entry("1", 1),
        Reply::ok(CSV),
        Reply::ok(r#"{"resources": []}"#),
    ])
    .await;
    let address = Address {
        dataset: Some("insertion-des-lyceens".to_owned()),
        harvested: true,
        ..Address::new("data-gouv", server.url("/").as_str())
    };
    let request = request("ij", &address);
    let fetched = world.fetch(&request).await.unwrap();
    assert_eq!(text(&fetched).await, CSV);
    assert_eq!(paths(&server)[1], ENTRY);
    let error = world.fetch(&request).await.unwrap_err();
    assert!(matches!(error, FetchError::NotHarvested { .. }), "{error}");
}

#[tokio::test]
async fn a_page_of_maintenance_is_an_outage_where_data_came_before() {
    let mut world = World::new().await;
    let page = || Reply::ok("<!DOCTYPE html><html>Maintenance</html>");
    let server = ScriptedServer::start([page(), Reply::ok(CSV), page()]).await;
    let address = Address {
        method: Some("POST".to_owned()),
        query: [("n".to_owned(), "N_MEF".to_owned())].into(),
        ..Address::new("http", server.url("/export").as_str())
    };
    let request = request("bcn", &address);
    let error = world.fetch(&request).await.unwrap_err();
    assert_eq!(error.fault(), Fault::Data);
    assert!(error.hint().is_some_and(|hint| hint.contains("browser")));
    world.fetch(&request).await.unwrap();
    assert_eq!(
        world.fetch(&request).await.unwrap_err().fault(),
        Fault::Outage
    );
    let seen = server.seen();
    assert_eq!(
        (
            seen[0].method.as_str(),
            seen[0].path.as_str(),
            seen[0].header("content-length")
        ),
        ("POST", "/export?n=N_MEF", Some("0"))
    );
}

#[tokio::test]
async fn the_beginning_of_a_body_from_another_host_is_not_shown() {
    let mut world = World::new().await;
    let inner = ScriptedServer::start([Reply::ok("<secret of another host>")]).await;
    let elsewhere = inner.url("/latest/meta-data").to_string();
    let server = ScriptedServer::start([Reply::new(302, &[("location", &elsewhere)], "")]).await;
    let request = request("ij", &Address::new("http", server.url("/x").as_str()));
    let error = world.fetch(&request).await.unwrap_err();
    assert!(matches!(error, FetchError::NotData { .. }), "{error}");
    assert!(
        !error.to_string().contains("secret of another host"),
        "{error}"
    );
}
