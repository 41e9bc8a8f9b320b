//! A training, with its figures in each région, in France and where it is taught.

use std::collections::{BTreeMap, BTreeSet};

use super::concept::{Concept, Voie};
use super::index::Content;
use super::row::Row;
use super::uai::Uai;

/// A training.
#[derive(Debug)]
pub(crate) struct Training<'a> {
    pub(crate) code: &'a str,
    pub(crate) code_type: &'static str,
    pub(crate) label: Option<&'a str>,
    pub(crate) diploma: String,
    /// Codes, or names, of the trades it leads to.
    pub(crate) trades: Vec<&'a str>,
    pub(crate) closed_on: &'a str,
    /// By path: France, then régions by name, the newest vintage of each.
    pub(crate) paths: BTreeMap<Voie, PathRows<'a>>,
    /// Where it is taught: the newest row of each establishment and path.
    pub(crate) places: Vec<(Uai, Row<'a>)>,
}

/// The rows of a training on a path.
#[derive(Debug, Default)]
pub(crate) struct PathRows<'a> {
    pub(crate) france: Option<Row<'a>>,
    pub(crate) regions: BTreeMap<&'a str, Row<'a>>,
    /// Each région beside the others.
    pub(crate) compared: BTreeMap<&'a str, Row<'a>>,
}

impl<'a> Training<'a> {
    pub(crate) fn new(content: &'a Content, code: &'a str) -> Option<Self> {
        let rows = content.trainings.get(code)?;
        let mut paths: BTreeMap<Voie, PathRows<'a>> = BTreeMap::new();
        for row in content.rows(&rows.national) {
            let Some(voie) = row.voie() else { continue };
            paths.entry(voie).or_default().france.get_or_insert(row);
        }
        for row in content.rows(&rows.regional) {
            let Some(voie) = row.voie() else { continue };
            let path = paths.entry(voie).or_default();
            let region = row.text(Concept::RegionName);
            if path.regions.contains_key(region) {
                continue;
            }
            path.regions.insert(region, row);
            if let Some(compared) = content.compared(row) {
                path.compared.insert(region, compared);
            }
        }
        let mut seen = BTreeSet::new();
        let mut places = Vec::new();
        for row in content.rows(&rows.figures) {
            let Some(uai) = Uai::new(row.text(Concept::Uai)) else {
                continue;
            };
            if seen.insert((uai, row.voie())) {
                places.push((uai, row));
            }
        }
        places.sort_by_cached_key(|(uai, row)| {
            (
                row.text(Concept::RegionName).to_owned(),
                row.text(Concept::DepartmentCog).to_owned(),
                *uai,
            )
        });
        let reference = rows.reference.map(|id| content.row(id));
        let all = content.rows(&rows.figures).chain(reference);
        let trades = all
            .map(|row| row.text(Concept::Trades))
            .find(|trades| !trades.is_empty())
            .unwrap_or_default();
        Some(Self {
            code,
            code_type: content.code_type(code),
            label: content.training_label(code),
            diploma: content.diploma(code),
            trades: trades
                .split('|')
                .filter(|trade| !trade.is_empty())
                .collect(),
            closed_on: reference
                .map(|row| row.text(Concept::Closed))
                .unwrap_or_default(),
            paths,
            places,
        })
    }

    /// Its name, or its code when nobody names it.
    pub(crate) fn title(&self) -> String {
        self.label.map_or_else(
            || format!("Formation {}", self.code),
            crate::text::sentence_case,
        )
    }
}
