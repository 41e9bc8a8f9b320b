//! How far a candidate may move from the live release.

use serde::Serialize;

/// Budgets of the drift check. Shares go from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Budgets {
    /// Share of the rows that the whole table may lose, over the vintages that both releases have.
    pub rows: f64,
    /// Share of its rows that a slice may lose. A slice that loses all of them is always told.
    pub slice_rows: f64,
    /// Share of the rows of the vintage before that a new vintage may lack.
    pub new_vintage_rows: f64,
    /// Share of the distinct values of a key column that may go.
    pub keys: f64,
    /// Points of share by which the hidden and absent cells of a measure may grow, in the whole table.
    pub hidden: f64,
    /// The same in a slice.
    pub slice_hidden: f64,
    /// Points by which the mean of a rate may move, in the whole table.
    pub rate: f64,
    /// The same in a slice.
    pub slice_rate: f64,
    /// Points by which a quantile of a rate may move, in a slice and a vintage.
    pub quantile: f64,
    /// Share by which the mean of a count or of an amount may move, in the whole table; twice that in a slice.
    pub amount: f64,
    /// Fewest lost rows, or filled cells, that prove something.
    pub few: u64,
}

impl Default for Budgets {
    /// Wide enough for the revisions seen in the open data (188 rates of 1,764 in cumul 2020-2021, none by much), narrow
    /// enough for a missing région, vintage or column.
    fn default() -> Self {
        Self {
            rows: 0.05,
            slice_rows: 0.25,
            new_vintage_rows: 0.5,
            keys: 0.08,
            hidden: 0.05,
            slice_hidden: 0.25,
            rate: 3.0,
            slice_rate: 10.0,
            quantile: 15.0,
            amount: 0.15,
            few: 10,
        }
    }
}
