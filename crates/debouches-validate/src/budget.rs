//! How many rows may be set aside before the table is refused.

use debouches_model::Tolerance;

/// Share of the rows over which no number of rows is accepted, unless the configuration says so: one bad row in a file of
/// three is not an accident.
const USUAL_CEILING: f64 = 0.05;
/// Half a file never passes, whatever the configuration says.
const CEILING: f64 = 0.5;
const USUAL_ROWS: u64 = 1;
const USUAL_SHARE: f64 = 0.01;

/// The rows of a table that may be set aside or robbed of a cell: a number of them, or a share, whichever is larger.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    tolerance: Tolerance,
    ceiling: f64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            tolerance: Tolerance {
                rows: USUAL_ROWS,
                share: USUAL_SHARE,
            },
            ceiling: USUAL_CEILING,
        }
    }
}

impl Budget {
    /// The budget that a person decided.
    #[must_use]
    pub fn decided(tolerance: Tolerance) -> Self {
        Self {
            tolerance,
            ceiling: CEILING,
        }
    }

    /// What is accepted.
    #[must_use]
    pub fn tolerance(&self) -> Tolerance {
        self.tolerance
    }

    /// True when that many rows out of those received are too many.
    #[must_use]
    pub fn is_exceeded(&self, rows: u64, received: u64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
        let share = rows as f64 / received.max(1) as f64;
        let over_ceiling = share > self.ceiling || (self.ceiling >= CEILING && share >= CEILING);
        rows > 0 && (over_ceiling || self.tolerance.exceeded_by(rows, received))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accident_passes_and_half_a_file_never_does() {
        let usual = Budget::default();
        assert!(!usual.is_exceeded(1, 10_178) && !usual.is_exceeded(101, 10_178));
        assert!(usual.is_exceeded(102, 10_178));
        assert!(
            !usual.is_exceeded(1, 148),
            "one row of a small nomenclature"
        );
        assert!(usual.is_exceeded(1, 3) && usual.is_exceeded(2, 148));
        let generous = Budget::decided(Tolerance {
            rows: 1_000_000,
            share: 1.0,
        });
        assert!(!generous.is_exceeded(49, 100) && generous.is_exceeded(50, 100));
        assert!(!generous.is_exceeded(0, 0));
    }
}
