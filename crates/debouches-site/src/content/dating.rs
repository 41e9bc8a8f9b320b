//! Since which release each row reads as it does: what a page quotes beside a figure.
//!
//! A page that quoted the newest release would change at each of them, with all its figures the same. The release in which a
//! figure was published as it is stays true for as long as the figure does.

use std::collections::{BTreeSet, HashMap};

use debouches_model::{Hasher, Version};

use super::index::Wanted;
use super::table::TextColumn;

/// Begins the file of dates; another mark is another format.
const MARK: &[u8; 8] = b"DATES\0\0\x01";

/// Bytes of a version: three numbers.
const VERSION: usize = 12;

/// Bytes of a row: digest of its key, digest of its cells, the rank of its version.
const ROW: usize = 8 + 8 + 2;

/// What a row reads, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Dated {
    cells: u64,
    since: Version,
}

/// The rows of a table in one release, each with the release since which it reads the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowDates {
    rows: HashMap<u64, Dated>,
}

impl RowDates {
    /// The rows of the next release, dated by those of this one; also the version and a digest of each row, in order.
    #[must_use]
    pub fn follow(
        &self,
        version: Version,
        wanted: &Wanted,
        columns: &[TextColumn],
    ) -> (Self, Vec<(Version, u64)>) {
        let names = wanted.columns.iter();
        let digests: Vec<Vec<u64>> = names
            .zip(columns)
            .map(|(name, column)| column.digests(name))
            .collect();
        let is_key = wanted.is_key();
        let rows = columns.first().map(TextColumn::rows).unwrap_or_default();
        let mut next = Self {
            rows: HashMap::with_capacity(rows),
        };
        let mut versions = Vec::with_capacity(rows);
        for row in 0..rows {
            let (mut key, mut cells) = (Hasher::default(), Hasher::default());
            for ((digests, column), is_key) in digests.iter().zip(columns).zip(&is_key) {
                let digest = digests[column.index(row)].to_le_bytes();
                if *is_key { &mut key } else { &mut cells }.update(&digest);
            }
            let (key, cells) = (short(key), short(cells));
            let same = self.rows.get(&key).filter(|dated| dated.cells == cells);
            let since = same.map_or(version, |dated| dated.since);
            next.rows.insert(key, Dated { cells, since });
            versions.push((since, key.rotate_left(32) ^ cells));
        }
        (next, versions)
    }

    /// The rows as bytes, the same whatever the order in which they were read.
    ///
    /// # Panics
    /// Never: a table has fewer than 2^16 releases.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut rows: Vec<(&u64, &Dated)> = self.rows.iter().collect();
        rows.sort_unstable_by_key(|(key, _)| **key);
        let versions: BTreeSet<Version> = self.rows.values().map(|dated| dated.since).collect();
        let versions: Vec<Version> = versions.into_iter().collect();
        let mut bytes = Vec::with_capacity(MARK.len() + rows.len() * ROW);
        bytes.extend(MARK);
        let count = |count: usize| u16::try_from(count).expect("releases are fewer than 2^16");
        bytes.extend(count(versions.len()).to_le_bytes());
        for version in &versions {
            for number in [version.major, version.minor, version.patch] {
                bytes.extend(number.to_le_bytes());
            }
        }
        for (key, dated) in rows {
            let since = versions.partition_point(|version| *version < dated.since);
            bytes.extend(key.to_le_bytes());
            bytes.extend(dated.cells.to_le_bytes());
            bytes.extend(count(since).to_le_bytes());
        }
        bytes
    }

    /// Reads such bytes; none when they are of another format.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MARK)?;
        let (count, rest) = rest.split_first_chunk()?;
        let versions = usize::from(u16::from_le_bytes(*count)) * VERSION;
        let (versions, rows) = rest.split_at_checked(versions)?;
        let number = |bytes: &[u8]| bytes.try_into().ok().map(u32::from_le_bytes);
        let version = |bytes: &[u8]| {
            Some(Version {
                major: number(&bytes[..4])?,
                minor: number(&bytes[4..8])?,
                patch: number(&bytes[8..])?,
            })
        };
        let versions: Vec<Version> = versions
            .chunks_exact(VERSION)
            .map(version)
            .collect::<Option<_>>()?;
        let long = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_le_bytes);
        let row = |row: &[u8]| {
            let since = row[16..].try_into().ok().map(u16::from_le_bytes)?;
            let since = *versions.get(usize::from(since))?;
            let cells = long(&row[8..16])?;
            Some((long(&row[..8])?, Dated { cells, since }))
        };
        if rows.len() % ROW != 0 {
            return None;
        }
        let rows = rows.chunks_exact(ROW).map(row);
        Some(Self {
            rows: rows.collect::<Option<_>>()?,
        })
    }
}

fn short(hasher: Hasher) -> u64 {
    let digest = hasher.finish();
    digest
        .as_bytes()
        .first_chunk()
        .map_or(0, |first| u64::from_le_bytes(*first))
}

impl TextColumn {
    /// A digest of each distinct text, with the name of the column.
    fn digests(&self, name: &str) -> Vec<u64> {
        let texts = self.texts().iter();
        texts
            .map(|text| {
                let mut hasher = Hasher::default();
                hasher.update(name.as_bytes());
                hasher.update(b"\0");
                hasher.update(text.as_bytes());
                short(hasher)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    /// One table, `uai` its key.
    fn wanted() -> Wanted {
        let package = serde_json::json!({"resources": [{"name": "ij_cfa_etablissement", "path": "a.csv", "schema": {
            "primaryKey": ["uai"],
            "fields": [{"name": "uai", "type": "string"}, {"name": "taux_emploi_6_mois", "type": "number"}],
        }}]});
        Wanted::read(&package.to_string()).unwrap().remove(0)
    }

    fn columns(wanted: &Wanted, rows: &[[&str; 2]]) -> Vec<TextColumn> {
        let columns = wanted.columns.iter().map(|name| {
            let index = usize::from(name != "uai");
            TextColumn::from_texts(rows.iter().map(|row| Some(Cow::Borrowed(row[index]))))
        });
        columns.collect()
    }

    #[test]
    fn a_row_keeps_the_version_since_which_it_reads_the_same() {
        let wanted = wanted();
        let version = |text: &str| text.parse::<Version>().unwrap();
        let releases: [(&str, &[[&str; 2]]); 4] = [
            ("1.0.0", &[["A", "1"], ["B", "2"], ["C", "3"]]),
            ("1.0.1", &[["B", "2"], ["A", "9"], ["C", "3"]]),
            ("1.1.0", &[["A", "9"], ["B", "2"]]),
            ("1.2.0", &[["A", "9"], ["B", "2"], ["C", "3"]]),
        ];
        let mut dates = RowDates::default();
        let mut last: Vec<(Version, u64)> = Vec::new();
        for (number, rows) in releases {
            // As from a file of the last run, at each step.
            dates = RowDates::read(&dates.to_bytes()).unwrap();
            (dates, last) = dates.follow(version(number), &wanted, &columns(&wanted, rows));
        }
        // C left and came back: it is of the release that brought it back.
        let since: Vec<Version> = last.iter().map(|(since, _)| *since).collect();
        assert_eq!(since, ["1.0.1", "1.0.0", "1.2.0"].map(version));
        assert_eq!(RowDates::read(&dates.to_bytes()), Some(dates.clone()));
        assert_eq!(RowDates::read(&dates.to_bytes()[1..]), None);
    }
}
