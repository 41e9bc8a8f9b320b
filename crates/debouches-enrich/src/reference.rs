//! The nomenclatures that an enrichment reads, as validated tables with a version.

use std::collections::BTreeMap;

use debouches_model::TableId;
use debouches_model::spec::TableSpec;
use debouches_table::Table;

/// A nomenclature.
#[derive(Debug, Clone)]
pub struct Reference {
    /// Its content.
    pub table: Table,
    /// Its version, published beside the tags: told by the configuration, or the digest of its bytes.
    pub version: String,
}

/// Nomenclatures by the name of their table.
pub type References = BTreeMap<TableId, Reference>;

/// The directory of establishments; used when it is configured.
pub(crate) const DIRECTORY: &str = "annuaire";
pub(crate) const DIPLOMAS: &str = "bcn_formation_diplome";
pub(crate) const TRAININGS: &str = "bcn_mef";
pub(crate) const SPECIALITIES: &str = "bcn_groupe_specialite";
pub(crate) const CERTIFICATIONS: &str = "certif_info";

/// Names of the nomenclatures that the table uses, and whether it can do without.
#[must_use]
pub fn references_of(spec: &TableSpec) -> Vec<(&'static str, bool)> {
    let mut names = Vec::new();
    if spec.territory.as_ref().is_some_and(|territory| territory.uai.is_some()) {
        names.push((DIRECTORY, true));
    }
    if let Some(trades) = &spec.trades {
        names.extend([(DIPLOMAS, false), (SPECIALITIES, false), (CERTIFICATIONS, false)]);
        if trades.mefstat11.is_some() {
            names.push((TRAININGS, false));
        }
    }
    names
}
