//! Keys and rights.

use debouches_http::{Method, Request};
use serde_json::json;

use crate::bench::{Bench, file};

pub(crate) async fn keys_that_are_not_accepted(bench: &Bench) {
    for (who, said) in [
        ("nobody", "Invalid API token"),
        ("expired", "Expired API token"),
        ("revoked", "Revoked API token"),
    ] {
        let refused = bench.get(who, "datasets/?page_size=1").await;
        assert_eq!(
            (refused.status, refused.header("www-authenticate")),
            (401, "Bearer realm=\"uData\""),
            "even on a public read"
        );
        assert_eq!(refused.body, json!({"message": said}));
    }
    let key = &bench.credentials.keys["editor"];
    assert_eq!(
        bench.get("", &format!("me/?api_key={key}")).await.status,
        401
    );
    let bearer = Request::new(Method::Get, bench.url("me/"))
        .header("authorization", &format!("Bearer {key}"));
    assert_eq!(bench.send("", bearer).await.status, 401);
    let (draft, text) = bench.draft("Sans clé").await;
    assert_eq!(bench.post("", "datasets/", &text).await.status, 401);
    assert_eq!(bench.put("", &draft, &text).await.status, 401);
    assert_eq!(
        bench
            .form("nobody", &format!("{draft}upload/"), file("a.csv", b"a"))
            .await
            .status,
        401
    );
}

pub(crate) async fn the_data_of_others(bench: &Bench) {
    let (draft, text) = bench.draft("Droits").await;
    let (resource, _) = bench.file(&draft, "a.csv", b"a").await;
    assert_eq!(
        bench.get("editor", &draft).await.body["permissions"],
        json!({"delete": true, "edit": true, "edit_resources": true})
    );
    assert_eq!(
        bench.get("outsider", &draft).await.status,
        404,
        "a draft is hidden, not forbidden"
    );
    assert_eq!(bench.get("", &draft).await.status, 404);
    for who in ["outsider", "partial"] {
        let refused = bench.put(who, &draft, &json!({"title": "x"})).await;
        assert_eq!(
            (refused.status, refused.text("message")),
            (403, "You do not have the permission to modify that object.")
        );
        assert_eq!(
            bench
                .form(who, &format!("{draft}upload/"), file("b.csv", b"b"))
                .await
                .status,
            403
        );
        assert_eq!(bench.delete(who, &resource).await.status, 403);
        assert_eq!(bench.delete(who, &draft).await.status, 403);
    }
    let foreign = bench.post("outsider", "datasets/", &text).await;
    assert_eq!(
        (foreign.status, foreign.body),
        (
            400,
            json!({"errors": {"organization": ["Permission denied for this organization"]}})
        )
    );
    let own = bench.post("partial", "datasets/", &text).await;
    assert_eq!(own.status, 201);
    assert_eq!(
        bench
            .put("partial", &format!("datasets/{}/", own.text("id")), &text)
            .await
            .status,
        200,
        "assigned to what it makes"
    );
    assert_eq!(
        bench
            .get("editor", "datasets/000000000000000000000000/")
            .await
            .status,
        404
    );
}
