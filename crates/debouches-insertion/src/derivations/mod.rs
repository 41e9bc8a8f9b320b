//! Derived tables: made by `enrich` from several validated tables, one module per derivation.
//!
//! A table says what it is made of in its specification (`[derived]`). Its derivation gives its own columns; tags, secrecy,
//! packaging and publication then treat it as any other table.

mod comparables;
mod continuum_diplomes;
mod couverture_catalogues;
mod couverture_etablissements;
mod definitions;
mod donnees_liees;
mod insersup_extraits;
mod liees_etablissements;
mod linking;
mod offres;
mod passage_sise_fresq;
mod perimetres;
mod referentiel_diplomes;
mod rows;
mod signalements;
mod tags_metiers;
mod tags_regions;
mod vues_diplomes;

pub(crate) use referentiel_diplomes::level as niveau_of;

use debouches_model::Sha256;
use debouches_model::spec::{TableSpec, tables};
use debouches_table::{Table, TableError};

use crate::EnrichError;
use crate::reference::References;
use crate::told::Told;

/// The rows of a derived table, in the order of its key.
pub(crate) fn derive(
    spec: &TableSpec,
    references: &References,
    told: &mut Told,
) -> Result<Table, EnrichError> {
    let wrap = |source| EnrichError::Table {
        table: spec.id.clone(),
        source,
    };
    let made: Result<Table, TableError> = match spec.id.as_str() {
        "comparables" => comparables::make(spec, references, told),
        "couverture_catalogues" => couverture_catalogues::make(spec, references, told),
        "couverture_etablissements" => couverture_etablissements::make(spec, references, told),
        "perimetres" => perimetres::make(spec, references, told),
        "passage_sise_fresq" => passage_sise_fresq::make(spec, references, told),
        "continuum_diplomes" => continuum_diplomes::make(spec, references, told),
        "donnees_liees_etablissements" => liees_etablissements::make(spec, references, told),
        "donnees_liees_regionales" => donnees_liees::make(references, told),
        "definitions" => definitions::make(spec),
        "insersup_agregats" => insersup_extraits::totals(spec, references, told),
        "insersup_ensemble" => insersup_extraits::everybody(spec, references, told),
        "signalements" => signalements::make(spec, references),
        "tags_metiers" => tags_metiers::make(spec, references, told),
        "referentiel_diplomes" => referentiel_diplomes::make(spec, references),
        "tags_regions" => tags_regions::make(spec, references),
        "vues_diplomes" => vues_diplomes::make(spec, references, told),
        _ => {
            return Err(EnrichError::NoDerivation {
                table: spec.id.clone(),
            });
        }
    };
    // A copy of another table may hold columns that this one does not publish.
    let published = |name: &str| {
        spec.columns.iter().any(|column| {
            column.name == name || (column.is_measure() && column.status_name() == name)
        })
    };
    let made = made.map(|table| table.without(|name| !published(name)));
    let table = made
        .and_then(|table| table.sorted_by(&spec.key))
        .map_err(wrap)?;
    if let Some((row, _)) = table.repeated_keys(&spec.key).map_err(wrap)?.first() {
        return Err(EnrichError::TwiceDerived {
            table: spec.id.clone(),
            key: table.key_of(&spec.key, *row),
        });
    }
    Ok(table)
}

/// Digest of the specifications that decide a derived table beside its own: those of the tables that it reads, and all of
/// them for the definitions. None for a table that is not derived.
#[must_use]
pub fn specifications_digest(spec: &TableSpec) -> Option<Sha256> {
    let derived = spec.derived.as_ref()?;
    let reads = |other: &&TableSpec| {
        spec.id.as_str() == "definitions"
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

/// A table that the derivation is made of.
pub(crate) fn input<'a>(
    references: &'a References,
    name: &'static str,
) -> Result<&'a Table, TableError> {
    let missing = || TableError::NoColumn {
        name: name.to_owned(),
        expected: "validated table",
    };
    optional_input(references, name).ok_or_else(missing)
}

/// A table that the derivation uses when it is configured.
pub(crate) fn optional_input<'a>(references: &'a References, name: &str) -> Option<&'a Table> {
    references
        .iter()
        .find(|(own, _)| own.as_str() == name)
        .map(|(_, reference)| &reference.table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_derived_table_reads_decides_it() {
        let digest = |name: &str| {
            specifications_digest(debouches_model::spec::find(&name.parse().unwrap()).unwrap())
        };
        assert_eq!(digest("ij_regional"), None);
        assert!(digest("definitions").is_some() && digest("perimetres").is_some());
        assert_ne!(
            digest("definitions"),
            digest("perimetres"),
            "the definitions are made of every specification"
        );
        assert_eq!(
            digest("couverture_catalogues").is_some(),
            digest("couverture_etablissements").is_some()
        );
    }

    #[test]
    fn every_derived_table_has_a_derivation() {
        for spec in debouches_model::spec::tables()
            .iter()
            .filter(|spec| spec.derived.is_some())
        {
            let error = derive(spec, &References::new(), &mut Told::default()).err();
            assert!(
                !matches!(error, Some(EnrichError::NoDerivation { .. })),
                "{}",
                spec.id
            );
        }
    }
}
