//! ROME trades of a diploma, through Certif Info: by its code, else by its RNCP number, else as the former code of a current
//! diploma, else those of a strict neighbour in the continuum of diplomas, the nearest first. The method is published.

use std::collections::HashMap;

use debouches_table::TableError;

use crate::continuum::Continuum;
use crate::nomenclatures::{CERTIFICATIONS, KIT, References, SUCCESSIONS, find};

/// Trades of a training, in the order of Certif Info, without repetition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Trades {
    pub(crate) codes: Vec<String>,
    pub(crate) domains: Vec<String>,
    pub(crate) grand_domains: Vec<String>,
    pub(crate) method: RomeMethod,
}

/// Where the trades come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum RomeMethod {
    Direct,
    Rncp,
    Previous,
    Continuum,
    #[default]
    Unknown,
}

impl RomeMethod {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "certif_info",
            Self::Rncp => "certif_info_rncp",
            Self::Previous => "certif_info_ancien",
            Self::Continuum => "certif_info_continuum",
            Self::Unknown => "inconnu",
        }
    }
}

impl Trades {
    /// True when neither a trade nor a domain is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.domains.is_empty()
    }

    fn from_codes(codes: impl Iterator<Item = String>, method: RomeMethod) -> Self {
        let mut trades = Self {
            method,
            ..Self::default()
        };
        for code in codes.filter(|code| is_rome(code)) {
            push_new(&mut trades.domains, &code[..3]);
            push_new(&mut trades.grand_domains, &code[..1]);
            // A code that ends in 00 names a whole domain, not a trade.
            if !code.ends_with("00") {
                push_new(&mut trades.codes, &code);
            }
        }
        if trades.is_empty() {
            Self::default()
        } else {
            trades
        }
    }
}

fn push_new(list: &mut Vec<String>, item: &str) {
    if !list.iter().any(|candidate| candidate == item) {
        list.push(item.to_owned());
    }
}

fn is_rome(code: &str) -> bool {
    code.len() == 5
        && code.starts_with(|c: char| c.is_ascii_uppercase())
        && code[1..].bytes().all(|b| b.is_ascii_digit())
}

/// ROME codes of each diploma in Certif Info.
#[derive(Default)]
pub(crate) struct Certifications {
    direct: HashMap<String, Vec<String>>,
    previous: HashMap<String, Vec<String>>,
    by_rncp: HashMap<String, Vec<String>>,
    rncp_of: HashMap<String, Vec<String>>,
    continuum: Continuum,
    pub(crate) version: String,
}

impl Certifications {
    pub(crate) fn read(references: &References) -> Result<Self, TableError> {
        let mut matches = Self::default();
        let find = |wanted| find(references, wanted);
        if let Some(successions) = find(SUCCESSIONS) {
            matches.continuum = Continuum::read(&successions.table)?;
        }
        if let Some(kit) = find(KIT) {
            let (cfd, rncp) = (kit.table.text("cfd")?, kit.table.text("rncp")?);
            for (cfd, rncp) in cfd.iter().zip(rncp.iter()) {
                if let (Some(cfd), Some(rncp)) = (cfd, rncp) {
                    matches
                        .rncp_of
                        .entry(cfd.to_owned())
                        .or_default()
                        .push(rncp.trim_start_matches("RNCP").to_owned());
                }
            }
        }
        let Some(reference) = find(CERTIFICATIONS) else {
            return Ok(matches);
        };
        matches.version.clone_from(&reference.version);
        let (code, previous) = (
            reference.table.text("code_scolarite")?,
            reference.table.text("code_ancien_scolarite")?,
        );
        let rncp = reference.table.text("code_rncp")?;
        let romes = (1..=5)
            .map(|rank| reference.table.text(&format!("code_rome_{rank}")))
            .collect::<Result<Vec<_>, _>>()?;
        for row in 0..reference.table.rows() {
            let trades = || {
                romes
                    .iter()
                    .filter_map(|column| column.get(row).map(str::to_owned))
            };
            if let Some(code) = code.get(row) {
                matches
                    .direct
                    .entry(code.to_owned())
                    .or_default()
                    .extend(trades());
            }
            if let Some(rncp) = rncp.get(row) {
                matches
                    .by_rncp
                    .entry(rncp.to_owned())
                    .or_default()
                    .extend(trades());
            }
            if let Some(previous) = previous.get(row) {
                matches
                    .previous
                    .entry(previous.to_owned())
                    .or_default()
                    .extend(trades());
            }
        }
        Ok(matches)
    }

    /// Trades of the diplomas of a training.
    pub(crate) fn of(&self, cfds: &[String]) -> Trades {
        let candidate = self.trades_of(cfds);
        if !candidate.is_empty() {
            return candidate;
        }
        // The nearest neighbour first, new diplomas before old ones.
        let neighbours = cfds.iter().flat_map(|cfd| {
            self.continuum
                .successors(cfd)
                .chain(self.continuum.predecessors(cfd))
        });
        let matches = neighbours
            .map(|cfd| self.trades_of(&[cfd.to_owned()]))
            .find(|trades| !trades.is_empty());
        matches.map_or_else(Trades::default, |trades| Trades {
            method: RomeMethod::Continuum,
            ..trades
        })
    }

    /// Trades of the diplomas by their own codes.
    fn trades_of(&self, cfds: &[String]) -> Trades {
        let through = |index: &HashMap<String, Vec<String>>, codes: &[String], method| {
            Trades::from_codes(
                codes
                    .iter()
                    .filter_map(|code| index.get(code))
                    .flatten()
                    .cloned(),
                method,
            )
        };
        let direct = through(&self.direct, cfds, RomeMethod::Direct);
        if !direct.is_empty() {
            return direct;
        }
        let numbers: Vec<String> = cfds
            .iter()
            .filter_map(|cfd| self.rncp_of.get(cfd))
            .flatten()
            .cloned()
            .collect();
        let by_rncp = through(&self.by_rncp, &numbers, RomeMethod::Rncp);
        if by_rncp.is_empty() {
            through(&self.previous, cfds, RomeMethod::Previous)
        } else {
            by_rncp
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diploma_without_trades_takes_those_of_its_strict_neighbour_and_states_so() {
        let mut matches = Certifications {
            continuum: Continuum::of([("old", "new")]),
            ..Certifications::default()
        };
        matches
            .direct
            .insert("new".to_owned(), vec!["A1203".to_owned()]);
        let method = |matches: &Certifications, cfd: &str| matches.of(&[cfd.to_owned()]).method;
        assert_eq!(method(&matches, "old"), RomeMethod::Continuum);
        matches
            .rncp_of
            .insert("old".to_owned(), vec!["35341".to_owned()]);
        matches
            .by_rncp
            .insert("35341".to_owned(), vec!["B1101".to_owned()]);
        assert_eq!(method(&matches, "old"), RomeMethod::Rncp);
        assert_eq!(
            (method(&matches, "new"), method(&matches, "other")),
            (RomeMethod::Direct, RomeMethod::Unknown)
        );
    }

    #[test]
    fn a_code_in_00_is_a_domain_and_no_trade() {
        let codes = ["A1100", "A1203", "A1203", "B1101", " x"].map(str::to_owned);
        let trades = Trades::from_codes(codes.into_iter(), RomeMethod::Direct);
        assert_eq!(trades.codes, ["A1203", "B1101"]);
        assert_eq!(trades.domains, ["A11", "A12", "B11"]);
        assert_eq!(trades.grand_domains, ["A", "B"]);
    }
}
