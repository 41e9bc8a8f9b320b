//! What `Content-Encoding` announces, and what it turns out to be.
//!
//! Bodies are asked for as they are. Some servers compress nevertheless, some announce the compression of the file
//! itself (`Content-Encoding: gzip` for `export.csv.gz`), some write there what belongs elsewhere (`utf-8`, `none`).

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;

use crate::Sink;
use crate::error::HttpErrorKind;

/// Unpacked size below which any ratio is accepted, in bytes.
const RATIO_FLOOR: u64 = 10 << 20;

/// Unpacked bytes for one received byte, past the floor: more is a bomb.
const MAX_RATIO: u64 = 200;

/// The compressions that a body went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// None.
    Identity,
    /// gzip.
    Gzip,
}

impl Encoding {
    /// Reads the header; gives back the encoding that cannot be undone.
    pub(crate) fn of(header: Option<&[u8]>) -> Result<Self, String> {
        let text = String::from_utf8_lossy(header.unwrap_or_default()).to_ascii_lowercase();
        let mut encoding = Self::Identity;
        for token in text.split(',').map(str::trim) {
            match token {
                // Words that name no compression: charsets, transfer encodings, `none`. The body is what it is.
                "" | "identity" | "none" | "binary" | "7bit" | "8bit" | "chunked"
                | "aws-chunked" => {}
                charset if is_charset(charset) => {}
                "gzip" | "x-gzip" if encoding == Self::Identity => encoding = Self::Gzip,
                other => return Err(other.chars().take(20).collect()),
            }
        }
        Ok(encoding)
    }
}

fn is_charset(token: &str) -> bool {
    [
        "utf", "iso-8859", "iso8859", "windows-", "latin", "us-ascii", "ascii", "cp12",
    ]
    .iter()
    .any(|beginning| token.starts_with(beginning))
}

/// A sink that undoes the compression of what it takes.
pub(crate) struct Decoder<'a> {
    state: State<'a>,
    received: u64,
}

enum State<'a> {
    /// Nothing to undo.
    AsIs(Counted<'a>),
    /// gzip is announced; the first two bytes will tell.
    Sniffing(Vec<u8>, Counted<'a>),
    /// gzip.
    Gzip(Box<MultiGzDecoder<Counted<'a>>>),
    /// Between two states.
    Moving,
}

/// The sink, and what went into it.
struct Counted<'a> {
    sink: &'a mut dyn Sink,
    written: u64,
    received: u64,
    max: u64,
    fault: Option<HttpErrorKind>,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.written += bytes.len() as u64;
        let is_bomb = self.written > RATIO_FLOOR && self.written / MAX_RATIO > self.received;
        if self.written > self.max || is_bomb {
            self.fault = Some(HttpErrorKind::TooLarge { max: self.max });
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.sink.write(bytes).inspect_err(|_| {
            self.fault = Some(HttpErrorKind::Sink);
        })?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(sink: &'a mut dyn Sink, encoding: Encoding, max: u64) -> Self {
        let counted = Counted {
            sink,
            written: 0,
            received: 0,
            max,
            fault: None,
        };
        Self {
            state: match encoding {
                Encoding::Identity => State::AsIs(counted),
                Encoding::Gzip => State::Sniffing(Vec::new(), counted),
            },
            received: 0,
        }
    }

    /// Takes the next bytes as received.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.received += bytes.len() as u64;
        self.state = match std::mem::replace(&mut self.state, State::Moving) {
            State::Sniffing(mut head, mut counted) => {
                head.extend_from_slice(bytes);
                counted.received = self.received;
                if head.len() < 2 {
                    State::Sniffing(head, counted)
                } else if head.starts_with(&[0x1f, 0x8b]) {
                    let mut decoder = Box::new(MultiGzDecoder::new(counted));
                    let written = decoder.write_all(&head);
                    self.state = State::Gzip(decoder);
                    return written;
                } else {
                    let written = counted.write_all(&head);
                    self.state = State::AsIs(counted);
                    return written;
                }
            }
            other => other,
        };
        match &mut self.state {
            State::AsIs(counted) => {
                counted.received = self.received;
                counted.write_all(bytes)
            }
            State::Gzip(decoder) => {
                decoder.get_mut().received = self.received;
                decoder.write_all(bytes)
            }
            State::Sniffing(..) | State::Moving => Ok(()),
        }
    }

    /// Ends the body; gives the number of bytes that the sink took.
    pub(crate) fn finish(&mut self) -> Result<u64, HttpErrorKind> {
        let short = HttpErrorKind::Short {
            expected: None,
            actual: self.received,
        };
        let ended = match &mut self.state {
            State::AsIs(_) | State::Moving => Ok(()),
            State::Sniffing(head, counted) => counted.write_all(head),
            State::Gzip(decoder) => decoder.try_finish(),
        };
        match (ended, self.fault()) {
            (_, Some(fault)) => Err(fault),
            (Err(_), None) => Err(short),
            (Ok(()), None) => Ok(self.counted().map_or(0, |counted| counted.written)),
        }
    }

    /// Why the last bytes were not taken: too many once unpacked, or refused by the sink; nothing when they cannot be
    /// unpacked.
    pub(crate) fn fault(&self) -> Option<HttpErrorKind> {
        self.counted()?.fault.clone()
    }

    /// Whether something is undone, so that bytes which cannot be are those of a damaged body.
    pub(crate) fn is_unpacking(&self) -> bool {
        matches!(self.state, State::Gzip(_))
    }

    fn counted(&self) -> Option<&Counted<'a>> {
        match &self.state {
            State::AsIs(counted) | State::Sniffing(_, counted) => Some(counted),
            State::Gzip(decoder) => Some(decoder.get_ref()),
            State::Moving => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_name_no_compression_are_passed_over() {
        for header in [
            "",
            "identity",
            "Identity",
            "none",
            "utf-8",
            "UTF-8",
            "aws-chunked",
            "iso-8859-1",
            "8bit",
        ] {
            assert_eq!(
                Encoding::of(Some(header.as_bytes())),
                Ok(Encoding::Identity),
                "{header}"
            );
        }
        for header in ["gzip", "GZIP", "x-gzip", "aws-chunked, gzip", "gzip, utf-8"] {
            assert_eq!(
                Encoding::of(Some(header.as_bytes())),
                Ok(Encoding::Gzip),
                "{header}"
            );
        }
        assert_eq!(Encoding::of(Some(b"br")), Err("br".to_owned()));
        assert_eq!(Encoding::of(Some(b"gzip, gzip")), Err("gzip".to_owned()));
    }
}
