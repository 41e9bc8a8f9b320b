//! A line of a catalogue, as asked.

use debouches_model::spec::CodeFormat;

use crate::code_types::Uai;

/// The code system of the column that names trainings, or establishments alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeSystem {
    /// Statistical training code, eleven letters or digits.
    Mefstat11,
    /// Training code of ten letters or digits, answered by its statistical code.
    Mef,
    /// Diploma code, eight letters or digits.
    Cfd,
    /// Higher-education diploma code, seven letters or digits.
    Sise,
    /// Number of the Répertoire national des certifications professionnelles, with or without `RNCP`.
    Rncp,
    /// Establishment alone.
    Uai,
}

impl CodeSystem {
    /// Its name in files and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mefstat11 => "mefstat11",
            Self::Mef => "mef",
            Self::Cfd => "cfd",
            Self::Sise => "sise",
            Self::Rncp => "rncp",
            Self::Uai => "uai",
        }
    }

    /// The code as our tables write it, when it has the form of its system.
    #[must_use]
    pub fn normalise(self, text: &str) -> Option<String> {
        let text = text.trim().to_ascii_uppercase();
        // Exports for spreadsheets protect codes as `="…"`, and some readers write the system before the code.
        let text = text.trim_start_matches("=\"").trim_end_matches('"');
        let text = text
            .strip_prefix(&format!("{}:", self.as_str().to_ascii_uppercase()))
            .unwrap_or(text);
        let is_code = |text: &str, length: usize| {
            text.len() == length && text.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        match self {
            Self::Mefstat11 => is_code(text, 11).then(|| text.to_owned()),
            Self::Mef => is_code(text, 10).then(|| text.to_owned()),
            Self::Cfd => is_code(text, 8).then(|| text.to_owned()),
            Self::Sise => is_code(text, 7).then(|| text.to_owned()),
            Self::Rncp => {
                let number = text.strip_prefix("RNCP").unwrap_or(text);
                (1..=6).contains(&number.len()).then_some(number)?;
                number
                    .bytes()
                    .all(|b| b.is_ascii_digit())
                    .then(|| number.to_owned())
            }
            Self::Uai => text.parse::<Uai>().ok().map(|uai| uai.to_string()),
        }
    }

    /// The format of the columns that hold it.
    pub(crate) fn of_format(format: CodeFormat) -> Option<Self> {
        match format.name {
            "mefstat11" => Some(Self::Mefstat11),
            "cfd" => Some(Self::Cfd),
            "sise" => Some(Self::Sise),
            "uai" => Some(Self::Uai),
            _ => None,
        }
    }
}

/// How a training is followed. Figures of one are never those of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pathway {
    /// In school; coded in MEFSTAT11.
    School,
    /// Under a contract; coded in CFD.
    Apprenticeship,
    /// Higher education; coded in SISE.
    HigherEducation,
}

impl Pathway {
    /// Its name in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::School => "scolaire",
            Self::Apprenticeship => "apprentissage",
            Self::HigherEducation => "superieur",
        }
    }

    /// Reads what a catalogue says of the way a training is followed; nothing when it says something else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        // `A` and `S` are those of Parcoursup, `ST` that of Affelnet.
        if text.starts_with("appren") || text == "a" {
            Some(Self::Apprenticeship)
        } else if text.starts_with("scol") || text == "s" || text == "st" {
            Some(Self::School)
        } else {
            None
        }
    }
}

/// A line of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CatalogueLine {
    /// The code system of `code`.
    pub system: CodeSystem,
    /// The code as written; the UAI when the system is that of establishments.
    pub code: String,
    /// The establishment as written, when the catalogue names one.
    pub uai: Option<String>,
    /// How the training is followed, when the catalogue says it; otherwise a MEFSTAT11 is in school, any other code in either.
    pub voie: Option<Pathway>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_catalogues_write_them() {
        let read = |system: CodeSystem, text: &str| system.normalise(text);
        assert_eq!(
            read(CodeSystem::Mefstat11, " 23k00031212 ").as_deref(),
            Some("23K00031212")
        );
        assert_eq!(
            read(CodeSystem::Cfd, "=\"01022102\"").as_deref(),
            Some("01022102")
        );
        assert_eq!(
            read(CodeSystem::Cfd, "CFD:40023203").as_deref(),
            Some("40023203")
        );
        assert_eq!(
            read(CodeSystem::Rncp, "RNCP35341").as_deref(),
            Some("35341")
        );
        assert_eq!(
            read(CodeSystem::Uai, "0010856a").as_deref(),
            Some("0010856A")
        );
        assert_eq!(
            [CodeSystem::Cfd, CodeSystem::Sise].map(|system| read(system, "4002320")),
            [None, Some("4002320".to_owned())]
        );
        assert_eq!(read(CodeSystem::Uai, "0010856B"), None);
        assert_eq!(
            ["Apprentissage", "Scolaire", "ST", "?"]
                .map(Pathway::parse)
                .map(|voie| voie.map(Pathway::as_str)),
            [
                Some("apprentissage"),
                Some("scolaire"),
                Some("scolaire"),
                None
            ]
        );
    }
}
