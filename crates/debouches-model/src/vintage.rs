//! Vintages (millésimes): one or two school years, in the spellings of the producers.

use std::fmt;
use std::str::FromStr;

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
        let year = |text: &str| {
            text.trim()
                .parse::<u16>()
                .ok()
                .filter(|year| (1900..2200).contains(year))
        };
        match body.split_once(separator) {
            Some((a, b)) => {
                let (a, b) = (year(a)?, year(b)?);
                Some(Self {
                    first: a.min(b),
                    last: a.max(b),
                })
            }
            None if matches!(style, VintageStyle::Promo | VintageStyle::Day) => {
                year(body).map(|year| Self {
                    first: year,
                    last: year,
                })
            }
            None => None,
        }
    }
}

impl Vintage {
    /// The vintage that answers when this one is asked for: a single year wins over the cumul that ends with it, and either
    /// answers for the other. No other vintage does: 2019 does not answer for `2019_2020`.
    #[must_use]
    pub fn answered_by(self, available: &[Self]) -> Option<Self> {
        let ends_alike = |own: &&Self| own.last == self.last;
        let single = available
            .iter()
            .find(|own| ends_alike(own) && own.first == own.last);
        single
            .or_else(|| available.iter().find(ends_alike))
            .copied()
    }
}

impl fmt::Display for Vintage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.last)
        } else {
            write!(f, "{}_{}", self.first, self.last)
        }
    }
}

/// A text that is no vintage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("neither a year (2019) nor a year and the one after it (2018_2019)")]
pub struct InvalidVintage;

impl FromStr for Vintage {
    type Err = InvalidVintage;

    /// Reads what is displayed: a year, or two in a row, in either order.
    fn from_str(text: &str) -> Result<Self, InvalidVintage> {
        let style = if text.contains('_') {
            VintageStyle::Pair
        } else {
            VintageStyle::Day
        };
        let is_whole = style == VintageStyle::Pair || text.len() == 4;
        Self::parse(text, style)
            .filter(|own| is_whole && own.last - own.first <= 1)
            .ok_or(InvalidVintage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vintage(text: &str) -> Vintage {
        text.parse().unwrap()
    }

    fn answer(available: &[&str], asked: &str) -> Option<String> {
        let available: Vec<Vintage> = available.iter().map(|text| vintage(text)).collect();
        vintage(asked)
            .answered_by(&available)
            .map(|vintage| vintage.to_string())
    }

    #[test]
    fn v41_a_single_year_wins_over_the_cumul_that_ends_with_it() {
        assert_eq!(
            answer(&["2018_2019", "2019"], "2019").as_deref(),
            Some("2019")
        );
    }

    #[test]
    fn v42_v43_a_year_and_the_cumul_that_ends_with_it_answer_for_each_other() {
        assert_eq!(
            answer(&["2018", "2018_2019"], "2019").as_deref(),
            Some("2018_2019")
        );
        assert_eq!(answer(&["2019"], "2018_2019").as_deref(), Some("2019"));
    }

    #[test]
    fn v45_v46_no_other_vintage_answers() {
        assert_eq!(answer(&["2019"], "2019_2020"), None);
        assert_eq!(answer(&["2017_2018"], "2019"), None);
    }

    #[test]
    fn a_vintage_is_read_as_it_is_displayed() {
        for text in ["2019", "2018_2019"] {
            assert_eq!(vintage(text).to_string(), text);
        }
        assert_eq!(vintage("2019_2018"), vintage("2018_2019"));
        for text in [
            "",
            "19",
            "2019-09-01",
            "2018-2019",
            "2018_2021",
            "2019,2020",
            "cumul 2018-2019",
            "é019",
        ] {
            assert!(text.parse::<Vintage>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_three_spellings_name_the_same_cohorts() {
        let both = Some(Vintage {
            first: 2021,
            last: 2022,
        });
        assert_eq!(Vintage::parse("cumul 2021-2022", VintageStyle::Cumul), both);
        assert_eq!(Vintage::parse("2022_2021", VintageStyle::Pair), both);
        assert_eq!(Vintage::parse("2021,2022", VintageStyle::Promo), both);
        assert_eq!(
            Vintage::parse("2024", VintageStyle::Promo),
            Some(Vintage {
                first: 2024,
                last: 2024
            })
        );
        assert_eq!(Vintage::parse("2021", VintageStyle::Cumul), None);
    }
}
