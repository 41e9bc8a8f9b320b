//! Markers that stand for a missing number in the files of any producer, beside those that the table declares.
//!
//! A marker that nobody declared costs its cell: no figure is invented, and each one is told. What no list holds stays wrong.

use std::collections::BTreeMap;

use debouches_model::ValueStatus;
use debouches_table::letters_and_figures;

/// What statistical offices write where a figure exists and is not published (INSEE, DEPP, SIES).
const NOT_PUBLISHED: [&str; 6] = ["s", "ns", "nc", "nd", "secret", "confidentiel"];
/// What programs and people write where there is no figure.
const ABSENT: [&str; 6] = ["null", "none", "nan", "na", "nr", "vide"];
/// The same with signs alone.
const NOT_PUBLISHED_SIGNS: [&str; 3] = ["*", "**", "***"];
const ABSENT_SIGNS: [&str; 10] = ["-", "--", "–", "—", ".", "..", "...", "…", "/", "\\N"];

/// What an undeclared text says of its cell; none when it is no known marker.
pub(crate) fn status(text: &str, declared: &BTreeMap<String, ValueStatus>) -> Option<ValueStatus> {
    if NOT_PUBLISHED_SIGNS.contains(&text) {
        return Some(ValueStatus::Suppressed);
    }
    if ABSENT_SIGNS.contains(&text) || text.eq_ignore_ascii_case("#N/A") {
        return Some(ValueStatus::Absent);
    }
    // `n.c.`, `N/A`, `N D`: what stands between the letters means nothing.
    let letters = letters_and_figures(text).replace(' ', "");
    if letters.is_empty() || text.starts_with('#') {
        return None;
    }
    let same = |marker: &&String| letters_and_figures(marker).replace(' ', "") == letters;
    if let Some(marker) = declared.keys().find(same) {
        return declared.get(marker).copied();
    }
    if NOT_PUBLISHED.contains(&letters.as_str()) {
        Some(ValueStatus::Suppressed)
    } else if ABSENT.contains(&letters.as_str()) {
        Some(ValueStatus::Absent)
    } else {
        is_below(text).then_some(ValueStatus::Suppressed)
    }
}

/// `<5`, `< 20`: a number below a threshold, which the producer does not publish.
fn is_below(text: &str) -> bool {
    let bound = text.strip_prefix(['<', '≤']).map(str::trim);
    bound.is_some_and(|bound| !bound.is_empty() && bound.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_markers_have_a_meaning_and_nothing_else_has_one() {
        let declared = BTreeMap::from([("nd".to_owned(), ValueStatus::NotYet)]);
        let read = |text: &str| status(text, &declared);
        assert_eq!(read("N.D."), Some(ValueStatus::NotYet));
        for text in ["n.c.", "NS", "n s", "*", "secret", "<5", "< 20"] {
            assert_eq!(read(text), Some(ValueStatus::Suppressed), "{text}");
        }
        for text in ["NULL", "N/A", "#N/A", "-", "–", "NaN", "..."] {
            assert_eq!(read(text), Some(ValueStatus::Absent), "{text}");
        }
        for text in [
            "", "55*", "#DIV/0!", ">95", "1e2", "<", "cinq", "55 (p)", "0",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
