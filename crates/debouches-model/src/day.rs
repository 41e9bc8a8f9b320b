//! Days as producers write them: one parser for all of them.

use chrono::NaiveDate;

/// The order in which a text of three numbers is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOrder {
    /// Day, month, year: as France writes.
    DayFirst,
    /// Month, day, year: as spreadsheets of other countries write.
    MonthFirst,
}

/// The day of a text: `2025-08-31` or `31/08/2025`, with `/`, `-` or `.`, alone or before an hour. A year has four digits.
#[must_use]
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    parse_day_in(text, DayOrder::DayFirst)
}

/// The day of a text, in that order when the year comes last.
#[must_use]
pub fn parse_day_in(text: &str, order: DayOrder) -> Option<NaiveDate> {
    let [first, second, third] = numbers(text)?;
    let number = |text: &str| text.parse::<u32>().ok();
    let (year, month, day) = if first.len() == 4 {
        (first, second, third)
    } else if third.len() == 4 {
        match order {
            DayOrder::DayFirst => (third, second, first),
            DayOrder::MonthFirst => (third, first, second),
        }
    } else {
        return None;
    };
    NaiveDate::from_ymd_opt(year.parse().ok()?, number(month)?, number(day)?)
}

/// The three numbers of a text, before an hour.
fn numbers(text: &str) -> Option<[&str; 3]> {
    let text = text.trim();
    let (day, hour) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let is_hour = |c: char| c.is_ascii_digit() || matches!(c, ':' | '.' | 'Z' | '+' | '-' | ' ');
    if !hour.chars().all(is_hour) {
        return None;
    }
    let mark = day.chars().find(|c| !c.is_ascii_digit())?;
    if !matches!(mark, '/' | '-' | '.') {
        return None;
    }
    let mut parts = day.split(mark);
    let parts = [
        parts.next()?,
        parts.next()?,
        parts.next().filter(|_| parts.next().is_none())?,
    ];
    let is_number = |part: &&str| {
        (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    parts.iter().all(is_number).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_the_forms_of_producers() {
        let day = NaiveDate::from_ymd_opt(2025, 8, 31);
        for text in [
            "31/08/2025",
            "2025-08-31",
            "31-08-2025",
            "31.08.2025",
            "31/08/2025 00:00:00",
            "2025-08-31T00:00:00+02:00",
            " 31/8/2025 ",
        ] {
            assert_eq!(parse_day(text), day, "{text}");
        }
        assert_eq!(parse_day_in("08/31/2025", DayOrder::MonthFirst), day);
        for text in [
            "31/08/25",
            "08/31/2025",
            "2025",
            "31/08",
            "31 août 2025",
            "31/08/2025/1",
            "",
        ] {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }
}
