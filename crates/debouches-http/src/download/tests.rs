use super::*;
use crate::testing::{Reply, ScriptedServer, instant_client};
use crate::{Policy, Secret};

async fn get(
    script: impl IntoIterator<Item = Reply>,
    change: impl FnOnce(&mut GetRequest),
) -> (Result<Downloaded, HttpError>, Vec<u8>, ScriptedServer) {
    let server = ScriptedServer::start(script).await;
    let (client, _) = instant_client(Policy {
        attempts: 2,
        ..Policy::default()
    });
    let mut request = GetRequest::new(server.url("/f.csv"), 1000);
    change(&mut request);
    let mut sink = Vec::new();
    let result = client.download(&request, &mut sink, &mut |_, _| {}).await;
    (result, sink, server)
}

fn raw(text: &str) -> Reply {
    Reply::Raw(text.as_bytes().to_vec())
}

#[tokio::test]
async fn a_short_body_is_read_again_from_the_start() {
    let short = raw("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabcd");
    let whole = Reply::new(
        200,
        &[("etag", "\"v1\""), ("content-type", "text/csv")],
        "abcdefghij",
    );
    let (result, sink, server) = get([short, whole], |_| {}).await;
    let Downloaded::Body {
        bytes,
        etag,
        content_type,
        final_url,
        ..
    } = result.unwrap()
    else {
        panic!("no body")
    };
    assert_eq!(
        (bytes, etag.as_deref(), content_type.as_deref()),
        (10, Some("\"v1\""), Some("text/csv"))
    );
    assert_eq!(
        (sink.as_slice(), final_url),
        (b"abcdefghij".as_slice(), server.url("/f.csv").to_string())
    );
}

#[tokio::test]
async fn bodies_that_stay_short_are_refused_with_and_without_a_length() {
    let (result, ..) = get(
        (0..2).map(|_| raw("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabcd")),
        |_| {},
    )
    .await;
    assert_eq!(
        result.unwrap_err().kind,
        HttpErrorKind::Short {
            expected: Some(10),
            found: 4
        }
    );
    let cut = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nabcd\r\n9\r\nab";
    let (result, ..) = get((0..2).map(|_| raw(cut)), |_| {}).await;
    let error = result.unwrap_err();
    assert!(
        matches!(error.kind, HttpErrorKind::Short { expected: None, .. }),
        "{error}"
    );
    assert_eq!(error.attempts(), 2);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_announced_or_not_and_not_read_again() {
    let long = "x".repeat(1001);
    let (result, _, server) = get([Reply::ok(&long)], |_| {}).await;
    assert_eq!(
        result.unwrap_err().kind,
        HttpErrorKind::TooLarge { max: 1000 }
    );
    assert_eq!(server.seen().len(), 1);
    let unannounced =
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3e9\r\n{long}\r\n0\r\n\r\n");
    let (result, sink, _) = get([raw(&unannounced)], |_| {}).await;
    assert_eq!(
        result.unwrap_err().kind,
        HttpErrorKind::TooLarge { max: 1000 }
    );
    assert!(sink.len() <= 1000);
}

#[tokio::test]
async fn unchanged_bytes_are_not_sent_again() {
    let (result, _, server) = get([Reply::new(304, &[], "")], |request| {
        request.etag = Some("\"v1\"".to_owned());
        request.last_modified = Some("Mon, 23 Nov 2026 10:00:30 GMT".to_owned());
    })
    .await;
    assert_eq!(result.unwrap(), Downloaded::NotModified);
    assert_eq!(server.seen()[0].header("if-none-match"), Some("\"v1\""));
    assert_eq!(
        server.seen()[0].header("if-modified-since"),
        Some("Mon, 23 Nov 2026 10:00:30 GMT")
    );
}

#[tokio::test]
async fn a_redirect_is_followed_and_carries_no_key_to_the_other_host() {
    let other = ScriptedServer::start([Reply::ok("abc")]).await;
    let hop = Reply::new(
        302,
        &[("location", other.url("/g?signature=s").as_str())],
        "",
    );
    let (result, sink, server) = get([hop], |request| {
        request.secrets = vec![SecretHeader {
            name: "x-api-key",
            secret: Secret::new("k"),
        }];
        request.headers = vec![("accept".to_owned(), "text/csv".to_owned())];
    })
    .await;
    let Downloaded::Body { final_url, .. } = result.unwrap() else {
        panic!("no body")
    };
    assert!(final_url.ends_with("/g?signature=…"), "{final_url}");
    assert_eq!(sink, b"abc");
    assert_eq!(server.seen()[0].header("x-api-key"), Some("k"));
    assert_eq!(other.seen()[0].header("x-api-key"), None);
    assert_eq!(other.seen()[0].header("accept"), Some("text/csv"));
}

#[tokio::test]
async fn a_loop_of_redirects_ends() {
    let (result, _, server) = get(
        (0..20).map(|_| Reply::new(302, &[("location", "/f.csv")], "")),
        |_| {},
    )
    .await;
    assert!(matches!(
        result.unwrap_err().kind,
        HttpErrorKind::Redirect { .. }
    ));
    assert_eq!(server.seen().len(), 11);
}

#[tokio::test]
async fn other_statuses_are_errors_by_meaning_and_leave_the_sink_alone() {
    let cases = [
        (401, HttpErrorKind::Unauthorized(401)),
        (404, HttpErrorKind::NotFound),
        (410, HttpErrorKind::Gone),
        (206, HttpErrorKind::Status(206)),
        (204, HttpErrorKind::Status(204)),
    ];
    for (status, kind) in cases {
        let (result, sink, _) = get([Reply::new(status, &[], "")], |_| {}).await;
        assert_eq!(result.unwrap_err().kind, kind);
        assert!(sink.is_empty());
    }
}

#[tokio::test]
async fn a_compressed_body_that_was_not_asked_for_is_refused() {
    let (result, ..) = get(
        [Reply::new(200, &[("content-encoding", "gzip")], "x")],
        |_| {},
    )
    .await;
    assert_eq!(
        result.unwrap_err().kind,
        HttpErrorKind::Encoded("gzip".to_owned())
    );
}

#[tokio::test]
async fn a_body_that_stops_coming_times_out() {
    let server = ScriptedServer::start([Reply::Silence]).await;
    let (client, _) = instant_client(Policy {
        attempts: 1,
        total: std::time::Duration::from_millis(50),
        ..Policy::default()
    });
    let result = client
        .download(
            &GetRequest::new(server.url("/"), 10),
            &mut Vec::new(),
            &mut |_, _| {},
        )
        .await;
    assert_eq!(result.unwrap_err().kind, HttpErrorKind::Timeout);
}
