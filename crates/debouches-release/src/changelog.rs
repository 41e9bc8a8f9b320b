//! The changelog of a dataset in French and English, newest version first.

use debouches_model::{Lang, Text, Version};

/// Name of the changelog in French.
pub(crate) const FRENCH: &str = "CHANGELOG.md";
/// Name of the changelog in English.
pub(crate) const ENGLISH: &str = "CHANGELOG.en.md";

/// The changelog with a new version above the previous ones.
pub(crate) fn text(
    lang: Lang,
    version: Version,
    reasons: &[Text],
    previous: Option<&str>,
) -> String {
    let title = match lang {
        Lang::Fr => "# Journal des versions\n",
        Lang::En => "# Changelog\n",
    };
    let lines: String = reasons
        .iter()
        .map(|reason| format!("- {}\n", reason.get(lang)))
        .collect();
    let previous = previous
        .and_then(|text| text.strip_prefix(title))
        .unwrap_or_default();
    format!("{title}\n## {version}\n\n{lines}{previous}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_is_on_top() {
        let phrase = |fr: &str| {
            [Text {
                fr: fr.to_owned(),
                en: String::new(),
            }]
        };
        let first = text(
            Lang::Fr,
            Version::FIRST,
            &phrase("Première publication."),
            None,
        );
        let second = text(
            Lang::Fr,
            "1.1.0".parse().unwrap(),
            &phrase("Plus."),
            Some(&first),
        );
        assert_eq!(
            second,
            "# Journal des versions\n\n## 1.1.0\n\n- Plus.\n\n## 1.0.0\n\n- Première publication.\n"
        );
    }
}
