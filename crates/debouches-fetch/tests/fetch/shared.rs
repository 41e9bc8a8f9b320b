//! Several sources in one body, such as the files of an archive.

use std::io::Write as _;

use debouches_fetch::{Address, FetchError, Outcome, SourceRequest};
use debouches_http::testing::{Reply, ScriptedServer};
use debouches_model::Fault;

use crate::harness::{CSV, NEWER, World, request};

fn archive(members: &[&str]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in members {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(*name, options).unwrap();
        writer.write_all(CSV.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const MEMBERS: [&str; 4] = [
    "unix_referentiel_code_rome_v461_utf8.csv",
    "unix_referentiel_appellation_v461_utf8.csv",
    "__MACOSX/._unix_referentiel_code_rome_v461_utf8.csv",
    ".DS_Store",
];

fn source(server: &ScriptedServer, id: &str, member: &str) -> SourceRequest {
    SourceRequest {
        member: Some(member.to_owned()),
        ..request(id, &Address::new("http", server.url("/csv").as_str()))
    }
}

#[tokio::test]
async fn an_archive_is_received_once_for_all_the_sources_that_it_holds() {
    let mut world = World::new().await;
    let zip = archive(&MEMBERS);
    let server = ScriptedServer::start([
        Reply::new(200, &[("etag", "\"1\"")], &zip),
        Reply::new(304, &[], ""),
    ])
    .await;
    let requests = [
        source(&server, "rome", "*_code_rome_v*_utf8.csv"),
        source(&server, "appellation", "*_appellation_v*_utf8.csv"),
    ];
    for outcome in [Outcome::New, Outcome::Unchanged] {
        let results = world.fetcher.fetch(&requests, &world.lock).await;
        for result in results {
            let fetched = result.unwrap();
            assert_eq!(fetched.outcome, outcome);
            world.lock.note(&fetched);
        }
    }
    assert_eq!(server.seen().len(), 2);
    let entries: Vec<_> = world.lock.sources.values().collect();
    assert_eq!(entries[0].sha256, entries[1].sha256);
    assert_eq!(entries[1].etag.as_deref(), Some("\"1\""));
}

#[tokio::test]
async fn a_pattern_must_describe_one_file_and_another_source_is_read_all_the_same() {
    let world = World::new().await;
    let zip = archive(&MEMBERS);
    let server = ScriptedServer::start([Reply::ok(&zip), Reply::ok(&zip), Reply::ok(&zip)]).await;
    let requests = [
        source(&server, "several", "unix_*.csv"),
        source(&server, "none", "*_v5??_*.csv"),
        source(&server, "rome", "*_code_rome_*"),
    ];
    let results = world.fetcher.fetch(&requests, &world.lock).await;
    for result in &results[..2] {
        let error = result.as_ref().unwrap_err();
        assert!(matches!(error, FetchError::Packed { .. }), "{error}");
        assert_eq!(error.fault(), Fault::Operator);
    }
    assert!(results[2].is_ok());
}

#[tokio::test]
async fn sources_of_other_addresses_are_read_each_on_its_own() {
    let world = World::new().await;
    let server = ScriptedServer::start([Reply::ok(CSV), Reply::ok(NEWER)]).await;
    let requests = ["2025", "2026"].map(|session| {
        let url = server.url(&format!("/x.csv?session={session}"));
        request(&format!("s{session}"), &Address::new("http", url.as_str()))
    });
    let results = world.fetcher.fetch(&requests, &world.lock).await;
    let digests: Vec<_> = results
        .iter()
        .map(|result| result.as_ref().unwrap().entry.sha256)
        .collect();
    assert_ne!(digests[0], digests[1]);
}
