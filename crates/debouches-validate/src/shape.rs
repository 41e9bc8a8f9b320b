//! The layouts in which producers deliver a table: one TOML per generation, recognised by its headings.

use std::collections::{BTreeMap, BTreeSet};

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode, Sha256, TableId};
use serde::Deserialize;

macro_rules! shape_file {
    ($name:literal) => {
        ($name, include_str!(concat!("shapes/", $name, ".toml")))
    };
}

/// File name and text of every shape; the name is `<table>.<shape>.toml`.
const SHAPES: &[(&str, &str)] = &[
    shape_file!("acce_etablissement.extract"),
    shape_file!("affelnet_offre.csv"),
    shape_file!("annuaire.education"),
    shape_file!("annuaire.paysage"),
    shape_file!("bcn_formation_diplome.bcn"),
    shape_file!("bcn_groupe_specialite.bcn"),
    shape_file!("bcn_mef.bcn"),
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
    shape_file!("ij_cfa_etablissement.ods_libelles"),
    shape_file!("ij_regional.extrait_region"),
    shape_file!("insersup.2026_s1"),
    shape_file!("insertion_master.ods_noms"),
    shape_file!("kit_apprentissage.csv"),
    shape_file!("lycee_ips.ods"),
    shape_file!("parcoursup_offre_bts.csv"),
    shape_file!("paysage_etablissement.ods_libelles"),
    shape_file!("rome.v460"),
    shape_file!("rome_appellation.orion"),
    shape_file!("rome_domaine.csv"),
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
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShapeFile {
    #[serde(default)]
    body: BodyKind,
    #[serde(default)]
    encodings: Vec<String>,
    #[serde(default)]
    same_names: bool,
    #[serde(default)]
    allow_extra: bool,
    #[serde(default)]
    columns: BTreeMap<String, String>,
    #[serde(default)]
    ignored: BTreeMap<String, String>,
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
    headings: BTreeMap<String, String>,
    ignored: BTreeSet<String>,
    allow_extra: bool,
}

/// Where each column of the specification stands in the file.
pub(crate) struct Recognised {
    pub(crate) shape: Shape,
    /// Place of each column, by its published name.
    pub(crate) places: BTreeMap<String, usize>,
    pub(crate) extra: Vec<String>,
}

impl Shape {
    /// The shapes of a table, in the order of names.
    #[must_use]
    pub fn of(spec: &TableSpec) -> Vec<Self> {
        files_of(&spec.id).map(|(name, text)| Self::parse(name, text, spec)).collect()
    }

    fn parse(name: &str, text: &str, spec: &TableSpec) -> Self {
        let file: ShapeFile = toml::from_str(text).expect("the embedded shapes are checked by a test");
        let headings = if file.same_names {
            spec.columns.iter().map(|column| (column.name.clone(), column.name.clone())).collect()
        } else {
            file.columns
        };
        let encodings =
            if file.encodings.is_empty() { vec!["utf-8".to_owned(), "utf-8-bom".to_owned()] } else { file.encodings };
        Self {
            name: name.split_once('.').map_or(name, |(_, shape)| shape).to_owned(),
            body: file.body,
            encodings,
            headings,
            ignored: file.ignored.into_keys().collect(),
            allow_extra: file.allow_extra,
        }
    }

    /// Whether the table may be delivered as JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.body == BodyKind::Json
    }

    fn missing<'a>(&'a self, header: &[String]) -> Vec<&'a str> {
        self.headings.keys().map(String::as_str).filter(|heading| !header.iter().any(|own| own == heading)).collect()
    }

    fn extra(&self, header: &[String]) -> Vec<String> {
        header
            .iter()
            .filter(|heading| !self.headings.contains_key(*heading) && !self.ignored.contains(*heading))
            .cloned()
            .collect()
    }

    /// The shape of that header, or the finding that says how it differs from the closest one.
    pub(crate) fn recognise(shapes: Vec<Self>, header: &[String]) -> Result<Recognised, Box<Finding>> {
        let closest = shapes.into_iter().min_by_key(|shape| shape.missing(header).len()).expect("a table has a shape");
        let missing = closest.missing(header);
        if let Some(twice) = closest.headings.keys().find(|heading| header.iter().filter(|own| own == heading).count() > 1) {
            let finding = Finding::new(RuleCode::UnknownHeader).line(1).column(twice);
            return Err(Box::new(finding.expected(format!("« {twice} » une seule fois")).value(format!("« {twice} »"))));
        }
        if missing.is_empty() {
            let place = |heading: &String| header.iter().position(|own| own == heading).expect("no heading is missing");
            let places = closest.headings.iter().map(|(heading, column)| (column.clone(), place(heading))).collect();
            let extra = if closest.allow_extra { Vec::new() } else { closest.extra(header) };
            return Ok(Recognised { places, extra, shape: closest });
        }
        let extra = closest.extra(header);
        let wanted: Vec<String> = missing.iter().map(|heading| with_closest(heading, &extra)).collect();
        Err(Box::new(Finding::new(RuleCode::UnknownHeader).line(1).expected(wanted.join(", ")).value(list(&extra))))
    }
}

fn with_closest(heading: &str, extra: &[String]) -> String {
    let near = extra
        .iter()
        .map(|other| (strsim::normalized_levenshtein(heading, other), other))
        .filter(|(score, _)| *score > 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((_, other)) => format!("« {heading} » (« {other} » ?)"),
        None => format!("« {heading} »"),
    }
}

fn list(headings: &[String]) -> String {
    if headings.is_empty() {
        "–".to_owned()
    } else {
        headings.iter().map(|heading| format!("« {heading} »")).collect::<Vec<_>>().join(", ")
    }
}

fn files_of(table: &TableId) -> impl Iterator<Item = &'static (&'static str, &'static str)> + '_ {
    SHAPES.iter().filter(move |(name, _)| name.split('.').next() == Some(table.as_str()))
}

/// Digest of the shapes of a table, an ingredient of its fingerprint.
#[must_use]
pub fn shapes_digest(table: &TableId) -> Sha256 {
    let text: String = files_of(table).map(|(name, text)| format!("{name}\n{text}")).collect();
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
        for spec in debouches_model::spec::tables() {
            let shapes = Shape::of(spec);
            assert!(!shapes.is_empty(), "{} has no shape", spec.id);
            for shape in shapes {
                for column in shape.headings.values() {
                    assert!(spec.column(column).is_some(), "{} {}: {column}", spec.id, shape.name);
                }
            }
        }
    }

    #[test]
    fn an_unknown_header_is_told_with_what_is_close() {
        let spec = debouches_model::spec::find(&"bcn_mef".parse().unwrap()).unwrap();
        let header: Vec<String> = ["MEF", "FORMATION_DIPLOMES", "MEF_STAT_11"].map(str::to_owned).to_vec();
        let finding = Shape::recognise(Shape::of(spec), &header).err().unwrap();
        assert_eq!(finding.expected.as_deref(), Some("« FORMATION_DIPLOME » (« FORMATION_DIPLOMES » ?)"));
        assert_eq!(finding.value.as_deref(), Some("« FORMATION_DIPLOMES »"));
    }
}
