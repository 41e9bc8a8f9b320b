//! A source that takes too much memory is one refused source: the process that reads it dies, and nobody else.

use crate::harness::PipelineTest;

/// A body of a few megabytes that holds far more cells than the limit has room for, behind a heading that is known.
fn greedy() -> Vec<u8> {
    use std::io::Write as _;
    let heading = std::fs::read_to_string(crate::harness::fixture(
        "sources/inserjeunes/cfa-formation-fine.csv",
    ))
    .unwrap();
    let mut lines = heading.lines();
    let (heading, row) = (lines.next().unwrap(), lines.next().unwrap());
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writeln!(packed, "{heading}").unwrap();
    // Each row has a text of its own: nothing is shared.
    for number in 0..500_000_u32 {
        let row = row.replacen("9719901K", &format!("{number:07}A"), 1);
        writeln!(packed, "{row}").unwrap();
    }
    packed.finish().unwrap()
}

#[test]
fn a_body_that_takes_too_much_memory_is_one_refused_source_and_the_others_go_out() {
    let test = PipelineTest::sample();
    let path = test.path("greedy.csv.gz");
    std::fs::write(&path, greedy()).unwrap();
    let config = std::fs::read_to_string(test.path("pipeline.toml")).unwrap();
    let original = crate::harness::fixture("sources/inserjeunes/cfa-formation-fine.csv");
    std::fs::write(
        test.path("pipeline.toml"),
        config.replace(&original.display().to_string(), &path.display().to_string()),
    )
    .unwrap();
    let ran = test
        .run(&["run", "--memory", "300M", "-q"])
        .expect_exit(3)
        .expect_told(
            "refused: validate ij_cfa_formation: the file cannot be read within 300 MB of memory",
        );
    assert!(
        ran.stderr().contains("hint: what is published stays") && !ran.stderr().contains("error:"),
        "{}",
        ran.told()
    );
    // Only what holds its rows waits.
    let document = test
        .run(&["run", "--memory", "300M", "--json"])
        .expect_exit(3)
        .json();
    let published: Vec<String> = document["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|step| step["stage"] == "package" && step["outcome"] == "kept")
        .map(|step| step["subject"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        published,
        [
            "insertion-etablissements",
            "insertion-regions",
            "insertion-france",
            "insertion-superieur",
            "definitions-indicateurs",
        ]
    );
    test.run(&["status", "ij_cfa_formation"])
        .expect_exit(3)
        .expect_told("300 MB of memory");
}
