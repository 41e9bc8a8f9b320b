//! Where a download goes.

use std::fs::File;
use std::io::{self, Seek as _, Write as _};

/// Receives the bytes of a download, from the start again at each attempt.
pub trait Sink: Send {
    /// Forgets everything received so far.
    ///
    /// # Errors
    /// When that cannot be done.
    fn restart(&mut self) -> io::Result<()>;
    /// Takes the next bytes.
    ///
    /// # Errors
    /// When they cannot be kept.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
}

impl Sink for Vec<u8> {
    fn restart(&mut self) -> io::Result<()> {
        self.clear();
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

/// The caller flushes the file to disk when the download is done.
impl Sink for File {
    fn restart(&mut self) -> io::Result<()> {
        self.set_len(0)?;
        self.rewind()
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }
}
