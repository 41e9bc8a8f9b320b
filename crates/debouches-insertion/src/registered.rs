//! T4: shares of those registered, so that a producer who counts on leavers can be read beside one who counts on the final year.
//!
//! Those registered left or continue. A share whose counts are missing tells why: its state is that of the first of them
//! that is not measured.

use debouches_model::ValueStatus;
use debouches_model::spec::RegisteredSpec;
use debouches_table::{Column, IntegerColumn, StatusColumn, Table, TableError};

use crate::outcomes::{rest, share};

/// A count or a share, and its state.
type Cell = (Option<i32>, ValueStatus);

/// Fills the columns that the specification names.
pub(crate) fn add(spec: &RegisteredSpec, table: &mut Table) -> Result<(), TableError> {
    let read = |name: &str| {
        let cells = table.integers(name)?.iter().zip(
            table
                .statuses(&debouches_model::spec::status_column(name))?
                .iter(),
        );
        Ok::<Vec<Cell>, TableError>(cells.collect())
    };
    let (leavers, continuing, employed) = (
        read(&spec.leavers)?,
        read(&spec.continuing)?,
        read(&spec.employed)?,
    );
    let counts = leavers.into_iter().zip(continuing).zip(employed);
    let rows: Vec<[Cell; 4]> = counts
        .map(|((leavers, continuing), employed)| shares(leavers, continuing, employed))
        .collect();
    let names = [
        &spec.all,
        &spec.continuing_share,
        &spec.employed_share,
        &spec.other_share,
    ];
    for (index, name) in names.into_iter().enumerate() {
        let (values, states): (Vec<Option<i32>>, Vec<ValueStatus>) =
            rows.iter().map(|cells| cells[index]).unzip();
        table.set(
            name,
            Column::Integer(values.into_iter().collect::<IntegerColumn>()),
        )?;
        table.set(
            &debouches_model::spec::status_column(name),
            Column::Status(states.into_iter().collect::<StatusColumn>()),
        )?;
    }
    Ok(())
}

/// Those registered, then the shares of those who continue, of those in employment and of the others.
fn shares(leavers: Cell, continuing: Cell, employed: Cell) -> [Cell; 4] {
    let all = leavers
        .0
        .zip(continuing.0)
        .and_then(|(leavers, continuing)| leavers.checked_add(continuing));
    let (continuing_share, employed_share) = (share(continuing.0, all), share(employed.0, all));
    let cell = |value: Option<i32>, counts: &[Cell]| match value {
        Some(_) => (value, ValueStatus::Measured),
        None => (
            None,
            counts
                .iter()
                .find(|(count, _)| count.is_none())
                .map_or(ValueStatus::Absent, |(_, state)| *state),
        ),
    };
    [
        cell(all, &[leavers, continuing]),
        cell(continuing_share, &[leavers, continuing]),
        cell(employed_share, &[leavers, continuing, employed]),
        cell(
            rest(employed_share, continuing_share),
            &[leavers, continuing, employed],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(count: i32) -> Cell {
        (Some(count), ValueStatus::Measured)
    }

    #[test]
    fn v10_shares_are_computed_on_those_registered() {
        let cells = shares(measured(54), measured(65), measured(23));
        assert_eq!(
            cells,
            [measured(119), measured(55), measured(19), measured(26)]
        );
    }

    #[test]
    fn what_is_missing_shows_why_and_nobody_has_no_share() {
        let hidden = (None, ValueStatus::Suppressed);
        let later = (None, ValueStatus::NotYet);
        assert_eq!(
            shares(measured(54), measured(65), later),
            [measured(119), measured(55), later, later]
        );
        assert_eq!(shares(measured(54), hidden, later), [hidden; 4]);
        let nobody = (None, ValueStatus::Absent);
        assert_eq!(
            shares(measured(0), measured(0), measured(0)),
            [measured(0), nobody, nobody, nobody]
        );
    }
}
