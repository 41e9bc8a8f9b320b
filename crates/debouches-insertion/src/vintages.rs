//! T16, cohorts of each row: first year, last year, cumul or not, whatever the spelling of the producer.

use debouches_model::Vintage;
use debouches_model::spec::VintageSpec;
use debouches_table::{Column, Table, TableError, TextColumn};

/// Adds the columns; a vintage that cannot be read leaves them empty.
pub(crate) fn add(spec: &VintageSpec, table: &mut Table) -> Result<(), TableError> {
    let [first, last, cumulated] = cohorts(table.text(&spec.column)?, |text| {
        Vintage::parse(text, spec.style)
    });
    for (name, column) in [
        ("millesime_debut", first),
        ("millesime_fin", last),
        ("est_cumul", cumulated),
    ] {
        table.set(name, Column::Text(column))?;
    }
    Ok(())
}

fn cohorts(vintages: &TextColumn, parse: impl Fn(&str) -> Option<Vintage>) -> [TextColumn; 3] {
    [
        vintages.map(|text| parse(text).map(|vintage| vintage.first.to_string())),
        vintages.map(|text| parse(text).map(|vintage| vintage.last.to_string())),
        vintages.map(|text| {
            parse(text).map(|vintage| {
                if vintage.first < vintage.last {
                    "oui"
                } else {
                    "non"
                }
            })
        }),
    ]
}

#[cfg(test)]
mod tests {
    use debouches_model::VintageStyle;

    use super::*;

    #[test]
    fn the_three_spellings_tell_the_same_cohorts() {
        for (text, style, expected) in [
            (
                "cumul 2021-2022",
                VintageStyle::Cumul,
                ["2021", "2022", "oui"],
            ),
            ("2021_2022", VintageStyle::Pair, ["2021", "2022", "oui"]),
            ("2020,2021", VintageStyle::Promo, ["2020", "2021", "oui"]),
            ("2022", VintageStyle::Promo, ["2022", "2022", "non"]),
        ] {
            let found = cohorts(&TextColumn::constant(Some(text), 1), |text| {
                Vintage::parse(text, style)
            });
            assert_eq!(
                found.map(|column| column.get(0).unwrap().to_owned()),
                expected,
                "{text}"
            );
        }
    }
}
