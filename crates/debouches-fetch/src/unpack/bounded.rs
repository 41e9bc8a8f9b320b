//! A reader that stops a bomb while it unfolds, and says where a damaged body broke.

use std::io::{self, Read};

use super::error::UnpackError;
use crate::Limits;

/// Counts what is unpacked and compares it with the packed size.
pub(super) struct Bounded<R> {
    inner: R,
    file: String,
    packed: u64,
    done: u64,
    limits: Limits,
}

impl<R> Bounded<R> {
    /// Bounds `inner`, which unpacks `packed` bytes of `file`.
    pub(super) fn new(inner: R, file: &str, packed: u64, limits: Limits) -> Self {
        Self {
            inner,
            file: file.to_owned(),
            packed,
            done: 0,
            limits,
        }
    }

    fn refusal(&self) -> Option<UnpackError> {
        let (
            file,
            Limits {
                max_unpacked_bytes: max,
                max_ratio: ratio,
                ..
            },
        ) = (|| self.file.clone(), self.limits);
        if self.done > max {
            Some(UnpackError::TooLarge { file: file(), max })
        } else if self.done > Limits::RATIO_FLOOR && self.done > self.packed.saturating_mul(ratio) {
            Some(UnpackError::Bomb {
                file: file(),
                ratio,
            })
        } else {
            None
        }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let carry = |error: UnpackError| io::Error::new(io::ErrorKind::InvalidData, error);
        match self.inner.read(buffer) {
            Ok(read) => {
                self.done += read as u64;
                self.refusal().map_or(Ok(read), |error| Err(carry(error)))
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(carry(UnpackError::of_read(&self.file, self.done, error))),
        }
    }
}
