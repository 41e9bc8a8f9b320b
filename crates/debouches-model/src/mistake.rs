//! What is wrong in a file that a person wrote, with its line and the word that was expected.

use std::fmt;

/// Words further than that from what was typed are not suggested.
const LEAST_LIKENESS: f64 = 0.6;

/// A mistake in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Its line, counted from one; none when it is of the file as a whole.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// The word that was expected, when one is known.
    pub expected: Option<String>,
}

impl Mistake {
    /// A mistake of the file as a whole.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            line: None,
            message: message.into(),
            expected: None,
        }
    }

    /// The mistake, on that line.
    #[must_use]
    pub fn on_line(mut self, line: Option<usize>) -> Self {
        self.line = line;
        self
    }

    /// The mistake, with the known word that is closest to what was typed, or all of them when they are few.
    #[must_use]
    pub fn among<'a>(mut self, typed: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let mut known: Vec<&str> = known.into_iter().collect();
        known.sort_unstable();
        known.dedup();
        self.expected = closest(typed, known.iter().copied())
            .map(|word| format!("`{word}`"))
            .or_else(|| {
                (!known.is_empty() && known.len() <= 24).then(|| {
                    let known: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
                    known.join(", ")
                })
            });
        self
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.expected {
            Some(expected) => write!(f, " (expected: {expected})"),
            None => Ok(()),
        }
    }
}

/// Mistakes of one file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(mistakes))]
pub struct Mistakes {
    /// The mistakes, in the order of lines.
    pub mistakes: Vec<Mistake>,
}

impl Mistakes {
    /// Sorts the mistakes by line.
    #[must_use]
    pub fn new(mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(|mistake| mistake.line);
        Self { mistakes }
    }
}

fn lines(mistakes: &[Mistake]) -> String {
    let lines = mistakes.iter().map(|mistake| match mistake.line {
        Some(line) => format!("line {line}: {mistake}"),
        None => mistake.to_string(),
    });
    lines.collect::<Vec<_>>().join("; ")
}

/// The known word that is closest to what was typed (distance of Damerau 1964, which counts two letters
/// exchanged as one mistake, normalised by length).
#[must_use]
pub fn closest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|word| (strsim::normalized_damerau_levenshtein(typed, word), word))
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}
