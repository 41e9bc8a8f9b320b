//! Reads the numbers of producers: `30`, `30.0`, `86.67`, the decimal comma, and thousands set apart by a no-break space.

use std::borrow::Cow;

/// A whole number that fits 32 bits; `30.0` is one, `30.5` is not.
pub(crate) fn integer(text: &str) -> Option<i32> {
    let text = &*without_groups(text)?;
    let whole = match text.split_once(['.', ',']) {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        Some(_) => return None,
        None => text,
    };
    plain(whole).then(|| whole.parse().ok()).flatten()
}

/// A decimal number, with a point or a comma.
pub(crate) fn decimal(text: &str) -> Option<f64> {
    let text = &*without_groups(text)?;
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let is_number =
        plain(whole) && !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
    is_number
        .then(|| format!("{whole}.{fraction}").parse().ok())
        .flatten()
}

/// `1 710` with a no-break space, wide or narrow: groups of three digits, or it is no number.
fn without_groups(text: &str) -> Option<Cow<'_, str>> {
    let is_space = |c: char| matches!(c, '\u{a0}' | '\u{202f}');
    if !text.contains(is_space) {
        return Some(Cow::Borrowed(text));
    }
    let whole = text.split(['.', ',']).next().unwrap_or_default();
    let mut groups = whole.split(is_space);
    let first = groups.next().unwrap_or_default().trim_start_matches('-');
    let right = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    right.then(|| Cow::Owned(text.replace(is_space, "")))
}

/// Digits with an optional sign: no space, no exponent, no `inf`.
fn plain(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.len() <= 15 && digits.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_producers_are_read_and_nothing_else() {
        assert_eq!(
            [
                "30",
                "30.0",
                "-4.0",
                "30.5",
                "12x",
                "",
                "1e3",
                "99999999999",
                "1\u{a0}710",
                "17\u{a0}10"
            ]
            .map(integer),
            [
                Some(30),
                Some(30),
                Some(-4),
                None,
                None,
                None,
                None,
                None,
                Some(1710),
                None
            ]
        );
        assert_eq!(
            ["86.67", "54,6", "0.0", "20", "nd", "inf", "1.", "NaN"].map(decimal),
            [
                Some(86.67),
                Some(54.6),
                Some(0.0),
                Some(20.0),
                None,
                None,
                None,
                None
            ]
        );
    }
}
