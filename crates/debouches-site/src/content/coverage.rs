//! How complete the figures of an establishment are, as released.

use super::concept::Concept;
use super::row::{Quotation, Row};

/// How complete an establishment is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coverage<'a> {
    pub(crate) row: Row<'a>,
}

impl<'a> Coverage<'a> {
    /// Trainings with figures, hidden, without figure.
    pub(crate) fn counts(self) -> Option<[Quotation<'a>; 3]> {
        Some([
            self.row.column("nb_formations_diffusees")?,
            self.row.column("nb_formations_masquees")?,
            self.row.column("nb_formations_sans_chiffre")?,
        ])
    }

    /// Why some have no figure, in words.
    pub(crate) fn reasons(self) -> Vec<&'static str> {
        let reasons = self.row.text(Concept::Reasons).split('|');
        reasons.filter_map(reason).collect()
    }
}

fn reason(code: &str) -> Option<&'static str> {
    Some(match code {
        "sous_seuil" => "l’effectif est sous le seuil du secret statistique",
        "code_inconnu" => "le code de la formation n’est dans aucune nomenclature publiée",
        "etablissement_inconnu" => "l’établissement n’est dans aucune table des producteurs",
        "etablissement_seul" => {
            "le producteur donne des chiffres de l’établissement, mais aucun par formation"
        }
        "territoire_non_couvert" => "le producteur ne couvre pas ce territoire",
        "premiere_annee_commune" | "annee_commune" => {
            "la première année est commune à plusieurs diplômes"
        }
        "formation_nouvelle" | "nouvelle" => {
            "la formation est trop récente pour avoir des sortants"
        }
        "fermee" => "la formation est fermée",
        "autre_ministere" => "le diplôme est délivré par un autre ministère",
        "sans_raison" => "aucune raison évidente",
        _ => return None,
    })
}
