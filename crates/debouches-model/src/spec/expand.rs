//! The typed form of a specification file, and its expansion: `{h}` stands for each horizon.

use schemars::JsonSchema;
use serde::Deserialize;

use super::column::{Base, BaseShare, ColumnKind, ColumnSpec, Role};
use super::format::CodeFormats;

/// A `[[column]]` as typed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnFile {
    /// Published name; `{h}` stands for each horizon.
    name: String,
    /// Type of the values.
    #[serde(rename = "type")]
    kind: ColumnKind,
    /// What it is for.
    role: Role,
    /// Unit, for instance `%`, `personnes`, `€`.
    unit: Option<String>,
    /// What a rate or a share is divided by, in words.
    denominator: Option<String>,
    /// Short name in French.
    label: String,
    /// Meaning in French.
    description: String,
    /// True when a null is a finding.
    #[serde(default)]
    required: bool,
    /// Smallest value allowed.
    min: Option<f64>,
    /// Largest value allowed.
    max: Option<f64>,
    /// The only values allowed.
    #[serde(default)]
    values: Vec<String>,
    /// Code system of the values.
    format: Option<String>,
    /// Values that are allowed although they do not follow `format`.
    #[serde(default)]
    except: Vec<String>,
    /// What a text that begins like a formula is: `text`, when it is right.
    formula: Option<FormulaFile>,
    /// True when it says which edition of a file or of a nomenclature the row comes from.
    #[serde(default)]
    version: bool,
    /// Last year of the first vintage for which the producer delivers the measure.
    produced_from: Option<u16>,
    /// Last year of the last vintage for which the producer delivers the measure.
    produced_until: Option<u16>,
    /// Last year of the first vintage for which the horizon is not reached yet.
    not_yet_from: Option<u16>,
    /// True when no producer delivers the measure at all.
    #[serde(default)]
    not_produced: bool,
    /// Counts that must all reach the threshold for the measure to be published.
    #[serde(default)]
    base: Vec<String>,
    /// A count rebuilt from a rate and a count, when the producer gives none.
    base_share: Option<BaseShare>,
    /// Horizons in months: one column for each, with `{h}` replaced everywhere.
    #[serde(default)]
    horizons: Vec<u16>,
}

/// `formula = "text"`: texts of the column may begin like a formula.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum FormulaFile {
    /// They are texts.
    Text,
}

impl ColumnFile {
    /// The column, or one for each horizon; the name of a code system that nobody registers is handed to `refuse`.
    pub(super) fn expand(
        &self,
        formats: &CodeFormats,
        refuse: &mut dyn FnMut(&str),
    ) -> Vec<ColumnSpec> {
        let format = self.format.as_deref().and_then(|name| {
            let format = formats.get(name);
            if format.is_none() {
                refuse(name);
            }
            format
        });
        let at = |horizon: &str| {
            let fill = |text: &String| text.replace("{h}", horizon);
            ColumnSpec {
                name: fill(&self.name),
                kind: self.kind,
                role: self.role,
                unit: self.unit.clone(),
                denominator: self.denominator.as_ref().map(fill),
                label: fill(&self.label),
                description: fill(&self.description),
                required: self.required,
                min: self.min,
                max: self.max,
                values: self.values.clone(),
                format,
                except: self.except.clone(),
                formula_is_text: self.formula.is_some(),
                version: self.version,
                produced_from: self.produced_from,
                produced_until: self.produced_until,
                not_yet_from: self.not_yet_from,
                not_produced: self.not_produced,
                base: Base {
                    counts: self.base.iter().map(fill).collect(),
                    shares: self
                        .base_share
                        .iter()
                        .map(|share| BaseShare {
                            rate: fill(&share.rate),
                            of: fill(&share.of),
                        })
                        .collect(),
                },
            }
        };
        if self.horizons.is_empty() {
            return vec![at("")];
        }
        self.horizons
            .iter()
            .map(|horizon| at(&horizon.to_string()))
            .collect()
    }
}

/// One item for each of its horizons, `{h}` replaced; the item itself when it names none.
pub(super) fn each<T: Clone>(
    mut item: T,
    horizons: impl Fn(&mut T) -> Vec<u16>,
    texts: impl Fn(&mut T, &mut dyn FnMut(&mut String)),
) -> Vec<T> {
    let horizons = horizons(&mut item);
    if horizons.is_empty() {
        return vec![item];
    }
    let at = |horizon: &u16| {
        let mut filled = item.clone();
        texts(&mut filled, &mut |text| {
            *text = text.replace("{h}", &horizon.to_string())
        });
        filled
    };
    horizons.iter().map(at).collect()
}
