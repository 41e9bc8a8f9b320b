//! What a changelog says of one version.

use debouches_model::Version;

/// The items under the heading of that version, without their dash.
pub(crate) fn items(changelog: &str, version: Version) -> Vec<String> {
    let heading = format!("## {version}");
    let lines = changelog
        .lines()
        .skip_while(|line| line.trim_end() != heading)
        .skip(1);
    let lines = lines
        .take_while(|line| !line.starts_with("## "))
        .map(str::trim_end)
        .filter(|line| !line.is_empty());
    let mut items: Vec<String> = Vec::new();
    for line in lines {
        match (line.strip_prefix("- "), items.last_mut()) {
            (Some(item), _) => items.push(item.to_owned()),
            (None, Some(last)) => {
                last.push(' ');
                last.push_str(line.trim_start());
            }
            (None, None) => items.push(line.to_owned()),
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_items_of_one_version_alone_are_given() {
        let text = "# Journal\n\n## 1.1.0\n\n- deux lignes\n  ajoutées\n- une autre\n\n## 1.0.0\n\n- première\n";
        assert_eq!(
            items(text, "1.1.0".parse().unwrap()),
            ["deux lignes ajoutées", "une autre"]
        );
        assert_eq!(items(text, Version::FIRST), ["première"]);
        assert!(items(text, "2.0.0".parse().unwrap()).is_empty());
    }
}
