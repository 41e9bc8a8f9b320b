//! Further forms of a table: the same rows, whatever the file.

use serde_json::Value;

use crate::harness::{PipelineTest, fixture};

const ALL: &str = "forms = [\"csv-by-region\", \"jsonl\", \"xlsx\"]\n";

fn asking(forms: &str) -> PipelineTest {
    PipelineTest::one_table(
        "ij_cfa_etablissement",
        &fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv"),
    )
    .with(forms)
}

fn read(test: &PipelineTest, path: &str) -> String {
    std::fs::read_to_string(test.path(&format!("state/package/tested/1.0.0/{path}"))).unwrap()
}

/// The records of a CSV, its header first.
fn records(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .has_headers(false)
        .from_reader(text.as_bytes());
    reader
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

#[test]
fn every_form_holds_the_rows_of_the_csv() {
    let test = asking(ALL);
    test.run(&["run", "-q"]).expect_exit(0);
    let csv = read(&test, "ij_cfa_etablissement.csv");
    let folder = test.path("state/package/tested/1.0.0");
    let whole = records(&csv);
    let place = whole[0]
        .iter()
        .position(|name| *name == "region_cog")
        .unwrap();
    let mut shared: Vec<Vec<String>> = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(code) = name
            .strip_prefix("ij_cfa_etablissement.region-")
            .and_then(|rest| rest.strip_suffix(".csv"))
        else {
            continue;
        };
        let text = read(&test, &name);
        assert_eq!(
            text.lines().next(),
            csv.lines().next(),
            "{name} has another header"
        );
        assert!(
            text.lines().skip(1).all(|line| csv.contains(line)),
            "{name} is not written as the CSV is"
        );
        for record in records(&text).into_iter().skip(1) {
            assert_eq!(
                record[place],
                if code == "aucune" { "" } else { code },
                "{name}: {record:?}"
            );
            shared.push(record);
        }
    }
    let mut lines: Vec<Vec<String>> = whole[1..].to_vec();
    shared.sort();
    lines.sort();
    assert!(
        shared == lines,
        "the régions together are not the whole table"
    );
    let objects: Vec<Value> = read(&test, "ij_cfa_etablissement.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(objects.len(), lines.len());
    assert!(
        objects.iter().any(|row| row["taux_emploi_6_mois"].is_u64())
            && objects
                .iter()
                .any(|row| row["taux_emploi_6_mois"].is_null())
    );
    assert!(objects.iter().all(|row| row["uai"].is_string()));
    // Named by the sums, the descriptor, the readme and the portal.
    let sums = read(&test, "SHA256SUMS");
    let descriptor: Value = serde_json::from_str(&read(&test, "datapackage.json")).unwrap();
    let told = descriptor["resources"][0]["forms"].as_array().unwrap();
    assert!(told.len() > 5);
    for form in told {
        assert!(sums.contains(form["path"].as_str().unwrap()), "{form}");
        assert!(
            sums.contains(form["hash"].as_str().unwrap().trim_start_matches("sha256:")),
            "{form}"
        );
    }
    assert!(read(&test, "README.md").contains("## Autres formes"));
    let manifest: Value = serde_json::from_str(&read(&test, "manifest.json")).unwrap();
    let shown = manifest["release"]["resources"].as_array().unwrap();
    assert!(
        shown
            .iter()
            .any(|resource| resource["upload_name"] == "ij-cfa-etablissement.xlsx"),
        "{shown:?}"
    );
    test.run(&["verify", "state/package/tested/1.0.0", "--depth", "read"])
        .expect_exit(0);
    test.run(&["publish"])
        .expect_exit(0)
        .expect_told("nothing to do");
}

#[test]
fn forms_have_the_same_bytes_on_another_day_and_are_a_revision() {
    let (one, other) = (
        asking(ALL).env("SOURCE_DATE_EPOCH", "1800000000"),
        asking(ALL),
    );
    one.run(&["run", "-q"]).expect_exit(0);
    other.run(&["run", "-q"]).expect_exit(0);
    assert_eq!(one.releases(), other.releases());
    let plain = asking("");
    plain.run(&["run", "-q"]).expect_exit(0);
    let plain = plain.with(ALL);
    plain.run(&["run", "--to", "package", "-q"]).expect_exit(0);
    assert!(
        plain
            .path("state/package/tested/1.0.1/ij_cfa_etablissement.xlsx")
            .is_file(),
        "a form that is asked is a new version"
    );
    plain
        .with("forms_of_nothing = 1\n")
        .run(&["check"])
        .expect_exit(2);
    asking("forms = [\"pdf\"]\n")
        .run(&["check"])
        .expect_exit(2)
        .expect_told("csv-by-region");
}
