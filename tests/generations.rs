//! Every generation of a source is read into the same table, whatever its headings, its encoding or its form.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::harness::{PipelineTest, fixture, real_data};

/// A pipeline that reads one file into one table, and nothing else.
fn reads(table: &str, file: &Path, given: Option<&str>) -> PipelineTest {
    let given = given
        .map(|cumul| format!("given = {{ annee = \"{cumul}\" }}\n"))
        .unwrap_or_default();
    let url = file.display();
    PipelineTest::with_config(&format!(
        "[[source]]\nid = \"s\"\nkind = \"file\"\nurl = \"{url}\"\ntable = \"{table}\"\n{given}"
    ))
}

fn report(test: &PipelineTest) -> Value {
    let ran = test
        .run(&["run", "--to", "validate", "--json"])
        .expect_exit(0)
        .json();
    ran["steps"]
        .as_array()
        .unwrap()
        .iter()
        .find(|step| step["stage"] == "validate")
        .unwrap()["report"]
        .clone()
}

/// Table, file, cumul told by the configuration, generation recognised, rows, records when a record makes several rows.
type Generation = (
    &'static str,
    &'static str,
    Option<&'static str>,
    &'static str,
    i64,
    Option<&'static str>,
);

fn all_are_read(folder: &Path, generations: &[Generation]) {
    for (table, file, given, shape, rows, records) in generations {
        let report = report(&reads(table, &folder.join(file), *given));
        let counts = (
            report["rows"]["received"].as_i64(),
            report["rows"]["refused"].as_i64(),
        );
        assert_eq!(counts, (Some(*rows), Some(0)), "{file}: {report:#}");
        assert_eq!(
            (
                report["notes"]["shape"].as_str(),
                report["notes"]["records"].as_str()
            ),
            (Some(*shape), *records),
            "{file}"
        );
    }
}

const LYCEE: &str = "ij_lycee_etablissement";
const HORIZON: &str = "insersup_par_horizon";

#[test]
fn every_generation_of_the_sample_is_recognised_by_its_header() {
    all_are_read(
        &fixture("sources"),
        &[
            (
                LYCEE,
                "inserjeunes/etablissements-2018_2019-pro.csv",
                Some("cumul 2018-2019"),
                "telechargement_2018",
                40,
                None,
            ),
            (
                LYCEE,
                "inserjeunes/etablissements-2021_2022-pro.csv",
                Some("cumul 2021-2022"),
                "telechargement",
                40,
                None,
            ),
            (
                "ij_cfa_etablissement",
                "inserjeunes/etablissements-2021_2022-apprentissage.csv",
                Some("cumul 2021-2022"),
                "telechargement",
                24,
                None,
            ),
            (
                "ij_lycee_formation",
                "inserjeunes/lycee_pro-formation-fine.csv",
                None,
                "ods",
                120,
                None,
            ),
            (
                "ij_cfa_formation",
                "inserjeunes/cfa-formation-fine.csv",
                None,
                "ods",
                120,
                None,
            ),
            (
                "ij_agricole_formation",
                "inserjeunes/lycee_agricole-formation-fine.csv",
                None,
                "ods",
                120,
                None,
            ),
            (
                HORIZON,
                "insersup/fr-esr-insersup_2023_S2.json",
                None,
                "2023_s2",
                25,
                None,
            ),
            (
                HORIZON,
                "insersup/fr-esr-insersup_2024_S2.json",
                None,
                "2024_s2",
                60,
                None,
            ),
            (
                HORIZON,
                "insersup/fr-esr-insersup_2025_S2.csv",
                None,
                "2025_s2",
                60,
                Some("12"),
            ),
            (
                HORIZON,
                "insersup/fr-esr-insersup.csv",
                None,
                "2026_s1",
                800,
                Some("160"),
            ),
            (
                HORIZON,
                "insersup/insersup_api_etablissement.json",
                None,
                "api_etablissement",
                25,
                Some("5"),
            ),
        ],
    );
}

#[test]
#[ignore = "needs the real files: DEBOUCHES_DATA names their folder"]
fn every_generation_of_the_real_files_is_read_whole_with_real_files() {
    let folder = real_data();
    let depp = |year: &'static str, path: &'static str| -> &'static str {
        match (year, path) {
            ("2018_2019", _) => "inserjeunes/depp-2022-etablissements-2018_2019-pro.csv.gz",
            ("2020_2021", _) => "inserjeunes/depp-2022-etablissements-2020_2021-pro.csv.gz",
            (_, "pro") => "inserjeunes/depp-2022-etablissements-2021_2022-pro.csv.gz",
            _ => "inserjeunes/depp-2022-etablissements-2021_2022-apprentissage.csv.gz",
        }
    };
    all_are_read(
        &folder,
        &[
            (
                LYCEE,
                depp("2018_2019", "pro"),
                Some("cumul 2018-2019"),
                "telechargement_2018",
                4_569,
                None,
            ),
            (
                LYCEE,
                depp("2020_2021", "pro"),
                Some("cumul 2020-2021"),
                "telechargement",
                4_972,
                None,
            ),
            (
                LYCEE,
                depp("2021_2022", "pro"),
                Some("cumul 2021-2022"),
                "telechargement",
                5_325,
                None,
            ),
            (
                "ij_cfa_etablissement",
                depp("2021_2022", "cfa"),
                Some("cumul 2021-2022"),
                "telechargement",
                2_288,
                None,
            ),
            (
                "ij_lycee_formation",
                "inserjeunes/fr-en-inserjeunes-lycee_pro-formation-fine_bts_extrait.csv",
                None,
                "ods",
                19,
                None,
            ),
            (
                HORIZON,
                "insersup/fr-esr-insersup_2023_S2_api_formations.json",
                None,
                "2023_s2",
                7,
                None,
            ),
            (
                HORIZON,
                "insersup/fr-esr-insersup_2024_S2_api_formations.json",
                None,
                "2024_s2",
                60,
                None,
            ),
            (
                HORIZON,
                "insersup/fr-esr-insersup_2026_S1_extrait.csv",
                None,
                "2026_s1",
                50,
                Some("10"),
            ),
            (
                HORIZON,
                "insersup/api_insersup_etablissement_formations.json",
                None,
                "api_etablissement",
                5,
                Some("1"),
            ),
        ],
    );
}

#[test]
fn what_a_file_does_not_tell_is_asked_for() {
    let file = fixture("sources/inserjeunes/etablissements-2018_2019-pro.csv");
    let ran = reads(LYCEE, &file, None)
        .run(&["run", "--to", "validate"])
        .expect_exit(2);
    ran.expect_told("given.annee")
        .expect_told("cumul 2020-2021");
    let told = fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv");
    let ran = reads("ij_cfa_etablissement", &told, Some("cumul 2018-2019"))
        .run(&["run", "--to", "validate"]);
    ran.expect_exit(2).expect_told("takes no `given.annee`");
}

/// The rows of the CSV that a table gives once packaged, by the values of these columns.
fn published(
    test: &PipelineTest,
    table: &str,
    key: &[&str],
) -> BTreeMap<String, BTreeMap<String, String>> {
    let dataset = format!(
        "[[dataset]]\nid = \"d\"\ntables = [\"{table}\"]\nlicence = \"lov2\"\nfrequency = \"annual\"\n"
    );
    let config = std::fs::read_to_string(test.path("pipeline.toml")).unwrap();
    std::fs::write(test.path("pipeline.toml"), config + &dataset).unwrap();
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let file = test.state_file("package", &format!("{table}.csv"));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_path(file)
        .unwrap();
    let header = reader.headers().unwrap().clone();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        let cells: BTreeMap<String, String> = header
            .iter()
            .zip(record.iter())
            .map(|(name, cell)| (name.to_owned(), cell.to_owned()))
            .collect();
        (
            key.iter()
                .map(|name| cells[*name].as_str())
                .collect::<Vec<_>>()
                .join(" "),
            cells,
        )
    });
    rows.collect()
}

#[test]
fn a_figure_is_the_same_in_each_generation_that_tells_it() {
    let key = [
        "etablissement",
        "diplome",
        "promo",
        "obtention_diplome",
        "genre",
        "horizon_mois",
    ];
    let read = |file: &str| {
        published(
            &reads(HORIZON, &fixture("sources/insersup").join(file), None),
            HORIZON,
            &key,
        )
    };
    let now = read("fr-esr-insersup.csv");
    for (file, measures) in [
        (
            "fr-esr-insersup_2023_S2.json",
            vec!["tx_sortants_en_emploi_sal_fr"],
        ),
        (
            "fr-esr-insersup_2024_S2.json",
            vec![
                "tx_sortants_en_emploi_sal_fr",
                "salaire_q2",
                "nb_sortants_en_emploi_stable",
            ],
        ),
        (
            "fr-esr-insersup_2025_S2.csv",
            vec![
                "tx_sortants_en_emploi_sal_fr",
                "salaire_q2",
                "nb_sortants_en_emploi_stable",
            ],
        ),
    ] {
        let then = read(file);
        let mut compared = 0;
        for (key, row) in &then {
            for measure in measures.iter().filter(|measure| {
                // What one generation hides, another one may show.
                let status = format!("{measure}_statut");
                row[&status] == "mesure" && now[key][&status] == "mesure"
            }) {
                assert_eq!(
                    row[*measure], now[key][*measure],
                    "{file}: {measure} of {key}"
                );
                compared += 1;
            }
        }
        assert!(compared >= 10, "{file}: only {compared} figures to compare");
    }
}

#[test]
#[ignore = "needs the real files: DEBOUCHES_DATA names their folder"]
fn the_download_and_the_portal_export_tell_the_same_of_the_same_cumul_with_real_files() {
    let folder = real_data();
    let table = "ij_cfa_etablissement";
    let of = |file: &str, given| {
        published(
            &reads(table, &folder.join("inserjeunes").join(file), given),
            table,
            &["annee", "uai"],
        )
    };
    let download = of(
        "depp-2022-etablissements-2021_2022-apprentissage.csv.gz",
        Some("cumul 2021-2022"),
    );
    let portal = of("fr-en-inserjeunes-cfa.csv.gz", None);
    assert_eq!(download.len(), 2_288);
    let measures = [
        "part_en_poursuite_d_etudes",
        "part_en_emploi_6_mois_apres_la_sortie",
        "part_des_autres_situations",
        "part_poursuite_etudes",
        "taux_emploi_6_mois",
        "taux_emploi_6_mois_attendu",
        "valeur_ajoutee_6_mois",
    ];
    let differ = |(key, row): &(&String, &BTreeMap<String, String>)| {
        measures
            .iter()
            .any(|name| row[*name] != portal[*key][*name])
    };
    let different: Vec<_> = download.iter().filter(differ).map(|(key, _)| key).collect();
    assert_eq!(
        different,
        Vec::<&String>::new(),
        "the same figures through both doors"
    );
}

/// The first generation, told apart by populations: they are those of the file, and of no constant.
#[test]
fn populations_that_a_file_of_the_first_generation_tells_are_kept() {
    let text =
        std::fs::read_to_string(fixture("sources/insersup/fr-esr-insersup_2023_S2.json")).unwrap();
    let mut records: Vec<Value> = serde_json::from_str(&text).unwrap();
    let together = records.len();
    let mut women = records.clone();
    for record in &mut women {
        record["genre"] = Value::from("femme");
    }
    for record in &mut records {
        record["genre"] = Value::from("ensemble");
    }
    records.extend(women);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("insersup.json");
    std::fs::write(&file, serde_json::to_string(&records).unwrap()).unwrap();
    let test = reads(HORIZON, &file, None);
    let read = report(&test);
    assert_eq!(read["notes"]["shape"], "2023_s2", "{read:#}");
    assert_eq!(read["rows"]["received"], 2 * together, "{read:#}");
    let rows = published(
        &test,
        HORIZON,
        &["diplome", "genre", "nationalite", "promo", "horizon_mois"],
    );
    let of = |genre: &str| rows.values().filter(|row| row["genre"] == genre).count();
    assert_eq!((of("femme"), of("ensemble")), (together, together));
}

/// A promotion alone and in a cumul, one diploma under two disciplines, a rate that is not its counts: told in the long form
/// as in the wide one.
#[test]
fn the_long_form_has_the_rules_of_the_wide_one() {
    let text =
        std::fs::read_to_string(fixture("sources/insersup/fr-esr-insersup_2024_S2.json")).unwrap();
    let records: Vec<Value> = serde_json::from_str(&text).unwrap();
    let with = |changes: &[(&str, Value)]| {
        let mut changed = records[0].clone();
        for (name, value) in changes {
            changed[*name] = value.clone();
        }
        changed
    };
    let found = |more: Value| {
        let mut all = records.clone();
        all.push(more);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("insersup.json");
        std::fs::write(&file, serde_json::to_string(&all).unwrap()).unwrap();
        let test = reads(HORIZON, &file, None);
        let ran = test.run(&["run", "--to", "validate", "--json"]).json();
        let mut step = ran["steps"].as_array().unwrap().iter();
        let step = step.rfind(|step| step["stage"] == "validate").unwrap();
        let rules = step["report"]["rules"].as_array().unwrap().clone();
        let broken = rules
            .iter()
            .filter(|rule| rule["findings"].as_u64() > Some(0));
        broken
            .map(|rule| rule["rule"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let untouched = found(with(&[("diplome", Value::from("2599999"))]));
    let year: u32 = records[0]["promo"][0].as_str().unwrap().parse().unwrap();
    for (changes, rule) in [
        // Both in the wrong order, which is read as the right one, and beside the year alone.
        (
            vec![(
                "promo",
                serde_json::json!([year.to_string(), (year - 1).to_string()]),
            )],
            "promotion-overlap",
        ),
        (vec![("sectdis", Value::from("99"))], "discipline-duplicate"),
        (
            vec![
                ("diplome", Value::from("2599999")),
                ("nb_sortants", Value::from("100")),
                ("nb_sortants_en_emploi_sal_fr", Value::from("50")),
                ("tx_sortants_en_emploi_sal_fr", Value::from("60")),
            ],
            "rate-mismatch",
        ),
    ] {
        let told = found(with(&changes));
        assert!(told.iter().any(|code| code == rule), "{rule}: {told:?}");
        assert!(!untouched.iter().any(|code| code == rule), "{untouched:?}");
    }
}
