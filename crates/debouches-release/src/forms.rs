//! Further forms of a table, when a dataset asks for them: a CSV by région, a workbook, JSON Lines.
//!
//! They are written from the published CSV, so that they cannot say anything else: the same rows in the same order.

mod by_region;
mod jsonl;
mod xlsx;

use std::collections::BTreeSet;
use std::io::{Read, Write};

use debouches_model::spec::ColumnSpec;
use serde::{Deserialize, Serialize};

use crate::PackageError;
use crate::files::WrittenFile;
use crate::prepare::PreparedTable;

/// A further form of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// One CSV for each région of the Code officiel géographique: `<table>.region-<code>.csv`.
    CsvByRegion,
    /// One JSON object on each line: `<table>.jsonl`.
    Jsonl,
    /// A workbook, for tables that a spreadsheet can hold: `<table>.xlsx`.
    Xlsx,
}

/// A file of a form, not finished yet.
pub struct FormFile<W> {
    /// Path inside the release.
    pub path: String,
    /// Rows in it.
    pub rows: u64,
    /// Where it was written.
    pub out: W,
}

/// Writes the forms of a table from its CSV; a form that the table cannot have is left out.
///
/// `csv` opens the published CSV and `make` a new file.
///
/// # Errors
/// When the CSV is not that of the table, or when the bytes cannot be written.
pub fn write_forms<R: Read, W: Write + Send>(
    forms: &BTreeSet<Form>,
    table: &PreparedTable<'_>,
    csv: &dyn Fn() -> std::io::Result<R>,
    make: &mut dyn FnMut() -> std::io::Result<W>,
) -> Result<Vec<FormFile<W>>, PackageError> {
    let mut files = Vec::new();
    let wrap = |source: std::io::Error| PackageError::Form {
        table: table.spec.id.clone(),
        source,
    };
    for form in forms {
        match form {
            Form::CsvByRegion if by_region::can(&table.columns) => {
                files.extend(by_region::write(table, csv().map_err(wrap)?, make).map_err(wrap)?);
            }
            Form::Jsonl => files.push(
                jsonl::write(table, csv().map_err(wrap)?, make().map_err(wrap)?).map_err(wrap)?,
            ),
            Form::Xlsx if xlsx::can(table) => {
                files.push(
                    xlsx::write(table, csv().map_err(wrap)?, make().map_err(wrap)?)
                        .map_err(wrap)?,
                );
            }
            Form::CsvByRegion | Form::Xlsx => {}
        }
    }
    Ok(files)
}

/// The media type of a data file, by its name.
#[must_use]
pub fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("csv") => "text/csv",
        Some("jsonl") => "application/jsonl",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some(_) | None => "application/vnd.apache.parquet",
    }
}

/// The files of a table that are neither its CSV nor its Parquet.
pub(crate) fn of_table<'a>(table: &str, files: &'a [WrittenFile]) -> Vec<&'a WrittenFile> {
    let is_form = |path: &str| {
        path.strip_prefix(table)
            .is_some_and(|rest| rest.starts_with(".region-") || [".jsonl", ".xlsx"].contains(&rest))
    };
    files.iter().filter(|file| is_form(&file.path)).collect()
}

/// What readers are told of the forms of the tables; empty when there is none.
pub(crate) fn readme_section(tables: &[PreparedTable<'_>], files: &[WrittenFile]) -> String {
    let mut lines = Vec::new();
    for table in tables {
        let id = table.spec.id.as_str();
        let item = of_table(id, files);
        let has = |end: &str| item.iter().any(|file| file.path.ends_with(end));
        if has(".xlsx") {
            lines.push(format!(
                "- `{id}.xlsx` : classeur, une feuille de données et une feuille de colonnes ; les codes y sont du texte."
            ));
        }
        if has(".jsonl") {
            lines.push(format!(
                "- `{id}.jsonl` : un objet JSON par ligne, `null` pour une cellule vide, un tableau pour une liste."
            ));
        }
        let regions = item
            .iter()
            .filter(|file| file.path.ends_with(".csv"))
            .count();
        if regions > 0 {
            lines.push(format!(
                "- `{id}.region-….csv` : {regions} fichiers, un par code de région (`region_cog`), avec le même en-tête ; `{id}.region-aucune.csv` pour les lignes qui n'en ont pas."
            ));
        }
    }
    if lines.is_empty() {
        return String::new();
    }
    format!(
        "\n## Autres formes\n\nLes mêmes lignes, dans le même ordre que le CSV :\n\n{}\n",
        lines.join("\n")
    )
}

/// A row of the CSV that has as many cells as the table has columns.
fn rows<R: Read>(csv: R, columns: &[ColumnSpec]) -> std::io::Result<csv::Reader<R>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(csv);
    let header: Vec<String> = reader
        .headers()
        .map_err(std::io::Error::other)?
        .iter()
        .map(str::to_owned)
        .collect();
    if !header.iter().eq(columns.iter().map(|column| &column.name)) {
        return Err(std::io::Error::other(
            "the header of the CSV is not that of the table",
        ));
    }
    Ok(reader)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_told_by_the_name_of_its_file() {
        let file = |path: &str| WrittenFile {
            path: path.to_owned(),
            bytes: 0,
            sha256: debouches_model::Sha256::of(b""),
            rows: Some(1),
        };
        let files = [
            "t.csv",
            "t.parquet",
            "t.jsonl",
            "t.region-84.csv",
            "t_2.jsonl",
            "t.xlsx",
        ]
        .map(file);
        let paths: Vec<&str> = of_table("t", &files)
            .iter()
            .map(|file| file.path.as_str())
            .collect();
        assert_eq!(paths, ["t.jsonl", "t.region-84.csv", "t.xlsx"]);
        assert_eq!(media_type("t.region-84.csv"), "text/csv");
    }
}
