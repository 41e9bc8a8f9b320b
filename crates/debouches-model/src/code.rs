//! Codes parsed once: two code systems, two types, even when both are two digits.

use std::fmt;
use std::str::FromStr;

/// A text that is not a code of the expected system.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not {expected}")]
pub struct CodeError {
    value: String,
    expected: &'static str,
}

/// Letters of the UAI check: the alphabet without i, o and q.
const UAI_LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPRSTUVWXYZ";

/// Identifier of a French establishment (unité administrative immatriculée): seven digits and a check letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uai([u8; 8]);

impl Uai {
    /// The check letter of a seven-digit number: the number modulo 23, in the alphabet without i, o and q.
    #[must_use]
    pub fn check_letter(number: u32) -> char {
        char::from(UAI_LETTERS[(number % 23) as usize])
    }

    /// The three digits that stand for the département, for instance `001`, `620` (Corse-du-Sud) or `974`.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.as_str()[..3]
    }

    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a UAI is made of ASCII digits and a letter")
    }
}

impl FromStr for Uai {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let refuse = || CodeError {
            value: text.chars().take(40).collect(),
            expected: "a UAI with the right check letter",
        };
        let bytes: [u8; 8] = text.as_bytes().try_into().map_err(|_| refuse())?;
        let digits = text
            .get(..7)
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
            .ok_or_else(refuse)?;
        let number: u32 = digits.parse().map_err(|_| refuse())?;
        if char::from(bytes[7]) == Self::check_letter(number) {
            Ok(Self(bytes))
        } else {
            Err(refuse())
        }
    }
}

impl fmt::Display for Uai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Code of a région in the Code officiel géographique of INSEE, for instance `84`; not an académie, not a région académique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionCog([u8; 2]);

impl RegionCog {
    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a région code is made of two ASCII digits")
    }
}

impl FromStr for RegionCog {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let bytes: [u8; 2] = text.as_bytes().try_into().unwrap_or([0; 2]);
        if bytes.iter().all(u8::is_ascii_digit) {
            Ok(Self(bytes))
        } else {
            Err(CodeError {
                value: text.chars().take(40).collect(),
                expected: "a two-digit région code",
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vector V25 of the domain specification, and the Corsican and overseas prefixes of V26 and V34.
    #[test]
    fn v25_the_check_letter_tells_good_uai_from_bad() {
        for good in ["0010856A", "0010001W", "9830002K", "7200664J"] {
            assert!(good.parse::<Uai>().is_ok(), "{good} was refused");
        }
        for bad in ["0000856A", "0010856B", "00108", "", "0010856a", "001085éA"] {
            assert!(bad.parse::<Uai>().is_err(), "{bad} was accepted");
        }
    }
}
