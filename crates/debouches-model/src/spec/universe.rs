//! What figures are about: universes of persons, their dimensions, and where a table tells them.
//!
//! A row is a box of these dimensions. Two rows with the same box show one figure, whatever table, code or release shows it;
//! boxes that cut another one up add to it. Nothing of this is declared between tables: it follows from the boxes.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::typed::Typed;
use crate::mistake::Mistakes;

/// A universe of persons counted the same way, and its dimensions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Universe {
    /// Its name.
    pub id: String,
    /// Its dimensions.
    #[serde(default)]
    pub dimension: Vec<Dimension>,
}

/// A dimension of a universe.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// Its name.
    pub name: String,
    /// How its values contain each other.
    pub kind: DimensionKind,
    /// Value that contains another one, for values of a code list: the child, then its parent.
    #[serde(default)]
    pub parent: BTreeMap<String, String>,
    /// Values that overlap others: never one of the parts of a sum.
    #[serde(default)]
    pub overlaps: Vec<String>,
}

/// How the values of a dimension contain each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DimensionKind {
    /// A tree: each value is a path from what contains it, the empty path being everybody.
    Tree,
    /// Years of cohorts: a value that names several years is their union.
    Years,
}

/// Where a table tells the dimensions of its universe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UniverseSpec {
    /// The universe.
    pub id: String,
    /// Where each dimension is read; one that is left out is everybody.
    #[serde(default)]
    pub axis: Vec<AxisSpec>,
    /// Columns of the key that tell deliveries of the same figures apart, the oldest first when sorted.
    #[serde(default)]
    pub versions: Vec<String>,
    /// True when its sums are those that its policy declares, and the boxes only cut it into parts: a weakness, which is told.
    #[serde(default)]
    pub declared: bool,
    /// Columns of the key that follow from those of the axes and decide nothing.
    #[serde(default)]
    pub follows: Vec<String>,
    /// The quantity that each column shows; columns that name the same one show one figure. By default the name of the column.
    #[serde(default)]
    pub quantity: BTreeMap<String, String>,
}

/// Where a row tells its value of a dimension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AxisSpec {
    /// The dimension.
    pub dimension: String,
    /// Columns from the widest to the finest; `a|b` is the first that is filled, `=a` stands for the value `a` on all rows. A
    /// total, and a column where nothing stands, add nothing to the path.
    pub path: Vec<String>,
}

impl AxisSpec {
    /// Every column named.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.path
            .iter()
            .filter(|step| !step.starts_with('='))
            .flat_map(|step| step.split('|'))
    }
}

/// Values of a key column that stand on rows of totals; none when every row is a part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TotalValues(pub Vec<String>);

impl JsonSchema for TotalValues {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TotalValues".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "`none`, the value that stands on rows of totals, or a list of such values",
            "type": ["string", "array"],
            "items": { "type": "string" }
        })
    }
}

impl<'de> Deserialize<'de> for TotalValues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Values;
        impl<'de> Visitor<'de> for Values {
            type Value = TotalValues;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(
                    "`none`, the value that stands on rows of totals, or a list of such values",
                )
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<TotalValues, E> {
                Ok(TotalValues(match text {
                    "none" => Vec::new(),
                    value => vec![value.to_owned()],
                }))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<TotalValues, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = items.next_element()? {
                    values.push(value);
                }
                Ok(TotalValues(values))
            }
        }
        deserializer.deserialize_any(Values)
    }
}

impl Universe {
    /// Reads a declaration.
    ///
    /// # Errors
    /// When the text is not one: with every mistake.
    pub fn parse(text: &str) -> Result<Self, Mistakes> {
        Ok(Typed::<Self>::read(text)?.content)
    }
}
