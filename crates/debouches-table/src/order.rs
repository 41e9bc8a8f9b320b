//! Sort and uniqueness on a key: each text is replaced by its rank, and the ranks of a row packed in one number.

use arrow::compute::{SortColumn, lexsort_to_indices};

use crate::{Column, Table, TableError, TextColumn};

/// One number per row, in the order of the keys: null first, then the texts in the order of their bytes.
enum PackedKeys {
    Narrow(Vec<u64>),
    Wide(Vec<u128>),
    /// More than 128 bits of ranks: the rank columns themselves.
    Many(Vec<Vec<u32>>),
}

impl Table {
    /// The table sorted by these text columns, nulls first; rows with equal keys keep their order.
    ///
    /// # Errors
    /// When one of them is not a text column.
    pub fn sorted_by(&self, names: &[String]) -> Result<Self, TableError> {
        let places: Vec<u32> = match self.packed(names)? {
            PackedKeys::Narrow(keys) => sorted_places(&keys),
            PackedKeys::Wide(keys) => sorted_places(&keys),
            PackedKeys::Many(_) => {
                let columns: Vec<SortColumn> = names
                    .iter()
                    .map(|name| {
                        self.text(name).map(|text| SortColumn {
                            values: Column::Text(text.clone()).array(),
                            options: None,
                        })
                    })
                    .collect::<Result<_, _>>()?;
                lexsort_to_indices(&columns, None)?.values().to_vec()
            }
        };
        if places.is_sorted() {
            Ok(self.clone())
        } else {
            self.take(&places)
        }
    }

    /// The rows whose key is that of an earlier row, each with the first row that has it.
    ///
    /// # Errors
    /// When one of the names is not a text column.
    pub fn repeated_keys(&self, names: &[String]) -> Result<Vec<(usize, usize)>, TableError> {
        let mut repeated = match self.packed(names)? {
            PackedKeys::Narrow(keys) => repeated(&keys),
            PackedKeys::Wide(keys) => repeated(&keys),
            PackedKeys::Many(columns) => {
                let keys: Vec<Vec<u32>> = (0..self.rows())
                    .map(|row| columns.iter().map(|column| column[row]).collect())
                    .collect();
                repeated(&keys)
            }
        };
        repeated.sort_unstable();
        Ok(repeated)
    }

    fn packed(&self, names: &[String]) -> Result<PackedKeys, TableError> {
        let ranks: Vec<(Vec<u32>, u32)> = names
            .iter()
            .map(|name| self.text(name).map(ranks))
            .collect::<Result<_, _>>()?;
        let bits: u32 = ranks.iter().map(|(_, bits)| bits).sum();
        if bits > 128 {
            return Ok(PackedKeys::Many(
                ranks.into_iter().map(|(column, _)| column).collect(),
            ));
        }
        let mut packed = vec![0_u128; self.rows()];
        for (column, bits) in &ranks {
            packed
                .iter_mut()
                .zip(column)
                .for_each(|(key, rank)| *key = (*key << bits) | u128::from(*rank));
        }
        Ok(match bits {
            0..=64 => PackedKeys::Narrow(
                packed
                    .into_iter()
                    .map(|key| u64::try_from(key).expect("64 bits at most"))
                    .collect(),
            ),
            _ => PackedKeys::Wide(packed),
        })
    }
}

/// The rank of each row's text among the distinct ones, 0 for null, and the bits that hold a rank.
fn ranks(column: &TextColumn) -> (Vec<u32>, u32) {
    let values: Vec<&str> = column.distinct().collect();
    let mut sorted: Vec<usize> = (0..values.len()).collect();
    sorted.sort_unstable_by_key(|&at| values[at]);
    let mut rank_of = vec![0_u32; values.len()];
    let mut rank = 0;
    for (i, &at) in sorted.iter().enumerate() {
        if i == 0 || values[at] != values[sorted[i - 1]] {
            rank += 1;
        }
        rank_of[at] = rank;
    }
    let ranks = (0..column.rows())
        .map(|row| column.key(row).map_or(0, |key| rank_of[key]))
        .collect();
    (ranks, 32 - rank.leading_zeros())
}

fn sorted_places<K: Ord + Copy>(keys: &[K]) -> Vec<u32> {
    let count = u32::try_from(keys.len()).expect("a table has fewer than 2^32 rows");
    if keys.is_sorted() {
        return (0..count).collect();
    }
    let mut pairs: Vec<(K, u32)> = keys.iter().copied().zip(0..count).collect();
    pairs.sort_unstable();
    pairs.into_iter().map(|(_, at)| at).collect()
}

fn repeated<K: Ord + Clone>(keys: &[K]) -> Vec<(usize, usize)> {
    let mut places: Vec<usize> = (0..keys.len()).collect();
    places.sort_unstable_by(|a, b| keys[*a].cmp(&keys[*b]).then(a.cmp(b)));
    let mut pairs_of_rows = Vec::new();
    let mut first = 0;
    for pair in 1..places.len() {
        if keys[places[pair]] == keys[places[first]] {
            pairs_of_rows.push((places[pair], places[first]));
        } else {
            first = pair;
        }
    }
    pairs_of_rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(&str, Option<&str>)]) -> Table {
        let text = |cells: Vec<Option<&str>>| {
            let values: Vec<String> = cells
                .iter()
                .flatten()
                .map(|cell| (*cell).to_owned())
                .collect();
            let mut next = 0..;
            Column::Text(TextColumn::new(
                &values,
                cells.iter().map(|cell| cell.and_then(|_| next.next())),
            ))
        };
        let mut table = Table::new(rows.len());
        table
            .set("a", text(rows.iter().map(|row| Some(row.0)).collect()))
            .unwrap();
        table
            .set("b", text(rows.iter().map(|row| row.1).collect()))
            .unwrap();
        table
    }

    #[test]
    fn rows_are_sorted_by_the_text_and_not_by_the_dictionary() {
        let table = table(&[
            ("z", Some("1")),
            ("a", Some("2")),
            ("a", None),
            ("z", Some("0")),
        ]);
        let sorted = table.sorted_by(&["a".to_owned(), "b".to_owned()]).unwrap();
        assert_eq!(
            sorted.text("b").unwrap().iter().collect::<Vec<_>>(),
            [None, Some("2"), Some("0"), Some("1")]
        );
    }

    #[test]
    fn a_repeated_key_points_to_the_first_row_that_has_it() {
        let table = table(&[
            ("z", Some("1")),
            ("a", None),
            ("z", Some("1")),
            ("a", None),
            ("z", Some("1")),
        ]);
        let names = ["a".to_owned(), "b".to_owned()];
        assert_eq!(
            table.repeated_keys(&names).unwrap(),
            [(2, 0), (3, 1), (4, 0)]
        );
    }
}
