//! The bytes of a text body as readers want them: no byte order mark, UTF-16 made UTF-8, nothing after the end mark.

use std::io::{self, Read};

use crate::Encoding;

const UTF8_BOM: &[u8] = b"\xEF\xBB\xBF";
/// Bytes looked at to recognise UTF-16 without a mark.
const HEAD_BYTES: usize = 4 << 10;
const CHUNK_BYTES: usize = 64 << 10;
/// Longest run of end marks and zero bytes taken for padding; beyond, it is content, and wrong.
const LONGEST_PADDING: usize = 1 << 20;

/// The bytes of a text body in UTF-8 or in an eight-bit encoding, without mark and without what stands after its end.
///
/// # Errors
/// When the stream fails.
pub fn open_text<'a>(input: impl Read + 'a) -> io::Result<impl Read + 'a> {
    Text::open(input)
}

/// A text body in UTF-8 or in an eight-bit encoding.
pub(crate) struct Text<R> {
    input: R,
    decoder: Option<encoding_rs::Decoder>,
    declared: Option<Encoding>,
    /// Bytes as received, from `head` first.
    chunk: Vec<u8>,
    head: Vec<u8>,
    ready: Vec<u8>,
    at: usize,
    /// A run of end marks, kept back until something follows it.
    held: Vec<u8>,
    padding: u64,
    last: u8,
    ended: bool,
}

impl<R: Read> Text<R> {
    /// Recognises the encoding that the first bytes declare or betray.
    pub(crate) fn open(mut input: R) -> io::Result<Self> {
        let mut head = Vec::new();
        input
            .by_ref()
            .take(HEAD_BYTES as u64)
            .read_to_end(&mut head)?;
        let (declared, mark) = declared(&head);
        head.drain(..mark);
        let decoder = match declared {
            Some(Encoding::Utf16Le) => {
                Some(encoding_rs::UTF_16LE.new_decoder_without_bom_handling())
            }
            Some(Encoding::Utf16Be) => {
                Some(encoding_rs::UTF_16BE.new_decoder_without_bom_handling())
            }
            _ => None,
        };
        Ok(Self {
            input,
            decoder,
            declared,
            chunk: vec![0; CHUNK_BYTES],
            head,
            ready: Vec::new(),
            at: 0,
            held: Vec::new(),
            padding: 0,
            last: 0,
            ended: false,
        })
    }

    /// The encoding that the body declares with a mark, or that its zero bytes betray.
    pub(crate) fn declared(&self) -> Option<Encoding> {
        self.declared
    }

    /// End marks and zero bytes found after the text, once it is read.
    pub(crate) fn padding(&self) -> u64 {
        self.padding
    }

    /// True when the text, once it is read, ends with a line end.
    pub(crate) fn ends_with_line(&self) -> bool {
        matches!(self.last, b'\n' | b'\r')
    }

    fn fill(&mut self) -> io::Result<()> {
        (self.at, self.ready) = (0, std::mem::take(&mut self.held));
        if self.head.is_empty() {
            let read = loop {
                match self.input.read(&mut self.chunk) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    other => break other?,
                }
            };
            self.ended = read == 0;
            let chunk = std::mem::take(&mut self.chunk);
            self.add(&chunk[..read]);
            self.chunk = chunk;
        } else {
            let head = std::mem::take(&mut self.head);
            self.add(&head);
        }
        let text = self
            .ready
            .iter()
            .rposition(|byte| !matches!(byte, 0 | 0x1A))
            .map_or(0, |last| last + 1);
        if self.ready.len() - text <= LONGEST_PADDING {
            self.held = self.ready.split_off(text);
        }
        if self.ended {
            self.padding = self.held.len() as u64;
        }
        if let Some(last) = self.ready.last() {
            self.last = *last;
        }
        Ok(())
    }

    fn add(&mut self, bytes: &[u8]) {
        let Some(decoder) = &mut self.decoder else {
            self.ready.extend_from_slice(bytes);
            return;
        };
        let room = decoder
            .max_utf8_buffer_length(bytes.len())
            .unwrap_or(bytes.len() * 3 + 16);
        let mut text = vec![0; room];
        let (_, _, written, _) = decoder.decode_to_utf8(bytes, &mut text, self.ended);
        self.ready.extend_from_slice(&text[..written]);
    }
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() {
            if self.ended || buffer.is_empty() {
                return Ok(0);
            }
            self.fill()?;
        }
        let read = buffer.len().min(self.ready.len() - self.at);
        buffer[..read].copy_from_slice(&self.ready[self.at..self.at + read]);
        self.at += read;
        Ok(read)
    }
}

/// The encoding that the first bytes tell, and the length of the mark that tells it.
fn declared(head: &[u8]) -> (Option<Encoding>, usize) {
    if head.starts_with(UTF8_BOM) {
        return (Some(Encoding::Utf8Bom), UTF8_BOM.len());
    }
    match head {
        [0xFF, 0xFE, ..] => (Some(Encoding::Utf16Le), 2),
        [0xFE, 0xFF, ..] => (Some(Encoding::Utf16Be), 2),
        _ => (without_mark(head), 0),
    }
}

/// UTF-16 of a text that is mostly Latin has a zero in every other byte, always on the same side.
fn without_mark(head: &[u8]) -> Option<Encoding> {
    let pairs = head.len() / 2;
    let zeros = |side: usize| {
        head.iter()
            .skip(side)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (first, second) = (zeros(0), zeros(1));
    if pairs < 4 {
        None
    } else if second * 2 > pairs && first * 20 < pairs {
        Some(Encoding::Utf16Le)
    } else if first * 2 > pairs && second * 20 < pairs {
        Some(Encoding::Utf16Be)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (String, Option<Encoding>, u64, bool) {
        let mut text = Text::open(bytes).unwrap();
        let mut out = String::new();
        text.read_to_string(&mut out).unwrap();
        (out, text.declared(), text.padding(), text.ends_with_line())
    }

    #[test]
    fn utf_16_is_read_with_and_without_a_mark() {
        let le: Vec<u8> = "Année;1\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let be: Vec<u8> = "Année;1\n"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        let marked = [&[0xFF, 0xFE], le.as_slice()].concat();
        for (bytes, encoding) in [
            (&marked, Encoding::Utf16Le),
            (&le, Encoding::Utf16Le),
            (&be, Encoding::Utf16Be),
        ] {
            assert_eq!(
                read(bytes),
                ("Année;1\n".to_owned(), Some(encoding), 0, true)
            );
        }
    }

    #[test]
    fn end_marks_after_the_text_are_left_out() {
        assert_eq!(read(b"a;b\n\x1a"), ("a;b\n".to_owned(), None, 1, true));
        assert_eq!(read(b"a\x1ab\0\0"), ("a\x1ab".to_owned(), None, 2, false));
    }
}
