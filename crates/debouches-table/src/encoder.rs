//! Builds the dictionary of one column while its cells stream by.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Distinct values of a column in the order of their first appearance, and the key of each cell.
pub(crate) struct Encoder {
    hasher: DefaultHashBuilder,
    index: HashTable<u32>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    keys: Vec<u32>,
    previous: u32,
}

impl Encoder {
    pub(crate) fn new() -> Self {
        Self {
            hasher: DefaultHashBuilder::default(),
            index: HashTable::new(),
            bytes: Vec::new(),
            ends: vec![0],
            keys: Vec::new(),
            previous: u32::MAX,
        }
    }

    /// Adds a cell. Neighbouring rows often agree, hence the look at the previous value first.
    pub(crate) fn push(&mut self, cell: &[u8]) {
        let key = if self.previous != u32::MAX && self.value(self.previous) == cell {
            self.previous
        } else {
            self.find_or_add(cell)
        };
        self.previous = key;
        self.keys.push(key);
    }

    fn find_or_add(&mut self, cell: &[u8]) -> u32 {
        let Self {
            hasher,
            index,
            bytes,
            ends,
            ..
        } = self;
        let at = |key: u32| &bytes[ends[key as usize]..ends[key as usize + 1]];
        let hash = hasher.hash_one(cell);
        if let Some(&key) = index.find(hash, |&key| at(key) == cell) {
            return key;
        }
        let key =
            u32::try_from(ends.len() - 1).expect("fewer than 2^32 distinct values fit in memory");
        index.insert_unique(hash, key, |&key| hasher.hash_one(at(key)));
        bytes.extend_from_slice(cell);
        ends.push(bytes.len());
        key
    }

    fn value(&self, key: u32) -> &[u8] {
        &self.bytes[self.ends[key as usize]..self.ends[key as usize + 1]]
    }

    /// The distinct values, and the key of each cell.
    pub(crate) fn finish(self) -> (Vec<Vec<u8>>, Vec<u32>) {
        let values = self
            .ends
            .windows(2)
            .map(|pair| self.bytes[pair[0]..pair[1]].to_vec())
            .collect();
        (values, self.keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_in_the_order_of_their_first_appearance() {
        let mut encoder = Encoder::new();
        for cell in ["b", "b", "", "a", "b"] {
            encoder.push(cell.as_bytes());
        }
        let (values, keys) = encoder.finish();
        assert_eq!(values, [b"b".to_vec(), b"".to_vec(), b"a".to_vec()]);
        assert_eq!(keys, [0, 0, 1, 2, 0]);
    }
}
