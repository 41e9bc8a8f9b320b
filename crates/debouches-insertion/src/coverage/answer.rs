//! What can be shown of a line, or why nothing can.

use debouches_model::Lang;

/// How close to the line the figures are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// Figures of the establishment.
    Etablissement,
    /// Figures of the région of the establishment.
    Region,
    /// Figures of any place at all.
    Partout,
}

impl Grain {
    /// Its name in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Etablissement => "etablissement",
            Self::Region => "region",
            Self::Partout => "partout",
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
    Annee,
    /// Common year: figures of the diplomas that follow it.
    Famille,
    /// Figures of the same training under another number of the establishment.
    Uai,
    /// Nothing on the training, figures of the establishment as a whole.
    Etablissement,
    /// The producer knows the training and gives no rate, or secrecy hides them all.
    SousSeuil,
    /// The establishment number has a wrong form or a wrong check letter.
    UaiInconnu,
    /// The code has a wrong form, or no nomenclature holds it.
    CodeInconnu,
    /// A training that the producers do not follow.
    HorsChamp,
    /// A place that InserJeunes does not serve.
    Territoire,
    /// Closed on the day.
    Fermee,
    /// Too young to have leavers.
    Nouvelle,
    /// Several last years and no common one.
    PlusieursTerminales,
    /// A diploma of the ministry of agriculture, whose table is not configured.
    AutreMinistere,
    /// No table knows the establishment.
    EtablissementAbsent,
    /// None of the above.
    SansRaison,
}

impl Rung {
    /// Every rung, in order.
    pub const ALL: [Self; 17] = [
        Self::Direct,
        Self::Continuum,
        Self::Annee,
        Self::Famille,
        Self::Uai,
        Self::Etablissement,
        Self::SousSeuil,
        Self::UaiInconnu,
        Self::CodeInconnu,
        Self::HorsChamp,
        Self::Territoire,
        Self::Fermee,
        Self::Nouvelle,
        Self::PlusieursTerminales,
        Self::AutreMinistere,
        Self::EtablissementAbsent,
        Self::SansRaison,
    ];

    /// Its name in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "directe",
            Self::Continuum => "continuum",
            Self::Annee => "annee",
            Self::Famille => "famille",
            Self::Uai => "uai",
            Self::Etablissement => "etablissement_seul",
            Self::SousSeuil => "sous_seuil",
            Self::UaiInconnu => "uai_inconnu",
            Self::CodeInconnu => "code_inconnu",
            Self::HorsChamp => "hors_champ",
            Self::Territoire => "territoire_non_couvert",
            Self::Fermee => "fermee",
            Self::Nouvelle => "nouvelle",
            Self::PlusieursTerminales => "plusieurs_terminales",
            Self::AutreMinistere => "autre_ministere",
            Self::EtablissementAbsent => "etablissement_absent",
            Self::SansRaison => "sans_raison_evidente",
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
            Self::Annee => (
                "chiffres de la dernière année du même cursus",
                "figures of the last year of the same course",
            ),
            Self::Famille => (
                "année commune : chiffres des spécialités qui la suivent, au choix du lecteur",
                "common year: figures of the specialities that follow it, for the reader to choose",
            ),
            Self::Uai => (
                "chiffres de la même formation sous un autre numéro de l'établissement",
                "figures of the same training under another number of the establishment",
            ),
            Self::Etablissement => (
                "rien sur la formation, chiffres de l'établissement entier",
                "nothing on the training, figures of the whole establishment",
            ),
            Self::SousSeuil => (
                "formation connue, aucun taux diffusé : effectif sous le seuil",
                "known training, no rate published: too few people",
            ),
            Self::UaiInconnu => (
                "numéro d'établissement absent ou mal formé",
                "establishment number missing or malformed",
            ),
            Self::CodeInconnu => (
                "code mal formé ou absent des nomenclatures",
                "code malformed, or in no nomenclature",
            ),
            Self::HorsChamp => (
                "formation que ni InserJeunes ni InserSup ne suivent",
                "training that neither InserJeunes nor InserSup follows",
            ),
            Self::Territoire => (
                "territoire qu'InserJeunes ne couvre pas",
                "place that InserJeunes does not serve",
            ),
            Self::Fermee => ("formation fermée", "closed training"),
            Self::Nouvelle => (
                "formation trop récente pour avoir des sortants",
                "training too young to have leavers",
            ),
            Self::PlusieursTerminales => (
                "plusieurs dernières années possibles, sans année commune",
                "several last years, and no common one",
            ),
            Self::AutreMinistere => (
                "diplôme d'un autre ministère, dont la table n'est pas configurée",
                "diploma of another ministry, whose table is not configured",
            ),
            Self::EtablissementAbsent => (
                "établissement absent de toutes les tables",
                "establishment that no table knows",
            ),
            Self::SansRaison => ("aucune des raisons connues", "none of the known reasons"),
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
            Self::Direct | Self::Continuum | Self::Annee | Self::Famille | Self::Uai
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
    pub voie: Option<super::Voie>,
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
