//! The disclosure audit through the binary: releases taken together, repair, and what a release says of its secrecy.

use std::path::Path;

use serde_json::{Value, json};

use crate::harness::{PipelineTest, fixture};

const POLICY: &str = r#"
id = "regions"
key = ["region", "diplome"]
[missing]
"" = "secret"
[secrecy]
threshold = 20
width = 5
rule = "Seuil de 20."
[[secrecy.count]]
column = "nb"
base = ["nb"]
[secrecy.totals]
region = "FR"
diplome = "none"
"#;

/// A new table, step by step: what is left out is refused with the line to write, then the leak is found, then repaired.
#[test]
fn a_new_table_is_refused_until_it_is_protected() {
    let test = PipelineTest::with_config("");
    let folder = test.folder();
    let file = write(
        folder,
        "new.csv",
        &[("11", ""), ("24", "100"), ("FR", "112")],
    );
    let start = POLICY.split("[[secrecy.count]]").next().unwrap();
    let audit = |policy: &str, files: &[&str]| {
        std::fs::write(folder.join("policy.toml"), policy).unwrap();
        let mut arguments = vec!["disclosure", "audit"];
        arguments.extend(files);
        arguments.extend(["--spec", "policy.toml"]);
        test.run(&arguments)
    };
    let refused = |policy: &str, line: &str| {
        let run = audit(policy, &[&file]);
        let message = run.stderr();
        run.expect_exit(2);
        assert!(message.contains(line), "{message}");
    };
    let count = "[[secrecy.count]]\ncolumn = \"nb\"\n";
    refused(&format!("{start}{count}"), "write `base = [\"nb\"]`");
    let based = format!("{start}{count}base = [\"nb\"]\n");
    refused(&based, "write `region = \"none\"` in `[secrecy.totals]`");
    // The total is declared: 112 − 100 is found.
    let found = audit(POLICY, &[&file]);
    let text = found.stdout();
    found.expect_exit(3);
    assert!(text.contains("11 × CAP · nb = FR × CAP · nb"), "{text}");
    test.run(&[
        "disclosure",
        "price",
        &file,
        "--spec",
        "policy.toml",
        "--out",
        folder.join("repaired.csv").to_str().unwrap(),
    ])
    .expect_exit(0);
    audit(POLICY, &["repaired.csv", "--complementary"]).expect_exit(0);
}

/// A new table beside the configuration: what protection needs is asked for line by line, totals that nobody declared stop it,
/// and what the totals would give away is hidden.
#[test]
fn a_new_table_of_the_domain_folder_goes_out_only_when_it_is_protected() {
    const TABLE: &str = r#"
id = "effectifs"
kind = "indicators"
title = "Effectifs par région"
description = "Effectifs par région et par année."
producer = "Notre service"
key = ["annee", "region"]
vintage = { column = "annee", style = ["{year}"] }
column = [
  { name = "annee", type = "text", role = "dimension", label = "Année", description = "Année." },
  { name = "region", type = "text", role = "dimension", label = "Région", description = "Région." },
  { name = "nb", type = "integer", role = "measure", unit = "personnes",{base} label = "Effectif", description = "Effectif." },
]
[secrecy]
threshold = 20
rule = "Rien sur moins de 20 personnes."
{more}
"#;
    let test = PipelineTest::with_config(
        r#"
[[source]]
id = "effectifs"
kind = "file"
url = "effectifs.csv"
table = "effectifs"

[[dataset]]
id = "effectifs"
tables = ["effectifs"]
licence = "lov2"
frequency = "annual"
"#,
    );
    for folder in ["tables", "shapes", "universes"] {
        std::fs::create_dir_all(test.path("domain").join(folder)).unwrap();
    }
    let write = |path: &str, text: &str| std::fs::write(test.path(path), text).unwrap();
    write(
        "domain/shapes/effectifs.csv.toml",
        "[columns]\n\"annee\" = \"annee\"\n\"region\" = \"region\"\n\"nb\" = \"nb\"\n",
    );
    write(
        "domain/universes/effectifs.toml",
        "id = \"effectifs\"\n[[dimension]]\nname = \"annee\"\nkind = \"years\"\n[[dimension]]\nname = \"lieu\"\nkind = \"tree\"\n",
    );
    let rows: String = (2018..2024)
        .map(|year| {
            let small = year - 2009;
            format!(
                "{year};11;{small}\n{year};24;60\n{year};27;40\n{year};FR;{}\n",
                100 + small
            )
        })
        .collect();
    write("effectifs.csv", &format!("annee;region;nb\n{rows}"));
    let table = |base: &str, more: &str| {
        write(
            "domain/tables/effectifs.toml",
            &TABLE.replace("{base}", base).replace("{more}", more),
        );
    };
    let refused = |line: &str| {
        test.run(&["check"])
            .expect_exit(2)
            .expect_told("domain/tables/effectifs.toml")
            .expect_told(line);
        test.run(&["run", "--to", "package"]).expect_exit(2);
    };
    table("", "");
    refused("write `base = [\"nb\"]` in its `[[column]]`");
    let base = " base = [\"nb\"],";
    table(base, "");
    refused("write `region = \"none\"` in `[secrecy.totals]`");
    let none = "[secrecy.totals]\nannee = \"none\"\nregion = \"none\"\n";
    table(base, none);
    test.run(&["check"])
        .expect_exit(2)
        .expect_told("write `[secrecy.universe]` with `id");
    let universe = "[secrecy.universe]\nid = \"effectifs\"\naxis = [{ dimension = \"annee\", path = [\"annee\"] }, { dimension = \"lieu\", path = [\"region\"] }]\n";
    table(base, &format!("{none}{universe}"));
    test.run(&["check"]).expect_exit(0);
    test.run(&["run", "--to", "package"])
        .expect_exit(3)
        .expect_told("looks-like-a-total")
        .expect_told("region = FR")
        .expect_told("write `region = \"FR\"` in `[secrecy.totals]`");
    let declared = none.replace("region = \"none\"", "region = \"FR\"");
    table(base, &format!("{declared}{universe}"));
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let body = test.releases()["effectifs/1.0.0/effectifs.csv"].clone();
    let text = String::from_utf8(body).unwrap();
    let shown: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("2020;") && line.contains(";mesure"))
        .collect();
    assert_eq!(
        shown.len(),
        2,
        "région 11 and one of the two that would give it away are hidden: {text}"
    );
}

fn write(folder: &Path, name: &str, rows: &[(&str, &str)]) -> String {
    let lines: String = rows
        .iter()
        .map(|(region, nb)| format!("{region};CAP;{nb}\n"))
        .collect();
    std::fs::write(folder.join(name), format!("region;diplome;nb\n{lines}")).unwrap();
    name.to_owned()
}

/// Alone, the third release hides as much as the first. Together they give région 11 away.
#[test]
fn a_third_release_that_unlocks_a_count_of_the_first_is_refused_then_repaired() {
    let test = PipelineTest::with_config("");
    let folder = test.folder();
    std::fs::write(folder.join("policy.toml"), POLICY).unwrap();
    let first = write(
        folder,
        "v1.csv",
        &[("11", ""), ("24", ""), ("27", "58"), ("FR", "100")],
    );
    let second = write(
        folder,
        "v2.csv",
        &[("11", ""), ("24", ""), ("27", "58"), ("FR", "100")],
    );
    let third = write(
        folder,
        "v3.csv",
        &[("11", ""), ("24", "30"), ("27", ""), ("FR", "100")],
    );
    let audit = |paths: &[&str]| {
        let mut arguments = vec!["secrecy", "audit"];
        arguments.extend(paths);
        arguments.extend(["--spec", "policy.toml", "--complementary"]);
        test.run(&arguments)
    };
    audit(&[&first, &second]).expect_exit(0);
    audit(&[&third]).expect_exit(0);
    let refused = audit(&[&first, &second, &third]);
    let text = refused.stdout();
    refused.expect_exit(3);
    assert!(
        text.contains("11 × CAP · nb = FR × CAP · nb − 2 lignes publiées"),
        "{text}"
    );
    let explained = test.run(&[
        "secrecy",
        "explain",
        "11 × CAP",
        &first,
        &second,
        &third,
        "--spec",
        "policy.toml",
        "--complementary",
        "--lang",
        "en",
    ]);
    assert!(
        explained.stdout().contains("2 published lines"),
        "{}",
        explained.stdout()
    );
    explained.expect_exit(3);
    test.run(&[
        "secrecy",
        "price",
        &first,
        &second,
        &third,
        "--spec",
        "policy.toml",
        "--complementary",
        "--out",
        folder.join("repaired.csv").to_str().unwrap(),
    ])
    .expect_exit(0);
    let repaired = std::fs::read_to_string(folder.join("repaired.csv")).unwrap();
    assert!(
        repaired.contains("24;CAP;\n"),
        "the count that unlocked it is hidden again: {repaired}"
    );
    audit(&[&first, &second, "repaired.csv"]).expect_exit(0);
}

/// Diplomas without margins, and one with: leavers by genre as the producer gives them, `nd` when it hides them.
fn margins(test: &PipelineTest, others: u32, leavers: &[(&str, &str)]) {
    let text = std::fs::read_to_string(fixture("sources/insersup/fr-esr-insersup.csv")).unwrap();
    let header: Vec<&str> = text.lines().next().unwrap().split(';').collect();
    let model = text
        .lines()
        .find(|line| line.contains(";ensemble;ensemble;ensemble;ensemble;2023;"))
        .unwrap();
    let row = |diploma: &str, genre: &str, count: &str| {
        let cell = |(name, own): (&&str, &str)| match name.trim_start_matches('\u{feff}') {
            "diplome" => diploma.to_owned(),
            "genre" => genre.to_owned(),
            name if name.starts_with("nb_sortants_") && !name.contains("emploi") => {
                count.to_owned()
            }
            name if ["nb_", "tx_", "salaire_"]
                .iter()
                .any(|start| name.starts_with(start)) =>
            {
                "nd".to_owned()
            }
            _ => own.to_owned(),
        };
        header
            .iter()
            .zip(model.split(';'))
            .map(cell)
            .collect::<Vec<_>>()
            .join(";")
    };
    let mut lines = vec![header.join(";")];
    lines.extend((0..12).map(|diploma| {
        row(
            &format!("23001{diploma:02}"),
            "ensemble",
            &(others + diploma).to_string(),
        )
    }));
    lines.extend(
        leavers
            .iter()
            .map(|(genre, count)| row("2300099", genre, count)),
    );
    std::fs::write(test.path("insersup.csv"), lines.join("\n") + "\n").unwrap();
}

/// Leavers of that genre in the release of that version, as published.
fn published(test: &PipelineTest, version: &str, genre: &str) -> (String, String) {
    let body = test.releases()[&format!("tested/{version}/insersup.csv")].clone();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(body.as_slice());
    let header = reader.headers().unwrap().clone();
    let place = |name: &str| header.iter().position(|own| own == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let row = rows
        .iter()
        .find(|row| &row[place("diplome")] == "2300099" && &row[place("genre")] == genre)
        .unwrap();
    (
        row[place("nb_sortants_12")].to_owned(),
        row[place("nb_sortants_12_statut")].to_owned(),
    )
}

/// Each release alone hides the women. The total of the first less the men of the third gives them away.
#[test]
fn a_third_release_of_the_pipeline_is_refused_or_repaired() {
    let test = PipelineTest::with_config("");
    let file = test.path("insersup.csv");
    margins(
        &test,
        100,
        &[("ensemble", "60"), ("femme", "nd"), ("homme", "48")],
    );
    let one_table = PipelineTest::one_table("insersup", &file);
    let config = std::fs::read_to_string(one_table.path("pipeline.toml")).unwrap();
    let with = |more: &str| {
        std::fs::write(
            test.path("pipeline.toml"),
            format!("{config}secrecy = \"strict\"\n{more}"),
        )
        .unwrap();
    };
    with("");
    test.run(&["run", "--to", "package"]).expect_exit(0);
    assert_eq!(
        published(&test, "1.0.0", "homme"),
        (String::new(), "secret".to_owned()),
        "hidden beside the women"
    );
    margins(
        &test,
        101,
        &[("ensemble", "60"), ("femme", "nd"), ("homme", "48")],
    );
    test.run(&["run", "--to", "package"]).expect_exit(0);
    // The producer withdraws the total. The men would be harmless in that release alone.
    margins(&test, 101, &[("femme", "nd"), ("homme", "48")]);
    with("[dataset.protection]\nleaks = \"refuse\"\n");
    let refused = test.run(&["run", "--to", "package"]);
    let told = refused.stderr();
    refused.expect_exit(3);
    assert!(
        told.contains("the disclosure audit refuses dataset tested"),
        "{told}"
    );
    let line = told
        .lines()
        .find(|line| line.contains("the first:"))
        .unwrap();
    assert!(
        line.contains("× femme × ensemble × ensemble · nb_sortants_"),
        "{line}"
    );
    assert_eq!(
        test.releases()
            .keys()
            .filter(|path| path.ends_with("insersup.csv"))
            .count(),
        2,
        "nothing new is there"
    );
    // The same third release, with what gives them away hidden: it says nothing more than the two before.
    with("");
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let versions: Vec<String> = test
        .releases()
        .keys()
        .filter_map(|path| {
            path.strip_suffix("/disclosure.json")?
                .strip_prefix("tested/")
                .map(str::to_owned)
        })
        .collect();
    let third = versions.last().unwrap();
    assert_eq!(versions.len(), 3, "{versions:?}");
    assert_eq!(
        published(&test, third, "homme"),
        (String::new(), "secret".to_owned())
    );
    let document: Value =
        serde_json::from_slice(&test.releases()[&format!("tested/{third}/disclosure.json")])
            .unwrap();
    let table = &document["tables"][0];
    assert_eq!(
        (
            table["releases"].as_array().unwrap().len(),
            table["complementary"].as_bool()
        ),
        (2, Some(true)),
        "{table}"
    );
}

#[test]
fn a_release_says_how_its_secrecy_was_checked_and_gives_no_witness() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let releases = test.releases();
    let document: Value =
        serde_json::from_slice(&releases["insertion-regions/1.0.0/disclosure.json"]).unwrap();
    let table = &document["tables"][0];
    assert_eq!(
        (table["table"].as_str(), table["passes"].as_bool()),
        (Some("ij_regional"), Some(true)),
        "{document}"
    );
    assert_eq!(table["mode"], "strict");
    assert_eq!(table["policy"]["threshold"], 20);
    assert!(table["cells"]["hidden"].as_u64().unwrap() > 0);
    assert!(table.get("witnesses").is_none() && table["witnesses_sha256"].is_string());
    let readme = String::from_utf8(releases["insertion-regions/1.0.0/README.md"].clone()).unwrap();
    assert!(
        readme.contains("Secret statistique : rien n'est publié sur moins de 20 personnes"),
        "{readme}"
    );
    assert!(readme.contains("`disclosure.json`"));
    let sums = String::from_utf8(releases["insertion-regions/1.0.0/SHA256SUMS"].clone()).unwrap();
    assert!(sums.contains("disclosure.json"));
}

/// The figures of the sample contradict each other in places. The same figures once more say nothing new.
#[test]
fn the_same_figures_released_again_are_as_secret_as_before() {
    let test =
        PipelineTest::one_table("insersup", &fixture("sources/insersup/fr-esr-insersup.csv"));
    test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
    let verdicts = || {
        let newest = test
            .releases()
            .into_iter()
            .rev()
            .find(|(path, _)| path.ends_with("disclosure.json"));
        let (_, document) = newest.unwrap();
        let document: Value = serde_json::from_slice(&document).unwrap();
        document["tables"][0]["verdicts"].clone()
    };
    let first = verdicts();
    assert!(first["safe"].as_u64().unwrap() > 0, "{first}");
    for unsafe_ones in [
        "exact",
        "narrow",
        "unproven",
        "explained_by_earlier_release",
    ] {
        assert_eq!(first[unsafe_ones], 0, "{first}");
    }
    let path = test.path("pipeline.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        &path,
        config.replace(
            "tags = [\"insertion\"]",
            "tags = [\"insertion\"]\ntitle = \"Autre titre\"",
        ),
    )
    .unwrap();
    test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
    assert_eq!(
        test.releases()
            .keys()
            .filter(|path| path.ends_with("disclosure.json"))
            .count(),
        2,
        "another release"
    );
    assert_eq!(verdicts(), first);
}

#[test]
fn check_prints_the_policy_in_force() {
    let test = PipelineTest::sample();
    let checked = test.run(&["check"]);
    assert!(
        checked
            .stdout()
            .contains("disclosure control of ij_regional (strict): rien sur moins de 20 personnes"),
        "{}",
        checked.stdout()
    );
    checked.expect_exit(0);
}

#[test]
fn a_file_that_no_policy_knows_is_a_mistake_of_the_call() {
    let test = PipelineTest::with_config("");
    std::fs::write(test.path("other.csv"), "a;b\n1;2\n").unwrap();
    test.run(&["secrecy", "audit", "other.csv"]).expect_exit(2);
    test.run(&["secrecy", "audit", "missing.csv"])
        .expect_exit(2);
}

/// Two establishments under twenty protect each other from everybody, but not from each other.
#[test]
fn somebody_from_the_inside_is_refused_then_repaired() {
    let test = PipelineTest::with_config("");
    std::fs::write(
        test.path("policy.toml"),
        POLICY.replace("[[secrecy.count]]", "owner = \"region\"\n[[secrecy.count]]"),
    )
    .unwrap();
    let file = write(
        test.folder(),
        "v1.csv",
        &[
            ("A", "12"),
            ("B", "15"),
            ("C", "63"),
            ("D", "70"),
            ("FR", "160"),
        ],
    );
    let of = |command: &str, file: &str, more: &[&str]| {
        test.run(&[&["secrecy", command, file, "--spec", "policy.toml"], more].concat())
    };
    of("audit", &file, &["--private"])
        .expect_exit(0)
        .expect_told("0 open from the inside");
    of("audit", &file, &["--private", "--insiders"])
        .expect_exit(3)
        .expect_told("2 open from the inside")
        .expect_told("A × CAP · nb : rien ne prouve le secret pour qui connaît B de l'intérieur");
    of(
        "price",
        &file,
        &["--private", "--insiders", "--out", "repaired.csv"],
    )
    .expect_exit(0)
    .expect_told("1 lines hidden beside");
    of(
        "audit",
        "repaired.csv",
        &["--truth", &file, "--complementary", "--insiders"],
    )
    .expect_exit(0)
    .expect_told("0 open from the inside");
}

/// Answers of the API for one training: a code and how many were in their final year, continued, left.
fn answers(test: &PipelineTest, name: &str, route: &str, rows: &[(&str, [u32; 3])]) {
    let line = |(code, [whole, continuing, leavers]): &(&str, [u32; 3])| {
        let measure = |name: &str, value: &u32| json!({ "id_mesure": name, "valeur_mesure": value, "dimensions": [{ "id_formation_apprentissage": "40025214" }] });
        let data = [
            ("nb_annee_term", whole),
            ("nb_poursuite_etudes", continuing),
            ("nb_sortant", leavers),
        ];
        let data: Vec<Value> = data
            .iter()
            .map(|(name, value)| measure(name, value))
            .collect();
        let metadata = json!({ "UAI": { "id_uai_etab": code, "libelle_etab": "Lycée d'essai" } });
        let metadata = if route == "uai" { metadata } else { json!({}) };
        let body = json!({ "metadata": metadata, "data": data }).to_string();
        let body = if route == "uai" {
            Value::String(body).to_string()
        } else {
            body
        };
        json!({ "route": route, "code": code, "millesime": "2021_2022", "status": 200, "body": body }).to_string() + "\n"
    };
    std::fs::write(test.path(name), rows.iter().map(line).collect::<String>()).unwrap();
}

/// The région is in another table than its establishments, and gives the smallest of them away.
#[test]
fn levels_in_several_tables_are_judged_as_one() {
    let test = PipelineTest::one_table("ij_api_etablissement", std::path::Path::new("uai.jsonl"));
    let more = "[[source]]\nid = \"regions\"\nkind = \"file\"\nurl = \"regions.jsonl\"\ntable = \"ij_api_region\"\n";
    let path = test.path("pipeline.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    let both = config.replace(
        "tables = [\"ij_api_etablissement\"]",
        "tables = [\"ij_api_etablissement\", \"ij_api_region\"]",
    );
    let with = |config: &str, more: &str| std::fs::write(&path, format!("{more}{config}")).unwrap();
    answers(
        &test,
        "uai.jsonl",
        "uai",
        &[
            ("0019901G", [100, 60, 40]),
            ("0019902H", [68, 34, 34]),
            ("0019903J", [3, 1, 2]),
        ],
    );
    answers(&test, "regions.jsonl", "region", &[("01", [171, 95, 76])]);
    with(
        &format!("{both}[dataset.protection]\nleaks = \"refuse\"\n"),
        more,
    );
    let refused = test.run(&["run", "--to", "package"]);
    let told = refused.stderr();
    refused.expect_exit(3);
    assert!(
        told.contains("the disclosure audit refuses dataset tested"),
        "{told}"
    );
    assert!(told.contains("0019903J"), "{told}");
    with(&both, more);
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let releases = test.releases();
    let shown = |table: &str| {
        let body = releases[&format!("tested/1.0.0/{table}.csv")].as_slice();
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(body);
        let place = reader
            .headers()
            .unwrap()
            .iter()
            .position(|name| name == "nb_annee_term")
            .unwrap();
        reader
            .records()
            .map(|row| row.unwrap()[place].to_owned())
            .collect::<Vec<_>>()
    };
    let establishments = shown("ij_api_etablissement");
    assert!(
        establishments[2].is_empty() && establishments[..2].contains(&String::new()),
        "{establishments:?}"
    );
    assert_eq!(
        shown("ij_api_region"),
        ["171"],
        "establishments are hidden first"
    );
    let document: Value =
        serde_json::from_slice(&releases["tested/1.0.0/disclosure.json"]).unwrap();
    assert_eq!(
        document["tables"][1]["together"],
        json!(["ij_api_etablissement"])
    );
    assert_eq!(
        (
            &document["tables"][0]["mode"],
            &document["tables"][0]["passes"]
        ),
        (&json!("strict"), &json!(true))
    );
}

#[test]
fn the_audit_of_a_table_in_a_folder_of_a_release_reads_that_table_alone() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package", "insertion-superieur"])
        .expect_exit(0);
    let folder = test.path("state/package/insertion-superieur/1.0.0");
    let folder = folder.to_str().unwrap();
    // Hidden beside small counts in `insersup`, shares of a cumul of nobody: whoever reads the second table alone cannot know that
    // these counts needed no protection.
    for (table, exit) in [("insersup_agregats", 0), ("insersup_ensemble", 3)] {
        let audited = |path: &str| {
            let ran = test
                .run(&["secrecy", "audit", path, "--table", table, "--json"])
                .expect_exit(exit);
            let mut tables = ran.json()["tables"].clone();
            assert_eq!(tables.as_array().map(Vec::len), Some(1), "{table}");
            tables[0]["seconds"].take();
            tables
        };
        let alone = audited(&format!("{folder}/{table}.csv"));
        assert_eq!(audited(folder), alone, "{table}");
    }
    test.run(&["secrecy", "audit", folder, "--table", "ij_regional"])
        .expect_exit(2)
        .expect_told("no file of table ij_regional; there are comparaisons_superieur");
}
