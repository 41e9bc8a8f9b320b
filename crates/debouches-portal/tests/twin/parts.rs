//! Files in parts.

use std::time::Duration;

use debouches_http::Multipart;
use serde_json::json;

use crate::bench::{Bench, fresh, source};

pub(crate) async fn the_protocol_of_parts(bench: &Bench) {
    let (draft, _) = bench.draft("Parties").await;
    let upload = format!("{draft}upload/");
    let (left, right) = ([b'a'; 1000], [b'b'; 500]);
    let uuid = format!("transfer-{}", fresh());
    let whole = || {
        Multipart::new()
            .text("uuid", &uuid)
            .text("filename", "Gros fichier.csv")
            .text("totalparts", 2)
    };
    let part = async |index: u32, size: usize, bytes: &[u8]| {
        let form = whole().text("partindex", index).text("chunksize", size);
        bench
            .form(
                "editor",
                &upload,
                form.file("file", "part", "application/octet-stream", source(bytes)),
            )
            .await
    };
    let kept = part(1, 500, &right).await;
    assert_eq!(
        (kept.status, kept.body),
        (200, json!({"success": true, "error": null, "message": ""})),
        "in any order"
    );
    assert_eq!(part(1, 500, &right).await.status, 500, "a part twice");
    let wrong = part(0, 999, &left).await;
    assert_eq!(
        (wrong.status, wrong.body),
        (
            400,
            json!({"success": false, "error": "Chunk size mismatch", "message": ""})
        )
    );
    assert_eq!(
        bench.form("editor", &upload, whole()).await.status,
        500,
        "assembled too early"
    );
    assert_eq!(part(0, 1000, &left).await.status, 200);
    // The truncated file of the early assembly keeps the name busy for the second it was made in.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let assembled = bench.form("editor", &upload, whole()).await;
    assert_eq!(
        (
            assembled.status,
            &assembled.body["filesize"],
            assembled.text("title")
        ),
        (201, &json!(1500), "gros-fichier.csv")
    );
    assert_eq!(
        bench.get("", assembled.text("url")).await.bytes(),
        [left.as_slice(), right.as_slice()].concat()
    );
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(
        bench.form("editor", &upload, whole()).await.status,
        500,
        "the parts are gone: no twin"
    );
    let single = Multipart::new()
        .text("uuid", "u")
        .text("filename", "autre.csv")
        .text("totalparts", 1);
    let single = bench
        .form(
            "editor",
            &upload,
            single.file("file", "seul.csv", "text/csv", source(b"a")),
        )
        .await;
    assert_eq!(
        single.text("title"),
        "seul.csv",
        "one part is a plain upload"
    );
}
