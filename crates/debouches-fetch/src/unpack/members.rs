//! The members of a gzip body, one after the other; zero bytes that tapes and some servers add after them are left out.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// An unpacked gzip body.
pub(super) struct Members<R> {
    /// None once the body has ended.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(packed: R) -> Self {
        Self {
            member: Some(GzDecoder::new(packed)),
        }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        while let Some(member) = &mut self.member {
            let read = member.read(out)?;
            if read > 0 {
                return Ok(read);
            }
            let rest = self.member.take().map(GzDecoder::into_inner);
            self.member = rest.map(next_member).transpose()?.flatten();
        }
        Ok(0)
    }
}

/// The member that follows, after any zeros.
fn next_member<R: BufRead>(mut packed: R) -> io::Result<Option<GzDecoder<R>>> {
    loop {
        let buffer = packed.fill_buf()?;
        if buffer.is_empty() {
            return Ok(None);
        }
        let zeros = buffer.iter().take_while(|byte| **byte == 0).count();
        if zeros == 0 {
            return Ok(Some(GzDecoder::new(packed)));
        }
        packed.consume(zeros);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    #[test]
    fn members_are_read_with_zeros_between_and_after_them() {
        let packed = |text: &[u8]| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        };
        let body = [packed(b"one "), vec![0; 700], packed(b"two"), vec![0; 3]].concat();
        for capacity in [1, 3, 4096] {
            let mut out = String::new();
            let inner = io::BufReader::with_capacity(capacity, body.as_slice());
            Members::new(inner).read_to_string(&mut out).unwrap();
            assert_eq!(out, "one two", "{capacity}");
        }
        let cut = &packed(b"one ")[..12];
        assert!(Members::new(cut).read_to_end(&mut Vec::new()).is_err());
    }
}
