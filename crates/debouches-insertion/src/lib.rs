//! The French domain of school-to-work transition: what InserJeunes, InserSup and their nomenclatures are, as data and code.
//!
//! `tables/`, `shapes/` and `codes/` are files that people review; additions and derivations are code that they name.
//! The rest of the workspace knows none of it: it receives a [`Domain`]. Deliberately absent: input and output.

mod additions;
mod code_lists;
mod code_types;
mod common;
mod continuum;
mod coverage;
mod days;
mod derivations;
mod diploma_types;
mod domain;
mod embedded;
mod establishment_matching;
mod establishment_names;
mod inserjeunes_api;
mod insersup_api;
mod knowledge;
mod nomenclatures;
mod nsf;
mod outcomes;
mod registered;
mod rome;
pub mod signals;
mod terminal;
mod territory;
mod trades;
mod validity;
mod value_added;

pub use code_types::{Cfd, CodeError, Mef, Mefstat11, RegionCog, Rome, Sise, Uai};
pub use coverage::{
    Answer, AskedVintages, CODE_TABLES, CatalogueLine, CodeSystem, Coverage, Grain, GrainTotals,
    Pathway, Rung, Totals,
};
pub use domain::{Domain, DomainErrors, DomainFile, FileKind, Origin};
