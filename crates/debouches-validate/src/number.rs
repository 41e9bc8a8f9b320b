//! Reads the numbers of producers: `30`, `30.0`, `86.67`, the decimal comma, thousands set apart, a unit behind.
//!
//! `28.000` is twenty-eight for some and twenty-eight thousand for others. What the column holds beside it, or its bounds,
//! decide; when they do not, the number is ambiguous and nobody guesses.

use debouches_model::spec::ColumnSpec;

/// What a text says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    Value(f64),
    /// Two readings are possible.
    Ambiguous(f64, f64),
    None,
}

/// How the numbers of a column are read.
#[derive(Debug, Clone)]
pub(crate) struct Numbers<'a> {
    unit: Option<&'a str>,
    bounds: (Option<f64>, Option<f64>),
    /// For the point and for the comma: it sets decimals apart in another cell of the column.
    decimal: [bool; 2],
    /// The same for thousands.
    thousands: [bool; 2],
}

const MARKS: [char; 2] = ['.', ','];

impl<'a> Numbers<'a> {
    /// Learns from the distinct values of the column.
    pub(crate) fn of<'v>(column: &'a ColumnSpec, values: impl Iterator<Item = &'v String>) -> Self {
        let mut numbers = Self {
            unit: column.unit.as_deref(),
            bounds: (column.min, column.max),
            decimal: [false; 2],
            thousands: [false; 2],
        };
        numbers.learn(values);
        numbers
    }

    fn learn<'v>(&mut self, values: impl Iterator<Item = &'v String>) {
        for value in values {
            let Some(text) = self.bare(value) else {
                continue;
            };
            let counts = MARKS.map(|mark| text.matches(mark).count());
            for (index, mark) in MARKS.into_iter().enumerate() {
                let after = text.rsplit(mark).next().unwrap_or_default();
                let alone = counts == [usize::from(index == 0), usize::from(index == 1)];
                if alone && is_digits(after) && after.len() != 3 {
                    self.decimal[index] = true;
                }
                if counts[index] > 1 && text.split(mark).skip(1).all(|group| group.len() == 3) {
                    self.thousands[index] = true;
                }
            }
        }
    }

    /// The number of a text.
    pub(crate) fn read(&self, text: &str) -> Number {
        let Some(text) = self.bare(text) else {
            return Number::None;
        };
        let text = text.as_str();
        let [points, commas] = MARKS.map(|mark| text.matches(mark).count());
        match (points, commas) {
            (0, 0) => plain(text, ""),
            (1, 1) => {
                let (point, comma) = (text.find('.'), text.find(','));
                let (group, decimal) = if point < comma {
                    ('.', ',')
                } else {
                    (',', '.')
                };
                let (integral, fraction) = text.split_once(decimal).unwrap_or((text, ""));
                grouped(integral, group).map_or(Number::None, |integral| plain(&integral, fraction))
            }
            (1, 0) => self.one_mark(text, 0),
            (0, 1) => self.one_mark(text, 1),
            (_, 0) => grouped(text, '.').map_or(Number::None, |integral| plain(&integral, "")),
            (0, _) => grouped(text, ',').map_or(Number::None, |integral| plain(&integral, "")),
            (_, 1) => Self::mixed(text, '.', ','),
            (1, _) => Self::mixed(text, ',', '.'),
            _ => Number::None,
        }
    }

    fn mixed(text: &str, group: char, decimal: char) -> Number {
        let (integral, fraction) = text.split_once(decimal).unwrap_or((text, ""));
        grouped(integral, group).map_or(Number::None, |integral| plain(&integral, fraction))
    }

    /// A text with one point or one comma.
    fn one_mark(&self, text: &str, mark: usize) -> Number {
        let (integral, fraction) = text.split_once(MARKS[mark]).unwrap_or((text, ""));
        if fraction.is_empty() {
            return Number::None;
        }
        let as_decimal = plain(integral, fraction);
        let digits = integral.trim_start_matches(['-', '+']);
        let may_group =
            fraction.len() == 3 && (1..=3).contains(&digits.len()) && !digits.starts_with('0');
        if !may_group {
            return as_decimal;
        }
        let as_thousands = plain(&format!("{integral}{fraction}"), "");
        let (Number::Value(small), Number::Value(large)) = (as_decimal, as_thousands) else {
            return Number::None;
        };
        let other = 1 - mark;
        let for_decimal = self.decimal[mark] || self.thousands[other];
        let for_thousands = self.thousands[mark] || self.decimal[other];
        match (for_decimal, for_thousands) {
            (true, false) => as_decimal,
            (false, true) => as_thousands,
            _ => match (self.allows(small), self.allows(large)) {
                (true, false) => as_decimal,
                (false, true) => as_thousands,
                _ => Number::Ambiguous(small, large),
            },
        }
    }

    fn allows(&self, value: f64) -> bool {
        let (min, max) = self.bounds;
        min.is_none_or(|min| value >= min) && max.is_none_or(|max| value <= max)
    }

    /// The text without its unit and without the blanks and apostrophes that set thousands apart.
    fn bare(&self, text: &str) -> Option<String> {
        let text = text.trim();
        let text = match self.unit {
            Some(unit) if unit.starts_with(['€', '%']) => {
                text.strip_suffix(['€', '%']).map_or(text, str::trim_end)
            }
            _ => text,
        };
        // A no-break space of UTF-8 that was read as Latin-1 on its way: `1Â 710`.
        let text = text.replace("Â\u{a0}", "\u{a0}").replace('\u{2212}', "-");
        if !text.contains(is_group_mark) {
            return Some(text);
        }
        let end = text.find(MARKS).unwrap_or(text.len());
        let (integral, rest) = text.split_at(end);
        let mut groups = integral.split(is_group_mark);
        let first = groups
            .next()
            .unwrap_or_default()
            .trim_start_matches(['-', '+']);
        let is_grouped = (1..=3).contains(&first.len())
            && groups.all(|group| group.len() == 3 && is_digits(group));
        let is_plain = !rest.contains(is_group_mark);
        (is_grouped && is_plain).then(|| integral.replace(is_group_mark, "") + rest)
    }
}

/// Spaces of any width, and the apostrophes of Switzerland.
fn is_group_mark(c: char) -> bool {
    matches!(
        c,
        ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{2007}' | '\'' | '’'
    )
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Groups of three behind a first one, put together.
fn grouped(text: &str, mark: char) -> Option<String> {
    let mut groups = text.split(mark);
    let first = groups.next()?.trim_start_matches(['-', '+']);
    let right =
        (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3 && is_digits(group));
    right.then(|| text.replace(mark, ""))
}

/// Digits with an optional sign, and decimals: no space, no exponent, no `inf`.
fn plain(integral: &str, fraction: &str) -> Number {
    let digits = integral.strip_prefix(['-', '+']).unwrap_or(integral);
    if !is_digits(digits) || digits.len() > 15 || !(fraction.is_empty() || is_digits(fraction)) {
        return Number::None;
    }
    match format!("{integral}.{fraction}0").parse() {
        Ok(value) => Number::Value(value),
        Err(_) => Number::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(beside: &[&str], bounds: (Option<f64>, Option<f64>)) -> Numbers<'static> {
        let beside: Vec<String> = beside.iter().map(|text| (*text).to_owned()).collect();
        let mut numbers = Numbers {
            unit: Some("€"),
            bounds,
            decimal: [false; 2],
            thousands: [false; 2],
        };
        numbers.learn(beside.iter());
        numbers
    }

    #[test]
    fn the_forms_of_producers_are_read_and_nothing_else() {
        let any = numbers(&[], (None, None));
        let read = |text: &str| match any.read(text) {
            Number::Value(value) => Some(value),
            Number::Ambiguous(..) | Number::None => None,
        };
        for (text, value) in [
            ("30", 30.0),
            ("30.0", 30.0),
            ("-4.0", -4.0),
            ("54,6", 54.6),
            ("86.67", 86.67),
            ("1\u{a0}710", 1710.0),
            ("1Â\u{a0}710", 1710.0),
            ("1 710,5", 1710.5),
            ("28'000", 28000.0),
            ("28\u{2009}000", 28000.0),
            ("28000 €", 28000.0),
            ("1,234,567.8", 1_234_567.8),
            ("1.234.567", 1_234_567.0),
            ("0.125", 0.125),
        ] {
            assert_eq!(read(text), Some(value), "{text}");
        }
        for text in [
            "",
            "12x",
            "1e3",
            "inf",
            "1.",
            "NaN",
            "17\u{a0}10",
            "1,23,4",
            "28,000",
            "2.000",
            "1 2",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(any.read("28,000"), Number::Ambiguous(28.0, 28000.0));
    }

    #[test]
    fn the_column_and_its_bounds_settle_what_is_ambiguous() {
        let percent = numbers(&[], (Some(0.0), Some(100.0)));
        assert_eq!(percent.read("45.125"), Number::Value(45.125));
        let decimals = numbers(&["3.5"], (None, None));
        assert_eq!(decimals.read("28.000"), Number::Value(28.0));
        assert_eq!(decimals.read("28,000"), Number::Value(28000.0));
        let thousands = numbers(&["1,234,567"], (None, None));
        assert_eq!(thousands.read("28,000"), Number::Value(28000.0));
    }
}
