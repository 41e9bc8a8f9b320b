//! Decides the encoding of a body from its distinct values, once it is read.
//!
//! Bytes that are not UTF-8 travel as marks: each stands in the text as one private character, so that a value keeps what was
//! received until the majority of cells says in which encoding the body is. The cells of the minority keep a mark, which
//! [`cell_bytes`] reads: they are findings, not a reason to refuse the body.

use std::fmt;

use crate::packed::Packed;

/// Encoding of a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 (or plain ASCII).
    Utf8,
    /// UTF-8 that begins with a byte order mark.
    Utf8Bom,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252, a superset of ISO-8859-1 in practice.
    Windows1252,
    /// Mac Roman, which spreadsheets of some machines still write.
    MacRoman,
    /// Code page 850, which command lines of Windows and old databases write.
    Cp850,
}

impl Encoding {
    /// Its usual name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf8Bom => "utf-8-bom",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
            Self::MacRoman => "mac-roman",
            Self::Cp850 => "cp850",
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the bytes of a cell were, compared with those of the body around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellBytes {
    /// In the encoding of the body.
    Sound,
    /// Valid UTF-8 in a body of eight-bit text: this is what it reads as, without doubt.
    OtherEncoding(String),
    /// Not in the encoding of the body: read as Windows-1252 for display, and nobody knows whether it was meant so.
    Undecodable(String),
}

/// Stands before U+0080 to U+00FF for a byte that is not UTF-8.
const BYTE: u32 = 0xF700;
/// Ends a value that is UTF-8 in a body that is not.
const OTHER: char = '\u{F6FE}';

/// What the bytes of that cell were.
#[must_use]
pub fn cell_bytes(value: &str) -> CellBytes {
    if value.is_ascii() {
        CellBytes::Sound
    } else if let Some(text) = value.strip_suffix(OTHER) {
        CellBytes::OtherEncoding(text.to_owned())
    } else if value.chars().any(|c| marked_byte(c).is_some()) {
        let shown =
            |c| marked_byte(c).map_or(c, |byte| eight_bits::character(byte, Encoding::Windows1252));
        CellBytes::Undecodable(value.chars().map(shown).collect())
    } else {
        CellBytes::Sound
    }
}

fn marked_byte(c: char) -> Option<u8> {
    let byte = u32::from(c).checked_sub(BYTE)?;
    u8::try_from(byte).ok().filter(|byte| *byte >= 0x80)
}

fn mark_of(byte: u8) -> char {
    char::from_u32(BYTE + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Bytes as text, those that are not UTF-8 as marks.
pub(crate) fn with_marks(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| mark_of(*byte)));
    }
    text
}

/// Appends the mark of a byte that is not UTF-8, as UTF-8.
pub(crate) fn push_mark(byte: u8, out: &mut Vec<u8>) {
    out.extend_from_slice(mark_of(byte).encode_utf8(&mut [0; 4]).as_bytes());
}

/// The bytes that a text with marks was read from.
fn bytes_of(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match marked_byte(c) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

/// What a value tells about the encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Evidence {
    Ascii,
    Utf8,
    NotUtf8,
}

impl Evidence {
    fn of(value: &str) -> Self {
        if value.is_ascii() {
            Self::Ascii
        } else if value.chars().any(|c| marked_byte(c).is_some()) {
            Self::NotUtf8
        } else {
            Self::Utf8
        }
    }
}

/// Decides the encoding by the majority of cells, and decodes every value in it. A body that declares its encoding keeps it.
pub(crate) fn settle(
    declared: Option<Encoding>,
    header: &mut [String],
    columns: &mut [Packed],
) -> Encoding {
    let mut cells = [0_u64; 2];
    let mut count = |value: &str, times: u64| match Evidence::of(value) {
        Evidence::Ascii => {}
        Evidence::Utf8 => cells[0] += times,
        Evidence::NotUtf8 => cells[1] += times,
    };
    header.iter().for_each(|heading| count(heading, 1));
    for column in &*columns {
        if column.values.iter().all(|value| value.is_ascii()) {
            continue;
        }
        let times = column.counts();
        for (value, times) in column.values.iter().zip(times) {
            count(value, times);
        }
    }
    let [utf8, other] = cells;
    let usual = declared.unwrap_or(Encoding::Utf8);
    if declared.is_some() || other <= utf8 {
        header
            .iter_mut()
            .filter(|heading| Evidence::of(heading) == Evidence::NotUtf8)
            .for_each(|heading| {
                *heading = eight_bits::decode(&bytes_of(heading), Encoding::Windows1252);
            });
        return usual;
    }
    let all = || {
        let values = columns.iter().flat_map(|column| &column.values);
        header.iter().chain(values)
    };
    let encoding =
        eight_bits::recognise(all().filter(|value| Evidence::of(value) == Evidence::NotUtf8));
    for heading in header {
        if Evidence::of(heading) == Evidence::NotUtf8 {
            *heading = eight_bits::decode(&bytes_of(heading), encoding);
        }
    }
    for value in columns.iter_mut().flat_map(|column| &mut column.values) {
        match Evidence::of(value) {
            Evidence::Ascii => {}
            Evidence::Utf8 => value.push(OTHER),
            Evidence::NotUtf8 => {
                let bytes = bytes_of(value);
                let nobody_writes =
                    encoding == Encoding::Windows1252 && eight_bits::is_not_windows_1252(&bytes);
                if !nobody_writes {
                    *value = eight_bits::decode(&bytes, encoding);
                }
            }
        }
    }
    encoding
}

/// Every reading of a heading that may be right: as it is, or each eight-bit encoding when it is not UTF-8.
pub(crate) fn readings(header: &[Vec<u8>]) -> Vec<Vec<String>> {
    let plain: Vec<String> = header.iter().map(|heading| with_marks(heading)).collect();
    if plain
        .iter()
        .all(|heading| Evidence::of(heading) != Evidence::NotUtf8)
    {
        return vec![plain];
    }
    [Encoding::Windows1252, Encoding::MacRoman, Encoding::Cp850]
        .into_iter()
        .map(|encoding| {
            let read = |heading: &String| match Evidence::of(heading) {
                Evidence::NotUtf8 => eight_bits::decode(&bytes_of(heading), encoding),
                Evidence::Ascii | Evidence::Utf8 => heading.clone(),
            };
            plain.iter().map(read).collect()
        })
        .collect()
}

/// Encodings that have one byte for each character.
mod eight_bits {
    use super::{Encoding, bytes_of};

    /// Bytes that are no character in Windows-1252.
    const NONE_IN_WINDOWS: [u8; 5] = [0x81, 0x8D, 0x8F, 0x90, 0x9D];
    /// Letters and signs beyond ASCII that French texts are made of; the first ones are by far the most frequent.
    const FREQUENT: &str = "éèàêçÉ";
    const FRENCH: &str = "âëîïôûùüÀÂÇÈÊËÎÏÔÙÛœŒæ«»°’€–";

    /// The encoding in which the bytes make the most French; Windows-1252 unless another one is better.
    pub(super) fn recognise<'a>(values: impl Iterator<Item = &'a String>) -> Encoding {
        const KNOWN: [Encoding; 3] = [Encoding::Windows1252, Encoding::MacRoman, Encoding::Cp850];
        let mut scores = [0_i64; 3];
        for value in values {
            let bytes = bytes_of(value);
            for (score, encoding) in scores.iter_mut().zip(KNOWN) {
                *score += french(&decode(&bytes, encoding));
            }
        }
        let all = KNOWN.into_iter().zip(scores).rev();
        all.max_by_key(|(_, score)| *score)
            .map_or(Encoding::Windows1252, |(encoding, _)| encoding)
    }

    /// How French a text is beyond ASCII: a capital inside a word is none.
    fn french(text: &str) -> i64 {
        let mut before = ' ';
        let mut score = 0;
        for c in text.chars() {
            if !c.is_ascii() {
                score += if c.is_uppercase() && before.is_lowercase() {
                    -3
                } else if FREQUENT.contains(c) {
                    3
                } else if FRENCH.contains(c) {
                    1
                } else {
                    -2
                };
            }
            before = c;
        }
        score
    }

    pub(super) fn is_not_windows_1252(bytes: &[u8]) -> bool {
        bytes.iter().any(|byte| NONE_IN_WINDOWS.contains(byte))
    }

    /// Reads bytes that are not UTF-8. Every byte has a character, five controls included.
    pub(super) fn decode(bytes: &[u8], encoding: Encoding) -> String {
        let table = match encoding {
            Encoding::Cp850 => return bytes.iter().map(|byte| cp850(*byte)).collect(),
            Encoding::MacRoman => encoding_rs::MACINTOSH,
            Encoding::Utf8
            | Encoding::Utf8Bom
            | Encoding::Utf16Le
            | Encoding::Utf16Be
            | Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
        };
        table.decode_without_bom_handling(bytes).0.into_owned()
    }

    /// The upper half of code page 850, in order (RFC 1345, `IBM850`).
    const CP850: [&str; 4] = [
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒ",
        "áíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐",
        "└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀",
        "ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}",
    ];

    fn cp850(byte: u8) -> char {
        match byte.checked_sub(0x80) {
            None => char::from(byte),
            Some(index) => {
                let line = CP850[usize::from(index / 32)];
                let c = line.chars().nth(usize::from(index % 32));
                c.unwrap_or(char::REPLACEMENT_CHARACTER)
            }
        }
    }

    pub(super) fn character(byte: u8, encoding: Encoding) -> char {
        let text = decode(&[byte], encoding);
        text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

/// Reads the bytes of one line as text: in UTF-8 when they are, else in the eight-bit encoding of the body.
#[must_use]
pub fn decode(bytes: &[u8], encoding: Encoding) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => eight_bits::decode(bytes, encoding),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of a French text in each encoding of one byte.
    #[test]
    fn french_text_tells_its_encoding() {
        let recognised = |bytes: &[u8]| {
            let mut header = [with_marks(bytes)];
            (settle(None, &mut header, &mut []), header[0].clone())
        };
        for (bytes, encoding, text) in [
            (b"Ann\x82e".as_slice(), Encoding::Cp850, "Année"),
            (b"Ann\x8Ee", Encoding::MacRoman, "Année"),
            (b"Ann\xE9e", Encoding::Windows1252, "Année"),
            (b"\x90t\x82 \x85 Th\x8Ames", Encoding::Cp850, "Été à Thèmes"),
            (b"\x92\x80", Encoding::Windows1252, "’€"),
            (
                b"\x90tablissement de Ch\x83teauroux",
                Encoding::Cp850,
                "Établissement de Châteauroux",
            ),
        ] {
            assert_eq!(recognised(bytes), (encoding, text.to_owned()));
        }
    }
}
