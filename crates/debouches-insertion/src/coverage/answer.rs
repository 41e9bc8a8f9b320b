//! What can be shown of a line, or why nothing can.

use debouches_model::Lang;

/// How close to the line the figures are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// Figures of the establishment.
    Establishment,
    /// Figures of the région of the establishment.
    Region,
    /// Figures of any place at all.
    Anywhere,
}

impl Grain {
    /// Its name in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Establishment => "etablissement",
            Self::Region => "region",
            Self::Anywhere => "partout",
        }
    }
}

/// The rung that holds, or the reason for which none does. The order is that of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// Own figures.
    Direct,
    /// Figures of the diploma that it replaces or that replaces it, one to one.
    Continuum,
    /// Figures of the last year of the course.
    FinalYear,
    /// Common year: figures of the diplomas that follow it.
    Family,
    /// Figures of the same training under another number of the establishment.
    Uai,
    /// Nothing on the training, figures of the establishment as a whole.
    Establishment,
    /// The producer knows the training and gives no rate, or secrecy hides them all.
    BelowThreshold,
    /// The establishment number has a wrong form or a wrong check letter.
    UnknownUai,
    /// The code has a wrong form, or no nomenclature holds it.
    UnknownCode,
    /// A training that the producers do not follow.
    OutOfScope,
    /// A place that InserJeunes does not serve.
    TerritoryNotServed,
    /// Closed on the day.
    Closed,
    /// Too young to have leavers.
    TooRecent,
    /// Several last years and no common one.
    SeveralFinalYears,
    /// A diploma of the ministry of agriculture, whose table is not configured.
    OtherMinistry,
    /// No table knows the establishment.
    UnknownEstablishment,
    /// None of the above.
    Unexplained,
}

impl Rung {
    /// Every rung, in order.
    pub const ALL: [Self; 17] = [
        Self::Direct,
        Self::Continuum,
        Self::FinalYear,
        Self::Family,
        Self::Uai,
        Self::Establishment,
        Self::BelowThreshold,
        Self::UnknownUai,
        Self::UnknownCode,
        Self::OutOfScope,
        Self::TerritoryNotServed,
        Self::Closed,
        Self::TooRecent,
        Self::SeveralFinalYears,
        Self::OtherMinistry,
        Self::UnknownEstablishment,
        Self::Unexplained,
    ];

    /// Its name in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "directe",
            Self::Continuum => "continuum",
            Self::FinalYear => "annee",
            Self::Family => "famille",
            Self::Uai => "uai",
            Self::Establishment => "etablissement_seul",
            Self::BelowThreshold => "sous_seuil",
            Self::UnknownUai => "uai_inconnu",
            Self::UnknownCode => "code_inconnu",
            Self::OutOfScope => "hors_champ",
            Self::TerritoryNotServed => "territoire_non_couvert",
            Self::Closed => "fermee",
            Self::TooRecent => "nouvelle",
            Self::SeveralFinalYears => "plusieurs_terminales",
            Self::OtherMinistry => "autre_ministere",
            Self::UnknownEstablishment => "etablissement_absent",
            Self::Unexplained => "sans_raison_evidente",
        }
    }

    /// Its meaning.
    #[must_use]
    pub fn meaning(self, lang: Lang) -> &'static str {
        let (french, english) = match self {
            Self::Direct => ("chiffres de ce code", "own figures"),
            Self::Continuum => (
                "chiffres du diplôme qu'il remplace ou qui le remplace, un pour un",
                "figures of the diploma that it replaces or that replaces it, one to one",
            ),
            Self::FinalYear => (
                "chiffres de la dernière année du même cursus",
                "figures of the last year of the same course",
            ),
            Self::Family => (
                "année commune : chiffres des spécialités qui la suivent, au choix du lecteur",
                "common year: figures of the specialities that follow it, for the reader to choose",
            ),
            Self::Uai => (
                "chiffres de la même formation sous un autre numéro de l'établissement",
                "figures of the same training under another number of the establishment",
            ),
            Self::Establishment => (
                "rien sur la formation, chiffres de l'établissement entier",
                "nothing on the training, figures of the whole establishment",
            ),
            Self::BelowThreshold => (
                "formation connue, aucun taux diffusé : effectif sous le seuil",
                "known training, no rate published: too few people",
            ),
            Self::UnknownUai => (
                "numéro d'établissement absent ou mal formé",
                "establishment number missing or malformed",
            ),
            Self::UnknownCode => (
                "code mal formé ou absent des nomenclatures",
                "code malformed, or in no nomenclature",
            ),
            Self::OutOfScope => (
                "formation que ni InserJeunes ni InserSup ne suivent",
                "training that neither InserJeunes nor InserSup follows",
            ),
            Self::TerritoryNotServed => (
                "territoire qu'InserJeunes ne couvre pas",
                "place that InserJeunes does not serve",
            ),
            Self::Closed => ("formation fermée", "closed training"),
            Self::TooRecent => (
                "formation trop récente pour avoir des sortants",
                "training too young to have leavers",
            ),
            Self::SeveralFinalYears => (
                "plusieurs dernières années possibles, sans année commune",
                "several last years, and no common one",
            ),
            Self::OtherMinistry => (
                "diplôme d'un autre ministère, dont la table n'est pas configurée",
                "diploma of another ministry, whose table is not configured",
            ),
            Self::UnknownEstablishment => (
                "établissement absent de toutes les tables",
                "establishment that no table knows",
            ),
            Self::Unexplained => ("aucune des raisons connues", "none of the known reasons"),
        };
        match lang {
            Lang::Fr => french,
            Lang::En => english,
        }
    }

    /// True when a reader finds figures on the training itself.
    #[must_use]
    pub fn is_covered(self) -> bool {
        matches!(
            self,
            Self::Direct | Self::Continuum | Self::FinalYear | Self::Family | Self::Uai
        )
    }
}

/// What is told of a line at one grain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Rung or reason.
    pub rung: Rung,
    /// Codes that the figures are those of: one, or those behind a common year.
    pub codes: Vec<String>,
    /// How the training that was found is followed.
    pub voie: Option<super::Pathway>,
    /// Establishment that the figures are those of, when it is another one.
    pub uai: Option<String>,
    /// Table that holds them.
    pub table: Option<&'static str>,
    /// Last year of their vintage.
    pub vintage: Option<u16>,
}

impl Answer {
    pub(super) fn because(rung: Rung) -> Self {
        Self {
            rung,
            codes: Vec::new(),
            voie: None,
            uai: None,
            table: None,
            vintage: None,
        }
    }
}
