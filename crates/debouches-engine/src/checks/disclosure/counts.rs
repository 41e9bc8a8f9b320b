//! A table about to be released, as the counts that the disclosure audit reads.

use debouches_disclosure::{Facts, Names, Row, Seen};
use debouches_model::ValueStatus;
use debouches_model::spec::TableSpec;
use debouches_table::{IntegerColumn, Table, TableError};

use crate::released::Layout;

/// A table about to be released.
pub struct Candidate {
    /// Its specification.
    pub spec: &'static TableSpec,
    /// Its rows.
    pub table: Table,
    /// The counts that our threshold hid, with their true values: for the audit, never published.
    pub private: Option<Table>,
}

/// The counts of a table as it would be released, with the true values of those that our threshold hid.
pub(super) fn counts_of(layout: &Layout, candidate: &Candidate) -> Result<Facts, TableError> {
    let (policy, table) = (&layout.policy, &candidate.table);
    let item = layout.key.iter().map(|name| table.text(name).map(Some));
    let further = layout.further.iter().map(|name| Ok(table.text(name).ok()));
    let key = item
        .chain(further)
        .collect::<Result<Vec<_>, TableError>>()?;
    let private = candidate.private.as_ref();
    let truth: Vec<Option<&IntegerColumn>> = policy
        .count
        .iter()
        .map(|count| private.and_then(|private| private.integers(&count.column).ok()))
        .collect();
    let counts = policy
        .count
        .iter()
        .map(|count| {
            Ok((
                table.numbers(&count.column)?,
                table.statuses(&debouches_model::spec::status_column(&count.column))?,
            ))
        })
        .collect::<Result<Vec<_>, TableError>>()?;
    let rates = policy
        .rate
        .iter()
        .map(|rate| Ok((table.numbers(&rate.rate)?, rate.decimals)));
    let rates = rates.collect::<Result<Vec<_>, TableError>>()?;
    let statuses: Vec<Vec<ValueStatus>> = counts
        .iter()
        .map(|(_, statuses)| statuses.iter().collect())
        .collect();
    let mut shared = Names::default();
    let row = |row: usize| {
        let counts = counts.iter().zip(&statuses).zip(&policy.count).zip(&truth);
        let counts = counts.map(|((((values, _), statuses), count), truth)| {
            let truth = truth.and_then(|truth| truth.get(row)).map(i64::from);
            (values(row), statuses[row], count.absent_is_hidden, truth)
        });
        let seen = counts.map(
            |(value, status, absent_is_hidden, truth)| match (value, status) {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a count of persons, read from a whole-number column"
                )]
                (Some(value), _) => Seen::Value(value as i64),
                (None, ValueStatus::Suppressed) => Seen::Hidden(truth),
                (None, ValueStatus::Absent) if absent_is_hidden => Seen::Hidden(None),
                (None, _) => Seen::Nothing,
            },
        );
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a rate in units of its last decimal"
        )]
        let scaled =
            |value: f64, decimals: u32| (value * f64::from(10_u32.pow(decimals))).round() as i64;
        Row {
            key: key
                .iter()
                .map(|column| {
                    shared.shared(
                        column
                            .and_then(|column| column.get(row))
                            .unwrap_or_default(),
                    )
                })
                .collect(),
            counts: seen.collect(),
            rates: rates
                .iter()
                .map(|(values, decimals)| values(row).map(|value| scaled(value, *decimals)))
                .collect(),
        }
    };
    Ok(Facts {
        key: layout.columns(),
        rows: (0..table.rows()).map(row).collect(),
        complementary: false,
    })
}
