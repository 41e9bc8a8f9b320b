//! Statistical secrecy, read from the published files themselves.

use std::collections::BTreeMap;

use crate::harness::PipelineTest;

/// A published table: one map per row.
fn rows(csv: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(csv);
    let header = reader.headers().unwrap().clone();
    reader
        .records()
        .map(|record| {
            header
                .iter()
                .map(str::to_owned)
                .zip(record.unwrap().iter().map(str::to_owned))
                .collect()
        })
        .collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> Option<f64> {
    row[column].parse().ok()
}

#[test]
fn no_regional_figure_is_under_twenty() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let releases = test.releases();
    let rows = rows(&releases["insertion-regions/1.0.0/ij_regional.csv"]);
    let mut hidden = 0;
    for row in &rows {
        for (measure, base) in [
            ("nb_annee_term", "nb_annee_term"),
            ("part_en_poursuite_d_etudes", "nb_annee_term"),
            ("part_en_poursuite_d_etudes", "nb_sortant"),
            ("nb_poursuite_etudes", "nb_sortant"),
            ("nb_sortant", "nb_sortant"),
            ("nb_en_emploi_6_mois", "nb_sortant"),
            ("taux_emploi_6_mois", "nb_sortant"),
            ("taux_emploi_12_mois", "nb_sortant"),
        ] {
            match number(row, measure) {
                Some(_) => assert!(
                    number(row, base).is_some_and(|base| base >= 20.0),
                    "{measure} in {row:?}"
                ),
                None => assert_ne!(row[&format!("{measure}_statut")], "mesure"),
            }
            hidden += usize::from(row[&format!("{measure}_statut")] == "secret");
        }
    }
    assert!(hidden > 0, "the sample has secret cells");
    assert!(
        rows.iter()
            .any(|row| number(row, "nb_sortant") == Some(20.0)
                || number(row, "nb_annee_term") == Some(20.0)),
        "20 itself is published"
    );
}

#[test]
fn stable_jobs_are_hidden_when_salaried_leavers_are_under_twenty() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let releases = test.releases();
    for row in rows(&releases["insertion-superieur/1.0.0/insersup.csv"]) {
        for horizon in [6, 12, 18, 24, 30] {
            let leavers = number(&row, &format!("nb_sortants_{horizon}"));
            assert!(leavers.is_none_or(|leavers| leavers >= 20.0), "{row:?}");
            if number(&row, &format!("tx_sortants_en_emploi_stable_{horizon}")).is_some() {
                let rate =
                    number(&row, &format!("tx_sortants_en_emploi_sal_fr_{horizon}")).unwrap();
                let salaried = (rate * leavers.unwrap() / 100.0).round();
                assert!(salaried >= 20.0, "{salaried} salaried leavers in {row:?}");
            }
        }
    }
}
