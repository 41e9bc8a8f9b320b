//! What the nomenclatures say of a code: does it exist, since when, until when, and what does it lead to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use debouches_table::{Table, TableError};

use crate::continuum::Continuum;
use crate::days::iso;
use crate::nomenclatures::{
    CERTIFICATIONS, DIPLOMAS, KIT, References, SUCCESSIONS, TRAININGS, optional_input,
};
use crate::terminal::{CommonYear, Modules, common_years};

const GROUP_LINKS: &str = "bcn_lien_formation_groupe";
const HIGHER: &str = "paysage_etablissement";
const APPRENTICESHIP: &str = "catalogue_apprentissage";

/// Who trains and who manages an apprenticeship training in a place.
#[derive(Debug, Default)]
struct Relay {
    trainers: BTreeSet<String>,
    managers: BTreeSet<String>,
}

/// Days between which a code is open, `YYYY-MM-DD`, when they are told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Life {
    pub(super) opened: Option<String>,
    pub(super) closed: Option<String>,
    /// Years from the opening to the first leavers.
    pub(super) years: u16,
}

/// The nomenclatures, by code.
#[derive(Debug, Default)]
pub(super) struct Nomenclature {
    pub(super) diplomas: Continuum,
    pub(super) trainings: Continuum,
    pub(super) modules: Modules,
    pub(super) common: Vec<CommonYear>,
    /// Codes of later years of the same course.
    pub(super) later: HashMap<String, BTreeSet<String>>,
    pub(super) lives: HashMap<String, Life>,
    /// Diplomas of a number of the RNCP.
    pub(super) by_rncp: BTreeMap<String, BTreeSet<String>>,
    /// Other numbers of an establishment of higher education.
    pub(super) same_uai: HashMap<String, BTreeSet<String>>,
    /// By place and diploma, from the catalogue of apprenticeship trainings.
    relays: HashMap<(String, String), Relay>,
    pub(super) knows_diplomas: bool,
    pub(super) knows_trainings: bool,
}

impl Nomenclature {
    pub(super) fn read(references: &References) -> Result<Self, TableError> {
        let mut matches = Self::default();
        if let Some(diplomas) = optional_input(references, DIPLOMAS) {
            matches.knows_diplomas = true;
            matches.diploma_lives(diplomas)?;
        }
        if let Some(successions) = optional_input(references, SUCCESSIONS) {
            matches.diplomas = Continuum::read(successions)?;
            matches.diploma_lives(successions)?;
        }
        if let Some(table) = optional_input(references, TRAININGS) {
            matches.knows_trainings = true;
            matches.modules = Modules::read(table)?;
            matches.trainings = matches.modules.continuum(&matches.diplomas);
            matches.training_lives(table)?;
        }
        if let Some(links) = optional_input(references, GROUP_LINKS) {
            let (group, cfd) = (
                links.text("groupe_formation")?,
                links.text("formation_diplome")?,
            );
            let pairs = group
                .iter()
                .zip(cfd.iter())
                .filter_map(|(group, cfd)| Some((group?, cfd?)));
            matches.common = common_years(pairs, &matches.modules, &matches.diplomas);
        }
        for (name, cfd, rncp) in [
            (KIT, "cfd", "rncp"),
            (CERTIFICATIONS, "code_scolarite", "code_rncp"),
        ] {
            if let Some(table) = optional_input(references, name) {
                let (cfd, rncp) = (table.text(cfd)?, table.text(rncp)?);
                for (cfd, rncp) in cfd.iter().zip(rncp.iter()) {
                    let Some(rncp) = rncp.map(|rncp| rncp.trim_start_matches("RNCP").to_owned())
                    else {
                        continue;
                    };
                    matches
                        .by_rncp
                        .entry(rncp)
                        .or_default()
                        .extend(cfd.map(str::to_owned));
                }
            }
        }
        if let Some(table) = optional_input(references, HIGHER) {
            let (now, previous) = (table.text("uai")?, table.text("anciens_uai")?);
            for (now, previous) in now.iter().zip(previous.iter()) {
                let (Some(now), Some(previous)) = (now, previous) else {
                    continue;
                };
                let numbers = previous
                    .split([';', ',', '|', ' '])
                    .chain([now])
                    .filter(|uai| !uai.is_empty());
                let numbers: BTreeSet<String> = numbers.map(str::to_owned).collect();
                for uai in &numbers {
                    matches
                        .same_uai
                        .entry(uai.clone())
                        .or_default()
                        .extend(numbers.iter().filter(|item| *item != uai).cloned());
                }
            }
        }
        if let Some(table) = optional_input(references, APPRENTICESHIP) {
            matches.relays(table)?;
        }
        Ok(matches)
    }

    fn relays(&mut self, table: &Table) -> Result<(), TableError> {
        let (location, cfd) = (table.text("uai_lieu_formation")?, table.text("cfd")?);
        let (trainer, manager) = (
            table.text("uai_formateur")?,
            table.text("uai_gestionnaire")?,
        );
        for row in 0..table.rows() {
            let (Some(location), Some(cfd)) = (location.get(row), cfd.get(row)) else {
                continue;
            };
            let relay = self
                .relays
                .entry((location.to_owned(), cfd.to_owned()))
                .or_default();
            relay.trainers.extend(
                trainer
                    .get(row)
                    .filter(|uai| *uai != location)
                    .map(str::to_owned),
            );
            relay.managers.extend(
                manager
                    .get(row)
                    .filter(|uai| *uai != location)
                    .map(str::to_owned),
            );
        }
        Ok(())
    }

    /// The only trainer of an apprenticeship training in a place, then its only manager; several stand for none (T10). The
    /// catalogue may know the training under the diploma that it replaces or that replaces it.
    pub(super) fn relays_of(&self, location: &str, cfd: &str) -> Vec<&String> {
        let neighbours = self
            .diplomas
            .successors(cfd)
            .chain(self.diplomas.predecessors(cfd));
        let codes = std::iter::once(cfd).chain(neighbours);
        let Some(relay) = codes
            .filter_map(|cfd| self.relays.get(&(location.to_owned(), cfd.to_owned())))
            .next()
        else {
            return Vec::new();
        };
        let only = |uais: &'_ BTreeSet<String>| uais.len() == 1;
        [&relay.trainers, &relay.managers]
            .into_iter()
            .filter(|uais| only(uais))
            .flatten()
            .collect()
    }

    fn diploma_lives(&mut self, table: &Table) -> Result<(), TableError> {
        let code = table.text("formation_diplome")?;
        let (opened, closed) = (table.text("date_ouverture")?, table.text("date_fermeture")?);
        for row in 0..table.rows() {
            if let Some(code) = code.get(row) {
                // The first table to hold the code wins; the shortest course leads to leavers after one year.
                let life = || Life {
                    opened: opened.get(row).and_then(iso),
                    closed: closed.get(row).and_then(iso),
                    years: 1,
                };
                self.lives.entry(code.to_owned()).or_insert_with(life);
            }
        }
        Ok(())
    }

    fn training_lives(&mut self, table: &Table) -> Result<(), TableError> {
        let (code, cfd) = (table.text("mefstat11")?, table.text("formation_diplome")?);
        let (opened, closed) = (table.text("date_ouverture")?, table.text("date_fermeture")?);
        let (length, year) = (
            table.text("duree_dispositif")?,
            table.text("annee_dispositif")?,
        );
        let mut shortest: HashMap<&str, u16> = HashMap::new();
        for row in 0..table.rows() {
            let (Some(code), Some(cfd)) = (code.get(row), cfd.get(row)) else {
                continue;
            };
            let number = |text: Option<&str>| text.and_then(|text| text.parse::<u16>().ok());
            let (length, year) = (number(length.get(row)), number(year.get(row)));
            let years = length
                .zip(year)
                .map_or(1, |(length, year)| (length + 1).saturating_sub(year).max(1));
            let total = length.unwrap_or(1).max(1);
            shortest
                .entry(cfd)
                .and_modify(|item| *item = total.min(*item))
                .or_insert(total);
            let life = Life {
                opened: opened.get(row).and_then(iso),
                closed: closed.get(row).and_then(iso),
                years,
            };
            match self.lives.get_mut(code) {
                None => {
                    self.lives.insert(code.to_owned(), life);
                }
                // A code that two lines hold is open as soon and as long as one of them is.
                Some(item) => {
                    item.opened = item.opened.take().min(life.opened);
                    item.closed = item
                        .closed
                        .take()
                        .zip(life.closed)
                        .map(|(item, other)| item.max(other));
                    item.years = item.years.min(life.years);
                }
            }
            for earlier in self.modules.years_before(code) {
                self.later
                    .entry(earlier)
                    .or_default()
                    .insert(code.to_owned());
            }
        }
        for (cfd, years) in shortest {
            if let Some(life) = self.lives.get_mut(cfd) {
                life.years = years;
            }
        }
        Ok(())
    }

    /// The common years whose diploma is one of those, with the codes that they lead to.
    pub(super) fn common_years_of<'a>(
        &'a self,
        cfds: &'a BTreeSet<String>,
    ) -> impl Iterator<Item = &'a CommonYear> {
        self.common
            .iter()
            .filter(|year| cfds.contains(&year.common))
    }

    /// Diplomas of a MEFSTAT11.
    pub(super) fn diplomas_of(&self, mefstat11: &str) -> BTreeSet<String> {
        self.modules
            .diplomas_of(mefstat11)
            .map(str::to_owned)
            .collect()
    }
}
