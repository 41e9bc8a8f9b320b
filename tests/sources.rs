//! Sources that fail: the right exit code, and what was there stays.

use debouches_http::testing::{Reply, ScriptedServer};

use crate::harness::{PipelineTest, fixture};

fn config(url: &str) -> String {
    format!(
        "[[source]]\nid = \"s\"\nkind = \"http\"\nurl = \"{url}\"\ntable = \"ij_cfa_etablissement\"\n\
         [[dataset]]\nid = \"d\"\ntables = [\"ij_cfa_etablissement\"]\nlicence = \"lov2\"\nfrequency = \"annual\"\n"
    )
}

/// Runs the pipeline against a server that gives these answers, one after the other.
fn fetch_from(replies: Vec<Reply>) -> (PipelineTest, crate::harness::Ran) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = runtime.block_on(ScriptedServer::start(replies));
    let test = PipelineTest::with_config(&config(server.url("/data.csv").as_str()));
    let ran = test.run(&["run", "--to", "validate"]);
    (test, ran)
}

fn body() -> Vec<u8> {
    std::fs::read(fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv")).unwrap()
}

#[test]
fn a_file_on_the_web_is_read() {
    let (test, ran) = fetch_from(vec![Reply::new(200, &[("ETag", "\"1\"")], body())]);
    ran.expect_exit(0);
    let lock = std::fs::read_to_string(test.path("pipeline.lock")).unwrap();
    assert!(
        lock.contains("etag = ") && lock.contains("sha256 = "),
        "{lock}"
    );
}

#[test]
fn a_page_of_html_is_no_snapshot() {
    let (test, ran) = fetch_from(vec![Reply::ok(
        b"<!DOCTYPE html><html><body>Erreur</body></html>",
    )]);
    ran.expect_exit(3).expect_told("html");
    assert!(!test.path("pipeline.lock").exists());
}

#[test]
fn a_missing_page_is_a_mistake_of_the_configuration() {
    let (_, ran) = fetch_from(vec![Reply::new(404, &[], "")]);
    ran.expect_exit(2).expect_told("/data.csv");
}

#[test]
fn a_missing_file_is_named() {
    let config = config("x").replace("http", "file");
    let test = PipelineTest::with_config(&config.replace("\"x\"", "\"nowhere.csv\""));
    test.run(&["fetch"])
        .expect_exit(2)
        .expect_told("nowhere.csv");
}

#[test]
fn offline_uses_the_snapshot_and_locked_refuses_other_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.csv");
    std::fs::write(&file, body()).unwrap();
    let test = PipelineTest::one_table("ij_cfa_etablissement", &file);
    test.run(&["run", "--to", "validate"]).expect_exit(0);
    test.run(&["run", "--to", "validate", "--locked", "--offline"])
        .expect_exit(0);
    let mut changed = body();
    changed.extend_from_slice(b"\r\n");
    std::fs::write(&file, changed).unwrap();
    test.run(&["fetch", "--locked"])
        .expect_exit(3)
        .expect_told("sha256");
}

#[test]
fn a_server_that_fails_is_an_outage_and_the_former_snapshot_stays() {
    let down = || Reply::new(503, &[("Retry-After", "0")], "");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = runtime.block_on(ScriptedServer::start(
        std::iter::once(Reply::ok(body())).chain((0..5).map(|_| down())),
    ));
    let test = PipelineTest::with_config(&config(server.url("/data.csv").as_str()));
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let (releases, lock) = (
        test.releases(),
        std::fs::read(test.path("pipeline.lock")).unwrap(),
    );
    test.run(&["run", "--to", "package"])
        .expect_exit(75)
        .expect_told("503");
    assert_eq!(test.releases(), releases);
    assert_eq!(std::fs::read(test.path("pipeline.lock")).unwrap(), lock);
    test.run(&["run", "--to", "package", "--offline"])
        .expect_exit(0)
        .expect_told("nothing to do");
}
