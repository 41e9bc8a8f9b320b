//! The pages of the public site, from rows of released tables to bytes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::borrow::Cow;

use debouches_model::{DatasetId, ValueStatus, Version};
use debouches_site::content::{Content, ContentInput, DatedColumns, TextColumn, Uai, Wanted};
use debouches_site::{File, Publication, Site, Unit};

const UAI: &str = "0352686E";

/// A table of trainings: each row is UAI, name, code, label, share studying, employed, other, rate at six months, with statuses.
fn content(rows: &[[&str; 12]]) -> Content {
    let mut input = ContentInput::default();
    push(&mut input, "ij_lycee_formation", rows);
    Content::new(input)
}

fn push(input: &mut ContentInput, table: &str, rows: &[[&str; 12]]) {
    let names = [
        "uai",
        "libelle",
        "code_formation_mefstat11",
        "libelle_formation",
        "part_en_poursuite_d_etudes",
        "part_en_emploi_6_mois_apres_la_sortie",
        "part_des_autres_situations",
        "taux_emploi_6_mois",
        "annee",
    ];
    let fields: Vec<_> = names
        .iter()
        .flat_map(|name| {
            let unit = if name.contains("part_") || name.contains("taux_") {
                "%"
            } else {
                ""
            };
            let status = (unit == "%")
                .then(|| serde_json::json!({"name": format!("{name}_statut"), "type": "string"}));
            std::iter::once(
                serde_json::json!({"name": name, "type": "string", "title": name, "unit": unit}),
            )
            .chain(status)
        })
        .chain(
            ["millesime_debut", "millesime_fin"]
                .map(|name| serde_json::json!({"name": name, "type": "integer"})),
        )
        .collect();
    let package = serde_json::json!({
        "contributors": [{"title": "DEPP et Dares (InserJeunes)"}],
        "resources": [{"name": table, "path": format!("{table}.csv"), "title": "",
            "schema": {"primaryKey": ["annee", "uai", "code_formation_mefstat11"], "fields": fields}}],
    });
    let wanted = Wanted::read(&package.to_string()).unwrap();
    let columns = wanted[0].columns.iter().map(|column| {
        let text = |row: &[&str; 12]| -> String {
            let measure = column.strip_suffix("_statut").unwrap_or(column);
            let index = names.iter().position(|name| *name == measure);
            match (index, column.as_str()) {
                (_, "millesime_debut") => "2022".to_owned(),
                (_, "millesime_fin") => "2023".to_owned(),
                (Some(8), _) => "cumul 2022-2023".to_owned(),
                (Some(index), name) if name.ends_with("_statut") => row[index + 4].to_owned(),
                (Some(index), _) => row[index].to_owned(),
                (None, other) => panic!("{other}"),
            }
        };
        TextColumn::from_texts(rows.iter().map(|row| Some(Cow::Owned(text(row)))))
    });
    let columns = columns.collect();
    let dataset: DatasetId = "insertion-lycees".parse().unwrap();
    input.push(
        &dataset,
        "1.2.0".parse::<Version>().unwrap(),
        &wanted[0],
        DatedColumns {
            columns,
            rows: Vec::new(),
        },
    );
}

fn row<'a>(
    code: &'a str,
    label: &'a str,
    figures: [&'a str; 4],
    status: ValueStatus,
) -> [&'a str; 12] {
    let status = status.as_str();
    let [studying, employed, other, rate] = figures;
    [
        UAI,
        "LYCEE <b>TEST</b>",
        code,
        label,
        studying,
        employed,
        other,
        rate,
        status,
        status,
        status,
        status,
    ]
}

fn files(content: &Content) -> Vec<File> {
    let site = Site {
        title: "Débouchés".to_owned(),
        url: Some("https://exemple.fr".to_owned()),
        ..Site::default()
    };
    let publication = Publication::new(&site, content);
    let mut files = publication.establishment(Uai::new(UAI).unwrap()).unwrap();
    let mut all = files.files;
    all.append(&mut files.pinned);
    for unit in publication.units() {
        if !matches!(unit, Unit::Establishment(_)) {
            all.extend(publication.files(&unit));
        }
    }
    all
}

fn text<'a>(files: &'a [File], end: &str) -> &'a str {
    let file = files.iter().find(|file| file.path.ends_with(end));
    &file.unwrap_or_else(|| panic!("no {end}")).text
}

#[test]
fn a_zero_and_a_hidden_figure_read_otherwise_everywhere() {
    let measured = row(
        "23220022137",
        "CAP CUISINE",
        ["0", "60", "40", "0"],
        ValueStatus::Measured,
    );
    // The value beside a status is not ours to show: no file has it.
    let hidden = row(
        "23220022138",
        "CAP PATISSIER",
        ["77", "11", "12", "13"],
        ValueStatus::Suppressed,
    );
    let content = content(&[measured, hidden]);
    let files = files(&content);
    let page = text(&files, "0352686E/index.html");
    assert!(
        page.contains("0\u{a0}%") && page.contains("masqué"),
        "{page}"
    );
    // The reader of Parquet is code of others, and holds no figure.
    let ours = files
        .iter()
        .filter(|file| !file.path.ends_with("/parquet.js"));
    for file in ours {
        assert!(
            !file.text.contains("77"),
            "{}: a hidden figure is there",
            file.path
        );
    }
    let zero = text(&files, "/23220022137.svg");
    let masked = text(&files, "/23220022138.svg");
    assert!(zero.contains("0\u{a0}%") && !masked.contains("0\u{a0}%") && masked.contains("Masqué"));
    assert!(masked.contains("<title") && masked.contains("<desc"));
    let json: serde_json::Value = serde_json::from_str(text(&files, "donnees.json")).unwrap();
    let cell = |training: usize| &json["formations"][training]["millesimes"][0]["chiffres"]["taux_emploi_6_mois"];
    assert_eq!(cell(0)["valeur"], 0);
    assert_eq!(cell(1)["statut"], ValueStatus::Suppressed.as_str());
    assert!(cell(1).get("valeur").is_none());
    let csv = text(&files, "donnees.csv");
    let lines: Vec<&str> = csv
        .lines()
        .filter(|line| line.contains("taux_emploi_6_mois"))
        .collect();
    assert!(
        lines[0].contains(";0;")
            && lines[1].contains(&format!(";;{};", ValueStatus::Suppressed.as_str())),
        "{lines:?}"
    );
}

#[test]
fn frames_and_pictures_are_small_and_run_nothing() {
    let codes: Vec<String> = (0..150)
        .map(|number| format!("232200{number:05}"))
        .collect();
    let rows: Vec<_> = codes
        .iter()
        .map(|code| {
            row(
                code,
                "MAINTENANCE DES MATERIELS ET DES INSTALLATIONS",
                ["50", "30", "20", "60"],
                ValueStatus::Measured,
            )
        })
        .collect();
    let content = content(&rows);
    for file in files(&content) {
        if file.path.ends_with("integrer.html") {
            assert!(file.text.len() <= 12_000, "{} bytes", file.text.len());
            assert!(file.text.contains("autres formations"));
        }
        if file.path.ends_with(".svg") {
            assert!(
                file.text.len() <= 3_000,
                "{}: {} bytes",
                file.path,
                file.text.len()
            );
        }
        let runs = file.text.matches("<script").count()
            - file
                .text
                .matches("<script type=\"application/ld+json\"")
                .count();
        // The search, and the explorer with its reader of Parquet.
        let expected = match file.path.as_str() {
            "index.html" => 1,
            "explorateur/index.html" => 2,
            _ => 0,
        };
        assert_eq!(runs, expected, "{}", file.path);
        assert!(
            !(file.path.ends_with(".html") || file.path.ends_with(".svg"))
                || !file.text.contains("<b>TEST"),
            "{}: a name is not escaped",
            file.path
        );
    }
}

#[test]
fn an_establishment_without_name_and_a_training_without_label_have_their_pages() {
    let mut nameless = row(
        "23220022137",
        "",
        ["50", "30", "20", "60"],
        ValueStatus::Measured,
    );
    nameless[1] = "";
    let content = content(&[nameless]);
    let files = files(&content);
    assert!(text(&files, "0352686E/index.html").contains("Établissement 0352686E"));
    assert!(text(&files, "formation/23220022137/index.html").contains("Formation 23220022137"));
}

#[test]
fn two_establishments_with_one_number_share_a_page_that_names_both() {
    let one = row(
        "23220022137",
        "CAP CUISINE",
        ["50", "30", "20", "60"],
        ValueStatus::Measured,
    );
    let mut other = row(
        "23220022138",
        "CAP PATISSIER",
        ["40", "30", "30", "50"],
        ValueStatus::Measured,
    );
    other[1] = "LYCEE VOISIN";
    let mut tables = ContentInput::default();
    push(&mut tables, "ij_lycee_formation", &[one]);
    push(&mut tables, "ij_agricole_formation", &[other]);
    let files = files(&Content::new(tables));
    let pages = files
        .iter()
        .filter(|file| file.path.ends_with("0352686E/index.html"));
    assert_eq!(pages.count(), 1);
    let page = text(&files, "0352686E/index.html");
    assert!(
        page.contains("Aussi nommé chez les producteurs") && page.contains("Lycee voisin"),
        "{page}"
    );
    assert!(
        page.contains("Cap cuisine") && page.contains("Cap patissier"),
        "{page}"
    );
}

#[test]
fn the_same_rows_make_the_same_bytes_in_any_order() {
    let one = row(
        "23220022137",
        "CAP CUISINE",
        ["50", "30", "20", "60"],
        ValueStatus::Measured,
    );
    let other = row(
        "23220022138",
        "CAP PATISSIER",
        ["40", "30", "30", "50"],
        ValueStatus::Measured,
    );
    let first = content(&[one, other]);
    let second = content(&[other, one]);
    assert_eq!(files(&first), files(&second));
}
