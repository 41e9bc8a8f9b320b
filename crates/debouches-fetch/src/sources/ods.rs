//! A dataset of an Opendatasoft portal, always read by its whole export: the list of records stops at 10,000.

use debouches_http::Url;

use crate::PlaceError;
use crate::location::web_address;

/// The CSV export of a dataset (API explore v2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OdsExport {
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
    /// A whole dataset, with the technical names of its columns.
    pub fn new(portal: &str, dataset: &str) -> Result<Self, PlaceError> {
        let portal = web_address(portal)?;
        let is_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
        if dataset.is_empty() || dataset.len() > 200 || !dataset.chars().all(is_id) {
            return Err(PlaceError::Syntax {
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
    pub fn parse(text: &str) -> Result<Self, PlaceError> {
        let url = web_address(text)?;
        let parts: Vec<&str> = url
            .path_segments()
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        let place = parts
            .iter()
            .position(|part| matches!(*part, "dataset" | "datasets"));
        let dataset = match (
            place.and_then(|place| parts.get(place + 1)),
            query(&url, "dataset"),
        ) {
            (Some(id), _) => (*id).to_owned(),
            (None, Some(id)) => id,
            (None, None) => {
                return Err(PlaceError::Syntax {
                    text: text.to_owned(),
                    expected: "the address of a dataset of a portal",
                });
            }
        };
        if parts.contains(&"records") {
            return Err(PlaceError::Records { dataset });
        }
        // What stands before `explore`, `api` or a language is the address of the portal itself.
        let own = parts
            .iter()
            .position(|part| matches!(*part, "explore" | "api"))
            .unwrap_or(0);
        let mut portal = url.clone();
        portal.set_query(None);
        portal.set_fragment(None);
        portal.set_path(
            &parts[..own]
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

    fn keep(&mut self, name: &str, value: String) -> Result<(), PlaceError> {
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
                    return Err(PlaceError::Parameter {
                        parameter: name.to_owned(),
                    });
                }
            },
        }
        Ok(())
    }

    /// The address of the export.
    #[must_use]
    pub fn url(&self) -> Url {
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

fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(found, _)| found == name)
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
            let found = OdsExport::parse(address).map(|export| export.url().to_string());
            assert_eq!(found.as_deref(), Ok(EXPORT), "{address}");
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
                PlaceError::Parameter {
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
                PlaceError::Records {
                    dataset: "fr-en-cfa".to_owned()
                }
            );
            assert!(error.to_string().contains("10,000"));
        }
        assert!(OdsExport::parse("https://data.example.fr/").is_err());
        assert!(OdsExport::new("https://data.example.fr", "../x").is_err());
    }
}
