//! The life of a dataset on a portal: published, published again, one value revised, a table more, a table less, the
//! state lost. Each time only what is concerned is written, and the page stays complete.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::faults::{expect_published, revise};
use crate::harness::{PipelineTest, fixture};
use crate::portals::with_practice;
use crate::proxy::Proxy;
use crate::wire::Reached;

const ONE: &str = "tables = [\"ij_cfa_etablissement\"]";
const TWO: &str = "tables = [\"ij_cfa_etablissement\", \"ij_cfa_formation\"]";

/// One dataset, from a file that can be revised, with the source of a second table beside.
fn pipeline(portal: &Reached) -> PipelineTest {
    let test = PipelineTest::one_table("ij_cfa_etablissement", std::path::Path::new("source.csv"));
    std::fs::copy(
        fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv"),
        test.path("source.csv"),
    )
    .unwrap();
    let finer = fixture("sources/inserjeunes/cfa-formation-fine.csv")
        .display()
        .to_string();
    let source = format!(
        "[[source]]\nid = \"finer\"\nkind = \"file\"\nurl = \"{finer}\"\ntable = \"ij_cfa_formation\"\n"
    );
    portal.receives(test.with(&source), "timeout_seconds = 5")
}

fn replace(test: &PipelineTest, from: &str, to: &str) {
    let path = test.path("pipeline.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    assert!(config.contains(from));
    std::fs::write(&path, config.replace(from, to)).unwrap();
}

/// What a publication did.
struct Done {
    writes: usize,
    /// Files whose bytes were sent.
    sent: BTreeSet<String>,
}

struct Life<'a> {
    portal: &'a Reached,
    road: Proxy,
    test: PipelineTest,
}

impl Life<'_> {
    /// Publishes what the sources give now; looks at the page, byte for byte, and at its quality.
    fn publish(&self, what: &str, more: &[&str]) -> Done {
        self.test
            .run(&[&["run", "--to", "package", "-q"], more].concat())
            .expect_exit(0);
        self.test.run(&["plan", "-o", "plan.json"]).expect_exit(0);
        let plan: Value =
            serde_json::from_slice(&std::fs::read(self.test.path("plan.json")).unwrap()).unwrap();
        let planned = plan["datasets"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|dataset| dataset["writes"].as_array().unwrap());
        let sent = planned
            .map(|write| &write["step"])
            .filter(|step| step["kind"] == "upload" || step["kind"] == "replace")
            .map(|step| step["path"].as_str().unwrap().to_owned())
            .collect();
        self.road.strike(None);
        self.test.run(&["publish", "plan.json"]).expect_exit(0);
        let writes = self.road.writes();
        let id = expect_published(self.portal, &self.test, what);
        let page = self.portal.get(&format!("/api/1/datasets/{id}/"));
        assert_eq!(
            page["quality"]["score"].as_f64(),
            Some(1.0),
            "{what}: {}",
            page["quality"]
        );
        let done = Done { writes, sent };
        eprintln!("{what}: {} writes, sent {:?}", done.writes, done.sent);
        done
    }

    /// Nothing moved: nothing is written.
    fn rest(&self, what: &str) {
        self.road.strike(None);
        self.test
            .run(&["run", "--yes"])
            .expect_exit(0)
            .expect_told("nothing to do");
        assert_eq!(self.road.writes(), 0, "{what}");
    }
}

fn lives(portal: &Reached) {
    portal.clear("tested");
    let road = Proxy::to(&portal.url);
    let test = pipeline(&portal.by(&road.url));
    let life = Life { portal, road, test };
    let before = portal.writes();
    let created = life.publish("published", &[]);
    assert_eq!(
        portal.writes() - before,
        created.writes,
        "what the portal counted is what passed"
    );
    life.rest("published again");

    let source = life.test.path("source.csv");
    std::fs::write(&source, revise(&std::fs::read_to_string(&source).unwrap())).unwrap();
    let revised = life.publish("one value revised", &[]);
    assert!(
        revised.writes < created.writes,
        "{} writes, then {}",
        created.writes,
        revised.writes
    );
    assert!(
        !revised.sent.contains("dictionnaire.csv"),
        "the dictionary did not change: {:?}",
        revised.sent
    );
    assert!(
        revised.sent.contains("ij_cfa_etablissement.csv") && revised.sent.contains("CHANGELOG.md"),
        "{:?}",
        revised.sent
    );
    life.rest("after the revision");

    replace(&life.test, ONE, TWO);
    let added = life.publish("a table more", &[]);
    assert!(
        added.sent.contains("ij_cfa_formation.csv")
            && !added.sent.contains("ij_cfa_etablissement.csv"),
        "{:?}",
        added.sent
    );
    life.rest("after the addition");

    replace(&life.test, TWO, ONE);
    life.test
        .run(&["run", "--to", "package", "-q"])
        .expect_exit(3)
        .expect_told("--breaking");
    let removed = life.publish(
        "a table less",
        &["--breaking", "la table est publiée ailleurs"],
    );
    assert!(
        removed
            .sent
            .iter()
            .all(|path| !path.contains("formation") && !path.ends_with("etablissement.csv")),
        "{:?}",
        removed.sent
    );
    life.rest("after the removal");

    std::fs::remove_dir_all(life.test.path("state")).unwrap();
    life.test
        .run(&["run", "--to", "enrich", "-q"])
        .expect_exit(0);
    life.road.strike(None);
    life.test
        .run(&["portal", "adopt"])
        .expect_exit(0)
        .expect_told("byte for byte");
    life.test.run(&["run", "--yes"]).expect_exit(0);
    assert_eq!(life.road.writes(), 0, "an adoption made writes");
    eprintln!(
        "the state lost: 0 writes; {} requests seen by the portal",
        portal.get("/_test/requests").as_array().unwrap().len()
    );
    portal.clear("tested");
}

#[test]
fn a_dataset_lives_on_the_practice_portal() {
    with_practice(false, lives);
}

#[test]
#[ignore = "needs a real udata: DEBOUCHES_UDATA_CREDENTIALS names its credentials (tests/udata/start.sh)"]
fn a_dataset_lives_on_a_real_udata_with_real_udata() {
    lives(&Reached::real());
}
