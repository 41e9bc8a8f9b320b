//! The gate against the enumeration of every whole-number table, on small tables drawn at random.
//!
//! `DEBOUCHES_SECRECY_TABLES` sets how many (200,000 is the full count), `DEBOUCHES_SECRECY_SEED` the first of them.

mod drawn;

use debouches_disclosure::{Effort, Verdict, judge};
use drawn::{Drawn, Random};

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// What one table gave.
#[derive(Default)]
struct Tally {
    tables: u64,
    protected: u64,
    safe: u64,
    unsound: u64,
    careful: u64,
    unproven: u64,
}

#[expect(
    clippy::print_stderr,
    reason = "the count is the result of the long run"
)]
#[test]
fn the_gate_agrees_with_the_enumeration_of_all_tables() {
    let (tables, seed) = (
        setting("DEBOUCHES_SECRECY_TABLES", 4_000),
        setting("DEBOUCHES_SECRECY_SEED", 1),
    );
    let mut tally = Tally::default();
    for table in 0..tables {
        let drawn = Drawn::new(&mut Random(
            seed.wrapping_mul(1_000_003).wrapping_add(table),
        ));
        let judgement = judge(&drawn.system, Effort::default()).unwrap();
        let ranges = drawn.enumerate();
        tally.tables += 1;
        for (cell, verdict) in &judgement.cells {
            let (low, high) = ranges[*cell as usize];
            let is_safe = high - low >= drawn.system.cells()[*cell as usize].needed();
            tally.protected += 1;
            match verdict {
                Verdict::Safe(_) if !is_safe => {
                    tally.unsound += 1;
                    eprintln!("UNSOUND: table {table}, cell {cell}: only {low}..{high}");
                }
                Verdict::Safe(_) => tally.safe += 1,
                Verdict::Unsafe(reason) if is_safe => {
                    tally.careful += 1;
                    eprintln!("too careful: table {table}, cell {cell}: {low}..{high}, {reason:?}");
                }
                Verdict::Unsafe(_) => tally.unproven += 1,
            }
        }
    }
    eprintln!(
        "seed {seed}: {} tables, {} protected cells, {} safe in both, {} unsafe in both, {} unsound, {} too careful",
        tally.tables, tally.protected, tally.safe, tally.unproven, tally.unsound, tally.careful
    );
    assert_eq!(tally.unsound, 0);
    assert!(
        tally.careful * 1000 <= tally.protected,
        "too careful on {} of {}",
        tally.careful,
        tally.protected
    );
}
