//! Datasets: what is kept, lost, translated or refused.

use serde_json::{Value, json};

use crate::bench::{Bench, second, with};

pub(crate) async fn a_write_that_leaves_fields_out(bench: &Bench) {
    let (draft, _) = bench.draft("Oubli").await;
    let kept = bench
        .put("editor", &draft, &json!({"acronym": "IJ2"}))
        .await;
    assert_eq!((kept.status, &kept.body["acronym"]), (200, &json!("IJ2")));
    assert_eq!(
        (&kept.body["tags"], &kept.body["temporal_coverage"]),
        (&json!([]), &Value::Null),
        "emptied without a word"
    );
    assert_eq!(
        (
            &kept.body["license"],
            &kept.body["frequency"],
            &kept.body["private"]
        ),
        (&json!("lov2"), &json!("annual"), &json!(true))
    );
    assert_eq!(
        (&kept.body["spatial"]["zones"], &kept.body["extras"]),
        (&json!(["country:fr"]), &json!({"essai:a": 1}))
    );
    assert_eq!(kept.body["contact_points"].as_array().unwrap().len(), 1);
    let nothing = bench
        .put("editor", &draft, &json!({"contact_points": []}))
        .await;
    assert_eq!(
        (
            nothing.status,
            nothing.body["contact_points"].as_array().unwrap().len()
        ),
        (200, 1),
        "an empty list is ignored"
    );
    let cleared = json!({"acronym": null, "license": null, "frequency": null, "spatial": null, "contact_points": null});
    let cleared = bench.put("editor", &draft, &cleared).await;
    assert_eq!(
        (
            &cleared.body["acronym"],
            &cleared.body["license"],
            &cleared.body["frequency"]
        ),
        (&Value::Null, &json!("notspecified"), &json!("unknown"))
    );
    assert_eq!(
        (
            &cleared.body["spatial"]["zones"],
            &cleared.body["contact_points"]
        ),
        (&json!(["country:fr"]), &json!([])),
        "a null is ignored here"
    );
}

pub(crate) async fn an_unknown_licence(bench: &Bench) {
    let (draft, text) = bench.draft("Licence").await;
    let kept = bench
        .put(
            "editor",
            &draft,
            &with(&text, "license", json!("etalab-99")),
        )
        .await;
    assert_eq!(
        (
            kept.status,
            &kept.body["license"],
            &kept.body["quality"]["license"]
        ),
        (200, &json!("notspecified"), &json!(false))
    );
}

pub(crate) async fn values_that_are_completed_translated_or_refused(bench: &Bench) {
    let (draft, text) = bench.draft("Valeurs").await;
    let put = async |name: &str, value: Value| {
        bench.put("editor", &draft, &with(&text, name, value)).await
    };

    let year = put("temporal_coverage", json!({"start": "2021", "end": "2023"})).await;
    let start = year.body["temporal_coverage"]["start"].as_str().unwrap();
    assert!(
        start.starts_with("2021-") && start.len() == 10,
        "completed with today's month and day: {start}"
    );
    let swapped = put(
        "temporal_coverage",
        json!({"start": "2023-01-01", "end": "2021-01-01"}),
    )
    .await;
    assert_eq!(
        swapped.body["temporal_coverage"],
        json!({"start": "2021-01-01", "end": "2023-01-01"})
    );
    let open = put(
        "temporal_coverage",
        json!({"start": "2021-01-01", "end": null}),
    )
    .await;
    assert_eq!(
        open.body["temporal_coverage"],
        json!({"start": "2021-01-01", "end": null})
    );
    assert_eq!(
        put(
            "temporal_coverage",
            json!({"start": "nonsense", "end": null})
        )
        .await
        .status,
        400
    );

    assert_eq!(
        put("frequency", json!("biannual")).await.body["frequency"],
        "semiannual"
    );
    let unknown = put("frequency", json!("yearly")).await;
    assert_eq!(
        (unknown.status, unknown.text("message")),
        (400, "'yearly' is not a valid UpdateFrequency")
    );

    assert_eq!(
        put("tags", json!(["Ça & là", "abc", "abc"])).await.body["tags"],
        json!(["abc", "ca-la"])
    );
    let short = put("tags", json!(["ab", "emploi"])).await;
    assert_eq!(
        (short.status, &short.body["errors"]["tags"]),
        (
            400,
            &json!(["Tag \"ab\" must be between 3 and 96 characters long."])
        )
    );

    let nowhere = put("spatial", json!({"zones": ["fr:region:99"]})).await;
    assert_eq!(
        (nowhere.status, &nowhere.body["errors"]["spatial"]),
        (400, &json!({"zones": ["Unknown geoid(s): fr:region:99"]}))
    );
    let grain = put(
        "spatial",
        json!({"zones": ["country:fr"], "granularity": "zz"}),
    )
    .await;
    assert_eq!(
        (grain.status, &grain.body["errors"]["spatial"]),
        (400, &json!({"granularity": ["Not a valid choice."]}))
    );
    assert_eq!(
        put("spatial", json!({"zones": ["country:fr"]})).await.body["spatial"]["granularity"],
        "fr:region",
        "kept"
    );

    let owner = put("organization", json!(bench.credentials.other_organization)).await;
    let said = "Cannot change owner after creation. Please use transfer feature.";
    assert_eq!(
        (owner.status, &owner.body["errors"]["organization"]),
        (400, &json!([said]))
    );
    let contact = put("contact_points", json!(["000000000000000000000000"])).await;
    assert_eq!(
        (contact.status, &contact.body["errors"]["contact_points"]),
        (
            400,
            &json!(["Unknown identifiers: 000000000000000000000000"])
        )
    );
    assert_eq!(
        put(
            "extras",
            json!({"b": 2, "transport:url": "https://example.org"})
        )
        .await
        .body["extras"],
        json!({"b": 2}),
        "replaced, a reserved one dropped"
    );
    assert_eq!(put("extras", json!({"$b": 2})).await.status, 400);

    for (name, value) in [
        ("title", "x".repeat(351)),
        ("description_short", "x".repeat(201)),
        ("acronym", "x".repeat(129)),
        ("title", String::new()),
    ] {
        let refused = put(name, json!(value)).await;
        assert_eq!(
            (refused.status, refused.body["errors"][name].is_null()),
            (400, false),
            "{name}: {}",
            refused.body
        );
    }
    assert_eq!(put("title", Value::Null).await.status, 400);
    assert_eq!(put("slug", json!("autre")).await.status, 200, "ignored");
    let exact = put("title", json!(" Espaces  gardées ")).await;
    assert_eq!(exact.body["title"], " Espaces  gardées ");
}

pub(crate) async fn a_slug_is_not_stable(bench: &Bench) {
    let text = bench.text("Même titre");
    let one = bench.post("editor", "datasets/", &text).await;
    let two = bench.post("editor", "datasets/", &text).await;
    assert_eq!((one.status, two.status), (201, 201));
    assert_eq!(
        two.text("slug"),
        format!("{}-1", one.text("slug")),
        "the same title makes another dataset"
    );
    let title = json!(format!("{} bis", text["title"].as_str().unwrap()));
    let renamed = bench
        .put(
            "editor",
            &format!("datasets/{}/", one.text("id")),
            &with(&text, "title", title),
        )
        .await;
    assert_ne!(renamed.text("slug"), one.text("slug"));
    let former = bench
        .get("editor", &format!("datasets/{}/", one.text("slug")))
        .await;
    assert_eq!(former.status, 308);
    assert!(
        former
            .header("location")
            .ends_with(&format!("/api/1/datasets/{}/", renamed.text("slug"))),
        "{}",
        former.header("location")
    );
    let present = bench
        .get("editor", &format!("datasets/{}/", renamed.text("slug")))
        .await;
    assert_eq!(present.body["id"], one.body["id"]);
}

pub(crate) async fn a_request_with_a_wrong_form(bench: &Bench) {
    let (draft, _) = bench.draft("Forme").await;
    let slashless = bench.get("editor", draft.trim_end_matches('/')).await;
    assert_eq!(
        (slashless.status, slashless.header("location")),
        (308, bench.url(&draft).as_str())
    );
    assert_eq!(
        bench
            .put_text(&draft, "text/plain", r#"{"title":"x"}"#)
            .await
            .status,
        415
    );
    assert_eq!(
        bench
            .put_text(&draft, "application/json", r#"{"title":"#)
            .await
            .status,
        400
    );
    assert_eq!(
        bench
            .put_text(&draft, "application/json", "[]")
            .await
            .status,
        400
    );
    let incomplete = bench
        .post("editor", "datasets/", &json!({"title": "x"}))
        .await;
    assert_eq!(
        (incomplete.status, incomplete.body),
        (
            400,
            json!({"errors": {"description": ["This field is required."]}})
        )
    );
    assert_eq!(bench.post("editor", &draft, &json!({})).await.status, 405);
    let lost = bench.get("", "/s/resources/a/b/c.csv").await;
    assert_eq!(
        (
            lost.status,
            &lost.body["status"],
            lost.body["error"].is_string()
        ),
        (404, &json!(404), true),
        "another shape outside the API"
    );
}

pub(crate) async fn extras_are_merged_by_the_second_root(bench: &Bench) {
    let (draft, _) = bench.draft("Extras").await;
    let (resource, _) = bench.file(&draft, "a.csv", b"a").await;
    for path in [
        second(&format!("{draft}extras/")),
        second(&format!("{resource}extras/")),
    ] {
        let before = bench.get("editor", &resource).await;
        let merged = bench
            .put(
                "editor",
                &path,
                &json!({"essai:b": [1, {"c": 2}], "essai:a": 2}),
            )
            .await;
        assert_eq!(
            (merged.status, merged.body),
            (200, json!({"essai:a": 2, "essai:b": [1, {"c": 2}]}))
        );
        let less = bench
            .put(
                "editor",
                &path,
                &json!({"essai:a": null, "essai:none": null}),
            )
            .await;
        assert_eq!(less.body, json!({"essai:b": [1, {"c": 2}]}));
        assert_eq!(bench.get("editor", &path).await.body, less.body);
        assert_eq!(
            bench.get("editor", &resource).await.body["last_modified"],
            before.body["last_modified"],
            "no date moves"
        );
        assert_eq!(
            bench.put("outsider", &path, &json!({"x": 1})).await.status,
            403
        );
    }
    let reserved = bench
        .put(
            "editor",
            &second(&format!("{resource}extras/")),
            &json!({"check:available": true}),
        )
        .await;
    assert_eq!(
        (reserved.status, reserved.text("message")),
        (
            400,
            "Extras keys reserved to platform services: check:available"
        )
    );
    let admin = bench
        .put(
            "admin",
            &second(&format!("{resource}extras/")),
            &json!({"check:available": true}),
        )
        .await;
    assert_eq!(admin.body["check:available"], true);
    let through_form = bench
        .put("editor", &resource, &json!({"extras": {"mine": 1}}))
        .await;
    assert_eq!(
        through_form.body["extras"],
        json!({"mine": 1, "check:available": true}),
        "restored without a word"
    );
}

pub(crate) async fn a_deleted_dataset(bench: &Bench) {
    let (draft, text) = bench.draft("Suppression").await;
    let public = with(&text, "private", json!(false));
    assert_eq!(bench.put("editor", &draft, &public).await.status, 200);
    let archived = bench
        .put(
            "editor",
            &draft,
            &with(&public, "archived", json!("2026-11-23T00:00:00Z")),
        )
        .await;
    assert_eq!(archived.text("archived"), "2026-11-23T00:00:00+00:00");
    assert_eq!(bench.get("", &draft).await.status, 200, "readable still");
    let back = bench
        .put("editor", &draft, &with(&public, "archived", Value::Null))
        .await;
    assert_eq!(back.body["archived"], Value::Null);
    assert_eq!(bench.delete("editor", &draft).await.status, 204);
    assert_eq!(bench.delete("editor", &draft).await.status, 410);
    let gone = bench.get("", &draft).await;
    assert_eq!(
        (gone.status, gone.text("message")),
        (410, "Dataset has been deleted")
    );
    assert_eq!(
        bench.get("editor", &draft).await.status,
        200,
        "members see it"
    );
    assert_eq!(bench.put("editor", &draft, &public).await.status, 410);
    assert_eq!(
        bench
            .put(
                "editor",
                &second(&format!("{draft}extras/")),
                &json!({"a": 1})
            )
            .await
            .status,
        410
    );
    let (_, late) = bench.file(&draft, "apres.csv", b"a").await;
    assert_eq!(
        bench
            .get("", &format!("datasets/r/{}", late["id"].as_str().unwrap()))
            .await
            .status,
        302,
        "accepted, and served"
    );
    let restored = bench
        .put("editor", &draft, &with(&public, "deleted", Value::Null))
        .await;
    assert_eq!(
        (restored.status, &restored.body["deleted"]),
        (200, &Value::Null)
    );
}

pub(crate) async fn the_score(bench: &Bench) {
    let (draft, text) = bench.draft("Score").await;
    let score = async || {
        let quality = bench.get("editor", &draft).await.body["quality"].clone();
        (
            (quality["score"].as_f64().unwrap() * 9.0).round() as u8,
            quality,
        )
    };
    let (points, quality) = score().await;
    assert_eq!(
        (
            points,
            quality["has_resources"].is_null(),
            &quality["update_fulfilled_in_time"]
        ),
        (6, true, &json!(true))
    );
    bench
        .put(
            "editor",
            &draft,
            &with(&text, "frequency", json!("unknown")),
        )
        .await;
    let (points, quality) = score().await;
    assert_eq!(
        (
            points,
            &quality["update_frequency"],
            quality["update_fulfilled_in_time"].is_null()
        ),
        (4, &json!(false), true)
    );
    bench
        .put(
            "editor",
            &draft,
            &with(&text, "description", json!("x".repeat(100))),
        )
        .await;
    assert_eq!(
        score().await.0,
        5,
        "more than a hundred characters are wanted"
    );
    bench
        .put(
            "editor",
            &draft,
            &with(&text, "license", json!("notspecified")),
        )
        .await;
    assert_eq!(score().await.0, 6, "a licence said to be none is a licence");
    bench.put("editor", &draft, &text).await;
    let (resource, _) = bench.file(&draft, "notice.pdf", b"%PDF").await;
    let (points, quality) = score().await;
    assert_eq!(
        (
            points,
            &quality["has_open_format"],
            &quality["resources_documentation"]
        ),
        (7, &json!(false), &json!(false))
    );
    bench
        .put("editor", &resource, &json!({"description": "Une notice"}))
        .await;
    bench.file(&draft, "a.csv", b"a").await;
    assert_eq!(score().await.0, 9);
}
