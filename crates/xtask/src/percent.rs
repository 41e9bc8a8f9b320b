//! Rates, as producers round them: half to even, in whole numbers only.

/// `n` out of `of` in percent, without decimals.
pub(crate) fn percent(n: u32, of: u32) -> u32 {
    divide(100 * u64::from(n), u64::from(of))
}

/// `n` out of `of` in hundredths of percent.
pub(crate) fn hundredths(n: u32, of: u32) -> u32 {
    divide(10_000 * u64::from(n), u64::from(of))
}

fn divide(n: u64, of: u64) -> u32 {
    let (quotient, twice) = (n / of, 2 * (n % of));
    let up = twice > of || (twice == of && quotient % 2 == 1);
    u32::try_from(quotient + u64::from(up)).expect("a rate of a part is small")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_to_the_even_neighbour() {
        assert_eq!(
            [
                percent(13, 40),
                percent(11, 40),
                percent(2, 3),
                percent(20, 20)
            ],
            [32, 28, 67, 100]
        );
        assert_eq!(hundredths(19, 30), 6333);
    }
}
