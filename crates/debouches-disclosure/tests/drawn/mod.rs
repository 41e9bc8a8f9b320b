//! Small tables drawn at random, and the enumeration of every table that readers could not tell from them.
//! Written apart from the crate: it shares no search, no bounds and no elimination with it.

#![expect(clippy::unwrap_used, reason = "a failure in a test is the message")]

use debouches_disclosure::{Cell, CellId, Constraint, Line, Relation, State, System};

/// `SplitMix64`.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: u64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound).cast_signed()
    }
}

/// A system, and its ties once more, for the enumeration.
pub(crate) struct Drawn {
    pub(crate) system: System,
    ties: Vec<Constraint>,
}

impl Drawn {
    /// A table of two or three dimensions with margins, often with a hierarchy, rates, cumuls or an alias.
    pub(crate) fn new(random: &mut Random) -> Self {
        let mut out = Self {
            system: System::new(),
            ties: Vec::new(),
        };
        match random.below(4) {
            0 => out.windows(random),
            1 => out.cube(random),
            _ => out.grid(random),
        }
        if random.below(3) == 0 {
            out.rate(random);
        }
        if random.below(4) == 0 {
            out.alias(random);
        }
        out.hide(random);
        out.system.finish();
        out
    }

    fn add(&mut self, value: i64) -> CellId {
        let line = self.system.line(Line {
            state: State::Shown,
            cost: 1,
            may_hide: true,
            owner: None,
            level: 0,
        });
        let cell = Cell {
            line,
            value,
            shown: (value, value),
            prior: (0, value + 3),
            width: 0,
        };
        let label = format!("c{}", self.system.cells().len());
        self.system.cell(cell, label)
    }

    fn total(&mut self, parts: &[CellId]) -> CellId {
        let value = parts.iter().map(|part| self.value(*part)).sum();
        let total = self.add(value);
        self.sum(total, parts);
        total
    }

    fn sum(&mut self, total: CellId, parts: &[CellId]) {
        let terms = std::iter::once((total, -1))
            .chain(parts.iter().map(|part| (*part, 1)))
            .collect();
        self.constrain(Constraint {
            terms,
            low: 0,
            high: 0,
            relation: Relation::Sum,
            while_shown: None,
        });
    }

    fn constrain(&mut self, constraint: Constraint) {
        self.system.constrain(&constraint);
        self.ties.push(constraint);
    }

    fn value(&self, cell: CellId) -> i64 {
        self.system.cells()[cell as usize].value
    }

    /// Rows and columns with margins; the columns may be in two groups with a sub-total.
    fn grid(&mut self, random: &mut Random) {
        let (rows, columns) = (2 + random.below(2), 2 + random.below(2));
        let grid: Vec<Vec<CellId>> = (0..rows)
            .map(|_| {
                (0..columns)
                    .map(|_| {
                        let value = random.below(6);
                        self.add(value)
                    })
                    .collect()
            })
            .collect();
        let row_totals: Vec<CellId> = grid.iter().map(|row| self.total(row)).collect();
        let columns: Vec<Vec<CellId>> = (0..grid[0].len())
            .map(|column| grid.iter().map(|row| row[column]).collect())
            .collect();
        let column_totals: Vec<CellId> = columns.iter().map(|column| self.total(column)).collect();
        let all = self.total(&row_totals);
        if random.below(2) == 0 {
            self.sum(all, &column_totals);
        }
        if random.below(2) == 0 {
            let pair: Vec<CellId> = column_totals[..2].to_vec();
            self.total(&pair);
        }
    }

    /// Two by two by two, with the margins of each pair of dimensions.
    fn cube(&mut self, random: &mut Random) {
        let cells: Vec<CellId> = (0..8)
            .map(|_| {
                let value = random.below(5);
                self.add(value)
            })
            .collect();
        for bit in [1, 2, 4] {
            for low in (0..8_usize).filter(|place| place & bit == 0) {
                self.total(&[cells[low], cells[low | bit]]);
            }
        }
    }

    /// Single years, and cumuls of two years that follow each other.
    fn windows(&mut self, random: &mut Random) {
        let years: Vec<CellId> = (0..4)
            .map(|_| {
                let value = random.below(7);
                self.add(value)
            })
            .collect();
        let cumuls: Vec<CellId> = years.windows(2).map(|pair| self.total(pair)).collect();
        if random.below(2) == 0 {
            self.total(&[cumuls[0], cumuls[2]]);
        }
    }

    /// A whole percentage of one cell over another.
    fn rate(&mut self, random: &mut Random) {
        let count = self.system.cells().len() as u64;
        let draw = |random: &mut Random| u32::try_from(random.below(count)).unwrap();
        let (of, over) = (draw(random), draw(random));
        let (part, whole) = (self.value(of), self.value(over));
        if of == over || whole == 0 {
            return;
        }
        // (r − ½) D ≤ 100 N ≤ (r + ½) D
        let rate = (200 * part + whole) / (2 * whole);
        let terms = vec![(of, 200), (over, 1 - 2 * rate)];
        self.constrain(Constraint {
            terms,
            low: 0,
            high: i64::MAX / 4,
            relation: Relation::Rate,
            while_shown: None,
        });
        let terms = vec![(of, 200), (over, -2 * rate - 1)];
        self.constrain(Constraint {
            terms,
            low: i64::MIN / 4,
            high: 0,
            relation: Relation::Rate,
            while_shown: None,
        });
    }

    /// One figure under a second key.
    fn alias(&mut self, random: &mut Random) {
        let count = self.system.cells().len() as u64;
        let own = u32::try_from(random.below(count)).unwrap();
        let value = self.value(own);
        let other = self.add(value);
        self.constrain(Constraint {
            terms: vec![(own, 1), (other, -1)],
            low: 0,
            high: 0,
            relation: Relation::Alias,
            while_shown: None,
        });
    }

    /// Hides up to nine cells, some of them protected.
    fn hide(&mut self, random: &mut Random) {
        let count = self.system.cells().len();
        let wanted = 4 + random.below(6);
        let (slack, width) = (1 + random.below(4), 1 + random.below(4));
        let mut cells = self.system.cells().to_vec();
        let mut hidden = Vec::new();
        for _ in 0..wanted {
            let place = usize::try_from(random.below(count as u64)).unwrap();
            let cell = &mut cells[place];
            cell.prior = ((cell.value - slack).max(0), cell.value + slack);
            cell.width = if random.below(3) == 0 { 0 } else { width };
            hidden.push(cell.line);
        }
        let mut system = System::new();
        self.system.lines().iter().for_each(|line| {
            system.line(*line);
        });
        cells.into_iter().enumerate().for_each(|(place, cell)| {
            system.cell(cell, format!("c{place}"));
        });
        self.ties.iter().for_each(|tie| system.constrain(tie));
        hidden
            .into_iter()
            .for_each(|line| system.set_state(line, State::Primary));
        self.system = system;
    }

    /// For each cell, the smallest and the largest value over every table that readers could not tell apart.
    pub(crate) fn enumerate(&self) -> Vec<(i64, i64)> {
        let cells = self.system.cells();
        let mut values: Vec<Option<i64>> = (0..)
            .zip(cells)
            .map(|(place, cell)| (!self.system.is_hidden(place)).then_some(cell.value))
            .collect();
        let open: Vec<usize> = (0..cells.len())
            .filter(|place| values[*place].is_none())
            .collect();
        let mut ranges: Vec<(i64, i64)> =
            cells.iter().map(|cell| (cell.value, cell.value)).collect();
        self.assign(&open, &mut values, &mut ranges);
        ranges
    }

    fn assign(&self, open: &[usize], values: &mut [Option<i64>], ranges: &mut [(i64, i64)]) {
        let Some((place, rest)) = open.split_first() else {
            for (range, value) in ranges.iter_mut().zip(values.iter()) {
                let value = value.unwrap();
                *range = (range.0.min(value), range.1.max(value));
            }
            return;
        };
        let (low, high) = self.system.cells()[*place].prior;
        for value in low..=high {
            values[*place] = Some(value);
            let holds = |tie: &Constraint| {
                let sum: Option<i64> = tie
                    .terms
                    .iter()
                    .map(|(cell, by)| values[*cell as usize].map(|value| by * value))
                    .sum();
                sum.is_none_or(|sum| tie.low <= sum && sum <= tie.high)
            };
            let own = u32::try_from(*place).unwrap();
            if self
                .ties
                .iter()
                .filter(|tie| tie.terms.iter().any(|(cell, _)| *cell == own))
                .all(holds)
            {
                self.assign(rest, values, ranges);
            }
        }
        values[*place] = None;
    }
}
