//! The register of what was signalled: letters made from the pages of establishments become lines, and lines change their state.
//!
//! Texts in, texts out. A letter is kept without what names its author: only the key, the column and the value are read.

use std::fmt::Write as _;

use debouches_model::spec::{TableKind, Tables};

use crate::code_types::Uai;

/// The heading of the register: the columns of `signalement_recu`.
const HEADING: &str =
    "signal_id;date;uai;code;millesime;table_publiee;champ;valeur_signalee;source;etat";
/// Who may signal.
const SOURCES: [&str; 3] = ["etablissement", "reutilisateur", "producteur"];
/// What may become of a signal.
const STATES: [&str; 4] = ["recu", "transmis", "corrige", "rejete"];

/// What is wrong with a letter or with the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalError(pub String);

impl std::fmt::Display for SignalError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SignalError {}

/// A value that somebody signals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signal {
    uai: String,
    code: String,
    vintage: String,
    table: String,
    column: String,
    value: String,
    source: String,
}

/// A register with more lines than before.
#[derive(Debug, PartialEq, Eq)]
pub struct Received {
    /// The register.
    pub register: String,
    /// Identifiers of the new lines.
    pub new: Vec<String>,
    /// Signals that the register has already.
    pub known: usize,
}

/// Reads the signals of a letter: lines `clé : …`, `champ : …`, `valeur : …`, `source : …`, anything else left aside.
///
/// # Errors
/// When the letter has no signal, or when one names no published table, no column of it, or no establishment.
pub fn read_letter(letter: &str, tables: &Tables) -> Result<Vec<Signal>, SignalError> {
    let mut signals: Vec<Signal> = Vec::new();
    for (index, line) in letter.lines().enumerate() {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let wrong = |what: &str| SignalError(format!("line {}: {what}", index + 1));
        let value = value.trim();
        match (name.trim().to_lowercase().as_str(), signals.last_mut()) {
            ("clé" | "cle", _) => signals.push(key(value).map_err(|what| wrong(&what))?),
            ("champ", Some(signal)) => value.clone_into(&mut signal.column),
            ("valeur", Some(signal)) => value.clone_into(&mut signal.value),
            ("source", Some(signal)) if SOURCES.contains(&value) => {
                value.clone_into(&mut signal.source);
            }
            ("source", Some(_)) => {
                return Err(wrong(&format!(
                    "`{value}` is none of {}",
                    SOURCES.join(", ")
                )));
            }
            ("champ" | "valeur" | "source", None) => return Err(wrong("no `clé :` before it")),
            _ => {}
        }
    }
    if signals.is_empty() {
        return Err(SignalError("no line `clé : …` in the letter".to_owned()));
    }
    for signal in &mut signals {
        signal.check(tables)?;
    }
    Ok(signals)
}

/// The key of a training on its page: establishment, code, years and table.
fn key(text: &str) -> Result<Signal, String> {
    let parts: Vec<&str> = text.split('/').map(str::trim).collect();
    let [uai, code, years, table] = parts.as_slice() else {
        return Err(format!(
            "`{text}` is no key: establishment/training/years/table"
        ));
    };
    Ok(Signal {
        uai: (*uai).to_owned(),
        code: (*code).to_owned(),
        vintage: years.replace('-', "_"),
        table: (*table).to_owned(),
        ..Signal::default()
    })
}

impl Signal {
    fn check(&mut self, tables: &Tables) -> Result<(), SignalError> {
        if self.uai.parse::<Uai>().is_err() {
            return Err(SignalError(format!("`{}` is no UAI", self.uai)));
        }
        let spec = tables
            .named(&self.table)
            .filter(|spec| spec.kind == TableKind::Indicators)
            .ok_or_else(|| SignalError(format!("no table `{}` is published", self.table)))?;
        if !spec.measures().any(|measure| measure.name == self.column) {
            let known: Vec<&str> = spec.measures().map(|item| item.name.as_str()).collect();
            return Err(SignalError(format!(
                "`{}` is no measure of `{}` (known: {})",
                self.column,
                self.table,
                known.join(", ")
            )));
        }
        if self.source.is_empty() {
            SOURCES[0].clone_into(&mut self.source);
        }
        let texts = [&self.code, &self.vintage, &self.value];
        if texts
            .iter()
            .any(|text| text.contains([';', '"', '\r', '\n']) || text.starts_with(['=', '+', '@']))
        {
            return Err(SignalError(format!(
                "a value of {} has a character that a register cannot hold",
                self.uai
            )));
        }
        Ok(())
    }

    /// What makes two signals the same.
    fn cells(&self) -> [&str; 7] {
        [
            &self.uai,
            &self.code,
            &self.vintage,
            &self.table,
            &self.column,
            &self.value,
            &self.source,
        ]
    }
}

/// Adds signals to a register, each as received that day; those that it has already are counted and not added.
///
/// # Errors
/// When the register has another heading.
pub fn receive(register: &str, signals: &[Signal], day: &str) -> Result<Received, SignalError> {
    let mut text = if register.trim().is_empty() {
        format!("{HEADING}\n")
    } else {
        checked(register)?.to_owned()
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let (mut new, mut known) = (Vec::new(), 0);
    for signal in signals {
        let cells = signal.cells().join(";");
        let is_known = text.lines().any(|line| {
            line.splitn(3, ';')
                .nth(2)
                .and_then(|rest| rest.rsplit_once(';'))
                .map(|(rest, _)| rest)
                == Some(&cells)
        });
        if is_known {
            known += 1;
            continue;
        }
        let id = next_id(&text, day);
        let _ = writeln!(text, "{id};{day};{cells};{}", STATES[0]);
        new.push(id);
    }
    Ok(Received {
        register: text,
        new,
        known,
    })
}

/// The register with another state on the line of a signal.
///
/// # Errors
/// When there is no such signal, no such state, or when the register has another heading.
pub fn decide(register: &str, id: &str, state: &str) -> Result<String, SignalError> {
    if !STATES.contains(&state) {
        return Err(SignalError(format!(
            "`{state}` is none of {}",
            STATES.join(", ")
        )));
    }
    let mut is_there = false;
    let mut text = String::new();
    for line in checked(register)?.lines() {
        match line.rsplit_once(';') {
            Some((rest, _)) if line.split(';').next() == Some(id) => {
                is_there = true;
                let _ = writeln!(text, "{rest};{state}");
            }
            _ => {
                let _ = writeln!(text, "{line}");
            }
        }
    }
    if is_there {
        Ok(text)
    } else {
        Err(SignalError(format!("no signal `{id}` in the register")))
    }
}

fn checked(register: &str) -> Result<&str, SignalError> {
    let register = register.trim_start_matches('\u{feff}');
    if register.lines().next() == Some(HEADING) {
        Ok(register)
    } else {
        Err(SignalError(format!(
            "the heading of the register is not `{HEADING}`"
        )))
    }
}

/// An identifier that no line has: the day, then a number.
fn next_id(register: &str, day: &str) -> String {
    let start = format!("S{}-", day.replace('-', ""));
    let numbers = register.lines().filter_map(|line| {
        line.strip_prefix(start.as_str())?
            .split(';')
            .next()?
            .parse::<u32>()
            .ok()
    });
    format!("{start}{}", numbers.max().unwrap_or_default() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;

    const LETTER: &str = "Bonjour,\nclé : 0010856A/23830023303/2022-2023/ij_lycee_formation\nchamp : taux_emploi_6_mois\nvaleur : 61\n";

    #[test]
    fn a_letter_becomes_a_line_once_and_its_state_changes() {
        let tables = Knowledge::embedded().tables;
        let signals = read_letter(LETTER, tables).unwrap();
        let first = receive("", &signals, "2026-11-27").unwrap();
        assert_eq!(first.new, ["S20261127-1"]);
        let line = "S20261127-1;2026-11-27;0010856A;23830023303;2022_2023;ij_lycee_formation;taux_emploi_6_mois;61;etablissement;recu";
        assert_eq!(first.register.lines().nth(1), Some(line));
        let again = receive(&first.register, &signals, "2026-11-28").unwrap();
        assert_eq!((again.new.len(), again.known), (0, 1));
        let corrected = decide(&first.register, "S20261127-1", "corrige").unwrap();
        assert!(
            corrected.contains(";etablissement;corrige\n"),
            "{corrected}"
        );
        let again = receive(&corrected, &signals, "2026-11-28").unwrap();
        assert_eq!(again.known, 1, "a corrected signal is not received again");
        assert!(decide(&corrected, "S9", "corrige").is_err());
        assert!(decide(&corrected, "S20261127-1", "oublie").is_err());
    }

    #[test]
    fn a_letter_that_names_nothing_published_is_refused() {
        let tables = Knowledge::embedded().tables;
        for (from, to) in [
            ("0010856A", "0010856B"),
            ("ij_lycee_formation", "annuaire"),
            ("taux_emploi_6_mois", "libelle"),
            ("clé", "note"),
            ("valeur : 61", "valeur : =1;2"),
            ("2022-2023/", ""),
        ] {
            let letter = LETTER.replace(from, to);
            assert!(read_letter(&letter, tables).is_err(), "{letter}");
        }
        assert!(receive("a;b\n", &[], "2026-11-27").is_err());
    }
}
