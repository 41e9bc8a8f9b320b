//! The paragraph of the readme: two sentences, made from what was proved.

use debouches_disclosure::{Mode, TableDisclosure};

/// What was proved of a table, in French.
pub(super) fn paragraph(disclosure: &TableDisclosure) -> String {
    let threshold = disclosure.policy.threshold;
    let cells = disclosure.cells;
    let mut out = format!(
        "Secret statistique : rien n'est publié sur moins de {threshold} personnes, et d'autres chiffres sont masqués, sous le même état, \
         pour que les premiers ne se retrouvent pas par soustraction ({} chiffres publiés, {} masqués)",
        cells.shown, cells.hidden
    );
    out += &match proved_width(disclosure) {
        Some(width) if disclosure.policy.count.iter().any(|count| count.percent) => format!(
            ". Un contrôle fait sur toutes les publications du même producteur ici, anciennes comprises, l'a vérifié : pour chaque \
             taux masqué, deux valeurs éloignées d'au moins {width} points sont compatibles avec tout ce qui est publié"
        ),
        Some(width) => format!(
            ". Un contrôle fait sur toutes les publications du même producteur ici, anciennes comprises, l'a vérifié : pour chaque \
             effectif masqué, deux valeurs éloignées d'au moins {width} personnes sont compatibles avec tout ce qui est publié"
        ),
        None => ". Aucun chiffre masqué n'avait besoin de cette vérification".to_owned(),
    };
    out += &exceptions(disclosure);
    out += " ; le détail est dans `disclosure.json`.";
    for weakness in &disclosure.weakened {
        out += &format!(" À savoir : {weakness}.");
    }
    out
}

/// The least width proved; nothing when no cell needed it.
fn proved_width(disclosure: &TableDisclosure) -> Option<i64> {
    disclosure.widths.map(|widths| widths.least)
}

/// The cells of which the sentence is not true, counted.
fn exceptions(disclosure: &TableDisclosure) -> String {
    let verdicts = disclosure.verdicts;
    let mut out = Vec::new();
    if verdicts.explained_by_earlier_release > 0 {
        out.push(format!(
            "{} chiffres que des publications antérieures laissent déjà retrouver, et dont celle-ci n'apprend rien de plus",
            verdicts.explained_by_earlier_release
        ));
    }
    if verdicts.nothing_shown_around > 0 {
        out.push(format!(
            "{} chiffres autour desquels rien n'est publié, ni total, ni partie, ni taux, et dont la vérification n'a donc pas d'objet",
            verdicts.nothing_shown_around
        ));
    }
    if verdicts.inherited > 0 && disclosure.mode == Mode::Inherit {
        out.push(format!(
            "{} chiffres que le producteur a masqués et que sa propre publication laisse retrouver",
            verdicts.inherited
        ));
    }
    if out.is_empty() {
        String::new()
    } else {
        format!(", sauf {}", out.join(" et "))
    }
}
