//! Vintages (millésimes): one or two school years, in the spellings of the producers.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What stands for a year in a pattern.
const YEAR: &str = "{year}";
/// What stands for any text, at the end of a pattern.
const ANYTHING: &str = "*";

/// How a column spells its vintages: patterns, tried in order.
///
/// `{year}` stands for a year, once or twice; `*` at the end for any text. `cumul {year}-{year}` reads `cumul 2021-2022`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
#[schemars(with = "Vec<String>")]
pub struct VintageStyle(Vec<Pattern>);

/// One spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    before: String,
    /// What stands between two years; none for a single year.
    between: Option<String>,
    after: String,
    /// True when any text may follow.
    is_open: bool,
}

/// A pattern that reads no vintage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a spelling of vintages: `{{year}}` once or twice is expected, for instance `cumul {{year}}-{{year}}`"
)]
pub struct InvalidStyle(String);

impl TryFrom<Vec<String>> for VintageStyle {
    type Error = InvalidStyle;

    fn try_from(patterns: Vec<String>) -> Result<Self, InvalidStyle> {
        if patterns.is_empty() {
            return Err(InvalidStyle(String::new()));
        }
        patterns
            .iter()
            .map(|text| Pattern::parse(text).ok_or_else(|| InvalidStyle(text.clone())))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl From<VintageStyle> for Vec<String> {
    fn from(style: VintageStyle) -> Self {
        style.0.iter().map(Pattern::to_string).collect()
    }
}

impl VintageStyle {
    /// A vintage spelled in each way, for messages: `2022,2023 | 2022`.
    #[must_use]
    pub fn example(&self) -> String {
        let examples = self.0.iter().map(|pattern| {
            let text = pattern.to_string().replacen(YEAR, "2022", 1);
            let text = text.replacen(YEAR, "2023", 1);
            match text.strip_suffix(ANYTHING) {
                Some(start) => format!("{start}…"),
                None => text,
            }
        });
        examples.collect::<Vec<_>>().join(" | ")
    }

    /// Whether a vintage may be two cohorts.
    #[must_use]
    pub fn has_pairs(&self) -> bool {
        self.0.iter().any(|pattern| pattern.between.is_some())
    }
}

impl VintageStyle {
    /// The vintage of a text and its right spelling, when the text is a known one but for case, blanks or separators.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<(Vintage, String)> {
        let exact = self.0.iter().find_map(|pattern| {
            let (a, b) = pattern.years(text)?;
            let vintage = pattern.vintage(a, b)?;
            Some((vintage, pattern.spelled(vintage, text)))
        });
        exact.or_else(|| self.0.iter().find_map(|pattern| pattern.nearly(text)))
    }
}

impl Pattern {
    /// The vintage of two years: nobody cumulates years that do not follow each other, but in a list.
    fn vintage(&self, a: u16, b: u16) -> Option<Vintage> {
        let vintage = Vintage {
            first: a.min(b),
            last: a.max(b),
        };
        let span = vintage.last - vintage.first;
        let is_right = match self.between.as_deref() {
            None => true,
            Some(",") => (1..=5).contains(&span),
            Some(_) => span == 1,
        };
        is_right.then_some(vintage)
    }

    /// A vintage as the pattern spells it; a text of which the end is not read stays as it is.
    fn spelled(&self, vintage: Vintage, text: &str) -> String {
        if self.is_open {
            return text.to_owned();
        }
        let Self { before, after, .. } = self;
        match &self.between {
            Some(between) => format!("{before}{}{between}{}{after}", vintage.first, vintage.last),
            None => format!("{before}{}{after}", vintage.last),
        }
    }

    /// The vintage of a text that has the words and the years of the pattern: `Cumul 2021/2022`, `2021-22`.
    fn nearly(&self, text: &str) -> Option<(Vintage, String)> {
        if self.is_open {
            return None;
        }
        let letters = |text: &str| -> String {
            let words = text.chars().filter(|c| c.is_alphabetic());
            words.flat_map(char::to_lowercase).collect()
        };
        let words = letters(text);
        if !words.is_empty() && words != letters(&self.before) + &letters(&self.after) {
            return None;
        }
        let digits = text.split(|c: char| !c.is_ascii_digit());
        let numbers: Vec<&str> = digits.filter(|digits| !digits.is_empty()).collect();
        let year = |digits: &str| {
            let year = digits.parse::<u16>().ok()?;
            (digits.len() == 4 && (1900..2200).contains(&year)).then_some(year)
        };
        let vintage = match (numbers.as_slice(), &self.between) {
            ([only], None) => self.vintage(year(only)?, year(only)?),
            ([first, last], Some(_)) if last.len() == 2 => {
                let first = year(first)?;
                self.vintage(first, first / 100 * 100 + last.parse::<u16>().ok()?)
            }
            ([first, last], Some(_)) => self.vintage(year(first)?, year(last)?),
            _ => None,
        }?;
        Some((vintage, self.spelled(vintage, text)))
    }

    fn parse(text: &str) -> Option<Self> {
        let (text, is_open) = match text.strip_suffix(ANYTHING) {
            Some(text) => (text, true),
            None => (text, false),
        };
        let parts: Vec<&str> = text.split(YEAR).collect();
        let (before, between, after) = match parts.as_slice() {
            [before, after] => (*before, None, *after),
            // Nothing between two years could not be told from one number.
            [before, between, after] if !between.is_empty() => (*before, Some(*between), *after),
            _ => return None,
        };
        Some(Self {
            before: before.to_owned(),
            between: between.map(str::to_owned),
            after: after.to_owned(),
            is_open,
        })
    }

    /// The years that a text names, when it is spelled so.
    fn years(&self, text: &str) -> Option<(u16, u16)> {
        let rest = text.strip_prefix(self.before.as_str())?;
        let rest = if self.is_open {
            // A year has four characters; what follows it is not read.
            let end = match &self.between {
                Some(between) => 8 + between.len(),
                None => 4,
            };
            rest.get(..end)?
        } else {
            rest.strip_suffix(self.after.as_str())?
        };
        let year = |text: &str| {
            text.trim()
                .parse::<u16>()
                .ok()
                .filter(|year| (1900..2200).contains(year))
        };
        match &self.between {
            Some(between) => {
                let (a, b) = rest.split_once(between.as_str())?;
                Some((year(a)?, year(b)?))
            }
            None => year(rest).map(|year| (year, year)),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{YEAR}", self.before)?;
        if let Some(between) = &self.between {
            write!(f, "{between}{YEAR}")?;
        }
        f.write_str(&self.after)?;
        if self.is_open {
            f.write_str(ANYTHING)?;
        }
        Ok(())
    }
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
    /// Reads a vintage in one of the given spellings; the smaller year comes first.
    #[must_use]
    pub fn parse(text: &str, style: &VintageStyle) -> Option<Self> {
        style.0.iter().find_map(|pattern| {
            let (a, b) = pattern.years(text)?;
            pattern.vintage(a, b)
        })
    }
}

impl Vintage {
    /// The vintage that answers when this one is asked for: a single year wins over the cumul that ends with it, and either
    /// answers for the other. No other vintage does: 2019 does not answer for `2019_2020`.
    #[must_use]
    pub fn answered_by(self, available: &[Self]) -> Option<Self> {
        let ends_alike = |other: &&Self| other.last == self.last;
        let single = available
            .iter()
            .find(|other| ends_alike(other) && other.first == other.last);
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

    /// Reads what is displayed, a year or two in a row, in either order and as producers write them: `2020-2019`,
    /// `cumul 2019-2020`.
    fn from_str(text: &str) -> Result<Self, InvalidVintage> {
        let pattern = |text| Pattern::parse(text).expect("a pattern of years");
        let style = VintageStyle(vec![
            pattern("{year}_{year}"),
            pattern("{year}"),
            pattern("cumul {year}-{year}"),
        ]);
        style
            .read(text)
            .map(|(vintage, _)| vintage)
            .filter(|vintage| vintage.last - vintage.first <= 1)
            .ok_or(InvalidVintage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vintage_is_read_in_near_spellings_and_written_in_the_right_one() {
        let style = |patterns: &[&str]| {
            let patterns: Vec<String> = patterns.iter().map(|text| (*text).to_owned()).collect();
            VintageStyle::try_from(patterns).unwrap()
        };
        let cumul = style(&["cumul {year}-{year}"]);
        let spelled = |text: &str| cumul.read(text).map(|(_, spelled)| spelled);
        for text in [
            "cumul 2022-2023",
            "Cumul 2022 - 2023",
            "cumul 2022/2023",
            "2022-2023",
            "CUMUL 2022-23",
            "cumul\u{a0}2022–2023",
        ] {
            assert_eq!(spelled(text).as_deref(), Some("cumul 2022-2023"), "{text}");
        }
        for text in [
            "cumul 2022-2032",
            "cumul 2022-2022",
            "cumul",
            "total",
            "2022",
            "cumul 2022-2023-2024",
        ] {
            assert_eq!(spelled(text), None, "{text}");
        }
        let promo = style(&["{year},{year}", "{year}"]);
        let promo = |text: &str| promo.read(text).map(|(_, spelled)| spelled);
        assert_eq!(promo("2022,2023").as_deref(), Some("2022,2023"));
        assert_eq!(promo("2023").as_deref(), Some("2023"));
        assert_eq!(promo("2022, 2023").as_deref(), Some("2022,2023"));
    }

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
        for spelled in [
            "2019_2018",
            "2018-2019",
            "2019-2018",
            "2018,2019",
            "cumul 2018-2019",
        ] {
            assert_eq!(vintage(spelled), vintage("2018_2019"), "{spelled}");
        }
        for text in ["", "19", "2019-09-01", "2018_2021", "é019"] {
            assert!(text.parse::<Vintage>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_three_spellings_name_the_same_cohorts() {
        let style = |patterns: &[&str]| {
            let patterns: Vec<String> = patterns.iter().map(|text| (*text).to_owned()).collect();
            VintageStyle::try_from(patterns).unwrap()
        };
        let (cumul, pair) = (style(&["cumul {year}-{year}"]), style(&["{year}_{year}"]));
        let (promo, day) = (style(&["{year},{year}", "{year}"]), style(&["{year}-*"]));
        let both = Some(Vintage {
            first: 2021,
            last: 2022,
        });
        assert_eq!(Vintage::parse("cumul 2021-2022", &cumul), both);
        assert_eq!(Vintage::parse("2022_2021", &pair), both);
        assert_eq!(Vintage::parse("2021,2022", &promo), both);
        let one = Some(Vintage {
            first: 2024,
            last: 2024,
        });
        assert_eq!(Vintage::parse("2024", &promo), one);
        assert_eq!(Vintage::parse("2024-11-25", &day), one);
        assert_eq!(Vintage::parse("2021", &cumul), None);
        assert_eq!(promo.example(), "2022,2023 | 2022");
        assert_eq!(day.example(), "2022-…");
        for wrong in ["", "year", "{year}{year}", "{year}-{year}-{year}"] {
            assert!(VintageStyle::try_from(vec![wrong.to_owned()]).is_err());
        }
    }
}
