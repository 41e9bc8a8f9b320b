//! The battery against a real portal, which `tests/udata/start.sh` starts:
//! `UDATA_CREDENTIALS=<state>/credentials.json cargo test -p debouches-udata --features conformance -- --ignored`.
#![cfg(feature = "conformance")]
#![expect(clippy::print_stderr, reason = "the list of checks is the report")]

use serde_json::Value;

#[tokio::test]
#[ignore = "needs a running portal"]
async fn a_real_portal_does_what_we_think() {
    let path = std::env::var("UDATA_CREDENTIALS").expect("UDATA_CREDENTIALS names the credentials of a running portal");
    let text = std::fs::read_to_string(path).unwrap();
    let known: Value = serde_json::from_str(&text).unwrap();
    let get = |pointer: &str| known.pointer(pointer).and_then(Value::as_str).unwrap();
    let (key, outsider) = (get("/keys/editor"), get("/keys/outsider"));
    let done = debouches_udata::conformance::run(get("/base_url"), key, Some(outsider), get("/organization")).await;
    let done = done.unwrap_or_else(|error| panic!("{error}"));
    done.iter().for_each(|name| eprintln!("{name}"));
    assert!(done.len() > 40, "only {} checks: {done:#?}", done.len());
}
