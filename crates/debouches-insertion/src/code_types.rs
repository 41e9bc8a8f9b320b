//! Codes, parsed once: two code systems, two types, even when both are two digits.

use std::fmt;
use std::str::FromStr;

use debouches_model::spec::{CodeFormat, CodeProblem};

/// A text that is not a code of the expected system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeError {
    value: String,
    expected: &'static str,
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not {}", self.value, self.expected)
    }
}

impl std::error::Error for CodeError {}

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

/// A code of letters and digits, of one or two lengths.
macro_rules! alphanumeric_code {
    ($(#[$doc:meta])* $name:ident, $lengths:pat, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The code as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = CodeError;

            fn from_str(text: &str) -> Result<Self, CodeError> {
                let is_code = text
                    .bytes()
                    .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
                if matches!(text.len(), $lengths) && is_code {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(CodeError {
                        value: text.chars().take(40).collect(),
                        expected: $expected,
                    })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

alphanumeric_code!(
    /// Diploma of the Base centrale des nomenclatures (code formation diplôme).
    Cfd, 8, "a diploma code of eight letters or digits"
);
alphanumeric_code!(
    /// Statistical training code: the training and its year, then characters 4 to 8 of the diploma code.
    Mefstat11, 11, "a statistical training code of eleven letters or digits"
);
alphanumeric_code!(
    /// Training code (module élémentaire de formation).
    Mef, 10..=11, "a training code of ten or eleven letters or digits"
);
alphanumeric_code!(
    /// Diploma of higher education (système d'information sur le suivi de l'étudiant).
    Sise, 7, "a higher-education diploma code of seven letters or digits"
);
alphanumeric_code!(
    /// Trade of the Répertoire opérationnel des métiers et des emplois: a letter and four digits.
    Rome, 5, "a trade code of a letter and four digits"
);

/// The code systems that specifications may name, each checked by its type.
pub(crate) fn formats() -> [CodeFormat; 7] {
    fn form<T: FromStr>(value: &str, form: &str) -> Result<(), CodeProblem> {
        match value.parse::<T>() {
            Ok(_) => Ok(()),
            Err(_) => Err(CodeProblem::Form(form.to_owned())),
        }
    }
    [
        CodeFormat::new("uai", check_uai)
            .with_check_letter()
            .of_length(8),
        CodeFormat::new("cfd", |value| form::<Cfd>(value, "[0-9A-Z]{8}"))
            .of_trainings()
            .of_length(8),
        CodeFormat::new("mefstat11", |value| {
            form::<Mefstat11>(value, "[0-9A-Z]{11}")
        })
        .of_trainings(),
        CodeFormat::new("mef", |value| form::<Mef>(value, "[0-9A-Z]{10}")),
        CodeFormat::new("sise", |value| form::<Sise>(value, "[0-9A-Z]{7}"))
            .of_trainings()
            .of_length(7),
        CodeFormat::new("region-cog", |value| form::<RegionCog>(value, "[0-9]{2}")).of_length(2),
        // A list of trades is read whole, not looked up.
        CodeFormat::new("rome", |value| form::<Rome>(value, "[A-Z][0-9]{4}")).not_looked_up(),
    ]
}

fn check_uai(value: &str) -> Result<(), CodeProblem> {
    let digits = value
        .get(..7)
        .filter(|digits| value.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit()));
    match digits {
        None => Err(CodeProblem::Form("[0-9]{7}[A-Z]".to_owned())),
        Some(_) if value.parse::<Uai>().is_ok() => Ok(()),
        Some(digits) => {
            let right = Uai::check_letter(digits.parse().unwrap_or_default());
            Err(CodeProblem::CheckLetter(format!("{digits}{right}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vector V25 of `docs/rules.md`, and the Corsican and overseas prefixes of V26 and V34.
    #[test]
    fn v25_the_check_letter_shows_good_uai_from_bad() {
        for good in ["0010856A", "0010001W", "9830002K", "7200664J"] {
            assert!(good.parse::<Uai>().is_ok(), "{good} was refused");
        }
        for bad in ["0000856A", "0010856B", "00108", "", "0010856a", "001085éA"] {
            assert!(bad.parse::<Uai>().is_err(), "{bad} was accepted");
        }
    }
}
