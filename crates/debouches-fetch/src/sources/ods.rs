//! A dataset of an Opendatasoft portal, always read by its complete export: the list of records stops at 10,000.
//!
//! The catalogue is asked first: whether anything moved, whether the headings are known, how many records there are. A
//! large export is then not read for nothing, and one that was cut is seen.

use std::sync::Arc;

use debouches_http::{FileRequest, Url, redact};
use debouches_model::escape;
use serde::Deserialize;

use super::{Answer, Content, Glance, Kind, Reading, Received, Source, revision_of};
use crate::location::web_address;
use crate::{Address, AddressError, FetchError, Probe, probe};

/// Characters of a list of columns that are kept.
const LONGEST_LINE: usize = 200;

/// The kind, as the configuration knows it.
pub(super) static KIND: Kind = Kind {
    name: "ods",
    options: &["dataset", "filter", "labels", "refine"],
    open: |address, _| Ok(Arc::new(OdsExport::of(address)?)),
};

/// The CSV export of a dataset (API explore v2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OdsExport {
    /// The portal, for instance `https://data.education.gouv.fr`.
    pub portal: Url,
    /// Identifier of the dataset.
    pub dataset: String,
    /// Which rows, in the language of the portal (`where`).
    pub filter: Option<String>,
    /// Which columns (`select`).
    pub select: Option<String>,
    /// Which values of facets, as `facet:value`.
    pub refine: Vec<String>,
    /// Labels of the columns for their names; else their technical names, which move less.
    pub labels: bool,
}

impl OdsExport {
    /// A complete dataset, with the technical names of its columns.
    pub(super) fn new(portal: &str, dataset: &str) -> Result<Self, AddressError> {
        let portal = web_address(portal)?;
        let is_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
        if dataset.is_empty() || dataset.len() > 200 || !dataset.chars().all(is_id) {
            return Err(AddressError::Syntax {
                text: dataset.chars().take(80).collect(),
                expected: "a dataset of a portal",
            });
        }
        let (filter, select, refine) = (None, None, Vec::new());
        Ok(Self {
            portal,
            dataset: dataset.to_owned(),
            filter,
            select,
            refine,
            labels: false,
        })
    }

    /// Reads any address of a dataset: its page, its API, its export. Filters of the address are kept, or refused.
    pub(super) fn parse(text: &str) -> Result<Self, AddressError> {
        let url = web_address(text)?;
        let parts: Vec<&str> = url
            .path_segments()
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        let index = parts
            .iter()
            .position(|part| matches!(*part, "dataset" | "datasets"));
        let dataset = match (
            index.and_then(|index| parts.get(index + 1)),
            query(&url, "dataset"),
        ) {
            (Some(id), _) => (*id).to_owned(),
            (None, Some(id)) => id,
            (None, None) => {
                return Err(AddressError::Syntax {
                    text: text.to_owned(),
                    expected: "the address of a dataset of a portal",
                });
            }
        };
        if parts.contains(&"records") {
            return Err(AddressError::Records { dataset });
        }
        // What stands before `explore`, `api` or a language is the address of the portal itself.
        let depth = parts
            .iter()
            .position(|part| matches!(*part, "explore" | "api"))
            .unwrap_or(0);
        let mut portal = url.clone();
        portal.set_query(None);
        portal.set_fragment(None);
        portal.set_path(
            &parts[..depth]
                .iter()
                .filter(|part| part.len() != 2)
                .copied()
                .collect::<Vec<_>>()
                .join("/"),
        );
        let mut export = Self::new(portal.as_str(), &dataset)?;
        for (name, value) in url.query_pairs() {
            export.keep(&name, value.into_owned())?;
        }
        Ok(export)
    }

    fn keep(&mut self, name: &str, value: String) -> Result<(), AddressError> {
        match name {
            "where" => self.filter = Some(value),
            "select" => self.select = Some(value),
            "refine" => self.refine.push(value),
            "use_labels" => self.labels = value == "true",
            // These change how the file or the page looks, not which data it holds.
            "delimiter" | "with_bom" | "dataset" | "lang" | "timezone" | "sort" | "flg"
            | "location" | "basemap" => {}
            _ if name.starts_with("disjunctive.") => {}
            _ => match name.strip_prefix("refine.") {
                Some(facet) => self.refine.push(format!("{facet}:{value}")),
                None => {
                    return Err(AddressError::Parameter {
                        parameter: name.to_owned(),
                    });
                }
            },
        }
        Ok(())
    }

    /// The address of the export.
    #[must_use]
    pub(super) fn url(&self) -> Url {
        let mut url = self.portal.clone();
        let path = format!(
            "{}/api/explore/v2.1/catalog/datasets/{}/exports/csv",
            url.path().trim_end_matches('/'),
            self.dataset
        );
        url.set_path(&path);
        let mut query = url.query_pairs_mut();
        query.clear().append_pair("delimiter", ";");
        query
            .append_pair("use_labels", if self.labels { "true" } else { "false" })
            .append_pair("with_bom", "true");
        for (name, value) in [("select", &self.select), ("where", &self.filter)] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        for value in &self.refine {
            query.append_pair("refine", value);
        }
        drop(query);
        url
    }
}

/// What the catalogue answers of a dataset; the rest of it is of no use here.
#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    fields: Vec<Field>,
    #[serde(default)]
    metas: Metas,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    #[serde(default)]
    label: String,
}

#[derive(Default, Deserialize)]
struct Metas {
    #[serde(default)]
    default: Metadata,
}

#[derive(Default, Deserialize)]
struct Metadata {
    modified: Option<String>,
    data_processed: Option<String>,
    records_count: Option<u64>,
}

#[derive(Deserialize)]
struct Count {
    total_count: u64,
}

impl Entry {
    /// The state of the data; nothing when the portal tells no date, which is then no reason to believe that nothing
    /// moved.
    fn revision(&self) -> Option<String> {
        let Metadata {
            modified,
            data_processed,
            records_count,
        } = &self.metas.default;
        let dates = [modified, data_processed].map(|date| date.as_deref().unwrap_or_default());
        if dates == ["", ""] {
            return None;
        }
        let count = records_count.map_or_else(String::new, |count| count.to_string());
        let names: Vec<&str> = self
            .fields
            .iter()
            .map(|field| field.name.as_str())
            .collect();
        Some(revision_of(&[dates[0], dates[1], &count, &names.join(";")]))
    }
}

impl OdsExport {
    fn of(address: &Address) -> Result<Self, AddressError> {
        let mut export = match &address.dataset {
            Some(dataset) => Self::new(&address.url, dataset)?,
            None => Self::parse(&address.url)?,
        };
        export.labels |= address.labels;
        if let Some(filter) = &address.filter {
            export.filter = Some(filter.clone());
        }
        export.refine.extend(address.refine.iter().cloned());
        Ok(export)
    }

    /// The address of the dataset in the catalogue.
    fn entry_url(&self) -> Url {
        let mut url = self.portal.clone();
        url.set_path(&format!(
            "{}/api/explore/v2.1/catalog/datasets/{}",
            url.path().trim_end_matches('/'),
            self.dataset
        ));
        url.set_query(None);
        url
    }

    /// The address that counts the records of the export.
    fn count_url(&self) -> Url {
        let mut url = self.entry_url();
        let path = format!("{}/records", url.path());
        url.set_path(&path);
        let mut query = url.query_pairs_mut();
        query.append_pair("limit", "0");
        if let Some(filter) = &self.filter {
            query.append_pair("where", filter);
        }
        for value in &self.refine {
            query.append_pair("refine", value);
        }
        drop(query);
        url
    }

    /// Asks the catalogue, then reads the export when it has something new.
    pub(super) async fn receive(&self, reading: &Reading<'_>) -> Result<Received, FetchError> {
        let entry: Entry = reading.ask_catalogue(self.entry_url()).await?;
        self.check_headings(reading, &entry)?;
        let revision = entry.revision();
        if revision
            .as_ref()
            .is_some_and(|revision| reading.holds(revision))
        {
            return Ok(Received::unchanged());
        }
        let records = if self.filter.is_none() && self.refine.is_empty() {
            entry.metas.default.records_count
        } else {
            let count: Count = reading.ask_catalogue(self.count_url()).await?;
            Some(count.total_count)
        };
        let request = FileRequest::new(self.url(), reading.request.limits.max_bytes);
        let mut received = reading.download(request).await?;
        if matches!(received.content, Content::Fresh(_)) {
            received.said.revision = revision;
            received.said.records = records;
        }
        Ok(received)
    }

    /// What the catalogue says of the dataset.
    pub(super) async fn glance(&self, reading: &Reading<'_>) -> Result<Probe, FetchError> {
        let entry: Entry = reading.ask_catalogue(self.entry_url()).await?;
        let headings = self.headings(&entry);
        let Metadata {
            modified,
            data_processed,
            records_count,
        } = entry.metas.default;
        Ok(Probe {
            media_type: Some("catalogue".to_owned()),
            first_line: Some(escape::line(&headings.join(";"), LONGEST_LINE)),
            headings: probe::check(reading.request, &headings),
            size: records_count.map(|count| format!("{count} records")),
            date: data_processed.or(modified),
            is_page: false,
        })
    }

    /// The headings that the export will have.
    fn headings(&self, entry: &Entry) -> Vec<String> {
        let heading = |field: &Field| {
            let is_labelled = self.labels && !field.label.is_empty();
            let name = if is_labelled {
                &field.label
            } else {
                &field.name
            };
            name.clone()
        };
        entry.fields.iter().map(heading).collect()
    }

    /// Refuses headings that no shape knows, before the export is read.
    fn check_headings(&self, reading: &Reading<'_>, entry: &Entry) -> Result<(), FetchError> {
        let Some(check) = &reading.request.headings else {
            return Ok(());
        };
        // A portal that names no column says nothing of the headings; a selection has headings of its own.
        if entry.fields.is_empty() || self.select.is_some() {
            return Ok(());
        }
        let headings = self.headings(entry);
        check.of(&headings).map_err(|problem| FetchError::Headings {
            id: reading.request.id.clone(),
            problem,
        })
    }
}

impl Source for OdsExport {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn shown(&self) -> String {
        redact(&self.url())
    }

    fn identity(&self) -> String {
        self.url().to_string()
    }

    fn body_name(&self) -> String {
        format!("{}.csv", self.dataset)
    }

    fn probe<'a>(&'a self, reading: &'a Reading<'a>) -> Glance<'a> {
        Box::pin(self.glance(reading))
    }

    fn read<'a>(&'a self, reading: &'a Reading<'a>) -> Answer<'a> {
        Box::pin(self.receive(reading))
    }
}

fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(actual, _)| actual == name)
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPORT: &str = "https://data.example.fr/api/explore/v2.1/catalog/datasets/fr-en-cfa/exports/csv\
                          ?delimiter=%3B&use_labels=false&with_bom=true";

    #[test]
    fn every_address_of_a_dataset_gives_its_export() {
        for address in [
            "https://data.example.fr/explore/dataset/fr-en-cfa/",
            "https://data.example.fr/explore/dataset/fr-en-cfa/export/?disjunctive.region&sort=uai",
            "https://data.example.fr/fr/explore/dataset/fr-en-cfa/table",
            "https://data.example.fr/api/explore/v2.1/catalog/datasets/fr-en-cfa",
            "https://data.example.fr/api/explore/v2.1/catalog/datasets/fr-en-cfa/exports/json?lang=fr",
            "https://data.example.fr/explore/dataset/?dataset=fr-en-cfa",
            EXPORT,
        ] {
            let actual = OdsExport::parse(address).map(|export| export.url().to_string());
            assert_eq!(actual.as_deref(), Ok(EXPORT), "{address}");
        }
    }

    #[test]
    fn filters_are_kept_or_refused() {
        let page = "https://data.example.fr/explore/dataset/fr-en-cfa/?refine.region=84&where=a%3D1&use_labels=true";
        let url = OdsExport::parse(page).unwrap().url();
        assert_eq!(
            url.query(),
            Some("delimiter=%3B&use_labels=true&with_bom=true&where=a%3D1&refine=region%3A84")
        );
        for parameter in ["q", "limit", "exclude.region", "geofilter.bbox"] {
            let error = OdsExport::parse(&format!("{EXPORT}&{parameter}=1")).unwrap_err();
            assert_eq!(
                error,
                AddressError::Parameter {
                    parameter: parameter.to_owned()
                }
            );
        }
    }

    #[test]
    fn records_are_refused_because_they_stop_at_ten_thousand() {
        for address in [
            "https://data.example.fr/api/explore/v2.1/catalog/datasets/fr-en-cfa/records?limit=100",
            "https://data.example.fr/api/records/1.0/search/?dataset=fr-en-cfa&rows=-1",
        ] {
            let error = OdsExport::parse(address).unwrap_err();
            assert_eq!(
                error,
                AddressError::Records {
                    dataset: "fr-en-cfa".to_owned()
                }
            );
            assert!(error.to_string().contains("10,000"));
        }
        assert!(OdsExport::parse("https://data.example.fr/").is_err());
        assert!(OdsExport::new("https://data.example.fr", "../x").is_err());
    }
}
