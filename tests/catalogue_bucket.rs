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
