use super::*;
use crate::testing::{Reply, ScriptedServer, instant_client};
use crate::{Policy, Secret};

async fn get(
    script: impl IntoIterator<Item = Reply>,
    change: impl FnOnce(&mut FileRequest),
) -> (Result<Downloaded, HttpError>, Vec<u8>, ScriptedServer) {
    let server = ScriptedServer::start(script).await;
    let (client, _) = instant_client(Policy {
        attempts: 2,
        ..Policy::default()
    });
    let mut request = FileRequest::new(server.url("/f.csv"), 1000);
    change(&mut request);
    let mut sink = Vec::new();
    let result = client.download(&request, &mut sink, &mut |_, _| {}).await;
    (result, sink, server)
}

fn body(result: Result<Downloaded, HttpError>) -> Received {
    match result {
        Ok(Downloaded::Body(received)) => *received,
        other => panic!("no body: {other:?}"),
    }
}

fn gzip(text: &str) -> Vec<u8> {
    use std::io::Write as _;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

fn raw(text: &str) -> Reply {
    Reply::Raw(text.as_bytes().to_vec())
}

#[tokio::test]
async fn a_short_body_is_read_again_from_the_start() {
    let short = raw("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabcd");
    let complete = Reply::new(
        200,
        &[("etag", "\"v1\""), ("content-type", "text/csv")],
        "abcdefghij",
    );
    let (result, sink, server) = get([short, complete], |_| {}).await;
    let received = body(result);
    assert_eq!(
        (
            received.bytes,
            received.etag.as_deref(),
            received.content_type.as_deref()
        ),
        (10, Some("\"v1\""), Some("text/csv"))
    );
    assert_eq!(
        (sink.as_slice(), received.final_url),
        (b"abcdefghij".as_slice(), server.url("/f.csv").to_string())
    );
    assert!(received.has_end && !received.is_elsewhere);
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
            actual: 4
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
    let received = body(result);
    assert!(
        received.final_url.ends_with("/g?signature=…") && received.is_elsewhere,
        "{received:?}"
    );
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
async fn a_body_compressed_on_the_way_is_unpacked_and_another_word_changes_nothing() {
    for (encoding, sent) in [
        ("gzip", gzip("abc")),
        ("GZip", gzip("abc")),
        // Announced, and not so.
        ("gzip", b"abc".to_vec()),
        ("utf-8", b"abc".to_vec()),
        ("", b"abc".to_vec()),
        ("none", b"abc".to_vec()),
        ("aws-chunked", b"abc".to_vec()),
    ] {
        let script = [Reply::new(200, &[("content-encoding", encoding)], sent)];
        let (result, sink, server) = get(script, |_| {}).await;
        assert_eq!(body(result).bytes, 3, "{encoding}");
        assert_eq!(sink, b"abc", "{encoding}");
        assert_eq!(server.seen()[0].header("accept-encoding"), Some("identity"));
    }
}

#[tokio::test]
async fn a_compression_that_is_not_undone_a_cut_one_and_a_bomb_are_refused() {
    let encoded =
        |encoding, bytes: Vec<u8>| Reply::new(200, &[("content-encoding", encoding)], bytes);
    let (result, ..) = get([encoded("br", b"x".to_vec())], |_| {}).await;
    assert_eq!(
        result.unwrap_err().kind,
        HttpErrorKind::Encoded("br".to_owned())
    );
    let mut cut = gzip(&"abcdefgh".repeat(20));
    cut.truncate(cut.len() - 9);
    let (result, ..) = get((0..2).map(|_| encoded("gzip", cut.clone())), |_| {}).await;
    assert!(matches!(
        result.unwrap_err().kind,
        HttpErrorKind::Short { .. }
    ));
    let (result, sink, _) = get([encoded("gzip", gzip(&"a".repeat(5000)))], |_| {}).await;
    assert_eq!(
        result.unwrap_err().kind,
        HttpErrorKind::TooLarge { max: 1000 }
    );
    assert!(sink.len() <= 1000);
}

#[tokio::test]
async fn an_answer_in_preparation_is_waited_for_as_long_as_the_server_says() {
    let server = ScriptedServer::start([
        Reply::new(202, &[("retry-after", "7")], "{}"),
        Reply::new(202, &[], "{}"),
        Reply::ok("abc"),
    ])
    .await;
    let (client, pace) = instant_client(Policy::default());
    let mut sink = Vec::new();
    let request = FileRequest::new(server.url("/f.csv"), 1000);
    body(client.download(&request, &mut sink, &mut |_, _| {}).await);
    let waits: Vec<u64> = pace
        .waits()
        .iter()
        .map(|wait| wait.as_secs())
        .filter(|wait| *wait > 0)
        .collect();
    assert!(waits.contains(&7) && waits.contains(&5), "{waits:?}");

    let (result, ..) = get((0..2).map(|_| Reply::new(202, &[], "")), |_| {}).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind, HttpErrorKind::Pending { retry_after: None });
    assert!(error.is_outage());
}

#[tokio::test]
async fn a_form_is_sent_and_the_page_it_leads_to_is_read_without_it() {
    let hop = Reply::new(302, &[("location", "/g.csv")], "");
    let (result, sink, server) = get([hop, Reply::ok("abc")], |request| {
        request.method = Method::Post;
        request.etag = Some("\"v1\"".to_owned());
        request.body = Body::Bytes {
            bytes: "n=N_MEF".into(),
            media_type: "application/x-www-form-urlencoded".to_owned(),
        };
    })
    .await;
    body(result);
    assert_eq!(sink, b"abc");
    let seen = server.seen();
    assert_eq!(
        (seen[0].method.as_str(), seen[0].body.as_slice()),
        ("POST", b"n=N_MEF".as_slice())
    );
    assert_eq!(seen[0].header("if-none-match"), None);
    assert_eq!((seen[1].method.as_str(), seen[1].body.len()), ("GET", 0));
}

#[tokio::test]
async fn a_header_too_long_to_be_kept_is_dropped() {
    let long = format!("\"{}\"", "e".repeat(60_000));
    let (result, ..) = get([Reply::new(200, &[("etag", &long)], "abc")], |_| {}).await;
    assert_eq!(body(result).etag, None);
}

#[tokio::test]
async fn a_redirect_to_a_host_that_is_not_allowed_is_refused_before_it_is_asked() {
    let other = ScriptedServer::start([Reply::ok("abc")]).await;
    let elsewhere = other
        .url("/g")
        .to_string()
        .replace("127.0.0.1", "127.0.0.2");
    let hop = Reply::new(302, &[("location", &elsewhere)], "");
    let (result, ..) = get([hop], |request| {
        request.allowed_hosts = vec!["127.0.0.1".to_owned()];
    })
    .await;
    assert!(matches!(
        result.unwrap_err().kind,
        HttpErrorKind::Redirect {
            why: crate::RedirectRefusal::Host,
            ..
        }
    ));
    assert!(other.seen().is_empty());
    let (result, ..) = get([], |request| {
        request.allowed_hosts = vec!["a.example".to_owned()];
    })
    .await;
    assert_eq!(
        result.unwrap_err().kind,
        HttpErrorKind::Host("127.0.0.1".to_owned())
    );
}

#[tokio::test]
async fn a_key_does_not_leave_this_machine_in_the_clear() {
    let (client, _) = instant_client(Policy::default());
    let mut request = FileRequest::new("http://a.example/".parse().unwrap(), 10);
    request.secrets = vec![SecretHeader {
        name: "x-api-key",
        secret: Secret::new("k"),
    }];
    let result = client
        .download(&request, &mut Vec::new(), &mut |_, _| {})
        .await;
    assert_eq!(result.unwrap_err().kind, HttpErrorKind::PlainSecret);
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
            &FileRequest::new(server.url("/"), 10),
            &mut Vec::new(),
            &mut |_, _| {},
        )
        .await;
    assert_eq!(result.unwrap_err().kind, HttpErrorKind::Timeout);
}
