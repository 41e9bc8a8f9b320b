//! One row of 101 cells, written without allocation.

use super::catalogue::{Diploma, Establishment};
use super::cells::{Block, number, rate, salary};
use super::figures::{Figures, HORIZONS, Profile};
use super::population::Population;
use crate::random::Random;

/// Fewest leavers for a published rate.
const THRESHOLD: u32 = 20;
/// Last promotion whose five horizons were observed in release `2026_S1`; the next one has three.
const FULLY_OBSERVED: u32 = 2023;

/// What every row of a diploma in an establishment repeats, ready to be written.
#[derive(Debug)]
pub(crate) struct Offer {
    head: String,
    tail: String,
}

impl Offer {
    pub(crate) fn new(establishment: &Establishment, diploma: &Diploma) -> Self {
        let Establishment {
            uai,
            paysage,
            paysage_now,
            name,
            name_now,
            place,
        } = establishment;
        let [kind, kind_name] = diploma.kind;
        let sector = |of: fn(&super::Sector) -> [&'static str; 2]| {
            diploma.sector.as_ref().map_or(["", ""], of)
        };
        let ([dom, dom_name], [dis, dis_name]) = (sector(|s| s.domain), sector(|s| s.discipline));
        let [sec, sec_name] = sector(|s| s.sector);
        let (sise, label) = (&diploma.sise, quoted(&diploma.label));
        let (aca, reg) = (place.academie, place.region);
        let fresq = if kind == "but" || sector(|s| s.domain)[0].is_empty() {
            ";;".to_owned()
        } else {
            format!("{uai};{sise}E;Yes")
        };
        let (reg_name, aca_name) = (place.region_name, place.academie_name);
        let official = name.to_uppercase();
        Self {
            head: format!(
                "2026_S1;{reg_name};{aca_name};{name};{kind_name};{dom_name};{dis_name};{sec_name};{label};insersup;"
            ),
            tail: format!(
                "R{reg};A{aca};{paysage};{paysage_now};{name_now};{uai};{official};{kind};{dom};{dis};{sec};{sise};;{fresq}\r\n"
            ),
        }
    }

    /// The rows about every university (`UNIV`) or every establishment (`all`): no territory, no sector.
    pub(crate) fn aggregate(scope: &str, kind: [&str; 2], label: &str) -> Self {
        let [kind, kind_name] = kind;
        Self {
            head: format!("2026_S1;;;National;{kind_name};;;;{label};insersup;"),
            tail: format!(";;;;National;{scope};National;{kind};;;;all;;;;\r\n"),
        }
    }
}

fn quoted(text: &str) -> String {
    if text.contains([';', '"']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// The promotions that a row speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cohorts {
    One,
    /// Two promotions, because one alone has fewer than 20 leavers.
    Two,
    /// One of fewer than 20, which cannot be cumulated.
    TooFew,
}

impl Cohorts {
    fn draw(leavers: u32, random: &mut Random) -> Self {
        let drawn = random.between(0, 9);
        match leavers {
            ..THRESHOLD if drawn < 4 => Self::TooFew,
            ..THRESHOLD => Self::Two,
            // Two promotions, one of them under the threshold, are never many.
            ..60 if drawn < 3 => Self::Two,
            _ => Self::One,
        }
    }

    /// What a row shows of a promotion, and the figures that it then has.
    fn of(before: Figures, figures: Figures) -> (Self, Figures) {
        let both = before.plus(&figures);
        if figures.leavers >= THRESHOLD {
            (Self::One, figures)
        } else if both.leavers >= THRESHOLD {
            (Self::Two, both)
        } else {
            (Self::TooFew, figures)
        }
    }

    fn flag(self) -> [&'static str; 2] {
        match self {
            Self::One => ["", ""],
            Self::Two => ["*", "Moins de 20 sortants donc cumul de 2 promotions"],
            Self::TooFew => [
                "**",
                "Moins de 20 sortants mais cumul de 2 promotions impossible",
            ],
        }
    }
}

/// A row.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    pub(crate) offer: &'a Offer,
    pub(crate) population: &'a Population,
    pub(crate) year: u32,
    pub(crate) figures: Figures,
    /// Of the promotion before: a row under the threshold sums both, as the producer does, so that margins agree. Without them, rows
    /// that sum two promotions are drawn, and contradict the others.
    pub(crate) before: Option<Figures>,
    pub(crate) profile: &'a Profile,
}

impl Record<'_> {
    /// Appends the row and tells how its promotions were chosen.
    pub(crate) fn write(&self, random: &mut Random, out: &mut Vec<u8>) -> Cohorts {
        let (cohorts, figures) = match self.before {
            Some(before) => Cohorts::of(before, self.figures),
            None => (Cohorts::draw(self.figures.leavers, random), self.figures),
        };
        let observed = if self.year <= FULLY_OBSERVED {
            HORIZONS
        } else {
            3
        };
        let shown = figures.leavers >= THRESHOLD;
        out.extend_from_slice(self.offer.head.as_bytes());
        out.extend_from_slice(self.population.columns.as_bytes());
        if cohorts == Cohorts::Two {
            number(self.year - 1, out);
            out.push(b',');
        }
        number(self.year, out);
        out.push(b';');
        let mut block = Block {
            observed,
            shown,
            out,
        };
        block.always(|_, out| number(figures.leavers, out));
        block.measure(0, |_, out| number(figures.continuing, out));
        for text in cohorts.flag() {
            block.always(|_, out| out.extend_from_slice(text.as_bytes()));
        }
        // The producer has no column for this count at six months.
        block.measure(1, |h, out| number(figures.salaried[h], out));
        block.measure(0, |h, out| rate(figures.salaried[h], figures.leavers, out));
        block.measure(0, |h, out| number(figures.self_employed[h], out));
        block.measure(0, |h, out| {
            rate(figures.self_employed[h], figures.leavers, out)
        });
        block.measure(0, |h, out| number(figures.stable[h], out));
        block.measure(0, |h, out| {
            rate(figures.stable[h], figures.salaried[h], out)
        });
        let paid = 10 * random.between(0, 12) + self.profile.salary;
        for quartile in [87, 100, 116] {
            block.measure(0, |h, out| {
                salary(figures.salaried[h], paid * quartile / 100, h, out)
            });
        }
        // Six columns that the producer plans and leaves empty.
        out.extend_from_slice(b";;;;;;");
        out.extend_from_slice(self.offer.tail.as_bytes());
        cohorts
    }
}
