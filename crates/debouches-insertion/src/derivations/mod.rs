//! Derived tables: made of several validated tables, one module per derivation.

mod catalogue_coverage;
mod comparables;
mod definitions;
mod diploma_continuum;
mod diploma_register;
mod diploma_views;
mod establishment_coverage;
mod insersup_extracts;
mod linked_establishments;
mod linked_regions;
mod linking;
mod offers;
mod region_tags;
mod regional_comparisons;
mod reports_received;
mod rows;
mod scopes;
mod sise_to_fresq;
mod trade_tags;

pub(crate) use diploma_register::level as niveau_of;

use debouches_enrich::{Derivation, FindingCollector, Inputs, Registry};
use debouches_table::{Table, TableError};

use crate::knowledge::Knowledge;

/// A derivation that needs the specifications of other tables, or the code lists.
struct Knowing {
    known: Knowledge,
    make: fn(Knowledge, Inputs<'_>, &mut FindingCollector) -> Result<Table, TableError>,
}

impl Derivation for Knowing {
    fn derive(
        &self,
        inputs: Inputs<'_>,
        findings: &mut FindingCollector,
    ) -> Result<Table, TableError> {
        (self.make)(self.known, inputs, findings)
    }
}

/// Names of the derivations, sorted: what `[derived]` may name.
pub(crate) const NAMES: [&str; 18] = [
    "catalogue-coverage",
    "comparables",
    "definitions",
    "diploma-continuum",
    "diploma-register",
    "diploma-views",
    "establishment-coverage",
    "higher-comparisons",
    "insersup-everybody",
    "insersup-totals",
    "linked-establishments",
    "linked-regions",
    "region-tags",
    "regional-comparisons",
    "reports-received",
    "scopes",
    "sise-to-fresq",
    "trade-tags",
];

/// Registers every derivation under the name that `[derived]` has in the specification of a table.
pub(crate) fn register(registry: Registry, known: Knowledge) -> Registry {
    let knowing = |make| Knowing { known, make };
    registry
        .with_derivation("comparables", knowing(comparables::make))
        .with_derivation("catalogue-coverage", knowing(catalogue_coverage::make))
        .with_derivation(
            "establishment-coverage",
            knowing(establishment_coverage::make),
        )
        .with_derivation("scopes", knowing(scopes::make))
        .with_derivation("sise-to-fresq", sise_to_fresq::make)
        .with_derivation("diploma-continuum", diploma_continuum::make)
        .with_derivation("linked-establishments", linked_establishments::make)
        .with_derivation("linked-regions", linked_regions::make)
        .with_derivation("definitions", knowing(definitions::make))
        .with_derivation("insersup-totals", insersup_extracts::totals)
        .with_derivation("insersup-everybody", insersup_extracts::everybody)
        .with_derivation("higher-comparisons", insersup_extracts::compared)
        .with_derivation("regional-comparisons", regional_comparisons::make)
        .with_derivation("reports-received", reports_received::make)
        .with_derivation("trade-tags", knowing(trade_tags::make))
        .with_derivation("diploma-register", diploma_register::make)
        .with_derivation("region-tags", knowing(region_tags::make))
        .with_derivation("diploma-views", knowing(diploma_views::make))
}
