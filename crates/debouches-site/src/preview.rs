//! The first rows of a published table.

use std::io::Read;

use debouches_model::ValueStatus;

/// Rows shown.
const ROWS: usize = 5;

/// The first rows of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The CSV in the release.
    pub path: String,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Value(String),
    /// Empty, for that reason.
    Reason(ValueStatus),
    Empty,
}

impl Preview {
    /// Reads the first rows of a CSV. A column that tells the state of a measure is shown in the empty cells of the measure.
    ///
    /// # Errors
    /// When the bytes are not the CSV of a release.
    pub fn read(path: &str, csv: impl Read) -> Result<Self, csv::Error> {
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(csv);
        let names: Vec<String> = reader
            .headers()?
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').to_owned())
            .collect();
        let state_of = |name: &str| {
            names
                .iter()
                .position(|own| debouches_model::spec::measure_of_status(own) == Some(name))
        };
        let is_state = |name: &str| {
            debouches_model::spec::measure_of_status(name)
                .is_some_and(|measure| names.iter().any(|own| own == measure))
        };
        let shown: Vec<usize> = (0..names.len())
            .filter(|place| !is_state(&names[*place]))
            .collect();
        let mut rows = Vec::new();
        for record in reader.records().take(ROWS) {
            let record = record?;
            let cell = |place: usize| {
                let text = record.get(place).unwrap_or_default();
                if !text.is_empty() {
                    return Cell::Value(text.to_owned());
                }
                let told = state_of(&names[place])
                    .and_then(|state| record.get(state))
                    .unwrap_or_default();
                ValueStatus::ALL
                    .into_iter()
                    .find(|status| status.as_str() == told)
                    .map_or(Cell::Empty, Cell::Reason)
            };
            rows.push(shown.iter().map(|place| cell(*place)).collect());
        }
        Ok(Self {
            path: path.to_owned(),
            header: shown
                .into_iter()
                .map(|place| names[place].clone())
                .collect(),
            rows,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_measure_tells_its_reason() {
        let csv = "code;taux;taux_statut;nom\n01;50;mesure;A\n02;;secret;\n";
        let preview = Preview::read("t.csv", csv.as_bytes()).unwrap();
        assert_eq!(preview.header, ["code", "taux", "nom"]);
        let value = |text: &str| Cell::Value(text.to_owned());
        assert_eq!(preview.rows[0], [value("01"), value("50"), value("A")]);
        assert_eq!(
            preview.rows[1],
            [
                value("02"),
                Cell::Reason(ValueStatus::Suppressed),
                Cell::Empty
            ]
        );
    }
}
