//! The changelog of a dataset, newest version first.

use debouches_model::Version;

const TITLE: &str = "# Journal des versions\n";

/// The changelog with a new version on top of the former one.
pub(crate) fn text(version: Version, reasons: &[String], former: Option<&str>) -> String {
    let lines: String = reasons.iter().map(|reason| format!("- {reason}\n")).collect();
    let former = former.and_then(|text| text.strip_prefix(TITLE)).unwrap_or_default();
    format!("{TITLE}\n## {version}\n\n{lines}{former}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_is_on_top() {
        let first = text(Version::FIRST, &["Première publication.".to_owned()], None);
        let second = text("1.1.0".parse().unwrap(), &["Plus.".to_owned()], Some(&first));
        assert_eq!(second, "# Journal des versions\n\n## 1.1.0\n\n- Plus.\n\n## 1.0.0\n\n- Première publication.\n");
    }
}
