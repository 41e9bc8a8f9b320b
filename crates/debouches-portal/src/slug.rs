//! Names in addresses, as the portal makes them.

/// Lower case, accents dropped, anything else a single dash; the characters in `kept` stay.
pub(crate) fn slugify(text: &str, kept: &[char]) -> String {
    let mut slug = String::new();
    for letter in text.chars().flat_map(char::to_lowercase) {
        match plain(letter) {
            Some(plain) => slug.push_str(plain),
            None if letter.is_ascii_alphanumeric() || kept.contains(&letter) => slug.push(letter),
            None if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            None => {}
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// The name under which an upload is stored.
pub(crate) fn file_name(text: &str) -> String {
    slugify(text, &['.'])
}

/// A slug that nobody else has: `-1`, `-2`… are added when needed.
pub(crate) fn unique(title: &str, taken: impl Fn(&str) -> bool) -> String {
    let slug: String = slugify(title, &[]).chars().take(200).collect();
    let slug = if slug.is_empty() {
        "jeu-de-donnees".to_owned()
    } else {
        slug
    };
    let mut candidates =
        std::iter::once(slug.clone()).chain((1_u64..).map(|number| format!("{slug}-{number}")));
    candidates
        .find(|candidate| !taken(candidate))
        .unwrap_or(slug)
}

fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => "a",
        'ç' => "c",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => "o",
        'ù' | 'ú' | 'û' | 'ü' => "u",
        'ý' | 'ÿ' => "y",
        'œ' => "oe",
        'æ' => "ae",
        'ß' => "ss",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_a_real_portal() {
        assert_eq!(slugify("Ça & là", &[]), "ca-la");
        assert_eq!(
            file_name("InserJeunes Établissements_2023.csv"),
            "inserjeunes-etablissements-2023.csv"
        );
        assert_eq!(
            unique("Même titre", |slug| slug == "meme-titre"),
            "meme-titre-1"
        );
        assert_eq!(unique("…", |_| false), "jeu-de-donnees");
    }
}
