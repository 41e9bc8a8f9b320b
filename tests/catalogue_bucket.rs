//! A static catalogue in a bucket: against a server that speaks S3, when `DEBOUCHES_S3_URL` names one.

use serde_json::Value;

use crate::buckets::Bucket;
use crate::proxy::{Fault, Trouble};

fn published(bucket: &Bucket, path: &str) -> Value {
    let (status, bytes) = bucket.read(path);
    assert_eq!(status, 200, "{path}");
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
#[ignore = "needs an S3 server: DEBOUCHES_S3_URL is its address (tests/s3/start.sh)"]
fn a_bucket_is_written_once_and_completed_after_an_outage_with_s3() {
    let bucket = Bucket::new("catalogue");
    let test = bucket
        .reached(crate::catalogue::source_table())
        .with(&format!(
            "[portal.site]\nkind = \"static\"\nbucket = \"s3://{}/data\"\n",
            bucket.name
        ));
    test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
    test.run(&["publish"]).expect_exit(2).expect_told("--yes");
    // The bucket fails in the middle: said to be incomplete, and nothing leads to half a release.
    bucket.road.strike(Some(Trouble {
        fault: Fault::Status(403, ""),
        at: 4,
        times: usize::MAX,
    }));
    test.run(&["publish", "--yes"]).expect_exit(4);
    assert_eq!(bucket.read("index.html").0, 404);
    assert_eq!(bucket.read("tested/latest.json").0, 404);
    bucket.road.strike(None);
    test.run(&["publish", "--yes", "-q"]).expect_exit(0);
    assert_eq!(published(&bucket, "tested/latest.json")["version"], "1.0.0");
    let sent = bucket.road.writes();
    test.run(&["publish", "--yes"])
        .expect_exit(0)
        .expect_told("nothing to do");
    assert_eq!(
        bucket.road.writes(),
        sent,
        "a second publication wrote in the bucket"
    );
    crate::catalogue::revise_source(&test);
    test.run(&["run", "--yes", "-q"]).expect_exit(0);
    assert_eq!(published(&bucket, "tested/latest.json")["version"], "1.0.1");
    assert_eq!(bucket.read("tested/1.0.0/ij_cfa_etablissement.csv").0, 200);
    assert_eq!(bucket.read("index.html").0, 200);
}

#[test]
#[ignore = "needs an S3 server: DEBOUCHES_S3_URL is its address (tests/s3/start.sh)"]
fn pages_of_a_bucket_are_sent_once_and_again_when_they_move_with_s3() {
    let bucket = Bucket::new("pages");
    let test = bucket
        .reached(crate::catalogue::source_table())
        .with(&format!(
            "[portal.site]\nkind = \"static\"\nbucket = \"s3://{}/data\"\npages = true\n",
            bucket.name
        ));
    test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
    // The bucket fails among the pages: nothing leads to half of them.
    bucket.road.strike(Some(Trouble {
        fault: Fault::Status(403, ""),
        at: 60,
        times: usize::MAX,
    }));
    test.run(&["site", "build", "--yes"]).expect_exit(4);
    assert_eq!(bucket.read("index.html").0, 404);
    bucket.road.strike(None);
    test.run(&["site", "build", "--yes", "-q"]).expect_exit(0);
    let home = bucket.read("index.html");
    assert!(home.0 == 200 && !home.1.is_empty());
    assert_eq!(bucket.read("etablissement/0059984A/index.html").0, 200);
    assert_eq!(bucket.read("empreintes/en-cours.json").0, 404);
    let sent = bucket.road.writes();
    test.run(&["site", "build", "--yes", "-q"]).expect_exit(0);
    assert_eq!(bucket.road.writes(), sent, "a second build wrote");
    crate::site::correct_one_row(&test);
    test.run(&["run", "--yes", "-q"]).expect_exit(0);
    let moved = bucket.road.writes() - sent;
    assert!(
        moved > 10 && moved < sent / 3,
        "{moved} writes after {sent}"
    );
    test.run(&["site", "verify"]).expect_exit(0);
}
