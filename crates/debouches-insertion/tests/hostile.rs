//! Hostile bodies through the whole stage: a damaged delivery is refused or told, and never stops the program.
//!
//! `DEBOUCHES_CASES` says how many damaged bodies each table gets; a failure shows its seed.
#![expect(clippy::unwrap_used, reason = "a failure is the message")]

use std::path::Path;

use debouches_insertion::Domain;
use debouches_model::Silent;
use debouches_table::ReadLimits;
use debouches_validate::{Budget, Given, Input, Options, validate};

const USUAL_CASES: u64 = 40;

/// Samples of each kind of body, and their tables.
const SAMPLES: &[(&str, &str)] = &[
    ("ij-cfa/fr-en-inserjeunes-cfa.csv", "ij_cfa_etablissement"),
    (
        "inserjeunes-api/etablissements.jsonl",
        "ij_api_etablissement",
    ),
    ("inserjeunes-api/regions.jsonl", "ij_api_region"),
    ("insersup/fr-esr-insersup.csv", "insersup"),
    ("metiers/fap225_rome.csv", "fap_rome"),
    ("offre/affelnet.csv", "affelnet_offre"),
];

fn next(state: &mut u64) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap()
}

/// The first lines of a body, with bytes changed, removed, doubled or moved.
fn damaged(body: &[u8], seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut body = body[..body.len().min(6_000)].to_vec();
    let marks: &[&[u8]] = &[
        b"\"",
        b";",
        b"\n",
        b"{",
        b"}",
        b"[",
        b"\\",
        b"nd",
        b"",
        b"\xE9",
        b"-1",
        b"99999999999",
        b"\0",
    ];
    for _ in 0..=next(&mut state) % 6 {
        let at = next(&mut state) % body.len();
        let end = (at + next(&mut state) % 12).min(body.len());
        let mark = marks[next(&mut state) % marks.len()];
        body.splice(at..end, mark.iter().copied());
        if body.is_empty() {
            body.push(b';');
        }
    }
    if next(&mut state).is_multiple_of(6) {
        body.truncate(next(&mut state) % body.len() + 1);
    }
    body
}

#[test]
fn a_damaged_delivery_is_refused_or_told() {
    let cases =
        std::env::var("DEBOUCHES_CASES").map_or(USUAL_CASES, |count| count.parse().unwrap());
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/sources");
    let domain = Domain::embedded();
    for (file, table) in SAMPLES {
        let whole = std::fs::read(sources.join(file)).unwrap();
        let spec = domain.tables.named(table).unwrap();
        for seed in 0..cases {
            let body = damaged(&whole, seed);
            let input = Input {
                name: file,
                body: Box::new(body.as_slice()),
                bytes: None,
                given: &Given::new(),
            };
            let outcome = validate(
                spec,
                &domain.shapes,
                input,
                Options {
                    jobs: 2,
                    limits: ReadLimits::for_received(),
                    budget: Budget::default(),
                },
                &Silent,
            );
            let outcome = outcome.unwrap_or_else(|error| panic!("{table}, seed {seed}: {error}"));
            let rows = &outcome.report.rows;
            assert_eq!(
                rows.received,
                rows.kept + rows.refused,
                "{table}, seed {seed}"
            );
            assert_eq!(
                outcome.table.is_none(),
                outcome.report.is_refused(),
                "{table}, seed {seed}"
            );
        }
    }
}
