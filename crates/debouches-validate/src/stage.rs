//! The stage: read, recognise, cast, check, decide.

use std::io::{self, Read};

use debouches_model::spec::TableSpec;
use debouches_model::{Event, Finding, Observer, Report, RuleCode, Unit, Vintage};
use debouches_table::{RawTable, ReadLimits, Table, TableError};

use crate::ValidateError;
use crate::body::{self, Body};
use crate::cast::cast;
use crate::findings::Findings;
use crate::last_byte::LastByte;
use crate::layout::{Given, lay_out};
use crate::refused::{Reading, RefusedRows};
use crate::rules;
use crate::shape::{Recognised, Shape, Shapes, recognise};

/// Format number of the output: moves when the same bytes give another table.
pub const FORMAT: u32 = 3;

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
    let given = input.given;
    let mut findings = Findings::new(spec, input.name);
    let task = format!("validate {}", spec.id);
    observer.on(Event::Started {
        task: &task,
        total: input.bytes,
        unit: Unit::Bytes,
    });
    let last_byte = LastByte::default();
    let body = Box::new(last_byte.watch(input.body));
    let read = body::read(body, shapes, options, &mut |done| {
        observer.on(Event::Advanced { task: &task, done })
    });
    observer.on(Event::Finished { task: &task });
    let Body {
        raw,
        shapes,
        findings: told,
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
    match look_at_file(spec, &raw, shapes, last_byte.is_line_end(), &mut findings) {
        Some(recognised) => {
            told.into_iter()
                .for_each(|finding| findings.about_file(finding));
            let mut outcome = check(spec, raw, &recognised, given, options.limits, findings)?;
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

/// File-level checks; gives the places of the columns unless the file must be refused whole.
fn look_at_file(
    spec: &TableSpec,
    raw: &RawTable,
    shapes: Vec<Shape>,
    ends_with_line: bool,
    findings: &mut Findings<'_>,
) -> Option<Recognised> {
    findings.expect_rows(raw.lines.clone());
    if raw.header.is_empty() || raw.rows() + raw.ragged.len() == 0 {
        findings.about_file(Finding::new(RuleCode::EmptyFile));
    }
    for bad in &raw.undecodable {
        let heading = raw.header.get(bad.column).cloned().unwrap_or_default();
        findings.about_file(
            Finding::new(RuleCode::UndecodableBytes)
                .line(bad.line)
                .column(heading)
                .value(&bad.value),
        );
    }
    if let Some((line, text)) = &raw.unclosed_quote {
        findings.about_file(
            Finding::new(RuleCode::UnclosedQuote)
                .line(*line)
                .value(text),
        );
    }
    if findings.is_fatal() {
        return None;
    }
    let recognised = match recognise(shapes, &raw.header) {
        Ok(recognised) => recognised,
        Err(finding) => {
            findings.about_file(*finding);
            return None;
        }
    };
    for heading in &recognised.extra {
        findings.about_file(Finding::new(RuleCode::ExtraColumn).line(1).column(heading));
    }
    let encodings = &recognised.shape.encodings;
    if !encodings.iter().any(|known| known == raw.encoding.as_str()) {
        findings.about_file(
            Finding::new(RuleCode::UnexpectedEncoding)
                .value(raw.encoding.as_str())
                .expected(encodings.join(", ")),
        );
    }
    rules::look(spec, raw, ends_with_line, findings);
    if findings.is_fatal() {
        return None;
    }
    for row in &raw.ragged {
        let finding = Finding::new(RuleCode::RaggedRow).value(row.cells.to_string());
        findings.about_record(
            row.line,
            finding
                .expected(raw.header.len().to_string())
                .key(&row.begins_with),
        );
    }
    Some(recognised)
}

fn check(
    spec: &TableSpec,
    raw: RawTable,
    recognised: &Recognised,
    given: &Given,
    limits: ReadLimits,
    mut findings: Findings<'_>,
) -> Result<Outcome, ValidateError> {
    let wrap = |source| ValidateError::Table {
        table: spec.id.clone(),
        source,
    };
    let set_aside = raw.ragged.len() as u64;
    let encoding = raw.encoding;
    let separator = raw.dialect.map(|dialect| char::from(dialect.separator));
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
    rules::run(spec, &table, &mut findings).map_err(wrap)?;
    let file = findings.file().to_owned();
    let kept = findings.kept_rows();
    let reading = match separator {
        Some(separator) => Reading::Lines(separator, encoding),
        None => Reading::Records(recognised.shape.body.clone(), limits),
    };
    let refused_rows = RefusedRows::new(findings.reasons(), &starts, reading);
    let lines = findings.kept_lines();
    let (findings, mut report) = findings.finish(Some(&table), set_aside);
    report.notes.insert(FILE_NOTE.to_owned(), file);
    report
        .notes
        .insert("shape".to_owned(), recognised.shape.name.clone());
    report
        .notes
        .insert("encoding".to_owned(), encoding.to_string());
    if let Some(vintages) = vintages(spec, &table) {
        report.notes.insert("vintages".to_owned(), vintages);
    }
    if rows != records {
        report
            .notes
            .insert("records".to_owned(), records.to_string());
    }
    if let Some(separator) = separator {
        report
            .notes
            .insert("separator".to_owned(), separator.to_string());
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
    let (findings, report) = findings.finish(None, 0);
    Outcome {
        table: None,
        lines: Vec::new(),
        report,
        findings,
        refused_rows: RefusedRows::default(),
    }
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
