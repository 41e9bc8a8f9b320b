//! Why nothing can be shown of a line: the first reason that holds, from what is wrong with the line to what is missing here.
//!
//! The list is that of the reusers' catalogues.

use super::nomenclature::Life;
use super::{CodeSystem, Coverage, Grain, Pathway, Rung};
use crate::code_lists::Territory;
use crate::derivations::niveau_of;

/// Prefixes of MEFSTAT11 that InserJeunes follows: CAP, BEP, bac pro, MC, BMA, CS, CSA, BP, BPA, BTS (`N_MEF`, §1.4.1).
const SCHOOL: [&str; 22] = [
    "231", "232", "233", "234", "235", "236", "237", "238", "239", "23B", "23C", "23D", "23G",
    "23J", "23K", "251", "252", "321", "322", "323", "325", "332",
];

/// Levels of the diplomas of the ministry of agriculture: CAPA, BPA, bac pro, CSA and BTSA (§5.3).
const AGRICULTURE: [&str; 5] = ["323", "403", "463", "503", "553"];

impl Rung {
    /// True when the line names no training that figures could be about.
    pub(super) fn is_about_code(self) -> bool {
        matches!(
            self,
            Self::UnknownCode | Self::OutOfScope | Self::UnknownUai
        )
    }
}

impl Coverage {
    pub(super) fn reason(
        &self,
        grain: Grain,
        system: CodeSystem,
        code: &str,
        uai: Option<&str>,
        location: Option<&Territory>,
        candidates: &[(Pathway, String)],
    ) -> Rung {
        let local = grain != Grain::Anywhere;
        if !self.is_known(system, code) {
            return Rung::UnknownCode;
        }
        if !self.is_in_scope(system, code, candidates) {
            return Rung::OutOfScope;
        }
        // Mayotte (06) and the collectivities (00) are not served by InserJeunes.
        if local
            && location.is_none_or(|location| ["00", "06"].contains(&location.region_cog.as_str()))
        {
            return Rung::TerritoryNotServed;
        }
        let lives: Vec<(Pathway, &Life)> = candidates
            .iter()
            .filter_map(|(voie, code)| Some((*voie, self.codes.lives.get(code)?)))
            .collect();
        let is_closed =
            |closed: &Option<String>| closed.as_ref().is_some_and(|closed| *closed < self.on);
        if !lives.is_empty() && lives.iter().all(|(_, life)| is_closed(&life.closed)) {
            return Rung::Closed;
        }
        let is_young = |voie: Pathway, life: &Life| {
            let opened: Option<u16> = life
                .opened
                .as_ref()
                .and_then(|day| day.get(..4)?.parse().ok());
            let newest = self.figures.newest_at(grain, voie);
            newest > 0 && opened.is_some_and(|opened| opened + life.years > newest)
        };
        if !lives.is_empty() && lives.iter().all(|(voie, life)| is_young(*voie, life)) {
            return Rung::TooRecent;
        }
        let agricultural = self
            .levels(candidates)
            .any(|level| AGRICULTURE.contains(&level.as_str()));
        if agricultural && !self.figures.existing.contains_key("ij_agricole_formation") {
            return Rung::OtherMinistry;
        }
        if grain == Grain::Establishment
            && uai.is_none_or(|uai| !self.figures.establishments.contains_key(uai))
        {
            return Rung::UnknownEstablishment;
        }
        Rung::Unexplained
    }

    /// True when a nomenclature holds the code, or figures do; without nomenclature every code is.
    fn is_known(&self, system: CodeSystem, code: &str) -> bool {
        let anywhere = |voie| {
            self.figures
                .at(&super::figures::Location::Anywhere, voie)
                .is_some_and(|item| item.contains_key(code))
        };
        match system {
            CodeSystem::Mefstat11 => {
                !self.codes.knows_trainings
                    || self.codes.modules.knows(code)
                    || anywhere(Pathway::School)
            }
            CodeSystem::Cfd => {
                !self.codes.knows_diplomas
                    || self.codes.lives.contains_key(code)
                    || anywhere(Pathway::Apprenticeship)
            }
            CodeSystem::Rncp => self.codes.by_rncp.contains_key(code),
            // No open nomenclature of SISE codes is configured: known means that InserSup knows it.
            CodeSystem::Sise => anywhere(Pathway::HigherEducation),
            CodeSystem::Mef | CodeSystem::Uai => true,
        }
    }

    fn is_in_scope(
        &self,
        system: CodeSystem,
        code: &str,
        candidates: &[(Pathway, String)],
    ) -> bool {
        match system {
            CodeSystem::Mefstat11 => code.get(..3).is_some_and(|prefix| SCHOOL.contains(&prefix)),
            // CAP to BTS: levels 3 to 5, and the mentions complémentaires, which have a level of their own.
            CodeSystem::Cfd | CodeSystem::Rncp => self.levels(candidates).any(|level| {
                level.starts_with("01") || matches!(niveau_of(&level), Some("3" | "4" | "5"))
            }),
            CodeSystem::Sise | CodeSystem::Mef | CodeSystem::Uai => true,
        }
    }

    /// The first three characters of the diplomas of the candidates.
    fn levels(&self, candidates: &[(Pathway, String)]) -> impl Iterator<Item = String> {
        let cfds = candidates.iter().flat_map(|(voie, code)| match voie {
            Pathway::School => self.codes.diplomas_of(code).into_iter().collect(),
            Pathway::Apprenticeship => vec![code.clone()],
            Pathway::HigherEducation => Vec::new(),
        });
        cfds.filter_map(|cfd| cfd.get(..3).map(str::to_owned))
    }
}
