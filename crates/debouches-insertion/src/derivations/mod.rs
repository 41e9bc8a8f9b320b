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
mod reports_received;
mod rows;
mod scopes;
mod sise_to_fresq;
mod trade_tags;

pub(crate) use diploma_register::level as niveau_of;

use debouches_enrich::Registry;

/// Registers every derivation under the name that `[derived]` has in the specification of a table.
pub(crate) fn register(registry: Registry) -> Registry {
    registry
        .with_derivation("comparables", comparables::make)
        .with_derivation("catalogue-coverage", catalogue_coverage::make)
        .with_derivation("establishment-coverage", establishment_coverage::make)
        .with_derivation("scopes", scopes::make)
        .with_derivation("sise-to-fresq", sise_to_fresq::make)
        .with_derivation("diploma-continuum", diploma_continuum::make)
        .with_derivation("linked-establishments", linked_establishments::make)
        .with_derivation("linked-regions", linked_regions::make)
        .with_derivation("definitions", definitions::make)
        .with_derivation("insersup-totals", insersup_extracts::totals)
        .with_derivation("insersup-everybody", insersup_extracts::everybody)
        .with_derivation("reports-received", reports_received::make)
        .with_derivation("trade-tags", trade_tags::make)
        .with_derivation("diploma-register", diploma_register::make)
        .with_derivation("region-tags", region_tags::make)
        .with_derivation("diploma-views", diploma_views::make)
}
