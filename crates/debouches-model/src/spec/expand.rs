//! The typed form of a specification file, and its expansion: `{h}` stands for each horizon.

use serde::Deserialize;

use super::column::{Base, BaseShare, CodeFormat, ColumnKind, ColumnSpec, Role};

/// A `[[column]]` as typed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnFile {
    name: String,
    #[serde(rename = "type")]
    kind: ColumnKind,
    role: Role,
    unit: Option<String>,
    denominator: Option<String>,
    label: String,
    description: String,
    #[serde(default)]
    required: bool,
    min: Option<f64>,
    max: Option<f64>,
    #[serde(default)]
    values: Vec<String>,
    format: Option<CodeFormat>,
    #[serde(default)]
    except: Vec<String>,
    produced_from: Option<u16>,
    produced_until: Option<u16>,
    not_yet_from: Option<u16>,
    #[serde(default)]
    not_produced: bool,
    #[serde(default)]
    base: Vec<String>,
    base_share: Option<BaseShare>,
    /// Horizons in months: one column for each, with `{h}` replaced everywhere.
    #[serde(default)]
    horizons: Vec<u16>,
}

impl ColumnFile {
    pub(super) fn expand(self) -> Vec<ColumnSpec> {
        if self.horizons.is_empty() {
            return vec![self.at("")];
        }
        self.horizons
            .iter()
            .map(|horizon| self.clone().at(&horizon.to_string()))
            .collect()
    }

    fn at(self, horizon: &str) -> ColumnSpec {
        let fill = |text: String| text.replace("{h}", horizon);
        ColumnSpec {
            name: fill(self.name),
            kind: self.kind,
            role: self.role,
            unit: self.unit,
            denominator: self.denominator.map(fill),
            label: fill(self.label),
            description: fill(self.description),
            required: self.required,
            min: self.min,
            max: self.max,
            values: self.values,
            format: self.format,
            except: self.except,
            produced_from: self.produced_from,
            produced_until: self.produced_until,
            not_yet_from: self.not_yet_from,
            not_produced: self.not_produced,
            base: Base {
                counts: self.base.into_iter().map(fill).collect(),
                shares: self
                    .base_share
                    .into_iter()
                    .map(|share| BaseShare {
                        rate: fill(share.rate),
                        of: fill(share.of),
                    })
                    .collect(),
            },
        }
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
        let mut own = item.clone();
        texts(&mut own, &mut |text| {
            *text = text.replace("{h}", &horizon.to_string())
        });
        own
    };
    horizons.iter().map(at).collect()
}
