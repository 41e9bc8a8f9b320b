//! The place of each cell among the distinct values of its column, in as few bytes as their number asks for.

/// Places of cells among distinct values.
#[derive(Debug, Clone)]
pub(crate) enum Keys {
    Byte(Vec<u8>),
    Short(Vec<u16>),
    Word(Vec<u32>),
}

impl Default for Keys {
    fn default() -> Self {
        Self::Byte(Vec::new())
    }
}

impl Keys {
    /// Adds the key of one more cell.
    pub(crate) fn push(&mut self, key: u32) {
        match self {
            Self::Byte(keys) => match u8::try_from(key) {
                Ok(key) => keys.push(key),
                Err(_) => {
                    *self = Self::Short(keys.iter().map(|key| u16::from(*key)).collect());
                    self.push(key);
                }
            },
            Self::Short(keys) => match u16::try_from(key) {
                Ok(key) => keys.push(key),
                Err(_) => {
                    *self = Self::Word(keys.iter().map(|key| u32::from(*key)).collect());
                    self.push(key);
                }
            },
            Self::Word(keys) => keys.push(key),
        }
    }

    pub(crate) fn get(&self, row: usize) -> u32 {
        match self {
            Self::Byte(keys) => u32::from(keys[row]),
            Self::Short(keys) => u32::from(keys[row]),
            Self::Word(keys) => keys[row],
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Byte(keys) => keys.len(),
            Self::Short(keys) => keys.len(),
            Self::Word(keys) => keys.len(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Byte(keys) => keys.capacity(),
            Self::Short(keys) => keys.capacity() * 2,
            Self::Word(keys) => keys.capacity() * 4,
        }
    }
}

impl FromIterator<u32> for Keys {
    fn from_iter<I: IntoIterator<Item = u32>>(keys: I) -> Self {
        let mut all = Self::default();
        keys.into_iter().for_each(|key| all.push(key));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_widen_when_they_must() {
        let keys: Keys = [0, 255, 256, 65_535, 65_536, 1].into_iter().collect();
        assert_eq!(
            keys.iter().collect::<Vec<_>>(),
            [0, 255, 256, 65_535, 65_536, 1]
        );
        assert_eq!(keys.len(), 6);
    }
}
