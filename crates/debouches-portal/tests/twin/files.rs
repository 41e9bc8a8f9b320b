//! Files and links.

use serde_json::{Value, json};

use crate::bench::{Bench, file, with};

pub(crate) async fn an_upload(bench: &Bench) {
    let (draft, _) = bench.draft("Envois").await;
    let (_, sent) = bench
        .file(&draft, "InserJeunes Établissements_2023.csv", b"a;b\n")
        .await;
    assert_eq!(
        (&sent["title"], &sent["success"]),
        (&json!("inserjeunes-etablissements-2023.csv"), &json!(true))
    );
    assert_eq!(
        (
            &sent["type"],
            &sent["filetype"],
            &sent["format"],
            &sent["mime"]
        ),
        (
            &json!("main"),
            &json!("file"),
            &json!("csv"),
            &json!("text/csv")
        )
    );
    // The SHA-1 of `a;b` and a line feed, by sha1sum.
    let digest = json!({"type": "sha1", "value": "3aa3338cb774c97e0e2c9693cfd80bea3e9e36f8"});
    assert_eq!(
        (
            &sent["filesize"],
            &sent["checksum"],
            &sent["description"],
            &sent["schema"]
        ),
        (&json!(4), &digest, &Value::Null, &Value::Null)
    );
    let url = sent["url"].as_str().unwrap();
    assert!(
        url.ends_with("/inserjeunes-etablissements-2023.csv")
            && url.contains("/s/resources/envois-"),
        "{url}"
    );
    let read = bench.get("", url).await;
    assert_eq!(
        (
            read.status,
            read.bytes(),
            read.header("content-type").split(';').next().unwrap()
        ),
        (200, b"a;b\n".as_slice(), "text/csv")
    );
    assert!(!read.header("etag").is_empty() && !read.header("last-modified").is_empty());
    let permanent = bench.get("", sent["latest"].as_str().unwrap()).await;
    assert_eq!((permanent.status, permanent.header("location")), (302, url));

    for (name, format, mime) in [
        ("a.csv.gz", "csv.gz", "application/gzip"),
        ("a.parquet", "parquet", "application/octet-stream"),
        ("a.json", "json", "application/json"),
        ("a.txt", "txt", "text/plain"),
    ] {
        let (_, sent) = bench.file(&draft, name, b"x").await;
        assert_eq!(
            (&sent["format"], &sent["mime"]),
            (&json!(format), &json!(mime))
        );
    }
    let upload = format!("{draft}upload/");
    let refused = bench
        .form("editor", &upload, file("a.arrow", b"ARROW"))
        .await;
    assert!(
        refused.status == 400
            && refused
                .text("message")
                .starts_with("This file type is not allowed"),
        "{}",
        refused.body
    );
    let empty = bench
        .form(
            "editor",
            &upload,
            debouches_http::Multipart::new().text("note", "x"),
        )
        .await;
    assert_eq!(
        (empty.status, empty.body),
        (
            400,
            json!({"success": false, "error": "Missing file parameter", "message": ""})
        )
    );
    let newest = bench.get("editor", &draft).await;
    assert_eq!(
        newest.body["resources"][0]["title"], "a.txt",
        "the newest goes first"
    );
}

pub(crate) async fn a_replacement(bench: &Bench) {
    let (draft, _) = bench.draft("Remplacement").await;
    let (path, first) = bench.file(&draft, "ij.csv", b"a").await;
    let described = json!({"title": "Un titre", "description": "Une description", "type": "update", "extras": {"mine": 1}});
    assert_eq!(bench.put("editor", &path, &described).await.status, 200);
    let second = bench
        .form(
            "editor",
            &format!("{path}upload/"),
            file("IJ v2.txt", b"bb"),
        )
        .await;
    assert_eq!(
        (second.status, &second.body["id"], &second.body["success"]),
        (200, &first["id"], &json!(true))
    );
    assert_eq!(
        (
            &second.body["title"],
            &second.body["format"],
            &second.body["filesize"]
        ),
        (&json!("ij-v2.txt"), &json!("txt"), &json!(2)),
        "the title is lost"
    );
    assert_eq!(
        (
            &second.body["description"],
            &second.body["type"],
            &second.body["extras"]
        ),
        (
            &json!("Une description"),
            &json!("update"),
            &json!({"mine": 1})
        )
    );
    assert_eq!(
        bench.get("", first["url"].as_str().unwrap()).await.status,
        404,
        "and so is the old address"
    );
    let permanent = bench.get("", first["latest"].as_str().unwrap()).await;
    assert_eq!(
        (permanent.status, permanent.header("location")),
        (302, second.text("url"))
    );
    let unknown = format!("{draft}resources/00000000-0000-4000-8000-000000000000/upload/");
    let unknown = bench.form("editor", &unknown, file("a.csv", b"a")).await;
    assert_eq!(
        (unknown.status, unknown.text("message")),
        (404, "Resource does not exist")
    );
    assert_eq!(bench.delete("editor", &path).await.status, 204);
    assert_eq!(bench.get("", second.text("url")).await.status, 404);
    let lost = bench.get("", first["latest"].as_str().unwrap()).await;
    assert_eq!(
        (lost.status, lost.text("message")),
        (404, "Resource not found")
    );
    assert_eq!(bench.delete("editor", &path).await.status, 404);
}

pub(crate) async fn what_is_said_of_a_hosted_file(bench: &Bench) {
    let (draft, _) = bench.draft("Hébergé").await;
    let (path, sent) = bench.file(&draft, "ij.csv", b"a").await;
    let said = json!({"title": "Titre", "checksum": {"type": "sha256", "value": "00"}, "filesize": 99, "mime": "text/x", "format": "xyz", "url": "https://example.org/"});
    let kept = bench.put("editor", &path, &said).await;
    assert_eq!((kept.status, kept.text("title")), (200, "Titre"));
    for name in ["checksum", "filesize", "mime", "format", "url"] {
        assert_eq!(kept.body[name], sent[name], "{name} is ignored");
    }
    assert_eq!(
        bench
            .put("editor", &path, &json!({"description": "x"}))
            .await
            .text("title"),
        "Titre",
        "what is left out is kept"
    );
    let moved = bench
        .put("editor", &path, &with(&said, "filetype", json!("remote")))
        .await;
    assert_eq!(
        (moved.status, moved.text("message")),
        (400, "Cannot modify filetype after creation")
    );
    assert_eq!(
        bench
            .put("editor", &path, &json!({"title": ""}))
            .await
            .status,
        400
    );
    assert_eq!(
        bench
            .put("editor", &path, &json!({"type": "nonsense"}))
            .await
            .status,
        400
    );
    assert_eq!(
        bench
            .put("editor", &path, &json!({"schema": {"version": "1"}}))
            .await
            .status,
        400
    );
    let schema = json!({"url": "https://example.org/ij.json", "name": "ij", "version": "2"});
    assert_eq!(
        bench
            .put("editor", &path, &json!({"schema": schema}))
            .await
            .body["schema"],
        schema
    );
    assert_eq!(
        bench
            .put("editor", &path, &json!({"title": "Titre"}))
            .await
            .body["schema"],
        schema
    );
    assert_eq!(
        bench
            .put("editor", &path, &json!({"schema": null}))
            .await
            .body["schema"],
        Value::Null
    );
    let unknown = bench
        .put(
            "editor",
            &format!("{draft}resources/00000000-0000-4000-8000-000000000000/"),
            &said,
        )
        .await;
    assert_eq!(
        (unknown.status, unknown.text("message")),
        (404, "Resource does not exist")
    );
}

pub(crate) async fn a_link(bench: &Bench) {
    let (draft, _) = bench.draft("Lien").await;
    let link = json!({
        "title": "Notice", "filetype": "remote", "type": "documentation", "url": "https://example.org/notice.pdf", "format": "PDF",
        "mime": "application/pdf", "filesize": 10, "checksum": {"type": "sha256", "value": "ab".repeat(32)},
    });
    let made = bench
        .post("editor", &format!("{draft}resources/"), &link)
        .await;
    assert_eq!(
        (made.status, made.text("format"), made.text("filetype")),
        (201, "pdf", "remote")
    );
    assert_eq!(
        (&made.body["checksum"], &made.body["filesize"]),
        (&link["checksum"], &json!(10)),
        "taken as given"
    );
    let permanent = bench.get("", made.text("latest")).await;
    assert_eq!(
        (permanent.status, permanent.header("location")),
        (302, "https://example.org/notice.pdf")
    );
    let path = format!("{draft}resources/{}/", made.text("id"));
    let moved = bench
        .put(
            "editor",
            &path,
            &json!({"url": "https://example.org/2.pdf"}),
        )
        .await;
    assert_eq!(
        (moved.text("url"), moved.text("title")),
        ("https://example.org/2.pdf", "Notice")
    );
    let sha512 = bench
        .put(
            "editor",
            &path,
            &json!({"checksum": {"type": "sha512", "value": "00"}}),
        )
        .await;
    assert_eq!(sha512.status, 400);
    let untitled = bench
        .post(
            "editor",
            &format!("{draft}resources/"),
            &json!({"filetype": "remote", "url": "https://example.org/"}),
        )
        .await;
    assert_eq!(
        (untitled.status, untitled.body["errors"]["title"].is_null()),
        (400, false)
    );
}

pub(crate) async fn a_list_of_resources_that_misses_some(bench: &Bench) {
    let (draft, text) = bench.draft("Sous-ensemble").await;
    let (_, first) = bench.file(&draft, "a.csv", b"a").await;
    bench.file(&draft, "b.csv", b"b").await;
    assert_eq!(
        bench
            .put("editor", &draft, &with(&text, "resources", json!([])))
            .await
            .body["resources"]
            .as_array()
            .unwrap()
            .len(),
        2,
        "ignored"
    );
    let subset = json!([{"id": first["id"], "title": "Seule"}]);
    assert_eq!(
        bench
            .put("editor", &draft, &with(&text, "resources", subset))
            .await
            .status,
        200,
        "without a word"
    );
    let left = bench.get("editor", &draft).await.body["resources"].clone();
    assert_eq!(
        (
            left.as_array().unwrap().len(),
            &left[0]["id"],
            &left[0]["title"]
        ),
        (1, &first["id"], &json!("Seule"))
    );
}

pub(crate) async fn an_order(bench: &Bench) {
    let (draft, _) = bench.draft("Ordre").await;
    let mut ids = Vec::new();
    for name in ["a.csv", "b.csv", "c.csv"] {
        ids.push(bench.file(&draft, name, b"x").await.1["id"].clone());
    }
    let path = format!("{draft}resources/");
    let ordered = bench
        .put(
            "editor",
            &path,
            &ids.iter().map(|id| json!({"id": id})).collect(),
        )
        .await;
    assert_eq!(
        (
            ordered.status,
            &ordered.body[0]["id"],
            &ordered.body[2]["id"]
        ),
        (200, &ids[0], &ids[2])
    );
    let page = bench
        .get("editor", &format!("/api/2/{path}?page=1&page_size=2"))
        .await;
    assert_eq!(
        (
            &page.body["data"][0]["id"],
            &page.body["total"],
            page.body["next_page"].is_string()
        ),
        (&ids[0], &json!(3), true)
    );
    assert_eq!(
        bench
            .put("editor", &path, &json!([ids[2], ids[1], ids[0]]))
            .await
            .body[0]["id"],
        ids[2],
        "bare ids do as well"
    );
    let partial = bench.put("editor", &path, &json!([ids[2], ids[1]])).await;
    assert_eq!(
        (partial.status, partial.text("message")),
        (
            400,
            "All resources must be reordered, you provided 2 out of 3"
        )
    );
}

pub(crate) async fn the_same_name_twice_within_a_second(bench: &Bench) {
    let (draft, _) = bench.draft("Seconde").await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(
            bench
                .form(
                    "editor",
                    &format!("{draft}upload/"),
                    file("meme.csv", b"a;b\n"),
                )
                .await
                .status,
        );
    }
    assert!(statuses.contains(&500), "{statuses:?}");
}
