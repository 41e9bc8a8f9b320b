//! Texts as the site writes them: numbers in French, names without shouting, folding for search.

use maud::{Markup, html};

use crate::content::{Cell, Measure};
use debouches_model::ValueStatus;

/// A text without case, accents or punctuation, for sorting and search.
pub(crate) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'à' | 'â' | 'ä' | 'á' | 'ã' => out.push('a'),
            'ç' => out.push('c'),
            'é' | 'è' | 'ê' | 'ë' => out.push('e'),
            'î' | 'ï' | 'í' => out.push('i'),
            'ô' | 'ö' | 'ó' => out.push('o'),
            'ù' | 'û' | 'ü' | 'ú' => out.push('u'),
            'ÿ' => out.push('y'),
            'ñ' => out.push('n'),
            'œ' => out.push_str("oe"),
            'æ' => out.push_str("ae"),
            other if other.is_alphanumeric() => out.push(other),
            _ if out.ends_with(' ') || out.is_empty() => {}
            _ => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// A name in sentence case when it is all capitals; as its producer writes it otherwise.
pub(crate) fn sentence_case(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let has_lower = text.chars().any(char::is_lowercase);
    let has_upper = text.chars().any(char::is_uppercase);
    if !has_lower && has_upper && text.chars().filter(|letter| letter.is_alphabetic()).count() > 5 {
        let lower = text.to_lowercase();
        return capital(&lower);
    }
    capital(&text)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// A name after « de », elided before a vowel.
pub(crate) fn of(name: &str) -> String {
    let first = fold(name).chars().next().unwrap_or_default();
    if matches!(first, 'a' | 'e' | 'i' | 'o' | 'u' | 'y') {
        format!("d’{name}")
    } else {
        format!("de {name}")
    }
}

/// A value with its unit, as it is written in French.
pub(crate) fn amount(value: &str, unit: &str) -> String {
    let value = value.strip_suffix(".0").unwrap_or(value);
    let (sign, digits) = value
        .strip_prefix('-')
        .map_or(("", value), |digits| ("−", digits));
    let (integer, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = sign.to_owned();
    for (index, digit) in integer.chars().enumerate() {
        if index > 0 && (integer.len() - index).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    if !decimals.is_empty() {
        out.push(',');
        out.push_str(decimals);
    }
    match unit {
        "%" => out.push_str("\u{a0}%"),
        "points" if sign.is_empty() && value != "0" => out.insert(0, '+'),
        "€" | "euros" => out.push_str("\u{a0}€"),
        _ => {}
    }
    out
}

/// Why there is no value, in a word.
pub(crate) fn reason_word(status: ValueStatus) -> &'static str {
    match status {
        ValueStatus::Measured | ValueStatus::Absent => "sans valeur",
        ValueStatus::Suppressed => "masqué",
        ValueStatus::NotYet => "pas encore",
        ValueStatus::NotProduced => "non produit",
    }
}

/// Why there is no value, in a sentence.
pub(crate) fn reason_sentence(status: ValueStatus) -> &'static str {
    match status {
        ValueStatus::Measured | ValueStatus::Absent => {
            "Le producteur ne donne pas de valeur et n’en indique pas la raison : effectif trop petit, ou rien à mesurer."
        }
        ValueStatus::Suppressed => {
            "Masqué par le secret statistique : trop peu de personnes, ou un chiffre voisin qui permettrait de retrouver un petit effectif."
        }
        ValueStatus::NotYet => "L’échéance n’est pas encore atteinte, ou pas encore publiée.",
        ValueStatus::NotProduced => "Personne ne produit ce chiffre pour ces sortants.",
    }
}

/// What would make the value appear.
pub(crate) fn remedy(status: ValueStatus) -> &'static str {
    match status {
        ValueStatus::Measured | ValueStatus::Absent => {
            "Une prochaine livraison du producteur peut le remplir."
        }
        ValueStatus::Suppressed => {
            "Il paraîtra si l’effectif atteint vingt personnes dans une prochaine livraison."
        }
        ValueStatus::NotYet => "Il paraîtra quand le producteur aura observé cette échéance.",
        ValueStatus::NotProduced => "Il paraîtra si un producteur se met à le calculer.",
    }
}

/// The same in English, for programs.
pub(crate) fn reason_english(status: ValueStatus) -> &'static str {
    match status {
        ValueStatus::Measured | ValueStatus::Absent => {
            "The producer gives no value and does not say why."
        }
        ValueStatus::Suppressed => "Hidden by statistical disclosure control: too few people.",
        ValueStatus::NotYet => "The horizon is not reached or not published yet.",
        ValueStatus::NotProduced => "Nobody produces this figure for these leavers.",
    }
}

/// What every absence ends with.
pub(crate) const NOT_QUALITY: &str =
    "L’absence d’un chiffre ne renseigne pas sur la qualité de la formation.";

/// A figure on a page: its value as `data` that a check can follow, or a word for its absence.
pub(crate) fn cell(measure: &Measure, cell: Cell<'_>) -> Markup {
    match cell {
        Cell::Value(value) => html! {
            data value=(value) data-c=(measure.column) { (amount(value, &measure.unit)) }
        },
        Cell::Reason(status) => html! { span.why { (reason_word(status)) } },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fold_and_numbers_are_french() {
        assert_eq!(fold("Lycée  Élie-Œuvré, Nîmes"), "lycee elie oeuvre nimes");
        assert_eq!(
            sentence_case("MAINTENANCE DES VEHICULES"),
            "Maintenance des vehicules"
        );
        assert_eq!(sentence_case("CAP Cuisine"), "CAP Cuisine");
        assert_eq!(amount("86.67", "%"), "86,67\u{a0}%");
        assert_eq!(amount("0", "%"), "0\u{a0}%");
        assert_eq!(amount("49.0", "%"), "49\u{a0}%");
        assert_eq!(amount("-3", "points"), "−3");
        assert_eq!(amount("12", "points"), "+12");
        assert_eq!(amount("29812", "personnes"), "29\u{202f}812");
    }
}
