//! Groups of columns that `enrich` adds: described once, used by every table that asks for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::column::ColumnSpec;
use super::expand::ColumnFile;
use super::format::CodeFormats;
use super::typed::Typed;
use crate::Sha256;
use crate::mistake::{Mistake, Mistakes};

/// A group of added columns.
#[derive(Debug, Clone, PartialEq)]
pub struct AdditionSpec {
    /// Its name, in the section `[add.<name>]` of a table.
    pub name: String,
    /// Its place among the groups of a table, from the left.
    pub order: u32,
    /// True when every table whose rows speak of cohorts has it, without asking.
    pub of_cohorts: bool,
    /// What a table says of it, and what each is.
    pub parameters: BTreeMap<String, ParameterKind>,
    /// Parameters that name a column by which findings are counted: the first that a table gives.
    pub slices: Vec<String>,
    /// The columns, in the order in which they are published.
    pub columns: Vec<ColumnSpec>,
    /// Digest of the file that describes it.
    pub digest: Sha256,
}

/// What a parameter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ParameterKind {
    /// The name of a column of the table.
    Column,
    /// A whole number.
    Integer,
    /// A text.
    Text,
}

/// A file of `additions/`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AdditionFile {
    /// Place among the groups of a table, from the left.
    order: u32,
    /// True when every table whose rows speak of cohorts has it, without asking.
    #[serde(default)]
    of_cohorts: bool,
    /// What a table says of it: `column`, `integer` or `text`.
    #[serde(default)]
    parameters: BTreeMap<String, ParameterKind>,
    /// Parameters by whose column findings are counted: the first that a table gives.
    #[serde(default)]
    slices: Vec<String>,
    #[serde(default)]
    column: Vec<ColumnFile>,
}

impl AdditionSpec {
    /// Reads the description of a group.
    ///
    /// # Errors
    /// When the text is not one: with every mistake.
    pub fn parse(name: &str, text: &str, formats: &CodeFormats) -> Result<Self, Mistakes> {
        let typed = Typed::<AdditionFile>::read(text)?;
        let mut mistakes = Vec::new();
        let columns = typed
            .content
            .column
            .iter()
            .flat_map(|column| {
                column.expand(formats, &mut |format| {
                    mistakes.push(
                        formats
                            .unknown(format)
                            .on_line(typed.line_of("column", format)),
                    );
                })
            })
            .collect();
        for slice in &typed.content.slices {
            if !typed.content.parameters.contains_key(slice) {
                let known = typed.content.parameters.keys().map(String::as_str);
                let mistake = Mistake::new(format!("`{slice}` is not a parameter"));
                mistakes.push(
                    mistake
                        .among(slice, known)
                        .on_line(typed.line_of("slices", slice)),
                );
            }
        }
        if !mistakes.is_empty() {
            return Err(Mistakes::new(mistakes));
        }
        let file = typed.content;
        Ok(Self {
            name: name.to_owned(),
            order: file.order,
            of_cohorts: file.of_cohorts,
            parameters: file.parameters,
            slices: file.slices,
            columns,
            digest: Sha256::of(text.as_bytes()),
        })
    }
}

/// A group of added columns as a table asks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedAddition {
    /// The group.
    pub spec: Arc<AdditionSpec>,
    columns: BTreeMap<String, String>,
    integers: BTreeMap<String, i64>,
    texts: BTreeMap<String, String>,
}

impl AskedAddition {
    /// The group, when a table has it without asking.
    pub(super) fn unasked(spec: Arc<AdditionSpec>) -> Self {
        Self {
            spec,
            columns: BTreeMap::new(),
            integers: BTreeMap::new(),
            texts: BTreeMap::new(),
        }
    }

    /// The group with the parameters of a table; what does not fit is handed to `refuse` with the word it is about.
    pub(super) fn read(
        spec: &Arc<AdditionSpec>,
        parameters: &toml::Table,
        refuse: &mut dyn FnMut(&str, Mistake),
    ) -> Self {
        let mut asked = Self::unasked(Arc::clone(spec));
        for (name, value) in parameters {
            match (spec.parameters.get(name), value) {
                (Some(ParameterKind::Column), toml::Value::String(column)) => {
                    asked.columns.insert(name.clone(), column.clone());
                }
                (Some(ParameterKind::Text), toml::Value::String(text)) => {
                    asked.texts.insert(name.clone(), text.clone());
                }
                (Some(ParameterKind::Integer), toml::Value::Integer(number)) => {
                    asked.integers.insert(name.clone(), *number);
                }
                (Some(kind), _) => {
                    let mut mistake = Mistake::new(format!("`{name}` is not of its type"));
                    mistake.expected = Some(match kind {
                        ParameterKind::Column => "the name of a column".to_owned(),
                        ParameterKind::Integer => "a whole number".to_owned(),
                        ParameterKind::Text => "a text".to_owned(),
                    });
                    refuse(name, mistake);
                }
                (None, _) => {
                    let mistake = Mistake::new(format!("[add.{}] has no key `{name}`", spec.name));
                    let known = spec.parameters.keys().map(String::as_str);
                    refuse(name, mistake.among(name, known));
                }
            }
        }
        asked
    }

    /// The column that a parameter names, when the table gives it.
    #[must_use]
    pub fn column(&self, parameter: &str) -> Option<&str> {
        self.columns.get(parameter).map(String::as_str)
    }

    /// The number that a parameter gives, when the table gives it.
    #[must_use]
    pub fn integer(&self, parameter: &str) -> Option<i64> {
        self.integers.get(parameter).copied()
    }

    /// The text that a parameter gives, when the table gives it.
    #[must_use]
    pub fn text(&self, parameter: &str) -> Option<&str> {
        self.texts.get(parameter).map(String::as_str)
    }

    /// Every column that is named.
    pub(super) fn named_columns(&self) -> impl Iterator<Item = &str> {
        self.columns.values().map(String::as_str)
    }

    /// The column by which findings are counted.
    pub(super) fn slice(&self) -> Option<&str> {
        self.spec.slices.iter().find_map(|name| self.column(name))
    }
}
