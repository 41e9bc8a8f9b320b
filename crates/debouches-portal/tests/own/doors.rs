//! What is refused before anything is read of it.

use std::time::Duration;

use debouches_http::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::visitor::Visitor;

struct Raw(TcpStream);

impl Raw {
    async fn send(visitor: &Visitor, text: &str) -> Self {
        let address = visitor.portal.base_url().replace("http://", "");
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let text = text.replace("{host}", &address);
        stream.write_all(text.as_bytes()).await.unwrap();
        Self(stream)
    }

    /// What was answered until the portal ended the connection.
    async fn answer(mut self) -> String {
        let mut bytes = Vec::new();
        // A connection that is cut has said all that it will.
        if let Err(error) = self.0.read_to_end(&mut bytes).await {
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

// The clock stands still and jumps to the next timer when everybody waits: five seconds last no time.
#[tokio::test(start_paused = true)]
async fn a_request_that_does_not_come_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let visitor = Visitor::open(folder.path()).await;
    let start = tokio::time::Instant::now();
    let head = Raw::send(&visitor, "GET / HTTP/1.1\r\nHost: {ho").await;
    assert!(!head.answer().await.contains(" 200 "));
    let key = visitor.portal.api_key().to_owned();
    let body = format!(
        "POST /api/1/datasets/ HTTP/1.1\r\nHost: {{host}}\r\nX-API-KEY: {key}\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{{"
    );
    let answer = Raw::send(&visitor, &body).await.answer().await;
    assert!(!answer.contains(" 201 "), "{answer}");
    assert!(start.elapsed() < Duration::from_secs(60));
    // Somebody who says nothing does not keep the portal from stopping.
    let _silent = Raw::send(&visitor, "GET / HTTP/1.1\r\n").await;
    visitor.portal.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_body_without_a_key_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let visitor = Visitor::open(folder.path()).await;
    let head = "POST /api/1/datasets/ HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 629145600\r\n\r\n";
    // More than what is read and forgotten, much less than what is announced.
    let text = format!("{head}{}", " ".repeat(3 << 20));
    let answer = Raw::send(&visitor, &text).await.answer().await;
    assert!(answer.is_empty() || answer.contains(" 401 "), "{answer}");
}

#[tokio::test]
async fn a_text_over_a_mebibyte_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let visitor = Visitor::open(folder.path()).await;
    let text = json!({"title": "a", "description": "x".repeat(1 << 20)});
    let (status, _) = visitor.call(Method::Post, "/api/1/datasets/", &text).await;
    assert_eq!(status, 413);
}

#[tokio::test]
async fn another_host_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let visitor = Visitor::open(folder.path()).await;
    for (host, status) in [
        ("evil.example", " 421 "),
        ("evil.example:80", " 421 "),
        ("localhost:1", " 200 "),
        ("{host}", " 200 "),
    ] {
        let text = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = Raw::send(&visitor, &text).await.answer().await;
        assert!(answer.contains(status), "{host}: {answer}");
    }
}

#[tokio::test]
async fn the_aids_of_tests_answer_to_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let visitor = Visitor::open(folder.path()).await;
    assert_eq!(visitor.page("/_test/requests").await.0, 404);
}
