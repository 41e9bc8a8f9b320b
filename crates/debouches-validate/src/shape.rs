//! The layouts in which producers deliver a table: one TOML per generation, recognised by its headings.

use std::collections::{BTreeMap, BTreeSet};

use debouches_model::ValueStatus;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::format::{BodyKind, Code};

mod file;
mod known;
mod propose;
mod recognise;
mod shapes;

pub use file::shape_schema;
pub(crate) use known::KnownHeadings;
pub use propose::{Proposal, propose};
pub(crate) use recognise::{Recognised, choose, locate};
pub use shapes::Shapes;

/// How many rows one record makes: one for each value of a column, when a generation has a heading for each.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spread {
    /// The column that tells the rows apart.
    pub(crate) column: String,
    /// Its values; `{}` stands for them in headings.
    pub(crate) values: Vec<String>,
}

/// A generation of a table: which heading is which column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Its name, for the report.
    pub name: String,
    /// What its bodies are made of.
    pub body: BodyKind,
    /// Encodings in which the producer delivers it.
    pub encodings: Vec<String>,
    pub(crate) header: Vec<String>,
    pub(crate) by_position: Vec<String>,
    pub(crate) headings: BTreeMap<String, String>,
    pub(crate) optional: BTreeMap<String, String>,
    /// What is lost without an optional heading, in French.
    pub(crate) lost: BTreeMap<String, String>,
    /// True when its header was never seen in a file of the producer.
    pub unverified: bool,
    ignored: BTreeSet<String>,
    allow_extra: bool,
    pub(crate) given: BTreeMap<String, String>,
    pub(crate) constants: BTreeMap<String, String>,
    pub(crate) recode: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) missing: BTreeMap<String, ValueStatus>,
    pub(crate) spread: Option<Spread>,
    pub(crate) spread_headings: BTreeMap<String, String>,
    pub(crate) code: Option<Code>,
}

impl Shape {
    /// Whether the table may be delivered as JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.body != BodyKind::Csv
    }

    /// Every heading that a record is spread from, with its column and the place of its value.
    fn spread_all(&self) -> impl Iterator<Item = (String, &str, usize)> {
        let values = self
            .spread
            .iter()
            .flat_map(|spread| spread.values.iter().enumerate());
        values.flat_map(|(index, value)| {
            self.spread_headings.iter().map(move |(heading, column)| {
                (file::spread_heading(heading, value), column.as_str(), index)
            })
        })
    }

    /// True when its columns are found by their position, not by their headings.
    pub(crate) fn is_by_position(&self) -> bool {
        !self.header.is_empty()
    }

    /// Every heading that a file of this shape may have.
    pub(crate) fn known_headings(&self) -> impl Iterator<Item = String> + '_ {
        let spread = self.spread_all().map(|(heading, _, _)| heading);
        let named = self.headings.keys().chain(self.optional.keys());
        named
            .chain(&self.ignored)
            .chain(&self.header)
            .cloned()
            .chain(spread)
    }

    /// The header with each heading as the shape writes it, when one alone differs by case or by what nobody sees.
    pub(crate) fn canonical(&self, header: &[String]) -> Vec<String> {
        if self.is_by_position() {
            let same = self.header.len() == header.len();
            let near = |(a, b): (&String, &String)| folded(a) == folded(b);
            return if same && self.header.iter().zip(header).all(near) {
                self.header.clone()
            } else {
                header.to_vec()
            };
        }
        let known: BTreeSet<String> = self.known_headings().collect();
        let mut near: BTreeMap<String, Option<&String>> = BTreeMap::new();
        for heading in &known {
            near.entry(folded(heading))
                .and_modify(|only| *only = None)
                .or_insert(Some(heading));
        }
        let canonical = |heading: &String| {
            if known.contains(heading) {
                return heading.clone();
            }
            let only = near.get(&folded(heading)).copied().flatten();
            match only.filter(|only| !header.contains(only)) {
                Some(only) => only.clone(),
                None => heading.clone(),
            }
        };
        header.iter().map(canonical).collect()
    }

    fn missing(&self, header: &[String]) -> Vec<String> {
        if !self.header.is_empty() {
            return if self.header == header {
                Vec::new()
            } else {
                vec![self.header.join(" ; ")]
            };
        }
        let has = |heading: &str| header.iter().any(|item| item == heading);
        let plain = self
            .headings
            .keys()
            .filter(|heading| !has(heading))
            .cloned();
        // A spread column may lack some of its headings, not all of them.
        let lacks = |heading: &&String| {
            self.spread.iter().all(|spread| {
                !spread
                    .values
                    .iter()
                    .any(|value| has(&file::spread_heading(heading, value)))
            })
        };
        plain
            .chain(self.spread_headings.keys().filter(lacks).cloned())
            .collect()
    }

    fn extra(&self, header: &[String]) -> Vec<String> {
        if !self.header.is_empty() {
            return Vec::new();
        }
        let spread: BTreeSet<String> = self.spread_all().map(|(heading, _, _)| heading).collect();
        let is_known = |heading: &String| {
            self.headings.contains_key(heading)
                || self.optional.contains_key(heading)
                || self.ignored.contains(heading)
                || spread.contains(heading)
        };
        header
            .iter()
            .filter(|heading| !is_known(heading))
            .cloned()
            .collect()
    }
}

/// A heading as it is compared when it is not exactly a known one: its letters and figures, without case and accents.
pub(crate) fn folded(heading: &str) -> String {
    let bare = debouches_table::letters_and_figures(heading);
    if bare.is_empty() {
        debouches_table::tidy_heading(heading)
    } else {
        bare
    }
}
