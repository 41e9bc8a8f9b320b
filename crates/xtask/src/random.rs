//! A small generator of numbers: same seed, same numbers, on any machine and with any compiler.

/// `SplitMix64` of Steele, Lea and Flood (2014): good enough to draw plausible figures, and eight lines long.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    #[cfg(test)]
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator that depends on the seed and on that name only: adding a row elsewhere changes nothing here.
    pub(crate) fn named(seed: u64, name: &str) -> Self {
        let fnv =
            |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        Self(name.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, fnv))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        debug_assert!(low <= high, "{low} > {high}");
        let width = u64::from(high - low) + 1;
        // The high half of a 32 × 32 product: no division, and a bias too small to matter here.
        let drawn = ((self.next() >> 32) * width) >> 32;
        low + u32::try_from(drawn).expect("the draw is below the width, which fits in 33 bits")
    }

    /// True in `percent` draws out of a hundred.
    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        self.between(0, 99) < percent
    }

    /// How many of `total` persons are in a group that holds about `percent` of them.
    pub(crate) fn part_of(&mut self, total: u32, percent: u32) -> u32 {
        let drawn = percent
            .saturating_add(self.between(0, 8))
            .saturating_sub(4)
            .min(100);
        (total * drawn + 50) / 100
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let bound = u32::try_from(last).expect("fixtures are small");
            items.swap(last, self.between(0, bound) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reference values of the published algorithm for the seed 1234567.
    #[test]
    fn numbers_are_those_of_splitmix64() {
        let mut random = Random::new(1_234_567);
        assert_eq!(
            [random.next(), random.next()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]
        );
    }

    #[test]
    fn draws_stay_within_their_bounds() {
        let mut random = Random::new(1);
        let draws: Vec<_> = (0..1000).map(|_| random.between(3, 7)).collect();
        assert_eq!(
            (draws.iter().min(), draws.iter().max()),
            (Some(&3), Some(&7))
        );
    }
}
