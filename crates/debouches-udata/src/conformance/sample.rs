//! Texts and files to publish.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::NaiveDate;
use debouches_http::BytesSource;
use sha1::{Digest as _, Sha1};

use crate::{DatasetText, ResourceKind, ResourceText, Upload};

/// The extra by which our datasets are found.
pub(crate) const MARKER: &str = "debouches:test";

/// A value that no other run has.
pub(crate) fn mark() -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    format!("run-{}-{}", std::process::id(), now.as_nanos())
}

/// A private dataset with everything that the portal is known to drop or rewrite.
pub(crate) fn text(organization: &str, mark: &str) -> Result<DatasetText, String> {
    let day = |year, month, day| {
        NaiveDate::from_ymd_opt(year, month, day).ok_or("a date of the battery is none")
    };
    Ok(DatasetText {
        title: format!("Insertion professionnelle, essai {mark}"),
        description: "Taux d'emploi des sortants de la voie professionnelle, par établissement.\n\n- un\n- deux\n".to_owned(),
        description_short: "Insertion après un diplôme professionnel".to_owned(),
        organization: Some(organization.to_owned()),
        license: "lov2".to_owned(),
        frequency: "annual".to_owned(),
        tags: ["Emploi", "Insertion professionnelle", "Établissement & l'œuvre", "taux d’emploi"].map(str::to_owned).into(),
        temporal_coverage: (day(2019, 1, 1)?, day(2023, 12, 31)?),
        spatial_zones: vec!["country:fr".to_owned()],
        spatial_granularity: "fr:region".to_owned(),
        contact_points: Vec::new(),
        private: true,
        extras: BTreeMap::from([(MARKER.to_owned(), mark.to_owned()), ("debouches:version".to_owned(), "1".to_owned())]),
    })
}

/// A description of a file, with the usual extras.
pub(crate) fn described(title: &str, kind: ResourceKind) -> ResourceText {
    let extras = BTreeMap::from([("debouches:sha256".to_owned(), "00".repeat(32))]);
    ResourceText {
        title: title.to_owned(),
        description: format!("{title}, en *Markdown*.\n"),
        kind,
        schema: None,
        extras,
    }
}

/// A file in memory.
pub(crate) fn file(name: &str, media_type: &str, bytes: Vec<u8>) -> Upload {
    Upload {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        bytes: bytes.len() as u64,
        sha1: hex::encode(Sha1::digest(&bytes)),
        source: Arc::new(BytesSource(bytes.into())),
    }
}

/// Identifiers in the order of a list.
pub(crate) fn ids(resources: &[crate::Resource]) -> Vec<String> {
    resources
        .iter()
        .map(|resource| resource.id.clone())
        .collect()
}

/// The set of keywords as the portal keeps them.
pub(crate) fn kept_tags() -> BTreeSet<String> {
    [
        "emploi",
        "insertion-professionnelle",
        "etablissement-loeuvre",
        "taux-demploi",
    ]
    .map(str::to_owned)
    .into()
}
