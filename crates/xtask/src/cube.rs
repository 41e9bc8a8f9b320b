//! A cube of the size of a real year, to measure the disclosure audit: the structure is that of InserJeunes, figures are drawn.
//!
//! 6,000 establishments in 18 régions (5 of them tiny) × 1,500 certifications whose popularity falls as rank^-0.8, as many
//! lines as the school and the apprenticeship routes have in Exposition (23,148 and 25,390); sizes are log-normal.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};

use crate::random::Random;

const ESTABLISHMENTS: u32 = 6_000;
const REGIONS: u32 = 18;
/// Régions with one establishment in a hundred each: the overseas ones.
const TINY: u32 = 5;
const LINES: [(&str, usize); 2] = [("scolaire", 23_148), ("apprentissage", 25_390)];
const CROSSED_SPEC: &str = include_str!("../data/secrecy/crossed.toml");
const API_SPEC: &str = include_str!("../data/secrecy/api.toml");

/// One line: establishment, région, certification, route, final year, how many continue.
type Line = (u32, u32, u32, &'static str, u32, u32);

/// Writes `crossed.csv` (school route, all totals), `api.csv` (both routes) and their policies. Gives the lines of each.
pub(crate) fn write(folder: &Path, certifications: u32, seed: u64) -> Result<[usize; 2]> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot create {}", folder.display()))?;
    let lines = draw(certifications, seed);
    let school: Vec<&Line> = lines.iter().filter(|line| line.3 == LINES[0].0).collect();
    let crossed = crossed(&school);
    let api = api(&lines);
    let rows = [&crossed, &api].map(|text| text.lines().count() - 1);
    for (name, text) in [
        ("crossed.csv", crossed.as_str()),
        ("api.csv", &api),
        ("crossed.toml", CROSSED_SPEC),
        ("api.toml", API_SPEC),
    ] {
        std::fs::write(folder.join(name), text).with_context(|| format!("cannot write {name}"))?;
    }
    Ok(rows)
}

/// Draws the full set of lines, then keeps the most popular certifications.
fn draw(certifications: u32, seed: u64) -> Vec<Line> {
    let weights: Vec<f64> = (1..=1500_u32)
        .map(|rank| f64::from(rank).powf(-0.8))
        .collect();
    let mut sums = Vec::with_capacity(weights.len());
    let total = weights.iter().fold(0.0, |sum, weight| {
        sums.push(sum + weight);
        sum + weight
    });
    let mut out = Vec::new();
    for (route, count) in LINES {
        let mut random = Random::named(seed, route);
        let mut seen = BTreeSet::new();
        while seen.len() < count {
            let establishment = random.between(0, ESTABLISHMENTS - 1);
            let wanted = uniform(&mut random) * total;
            let certification = sums.partition_point(|sum| *sum < wanted);
            let certification =
                u32::try_from(certification.min(weights.len() - 1)).expect("1,500 certifications");
            if !seen.insert((establishment, certification)) {
                continue;
            }
            let size = (24.0_f64.ln() + 0.8 * normal(&mut random))
                .exp()
                .round()
                .clamp(1.0, 900.0);
            // The mean of some uniform draws is bell-shaped around one half, as beta(4, 4) is.
            let share = (0..4).map(|_| uniform(&mut random)).sum::<f64>() / 4.0;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "rounded, between 0 and 900"
            )]
            let (size, continuing) = (size as u32, (size * share).round() as u32);
            if certification < certifications {
                out.push((
                    establishment,
                    region(establishment),
                    certification,
                    route,
                    size,
                    continuing,
                ));
            }
        }
    }
    out.sort_unstable();
    out
}

fn region(establishment: u32) -> u32 {
    let hundredth = establishment % 100;
    if hundredth < TINY {
        hundredth
    } else {
        TINY + establishment % (REGIONS - TINY)
    }
}

fn uniform(random: &mut Random) -> f64 {
    f64::from(u32::try_from(random.next() >> 32).unwrap_or_default()) / 4_294_967_296.0
}

fn normal(random: &mut Random) -> f64 {
    let (a, b) = (1.0 - uniform(random), uniform(random));
    (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

/// Every total over establishments, régions and certifications.
fn crossed(lines: &[&Line]) -> String {
    let mut sums: BTreeMap<[String; 3], u32> = BTreeMap::new();
    for (establishment, region, certification, _, size, _) in lines {
        let (own, code) = (
            format!("E{establishment:04}"),
            format!("C{certification:04}"),
        );
        let region = format!("R{region:02}");
        for place in [
            [&own, &region],
            [&"TOTAL".to_owned(), &region],
            [&"TOTAL".to_owned(), &"FR".to_owned()],
        ] {
            for code in [&code, &"TOTAL".to_owned()] {
                *sums
                    .entry([place[0].clone(), place[1].clone(), code.clone()])
                    .or_default() += size;
            }
        }
    }
    let mut out = "etablissement;region;certification;nb_annee_term\n".to_owned();
    for (key, size) in sums {
        let _ = writeln!(out, "{};{size}", key.join(";"));
    }
    out
}

/// Totals over establishments and régions only.
fn api(lines: &[Line]) -> String {
    let mut sums: BTreeMap<[String; 4], (u32, u32)> = BTreeMap::new();
    for (establishment, region, certification, route, size, continuing) in lines {
        let total = || "TOTAL".to_owned();
        for (own, region) in [
            (format!("E{establishment:04}"), format!("R{region:02}")),
            (total(), format!("R{region:02}")),
            (total(), "FR".to_owned()),
        ] {
            let sum = sums
                .entry([
                    own,
                    region,
                    format!("C{certification:04}"),
                    (*route).to_owned(),
                ])
                .or_default();
            *sum = (sum.0 + size, sum.1 + continuing);
        }
    }
    let mut out =
        "etablissement;region;certification;voie;nb_annee_term;nb_poursuite_etudes\n".to_owned();
    for (key, (size, continuing)) in sums {
        let _ = writeln!(out, "{};{size};{continuing}", key.join(";"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cube_has_the_lines_of_both_routes_and_is_always_the_same() {
        let lines = draw(1500, 1);
        assert_eq!(lines.len(), 48_538);
        assert_eq!(lines, draw(1500, 1));
        assert_eq!(
            lines.iter().filter(|line| line.3 == "scolaire").count(),
            23_148
        );
        let small = lines.iter().filter(|line| line.4 < 20).count();
        assert!(
            (38..=42).contains(&(100 * small / lines.len())),
            "{small} lines under 20"
        );
        assert!(draw(5, 1).len() < 12_000);
    }
}
