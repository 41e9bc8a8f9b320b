//! Releases as Atom (RFC 4287): an entry for each version, its changelog inside; for a région, the establishments that it moves.
//!
//! Identifiers are derived from the dataset and the version, so that a catalogue may move to another address without
//! showing everything as new.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use debouches_model::{DatasetId, Sha256, Version};
use maud::{Markup, Render as _, html};

use crate::content::{Concept, Content, Listed, Territories, TerritoryContent, Uai};
use crate::record::{DatasetRecord, VersionRecord};
use crate::site::Site;
use crate::words::{self, rfc3339};
use crate::{address, markdown};

/// Media type of a feed.
pub(crate) const MEDIA_TYPE: &str = "application/atom+xml; charset=utf-8";

/// Entries kept in a feed of several datasets.
const ENTRIES: usize = 50;

/// Establishments that an entry names.
const LISTED: usize = 60;

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
    feed.text(
        record
            .versions
            .iter()
            .map(|version| of_version(record, version)),
    )
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
    let newest = entries.into_iter().take(ENTRIES);
    feed.text(newest.map(|(record, version)| of_version(record, version)))
}

/// A version of a dataset, with its changelog.
fn of_version(record: &DatasetRecord, version: &VersionRecord) -> Entry {
    let number = version.version;
    let mark = match &version.retracted {
        Some(withdrawal) if withdrawal.legal_basis.is_some() => "[supprimée] ",
        Some(_) => "[retirée] ",
        None => "",
    };
    Entry {
        name: format!("{}/{number}", record.dataset),
        title: format!("{mark}{} : version {number}", record.title),
        published: version.published,
        updated: version.updated(),
        page: format!("{}/{number}.html", record.dataset),
        content: html! {
            @if let Some(withdrawal) = &version.retracted { p { strong { "Version retirée. " } (withdrawal.reason) } }
            ul { @for change in &version.changes { li { (markdown::line(change)) } } }
        },
    }
}

/// The establishments of a région whose figures a release published, or corrected, as they are today.
#[derive(Default)]
struct Published<'a> {
    establishments: BTreeMap<(String, Uai), &'a Listed<'a>>,
    trainings: BTreeSet<&'a str>,
}

/// The feed of a région: an entry for each release that published figures of it.
///
/// A release that corrected nothing in the région has no entry: whoever follows the région is not told of it.
pub(crate) fn of_region(site: &Site, content: &Content, region: &TerritoryContent<'_>) -> String {
    let mut releases: BTreeMap<(&DatasetId, Version), Published<'_>> = BTreeMap::new();
    for one in &region.listed {
        for row in content.figures_of(one.uai) {
            let release = (&row.table.origin.dataset, row.version());
            let published = releases.entry(release).or_default();
            let name = (crate::text::fold(&one.name), one.uai);
            published.establishments.insert(name, one);
        }
    }
    for row in Territories::regional_rows(content, region.code) {
        let release = (&row.table.origin.dataset, row.version());
        let code = row.text(Concept::TrainingCode);
        releases.entry(release).or_default().trainings.insert(code);
    }
    let mut entries: Vec<Entry> = releases
        .iter()
        .filter_map(|((dataset, version), figures)| {
            let day = *content.published.get(&((*dataset).clone(), *version))?;
            Some(Entry {
                name: format!("region/{}/{dataset}/{version}", region.code),
                title: format!("{} : {dataset}, version {version}", region.name),
                published: day,
                updated: day,
                page: format!("{dataset}/{version}.html"),
                content: figures.describe(site),
            })
        })
        .collect();
    entries.sort_by(|one, other| {
        (std::cmp::Reverse(one.published), &one.name)
            .cmp(&(std::cmp::Reverse(other.published), &other.name))
    });
    entries.truncate(ENTRIES);
    let feed = Feed {
        site,
        id: urn(&format!("region/{}", region.code)),
        title: format!("{} : nouveaux chiffres", region.name),
        path: address::region_feed(region.code),
        page: address::region_page(region.code),
        depth: 2,
        updated: entries
            .iter()
            .map(|entry| entry.updated)
            .max()
            .unwrap_or_default(),
    };
    feed.text(entries.into_iter())
}

impl Published<'_> {
    fn describe(&self, site: &Site) -> Markup {
        let link = |uai: &Uai| {
            let path = address::establishment_page(uai);
            site.absolute(&path).unwrap_or_else(|| site.link(&path, 2))
        };
        let others = self.establishments.len().saturating_sub(LISTED);
        html! {
            @if !self.trainings.is_empty() {
                p { "Chiffres de la région publiés ou corrigés\u{a0}: " (words::count(self.trainings.len(), "formation", "formations")) "." }
            }
            @if !self.establishments.is_empty() {
                p { "Chiffres publiés ou corrigés\u{a0}: " (words::count(self.establishments.len(), "établissement", "établissements")) "." }
                ul {
                    @for one in self.establishments.values().take(LISTED) { li { a href=(link(&one.uai)) { (crate::text::sentence_case(&one.name)) } } }
                    @if others > 0 { li { "et " (words::count(others, "autre", "autres")) } }
                }
            }
        }
    }
}

/// An entry, as every feed has it.
struct Entry {
    /// What its permanent name is made of.
    name: String,
    title: String,
    published: DateTime<Utc>,
    updated: DateTime<Utc>,
    /// The page it leads to, from the root.
    page: String,
    content: Markup,
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
    fn text(&self, entries: impl Iterator<Item = Entry>) -> String {
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
        for entry in entries {
            out.push_str(&self.entry(&entry));
        }
        out + "</feed>\n"
    }

    fn entry(&self, entry: &Entry) -> String {
        let mut out = String::from("<entry>\n");
        let _ = writeln!(out, "<id>{}</id>", urn(&entry.name));
        let _ = writeln!(out, "<title>{}</title>", escaped(&entry.title));
        let _ = writeln!(out, "<published>{}</published>", rfc3339(entry.published));
        let _ = writeln!(out, "<updated>{}</updated>", rfc3339(entry.updated));
        let _ = writeln!(
            out,
            "<link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>",
            escaped(&self.address(&entry.page))
        );
        let _ = writeln!(
            out,
            "<content type=\"html\">{}</content>",
            escaped(&entry.content.0)
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
