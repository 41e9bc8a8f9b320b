//! One vocabulary across the published tables: the common columns that apply, one name for one thing, and prefixes that tell
//! denominators.

#![expect(
    clippy::print_stdout,
    reason = "the table of common columns is read in review"
)]

use std::collections::{BTreeMap, BTreeSet};

use debouches_insertion::Domain;
use debouches_model::spec::{ColumnKind, ColumnSpec, TableKind, TableSpec};

const COHORTS: [&str; 4] = ["millesime", "millesime_debut", "millesime_fin", "est_cumul"];
const TRAINING: [&str; 6] = [
    "formation_code",
    "formation_code_type",
    "formation_libelle",
    "diplome_type",
    "diplome_type_libelle",
    "niveau_qualification",
];
const ESTABLISHMENT: [&str; 4] = [
    "uai",
    "etablissement_libelle",
    "commune_code",
    "commune_libelle",
];
const PLACE: [&str; 6] = [
    "region_cog",
    "region_nom",
    "academie_code",
    "academie_nom",
    "departement_cog",
    "departement_nom",
];
const TRADES: [&str; 4] = [
    "nsf_domaine",
    "nsf_domaine_libelle",
    "rome_codes",
    "rome_libelles",
];

fn published(domain: &Domain) -> impl Iterator<Item = &TableSpec> {
    domain
        .tables
        .iter()
        .filter(|spec| spec.kind == TableKind::Indicators)
}

/// Names and types of the columns of a table, the added ones included.
fn columns(spec: &TableSpec) -> BTreeMap<&str, ColumnKind> {
    spec.columns
        .iter()
        .chain(spec.added_columns())
        .map(|column| (column.name.as_str(), column.kind))
        .collect()
}

#[test]
fn every_published_table_has_the_common_columns_that_apply() {
    let domain = Domain::embedded();
    let mut missing = Vec::new();
    for spec in published(&domain) {
        let has = columns(spec);
        let names = |name: &str| spec.columns.iter().any(|column| column.name == name);
        let figures = spec.has_cohorts();
        let by_code = [
            "cfd",
            "mefstat11",
            "sise",
            "code_formation_mefstat11",
            "code_type",
        ]
        .iter()
        .any(|name| names(name));
        let by_place = ["uai", "etablissement", "numero_de_l_etablissement"]
            .iter()
            .any(|name| names(name));
        let wanted = [
            (figures, COHORTS.as_slice()),
            (by_code, TRAINING.as_slice()),
            (by_place, ESTABLISHMENT.as_slice()),
            (by_place && figures, PLACE.as_slice()),
            (names("donnee_source_type"), ["donnee_origine"].as_slice()),
            (spec.addition("trades").is_some(), TRADES.as_slice()),
        ];
        for name in wanted
            .iter()
            .filter(|(applies, _)| *applies)
            .flat_map(|(_, names)| names.iter())
        {
            if !has.contains_key(name) {
                missing.push(format!("{}.{name}", spec.id));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn a_common_name_has_one_type_and_one_place_in_every_table() {
    let domain = Domain::embedded();
    let mut kinds: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for spec in published(&domain) {
        for (name, kind) in columns(spec) {
            if spec.rank(name).is_some() {
                kinds.entry(name).or_default().insert(format!("{kind:?}"));
            }
        }
    }
    assert!(kinds.len() > 20, "{kinds:?}");
    kinds.retain(|_, kinds| kinds.len() > 1);
    assert!(kinds.is_empty(), "{kinds:?}");
}

/// Words of a denominator that stand for the same persons.
fn persons(measure: &ColumnSpec) -> String {
    let over = measure.denominator.as_deref().unwrap_or_default();
    over.replace("élèves en", "inscrits en")
        .replace("apprentis en", "inscrits en")
}

#[test]
fn a_measure_has_one_name_and_a_name_has_one_measure() {
    let domain = Domain::embedded();
    let mut names: BTreeMap<(&str, String), BTreeSet<&str>> = BTreeMap::new();
    let mut things: BTreeMap<&str, BTreeSet<(&str, String)>> = BTreeMap::new();
    for measure in published(&domain).flat_map(TableSpec::measures) {
        let thing = (measure.label.as_str(), persons(measure));
        names
            .entry(thing.clone())
            .or_default()
            .insert(&measure.name);
        things.entry(&measure.name).or_default().insert(thing);
    }
    assert!(names.len() > 50, "{names:?}");
    names.retain(|_, names| names.len() > 1);
    things.retain(|_, things| things.len() > 1);
    assert!(names.is_empty(), "one thing, several names: {names:?}");
    assert!(things.is_empty(), "one name, several things: {things:?}");
}

/// The survey of graduates of a master keeps the names of its producer: its rates are over answers, as their denominators say.
const SURVEY: &str = "insertion_master";

#[test]
fn a_prefix_tells_the_denominator() {
    let domain = Domain::embedded();
    let mut wrong = Vec::new();
    let (mut shares, mut rates) = (0, 0);
    for spec in published(&domain).filter(|spec| spec.id.as_str() != SURVEY) {
        for measure in spec.measures() {
            let over = persons(measure);
            let (is_share, is_rate) = (
                measure.name.starts_with("part_"),
                measure.name.starts_with("taux_"),
            );
            shares += usize::from(is_share);
            rates += usize::from(is_rate);
            if (is_share && over != "inscrits en année terminale")
                || (is_rate && over != "sortants")
            {
                wrong.push(format!("{}.{} is over {over}", spec.id, measure.name));
            }
        }
    }
    assert!(shares > 40 && rates > 40, "{shares} {rates}");
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn values_of_a_column_are_french() {
    const ENGLISH: [&str; 8] = [
        "published",
        "self",
        "yes",
        "no",
        "measured",
        "suppressed",
        "absent_",
        "unknown",
    ];
    let domain = Domain::embedded();
    for spec in published(&domain) {
        for column in spec.columns.iter().chain(spec.added_columns()) {
            for value in &column.values {
                let plain = value.to_lowercase();
                assert!(
                    !ENGLISH.contains(&plain.as_str()),
                    "{}.{}: {value}",
                    spec.id,
                    column.name
                );
            }
        }
    }
}

/// The table of the common columns, printed with `--no-capture`: one line for each published table.
#[test]
fn every_table_of_figures_names_trainings_or_establishments() {
    let domain = Domain::embedded();
    let groups = [
        ("cohorts", &COHORTS[..]),
        ("training", &TRAINING),
        ("establishment", &ESTABLISHMENT),
        ("territory", &PLACE),
        ("trades", &TRADES),
    ];
    let mut lines = Vec::new();
    for spec in published(&domain) {
        let has = columns(spec);
        let complete = groups
            .iter()
            .filter(|(_, names)| names.iter().all(|name| has.contains_key(name)));
        let complete: Vec<&str> = complete.map(|(group, _)| *group).collect();
        println!("{:<32} {}", spec.id.as_str(), complete.join(" "));
        lines.push((spec, complete));
    }
    let silent: Vec<_> = lines
        .iter()
        .filter(|(spec, _)| spec.figures)
        .filter(|(_, complete)| {
            !complete.contains(&"training") && !complete.contains(&"establishment")
        })
        .map(|(spec, _)| spec.id.to_string())
        .collect();
    assert_eq!(silent, Vec::<String>::new());
}
