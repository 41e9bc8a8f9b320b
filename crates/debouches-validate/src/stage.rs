//! The stage: read, recognise, cast, check, decide.

use std::io::{self, Read};

use debouches_model::spec::TableSpec;
use debouches_model::{Event, Finding, Observer, Report, RuleCode, Unit, Vintage};
use debouches_table::{PassedOver, RawTable, ReadLimits, Table, TableError};

use crate::body::{self, Body, BodyReader};
use crate::cast::cast;
use crate::family;
use crate::findings::Findings;
use crate::layout::{Given, lay_out};
use crate::refused::{Lines, Reading, RefusedRows};
use crate::rules;
use crate::shape::{KnownHeadings, Recognised, Shape, Shapes, choose, locate};
use crate::{Budget, ValidateError};

/// Format number of the output: moves when the same bytes give another table.
pub const FORMAT: u32 = 5;

/// Name of the note of the report that holds the name of the file.
pub const FILE_NOTE: &str = "file";

/// A body to validate.
pub struct Input<'a> {
    /// Name of the file as received, for findings.
    pub name: &'a str,
    /// Its bytes, already unpacked.
    pub body: Box<dyn Read + Send + 'a>,
    /// Expected size, for progress.
    pub bytes: Option<u64>,
    /// Columns that the configuration tells because the file does not.
    pub given: &'a Given,
}

/// How to work.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Threads to use.
    pub jobs: usize,
    /// Bounds on what is read.
    pub limits: ReadLimits,
    /// How many rows may be set aside.
    pub budget: Budget,
}

/// What came out. The table is there only when the verdict is favourable.
#[derive(Debug)]
pub struct Outcome {
    /// The checked table, without the refused rows.
    pub table: Option<Table>,
    /// Line of the file on which each row of the table begins, so that later stages can name it.
    pub lines: Vec<u32>,
    /// Counts, rules and verdict.
    pub report: Report,
    /// The findings, in the order of lines.
    pub findings: Vec<Finding>,
    /// Which lines of the body are refused, and why.
    pub refused_rows: RefusedRows,
}

/// Validates a body against the specification of its table.
///
/// # Errors
/// When the table cannot be handled for a reason that is not in the data.
pub fn validate(
    spec: &TableSpec,
    shapes: &Shapes,
    input: Input<'_>,
    options: Options,
    observer: &dyn Observer,
) -> Result<Outcome, ValidateError> {
    let shapes = shapes.of(&spec.id);
    if shapes.is_empty() {
        return Err(ValidateError::NoShape(spec.id.clone()));
    }
    let mut findings = Findings::new(spec, input.name, options.budget);
    let task = format!("validate {}", spec.id);
    observer.on(Event::Started {
        task: &task,
        total: input.bytes,
        unit: Unit::Bytes,
    });
    let known = KnownHeadings::of(shapes);
    let read = body::read(input.body, shapes, (options, &known), &mut |done| {
        observer.on(Event::Advanced { task: &task, done })
    });
    observer.on(Event::Finished { task: &task });
    let Body {
        raw,
        reader,
        findings: about_parts,
        notes,
    } = match read {
        Ok(body) => body,
        Err(error) => {
            findings.about_file(body_finding(error).map_err(|source| ValidateError::Table {
                table: spec.id.clone(),
                source,
            })?);
            return Ok(refused(findings));
        }
    };
    let shapes: Vec<Shape> = shapes
        .iter()
        .filter(|shape| reader.may_have(&shape.body))
        .cloned()
        .collect();
    match check_file(spec, &raw, &shapes, &mut findings) {
        Some(recognised) => {
            about_parts
                .into_iter()
                .for_each(|finding| findings.about_file(finding));
            let checked = Checked {
                spec,
                recognised: &recognised,
                given: input.given,
                limits: options.limits,
                reader,
            };
            let mut outcome = check(checked, raw, findings)?;
            outcome.report.notes.extend(notes);
            Ok(outcome)
        }
        None => Ok(refused(findings)),
    }
}

/// What an unreadable body says of the data; an error that is not about the data is given back.
fn body_finding(error: TableError) -> Result<Finding, TableError> {
    match error {
        TableError::NotText { begins_with } => {
            Ok(Finding::new(RuleCode::NotATable).line(1).value(begins_with))
        }
        TableError::Unsupported { what } => {
            Ok(Finding::new(RuleCode::UnsupportedFormat).value(what))
        }
        TableError::OverLimit { line, what, limit } => Ok(Finding::new(RuleCode::UnreadableBody)
            .line(line)
            .value(format!("{what} > {limit}"))),
        TableError::NotRecords { line, problem } => Ok(Finding::new(RuleCode::UnreadableBody)
            .line(line)
            .value(problem)),
        TableError::Io(cause)
            if matches!(
                cause.kind(),
                io::ErrorKind::UnexpectedEof
                    | io::ErrorKind::InvalidData
                    | io::ErrorKind::InvalidInput
            ) =>
        {
            Ok(Finding::new(RuleCode::UnreadableBody).value(cause.to_string()))
        }
        other => Err(other),
    }
}

/// File-level checks; returns where the columns stand unless the file must be refused as it is.
fn check_file(
    spec: &TableSpec,
    raw: &RawTable,
    shapes: &[Shape],
    findings: &mut Findings<'_>,
) -> Option<Recognised> {
    findings.expect_rows(raw.lines.clone());
    let is_bare = raw.header.is_empty() && raw.dropped.is_empty();
    if is_bare || (!raw.is_unread && raw.rows() + raw.ragged.len() == 0) {
        findings.about_file(Finding::new(RuleCode::EmptyFile));
    }
    if let Some((line, text)) = &raw.unclosed_quote {
        findings.about_file(
            Finding::new(RuleCode::UnclosedQuote)
                .line(*line)
                .value(text),
        );
    }
    check_complete(raw, findings);
    if findings.is_fatal() {
        return None;
    }
    let dropped = raw.dropped.iter().map(|column| column.heading.clone());
    let received: Vec<String> = raw.header.iter().cloned().chain(dropped).collect();
    let shape = match choose(shapes, &received) {
        Ok(shape) => shape,
        Err(finding) => {
            findings.about_file(*finding);
            return None;
        }
    };
    let extra = locate(shape, &received).extra;
    let is_empty = |heading: &String| {
        let dropped = raw.dropped.iter().find(|column| column.heading == *heading);
        heading.is_empty() && dropped.is_some_and(|column| !column.is_filled)
    };
    for heading in extra.iter().filter(|heading| !is_empty(heading)) {
        findings.about_file(
            Finding::new(RuleCode::ExtraColumn)
                .line(u64::from(raw.passed_over.header_line.max(1)))
                .column(heading),
        );
    }
    let recognised = locate(shape, &raw.header);
    for (heading, loss) in &recognised.lacking {
        let finding = Finding::new(RuleCode::MissingColumn)
            .line(u64::from(raw.passed_over.header_line.max(1)))
            .column(heading);
        findings.about_file(finding.value(loss));
    }
    let encodings = &shape.encodings;
    if !encodings.iter().any(|known| known == raw.encoding.as_str()) {
        findings.about_file(
            Finding::new(RuleCode::UnexpectedEncoding)
                .value(raw.encoding.as_str())
                .expected(encodings.join(", ")),
        );
    }
    rules::check_file(spec, raw, findings);
    if findings.is_fatal() {
        return None;
    }
    for row in &raw.ragged {
        let finding = Finding::new(RuleCode::RaggedRow).value(row.cells.to_string());
        findings.about_record(
            row.line,
            finding
                .expected(raw.header_width().to_string())
                .key(&row.begins_with),
        );
    }
    Some(recognised)
}

/// A page of a larger answer is no delivery.
fn check_complete(raw: &RawTable, findings: &mut Findings<'_>) {
    let records = raw.rows() as u64;
    let PassedOver {
        announced,
        has_next_page,
        ..
    } = raw.passed_over;
    let more = announced.filter(|announced| *announced > records);
    if more.is_some() || has_next_page {
        let expected = more.map_or_else(|| format!("> {records}"), |more| more.to_string());
        let finding = Finding::new(RuleCode::IncompletePage).value(records.to_string());
        findings.about_file(finding.expected(expected));
    }
}

/// What a table is checked with.
struct Checked<'a> {
    spec: &'a TableSpec,
    recognised: &'a Recognised,
    given: &'a Given,
    limits: ReadLimits,
    reader: BodyReader,
}

fn check(
    checked: Checked<'_>,
    raw: RawTable,
    mut findings: Findings<'_>,
) -> Result<Outcome, ValidateError> {
    let Checked {
        spec,
        recognised,
        given,
        limits,
        reader,
    } = checked;
    let wrap = |source| ValidateError::Table {
        table: spec.id.clone(),
        source,
    };
    let notes = reading_notes(&raw, recognised, &reader);
    let reading = match raw.dialect {
        Some(dialect) => Reading::Lines(Lines {
            separator: char::from(dialect.separator),
            encoding: raw.encoding,
            header: raw.passed_over.header_line.max(1),
        }),
        None => Reading::Records(reader, limits, raw.header.clone()),
    };
    let ragged = raw
        .ragged
        .iter()
        .map(|row| u32::try_from(row.line).unwrap_or(u32::MAX));
    let starts: Vec<u32> = raw.lines.iter().copied().chain(ragged).collect();
    let records = raw.rows();
    let (raw, places) = lay_out(spec, raw, recognised, given)?;
    if raw.rows() != records {
        findings.expect_rows(raw.lines.clone());
    }
    findings.expect_columns(places.keys());
    let rows = raw.rows();
    let table = cast(spec, raw, &places, &recognised.shape.missing, &mut findings).map_err(wrap)?;
    if !findings.is_lost() {
        rules::run(spec, &table, &mut findings).map_err(wrap)?;
        family::set_aside(spec, &table, &mut findings).map_err(wrap)?;
    }
    let file = findings.file().to_owned();
    let kept = findings.kept_rows();
    let refused_rows = RefusedRows::new(findings.reasons(), &starts, reading);
    let lines = findings.kept_lines();
    let set_aside = keys_set_aside(spec, &table, &findings);
    let (findings, mut report) = findings.finish(Some(&table));
    report.notes.extend(notes);
    report.notes.insert(FILE_NOTE.to_owned(), file);
    if let Some(keys) = set_aside {
        report.notes.insert("keys_set_aside".to_owned(), keys);
    }
    if let Some(vintages) = vintages(spec, &table) {
        report.notes.insert("vintages".to_owned(), vintages);
    }
    if rows != records {
        report
            .notes
            .insert("records".to_owned(), records.to_string());
    }
    let table = if report.is_refused() {
        None
    } else if kept.iter().all(|kept| *kept) {
        Some(table)
    } else {
        Some(table.keep(&kept).map_err(wrap)?)
    };
    Ok(Outcome {
        table,
        lines,
        report,
        findings,
        refused_rows,
    })
}

fn refused(findings: Findings<'_>) -> Outcome {
    let (findings, report) = findings.finish(None);
    Outcome {
        table: None,
        lines: Vec::new(),
        report,
        findings,
        refused_rows: RefusedRows::default(),
    }
}

/// What was passed over or read otherwise than written: harmless, and noted.
fn reading_notes(
    raw: &RawTable,
    recognised: &Recognised,
    reader: &BodyReader,
) -> Vec<(String, String)> {
    let passed = &raw.passed_over;
    let count = |name, count: u64| (count > 0).then(|| (name, count.to_string()));
    let pairs = |pairs: &[(String, String)]| {
        let pairs = pairs
            .iter()
            .map(|(received, known)| format!("« {received} » → « {known} »"));
        pairs.collect::<Vec<_>>().join(", ")
    };
    let separator = raw
        .dialect
        .map(|dialect| char::from(dialect.separator).to_string());
    let is_first = passed.header_line <= 1;
    let unused = raw.dropped.len() as u64;
    let notes = [
        Some(("shape", recognised.shape.name.clone())),
        Some(("encoding", raw.encoding.to_string())),
        separator.map(|separator| ("separator", separator)),
        (reader.name() != "csv").then(|| ("body", reader.name().to_owned())),
        (!is_first).then(|| ("header_line", passed.header_line.to_string())),
        passed
            .separator_line
            .then(|| ("separator_line", "1".to_owned())),
        count("blank_rows", passed.blank_rows),
        count("wide_rows", passed.wide_rows),
        count("padding_bytes", passed.padding),
        count("not_numbers", passed.not_numbers),
        count("columns_not_read", unused),
        (!passed.other_sheets.is_empty()).then(|| ("other_sheets", passed.other_sheets.join(", "))),
        (!recognised.read_as.is_empty()).then(|| ("headings_read_as", pairs(&recognised.read_as))),
        recognised
            .shape
            .unverified
            .then(|| ("shape_unverified", "true".to_owned())),
    ];
    let notes = notes.into_iter().flatten();
    notes
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Keys named when rows are set aside, so that whoever refers to one knows why it is not there.
const KEYS_NAMED: usize = 100;

/// The keys of the rows set aside, as other tables refer to them.
fn keys_set_aside(spec: &TableSpec, table: &Table, findings: &Findings<'_>) -> Option<String> {
    let refused = findings.refused();
    if refused.count() == 0 {
        return None;
    }
    let rows = (0..table.rows()).filter(|row| refused.contains(*row));
    let mut keys: Vec<String> = rows
        .take(KEYS_NAMED)
        .map(|row| table.key_of(&spec.key, row))
        .collect();
    let more = refused.count() - keys.len() as u64;
    if more > 0 {
        keys.push(format!("+ {more}"));
    }
    Some(keys.join(" | "))
}

/// The vintages of the table, for whoever waits for one.
fn vintages(spec: &TableSpec, table: &Table) -> Option<String> {
    let vintage = spec.vintage.as_ref()?;
    let column = table.text(&vintage.column).ok()?;
    let used = column
        .distinct()
        .zip(column.counts())
        .filter(|(_, rows)| *rows > 0)
        .map(|(label, _)| label);
    // A refused row may hold anything, a heading for instance.
    let used = used.filter(|label| Vintage::parse(label, &vintage.style).is_some());
    let labels: std::collections::BTreeSet<&str> = used.collect();
    Some(labels.into_iter().collect::<Vec<_>>().join(" | "))
}
