//! One run at a time, and a dead one does not block the next.

use std::process::Stdio;

use crate::harness::PipelineTest;

#[test]
fn a_run_that_finds_the_lock_held_says_by_whom() {
    let test = PipelineTest::sample();
    std::fs::create_dir_all(test.path("state")).unwrap();
    let lock = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .read(true)
        .open(test.path("state/lock"))
        .unwrap();
    lock.lock().unwrap();
    std::fs::write(
        test.path("state/lock"),
        r#"{"run":"r1","pid":1,"host":"h","command":"debouches run","since":"2026-01-01T00:00:00Z"}"#,
    )
    .unwrap();
    test.run(&["run"])
        .expect_exit(5)
        .expect_told("debouches run");
    test.run(&["run", "--wait-lock", "1s"]).expect_exit(5);
    // Reading does not need the lock.
    test.run(&["status"]).expect_exit(0);
    drop(lock);
    test.run(&["run", "--to", "fetch"]).expect_exit(0);
}

#[test]
fn of_two_runs_at_once_one_works_and_the_other_leaves() {
    let test = PipelineTest::sample();
    let start = || {
        test.command(&["run", "-q"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut runs = [start(), start()];
    let mut codes: Vec<_> = runs
        .iter_mut()
        .map(|run| run.wait().unwrap().code())
        .collect();
    codes.sort();
    assert!(
        codes == [Some(0), Some(5)] || codes == [Some(0), Some(0)],
        "{codes:?}"
    );
    test.run(&["run"])
        .expect_exit(0)
        .expect_told("nothing to do");
}
