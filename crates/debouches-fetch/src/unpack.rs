//! Bodies as streams: gzip and zip members are unpacked while they are read, within bounds, and never to disk.
//!
//! What a body is packed in is told by its first bytes; its name is for messages only.

mod bounded;
mod error;
mod member;
mod members;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _};

use debouches_model::Fault;

use self::bounded::Bounded;
pub use self::error::UnpackError;
use crate::{Expect, Limits};

/// How to open a body.
#[derive(Debug, Clone, Default)]
pub struct Unpack {
    /// Member of a zip archive, where `*` stands for any characters.
    pub member: Option<String>,
    /// What the unpacked bytes should be.
    pub expect: Expect,
    /// Bounds on them.
    pub limits: Limits,
}

impl UnpackError {
    /// Who can mend it.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Damaged { .. }
            | Self::TooLarge { .. }
            | Self::Bomb { .. }
            | Self::TooManyEntries { .. }
            | Self::Method { .. } => Fault::Data,
            Self::NoMember { .. } | Self::SeveralMembers { .. } | Self::WhichMember { .. } => {
                Fault::Operator
            }
            Self::Read { .. } => Fault::Ours,
        }
    }

    /// What an error met while reading a body means.
    #[must_use]
    pub fn of_read(file: &str, at: u64, error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(error) => error,
            Err(source) if is_damage(&source) => Self::Damaged {
                file: file.to_owned(),
                at,
                source,
            },
            Err(source) => Self::Read {
                file: file.to_owned(),
                source,
            },
        }
    }
}

/// Decoders speak of wrong bytes with these kinds; the disk speaks with others.
fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof)
}

/// What a body is packed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Nothing.
    None,
    /// gzip, of one or more members.
    Gzip,
    /// A zip archive.
    Zip,
}

impl Packing {
    /// Looks at the first bytes of a file, which is left at its beginning.
    pub fn of(file: &mut File) -> io::Result<Self> {
        let mut magic = Vec::new();
        file.rewind()?;
        (&mut *file).take(4).read_to_end(&mut magic)?;
        file.rewind()?;
        Ok(match magic.as_slice() {
            [0x1f, 0x8b, ..] => Self::Gzip,
            b"PK\x03\x04" | b"PK\x05\x06" => Self::Zip,
            _ => Self::None,
        })
    }
}

/// Opens a body as a stream of unpacked bytes. `name` is that of the file, for messages.
///
/// An error while reading carries an [`UnpackError`], which [`UnpackError::of_read`] gives back.
pub fn open_body(
    mut file: File,
    name: &str,
    unpack: &Unpack,
) -> Result<Box<dyn Read + Send>, UnpackError> {
    let fail = |source| UnpackError::Read {
        file: name.to_owned(),
        source,
    };
    let size = file.metadata().map_err(fail)?.len();
    match Packing::of(&mut file).map_err(fail)? {
        Packing::None => Ok(Box::new(file)),
        Packing::Gzip => {
            let file = BufReader::with_capacity(1 << 18, file);
            let unpacked = members::Members::new(file);
            Ok(Box::new(Bounded::new(unpacked, name, size, unpack.limits)))
        }
        // A workbook is a zip archive too: without a member to read, it stays as it is.
        Packing::Zip
            if unpack.member.is_none()
                && (unpack.expect == Expect::Any
                    || member::is_document(&mut file).map_err(fail)?) =>
        {
            Ok(Box::new(file))
        }
        Packing::Zip => {
            let (member, packed) = member::open(file, name, unpack)?;
            Ok(Box::new(Bounded::new(member, name, packed, unpack.limits)))
        }
    }
}
