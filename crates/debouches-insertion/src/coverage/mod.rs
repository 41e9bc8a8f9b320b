//! T17, coverage: what the tables can show of each line of a catalogue, and why not when they cannot.
//!
//! A line is asked at three grains: its establishment, the région of its establishment, and anywhere at all. At each grain
//! the first rung that holds wins: own figures, those of a strict predecessor or successor (T6, T7), those of the last year
//! of the course (T8), those of the last years behind a common year (T9), those of the same training under another number of
//! the establishment (T10). Figures are read from the validated tables and hidden as `enrich` hides them, hence what is
//! told as shown is what is published. Deliberately absent: files, and the clock, which enters as a day.

mod answer;
mod figures;
mod ladder;
mod line;
mod nomenclature;
mod reasons;
mod totals;

use std::collections::{BTreeMap, BTreeSet};

use debouches_model::Vintage;
use debouches_table::TableError;

pub use answer::{Answer, Grain, Rung};
pub use line::{CatalogueLine, CodeSystem, Pathway};
pub use totals::{GrainTotals, Totals};

use crate::knowledge::Knowledge;
use crate::nomenclatures::References;
use figures::{Figures, Location};
use nomenclature::Nomenclature;

/// Nomenclatures that tell which codes exist and what follows what; those that are configured are used.
pub const CODE_TABLES: [&str; 8] = [
    "bcn_formation_diplome",
    "bcn_lien_formation_groupe",
    "bcn_mef",
    "bcn_n_formation_diplome",
    "catalogue_apprentissage",
    "certif_info",
    "kit_apprentissage",
    "paysage_etablissement",
];

/// The vintages whose figures are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AskedVintages {
    /// Every one; the newest is preferred.
    #[default]
    All,
    /// Those whose last year is that one or later.
    Since(u16),
    /// That one, or the one that answers for it.
    AnsweringFor(Vintage),
}

/// All that is needed to answer for a line.
#[derive(Debug)]
pub struct Coverage {
    figures: Figures,
    codes: Nomenclature,
    known: Knowledge,
    /// Day on which a training is open or closed, `YYYY-MM-DD`.
    on: String,
}

impl Coverage {
    /// Reads the figures and the nomenclatures. `on` is the day, `YYYY-MM-DD`, on which a training is open or closed; without
    /// one, the first of September of the newest vintage.
    ///
    /// # Errors
    /// When a table has not the columns of its specification.
    pub(crate) fn read(
        known: Knowledge,
        references: &References,
        on: Option<String>,
        asked: AskedVintages,
    ) -> Result<Self, TableError> {
        let figures = Figures::read(known, references, asked)?;
        let codes = Nomenclature::read(references)?;
        let on = on.unwrap_or_else(|| format!("{:04}-09-01", figures.newest));
        Ok(Self {
            figures,
            codes,
            known,
            on,
        })
    }

    /// The day on which a training is open or closed, `YYYY-MM-DD`.
    #[must_use]
    pub fn on(&self) -> &str {
        &self.on
    }

    /// Tables with figures that were read, with the number of their rows that a line may find; those that have not the vintage
    /// asked are left out.
    #[must_use]
    pub fn tables(&self) -> &BTreeMap<&'static str, u64> {
        &self.figures.rows
    }

    /// The vintages of those rows, by table.
    #[must_use]
    pub fn vintages(&self) -> &BTreeMap<&'static str, BTreeSet<Vintage>> {
        &self.figures.vintages
    }

    /// Every vintage that each table has, whatever was asked.
    #[must_use]
    pub fn existing_vintages(&self) -> &BTreeMap<&'static str, BTreeSet<Vintage>> {
        &self.figures.existing
    }

    /// Last year of the newest vintage; 0 without figures.
    #[must_use]
    pub fn newest(&self) -> u16 {
        self.figures.newest
    }

    /// Grains at which lines of that code system can be answered, the finest first.
    #[must_use]
    pub fn grains(&self, system: CodeSystem, has_uai: bool) -> Vec<Grain> {
        match system {
            CodeSystem::Uai => vec![Grain::Establishment],
            CodeSystem::Sise if has_uai => vec![Grain::Establishment, Grain::Anywhere],
            CodeSystem::Mefstat11 | CodeSystem::Mef | CodeSystem::Cfd | CodeSystem::Rncp
                if has_uai =>
            {
                vec![Grain::Establishment, Grain::Region, Grain::Anywhere]
            }
            CodeSystem::Sise
            | CodeSystem::Mefstat11
            | CodeSystem::Mef
            | CodeSystem::Cfd
            | CodeSystem::Rncp => vec![Grain::Anywhere],
        }
    }

    /// Establishments that the figures know, sorted.
    pub(crate) fn establishments(&self) -> BTreeSet<&str> {
        self.figures
            .establishments
            .keys()
            .map(String::as_str)
            .collect()
    }

    /// How many trainings of an establishment are shown, and how many are not.
    pub(crate) fn trainings_of(&self, uai: &str) -> (u64, u64) {
        self.figures.trainings_of(uai)
    }

    /// Diplomas that an establishment has figures for both in school and by apprenticeship.
    pub(crate) fn mixed_of(&self, uai: &str) -> BTreeSet<String> {
        let codes = |voie| {
            self.figures
                .at(&Location::Establishment(uai.to_owned()), voie)
        };
        let (Some(school), Some(contract)) =
            (codes(Pathway::School), codes(Pathway::Apprenticeship))
        else {
            return BTreeSet::new();
        };
        let diplomas = school.keys().flat_map(|code| self.codes.diplomas_of(code));
        diplomas.filter(|cfd| contract.contains_key(cfd)).collect()
    }

    /// Every diploma of the BCN that is open on the day, and every one that has figures: by code, whether it is open.
    pub(crate) fn diplomas(&self) -> BTreeMap<&str, bool> {
        let is_open = |life: &nomenclature::Life| {
            life.closed.as_ref().is_none_or(|closed| *closed >= self.on)
        };
        let listed = self.codes.lives.iter().filter(|(code, _)| code.len() == 8);
        listed
            .map(|(code, life)| (code.as_str(), is_open(life)))
            .collect()
    }

    /// Codes with figures in any place, by way of following them: whether they are shown, and the newest vintage.
    pub(crate) fn codes_of(&self, voie: Pathway) -> impl Iterator<Item = (&str, bool, u16)> {
        let figures = self
            .figures
            .at(&Location::Anywhere, voie)
            .into_iter()
            .flatten();
        figures.map(|(code, figure)| (code.as_str(), figure.shown, figure.vintage))
    }

    /// Diplomas of a MEFSTAT11.
    pub(crate) fn diplomas_of(&self, mefstat11: &str) -> BTreeSet<String> {
        self.codes.diplomas_of(mefstat11)
    }

    /// The newest vintage shown of anything about the establishment.
    pub(crate) fn shown_vintage(&self, uai: &str) -> Option<u16> {
        self.figures
            .establishments
            .get(uai)
            .filter(|figure| figure.shown)
            .map(|figure| figure.vintage)
    }

    /// Tables that know the establishment.
    pub(crate) fn tables_of(&self, uai: &str) -> Vec<&'static str> {
        self.figures
            .tables_of
            .get(uai)
            .map(|tables| tables.iter().copied().collect())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use debouches_model::ValueStatus;
    use debouches_model::spec::TableSpec;
    use debouches_table::{Column, Table, TextColumn};

    use super::*;
    use crate::nomenclatures::Reference;

    fn text(values: &[&str]) -> Column {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        let rows = u32::try_from(values.len()).unwrap();
        Column::Text(TextColumn::new(&values, (0..rows).map(Some)))
    }

    /// Figures of two trainings of a centre, one of them without any rate.
    fn figures(spec: &TableSpec) -> Table {
        let mut table = Table::new(2);
        for column in &spec.columns {
            if column.is_measure() {
                table
                    .set(
                        &column.name,
                        Column::Integer([Some(50), None].into_iter().collect()),
                    )
                    .unwrap();
                let states = [ValueStatus::Measured, ValueStatus::Absent]
                    .into_iter()
                    .collect();
                table
                    .set(&column.status_name(), Column::Status(states))
                    .unwrap();
            } else {
                let values = match column.name.as_str() {
                    "annee" => ["cumul 2022-2023"; 2],
                    "uai" => ["0010856A"; 2],
                    _ if column.format.is_some_and(|format| format.is("cfd")) => {
                        ["40023203", "50022129"]
                    }
                    _ => [""; 2],
                };
                table.set(&column.name, text(&values)).unwrap();
            }
        }
        table
    }

    #[test]
    fn a_location_shows_the_figures_of_its_only_trainer_and_never_of_one_of_two() {
        let mut references = References::new();
        let mut add = |name: &str, table| {
            references.insert(
                name.parse().unwrap(),
                Reference {
                    table,
                    version: String::new(),
                },
            );
        };
        add(
            "ij_cfa_formation",
            figures(
                Knowledge::embedded()
                    .tables
                    .named("ij_cfa_formation")
                    .unwrap(),
            ),
        );
        let mut catalogue = Table::new(4);
        // 0010001W has one trainer, 0750001U two, 7200664J a manager only.
        let locations = ["0010001W", "0750001U", "0750001U", "7200664J"];
        for (name, values) in [
            ("uai_lieu_formation", locations),
            (
                "uai_formateur",
                ["0010856A", "0010856A", "9830002K", "7200664J"],
            ),
            (
                "uai_gestionnaire",
                ["9830002K", "9830002K", "9830002K", "0010856A"],
            ),
            ("cfd", ["40023203"; 4]),
        ] {
            catalogue.set(name, text(&values)).unwrap();
        }
        add("catalogue_apprentissage", catalogue);
        let coverage =
            Coverage::read(Knowledge::embedded(), &references, None, AskedVintages::All).unwrap();
        let answer = |uai: &str, code: &str| {
            let (code, uai) = (code.to_owned(), Some(uai.to_owned()));
            let line = CatalogueLine {
                system: CodeSystem::Cfd,
                code,
                uai,
                voie: Some(Pathway::Apprenticeship),
            };
            let answer = coverage
                .answer(&line)
                .remove(&Grain::Establishment)
                .unwrap();
            (answer.rung, answer.uai)
        };
        let trainer = || Some("0010856A".to_owned());
        assert_eq!(answer("0010856A", "40023203"), (Rung::Direct, None));
        assert_eq!(answer("0010001W", "40023203"), (Rung::Uai, trainer()));
        assert_eq!(answer("7200664J", "40023203"), (Rung::Uai, trainer()));
        assert_eq!(
            answer("0750001U", "40023203"),
            (Rung::UnknownEstablishment, None)
        );
        assert_eq!(
            answer("0010001W", "50022129").0,
            Rung::UnknownEstablishment,
            "another training of the catalogue"
        );
        assert_eq!(answer("0010856A", "50022129").0, Rung::BelowThreshold);
        assert_eq!(answer("0010856A", "40025406").0, Rung::Establishment);
    }
}
