//! Two publishers at once: on one machine the lock decides, on two machines the mark on the dataset does.
//!
//! `DEBOUCHES_RACES` says how many races of each kind (1 by default; 20 is what was shown).

use std::collections::BTreeMap;
use std::process::Stdio;

use crate::faults::{Releases, expect_published};
use crate::harness::PipelineTest;
use crate::portals::with_practice;
use crate::wire::Reached;

fn races() -> usize {
    std::env::var("DEBOUCHES_RACES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1)
}

/// Both start, both end; gives their exits in order.
fn race(one: &PipelineTest, other: &PipelineTest) -> (Vec<i32>, String) {
    let start = |test: &PipelineTest| {
        test.command(&["publish", "--yes", "--force"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let (first, second) = (start(one), start(other));
    let (first, second) = (
        first.wait_with_output().unwrap(),
        second.wait_with_output().unwrap(),
    );
    let mut exits = vec![first.status.code().unwrap(), second.status.code().unwrap()];
    exits.sort_unstable();
    let told = format!(
        "{}\n{}",
        String::from_utf8_lossy(&first.stderr),
        String::from_utf8_lossy(&second.stderr)
    );
    (exits, told)
}

fn run_races(portal: &Reached) {
    let releases = Releases::make();
    let mut seen: BTreeMap<(&str, Vec<i32>), usize> = BTreeMap::new();
    for number in 0..races() {
        // One machine, one state: a creation, then a revision.
        portal.clear("tested");
        for which in [0, 1] {
            let test = releases.pipeline(which, portal);
            let (exits, told) = race(&test, &test);
            assert!(
                exits == [0, 0] || exits == [0, 5],
                "race {number}: {exits:?}\n{told}"
            );
            expect_published(portal, &test, &format!("race {number} of one machine"));
            *seen.entry(("one machine", exits)).or_default() += 1;
        }
        // Two machines, two states, which know nothing of each other.
        portal.clear("tested");
        for which in [0, 1] {
            let (one, other) = (
                releases.pipeline(which, portal),
                releases.pipeline(which, portal),
            );
            let (exits, told) = race(&one, &other);
            let may = |code: &i32| [0, 5, 6].contains(code);
            assert!(
                exits.iter().all(may) && exits[0] == 0,
                "race {number}: {exits:?}\n{told}"
            );
            expect_published(portal, &one, &format!("race {number} of two machines"));
            other
                .run(&["publish", "--yes", "--force"])
                .expect_exit(0)
                .expect_told("nothing to do");
            *seen.entry(("two machines", exits)).or_default() += 1;
        }
    }
    portal.clear("tested");
    eprintln!("{} races on {}: {seen:?}", races() * 4, portal.url);
}

#[test]
fn two_publishers_at_once_leave_the_practice_portal_right() {
    with_practice(false, run_races);
}

#[test]
#[ignore = "needs a real udata: DEBOUCHES_UDATA_CREDENTIALS names its credentials (tests/udata/start.sh)"]
fn two_publishers_at_once_leave_a_real_udata_right_with_real_udata() {
    run_races(&Reached::real());
}
