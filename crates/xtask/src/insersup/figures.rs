//! Counts of a promotion, drawn once per elementary cell and summed, so that parts and wholes agree.

use super::population::{CELLS, Population};
use crate::random::Random;

/// Months after the diploma.
pub(crate) const HORIZONS: usize = 5;

/// Counts of a population.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Figures {
    pub(crate) leavers: u32,
    pub(crate) continuing: u32,
    pub(crate) salaried: [u32; HORIZONS],
    pub(crate) self_employed: [u32; HORIZONS],
    pub(crate) stable: [u32; HORIZONS],
}

impl Figures {
    /// Of both populations together.
    pub(crate) fn plus(&self, other: &Self) -> Self {
        let mut sum = *self;
        sum.leavers += other.leavers;
        sum.continuing += other.continuing;
        for horizon in 0..HORIZONS {
            sum.salaried[horizon] += other.salaried[horizon];
            sum.self_employed[horizon] += other.self_employed[horizon];
            sum.stable[horizon] += other.stable[horizon];
        }
        sum
    }
}

/// The habits of a diploma in an establishment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Profile {
    pub(crate) leavers: u32,
    pub(crate) continuing: u32,
    pub(crate) salaried_percent: u32,
    pub(crate) stable_percent: u32,
    pub(crate) women_percent: u32,
    /// Median monthly salary at the first horizon, in euros.
    pub(crate) salary: u32,
}

impl Profile {
    /// Mostly small promotions, a few large ones.
    pub(crate) fn draw(random: &mut Random) -> Self {
        let leavers = random.between(3, 18) * random.between(2, 18);
        Self::of(random, leavers)
    }

    /// A promotion of that size.
    pub(crate) fn of(random: &mut Random, leavers: u32) -> Self {
        Self {
            leavers,
            continuing: leavers * random.between(5, 300) / 100,
            salaried_percent: random.between(40, 85),
            stable_percent: random.between(25, 75),
            women_percent: random.between(25, 75),
            salary: 10 * random.between(145, 240),
        }
    }
}

/// Counts by gender, nationality, regime and graduation.
#[derive(Debug, Clone)]
pub(crate) struct Cells([Figures; CELLS]);

impl Cells {
    pub(crate) fn draw(random: &mut Random, profile: &Profile) -> Self {
        let mut cells = [Figures::default(); CELLS];
        for (index, cell) in cells.iter_mut().enumerate() {
            let share = |bit: usize, percent: u32| {
                u64::from(if index >> bit & 1 == 0 {
                    percent
                } else {
                    100 - percent
                })
            };
            // Women, French, initial training, graduates: the share of the cell, out of 100^4.
            let share =
                share(0, profile.women_percent) * share(1, 88) * share(2, 80) * share(3, 90);
            let part = |total: u32, random: &mut Random| {
                let parts = u64::from(total) * share;
                let remainder =
                    u32::try_from(parts % 100_000_000 / 1_000_000).expect("a percentage");
                u32::try_from(parts / 100_000_000).expect("less than the total")
                    + u32::from(random.chance(remainder))
            };
            cell.leavers = part(profile.leavers, random);
            cell.continuing = part(profile.continuing, random);
            for (later, horizon) in (0u32..).zip(0..HORIZONS) {
                cell.salaried[horizon] =
                    random.part_of(cell.leavers, profile.salaried_percent + 2 * later);
                cell.self_employed[horizon] =
                    random.part_of(cell.leavers - cell.salaried[horizon], 4 + later);
                cell.stable[horizon] =
                    random.part_of(cell.salaried[horizon], profile.stable_percent + 4 * later);
            }
        }
        Self(cells)
    }

    pub(crate) fn sum(&self, population: &Population) -> Figures {
        let parts = population.cells.iter().map(|index| &self.0[*index]);
        parts.fold(Figures::default(), |sum, cell| sum.plus(cell))
    }
}
