//! D15, grain of establishments: the figures of each establishment under every code that may show them (T6 to T9), and for
//! apprentices under every place of teaching that may show them (T10).
//!
//! The source files hold rates that their producers have already hidden where they must: copies keep the state of each cell.

use std::collections::{BTreeMap, BTreeSet};

use debouches_enrich::{FindingCollector, Inputs};
use debouches_model::ValueStatus;
use debouches_model::spec::TableSpec;
use debouches_table::{Column, IntegerColumn, StatusColumn, Table, TableError, TextColumn};

use super::linked_regions::count_origins;
use super::linking::{Group, Linked, Links, Origin};
use super::rows;
use crate::establishment_matching::{Catalogue, Matched, Part, matched, part_of};
use crate::nomenclatures::optional_input;

const CATALOGUE: &str = "catalogue_apprentissage";

/// A table of figures by establishment and training.
struct Source<'a> {
    path: &'static str,
    table: &'a Table,
    /// Column of its codes.
    code: &'static str,
    is_school: bool,
}

/// A row to make.
struct Row {
    /// Place of its source in the list of sources.
    source: usize,
    vintage: String,
    uai: String,
    linked: Linked,
    matched: Matched,
}

pub(super) fn make(
    Inputs { spec, references }: Inputs<'_>,
    findings: &mut FindingCollector,
) -> Result<Table, TableError> {
    let links = Links::read(references)?;
    let catalogue = optional_input(references, CATALOGUE)
        .map(Catalogue::read)
        .transpose()?
        .unwrap_or_default();
    let sources: Vec<Source<'_>> = [
        (
            "pro",
            "ij_lycee_formation",
            "code_formation_mefstat11",
            true,
        ),
        (
            "agricole",
            "ij_agricole_formation",
            "code_formation_mefstat11",
            true,
        ),
        ("apprentissage", "ij_cfa_formation", "cfd", false),
    ]
    .into_iter()
    .filter_map(|(path, name, code, is_school)| {
        Some(Source {
            path,
            table: optional_input(references, name)?,
            code,
            is_school,
        })
    })
    .collect();
    let (mut all, mut groups) = (Vec::new(), Vec::new());
    for (index, source) in sources.iter().enumerate() {
        let mut matches = own_records(source)?;
        matches
            .values_mut()
            .for_each(|group| links.complete(group, source.is_school));
        groups.extend(matches.values().cloned());
        if source.is_school {
            all.extend(matches.into_iter().flat_map(|((vintage, uai), group)| {
                group.into_values().map(move |linked| Row {
                    source: index,
                    vintage: vintage.clone(),
                    matched: Matched::school(&uai),
                    uai: uai.clone(),
                    linked,
                })
            }));
        } else {
            all.extend(apprentices(index, matches, &catalogue, &links));
        }
    }
    count_origins(groups.iter(), findings);
    for part in [Part::Location, Part::Trainer, Part::Manager, Part::Unknown] {
        let is_carried =
            |row: &&Row| row.uai != row.matched.source && row.matched.source_part == part;
        findings.count(
            &format!("rows.uai_{}", part.as_str()),
            all.iter().filter(|row| row.matched.part == part).count() as u64,
        );
        findings.count(
            &format!("rows.carried_from_{}", part.as_str()),
            all.iter().filter(is_carried).count() as u64,
        );
    }
    let mixed = mixed(&sources, &all, &links);
    write(spec, &sources, &all, &mixed)
}

/// Whether each row is about a diploma that its establishment prepares both in school and by apprenticeship.
///
/// Both have their own row, and are never added up.
fn mixed(sources: &[Source<'_>], rows: &[Row], links: &Links) -> Vec<bool> {
    let diplomas = |row: &Row| -> Vec<String> {
        if sources[row.source].is_school {
            links.diplomas_of(&row.linked.code)
        } else {
            vec![row.linked.code.clone()]
        }
    };
    let mut paths: BTreeMap<(&str, &str, String), BTreeSet<bool>> = BTreeMap::new();
    let item = rows
        .iter()
        .filter(|row| row.linked.origin == Origin::Own && row.uai == row.matched.source);
    for row in item {
        for diploma in diplomas(row) {
            paths
                .entry((&row.vintage, &row.uai, diploma))
                .or_default()
                .insert(sources[row.source].is_school);
        }
    }
    let is_mixed = |row: &Row| {
        let of = |diploma| {
            paths
                .get(&(row.vintage.as_str(), row.uai.as_str(), diploma))
                .is_some_and(|paths| paths.len() > 1)
        };
        diplomas(row).into_iter().any(of)
    };
    rows.iter().map(is_mixed).collect()
}

/// Records by vintage and establishment.
fn own_records(source: &Source<'_>) -> Result<BTreeMap<(String, String), Group>, TableError> {
    let column = |name| source.table.text(name);
    let (vintage, uai, code) = (column("annee")?, column("uai")?, column(source.code)?);
    let mut groups: BTreeMap<(String, String), Group> = BTreeMap::new();
    for index in 0..source.table.rows() {
        let (Some(vintage), Some(uai), Some(code)) =
            (vintage.get(index), uai.get(index), code.get(index))
        else {
            continue;
        };
        let group = groups
            .entry((vintage.to_owned(), uai.to_owned()))
            .or_default();
        group.insert(code.to_owned(), Linked::direct(index, code.to_owned()));
    }
    Ok(groups)
}

/// Rows of apprentices: the part of each establishment, and the places that show the figures of another.
fn apprentices(
    source: usize,
    groups: BTreeMap<(String, String), Group>,
    catalogue: &Catalogue,
    links: &Links,
) -> Vec<Row> {
    let mut by_training: BTreeMap<(String, String), BTreeMap<String, Linked>> = BTreeMap::new();
    for ((vintage, uai), group) in groups {
        for (code, linked) in group {
            by_training
                .entry((vintage.clone(), code))
                .or_default()
                .insert(uai.clone(), linked);
        }
    }
    let mut rows = Vec::new();
    for ((vintage, code), records) in by_training {
        let offers = catalogue.of(&code, &links.diplomas);
        let holders: BTreeSet<&str> = records
            .iter()
            .filter(|(_, item)| item.origin.has_numbers())
            .map(|(uai, _)| uai.as_str())
            .collect();
        let mut shown = matched(&offers, &holders);
        // What leads to other codes carries no figure, and none is carried there.
        for uai in records.keys() {
            shown.retain(|item, matched| item != uai || matched.source == *uai);
            shown
                .entry(uai.clone())
                .or_insert_with(|| part_of(&offers, uai));
        }
        rows.extend(shown.into_iter().map(|(uai, matched)| Row {
            source,
            vintage: vintage.clone(),
            linked: records[&matched.source].clone(),
            uai,
            matched,
        }));
    }
    rows
}

/// The text of a cell.
type Cell<'a> = &'a dyn Fn(&Row, &Source<'_>) -> Option<String>;

fn write(
    spec: &TableSpec,
    sources: &[Source<'_>],
    rows_made: &[Row],
    mixed: &[bool],
) -> Result<Table, TableError> {
    let mut table = Table::new(rows_made.len());
    let each = |value: Cell<'_>| {
        rows::text(
            rows_made
                .iter()
                .map(|row| value(row, &sources[row.source]))
                .collect(),
        )
    };
    let texts: [(&str, Cell<'_>); 10] = [
        ("annee", &|row, _| Some(row.vintage.clone())),
        ("uai", &|row, _| Some(row.uai.clone())),
        ("filiere", &|_, source| Some(source.path.to_owned())),
        ("cfd", &|row, source| {
            (!source.is_school).then(|| row.linked.code.clone())
        }),
        ("mefstat11", &|row, source| {
            source.is_school.then(|| row.linked.code.clone())
        }),
        ("uai_type", &|row, _| {
            Some(row.matched.part.as_str().to_owned())
        }),
        ("uai_donnee", &|row, _| Some(row.matched.source.clone())),
        ("uai_donnee_type", &|row, _| {
            Some(row.matched.source_part.as_str().to_owned())
        }),
        ("donnee_source_type", &|row, _| {
            Some(row.linked.origin.as_str().to_owned())
        }),
        ("donnee_source_code", &|row, _| row.linked.source.clone()),
    ];
    for (name, value) in texts {
        table.set(name, Column::Text(each(value)))?;
    }
    let joined = |set: &BTreeSet<String>| {
        (!set.is_empty()).then(|| set.iter().map(String::as_str).collect::<Vec<_>>().join("|"))
    };
    let lists: [(&str, Cell<'_>); 5] = [
        ("uai_lieu_formation", &|row, _| {
            joined(&row.matched.locations)
        }),
        ("uai_formateur", &|row, _| joined(&row.matched.trainers)),
        ("uai_gestionnaire", &|row, _| joined(&row.matched.managers)),
        ("donnee_methode", &|row, source| {
            let carried = (row.uai != row.matched.source)
                .then(|| format!("|uai_{}", row.matched.source_part.as_str()));
            Some(
                row.linked.origin.method(source.is_school).to_owned()
                    + &carried.unwrap_or_default(),
            )
        }),
        ("certifications_terminales", &|row, _| {
            row.linked.terminal_codes()
        }),
    ];
    for (name, value) in lists {
        table.set(name, Column::List(each(value)))?;
    }
    let marks = ["non".to_owned(), "oui".to_owned()];
    let mixte = TextColumn::new(&marks, mixed.iter().map(|mixed| Some(u32::from(*mixed))));
    table.set("mixte", Column::Text(mixte))?;
    for measure in spec.measures() {
        let (values, statuses) =
            gathered(sources, rows_made, &measure.name, &measure.status_name())?;
        table.set(&measure.name, Column::Integer(values))?;
        table.set(&measure.status_name(), Column::Status(statuses))?;
    }
    Ok(table)
}

/// A measure of each row, from the table that it comes from; absent on a row without figures.
fn gathered(
    sources: &[Source<'_>],
    rows_made: &[Row],
    name: &str,
    status_name: &str,
) -> Result<(IntegerColumn, StatusColumn), TableError> {
    let columns = sources.iter().map(|source| {
        Ok((
            source.table.integers(name)?,
            source.table.statuses(status_name)?,
        ))
    });
    let columns = columns.collect::<Result<Vec<_>, TableError>>()?;
    let cells = rows_made.iter().map(|row| {
        let (values, statuses) = &columns[row.source];
        if row.linked.origin.has_numbers() {
            (values.get(row.linked.index), statuses.get(row.linked.index))
        } else {
            (None, ValueStatus::Absent)
        }
    });
    let (values, statuses): (Vec<Option<i32>>, Vec<ValueStatus>) = cells.unzip();
    Ok((values.into_iter().collect(), statuses.into_iter().collect()))
}
