//! The domain as one value, passed to whoever needs it.

use debouches_enrich::Registry;
use debouches_model::Sha256;
use debouches_model::spec::{TableSpec, tables};
use debouches_validate::{Formats, Shapes};

use crate::inserjeunes_api::InserjeunesApi;
use crate::insersup_api::InsersupApi;
use crate::{additions, derivations, embedded};

/// Shapes, additions and derivations.
#[derive(Debug)]
pub struct Domain {
    /// The generations in which producers deliver each table.
    pub shapes: Shapes,
    /// What `enrich` adds and derives.
    pub registry: Registry,
}

impl Domain {
    /// The domain as it is embedded in the program.
    ///
    /// # Panics
    /// Never: a test reads every embedded file.
    #[must_use]
    pub fn embedded() -> Self {
        let formats = Formats::default()
            .with_body(InserjeunesApi)
            .with_arrangement(InsersupApi);
        let shapes = Shapes::read(embedded::SHAPES.iter().copied(), tables(), &formats)
            .expect("the embedded shapes are checked by a test");
        let registry = derivations::register(additions::register(Registry::default()));
        Self { shapes, registry }
    }

    /// Digest of every code list, an ingredient of the fingerprint of enriched tables.
    #[must_use]
    pub fn codes_digest(&self) -> Sha256 {
        crate::code_lists::codes_digest()
    }

    /// Digest of the specifications that decide a derived table beside its own: those of the tables that it reads, or all of
    /// them when it says so. None for a table that is not derived.
    #[must_use]
    pub fn specifications_digest(&self, spec: &TableSpec) -> Option<Sha256> {
        let derived = spec.derived.as_ref()?;
        let reads = |other: &&TableSpec| {
            derived.specifications
                || derived
                    .from
                    .iter()
                    .chain(&derived.optional)
                    .any(|table| *table == other.id)
        };
        let digests = tables()
            .iter()
            .filter(reads)
            .map(|other| format!("{}={}\n", other.id, other.digest));
        Some(Sha256::of(digests.collect::<String>().as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(name: &str) -> &'static TableSpec {
        debouches_model::spec::find(&name.parse().unwrap()).unwrap()
    }

    #[test]
    fn what_a_derived_table_reads_decides_it() {
        let domain = Domain::embedded();
        let digest = |name: &str| domain.specifications_digest(spec(name));
        assert_eq!(digest("ij_regional"), None);
        assert!(digest("definitions").is_some() && digest("perimetres").is_some());
        assert_ne!(
            digest("definitions"),
            digest("perimetres"),
            "the definitions are made of every specification"
        );
    }

    #[test]
    fn every_derived_table_has_a_derivation_and_every_other_a_shape() {
        let domain = Domain::embedded();
        let known: Vec<&str> = domain.registry.derivation_names().collect();
        for spec in tables() {
            match &spec.derived {
                Some(derived) => {
                    assert!(known.contains(&derived.derivation.as_str()), "{}", spec.id);
                }
                None => assert!(!domain.shapes.of(&spec.id).is_empty(), "{}", spec.id),
            }
        }
    }
}
