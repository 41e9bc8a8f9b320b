//! Days, as the nomenclatures write them.

/// `YYYY-MM-DD` (ISO 8601) from `DD/MM/YYYY`; none when it is written otherwise.
pub(crate) fn iso(date: &str) -> Option<String> {
    let mut parts = date.split('/');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?.get(..4)?);
    let are_digits = [day, month, year]
        .iter()
        .all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    (are_digits && day.len() == 2 && month.len() == 2).then(|| format!("{year}-{month}-{day}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_nomenclatures_sort_as_text() {
        assert_eq!(iso("31/08/2025").as_deref(), Some("2025-08-31"));
        assert_eq!(iso("31/08/2025 00:00:00").as_deref(), Some("2025-08-31"));
        assert_eq!((iso("2025"), iso(""), iso("a/b/2025")), (None, None, None));
    }
}
