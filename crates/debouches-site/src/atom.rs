//! Releases as Atom (RFC 4287): an entry for each version, its changelog inside.
//!
//! Identifiers are derived from the dataset and the version, so that a catalogue may move to another address without
//! showing everything as new.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use debouches_model::Sha256;
use maud::{Render as _, html};

use crate::markdown;
use crate::record::{DatasetRecord, VersionRecord};
use crate::site::Site;
use crate::words::rfc3339;

/// Entries kept in the feed of all the datasets.
const ENTRIES: usize = 50;

/// The feed of one dataset.
pub(crate) fn of_dataset(site: &Site, record: &DatasetRecord) -> String {
    let id = &record.dataset;
    let feed = Feed {
        site,
        id: urn(&format!("{id}")),
        title: format!("{} : versions", record.title),
        path: format!("{id}/feed.atom"),
        page: format!("{id}/index.html"),
        depth: 1,
        updated: record.updated(),
    };
    feed.text(record.versions.iter().map(|version| (record, version)))
}

/// The feed of the catalogue.
pub(crate) fn of_catalogue(site: &Site, records: &[DatasetRecord]) -> String {
    let mut entries: Vec<(&DatasetRecord, &VersionRecord)> = records
        .iter()
        .flat_map(|record| record.versions.iter().map(move |version| (record, version)))
        .collect();
    entries.sort_by_key(|(record, version)| {
        (
            std::cmp::Reverse(version.updated()),
            record.dataset.clone(),
            std::cmp::Reverse(version.version),
        )
    });
    let feed = Feed {
        site,
        id: urn(""),
        title: format!("{} : nouvelles versions", site.title),
        path: "feed.atom".to_owned(),
        page: "index.html".to_owned(),
        depth: 0,
        updated: records
            .iter()
            .map(DatasetRecord::updated)
            .max()
            .unwrap_or_default(),
    };
    feed.text(entries.into_iter().take(ENTRIES))
}

struct Feed<'a> {
    site: &'a Site,
    id: String,
    title: String,
    path: String,
    page: String,
    depth: usize,
    updated: DateTime<Utc>,
}

impl Feed<'_> {
    fn text<'a>(
        &self,
        entries: impl Iterator<Item = (&'a DatasetRecord, &'a VersionRecord)>,
    ) -> String {
        let mut out = String::from(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"fr\">\n",
        );
        let _ = writeln!(out, "<id>{}</id>", self.id);
        let _ = writeln!(out, "<title>{}</title>", escaped(&self.title));
        let _ = writeln!(out, "<updated>{}</updated>", rfc3339(self.updated));
        let _ = writeln!(
            out,
            "<author><name>{}</name></author>",
            escaped(&self.site.title)
        );
        if let Some(url) = self.site.absolute(&self.path) {
            let _ = writeln!(
                out,
                "<link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>",
                escaped(&url)
            );
        }
        let _ = writeln!(
            out,
            "<link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>",
            escaped(&self.address(&self.page))
        );
        for (record, version) in entries {
            out.push_str(&self.entry(record, version));
        }
        out + "</feed>\n"
    }

    fn entry(&self, record: &DatasetRecord, version: &VersionRecord) -> String {
        let number = version.version;
        let mark = match &version.withdrawn {
            Some(withdrawal) if withdrawal.legal_basis.is_some() => "[supprimée] ",
            Some(_) => "[retirée] ",
            None => "",
        };
        let mut out = String::from("<entry>\n");
        let _ = writeln!(
            out,
            "<id>{}</id>",
            urn(&format!("{}/{number}", record.dataset))
        );
        let _ = writeln!(
            out,
            "<title>{mark}{} : version {number}</title>",
            escaped(&record.title)
        );
        let _ = writeln!(out, "<published>{}</published>", rfc3339(version.published));
        let _ = writeln!(out, "<updated>{}</updated>", rfc3339(version.updated()));
        let page = self.address(&format!("{}/{number}.html", record.dataset));
        let _ = writeln!(
            out,
            "<link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>",
            escaped(&page)
        );
        let content = html! {
            @if let Some(withdrawal) = &version.withdrawn { p { strong { "Version retirée. " } (withdrawal.reason) } }
            ul { @for change in &version.changes { li { (markdown::line(change)) } } }
        };
        let _ = writeln!(
            out,
            "<content type=\"html\">{}</content>",
            escaped(&content.into_string())
        );
        out + "</entry>\n"
    }

    fn address(&self, path: &str) -> String {
        self.site
            .absolute(path)
            .unwrap_or_else(|| self.site.link(path, self.depth))
    }
}

/// A permanent name: a version 8 UUID (RFC 9562) made of a digest.
fn urn(name: &str) -> String {
    let digest = Sha256::of(format!("debouches:{name}").as_bytes()).to_string();
    format!(
        "urn:uuid:{}-{}-8{}-a{}-{}",
        &digest[..8],
        &digest[8..12],
        &digest[13..16],
        &digest[17..20],
        &digest[20..32]
    )
}

fn escaped(text: &str) -> String {
    text.render().into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_permanent_and_distinct() {
        assert_eq!(urn("a/1.0.0"), urn("a/1.0.0"));
        assert_ne!(urn("a/1.0.0"), urn("a/1.0.1"));
        assert_eq!(urn("").len(), "urn:uuid:".len() + 36);
    }
}
