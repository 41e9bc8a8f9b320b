//! Each place beside the other places of the same table: their share, the gap, and whether chance alone could make it.
//!
//! Computed from the published cells and nothing else, after suppression: a place whose share or number of persons is hidden
//! counts in no sum, and its gap is not judged. The test is that of two proportions with a pooled variance, on two sides; its
//! p-values are corrected for multiplicity by the method of Benjamini and Hochberg, for each measure and vintage.
//! Benjamini, Y. and Hochberg, Y. (1995), « Controlling the false discovery rate », JRSS B 57.

use std::collections::{BTreeMap, HashMap};

use debouches_model::spec::{AskedAddition, ColumnKind, ColumnSpec, Role, TableSpec};
use debouches_table::{
    Column, DecimalColumn, IntegerColumn, StatusColumn, Table, TableError, TextColumn,
};

use crate::intervals::{numbers, persons};

/// The section of a table that asks for it: `[add.comparison]`.
const NAME: &str = "comparison";
/// A gap is said to exceed chance when its corrected p-value is not above this.
const LEVEL: f64 = 0.05;
/// Fewer persons expected on one side than this, and the normal law does not hold.
const LEAST_EXPECTED: f64 = 5.0;

/// What is said of a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Above,
    Below,
    Chance,
    Few,
    Unknown,
}

impl Verdict {
    const ALL: [Self; 5] = [
        Self::Above,
        Self::Below,
        Self::Chance,
        Self::Few,
        Self::Unknown,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Above => "au_dessus",
            Self::Below => "en_dessous",
            Self::Chance => "hasard_possible",
            Self::Few => "effectif_faible",
            Self::Unknown => "effectif_inconnu",
        }
    }
}

/// The columns of a comparison that follow a measure; none in a table that compares nothing, or for a measure without persons.
pub(crate) fn columns(spec: &TableSpec, measure: &ColumnSpec) -> Vec<ColumnSpec> {
    let (Some(asked), Some(persons)) = (spec.addition(NAME), persons(spec, measure)) else {
        return Vec::new();
    };
    let others = asked.text("others").unwrap_or("autres lieux");
    let plain = |suffix: &str, kind, label: String, description: String| ColumnSpec {
        name: format!("{}_{suffix}", measure.name),
        kind,
        role: Role::Tag,
        unit: None,
        denominator: None,
        label,
        description,
        required: false,
        min: None,
        max: None,
        values: Vec::new(),
        format: None,
        base: debouches_model::spec::Base::default(),
        ..measure.clone()
    };
    let (name, label) = (&measure.name, &measure.label);
    vec![
        ColumnSpec {
            unit: measure.unit.clone(),
            min: Some(0.0),
            max: Some(100.0),
            ..plain(
                "autres",
                ColumnKind::Decimal,
                format!("{label}, {others}"),
                format!("`{name}` des {others} réunis, pour la même formation et le même millésime : moyenne pondérée par `{}` de ceux dont les deux valeurs sont publiées.", persons.name),
            )
        },
        ColumnSpec {
            unit: persons.unit.clone(),
            min: Some(0.0),
            ..plain(
                "autres_effectif",
                ColumnKind::Integer,
                format!("{label}, effectif des {others}"),
                format!("Somme de `{}` sur les lieux que réunit `{name}_autres`.", persons.name),
            )
        },
        ColumnSpec {
            unit: Some("points".to_owned()),
            min: Some(-100.0),
            max: Some(100.0),
            ..plain(
                "ecart",
                ColumnKind::Decimal,
                format!("{label}, écart aux {others}"),
                format!("`{name}` moins `{name}_autres`, en points."),
            )
        },
        ColumnSpec {
            min: Some(0.0),
            max: Some(1.0),
            ..plain(
                "p",
                ColumnKind::Decimal,
                format!("{label}, p corrigée de l'écart"),
                format!("Probabilité qu'un écart au moins aussi grand soit dû au hasard : test de deux proportions (variance commune, deux côtés) sur `{}` et `{name}_autres_effectif`, corrigé de la multiplicité par la méthode de Benjamini et Hochberg, pour chaque mesure et chaque millésime.", persons.name),
            )
        },
        ColumnSpec {
            values: Verdict::ALL.iter().map(|verdict| verdict.word().to_owned()).collect(),
            ..plain(
                "jugement",
                ColumnKind::Text,
                format!("{label}, ce que vaut l'écart"),
                "« au_dessus » ou « en_dessous » : l'écart dépasse ce que le hasard suffirait à expliquer (p corrigée d'au plus 5 %). « hasard_possible » : il peut n'être que du hasard. « effectif_faible » : trop peu de personnes pour le test. « effectif_inconnu » : effectif inconnu, l'écart ne peut pas être jugé. Vide quand il n'y a pas d'écart.".to_owned(),
            )
        },
    ]
}

/// The rows of one measure: what is published of each place, and how places are grouped.
struct Published {
    shares: Vec<Option<f64>>,
    persons: Vec<Option<f64>>,
}

/// What is computed for a row.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Gap {
    others: Option<f64>,
    others_persons: Option<i32>,
    gap: Option<f64>,
    p: Option<f64>,
    verdict: Option<Verdict>,
}

/// Adds the comparisons to a table that is about to be published.
pub(crate) fn add(spec: &TableSpec, table: &mut Table) -> Result<(), TableError> {
    let Some(asked) = spec.addition(NAME) else {
        return Ok(());
    };
    let groups = groups(spec, asked, table)?;
    let vintages = vintages(spec, table)?;
    for measure in spec.measures() {
        let Some(persons) = persons(spec, measure) else {
            continue;
        };
        let published = Published {
            shares: shown(table, measure)?,
            persons: shown(table, persons)?,
        };
        let mut gaps = gaps(&published, &groups);
        judge(&mut gaps, &published, &vintages);
        let set = |table: &mut Table, suffix: &str, column| {
            table.set(&format!("{}_{suffix}", measure.name), column)
        };
        let decimal = |pick: fn(&Gap) -> Option<f64>| {
            Column::Decimal(gaps.iter().map(pick).collect::<DecimalColumn>())
        };
        set(table, "autres", decimal(|gap| gap.others.map(tenth)))?;
        let persons = gaps.iter().map(|gap| gap.others_persons);
        let persons = Column::Integer(persons.collect::<IntegerColumn>());
        set(table, "autres_effectif", persons)?;
        set(table, "ecart", decimal(|gap| gap.gap.map(tenth)))?;
        let rounded = |gap: &Gap| gap.p.map(|p| (p * 10_000.0).round() / 10_000.0);
        set(table, "p", decimal(rounded))?;
        let words: Vec<String> = Verdict::ALL
            .iter()
            .map(|verdict| verdict.word().to_owned())
            .collect();
        let verdicts = gaps.iter().map(|gap| {
            let verdict = gap.verdict?;
            let index = Verdict::ALL.iter().position(|item| *item == verdict)?;
            u32::try_from(index).ok()
        });
        let verdicts = Column::Text(TextColumn::new(&words, verdicts));
        set(table, "jugement", verdicts)?;
    }
    Ok(())
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The number of the group of each row: places that have all of the key in common but what names the place.
fn groups(
    spec: &TableSpec,
    asked: &AskedAddition,
    table: &Table,
) -> Result<Vec<usize>, TableError> {
    let locality = [asked.column("place"), asked.column("beside")];
    let shared = spec
        .key
        .iter()
        .filter(|name| !locality.contains(&Some(name.as_str())));
    let shared = shared
        .map(|name| table.text(name))
        .collect::<Result<Vec<_>, _>>()?;
    let mut numbers: HashMap<Vec<Option<&str>>, usize> = HashMap::new();
    Ok((0..table.rows())
        .map(|row| {
            let next = numbers.len();
            let key = shared.iter().map(|column| column.get(row)).collect();
            *numbers.entry(key).or_insert(next)
        })
        .collect())
}

fn vintages(spec: &TableSpec, table: &Table) -> Result<Vec<String>, TableError> {
    let Some(vintage) = &spec.vintage else {
        return Ok(vec![String::new(); table.rows()]);
    };
    let column = table.text(&vintage.column)?;
    let of = |row| column.get(row).unwrap_or_default().to_owned();
    Ok((0..table.rows()).map(of).collect())
}

/// The values of a measure that are shown.
fn shown(table: &Table, measure: &ColumnSpec) -> Result<Vec<Option<f64>>, TableError> {
    let statuses: &StatusColumn = table.statuses(&measure.status_name())?;
    let values = numbers(table, &measure.name)?.into_iter();
    Ok(values
        .zip(statuses.iter())
        .map(|(value, status)| value.filter(|_| status == debouches_model::ValueStatus::Measured))
        .collect())
}

/// The share of the other places of each row, and the gap to it.
fn gaps(published: &Published, groups: &[usize]) -> Vec<Gap> {
    let rows = groups.len();
    let both = |row: usize| published.shares[row].zip(published.persons[row]);
    let mut sums: HashMap<usize, (f64, f64)> = HashMap::new();
    for (row, group) in groups.iter().enumerate() {
        if let Some((share, persons)) = both(row) {
            let sum = sums.entry(*group).or_default();
            sum.0 += share * persons;
            sum.1 += persons;
        }
    }
    (0..rows)
        .map(|row| {
            let Some(share) = published.shares[row] else {
                return Gap::default();
            };
            let (mut weighted, mut persons) = sums.get(&groups[row]).copied().unwrap_or_default();
            if let Some((share, of_row)) = both(row) {
                weighted -= share * of_row;
                persons -= of_row;
            }
            if persons < 0.5 {
                return Gap::default();
            }
            let others = (weighted / persons).clamp(0.0, 100.0);
            Gap {
                others: Some(others),
                // Sums of whole numbers of persons: exact.
                #[expect(clippy::cast_possible_truncation, reason = "fewer than 2^31 persons")]
                others_persons: Some(persons.round() as i32),
                gap: Some(share - others),
                p: None,
                verdict: None,
            }
        })
        .collect()
}

/// Tests each gap, corrects for the number of tests, and says what each is worth.
fn judge(gaps: &mut [Gap], published: &Published, vintages: &[String]) {
    let mut families: BTreeMap<&str, Vec<(usize, f64)>> = BTreeMap::new();
    for (row, gap) in gaps.iter_mut().enumerate() {
        let (Some(others), Some(others_persons), Some(share)) =
            (gap.others, gap.others_persons, published.shares[row])
        else {
            continue;
        };
        let Some(persons) = published.persons[row] else {
            gap.verdict = Some(Verdict::Unknown);
            continue;
        };
        match two_proportions((share, persons), (others, f64::from(others_persons))) {
            Some(p) => families.entry(&vintages[row]).or_default().push((row, p)),
            None => gap.verdict = Some(Verdict::Few),
        }
    }
    for (row, p) in families.into_values().flat_map(corrected) {
        let gap = &mut gaps[row];
        gap.p = Some(p);
        gap.verdict = Some(match gap.gap {
            Some(points) if p <= LEVEL && points > 0.0 => Verdict::Above,
            Some(points) if p <= LEVEL && points < 0.0 => Verdict::Below,
            _ => Verdict::Chance,
        });
    }
}

/// The p-value, on two sides, of the gap between two shares in points; none when too few persons are expected on a side.
fn two_proportions(one: (f64, f64), other: (f64, f64)) -> Option<f64> {
    let (share, persons) = (one.0 / 100.0, one.1);
    let (other_share, other_persons) = (other.0 / 100.0, other.1);
    let pooled = (share * persons + other_share * other_persons) / (persons + other_persons);
    let least = persons.min(other_persons) * pooled.min(1.0 - pooled);
    if least < LEAST_EXPECTED {
        return None;
    }
    let deviation = (pooled * (1.0 - pooled) * (1.0 / persons + 1.0 / other_persons)).sqrt();
    let z = (share - other_share) / deviation;
    Some(libm::erfc(z.abs() / std::f64::consts::SQRT_2))
}

/// The p-values of a family corrected by the method of Benjamini and Hochberg.
fn corrected(mut family: Vec<(usize, f64)>) -> Vec<(usize, f64)> {
    family.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0)));
    let total = family.len();
    let mut least: f64 = 1.0;
    for (index, (_, p)) in family.iter_mut().enumerate() {
        let rank = total - index;
        #[expect(clippy::cast_precision_loss, reason = "counts of rows")]
        let scaled = *p * total as f64 / rank as f64;
        least = least.min(scaled);
        *p = least;
    }
    family
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `statsmodels.stats.proportion.proportions_ztest([30, 70], [50, 200])`.
    #[test]
    fn the_test_is_that_of_two_proportions() {
        let p = two_proportions((60.0, 50.0), (35.0, 200.0)).unwrap();
        assert!((p - 0.001_248_830_988).abs() < 1e-9, "{p}");
        assert_eq!(two_proportions((2.0, 20.0), (3.0, 100.0)), None, "too few");
        let same = two_proportions((50.0, 100.0), (50.0, 100.0)).unwrap();
        assert!((same - 1.0).abs() < 1e-12);
    }

    /// `statsmodels.stats.multitest.multipletests([0.01, 0.04, 0.03, 0.5], method="fdr_bh")`.
    #[test]
    fn the_correction_is_that_of_benjamini_and_hochberg() {
        let mut family = corrected(vec![(0, 0.01), (1, 0.04), (2, 0.03), (3, 0.5)]);
        family.sort_by_key(|(row, _)| *row);
        let values: Vec<f64> = family.into_iter().map(|(_, p)| p).collect();
        let expected = [0.04, 0.053_333_333, 0.053_333_333, 0.5];
        for (value, expected) in values.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-6, "{values:?}");
        }
    }

    #[test]
    fn a_share_without_persons_is_in_no_sum_and_is_not_judged() {
        let published = Published {
            shares: vec![Some(80.0), Some(50.0), Some(40.0), None],
            persons: vec![None, Some(100.0), Some(300.0), Some(50.0)],
        };
        let mut gaps = gaps(&published, &[0, 0, 0, 0]);
        judge(&mut gaps, &published, &[const { String::new() }; 4]);
        assert_eq!(gaps[0].others, Some(42.5));
        assert_eq!((gaps[0].verdict, gaps[0].p), (Some(Verdict::Unknown), None));
        assert_eq!(
            (gaps[1].others, gaps[1].others_persons),
            (Some(40.0), Some(300))
        );
        assert_eq!(gaps[3], Gap::default(), "nothing stands on a hidden share");
        let alone = super::gaps(&published, &[0, 1, 2, 3]);
        assert!(
            alone.iter().all(|gap| *gap == Gap::default()),
            "no other place"
        );
    }
}
