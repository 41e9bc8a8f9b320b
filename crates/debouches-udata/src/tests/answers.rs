//! What is read.

use super::{ABC, abc, answer, resource, scripted, text};
use crate::{Coverage, Dataset, UdataError, UdataFault};
use debouches_http::testing::Reply;
use serde_json::{Value, json};

fn read(value: Value) -> Dataset {
    serde_json::from_value::<crate::wire::DatasetWire>(value)
        .unwrap()
        .into()
}

#[test]
fn a_dataset_is_read_and_agrees_with_its_text() {
    let dataset = read(answer());
    assert!(dataset.agrees_with(&text()) && dataset.can_edit && !dataset.deleted);
    assert_eq!(dataset.extra("debouches:run"), Some("r1"));
    assert_eq!(dataset.extra("recommendations"), None);
    assert_eq!(
        (dataset.organization.as_deref(), dataset.quality_score),
        (Some("0a"), Some(0.5))
    );
    let resource = &dataset.resources[0];
    assert_eq!(
        (
            resource.file_name(),
            resource.sha1.as_deref(),
            resource.filesize
        ),
        ("abc.csv", Some(ABC), Some(3))
    );
}

#[test]
fn a_dataset_of_which_all_is_null_is_read() {
    let all_null: serde_json::Map<String, Value> = answer()
        .as_object()
        .unwrap()
        .keys()
        .map(|key| (key.clone(), Value::Null))
        .collect();
    let dataset = read(Value::Object(
        [all_null, json!({"id": "d1"}).as_object().unwrap().clone()]
            .into_iter()
            .flatten()
            .collect(),
    ));
    assert!(
        !dataset.can_edit && dataset.resources.is_empty() && dataset.temporal_coverage.is_none()
    );
    assert!(!dataset.agrees_with(&text()));
}

#[test]
fn each_field_of_the_text_counts() {
    for (field, value) in [
        ("title", json!("Autre")),
        ("description", json!("Autre")),
        ("description_short", json!(null)),
        ("license", json!("notspecified")),
        ("frequency", json!(null)),
        ("tags", json!([])),
        (
            "temporal_coverage",
            json!({"start": "2021-11-23", "end": "2023-12-31"}),
        ),
        ("temporal_coverage", json!(null)),
        ("spatial", json!({"zones": [], "granularity": "fr:region"})),
        (
            "spatial",
            json!({"zones": ["country:fr"], "granularity": "country"}),
        ),
        ("private", json!(false)),
        ("extras", json!({})),
        (
            "extras",
            json!({"debouches:run": "r1", "debouches:old": "x"}),
        ),
    ] {
        let mut other = answer();
        other[field] = value;
        assert!(!read(other).agrees_with(&text()), "{field}");
    }
}

#[test]
fn what_the_portal_rewrites_without_harm_still_agrees() {
    for (field, value) in [
        ("description", json!(" Texte\r\n")),
        // A transfer is a person's decision, which no update undoes.
        ("organization", json!({"id": "0b"})),
        (
            "temporal_coverage",
            json!({"start": "2021-01-01T00:00:00+00:00", "end": "2023-12-31T00:00:00+00:00"}),
        ),
        (
            "spatial",
            json!({"zones": [{"id": "country:fr", "name": "France"}], "granularity": "fr:region"}),
        ),
    ] {
        let mut other = answer();
        other[field] = value;
        assert!(read(other).agrees_with(&text()), "{field}");
    }
    let open = read(json!({"id": "d", "temporal_coverage": {"start": "2021-01-01", "end": null}}))
        .temporal_coverage;
    assert_eq!(
        open,
        Some(Coverage {
            start: "2021-01-01".to_owned(),
            end: None
        })
    );
}

#[tokio::test]
async fn what_an_update_did_not_keep_is_named() {
    let mut other = answer();
    (other["license"], other["tags"], other["private"]) =
        (json!("notspecified"), json!([]), json!(false));
    let (portal, _server) = scripted([Reply::ok(other.to_string())]).await;
    let error = portal.update_dataset("d1", &text()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "update dataset d1: the portal accepted but did not keep license, tags, private"
    );
    assert_eq!(error.fault(), UdataFault::Integrity);
}

#[tokio::test]
async fn altered_bytes_are_told_wherever_they_were_altered() {
    let wrong = "0".repeat(40);
    let mut lie = abc();
    lie.sha1 = wrong.clone();
    for (file, reply) in [
        (abc(), resource(&wrong, 3)),
        (abc(), resource(ABC, 4)),
        (lie, resource(&wrong, 3)),
    ] {
        let (portal, _server) = scripted([reply]).await;
        let error = portal.upload("d1", &file).await.unwrap_err();
        assert!(
            matches!(&error, UdataError::Altered { resource: Some(id), .. } if id == "r1"),
            "{error}"
        );
    }
    let mut short = abc();
    short.bytes = 4;
    let (portal, server) = scripted([]).await;
    let error = portal.upload("d1", &short).await.unwrap_err();
    assert!(
        matches!(error, UdataError::Altered { resource: None, .. }),
        "{error}"
    );
    assert!(server.seen().is_empty());
    let mut upper = abc();
    upper.sha1 = ABC.to_uppercase();
    let (portal, _server) = scripted([resource(&ABC.to_uppercase(), 3)]).await;
    portal.upload("d1", &upper).await.unwrap();
}
