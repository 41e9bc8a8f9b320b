//! Numbers with the noun that agrees with them.

/// In French, where 0 and 1 are singular.
#[must_use]
pub fn counted_fr(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count < 2 { one } else { many })
}

/// In English, where only 1 is.
#[must_use]
pub fn counted_en(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_singular_in_french_and_plural_in_english() {
        let shown = |count| {
            [
                counted_fr(count, "ligne", "lignes"),
                counted_en(count, "row", "rows"),
            ]
        };
        assert_eq!(shown(0), ["0 ligne", "0 rows"]);
        assert_eq!(shown(1), ["1 ligne", "1 row"]);
        assert_eq!(shown(2), ["2 lignes", "2 rows"]);
    }
}
