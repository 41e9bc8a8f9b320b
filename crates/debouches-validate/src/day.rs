//! Columns of days: any form of producers in, ISO out.

use debouches_model::{DayOrder, parse_day, parse_day_in};

/// How the days of a column are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Days {
    /// Some cell is a day only when the month comes first, and none only when the day does.
    month_first: bool,
}

impl Days {
    /// Learns from the distinct values of the column.
    pub(crate) fn of<'v>(values: impl Iterator<Item = &'v String>) -> Self {
        let (mut day_first, mut month_first) = (false, false);
        for value in values {
            let french = parse_day(value).is_some();
            let other = parse_day_in(value, DayOrder::MonthFirst).is_some();
            day_first |= french && !other;
            month_first |= other && !french;
        }
        Self {
            month_first: month_first && !day_first,
        }
    }

    /// The day in ISO. In a column where months come first, a text that is a day both ways says nothing certain.
    pub(crate) fn read(self, text: &str) -> Option<String> {
        let day = parse_day(text)?;
        let other = parse_day_in(text, DayOrder::MonthFirst);
        let is_certain = !self.month_first || other.is_none_or(|other| other == day);
        is_certain.then(|| day.format("%Y-%m-%d").to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_with_months_first_is_not_read_by_chance() {
        let values = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
        };
        let american = values(&["08/31/2025", "05/08/2025", "05/05/2025"]);
        let days = Days::of(american.iter());
        let read: Vec<_> = american.iter().map(|text| days.read(text)).collect();
        assert_eq!(read, [None, None, Some("2025-05-05".to_owned())]);
        let french = values(&["31/08/2025", "05/08/2025"]);
        assert_eq!(
            Days::of(french.iter()).read("05/08/2025").as_deref(),
            Some("2025-08-05")
        );
    }
}
