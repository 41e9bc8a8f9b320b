//! What the catalogue reads of `datapackage.json`.

use serde::Deserialize;

use crate::licence::Licence;

/// The descriptor of a release.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Descriptor {
    #[serde(default)]
    contributors: Vec<Contributor>,
    #[serde(default)]
    licenses: Vec<Licence>,
    #[serde(default)]
    pub(crate) resources: Vec<Resource>,
}

#[derive(Debug, Clone, Deserialize)]
struct Contributor {
    title: String,
}

/// A table.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Resource {
    pub(crate) name: String,
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) schema: Schema,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Schema {
    #[serde(default)]
    pub(crate) fields: Vec<Field>,
    #[serde(default, rename = "primaryKey")]
    pub(crate) key: Vec<String>,
}

/// A column.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Field {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) description: String,
    pub(crate) unit: Option<String>,
    pub(crate) denominator: Option<String>,
    #[serde(default)]
    pub(crate) constraints: Constraints,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Constraints {
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    #[serde(default, rename = "enum")]
    pub(crate) values: Vec<String>,
}

impl Descriptor {
    pub(crate) fn producers(&self) -> Vec<String> {
        // A table that computes on the figures of another names its producer again.
        let mut producers: Vec<String> = Vec::new();
        let titles = self.contributors.iter();
        for name in titles.flat_map(|contributor| contributor.title.split(" ; ")) {
            if !producers.iter().any(|known| known == name) {
                producers.push(name.to_owned());
            }
        }
        producers
    }

    pub(crate) fn licence(&self, id: &str) -> Licence {
        self.licenses.first().cloned().unwrap_or_else(|| Licence {
            name: id.to_owned(),
            ..Licence::default()
        })
    }
}

impl Schema {
    /// The columns but those that tell the state of another.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &Field> {
        self.fields
            .iter()
            .filter(|field| !self.is_state(&field.name))
    }

    fn is_state(&self, name: &str) -> bool {
        debouches_model::spec::measure_of_status(name)
            .is_some_and(|measure| self.fields.iter().any(|field| field.name == measure))
    }
}
