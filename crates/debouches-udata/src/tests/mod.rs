//! Against a scripted server.

mod answers;
mod failures;
mod requests;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use debouches_http::testing::{Reply, ScriptedServer, instant_client};
use debouches_http::{BytesSource, Policy, Secret};

use crate::{DatasetText, Portal, Upload};

const ABC: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";

/// A portal that follows a script.
async fn scripted(script: impl IntoIterator<Item = Reply>) -> (Portal, ScriptedServer) {
    let server = ScriptedServer::start(script).await;
    let (client, _) = instant_client(Policy::default());
    let portal = Portal::new(server.url("").as_str(), Some(Secret::new("k-e-y")), client).unwrap();
    (portal, server)
}

fn text() -> DatasetText {
    DatasetText {
        title: "Titre".to_owned(),
        description: "Texte".to_owned(),
        description_short: "Court".to_owned(),
        organization: Some("0a".to_owned()),
        license: "lov2".to_owned(),
        frequency: "annual".to_owned(),
        tags: ["Été à l'école".to_owned()].into(),
        temporal_coverage: (
            NaiveDate::from_ymd_opt(2021, 1, 1).unwrap(),
            NaiveDate::from_ymd_opt(2023, 12, 31).unwrap(),
        ),
        spatial_zones: vec!["country:fr".to_owned()],
        spatial_granularity: "fr:region".to_owned(),
        contact_points: Vec::new(),
        private: true,
        extras: BTreeMap::from([("debouches:run".to_owned(), "r1".to_owned())]),
    }
}

fn abc() -> Upload {
    let source = Arc::new(BytesSource("abc".into()));
    Upload {
        name: "abc.csv".to_owned(),
        media_type: "text/csv".to_owned(),
        bytes: 3,
        sha1: ABC.to_owned(),
        source,
    }
}

/// A dataset as the portal answers it when it kept [`text`].
fn answer() -> serde_json::Value {
    serde_json::json!({
        "id": "d1", "slug": "titre", "page": null, "title": "Titre", "description": "Texte", "description_short": "Court",
        "license": "lov2", "frequency": "annual", "tags": ["ete-a-lecole"],
        "temporal_coverage": {"start": "2021-01-01", "end": "2023-12-31"},
        "spatial": {"geom": null, "granularity": "fr:region", "zones": ["country:fr"]},
        "private": true, "extras": {"debouches:run": "r1", "recommendations": [1]},
        "quality": {"score": 0.5}, "permissions": {"delete": true, "edit": true, "edit_resources": true},
        "organization": {"id": "0a", "name": "Org"}, "deleted": null, "archived": null,
        "resources": [{
            "id": "r1", "title": "abc.csv", "description": null, "type": "main", "format": "csv", "filesize": 3,
            "url": "https://static.example.org/titre/20261123-223411/abc.csv?v=1", "latest": null,
            "checksum": {"type": "sha1", "value": ABC}, "extras": {},
        }],
    })
}

fn resource(sha1: &str, bytes: u64) -> Reply {
    let checksum = serde_json::json!({"type": "sha1", "value": sha1});
    let body = serde_json::json!({"id": "r1", "title": "abc.csv", "filesize": bytes, "checksum": checksum, "success": true});
    Reply::new(201, &[], body.to_string())
}
