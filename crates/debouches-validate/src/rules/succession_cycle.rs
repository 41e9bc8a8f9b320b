//! No diploma comes after itself: columns are the diploma, then as many former codes as new ones. A link told on one side
//! counts for both, and a diploma that names itself is no link. `N_FORMATION_DIPLOME` of September 2025 has 1,532 links and
//! no cycle.

use std::collections::{BTreeMap, BTreeSet};

use debouches_model::spec::{RuleSpec, TableSpec};
use debouches_model::{Finding, RuleCode};
use debouches_table::{Table, TableError};

use crate::findings::Findings;

/// Old code, new code.
type Links<'a> = BTreeSet<(&'a str, &'a str)>;

pub(crate) fn check(
    spec: &TableSpec,
    table: &Table,
    findings: &mut Findings<'_>,
) -> Result<(), TableError> {
    for rule in spec.rules_of(RuleCode::SuccessionCycle) {
        let Some((code, _)) = rule.columns.split_first() else {
            continue;
        };
        let links = links(rule, table)?;
        findings.compared_all(RuleCode::SuccessionCycle, links.len() as u64);
        let turning = turning(&links);
        let item = table.text(code)?;
        for row in 0..table.rows() {
            let Some(actual) = item.get(row).filter(|actual| turning.contains(actual)) else {
                continue;
            };
            let next: Vec<&str> = turning
                .iter()
                .copied()
                .filter(|next| links.contains(&(actual, next)))
                .collect();
            let finding = Finding::new(RuleCode::SuccessionCycle)
                .column(code)
                .value(actual);
            findings.about_row(row, finding.expected(next.join(", ")));
        }
    }
    Ok(())
}

fn links<'a>(rule: &RuleSpec, table: &'a Table) -> Result<Links<'a>, TableError> {
    let Some((code, others)) = rule.columns.split_first() else {
        return Ok(Links::new());
    };
    let item = table.text(code)?;
    let mut links = Links::new();
    for (index, name) in others.iter().enumerate() {
        let other = table.text(name)?;
        for row in 0..table.rows() {
            let (Some(item), Some(other)) = (item.get(row), other.get(row)) else {
                continue;
            };
            if item != other {
                links.insert(if index < others.len() / 2 {
                    (other, item)
                } else {
                    (item, other)
                });
            }
        }
    }
    Ok(links)
}

/// The codes that lie on a cycle: what is left when codes without predecessor, then without successor, are taken away.
fn turning<'a>(links: &Links<'a>) -> BTreeSet<&'a str> {
    let mut remaining: Vec<(&str, &str)> = links.iter().copied().collect();
    loop {
        let mut degrees: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (old, new) in &remaining {
            degrees.entry(old).or_default().1 += 1;
            degrees.entry(new).or_default().0 += 1;
        }
        let before = remaining.len();
        remaining.retain(|(old, new)| degrees[old].0 > 0 && degrees[new].1 > 0);
        if remaining.len() == before {
            return remaining
                .into_iter()
                .flat_map(|(old, new)| [old, new])
                .collect();
        }
    }
}
