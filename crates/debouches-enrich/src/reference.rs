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

/// The nomenclature of that name, when it is configured.
pub(crate) fn find<'a>(references: &'a References, name: &str) -> Option<&'a Reference> {
    references
        .iter()
        .find(|(own, _)| own.as_str() == name)
        .map(|(_, reference)| reference)
}

/// The directory of establishments; used when it is configured.
pub(crate) const DIRECTORY: &str = "annuaire";
pub(crate) const DIPLOMAS: &str = "bcn_formation_diplome";
/// Diplomas with the codes they follow and those that follow them; used when it is configured.
pub(crate) const SUCCESSIONS: &str = "bcn_n_formation_diplome";
pub(crate) const TRAININGS: &str = "bcn_mef";
pub(crate) const SPECIALITIES: &str = "bcn_groupe_specialite";
/// Diploma to RNCP number; used when it is configured.
pub(crate) const KIT: &str = "kit_apprentissage";
pub(crate) const CERTIFICATIONS: &str = "certif_info";

/// Names of the validated tables that the table reads beside itself, and whether it can do without.
///
/// Nomenclatures for tags, and for a derived table all that it is made of.
#[must_use]
pub fn references_of(spec: &TableSpec) -> Vec<(&str, bool)> {
    let mut names: Vec<(&str, bool)> = Vec::new();
    if let Some(derived) = &spec.derived {
        names.extend(derived.from.iter().map(|table| (table.as_str(), false)));
        names.extend(derived.optional.iter().map(|table| (table.as_str(), true)));
    }
    if spec
        .territory
        .as_ref()
        .is_some_and(|territory| territory.uai.is_some())
    {
        names.push((DIRECTORY, true));
    }
    if let Some(trades) = &spec.trades {
        names.extend([
            (DIPLOMAS, false),
            (SPECIALITIES, false),
            (CERTIFICATIONS, false),
        ]);
        if trades.mefstat11.is_some() {
            names.push((TRAININGS, false));
        }
        names.extend([(SUCCESSIONS, true), (KIT, true)]);
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
