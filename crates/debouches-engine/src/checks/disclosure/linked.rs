//! Tables that repeat the figures of another under other codes: a cell shows there what the release of the other shows,
//! and nothing more. The disclosure audit judged that release with all the former ones; nothing is judged a second time here.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context as _;
use debouches_model::spec::{ColumnSpec, CopySpec, TableSpec, Tables};
use debouches_model::{Fault, TableId, ValueStatus};
use debouches_table::{ReadLimits, Table, TableError, TextColumn, read_csv};

use crate::blocking::blocking;
use crate::config::{DatasetConfig, Pipeline};
use crate::failure::{Decided, Usage};

/// The dataset that publishes the table whose figures are repeated.
pub fn publisher<'a>(pipeline: &'a Pipeline, table: &TableId) -> Option<&'a DatasetConfig> {
    pipeline
        .datasets
        .iter()
        .find(|dataset| dataset.tables.iter().any(|spec| spec.id == *table))
}

/// What a table repeats, when a release of it can hide more than the threshold does.
pub fn gated<'a>(tables: &Tables, spec: &'a TableSpec) -> Option<&'a CopySpec> {
    spec.copies()
        .filter(|copies| tables.get(&copies.table).is_none_or(super::is_judged))
}

/// True when the dataset of a table publishes the table that it repeats too.
pub fn is_beside(pipeline: &Pipeline, spec: &TableSpec, table: &TableId) -> bool {
    publisher(pipeline, table)
        .is_some_and(|dataset| dataset.tables.iter().any(|other| other.id == spec.id))
}

/// The CSV whose figures a table repeats, as it is released or about to be.
pub struct Original {
    /// The file.
    pub file: std::fs::File,
    /// Its name, for messages.
    pub name: String,
}

/// The table, each of its repeated cells in the state that it has where it comes from.
///
/// Fails closed: a row with figures whose origin is not in the release is refused.
///
/// # Errors
/// Fails when the release cannot be read, or when a row has no origin in it.
pub async fn followed(
    tables: &'static Tables,
    spec: &'static TableSpec,
    table: Table,
    original: Original,
    jobs: usize,
) -> anyhow::Result<Table> {
    let Some(copies) = gated(tables, spec) else {
        return Ok(table);
    };
    let Original { file, name: index } = original;
    let origin = tables
        .get(&copies.table)
        .with_context(|| format!("{} is unknown", copies.table))?;
    blocking(move || {
        let shown = Shown::read(file, &index, (spec, origin), copies, jobs)?;
        let origins = origins(spec, copies, &table, &shown)?;
        Ok(hide(spec, table, &shown, &origins)?)
    })
    .await
}

/// Which cells the release shows.
struct Shown {
    rows: HashMap<Vec<String>, usize>,
    /// Key columns of the table that is repeated.
    key: Vec<String>,
    /// By the name of a status column, whether each row has its value.
    measured: HashMap<String, Vec<bool>>,
}

impl Shown {
    fn read(
        body: impl std::io::Read + Send,
        index: &str,
        (spec, origin): (&TableSpec, &TableSpec),
        copies: &CopySpec,
        jobs: usize,
    ) -> anyhow::Result<Self> {
        let raw = read_csv(body, ReadLimits::default(), jobs, &mut |_| {})
            .with_context(|| format!("cannot read {}", Path::new(index).display()))?;
        let column = |name: &str| {
            let origin_row = raw
                .header
                .iter()
                .position(|item| item == name)
                .map(|index| raw.column(index));
            origin_row.ok_or_else(|| {
                Usage(format!(
                    "{index} has no column `{name}`, whose secrecy table {} follows",
                    spec.id
                ))
            })
        };
        let key = origin
            .key
            .iter()
            .map(|name| column(name))
            .collect::<Result<Vec<_>, _>>()?;
        let fixed = copies
            .fixed
            .iter()
            .map(|(name, value)| Ok((column(name)?, value)))
            .collect::<Result<Vec<_>, Usage>>()?;
        let is_copied = |row: &usize| {
            fixed
                .iter()
                .all(|(column, value)| column.value(*row) == value.as_str())
        };
        let rows = (0..raw.rows()).filter(is_copied);
        let rows = rows.map(|row| {
            (
                key.iter()
                    .map(|column| column.value(row).to_owned())
                    .collect(),
                row,
            )
        });
        let statuses = spec.measures().map(|measure| {
            let statuses = shown_with(spec, measure)
                .into_iter()
                .map(|name| column(&format!("{name}_statut")));
            let statuses = statuses.collect::<Result<Vec<_>, Usage>>()?;
            let is_measured = |row| {
                statuses
                    .iter()
                    .all(|status| status.value(row) == ValueStatus::Measured.as_str())
            };
            Ok((
                measure.status_name(),
                (0..raw.rows()).map(is_measured).collect(),
            ))
        });
        Ok(Self {
            rows: rows.collect(),
            key: origin.key.clone(),
            measured: statuses.collect::<Result<_, Usage>>()?,
        })
    }
}

/// The measures that must all be shown in the release: the one that is repeated, or those that it is computed on.
fn shown_with<'a>(spec: &'a TableSpec, measure: &'a ColumnSpec) -> Vec<&'a str> {
    spec.registered
        .iter()
        .find_map(|registered| registered.counts_of(&measure.name))
        .unwrap_or_else(|| vec![&measure.name])
}

/// A part of the key of a copied row.
enum KeyPart<'a> {
    /// The copy has the column.
    Own(&'a TextColumn),
    /// The copy holds rows of one value only, and leaves the column out.
    Fixed(&'a str),
}

/// For each row, the released row that it repeats; none for a row without figures.
fn origins(
    spec: &TableSpec,
    copies: &CopySpec,
    table: &Table,
    shown: &Shown,
) -> anyhow::Result<Vec<Option<usize>>> {
    let key = shown.key.iter().map(|name| match copies.fixed.get(name) {
        Some(value) => Ok(KeyPart::Fixed(value)),
        None => table.text(name).map(KeyPart::Own),
    });
    let key = key.collect::<Result<Vec<_>, TableError>>()?;
    let by = copies
        .by
        .as_ref()
        .map(|name| table.text(name))
        .transpose()?;
    let statuses = spec
        .measures()
        .map(|measure| table.statuses(&measure.status_name()))
        .collect::<Result<Vec<_>, _>>()?;
    let measured: Vec<Vec<bool>> = statuses
        .iter()
        .map(|column| {
            column
                .iter()
                .map(|status| status == ValueStatus::Measured)
                .collect()
        })
        .collect();
    let origin = |row: usize| {
        let code = by.and_then(|by| by.get(row));
        let part = |(name, part): (&String, &KeyPart<'_>)| {
            let item = match part {
                KeyPart::Fixed(value) => Some(*value),
                KeyPart::Own(column) => column.get(row),
            };
            let replaced = item.filter(|_| copies.replaced.contains(name)).and(code);
            replaced.or(item).unwrap_or_default().to_owned()
        };
        let has_origin = by.is_none() || code.is_some();
        let origin_row =
            has_origin.then(|| shown.key.iter().zip(&key).map(part).collect::<Vec<_>>());
        let origin_row = origin_row.and_then(|key| shown.rows.get(&key));
        match origin_row {
            Some(origin_row) => Ok(Some(*origin_row)),
            None if measured.iter().any(|column| column[row]) => Err(Decided {
                message: format!(
                    "table {}, {}: the row of {} that it repeats is not in its release",
                    spec.id,
                    table.key_of(&spec.key, row),
                    copies.table
                ),
                fault: Fault::Data,
            }
            .into()),
            None => Ok(None),
        }
    };
    (0..table.rows()).map(origin).collect()
}

/// Blanks what is not measured in the release.
fn hide(
    spec: &TableSpec,
    mut table: Table,
    shown: &Shown,
    origins: &[Option<usize>],
) -> Result<Table, TableError> {
    for measure in spec.measures() {
        let status = measure.status_name();
        let stays = |(item, origin): (ValueStatus, &Option<usize>)| {
            item != ValueStatus::Measured || origin.is_some_and(|row| shown.measured[&status][row])
        };
        let hidden: Vec<bool> = table
            .statuses(&status)?
            .iter()
            .zip(origins)
            .map(|item| !stays(item))
            .collect();
        if hidden.contains(&true) {
            table.suppress(measure, &hidden)?;
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use debouches_table::{Column, IntegerColumn, StatusColumn};

    use super::*;

    fn tables() -> &'static Tables {
        debouches_insertion::Domain::embedded().tables
    }

    fn spec() -> &'static TableSpec {
        tables().named("donnees_liees_regionales").unwrap()
    }

    /// A row of the diploma itself and a row of the diploma that replaced it, both with 40 in every measure.
    fn copies() -> Table {
        let rows = ["40022102", "40022105"];
        let mut table = Table::new(rows.len());
        let same = |value: &str| Column::Text(TextColumn::constant(Some(value), rows.len()));
        for (name, value) in [
            ("millesime", "2020_2021"),
            ("code_region", "11"),
            ("voie", "apprentissage"),
        ] {
            table.set(name, same(value)).unwrap();
        }
        let codes: Vec<String> = rows.iter().map(|code| (*code).to_owned()).collect();
        table
            .set(
                "cfd",
                Column::Text(TextColumn::new(&codes, [Some(0), Some(1)].into_iter())),
            )
            .unwrap();
        table
            .set(
                "mefstat11",
                Column::Text(TextColumn::constant(None, rows.len())),
            )
            .unwrap();
        table.set("donnee_source_code", same("40022102")).unwrap();
        for measure in spec().measures() {
            let (values, statuses) = ([Some(40); 2], [ValueStatus::Measured; 2]);
            table
                .set(
                    &measure.name,
                    Column::Integer(values.into_iter().collect::<IntegerColumn>()),
                )
                .unwrap();
            table
                .set(
                    &measure.status_name(),
                    Column::Status(statuses.into_iter().collect::<StatusColumn>()),
                )
                .unwrap();
        }
        table
    }

    /// A release of the regional table that has one diploma, and hides its leavers although there are forty.
    fn release(cfd: &str) -> String {
        let names: Vec<String> = spec().measures().map(ColumnSpec::status_name).collect();
        let status = |name: &String| {
            if name == "nb_sortant_statut" {
                "secret"
            } else {
                "mesure"
            }
        };
        let statuses: Vec<&str> = names.iter().map(status).collect();
        let (names, statuses) = (names.join(";"), statuses.join(";"));
        format!(
            "millesime;code_region;voie;cfd;mefstat11;{names}\n2020_2021;11;apprentissage;{cfd};;{statuses}\n"
        )
    }

    fn follow(cfd: &str) -> anyhow::Result<Table> {
        let (spec, copies_of) = (spec(), spec().copies().unwrap());
        let shown = Shown::read(
            release(cfd).as_bytes(),
            "release",
            (spec, tables().get(&copies_of.table).unwrap()),
            copies_of,
            1,
        )?;
        let table = copies();
        let origins = origins(spec, copies_of, &table, &shown)?;
        Ok(hide(spec, table, &shown, &origins)?)
    }

    #[test]
    fn a_cell_that_the_gate_hides_beside_others_is_hidden_under_every_code() {
        let followed = follow("40022102").unwrap();
        let cell = |name: &str, row| {
            let status = followed
                .statuses(&format!("{name}_statut"))
                .unwrap()
                .get(row);
            (followed.integers(name).unwrap().get(row), status)
        };
        for row in 0..2 {
            assert_eq!(cell("nb_sortant", row), (None, ValueStatus::Suppressed));
            assert_eq!(
                cell("nb_annee_term", row),
                (Some(40), ValueStatus::Measured)
            );
        }
    }

    #[test]
    fn a_copy_whose_origin_is_not_released_is_refused() {
        let error = follow("40022703").unwrap_err().to_string();
        assert!(
            error.contains("cfd=40022102") && error.contains("not in its release"),
            "{error}"
        );
    }

    /// A release that hides those who continue after 12 months, and nothing else.
    #[test]
    fn what_is_computed_on_figures_that_are_repeated_is_shown_with_all_of_them() {
        let spec = tables().named("insersup_ensemble").unwrap();
        let copies = spec.copies().unwrap();
        let origin = tables().get(&copies.table).unwrap();
        let key: Vec<&str> = origin
            .key
            .iter()
            .map(|name| copies.fixed.get(name).map_or("x", String::as_str))
            .collect();
        let names: Vec<String> = origin.measures().map(ColumnSpec::status_name).collect();
        let status = |name: &String| {
            if name == "nb_poursuivants_12_statut" {
                "secret"
            } else {
                "mesure"
            }
        };
        let statuses: Vec<&str> = names.iter().map(status).collect();
        let heading = format!("{};{}", origin.key.join(";"), names.join(";"));
        let release = format!("{heading}\n{};{}\n", key.join(";"), statuses.join(";"));
        let shown = Shown::read(release.as_bytes(), "release", (spec, origin), copies, 1).unwrap();
        let is_shown = |name: &str| shown.measured[&format!("{name}_statut")][0];
        for name in ["nb_annee_term", "part_en_poursuite_d_etudes"] {
            assert!(
                !is_shown(&format!("{name}_12")) && is_shown(&format!("{name}_18")),
                "{name}"
            );
        }
        // The share in employment would tell those registered.
        assert!(
            !is_shown("part_en_emploi_12_mois_apres_la_sortie")
                && is_shown("part_en_emploi_18_mois_apres_la_sortie")
        );
        assert!(!is_shown("part_des_autres_situations_12_mois") && is_shown("nb_sortants_12"));
    }

    #[test]
    fn what_is_copied_copies_nothing_and_has_every_measure_of_its_copies() {
        for spec in tables() {
            let Some(copies) = spec.copies() else {
                continue;
            };
            let origin = tables().get(&copies.table).unwrap();
            assert!(origin.copies().is_none(), "{}", spec.id);
            let is_there = |name: &str| origin.column(name).is_some();
            assert!(
                spec.measures()
                    .flat_map(|item| shown_with(spec, item))
                    .all(is_there),
                "{}",
                spec.id
            );
            let has =
                |name: &String| spec.column(name).is_some() || copies.fixed.contains_key(name);
            assert!(origin.key.iter().all(has), "{}", spec.id);
        }
    }
}
