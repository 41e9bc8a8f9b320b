//! Watches the last byte of a body while it is read: a body cut on the way seldom ends with a line end.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// What was the last byte read.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastByte(Arc<AtomicU8>);

impl LastByte {
    /// The same bytes, watched.
    pub(crate) fn watch<R: Read>(&self, inner: R) -> Watched<R> {
        Watched {
            inner,
            last: self.clone(),
        }
    }

    /// True when the body ends with a line end.
    pub(crate) fn is_line_end(&self) -> bool {
        matches!(self.0.load(Ordering::Acquire), b'\n' | b'\r')
    }
}

/// A body whose last byte is remembered.
pub(crate) struct Watched<R> {
    inner: R,
    last: LastByte,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if let Some(last) = read.checked_sub(1).and_then(|last| buffer.get(last)) {
            self.last.0.store(*last, Ordering::Release);
        }
        Ok(read)
    }
}
