//! Plans: what is shown is what is done; what is live can be taken back after the state was lost.

use serde_json::{Value, json};

use crate::faults::revise;
use crate::harness::{PipelineTest, fixture};
use crate::portals::with_practice;
use crate::proxy::Proxy;
use crate::wire::Reached;

const SOURCE: &str = "sources/ij-cfa/fr-en-inserjeunes-cfa.csv";

/// One dataset, from a file that can be revised.
fn one(portal: &Reached) -> PipelineTest {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("source.csv");
    std::fs::copy(fixture(SOURCE), &file).unwrap();
    let test = PipelineTest::one_table("ij_cfa_etablissement", &file);
    // The file lives as long as the pipeline.
    let own = test.path("source.csv");
    std::fs::copy(&file, &own).unwrap();
    let path = test.path("pipeline.toml");
    let config = std::fs::read_to_string(&path)
        .unwrap()
        .replace(&file.display().to_string(), &own.display().to_string());
    std::fs::write(path, config).unwrap();
    portal.receives(test, "")
}

fn revise_source(test: &PipelineTest) {
    let path = test.path("source.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, revise(&text)).unwrap();
}

fn dataset_of(portal: &Reached) -> (String, Value) {
    let mut found = portal.marked("tested");
    assert_eq!(found.len(), 1);
    let dataset = found.remove(0);
    (dataset["id"].as_str().unwrap().to_owned(), dataset)
}

#[test]
fn a_plan_is_the_consent_and_is_done_as_it_was_shown() {
    with_practice(false, |portal| {
        let test = one(portal);
        test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
        test.run(&["publish"])
            .expect_exit(2)
            .expect_told("--yes")
            .expect_told("plan -o plan.json");
        test.run(&["plan", "-o", "plan.json", "--exit-code"])
            .expect_exit(10)
            .expect_told("create the dataset");
        let plan: Value =
            serde_json::from_slice(&std::fs::read(test.path("plan.json")).unwrap()).unwrap();
        let writes = plan["datasets"][0]["writes"].as_array().unwrap();
        assert!(
            writes
                .iter()
                .all(|write| !write["reason"].as_str().unwrap().is_empty())
        );
        assert_eq!(portal.writes(), 0, "a plan writes nothing");
        let ran = test
            .run(&["publish", "plan.json", "--json"])
            .expect_exit(0)
            .json();
        let detail = ran["steps"][0]["detail"].as_str().unwrap();
        assert!(
            detail.contains(&format!("{} writes", writes.len())),
            "{detail}"
        );
        // The same plan again: the portal agrees already.
        let sent = portal.writes();
        test.run(&["publish", "plan.json"]).expect_exit(0);
        assert_eq!(portal.writes(), sent);
    });
}

#[test]
fn a_plan_is_refused_when_the_portal_moved() {
    with_practice(false, |portal| {
        let test = one(portal);
        test.run(&["run", "--yes", "-q"]).expect_exit(0);
        revise_source(&test);
        test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
        test.run(&["plan", "-o", "plan.json"])
            .expect_exit(0)
            .expect_told("other bytes: sha1");
        let (id, dataset) = dataset_of(portal);
        // Somebody writes a title by hand meanwhile.
        let resource = dataset["resources"][0]["id"].as_str().unwrap();
        let path = format!("/api/1/datasets/{id}/resources/{resource}/");
        assert_eq!(
            portal
                .ask("PUT", &path, Some(&json!({"title": "Titre à la main"})))
                .0,
            200
        );
        let sent = portal.writes();
        test.run(&["publish", "plan.json"])
            .expect_exit(2)
            .expect_told("the portal changed since");
        assert_eq!(
            portal.writes(),
            sent,
            "nothing is written by a plan that is refused"
        );
        // A new plan tells what would become of it.
        test.run(&["plan"])
            .expect_exit(0)
            .expect_told("title: “Titre à la main” →");
    });
}

#[test]
fn a_plan_is_refused_when_the_release_moved() {
    with_practice(false, |portal| {
        let test = one(portal);
        test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
        test.run(&["plan", "-o", "plan.json"]).expect_exit(0);
        revise_source(&test);
        test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
        test.run(&["publish", "plan.json"])
            .expect_exit(2)
            .expect_told("the release is another one");
        std::fs::write(test.path("bad.json"), "{}").unwrap();
        test.run(&["publish", "bad.json"])
            .expect_exit(2)
            .expect_told("it is not a plan");
        assert_eq!(portal.writes(), 0);
    });
}

#[test]
fn every_obstacle_is_told_at_once_and_nothing_is_written() {
    with_practice(false, |portal| {
        let test = one(portal);
        let path = test.path("pipeline.toml");
        let config = std::fs::read_to_string(&path).unwrap();
        let config = config
            .replace("licence = \"lov2\"", "licence = \"lov9\"")
            .replace("\"annual\"", "\"yearly\"");
        let config = config.replace(
            "tags = [\"insertion\"]",
            "tags = [\"a!\"]\nzones = [\"country:zz\"]\ngranularity = \"fr:rue\"",
        );
        std::fs::write(&path, config).unwrap();
        test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
        let ran = test.run(&["publish", "--dry-run"]).expect_exit(2);
        for told in [
            "licence `lov9`",
            "frequency `yearly`",
            "tag `a!`",
            "zone `country:zz`",
            "granularity `fr:rue`",
        ] {
            assert!(ran.stdout().contains(told), "{told}\n{}", ran.told());
        }
        test.run(&["publish", "--yes"])
            .expect_exit(2)
            .expect_told("zone `country:zz`");
        assert_eq!(portal.writes(), 0);
    });
}

#[test]
fn an_older_release_does_not_replace_a_newer_one_by_mistake() {
    with_practice(false, |portal| {
        let test = one(portal);
        test.run(&["run", "--yes", "-q"]).expect_exit(0);
        revise_source(&test);
        test.run(&["run", "--yes", "-q"]).expect_exit(0);
        // Another machine, which knows nothing of the second version.
        let other = one(portal);
        other
            .run(&["run", "--yes"])
            .expect_exit(2)
            .expect_told("newer than 1.0.0");
        assert_eq!(dataset_of(portal).1["extras"]["debouches:version"], "1.0.1");
    });
}

/// A receipt without the day of its publication, which nothing but the lost state knew.
fn without_the_day(receipt: &[u8]) -> serde_json::Value {
    let mut receipt: serde_json::Value = serde_json::from_slice(receipt).unwrap();
    let day = receipt.as_object_mut().unwrap().remove("published");
    assert!(day.is_some(), "{receipt}");
    receipt
}

/// The state is lost after two versions: what is live is rebuilt, and nothing is written.
fn is_adopted(portal: &Reached) {
    portal.clear("tested");
    let road = Proxy::to(&portal.url);
    let test = one(&portal.by(&road.url));
    test.run(&["run", "--yes", "-q"]).expect_exit(0);
    revise_source(&test);
    test.run(&["run", "--yes", "-q"]).expect_exit(0);
    let (sent, receipt) = (
        road.writes(),
        std::fs::read(test.state_file("publish/tested/1.0.1", "receipt.json")).unwrap(),
    );
    std::fs::remove_dir_all(test.path("state")).unwrap();
    test.run(&["portal", "adopt"])
        .expect_exit(2)
        .expect_told("run `debouches run --to enrich tested` first");
    test.run(&["run", "--to", "enrich", "-q"]).expect_exit(0);
    test.run(&["portal", "adopt"])
        .expect_exit(0)
        .expect_told("byte for byte");
    let again = std::fs::read(test.state_file("publish/tested/1.0.1", "receipt.json")).unwrap();
    assert_eq!(without_the_day(&again), without_the_day(&receipt));
    test.run(&["run", "--yes"]).expect_exit(0);
    assert_eq!(road.writes(), sent, "an adoption made writes");
    assert_eq!(dataset_of(portal).1["extras"]["debouches:version"], "1.0.1");
    portal.clear("tested");
}

#[test]
fn what_is_live_on_the_practice_portal_is_adopted() {
    with_practice(false, is_adopted);
}

#[test]
fn somebody_deletes_our_dataset_and_no_second_one_is_made() {
    with_practice(false, |portal| {
        let test = one(portal);
        test.run(&["run", "--yes", "-q"]).expect_exit(0);
        portal.clear("tested");
        let sent = portal.writes();
        test.run(&["publish", "--yes"])
            .expect_exit(3)
            .expect_told("was deleted on the portal");
        assert_eq!(portal.writes(), sent);
    });
}

#[test]
fn files_that_others_add_or_delete_are_kept_and_put_back() {
    with_practice(false, |portal| {
        let test = one(portal);
        test.run(&["run", "--yes", "-q"]).expect_exit(0);
        let (id, dataset) = dataset_of(portal);
        let path = format!("/api/1/datasets/{id}/resources/");
        let link = json!({"title": "Note d'un collègue", "url": "https://example.org/note", "filetype": "remote", "type": "other", "format": "html"});
        assert_eq!(portal.ask("POST", &path, Some(&link)).0, 201);
        let ours = dataset["resources"][1]["id"].as_str().unwrap();
        assert_eq!(portal.ask("DELETE", &format!("{path}{ours}/"), None).0, 204);
        let sent = portal.writes();
        test.run(&["publish", "--yes"])
            .expect_exit(3)
            .expect_told("has lost files")
            .expect_told("`--force` puts them back");
        assert_eq!(portal.writes(), sent, "a person decides");
        test.run(&["publish", "--yes", "--force"]).expect_exit(0);
        let (_, now) = dataset_of(portal);
        let titles: Vec<&str> = now["resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["title"].as_str().unwrap())
            .collect();
        assert_eq!(
            titles.len(),
            dataset["resources"].as_array().unwrap().len() + 1,
            "{titles:?}"
        );
        assert_eq!(
            titles[0], "Note d'un collègue",
            "what others added stays where they put it"
        );
        test.run(&["publish", "--yes"])
            .expect_exit(0)
            .expect_told("nothing to do");
    });
}

/// After a refusal nothing is pending: what is live stays, the refusal is named, and nothing is written by whoever only looks.
#[test]
fn a_plan_after_a_refusal_names_it_and_plans_nothing() {
    let test = PipelineTest::one_table("ij_cfa_etablissement", std::path::Path::new("source.csv"));
    let put = |from: &str| std::fs::copy(fixture(from), test.path("source.csv")).unwrap();
    let refused = "rules/shares-not-hundred/fr-en-inserjeunes-cfa.csv";
    put(refused);
    test.run(&["run", "-q"]).expect_exit(3);
    let first = test.run(&["plan", "--exit-code"]).expect_exit(3);
    assert!(
        first
            .stdout()
            .contains("tested no release: stays as it is\n  waits: table ij_cfa_etablissement was refused by validate"),
        "{}",
        first.told()
    );
    put("sources/ij-cfa/fr-en-inserjeunes-cfa.csv");
    test.run(&["run", "-q"]).expect_exit(0);
    test.run(&["plan", "--exit-code"])
        .expect_exit(0)
        .expect_told("tested 1.0.0: nothing to publish")
        .expect_told("not asked:");
    // A file that moved and that nobody received is in no plan, and a plan says so.
    put(refused);
    let unasked = test.run(&["plan", "--json"]).expect_exit(0).json();
    assert_eq!(unasked["pending"], false);
    assert!(
        unasked["not_asked"]
            .as_str()
            .unwrap()
            .starts_with("not asked: "),
        "{unasked}"
    );
    test.run(&["run", "-n"])
        .expect_exit(0)
        .expect_told("not asked:");
    test.run(&["run", "-q"]).expect_exit(3);
    let before = everything_in(test.folder());
    let after = test.run(&["plan"]).expect_exit(0);
    assert!(
        after
            .stdout()
            .contains("tested 1.0.0: stays as it is\n  waits: table ij_cfa_etablissement was refused by validate"),
        "{}",
        after.told()
    );
    let document = test.run(&["plan", "--json"]).expect_exit(0).json();
    assert_eq!(document["pending"], false);
    test.run(&["plan", "--exit-code"]).expect_exit(3);
    test.run(&["run", "-n"])
        .expect_exit(0)
        .expect_told("rests: refused, and nothing moved since");
    assert_eq!(
        everything_in(test.folder()),
        before,
        "who looks writes nothing"
    );
}

/// What the drift check refused is no release that a run would make.
#[test]
fn a_plan_after_the_drift_check_refused_says_so() {
    let test = PipelineTest::one_table("ij_cfa_etablissement", std::path::Path::new("source.csv"));
    let text =
        std::fs::read_to_string(fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv")).unwrap();
    std::fs::write(test.path("source.csv"), &text).unwrap();
    test.run(&["run", "-q"]).expect_exit(0);
    let lines: Vec<&str> = text.lines().collect();
    let half = lines[..lines.len() / 2].join("\r\n");
    std::fs::write(test.path("source.csv"), half + "\r\n").unwrap();
    test.run(&["run", "-q"]).expect_exit(3);
    test.run(&["plan", "--exit-code"])
        .expect_exit(3)
        .expect_told("tested 1.0.0: stays as it is")
        .expect_told("what was received last was refused: see ");
    test.run(&["run", "-n"]).expect_exit(0).expect_told(
        "package  tested                   rests: refused, and nothing moved since: see ",
    );
}

/// Every file of a folder and its bytes.
fn everything_in(
    folder: &std::path::Path,
) -> std::collections::BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut files = std::collections::BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                files.insert(path, bytes);
            }
        }
    }
    files
}
