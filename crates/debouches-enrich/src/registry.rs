//! The additions and derivations that the domain registers, each by its name.

use std::collections::BTreeMap;
use std::fmt;

use debouches_model::spec::TableSpec;

use crate::addition::Addition;
use crate::derivation::Derivation;

/// Every addition, in the order in which they are applied, and every derivation.
#[derive(Default)]
pub struct Registry {
    additions: Vec<Box<dyn Addition>>,
    derivations: BTreeMap<&'static str, Box<dyn Derivation>>,
}

impl Registry {
    /// Registers an addition, applied after those already registered.
    #[must_use]
    pub fn with_addition(mut self, addition: impl Addition + 'static) -> Self {
        self.additions.push(Box::new(addition));
        self
    }

    /// Registers a derivation under the name that specifications use.
    #[must_use]
    pub fn with_derivation(
        mut self,
        name: &'static str,
        derivation: impl Derivation + 'static,
    ) -> Self {
        self.derivations.insert(name, Box::new(derivation));
        self
    }

    /// Names of the additions, in the order in which they are applied.
    pub fn addition_names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.additions.iter().map(|addition| addition.name())
    }

    /// Names of the derivations, sorted.
    pub fn derivation_names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.derivations.keys().copied()
    }

    /// The additions that a table asks for, in the order in which they are applied.
    pub(crate) fn additions<'a>(
        &'a self,
        spec: &'a TableSpec,
    ) -> impl Iterator<Item = &'a dyn Addition> {
        self.additions
            .iter()
            .map(Box::as_ref)
            .filter(|addition| addition.is_asked(spec))
    }

    /// The derivation that makes a table; none for a table that is received.
    pub(crate) fn derivation(&self, spec: &TableSpec) -> Option<&dyn Derivation> {
        let name = spec.derived.as_ref()?.derivation.as_str();
        self.derivations.get(name).map(Box::as_ref)
    }

    /// Names of the validated tables that the table reads beside itself, and whether it can do without.
    ///
    /// Nomenclatures for additions, and for a derived table all that it is made of.
    #[must_use]
    pub fn references_of<'a>(&self, spec: &'a TableSpec) -> Vec<(&'a str, bool)> {
        let mut names: Vec<(&str, bool)> = Vec::new();
        if let Some(derived) = &spec.derived {
            names.extend(derived.from.iter().map(|table| (table.as_str(), false)));
            names.extend(derived.optional.iter().map(|table| (table.as_str(), true)));
        }
        for addition in self.additions(spec) {
            names.extend(addition.references(spec));
        }
        names.extend(
            spec.foreign_keys
                .iter()
                .map(|key| (key.table.as_str(), true)),
        );
        let mut seen: Vec<&str> = Vec::new();
        names.retain(|(name, _)| {
            let is_new = !seen.contains(name);
            seen.push(name);
            is_new
        });
        names
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("additions", &self.addition_names().collect::<Vec<_>>())
            .field("derivations", &self.derivation_names().collect::<Vec<_>>())
            .finish()
    }
}
