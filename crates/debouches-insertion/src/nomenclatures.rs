//! Names of the validated tables that additions and derivations read beside their own.

pub(crate) use debouches_enrich::{
    Reference, References, find_reference as find, optional_table as optional_input,
    required_table as input,
};

/// The directory of establishments; used when it is configured.
pub(crate) const DIRECTORY: &str = "annuaire";
/// The register of the education ministry, which has the establishments that the open directory lacks; used when it is configured.
pub(crate) const REGISTER: &str = "acce_etablissement";
/// Diplomas of the Base centrale des nomenclatures.
pub(crate) const DIPLOMAS: &str = "bcn_formation_diplome";
/// Diplomas with the codes they follow and those that follow them; used when it is configured.
pub(crate) const SUCCESSIONS: &str = "bcn_n_formation_diplome";
/// Trainings, with their diploma and their MEFSTAT11.
pub(crate) const TRAININGS: &str = "bcn_mef";
/// Names of the trades of the ROME; used when it is configured.
pub(crate) const ROME: &str = "rome";
/// Higher-education establishments; used when it is configured.
pub(crate) const PAYSAGE: &str = "paysage_etablissement";
/// Speciality groups of the NSF.
pub(crate) const SPECIALITIES: &str = "bcn_groupe_specialite";
/// Diploma to RNCP number; used when it is configured.
pub(crate) const KIT: &str = "kit_apprentissage";
/// Diplomas and their ROME trades.
pub(crate) const CERTIFICATIONS: &str = "certif_info";
