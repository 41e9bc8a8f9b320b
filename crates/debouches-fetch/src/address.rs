//! An address of a source as the configuration writes it: every option of every kind, before any is read.

use std::collections::{BTreeMap, BTreeSet};

use crate::ApiRoute;

/// What was typed. Each kind reads its options and refuses the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// The kind of source.
    pub kind: String,
    /// Where it is: a path, a web address, a portal.
    pub url: String,
    /// Identifier of a dataset on a portal.
    pub dataset: Option<String>,
    /// Headings are the labels of the columns, not their technical names.
    pub labels: bool,
    /// Which rows, in the language of the portal.
    pub filter: Option<String>,
    /// Which values of facets, as `facet:value`.
    pub refine: Vec<String>,
    /// Which file of a dataset, as a pattern of its title.
    pub title: Option<String>,
    /// The dataset is read where it was harvested from.
    pub harvested: bool,
    /// `GET` or `POST`.
    pub method: Option<String>,
    /// Added to the query of the address.
    pub query: BTreeMap<String, String>,
    /// Sent with the question.
    pub headers: BTreeMap<String, String>,
    /// Sent as a form.
    pub form: BTreeMap<String, String>,
    /// What to ask of the InserJeunes API.
    pub api: Option<ApiAddress>,
}

/// What to ask of the InserJeunes API, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiAddress {
    /// Which figures.
    pub route: ApiRoute,
    /// Which vintages.
    pub vintages: Vec<String>,
    /// Which codes.
    pub codes: Vec<String>,
    /// A file with one code on each line.
    pub codes_file: Option<String>,
    /// The variable that holds the user.
    pub username_env: String,
    /// The variable that holds the password.
    pub password_env: String,
}

impl Address {
    /// An address of that kind, without options.
    #[must_use]
    pub fn new(kind: &str, url: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            url: url.to_owned(),
            ..Self::default()
        }
    }

    /// The options that were typed, kind and address apart.
    pub(crate) fn options(&self) -> BTreeSet<&'static str> {
        [
            ("dataset", self.dataset.is_some()),
            ("labels", self.labels),
            ("filter", self.filter.is_some()),
            ("refine", !self.refine.is_empty()),
            ("title", self.title.is_some()),
            ("harvested", self.harvested),
            ("method", self.method.is_some()),
            ("query", !self.query.is_empty()),
            ("headers", !self.headers.is_empty()),
            ("form", !self.form.is_empty()),
            ("api", self.api.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, is_typed)| is_typed.then_some(name))
        .collect()
    }
}
