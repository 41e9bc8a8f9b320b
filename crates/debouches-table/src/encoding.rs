//! Decides the encoding of a file from its distinct values, once it is read.

use std::fmt;

/// Encoding of a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 (or plain ASCII).
    Utf8,
    /// UTF-8 that begins with a byte order mark.
    Utf8Bom,
    /// Windows-1252, a superset of ISO-8859-1 in practice.
    Windows1252,
    /// Mac Roman, which spreadsheets of some machines still write.
    MacRoman,
}

impl Encoding {
    /// Its usual name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf8Bom => "utf-8-bom",
            Self::Windows1252 => "windows-1252",
            Self::MacRoman => "mac-roman",
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the bytes of a value tell about the encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Evidence {
    Ascii,
    Utf8,
    NotUtf8,
}

impl Evidence {
    pub(crate) fn of(value: &[u8]) -> Self {
        if value.is_ascii() {
            Self::Ascii
        } else if std::str::from_utf8(value).is_ok() {
            Self::Utf8
        } else {
            Self::NotUtf8
        }
    }
}

/// Encodings that have one byte for each character.
pub(crate) mod eight_bits {
    use super::Encoding;

    /// `É à ç é è ê ù` in Mac Roman; two are no character of French in Windows-1252, five are none at all.
    const MAC: [u8; 7] = [0x83, 0x88, 0x8D, 0x8E, 0x8F, 0x90, 0x9D];
    /// `É à ç è é ê î ô ù û` in Windows-1252; signs and capitals that French does not write in Mac Roman.
    const WINDOWS: [u8; 10] = [0xC9, 0xE0, 0xE7, 0xE8, 0xE9, 0xEA, 0xEE, 0xF4, 0xF9, 0xFB];
    /// Bytes that are no character in Windows-1252.
    const NONE_IN_WINDOWS: [u8; 5] = [0x81, 0x8D, 0x8F, 0x90, 0x9D];

    /// Mac Roman when French letters of Mac Roman are there and those of Windows-1252 are not.
    pub(crate) fn recognise<'a>(values: impl Iterator<Item = &'a Vec<u8>>) -> Encoding {
        let (mut mac, mut windows) = (false, false);
        for byte in values.flatten() {
            mac |= MAC.contains(byte);
            windows |= WINDOWS.contains(byte);
        }
        if mac && !windows {
            Encoding::MacRoman
        } else {
            Encoding::Windows1252
        }
    }

    pub(crate) fn is_not_windows_1252(bytes: &[u8]) -> bool {
        bytes.iter().any(|byte| NONE_IN_WINDOWS.contains(byte))
    }

    /// Reads bytes that are not UTF-8. Every byte has a character, five controls included.
    pub(crate) fn decode(bytes: &[u8], encoding: Encoding) -> String {
        let table = match encoding {
            Encoding::MacRoman => encoding_rs::MACINTOSH,
            Encoding::Utf8 | Encoding::Utf8Bom | Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
        };
        table.decode_without_bom_handling(bytes).0.into_owned()
    }
}

/// Reads bytes as text in that encoding; what is not UTF-8 in a file that should be is replaced.
#[must_use]
pub fn decode(bytes: &[u8], encoding: Encoding) -> String {
    match encoding {
        Encoding::Utf8 | Encoding::Utf8Bom => String::from_utf8_lossy(bytes).into_owned(),
        Encoding::Windows1252 | Encoding::MacRoman => eight_bits::decode(bytes, encoding),
    }
}
