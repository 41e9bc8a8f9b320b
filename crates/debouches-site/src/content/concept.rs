//! What the columns of released tables mean to the site. When a table or a column changes its name, this file alone follows.

use super::measure::Measure;
use crate::descriptor::{Resource, Schema};

/// What a column is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Concept {
    Uai,
    EstablishmentName,
    EstablishmentNature,
    Commune,
    TrainingCode,
    TrainingLabel,
    DiplomaType,
    Voie,
    FirstYear,
    LastYear,
    RegionCog,
    RegionName,
    AcademyCode,
    AcademyName,
    DepartmentCog,
    DepartmentName,
    Origin,
    OriginCode,
    OriginUai,
    Delivery,
    CodeType,
    Trades,
    Reasons,
    Closed,
}

impl Concept {
    pub(crate) const COUNT: usize = 24;

    pub(crate) const ALL: [Self; Self::COUNT] = [
        Self::Uai,
        Self::EstablishmentName,
        Self::EstablishmentNature,
        Self::Commune,
        Self::TrainingCode,
        Self::TrainingLabel,
        Self::DiplomaType,
        Self::Voie,
        Self::FirstYear,
        Self::LastYear,
        Self::RegionCog,
        Self::RegionName,
        Self::AcademyCode,
        Self::AcademyName,
        Self::DepartmentCog,
        Self::DepartmentName,
        Self::Origin,
        Self::OriginCode,
        Self::OriginUai,
        Self::Delivery,
        Self::CodeType,
        Self::Trades,
        Self::Reasons,
        Self::Closed,
    ];

    /// The names under which it is published, the preferred one first.
    fn names(self, role: Role) -> &'static [&'static str] {
        match self {
            Self::Uai => &["uai", "etablissement"],
            Self::EstablishmentName => &[
                "etablissement_libelle",
                "denomination",
                "denomination_principale",
                "uo_lib_actuel",
                "libelle",
            ],
            Self::EstablishmentNature => &["nature_libelle", "nature"],
            Self::Commune => &["commune_libelle", "commune"],
            Self::TrainingCode => &[
                "formation_code",
                "code_formation_mefstat11",
                "mefstat11",
                "diplome",
                "cfd",
                "code",
            ],
            Self::TrainingLabel => match role {
                Role::Diplomas => &["formation_libelle", "libelle"],
                _ => &["formation_libelle", "libelle_formation", "libelle_diplome"],
            },
            Self::DiplomaType => &[
                "diplome_type_libelle",
                "diplome_type",
                "type_diplome_long",
                "type_diplome",
            ],
            Self::Voie => &["voie", "filiere"],
            Self::FirstYear => &["millesime_debut"],
            Self::LastYear => &["millesime_fin"],
            Self::RegionCog => &["region_cog"],
            Self::RegionName => &["region_nom"],
            Self::AcademyCode => &["academie_code"],
            Self::AcademyName => &["academie_nom"],
            Self::DepartmentCog => &["departement_cog"],
            Self::DepartmentName => &["departement_nom"],
            Self::Origin => &["donnee_origine", "donnee_source_type"],
            Self::OriginCode => &["donnee_source_code"],
            Self::OriginUai => &["uai_donnee"],
            Self::Delivery => &["date_jeu"],
            Self::CodeType => &["formation_code_type", "type_code", "code_type"],
            Self::Trades => &["rome_libelles", "rome_codes"],
            Self::Reasons => &["raisons"],
            Self::Closed => &["date_fermeture"],
        }
    }

    /// Every column that holds it, the preferred one first: a code is in the first one that is filled on the row.
    pub(crate) fn columns(self, role: Role, schema: &Schema) -> Vec<String> {
        let names = self.names(role).iter();
        names
            .filter(|name| schema.fields.iter().any(|field| field.name == **name))
            .map(|name| (*name).to_owned())
            .collect()
    }
}

/// What a table is to the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Figures by establishment and training.
    Figures(Option<Voie>),
    /// Figures repeated under other codes or places.
    Linked,
    /// Figures by establishment, all trainings together.
    Totals(Option<Voie>),
    /// Figures by région and training.
    Regional,
    /// Figures by training, for France.
    National(Option<Voie>),
    /// How complete establishments are.
    Coverage,
    /// Names of trainings.
    Diplomas,
    /// Who is where.
    Places,
    /// What was signalled.
    Signals,
    /// Figures of another table beside those of the other places, with the same key.
    Compared,
}

/// The tables that the site reads.
const TABLES: [(&str, Role); 16] = [
    ("ij_lycee_formation", Role::Figures(Some(Voie::School))),
    ("ij_agricole_formation", Role::Figures(Some(Voie::School))),
    (
        "ij_cfa_formation",
        Role::Figures(Some(Voie::Apprenticeship)),
    ),
    ("insersup_ensemble", Role::Figures(Some(Voie::Higher))),
    ("ij_api_etablissement", Role::Figures(None)),
    ("donnees_liees_etablissements", Role::Linked),
    ("ij_lycee_etablissement", Role::Totals(None)),
    (
        "ij_cfa_etablissement",
        Role::Totals(Some(Voie::Apprenticeship)),
    ),
    ("ij_regional", Role::Regional),
    ("ij_api_france", Role::National(None)),
    ("couverture_etablissements", Role::Coverage),
    ("referentiel_diplomes", Role::Diplomas),
    ("tags_regions", Role::Places),
    ("signalements", Role::Signals),
    ("comparaisons_regionales", Role::Compared),
    ("comparaisons_superieur", Role::Compared),
];

/// The table that compares the rows of another, under the same key.
pub(crate) fn comparison_of(table: &str) -> Option<&'static str> {
    match table {
        "ij_regional" => Some("comparaisons_regionales"),
        "insersup_ensemble" => Some("comparaisons_superieur"),
        _ => None,
    }
}

/// What follows the name of a measure in the columns that are computed on it.
pub(crate) const COMPUTED: [&str; 5] = ["ic_bas", "ic_haut", "autres", "ecart", "jugement"];

/// Who produces the figures of a table: a dataset may gather those of several.
pub(crate) fn producer<'a>(table: &str, of_dataset: &'a str) -> &'a str {
    match table {
        "insersup_ensemble" => "SIES (InserSup)",
        _ if table.starts_with("ij_") || table.starts_with("donnees_liees") => {
            "DEPP et Dares (InserJeunes)"
        }
        _ => of_dataset,
    }
}

/// What tells two tables apart when one establishment has a training in both.
pub(crate) fn branch(table: &str) -> Option<&'static str> {
    (table == "ij_agricole_formation").then_some("enseignement agricole")
}

impl Role {
    pub(crate) fn of(table: &str) -> Option<Self> {
        TABLES
            .iter()
            .find(|(name, _)| *name == table)
            .map(|(_, role)| *role)
    }
}

/// The path that leads to a diploma. They are never ranked together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Voie {
    /// At school.
    School,
    /// By apprenticeship.
    Apprenticeship,
    /// Higher education, all registrations.
    Higher,
    /// School and apprenticeship, as the producer adds them.
    Both,
}

impl Voie {
    /// Every path, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::School, Self::Apprenticeship, Self::Higher, Self::Both];

    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "scolaire" | "pro" | "agricole" | "voie_pro_sco_educ_nat" | "voie_pro_sco_agri" => {
                Some(Self::School)
            }
            "apprentissage" => Some(Self::Apprenticeship),
            "superieur" => Some(Self::Higher),
            "ensemble" => Some(Self::Both),
            _ => None,
        }
    }

    /// Its name in files and anchors.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::School => "scolaire",
            Self::Apprenticeship => "apprentissage",
            Self::Higher => "superieur",
            Self::Both => "ensemble",
        }
    }

    /// Its name for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::School => "Voie scolaire",
            Self::Apprenticeship => "Apprentissage",
            Self::Higher => "Enseignement supérieur",
            Self::Both => "Voie scolaire et apprentissage ensemble",
        }
    }
}

/// The columns of a released table that the site reads, each with its status; none when it does not read the table.
#[must_use]
pub(crate) fn wanted_columns(resource: &Resource) -> Vec<String> {
    let Some(role) = Role::of(&resource.name) else {
        return Vec::new();
    };
    let schema = &resource.schema;
    let mut names: Vec<String> = schema.key.clone();
    for concept in Concept::ALL {
        names.extend(concept.columns(role, schema));
    }
    for measure in measures(resource) {
        names.push(debouches_model::spec::status_column(&measure.column));
        names.extend(COMPUTED.map(|end| format!("{}_{end}", measure.column)));
        names.push(measure.column);
    }
    if role == Role::Signals {
        names.extend(schema.fields.iter().map(|field| field.name.clone()));
    }
    names.retain(|name| schema.fields.iter().any(|field| field.name == *name));
    names.sort();
    names.dedup();
    names
}

/// The measures of a table that the site shows.
pub(crate) fn measures(resource: &Resource) -> Vec<Measure> {
    let fields = resource.schema.fields.iter();
    fields.filter_map(Measure::of).collect()
}

/// Where a figure of another code or place comes from, in words.
pub(crate) fn origin(code: &str) -> &'static str {
    match code {
        "ancienne" | "diplome_precedent" => "diplôme que celui-ci remplace",
        "nouvelle" | "diplome_suivant" => "diplôme qui le remplace",
        "annee" | "annee_non_terminale" | "annee_commune" => "dernière année du même cursus",
        "famille" | "famille_de_metiers" => "diplômes de la même famille de métiers",
        "autre_uai" => "autre numéro du même établissement",
        _ => "formation proche",
    }
}

/// True when a figure is under its code and its place.
pub(crate) fn is_direct(code: &str) -> bool {
    matches!(code, "self" | "directe" | "")
}

/// Which system a code of a training belongs to, by its shape; the column says it when there is one.
pub(crate) fn code_type(code: &str, stated: &str) -> &'static str {
    match stated {
        "cfd" => return "cfd",
        "mefstat11" => return "mefstat11",
        "sise" => return "sise",
        "inf" => return "inf",
        "rncp" => return "rncp",
        _ => {}
    }
    match code.len() {
        11 => "mefstat11",
        8 => "cfd",
        _ => "sise",
    }
}

/// Types of diplomas by what their codes begin with: levels of CFD, then prefixes of MEFSTAT11 (Base centrale des nomenclatures).
const DIPLOMAS: [(usize, &str, &str); 31] = [
    (8, "500", "CAP"),
    (8, "503", "CAP"),
    (8, "400", "BAC PRO"),
    (8, "403", "BAC PRO"),
    (8, "320", "BTS"),
    (8, "323", "BTS"),
    (8, "450", "BP"),
    (8, "453", "BP"),
    (8, "401", "BMA"),
    (8, "010", "MC"),
    (8, "013", "MC"),
    (8, "561", "CS"),
    (8, "461", "CS"),
    (8, "463", "CS"),
    (8, "240", "DSAA"),
    (8, "241", "DNMADE"),
    (8, "250", "LP"),
    (8, "350", "DUT"),
    (11, "231", "CAP"),
    (11, "232", "CAP"),
    (11, "233", "CAP"),
    (11, "236", "BAC PRO"),
    (11, "237", "BAC PRO"),
    (11, "238", "BAC PRO"),
    (11, "239", "MC"),
    (11, "23B", "BMA"),
    (11, "23C", "BMA"),
    (11, "23D", "BMA"),
    (11, "251", "BP"),
    (11, "32", "BTS"),
    (11, "393", "DUT"),
];

/// The type of diploma of a training, in words: what is stated, else what its code tells.
fn diploma_code<'a>(stated: &'a str, code: &str) -> &'a str {
    if !stated.is_empty() {
        return stated;
    }
    let known = DIPLOMAS
        .iter()
        .find(|(length, prefix, _)| code.len() == *length && code.starts_with(prefix));
    known.map_or("", |(_, _, diploma)| *diploma)
}

/// The type of diploma of a training, in words.
pub(crate) fn diploma_of(stated: &str, code: &str) -> String {
    match diploma_code(stated, code) {
        "" => "Autres diplômes".to_owned(),
        "BAC PRO" | "BAC_PRO" => "Bac professionnel".to_owned(),
        "BP" => "Brevet professionnel".to_owned(),
        "BMA" => "Brevet des métiers d’art".to_owned(),
        "CS" => "Certificat de spécialisation".to_owned(),
        "MC" => "Mention complémentaire".to_owned(),
        "MC3" => "Mention complémentaire, niveau 3".to_owned(),
        "MC4" => "Mention complémentaire, niveau 4".to_owned(),
        "MC5" => "Mention complémentaire, niveau 5".to_owned(),
        "LP" | "licence_pro" | "LICENCE_PRO" => "Licence professionnelle".to_owned(),
        "but" | "BUT" => "Bachelor universitaire de technologie".to_owned(),
        "master_LMD" => "Master".to_owned(),
        "master_MEEF" => "Master MEEF".to_owned(),
        "licence_generale" => "Licence générale".to_owned(),
        other => other.to_owned(),
    }
}
