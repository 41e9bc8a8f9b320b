//! What published figures mean: one definition each, producers compared only where they count alike, indicators that nobody
//! delivers yet, coverage as datasets.

use std::collections::{BTreeMap, BTreeSet};

use crate::harness::{PipelineTest, fixture};

const REGIONAL: &str = include_str!("../crates/xtask/data/headers/ij_regional.csv");

/// The rows of a published CSV, by column name. Cells of the sample hold no separator but inside quotes.
fn rows(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(bytes);
    let heading: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let named = |record: csv::StringRecord| {
        heading
            .iter()
            .cloned()
            .zip(record.iter().map(str::to_owned))
            .collect()
    };
    reader
        .records()
        .map(|record| named(record.unwrap()))
        .collect()
}

fn published(test: &PipelineTest, dataset: &str, table: &str) -> Vec<BTreeMap<String, String>> {
    rows(
        &std::fs::read(test.state_file(&format!("package/{dataset}"), &format!("{table}.csv")))
            .unwrap(),
    )
}

#[test]
fn every_measure_of_every_published_file_has_one_definition() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let mut lines: BTreeMap<(String, String), u64> = BTreeMap::new();
    for row in published(&test, "definitions-indicateurs", "definitions") {
        *lines
            .entry((row["table_publiee"].clone(), row["indicateur"].clone()))
            .or_default() += 1;
    }
    // Another specification makes the definitions again: all of them are told among the ingredients.
    let manifest =
        std::fs::read_to_string(test.state_file("enrich/definitions", "manifest.json")).unwrap();
    assert!(manifest.contains("specifications read"), "{manifest}");
    let mut measures = 0;
    for (path, bytes) in test.releases() {
        let Some(table) = path
            .rsplit('/')
            .next()
            .and_then(|name| name.strip_suffix(".csv"))
        else {
            continue;
        };
        let heading =
            String::from_utf8(bytes.split(|byte| *byte == b'\n').next().unwrap().to_vec()).unwrap();
        let columns: BTreeSet<&str> = heading.split(';').collect();
        // A measure is a column with its state beside it.
        for measure in columns
            .iter()
            .filter(|name| columns.contains(format!("{name}_statut").as_str()))
        {
            // The code of a parcours has a state too, and is no figure.
            if *measure == "infp" {
                continue;
            }
            measures += 1;
            assert_eq!(
                lines.get(&(table.to_owned(), (*measure).to_owned())),
                Some(&1),
                "{path}: {measure}"
            );
        }
    }
    assert!(measures > 100, "{measures}");
}

#[test]
fn producers_stand_side_by_side_only_where_they_count_alike() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let rows = published(&test, "couverture-insertion", "comparables");
    assert!(!rows.is_empty());
    let mut sides: BTreeMap<[&str; 3], BTreeSet<&str>> = BTreeMap::new();
    for row in &rows {
        let alignment =
            ["regime", "horizon_mois", "dernier_millesime"].map(|name| row[name].as_str());
        sides
            .entry(alignment)
            .or_default()
            .insert(&row["producteur"]);
        assert_eq!(row["population"], "ensemble");
        assert!(
            !["UNIV", "all"].contains(&row["uai"].as_str()) && row["code"] != "all",
            "{row:?}"
        );
    }
    assert!(
        sides.values().all(|producers| producers.len() == 2),
        "{sides:?}"
    );
    // A rate is that of its producer, unchanged, and published there too: what a release hides beside small counts is hidden here.
    let school = published(&test, "insertion-formations", "ij_lycee_formation");
    let higher = published(&test, "insertion-superieur", "insersup");
    let hidden =
        |row: &&BTreeMap<String, String>| row["taux_emploi_salarie_sortants_statut"] == "secret";
    let counted = rows.iter().filter(hidden).count();
    assert!(0 < counted && counted < rows.len(), "{counted}");
    for row in rows.iter().filter(|row| !hidden(row)) {
        let horizon = &row["horizon_mois"];
        let found = match row["producteur"].as_str() {
            "SIES" => higher.iter().any(|own| {
                own["etablissement"] == row["uai"]
                    && own["diplome"] == row["code"]
                    && own["promo"] == row["promo"]
                    && ["genre", "nationalite", "obtention_diplome"]
                        .iter()
                        .all(|name| own[*name] == "ensemble")
                    && own[&format!("tx_sortants_en_emploi_sal_fr_{horizon}")]
                        == row["taux_emploi_salarie_sortants"]
            }),
            _ if row["table_source"] == "ij_lycee_formation" => school.iter().any(|own| {
                let rate = own[&format!("taux_emploi_{horizon}_mois")].parse::<f64>();
                own["uai"] == row["uai"]
                    && own["code_formation_mefstat11"] == row["code"]
                    && rate == row["taux_emploi_salarie_sortants"].parse::<f64>()
            }),
            _ => true,
        };
        assert!(found, "{row:?}");
    }
}

/// The shape already knows the heading: a file that has it is enough.
#[test]
fn an_indicator_that_nobody_delivers_is_published_the_day_somebody_does() {
    let heading = REGIONAL.trim();
    let line = |cells: &[(&str, &str)], heading: &str| {
        let find = |name: &str| {
            cells
                .iter()
                .find(|(own, _)| *own == name)
                .map_or("", |(_, value)| *value)
        };
        heading.split(';').map(find).collect::<Vec<_>>().join(";")
    };
    let cells = [
        ("id", "x"),
        ("millesime", "2020_2021"),
        ("code_region_ij", "10"),
        ("code_region", "11"),
        ("voie", "apprentissage"),
        ("cfd", "40023203"),
        ("nb_annee_term", "60"),
        ("nb_poursuite_etudes", "20"),
        ("nb_sortant", "40"),
        ("emploi_metier_vise_pct", "42.5"),
    ];
    let shown = |heading: &str| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("regional.csv");
        std::fs::write(&file, format!("{heading}\n{}\n", line(&cells, heading))).unwrap();
        let test = PipelineTest::one_table("ij_regional", &file);
        let ran = test
            .run(&["run", "--to", "package", "--json"])
            .expect_exit(0)
            .stdout();
        let row = published(&test, "tested", "ij_regional").remove(0);
        let columns = [
            "emploi_metier_vise_pct",
            "emploi_metier_vise_pct_statut",
            "emploi_region_formation_pct_statut",
        ];
        (
            columns.map(|name| row[name].clone()),
            ran.contains("unexpected-measure"),
        )
    };
    assert_eq!(
        shown(heading),
        (["", "non_produit", "non_produit"].map(str::to_owned), false)
    );
    // A warning tells that the specification can now say since when.
    let with = format!("{heading};emploi_metier_vise_pct");
    assert_eq!(
        shown(&with),
        (["42.5", "mesure", "non_produit"].map(str::to_owned), true)
    );
}

#[test]
fn diplomas_without_a_training_of_fresq_are_kept_and_counted() {
    let test = PipelineTest::sample();
    let ran = test
        .run(&[
            "run",
            "--to",
            "package",
            "--json",
            "referentiels-formations",
        ])
        .expect_exit(0)
        .json();
    let mut steps = ran["steps"].as_array().unwrap().iter();
    let enriched = steps
        .find(|step| step["stage"] == "enrich" && step["subject"] == "passage_sise_fresq")
        .unwrap();
    let source =
        rows(&std::fs::read(fixture("sources/insersup/fr-esr-insersup.csv")).unwrap()[3..]);
    let own: Vec<_> = source
        .iter()
        .filter(|row| {
            !["UNIV", "all"].contains(&row["etablissement"].as_str()) && row["diplome"] != "all"
        })
        .collect();
    let without = own.iter().filter(|row| row["inf"].is_empty()).count();
    assert!(without > 0);
    let share = enriched["report"]["measures"]["rows_without_inf"]
        .as_f64()
        .unwrap();
    assert!(
        (share - without as f64 / own.len() as f64).abs() < 1e-9,
        "{share}"
    );
    let passages = published(&test, "referentiels-formations", "passage_sise_fresq");
    let lines: usize = passages
        .iter()
        .map(|row| row["nb_lignes_insersup"].parse::<usize>().unwrap())
        .sum();
    assert_eq!(lines, own.len(), "no row of InserSup is dropped");
    let absent: usize = passages
        .iter()
        .filter(|row| row["statut"] == "absent")
        .map(|row| row["nb_lignes_insersup"].parse::<usize>().unwrap())
        .sum();
    assert_eq!(absent, without);
    assert!(
        passages
            .iter()
            .all(|row| row["infp"].is_empty() && row["infp_statut"] == "non_produit")
    );
    let releases = test.releases();
    let readme =
        String::from_utf8(releases["referentiels-formations/1.0.0/README.md"].clone()).unwrap();
    assert!(readme.contains("| `statut` | `absent` |"), "{readme}");
    let package: serde_json::Value =
        serde_json::from_slice(&releases["referentiels-formations/1.0.0/datapackage.json"])
            .unwrap();
    assert!(
        package["resources"][4]["rowsByValue"]["statut"]["absent"]
            .as_u64()
            .unwrap()
            > 0
    );
}

#[test]
fn the_published_coverage_is_that_of_the_command() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let lines = published(&test, "couverture-insertion", "couverture_catalogues");
    let affelnet = fixture("sources/offre/affelnet.csv").display().to_string();
    let told = test
        .run(&[
            "coverage",
            &affelnet,
            "--key",
            "mefstat11",
            "--uai-column",
            "Etablissement d'accueil",
            "--on",
            "2024-09-01",
            "--json",
        ])
        .expect_exit(0)
        .json();
    for grain in ["etablissement", "region", "partout"] {
        let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
        for line in lines.iter().filter(|line| line["catalogue"] == "affelnet") {
            *counted
                .entry(&line[&format!("couverture_{grain}")])
                .or_default() += line["nb_lignes"].parse::<u64>().unwrap();
        }
        let rungs = told["grains"][grain]["rungs"].as_object().unwrap();
        let expected: BTreeMap<&str, u64> = rungs
            .iter()
            .map(|(rung, lines)| (rung.as_str(), lines.as_u64().unwrap()))
            .collect();
        assert_eq!(counted, expected, "{grain}");
    }
    let establishments = published(&test, "couverture-insertion", "couverture_etablissements");
    for row in &establishments {
        let count = |name: &str| row[name].parse::<u64>().unwrap();
        let parts = count("nb_formations_diffusees")
            + count("nb_formations_masquees")
            + count("nb_formations_sans_chiffre");
        assert_eq!(count("nb_formations"), parts, "{row:?}");
        assert!(
            count("nb_offres_couvertes") <= count("nb_offres"),
            "{row:?}"
        );
    }
    assert!(
        establishments
            .iter()
            .any(|row| row["nb_formations_masquees"] != "0")
    );
    assert!(
        establishments
            .iter()
            .any(|row| row["denomination"].starts_with("CFA d'essai"))
    );
    assert!(
        establishments.iter().any(|row| !row["nature"].is_empty()),
        "ACCE tells the nature"
    );
}

#[test]
fn types_of_diplomas_stay_with_their_producer() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package", "couverture-insertion"])
        .expect_exit(0);
    let types = published(&test, "couverture-insertion", "perimetres");
    let producers: BTreeSet<&str> = types.iter().map(|row| row["producteur"].as_str()).collect();
    assert_eq!(producers.into_iter().collect::<Vec<_>>(), ["DEPP", "SIES"]);
    for row in &types {
        let count = |name: &str| row[name].parse::<u64>().unwrap_or_default();
        assert!(
            count("nb_diplomes_diffuses") <= count("nb_diplomes_presents"),
            "{row:?}"
        );
        assert_eq!(
            row["producteur"] == "SIES",
            row["voie"] == "superieur",
            "{row:?}"
        );
        assert_eq!(
            row["producteur"] == "SIES",
            row["nb_diplomes_ouverts_statut"] == "absent",
            "{row:?}"
        );
        assert_eq!(
            row["perimetre"] == "non_couvert",
            count("nb_diplomes_presents") == 0,
            "{row:?}"
        );
    }
    let bts = types
        .iter()
        .find(|row| row["type_code"] == "320" && row["voie"] == "scolaire")
        .unwrap();
    assert!(
        bts["niveau"] == "5" && bts["perimetre"] != "non_couvert",
        "{bts:?}"
    );
}

#[test]
fn the_definitions_can_be_made_alone() {
    let test = PipelineTest::sample();
    test.run(&["run", "definitions-indicateurs"])
        .expect_exit(0)
        .expect_told("definitions");
    test.run(&["run", "definitions-indicateurs"])
        .expect_exit(0)
        .expect_told("nothing to do");
    assert!(!published(&test, "definitions-indicateurs", "definitions").is_empty());
}

/// The open directory has no CFA and no university: the register of the ministry, when it is configured, says where they are.
#[test]
fn an_establishment_is_located_by_the_register_when_it_is_configured() {
    let answers = fixture("sources/inserjeunes-api/etablissements.jsonl");
    let one = || PipelineTest::one_table("ij_api_etablissement", &answers);
    let located = |test: &PipelineTest| {
        test.run(&["run", "--to", "package"]).expect_exit(0);
        let rows = published(test, "tested", "ij_api_etablissement");
        let row = rows
            .into_iter()
            .find(|row| row["uai"] == "0019901G")
            .unwrap();
        ["tag_methode", "commune_code", "commune_libelle"].map(|name| row[name].clone())
    };
    assert_eq!(located(&one()), ["prefixe", "", ""]);
    let register = fixture("sources/etablissements/acce.csv");
    let test = one().with(&format!(
        "[[source]]\nid = \"acce\"\nkind = \"file\"\nurl = \"{}\"\ntable = \"acce_etablissement\"\nversion = \"echantillon\"\n",
        register.display()
    ));
    assert_eq!(located(&test), ["annuaire", "01053", "Bourg-en-Bresse"]);
}
