//! How sure a rate is, when its base is published.

/// The 95 % interval of a proportion (Wilson, 1927, « Probable inference, the law of succession, and statistical inference »),
/// in hundredths. `base` is the number of people, `rate` is in hundredths.
pub(crate) fn wilson(rate: f64, base: f64) -> (f64, f64) {
    const Z: f64 = 1.959_963_984_540_054;
    let (share, square) = (rate / 100.0, Z * Z);
    let centre = share + square / (2.0 * base);
    let spread = Z * (share * (1.0 - share) / base + square / (4.0 * base * base)).sqrt();
    let scale = 1.0 + square / base;
    let bound = |value: f64| (100.0 * value / scale).clamp(0.0, 100.0);
    (bound(centre - spread), bound(centre + spread))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_that_of_published_examples() {
        // 10 of 20, and 0 of 20 (Newcombe 1998, table I of the method with score intervals: 0 to 0.1611).
        let (low, high) = wilson(50.0, 20.0);
        assert_eq!((low.round(), high.round()), (30.0, 70.0));
        let (low, high) = wilson(0.0, 20.0);
        assert_eq!(low, 0.0);
        assert!((high - 16.11).abs() < 0.01, "{high}");
    }
}
