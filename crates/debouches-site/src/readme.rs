//! The readme of a release, by its sections: the pages say the same words.

/// The text of the section of a table, up to what the dictionary says better.
pub(crate) fn of_table<'a>(readme: &'a str, table: &str) -> Option<&'a str> {
    let end = format!(": `{table}`");
    let body = sections(readme)
        .find(|(heading, _)| heading.ends_with(&end))
        .map(|(_, body)| body)?;
    Some(
        body.split("\n### Mesures et dénominateurs")
            .next()
            .unwrap_or(body)
            .trim(),
    )
}

/// The text of a section.
pub(crate) fn section<'a>(readme: &'a str, heading: &str) -> Option<&'a str> {
    sections(readme)
        .find(|(item, _)| *item == heading)
        .map(|(_, body)| body.trim())
}

fn sections(readme: &str) -> impl Iterator<Item = (&str, &str)> {
    readme
        .split("\n## ")
        .skip(1)
        .map(|section| section.split_once('\n').unwrap_or((section, "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_found_by_their_heading() {
        let text = "# T\n\nVersion.\n\n## Lycées : `t`\n\nDit.\n\n### À savoir\n\n- a\n\n### Mesures et dénominateurs\n\n|x|\n\n## Ouvrir\n\nAinsi.\n";
        assert_eq!(of_table(text, "t"), Some("Dit.\n\n### À savoir\n\n- a"));
        assert_eq!(section(text, "Ouvrir"), Some("Ainsi."));
        assert_eq!(section(text, "Rien"), None);
    }
}
