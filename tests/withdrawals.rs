//! Releases that readers should no longer use: yanked, the bytes stay; purged, they are gone. The register tells both.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::harness::{PipelineTest, fixture};
use crate::portals::with_practice;
use crate::proxy::{Fault, Proxy, Trouble};
use crate::retractions::retract;
use crate::wire::Reached;

const SOURCE: &str = "sources/ij-cfa/fr-en-inserjeunes-cfa.csv";

/// One dataset from a file that can be revised.
fn one(table: &str, text: &str) -> PipelineTest {
    let test = PipelineTest::one_table(table, Path::new("source.csv"));
    std::fs::write(test.path("source.csv"), text).unwrap();
    test
}

fn cfa() -> PipelineTest {
    one(
        "ij_cfa_etablissement",
        &std::fs::read_to_string(fixture(SOURCE)).unwrap(),
    )
}

/// The name of an establishment becomes that one.
fn rename(test: &PipelineTest, name: &str) {
    let text = std::fs::read_to_string(fixture(SOURCE)).unwrap();
    std::fs::write(
        test.path("source.csv"),
        text.replacen("CFA d'essai", name, 1),
    )
    .unwrap();
}

/// The decisions of the register, after their seals.
fn decisions(test: &PipelineTest) -> Vec<Value> {
    let register = std::fs::read_to_string(test.path("state/withdrawn/register")).unwrap();
    let decision = |line: &str| serde_json::from_str(line.split_once(' ').unwrap().1).unwrap();
    register.lines().map(decision).collect()
}

/// The figures of the first version may be published again.
fn lift(test: &PipelineTest) {
    test.run(&[
        "retract",
        "--lift",
        "tested@1.0.0",
        "--reason",
        "Relu.",
        "--by",
        "A. B.",
        "--yes",
        "-q",
    ])
    .expect_exit(0);
}

fn live(test: &PipelineTest) -> Value {
    test.practice_portal()["datasets"][0].clone()
}

fn live_version(test: &PipelineTest) -> String {
    live(test)["extras"]["debouches:version"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The files below a folder whose bytes hold that text.
fn holding(folder: PathBuf, text: &str) -> Vec<PathBuf> {
    let (mut found, mut waiting) = (Vec::new(), vec![folder]);
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if std::fs::read(&path)
            .unwrap()
            .windows(text.len())
            .any(|window| window == text.as_bytes())
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn a_yanked_release_gives_way_to_the_one_before_and_is_never_made_again() {
    let test = cfa();
    test.run(&["run", "-q"]).expect_exit(0);
    rename(&test, "CFA fautif");
    test.run(&["run", "-q"]).expect_exit(0);
    assert_eq!(live_version(&test), "1.0.1");
    let yank = [
        "yank",
        "1.0.1",
        "--reason",
        "Noms fautifs.",
        "--by",
        "A. B.",
    ];
    test.run(&yank)
        .expect_exit(2)
        .expect_told("--yes")
        .expect_told("nothing was done. tested 1.0.1 would be withdrawn")
        .expect_told("readers would be led to 1.0.0");
    test.run(&["yank", "1.0.1", "--yes"])
        .expect_exit(2)
        .expect_told("--reason");
    test.run(&["yank", "9.9.9", "--reason", "x", "--yes"])
        .expect_exit(2)
        .expect_told("no release");
    test.run(&[&yank[..], &["-n"]].concat())
        .expect_exit(0)
        .expect_told("would be done");
    assert_eq!(
        live_version(&test),
        "1.0.1",
        "neither a question nor a dry run moves anything"
    );
    test.run(&[&yank[..], &["--yes"]].concat())
        .expect_exit(0)
        .expect_told("its bytes stay");
    assert_eq!(live_version(&test), "1.0.0");
    let sentence = live(&test)["description"]
        .as_str()
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned();
    assert!(
        sentence.starts_with("Version retirée : 1.0.1, le ") && sentence.ends_with("Noms fautifs."),
        "{sentence}"
    );
    assert!(
        test.path("state/package/tested/1.0.1/ij_cfa_etablissement.csv")
            .is_file()
    );
    test.run(&["verify", "tested@live"])
        .expect_exit(0)
        .expect_told("(1.0.0)");
    test.run(&["verify", "tested@1.0.1"]).expect_exit(0);
    test.run(&["diff", "latest", "1.0.0"]).expect_exit(0);
    test.run(&["status"])
        .expect_exit(0)
        .expect_told("yanked")
        .expect_told("by A. B.: Noms fautifs.");
    test.run(&["history"])
        .expect_exit(0)
        .expect_told("debouches yank tested@1.0.1");
    test.run(&[&yank[..], &["--yes"]].concat())
        .expect_exit(0)
        .expect_told("is withdrawn already");
    // The same data comes again, every night: nothing is made of it, and what is live stays.
    for arguments in [&["run", "--json"][..], &["run", "--json", "--force"]] {
        let ran = test.run(arguments).expect_exit(0).json();
        assert!(
            ran.to_string()
                .contains("not released again: Noms fautifs."),
            "{ran}"
        );
        assert_eq!(live_version(&test), "1.0.0");
    }
    // Then it is mended: a number past the withdrawn one, and the changelog tells why there is a gap.
    rename(&test, "CFA mendé");
    test.run(&["run", "--to", "package", "--as-version", "1.0.1"])
        .expect_exit(2)
        .expect_told("withdrawn");
    test.run(&["run", "-q"]).expect_exit(0);
    assert_eq!(live_version(&test), "1.0.2");
    assert!(
        !live(&test)["description"]
            .as_str()
            .unwrap()
            .contains("retirée"),
        "a newer release says nothing of an older one"
    );
    let changelog =
        std::fs::read_to_string(test.path("state/package/tested/1.0.2/CHANGELOG.md")).unwrap();
    assert!(
        changelog.contains("- Version retirée : 1.0.1, le ") && !changelog.contains("## 1.0.1"),
        "{changelog}"
    );
    test.run(&["verify", "tested@1.0.2", "--depth", "rebuild"])
        .expect_exit(0)
        .expect_told("the same SHA256SUMS");
    test.run(&["run"])
        .expect_exit(0)
        .expect_told("nothing to do");
    // Told once.
    rename(&test, "CFA mendé encore");
    test.run(&["run", "-q"]).expect_exit(0);
    let changelog =
        std::fs::read_to_string(test.path("state/package/tested/1.0.3/CHANGELOG.md")).unwrap();
    assert_eq!(
        changelog.matches("Version retirée : 1.0.1").count(),
        1,
        "{changelog}"
    );
}

#[test]
fn a_yank_is_taken_back() {
    let test = cfa();
    test.run(&["run", "-q"]).expect_exit(0);
    rename(&test, "CFA juste");
    test.run(&["run", "-q"]).expect_exit(0);
    let before = live(&test)["description"].clone();
    test.run(&[
        "yank",
        "tested@1.0.1",
        "--reason",
        "Doute.",
        "--by",
        "A. B.",
        "--yes",
        "-q",
    ])
    .expect_exit(0);
    assert_eq!(live_version(&test), "1.0.0");
    let undo = [
        "yank",
        "1.0.1",
        "--undo",
        "--reason",
        "Doute levé.",
        "--by",
        "A. B.",
        "--yes",
    ];
    test.run(&undo)
        .expect_exit(0)
        .expect_told("readers are led to 1.0.1");
    assert_eq!(
        (live_version(&test), live(&test)["description"].clone()),
        ("1.0.1".to_owned(), before)
    );
    test.run(&undo)
        .expect_exit(0)
        .expect_told("is not withdrawn");
    test.run(&["run"])
        .expect_exit(0)
        .expect_told("nothing to do");
    let decisions = decisions(&test);
    let told: Vec<_> = decisions
        .iter()
        .map(|line| {
            (
                line["decision"].as_str().unwrap(),
                line["by"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(told, [("yank", "A. B."), ("unyank", "A. B.")]);
}

#[test]
fn the_page_of_the_only_release_is_marked_and_its_files_stay() {
    let test = cfa();
    test.run(&["run", "-q"]).expect_exit(0);
    let files = live(&test)["resources"].as_array().unwrap().len();
    test.run(&[
        "yank",
        "1.0.0",
        "--reason",
        "Fichier d'essai.",
        "--by",
        "A. B.",
        "--yes",
    ])
    .expect_exit(0)
    .expect_told("its page is marked");
    test.run(&["run"]).expect_exit(0);
    let dataset = live(&test);
    assert!(
        dataset["description"]
            .as_str()
            .unwrap()
            .starts_with("**Ne plus utiliser ces fichiers.** Version retirée : 1.0.0")
    );
    assert_eq!(dataset["resources"].as_array().unwrap().len(), files);
    rename(&test, "CFA mendé");
    // The figures are the same: somebody says that they may come back.
    test.run(&["run", "-q"]).expect_exit(3);
    lift(&test);
    test.run(&["run", "-q"]).expect_exit(0);
    assert_eq!(
        live_version(&test),
        "1.0.1",
        "the number of a withdrawn release is never used again"
    );
}

#[test]
fn a_purged_release_is_gone_everywhere_and_its_digests_are_kept() {
    let test = cfa();
    test.run(&["run", "-q"]).expect_exit(0);
    rename(&test, "CFA au nom secret");
    test.run(&["run", "-q"]).expect_exit(0);
    let places = || {
        [
            holding(test.path("state/package"), "CFA au nom secret"),
            holding(test.path("state/portal"), "CFA au nom secret"),
        ]
    };
    assert!(places().iter().all(|found| !found.is_empty()));
    let manifest: Value = serde_json::from_slice(
        &std::fs::read(test.path("state/package/tested/1.0.1/manifest.json")).unwrap(),
    )
    .unwrap();
    let purge = [
        "purge",
        "1.0.1",
        "--legal-basis",
        "Article 6 de la loi de 1951.",
        "--by",
        "A. B.",
    ];
    test.run(&purge)
        .expect_exit(2)
        .expect_told("for ever")
        .expect_told("--yes");
    test.run(&["purge", "1.0.1", "--yes"])
        .expect_exit(2)
        .expect_told("--legal-basis");
    test.run(&[&purge[..], &["-n"]].concat())
        .expect_exit(0)
        .expect_told("would be done")
        .expect_told("ij_cfa_etablissement.csv");
    assert!(places().iter().all(|found| !found.is_empty()));
    test.run(&[&purge[..], &["--yes"]].concat()).expect_exit(0);
    assert_eq!(live_version(&test), "1.0.0");
    // The practice portal sweeps the files that nothing names when it starts.
    test.run(&["verify", "tested@live"]).expect_exit(0);
    assert_eq!(places(), [Vec::<PathBuf>::new(), Vec::new()]);
    let line = decisions(&test).remove(0);
    assert_eq!(
        line["files"], manifest["files"],
        "the tombstone keeps the digests"
    );
    test.run(&["status"])
        .expect_exit(0)
        .expect_told("purged")
        .expect_told("Article 6 de la loi de 1951.");
    test.run(&["verify", "tested@1.0.1"]).expect_exit(2);
    test.run(&["yank", "1.0.1", "--undo", "--reason", "x", "--yes"])
        .expect_exit(2)
        .expect_told("its bytes are gone");
    test.run(&[&purge[..], &["--yes"]].concat()).expect_exit(0);
    // The same data is not released again, and its number is not used again.
    test.run(&["run", "--json", "--force"])
        .expect_exit(0)
        .expect_told("not released again");
    assert_eq!(live_version(&test), "1.0.0");
    rename(&test, "CFA publiable");
    test.run(&["run", "-q"]).expect_exit(0);
    assert_eq!(live_version(&test), "1.0.2");
    let changelog =
        std::fs::read_to_string(test.path("state/package/tested/1.0.2/CHANGELOG.md")).unwrap();
    assert!(
        changelog.contains("- Version supprimée : 1.0.1, le "),
        "{changelog}"
    );
}

#[test]
fn the_page_of_the_only_release_has_no_file_after_a_purge() {
    let test = cfa();
    test.run(&["run", "-q"]).expect_exit(0);
    test.run(&[
        "purge",
        "tested@1.0.0",
        "--legal-basis",
        "Divulgation.",
        "--by",
        "A. B.",
        "--yes",
    ])
    .expect_exit(0);
    let dataset = live(&test);
    assert_eq!(
        dataset["resources"].as_array().unwrap().len(),
        0,
        "{dataset}"
    );
    assert!(
        dataset["description"]
            .as_str()
            .unwrap()
            .starts_with("**Ces fichiers ne sont plus diffusés.** Version supprimée : 1.0.0")
    );
    assert!(
        !test
            .path("state/package/tested/1.0.0/manifest.json")
            .exists()
    );
    test.run(&["run"])
        .expect_exit(0)
        .expect_told("nothing to do");
    rename(&test, "CFA publiable");
    test.run(&["run", "-q"]).expect_exit(3);
    lift(&test);
    test.run(&["run", "-q"]).expect_exit(0);
    assert_eq!(live_version(&test), "1.0.1");
    assert!(!live(&test)["resources"].as_array().unwrap().is_empty());
}

/// The same against a server that is not in the program.
fn withdrawn_from(portal: &Reached) {
    portal.clear("tested");
    let test = portal.receives(cfa(), "");
    test.run(&["run", "--yes", "-q"]).expect_exit(0);
    rename(&test, "CFA fautif");
    test.run(&["run", "--yes", "-q"]).expect_exit(0);
    let shown = || portal.marked("tested").remove(0);
    let csv = |dataset: &Value| {
        let resources = dataset["resources"].as_array().unwrap();
        let found = resources
            .iter()
            .find(|resource| resource["extras"]["debouches:path"] == "ij_cfa_etablissement.csv");
        found.map(|resource| {
            String::from_utf8(portal.bytes(resource["url"].as_str().unwrap())).unwrap()
        })
    };
    assert!(csv(&shown()).unwrap().contains("CFA fautif"));
    let by = ["--by", "A. B.", "--yes", "-q"];
    test.run(&[&["yank", "1.0.1", "--reason", "Noms fautifs."][..], &by].concat())
        .expect_exit(0);
    let dataset = shown();
    assert_eq!(dataset["extras"]["debouches:version"], "1.0.0");
    assert!(!csv(&dataset).unwrap().contains("CFA fautif"));
    assert!(
        dataset["description"]
            .as_str()
            .unwrap()
            .starts_with("Version retirée : 1.0.1")
    );
    test.run(&["verify", "live"])
        .expect_exit(0)
        .expect_told("(1.0.0)");
    test.run(&["plan", "--exit-code"]).expect_exit(0);
    test.run(&["status"])
        .expect_exit(0)
        .expect_told("that of a withdrawn release");
    for version in ["1.0.1", "1.0.0"] {
        test.run(
            &[
                &["purge", version, "--legal-basis", "Divulgation."][..],
                &by,
            ]
            .concat(),
        )
        .expect_exit(0);
    }
    let dataset = shown();
    assert!(
        dataset["resources"].as_array().unwrap().is_empty(),
        "{dataset}"
    );
    assert!(
        dataset["description"]
            .as_str()
            .unwrap()
            .starts_with("**Ces fichiers ne sont plus diffusés.**")
    );
    test.run(&["status"])
        .expect_exit(0)
        .expect_told("no release that may be used");
    portal.clear("tested");
}

#[test]
fn releases_are_withdrawn_from_a_practice_portal_that_is_served() {
    with_practice(false, withdrawn_from);
}

#[test]
#[ignore = "needs a real udata: DEBOUCHES_UDATA_CREDENTIALS names its credentials (tests/udata/start.sh)"]
fn releases_are_withdrawn_from_a_real_udata_with_real_udata() {
    withdrawn_from(&Reached::real());
}

#[test]
fn what_an_outage_stopped_is_completed_by_the_same_command() {
    with_practice(false, |portal| {
        let road = Proxy::to(&portal.url);
        let test = portal.by(&road.url).receives(cfa(), "");
        test.run(&["run", "--yes", "-q"]).expect_exit(0);
        rename(&test, "CFA fautif");
        test.run(&["run", "--yes", "-q"]).expect_exit(0);
        let by = ["--by", "A. B.", "--yes"];
        let yank = [&["yank", "1.0.1", "--reason", "Noms fautifs."][..], &by].concat();
        let purge = [
            &["purge", "1.0.1", "--legal-basis", "Divulgation."][..],
            &by,
        ]
        .concat();
        let csv = test.path("state/package/tested/1.0.1/ij_cfa_etablissement.csv");
        let shown = || portal.marked("tested").remove(0)["extras"]["debouches:version"].clone();
        road.strike(Some(Trouble {
            fault: Fault::Status(403, ""),
            at: 2,
            times: usize::MAX,
        }));
        let ran = test.run(&yank);
        assert_ne!(ran.output.status.code(), Some(0), "{}", ran.told());
        ran.expect_told("give the same command again");
        road.strike(None);
        test.run(&yank).expect_exit(0);
        assert_eq!(shown(), "1.0.0");
        // A purge that cannot reach the portal keeps the bytes: the page may still need them.
        road.strike(Some(Trouble {
            fault: Fault::Status(403, ""),
            at: 0,
            times: usize::MAX,
        }));
        rename(&test, "CFA mendé");
        let ran = test.run(&["run", "--yes"]);
        assert_ne!(ran.output.status.code(), Some(0), "{}", ran.told());
        let ran = test.run(&purge);
        let stopped = ran.output.status.code() != Some(0);
        assert_eq!(stopped, csv.exists(), "{}", ran.told());
        road.strike(None);
        test.run(&purge).expect_exit(0);
        assert!(!csv.exists());
        test.run(&["run", "--yes", "-q"]).expect_exit(0);
        assert_eq!(shown(), "1.0.2");
        portal.clear("tested");
    });
}

/// Readers have seen the counts of a purged release: the gate goes on counting with them.
#[test]
fn the_gate_remembers_what_a_purged_release_showed() {
    let packed =
        std::fs::File::open(fixture("sources/ij-regional/ij_region_2020_2022.csv.gz")).unwrap();
    let text = std::io::read_to_string(flate2::read::GzDecoder::new(packed)).unwrap();
    let test = one("ij_regional", &text);
    test.run(&["run", "-q"]).expect_exit(0);
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
    let left = test.path("state/rejected/package/tested/1.0.0");
    let counts = std::fs::read_to_string(left.join("ij_regional.csv")).unwrap();
    let header = counts.lines().next().unwrap();
    assert!(
        header.contains("nb_annee_term;nb_annee_term_statut") && !header.contains("libelle"),
        "{header}"
    );
    assert!(!left.join("ij_regional.parquet").exists() && !left.join("README.md").exists());
    // One row less is another content.
    let shorter: String = text
        .split_inclusive('\n')
        .enumerate()
        .filter(|(place, _)| *place != 3)
        .map(|(_, line)| line)
        .collect();
    std::fs::write(test.path("source.csv"), shorter).unwrap();
    test.run(&["run", "-q"]).expect_exit(3);
    lift(&test);
    test.run(&["run", "-q"]).expect_exit(0);
    let version = live_version(&test);
    assert_eq!(version, "2.0.0");
    let bytes =
        std::fs::read(test.path(&format!("state/package/tested/{version}/disclosure.json")))
            .unwrap();
    let document: Value = serde_json::from_slice(&bytes).unwrap();
    let table = &document["tables"][0];
    assert_eq!(
        (&table["releases"], &table["not_comparable"]),
        (&serde_json::json!(["tested 1.0.0"]), &serde_json::json!([])),
        "{table}"
    );
}

/// The data did not change: it goes out again under the next number, and the nights that follow have nothing to do.
#[test]
fn data_that_did_not_change_goes_out_again_once_its_retraction_is_lifted() {
    for command in ["yank", "purge"] {
        for is_site in [false, true] {
            let site = "\n[portal.site]\nkind = \"static\"\nfolder = \"www\"\n";
            let test = cfa().with(if is_site { site } else { "" });
            test.run(&["run", "-q"]).expect_exit(0);
            retract(&test, command, "tested@1.0.0");
            test.run(&["run"])
                .expect_exit(0)
                .expect_told("nothing to do");
            lift(&test);
            test.run(&["run", "-q"]).expect_exit(0);
            let is_there = |version: &str| {
                let manifest = format!("state/package/tested/{version}/manifest.json");
                test.path(&manifest).exists()
            };
            assert!(is_there("1.0.1"));
            assert_eq!(
                is_there("1.0.0"),
                command == "yank",
                "a purged number is never used again"
            );
            if is_site {
                let csv = test.path("www/tested/1.0.1/ij_cfa_etablissement.csv");
                assert!(csv.exists());
            } else {
                assert_eq!(live_version(&test), "1.0.1");
                assert!(!live(&test)["resources"].as_array().unwrap().is_empty());
            }
            test.run(&["run"])
                .expect_exit(0)
                .expect_told("nothing to do");
        }
    }
}

#[test]
fn an_unchanged_release_lifted_beside_one_that_stands_takes_a_number_past_both() {
    let test = cfa();
    test.run(&["run", "-q"]).expect_exit(0);
    rename(&test, "CFA douteux");
    test.run(&["run", "-q"]).expect_exit(0);
    retract(&test, "yank", "1.0.1");
    let by = ["--by", "A. B.", "--yes", "-q"];
    let lift = ["retract", "--lift", "tested@1.0.1", "--reason", "Relu."];
    test.run(&[&lift[..], &by].concat()).expect_exit(0);
    test.run(&["run", "-q"]).expect_exit(0);
    assert_eq!(live_version(&test), "1.0.2");
    test.run(&["run"])
        .expect_exit(0)
        .expect_told("nothing to do");
}

/// Rows that are gone break who counts on them, whether the release that had them was yanked or not.
#[test]
fn a_release_that_loses_rows_after_a_retraction_is_a_major_one() {
    for command in ["yank", "purge"] {
        let test = cfa();
        test.run(&["run", "-q"]).expect_exit(0);
        retract(&test, command, "1.0.0");
        let text = std::fs::read_to_string(fixture(SOURCE)).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        std::fs::write(test.path("source.csv"), lines[..lines.len() - 1].concat()).unwrap();
        lift(&test);
        test.run(&["run", "-q"]).expect_exit(0);
        assert_eq!(live_version(&test), "2.0.0", "{command}");
    }
}
