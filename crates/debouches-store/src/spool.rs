//! Bytes on their way into an artefact: hashed and counted while they are written, without a name yet.

use std::fs::File;
use std::io::{self, BufWriter, Seek as _, Write};

use debouches_model::{Hasher, Sha256};

use crate::StoreError;
use crate::scratch::Temporary;

/// Bytes gathered before they are hashed and written.
const BUFFER: usize = 1 << 18;

/// Bytes being written, whose digest may decide the key of their artefact. Dropped, it leaves nothing.
pub struct Spool {
    out: BufWriter<Hashed>,
    temporary: Temporary,
}

impl Spool {
    pub(crate) fn new((temporary, file): (Temporary, File)) -> Self {
        let out = BufWriter::with_capacity(
            BUFFER,
            Hashed {
                file,
                hasher: Hasher::default(),
                failed: false,
            },
        );
        Self { out, temporary }
    }

    /// Adds bytes, with an error that names the file.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.out
            .write_all(bytes)
            .map_err(|error| self.temporary.failure(error))
    }

    /// Forgets all that was written.
    pub fn restart(&mut self) -> io::Result<()> {
        self.flush()?;
        let hashed = self.out.get_mut();
        hashed.hasher = Hasher::default();
        let cleared = hashed.file.set_len(0).and_then(|()| hashed.file.rewind());
        cleared.map_err(|error| named(&self.temporary, error))
    }

    /// Ends the writing: the bytes are on the disk.
    pub fn finish(self) -> Result<Spooled, StoreError> {
        let Self { out, temporary } = self;
        let Hashed {
            file,
            hasher,
            failed,
        } = out
            .into_inner()
            .map_err(|error| temporary.failure(error.into_error()))?;
        if failed {
            return Err(temporary.failure(io::Error::other("an earlier write failed")));
        }
        temporary.settle(&file)?;
        Ok(Spooled {
            bytes: hasher.bytes(),
            sha256: hasher.finish(),
            temporary,
        })
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out
            .write(bytes)
            .map_err(|error| named(&self.temporary, error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out
            .flush()
            .map_err(|error| named(&self.temporary, error))
    }
}

/// The same error, saying which file it is about.
fn named(temporary: &Temporary, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), temporary.failure(error))
}

/// Bytes written whole, waiting for a [`Draft`](crate::Draft) to take them.
pub struct Spooled {
    bytes: u64,
    sha256: Sha256,
    temporary: Temporary,
}

impl Spooled {
    /// How many.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Their digest.
    #[must_use]
    pub fn sha256(&self) -> Sha256 {
        self.sha256
    }

    /// Opens them for reading.
    pub fn open(&self) -> Result<File, StoreError> {
        self.temporary.open()
    }

    pub(crate) fn into_temporary(self) -> Temporary {
        self.temporary
    }
}

/// A file and the digest of what went into it.
struct Hashed {
    file: File,
    hasher: Hasher,
    failed: bool,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self
            .file
            .write(bytes)
            .inspect_err(|error| self.failed |= error.kind() != io::ErrorKind::Interrupted)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
