//! Buckets, played by the scripted server: a source in one, and a state in another.

use std::collections::BTreeMap;

use debouches_fetch::{Address, Outcome};
use debouches_http::testing::{Reply, ScriptedServer};
use debouches_model::Fault;
use debouches_store::{Store, StoreEnv};

use crate::harness::{CSV, World, request, text};

fn aws(server: &ScriptedServer) -> BTreeMap<String, String> {
    let endpoint = server.url("/").to_string();
    let settings = [
        ("AWS_ENDPOINT", endpoint.trim_end_matches('/')),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "eu-west-3"),
    ];
    settings
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

const DATE: (&str, &str) = ("last-modified", "Mon, 23 Nov 2026 10:00:00 GMT");

#[tokio::test]
async fn an_object_is_a_source_asked_again_by_its_etag() {
    let mut world = World::new().await;
    let refused = Reply::new(403, &[], "<Error><Code>AccessDenied</Code></Error>");
    let found = Reply::new(200, &[("etag", "\"1\""), DATE], CSV);
    let server = ScriptedServer::start([
        found,
        Reply::new(304, &[("etag", "\"1\""), DATE], ""),
        refused,
    ])
    .await;
    world.fetcher.aws = aws(&server);
    let request = request("ij", &Address::new("file", "s3://data/in/ij.csv"));

    let fetched = world.fetch(&request).await.unwrap();
    assert_eq!(
        (text(&fetched).await.as_str(), fetched.entry.url.as_str()),
        (CSV, "s3://data/in/ij.csv")
    );
    assert_eq!(server.seen()[0].path, "/data/in/ij.csv");
    assert_eq!(
        world.fetch(&request).await.unwrap().outcome,
        Outcome::Unchanged
    );
    assert_eq!(server.seen()[1].header("if-none-match"), Some("\"1\""));
    assert_eq!(
        world.fetch(&request).await.unwrap_err().fault(),
        Fault::Permission
    );
}

#[tokio::test]
async fn a_state_in_a_bucket_puts_the_manifest_last_and_only_if_absent() {
    let mut world = World::new().await;
    let absent = || Reply::new(404, &[], "<Error><Code>NoSuchKey</Code></Error>");
    let put = || Reply::new(200, &[("etag", "\"1\"")], "");
    let server = ScriptedServer::start([absent(), absent(), absent(), put(), put()]).await;
    let env = StoreEnv {
        aws: aws(&server),
        ..StoreEnv::new("run-1")
    };
    world.fetcher.store = Store::open("s3://data/state", world.base(), &env)
        .await
        .unwrap();
    world.file("ij.csv", CSV);
    let fetched = world.fetch(&world.local("ij.csv")).await.unwrap();

    let folder = format!("/data/state/{}", fetched.artefact.key());
    let puts: Vec<_> = server
        .seen()
        .into_iter()
        .filter(|seen| seen.method == "PUT")
        .collect();
    let paths: Vec<_> = puts.iter().map(|seen| seen.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            format!("{folder}/ij.csv"),
            format!("{folder}/manifest.json")
        ]
    );
    assert!(
        puts.iter()
            .all(|seen| seen.header("if-none-match") == Some("*"))
    );
    assert_eq!(puts[0].body, CSV.as_bytes());
}
