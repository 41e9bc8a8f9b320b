//! Why a body cannot be unpacked.

use std::io;

/// Why a body cannot be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// It is truncated or altered.
    #[error("{file} is damaged: it cannot be read past {at} unpacked bytes")]
    Damaged {
        /// The file.
        file: String,
        /// How many bytes could be unpacked.
        at: u64,
        /// The cause.
        source: io::Error,
    },
    /// It unpacks to more bytes than accepted.
    #[error("{file} unpacks to more than {max} bytes")]
    TooLarge {
        /// The file.
        file: String,
        /// The limit.
        max: u64,
    },
    /// It unpacks to so many times its size that it must be a bomb.
    #[error("{file} unpacks to more than {ratio} times its size")]
    Bomb {
        /// The file.
        file: String,
        /// The limit.
        ratio: u64,
    },
    /// The archive has too many files.
    #[error("{file} has {entries} files, at most {max} are accepted")]
    TooManyEntries {
        /// The archive.
        file: String,
        /// How many.
        entries: usize,
        /// The limit.
        max: usize,
    },
    /// The archive does not have that file.
    #[error("{file} has no file `{member}`; it has {}", there.join(", "))]
    NoMember {
        /// The archive.
        file: String,
        /// The file asked for.
        member: String,
        /// The first files that it has.
        there: Vec<String>,
    },
    /// Several files of the archive are described by the name asked for.
    #[error("{file} has several files `{member}`: {}", there.join(", "))]
    SeveralMembers {
        /// The archive.
        file: String,
        /// The pattern.
        member: String,
        /// The first of them.
        there: Vec<String>,
    },
    /// The archive has several files, or none, and the configuration names none.
    #[error("{file} has {entries} files: name one with `member`")]
    WhichMember {
        /// The archive.
        file: String,
        /// How many.
        entries: usize,
    },
    /// The member is encrypted, or packed by a method that is not read here.
    #[error("`{member}` of {file} is {how}, which is not read")]
    Method {
        /// The archive.
        file: String,
        /// The member.
        member: String,
        /// How it is packed.
        how: String,
    },
    /// The bytes could not be read at all.
    #[error("{file} cannot be read")]
    Read {
        /// The file.
        file: String,
        /// The cause.
        source: io::Error,
    },
}
