//! The first rows of a published table.

use std::io::Read;

use debouches_model::ValueStatus;

/// Rows shown.
const ROWS: usize = 5;
/// Rows read to tell which columns say nothing: a table may have a million.
const READ: usize = 20_000;

/// The first rows of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The CSV in the release.
    pub path: String,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
    /// Columns that are not shown, since they have the same on every row read: nothing, or that value.
    pub(crate) left_out: Vec<(String, Option<String>)>,
    /// Rows read to tell it, and whether they are all those of the table.
    pub(crate) read: usize,
    pub(crate) is_all: bool,
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
                .position(|item| debouches_model::spec::measure_of_status(item) == Some(name))
        };
        let is_state = |name: &str| {
            debouches_model::spec::measure_of_status(name)
                .is_some_and(|measure| names.iter().any(|item| item == measure))
        };
        let states: Vec<Option<usize>> = names.iter().map(|name| state_of(name)).collect();
        let measured: Vec<usize> = (0..names.len())
            .filter(|index| !is_state(&names[*index]))
            .collect();
        let (mut first, mut varies) = (Vec::new(), vec![false; names.len()]);
        let (mut read, mut is_all) = (0, true);
        for record in reader.records() {
            if read == READ {
                is_all = false;
                break;
            }
            let record = record?;
            for index in &measured {
                let same = first.first().is_none_or(|start: &csv::StringRecord| {
                    let state = states[*index];
                    start.get(*index) == record.get(*index)
                        && state.is_none_or(|state| start.get(state) == record.get(state))
                });
                varies[*index] |= !same;
            }
            if first.len() < ROWS {
                first.push(record);
            }
            read += 1;
        }
        // Of one row nothing varies.
        let (shown, constant): (Vec<usize>, Vec<usize>) = measured
            .into_iter()
            .partition(|index| varies[*index] || read < 2);
        let cell = |record: &csv::StringRecord, index: usize| {
            let text = record.get(index).unwrap_or_default();
            if !text.is_empty() {
                return Cell::Value(text.to_owned());
            }
            let state = states[index].and_then(|state| record.get(state));
            ValueStatus::ALL
                .into_iter()
                .find(|status| Some(status.as_str()) == state)
                .map_or(Cell::Empty, Cell::Reason)
        };
        let value = |index: usize| {
            let text = first.first()?.get(index)?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        Ok(Self {
            path: path.to_owned(),
            header: shown.iter().map(|index| names[*index].clone()).collect(),
            rows: first
                .iter()
                .map(|record| shown.iter().map(|index| cell(record, *index)).collect())
                .collect(),
            left_out: constant
                .into_iter()
                .map(|index| (names[index].clone(), value(index)))
                .collect(),
            read,
            is_all,
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
    #[test]
    fn columns_without_information_are_left_out_and_named() {
        let csv = "annee;code;vide;taux;taux_statut\n2022;01;;;secret\n2022;02;;;absent\n";
        let preview = Preview::read("t.csv", csv.as_bytes()).unwrap();
        assert_eq!(
            preview.header,
            ["code", "taux"],
            "two reasons are two values"
        );
        let expected = [
            ("annee".to_owned(), Some("2022".to_owned())),
            ("vide".to_owned(), None),
        ];
        assert_eq!(preview.left_out, expected);
        assert_eq!((preview.read, preview.is_all), (2, true));
        let one = Preview::read("t.csv", "a;b\n1;\n".as_bytes()).unwrap();
        assert_eq!((one.header.len(), one.left_out.len()), (2, 0));
    }
}
