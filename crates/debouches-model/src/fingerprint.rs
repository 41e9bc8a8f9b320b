//! What a stage's output is made of, and the digest that names it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Sha256;

/// Everything that decides the bytes of an artefact, by name: input digests, specification, code lists, format number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ingredients(BTreeMap<String, String>);

impl Ingredients {
    /// No ingredient yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an ingredient: a digest, a version or a number, as text.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.0.insert(name.into(), value.to_string());
        self
    }

    /// The ingredients in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The digest of all the names and values.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let text: String = self
            .iter()
            .map(|(name, value)| format!("{name}\0{value}\n"))
            .collect();
        Fingerprint(Sha256::of(text.as_bytes()).to_string()[..32].to_owned())
    }

    /// What differs from `before`, in the order of names.
    #[must_use]
    pub fn moved_since(&self, before: &Self) -> Vec<Moved> {
        let names: std::collections::BTreeSet<&String> =
            self.0.keys().chain(before.0.keys()).collect();
        names
            .into_iter()
            .filter(|name| self.0.get(*name) != before.0.get(*name))
            .map(|name| Moved {
                name: name.clone(),
                before: before.0.get(name).cloned(),
                now: self.0.get(name).cloned(),
            })
            .collect()
    }
}

/// An ingredient that changed between two runs of a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Name of the ingredient.
    pub name: String,
    /// Its former value; none when it is new.
    pub before: Option<String>,
    /// Its present value; none when it is gone.
    pub now: Option<String>,
}

/// Digest of the ingredients: 32 hexadecimal digits that name the folder of an artefact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_ingredient_is_named_with_both_values() {
        let before = Ingredients::new().with("spec", "a").with("format", 1);
        let now = Ingredients::new()
            .with("spec", "b")
            .with("format", 1)
            .with("codes", "c");
        assert_ne!(before.fingerprint(), now.fingerprint());
        let names: Vec<_> = now
            .moved_since(&before)
            .into_iter()
            .map(|m| (m.name, m.before, m.now))
            .collect();
        assert_eq!(
            names,
            [
                ("codes".to_owned(), None, Some("c".to_owned())),
                (
                    "spec".to_owned(),
                    Some("a".to_owned()),
                    Some("b".to_owned())
                ),
            ]
        );
    }
}
