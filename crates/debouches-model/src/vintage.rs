//! Vintages (millésimes): one or two school years, in the spellings of the producers.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a column spells its vintages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VintageStyle {
    /// `cumul 2021-2022`: two cohorts cumulated (InserJeunes open data).
    Cumul,
    /// `2021_2022`: two cohorts cumulated (InserJeunes API, région and UAI).
    Pair,
    /// `2024` or `2022,2023`: one promotion, or two cumulated (InserSup).
    Promo,
    /// `2026-11-25`: a day, read as its year.
    Day,
}

/// The first and last cohort that a figure speaks of, by the year of the end of the training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vintage {
    /// Year of the first cohort.
    pub first: u16,
    /// Year of the last cohort; equal to the first when there is one only.
    pub last: u16,
}

impl Vintage {
    /// Reads a vintage in the given spelling; the smaller year comes first.
    #[must_use]
    pub fn parse(text: &str, style: VintageStyle) -> Option<Self> {
        let (body, separator) = match style {
            VintageStyle::Cumul => (text.strip_prefix("cumul ")?, '-'),
            VintageStyle::Pair => (text, '_'),
            VintageStyle::Promo => (text, ','),
            VintageStyle::Day => (text.get(..4)?, ','),
        };
        let year = |text: &str| text.trim().parse::<u16>().ok().filter(|year| (1900..2200).contains(year));
        match body.split_once(separator) {
            Some((a, b)) => {
                let (a, b) = (year(a)?, year(b)?);
                Some(Self { first: a.min(b), last: a.max(b) })
            }
            None if matches!(style, VintageStyle::Promo | VintageStyle::Day) => {
                year(body).map(|year| Self { first: year, last: year })
            }
            None => None,
        }
    }
}

impl fmt::Display for Vintage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.last) } else { write!(f, "{}_{}", self.first, self.last) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_spellings_name_the_same_cohorts() {
        let both = Some(Vintage { first: 2021, last: 2022 });
        assert_eq!(Vintage::parse("cumul 2021-2022", VintageStyle::Cumul), both);
        assert_eq!(Vintage::parse("2022_2021", VintageStyle::Pair), both);
        assert_eq!(Vintage::parse("2021,2022", VintageStyle::Promo), both);
        assert_eq!(Vintage::parse("2024", VintageStyle::Promo), Some(Vintage { first: 2024, last: 2024 }));
        assert_eq!(Vintage::parse("2021", VintageStyle::Cumul), None);
    }
}
