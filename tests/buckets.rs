//! Files in a bucket, links on the portal: against a server that speaks S3, when `DEBOUCHES_S3_URL` names one.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::faults::revise;
use crate::harness::{PipelineTest, fixture};
use crate::portals::with_practice;
use crate::proxy::{Fault, Proxy, Trouble};
use crate::wire::Reached;

/// A bucket of a test, seen by readers.
pub(crate) struct Bucket {
    server: Reached,
    pub(crate) name: String,
    pub(crate) road: Proxy,
}

impl Bucket {
    pub(crate) fn new(name: &str) -> Self {
        let url = std::env::var("DEBOUCHES_S3_URL")
            .expect("DEBOUCHES_S3_URL names no S3 server: tests/s3/start.sh starts one");
        let server = Reached::own(url.clone(), "", "");
        let name = format!("{name}-{}", std::process::id());
        assert_eq!(server.ask("PUT", &format!("/{name}"), None).0, 200);
        let everybody = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": format!("arn:aws:s3:::{name}/*"),
        }]});
        assert_eq!(
            server
                .ask("PUT", &format!("/{name}?policy"), Some(&everybody))
                .0,
            200
        );
        Self {
            server,
            name,
            road: Proxy::to(&url),
        }
    }

    /// A dataset whose files go there, published on that portal.
    fn pipeline(&self, portal: &Reached) -> PipelineTest {
        let test =
            PipelineTest::one_table("ij_cfa_etablissement", std::path::Path::new("source.csv"));
        std::fs::copy(
            fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv"),
            test.path("source.csv"),
        )
        .unwrap();
        let hosting = format!(
            "hosting = {{ bucket = \"s3://{0}/data\", public_url = \"{1}/{0}/data\" }}\n",
            self.name, self.server.url
        );
        self.reached(portal.receives(test.with(&hosting), ""))
    }

    /// A pipeline whose runs reach the bucket by the road of the test.
    pub(crate) fn reached(&self, test: PipelineTest) -> PipelineTest {
        test.env("AWS_ENDPOINT", &self.road.url)
            .env("AWS_ALLOW_HTTP", "true")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "a-secret-of-the-bucket")
    }

    pub(crate) fn read(&self, path: &str) -> (u16, Vec<u8>) {
        self.server
            .ask("GET", &format!("/{}/data/{path}", self.name), None)
    }

    fn latest(&self) -> Value {
        let (status, bytes) = self.read("tested/latest.json");
        assert_eq!(status, 200);
        serde_json::from_slice(&bytes).unwrap()
    }
}

/// Every link of the portal leads to the bytes of that version.
fn expect_links(portal: &Reached, test: &PipelineTest, version: &str) -> Vec<String> {
    let found = portal.marked("tested");
    assert_eq!(found.len(), 1);
    let resources = found[0]["resources"].as_array().unwrap();
    let manifest =
        std::fs::read(test.path(&format!("state/package/tested/{version}/manifest.json"))).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let told = manifest["release"]["resources"].as_array().unwrap();
    assert_eq!(
        resources.len(),
        told.len(),
        "every file is linked, whatever the extensions that the portal takes"
    );
    for resource in resources {
        let url = resource["url"].as_str().unwrap();
        assert_eq!(resource["filetype"], "remote");
        assert!(url.contains(&format!("/data/tested/{version}/")), "{url}");
        let path = url.rsplit('/').next().unwrap();
        let wanted =
            std::fs::read(test.path(&format!("state/package/tested/{version}/{path}"))).unwrap();
        let server = Reached::own(url.split('/').take(3).collect::<Vec<_>>().join("/"), "", "");
        assert!(server.bytes(url) == wanted, "{url}");
        assert_eq!(resource["filesize"].as_u64(), Some(wanted.len() as u64));
        assert_eq!(resource["checksum"]["type"], "sha256");
        assert_eq!(
            resource["checksum"]["value"],
            resource["extras"]["debouches:sha256"]
        );
    }
    assert_eq!(found[0]["quality"]["score"], 1.0);
    resources
        .iter()
        .map(|resource| resource["id"].as_str().unwrap().to_owned())
        .collect()
}

fn hosted(portal: &Reached, name: &str) {
    let bucket = Bucket::new(name);
    portal.clear("tested");
    let test = bucket.pipeline(portal);
    test.run(&["run", "--yes", "-q"]).expect_exit(0);
    let first = expect_links(portal, &test, "1.0.0");
    assert_eq!(bucket.latest()["version"], "1.0.0");
    let sent = bucket.road.writes();
    test.run(&["publish", "--yes"])
        .expect_exit(0)
        .expect_told("nothing to do");
    assert_eq!(
        bucket.road.writes(),
        sent,
        "a second publication wrote in the bucket"
    );
    // A revision is another folder; the former one stays, the links move.
    let text = std::fs::read_to_string(test.path("source.csv")).unwrap();
    std::fs::write(test.path("source.csv"), revise(&text)).unwrap();
    test.run(&["run", "--yes", "-q"]).expect_exit(0);
    assert_eq!(
        expect_links(portal, &test, "1.0.1"),
        first,
        "links keep their identifiers"
    );
    assert_eq!(bucket.read("tested/1.0.0/ij_cfa_etablissement.csv").0, 200);
    assert_eq!(bucket.latest()["version"], "1.0.1");
    let ran = test.run(&["publish", "--yes", "-vv"]).expect_exit(0);
    assert!(
        !ran.told().contains("a-secret-of-the-bucket"),
        "the secret of the bucket was printed"
    );
    portal.clear("tested");
}

#[test]
#[ignore = "needs an S3 server: DEBOUCHES_S3_URL is its address (tests/s3/start.sh)"]
fn files_in_a_bucket_are_linked_on_the_practice_portal_with_s3() {
    with_practice(false, |portal| hosted(portal, "practice"));
}

#[test]
#[ignore = "needs an S3 server: DEBOUCHES_S3_URL is its address (tests/s3/start.sh)"]
fn a_plan_names_what_is_put_in_the_bucket_and_no_more_is_with_s3() {
    with_practice(false, |portal| {
        let bucket = Bucket::new("plan");
        let test = bucket.pipeline(portal);
        test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
        test.run(&["plan", "-o", "plan.json"])
            .expect_exit(0)
            .expect_told("put tested/1.0.0/ij_cfa_etablissement.csv in the bucket");
        assert_eq!(bucket.road.writes(), 0, "a plan writes nothing");
        let plan: Value =
            serde_json::from_slice(&std::fs::read(test.path("plan.json")).unwrap()).unwrap();
        let planned = &plan["datasets"][0]["bucket"];
        let files = planned["files"].as_array().unwrap().len();
        let manifest =
            std::fs::read(test.path("state/package/tested/1.0.0/manifest.json")).unwrap();
        let manifest: Value = serde_json::from_slice(&manifest).unwrap();
        assert_eq!(files, manifest["files"].as_array().unwrap().len());
        assert_eq!(
            (&planned["pointer"]["to"], &planned["pointer"]["from"]),
            (&json!("1.0.0"), &Value::Null)
        );
        // A plan without the bucket, as somebody could have made it by hand, puts nothing there.
        let mut without = plan.clone();
        without["datasets"][0]
            .as_object_mut()
            .unwrap()
            .remove("bucket");
        std::fs::write(test.path("without.json"), without.to_string()).unwrap();
        test.run(&["publish", "without.json"])
            .expect_exit(2)
            .expect_told("is not what the plan was made from");
        assert_eq!(bucket.road.writes(), 0);
        // Stopped in the middle of the bucket, the same plan goes on.
        bucket.road.strike(Some(Trouble {
            fault: Fault::Status(403, ""),
            at: 2,
            times: usize::MAX,
        }));
        test.run(&["publish", "plan.json"]).expect_exit(4);
        bucket.road.strike(None);
        test.run(&["publish", "plan.json"]).expect_exit(0);
        assert_eq!(
            bucket.road.writes(),
            files - 2 + 1,
            "the files that were missing, and the pointer"
        );
        expect_links(portal, &test, "1.0.0");
        test.run(&["plan", "--exit-code"])
            .expect_exit(0)
            .expect_told("nothing to publish");
    });
}

#[test]
#[ignore = "needs an S3 server: DEBOUCHES_S3_URL is its address (tests/s3/start.sh)"]
fn a_crash_between_bucket_and_portal_is_completed_by_the_next_run_with_s3() {
    with_practice(false, |portal| {
        let bucket = Bucket::new("crash");
        let test = bucket.pipeline(portal);
        test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
        // Killed while the third file waits for its answer.
        bucket.road.strike(Some(Trouble {
            fault: Fault::ApplyLate,
            at: 2,
            times: 1,
        }));
        let mut child = test
            .command(&["publish", "--yes", "-q"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while bucket.road.struck() == 0 {
            std::thread::sleep(Duration::from_millis(10));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(
            bucket.read("tested/latest.json").0,
            404,
            "nothing points to half a release"
        );
        assert!(
            portal.marked("tested").is_empty(),
            "the portal links to nothing that is not there"
        );
        bucket.road.settle();
        // Then an outage of the bucket in the middle, then all is well.
        bucket.road.strike(Some(Trouble {
            fault: Fault::Status(403, ""),
            at: 2,
            times: usize::MAX,
        }));
        test.run(&["publish", "--yes"]).expect_exit(4);
        bucket.road.strike(None);
        test.run(&["publish", "--yes", "-q"]).expect_exit(0);
        expect_links(portal, &test, "1.0.0");
        assert_eq!(bucket.latest()["version"], "1.0.0");
    });
}

#[test]
#[ignore = "needs an S3 server: DEBOUCHES_S3_URL is its address (tests/s3/start.sh)"]
fn what_others_did_in_the_bucket_is_never_overwritten_with_s3() {
    with_practice(false, |portal| {
        let bucket = Bucket::new("others");
        let test = bucket.pipeline(portal);
        test.run(&["run", "--yes", "-q"]).expect_exit(0);
        let mut latest = bucket.latest();
        latest["version"] = json!("9.0.0");
        let path = format!("/{}/data/tested/latest.json", bucket.name);
        assert_eq!(bucket.server.ask("PUT", &path, Some(&latest)).0, 200);
        test.run(&["publish", "--yes"])
            .expect_exit(2)
            .expect_told("newer than 1.0.0");
        test.run(&["publish", "--yes", "--force"]).expect_exit(0);
        assert_eq!(bucket.latest()["version"], "1.0.0");
        let path = format!("/{}/data/tested/1.0.0/README.md", bucket.name);
        assert_eq!(
            bucket.server.ask("PUT", &path, Some(&json!("altered"))).0,
            200
        );
        test.run(&["publish", "--yes"])
            .expect_exit(7)
            .expect_told("what was released never changes");
    });
}

#[test]
#[ignore = "needs an S3 server: DEBOUCHES_S3_URL is its address (tests/s3/start.sh)"]
fn a_bucket_that_does_not_exist_is_a_mistake_of_the_configuration_with_s3() {
    with_practice(false, |portal| {
        let bucket = Bucket::new("missing");
        let test = bucket.pipeline(portal);
        let path = test.path("pipeline.toml");
        let config = std::fs::read_to_string(&path).unwrap();
        std::fs::write(
            &path,
            config.replace(&format!("s3://{}/", bucket.name), "s3://no-such-bucket/"),
        )
        .unwrap();
        test.run(&["run", "--yes"])
            .expect_exit(2)
            .expect_told("there is no bucket for s3://no-such-bucket/data");
        // As the state itself: every way of asking says the same.
        let config = config.replace(
            &format!("hosting = {{ bucket = \"s3://{0}/data\"", bucket.name),
            "# hosting = {{ \"",
        );
        std::fs::write(
            &path,
            format!("{config}\n[state]\nurl = \"s3://no-such-bucket/state\"\n"),
        )
        .unwrap();
        for arguments in [&["run", "--yes"][..], &["status"], &["history"]] {
            test.run(arguments)
                .expect_exit(2)
                .expect_told("there is no bucket for s3://no-such-bucket/state");
        }
    });
}

#[test]
#[ignore = "needs an S3 server: DEBOUCHES_S3_URL is its address (tests/s3/start.sh)"]
fn a_yanked_release_loses_its_pointer_and_a_purged_one_its_files_with_s3() {
    with_practice(false, |portal| {
        let bucket = Bucket::new("withdrawn");
        let test = bucket.pipeline(portal);
        test.run(&["run", "--yes", "-q"]).expect_exit(0);
        let text = std::fs::read_to_string(test.path("source.csv")).unwrap();
        std::fs::write(test.path("source.csv"), revise(&text)).unwrap();
        test.run(&["run", "--yes", "-q"]).expect_exit(0);
        assert_eq!(bucket.latest()["version"], "1.0.1");
        test.run(&[
            "yank", "1.0.1", "--reason", "Faux.", "--by", "A. B.", "--yes", "-q",
        ])
        .expect_exit(0);
        assert_eq!(bucket.latest()["version"], "1.0.0");
        assert_eq!(
            bucket.read("tested/1.0.1/ij_cfa_etablissement.csv").0,
            200,
            "the bytes stay"
        );
        expect_links(portal, &test, "1.0.0");
        test.run(&[
            "purge",
            "1.0.1",
            "--legal-basis",
            "Divulgation.",
            "--by",
            "A. B.",
            "--yes",
            "-q",
        ])
        .expect_exit(0);
        for name in [
            "ij_cfa_etablissement.csv",
            "ij_cfa_etablissement.parquet",
            "README.md",
            "SHA256SUMS",
            "release.json",
        ] {
            assert_eq!(
                bucket.read(&format!("tested/1.0.1/{name}")).0,
                404,
                "{name}"
            );
        }
        assert_eq!(bucket.latest()["version"], "1.0.0");
        test.run(&[
            "purge",
            "1.0.0",
            "--legal-basis",
            "Divulgation.",
            "--by",
            "A. B.",
            "--yes",
            "-q",
        ])
        .expect_exit(0);
        assert_eq!(
            bucket.read("tested/latest.json").0,
            404,
            "nothing leads to a release that is gone"
        );
        assert_eq!(bucket.read("tested/1.0.0/ij_cfa_etablissement.csv").0, 404);
        test.run(&["run", "--yes"])
            .expect_exit(0)
            .expect_told("nothing to do");
        portal.clear("tested");
    });
}

#[test]
#[ignore = "needs a real udata and an S3 server: DEBOUCHES_UDATA_CREDENTIALS and DEBOUCHES_S3_URL"]
fn files_in_a_bucket_are_linked_on_a_real_udata_with_real_udata_and_s3() {
    hosted(&Reached::real(), "real");
}
