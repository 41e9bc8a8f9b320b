//! The output of each stage on the sample is pinned to its format number: other bytes under the same number would leave
//! stale artefacts in every state. When a digest moves on purpose, move the `FORMAT` of the stage, then the line here.

use debouches_model::Sha256;

use crate::harness::{PipelineTest, project};

/// `stage format file sha256`, one line each, from a run on the sample.
fn pinned(test: &PipelineTest) -> String {
    let formats = [
        ("validate", debouches_validate::FORMAT),
        ("enrich", debouches_enrich::FORMAT),
        ("package", debouches_release::FORMAT),
    ];
    let mut lines = String::new();
    for (stage, format) in formats {
        for (subject, name) in [
            ("ij_cfa_etablissement", "table.arrow"),
            ("ij_regional", "table.arrow"),
            ("insersup", "table.arrow"),
            ("insertion-etablissements", "ij_cfa_etablissement.csv"),
            ("insertion-regions", "ij_regional.parquet"),
            ("insertion-superieur", "insersup.parquet"),
            ("insertion-superieur", "datapackage.json"),
        ] {
            if test.path(&format!("state/{stage}/{subject}")).is_dir() {
                let digest = Sha256::of(
                    &std::fs::read(test.state_file(&format!("{stage}/{subject}"), name)).unwrap(),
                );
                lines += &format!("{stage} {format} {subject}/{name} {digest}\n");
            }
        }
    }
    lines
}

#[test]
fn the_bytes_of_each_stage_are_those_of_its_format_number() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let found = pinned(&test);
    let file = project().join("tests/data/formats.txt");
    if std::env::var_os("DEBOUCHES_PIN").is_some() {
        std::fs::write(&file, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap();
    assert_eq!(
        found, expected,
        "move the FORMAT of the stage that changed, then run this test with DEBOUCHES_PIN=1"
    );
}
