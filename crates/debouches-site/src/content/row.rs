//! A row of a released table, and what is quoted from it.

use debouches_model::{ValueStatus, Version};

use super::concept::{Concept, Role, Voie};
use super::measure::{Family, Measure};
use super::table::ReleasedTable;

/// What is shown of a figure: its value as it was released, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// The value, as the release writes it.
    Value(&'a str),
    /// Why there is none.
    Reason(ValueStatus),
}

impl<'a> Cell<'a> {
    /// The value, when there is one.
    #[must_use]
    pub fn value(self) -> Option<&'a str> {
        match self {
            Self::Value(value) => Some(value),
            Self::Reason(_) => None,
        }
    }

    /// The value as a number, for drawing and comparing.
    pub(crate) fn number(self) -> Option<f64> {
        self.value()?.parse().ok()
    }
}

/// A figure of a row.
#[derive(Debug, Clone, Copy)]
pub struct Quotation<'a> {
    /// The row it stands in.
    pub row: Row<'a>,
    /// Its column.
    pub measure: &'a Measure,
    /// What is shown of it.
    pub cell: Cell<'a>,
}

/// The years at the end of which those counted were in their last year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Years {
    /// The last one: the newest vintage has the largest.
    pub last: u16,
    /// The first one.
    pub first: u16,
}

impl Years {
    /// Who is counted, in words.
    pub(crate) fn leavers(self) -> String {
        if self.first == self.last {
            format!("sortants de {}", self.last)
        } else {
            format!("sortants de {} et {}", self.first, self.last)
        }
    }

    /// In short.
    pub(crate) fn short(self) -> String {
        if self.first == self.last {
            self.last.to_string()
        } else {
            format!("{}-{}", self.first, self.last)
        }
    }
}

/// A row of a table.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    pub(crate) table: &'a ReleasedTable,
    pub(crate) row: usize,
}

impl<'a> Row<'a> {
    pub(crate) fn text(self, concept: Concept) -> &'a str {
        self.table.text(self.row, concept)
    }

    /// The release since which it reads as it does: the one to quote.
    pub(crate) fn version(self) -> Version {
        self.table.since(self.row)
    }

    /// The cohorts of which it speaks.
    #[must_use]
    pub fn years(self) -> Option<Years> {
        let year = |concept| self.text(concept).parse().ok();
        Some(Years {
            first: year(Concept::FirstYear)?,
            last: year(Concept::LastYear)?,
        })
    }

    /// The path of which it speaks.
    #[must_use]
    pub fn voie(self) -> Option<Voie> {
        match self.table.role {
            Role::Figures(Some(voie)) | Role::Totals(Some(voie)) | Role::National(Some(voie)) => {
                Some(voie)
            }
            _ => Voie::parse(self.text(Concept::Voie)),
        }
    }

    /// Its figures, in the order of the table.
    pub(crate) fn figures(self) -> impl Iterator<Item = Quotation<'a>> {
        (0..self.table.measures.len()).map(move |measure| self.figure(measure))
    }

    fn figure(self, measure: usize) -> Quotation<'a> {
        let (value, status) = self.table.cells[measure];
        let text = self.table.column_text(self.row, value);
        let status = status.map_or(
            if text.is_empty() {
                ValueStatus::Absent
            } else {
                ValueStatus::Measured
            },
            |status| parse_status(self.table.column_text(self.row, status)),
        );
        let cell = match status {
            ValueStatus::Measured if !text.is_empty() => Cell::Value(text),
            // A value beside another status is not ours to show.
            ValueStatus::Measured => Cell::Reason(ValueStatus::Absent),
            status => Cell::Reason(status),
        };
        Quotation {
            row: self,
            measure: &self.table.measures[measure],
            cell,
        }
    }

    /// The figure of that family; that horizon when one is asked for.
    pub(crate) fn find(self, family: Family, horizon: Option<u8>) -> Option<Quotation<'a>> {
        let measure = self.table.measures.iter().position(|measure| {
            measure.family == family && (horizon.is_none() || measure.horizon == horizon)
        })?;
        Some(self.figure(measure))
    }

    /// The figure of that column.
    pub(crate) fn column(self, name: &str) -> Option<Quotation<'a>> {
        let measure = self
            .table
            .measures
            .iter()
            .position(|measure| measure.column == name)?;
        Some(self.figure(measure))
    }

    /// The share of the last year still studying: the long series when it has a value.
    pub(crate) fn studying(self) -> Option<Quotation<'a>> {
        let long = self.find(Family::RateStudying, None);
        long.filter(|share| share.cell.value().is_some())
            .or_else(|| self.find(Family::ShareStudying, None))
            .or(long)
    }

    /// The text of a column that is computed on a measure; none when it is empty or not there.
    pub(crate) fn computed(self, measure: &Measure, end: &str) -> Option<(String, &'a str)> {
        let column = format!("{}_{end}", measure.column);
        let text = self.table.named(self.row, &column);
        (!text.is_empty()).then_some((column, text))
    }

    /// The three shares of the last year that make 100, at the nearest horizon where the table has them.
    pub(crate) fn shares(self) -> Option<[Quotation<'a>; 3]> {
        let at = |horizon| {
            Some([
                self.find(Family::ShareStudying, Some(horizon))?,
                self.find(Family::ShareEmployed, Some(horizon))?,
                self.find(Family::ShareOther, Some(horizon))?,
            ])
        };
        [6, 12, 18, 24, 30].into_iter().find_map(at)
    }

    /// The rates of leavers in salaried employment, by horizon.
    pub(crate) fn rates(self) -> Vec<Quotation<'a>> {
        let mut rates: Vec<_> = self
            .figures()
            .filter(|figure| figure.measure.family == Family::RateEmployed)
            .collect();
        rates.sort_by_key(|figure| figure.measure.horizon);
        rates
    }

    /// True when one of its figures at least has a value.
    pub(crate) fn has_value(self) -> bool {
        self.figures().any(|figure| {
            figure.cell.value().is_some()
                && !matches!(
                    figure.measure.family,
                    Family::BaseLastYear | Family::BaseLeavers | Family::Count
                )
        })
    }

    /// True when one of its figures at least is hidden.
    pub(crate) fn has_hidden(self) -> bool {
        self.figures()
            .any(|figure| figure.cell == Cell::Reason(ValueStatus::Suppressed))
    }

    /// Where it stands: the table and its key, as pages and pictures carry it.
    #[must_use]
    pub fn reference(self) -> String {
        let mut out = self.table.name.clone();
        for value in self.table.key_of(self.row) {
            out.push('|');
            out.push_str(value);
        }
        out
    }
}

/// The status of a cell, in the words of any release.
pub(crate) fn parse_status(text: &str) -> ValueStatus {
    match text {
        "measured" | "mesure" => ValueStatus::Measured,
        "suppressed" | "secret" => ValueStatus::Suppressed,
        "not_yet" | "non_echu" => ValueStatus::NotYet,
        "not_produced" | "non_produit" => ValueStatus::NotProduced,
        _ => ValueStatus::Absent,
    }
}
