//! The InserJeunes API, in front of a server that replays its documented bodies.

use debouches_fetch::{Address, ApiAddress, ApiRoute, Expect, FetchError, SourceRequest};
use debouches_http::Secret;
use debouches_http::testing::{Reply, ScriptedServer};
use debouches_model::Fault;

use crate::harness::{World, request, text};

const TOKEN: &str = r#"{"access_token": "first"}"#;
const BODY: &str = r#""{\"data\": [{\"id_mesure\": \"nb_sortant\", \"valeur_mesure\": 20, \"dimensions\": [{\"id_mefstat11\": \"23830031212\"}]}]}""#;

async fn world(
    script: impl IntoIterator<Item = Reply>,
    codes: &[&str],
) -> (World, ScriptedServer, SourceRequest) {
    let mut world = World::new().await;
    for (name, value) in [("IJ_USER", "me"), ("IJ_PASSWORD", "hunter2")] {
        world
            .fetcher
            .secrets
            .insert(name.to_owned(), Secret::new(value));
    }
    let server = ScriptedServer::start(script).await;
    let api = ApiAddress {
        route: ApiRoute::Uai,
        vintages: vec!["2021_2022".to_owned()],
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        codes_file: None,
        username_env: "IJ_USER".to_owned(),
        password_env: "IJ_PASSWORD".to_owned(),
    };
    let address = Address {
        api: Some(api),
        ..Address::new("inserjeunes-api", server.url("/api/v1.0").as_str())
    };
    let mut request = request("ij", &address);
    request.expect = Expect::Json;
    (world, server, request)
}

#[tokio::test]
async fn answers_are_kept_as_received_one_on_each_line() {
    let no_data = Reply::new(400, &[], r#"{"msg": "UAI incorrect ou agricole"}"#);
    let (mut world, server, request) = world(
        [Reply::ok(TOKEN), Reply::ok(BODY), no_data],
        &["0751234J", "0010856A"],
    )
    .await;
    let fetched = world.fetch(&request).await.unwrap();
    let lines: Vec<serde_json::Value> = text(&fetched)
        .await
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (lines[0]["code"].as_str(), lines[0]["body"].as_str()),
        (Some("0751234J"), Some(BODY))
    );
    assert_eq!(
        (lines[1]["status"].as_u64(), lines[1]["millesime"].as_str()),
        (Some(400), Some("2021_2022"))
    );
    let seen = server.seen();
    assert_eq!(
        (seen[0].method.as_str(), seen[0].path.as_str()),
        ("POST", "/api/v1.0/login")
    );
    assert_eq!(
        (seen[0].header("username"), seen[0].header("password")),
        (Some("me"), Some("hunter2"))
    );
    assert_eq!(seen[1].path, "/api/v1.0/UAI/0751234J/millesime/2021_2022");
    assert_eq!(seen[1].header("authorization"), Some("Bearer first"));
    assert!(!world.lock.to_text().contains("hunter2"));
}

#[tokio::test]
async fn a_token_that_is_over_is_asked_again() {
    let second = Reply::ok(r#"{"access_token": "second"}"#);
    let script = [
        Reply::ok(TOKEN),
        Reply::new(401, &[], ""),
        second,
        Reply::ok(BODY),
    ];
    let (mut world, server, request) = world(script, &["0751234J"]).await;
    world.fetch(&request).await.unwrap();
    assert_eq!(
        server.seen()[3].header("authorization"),
        Some("Bearer second")
    );
}

#[tokio::test]
async fn v82_a_lost_connection_is_tried_again() {
    let (mut world, _server, request) = world(
        [Reply::ok(TOKEN), Reply::Drop, Reply::ok(BODY)],
        &["0751234J"],
    )
    .await;
    assert!(
        text(&world.fetch(&request).await.unwrap())
            .await
            .contains("nb_sortant")
    );
}

#[tokio::test]
async fn what_gives_no_answer_fails_and_says_whose_fault_it_is() {
    let (mut refused, _server, request) = world([Reply::new(401, &[], "")], &["0751234J"]).await;
    let error = refused.fetch(&request).await.unwrap_err();
    assert!(
        matches!(error, FetchError::Login { status: 401, .. }),
        "{error}"
    );
    assert_eq!(error.fault(), Fault::Permission);
    assert!(!error.to_string().contains("hunter2"));

    let (mut down, _server, request) = world(
        [
            Reply::ok(TOKEN),
            Reply::new(500, &[], ""),
            Reply::new(500, &[], ""),
        ],
        &["0751234J"],
    )
    .await;
    assert_eq!(
        down.fetch(&request).await.unwrap_err().fault(),
        Fault::Outage
    );

    let (mut forgotten, _server, request) = world([], &["0751234J"]).await;
    forgotten.fetcher.secrets.clear();
    let error = forgotten.fetch(&request).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read source ij: environment variable IJ_USER is not set"
    );
    assert_eq!(error.fault(), Fault::Permission);
}
