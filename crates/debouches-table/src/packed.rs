//! A column as it is stored: its distinct values, and the key of each cell.

use crate::keys::Keys;

/// A column as it is stored.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    pub(crate) values: Vec<String>,
    pub(crate) keys: Keys,
}

impl Packed {
    /// How many cells have each value.
    pub(crate) fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.values.len()];
        self.keys.iter().for_each(|key| counts[key as usize] += 1);
        counts
    }
}
