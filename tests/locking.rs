//! One run at a time, and a dead one does not block the next.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;

use crate::harness::{PipelineTest, fixture};

#[test]
fn a_run_that_finds_the_lock_held_says_by_whom() {
    let test = PipelineTest::sample();
    // Any command that may write makes the folder ours.
    test.run(&["run", "--to", "fetch", "-q"]).expect_exit(0);
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
        r#"{"run":"r1","pid":1,"host":"h","command":"debouches run","since":"2999-01-01T00:00:00Z"}"#,
    )
    .unwrap();
    test.run(&["run"])
        .expect_exit(5)
        .expect_told("debouches run");
    test.run(&["run", "--wait-lock", "1s"]).expect_exit(5);
    let held = std::fs::read_to_string(test.path("state/lock")).unwrap();
    std::fs::write(test.path("state/lock"), held.replace("2999", "2020")).unwrap();
    // No run lasts a day: somebody looks into it.
    test.run(&["run"])
        .expect_exit(1)
        .expect_told("for more than a day");
    // Reading does not need the lock.
    test.run(&["status"]).expect_exit(0);
    drop(lock);
    test.run(&["run", "--to", "fetch"]).expect_exit(0);
}

/// A source that answers only when it is told to: the run that asks it holds the lock meanwhile.
struct SlowSource {
    listener: TcpListener,
}

impl SlowSource {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self { listener }
    }

    fn url(&self) -> String {
        format!("http://{}/export.csv", self.listener.local_addr().unwrap())
    }

    /// Waits for a run to ask, and keeps it waiting.
    fn asked(&self) -> TcpStream {
        self.listener.accept().unwrap().0
    }
}

/// Gives the run what it waits for.
fn answer(mut client: TcpStream) {
    let mut request = BufReader::new(client.try_clone().unwrap()).lines();
    while request.next().is_some_and(|line| !line.unwrap().is_empty()) {}
    let body = std::fs::read(fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv")).unwrap();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    client.write_all(head.as_bytes()).unwrap();
    client.write_all(&body).unwrap();
}

#[test]
fn of_two_runs_at_once_one_works_and_the_other_leaves() {
    let source = SlowSource::start();
    let test = PipelineTest::one_table("ij_cfa_etablissement", std::path::Path::new("none.csv"));
    let config = std::fs::read_to_string(test.path("pipeline.toml")).unwrap();
    let config = config.replace(
        "kind = \"file\"\nurl = \"none.csv\"",
        &format!("kind = \"http\"\nurl = \"{}\"", source.url()),
    );
    std::fs::write(test.path("pipeline.toml"), config).unwrap();
    let mut first = test
        .command(&["run", "-q"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let client = source.asked();
    // The first run holds the lock and waits: the second cannot but find it.
    test.run(&["run"])
        .expect_exit(5)
        .expect_told("debouches run");
    answer(client);
    assert_eq!(first.wait().unwrap().code(), Some(0));
    test.run(&["run", "--offline"])
        .expect_exit(0)
        .expect_told("nothing to do");
}
