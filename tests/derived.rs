//! Derived tables: the continuum of diplomas and the figures that follow it, on vectors and on real files.

use serde_json::Value;

use crate::harness::{PipelineTest, fixture, project, real_data};

const REGIONAL: &str = include_str!("../crates/xtask/data/headers/ij_regional.csv");
const DIPLOMAS: &str = include_str!("../crates/xtask/data/headers/n_formation_diplome.csv");

/// A line under a heading, with these cells.
fn line(heading: &str, cells: &[(&str, &str)]) -> String {
    let find = |name: &str| {
        cells
            .iter()
            .find(|(own, _)| *own == name)
            .map_or("", |(_, value)| *value)
    };
    heading
        .trim()
        .split(';')
        .map(find)
        .collect::<Vec<_>>()
        .join(";")
        + "\n"
}

/// Regional figures of apprentices on one diploma of a succession of two.
fn v48_files(own: &str, leavers: u32) -> PipelineTest {
    let mut config = String::new();
    for (id, table, file) in [
        (
            "mef",
            "bcn_mef",
            fixture("sources/bcn/n_mef.csv").display().to_string(),
        ),
        ("v", "bcn_formation_diplome", "diplomas.csv".to_owned()),
        ("n", "bcn_n_formation_diplome", "diplomas.csv".to_owned()),
        (
            "g",
            "bcn_groupe_specialite",
            fixture("sources/bcn/n_groupe_specialite.csv")
                .display()
                .to_string(),
        ),
        (
            "ci",
            "certif_info",
            fixture("sources/metiers/certif_info.csv")
                .display()
                .to_string(),
        ),
        ("r", "ij_regional", "regional.csv".to_owned()),
    ] {
        config += &format!(
            "[[source]]\nid = \"{id}\"\nkind = \"file\"\nurl = \"{file}\"\ntable = \"{table}\"\n"
        );
    }
    for (id, table) in [
        ("liees", "donnees_liees_regionales"),
        ("regionale", "ij_regional"),
    ] {
        config += &format!(
            "[[dataset]]\nid = \"{id}\"\ntables = [\"{table}\"]\nlicence = \"lov2\"\nfrequency = \"annual\"\n"
        );
    }
    let test = PipelineTest::with_config(&config);
    // 40022105 follows 40022102; both codes are real, the labels are not.
    let diploma = |cfd, next, before| {
        let cells = [
            ("FORMATION_DIPLOME", cfd),
            ("GROUPE_SPECIALITE", "221"),
            ("LIBELLE_LONG_200", "ESSAI"),
            ("NOUVEAU_DIPLOME_1", next),
            ("ANCIEN_DIPLOME_1", before),
        ];
        line(DIPLOMAS, &cells)
    };
    let diplomas = diploma("40022102", "40022105", "") + &diploma("40022105", "", "40022102");
    std::fs::write(
        test.path("diplomas.csv"),
        format!("{}\n{diplomas}", DIPLOMAS.trim()),
    )
    .unwrap();
    write_regional(&test, own, leavers);
    test
}

/// The regional file: one diploma, ten who continue and so many leavers.
fn write_regional(test: &PipelineTest, own: &str, leavers: u32) {
    let (total, leavers) = ((10 + leavers).to_string(), leavers.to_string());
    let regional = line(
        REGIONAL,
        &[
            ("id", "x"),
            ("millesime", "2020_2021"),
            ("code_region_ij", "10"),
            ("code_region", "11"),
            ("voie", "apprentissage"),
            ("cfd", own),
            ("nb_annee_term", &total),
            ("nb_poursuite_etudes", "10"),
            ("nb_sortant", &leavers),
            ("nb_en_emploi_6_mois", &leavers),
            ("taux_emploi_6_mois", "100"),
        ],
    );
    std::fs::write(
        test.path("regional.csv"),
        format!("{}\n{regional}", REGIONAL.trim()),
    )
    .unwrap();
}

/// The published rows, as (code, leavers, status, source type, source code).
fn published(test: &PipelineTest) -> Vec<[String; 5]> {
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let releases = test.releases();
    let newest = releases
        .keys()
        .rfind(|path| path.starts_with("liees/") && path.ends_with("regionales.csv"))
        .unwrap();
    let csv = String::from_utf8(releases[newest].clone()).unwrap();
    let mut lines = csv
        .trim_start_matches('\u{feff}')
        .lines()
        .map(|line| line.split(';').collect::<Vec<_>>());
    let heading = lines.next().unwrap();
    let place = |name: &str| heading.iter().position(|own| *own == name).unwrap();
    let wanted = [
        "cfd",
        "nb_sortant",
        "nb_sortant_statut",
        "donnee_source_type",
        "donnee_source_code",
    ]
    .map(place);
    lines
        .map(|cells| wanted.map(|place| cells[place].trim_matches('"').to_owned()))
        .collect()
}

#[test]
fn v48_the_new_diploma_shows_the_numbers_of_the_old_one_in_the_published_file() {
    let rows = published(&v48_files("40022102", 40));
    assert_eq!(
        rows,
        [
            ["40022102", "40", "mesure", "directe", "40022102"].map(str::to_owned),
            ["40022105", "40", "mesure", "ancienne", "40022102"].map(str::to_owned),
        ]
    );
}

#[test]
fn v14_a_copy_of_a_suppressed_cell_is_suppressed() {
    let rows = published(&v48_files("40022105", 19));
    assert_eq!(
        rows,
        [
            ["40022102", "", "secret", "nouvelle", "40022105"].map(str::to_owned),
            ["40022105", "", "secret", "directe", "40022105"].map(str::to_owned),
        ]
    );
}

/// Nineteen leavers were hidden, twenty are published a release later: a revision through the threshold is no leak, and no reason
/// to refuse an ordinary file.
#[test]
fn a_revision_through_the_threshold_passes_in_the_table_and_in_its_copies() {
    let test = v48_files("40022102", 19);
    let before = published(&test);
    assert_eq!(
        before[1],
        ["40022105", "", "secret", "ancienne", "40022102"].map(str::to_owned)
    );
    write_regional(&test, "40022102", 20);
    test.run(&["run", "--to", "package"]).expect_exit(0);
    assert_eq!(
        test.releases()
            .keys()
            .filter(|path| path.ends_with("liees_regionales.csv"))
            .count(),
        2
    );
}

#[test]
fn copies_without_a_release_of_what_they_repeat_are_refused() {
    let test = v48_files("40022102", 40);
    test.run(&["run", "--to", "enrich"]).expect_exit(0);
    // Asked for alone, the dataset that it follows is packaged too.
    test.run(&["package", "liees"]).expect_exit(0);
    assert!(
        test.releases()
            .keys()
            .any(|path| path.starts_with("regionale/"))
    );
    let config = std::fs::read_to_string(test.path("pipeline.toml")).unwrap();
    let alone = config
        .split("[[dataset]]\nid = \"regionale\"")
        .next()
        .unwrap();
    std::fs::write(test.path("pipeline.toml"), alone).unwrap();
    test.run(&["check"])
        .expect_exit(2)
        .expect_told("repeats figures of `ij_regional`, which no dataset publishes");
    let together = alone.replace(
        "[\"donnees_liees_regionales\"]",
        "[\"donnees_liees_regionales\", \"ij_regional\"]",
    );
    std::fs::write(test.path("pipeline.toml"), together).unwrap();
    // Beside its original, it follows the file of the same release.
    test.run(&["package", "liees"]).expect_exit(0);
    assert!(
        test.releases()
            .keys()
            .any(|path| path.ends_with("ij_regional.csv"))
    );
}

#[test]
#[ignore = "needs the real files: DEBOUCHES_DATA names their folder"]
fn p8_the_real_continuum_and_the_rows_that_follow_it_with_real_files() {
    let folder = real_data();
    let config = std::fs::read_to_string(project().join("tests/data/real.toml")).unwrap();
    let test = PipelineTest::with_config(&config.replace("{data}", &folder.display().to_string()));
    let subjects = ["referentiels-formations", "insertion-regions"];
    let ran = test
        .run(&[&["run", "--to", "package", "--json"], subjects.as_slice()].concat())
        .expect_exit(0)
        .json();
    let measures = |table: &str| {
        let mut steps = ran["steps"].as_array().unwrap().iter();
        steps
            .find(|step| step["stage"] == "enrich" && step["subject"] == table)
            .unwrap()["report"]["measures"]
            .clone()
    };
    let count = |measures: &Value, name: &str| measures[name].as_f64().map(|count| count as u64);
    let continuum = measures("continuum_diplomes");
    for (name, expected) in [
        ("links", 1_532),
        ("strict_links", 856),
        ("chains", 561),
        ("chains_of_length_1", 344),
        ("chains_of_length_2", 151),
        ("chains_of_length_3", 55),
        ("chains_of_length_4", 10),
        ("chains_of_length_5", 1),
        ("fusions", 185),
        ("divisions", 127),
        ("unknown_codes", 15),
        ("self_references", 3),
        ("links_in_cycles", 0),
    ] {
        assert_eq!(
            count(&continuum, &format!("continuum.{name}")),
            Some(expected),
            "{name}"
        );
    }
    let linked = measures("donnees_liees_regionales");
    for (origin, expected) in [
        ("directe", 29_410),
        ("ancienne", 9_998),
        ("nouvelle", 22_040),
        ("annee_non_terminale", 30_605),
        ("annee_commune", 1_944),
    ] {
        assert_eq!(
            count(&linked, &format!("rows.{origin}")),
            Some(expected),
            "{origin}"
        );
    }
    assert_eq!(linked["rows_with_region"], 1.0);
    assert_eq!(measures("tags_regions")["valid_uai_with_region"], 1.0);
    for (table, share) in [("ij_regional", 0.96), ("donnees_liees_regionales", 0.95)] {
        assert!(
            measures(table)["rows_with_rome"].as_f64().unwrap() > share,
            "{table}"
        );
    }
    rome_coverage(&test);
    test.run(&["why", "continuum_diplomes"])
        .expect_exit(0)
        .expect_told("nothing moved");
    test.run(&["status", "insertion-regions"])
        .expect_exit(0)
        .expect_told("current");
}

/// Open vocational diplomas with trades in Certif Info: directly, then with the continuum of diplomas.
fn rome_coverage(test: &PipelineTest) {
    const VOCATIONAL: [&str; 9] = [
        "500", "503", "400", "403", "320", "323", "450", "561", "461",
    ];
    let file = test.state_file(
        "package/referentiels-formations",
        "referentiel_diplomes.csv",
    );
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_path(file)
        .unwrap();
    let header = reader.headers().unwrap().clone();
    let place = |name: &str| header.iter().position(|own| own == name).unwrap();
    let [kind, code, opened, closed, method] = [
        "type_code",
        "cfd",
        "date_ouverture",
        "date_fermeture",
        "rome_methode",
    ]
    .map(place);
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    // Open on the first of September 2025, the day of the nomenclature.
    let is_open = |record: &&csv::StringRecord| {
        let (from, to) = (&record[opened], &record[closed]);
        !from.is_empty() && from <= "2025-09-01" && (to.is_empty() || to >= "2025-09-01")
    };
    let vocational = records
        .iter()
        .filter(|record| &record[kind] == "cfd" && VOCATIONAL.contains(&&record[code][..3]));
    let methods: Vec<&str> = vocational
        .filter(is_open)
        .map(|record| &record[method])
        .collect();
    let count =
        |wanted: &dyn Fn(&str) -> bool| methods.iter().filter(|method| wanted(method)).count();
    let (direct, any) = (
        count(&|method| method == "certif_info"),
        count(&|method| method != "inconnu"),
    );
    assert_eq!((methods.len(), direct), (604, 520), "86 % directly");
    assert!(
        any * 100 >= methods.len() * 91,
        "{any} of {} with the continuum",
        methods.len()
    );
}
