//! Text that was damaged before it reached us: nobody can tell what it was meant to be, so it is told and not published.

/// Entities of HTML that text exports hold when somebody forgot to decode them.
const ENTITIES: [&str; 30] = [
    "amp", "apos", "quot", "lt", "gt", "nbsp", "eacute", "egrave", "ecirc", "euml", "agrave",
    "acirc", "ccedil", "ocirc", "icirc", "iuml", "ugrave", "ucirc", "uuml", "oelig", "aelig",
    "rsquo", "lsquo", "laquo", "raquo", "deg", "hellip", "ndash", "mdash", "euro",
];

/// What shows that a text is damaged, as it can be shown: `U+FFFD`, `Ã©`, `&eacute;`, `c?e`.
pub(crate) fn damage(text: &str) -> Option<String> {
    let suspect = |byte: u8| !byte.is_ascii() || byte < 0x20 || matches!(byte, b'&' | b'?' | 0x7F);
    if !text.bytes().any(suspect) {
        return None;
    }
    text.chars()
        .find(|c| is_foreign(*c))
        .map(|c| format!("U+{:04X}", u32::from(c)))
        .or_else(|| encoded_twice(text))
        .or_else(|| entity(text))
        .or_else(|| lost_accent(text))
}

/// A character that no text of a table holds: the replacement of a failed conversion, controls, changes of direction.
fn is_foreign(c: char) -> bool {
    match c {
        '\n' | '\r' | '\t' => false,
        '\u{FFFD}' | '\u{061C}' | '\u{200E}' | '\u{200F}' => true,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => true,
        other => other.is_control(),
    }
}

/// UTF-8 read as Windows-1252 and written as UTF-8 again: `Ã©` for é, `â€™` for an apostrophe.
fn encoded_twice(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    let follows = |index: usize| characters.get(index).copied().is_some_and(is_continuation);
    characters.iter().enumerate().find_map(|(index, lead)| {
        let length = match lead {
            // The last one leads the accents that stand apart from their letter.
            'Ã' | 'Â' | 'Å' | 'Ì' if follows(index + 1) => 2,
            'â' if follows(index + 1) && follows(index + 2) => 3,
            _ => return None,
        };
        Some(characters[index..index + length].iter().collect())
    })
}

/// What the bytes 0x80 to 0xBF are in Windows-1252: no letter of French but `Œ œ Ÿ Š š Ž ž ƒ ª º`, never after these leads.
fn is_continuation(c: char) -> bool {
    matches!(
        c,
        '\u{80}'
            ..='\u{BF}'
                | '€'
                | '‚'
                | 'ƒ'
                | '„'
                | '…'
                | '†'
                | '‡'
                | 'ˆ'
                | '‰'
                | 'Š'
                | '‹'
                | 'Œ'
                | 'Ž'
                | '‘'
                | '’'
                | '“'
                | '”'
                | '•'
                | '–'
                | '—'
                | '˜'
                | '™'
                | 'š'
                | '›'
                | 'œ'
                | 'ž'
                | 'Ÿ'
    )
}

fn entity(text: &str) -> Option<String> {
    text.match_indices('&').find_map(|(at, _)| {
        let (name, _) = text[at + 1..].split_once(';')?;
        let is_number =
            |digits: &str, radix| u32::from_str_radix(digits, radix).is_ok_and(char_exists);
        let is_entity = match name.strip_prefix('#') {
            Some(hexadecimal) if hexadecimal.starts_with(['x', 'X']) => {
                is_number(&hexadecimal[1..], 16)
            }
            Some(decimal) => is_number(decimal, 10),
            None => ENTITIES.contains(&name.to_ascii_lowercase().as_str()),
        };
        is_entity.then(|| format!("&{name};"))
    })
}

fn char_exists(code: u32) -> bool {
    char::from_u32(code).is_some()
}

/// A question mark between two letters of a word: an accent that an export could not write. Addresses hold such marks rightly.
fn lost_accent(text: &str) -> Option<String> {
    let word = |word: &&str| !word.contains(['/', '=', '&', '@']);
    text.split_whitespace().filter(word).find_map(|word| {
        let characters: Vec<char> = word.chars().collect();
        characters.windows(3).find_map(|window| match window {
            [before, '?', after] if before.is_alphabetic() && after.is_alphabetic() => {
                Some(window.iter().collect())
            }
            _ => None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_found_and_right_text_is_left_alone() {
        let cases = [
            ("Lyc\u{fffd}e", Some("U+FFFD")),
            ("LycÃ©e", Some("Ã©")),
            ("lâ€™Ã©cole", Some("â€™")),
            ("CÅ“ur", Some("Å“")),
            ("DiploÌ‚me", Some("Ì‚")),
            ("Lyc&eacute;e", Some("&eacute;")),
            ("pr&#233;pa", Some("&#233;")),
            ("Lyc?e", Some("c?e")),
            ("a\u{7}b", Some("U+0007")),
            ("a\u{202e}b", Some("U+202E")),
            ("Métiers & arts ; R&D", None),
            ("Quoi ? Rien", None),
            ("https://a.fr/?id=3", None),
            ("Âge, Ãnimo, âgé", None),
            ("deux\nlignes", None),
        ];
        for (text, expected) in cases {
            assert_eq!(damage(text).as_deref(), expected, "{text}");
        }
    }
}
