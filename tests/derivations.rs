//! Derived tables on the sample, read from the files that are published.

use std::collections::{BTreeMap, BTreeSet};

use crate::harness::{PipelineTest, fixture};

type Row = BTreeMap<String, String>;

/// The rows of the only table of a dataset, on the sample.
fn published(dataset: &str, table: &str) -> Vec<Row> {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package", dataset])
        .expect_exit(0);
    let file = test.state_file(&format!("package/{dataset}"), &format!("{table}.csv"));
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

fn values<'a>(rows: &'a [Row], column: &str) -> BTreeSet<&'a str> {
    rows.iter().map(|row| row[column].as_str()).collect()
}

/// T6 to T10 at the grain of establishments: each row says where its figures come from, and no figure is lost or changed.
#[test]
fn establishments_show_their_figures_under_linked_codes_and_places() {
    let rows = published("insertion-formations", "donnees_liees_etablissements");
    assert_eq!(
        values(&rows, "filiere"),
        BTreeSet::from(["agricole", "apprentissage", "pro"])
    );
    assert_eq!(
        values(&rows, "uai_type"),
        BTreeSet::from(["formateur", "gestionnaire", "inconnu", "lieu_formation"])
    );
    let all = BTreeSet::from([
        "ancienne",
        "annee_commune",
        "annee_non_terminale",
        "nouvelle",
        "directe",
    ]);
    assert_eq!(values(&rows, "donnee_source_type"), all);
    let key = |row: &Row, uai: &str, code: &str| {
        let codes = if row["filiere"] == "apprentissage" {
            &row["cfd"]
        } else {
            &row["mefstat11"]
        };
        let code = if code.is_empty() {
            codes.clone()
        } else {
            row[code].clone()
        };
        (
            row["annee"].clone(),
            row["filiere"].clone(),
            row[uai].clone(),
            code,
        )
    };
    let figures = |row: &Row| -> Vec<String> {
        row.iter()
            .filter(|(name, _)| name.contains("part_") || name.contains("taux_"))
            .map(|(_, value)| value.clone())
            .collect()
    };
    let own: BTreeMap<_, _> = rows
        .iter()
        .filter(|row| row["donnee_methode"] == "direct")
        .map(|row| (key(row, "uai", ""), row))
        .collect();
    assert_eq!(own.len(), 360, "the three files have 120 rows each");
    let mut carried = 0;
    for row in &rows {
        if matches!(
            row["donnee_source_type"].as_str(),
            "annee_commune" | "annee_non_terminale"
        ) {
            assert!(
                row["donnee_source_code"].is_empty()
                    && !row["certifications_terminales"].is_empty(),
                "{row:?}"
            );
            assert!(
                figures(row)
                    .iter()
                    .all(|value| value.is_empty() || value == "absent"),
                "{row:?}"
            );
            continue;
        }
        let origin = own[&key(row, "uai_donnee", "donnee_source_code")];
        assert_eq!(figures(row), figures(origin), "{row:?}");
        assert_eq!(
            row["uai_donnee"] == row["uai"],
            !row["donnee_methode"].contains("uai_"),
            "{row:?}"
        );
        if row["uai_donnee"] != row["uai"] {
            carried += 1;
            assert_eq!(row["uai_type"], "lieu_formation");
            assert_ne!(row["uai_donnee_type"], "lieu_formation");
        }
    }
    assert!(
        carried > 50,
        "{carried} rows of places that show the figures of a trainer or of a manager"
    );
}

/// T15 and T16 in a published file.
#[test]
fn a_bounded_value_added_is_marked_and_cohorts_are_told() {
    let rows = published("insertion-etablissements", "ij_cfa_etablissement");
    for row in &rows {
        let expected = match row["valeur_ajoutee_6_mois"].as_str() {
            "" => "",
            "12" | "-12" => "oui",
            _ => "non",
        };
        assert_eq!(row["valeur_ajoutee_6_mois_bornee"], expected, "{row:?}");
        let years = format!("cumul {}-{}", row["millesime_debut"], row["millesime_fin"]);
        assert_eq!(
            (row["annee"].as_str(), row["est_cumul"].as_str()),
            (years.as_str(), "oui")
        );
    }
    assert_eq!(
        values(&rows, "valeur_ajoutee_6_mois_bornee"),
        BTreeSet::from(["", "non", "oui"])
    );
}

#[test]
fn insersup_is_split_into_everybody_and_national_totals() {
    let everybody = published("insertion-superieur", "insersup_ensemble");
    assert!(!everybody.is_empty() && !everybody[0].contains_key("genre"));
    assert!(values(&everybody, "etablissement").is_disjoint(&BTreeSet::from(["UNIV", "all"])));
    assert_eq!(
        values(&everybody, "est_cumul"),
        BTreeSet::from(["non", "oui"]),
        "a double promotion is a cumul"
    );
    let totals = published("insertion-superieur", "insersup_agregats");
    assert_eq!(
        (values(&totals, "etablissement"), values(&totals, "diplome")),
        (BTreeSet::from(["UNIV", "all"]), BTreeSet::from(["all"]))
    );
}

/// T4: shares of those registered, shown where the counts that they are computed on are.
#[test]
fn insersup_on_everybody_can_be_read_beside_inserjeunes() {
    let rows = published("insertion-superieur", "insersup_ensemble");
    let (mut shown, mut hidden) = (0, 0);
    for (row, horizon) in rows
        .iter()
        .flat_map(|row| ["12", "18", "24", "30"].map(|horizon| (row, horizon)))
    {
        let number = |name: &str| row[&name.replace("{h}", horizon)].parse::<f64>().ok();
        let both = number("nb_sortants_{h}").zip(number("nb_poursuivants_{h}"));
        let all = both.map(|(leavers, continuing)| leavers + continuing);
        assert_eq!(number("nb_annee_term_{h}"), all, "{row:?}");
        let near = |share: &str, part: &str| match (number(share), number(part).zip(all)) {
            (Some(share), Some((part, all))) => (share - 100.0 * part / all).abs() <= 0.5,
            (share, of) => share.is_none() && of.is_none(),
        };
        assert!(
            near("part_en_poursuite_d_etudes_{h}", "nb_poursuivants_{h}"),
            "{row:?}"
        );
        assert!(
            near(
                "part_en_emploi_{h}_mois_apres_la_sortie",
                "nb_sortants_en_emploi_sal_fr_{h}"
            ),
            "{row:?}"
        );
        let parts = [
            "part_en_poursuite_d_etudes_{h}",
            "part_en_emploi_{h}_mois_apres_la_sortie",
        ]
        .map(number);
        let other = parts[0]
            .zip(parts[1])
            .map(|(continuing, employed)| 100.0 - continuing - employed);
        assert_eq!(
            number("part_des_autres_situations_{h}_mois"),
            other,
            "{row:?}"
        );
        shown += u32::from(other.is_some());
        hidden += u32::from(row[&format!("nb_annee_term_{horizon}_statut")] == "secret");
    }
    assert!(
        shown > 10 && hidden > 0,
        "{shown} shares shown, {hidden} sums hidden"
    );
}

#[test]
fn trades_are_lists_in_order_with_method_and_version() {
    let rows = published("referentiels-formations", "tags_metiers");
    let mut ranks: BTreeMap<(&str, &str), Vec<u32>> = BTreeMap::new();
    for row in &rows {
        assert!(
            !row["methode"].is_empty() && !row["nomenclature_version"].is_empty(),
            "{row:?}"
        );
        ranks
            .entry((&row["code"], &row["nomenclature"]))
            .or_default()
            .push(row["rang"].parse().unwrap());
    }
    for (key, mut found) in ranks {
        found.sort_unstable();
        assert_eq!(
            found,
            (1..=u32::try_from(found.len()).unwrap()).collect::<Vec<_>>(),
            "{key:?}"
        );
    }
    let nomenclatures = values(&rows, "nomenclature");
    for wanted in [
        "nsf_groupe",
        "rome",
        "rome_grand_domaine",
        "fap_2009",
        "formacode",
        "rncp",
        "famille_metiers",
        "sise_secteur",
    ] {
        assert!(nomenclatures.contains(wanted), "{wanted}");
    }
    assert!(
        rows.iter()
            .any(|row| row["nomenclature"] == "rome" && row["methode"] == "certif_info_continuum")
    );
}

/// Nobody keeps a register yet: an empty dataset would tell readers nothing.
#[test]
fn a_register_is_published_with_its_first_row_and_not_before() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package"]).expect_exit(0);
    assert!(!test.path("state/package/signalements").exists());
    let csv = |test: &PipelineTest| {
        std::fs::read_to_string(test.state_file("package/signalements/1.0.0", "signalements.csv"))
            .unwrap()
    };
    let fed = PipelineTest::sample()
        .with("[[source]]\nid = \"registre\"\nkind = \"file\"\nurl = \"registre.csv\"\ntable = \"signalement_recu\"\n");
    let heading =
        "signal_id;date;uai;code;millesime;table_publiee;champ;valeur_signalee;source;etat";
    let line = "S1;2026-11-25;0010856A;23830023303;cumul 2022-2023;ij_lycee_formation;taux_emploi_6_mois;61;etablissement;recu";
    std::fs::write(fed.path("registre.csv"), format!("{heading}\n{line}\n")).unwrap();
    fed.run(&["run", "--to", "package", "signalements"])
        .expect_exit(0);
    assert_eq!(
        csv(&fed).lines().nth(1),
        Some(
            "0010856A;;;;S1;2026-11-25;23830023303;cumul 2022-2023;ij_lycee_formation;taux_emploi_6_mois;61;etablissement;recu"
        )
    );
}

/// Nomenclatures of a line: what is derived from them has no row, or none of a known year, and stops nothing.
#[test]
fn a_derived_table_without_a_dated_row_is_published_as_it_is() {
    let test = PipelineTest::sample();
    let folder = test.path("short");
    std::fs::create_dir(&folder).unwrap();
    let mut config = std::fs::read_to_string(test.path("pipeline.toml")).unwrap();
    for (name, rows) in [
        ("bcn/n_formation_diplome.csv", 1),
        ("bcn/n_lien_formation_groupe.csv", 1),
        ("metiers/certif_info.csv", 1),
    ] {
        let source = fixture("sources").join(name);
        let bytes = std::fs::read(&source).unwrap();
        let kept: Vec<&[u8]> = bytes
            .split_inclusive(|byte| *byte == b'\n')
            .take(1 + rows)
            .collect();
        let short = folder.join(source.file_name().unwrap());
        std::fs::write(&short, kept.concat()).unwrap();
        config = config.replace(source.to_str().unwrap(), short.to_str().unwrap());
    }
    std::fs::write(test.path("pipeline.toml"), config).unwrap();
    test.run(&["run", "--to", "package", "referentiels-formations"])
        .expect_exit(0);
    let file = test.state_file("package/referentiels-formations", "continuum_diplomes.csv");
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_path(file)
        .unwrap();
    let rows: Vec<Row> = reader.deserialize().map(Result::unwrap).collect();
    assert!(rows.len() < 2, "{rows:?}");
    assert!(
        rows.iter().all(|row| row["annee_ouverture"].is_empty()),
        "{rows:?}"
    );
    // Alone, it has nothing to say of a period: refused, and no failure of ours.
    let alone = test.with(
        "[[dataset]]\nid = \"seul\"\ntables = [\"continuum_diplomes\"]\nlicence = \"lov2\"\nfrequency = \"annual\"\n",
    );
    alone
        .run(&["run", "--to", "package", "seul"])
        .expect_exit(3)
        .expect_told("no row of a known vintage");
}
