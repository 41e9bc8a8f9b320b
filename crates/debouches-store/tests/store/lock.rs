//! The lock of a folder: between handles, between processes, and after a death.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use debouches_store::{Store, StoreEnv, StoreError};

use crate::harness::{State, owner};

/// Set for the child process of the test below, to the folder whose state it must lock.
const CHILD: &str = "DEBOUCHES_TEST_LOCK_IN";

/// Not a test by itself: what the child process does.
#[tokio::test]
async fn child_that_holds_the_lock() {
    let Some(folder) = std::env::var_os(CHILD) else {
        return;
    };
    let store = Store::open("state", folder.as_ref(), &StoreEnv::new("child"))
        .await
        .unwrap();
    let _lock = store.lock(None, owner("child")).await.unwrap();
    #[expect(
        clippy::print_stderr,
        reason = "the parent process waits for this line"
    )]
    {
        eprintln!("locked");
    }
    std::thread::sleep(Duration::from_secs(60));
}

#[tokio::test]
async fn a_lock_dies_with_its_process() {
    let state = State::in_folder().await;
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "lock::child_that_holds_the_lock", "--nocapture"])
        .env(CHILD, state.base())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line == "locked"));

    let error = state
        .store
        .lock(Some(Duration::from_millis(150)), owner("run-1"))
        .await
        .err()
        .unwrap();
    assert!(
        matches!(&error, StoreError::Held { owner: Some(owner), .. } if owner.run == "child"),
        "{error}"
    );

    child.kill().unwrap();
    child.wait().unwrap();
    let lock = state.store.lock(None, owner("run-1")).await.unwrap();
    assert_eq!(
        lock.left_by().map(|owner| owner.run.as_str()),
        Some("child")
    );
}

#[tokio::test]
async fn a_waiting_run_gets_the_lock_when_it_is_given_back() {
    let state = State::in_folder().await;
    let other = state.again("run-2").await;
    let lock = state.store.lock(None, owner("run-1")).await.unwrap();
    let (waited, ()) = tokio::join!(
        other.lock(Some(Duration::from_secs(10)), owner("run-2")),
        async { drop(lock) }
    );
    assert!(waited.unwrap().left_by().is_none());
}

#[tokio::test]
async fn a_lock_serves_its_own_state_only() {
    let (one, two) = (State::in_folder().await, State::in_folder().await);
    let lock = one.store.lock(None, owner("run-1")).await.unwrap();
    assert!(matches!(
        two.store.sweep(&lock).await,
        Err(StoreError::Unsupported { .. })
    ));
}

#[tokio::test]
async fn a_bucket_says_that_it_has_no_lock() {
    let mut env = StoreEnv::new("run-1");
    env.aws
        .insert("AWS_REGION".to_owned(), "eu-west-3".to_owned());
    let store = Store::open("s3://data/debouches", std::path::Path::new("."), &env)
        .await
        .unwrap();
    let error = store.lock(None, owner("run-1")).await.err().unwrap();
    assert!(matches!(error, StoreError::Unsupported { .. }), "{error}");
    assert_eq!(store.root_display(), "s3://data/debouches");
}
