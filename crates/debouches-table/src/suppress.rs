//! Suppression of values: a measure goes blank where a mask says so, and its status says why.

use debouches_model::ValueStatus;
use debouches_model::spec::ColumnSpec;

use crate::{Column, StatusColumn, Table, TableError};

impl Table {
    /// Blanks a measure on the rows of the mask; where it was measured, its status becomes suppressed.
    ///
    /// # Errors
    /// When the measure or its status is not in the table, or is no number.
    pub fn suppress(&mut self, measure: &ColumnSpec, mask: &[bool]) -> Result<(), TableError> {
        let values = match self.column(&measure.name) {
            Some(Column::Integer(values)) => Column::Integer(
                values
                    .iter()
                    .zip(mask)
                    .map(|(value, hit)| value.filter(|_| !hit))
                    .collect(),
            ),
            Some(Column::Decimal(values)) => Column::Decimal(
                values
                    .iter()
                    .zip(mask)
                    .map(|(value, hit)| value.filter(|_| !hit))
                    .collect(),
            ),
            _ => {
                return Err(TableError::NoColumn {
                    name: measure.name.clone(),
                    expected: "number",
                });
            }
        };
        let status = measure.status_name();
        let suppressed = |(status, hit): (ValueStatus, &bool)| match status {
            ValueStatus::Measured if *hit => ValueStatus::Suppressed,
            status => status,
        };
        let statuses: StatusColumn = self
            .statuses(&status)?
            .iter()
            .zip(mask)
            .map(suppressed)
            .collect();
        self.set(&measure.name, values)?;
        self.set(&status, Column::Status(statuses))
    }
}
