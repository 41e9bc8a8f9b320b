//! Names with `*` for any characters and `?` for one, upper and lower case alike.

/// Whether the name is one of those that the pattern describes.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let (mut at, mut read) = (0, 0);
    // Where the last `*` stands, and how much of the name it has taken.
    let mut star: Option<(usize, usize)> = None;
    while read < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(c) if *c == '?' || *c == name[read] => {
                at += 1;
                read += 1;
            }
            _ => match star {
                Some((index, taken)) => {
                    star = Some((index, taken + 1));
                    at = index + 1;
                    read = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters_and_a_question_mark_for_one() {
        for (pattern, name) in [
            ("*", ""),
            ("a*c", "abbc"),
            ("a*c", "ac"),
            ("*_v4??_*.csv", "unix_referentiel_code_rome_v461_utf8.csv"),
            (
                "Export-Fiches-CSV-*.zip",
                "export-fiches-csv-2026-11-23.zip",
            ),
            ("a**b", "a.b"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("a*c", "abd"), ("a", "ab"), ("?", ""), ("a*b*c", "acb")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }
}
