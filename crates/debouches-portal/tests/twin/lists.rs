//! Lists, terms, and errors from the road.

use serde_json::{Value, json};

use crate::bench::Bench;

pub(crate) async fn pages(bench: &Bench) {
    for _ in 0..3 {
        bench.draft("Liste").await;
    }
    let organization = &bench.credentials.organization;
    let page = async |who: &str, page: u32| {
        bench
            .get(
                who,
                &format!("datasets/?organization={organization}&page_size=2&page={page}"),
            )
            .await
    };
    let first = page("editor", 1).await;
    assert_eq!(
        (first.status, first.body["data"].as_array().unwrap().len()),
        (200, 2)
    );
    assert_eq!(
        (
            &first.body["page"],
            &first.body["page_size"],
            &first.body["previous_page"]
        ),
        (&json!(1), &json!(2), &Value::Null)
    );
    assert!(first.body["total"].as_u64().unwrap() >= 3);
    let next = bench.get("editor", first.text("next_page")).await;
    assert_eq!(
        (&next.body["page"], next.body["previous_page"].is_string()),
        (&json!(2), true)
    );
    assert!(
        page("outsider", 1).await.body["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|dataset| dataset["private"] == json!(false))
    );
    assert_eq!(page("editor", 999).await.status, 404, "past the end");
    assert_eq!(page("editor", 0).await.status, 400);
    let slug = bench
        .get("", "datasets/?organization=producteur-de-test")
        .await;
    assert_eq!(
        (slug.status, slug.text("message")),
        (400, "Organization arg must be an identifier")
    );
    assert_eq!(
        bench
            .get("", "/api/2/datasets/search/?q=emploi")
            .await
            .status,
        501
    );
    let mine = bench.get("editor", "me/").await;
    assert_eq!(mine.body["organizations"][0]["id"], json!(organization));
    assert!(bench.get("editor", "me/datasets/").await.body.is_array());
}

pub(crate) async fn terms(bench: &Bench) {
    let has = async |path: &str, id: &str| {
        let list = bench.get("", path).await.body;
        list.as_array()
            .unwrap()
            .iter()
            .any(|term| term["id"] == id || term == id)
    };
    assert!(has("datasets/licenses/", "lov2").await);
    assert!(
        has("datasets/frequencies/", "annual").await
            && has("datasets/frequencies/", "notPlanned").await
    );
    assert!(
        has("datasets/extensions/", "csv").await
            && has("datasets/extensions/", "parquet").await
            && !has("datasets/extensions/", "md").await
    );
    assert!(
        has("spatial/granularities/", "fr:region").await
            && has("spatial/granularities/", "poi").await
    );
    assert!(has("datasets/resource_types/", "documentation").await);
    assert_eq!(
        bench.get("", "spatial/zone/country:fr/").await.body["id"],
        "country:fr"
    );
    assert_eq!(
        bench.get("", "spatial/zone/fr:region:99/").await.status,
        404
    );
    assert_eq!(
        bench
            .get("", "datasets/frequencies/")
            .await
            .body
            .as_array()
            .unwrap()
            .len(),
        40
    );
}

pub(crate) async fn errors_from_the_road(bench: &Bench) {
    let (draft, text) = bench.draft("Panne").await;
    bench.disturb(503, 1).await;
    let disturbed = bench.put("editor", &draft, &text).await;
    assert_eq!(
        (
            disturbed.status,
            disturbed.header("retry-after"),
            disturbed.bytes()
        ),
        (503, "7", b"upstream unavailable".as_slice())
    );
    assert!(disturbed.header("content-type").starts_with("text/html"));
    assert_eq!(
        bench.get("editor", &draft).await.status,
        200,
        "reads are left alone"
    );
    assert_eq!(bench.put("editor", &draft, &text).await.status, 200);
    let seen = bench.get("", "/_test/requests").await;
    let last = seen.body.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["method"], &last["path"], &last["has_key"]),
        (
            &json!("PUT"),
            &json!(bench.url(&draft).path()),
            &json!(true)
        )
    );
}
