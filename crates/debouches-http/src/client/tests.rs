use std::sync::Arc;
use std::time::Duration;

use crate::testing::{Reply, ScriptedServer, instant_client};
use crate::{
    Body, Client, ClientError, ClientOptions, FileSource, HttpErrorKind, Method, Multipart,
    Outcome, Policy, Request, Secret,
};

fn seconds(list: &[u64]) -> Vec<Duration> {
    list.iter().copied().map(Duration::from_secs).collect()
}

fn long_waits(pace: &crate::testing::InstantPace) -> Vec<Duration> {
    pace.waits()
        .into_iter()
        .filter(|wait| *wait >= Duration::from_secs(1))
        .collect()
}

#[tokio::test]
async fn a_read_is_repeated_until_it_succeeds_and_names_us() {
    let server = ScriptedServer::start([
        Reply::new(503, &[], ""),
        Reply::Drop,
        Reply::ok("{\"a\":1}"),
    ])
    .await;
    let (client, pace) = instant_client(Policy::default());
    let answer = client.send(&Request::get(server.url("/x"))).await.unwrap();
    assert_eq!((answer.status(), answer.attempts()), (200, 3));
    assert_eq!(answer.json::<serde_json::Value>().unwrap()["a"], 1);
    assert_eq!(
        pace.waits(),
        [Duration::from_millis(250), Duration::from_millis(500)]
    );
    let agent = server.seen()[0].header("user-agent").unwrap().to_owned();
    assert!(
        agent.starts_with("debouches/") && agent.ends_with(" (+https://example.org/contact)"),
        "{agent}"
    );
}

#[tokio::test]
async fn retry_after_is_obeyed_in_seconds_and_as_a_date() {
    let date = "Mon, 23 Nov 2026 10:00:30 GMT";
    let script = [
        Reply::new(429, &[("retry-after", "7")], ""),
        Reply::new(503, &[("retry-after", date)], ""),
        Reply::ok(""),
    ];
    let server = ScriptedServer::start(script).await;
    let (client, pace) = instant_client(Policy::default());
    assert_eq!(
        client
            .send(&Request::get(server.url("/")))
            .await
            .unwrap()
            .status(),
        200
    );
    assert_eq!(long_waits(&pace), seconds(&[7, 23]));
}

#[tokio::test]
async fn a_longer_wait_than_our_cap_ends_the_call_instead_of_being_shortened() {
    let server = ScriptedServer::start([Reply::new(
        429,
        &[("retry-after", "99999999999999999999")],
        "",
    )])
    .await;
    let (client, pace) = instant_client(Policy::default());
    let error = client
        .send(&Request::get(server.url("/")))
        .await
        .unwrap()
        .into_success()
        .err()
        .unwrap();
    assert!(matches!(
        error.kind,
        HttpErrorKind::RateLimited {
            retry_after: Some(_)
        }
    ));
    assert_eq!((error.attempts(), pace.waits().len()), (1, 0));
}

#[tokio::test]
async fn a_write_with_a_lost_answer_is_not_repeated_and_its_outcome_is_unknown() {
    let server = ScriptedServer::start([Reply::Drop, Reply::ok("")]).await;
    let (client, _) = instant_client(Policy::default());
    let error = client
        .send(&Request::new(Method::Post, server.url("/?api_key=hush")).json("x"))
        .await
        .err()
        .unwrap();
    assert_eq!((error.outcome(), error.attempts()), (Outcome::Unknown, 1));
    assert!(
        error
            .to_string()
            .contains("?api_key=…: connection lost (1 attempt in"),
        "{error}"
    );
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_write_is_repeated_when_the_server_says_to_come_back() {
    let script = [
        Reply::new(503, &[("retry-after", "1")], ""),
        Reply::new(503, &[], ""),
        Reply::ok(""),
    ];
    let server = ScriptedServer::start(script).await;
    let (client, _) = instant_client(Policy::default());
    let answer = client
        .send(&Request::new(Method::Post, server.url("/")).json("x"))
        .await
        .unwrap();
    assert_eq!((answer.status(), answer.attempts()), (503, 2));
}

#[tokio::test]
async fn a_refused_connection_is_tried_again_and_reported_with_the_effort() {
    let url = { ScriptedServer::start([]).await.url("/") };
    tokio::task::yield_now().await;
    let (client, _) = instant_client(Policy {
        attempts: 3,
        ..Policy::default()
    });
    let error = client
        .send(&Request::new(Method::Post, url))
        .await
        .err()
        .unwrap();
    assert_eq!(
        (error.kind.clone(), error.outcome(), error.attempts()),
        (HttpErrorKind::Connect, Outcome::NotSent, 3)
    );
}

#[tokio::test]
async fn attempts_stop_with_the_time_allowed() {
    let server =
        ScriptedServer::start((0..9).map(|_| Reply::new(503, &[("retry-after", "50")], ""))).await;
    let (client, _) = instant_client(Policy {
        attempts: 9,
        total: Duration::from_secs(120),
        ..Policy::default()
    });
    assert_eq!(
        client
            .send(&Request::get(server.url("/")))
            .await
            .unwrap()
            .attempts(),
        3
    );
}

#[tokio::test]
async fn a_silent_server_times_out() {
    let server = ScriptedServer::start([Reply::Silence]).await;
    let short = Duration::from_millis(40);
    let (client, _) = instant_client(Policy {
        attempts: 1,
        connect: short,
        answer: short,
        ..Policy::default()
    });
    let error = client
        .send(&Request::get(server.url("/")))
        .await
        .err()
        .unwrap();
    assert_eq!(error.kind, HttpErrorKind::Timeout);
}

#[tokio::test]
async fn requests_to_one_host_are_spaced_across_clones() {
    let server = ScriptedServer::start((0..3).map(|_| Reply::ok(""))).await;
    let (client, pace) = instant_client(Policy {
        requests_per_second: 2.0,
        ..Policy::default()
    });
    for _ in 0..3 {
        client
            .clone()
            .send(&Request::get(server.url("/")))
            .await
            .unwrap();
    }
    assert_eq!(
        pace.waits(),
        [Duration::from_millis(500), Duration::from_millis(500)]
    );
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_the_key_stays_here() {
    let elsewhere = ScriptedServer::start([Reply::ok("")]).await;
    let script = [Reply::new(
        308,
        &[("location", elsewhere.url("/").as_str())],
        "",
    )];
    let server = ScriptedServer::start(script).await;
    let (client, _) = instant_client(Policy::default());
    let answer = client
        .send(&Request::get(server.url("/")).secret("x-api-key", &Secret::new("k")))
        .await
        .unwrap();
    assert_eq!(answer.status(), 308);
    assert_eq!(server.seen()[0].header("x-api-key"), Some("k"));
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_form_with_a_file_is_streamed_with_its_length_and_opened_again_for_a_second_attempt() {
    let folder = std::env::temp_dir().join(format!("debouches-http-{}", std::process::id()));
    let bytes: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    std::fs::write(&folder, &bytes).unwrap();
    let source = Arc::new(FileSource {
        path: folder.clone(),
        offset: 1000,
        length: 299_000,
    });
    let server = ScriptedServer::start([Reply::new(429, &[], ""), Reply::ok("")]).await;
    let (client, _) = instant_client(Policy::default());
    let body = Multipart::new()
        .file("file", "a.csv", "text/csv", source)
        .into_body();
    client
        .send(&Request::new(Method::Post, server.url("/")).body(body))
        .await
        .unwrap();
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].body, seen[1].body);
    assert!(
        seen[1]
            .body
            .windows(20)
            .any(|window| window == &bytes[1000..1020])
    );
    assert_eq!(seen[1].header("transfer-encoding"), None);
    std::fs::remove_file(folder).unwrap();
}

#[tokio::test]
async fn a_file_that_shrank_is_our_fault_and_nothing_was_applied() {
    let path = std::env::temp_dir().join(format!("debouches-http-short-{}", std::process::id()));
    std::fs::write(&path, "abc").unwrap();
    let server = ScriptedServer::start([Reply::ok("")]).await;
    let (client, _) = instant_client(Policy::default());
    let source = Arc::new(FileSource {
        path: path.clone(),
        offset: 0,
        length: 10,
    });
    let body = Body::Stream {
        source,
        media_type: "text/csv".to_owned(),
    };
    let error = client
        .send(&Request::new(Method::Post, server.url("/")).body(body))
        .await
        .err()
        .unwrap();
    assert_eq!(
        (error.kind.clone(), error.outcome()),
        (HttpErrorKind::Source, Outcome::NotSent)
    );
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_contact_that_no_header_can_carry_is_refused() {
    assert!(matches!(
        Client::new(ClientOptions::new("é\n")),
        Err(ClientError::Contact(_))
    ));
}
