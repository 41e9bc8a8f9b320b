//! The figures that exist, by place, by way of following a training and by code: shown, or hidden.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use debouches_model::spec::{Role, TableSpec};
use debouches_model::{RowCounts, ValueStatus, Vintage};
use debouches_table::{StatusColumn, Table, TableError, TextColumn};

use super::{AskedVintages, CodeSystem, Grain, Pathway};
use crate::code_types::Uai;
use crate::knowledge::Knowledge;
use crate::nomenclatures::References;
use debouches_enrich::FindingCollector;
use debouches_enrich::suppress_small_groups;

/// Where figures are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Location {
    Establishment(String),
    Region(String),
    Anywhere,
}

impl Location {
    fn grain(&self) -> Grain {
        match self {
            Self::Establishment(_) => Grain::Establishment,
            Self::Region(_) => Grain::Region,
            Self::Anywhere => Grain::Anywhere,
        }
    }
}

/// The best figure of a place and a code: shown before hidden, then the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Figure {
    pub(super) shown: bool,
    /// Last year of the vintage.
    pub(super) vintage: u16,
    pub(super) table: &'static str,
}

/// Figures of a place, by code.
pub(super) type ByCode = HashMap<String, Figure>;

/// Every figure.
#[derive(Debug, Default)]
pub(super) struct Figures {
    trainings: HashMap<(Location, Pathway), ByCode>,
    /// Establishments, by whatever table knows them.
    pub(super) establishments: HashMap<String, Figure>,
    pub(super) tables_of: HashMap<String, BTreeSet<&'static str>>,
    /// Rows read, by table; a table that has not the vintage asked is left out.
    pub(super) rows: BTreeMap<&'static str, u64>,
    /// Vintages of those rows.
    pub(super) vintages: BTreeMap<&'static str, BTreeSet<Vintage>>,
    /// Every vintage that each table has.
    pub(super) existing: BTreeMap<&'static str, BTreeSet<Vintage>>,
    /// Last year of the newest vintage; 0 without figures.
    pub(super) newest: u16,
    /// Last year of the newest vintage that trainings have at a grain.
    newest_at: BTreeMap<(Grain, Pathway), u16>,
}

/// Columns that split a population; only their total is read.
///
/// Graduates alone are read too: InserSup gives some diplomas for them only.
const POPULATION: [&str; 3] = ["genre", "nationalite", "regime_inscription"];
const TOTAL: &str = "ensemble";

impl Figures {
    pub(super) fn read(
        known: Knowledge,
        references: &References,
        asked: AskedVintages,
    ) -> Result<Self, TableError> {
        let mut figures = Self::default();
        for spec in known.figure_tables() {
            if let Some(reference) = references.get(&spec.id) {
                figures.add(spec.id.as_str(), spec, &reference.table, asked)?;
            }
        }
        Ok(figures)
    }

    /// The figures of a place.
    pub(super) fn at(&self, location: &Location, voie: Pathway) -> Option<&ByCode> {
        self.trainings.get(&(location.clone(), voie))
    }

    /// Last year of the newest vintage at a grain; 0 without figures there.
    pub(super) fn newest_at(&self, grain: Grain, voie: Pathway) -> u16 {
        self.newest_at
            .get(&(grain, voie))
            .copied()
            .unwrap_or_default()
    }

    /// How many codes of an establishment are shown, and how many are hidden.
    pub(super) fn trainings_of(&self, uai: &str) -> (u64, u64) {
        let location = Location::Establishment(uai.to_owned());
        let voies = [
            Pathway::School,
            Pathway::Apprenticeship,
            Pathway::HigherEducation,
        ];
        let figures = voies
            .iter()
            .filter_map(|voie| self.at(&location, *voie))
            .flat_map(HashMap::values);
        figures.fold((0, 0), |(shown, hidden), figure| {
            if figure.shown {
                (shown + 1, hidden)
            } else {
                (shown, hidden + 1)
            }
        })
    }

    fn add(
        &mut self,
        name: &'static str,
        spec: &TableSpec,
        table: &Table,
        asked: AskedVintages,
    ) -> Result<(), TableError> {
        let mut table = table.clone();
        suppress_small_groups(
            spec,
            &mut table,
            &mut RowCounts::default(),
            &mut FindingCollector::default(),
        )?;
        let layout = Layout::of(spec, &table)?;
        let total: Vec<(usize, Vintage)> = (0..table.rows())
            .filter(|row| layout.is_total(*row))
            .filter_map(|row| Some((row, layout.vintage(row)?)))
            .collect();
        self.existing
            .insert(name, total.iter().map(|(_, vintage)| *vintage).collect());
        let read = layout.asked(total, asked);
        if matches!(asked, AskedVintages::AnsweringFor(_)) && read.is_empty() {
            return Ok(());
        }
        self.rows.insert(name, read.len() as u64);
        self.vintages
            .insert(name, read.iter().map(|(_, vintage)| *vintage).collect());
        for (row, vintage) in read {
            let vintage = vintage.last;
            let figure = Figure {
                shown: layout.is_shown(row),
                vintage,
                table: name,
            };
            let codes: Vec<(Pathway, &str)> = layout.codes(row).collect();
            let uai = layout
                .uai
                .and_then(|column| column.get(row))
                .filter(|uai| uai.parse::<Uai>().is_ok());
            let region = layout.region.and_then(|column| column.get(row));
            self.newest = self.newest.max(vintage);
            if let Some(uai) = uai {
                keep(&mut self.establishments, uai, figure);
                self.tables_of
                    .entry(uai.to_owned())
                    .or_default()
                    .insert(name);
            }
            for (voie, code) in codes {
                let locations = uai
                    .map(|uai| Location::Establishment(uai.to_owned()))
                    .into_iter()
                    .chain(region.map(|region| Location::Region(region.to_owned())))
                    .chain([Location::Anywhere]);
                for location in locations {
                    let newest = self.newest_at.entry((location.grain(), voie)).or_default();
                    *newest = vintage.max(*newest);
                    keep(
                        self.trainings.entry((location, voie)).or_default(),
                        code,
                        figure,
                    );
                }
            }
        }
        Ok(())
    }
}

fn keep(figures: &mut ByCode, code: &str, new: Figure) {
    match figures.get_mut(code) {
        Some(item) => *item = (*item).max(new),
        None => {
            figures.insert(code.to_owned(), new);
        }
    }
}

/// Where a table says what; found by the formats of its columns.
struct Layout<'a> {
    uai: Option<&'a TextColumn>,
    region: Option<&'a TextColumn>,
    codes: Vec<(Pathway, &'a TextColumn)>,
    population: Vec<&'a TextColumn>,
    vintages: &'a TextColumn,
    /// What each distinct vintage says.
    cohorts: Vec<Option<Vintage>>,
    /// States of the rates and shares: a count alone shows nothing.
    rates: Vec<&'a StatusColumn>,
}

impl<'a> Layout<'a> {
    fn of(spec: &TableSpec, table: &'a Table) -> Result<Self, TableError> {
        let no_vintage = || TableError::NoColumn {
            name: "vintage".to_owned(),
            expected: "declared",
        };
        let vintage = spec.vintage.as_ref().ok_or_else(no_vintage)?;
        let vintages = table.text(&vintage.column)?;
        let cohorts = vintages
            .distinct()
            .map(|text| Vintage::parse(text, &vintage.style))
            .collect();
        let mut layout = Self {
            uai: None,
            region: None,
            codes: Vec::new(),
            population: Vec::new(),
            vintages,
            cohorts,
            rates: Vec::new(),
        };
        for column in &spec.columns {
            if column.is_measure() && column.unit.as_deref() == Some("%") {
                layout.rates.push(table.statuses(&column.status_name())?);
            }
            if POPULATION.contains(&column.name.as_str()) {
                layout.population.push(table.text(&column.name)?);
            }
            let Some(format) = column.format.filter(|_| column.role == Role::Dimension) else {
                continue;
            };
            if format.is("region-cog") {
                layout.region = Some(table.text(&column.name)?);
            }
            let voie = match CodeSystem::of_format(format) {
                Some(CodeSystem::Uai) => {
                    layout.uai = Some(table.text(&column.name)?);
                    continue;
                }
                Some(CodeSystem::Mefstat11) => Pathway::School,
                Some(CodeSystem::Cfd) => Pathway::Apprenticeship,
                Some(CodeSystem::Sise) => Pathway::HigherEducation,
                Some(CodeSystem::Mef | CodeSystem::Rncp) | None => continue,
            };
            layout.codes.push((voie, table.text(&column.name)?));
        }
        Ok(layout)
    }

    fn is_total(&self, row: usize) -> bool {
        self.population
            .iter()
            .all(|column| column.get(row).is_none_or(|value| value == TOTAL))
    }

    fn vintage(&self, row: usize) -> Option<Vintage> {
        self.vintages.key(row).and_then(|key| self.cohorts[key])
    }

    /// The rows of the vintages that are asked.
    ///
    /// The vintage that answers for another is chosen for each training of each place: InserSup publishes one year for large
    /// diplomas and two cumulated for small ones, in the same table.
    fn asked(&self, rows: Vec<(usize, Vintage)>, asked: AskedVintages) -> Vec<(usize, Vintage)> {
        let asked = match asked {
            AskedVintages::All => return rows,
            AskedVintages::Since(year) => {
                return rows
                    .into_iter()
                    .filter(|(_, vintage)| vintage.last >= year)
                    .collect();
            }
            AskedVintages::AnsweringFor(asked) => asked,
        };
        let mut known: HashMap<Vec<Option<usize>>, Vec<Vintage>> = HashMap::new();
        for (row, vintage) in &rows {
            known.entry(self.training(*row)).or_default().push(*vintage);
        }
        let answers: HashMap<Vec<Option<usize>>, Vintage> = known
            .into_iter()
            .filter_map(|(training, item)| Some((training, asked.answered_by(&item)?)))
            .collect();
        rows.into_iter()
            .filter(|(row, vintage)| answers.get(&self.training(*row)) == Some(vintage))
            .collect()
    }

    /// What tells the training and the place of a row from others.
    fn training(&self, row: usize) -> Vec<Option<usize>> {
        let locations = [self.uai, self.region].into_iter().flatten();
        locations
            .chain(self.codes.iter().map(|(_, column)| *column))
            .map(|column| column.key(row))
            .collect()
    }

    fn is_shown(&self, row: usize) -> bool {
        self.rates
            .iter()
            .any(|statuses| statuses.get(row) == ValueStatus::Measured)
    }

    fn codes(&self, row: usize) -> impl Iterator<Item = (Pathway, &'a str)> {
        self.codes
            .iter()
            .filter_map(move |(voie, column)| column.get(row).map(|code| (*voie, code)))
    }
}
