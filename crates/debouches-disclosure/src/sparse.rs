//! Rows of (column, coefficient), packed: half a million unknowns fit in a few tens of megabytes.

/// A sparse matrix of whole numbers, row by row.
#[derive(Debug, Clone)]
pub(crate) struct Sparse {
    starts: Vec<u32>,
    columns: Vec<u32>,
    values: Vec<i64>,
}

impl Default for Sparse {
    fn default() -> Self {
        Self {
            starts: vec![0],
            columns: Vec::new(),
            values: Vec::new(),
        }
    }
}

impl Sparse {
    pub(crate) fn push(&mut self, terms: impl Iterator<Item = (u32, i64)>) {
        for (column, value) in terms.filter(|(_, value)| *value != 0) {
            self.columns.push(column);
            self.values.push(value);
        }
        self.starts.push(number(self.columns.len()));
    }

    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(crate) fn get(&self, row: u32) -> impl Iterator<Item = (u32, i64)> + Clone + '_ {
        let range = self.starts[row as usize] as usize..self.starts[row as usize + 1] as usize;
        self.columns[range.clone()]
            .iter()
            .copied()
            .zip(self.values[range].iter().copied())
    }

    /// Columns become rows.
    pub(crate) fn transposed(&self, columns: usize) -> Self {
        let mut starts = vec![0_u32; columns + 1];
        self.columns
            .iter()
            .for_each(|column| starts[*column as usize + 1] += 1);
        for index in 0..columns {
            starts[index + 1] += starts[index];
        }
        let mut next = starts.clone();
        let mut out = Self {
            starts,
            columns: vec![0; self.columns.len()],
            values: vec![0; self.columns.len()],
        };
        for row in 0..number(self.len()) {
            for (column, value) in self.get(row) {
                let index = &mut next[column as usize];
                out.columns[*index as usize] = row;
                out.values[*index as usize] = value;
                *index += 1;
            }
        }
        out
    }
}

/// A place as a number: systems stay far below four billion.
pub(crate) fn number(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than 2^32 cells, lines and ties")
}
