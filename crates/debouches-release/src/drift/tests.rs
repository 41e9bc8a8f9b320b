use std::collections::BTreeMap;

use debouches_model::Lang;
use debouches_model::spec::{TableSpec, Vocabulary};

use super::*;
use crate::profile::{Cell, Measured};

const RATE: &str = "taux_emploi_6_mois";

/// A profile of the CFA table: two vintages, two régions, one rate.
fn sample(rows: [[u64; 2]; 2], mean: f64) -> TableProfile {
    let mut cells = Vec::new();
    let mut cell = |dimension, value: &str, vintage: &str, rows: u64| {
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let measured = Measured {
            measured: rows,
            hidden: 0,
            sum: mean * rows as f64,
            quantiles: Some([mean; 3]),
        };
        let measures = BTreeMap::from([(RATE.to_owned(), measured)]);
        if rows > 0 {
            cells.push(Cell {
                dimension,
                value: value.to_owned(),
                vintage: vintage.to_owned(),
                rows,
                measures,
            });
        }
    };
    for (index, vintage) in ["cumul 2021-2022", "cumul 2022-2023"]
        .into_iter()
        .enumerate()
    {
        cell(
            Dimension::Total,
            "",
            vintage,
            rows[0][index] + rows[1][index],
        );
        cell(Dimension::Region, "Bretagne", vintage, rows[0][index]);
        cell(Dimension::Region, "Corse", vintage, rows[1][index]);
        cell(Dimension::Academie, "Corse", vintage, rows[1][index]);
    }
    cells.sort_by(|a, b| {
        (a.dimension, &a.value, &a.vintage).cmp(&(b.dimension, &b.value, &b.vintage))
    });
    let total = rows.iter().flatten().sum();
    TableProfile {
        table: "t".to_owned(),
        rows: total,
        keys: BTreeMap::from([("uai".to_owned(), total)]),
        cells,
    }
}

fn described(candidate: &TableProfile) -> Vec<(String, String)> {
    let text = r#"
        id = "t"
        kind = "indicators"
        title = "T"
        description = "D"
        producer = "P"
        key = ["annee", "uai"]
        [vintage]
        column = "annee"
        style = ["cumul {year}-{year}"]
        [secrecy]
        threshold = 20
        rule = "Aucun taux sous 20 sortants."
        bases = "producer"
        inherits = { publication = "https://producteur.example/", date = "2026-01-01" }
        totals = { annee = "none", uai = "none" }
        [[column]]
        name = "annee"
        type = "text"
        role = "dimension"
        label = "Cumul"
        description = "Deux promotions"
        [[column]]
        name = "uai"
        type = "text"
        role = "dimension"
        label = "UAI"
        description = "Établissement"
        [[column]]
        name = "taux_emploi_6_mois"
        type = "integer"
        role = "measure"
        label = "Taux d'emploi"
        description = "Sortants en emploi six mois après"
        unit = "%"
        denominator = "sortants"
    "#;
    let spec = &TableSpec::parse(text, &Vocabulary::default()).unwrap();
    let live = sample([[900, 900], [19, 19]], 60.0);
    let breaches = compare(spec, &live, candidate, &Budgets::default());
    breaches
        .into_iter()
        .map(|breach| (breach.slice, breach.finding.sentence(Lang::Fr)))
        .collect()
}

#[test]
fn an_equal_candidate_and_a_few_rows_less_pass() {
    assert_eq!(described(&sample([[900, 900], [19, 19]], 60.0)), []);
    assert_eq!(described(&sample([[895, 900], [18, 19]], 61.0)), []);
}

#[test]
fn a_missing_region_is_named() {
    let described = described(&sample([[900, 900], [0, 0]], 60.0));
    assert_eq!(
        described,
        [(
            "région=Corse".to_owned(),
            "Corse : 0 ligne, 38 attendues".to_owned()
        )]
    );
}

#[test]
fn a_region_missing_from_one_vintage_is_named_with_it() {
    let described = described(&sample([[900, 900], [19, 0]], 60.0));
    assert_eq!(described[0].0, "région=Corse");
    let one = sample([[900, 900], [60, 0]], 60.0);
    assert_eq!(super::rows::vintages(&Pair::new(&one, &one)), []);
}

#[test]
fn a_missing_vintage_is_named() {
    let described = described(&sample([[900, 0], [19, 0]], 60.0));
    assert_eq!(described[0].0, "millésime=cumul 2022-2023");
    assert_eq!(
        described[0].1,
        "cumul 2022-2023 : millésime absent, 919 lignes publiées aujourd'hui"
    );
}

#[test]
fn a_mean_that_moves_is_named_with_its_column() {
    let described = described(&sample([[900, 900], [19, 19]], 50.0));
    let expected =
        "Ensemble : `taux_emploi_6_mois (moyenne)` vaut 50.0, 60.0 dans la version publiée";
    assert!(
        described
            .iter()
            .any(|(slice, text)| slice == "ensemble" && text == expected),
        "{described:?}"
    );
}
