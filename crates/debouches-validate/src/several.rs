//! Several bodies that fill one table: one for each vintage, or each cumul, where a producer publishes so.
//!
//! Each is checked alone, so that its shape, its lines and its budget are its own. Their vintages are disjoint: two bodies that
//! tell the same one would publish two figures for the same thing.

use std::collections::BTreeMap;

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, Report, RuleCode, RuleTally, Severity, Stage, Tolerance, Verdict};
use debouches_table::{Column, Table, TextColumn};

use crate::{Outcome, ValidateError};

/// One table from the outcomes of its bodies, each with the name of its source; the outcome itself when there is one.
///
/// # Errors
/// When the tables cannot be put together.
pub fn join(spec: &TableSpec, mut parts: Vec<(String, Outcome)>) -> Result<Outcome, ValidateError> {
    if parts.len() == 1 {
        let (_, only) = parts.remove(0);
        return Ok(only);
    }
    let wrap = |source| ValidateError::Table {
        table: spec.id.clone(),
        source,
    };
    let mut report = Report::new(Stage::Validate, &spec.id);
    let mut findings = Vec::new();
    for (name, part) in &mut parts {
        add(&mut report, name, &part.report);
        findings.append(&mut part.findings);
    }
    let twice = vintages_of_several(spec, &parts);
    if !twice.is_empty() {
        report.verdict = Verdict::Refused;
        report.rules.push(RuleTally {
            rule: RuleCode::VintageTwice,
            severity: Severity::Fatal,
            findings: twice.len() as u64,
            tolerance: Tolerance::default(),
            exceeded: true,
        });
        findings.extend(twice);
    }
    let tables: Vec<Table> = parts
        .into_iter()
        .filter_map(|(_, part)| part.table)
        .collect();
    let table = if report.is_refused() {
        None
    } else {
        Some(joined(&tables).map_err(wrap)?)
    };
    Ok(Outcome {
        table,
        lines: Vec::new(),
        report,
        findings,
        refused_rows: crate::RefusedRows::default(),
    })
}

/// Adds the report of a part: counts add up, notes carry the name of the source.
fn add(report: &mut Report, name: &str, part: &Report) {
    let rows = &mut report.rows;
    rows.received += part.rows.received;
    rows.refused += part.rows.refused;
    rows.kept += part.rows.kept;
    for tally in &part.rules {
        let same = report
            .rules
            .iter_mut()
            .find(|known| known.rule == tally.rule);
        match same {
            Some(known) => {
                known.findings += tally.findings;
                known.exceeded |= tally.exceeded;
            }
            None => report.rules.push(tally.clone()),
        }
    }
    report.rules.sort_by_key(|tally| tally.rule);
    report.slices.extend(part.slices.iter().cloned());
    for (measure, value) in &part.measures {
        *report.measures.entry(measure.clone()).or_default() += value;
    }
    for (note, value) in &part.notes {
        if note == VINTAGES || note == KEYS {
            let all = report.notes.entry(note.clone()).or_default();
            if !all.is_empty() {
                all.push_str(" | ");
            }
            all.push_str(value);
        } else {
            report
                .notes
                .insert(format!("{note} ({name})"), value.clone());
        }
    }
    if part.is_refused() {
        report.verdict = Verdict::Refused;
    }
}

/// Notes that are lists, and stay one list.
const VINTAGES: &str = "vintages";
const KEYS: &str = "keys_set_aside";

fn vintages_of_several(spec: &TableSpec, parts: &[(String, Outcome)]) -> Vec<Finding> {
    let Some(vintage) = &spec.vintage else {
        return Vec::new();
    };
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    let mut twice = Vec::new();
    for (name, part) in parts {
        let vintages = part.report.notes.get(VINTAGES);
        let vintages = vintages.map(String::as_str).unwrap_or_default();
        for label in vintages.split(" | ").filter(|label| !label.is_empty()) {
            if let Some(other) = first.insert(label, name) {
                let finding = Finding::new(RuleCode::VintageTwice)
                    .severity(Severity::Fatal)
                    .file(name.clone())
                    .column(&vintage.column);
                twice.push(finding.value(label).expected(other));
            }
        }
    }
    twice
}

/// The rows of every table, one table after the other.
fn joined(tables: &[Table]) -> Result<Table, debouches_table::TableError> {
    let mut all = Table::new(tables.iter().map(Table::rows).sum());
    let names: Vec<&str> = tables
        .first()
        .map(|table| table.columns().map(|(name, _)| name).collect())
        .unwrap_or_default();
    for name in names {
        let columns: Vec<&Column> = tables
            .iter()
            .filter_map(|table| table.column(name))
            .collect();
        all.set(name, end_to_end(&columns))?;
    }
    Ok(all)
}

/// Columns of one kind, end to end: the same column of tables that one specification made.
fn end_to_end(columns: &[&Column]) -> Column {
    let texts = || {
        let texts = columns.iter().filter_map(|column| match column {
            Column::Text(text) | Column::List(text) => Some(text),
            Column::Integer(_) | Column::Decimal(_) | Column::Status(_) => None,
        });
        text_end_to_end(&texts.collect::<Vec<_>>())
    };
    match columns.first() {
        Some(Column::List(_)) => Column::List(texts()),
        Some(Column::Integer(_)) => Column::Integer(
            columns
                .iter()
                .flat_map(|column| match column {
                    Column::Integer(column) => column.iter().collect(),
                    _ => Vec::new(),
                })
                .collect(),
        ),
        Some(Column::Decimal(_)) => Column::Decimal(
            columns
                .iter()
                .flat_map(|column| match column {
                    Column::Decimal(column) => column.iter().collect(),
                    _ => Vec::new(),
                })
                .collect(),
        ),
        Some(Column::Status(_)) => Column::Status(
            columns
                .iter()
                .flat_map(|column| match column {
                    Column::Status(column) => column.iter().collect(),
                    _ => Vec::new(),
                })
                .collect(),
        ),
        Some(Column::Text(_)) | None => Column::Text(texts()),
    }
}

/// One dictionary for all: equal texts share a key, whichever table they come from.
fn text_end_to_end(columns: &[&TextColumn]) -> TextColumn {
    let mut values: Vec<String> = Vec::new();
    let mut known: std::collections::HashMap<String, u32> = std::collections::HashMap::new();
    let mut keys: Vec<Option<u32>> = Vec::new();
    for column in columns {
        let key_of: Vec<u32> = column
            .distinct()
            .map(|text| {
                *known.entry(text.to_owned()).or_insert_with(|| {
                    values.push(text.to_owned());
                    u32::try_from(values.len() - 1).expect("fewer values than rows")
                })
            })
            .collect();
        keys.extend((0..column.rows()).map(|row| column.key(row).map(|key| key_of[key])));
    }
    TextColumn::new(&values, keys.into_iter())
}
