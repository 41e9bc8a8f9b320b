//! Days of the nomenclatures: columns of format `day`, which are ISO inside.

use debouches_model::parse_day;

/// `YYYY-MM-DD` (ISO 8601); none when the text is no day.
pub(crate) fn iso(date: &str) -> Option<String> {
    parse_day(date).map(|day| day.format("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_nomenclatures_sort_as_text() {
        assert_eq!(iso("31/08/2025").as_deref(), Some("2025-08-31"));
        assert_eq!(iso("2025-08-31").as_deref(), Some("2025-08-31"));
        assert_eq!((iso("2025"), iso(""), iso("a/b/2025")), (None, None, None));
    }
}
