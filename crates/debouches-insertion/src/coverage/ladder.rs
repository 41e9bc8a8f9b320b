//! The ladder: which figures stand for a code in a place, the closest first.

use std::collections::{BTreeMap, BTreeSet};

use super::figures::{ByCode, Figure, Location};
use super::{Answer, CatalogueLine, CodeSystem, Coverage, Grain, Pathway, Rung};
use crate::code_types::Uai;
use crate::continuum::{Carried, Continuum, carried};

impl Coverage {
    /// What is told of a line at each grain that makes sense for it.
    #[must_use]
    pub fn answer(&self, line: &CatalogueLine) -> BTreeMap<Grain, Answer> {
        let has_uai = line.uai.is_some();
        let grains = self.grains(line.system, has_uai);
        let code = line.system.normalise(&line.code);
        // A MEF stands for the only statistical code that its nomenclature gives it.
        let (system, code) = match line.system {
            CodeSystem::Mef => {
                let mefstat11 = code.and_then(|mef| self.codes.modules.mefstat11_of(&mef));
                (CodeSystem::Mefstat11, mefstat11.map(str::to_owned))
            }
            system => (system, code),
        };
        let Some(code) = code else {
            let rung = if system == CodeSystem::Uai {
                Rung::UnknownUai
            } else {
                Rung::UnknownCode
            };
            return grains
                .into_iter()
                .map(|grain| (grain, Answer::because(rung)))
                .collect();
        };
        let uai = match system {
            CodeSystem::Uai => Some(code.clone()),
            _ => line
                .uai
                .as_deref()
                .and_then(|uai| CodeSystem::Uai.normalise(uai)),
        };
        let candidates = self.candidates(system, &code, line.voie);
        let answer = |grain| {
            (
                grain,
                self.at(grain, system, &code, uai.as_deref(), &candidates),
            )
        };
        grains.into_iter().map(answer).collect()
    }

    fn at(
        &self,
        grain: Grain,
        system: CodeSystem,
        code: &str,
        uai: Option<&str>,
        candidates: &[(Pathway, String)],
    ) -> Answer {
        let prefix = uai
            .and_then(|uai| uai.parse::<Uai>().ok())
            .and_then(|uai| self.known.codes.by_prefix.get(uai.prefix()));
        let location = match (grain, uai) {
            (Grain::Establishment | Grain::Region, None) => {
                return Answer::because(Rung::UnknownUai);
            }
            (Grain::Establishment, Some(uai)) => Location::Establishment(uai.to_owned()),
            (Grain::Region, Some(_)) => Location::Region(
                prefix
                    .map(|location| location.region_cog.clone())
                    .unwrap_or_default(),
            ),
            (Grain::Anywhere, _) => Location::Anywhere,
        };
        if system == CodeSystem::Uai {
            return self.establishment_alone(code, prefix);
        }
        let mut best = self.best(&location, candidates);
        if let (Grain::Establishment, Some(uai)) = (grain, uai)
            && !best.as_ref().is_some_and(|best| best.rung.is_covered())
        {
            best = self.under_another_number(uai, candidates).or(best);
        }
        let reason = || self.reason(grain, system, code, uai, prefix, candidates);
        match best {
            Some(answer) if answer.rung != Rung::SeveralFinalYears => answer,
            // A training of an unknown code or out of scope is told as such before its establishment is.
            other => match (
                grain,
                uai.and_then(|uai| self.figures.establishments.get(uai)),
            ) {
                (Grain::Establishment, Some(figure))
                    if figure.shown && !reason().is_about_code() =>
                {
                    Answer {
                        table: Some(figure.table),
                        vintage: Some(figure.vintage),
                        ..Answer::because(Rung::Establishment)
                    }
                }
                _ => other.unwrap_or_else(|| Answer::because(reason())),
            },
        }
    }

    /// The codes under which figures of the training may stand.
    fn candidates(
        &self,
        system: CodeSystem,
        code: &str,
        voie: Option<Pathway>,
    ) -> Vec<(Pathway, String)> {
        let diploma = |cfd: &str| {
            let school: BTreeSet<&str> = self
                .codes
                .modules
                .of_cfd(cfd)
                .map(|module| module.mefstat11.as_str())
                .collect();
            let school = school
                .into_iter()
                .map(|code| (Pathway::School, code.to_owned()));
            let all = [(Pathway::Apprenticeship, cfd.to_owned())]
                .into_iter()
                .chain(school);
            all.filter(|(item, _)| voie.is_none_or(|voie| voie == *item))
                .collect::<Vec<_>>()
        };
        match system {
            CodeSystem::Mefstat11 if voie == Some(Pathway::Apprenticeship) => self
                .codes
                .diplomas_of(code)
                .into_iter()
                .map(|cfd| (Pathway::Apprenticeship, cfd))
                .collect(),
            CodeSystem::Mefstat11 => vec![(Pathway::School, code.to_owned())],
            CodeSystem::Cfd => diploma(code),
            CodeSystem::Rncp => self
                .codes
                .by_rncp
                .get(code)
                .into_iter()
                .flatten()
                .flat_map(|cfd| diploma(cfd))
                .collect(),
            CodeSystem::Sise => vec![(Pathway::HigherEducation, code.to_owned())],
            // Translated before: see `answer`.
            CodeSystem::Mef | CodeSystem::Uai => Vec::new(),
        }
    }

    /// The best answer of the candidates in a place; none when no rung holds.
    fn best(&self, location: &Location, candidates: &[(Pathway, String)]) -> Option<Answer> {
        let matches = candidates
            .iter()
            .filter_map(|(voie, code)| self.climb(self.figures.at(location, *voie)?, *voie, code));
        matches.min_by_key(|answer| answer.rung)
    }

    /// Figures of the same training under another number: those of its only trainer or manager, or of the same university.
    fn under_another_number(&self, uai: &str, candidates: &[(Pathway, String)]) -> Option<Answer> {
        let at = |other: &String, candidates: &[(Pathway, String)]| {
            let answer = self.best(&Location::Establishment(other.clone()), candidates)?;
            answer.rung.is_covered().then(|| Answer {
                rung: Rung::Uai,
                uai: Some(other.clone()),
                ..answer
            })
        };
        let contracts = candidates
            .iter()
            .filter(|(voie, _)| *voie == Pathway::Apprenticeship);
        let mut relayed = contracts.filter_map(|candidate| {
            let others = self.codes.relays_of(uai, &candidate.1);
            others
                .into_iter()
                .find_map(|other| at(other, std::slice::from_ref(candidate)))
        });
        relayed.next().or_else(|| {
            self.codes
                .same_uai
                .get(uai)?
                .iter()
                .find_map(|other| at(other, candidates))
        })
    }

    fn establishment_alone(
        &self,
        uai: &str,
        prefix: Option<&crate::code_lists::Territory>,
    ) -> Answer {
        let figure_of = |uai: &str| {
            self.figures
                .establishments
                .get(uai)
                .filter(|figure| figure.shown)
        };
        if let Some(figure) = figure_of(uai) {
            return Answer {
                table: Some(figure.table),
                vintage: Some(figure.vintage),
                ..Answer::because(Rung::Direct)
            };
        }
        let others = self.codes.same_uai.get(uai).into_iter().flatten();
        if let Some((other, figure)) = others
            .filter_map(|other| Some((other, figure_of(other)?)))
            .next()
        {
            let (table, vintage) = (Some(figure.table), Some(figure.vintage));
            return Answer {
                uai: Some(other.clone()),
                table,
                vintage,
                ..Answer::because(Rung::Uai)
            };
        }
        Answer::because(match prefix {
            _ if self.figures.establishments.contains_key(uai) => Rung::BelowThreshold,
            Some(location) if location.region_cog != "00" && location.region_cog != "06" => {
                Rung::UnknownEstablishment
            }
            _ => Rung::TerritoryNotServed,
        })
    }

    /// The first rung that holds for a code among the figures of a place.
    fn climb(&self, figures: &ByCode, voie: Pathway, code: &str) -> Option<Answer> {
        if let Some(answer) = self.own_or_carried(figures, voie, code) {
            return Some(answer);
        }
        if voie == Pathway::HigherEducation {
            return None;
        }
        let school = voie == Pathway::School;
        let cfds = if school {
            self.codes.diplomas_of(code)
        } else {
            BTreeSet::from([code.to_owned()])
        };
        let members: BTreeSet<&String> = self
            .codes
            .common_years_of(&cfds)
            .flat_map(|year| &year.members)
            .collect();
        if !members.is_empty() {
            let codes: BTreeSet<&str> = if school {
                members
                    .iter()
                    .flat_map(|cfd| self.codes.modules.of_cfd(cfd))
                    .map(|module| module.mefstat11.as_str())
                    .collect()
            } else {
                members.iter().map(|cfd| cfd.as_str()).collect()
            };
            return several(
                codes
                    .into_iter()
                    .filter_map(|code| Some((code, *figures.get(code)?))),
                voie,
                Rung::Family,
            );
        }
        let later = self.codes.later.get(code).filter(|_| school)?;
        let answers: Vec<(&String, Answer)> = later
            .iter()
            .filter_map(|code| Some((code, self.own_or_carried(figures, voie, code)?)))
            .collect();
        match answers.as_slice() {
            [] => None,
            [(terminal, answer)] => {
                let rung = if answer.rung == Rung::BelowThreshold {
                    Rung::BelowThreshold
                } else {
                    Rung::FinalYear
                };
                let codes = if answer.codes.is_empty() {
                    vec![(*terminal).clone()]
                } else {
                    answer.codes.clone()
                };
                Some(Answer {
                    rung,
                    codes,
                    ..answer.clone()
                })
            }
            many if many
                .iter()
                .any(|(_, answer)| answer.rung != Rung::BelowThreshold) =>
            {
                let codes = many.iter().map(|(code, _)| (*code).clone()).collect();
                Some(Answer {
                    codes,
                    voie: Some(voie),
                    ..Answer::because(Rung::SeveralFinalYears)
                })
            }
            _ => Some(Answer {
                voie: Some(voie),
                ..Answer::because(Rung::BelowThreshold)
            }),
        }
    }

    /// Own figures, else those of a strict neighbour. An own record is never replaced, whatever its state (T6).
    fn own_or_carried(&self, figures: &ByCode, voie: Pathway, code: &str) -> Option<Answer> {
        if let Some(figure) = figures.get(code) {
            return Some(answer(*figure, voie, code, Rung::Direct));
        }
        let continuum: &Continuum = match voie {
            Pathway::School => &self.codes.trainings,
            Pathway::Apprenticeship => &self.codes.diplomas,
            Pathway::HigherEducation => return None,
        };
        let (Carried::FromOld(source) | Carried::FromNew(source)) =
            carried(continuum, code, &|code| figures.contains_key(code))?;
        Some(answer(figures[source], voie, source, Rung::Continuum))
    }
}

fn answer(figure: Figure, voie: Pathway, code: &str, rung: Rung) -> Answer {
    Answer {
        rung: if figure.shown {
            rung
        } else {
            Rung::BelowThreshold
        },
        codes: vec![code.to_owned()],
        voie: Some(voie),
        uai: None,
        table: Some(figure.table),
        vintage: Some(figure.vintage),
    }
}

/// The figures of several codes, those that are shown; hidden when none is.
fn several<'a>(
    matches: impl Iterator<Item = (&'a str, Figure)>,
    voie: Pathway,
    rung: Rung,
) -> Option<Answer> {
    let matches: Vec<(&str, Figure)> = matches.collect();
    let best = matches.iter().map(|(_, figure)| *figure).max()?;
    let shown = matches
        .iter()
        .filter(|(_, figure)| figure.shown == best.shown);
    let codes = shown.map(|(code, _)| (*code).to_owned()).collect();
    Some(Answer {
        codes,
        ..answer(best, voie, "", rung)
    })
}
