//! The figures that exist, by place, by way of following a training and by code: shown, or hidden.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use debouches_model::spec::{Role, TableSpec, find};
use debouches_model::{RowCounts, Uai, ValueStatus, Vintage};
use debouches_table::{StatusColumn, Table, TableError, TextColumn};

use super::{CodeSystem, FIGURE_TABLES, Grain, Voie};
use crate::reference::References;
use crate::secrecy;
use crate::told::Told;

/// Where figures are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Establishment(String),
    Region(String),
    Anywhere,
}

impl Place {
    fn grain(&self) -> Grain {
        match self {
            Self::Establishment(_) => Grain::Etablissement,
            Self::Region(_) => Grain::Region,
            Self::Anywhere => Grain::Partout,
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
    trainings: HashMap<(Place, Voie), ByCode>,
    /// Establishments, by whatever table knows them.
    pub(super) establishments: HashMap<String, Figure>,
    pub(super) tables_of: HashMap<String, BTreeSet<&'static str>>,
    /// Rows read, by table.
    pub(super) rows: BTreeMap<&'static str, u64>,
    /// Last year of the newest vintage; 0 without figures.
    pub(super) newest: u16,
    /// Last year of the newest vintage that trainings have at a grain.
    newest_at: BTreeMap<(Grain, Voie), u16>,
}

/// Columns that split a population; only their total is read.
///
/// Graduates alone are read too: InserSup gives some diplomas for them only.
const POPULATION: [&str; 3] = ["genre", "nationalite", "regime_inscription"];
const WHOLE: &str = "ensemble";

impl Figures {
    pub(super) fn read(references: &References, since: Option<u16>) -> Result<Self, TableError> {
        let mut found = Self::default();
        for name in FIGURE_TABLES {
            let Some(reference) = references.iter().find(|(own, _)| own.as_str() == name).map(|(_, own)| own) else { continue };
            let Some(spec) = name.parse().ok().and_then(|id| find(&id)) else { continue };
            found.add(name, spec, &reference.table, since)?;
        }
        Ok(found)
    }

    /// The figures of a place.
    pub(super) fn at(&self, place: &Place, voie: Voie) -> Option<&ByCode> {
        self.trainings.get(&(place.clone(), voie))
    }

    /// Last year of the newest vintage at a grain; 0 without figures there.
    pub(super) fn newest_at(&self, grain: Grain, voie: Voie) -> u16 {
        self.newest_at.get(&(grain, voie)).copied().unwrap_or_default()
    }

    /// How many codes of an establishment are shown, and how many are hidden.
    pub(super) fn trainings_of(&self, uai: &str) -> (u64, u64) {
        let place = Place::Establishment(uai.to_owned());
        let voies = [Voie::Scolaire, Voie::Apprentissage, Voie::Superieur];
        let figures = voies.iter().filter_map(|voie| self.at(&place, *voie)).flat_map(HashMap::values);
        figures.fold((0, 0), |(shown, hidden), figure| if figure.shown { (shown + 1, hidden) } else { (shown, hidden + 1) })
    }

    fn add(&mut self, name: &'static str, spec: &TableSpec, table: &Table, since: Option<u16>) -> Result<(), TableError> {
        let mut table = table.clone();
        secrecy::apply(spec, &mut table, &mut RowCounts::default(), &mut Told::default())?;
        let layout = Layout::of(spec, &table)?;
        let mut rows = 0;
        for row in (0..table.rows()).filter(|row| layout.is_whole(*row)) {
            let Some(vintage) = layout.vintage(row).filter(|year| since.is_none_or(|since| *year >= since)) else { continue };
            let figure = Figure { shown: layout.is_shown(row), vintage, table: name };
            let codes: Vec<(Voie, &str)> = layout.codes(row).collect();
            let uai = layout.uai.and_then(|column| column.get(row)).filter(|uai| uai.parse::<Uai>().is_ok());
            let region = layout.region.and_then(|column| column.get(row));
            self.newest = self.newest.max(vintage);
            rows += 1;
            if let Some(uai) = uai {
                keep(&mut self.establishments, uai, figure);
                self.tables_of.entry(uai.to_owned()).or_default().insert(name);
            }
            for (voie, code) in codes {
                let places = uai
                    .map(|uai| Place::Establishment(uai.to_owned()))
                    .into_iter()
                    .chain(region.map(|region| Place::Region(region.to_owned())))
                    .chain([Place::Anywhere]);
                for place in places {
                    let newest = self.newest_at.entry((place.grain(), voie)).or_default();
                    *newest = vintage.max(*newest);
                    keep(self.trainings.entry((place, voie)).or_default(), code, figure);
                }
            }
        }
        self.rows.insert(name, rows);
        Ok(())
    }
}

fn keep(figures: &mut ByCode, code: &str, new: Figure) {
    match figures.get_mut(code) {
        Some(own) => *own = (*own).max(new),
        None => {
            figures.insert(code.to_owned(), new);
        }
    }
}

/// Where a table says what; found by the formats of its columns.
struct Layout<'a> {
    uai: Option<&'a TextColumn>,
    region: Option<&'a TextColumn>,
    codes: Vec<(Voie, &'a TextColumn)>,
    population: Vec<&'a TextColumn>,
    vintages: &'a TextColumn,
    /// The year of each distinct vintage.
    years: Vec<Option<u16>>,
    /// States of the rates and shares: a count alone shows nothing.
    rates: Vec<&'a StatusColumn>,
}

impl<'a> Layout<'a> {
    fn of(spec: &TableSpec, table: &'a Table) -> Result<Self, TableError> {
        let no_vintage = || TableError::NoColumn { name: "vintage".to_owned(), expected: "declared" };
        let vintage = spec.vintage.as_ref().ok_or_else(no_vintage)?;
        let vintages = table.text(&vintage.column)?;
        let years = vintages.distinct().map(|text| Vintage::parse(text, vintage.style).map(|vintage| vintage.last)).collect();
        let mut layout =
            Self { uai: None, region: None, codes: Vec::new(), population: Vec::new(), vintages, years, rates: Vec::new() };
        for column in &spec.columns {
            if column.is_measure() && column.unit.as_deref() == Some("%") {
                layout.rates.push(table.statuses(&column.status_name())?);
            }
            if POPULATION.contains(&column.name.as_str()) {
                layout.population.push(table.text(&column.name)?);
            }
            let Some(format) = column.format.filter(|_| column.role == Role::Dimension) else { continue };
            if format == debouches_model::spec::CodeFormat::RegionCog {
                layout.region = Some(table.text(&column.name)?);
            }
            let voie = match CodeSystem::of_format(format) {
                Some(CodeSystem::Uai) => {
                    layout.uai = Some(table.text(&column.name)?);
                    continue;
                }
                Some(CodeSystem::Mefstat11) => Voie::Scolaire,
                Some(CodeSystem::Cfd) => Voie::Apprentissage,
                Some(CodeSystem::Sise) => Voie::Superieur,
                Some(CodeSystem::Rncp) | None => continue,
            };
            layout.codes.push((voie, table.text(&column.name)?));
        }
        Ok(layout)
    }

    fn is_whole(&self, row: usize) -> bool {
        self.population.iter().all(|column| column.get(row).is_none_or(|value| value == WHOLE))
    }

    fn vintage(&self, row: usize) -> Option<u16> {
        self.vintages.key(row).and_then(|key| self.years[key])
    }

    fn is_shown(&self, row: usize) -> bool {
        self.rates.iter().any(|statuses| statuses.get(row) == ValueStatus::Measured)
    }

    fn codes(&self, row: usize) -> impl Iterator<Item = (Voie, &'a str)> {
        self.codes.iter().filter_map(move |(voie, column)| column.get(row).map(|code| (*voie, code)))
    }
}
