//! A clock that is an hour off, either way: no date decides what is fetched, published or resumed.

use std::process::Command;

use crate::faults::revise;
use crate::harness::{PipelineTest, Ran, fixture};
use crate::portals::with_practice;
use crate::proxy::{Fault, Proxy, Trouble};
use crate::wire::Reached;

/// The command under a clock moved by so much, for instance `+1h`; the same seconds pass.
fn at(test: &PipelineTest, shift: &str, arguments: &[&str]) -> Ran {
    let own = test.command(arguments);
    let mut moved = Command::new("faketime");
    moved
        .args(["-f", shift])
        .arg(own.get_program())
        .args(own.get_args());
    for (name, value) in own.get_envs() {
        match value {
            Some(value) => moved.env(name, value),
            None => moved.env_remove(name),
        };
    }
    test.ran(moved, &format!("{} at {shift}", arguments.join(" ")))
}

fn pipeline(portal: &Reached) -> PipelineTest {
    let test = PipelineTest::one_table("ij_cfa_etablissement", std::path::Path::new("source.csv"));
    std::fs::copy(
        fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv"),
        test.path("source.csv"),
    )
    .unwrap();
    portal.receives(test, "timeout_seconds = 1")
}

fn revise_source(test: &PipelineTest) {
    let text = std::fs::read_to_string(test.path("source.csv")).unwrap();
    std::fs::write(test.path("source.csv"), revise(&text)).unwrap();
}

/// First at one clock, then at the other: what was done stays done, what changed is published, nothing twice.
fn published_under_two_clocks(portal: &Reached, clocks: [&str; 2]) {
    let road = Proxy::to(&portal.url);
    let test = pipeline(&portal.by(&road.url));
    at(&test, clocks[0], &["run", "--yes"]).expect_exit(0);
    let sent = road.writes();
    at(&test, clocks[1], &["run", "--yes"])
        .expect_exit(0)
        .expect_told("nothing to do");
    assert_eq!(road.writes(), sent, "{clocks:?}: another clock made writes");
    revise_source(&test);
    at(&test, clocks[1], &["run", "--yes"]).expect_exit(0);
    let revised = road.writes();
    assert!(revised > sent);
    at(&test, clocks[0], &["run", "--yes"])
        .expect_exit(0)
        .expect_told("nothing to do");
    assert_eq!(road.writes(), revised, "{clocks:?}: going back made writes");
    assert_eq!(
        portal.marked("tested")[0]["extras"]["debouches:version"],
        "1.0.1"
    );
    // The history is in the order of the runs, whatever their clocks said.
    let history = test.run(&["history", "--json"]).expect_exit(0).json();
    let told: Vec<Option<bool>> = history["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["nothing_to_do"].as_bool())
        .collect();
    assert_eq!(
        told,
        [Some(false), Some(true), Some(false), Some(true)],
        "{clocks:?}"
    );
}

#[test]
#[ignore = "needs faketime (Debian: faketime)"]
fn a_clock_an_hour_off_changes_nothing_with_faketime() {
    for clocks in [["+0", "+1h"], ["+0", "-1h"], ["+1h", "-1h"]] {
        with_practice(false, |portal| published_under_two_clocks(portal, clocks));
    }
}

/// The answer of a write is lost; the run that resumes has another clock. The journal goes by its own numbers.
#[test]
#[ignore = "needs faketime (Debian: faketime)"]
fn a_publication_is_resumed_under_another_clock_with_faketime() {
    for clocks in [["+1h", "-1h"], ["-1h", "+1h"]] {
        with_practice(false, |portal| {
            let road = Proxy::to(&portal.url);
            let test = pipeline(&portal.by(&road.url));
            at(&test, clocks[0], &["run", "--to", "package", "-q"]).expect_exit(0);
            road.strike(Some(Trouble {
                fault: Fault::ApplyThenDrop,
                at: 4,
                times: usize::MAX,
            }));
            at(&test, clocks[0], &["publish", "--yes"]).expect_exit(6);
            road.strike(None);
            at(&test, clocks[1], &["publish", "--yes"]).expect_exit(0);
            crate::faults::expect_published(portal, &test, &format!("{clocks:?}"));
            road.strike(None);
            at(&test, clocks[0], &["publish", "--yes"])
                .expect_exit(0)
                .expect_told("nothing to do");
            assert_eq!(road.writes(), 0);
        });
    }
}

/// A run on another machine marked the dataset and died. Its clock was right, ours is not: we wait a quarter of an hour at
/// most by our own clock, and a mark too far in the future holds nobody.
#[test]
#[ignore = "needs faketime (Debian: faketime)"]
fn a_mark_of_another_machine_gives_way_whatever_the_clocks_with_faketime() {
    with_practice(false, |portal| {
        let test = pipeline(portal);
        test.run(&["run", "--yes", "-q"]).expect_exit(0);
        let id = portal.marked("tested")[0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let path = format!("/api/2/datasets/{id}/extras/");
        let mark = || {
            let now = std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .unwrap()
                .as_secs();
            let extras = serde_json::json!({ "debouches-lease:run": format!("20260101t000000-1 {}", now + 900) });
            assert_eq!(portal.ask("PUT", &path, Some(&extras)).0, 200);
        };
        for (shift, exit) in [("+0", 5), ("+1h", 0), ("-1h", 0)] {
            revise_source(&test);
            test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
            mark();
            at(&test, shift, &["publish", "--yes"]).expect_exit(exit);
            if exit == 5 {
                at(&test, "+16m", &["publish", "--yes"]).expect_exit(0);
            }
        }
    });
}
