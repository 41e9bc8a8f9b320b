//! Cells of a row, written without allocation: a measure at five horizons, a count, a rate, a salary.

use super::figures::HORIZONS;
use crate::percent::hundredths;

/// Fewest salaried leavers for published salaries, in these files.
const SALARY_THRESHOLD: u32 = 30;

/// The cells of one measure, from six to thirty months.
pub(super) struct Block<'a> {
    pub(super) observed: usize,
    pub(super) shown: bool,
    pub(super) out: &'a mut Vec<u8>,
}

impl Block<'_> {
    /// Fills the observed horizons even under the threshold.
    pub(super) fn always(&mut self, cell: impl Fn(usize, &mut Vec<u8>)) {
        self.fill(0, true, cell);
    }

    /// Fills the observed horizons, or `nd` under the threshold.
    pub(super) fn measure(&mut self, first: usize, cell: impl Fn(usize, &mut Vec<u8>)) {
        self.fill(first, self.shown, cell);
    }

    fn fill(&mut self, first: usize, shown: bool, cell: impl Fn(usize, &mut Vec<u8>)) {
        for horizon in first..HORIZONS {
            match (horizon < self.observed, shown) {
                (true, true) => cell(horizon, self.out),
                (true, false) => self.out.extend_from_slice(b"nd"),
                (false, _) => {}
            }
            self.out.push(b';');
        }
    }
}

pub(super) fn number(value: u32, out: &mut Vec<u8>) {
    let mut digits = [0; 10];
    let mut at = digits.len();
    let mut rest = value;
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).expect("a digit");
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Two decimals at most, one at least: `60.0`, `63.33`.
pub(super) fn rate(n: u32, of: u32, out: &mut Vec<u8>) {
    if of == 0 {
        out.extend_from_slice(b"nd");
        return;
    }
    let value = hundredths(n, of);
    number(value / 100, out);
    out.push(b'.');
    number(value / 10 % 10, out);
    if !value.is_multiple_of(10) {
        number(value % 10, out);
    }
}

pub(super) fn salary(salaried: u32, paid: u32, horizon: usize, out: &mut Vec<u8>) {
    if salaried < SALARY_THRESHOLD {
        out.extend_from_slice(b"nd");
        return;
    }
    let later = u32::try_from(horizon).expect("five horizons");
    number((paid + 40 * later) / 10 * 10, out);
}
