//! What is typed in a shape file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use debouches_model::ValueStatus;
use debouches_model::spec::TableSpec;
use serde::Deserialize;

use super::{Shape, ShapeError, Spread};
use crate::format::{BodyKind, Code, Formats};

/// Stands in a heading for each value of the column that tells the rows made of one record apart.
const SPREAD: &str = "{}";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShapeFile {
    /// What its bodies are made of: `csv`, `json`, or a format that the domain registers.
    body: Option<String>,
    #[serde(default)]
    encodings: Vec<String>,
    #[serde(default)]
    same_names: bool,
    #[serde(default)]
    allow_extra: bool,
    /// Every heading in order, when some are empty or repeated; and the column of each, empty for those left out.
    #[serde(default)]
    header: Vec<String>,
    #[serde(default)]
    by_position: Vec<String>,
    #[serde(default)]
    columns: BTreeMap<String, String>,
    /// Headings that a file of this generation may lack.
    #[serde(default)]
    optional: BTreeMap<String, String>,
    #[serde(default)]
    ignored: BTreeMap<String, String>,
    /// Columns that only the configuration of the source can tell, and what is expected there.
    #[serde(default)]
    given: BTreeMap<String, String>,
    /// Columns that are the same on every row of the generation.
    #[serde(default)]
    constants: BTreeMap<String, String>,
    /// Other spellings of values: column, then found value = published value.
    #[serde(default)]
    recode: BTreeMap<String, BTreeMap<String, String>>,
    /// Markers of missing measures that only this generation has.
    #[serde(default)]
    missing: BTreeMap<String, ValueStatus>,
    spread: Option<Spread>,
    /// What arranges its cells, when headings do not suffice: `formula-text`, or an arrangement that the domain registers.
    code: Option<String>,
}

pub(super) fn parse(
    name: &str,
    text: &str,
    spec: &TableSpec,
    formats: &Formats,
) -> Result<Shape, ShapeError> {
    let file: ShapeFile = toml::from_str(text).map_err(|source| ShapeError::Syntax {
        name: name.to_owned(),
        source: Box::new(source),
    })?;
    let body = body(name, file.body.as_deref(), formats)?;
    let code = code(name, file.code.as_deref(), formats)?;
    let headings: BTreeMap<String, String> = if file.same_names {
        spec.columns
            .iter()
            .map(|column| (column.name.clone(), column.name.clone()))
            .collect()
    } else {
        file.columns
    };
    let (spread_headings, headings) = headings
        .into_iter()
        .partition(|(heading, _)| heading.contains(SPREAD));
    let encodings = if file.encodings.is_empty() {
        vec!["utf-8".to_owned(), "utf-8-bom".to_owned()]
    } else {
        file.encodings
    };
    Ok(Shape {
        name: name
            .split_once('.')
            .map_or(name, |(_, shape)| shape)
            .to_owned(),
        body,
        encodings,
        header: file.header,
        by_position: file.by_position,
        headings,
        optional: file.optional,
        ignored: file.ignored.into_keys().collect::<BTreeSet<_>>(),
        allow_extra: file.allow_extra,
        given: file.given,
        constants: file.constants,
        recode: file.recode,
        missing: file.missing,
        spread: file.spread,
        spread_headings,
        code,
    })
}

fn body(name: &str, typed: Option<&str>, formats: &Formats) -> Result<BodyKind, ShapeError> {
    match typed {
        None | Some("csv") => Ok(BodyKind::Csv),
        Some("json") => Ok(BodyKind::Json),
        Some(other) => match formats.body(other) {
            Some(format) => Ok(BodyKind::Registered(Arc::clone(format))),
            None => Err(ShapeError::UnknownName {
                name: name.to_owned(),
                what: "body",
                value: other.to_owned(),
                known: ["csv", "json"]
                    .into_iter()
                    .chain(formats.body_names())
                    .collect(),
            }),
        },
    }
}

fn code(name: &str, typed: Option<&str>, formats: &Formats) -> Result<Option<Code>, ShapeError> {
    match typed {
        None => Ok(None),
        Some(Code::FORMULA_TEXT) => Ok(Some(Code::FormulaText)),
        Some(other) => match formats.arrangement(other) {
            Some(arrangement) => Ok(Some(Code::Registered(Arc::clone(arrangement)))),
            None => Err(ShapeError::UnknownName {
                name: name.to_owned(),
                what: "code",
                value: other.to_owned(),
                known: [Code::FORMULA_TEXT]
                    .into_iter()
                    .chain(formats.arrangement_names())
                    .collect(),
            }),
        },
    }
}

/// The heading of a spread column for one of the values.
pub(super) fn spread_heading(heading: &str, value: &str) -> String {
    heading.replace(SPREAD, value)
}
