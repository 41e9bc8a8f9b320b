//! From text cells to typed columns: once per distinct value, then one pass over the keys.

use std::collections::{BTreeMap, HashMap};

use debouches_model::spec::{ColumnKind, ColumnSpec, TableSpec};
use debouches_model::{Finding, RuleCode, ValueStatus, Vintage, VintageStyle};
use debouches_table::{
    CellBytes, Column, DecimalColumn, IntegerColumn, RawColumn, RawTable, StatusColumn, Table,
    TableError, TextColumn, cell_bytes,
};

use crate::findings::{Cost, Findings};
use crate::marker;
use crate::number::{Number, Numbers};
use crate::text::Texts;

/// The typed table, with the refused rows still in it.
pub(crate) fn cast(
    spec: &TableSpec,
    mut raw: RawTable,
    places: &BTreeMap<String, usize>,
    markers: &BTreeMap<String, ValueStatus>,
    findings: &mut Findings<'_>,
) -> Result<Table, TableError> {
    let mut table = Table::new(raw.rows());
    let mut missing = spec.missing.clone();
    missing.extend(
        markers
            .iter()
            .map(|(marker, status)| (marker.clone(), *status)),
    );
    let vintages = Vintages::read(spec, &raw, places);
    vintages.report_unreadable(spec, &raw, places, findings);
    for column in &spec.columns {
        let cells = match places.get(&column.name) {
            Some(&index) => raw.take_column(index),
            None => RawColumn {
                values: vec![String::new()],
                keys: vec![0; raw.rows()],
            },
        };
        if column.is_measure() {
            let (values, statuses) = measure(&missing, column, &cells, &vintages, findings);
            table.set(&column.name, values)?;
            table.set(&column.status_name(), Column::Status(statuses))?;
        } else {
            let is_key = spec.key.contains(&column.name);
            table.set(
                &column.name,
                Column::Text(text(
                    (column, is_key),
                    style_of(spec, column),
                    &cells,
                    findings,
                )),
            )?;
        }
    }
    Ok(table)
}

/// The vintage of each row, by the place of its distinct value.
struct Vintages {
    keys: Vec<u32>,
    distinct: Vec<Option<Vintage>>,
}

impl Vintages {
    fn read(spec: &TableSpec, raw: &RawTable, places: &BTreeMap<String, usize>) -> Self {
        let index = spec
            .vintage
            .as_ref()
            .and_then(|vintage| Some((vintage, *places.get(&vintage.column)?)));
        match index {
            Some((vintage, index)) => {
                let column = raw.column(index);
                let distinct = column
                    .values()
                    .iter()
                    .map(|value| Some(vintage.style.read(value.trim())?.0))
                    .collect();
                Self {
                    keys: column.keys().collect(),
                    distinct,
                }
            }
            None => Self {
                keys: vec![0; raw.rows()],
                distinct: vec![None],
            },
        }
    }
}

impl Vintages {
    /// A vintage that cannot be read would give wrong statuses and a wrong coverage.
    fn report_unreadable(
        &self,
        spec: &TableSpec,
        raw: &RawTable,
        places: &BTreeMap<String, usize>,
        findings: &mut Findings<'_>,
    ) {
        let Some(vintage) = &spec.vintage else { return };
        let Some(&index) = places.get(&vintage.column) else {
            return;
        };
        if self.distinct.iter().all(Option::is_some) {
            return;
        }
        let expected = vintage.style.example();
        for (row, key) in self
            .keys
            .iter()
            .enumerate()
            .filter(|(_, key)| self.distinct[**key as usize].is_none())
        {
            let value = &raw.column(index).values()[*key as usize];
            findings.about_row(
                row,
                Finding::new(RuleCode::MalformedCode)
                    .column(&vintage.column)
                    .value(value)
                    .expected(&expected),
            );
        }
    }
}

/// What a distinct value means for a measure.
enum Cell {
    Value(f64),
    /// A marker that says why there is no value.
    Null(ValueStatus),
    /// A marker that the table does not know and that has one meaning wherever it is seen.
    OtherMarker(ValueStatus),
    /// Nothing, which means what the vintage tells, or that by default.
    Empty(ValueStatus),
    Bad(RuleCode, String),
}

fn measure(
    missing: &BTreeMap<String, ValueStatus>,
    column: &ColumnSpec,
    cells: &RawColumn,
    vintages: &Vintages,
    findings: &mut Findings<'_>,
) -> (Column, StatusColumn) {
    let meanings = meanings(missing, column, cells);
    refuse_shares_of_one(column, cells, &meanings, findings);
    let statuses = statuses(column, cells, &meanings, vintages, findings);
    let value = |key: &u32| {
        if let Cell::Value(value) = meanings[*key as usize] {
            Some(value)
        } else {
            None
        }
    };
    let values = cells.keys.iter().map(value);
    let column = match column.kind {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "checked when the value was read"
        )]
        ColumnKind::Integer => Column::Integer(
            values
                .map(|value| value.map(|value| value as i32))
                .collect::<IntegerColumn>(),
        ),
        ColumnKind::Decimal | ColumnKind::Text | ColumnKind::Boolean | ColumnKind::List => {
            Column::Decimal(values.collect::<DecimalColumn>())
        }
    };
    (column, statuses)
}

fn meanings(
    missing: &BTreeMap<String, ValueStatus>,
    column: &ColumnSpec,
    cells: &RawColumn,
) -> Vec<Cell> {
    let is_integer = column.kind == ColumnKind::Integer;
    let expected = if is_integer { "integer" } else { "number" };
    let numbers = Numbers::of(column, cells.values.iter());
    let fits =
        |value: f64| !is_integer || (value.fract() == 0.0 && value.abs() <= f64::from(i32::MAX));
    let meaning = |raw: &String| {
        let text = raw.trim();
        if text.is_empty() {
            return Cell::Empty(missing.get("").copied().unwrap_or(ValueStatus::Absent));
        }
        if let Some(status) = missing.get(text) {
            return Cell::Null(*status);
        }
        if let Some(status) = marker::status(text, missing) {
            return Cell::OtherMarker(status);
        }
        if cell_bytes(text) != CellBytes::Sound {
            return Cell::Bad(RuleCode::UndecodableBytes, expected.to_owned());
        }
        match numbers.read(text) {
            Number::Ambiguous(small, large) => {
                Cell::Bad(RuleCode::AmbiguousNumber, format!("{small} | {large}"))
            }
            Number::Value(value) if fits(value) && within(column, value) => Cell::Value(value),
            Number::Value(value) if fits(value) => Cell::Bad(RuleCode::OutOfBounds, bounds(column)),
            Number::Value(_) | Number::None => Cell::Bad(RuleCode::NotANumber, expected.to_owned()),
        }
    };
    cells.values.iter().map(meaning).collect()
}

/// Rows that prove that a column of percentages holds shares of 1.
const PROOF: u64 = 30;

/// A workbook keeps 75 % as 0.75: in a column of percentages that never passes 1, every figure would be a hundredth of itself.
fn refuse_shares_of_one(
    column: &ColumnSpec,
    cells: &RawColumn,
    meanings: &[Cell],
    findings: &mut Findings<'_>,
) {
    let is_percentage =
        column.unit.as_deref() == Some("%") && column.max.is_some_and(|max| max >= 100.0);
    let value = |cell: &Cell| match cell {
        Cell::Value(value) if *value != 0.0 => Some(value.abs()),
        _ => None,
    };
    let largest = meanings.iter().filter_map(value).fold(0.0, f64::max);
    let has_parts = meanings.iter().filter_map(value).any(|value| value < 1.0);
    if !is_percentage || largest > 1.0 || !has_parts {
        return;
    }
    let filled = |key: &&u32| value(&meanings[**key as usize]).is_some();
    if cells.keys.iter().filter(filled).count() as u64 >= PROOF {
        let finding = Finding::new(RuleCode::ShareNotPercent).column(&column.name);
        findings.about_file(finding.value(largest.to_string()));
    }
}

fn within(column: &ColumnSpec, value: f64) -> bool {
    column.min.is_none_or(|min| value >= min) && column.max.is_none_or(|max| value <= max)
}

fn bounds(column: &ColumnSpec) -> String {
    let bound = |bound: Option<f64>, none: &str| {
        bound.map_or_else(|| none.to_owned(), |bound| bound.to_string())
    };
    format!("[{}, {}]", bound(column.min, "-∞"), bound(column.max, "+∞"))
}

/// The state of each row: measured, or the reason of the null, which depends on the marker and on the vintage.
fn statuses(
    column: &ColumnSpec,
    cells: &RawColumn,
    meanings: &[Cell],
    vintages: &Vintages,
    findings: &mut Findings<'_>,
) -> StatusColumn {
    let planned: Vec<Option<ValueStatus>> = vintages
        .distinct
        .iter()
        .map(|vintage| planned_null(column, *vintage))
        .collect();
    let troubled = meanings
        .iter()
        .any(|meaning| matches!(meaning, Cell::Bad(..) | Cell::OtherMarker(_)))
        || planned.iter().any(Option::is_some);
    if troubled {
        report_cells(column, cells, meanings, vintages, &planned, findings);
    }
    let rows = cells.keys.iter().zip(&vintages.keys);
    rows.map(|(key, vintage)| match &meanings[*key as usize] {
        Cell::Value(_) => ValueStatus::Measured,
        Cell::Null(marker) | Cell::OtherMarker(marker) => *marker,
        Cell::Empty(usual) => planned[*vintage as usize].unwrap_or(*usual),
        Cell::Bad(..) => ValueStatus::Absent,
    })
    .collect()
}

fn report_cells(
    column: &ColumnSpec,
    cells: &RawColumn,
    meanings: &[Cell],
    vintages: &Vintages,
    planned: &[Option<ValueStatus>],
    findings: &mut Findings<'_>,
) {
    for (row, (key, vintage)) in cells.keys.iter().zip(&vintages.keys).enumerate() {
        let value = &cells.values[*key as usize];
        match (&meanings[*key as usize], planned[*vintage as usize]) {
            (Cell::Bad(rule, expected), _) => {
                findings.about_row(
                    row,
                    Finding::new(*rule)
                        .column(&column.name)
                        .value(value)
                        .expected(expected),
                );
            }
            (Cell::OtherMarker(status), _) => {
                let finding = Finding::new(RuleCode::UnknownMarker)
                    .column(&column.name)
                    .value(value);
                findings.about_cell(row, finding.expected(status.as_str()), Cost::Nothing);
            }
            (Cell::Value(_), Some(status)) => {
                let finding = Finding::new(RuleCode::UnexpectedMeasure)
                    .column(&column.name)
                    .value(value);
                findings.about_row(row, finding.expected(status.as_str()));
            }
            (Cell::Value(_) | Cell::Null(_) | Cell::Empty(_), _) => {}
        }
    }
}

/// The status of a null that the specification foresees for that vintage.
fn planned_null(column: &ColumnSpec, vintage: Option<Vintage>) -> Option<ValueStatus> {
    if column.not_produced {
        return Some(ValueStatus::NotProduced);
    }
    let year = vintage?.last;
    let before = column.produced_from.is_some_and(|first| year < first);
    let after = column.produced_until.is_some_and(|last| year > last);
    if before || after {
        Some(ValueStatus::NotProduced)
    } else {
        column
            .not_yet_from
            .filter(|first| year >= *first)
            .map(|_| ValueStatus::NotYet)
    }
}

/// How a column spells vintages, when it is the one that does.
fn style_of<'a>(spec: &'a TableSpec, column: &ColumnSpec) -> Option<&'a VintageStyle> {
    let vintage = spec.vintage.as_ref()?;
    (vintage.column == column.name).then_some(&vintage.style)
}

/// A text column: each distinct value read once, null when empty.
fn text(
    (column, is_key): (&ColumnSpec, bool),
    vintages: Option<&VintageStyle>,
    cells: &RawColumn,
    findings: &mut Findings<'_>,
) -> TextColumn {
    let mut values: Vec<String> = Vec::new();
    let mut known: HashMap<String, u32> = HashMap::new();
    let texts = Texts::of(column, is_key, vintages, &cells.values);
    let read: Vec<_> = cells.values.iter().map(|raw| texts.read(raw)).collect();
    let keys: Vec<Option<u32>> = read
        .iter()
        .map(|cell| {
            let value = cell.value.as_ref()?;
            let key = *known.entry(value.clone()).or_insert_with(|| {
                values.push(value.clone());
                u32::try_from(values.len() - 1).expect("fewer values than cells")
            });
            Some(key)
        })
        .collect();
    if column.format.is_some_and(|format| format.has_check_letter) {
        let is_filled = |key: &&u32| keys[**key as usize].is_some();
        let filled = cells.keys.iter().filter(is_filled).count();
        findings.compared_all(RuleCode::UaiCheckLetter, filled as u64);
    }
    if read.iter().any(|cell| !cell.problems.is_empty()) {
        for (row, key) in cells.keys.iter().enumerate() {
            for problem in &read[*key as usize].problems {
                let finding = Finding::new(problem.rule)
                    .column(&column.name)
                    .value(&problem.shown)
                    .expected(&problem.expected);
                findings.about_cell(row, finding, problem.cost);
            }
        }
    }
    TextColumn::new(&values, cells.keys.iter().map(|key| keys[*key as usize]))
}
