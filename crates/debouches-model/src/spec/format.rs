//! Code systems: what the values of a text column look like, as the domain registers it.

use std::fmt;

use crate::mistake::Mistake;

/// Why a value does not follow a code system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeProblem {
    /// It has not the form of the system, which is given.
    Form(String),
    /// Its check letter is wrong: the value that would be right is given.
    CheckLetter(String),
}

/// The code system of a text column.
#[derive(Clone, Copy)]
pub struct CodeFormat {
    /// Its name in the specification of a table.
    pub name: &'static str,
    /// True when values end with a check letter.
    pub has_check_letter: bool,
    /// True when readers look rows up by it: Parquet files get a Bloom filter.
    pub is_looked_up: bool,
    /// True when it names a training or a diploma.
    pub names_training: bool,
    /// Number of characters of a value that lost no leading zero; 0 when values have several lengths.
    pub length: usize,
    check: fn(&str) -> Result<(), CodeProblem>,
}

impl CodeFormat {
    /// Any code: kept as it is.
    pub const CODE: Self = Self::new("code", |_| Ok(()));

    /// A day: any form of producers in, ISO 8601 inside.
    pub const DAY: Self = Self::new("day", |_| Ok(())).not_looked_up();

    /// A code system that readers look rows up by.
    #[must_use]
    pub const fn new(name: &'static str, check: fn(&str) -> Result<(), CodeProblem>) -> Self {
        Self {
            name,
            has_check_letter: false,
            is_looked_up: true,
            names_training: false,
            length: 0,
            check,
        }
    }

    /// The system, whose values end with a check letter.
    #[must_use]
    pub const fn with_check_letter(mut self) -> Self {
        self.has_check_letter = true;
        self
    }

    /// The system, which names a training or a diploma.
    #[must_use]
    pub const fn of_trainings(mut self) -> Self {
        self.names_training = true;
        self
    }

    /// The system, by which readers look no row up.
    #[must_use]
    pub const fn not_looked_up(mut self) -> Self {
        self.is_looked_up = false;
        self
    }

    /// The system, whose values all have that length: zeros that a spreadsheet took away are known.
    #[must_use]
    pub const fn of_length(mut self, length: usize) -> Self {
        self.length = length;
        self
    }

    /// Whether it is the system of that name.
    #[must_use]
    pub fn is(self, name: &str) -> bool {
        self.name == name
    }

    /// Checks a value.
    ///
    /// # Errors
    /// When the value does not follow the system.
    pub fn check(self, value: &str) -> Result<(), CodeProblem> {
        (self.check)(value)
    }
}

impl fmt::Debug for CodeFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for CodeFormat {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for CodeFormat {}

/// The code systems that specifications may name.
#[derive(Debug, Clone)]
pub struct CodeFormats(Vec<CodeFormat>);

impl Default for CodeFormats {
    fn default() -> Self {
        Self(vec![CodeFormat::CODE, CodeFormat::DAY])
    }
}

impl CodeFormats {
    /// Those of the domain beside the general one.
    #[must_use]
    pub fn with(mut self, formats: impl IntoIterator<Item = CodeFormat>) -> Self {
        self.0.extend(formats);
        self
    }

    /// The system of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<CodeFormat> {
        self.0.iter().copied().find(|format| format.is(name))
    }

    /// Names of the systems.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.iter().map(|format| format.name)
    }

    /// The mistake of a name that is no system.
    pub(super) fn unknown(&self, name: &str) -> Mistake {
        Mistake::new(format!("`format` is `{name}`")).among(name, self.names())
    }
}
