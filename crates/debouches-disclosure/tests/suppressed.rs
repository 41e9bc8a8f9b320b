//! Suppression on tables drawn at random: what it says safe, enumeration finds safe, and the gate passes it.

mod drawn;

use debouches_disclosure::{Effort, Manner, State, judge, suppress};
use drawn::{Drawn, Random};

#[expect(
    clippy::print_stderr,
    reason = "the count is the result of the long run"
)]
#[test]
fn what_suppression_leaves_passes_the_gate_and_the_enumeration() {
    let tables = std::env::var("DEBOUCHES_SECRECY_TABLES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000);
    let (mut stuck, mut secondary, mut needless) = (0, 0, 0);
    for table in 0..tables {
        let mut drawn = Drawn::new(&mut Random(7_000_003 + table));
        let twice = {
            let mut twin = drawn.system.clone();
            suppress(&mut twin, Manner::default()).secondary
        };
        let done = suppress(&mut drawn.system, Manner::default());
        assert_eq!(done.secondary, twice, "table {table} is not deterministic");
        secondary += done.secondary.len();
        let judgement = judge(&drawn.system, Effort::default()).unwrap();
        if !done.stuck.is_empty() {
            stuck += 1;
            continue;
        }
        assert!(
            judgement.passes(),
            "table {table}: {:?}",
            judgement.failures().collect::<Vec<_>>()
        );
        if done.secondary.len() <= 3 {
            let ranges = drawn.enumerate();
            for (cell, _) in &judgement.cells {
                let (low, high) = ranges[*cell as usize];
                assert!(
                    high - low >= drawn.system.cells()[*cell as usize].needed(),
                    "table {table}, cell {cell}"
                );
            }
        }
        for line in &done.secondary {
            drawn.system.set_state(*line, State::Shown);
            needless += usize::from(judge(&drawn.system, Effort::default()).unwrap().passes());
            drawn.system.set_state(*line, State::Secondary);
        }
    }
    eprintln!(
        "{tables} tables: {stuck} with a stuck cell, {secondary} lines hidden beside, {needless} of them needless alone"
    );
    assert!(needless * 20 <= secondary, "{needless} of {secondary}");
}
