//! JSON as producers write it, made JSON: bytes that are not UTF-8 become marks, `NaN` and infinities become `null`, and
//! control characters inside texts are escaped.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use crate::encoding::push_mark;

const CHUNK_BYTES: usize = 64 << 10;
/// Words that are no JSON and that programs write for a number that is none.
const NO_NUMBERS: [&[u8]; 3] = [b"NaN", b"Infinity", b"-Infinity"];

/// A JSON body that a strict parser reads.
pub(super) struct Repaired<R> {
    input: R,
    chunk: Vec<u8>,
    /// Bytes that make sense with what follows only.
    carried: Vec<u8>,
    ready: Vec<u8>,
    at: usize,
    in_text: bool,
    is_escaped: bool,
    ended: bool,
    not_numbers: Rc<Cell<u64>>,
}

impl<R: Read> Repaired<R> {
    /// `not_numbers` counts the words that are no number.
    pub(super) fn new(input: R, not_numbers: Rc<Cell<u64>>) -> Self {
        Self {
            input,
            chunk: vec![0; CHUNK_BYTES],
            carried: Vec::new(),
            ready: Vec::new(),
            at: 0,
            in_text: false,
            is_escaped: false,
            ended: false,
            not_numbers,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let read = self.input.read(&mut self.chunk)?;
        self.ended = read == 0;
        let mut bytes = std::mem::take(&mut self.carried);
        bytes.extend_from_slice(&self.chunk[..read]);
        self.ready.clear();
        self.at = 0;
        let done = self.repair(&bytes);
        self.carried = bytes.split_off(done);
        Ok(())
    }

    /// Repairs as much as can be; returns how much that is.
    fn repair(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let rest = &bytes[at..];
            if !byte.is_ascii() {
                match sequence(rest) {
                    Sequence::Valid(length) => {
                        self.ready.extend_from_slice(&rest[..length]);
                        at += length;
                    }
                    Sequence::Short if !self.ended => return at,
                    Sequence::Short | Sequence::Invalid => {
                        push_mark(byte, &mut self.ready);
                        at += 1;
                    }
                }
                self.is_escaped = false;
                continue;
            }
            if self.in_text {
                self.inside(byte);
                at += 1;
                continue;
            }
            if let Some(word) = NO_NUMBERS.iter().find(|word| rest.starts_with(word)) {
                self.ready.extend_from_slice(b"null");
                self.not_numbers.set(self.not_numbers.get() + 1);
                at += word.len();
                continue;
            }
            if !self.ended && NO_NUMBERS.iter().any(|word| word.starts_with(rest)) {
                return at;
            }
            self.in_text = byte == b'"';
            self.ready.push(byte);
            at += 1;
        }
        at
    }

    fn inside(&mut self, byte: u8) {
        if byte < 0x20 {
            self.ready
                .extend_from_slice(format!("\\u{byte:04x}").as_bytes());
            self.is_escaped = false;
            return;
        }
        self.ready.push(byte);
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' => self.is_escaped = true,
            b'"' => self.in_text = false,
            _ => {}
        }
    }
}

impl<R: Read> Read for Repaired<R> {
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

/// What begins with a byte that is not ASCII.
enum Sequence {
    Valid(usize),
    /// The beginning of a character.
    Short,
    Invalid,
}

fn sequence(bytes: &[u8]) -> Sequence {
    let head = &bytes[..bytes.len().min(4)];
    match std::str::from_utf8(head) {
        Ok(text) => Sequence::Valid(text.chars().next().map_or(1, char::len_utf8)),
        Err(error) if error.valid_up_to() > 0 => {
            let text = std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default();
            Sequence::Valid(text.chars().next().map_or(1, char::len_utf8))
        }
        Err(error) if error.error_len().is_none() => Sequence::Short,
        Err(_) => Sequence::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_write_is_made_json() {
        let count = Rc::new(Cell::new(0));
        let body =
            b"{\"a\": NaN, \"b\": \"NaN \xE9 \\\" \xC3\xA9\n\", \"c\": -Infinity, \"d\": -1}";
        let mut out = String::new();
        // One byte at a time: what makes sense with what follows only is kept back.
        let slow = body
            .iter()
            .fold(Box::new(io::empty()) as Box<dyn Read>, |read, byte| {
                Box::new(read.chain(std::slice::from_ref(byte)))
            });
        Repaired::new(slow, Rc::clone(&count))
            .read_to_string(&mut out)
            .unwrap();
        assert_eq!(
            out,
            "{\"a\": null, \"b\": \"NaN \u{f7e9} \\\" é\\u000a\", \"c\": null, \"d\": -1}"
        );
        assert_eq!(count.get(), 2);
    }
}
