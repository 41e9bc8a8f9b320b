//! What is typed in a shape file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use debouches_model::spec::{TableSpec, Typed, schema_of};
use debouches_model::{Mistake, Mistakes, ValueStatus};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Shape, Spread};
use crate::format::{BodyKind, Code, Formats};

/// Stands in a heading for each value of the column that tells the rows made of one record apart.
const SPREAD: &str = "{}";

/// A file of `shapes/`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ShapeFile {
    /// What its bodies are made of: `csv`, `json`, or a format that the domain registers.
    body: Option<String>,
    /// Encodings in which it is delivered: UTF-8 when none is named.
    #[serde(default)]
    encodings: Vec<String>,
    /// True when headings are the names of the columns.
    #[serde(default)]
    same_names: bool,
    /// True when other headings are left out without a finding.
    #[serde(default)]
    allow_extra: bool,
    /// Every heading in order, when some are empty or repeated.
    #[serde(default)]
    header: Vec<String>,
    /// The column of each heading of `header`, empty for those left out.
    #[serde(default)]
    by_position: Vec<String>,
    /// Heading = column.
    #[serde(default)]
    columns: BTreeMap<String, String>,
    /// Headings that a file of this generation may lack.
    #[serde(default)]
    optional: BTreeMap<String, String>,
    /// What is lost without an optional heading, in French; a heading that is lost without a word needs none.
    #[serde(default)]
    lost: BTreeMap<String, String>,
    /// Headings of `columns` that were empty in every file seen, as those of measures that nobody produces: a file may lack
    /// them, and nothing is lost.
    #[serde(default)]
    always_empty: Vec<String>,
    /// True when the header was never seen in a file of the producer.
    #[serde(default)]
    unverified: bool,
    /// Headings that are left out, and why.
    #[serde(default)]
    ignored: BTreeMap<String, String>,
    /// Columns that only the configuration of the source can tell, and what is expected there.
    #[serde(default)]
    given: BTreeMap<String, String>,
    /// Columns that are the same on every row of the generation, unless an optional heading of the file holds them.
    #[serde(default)]
    constants: BTreeMap<String, String>,
    /// Other spellings of values: column, then value of the file = published value.
    #[serde(default)]
    recode: BTreeMap<String, BTreeMap<String, String>>,
    /// Markers of missing measures that only this generation has.
    #[serde(default)]
    missing: BTreeMap<String, ValueStatus>,
    /// One row for each value of a column, when a generation has a heading for each.
    spread: Option<Spread>,
    /// What arranges its cells, when headings do not suffice: `formula-text`, or an arrangement that the domain registers.
    code: Option<String>,
}

/// Names of the bodies that need nothing registered.
const BODIES: [&str; 2] = ["csv", "json"];

/// The JSON Schema of a shape, with the names that are registered.
#[must_use]
pub fn shape_schema(formats: &Formats) -> Value {
    let mut schema = schema_of::<ShapeFile>();
    let names = |names: Vec<&str>| {
        json!(
            names
                .into_iter()
                .map(Some)
                .chain([None])
                .collect::<Vec<_>>()
        )
    };
    schema["properties"]["body"]["enum"] =
        names(BODIES.into_iter().chain(formats.body_names()).collect());
    schema["properties"]["code"]["enum"] = names(
        [Code::FORMULA_TEXT]
            .into_iter()
            .chain(formats.arrangement_names())
            .collect(),
    );
    schema
}

/// Reads the shape of that generation of a table.
pub(super) fn parse(
    generation: &str,
    text: &str,
    spec: &TableSpec,
    formats: &Formats,
) -> Result<Shape, Mistakes> {
    let typed = Typed::<ShapeFile>::read(text)?;
    let mut mistakes = Vec::new();
    let (body, code) = (
        body(&typed, formats, &mut mistakes),
        code(&typed, formats, &mut mistakes),
    );
    check_columns(&typed, spec, &mut mistakes);
    if !mistakes.is_empty() {
        return Err(Mistakes::new(mistakes));
    }
    let file = typed.content;
    let headings: BTreeMap<String, String> = if file.same_names {
        spec.columns
            .iter()
            .map(|column| (column.name.clone(), column.name.clone()))
            .collect()
    } else {
        file.columns
    };
    let (spread_headings, headings): (BTreeMap<_, _>, BTreeMap<_, _>) = headings
        .into_iter()
        .partition(|(heading, _)| heading.contains(SPREAD));
    let (never_filled, headings): (BTreeMap<_, _>, BTreeMap<_, _>) =
        headings.into_iter().partition(|(heading, column)| {
            let is_never_produced = spec
                .column(column)
                .is_some_and(|column| column.not_produced);
            is_never_produced || file.always_empty.contains(heading)
        });
    let mut optional = file.optional;
    optional.extend(never_filled);
    let encodings = if file.encodings.is_empty() {
        vec!["utf-8".to_owned(), "utf-8-bom".to_owned()]
    } else {
        file.encodings
    };
    Ok(Shape {
        name: generation.to_owned(),
        body,
        encodings,
        header: file.header,
        by_position: file.by_position,
        headings,
        optional,
        lost: file.lost,
        unverified: file.unverified,
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

fn body(typed: &Typed<'_, ShapeFile>, formats: &Formats, mistakes: &mut Vec<Mistake>) -> BodyKind {
    match typed.content.body.as_deref() {
        None | Some("csv") => BodyKind::Csv,
        Some("json") => BodyKind::Json,
        Some(name) => match formats.body(name) {
            Some(format) => BodyKind::Registered(Arc::clone(format)),
            None => {
                let known = BODIES.into_iter().chain(formats.body_names());
                let mistake = Mistake::new(format!("`body` is `{name}`")).among(name, known);
                mistakes.push(mistake.on_line(typed.line_of("body", name)));
                BodyKind::Csv
            }
        },
    }
}

fn code(
    typed: &Typed<'_, ShapeFile>,
    formats: &Formats,
    mistakes: &mut Vec<Mistake>,
) -> Option<Code> {
    match typed.content.code.as_deref()? {
        Code::FORMULA_TEXT => Some(Code::FormulaText),
        name => {
            let arrangement = formats.arrangement(name);
            if arrangement.is_none() {
                let known = [Code::FORMULA_TEXT]
                    .into_iter()
                    .chain(formats.arrangement_names());
                let mistake = Mistake::new(format!("`code` is `{name}`")).among(name, known);
                mistakes.push(mistake.on_line(typed.line_of("code", name)));
            }
            arrangement.map(|arrangement| Code::Registered(Arc::clone(arrangement)))
        }
    }
}

/// Every column that a shape names is one of its table.
fn check_columns(typed: &Typed<'_, ShapeFile>, spec: &TableSpec, mistakes: &mut Vec<Mistake>) {
    let file = &typed.content;
    let named = file
        .columns
        .values()
        .map(|name| ("columns", name))
        .chain(file.optional.values().map(|name| ("optional", name)))
        .chain(file.by_position.iter().map(|name| ("by_position", name)))
        .chain(file.given.keys().map(|name| ("given", name)))
        .chain(file.constants.keys().map(|name| ("constants", name)))
        .chain(file.recode.keys().map(|name| ("recode", name)))
        .chain(file.spread.iter().map(|spread| ("spread", &spread.column)));
    for (key, name) in named.filter(|(_, name)| !name.is_empty()) {
        if spec.column(name).is_none() {
            let known = spec.columns.iter().map(|column| column.name.as_str());
            let mistake = Mistake::new(format!("table {} has no column `{name}`", spec.id));
            mistakes.push(mistake.among(name, known).on_line(typed.line_of(key, name)));
        }
    }
    let (headings, columns) = (file.header.len(), file.by_position.len());
    if headings != columns {
        let mut mistake = Mistake::new(format!("`by_position` has {columns} columns"));
        mistake.expected = Some(format!("{headings}, as many as `header`"));
        mistakes.push(mistake.on_line(typed.line_of("by_position", "by_position")));
    }
}

/// The heading of a spread column for one of the values.
pub(super) fn spread_heading(heading: &str, value: &str) -> String {
    heading.replace(SPREAD, value)
}
