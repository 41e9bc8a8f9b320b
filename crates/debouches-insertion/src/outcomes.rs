//! T2 and T3: the counts that follow from others, and the shares of the final year at 12, 18 and 24 months.
//!
//! The shares at 6 months (DEVENIR) are carried as received, never computed again: their producer rounds them on figures that
//! we do not have. A share is rounded to the nearest whole number, halves to the even one; what remains is taken from rounded
//! parts, so that the three add up to 100.

use debouches_model::ValueStatus;
use debouches_table::{Column, IntegerColumn, StatusColumn, Table, TableError};

use debouches_enrich::FindingCollector;

/// Horizons of employment counts, in months.
const HORIZONS: [u32; 4] = [6, 12, 18, 24];

/// Persons of one training.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// In their final year.
    pub(crate) term: Option<i32>,
    /// In training the year after.
    pub(crate) continuing: Option<i32>,
    pub(crate) leavers: Option<i32>,
    /// Leavers in employment after 6, 12, 18 and 24 months.
    pub(crate) employed: [Option<i32>; 4],
}

impl Counts {
    /// T2: leavers are the final year minus those who continue; when everybody continues, nobody is employed.
    ///
    /// Those who continue and the final year are never worked out.
    pub(crate) fn completed(mut self) -> Self {
        let Some(term) = self.term else { return self };
        let Some(continuing) = self.continuing else {
            return self;
        };
        self.leavers = self
            .leavers
            .or_else(|| Some(term - continuing).filter(|leavers| *leavers >= 0));
        if continuing == term {
            self.employed
                .iter_mut()
                .for_each(|count| *count = count.or(Some(0)));
        }
        self
    }

    /// T12: counts of several codes together. Missing counts are left out; none when all are missing.
    pub(crate) fn sum<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let plus = |sum: &mut Option<i32>, count: Option<i32>| {
            if let Some(count) = count {
                *sum = Some(sum.unwrap_or_default() + count);
            }
        };
        let mut sum = Self::default();
        for counts in all {
            plus(&mut sum.term, counts.term);
            plus(&mut sum.continuing, counts.continuing);
            plus(&mut sum.leavers, counts.leavers);
            sum.employed
                .iter_mut()
                .zip(counts.employed)
                .for_each(|(sum, count)| plus(sum, count));
        }
        sum
    }
}

/// Shares of the final year, in percent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Shares {
    pub(crate) continuing: Option<i32>,
    /// After 6, 12, 18 and 24 months.
    pub(crate) employed: [Option<i32>; 4],
    pub(crate) other: [Option<i32>; 4],
}

impl Shares {
    /// Shares of counts alone (InserSup, sums of several codes).
    pub(crate) fn counted(counts: &Counts) -> Self {
        Self::beside(counts, share(counts.continuing, counts.term))
    }

    /// Shares beside a share of those who continue that the producer gives.
    pub(crate) fn beside(counts: &Counts, continuing: Option<i32>) -> Self {
        let employed = counts.employed.map(|count| share(count, counts.term));
        let other = employed.map(|employed| rest(employed, continuing));
        Self {
            continuing,
            employed,
            other,
        }
    }
}

/// A part in percent of a whole, halves to the even number. None when the whole is unknown or nought.
pub(crate) fn share(part: Option<i32>, total: Option<i32>) -> Option<i32> {
    let (part, total) = (
        i64::from(part?),
        i64::from(total.filter(|total| *total > 0)?),
    );
    let (down, twice) = (
        (100 * part).div_euclid(total),
        2 * (100 * part).rem_euclid(total),
    );
    let up = twice > total || (twice == total && down % 2 != 0);
    i32::try_from(down + i64::from(up)).ok()
}

/// What two rounded shares leave of 100, never under nought.
pub(crate) fn rest(employed: Option<i32>, continuing: Option<i32>) -> Option<i32> {
    Some((100 - employed? - continuing?).max(0))
}

/// Completes the counts of a table and fills its shares at 12, 18 and 24 months.
pub(crate) fn add(table: &mut Table, findings: &mut FindingCollector) -> Result<(), TableError> {
    let names = |prefix: &str| HORIZONS.map(|horizon| format!("{prefix}_{horizon}_mois"));
    let employed_names = names("nb_en_emploi");
    let read = |name: &str| Ok::<_, TableError>(table.integers(name)?.clone());
    let (term, continuing, leavers) = (
        read("nb_annee_term")?,
        read("nb_poursuite_etudes")?,
        read("nb_sortant")?,
    );
    let employed = employed_names
        .iter()
        .map(|name| read(name))
        .collect::<Result<Vec<_>, _>>()?;
    let received = read("part_en_poursuite_d_etudes")?;
    let given = |row: usize| Counts {
        term: term.get(row),
        continuing: continuing.get(row),
        leavers: leavers.get(row),
        employed: std::array::from_fn(|index| employed[index].get(row)),
    };
    let completed: Vec<Counts> = (0..table.rows())
        .map(|row| given(row).completed())
        .collect();
    let shares: Vec<Shares> = completed
        .iter()
        .enumerate()
        .map(|(row, counts)| Shares::beside(counts, received.get(row)))
        .collect();
    let filled = (0..table.rows())
        .filter(|row| given(*row) != completed[*row])
        .count();
    findings.count("rows.counts_completed", filled as u64);
    fill(
        table,
        "nb_sortant",
        completed.iter().map(|counts| counts.leavers),
    )?;
    for (index, name) in employed_names.iter().enumerate() {
        fill(
            table,
            name,
            completed.iter().map(|counts| counts.employed[index]),
        )?;
    }
    for (index, horizon) in HORIZONS.iter().enumerate().skip(1) {
        fill(
            table,
            &employed_share(*horizon),
            shares.iter().map(|shares| shares.employed[index]),
        )?;
        fill(
            table,
            &other_share(*horizon),
            shares.iter().map(|shares| shares.other[index]),
        )?;
    }
    Ok(())
}

fn employed_share(horizon: u32) -> String {
    format!("part_en_emploi_{horizon}_mois_apres_la_sortie")
}

fn other_share(horizon: u32) -> String {
    format!("part_des_autres_situations_{horizon}_mois")
}

/// Fills the empty cells of a measure; a value received is never replaced.
fn fill(
    table: &mut Table,
    name: &str,
    values: impl Iterator<Item = Option<i32>>,
) -> Result<(), TableError> {
    let status_name = debouches_model::spec::status_column(name);
    let received = table
        .integers(name)?
        .iter()
        .zip(table.statuses(&status_name)?.iter());
    let cells = received
        .zip(values)
        .map(|((received, status), value)| match (received, value) {
            (None, Some(value)) if status == ValueStatus::Absent => {
                (Some(value), ValueStatus::Measured)
            }
            _ => (received, status),
        });
    let (values, statuses): (Vec<Option<i32>>, Vec<ValueStatus>) = cells.unzip();
    table.set(
        name,
        Column::Integer(values.into_iter().collect::<IntegerColumn>()),
    )?;
    table.set(
        &status_name,
        Column::Status(statuses.into_iter().collect::<StatusColumn>()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(part: i32, total: i32) -> Option<i32> {
        share(Some(part), Some(total))
    }

    #[test]
    fn v01_halves_go_to_the_even_number() {
        assert_eq!(
            (percent(505, 1000), percent(515, 1000)),
            (Some(50), Some(52))
        );
        assert_eq!((percent(13, 40), percent(11, 40)), (Some(32), Some(28)));
    }

    #[test]
    fn v02_other_numbers_go_to_the_nearest() {
        assert_eq!(
            (percent(504, 1000), percent(506, 1000)),
            (Some(50), Some(51))
        );
        assert_eq!(
            (percent(5, 0), share(None, Some(5)), share(Some(5), None)),
            (None, None, None)
        );
    }

    #[test]
    fn v03_the_received_share_and_the_rounded_ones_add_up_to_100() {
        let counts = Counts {
            term: Some(40),
            continuing: Some(11),
            employed: [None, Some(13), None, None],
            ..Counts::default()
        };
        let shares = Shares::beside(&counts, Some(28));
        assert_eq!(
            (shares.employed[1], shares.other[1], shares.continuing),
            (Some(32), Some(40), Some(28))
        );
    }

    #[test]
    fn v04_without_shares_at_6_months_the_other_horizons_are_computed() {
        let counts = Counts {
            term: Some(100),
            continuing: Some(50),
            leavers: None,
            employed: [None, Some(10), Some(10), Some(10)],
        };
        let shares = Shares::beside(&counts, Some(50));
        assert_eq!(shares.employed, [None, Some(10), Some(10), Some(10)]);
        assert_eq!(shares.other, [None, Some(40), Some(40), Some(40)]);
    }

    #[test]
    fn v06_v07_what_is_not_given_is_not_invented() {
        let v06 = Counts {
            continuing: Some(27),
            leavers: Some(9),
            ..Counts::default()
        };
        assert_eq!(v06.completed(), v06);
        let v07 = Counts {
            term: Some(27),
            leavers: Some(9),
            ..Counts::default()
        };
        assert_eq!(v07.completed(), v07);
        assert_eq!(Shares::counted(&v07).continuing, None);
    }

    #[test]
    fn v08_leavers_are_the_final_year_minus_those_who_continue() {
        let counts = Counts {
            term: Some(27),
            continuing: Some(9),
            ..Counts::default()
        };
        assert_eq!(counts.completed().leavers, Some(18));
        let all = Counts {
            term: Some(27),
            continuing: Some(27),
            ..Counts::default()
        }
        .completed();
        assert_eq!((all.leavers, all.employed), (Some(0), [Some(0); 4]));
    }

    #[test]
    fn v10_insersup_shares_are_computed_on_those_registered() {
        let counts = Counts {
            term: Some(119),
            continuing: Some(65),
            leavers: Some(54),
            employed: [Some(23), Some(25), Some(26), Some(27)],
        };
        let shares = Shares::counted(&counts);
        assert_eq!(shares.continuing, Some(55));
        assert_eq!(shares.employed, [Some(19), Some(21), Some(22), Some(23)]);
        assert_eq!(shares.other, [Some(26), Some(24), Some(23), Some(22)]);
    }

    #[test]
    fn v19_a_view_of_several_codes_has_the_shares_of_their_sums() {
        let half = Counts {
            term: Some(50),
            continuing: Some(2),
            leavers: None,
            employed: [Some(25), Some(13), Some(12), Some(12)],
        };
        let other = Counts {
            term: Some(50),
            continuing: Some(3),
            leavers: None,
            employed: [Some(25), Some(12), Some(13), Some(13)],
        };
        let sum = Counts::sum([&half, &other]);
        assert_eq!((sum.term, sum.leavers), (Some(100), None));
        let shares = Shares::counted(&sum);
        assert_eq!(shares.continuing, Some(5));
        assert_eq!(shares.employed, [Some(50), Some(25), Some(25), Some(25)]);
        assert_eq!(shares.other, [Some(45), Some(70), Some(70), Some(70)]);
    }

    #[test]
    fn v23_v24_what_remains_is_never_under_nought() {
        let v23 = Counts {
            term: Some(50),
            continuing: Some(5),
            leavers: None,
            employed: [Some(45), Some(25), None, None],
        };
        let shares = Shares::counted(&v23);
        assert_eq!(
            (shares.employed[0], shares.employed[1]),
            (Some(90), Some(50))
        );
        assert_eq!((shares.other[0], shares.other[1]), (Some(0), Some(40)));
        let v24 = Counts {
            term: Some(20),
            continuing: Some(5),
            leavers: None,
            employed: [Some(10); 4],
        };
        let shares = Shares::counted(&v24);
        assert_eq!(
            (shares.continuing, shares.employed, shares.other),
            (Some(25), [Some(50); 4], [Some(25); 4])
        );
    }
}
