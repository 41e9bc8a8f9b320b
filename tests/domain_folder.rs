//! A folder of tables, shapes and code lists over the embedded ones: what a maintainer adds or amends without a compiler.
//!
//! The files are those of the how-to in `crates/debouches-insertion/README.md`, so that what it says works.

use std::fs;
use std::path::Path;

use crate::harness::{PipelineTest, Ran, project};

const TABLE: &str = "domain/tables/mes_effectifs.toml";
const SHAPE: &str = "domain/shapes/mes_effectifs.csv.toml";

/// The blocks of the how-to in that language, in order.
fn blocks(language: &str) -> Vec<String> {
    let page = project().join("crates/debouches-insertion/README.md");
    let text = fs::read_to_string(page).unwrap();
    let how_to = text
        .split("### A table, its shape and a fixture")
        .nth(1)
        .unwrap();
    let start = format!("   ```{language}\n");
    how_to
        .split(&start)
        .skip(1)
        .map(|rest| {
            let block = rest.split("   ```").next().unwrap();
            block
                .lines()
                .map(|line| line.strip_prefix("   ").unwrap_or(line))
                .collect::<Vec<_>>()
                .join("\n")
                + "\n"
        })
        .collect()
}

fn write(test: &PipelineTest, path: &str, text: &str) {
    let path = test.path(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The pipeline of the how-to.
fn how_to() -> PipelineTest {
    let toml = blocks("toml");
    let [table, universe, shape, config] = toml.as_slice() else {
        panic!("the how-to has {} blocks of TOML", toml.len());
    };
    let test = PipelineTest::with_config(config);
    write(&test, "sources/effectifs.csv", &blocks("csv")[0]);
    write(&test, TABLE, table);
    write(&test, "domain/universes/apprentis.toml", universe);
    write(&test, SHAPE, shape);
    test
}

/// The pipeline of the how-to, with one word of a file replaced; runs `check`.
fn broken(path: &str, word: &str, replacement: &str) -> Ran {
    let test = how_to();
    let file = test.path(path);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(word), "{path} has no {word}");
    fs::write(&file, text.replacen(word, replacement, 1)).unwrap();
    test.run(&["check"])
}

/// The line of a file of the how-to that has that word.
fn line_of(path: &str, word: &str) -> usize {
    let text = fs::read_to_string(how_to().path(path)).unwrap();
    text.lines().position(|line| line.contains(word)).unwrap() + 1
}

#[test]
fn a_table_of_ten_lines_goes_from_its_file_to_a_release() {
    let test = how_to();
    test.run(&["check"]).expect_exit(0).expect_told(TABLE);
    test.run(&["run"]).expect_exit(0);
    let releases = test.releases();
    let (_, csv) = releases
        .iter()
        .find(|(path, _)| path.ends_with("mes_effectifs.csv"))
        .unwrap();
    let text = String::from_utf8(csv.clone()).unwrap();
    assert!(
        text.contains("0010856A") && text.contains("Auvergne-Rhône-Alpes"),
        "{text}"
    );
}

#[test]
fn each_of_five_mistakes_names_its_file_its_line_and_the_word_expected() {
    for (path, word, replacement, expected) in [
        (TABLE, "title", "titel", "`title`"),
        (
            TABLE,
            "\"annee\", \"uai\"]",
            "\"anee\", \"uai\"]",
            "`annee`",
        ),
        (TABLE, "\"integer\"", "\"integr\"", "`integer`"),
        (TABLE, "format = \"uai\"", "format = \"uia\"", "`uai`"),
        (
            SHAPE,
            "\"nb_apprentis\"",
            "\"nb_aprentis\"",
            "`nb_apprentis`",
        ),
    ] {
        let line = line_of(path, word);
        broken(path, word, replacement)
            .expect_exit(2)
            .expect_told(&format!("{path}:{line}: "))
            .expect_told(&format!("expected: {expected}"));
    }
}

#[test]
fn the_mistakes_of_all_files_are_told_at_once() {
    let test = how_to();
    for (path, word, replacement) in [
        (TABLE, "title", "titel"),
        (TABLE, "\"integer\"", "\"integr\""),
        (SHAPE, "\"nb_apprentis\"", "\"nb_aprentis\""),
    ] {
        let text = fs::read_to_string(test.path(path)).unwrap();
        write(&test, path, &text.replacen(word, replacement, 1));
    }
    write(
        &test,
        "domain/codes/regions.csv",
        "region_cog;region_nam\n01;Guadeloupe\n",
    );
    write(&test, "domain/codes/region.csv", "code;libelle\n");
    test.run(&["check"])
        .expect_exit(2)
        .expect_told("expected: `title`")
        .expect_told("expected: `integer`")
        .expect_told("domain/codes/regions.csv:1: ")
        .expect_told(
            "domain/codes/region.csv: no code list is called `region` (expected: `regions`)",
        );
}

#[test]
fn an_embedded_table_is_amended_by_a_file_of_its_name() {
    let test = PipelineTest::sample();
    let embedded = project().join("crates/debouches-insertion/tables/ij_cfa_etablissement.toml");
    let text = fs::read_to_string(embedded).unwrap();
    let amended = text.replacen("\"nd\" = ", "\"ns\" = \"secret\"\n\"nd\" = ", 1);
    assert_ne!(text, amended);
    write(&test, "domain/tables/ij_cfa_etablissement.toml", &amended);
    test.run(&["check"])
        .expect_exit(0)
        .expect_told("domain/tables/ij_cfa_etablissement.toml");
    // Two spellings of one key are one too many.
    write(
        &test,
        "domain/tables/ij_cfa_etablissement.toml",
        &amended.replacen("\"ns\" = ", "\"nd\" = ", 1),
    );
    test.run(&["check"]).expect_exit(2);
}

#[test]
fn the_folder_has_the_place_that_the_configuration_gives_it() {
    let test = how_to();
    fs::rename(test.path("domain"), test.path("mine")).unwrap();
    test.run(&["check"]).expect_exit(2);
    let test = test.with("[domain]\nfolder = \"mine\"\n");
    test.run(&["check"])
        .expect_exit(0)
        .expect_told("mine/tables/mes_effectifs.toml");
    write(&test, "mine/table/other.toml", "");
    test.run(&["check"]).expect_exit(2).expect_told("`tables`");
}

#[test]
fn the_schemas_complete_the_names_that_the_domain_knows() {
    let test = how_to();
    let table = test.run(&["schema", "table"]).expect_exit(0).json();
    assert_eq!(table["properties"]["title"]["type"], "string");
    let names = |value: &serde_json::Value| value.to_string();
    assert!(names(&table["properties"]["add"]).contains("territory"));
    assert!(names(&table["$defs"]["DerivedSpec"]).contains("linked-regions"));
    let shape = test.run(&["schema", "shape"]).expect_exit(0).json();
    assert!(names(&shape["properties"]["body"]).contains("inserjeunes-api"));
    assert!(Path::new(&test.path(SHAPE)).exists());
}
