//! The column that says why a measure is empty: its name follows that of the measure.

/// What follows the name of the measure.
const SUFFIX: &str = "_statut";

/// Name of the column that says why that measure is empty.
#[must_use]
pub fn status_column(measure: &str) -> String {
    format!("{measure}{SUFFIX}")
}

/// The measure that a column is the status of; none for any other column.
#[must_use]
pub fn measure_of_status(column: &str) -> Option<&str> {
    column.strip_suffix(SUFFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_column_leads_back_to_its_measure() {
        assert_eq!(measure_of_status(&status_column("taux")), Some("taux"));
        assert_eq!(measure_of_status("taux"), None);
    }
}
