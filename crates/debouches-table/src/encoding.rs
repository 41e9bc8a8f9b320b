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
}

impl Encoding {
    /// Its usual name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf8Bom => "utf-8-bom",
            Self::Windows1252 => "windows-1252",
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

/// Reads bytes that may not be UTF-8 as Windows-1252, in which every byte but five has a character.
pub(crate) fn windows_1252(bytes: &[u8]) -> String {
    encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
}
