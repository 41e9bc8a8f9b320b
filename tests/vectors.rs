//! Vectors through the whole pipeline: from a source in its producer's form to the published file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::harness::{PipelineTest, fixture};

type Row = BTreeMap<String, String>;

const REGIONAL: &str = include_str!("../crates/xtask/data/headers/ij_regional.csv");
const DIPLOMAS: &str = include_str!("../crates/xtask/data/headers/n_formation_diplome.csv");
const MODULES: &str = include_str!("../crates/xtask/data/headers/n_mef.csv");

/// A file under a heading: each row sets some of its columns.
fn sheet(heading: &str, rows: &[Vec<(&str, String)>]) -> String {
    let names: Vec<&str> = heading.trim().split(';').collect();
    let mut text = heading.trim().to_owned() + "\n";
    for row in rows {
        let cell = |name: &&str| {
            row.iter()
                .find(|(own, _)| own == name)
                .map_or("", |(_, value)| value.as_str())
        };
        text += &(names.iter().map(cell).collect::<Vec<_>>().join(";") + "\n");
    }
    text
}

/// A pipeline of one published table, or of one and of what it repeats; files are written in its folder by their table.
fn pipeline(published: &[&str], files: &[(&str, String)]) -> PipelineTest {
    let mut config = String::new();
    let mut source = |table: &str, url: &str| {
        let id = table.replace('_', "-");
        write!(
            config,
            "[[source]]\nid = \"{id}\"\nkind = \"file\"\nurl = \"{url}\"\ntable = \"{table}\"\n"
        )
        .unwrap();
    };
    files
        .iter()
        .for_each(|(table, _)| source(table, &format!("{table}.txt")));
    for (table, file) in [
        ("bcn_mef", "bcn/n_mef.csv"),
        ("bcn_formation_diplome", "bcn/n_formation_diplome.csv"),
        ("bcn_n_formation_diplome", "bcn/n_formation_diplome.csv"),
        ("bcn_groupe_specialite", "bcn/n_groupe_specialite.csv"),
        ("certif_info", "metiers/certif_info.csv"),
    ] {
        if !files.iter().any(|(own, _)| *own == table) {
            source(table, &fixture("sources").join(file).display().to_string());
        }
    }
    for table in published {
        let id = table.replace('_', "-");
        write!(config, "[[dataset]]\nid = \"{id}\"\ntables = [\"{table}\"]\nlicence = \"lov2\"\nfrequency = \"annual\"\n")
            .unwrap();
    }
    let test = PipelineTest::with_config(&config);
    for (table, text) in files {
        std::fs::write(test.path(&format!("{table}.txt")), text).unwrap();
    }
    test
}

/// The rows of a published table.
fn rows(test: &PipelineTest, table: &str) -> Vec<Row> {
    test.run(&["run", "--to", "package"]).expect_exit(0);
    read(test, table)
}

fn read(test: &PipelineTest, table: &str) -> Vec<Row> {
    let file = test.state_file(
        &format!("package/{}", table.replace('_', "-")),
        &format!("{table}.csv"),
    );
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_path(file)
        .unwrap();
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        header
            .iter()
            .map(str::to_owned)
            .zip(record.iter().map(str::to_owned))
            .collect()
    };
    reader
        .records()
        .map(|record| row(record.unwrap()))
        .collect()
}

fn cells(row: &Row, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| row[*name].clone()).collect()
}

/// An answer of the InserJeunes API about apprentices of one diploma at one establishment.
fn answer(measures: &[(&str, i32)]) -> String {
    let line = |(name, value): &(&str, i32)| {
        format!(
            "{{\"id_mesure\":\"{name}\",\"valeur_mesure\":{value},\"dimensions\":[{{\"id_formation_apprentissage\":\"40025214\"}}]}}"
        )
    };
    let document = format!(
        "{{\"metadata\":{{}},\"data\":[{}]}}",
        measures.iter().map(line).collect::<Vec<_>>().join(",")
    );
    let body = serde_json::to_string(&document).unwrap();
    let answer = serde_json::json!({ "route": "uai", "code": "0751234J", "millesime": "2021_2022", "status": 200, "body": body });
    answer.to_string() + "\n"
}

/// The published row of that answer.
fn establishment(measures: &[(&str, i32)]) -> Row {
    let test = pipeline(
        &["ij_api_etablissement"],
        &[("ij_api_etablissement", answer(measures))],
    );
    rows(&test, "ij_api_etablissement").remove(0)
}

#[test]
fn v01_v03_halves_go_to_even_numbers_and_the_received_share_stays() {
    let row = establishment(&[
        ("nb_annee_term", 40),
        ("nb_poursuite_etudes", 11),
        ("nb_sortant", 29),
        ("nb_en_emploi_12_mois", 13),
        ("DEVENIR_part_poursuite_etudes", 28),
    ]);
    let names = [
        "part_en_emploi_12_mois_apres_la_sortie",
        "part_des_autres_situations_12_mois",
        "part_en_poursuite_d_etudes",
    ];
    assert_eq!(
        cells(&row, &names),
        ["32", "40", "28"],
        "32.5 is 32, and the three add up to 100"
    );
}

#[test]
fn v04_horizons_are_computed_without_shares_at_6_months() {
    let row = establishment(&[
        ("nb_annee_term", 100),
        ("nb_poursuite_etudes", 50),
        ("DEVENIR_part_poursuite_etudes", 50),
        ("nb_en_emploi_12_mois", 10),
        ("nb_en_emploi_18_mois", 10),
        ("nb_en_emploi_24_mois", 10),
    ]);
    for horizon in [12, 18, 24] {
        assert_eq!(
            row[&format!("part_en_emploi_{horizon}_mois_apres_la_sortie")],
            "10"
        );
        assert_eq!(
            row[&format!("part_des_autres_situations_{horizon}_mois")],
            "40"
        );
    }
    let at_6 = [
        "part_en_emploi_6_mois_apres_la_sortie",
        "part_des_autres_situations",
        "part_des_autres_situations_statut",
    ];
    assert_eq!(cells(&row, &at_6), ["", "", "absent"]);
}

#[test]
fn v05_v09_shares_at_6_months_stay_as_received_and_one_code_is_one_row() {
    let row = establishment(&[
        ("nb_annee_term", 100),
        ("nb_poursuite_etudes", 50),
        ("nb_sortant", 50),
        ("nb_en_emploi_6_mois", 10),
        ("nb_en_emploi_12_mois", 12),
        ("DEVENIR_part_poursuite_etudes", 60),
        ("DEVENIR_part_en_emploi_6_mois", 25),
        ("DEVENIR_part_autre_situation_6_mois", 15),
    ]);
    let names = [
        "part_des_autres_situations",
        "part_en_emploi_6_mois_apres_la_sortie",
        "part_en_poursuite_d_etudes",
    ];
    assert_eq!(cells(&row, &names), ["15", "25", "60"]);
    assert_eq!(
        cells(&row, &["nb_en_emploi_6_mois", "nb_en_emploi_12_mois"]),
        ["10", "12"]
    );
}

#[test]
fn v08_leavers_that_are_not_given_are_the_final_year_minus_those_who_continue() {
    let names = ["nb_sortant", "nb_sortant_statut"];
    let row = establishment(&[("nb_annee_term", 47), ("nb_poursuite_etudes", 9)]);
    assert_eq!(cells(&row, &names), ["38", "mesure"]);
    // Eighteen: worked out, then hidden as any count under twenty.
    let row = establishment(&[("nb_annee_term", 27), ("nb_poursuite_etudes", 9)]);
    assert_eq!(cells(&row, &names), ["", "secret"]);
}

/// Everybody: nineteen hides all, twenty shows all; a hidden cell is empty in the file, and its status says why.
#[test]
fn v14_v15_v16_v17_nineteen_is_hidden_twenty_is_shown_and_a_status_tells_them_apart() {
    let of = |people: i32| {
        establishment(&[
            ("nb_annee_term", people),
            ("nb_poursuite_etudes", 0),
            ("nb_sortant", people),
            ("nb_en_emploi_6_mois", 10),
            ("taux_emploi_6_mois", 50),
        ])
    };
    let names = [
        "nb_annee_term",
        "nb_sortant",
        "nb_en_emploi_6_mois",
        "taux_emploi_6_mois",
        "taux_emploi_6_mois_statut",
    ];
    assert_eq!(cells(&of(19), &names), ["", "", "", "", "secret"]);
    assert_eq!(cells(&of(20), &names), ["20", "20", "10", "50", "mesure"]);
    assert_eq!(cells(&of(100), &names)[..3], ["100", "100", "10"]);
}

#[test]
fn v25_an_establishment_with_a_wrong_letter_is_refused() {
    let body = answer(&[("nb_annee_term", 100)]);
    let test = pipeline(
        &["ij_api_etablissement"],
        &[("ij_api_etablissement", body.replace("0751234J", "0010856B"))],
    );
    test.run(&["run", "--to", "package"])
        .expect_exit(3)
        .expect_told("uai-check-letter");
}

#[test]
fn v76_the_first_region_academique_is_under_cog_84() {
    let document = "{\"metadata\":{},\"data\":[{\"id_mesure\":\"nb_annee_term\",\"valeur_mesure\":50,\"filiere\":\"apprentissage\",\"dimensions\":[{\"id_formation_apprentissage\":\"40025214\"}]}]}";
    let answer = serde_json::json!({ "route": "region", "code": "01", "millesime": "2021_2022", "status": 200, "body": document });
    let test = pipeline(
        &["ij_api_region"],
        &[("ij_api_region", answer.to_string() + "\n")],
    );
    let row = rows(&test, "ij_api_region").remove(0);
    assert_eq!(
        cells(&row, &["region_cog", "region_nom", "nb_annee_term"]),
        ["84", "Auvergne-Rhône-Alpes", "50"]
    );
}

/// A diploma of the nomenclature: code, those it replaces, those that replace it.
fn diploma(cfd: &str, before: &[&str], after: &[&str]) -> Vec<(&'static str, String)> {
    const BEFORE: [&str; 2] = ["ANCIEN_DIPLOME_1", "ANCIEN_DIPLOME_2"];
    const AFTER: [&str; 2] = ["NOUVEAU_DIPLOME_1", "NOUVEAU_DIPLOME_2"];
    let mut row = vec![
        ("FORMATION_DIPLOME", cfd.to_owned()),
        ("GROUPE_SPECIALITE", "221".to_owned()),
        ("LIBELLE_LONG_200", format!("ESSAI {cfd}")),
    ];
    row.extend(
        BEFORE
            .into_iter()
            .zip(before.iter().map(|code| (*code).to_owned())),
    );
    row.extend(
        AFTER
            .into_iter()
            .zip(after.iter().map(|code| (*code).to_owned())),
    );
    row
}

/// Regional figures of a code, apprentices or pupils, with so many leavers.
fn regional(path: &str, code: &str, leavers: u32) -> Vec<(&'static str, String)> {
    let column = if path == "scolaire" {
        "mefstat11"
    } else {
        "cfd"
    };
    let column: &'static str = if column == "cfd" { "cfd" } else { "mefstat11" };
    vec![
        ("id", code.to_owned()),
        ("millesime", "2020_2021".to_owned()),
        ("code_region_ij", "10".to_owned()),
        ("code_region", "11".to_owned()),
        ("voie", path.to_owned()),
        (column, code.to_owned()),
        ("nb_annee_term", (10 + leavers).to_string()),
        ("nb_poursuite_etudes", "10".to_owned()),
        ("nb_sortant", leavers.to_string()),
        ("nb_en_emploi_6_mois", leavers.to_string()),
        ("taux_emploi_6_mois", "100".to_owned()),
    ]
}

fn module(mefstat11: &str, cfd: &str, year: &str) -> Vec<(&'static str, String)> {
    let (programme, cfd_end) = ("247", &cfd[3..]);
    vec![
        ("MEF", format!("{programme}{cfd_end}3{year}")),
        ("DISPOSITIF_FORMATION", programme.to_owned()),
        ("FORMATION_DIPLOME", cfd.to_owned()),
        ("DUREE_DISPOSITIF", "3".to_owned()),
        ("ANNEE_DISPOSITIF", year.to_owned()),
        ("MEF_STAT_11", mefstat11.to_owned()),
        ("MEF_STAT_9", mefstat11[..9].to_owned()),
    ]
}

/// The linked regional table, as (code, leavers, source type, source code, codes of the last year).
fn linked(files: &[(&str, String)]) -> Vec<[String; 5]> {
    let test = pipeline(&["donnees_liees_regionales", "ij_regional"], files);
    let found = rows(&test, "donnees_liees_regionales");
    let code = |row: &Row| row["cfd"].clone() + &row["mefstat11"];
    let of = |row: &Row| {
        let [leavers, kind, source, terminals] = [
            "nb_sortant",
            "donnee_source_type",
            "donnee_source_code",
            "certifications_terminales",
        ]
        .map(|name| row[name].clone());
        [code(row), leavers, kind, source, terminals]
    };
    found.iter().map(of).collect()
}

fn apprentices(
    diplomas: &[Vec<(&'static str, String)>],
    figures: &[(&str, u32)],
) -> Vec<[String; 5]> {
    let nomenclature = sheet(DIPLOMAS, diplomas);
    let figures: Vec<_> = figures
        .iter()
        .map(|(code, leavers)| regional("apprentissage", code, *leavers))
        .collect();
    linked(&[
        ("bcn_formation_diplome", nomenclature.clone()),
        ("bcn_n_formation_diplome", nomenclature),
        ("ij_regional", sheet(REGIONAL, &figures)),
    ])
}

fn line(cells: [&str; 5]) -> [String; 5] {
    cells.map(str::to_owned)
}

#[test]
fn v49_a_division_carries_nothing() {
    let diplomas = [
        diploma("40022101", &[], &["40022102", "40022103"]),
        diploma("40022102", &["40022101"], &[]),
        diploma("40022103", &["40022101"], &[]),
    ];
    assert_eq!(
        apprentices(&diplomas, &[("40022101", 50)]),
        [line(["40022101", "50", "directe", "40022101", ""])]
    );
}

#[test]
fn v52_the_oldest_takes_the_newest_of_its_strict_chain() {
    let codes = ["40022101", "40022102", "40022103", "40022104", "40022105"];
    let diplomas = [
        diploma(codes[0], &[], &[codes[1]]),
        diploma(codes[1], &[codes[0]], &[codes[2]]),
        diploma(codes[2], &[codes[1]], &[codes[3], codes[4]]),
        diploma(codes[3], &[codes[2]], &[]),
        diploma(codes[4], &[codes[2]], &[]),
    ];
    let found = apprentices(
        &diplomas,
        &[
            (codes[1], 30),
            (codes[2], 40),
            (codes[3], 50),
            (codes[4], 60),
        ],
    );
    assert_eq!(found.len(), 5, "one row is made: {found:?}");
    assert_eq!(found[0], line([codes[0], "40", "nouvelle", codes[2], ""]));
}

/// The school trainings of a bac pro in three years, of its successor, and of a family with its common year.
fn school(
    modules: &[Vec<(&'static str, String)>],
    diplomas: &[Vec<(&'static str, String)>],
    figures: &[&str],
    links: &str,
) -> Vec<[String; 5]> {
    let nomenclature = sheet(DIPLOMAS, diplomas);
    let figures: Vec<_> = figures
        .iter()
        .map(|code| regional("scolaire", code, 50))
        .collect();
    linked(&[
        ("bcn_formation_diplome", nomenclature.clone()),
        ("bcn_n_formation_diplome", nomenclature),
        ("bcn_mef", sheet(MODULES, modules)),
        (
            "bcn_lien_formation_groupe",
            format!("GROUPE_FORMATION;FORMATION_DIPLOME;DATE_OUVERTURE;DATE_FERMETURE\n{links}"),
        ),
        ("ij_regional", sheet(REGIONAL, &figures)),
    ])
}

#[test]
fn v57_a_succession_of_diplomas_links_their_mefstat11() {
    let diplomas = [
        diploma("40031201", &[], &["40031202"]),
        diploma("40031202", &["40031201"], &[]),
    ];
    let modules = [
        module("23830031201", "40031201", "3"),
        module("23830031202", "40031202", "3"),
    ];
    let found = school(&modules, &diplomas, &["23830031201"], "G0001;40031299;;\n");
    assert_eq!(
        found,
        [
            line(["23830031201", "50", "directe", "23830031201", ""]),
            line(["23830031202", "50", "ancienne", "23830031201", ""])
        ]
    );
}

#[test]
fn v59_the_years_before_the_last_lead_to_it() {
    let diplomas = [diploma("40031201", &[], &[])];
    let modules =
        ["1", "2", "3"].map(|year| module(&format!("238{year}0031201"), "40031201", year));
    let found = school(&modules, &diplomas, &["23830031201"], "G0001;40031299;;\n");
    assert_eq!(
        found,
        [
            line(["23810031201", "", "annee_non_terminale", "", "23830031201"]),
            line(["23820031201", "", "annee_non_terminale", "", "23830031201"]),
            line(["23830031201", "50", "directe", "23830031201", ""]),
        ]
    );
}

#[test]
fn v61_the_common_year_of_a_family_leads_to_its_trainings() {
    let diplomas = ["40031211", "40031212", "40031213"].map(|code| diploma(code, &[], &[]));
    let modules = [
        module("23810031211", "40031211", "1"),
        module("23830031212", "40031212", "3"),
        module("23830031213", "40031213", "3"),
    ];
    let links = "G0005;40031211;;\nG0005;40031212;;\nG0005;40031213;;\n";
    let found = school(&modules, &diplomas, &["23830031212", "23830031213"], links);
    assert_eq!(found.len(), 3);
    assert_eq!(
        found[0],
        line([
            "23810031211",
            "",
            "annee_commune",
            "",
            "23830031212|23830031213"
        ])
    );
}

/// The catalogue knows the establishment under the former diploma only: same part, same trainer, same manager.
#[test]
fn v67_v69_the_catalogue_tells_the_part_of_an_establishment_even_by_the_former_diploma() {
    let nomenclature = sheet(
        DIPLOMAS,
        &[
            diploma("40022102", &[], &["40022105"]),
            diploma("40022105", &["40022102"], &[]),
        ],
    );
    let heading = "annee;uai;libelle;region;code_formation_apprentissage;type_diplome;libelle_formation;duree_formation;diplome_renove_ou_nouveau;part_en_poursuite_d_etudes;part_en_emploi_6_mois_apres_la_sortie;part_des_autres_situations;taux_poursuite_etudes;taux_emploi_6_mois;taux_emploi_12_mois;taux_emploi_18_mois;taux_emploi_24_mois";
    let figures = |code: &str| {
        format!(
            "{heading}\ncumul 2021-2022;0751234J;A;ILE-DE-FRANCE;{code};BAC PRO;f;3;non;40;30;30;40;50;;;\n"
        )
    };
    // 23830022105 leads to 40022105 in the sample of `N_MEF`: pupils and apprentices of one diploma at 0751234J.
    let school = heading.replace("code_formation_apprentissage", "code_formation_mefstat11")
        + "\ncumul 2021-2022;0010856A;B;AUVERGNE-RHONE-ALPES;23830023203;BAC PRO;f;3;non;40;30;30;40;50;;;"
        + "\ncumul 2021-2022;0751234J;A;ILE-DE-FRANCE;23830022105;BAC PRO;f;3;non;20;50;30;20;62;;;\n";
    let cell = |text: &str| format!("=\"{text}\"");
    let line = ["x#L01", "0751234J", "0010856A", "9830002K", "40022102"]
        .map(cell)
        .join(";");
    let catalogue = format!(
        "Clé ministere educatif;Lieu: UAI;Formateur: UAI;Responsable: UAI;Formation: code CFD\n{line}\n"
    );
    for code in ["40022102", "40022105"] {
        let test = pipeline(
            &["donnees_liees_etablissements"],
            &[
                ("bcn_formation_diplome", nomenclature.clone()),
                ("bcn_n_formation_diplome", nomenclature.clone()),
                ("ij_lycee_formation", school.clone()),
                ("ij_cfa_formation", figures(code)),
                ("catalogue_apprentissage", catalogue.clone()),
            ],
        );
        let found = rows(&test, "donnees_liees_etablissements");
        let own: Vec<_> = found
            .iter()
            .filter(|row| row["uai"] == "0751234J" && row["filiere"] == "apprentissage")
            .collect();
        assert_eq!(own.len(), 2, "the diploma and the one that it is linked to");
        for row in own {
            let mixed = code == "40022105" && row["cfd"] == code;
            assert_eq!(row["mixte"], if mixed { "oui" } else { "non" }, "{row:?}");
            let names = [
                "uai_type",
                "uai_formateur",
                "uai_gestionnaire",
                "uai_donnee",
                "part_en_emploi_6_mois_apres_la_sortie",
            ];
            assert_eq!(
                cells(row, &names),
                ["lieu_formation", "0010856A", "9830002K", "0751234J", "30"],
                "{row:?}"
            );
        }
        // V66: a school is its own place, trainer and manager.
        let pupil = found
            .iter()
            .find(|row| row["uai"] == "0010856A" && row["donnee_source_type"] == "directe")
            .unwrap();
        assert_eq!(
            cells(pupil, &["uai_type", "uai_formateur", "uai_gestionnaire"]),
            ["lieu_formation", "0010856A", "0010856A"]
        );
    }
}

/// A diploma of one university as the establishment API gives it: counts that it was given, horizons after 24 months unknown.
fn diploma_of_university(leavers: i32, continuing: i32, employed: [i32; 4]) -> String {
    let mut record = serde_json::json!({
        "diplome": "2500249", "libelle_diplome": "Essai", "type_diplome_long": "master_LMD", "etablissement": "0450855K",
        "denomination_principale": "Essai", "domaine": "STS", "discipline": "Sciences", "secteur_disciplinaire": "Informatique",
        "annee_universitaire": "2020-2021", "nb_inscrits": (leavers + continuing).to_string(), "nb_diplomes": "101",
        "nb_sortants": leavers.to_string(), "nb_poursuivants": continuing.to_string(), "taux_poursuivant": "nd",
        "salaire_q1_national_diplome_12": "nd", "salaire_q2_national_diplome_12": "nd", "salaire_q3_national_diplome_12": "nd",
    });
    for (place, horizon) in [6, 12, 18, 24, 30].into_iter().enumerate() {
        let count = employed
            .get(place)
            .map_or("nd".to_owned(), ToString::to_string);
        record[format!("nb_in_dsn_{horizon}")] = Value::from(count);
        record[format!("taux_in_dsn_{horizon}")] = Value::from("nd");
        record[format!("taux_autre_{horizon}")] = Value::from("nd");
    }
    serde_json::json!({ "results": [record] }).to_string()
}

const REGISTERED: [&str; 4] = [
    "nb_annee_term",
    "part_en_poursuite_d_etudes",
    "part_en_emploi_apres_la_sortie",
    "part_des_autres_situations_horizon",
];

/// The horizons of that diploma in the published file, with what is told of those registered.
fn registered(leavers: i32, continuing: i32, employed: [i32; 4]) -> Vec<Row> {
    let table = "insersup_par_horizon";
    let test = pipeline(
        &[table],
        &[(table, diploma_of_university(leavers, continuing, employed))],
    );
    let mut found = rows(&test, table);
    found.sort_by_key(|row| row["horizon_mois"].parse::<u32>().unwrap());
    found
}

#[test]
fn v10_insersup_is_told_on_those_registered_and_not_on_leavers_alone() {
    let found = registered(54, 65, [23, 25, 26, 27]);
    let told: Vec<_> = found
        .iter()
        .map(|row| cells(row, &[&["horizon_mois"], &REGISTERED[..]].concat()))
        .collect();
    assert_eq!(
        told,
        [
            ["6", "119", "55", "19", "26"],
            ["12", "119", "55", "21", "24"],
            ["18", "119", "55", "22", "23"],
            ["24", "119", "55", "23", "22"],
            // Nobody counted those in employment then: what is known of the others stays.
            ["30", "119", "55", "", ""],
        ]
    );
    assert_eq!(
        cells(&found[0], &["promo", "nb_diplomes", "nb_inscrits"]),
        ["2021", "101", "119"]
    );
    assert_eq!(
        found[4]["part_des_autres_situations_horizon_statut"],
        "secret"
    );
    // Halves go to the even number, and what they leave is taken from the rounded parts.
    let halves = registered(150, 50, [25, 27, 25, 25]);
    let told: Vec<_> = halves[..2]
        .iter()
        .map(|row| cells(row, &REGISTERED))
        .collect();
    assert_eq!(
        told,
        [["200", "25", "12", "63"], ["200", "25", "14", "61"]],
        "12.5 and 13.5"
    );
}

/// Nineteen leavers hide those registered too: less those who continue, they would tell the leavers.
#[test]
fn v10_v14_those_registered_are_hidden_with_the_leavers() {
    let found = registered(19, 65, [10, 11, 12, 13]);
    for row in &found {
        assert_eq!(cells(row, &REGISTERED), ["", "", "", ""]);
        for name in REGISTERED {
            assert_eq!(row[&format!("{name}_statut")], "secret", "{name}");
        }
    }
    assert_eq!(
        registered(20, 65, [10, 11, 12, 13])[0]["nb_annee_term"],
        "85"
    );
}

/// The sample of the open data, with what the gate hides beside small counts: no sum stays where a part of it is hidden.
#[test]
fn v10_those_registered_are_the_leavers_and_those_who_continue_or_nothing() {
    let table = "insersup_par_horizon";
    let source = std::fs::read_to_string(fixture("sources/insersup/fr-esr-insersup.csv")).unwrap();
    let found = rows(&pipeline(&[table], &[(table, source)]), table);
    let number = |row: &Row, name: &str| row[name].parse::<i64>().ok();
    let (mut shown, mut hidden) = (0, 0);
    for row in &found {
        let [all, leavers, continuing] =
            ["nb_annee_term", "nb_sortants", "nb_poursuivants"].map(|name| number(row, name));
        assert_eq!(
            all,
            leavers
                .zip(continuing)
                .map(|(leavers, continuing)| leavers + continuing),
            "{row:?}"
        );
        let [continuing, employed, other] =
            [REGISTERED[1], REGISTERED[2], REGISTERED[3]].map(|name| number(row, name));
        assert_eq!(
            other,
            continuing
                .zip(employed)
                .map(|(continuing, employed)| 100 - continuing - employed),
            "{row:?}"
        );
        assert!(
            all.is_some() || (continuing, employed) == (None, None),
            "{row:?}"
        );
        // At 6 months the open data does not count those in employment.
        assert!(row["horizon_mois"] != "6" || employed.is_none(), "{row:?}");
        shown += u32::from(employed.is_some());
        hidden += u32::from(row["nb_annee_term_statut"] == "secret");
    }
    assert!(
        shown > 100 && hidden > 10,
        "{shown} shares shown, {hidden} sums hidden"
    );
}

/// The same diploma and establishment under a year and under the cumul that holds it: both stay, and both are named.
#[test]
fn v12_a_year_and_the_cumul_that_holds_it_are_both_published_and_told() {
    let test = PipelineTest::one_table(
        "insersup",
        &fixture("rules/promotion-overlap/fr-esr-insersup.csv"),
    );
    let ran = test
        .run(&["run", "--to", "package", "--json"])
        .expect_exit(0)
        .json();
    let steps = ran["steps"].as_array().unwrap();
    let step = steps
        .iter()
        .find(|step| step["stage"] == "validate" && step["subject"] == "insersup")
        .unwrap();
    let tally = step["report"]["rules"]
        .as_array()
        .unwrap()
        .iter()
        .find(|tally| tally["rule"] == "promotion-overlap");
    assert!(
        tally.is_some_and(|tally| tally["findings"].as_u64() > Some(0)),
        "{step}"
    );
    assert_eq!(step["report"]["rows"]["refused"], Value::from(0));
    let findings =
        std::fs::read_to_string(test.state_file("validate/insersup", "findings.csv")).unwrap();
    assert!(
        findings
            .lines()
            .any(|line| line.contains("promotion-overlap") && line.contains(',')),
        "{findings}"
    );
}

/// A diploma of higher education has a code and no CFD; a closing date is published, for readers to compare.
#[test]
fn v18_v36_v38_v84_the_register_of_diplomas_has_levels_types_and_closing_dates() {
    let insersup =
        std::fs::read_to_string(fixture("sources/insersup/fr-esr-insersup.csv")).unwrap();
    let closed = [
        diploma("40023203", &[], &[]),
        [
            diploma("99922101", &[], &[]),
            vec![("DATE_FERMETURE", "31/08/2010".to_owned())],
        ]
        .concat(),
    ];
    let levels = "NIVEAU_FORMATION_DIPLOME;NIVEAU_INTERMINISTERIEL;LIBELLE_COURT;LIBELLE_100;ANCIEN_NIVEAU;DATE_OUVERTURE;DATE_FERMETURE;DATE_INTERVENTION;N_COMMENTAIRE;NIVEAU_QUALIFICATION_RNCP\n400;4;BAC PRO;BAC PRO;;;;;;04\n";
    let test = pipeline(
        &["referentiel_diplomes"],
        &[
            ("bcn_formation_diplome", sheet(DIPLOMAS, &closed)),
            ("bcn_niveau_formation_diplome", levels.to_owned()),
            ("insersup", insersup),
        ],
    );
    let found = rows(&test, "referentiel_diplomes");
    let of = |code: &str| found.iter().find(|row| row["code"] == code).unwrap();
    let names = [
        "type_code",
        "cfd",
        "niveau",
        "type_diplome",
        "date_fermeture",
    ];
    assert_eq!(
        cells(of("40023203"), &names),
        ["cfd", "40023203", "4", "BAC PRO", ""]
    );
    assert_eq!(
        cells(of("99922101"), &names),
        ["cfd", "99922101", "", "", "2010-08-31"],
        "kept without a level nor a type"
    );
    let higher = found.iter().find(|row| row["type_code"] == "sise").unwrap();
    assert_eq!((higher["code"].len(), higher["cfd"].as_str()), (7, ""));
    assert!(
        !higher["libelle"].is_empty() && !higher["type_diplome"].is_empty(),
        "{higher:?}"
    );
}

/// A directory that names no département for an establishment does not make its région null: the prefix tells it.
#[test]
fn v26_v32_v34_the_prefix_locates_what_the_directory_does_not() {
    let figures = |uai: &str, region: &str| {
        format!("cumul 2021-2022;{uai};A;{region};40;30;30;;40;50;;;;;;\n")
    };
    let heading = include_str!("../crates/xtask/data/headers/ij_cfa.csv");
    let shape = heading.trim().trim_start_matches('\u{feff}');
    assert!(shape.starts_with("Année;UAI"), "{shape}");
    let cfa = format!(
        "{shape}\n{}{}",
        figures("0010856A", "AUVERGNE-RHONE-ALPES"),
        figures("7200664J", "CORSE")
    );
    let directory = "identifiant_de_l_etablissement;code_region;code_academie;code_departement\n0010856A;84;10;invalid\n";
    let test = pipeline(
        &["tags_regions"],
        &[
            ("ij_cfa_etablissement", cfa),
            ("annuaire", directory.to_owned()),
        ],
    );
    let found = rows(&test, "tags_regions");
    let names = ["uai", "region_cog", "departement_cog", "tag_methode"];
    let found: Vec<_> = found.iter().map(|row| cells(row, &names)).collect();
    assert_eq!(
        found,
        [
            ["0010856A", "84", "01", "prefixe"],
            ["7200664J", "94", "2B", "prefixe"]
        ]
    );
}
