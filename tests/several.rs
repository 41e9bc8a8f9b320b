//! Several sources that fill one table, one for each vintage, and vintages that do not vanish in silence.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::harness::{PipelineTest, fixture, records};

/// The sample file of CFA, cut in one file for each cumul.
fn cumuls() -> BTreeMap<String, String> {
    let bytes = std::fs::read(fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv")).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (header, rows) = text
        .trim_start_matches('\u{feff}')
        .split_once("\r\n")
        .unwrap();
    let mut cumuls: BTreeMap<String, String> = BTreeMap::new();
    // One row of the sample has a wrong letter: it is more than its share of a small file.
    for row in records(rows)
        .into_iter()
        .filter(|row| !row.contains("0089941N"))
    {
        let (cumul, _) = row.split_once(';').unwrap();
        let file = cumuls
            .entry(cumul.to_owned())
            .or_insert_with(|| format!("{header}\r\n"));
        write!(file, "{row}\r\n").unwrap();
    }
    cumuls
}

/// A pipeline whose CFA table comes from these files.
fn filled_by(files: &[(&str, &str)], folder: &Path) -> PipelineTest {
    let mut config = String::new();
    for (id, body) in files {
        let file = folder.join(format!("{id}.csv"));
        std::fs::write(&file, body).unwrap();
        writeln!(
            config,
            "[[source]]\nid = \"{id}\"\nkind = \"file\"\nurl = {:?}\ntable = \"ij_cfa_etablissement\"",
            file.display().to_string()
        )
        .unwrap();
    }
    let dataset = "[[dataset]]\nid = \"cfa\"\ntables = [\"ij_cfa_etablissement\"]\nlicence = \"lov2\"\nfrequency = \"annual\"\ntags = [\"insertion\"]\n";
    PipelineTest::with_config(&format!("{config}{dataset}"))
}

fn csv(test: &PipelineTest) -> String {
    let releases = test.releases();
    let (_, bytes) = releases
        .iter()
        .rfind(|(path, _)| path.ends_with("/ij_cfa_etablissement.csv"))
        .unwrap();
    String::from_utf8(bytes.clone()).unwrap()
}

#[test]
fn one_file_for_each_cumul_gives_the_table_of_one_file_for_all() {
    let cumuls = cumuls();
    assert!(cumuls.len() > 2, "{:?}", cumuls.keys());
    let folder = tempfile::tempdir().unwrap();
    let ids: Vec<String> = (0..cumuls.len())
        .map(|index| format!("cfa-{index}"))
        .collect();
    let files: Vec<(&str, &str)> = ids
        .iter()
        .zip(cumuls.values())
        .map(|(id, body)| (id.as_str(), body.as_str()))
        .collect();
    let several = filled_by(&files, folder.path());
    several.run(&["run", "--to", "package"]).expect_exit(0);
    let bytes = std::fs::read(fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv")).unwrap();
    let all = tempfile::tempdir().unwrap();
    let one = filled_by(&[("cfa", &String::from_utf8(bytes).unwrap())], all.path());
    one.run(&["run", "--to", "package"]).expect_exit(0);
    assert_eq!(csv(&several), csv(&one));
    // Nothing is made twice, and each subject is told once.
    let again = several
        .run(&["run", "--to", "package", "--json"])
        .expect_exit(0);
    let steps = again.json()["steps"].as_array().unwrap().clone();
    let validated: Vec<_> = (steps.iter())
        .filter(|step| step["stage"] == "validate")
        .collect();
    assert_eq!(validated.len(), 1, "{validated:?}");
    several.run(&["status"]).expect_exit(0).expect_told("cfa-1");

    // One more: it tells a cumul that another one tells already.
    let (cumul, body) = cumuls.iter().next().unwrap();
    let files: Vec<(&str, &str)> = files
        .into_iter()
        .chain([("cfa-copy", body.as_str())])
        .collect();
    let twice = filled_by(&files, folder.path());
    twice
        .run(&["run", "--to", "package"])
        .expect_exit(3)
        .expect_told("[vintage-twice]")
        .expect_told(cumul)
        .expect_told("cfa-copy");
}

#[test]
fn a_file_with_fewer_vintages_is_refused_without_any_portal() {
    let cumuls = cumuls();
    let all: String = {
        let mut bodies = cumuls.values();
        let first = bodies.next().unwrap().clone();
        bodies.fold(first, |all, body| {
            let (_, rows) = body.split_once("\r\n").unwrap();
            all + rows
        })
    };
    let folder = tempfile::tempdir().unwrap();
    let test = filled_by(&[("cfa", &all)], folder.path());
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let (first, _) = cumuls.iter().next().unwrap();
    let (last, newest) = cumuls.iter().next_back().unwrap();
    assert_ne!(first, last);
    std::fs::write(folder.path().join("cfa.csv"), newest).unwrap();
    test.run(&["run", "--to", "package"])
        .expect_exit(3)
        .expect_told("[drift-vintage]");
}

#[test]
fn sources_of_a_table_without_vintages_are_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.csv");
    std::fs::write(&file, "").unwrap();
    let source = |id: &str| {
        format!(
            "[[source]]\nid = \"{id}\"\nkind = \"file\"\nurl = {:?}\ntable = \"bcn_mef\"\n",
            file.display().to_string()
        )
    };
    let test = PipelineTest::with_config(&(source("one") + &source("two")));
    test.run(&["check"])
        .expect_exit(2)
        .expect_told("which has no vintages to tell them apart");
}
