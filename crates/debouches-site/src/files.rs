//! The files of a catalogue that move, each with its path, in the order in which they are written.

use debouches_model::DatasetId;

use crate::pointer::Latest;
use crate::record::DatasetRecord;
use crate::release::Release;
use crate::site::{File, HTML, Site};
use crate::{address, atom, dcat, page};

const JSON: &str = "application/json";
const JSON_LD: &str = "application/ld+json";

/// Path of the record of a dataset.
#[must_use]
pub fn record_path(dataset: &DatasetId) -> String {
    format!("{dataset}/dataset.json")
}

/// Path of the pointer of a dataset.
#[must_use]
pub fn latest_path(dataset: &DatasetId) -> String {
    format!("{dataset}/latest.json")
}

/// What moves of a dataset, in the order of writing: its record, the pages of its versions, its feed, what leads to the newest
/// version, and its own page, which leads to all of them.
///
/// `releases` are those whose texts are known; the page of another version stays as it is.
#[must_use]
pub fn dataset_files(site: &Site, record: &DatasetRecord, releases: &[Release]) -> Vec<File> {
    let id = &record.dataset;
    let mut files = vec![File::new(record_path(id), JSON, record.to_text())];
    for version in &record.versions {
        let release = releases
            .iter()
            .find(|release| release.notice.version == version.version);
        let text = match release {
            _ if !version.is_there() => page::tombstone(site, record, version),
            Some(release) => page::version(site, record, version, release),
            None => continue,
        };
        files.push(File::new(
            format!("{id}/{}.html", version.version),
            HTML,
            text,
        ));
    }
    files.push(File::new(
        format!("{id}/feed.atom"),
        atom::MEDIA_TYPE,
        atom::of_dataset(site, record),
    ));
    files.push(File::new(
        format!("{id}/versions.jsonld"),
        JSON_LD,
        dcat::versions(site, record),
    ));
    if let Some(lineage) = site.lineages.get(id) {
        files.push(File::new(
            format!("{id}/{}", address::LINEAGE),
            HTML,
            page::lineage(site, record, lineage),
        ));
    }
    let latest = record.latest();
    if let Some(latest) = latest {
        let version = latest.version;
        files.push(File::new(
            format!("{id}/latest.html"),
            HTML,
            page::redirect(site, record, version),
        ));
        let base = site
            .absolute(&format!("{id}/{version}"))
            .unwrap_or_else(|| version.to_string());
        let pointer = Latest::to(id, version, latest.release.clone(), &base, &latest.files);
        files.push(File::new(latest_path(id), JSON, pointer.to_text()));
    }
    let shown = latest.and_then(|latest| {
        releases
            .iter()
            .find(|release| release.notice.version == latest.version)
    });
    if let (Some(latest), Some(release)) = (latest, shown) {
        files.push(File::new(
            format!("{id}/index.html"),
            HTML,
            page::dataset(site, record, latest, release),
        ));
    } else if latest.is_none() {
        files.push(File::new(
            format!("{id}/index.html"),
            HTML,
            page::retracted(site, record),
        ));
    }
    files
}

/// What moves of the whole catalogue, in the order of writing; the index is the last.
#[must_use]
pub fn root_files(site: &Site, records: &[DatasetRecord]) -> Vec<File> {
    vec![
        File::new("catalog.jsonld", JSON_LD, dcat::catalogue(site, records)),
        File::new(
            "feed.atom",
            atom::MEDIA_TYPE,
            atom::of_catalogue(site, records),
        ),
        File::new(site.rooms(), HTML, page::home(site, records)),
    ]
}
