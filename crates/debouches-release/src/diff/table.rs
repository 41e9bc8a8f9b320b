//! One table of two releases.

use std::collections::{BTreeMap, BTreeSet};

use debouches_model::spec::{CodeFormat, TableSpec, Tables};
use debouches_table::{Alignment, Column, TextColumn, as_text, changed_pairs};

use super::cells::{Groups, column_diff};
use super::report::{
    Retyped, RowsDiff, SchemaDiff, StatusMove, TableDiff, ValuesDiff, VersionMove,
};
use super::rows::ChangedRows;
use super::shape::{SideTable, TableShape};
use super::sides::Sides;
use crate::PackageError;

/// Columns by which moves are grouped, when the table has them: région, then trade.
const GROUPS: [&str; 4] = [
    "region_nom",
    "nsf_domaine_libelle",
    "nsf_categorie_libelle",
    "dom_lib",
];

pub(super) fn compare(
    tables: &Tables,
    old: &SideTable,
    new: &SideTable,
    tolerance: f64,
    mut log: Option<&mut ChangedRows>,
) -> Result<TableDiff, PackageError> {
    let table = &new.shape.table;
    let wrap = |source| PackageError::Compared {
        table: table.clone(),
        source,
    };
    let schema = schema(&old.shape, &new.shape);
    let versions: Vec<&str> = tables
        .named(table)
        .into_iter()
        .flat_map(TableSpec::version_columns)
        .collect();
    let sides = side_by_side(old, new, &versions).map_err(wrap)?;
    if let Some(log) = log.as_deref_mut() {
        log.every_row(table, &sides);
    }
    let groups = Groups::read(
        &sides,
        GROUPS
            .iter()
            .filter(|name| new.shape.column(name).is_some()),
    )
    .map_err(wrap)?;
    let mut changed_rows = vec![false; sides.rows.pairs.len()];
    let mut out = TableDiff {
        table: table.clone(),
        schema,
        rows: RowsDiff::default(),
        versions: Vec::new(),
        columns: Vec::new(),
        statuses: Vec::new(),
        moves: Vec::new(),
        values: Vec::new(),
    };
    for column in new
        .shape
        .columns
        .iter()
        .filter(|column| old.shape.column(&column.name).is_some())
    {
        let (before, after) = (
            old.file.column(&column.name).map_err(wrap)?,
            new.file.column(&column.name).map_err(wrap)?,
        );
        let changed = changed_pairs(&before, &after, &sides.rows.pairs, tolerance);
        if changed.is_empty() && !versions.contains(&column.name.as_str()) {
            continue;
        }
        if versions.contains(&column.name.as_str()) {
            out.versions
                .extend(version_move(&column.name, (&before, &after), &changed));
            continue;
        }
        changed
            .iter()
            .for_each(|index| changed_rows[*index as usize] = true);
        if let Some(log) = log.as_deref_mut() {
            log.cells(table, &sides, &column.name, &before, &after, &changed);
        }
        if let Some(measure) = debouches_model::spec::measure_of_status(&column.name) {
            out.statuses
                .extend(status_moves(measure, &sides, &before, &after, &changed));
        }
        if column.unit.as_deref() == Some("%") {
            out.moves
                .extend(groups.moves(&column.name, &sides, &before, &after, &changed));
        }
        out.columns
            .push(column_diff(column, &sides, &before, &after, &changed));
    }
    out.rows = counts(&sides, &changed_rows);
    out.values = values(tables, &sides).map_err(wrap)?;
    Ok(out)
}

/// The rows of both, side by side. An edition in the key tells no rows apart where the rest of the key does: the rows of another
/// edition are the same rows.
fn side_by_side<'a>(
    old: &'a SideTable,
    new: &'a SideTable,
    versions: &[&str],
) -> Result<Sides<'a>, debouches_table::TableError> {
    // A key column that the other side lacks cannot tell rows apart there.
    let mut key: Vec<String> = new
        .shape
        .key
        .iter()
        .filter(|name| old.shape.column(name).is_some())
        .cloned()
        .collect();
    let align = |key: &[String]| {
        let columns = |side: &SideTable| {
            key.iter()
                .map(|name| side.file.column(name))
                .collect::<Result<Vec<_>, _>>()
        };
        let (old_key, new_key) = (columns(old)?, columns(new)?);
        let rows = Alignment::of(&old_key, &new_key);
        Ok::<_, debouches_table::TableError>((old_key, new_key, rows))
    };
    let lasting: Vec<String> = key
        .iter()
        .filter(|name| !versions.contains(&name.as_str()))
        .cloned()
        .collect();
    let mut aligned = align(&lasting)?;
    if lasting.len() < key.len() && (lasting.is_empty() || aligned.2.repeated > 0) {
        aligned = align(&key)?;
    } else {
        key = lasting;
    }
    let (old_key, new_key, rows) = aligned;
    Ok(Sides {
        old,
        new,
        key,
        old_key,
        new_key,
        rows,
    })
}

/// What moved in a column of editions; none when both sides have the same.
fn version_move(
    column: &str,
    (before, after): (&Column, &Column),
    changed: &[u32],
) -> Option<VersionMove> {
    let used = |column: &Column| -> BTreeSet<String> {
        let column = as_text(column);
        let counts = column.counts();
        column
            .distinct()
            .zip(counts)
            .filter(|(_, rows)| *rows > 0)
            .map(|(text, _)| text.to_owned())
            .collect()
    };
    let (before, after) = (used(before), used(after));
    let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| -> Vec<String> {
        one.difference(other).cloned().collect()
    };
    let moved = VersionMove {
        column: column.to_owned(),
        before: only(&before, &after),
        after: only(&after, &before),
        cells: changed.len() as u64,
    };
    (moved.cells > 0 || !moved.before.is_empty() || !moved.after.is_empty()).then_some(moved)
}

fn counts(sides: &Sides<'_>, changed: &[bool]) -> RowsDiff {
    let changed = changed.iter().filter(|changed| **changed).count() as u64;
    let pairs = sides.rows.pairs.len() as u64;
    RowsDiff {
        before: sides.old.file.rows() as u64,
        after: sides.new.file.rows() as u64,
        added: sides.rows.added.len() as u64,
        removed: sides.rows.removed.len() as u64,
        changed,
        same: pairs - changed,
        repeated: sides.rows.repeated,
    }
}

fn schema(old: &TableShape, new: &TableShape) -> SchemaDiff {
    let missing = |from: &TableShape, other: &TableShape| -> Vec<String> {
        from.columns
            .iter()
            .filter(|column| other.column(&column.name).is_none())
            .map(|column| column.name.clone())
            .collect()
    };
    let retyped = new.columns.iter().filter_map(|column| {
        let before = old
            .column(&column.name)
            .filter(|before| before.kind != column.kind)?;
        Some(Retyped {
            column: column.name.clone(),
            before: before.kind.clone(),
            after: column.kind.clone(),
        })
    });
    let kept = |from: &'_ TableShape, other: &TableShape| -> Vec<String> {
        from.columns
            .iter()
            .filter(|column| other.column(&column.name).is_some())
            .map(|column| column.name.clone())
            .collect()
    };
    SchemaDiff {
        removed: missing(old, new),
        added: missing(new, old),
        retyped: retyped.collect(),
        reordered: kept(old, new) != kept(new, old),
        key_changed: old.key != new.key,
    }
}

fn status_moves(
    measure: &str,
    sides: &Sides<'_>,
    before: &Column,
    after: &Column,
    changed: &[u32],
) -> Vec<StatusMove> {
    let (before, after) = (as_text(before), as_text(after));
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for index in changed {
        let (a, b) = sides.rows.pairs[*index as usize];
        let cell =
            |column: &'_ TextColumn, row: u32| column.get(row as usize).map(|_| ()).is_some();
        if cell(&before, a) && cell(&after, b) {
            let (a, b) = (
                before.get(a as usize).unwrap_or_default(),
                after.get(b as usize).unwrap_or_default(),
            );
            *counts.entry((a, b)).or_default() += 1;
        }
    }
    let described = counts
        .into_iter()
        .map(|((before, after), cells)| StatusMove {
            measure: measure.to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
            cells,
        });
    described.collect()
}

/// Vintages and diplomas of one side only.
fn values(
    tables: &Tables,
    sides: &Sides<'_>,
) -> Result<Vec<ValuesDiff>, debouches_table::TableError> {
    let Some(spec) = tables.named(&sides.new.shape.table) else {
        return Ok(Vec::new());
    };
    let mut out = Vec::new();
    for (name, role) in described_columns(spec) {
        if sides.old.shape.column(name).is_none() || sides.new.shape.column(name).is_none() {
            continue;
        }
        let used = |side: &SideTable| -> Result<BTreeSet<String>, debouches_table::TableError> {
            let column = as_text(&side.file.column(name)?);
            let counts = column.counts();
            Ok(column
                .distinct()
                .zip(counts)
                .filter(|(_, rows)| *rows > 0)
                .map(|(text, _)| text.to_owned())
                .collect())
        };
        let (before, after) = (used(sides.old)?, used(sides.new)?);
        let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
            one.difference(other).cloned().collect::<Vec<_>>()
        };
        let (appeared, gone) = (only(&after, &before), only(&before, &after));
        if !appeared.is_empty() || !gone.is_empty() {
            out.push(ValuesDiff {
                column: name.to_owned(),
                role: role.to_owned(),
                appeared,
                gone,
            });
        }
    }
    Ok(out)
}

fn described_columns(spec: &TableSpec) -> Vec<(&str, &'static str)> {
    let vintage = spec
        .partition()
        .into_iter()
        .map(|vintage| (vintage.column.as_str(), "vintage"));
    let is_diploma = |format: CodeFormat| format.names_training;
    let diplomas = spec
        .columns
        .iter()
        .filter(|column| column.format.is_some_and(is_diploma));
    vintage
        .chain(diplomas.map(|column| (column.name.as_str(), "diploma")))
        .collect()
}
