//! Builds the dictionary of one column while its cells stream by.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::encoding::with_marks;
use crate::keys::Keys;
use crate::packed::Packed;

/// Bytes that a distinct value costs once it is text of its own, beside its characters.
const VALUE_BYTES: usize = 48;

/// Distinct values of a column in the order of their first appearance, and the key of each cell.
#[derive(Default)]
pub(crate) struct Encoder {
    hasher: DefaultHashBuilder,
    index: HashTable<u32>,
    bytes: Vec<u8>,
    ends: Vec<u32>,
    keys: Keys,
    previous: Option<u32>,
}

impl Encoder {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a cell. Neighbouring rows often agree, hence the comparison with the previous value first.
    pub(crate) fn push(&mut self, cell: &[u8]) {
        let key = match self.previous {
            Some(key) if value(&self.bytes, &self.ends, key) == cell => key,
            _ => self.find_or_add(cell),
        };
        self.previous = Some(key);
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
        let hash = hasher.hash_one(cell);
        if let Some(&key) = index.find(hash, |&key| value(bytes, ends, key) == cell) {
            return key;
        }
        let key = u32::try_from(ends.len()).expect("fewer than 2^32 distinct values fit in memory");
        index.insert_unique(hash, key, |&key| hasher.hash_one(value(bytes, ends, key)));
        bytes.extend_from_slice(cell);
        ends.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        key
    }

    /// Bytes of memory that the column takes, and will take as text.
    pub(crate) fn memory(&self) -> u64 {
        let index = self.index.capacity() * 6;
        let values = self.ends.len() * (VALUE_BYTES + size_of::<u32>());
        (self.keys.bytes() + 2 * self.bytes.len() + values + index) as u64
    }

    /// The distinct values as text, bytes that are not UTF-8 as marks, and the key of each cell.
    pub(crate) fn finish(self) -> Packed {
        let keys = 0..u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        let values = keys
            .map(|key| with_marks(value(&self.bytes, &self.ends, key)))
            .collect();
        Packed {
            values,
            keys: self.keys,
        }
    }
}

fn value<'a>(bytes: &'a [u8], ends: &[u32], key: u32) -> &'a [u8] {
    let key = key as usize;
    let start = key.checked_sub(1).map_or(0, |before| ends[before] as usize);
    &bytes[start..ends[key] as usize]
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
        let packed = encoder.finish();
        assert_eq!(packed.values, ["b", "", "a"]);
        assert_eq!(packed.keys.iter().collect::<Vec<_>>(), [0, 0, 1, 2, 0]);
    }
}
