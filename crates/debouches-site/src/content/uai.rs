//! The number of an establishment, as a part of an address.

use std::fmt;

/// An UAI: seven digits and a letter. The check letter is not judged here: the pipeline did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uai([u8; 8]);

impl Uai {
    /// Reads a number; none when it has not its shape, for instance `UNIV` or `all`.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let bytes: [u8; 8] = text.as_bytes().try_into().ok()?;
        let is_one = bytes[..7].iter().all(u8::is_ascii_digit) && bytes[7].is_ascii_uppercase();
        is_one.then_some(Self(bytes))
    }

    /// The number as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("digits and a letter are text")
    }
}

impl fmt::Display for Uai {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
