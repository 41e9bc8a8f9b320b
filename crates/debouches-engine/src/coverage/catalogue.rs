//! Reads a catalogue: heading, encoding and separator recognised, columns named by the call or by their heading.

use std::fs::File;
use std::path::Path;

use debouches_fetch::unpack::{Unpack, UnpackError, open_body};
use debouches_insertion::{CatalogueLine, CodeSystem, Pathway};
use debouches_model::Fault;
use debouches_table::{CellBytes, RawTable, ReadLimits, TableError, cell_bytes, tidy_heading};
use debouches_validate::read_body;

use super::Request;
use crate::failure::{Decided, Usage};

/// A catalogue as read.
pub struct Catalogue {
    /// Its path, for people.
    pub file: String,
    /// Encoding that was recognised.
    pub encoding: &'static str,
    /// Separator that was recognised.
    pub separator: char,
    /// Code system of its trainings.
    pub system: CodeSystem,
    /// Heading of the column of the code.
    pub column: String,
    /// Heading of the column of the establishment.
    pub uai_column: Option<String>,
    /// Heading of the column of school or apprenticeship.
    pub voie_column: Option<String>,
    /// Its lines, in the order of the file.
    pub lines: Vec<Line>,
    /// Lines whose code has not the form of its system, with the first of them.
    pub trouble: Option<String>,
}

/// A line, and where it begins in the file.
pub struct Line {
    /// Number of the line in the file, from 1.
    pub number: u32,
    /// What the line names.
    pub asked: CatalogueLine,
}

/// Headings that name a code of the system, letters and digits alone, in small letters.
fn usual_headings(system: CodeSystem) -> &'static [&'static str] {
    match system {
        CodeSystem::Mefstat11 => &["mefstat11", "codemefstat11", "codeformationmefstat11"],
        CodeSystem::Mef => &["mef", "codemef", "codeformationmef", "mef10", "bcnmef"],
        CodeSystem::Cfd => &[
            "cfd",
            "codecfd",
            "formationdiplome",
            "codeformationdiplome",
            "codescolarite",
            "formationcodecfd",
        ],
        CodeSystem::Sise => &["sise", "codesise", "diplomesise", "codediplomesise"],
        CodeSystem::Rncp => &["rncp", "coderncp", "numerorncp", "ficherncp"],
        CodeSystem::Uai => &["uai", "codeuai", "numerouai", "identifiantdeletablissement"],
    }
}

pub(super) fn read(path: &Path, request: &Request, jobs: usize) -> anyhow::Result<Catalogue> {
    let file = File::open(path)
        .map_err(|error| Usage(format!("cannot open {}: {error}", path.display())))?;
    if path.is_dir() {
        return Err(Usage(format!(
            "{} is a folder: name the file of the catalogue",
            path.display()
        ))
        .into());
    }
    let name = path.display().to_string();
    let body =
        open_body(file, &name, &Unpack::default()).map_err(|error| refused_packed(&error))?;
    let raw = read_body(body, ReadLimits::for_received(), jobs)
        .map_err(|error| refused_body(path, error))?;
    refuse_damage(path, &raw)?;
    let system = request.system;
    let column = find(path, &raw, request.column.as_deref(), system)?;
    let named = |name: &Option<String>| {
        name.as_deref()
            .map(|name| column_named(path, &raw, name))
            .transpose()
    };
    let (uai, voie) = (named(&request.uai_column)?, named(&request.voie_column)?);
    let cell = |index: usize, row: usize| raw.column(index).value(row).trim().to_owned();
    let lines: Vec<Line> = (0..raw.rows())
        .map(|row| Line {
            number: raw.lines[row],
            asked: CatalogueLine {
                system,
                code: cell(column, row),
                uai: uai.map(|index| cell(index, row)),
                voie: voie.and_then(|index| Pathway::parse(raw.column(index).value(row))),
            },
        })
        .collect();
    if let (Some(index), true) = (voie, lines.iter().all(|line| line.asked.voie.is_none())) {
        let (line, value) = (raw.lines[0], cell(index, 0));
        let what =
            format!("`{value}` is neither scolaire nor apprentissage, nor is any other line");
        return Err(refused(format!(
            "{}, line {line}, column `{}`: {what}",
            path.display(),
            raw.header[index]
        ))
        .into());
    }
    let trouble = trouble(path, &raw, column, &lines)?;
    Ok(Catalogue {
        file: path.display().to_string(),
        encoding: raw.encoding.as_str(),
        separator: raw
            .dialect
            .map_or(';', |dialect| char::from(dialect.separator)),
        system,
        column: raw.header[column].clone(),
        uai_column: uai.map(|index| raw.header[index].clone()),
        voie_column: voie.map(|index| raw.header[index].clone()),
        lines,
        trouble,
    })
}

fn refused(message: String) -> Decided {
    Decided {
        message,
        fault: Fault::Data,
    }
}

/// A body that is no table, or that cannot be unpacked, is the fault of the file; a disk that fails is not.
fn refused_body(path: &Path, error: TableError) -> anyhow::Error {
    let name = path.display().to_string();
    match error {
        TableError::Io(cause) => match UnpackError::of_read(&name, 0, cause) {
            error if error.fault() == Fault::Data => refused_packed(&error).into(),
            error => anyhow::Error::new(error).context(format!("cannot read {name}")),
        },
        other => refused(format!("{}: {other}", path.display())).into(),
    }
}

fn refused_packed(error: &UnpackError) -> Decided {
    let cause = std::error::Error::source(error);
    let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
    refused(format!("cannot be unpacked: {error}{cause}"))
}

fn refuse_damage(path: &Path, raw: &RawTable) -> Result<(), Decided> {
    let file = path.display();
    if raw.rows() == 0 && raw.ragged.is_empty() {
        return Err(refused(format!("{file}: no line under the heading")));
    }
    if let Some((line, text)) = &raw.unclosed_quote {
        let begins: String = text.chars().take(40).collect();
        return Err(refused(format!(
            "{file}, line {line}: a quote is opened and never closed, before `{begins}`"
        )));
    }
    if let Some(row) = raw.ragged.first() {
        let (line, cells, width, count) = (row.line, row.cells, raw.width(), raw.ragged.len());
        let text = &row.begins_with;
        return Err(refused(format!(
            "{file}, line {line}: {cells} cells under {width} headings, as {count} lines in all; it begins with `{text}`"
        )));
    }
    for (index, column) in raw.header.iter().enumerate() {
        let values = raw.column(index).values();
        let bad = values
            .iter()
            .position(|value| cell_bytes(value) != CellBytes::Sound);
        let key = bad.and_then(|bad| u32::try_from(bad).ok());
        let row = key.and_then(|bad| raw.column(index).keys().position(|key| key == bad));
        if let (Some(row), Some(bad)) = (row, bad) {
            let (CellBytes::Undecodable(value) | CellBytes::OtherEncoding(value)) =
                cell_bytes(&values[bad])
            else {
                continue;
            };
            return Err(refused(format!(
                "{file}, line {}, column `{column}`: `{value}` is not in the encoding of the rest",
                raw.lines[row]
            )));
        }
    }
    let is_again = |(index, heading): &(usize, &String)| {
        !heading.is_empty()
            && raw.header[..*index]
                .iter()
                .any(|other| tidy_heading(other) == tidy_heading(heading))
    };
    if let Some((_, twice)) = raw.header.iter().enumerate().find(is_again) {
        return Err(refused(format!(
            "{file}: two columns are headed `{twice}`: nobody knows which one to read; rename one"
        )));
    }
    Ok(())
}

/// The column of the code: the one that the call names, else the only one whose heading says so.
fn find(
    path: &Path,
    raw: &RawTable,
    named: Option<&str>,
    system: CodeSystem,
) -> Result<usize, Usage> {
    if let Some(name) = named {
        return column_named(path, raw, name);
    }
    let plain = |text: &str| {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    let usual = usual_headings(system);
    let matches: Vec<usize> = (0..raw.width())
        .filter(|index| usual.contains(&plain(&raw.header[*index]).as_str()))
        .collect();
    match matches.as_slice() {
        [only] => Ok(*only),
        [] => Err(Usage(format!(
            "{}: no heading names a {}: say which with --column (headings: {})",
            path.display(),
            system.as_str(),
            raw.header.join(", ")
        ))),
        many => {
            let names: Vec<&str> = many
                .iter()
                .map(|index| raw.header[*index].as_str())
                .collect();
            Err(Usage(format!(
                "{}: say with --column which of {} to read",
                path.display(),
                names.join(", ")
            )))
        }
    }
}

fn column_named(path: &Path, raw: &RawTable, name: &str) -> Result<usize, Usage> {
    let matches = raw.header.iter().position(|item| item == name.trim());
    matches.ok_or_else(|| {
        Usage(format!(
            "{}: no column `{name}` (headings: {})",
            path.display(),
            raw.header.join(", ")
        ))
    })
}

/// What is told of malformed codes; when most of them are, the column is not the right one.
fn trouble(
    path: &Path,
    raw: &RawTable,
    column: usize,
    lines: &[Line],
) -> Result<Option<String>, Decided> {
    let bad: Vec<&Line> = lines
        .iter()
        .filter(|line| line.asked.system.normalise(&line.asked.code).is_none())
        .collect();
    let Some(first) = bad.first() else {
        return Ok(None);
    };
    let (system, name) = (first.asked.system.as_str(), &raw.header[column]);
    let value: String = first.asked.code.chars().take(40).collect();
    let index = format!("{}, line {}, column `{name}`", path.display(), first.number);
    let message = format!(
        "{index}: `{value}` is no {system}; so are {} lines of {}",
        bad.len(),
        lines.len()
    );
    if bad.len() * 2 > lines.len() {
        Err(refused(format!("{message}: it is not the right column")))
    } else {
        Ok(Some(message))
    }
}
