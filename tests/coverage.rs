//! `debouches coverage`: what is shown of a catalogue, rung by rung, and what is told when it cannot be read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::harness::{PipelineTest, fixture, project, real_data};

const REGIONAL: &str = include_str!("../crates/xtask/data/headers/ij_regional.csv");
const DIPLOMAS: &str = include_str!("../crates/xtask/data/headers/n_formation_diplome.csv");
const MODULES: &str = include_str!("../crates/xtask/data/headers/n_mef.csv");

/// Lines under a heading, each with the cells that it names.
fn sheet(heading: &str, lines: &[&[(&str, &str)]]) -> String {
    let line = |cells: &&[(&str, &str)]| {
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
    };
    lines
        .iter()
        .map(line)
        .fold(heading.trim().to_owned() + "\n", |text, line| text + &line)
}

/// Regional figures of a few school trainings, and nomenclatures that lead to them. Codes and dates are invented.
fn ladder() -> PipelineTest {
    let mut config = String::new();
    for (id, table, file) in [
        ("mef", "bcn_mef", "mef.csv"),
        ("v", "bcn_formation_diplome", "diplomas.csv"),
        ("n", "bcn_n_formation_diplome", "diplomas.csv"),
        ("l", "bcn_lien_formation_groupe", "groups.csv"),
        ("r", "ij_regional", "regional.csv"),
    ] {
        config += &format!(
            "[[source]]\nid = \"{id}\"\nkind = \"file\"\nurl = \"{file}\"\ntable = \"{table}\"\n"
        );
    }
    config += "[[dataset]]\nid = \"d\"\ntables = [\"definitions\"]\nlicence = \"lov2\"\nfrequency = \"annual\"\n";
    let test = PipelineTest::with_config(&config);
    let diploma =
        |cfd: &'static str, opened: &'static str, closed: &'static str, before: &'static str| {
            vec![
                ("FORMATION_DIPLOME", cfd),
                ("GROUPE_SPECIALITE", "312"),
                ("LIBELLE_LONG_200", "ESSAI"),
                ("DATE_OUVERTURE", opened),
                ("DATE_FERMETURE", closed),
                ("ANCIEN_DIPLOME_1", before),
            ]
        };
    let diplomas = [
        diploma("40031201", "01/09/2009", "", ""),
        diploma("40031202", "01/09/2019", "", "40031201"),
        diploma("40031211", "01/09/2009", "", ""),
        diploma("40031212", "01/09/2009", "", ""),
        diploma("40031213", "01/09/2009", "", ""),
        diploma("40031299", "01/09/2024", "", ""),
        diploma("50031201", "01/09/2001", "31/08/2020", ""),
        diploma("40331201", "01/09/2009", "", ""),
        diploma("40031250", "01/09/2009", "", ""),
        diploma("60031201", "01/09/2009", "", ""),
    ];
    let module = |cfd: &'static str,
                  mefstat11: &'static str,
                  year: &'static str,
                  opened: &'static str,
                  closed: &'static str| {
        vec![
            ("MEF", &mefstat11[1..]),
            ("DISPOSITIF_FORMATION", "247"),
            ("FORMATION_DIPLOME", cfd),
            ("DUREE_DISPOSITIF", "3"),
            ("ANNEE_DISPOSITIF", year),
            ("LIBELLE_LONG", "ESSAI"),
            ("DATE_OUVERTURE", opened),
            ("DATE_FERMETURE", closed),
            ("MEF_STAT_11", mefstat11),
        ]
    };
    let old = "01/09/2009";
    let modules = [
        module("40031201", "23830031201", "3", old, ""),
        module("40031202", "23830031202", "3", "01/09/2019", ""),
        module("40031202", "23820031202", "2", "01/09/2019", ""),
        module("40031211", "23810031211", "1", old, ""),
        module("40031212", "23830031212", "3", old, ""),
        module("40031213", "23830031213", "3", old, ""),
        module("40031299", "23830031299", "3", "01/09/2024", ""),
        module("50031201", "23220031201", "2", old, "31/08/2020"),
        module("40331201", "23831031201", "3", old, ""),
        module("40031250", "23830031250", "3", old, ""),
        module("60031201", "22110031201", "1", old, ""),
    ];
    let borrow = |lines: &[Vec<(&'static str, &'static str)>], heading: &str| {
        sheet(
            heading,
            &lines.iter().map(Vec::as_slice).collect::<Vec<_>>(),
        )
    };
    std::fs::write(test.path("diplomas.csv"), borrow(&diplomas, DIPLOMAS)).unwrap();
    std::fs::write(test.path("mef.csv"), borrow(&modules, MODULES)).unwrap();
    let groups = "GROUPE_FORMATION;FORMATION_DIPLOME;DATE_OUVERTURE;DATE_FERMETURE\n";
    let links = ["40031211", "40031212", "40031213"]
        .map(|cfd| format!("G0005;{cfd};01/09/2019;\n"))
        .concat();
    std::fs::write(test.path("groups.csv"), format!("{groups}{links}")).unwrap();
    let figures = |code: &'static str, all: &'static str, leavers: &'static str| {
        let shown = if leavers.is_empty() { "" } else { "50" };
        vec![
            ("id", code),
            ("millesime", "2021_2022"),
            ("code_region_ij", "10"),
            ("code_region", "11"),
            ("voie", "scolaire"),
            ("mefstat11", code),
            ("nb_annee_term", all),
            (
                "nb_poursuite_etudes",
                if leavers.is_empty() { "" } else { "30" },
            ),
            ("nb_sortant", leavers),
            ("taux_emploi_6_mois", shown),
        ]
    };
    let regional = [
        figures("23830031201", "60", "30"),
        figures("23830031212", "70", "40"),
        // The producer gives no rate: under the threshold.
        figures("23830031213", "19", ""),
    ];
    std::fs::write(test.path("regional.csv"), borrow(&regional, REGIONAL)).unwrap();
    test
}

/// The rung of each line at that grain, by code.
fn rungs(test: &PipelineTest, rows: &str, grain: &str) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(test.path(rows)).unwrap();
    let mut lines = text.lines().map(|line| line.split(';').collect::<Vec<_>>());
    let heading = lines.next().unwrap();
    let place = |name: &str| heading.iter().position(|own| *own == name).unwrap();
    lines
        .map(|cells| {
            (
                cells[place("code")].to_owned(),
                cells[place(grain)].to_owned(),
            )
        })
        .collect()
}

#[test]
fn each_line_of_a_catalogue_is_told_how_it_is_covered_or_why_not() {
    let test = ladder();
    test.run(&["run", "--to", "validate"]).expect_exit(0);
    let lines = [
        ("0759901E", "23830031201", "directe"),
        ("0759901E", "23830031202", "continuum"),
        ("0759901E", "23820031202", "annee"),
        ("0759901E", "23810031211", "famille"),
        ("0759901E", "23830031213", "sous_seuil"),
        ("0759901E", "23899999999", "code_inconnu"),
        ("0759901E", "22110031201", "hors_champ"),
        ("0759901E", "23220031201", "fermee"),
        ("0759901E", "23830031299", "nouvelle"),
        ("0759901E", "23831031201", "autre_ministere"),
        ("0759901E", "23830031250", "sans_raison_evidente"),
    ];
    // Semicolons, Windows-1252 and CRLF, as catalogues come.
    let body: String = lines
        .iter()
        .map(|(uai, code, _)| format!("Lyc\u{e9}e;{uai};{code}\r\n"))
        .collect();
    let text = format!("\u{c9}tablissement;UAI;MEF STAT 11\r\n{body}");
    std::fs::write(
        test.path("offre.csv"),
        text.chars().map(|c| c as u8).collect::<Vec<u8>>(),
    )
    .unwrap();
    let arguments = [
        "coverage",
        "offre.csv",
        "--key",
        "mefstat11",
        "--uai-column",
        "UAI",
        "--rows",
        "rows.csv",
        "--json",
    ];
    let told = test.run(&arguments).expect_exit(0).json();
    let expected: BTreeMap<String, String> = lines
        .iter()
        .map(|(_, code, rung)| ((*code).to_owned(), (*rung).to_owned()))
        .collect();
    assert_eq!(rungs(&test, "rows.csv", "region"), expected);
    let region = &told["grains"]["region"];
    assert_eq!(
        (
            region["lines"].as_u64(),
            region["covered"].as_u64(),
            region["in_scope"].as_u64()
        ),
        (Some(11), Some(4), Some(9))
    );
    assert_eq!(told["catalogue"]["encoding"], "windows-1252");
    // What is known of the codes does not depend on the place; the establishment has no table here.
    let establishment = &told["grains"]["etablissement"]["rungs"];
    assert_eq!(
        (
            establishment["code_inconnu"].as_u64(),
            establishment["directe"].as_u64()
        ),
        (Some(1), None)
    );
    // The source of the figures is told, hence a reader can leave out what is not direct.
    let rows = std::fs::read_to_string(test.path("rows.csv")).unwrap();
    assert!(
        rows.contains(";continuum;23830031201;scolaire;;ij_regional;2022"),
        "{rows}"
    );
    assert!(
        rows.contains(";famille;23830031212;scolaire;;ij_regional;2022"),
        "only what is shown is named: {rows}"
    );
    // A day before the closing, and years without the vintage.
    let before = test
        .run(&[&arguments[..], &["--on", "2020-01-01"]].concat())
        .expect_exit(0)
        .json();
    assert_eq!(before["grains"]["region"]["rungs"]["fermee"], Value::Null);
    let since = test
        .run(&[&arguments[..], &["--since", "2023"]].concat())
        .expect_exit(0)
        .json();
    assert_eq!(since["grains"]["partout"]["covered"], 0);
}

#[test]
fn a_diploma_is_looked_for_in_school_and_under_contract() {
    let test = ladder();
    test.run(&["run", "--to", "validate"]).expect_exit(0);
    std::fs::write(
        test.path("offre.csv"),
        "code_cfd,voie\n40031201,Scolaire\n40031201,Apprentissage\n",
    )
    .unwrap();
    let both = test
        .run(&["coverage", "offre.csv", "--key", "cfd", "--json"])
        .expect_exit(0)
        .json();
    assert_eq!(both["grains"]["partout"]["rungs"]["directe"], 2);
    let one = test
        .run(&[
            "coverage",
            "offre.csv",
            "--key",
            "cfd",
            "--voie-column",
            "voie",
            "--json",
        ])
        .expect_exit(0)
        .json();
    assert_eq!(
        (
            one["grains"]["partout"]["covered"].as_u64(),
            one["catalogue"]["separator"].as_str()
        ),
        (Some(1), Some(","))
    );
}

#[test]
fn the_sample_catalogues_are_covered_as_their_producers_write_them() {
    let test = PipelineTest::sample();
    test.run(&["coverage", "x.csv", "--key", "uai"])
        .expect_exit(2)
        .expect_told("cannot open");
    let affelnet = fixture("sources/offre/affelnet.csv").display().to_string();
    let school = [
        "coverage",
        &affelnet,
        "--key",
        "mefstat11",
        "--uai-column",
        "Etablissement d'accueil",
    ];
    test.run(&school)
        .expect_exit(2)
        .expect_told("debouches fetch");
    test.run(&["run", "--to", "validate"]).expect_exit(0);
    let text = test.run(&school).expect_exit(0).stdout();
    for rung in [
        "directe",
        "sous_seuil",
        "code_inconnu",
        "territoire_non_couvert",
        "fermee",
    ] {
        assert!(
            text.lines().any(|line| line.starts_with(rung)),
            "no {rung}\n{text}"
        );
    }
    assert!(text.contains("44 lines (mac-roman, `;`)"), "{text}");
    let parcoursup = fixture("sources/offre/parcoursup_bts.csv")
        .display()
        .to_string();
    let told = test
        .run(&[
            "coverage",
            &parcoursup,
            "--key",
            "cfd",
            "--column",
            "CFD",
            "--uai-column",
            "UAI",
            "--voie-column",
            "STATUT",
            "--json",
        ])
        .expect_exit(0)
        .json();
    assert!(
        told["grains"]["etablissement"]["rungs"]["directe"]
            .as_u64()
            .unwrap()
            > 10,
        "{told}"
    );
    let places = test
        .run(&["coverage", &parcoursup, "--key", "uai", "--json"])
        .expect_exit(0)
        .json();
    assert_eq!(
        places["grains"]
            .as_object()
            .unwrap()
            .keys()
            .collect::<Vec<_>>(),
        ["etablissement"]
    );
    std::fs::write(test.path("sup.csv"), "sise\n2500249\n9999999\n").unwrap();
    let higher = test
        .run(&["coverage", "sup.csv", "--key", "sise", "--json"])
        .expect_exit(0)
        .json();
    let rungs = &higher["grains"]["partout"]["rungs"];
    assert_eq!(
        (rungs["directe"].as_u64(), rungs["code_inconnu"].as_u64()),
        (Some(1), Some(1)),
        "{higher}"
    );
    std::fs::write(
        test.path("rncp.csv"),
        "Code_RNCP\nRNCP99001\n99001\nRNCP1\n",
    )
    .unwrap();
    let titles = test
        .run(&["coverage", "rncp.csv", "--key", "rncp", "--json"])
        .expect_exit(0)
        .json();
    assert_eq!(
        titles["grains"]["partout"]["rungs"]["code_inconnu"], 1,
        "{titles}"
    );
}

#[test]
fn a_catalogue_that_cannot_be_read_is_told_with_its_place() {
    let test = ladder();
    test.run(&["run", "--to", "validate"]).expect_exit(0);
    let told = |text: &str, arguments: &[&str], code: i32, expected: &str| {
        std::fs::write(test.path("c.csv"), text).unwrap();
        test.run(&[&["coverage", "c.csv", "--key", "mefstat11"], arguments].concat())
            .expect_exit(code)
            .expect_told(expected);
    };
    told(
        "code;nom\n1;2\n",
        &[],
        2,
        "no heading names a mefstat11: say which with --column (headings: code, nom)",
    );
    told(
        "mefstat11;nom\n1;2\n",
        &["--uai-column", "uai"],
        2,
        "no column `uai` (headings: mefstat11, nom)",
    );
    told(
        "MEF STAT 11;mefstat11\n1;2\n",
        &[],
        2,
        "say with --column which of MEF STAT 11, mefstat11 to read",
    );
    told(
        "mefstat11;nom\n23830031201;a\nabc;b\nd;c\n",
        &[],
        3,
        "line 3, column `mefstat11`: `abc` is no mefstat11; so are 2 lines of 3",
    );
    told(
        "mefstat11;nom\n23830031201;a\n23830031201\n",
        &[],
        3,
        "line 3: 1 cells under 2 headings",
    );
    told(
        "mefstat11;nom\n23830031201;\"a\n",
        &[],
        3,
        "line 2: a quote is opened and never closed",
    );
    told("mefstat11;nom\n", &[], 3, "no line under the heading");
    told("<html>\n", &[], 3, "not delimited text");
    told(
        "mefstat11;voie\n23830031201;x\n",
        &["--voie-column", "voie"],
        3,
        "line 2, column `voie`: `x` is neither scolaire",
    );
    let run = |path: &str, more: &[&str]| {
        test.run(&[&["coverage", path, "--key", "mefstat11"], more].concat())
    };
    run(".", &[]).expect_exit(2).expect_told("is a folder");
    std::fs::write(test.path("cut.csv.gz"), b"\x1f\x8b\x08\x00\x00").unwrap();
    run("cut.csv.gz", &[])
        .expect_exit(3)
        .expect_told("cannot be unpacked");
    std::fs::write(test.path("c.csv"), "mefstat11;voie\n23830031201;Scolaire\n").unwrap();
    run("c.csv", &["--rows", "no/such/folder.csv"])
        .expect_exit(2)
        .expect_told("cannot write");
    let error = test
        .run(&[
            "coverage",
            "c.csv",
            "--key",
            "mefstat11",
            "--column",
            "no",
            "--json",
        ])
        .expect_exit(2)
        .json();
    assert_eq!(
        (
            error["schema_version"].as_u64(),
            error["exit_code"].as_u64()
        ),
        (Some(1), Some(2))
    );
}

/// Vintages of two tables: InserJeunes by région gives two years cumulated, InserSup either.
struct Vintages<'a> {
    /// Of `ij_regional`, for one school training.
    regional: &'a [&'a str],
    /// Of `insersup`, by diploma.
    higher: &'a [(&'a str, &'a str)],
}

impl Vintages<'_> {
    /// A state with figures of those vintages, and a catalogue of one line for each diploma.
    fn validated(&self) -> PipelineTest {
        let mut config = String::new();
        let tables = [
            ("r", "ij_regional", self.regional.is_empty()),
            ("s", "insersup", self.higher.is_empty()),
        ];
        for (id, table, _) in tables.iter().filter(|(_, _, is_empty)| !is_empty) {
            config += &format!(
                "[[source]]\nid = \"{id}\"\nkind = \"file\"\nurl = \"{table}.csv\"\ntable = \"{table}\"\n"
            );
        }
        config += "[[dataset]]\nid = \"d\"\ntables = [\"definitions\"]\nlicence = \"lov2\"\nfrequency = \"annual\"\n";
        let test = PipelineTest::with_config(&config);
        let regional: Vec<Vec<(&str, &str)>> = self
            .regional
            .iter()
            .map(|vintage| {
                vec![
                    ("id", "23830031201"),
                    ("millesime", *vintage),
                    ("code_region_ij", "10"),
                    ("code_region", "11"),
                    ("voie", "scolaire"),
                    ("mefstat11", "23830031201"),
                    ("nb_annee_term", "60"),
                    ("nb_poursuite_etudes", "30"),
                    ("nb_sortant", "30"),
                    ("taux_emploi_6_mois", "50"),
                ]
            })
            .collect();
        let lines: Vec<_> = regional.iter().map(Vec::as_slice).collect();
        std::fs::write(test.path("ij_regional.csv"), sheet(REGIONAL, &lines)).unwrap();
        let higher: Vec<Vec<(&str, &str)>> = self
            .higher
            .iter()
            .map(|(diploma, promo)| {
                vec![
                    ("date_jeu", "2026_S1"),
                    ("source", "insersup"),
                    ("reg_id", "R24"),
                    ("etablissement", "0450855K"),
                    ("id_paysage", "Ab1cD"),
                    ("type_diplome", "master_LMD"),
                    ("diplome", *diploma),
                    ("obtention_diplome", "ensemble"),
                    ("genre", "ensemble"),
                    ("nationalite", "ensemble"),
                    ("regime_inscription", "ensemble"),
                    ("promo", *promo),
                    ("nb_sortants_12", "40"),
                    ("nb_poursuivants_12", "10"),
                    ("nb_sortants_en_emploi_sal_fr_12", "30"),
                    ("tx_sortants_en_emploi_sal_fr_12", "75.0"),
                ]
            })
            .collect();
        let lines: Vec<_> = higher.iter().map(Vec::as_slice).collect();
        std::fs::write(test.path("insersup.csv"), sheet(HIGHER, &lines)).unwrap();
        test.run(&["run", "--to", "validate"]).expect_exit(0);
        std::fs::write(test.path("school.csv"), "mefstat11\n23830031201\n").unwrap();
        let diplomas: BTreeSet<&str> = self.higher.iter().map(|(diploma, _)| *diploma).collect();
        let lines: String = diplomas
            .iter()
            .map(|diploma| format!("{diploma}\n"))
            .collect();
        std::fs::write(test.path("higher.csv"), format!("sise\n{lines}")).unwrap();
        test
    }
}

const HIGHER: &str = include_str!("../crates/xtask/data/headers/insersup.csv");
const SCHOOL: [&str; 4] = ["coverage", "school.csv", "--key", "mefstat11"];

/// What is told of a catalogue when that vintage is asked: vintages of each table, rows of each, lines covered.
fn asked(test: &PipelineTest, catalogue: [&str; 4], vintage: &str) -> (Value, Value, u64) {
    let told = test
        .run(&[&catalogue[..], &["--vintage", vintage, "--json"]].concat())
        .expect_exit(0)
        .json();
    assert_eq!(told["vintage"], vintage.to_owned());
    (
        told["vintages"].clone(),
        told["tables"].clone(),
        told["grains"]["partout"]["covered"].as_u64().unwrap(),
    )
}

#[test]
fn v41_a_year_wins_over_the_cumul_that_ends_with_it() {
    let test = Vintages {
        regional: &[],
        higher: &[("2500249", "2018,2019"), ("2500249", "2019")],
    }
    .validated();
    let catalogue = ["coverage", "higher.csv", "--key", "sise"];
    let told = asked(&test, catalogue, "2019");
    assert_eq!(
        told,
        (json!({ "insersup": ["2019"] }), json!({ "insersup": 1 }), 1)
    );
    assert_eq!(
        asked(&test, catalogue, "2018_2019").0,
        json!({ "insersup": ["2019"] })
    );
}

#[test]
fn v42_the_cumul_answers_for_the_year_that_ends_it() {
    let test = Vintages {
        regional: &["2017_2018", "2018_2019"],
        higher: &[("2500249", "2018")],
    }
    .validated();
    let told = asked(&test, SCHOOL, "2019");
    assert_eq!(
        told,
        (
            json!({ "ij_regional": ["2018_2019"] }),
            json!({ "ij_regional": 1 }),
            1
        )
    );
    // The other table has the year before only: it takes no part.
    let text = test
        .run(&[&SCHOOL[..], &["--vintage", "2019"]].concat())
        .expect_exit(0)
        .stdout();
    assert!(
        text.contains(
            "figures of vintage 2019, answered in ij_regional by 2018_2019 (1 rows); open"
        ),
        "{text}"
    );
    let catalogue = ["coverage", "higher.csv", "--key", "sise"];
    assert_eq!(
        asked(&test, catalogue, "2019").2,
        0,
        "no figure of another vintage is shown"
    );
    assert_eq!(asked(&test, catalogue, "2018").2, 1);
}

#[test]
fn v43_the_year_answers_for_the_cumul_that_it_ends() {
    let test = Vintages {
        regional: &["2018_2019"],
        higher: &[("2500249", "2019"), ("2500250", "2018,2019")],
    }
    .validated();
    let catalogue = ["coverage", "higher.csv", "--key", "sise"];
    let (vintages, rows, covered) = asked(&test, catalogue, "2018_2019");
    // A table of large diplomas by year and of small ones by two years answers for each of them.
    assert_eq!(
        vintages,
        json!({ "ij_regional": ["2018_2019"], "insersup": ["2018_2019", "2019"] })
    );
    assert_eq!(
        (rows, covered),
        (json!({ "ij_regional": 1, "insersup": 2 }), 2)
    );
    let text = test
        .run(&[&catalogue[..], &["--vintage", "2018_2019"]].concat())
        .expect_exit(0)
        .stdout();
    assert!(
        text.contains("ij_regional by 2018_2019 (1 rows), insersup by 2018_2019 and 2019 (2 rows)"),
        "{text}"
    );
}

#[test]
fn v45_v46_a_vintage_that_no_table_has_is_refused_with_those_that_exist() {
    let higher = Vintages {
        regional: &[],
        higher: &[("2500249", "2019")],
    }
    .validated();
    let run = |test: &PipelineTest, vintage: &str| {
        test.run(&[&SCHOOL[..], &["--vintage", vintage]].concat())
            .expect_exit(2)
    };
    run(&higher, "2019_2020")
        .expect_told("no table has figures of vintage 2019_2020")
        .expect_told("insersup has 2019");
    let regional = Vintages {
        regional: &["2017_2018", "2016_2017"],
        higher: &[("2500249", "2017,2018")],
    }
    .validated();
    run(&regional, "2019")
        .expect_told("nor of one that answers for it: ij_regional has 2016_2017 and 2017_2018; insersup has 2017_2018");
    // In either order, as producers write it.
    for spelled in ["2020-2019", "2019-2020", "2019/2020", "cumul 2019-2020"] {
        run(&higher, spelled).expect_told("no table has figures of vintage 2019_2020");
    }
    run(&regional, "2018-2020")
        .expect_told("neither a year (2019) nor a year and the one after it (2018_2019)");
    // One vintage, and all vintages since a year, are two questions.
    let both = [&SCHOOL[..], &["--vintage", "2018", "--since", "2018"]].concat();
    regional
        .run(&both)
        .expect_exit(2)
        .expect_told("cannot be used with");
}

/// Figures of the real catalogues by région; the fine-grained school file is an extract of 19 rows.
#[test]
#[ignore = "needs the real files: DEBOUCHES_DATA names their folder"]
fn the_real_catalogues_are_covered_by_their_region_with_real_files() {
    let folder = real_data();
    let config = std::fs::read_to_string(project().join("tests/data/real.toml")).unwrap();
    let test = PipelineTest::with_config(&config.replace("{data}", &folder.display().to_string()));
    test.run(&["run", "--to", "validate", "-q"]).expect_exit(0);
    let covered = |file: &str, arguments: &[&str]| {
        let path = folder.join("offre").join(file).display().to_string();
        let told = test
            .run(&[&["coverage", path.as_str(), "--json"], arguments].concat())
            .expect_exit(0)
            .json();
        let region = &told["grains"]["region"];
        [
            &region["lines"],
            &region["covered"],
            &region["rungs"]["code_inconnu"],
            &region["rungs"]["sans_raison_evidente"],
        ]
        .map(|count| count.as_u64().unwrap_or_default())
    };
    let school = [
        "--key",
        "mefstat11",
        "--uai-column",
        "Etablissement d'accueil",
        "--on",
        "2022-09-01",
    ];
    assert_eq!(
        covered("affelnet_attractivite_capacite_2022.csv.gz", &school),
        [19_641, 16_022, 0, 140]
    );
    let higher = [
        "--key",
        "mefstat11",
        "--column",
        "MEFSTAT11",
        "--uai-column",
        "UAI",
        "--voie-column",
        "STATUT",
        "--on",
        "2023-09-01",
    ];
    assert_eq!(
        covered("parcoursup_bts_attractivite_capacite_2023.csv.gz", &higher),
        [12_971, 10_557, 0, 175]
    );
}

#[test]
fn a_catalogue_of_training_codes_of_ten_characters_is_answered_like_their_statistical_codes() {
    let test = ladder();
    test.run(&["run", "--to", "validate"]).expect_exit(0);
    let codes = [
        "23830031201",
        "23830031202",
        "23820031202",
        "23830031213",
        "22110031201",
    ];
    // In this test the ten characters are the last ten of the eleven, so that both can be told from each other.
    let mef: String = codes
        .iter()
        .map(|code| format!("{}\n", &code[1..]))
        .collect();
    std::fs::write(
        test.path("mef10.csv"),
        format!("Code MEF\n{mef}9999999999\n"),
    )
    .unwrap();
    let long: String = codes.iter().map(|code| format!("{code}\n")).collect();
    std::fs::write(
        test.path("mef11.csv"),
        format!("MEFSTAT11\n{long}23899999999\n"),
    )
    .unwrap();
    let rungs = |file: &str, key: &str| {
        let told = test
            .run(&["coverage", file, "--key", key, "--json"])
            .expect_exit(0)
            .json();
        assert_eq!(told["catalogue"]["key"], key);
        told["grains"]["partout"].clone()
    };
    let (short, long) = (rungs("mef10.csv", "mef"), rungs("mef11.csv", "mefstat11"));
    assert_eq!(short, long);
    assert_eq!(short["rungs"]["code_inconnu"], 1);
    assert_eq!(short["rungs"]["directe"], 1);
}
