//! Records in the shape of `fr-esr-insersup`, release `2026_S1`: for the fixtures, and by the million to measure the pipeline.

mod catalogue;
mod cells;
mod figures;
mod population;
mod record;

use std::io::Write;

use anyhow::{Context, Result, ensure};

pub(crate) use catalogue::{
    Diploma, Establishment, SECTORS, Sector, diploma_of_series, establishment,
    establishments_of_series,
};
pub(crate) use figures::{Cells, Profile};
pub(crate) use population::populations;
pub(crate) use record::{Cohorts, Offer, Record};

use crate::random::Random;

/// The 101 technical names, in the order of the portal.
pub(crate) const HEADING: &str = include_str!("../../data/headers/insersup.csv");

const BOM: &[u8] = b"\xef\xbb\xbf";
const ESTABLISHMENTS: u64 = 200;
const DIPLOMAS: u64 = 2000;
const YEARS: [u32; 3] = [2022, 2023, 2024];
/// Written at once.
const CHUNK: usize = 1 << 20;

/// How the rows that sum two promotions stand to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Margins {
    /// They are their sums, as in the files of the producer.
    Agree,
    /// They are drawn: the worst case for whoever adds up.
    Contradict,
}

/// Writes a whole file of `rows` records: same seed, same bytes.
///
/// One diploma of one establishment fills 54 rows: 3 promotions × 18 populations.
pub(crate) fn stream(rows: u64, seed: u64, margins: Margins, out: &mut impl Write) -> Result<()> {
    // The published files hold one regime, `ensemble`: 839,554 rows for 48,230 promotions of a diploma are 18 populations each.
    let mut populations = populations();
    populations.retain(|population| population.columns.ends_with(";ensemble;"));
    let rows_per_offer = (YEARS.len() * populations.len()) as u64;
    let most = ESTABLISHMENTS * DIPLOMAS * rows_per_offer;
    ensure!(
        rows <= most,
        "{rows} rows are asked, at most {most} have distinct keys"
    );
    let establishments = establishments_of_series(ESTABLISHMENTS);
    let mut buffer = Vec::with_capacity(CHUNK + (1 << 16));
    buffer.extend_from_slice(BOM);
    buffer.extend_from_slice(HEADING.trim_end().as_bytes());
    buffer.extend_from_slice(b"\r\n");
    let mut written = 0;
    'offers: for number in 0.. {
        let (place, slot) = (number % ESTABLISHMENTS, number / ESTABLISHMENTS);
        // 61 and 2,000 share no factor: an establishment never offers a diploma twice.
        let diploma = diploma_of_series((place * 37 + slot * 61) % DIPLOMAS);
        let offer = Offer::new(&establishments[usize::try_from(place)?], &diploma);
        let drawn = |year: u32| {
            let mut random = Random::named(seed, &format!("{number} {year}"));
            let profile = Profile::draw(&mut random);
            let cells = Cells::draw(&mut random, &profile);
            (random, profile, cells)
        };
        let (_, _, mut before) = drawn(YEARS[0] - 1);
        for year in YEARS {
            let (mut random, profile, cells) = drawn(year);
            for population in &populations {
                if written == rows {
                    break 'offers;
                }
                Record {
                    offer: &offer,
                    population,
                    year,
                    figures: cells.sum(population),
                    before: (margins == Margins::Agree).then(|| before.sum(population)),
                    profile: &profile,
                }
                .write(&mut random, &mut buffer);
                written += 1;
            }
            before = cells;
        }
        if buffer.len() >= CHUNK {
            out.write_all(&buffer).context("cannot write the records")?;
            buffer.clear();
        }
    }
    out.write_all(&buffer).context("cannot write the records")?;
    out.flush().context("cannot write the records")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn text(rows: u64) -> String {
        let mut out = Vec::new();
        stream(rows, 1, Margins::Agree, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn rows_are_as_many_as_asked_as_wide_as_the_heading_and_distinct() {
        let text = text(1000);
        assert!(text.starts_with('\u{feff}') && text.ends_with("\r\n"));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 1001);
        assert!(lines.iter().all(|line| line.split(';').count() == 101));
        let keys: BTreeSet<_> = lines[1..]
            .iter()
            .map(|line| line.split(';').collect::<Vec<_>>())
            .map(|cells| {
                [
                    cells[10..15].join(";"),
                    cells[90].to_owned(),
                    cells[96].to_owned(),
                ]
            })
            .collect();
        assert_eq!(keys.len(), 1000, "a key is repeated");
    }

    #[test]
    fn rates_are_computed_on_the_counts_of_their_row() {
        for line in text(1000).lines().skip(1) {
            let cells: Vec<&str> = line.split(';').collect();
            let (leavers, salaried, rate) = (cells[16], cells[35], cells[40]);
            let Ok(salaried) = salaried.parse::<f64>() else {
                assert_eq!((salaried, rate), ("nd", "nd"), "{line}");
                continue;
            };
            let exact = 100.0 * salaried / leavers.parse::<f64>().unwrap();
            assert!(
                (exact - rate.parse::<f64>().unwrap()).abs() < 0.00501,
                "{line}"
            );
            assert!(leavers.parse::<u32>().unwrap() >= 20, "{line}");
        }
    }
}
