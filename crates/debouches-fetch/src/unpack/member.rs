//! One member of a zip archive, found in the central directory and read in place.
//!
//! The archive's own reader borrows the archive; reading the member's bytes ourselves gives a stream that stands alone.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};

use debouches_model::escape;
use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::{Unpack, UnpackError};
use crate::pattern;

/// How many names a message lists.
const SHOWN: usize = 5;

/// How long a name is in a message, in characters.
const LONGEST_SHOWN: usize = 100;

/// The end record of an archive and the longest comment after it, in bytes.
const LONGEST_END: u64 = 22 + 65_535;

/// Opens the member to read; gives its packed size too.
pub(super) fn open(
    mut file: File,
    name: &str,
    unpack: &Unpack,
) -> Result<(impl Read + Send + use<>, u64), UnpackError> {
    let damaged = |source| UnpackError::Damaged {
        file: name.to_owned(),
        at: 0,
        source,
    };
    let limit = |entries| {
        let max = unpack.limits.max_entries;
        if entries > max {
            Err(UnpackError::TooManyEntries {
                file: name.to_owned(),
                entries,
                max,
            })
        } else {
            Ok(())
        }
    };
    // Looked at before the archive is opened: opening it holds every entry in memory.
    limit(announced(&mut file).map_err(damaged)?)?;
    let size = file.metadata().map_err(damaged)?.len();
    let mut archive = ZipArchive::new(file).map_err(|error| damaged(error.into()))?;
    limit(archive.len())?;
    let index = choose(&archive, name, unpack.member.as_deref())?;
    let member = archive
        .by_index_raw(index)
        .map_err(|error| damaged(error.into()))?;
    let start = member
        .data_start()
        .ok_or_else(|| damaged(io::ErrorKind::InvalidData.into()))?;
    let (packed, unpacked, crc) = (
        member.compressed_size().min(size),
        member.size(),
        member.crc32(),
    );
    let how = if member.encrypted() {
        "encrypted".to_owned()
    } else {
        format!("packed by {}", member.compression())
    };
    let readable = !member.encrypted();
    let method = member.compression();
    let label = member
        .name()
        .map(|name| name.into_owned())
        .unwrap_or_default();
    drop(member);
    let mut file = archive.into_inner();
    file.seek(SeekFrom::Start(start)).map_err(damaged)?;
    let content = BufReader::with_capacity(1 << 18, file).take(packed);
    let content: Box<dyn Read + Send> = match method {
        CompressionMethod::Stored if readable => Box::new(content),
        CompressionMethod::Deflated if readable => Box::new(DeflateDecoder::new(content)),
        _ => {
            return Err(UnpackError::Method {
                file: name.to_owned(),
                member: label,
                how,
            });
        }
    };
    Ok((
        Checked {
            inner: content,
            crc: Crc::new(),
            read: 0,
            expected: (unpacked, crc),
        },
        packed,
    ))
}

/// Whether an entry is what an archiver adds beside the files: folders, and the resource forks of a Macintosh.
fn is_beside(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    name.ends_with('/')
        || name.starts_with("__MACOSX/")
        || file.starts_with("._")
        || matches!(file, ".DS_Store" | "Thumbs.db")
}

/// The index of the member in the archive: the one that the pattern describes, or the only file.
fn choose(
    archive: &ZipArchive<File>,
    file: &str,
    member: Option<&str>,
) -> Result<usize, UnpackError> {
    let names: Vec<String> = archive
        .file_names()
        .map(|name| name.map(|name| name.into_owned()).unwrap_or_default())
        .collect();
    let files: Vec<usize> = (0..names.len())
        .filter(|index| !is_beside(&names[*index]))
        .collect();
    match member {
        Some(member) => {
            let shown = |indexes: &[usize]| {
                let shown = indexes.iter().take(SHOWN);
                shown
                    .map(|index| format!("`{}`", escape::line(&names[*index], LONGEST_SHOWN)))
                    .collect()
            };
            let exact = files.iter().copied().find(|index| names[*index] == member);
            let matching: Vec<usize> = match exact {
                Some(index) => vec![index],
                None => (files.iter().copied())
                    .filter(|index| pattern::matches(member, &names[*index]))
                    .collect(),
            };
            match matching.as_slice() {
                [only] => Ok(*only),
                [] => Err(UnpackError::NoMember {
                    file: file.to_owned(),
                    member: member.to_owned(),
                    there: shown(&files),
                }),
                several => Err(UnpackError::SeveralMembers {
                    file: file.to_owned(),
                    member: member.to_owned(),
                    there: shown(several),
                }),
            }
        }
        None => match files.as_slice() {
            [only] => Ok(*only),
            several => Err(UnpackError::WhichMember {
                file: file.to_owned(),
                entries: several.len(),
            }),
        },
    }
}

/// True for a workbook or another document that is an archive: its first file says so. The file is left at its beginning.
pub(super) fn is_document(file: &mut File) -> io::Result<bool> {
    let mut head = Vec::new();
    file.rewind()?;
    (&mut *file).take(4096).read_to_end(&mut head)?;
    file.rewind()?;
    const FIRST_FILES: [&[u8]; 5] = [
        b"[Content_Types].xml",
        b"_rels/",
        b"docProps/",
        b"xl/",
        b"mimetype",
    ];
    let name = head.get(30..).unwrap_or_default();
    Ok(FIRST_FILES.iter().any(|first| name.starts_with(first)))
}

/// How many entries the ends of the archive announce: the usual record and that of large archives are both read.
fn announced(file: &mut File) -> io::Result<usize> {
    let size = file.metadata()?.len();
    file.seek(SeekFrom::Start(size.saturating_sub(LONGEST_END)))?;
    let mut end = Vec::new();
    (&mut *file).take(LONGEST_END).read_to_end(&mut end)?;
    file.rewind()?;
    let number = |at: usize, length: usize| {
        let field = end.get(at..at + length)?;
        let number = field
            .iter()
            .rev()
            .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        Some(usize::try_from(number).unwrap_or(usize::MAX))
    };
    let record = |mark: &[u8]| end.windows(4).rposition(|bytes| bytes == mark);
    let usual = record(b"PK\x05\x06").and_then(|at| number(at + 10, 2));
    let large = record(b"PK\x06\x06").and_then(|at| number(at + 32, 8));
    usual
        .map(|usual| usual.max(large.unwrap_or_default()))
        .ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the directory of the archive is missing",
            )
        })
}

/// A member whose size and checksum are compared with the directory at its end.
struct Checked<R> {
    inner: R,
    crc: Crc,
    read: u64,
    expected: (u64, u32),
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.crc.update(&buffer[..read]);
        self.read += read as u64;
        if read == 0 && !buffer.is_empty() && (self.read, self.crc.sum()) != self.expected {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "size or checksum differs from the directory",
            ));
        }
        Ok(read)
    }
}
