//! ROME trades of a diploma, through Certif Info: by its code, else as the former code of a current diploma.

use std::collections::HashMap;

use debouches_table::TableError;

use crate::reference::{CERTIFICATIONS, References};

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
    Former,
    #[default]
    Unknown,
}

impl RomeMethod {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "certif_info",
            Self::Former => "certif_info_ancien",
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
        let mut trades = Self { method, ..Self::default() };
        for code in codes.filter(|code| is_rome(code)) {
            push_new(&mut trades.domains, &code[..3]);
            push_new(&mut trades.grand_domains, &code[..1]);
            // A code that ends in 00 names a whole domain, not a trade.
            if !code.ends_with("00") {
                push_new(&mut trades.codes, &code);
            }
        }
        if trades.is_empty() { Self::default() } else { trades }
    }
}

fn push_new(list: &mut Vec<String>, item: &str) {
    if !list.iter().any(|own| own == item) {
        list.push(item.to_owned());
    }
}

fn is_rome(code: &str) -> bool {
    code.len() == 5 && code.starts_with(|c: char| c.is_ascii_uppercase()) && code[1..].bytes().all(|b| b.is_ascii_digit())
}

/// ROME codes of each diploma in Certif Info.
pub(crate) struct Certifications {
    direct: HashMap<String, Vec<String>>,
    former: HashMap<String, Vec<String>>,
    pub(crate) version: String,
}

impl Certifications {
    pub(crate) fn read(references: &References) -> Result<Self, TableError> {
        let mut found = Self { direct: HashMap::new(), former: HashMap::new(), version: String::new() };
        let Some(reference) =
            references.iter().find(|(name, _)| name.as_str() == CERTIFICATIONS).map(|(_, reference)| reference)
        else {
            return Ok(found);
        };
        found.version.clone_from(&reference.version);
        let (code, former) = (reference.table.text("code_scolarite")?, reference.table.text("code_ancien_scolarite")?);
        let romes = (1..=5).map(|rank| reference.table.text(&format!("code_rome_{rank}"))).collect::<Result<Vec<_>, _>>()?;
        for row in 0..reference.table.rows() {
            let trades = || romes.iter().filter_map(|column| column.get(row).map(str::to_owned));
            if let Some(code) = code.get(row) {
                found.direct.entry(code.to_owned()).or_default().extend(trades());
            }
            if let Some(former) = former.get(row) {
                found.former.entry(former.to_owned()).or_default().extend(trades());
            }
        }
        Ok(found)
    }

    /// Trades of the diplomas of a training.
    pub(crate) fn of(&self, cfds: &[String]) -> Trades {
        let through = |index: &HashMap<String, Vec<String>>, method| {
            Trades::from_codes(cfds.iter().filter_map(|cfd| index.get(cfd)).flatten().cloned(), method)
        };
        let direct = through(&self.direct, RomeMethod::Direct);
        if direct.is_empty() { through(&self.former, RomeMethod::Former) } else { direct }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_in_00_is_a_domain_and_no_trade() {
        let codes = ["A1100", "A1203", "A1203", "B1101", " x"].map(str::to_owned);
        let trades = Trades::from_codes(codes.into_iter(), RomeMethod::Direct);
        assert_eq!(trades.codes, ["A1203", "B1101"]);
        assert_eq!(trades.domains, ["A11", "A12", "B11"]);
        assert_eq!(trades.grand_domains, ["A", "B"]);
    }
}
