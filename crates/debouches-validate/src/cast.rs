//! From text cells to typed columns: once per distinct value, then one pass over the keys.

use std::collections::{BTreeMap, HashMap};

use debouches_model::spec::{CodeProblem, ColumnKind, ColumnSpec, TableSpec};
use debouches_model::{Finding, RuleCode, ValueStatus, Vintage};
use debouches_table::{
    Column, DecimalColumn, IntegerColumn, RawColumn, RawTable, StatusColumn, Table, TableError,
    TextColumn,
};

use crate::findings::Findings;
use crate::number;

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
    vintages.tell_unreadable(spec, &raw, places, findings);
    for column in &spec.columns {
        let cells = match places.get(&column.name) {
            Some(&place) => raw.take_column(place),
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
            table.set(&column.name, Column::Text(text(column, &cells, findings)))?;
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
        let place = spec
            .vintage
            .as_ref()
            .and_then(|vintage| Some((vintage, *places.get(&vintage.column)?)));
        match place {
            Some((vintage, place)) => {
                let column = raw.column(place);
                let distinct = column
                    .values
                    .iter()
                    .map(|value| Vintage::parse(value.trim(), &vintage.style))
                    .collect();
                Self {
                    keys: column.keys.clone(),
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
    fn tell_unreadable(
        &self,
        spec: &TableSpec,
        raw: &RawTable,
        places: &BTreeMap<String, usize>,
        findings: &mut Findings<'_>,
    ) {
        let Some(vintage) = &spec.vintage else { return };
        let Some(&place) = places.get(&vintage.column) else {
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
            let value = &raw.column(place).values[*key as usize];
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
enum Cell<T> {
    Value(T),
    /// A marker that says why there is no value.
    Null(ValueStatus),
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
    match column.kind {
        ColumnKind::Integer => {
            let meanings = meanings(missing, column, cells, number::integer, "integer");
            let statuses = statuses(column, cells, &meanings, vintages, findings);
            let value = |key: &u32| {
                if let Cell::Value(value) = &meanings[*key as usize] {
                    Some(*value)
                } else {
                    None
                }
            };
            (
                Column::Integer(cells.keys.iter().map(value).collect::<IntegerColumn>()),
                statuses,
            )
        }
        ColumnKind::Decimal | ColumnKind::Text | ColumnKind::Boolean | ColumnKind::List => {
            let meanings = meanings(missing, column, cells, number::decimal, "number");
            let statuses = statuses(column, cells, &meanings, vintages, findings);
            let value = |key: &u32| {
                if let Cell::Value(value) = &meanings[*key as usize] {
                    Some(*value)
                } else {
                    None
                }
            };
            (
                Column::Decimal(cells.keys.iter().map(value).collect::<DecimalColumn>()),
                statuses,
            )
        }
    }
}

fn meanings<T: Copy + Into<f64>>(
    missing: &BTreeMap<String, ValueStatus>,
    column: &ColumnSpec,
    cells: &RawColumn,
    parse: fn(&str) -> Option<T>,
    expected: &str,
) -> Vec<Cell<T>> {
    let meaning = |raw: &String| {
        let text = raw.trim();
        if text.is_empty() {
            return Cell::Empty(missing.get("").copied().unwrap_or(ValueStatus::Absent));
        }
        if let Some(status) = missing.get(text) {
            return Cell::Null(*status);
        }
        match parse(text) {
            None => Cell::Bad(RuleCode::NotANumber, expected.to_owned()),
            Some(value) if !within(column, value.into()) => {
                Cell::Bad(RuleCode::OutOfBounds, bounds(column))
            }
            Some(value) => Cell::Value(value),
        }
    };
    cells.values.iter().map(meaning).collect()
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
fn statuses<T>(
    column: &ColumnSpec,
    cells: &RawColumn,
    meanings: &[Cell<T>],
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
        .any(|meaning| matches!(meaning, Cell::Bad(..)))
        || planned.iter().any(Option::is_some);
    if troubled {
        tell(column, cells, meanings, vintages, &planned, findings);
    }
    let rows = cells.keys.iter().zip(&vintages.keys);
    rows.map(|(key, vintage)| match &meanings[*key as usize] {
        Cell::Value(_) => ValueStatus::Measured,
        Cell::Null(marker) => *marker,
        Cell::Empty(usual) => planned[*vintage as usize].unwrap_or(*usual),
        Cell::Bad(..) => ValueStatus::Absent,
    })
    .collect()
}

fn tell<T>(
    column: &ColumnSpec,
    cells: &RawColumn,
    meanings: &[Cell<T>],
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

/// A text column: trimmed, null when empty, each distinct value checked once.
fn text(column: &ColumnSpec, cells: &RawColumn, findings: &mut Findings<'_>) -> TextColumn {
    let mut values: Vec<String> = Vec::new();
    let mut places: HashMap<&str, u32> = HashMap::new();
    let mut problems: Vec<Option<(RuleCode, String)>> = Vec::new();
    let mut keys: Vec<Option<u32>> = Vec::with_capacity(cells.values.len());
    for raw in &cells.values {
        let value = raw.trim();
        if value.is_empty() {
            keys.push(None);
            problems.push(
                column
                    .required
                    .then(|| (RuleCode::RequiredMissing, String::new())),
            );
        } else {
            problems.push(problem(column, value));
            keys.push(Some(*places.entry(value).or_insert_with(|| {
                values.push(value.to_owned());
                u32::try_from(values.len() - 1).expect("fewer values than cells")
            })));
        }
    }
    if column.format.is_some_and(|format| format.has_check_letter) {
        let filled = cells
            .keys
            .iter()
            .filter(|key| keys[**key as usize].is_some())
            .count();
        findings.compared_all(RuleCode::UaiCheckLetter, filled as u64);
    }
    if problems.iter().any(Option::is_some) {
        for (row, key) in cells.keys.iter().enumerate() {
            if let Some((rule, expected)) = &problems[*key as usize] {
                let finding = Finding::new(*rule)
                    .column(&column.name)
                    .value(&cells.values[*key as usize]);
                findings.about_row(row, finding.expected(expected));
            }
        }
    }
    TextColumn::new(&values, cells.keys.iter().map(|key| keys[*key as usize]))
}

fn problem(column: &ColumnSpec, value: &str) -> Option<(RuleCode, String)> {
    if !column.values.is_empty() && !column.values.iter().any(|known| known == value) {
        return Some((RuleCode::NotInDomain, column.values.join(", ")));
    }
    let format = column
        .format
        .filter(|_| !column.except.iter().any(|known| known == value));
    if let Some(Err(problem)) = format.map(|format| format.check(value)) {
        return Some(match problem {
            CodeProblem::Form(form) => (RuleCode::MalformedCode, form),
            CodeProblem::CheckLetter(right) => (RuleCode::UaiCheckLetter, right),
        });
    }
    let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    formula.then(|| (RuleCode::FormulaCell, String::new()))
}
