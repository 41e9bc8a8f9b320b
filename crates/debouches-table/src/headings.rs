//! What is known of headings before a body is read, so that columns that nobody uses cost no memory.

use unicode_normalization::UnicodeNormalization as _;

/// The headings that a reader looks for.
pub trait Headings: Sync {
    /// Which columns of that header are read; `None` when it is the header of no known layout.
    fn wanted(&self, header: &[String]) -> Option<Vec<bool>>;

    /// True when the member of a record that has that name is read.
    fn knows(&self, heading: &str) -> bool;
}

/// Every column of whatever header is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct EveryHeading;

impl Headings for EveryHeading {
    fn wanted(&self, header: &[String]) -> Option<Vec<bool>> {
        Some(vec![true; header.len()])
    }

    fn knows(&self, _: &str) -> bool {
        true
    }
}

/// A heading without what people do not see: in NFC, blanks of any kind made one, no zero-width character.
#[must_use]
pub fn tidy_heading(heading: &str) -> String {
    let visible = heading.nfc().filter(|c| !is_invisible(*c));
    let spaced: String = visible
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    spaced
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A text as it is compared when only letters and figures matter: lower case, no accent, any other characters one blank.
#[must_use]
pub fn letters_and_figures(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfd().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            out.push(c);
        } else if !is_mark(c) && !is_invisible(c) && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.trim().to_owned()
}

/// A mark of Unicode that stands over or under the letter before it.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}')
}

/// A character that takes no room and means nothing in a heading or a code: zero-width, byte order mark, soft hyphen.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}'
    )
}

/// Text in its composed form, when it is not already: `e` and an accent become `é`.
#[must_use]
pub fn composed(text: &str) -> Option<String> {
    let has_marks = text.chars().any(|c| matches!(c, '\u{300}'..='\u{36F}'));
    has_marks.then(|| text.nfc().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_compared_without_what_nobody_sees() {
        assert_eq!(
            tidy_heading("\u{feff} Anne\u{301}e\u{a0} du \tjeu\u{200b} "),
            "Année du jeu"
        );
        assert_eq!(composed("Lyce\u{301}e").as_deref(), Some("Lycée"));
        assert_eq!(composed("Lycée"), None);
        assert_eq!(
            letters_and_figures(" Part en_poursuite d’Études "),
            "part en poursuite d etudes"
        );
    }
}
