//! An establishment, with all that is released of it.

use std::collections::{BTreeMap, BTreeSet};

use super::concept::{Concept, Voie};
use super::coverage::Coverage;
use super::index::{Content, EstablishmentRows, Reply};
use super::location::Territory;
use super::row::Row;
use super::uai::Uai;

/// An establishment.
#[derive(Debug)]
pub(crate) struct Establishment<'a> {
    pub(crate) uai: Uai,
    /// Its names, the current one first; empty when nobody names it.
    pub(crate) names: Vec<&'a str>,
    pub(crate) nature: &'a str,
    pub(crate) commune: &'a str,
    pub(crate) territory: Territory<'a>,
    pub(crate) coverage: Option<Coverage<'a>>,
    /// Figures of all its trainings together, the newest first.
    pub(crate) totals: Vec<Row<'a>>,
    pub(crate) sections: Vec<Section<'a>>,
    /// Figures of other codes or places that stand for trainings without their own.
    pub(crate) linked: Vec<LinkedTraining<'a>>,
    pub(crate) signals: Vec<Row<'a>>,
    pub(crate) replies: &'a [Reply],
    pub(crate) shown_by: &'a BTreeSet<Uai>,
}

/// The trainings of a path, by type of diploma.
#[derive(Debug)]
pub(crate) struct Section<'a> {
    pub(crate) voie: Voie,
    pub(crate) groups: BTreeMap<String, Vec<TrainingFigures<'a>>>,
}

/// A training of an establishment.
#[derive(Debug)]
pub(crate) struct TrainingFigures<'a> {
    pub(crate) code: &'a str,
    /// Unique on the page.
    pub(crate) anchor: String,
    pub(crate) code_type: &'static str,
    pub(crate) label: Option<&'a str>,
    pub(crate) diploma: String,
    pub(crate) voie: Voie,
    /// The newest first; never empty.
    pub(crate) vintages: Vec<Row<'a>>,
    pub(crate) region: Option<Row<'a>>,
    pub(crate) france: Option<Row<'a>>,
    /// The newest row beside the other establishments.
    pub(crate) compared: Option<Row<'a>>,
}

impl<'a> TrainingFigures<'a> {
    /// The row that is shown first: the newest.
    pub(crate) fn newest(&self) -> Row<'a> {
        self.vintages[0]
    }

    /// Its name, or its code when nobody names it.
    pub(crate) fn title(&self) -> String {
        self.label.map_or_else(
            || format!("Formation {}", self.code),
            crate::text::sentence_case,
        )
    }
}

/// A training that is shown with the figures of another.
#[derive(Debug)]
pub(crate) struct LinkedTraining<'a> {
    pub(crate) code: &'a str,
    pub(crate) label: Option<&'a str>,
    pub(crate) row: Row<'a>,
}

impl<'a> Establishment<'a> {
    /// Gathers what is released of it.
    pub(crate) fn new(content: &'a Content, uai: Uai) -> Option<Self> {
        let rows = content.establishments.get(&uai)?;
        let coverage = rows.coverage.map(|id| Coverage {
            row: content.row(id),
        });
        let named = named_rows(content, rows);
        let first = |concept| {
            let texts = named.iter().map(|row| row.text(concept));
            texts
                .into_iter()
                .find(|text| !text.is_empty())
                .unwrap_or_default()
        };
        let territory = Territory::of(&named);
        let sections = sections(content, rows, territory);
        let shown: BTreeSet<(&str, Voie)> = sections
            .iter()
            .flat_map(|section| section.groups.values().flatten())
            .filter(|training| training.newest().has_value())
            .map(|training| (training.code, training.voie))
            .collect();
        Some(Self {
            uai,
            names: names(&named),
            nature: first(Concept::EstablishmentNature),
            commune: first(Concept::Commune),
            territory,
            coverage,
            totals: content.rows(&rows.totals).collect(),
            sections,
            linked: linked(content, rows, &shown),
            signals: content.rows(&rows.signals).collect(),
            replies: content
                .replies
                .get(&uai)
                .map(Vec::as_slice)
                .unwrap_or_default(),
            shown_by: &rows.shown_by,
        })
    }

    /// Its name, or its number when nobody names it.
    pub(crate) fn name(&self) -> String {
        self.names.first().map_or_else(
            || format!("Établissement {}", self.uai),
            |name| (*name).to_owned(),
        )
    }

    /// Its trainings, in the order of the page.
    pub(crate) fn trainings(&self) -> impl Iterator<Item = &TrainingFigures<'a>> {
        self.sections
            .iter()
            .flat_map(|section| section.groups.values().flatten())
    }

    /// True when no release speaks of it any more.
    pub(crate) fn is_gone(&self) -> bool {
        self.sections.is_empty()
            && self.totals.is_empty()
            && self.coverage.is_none()
            && self.linked.is_empty()
            && self.names.is_empty()
    }
}

/// The rows that name an establishment or its territory, the most trusted first: of each table, those of its newest years. Two
/// establishments with one number are named by several.
fn named_rows<'a>(content: &'a Content, rows: &EstablishmentRows) -> Vec<Row<'a>> {
    let first = [rows.coverage, rows.places].into_iter().flatten();
    let mut named: Vec<Row<'a>> = first.map(|id| content.row(id)).collect();
    let mut newest: Vec<Row<'a>> = Vec::new();
    for id in rows.figures.iter().chain(&rows.totals) {
        let row = content.row(*id);
        let of_table = newest
            .iter()
            .find(|other| other.table.name == row.table.name);
        if of_table.is_none_or(|other| other.years() == row.years()) {
            newest.push(row);
        }
    }
    named.append(&mut newest);
    named.extend(rows.linked.first().map(|id| content.row(*id)));
    named
}

fn names<'a>(rows: &[Row<'a>]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for row in rows {
        let name = row.text(Concept::EstablishmentName);
        if names.contains(&name) {
            continue;
        }
        let fold = crate::text::fold(name);
        if !name.is_empty() && names.iter().all(|other| crate::text::fold(other) != fold) {
            names.push(name);
        }
    }
    names
}

fn sections<'a>(
    content: &'a Content,
    rows: &'a EstablishmentRows,
    territory: Territory<'a>,
) -> Vec<Section<'a>> {
    // A lycée of two ministries has the same code in two tables: two populations, two trainings.
    let mut trainings: BTreeMap<(Voie, &str, &str), Vec<Row<'a>>> = BTreeMap::new();
    for row in content.rows(&rows.figures) {
        let voie = row.voie().unwrap_or(Voie::Both);
        let key = (
            voie,
            row.text(Concept::TrainingCode),
            row.table.name.as_str(),
        );
        trainings.entry(key).or_default().push(row);
    }
    let mut sections: BTreeMap<Voie, Section<'a>> = BTreeMap::new();
    let mut anchors: BTreeMap<String, u32> = BTreeMap::new();
    for ((voie, code, _), vintages) in trainings {
        let years = vintages[0].years();
        let label = vintages
            .iter()
            .map(|row| row.text(Concept::TrainingLabel))
            .find(|label| !label.is_empty())
            .or_else(|| content.training_label(code));
        let number = anchors.entry(code.to_owned()).or_default();
        *number += 1;
        let anchor = if *number == 1 {
            code.to_owned()
        } else {
            format!("{code}-{number}")
        };
        let region = territory.region.map(|(cog, _)| cog);
        let diploma = content.diploma(code);
        let training = TrainingFigures {
            code,
            anchor,
            code_type: content.code_type(code),
            label,
            voie,
            region: region
                .zip(years)
                .and_then(|(region, years)| content.regional(code, voie, region, years)),
            france: years.and_then(|years| content.national(code, voie, years)),
            diploma: diploma.clone(),
            compared: content.compared(vintages[0]),
            vintages,
        };
        let section = sections.entry(voie).or_insert_with(|| Section {
            voie,
            groups: BTreeMap::new(),
        });
        section.groups.entry(diploma).or_default().push(training);
    }
    for section in sections.values_mut() {
        for trainings in section.groups.values_mut() {
            trainings.sort_by(|one, other| {
                (crate::text::fold(&one.title()), one.code)
                    .cmp(&(crate::text::fold(&other.title()), other.code))
            });
        }
    }
    sections.into_values().collect()
}

/// Of each code without figures of its own, the newest row that has some.
fn linked<'a>(
    content: &'a Content,
    rows: &'a EstablishmentRows,
    shown: &BTreeSet<(&str, Voie)>,
) -> Vec<LinkedTraining<'a>> {
    let mut seen = BTreeSet::new();
    let mut linked = Vec::new();
    for row in content.rows(&rows.linked) {
        let code = row.text(Concept::TrainingCode);
        let voie = row.voie().unwrap_or(Voie::Both);
        if !row.has_value() || shown.contains(&(code, voie)) || !seen.insert((code, voie)) {
            continue;
        }
        linked.push(LinkedTraining {
            code,
            label: content.training_label(code),
            row,
        });
    }
    linked.sort_by_key(|one| (one.row.voie(), one.code));
    linked
}
