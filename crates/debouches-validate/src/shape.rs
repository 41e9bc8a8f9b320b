//! The layouts in which producers deliver a table: one TOML per generation, recognised by its headings.

use std::collections::{BTreeMap, BTreeSet};

use debouches_model::spec::TableSpec;
use debouches_model::{Sha256, TableId, ValueStatus};
use serde::Deserialize;

mod file;
mod recognise;

pub(crate) use recognise::{Recognised, recognise};

macro_rules! shape_file {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../debouches-insertion/shapes/", $name, ".toml")),
        )
    };
}

/// File name and text of every shape; the name is `<table>.<shape>.toml`.
const SHAPES: &[(&str, &str)] = &[
    shape_file!("acce_etablissement.extract"),
    shape_file!("affelnet_offre.csv"),
    shape_file!("annuaire.education"),
    shape_file!("annuaire.paysage"),
    shape_file!("bcn_categorie_specialite.bcn"),
    shape_file!("bcn_dispositif_formation.bcn"),
    shape_file!("bcn_domaine_specialite.bcn"),
    shape_file!("bcn_famille_metier.bcn"),
    shape_file!("bcn_formation_diplome.bcn"),
    shape_file!("bcn_groupe_formation.bcn"),
    shape_file!("bcn_groupe_specialite.bcn"),
    shape_file!("bcn_lien_formation_groupe.bcn"),
    shape_file!("bcn_lien_mef_famille_metier.bcn"),
    shape_file!("bcn_mef.bcn"),
    shape_file!("bcn_n_formation_diplome.bcn"),
    shape_file!("bcn_niveau_formation_diplome.bcn"),
    shape_file!("bcn_type_diplome_sise.bcn"),
    shape_file!("bcn_type_groupe_formation.bcn"),
    shape_file!("catalogue_apprentissage.csv"),
    shape_file!("certif_info.csv_2024"),
    shape_file!("chomage_departement.csv"),
    shape_file!("chomage_region.csv"),
    shape_file!("cog_arrondissement.2026"),
    shape_file!("cog_collectivite_outremer.2026"),
    shape_file!("cog_commune.2026"),
    shape_file!("cog_departement.2026"),
    shape_file!("cog_mouvement_commune.2026"),
    shape_file!("cog_region.2026"),
    shape_file!("departement_academie_region.csv"),
    shape_file!("fap_rome.fap225"),
    shape_file!("ij_agricole_formation.ods"),
    shape_file!("ij_api_etablissement.api"),
    shape_file!("ij_api_france.api"),
    shape_file!("ij_api_region.api"),
    shape_file!("ij_cfa_etablissement.ods"),
    shape_file!("ij_cfa_etablissement.ods_libelles"),
    shape_file!("ij_cfa_etablissement.telechargement"),
    shape_file!("ij_cfa_etablissement.telechargement_2018"),
    shape_file!("ij_cfa_etablissement.telechargement_2019"),
    shape_file!("ij_cfa_formation.ods"),
    shape_file!("ij_lycee_etablissement.ods"),
    shape_file!("ij_lycee_etablissement.telechargement"),
    shape_file!("ij_lycee_etablissement.telechargement_2018"),
    shape_file!("ij_lycee_etablissement.telechargement_2019"),
    shape_file!("ij_lycee_formation.ods"),
    shape_file!("ij_regional.extrait_region"),
    shape_file!("insersup.2026_s1"),
    shape_file!("insersup_par_horizon.2023_s2"),
    shape_file!("insersup_par_horizon.2024_s2"),
    shape_file!("insersup_par_horizon.2025_s2"),
    shape_file!("insersup_par_horizon.2026_s1"),
    shape_file!("insersup_par_horizon.api_etablissement"),
    shape_file!("insertion_master.ods_noms"),
    shape_file!("kit_apprentissage.csv"),
    shape_file!("lycee_ips.ods"),
    shape_file!("onisep_passage.json"),
    shape_file!("orion_famille_metiers.orion"),
    shape_file!("orion_options_bts.orion"),
    shape_file!("parcoursup_offre_bts.csv"),
    shape_file!("paysage_etablissement.ods_libelles"),
    shape_file!("rome.v460"),
    shape_file!("rome_appellation.orion"),
    shape_file!("rome_domaine.csv"),
    shape_file!("signalement_recu.csv"),
];

/// What a body is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodyKind {
    /// Delimited text.
    #[default]
    Csv,
    /// A list of JSON records.
    Json,
    /// Answers of the InserJeunes API, one on each line, as `fetch` keeps them.
    InserjeunesApi,
}

/// How many rows one record makes: one for each value of a column, when a generation has a heading for each.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spread {
    /// The column that tells the rows apart.
    pub(crate) column: String,
    /// Its values; `{}` stands for them in headings.
    pub(crate) values: Vec<String>,
}

/// A generation that a list of headings cannot describe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Code {
    /// The establishment API of InserSup: marks behind counts tell the cumul.
    InsersupApi,
    /// Each cell is a formula that gives its text, so that spreadsheets keep leading zeros: `="0010856A"`.
    FormulaText,
}

/// A generation of a table: which heading is which column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Its name, for the report.
    pub name: String,
    /// What its bodies are made of.
    pub body: BodyKind,
    /// Encodings in which the producer delivers it.
    pub encodings: Vec<String>,
    pub(crate) header: Vec<String>,
    pub(crate) by_position: Vec<String>,
    pub(crate) headings: BTreeMap<String, String>,
    pub(crate) optional: BTreeMap<String, String>,
    ignored: BTreeSet<String>,
    allow_extra: bool,
    pub(crate) given: BTreeMap<String, String>,
    pub(crate) constants: BTreeMap<String, String>,
    pub(crate) recode: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) missing: BTreeMap<String, ValueStatus>,
    pub(crate) spread: Option<Spread>,
    pub(crate) spread_headings: BTreeMap<String, String>,
    pub(crate) code: Option<Code>,
}

impl Shape {
    /// The shapes of a table, in the order of names.
    #[must_use]
    pub fn of(spec: &TableSpec) -> Vec<Self> {
        let parse = |(name, text): &(&str, &str)| {
            file::parse(name, text, spec).expect("the embedded shapes are checked by a test")
        };
        files_of(&spec.id).map(parse).collect()
    }

    /// Whether the table may be delivered as JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.body != BodyKind::Csv
    }

    /// Every heading that a record is spread from, with its column and the place of its value.
    fn spread_all(&self) -> impl Iterator<Item = (String, &str, usize)> {
        let values = self
            .spread
            .iter()
            .flat_map(|spread| spread.values.iter().enumerate());
        values.flat_map(|(place, value)| {
            self.spread_headings.iter().map(move |(heading, column)| {
                (file::spread_heading(heading, value), column.as_str(), place)
            })
        })
    }

    fn missing(&self, header: &[String]) -> Vec<String> {
        if !self.header.is_empty() {
            return if self.header == header {
                Vec::new()
            } else {
                vec![self.header.join(" ; ")]
            };
        }
        let has = |heading: &str| header.iter().any(|own| own == heading);
        let plain = self
            .headings
            .keys()
            .filter(|heading| !has(heading))
            .cloned();
        // A spread column may lack some of its headings, not all of them.
        let lacks = |heading: &&String| {
            self.spread.iter().all(|spread| {
                !spread
                    .values
                    .iter()
                    .any(|value| has(&file::spread_heading(heading, value)))
            })
        };
        plain
            .chain(self.spread_headings.keys().filter(lacks).cloned())
            .collect()
    }

    fn extra(&self, header: &[String]) -> Vec<String> {
        if !self.header.is_empty() {
            return Vec::new();
        }
        let spread: BTreeSet<String> = self.spread_all().map(|(heading, _, _)| heading).collect();
        let is_known = |heading: &String| {
            self.headings.contains_key(heading)
                || self.optional.contains_key(heading)
                || self.ignored.contains(heading)
                || spread.contains(heading)
        };
        header
            .iter()
            .filter(|heading| !is_known(heading))
            .cloned()
            .collect()
    }

    /// The columns that a file of this shape fills.
    #[cfg(test)]
    pub(crate) fn filled(&self) -> impl Iterator<Item = &str> {
        let read = self
            .headings
            .values()
            .chain(self.optional.values())
            .chain(&self.by_position)
            .chain(self.spread_headings.values());
        let told = self
            .given
            .keys()
            .chain(self.constants.keys())
            .chain(self.spread.iter().map(|spread| &spread.column));
        read.chain(told)
            .map(String::as_str)
            .filter(|column| !column.is_empty())
    }
}

fn files_of(table: &TableId) -> impl Iterator<Item = &'static (&'static str, &'static str)> + '_ {
    SHAPES
        .iter()
        .filter(move |(name, _)| name.split('.').next() == Some(table.as_str()))
}

/// Digest of the shapes of a table, an ingredient of its fingerprint.
#[must_use]
pub fn shapes_digest(table: &TableId) -> Sha256 {
    let text: String = files_of(table)
        .map(|(name, text)| format!("{name}\n{text}"))
        .collect();
    Sha256::of(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use debouches_model::spec::tables;

    use super::*;

    #[test]
    fn every_shape_belongs_to_a_table_and_names_its_columns() {
        let tables: Vec<_> = tables().iter().map(|spec| spec.id.as_str()).collect();
        for (name, _) in SHAPES {
            assert!(tables.contains(&name.split('.').next().unwrap()), "{name}");
        }
        for spec in debouches_model::spec::tables()
            .iter()
            .filter(|spec| spec.derived.is_none())
        {
            let shapes = Shape::of(spec);
            assert!(!shapes.is_empty(), "{} has no shape", spec.id);
            for shape in shapes {
                for column in shape.filled() {
                    assert!(
                        spec.column(column).is_some(),
                        "{} {}: {column}",
                        spec.id,
                        shape.name
                    );
                }
                assert_eq!(
                    shape.header.len(),
                    shape.by_position.len(),
                    "{} {}",
                    spec.id,
                    shape.name
                );
            }
        }
    }
}
