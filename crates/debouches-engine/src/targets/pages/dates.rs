//! Since which release the rows of a table read as they do, kept beside the digests of the site: a build reads the releases
//! that came since the last one, and not all of them.
//!
//! The file only saves time. When it is lost, or is of other releases, all of them are read again and tell the same.

use debouches_model::{Sha256, Version};
use debouches_site::content::{DatedColumns, RowDates, Wanted};
use debouches_store::{Artefact, PageBytes, Shelf};
use debouches_table::ParquetFile;

use super::columns::{descriptor, read_columns};

/// Moves when rows are dated otherwise.
const FORMAT: u32 = 1;

/// The rows of a table after some releases of its dataset.
#[derive(Debug, Default)]
struct Chain {
    /// Digest of those releases, in order.
    mark: String,
    /// Digest of the table in the last of them that had it.
    table: String,
    rows: RowDates,
}

/// The releases of a dataset that are not retracted, the oldest first.
pub(super) struct History<'a> {
    pub(super) releases: &'a [(Version, Artefact)],
    pub(super) shelf: &'a Shelf,
}

impl History<'_> {
    /// The columns of a table of the newest release, dated; also the file of dates to write, when it moved.
    pub(super) async fn date(
        &self,
        wanted: &Wanted,
    ) -> anyhow::Result<(DatedColumns, Option<PageBytes>)> {
        let marks = self.marks();
        let known = self.read(&wanted.table).await?;
        // Of the same releases as far as they go: the others follow.
        let known = known.and_then(|chain| {
            let last = marks.iter().position(|mark| *mark == chain.mark)?;
            Some((last + 1, chain))
        });
        let (start, mut chain) = known.unwrap_or_default();
        let first = chain.mark.clone();
        let mut dated = DatedColumns::default();
        for (index, (version, artefact)) in self.releases.iter().enumerate() {
            let is_newest = index + 1 == self.releases.len();
            if index < start && !is_newest {
                continue;
            }
            let all = Wanted::read(&descriptor(artefact).await?)?;
            let here = all.into_iter().find(|one| one.table == wanted.table);
            let entry = here
                .as_ref()
                .and_then(|one| artefact.manifest().file(&one.parquet()));
            let table = entry
                .map(|file| file.sha256.to_string())
                .unwrap_or_default();
            let is_same = table == chain.table;
            if let Some(here) = here.filter(|_| is_newest || !is_same) {
                let file = artefact.open_file(&here.parquet()).await?.into_file();
                let columns = read_columns(&ParquetFile::open(file)?, &here)?;
                let (next, rows) = chain.rows.follow(*version, &here, &columns);
                chain.rows = next;
                if is_newest {
                    dated = DatedColumns { columns, rows };
                }
            } else if !is_same {
                // The release has no such table: what comes back later is new.
                chain.rows = RowDates::default();
            }
            chain.table = table;
            chain.mark.clone_from(&marks[index]);
        }
        let page = (chain.mark != first).then(|| PageBytes {
            name: name(&wanted.table),
            media_type: "application/octet-stream",
            bytes: chain.to_bytes(),
        });
        Ok((dated, page))
    }

    /// A digest of the releases up to each of them.
    fn marks(&self) -> Vec<String> {
        let mut mark = format!("dates {FORMAT}");
        let releases = self.releases.iter();
        releases
            .map(|(version, artefact)| {
                let identity = artefact.manifest().identity();
                mark = Sha256::of(format!("{mark} {version} {identity}").as_bytes()).to_string();
                mark.clone()
            })
            .collect()
    }

    async fn read(&self, table: &str) -> anyhow::Result<Option<Chain>> {
        let path = format!("{}/{}", super::digests::FOLDER, name(table));
        let bytes = self.shelf.pointer(&path).await?.bytes;
        Ok(bytes.and_then(|bytes| Chain::read(&bytes)))
    }
}

/// The file of dates of a table, beside the digests of pages.
fn name(table: &str) -> String {
    format!("dates-{table}.bin")
}

impl Chain {
    /// A line with the marks and the digest of what follows, then the rows.
    fn to_bytes(&self) -> Vec<u8> {
        let rows = self.rows.to_bytes();
        let digest = Sha256::of(&rows);
        let mut bytes = format!("{} {} {digest}\n", self.mark, self.table).into_bytes();
        bytes.extend(rows);
        bytes
    }

    /// Reads such bytes; none when they are not as they were written.
    fn read(bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let line = std::str::from_utf8(&bytes[..end]).ok()?;
        let mut words = line.split(' ');
        let (mark, table, digest) = (words.next()?, words.next()?, words.next()?);
        let rows = &bytes[end + 1..];
        if Sha256::of(rows).to_string() != digest {
            return None;
        }
        Some(Self {
            mark: mark.to_owned(),
            table: table.to_owned(),
            rows: RowDates::read(rows)?,
        })
    }
}
