//! The drift check of the package stage: candidate against live release, waivers applied, refusal kept with its report.

use std::collections::BTreeMap;

use debouches_model::{
    Finding, Ingredients, InputRef, Lang, Report, RuleCode, RuleTally, Severity, Sha256,
    SliceTally, Stage, Text, Tolerance, Verdict, Waiver, counted_en,
};
use debouches_release::drift::{Breach, compare};
use debouches_release::{ReleaseChange, ReleaseDecision, ReleaseProfile};

use crate::config::DatasetConfig;
use crate::context::Context;
use crate::stages::target::{Built, FINDINGS_FILE, PAGE_FILE, Target};
use crate::summary::Step;
use crate::targets::live::{Live, last_made, live};
use crate::waivers;

/// Moves that a waiver names before the others are counted.
const NAMED: usize = 3;

/// What the check says of a candidate.
pub struct Ruling {
    live: Option<Live>,
    refused: Vec<Breach>,
    /// Breaches that a waiver lets through.
    waived: Vec<(Breach, Waiver)>,
}

/// Compares a candidate with what is live.
///
/// # Errors
/// Fails when the live release or the waivers cannot be read, or when the refusal cannot be kept.
pub async fn rule(
    context: &Context,
    dataset: &DatasetConfig,
    candidate: &ReleaseProfile,
) -> anyhow::Result<Ruling> {
    let live = live(context, dataset).await?;
    // Without portal, or before the first publication, a vintage that was released here does not vanish in silence either.
    let is_live = live.is_some();
    let live = match live {
        Some(live) => Some(live),
        None => last_made(context, dataset).await?,
    };
    let today = context.clock.now().date_naive();
    let waivers = waivers::load(&context.pipeline.waivers_file)?;
    let mut ruling = Ruling {
        live,
        refused: Vec::new(),
        waived: Vec::new(),
    };
    let Some(live) = &ruling.live else {
        return Ok(ruling);
    };
    for spec in &dataset.tables {
        let of = |profile: &ReleaseProfile| {
            profile
                .tables
                .iter()
                .position(|table| table.table == spec.id.as_str())
        };
        // A table that comes or goes is a change of version, first as such.
        let (Some(before), Some(now)) = (of(&live.profile), of(candidate)) else {
            continue;
        };
        for mut breach in compare(
            spec,
            &live.profile.tables[before],
            &candidate.tables[now],
            &dataset.drift,
        ) {
            if !is_live && breach.finding.rule != RuleCode::DriftVintage {
                continue;
            }
            breach.finding = breach.finding.file(spec.id.as_str());
            let covers = |waiver: &&Waiver| {
                waiver.holds_on(today)
                    && waiver.covers(breach.finding.rule, dataset.id(), &breach.slice)
            };
            match waivers.iter().find(covers).cloned() {
                Some(waiver) => ruling.waived.push((breach, waiver)),
                None => ruling.refused.push(breach),
            }
        }
    }
    Ok(ruling)
}

/// What is refused: a candidate, what it is made of, and what changed under it.
pub struct RefusedCandidate<'a> {
    /// The dataset.
    pub dataset: &'a DatasetConfig,
    /// What decides its bytes.
    pub ingredients: &'a Ingredients,
    /// The artefacts among them.
    pub inputs: Vec<InputRef>,
    /// The nomenclatures that changed since its last release.
    pub cause: Option<&'a ReleaseChange>,
}

impl Ruling {
    /// Whether a move is over its budget and no waiver covers it.
    pub fn is_refused(&self) -> bool {
        !self.refused.is_empty()
    }

    /// The waivers that were needed, each once.
    pub fn waivers(&self) -> Vec<Waiver> {
        let mut used: Vec<Waiver> = Vec::new();
        for (_, waiver) in &self.waived {
            if !used.contains(waiver) {
                used.push(waiver.clone());
            }
        }
        used
    }

    /// The decisions of people with the first moves that each covers, for the record of the release. Waivers of one reason are one
    /// decision, however many slices they name.
    pub fn decisions(&self) -> Vec<ReleaseDecision> {
        let terms = |waiver: &Waiver| (waiver.reason.clone(), waiver.by.clone(), waiver.until);
        let mut decided: Vec<Waiver> = Vec::new();
        for waiver in self.waivers() {
            if !decided.iter().any(|known| terms(known) == terms(&waiver)) {
                decided.push(waiver);
            }
        }
        let decision = |waiver: Waiver| {
            let waived = self
                .waived
                .iter()
                .filter(|(_, covering)| terms(covering) == terms(&waiver));
            let mut breaches: Vec<Text> = waived
                .map(|(breach, _)| Text {
                    fr: breach.finding.sentence(Lang::Fr),
                    en: breach.finding.sentence(Lang::En),
                })
                .collect();
            let others = breaches.len().saturating_sub(NAMED);
            breaches.truncate(NAMED);
            ReleaseDecision::Waiver {
                waiver,
                breaches,
                others,
            }
        };
        decided.into_iter().map(decision).collect()
    }

    /// Keeps the refusal in the state and makes its step.
    ///
    /// # Errors
    /// Fails when the live release or the waivers cannot be read, or when the refusal cannot be kept.
    pub async fn refuse(
        &self,
        context: &Context,
        refused: RefusedCandidate<'_>,
    ) -> anyhow::Result<Step> {
        let RefusedCandidate {
            dataset,
            ingredients,
            inputs,
            cause,
        } = refused;
        let findings: Vec<Finding> = self
            .refused
            .iter()
            .map(|breach| breach.finding.clone())
            .collect();
        let lang: Lang = context.options.lang;
        let cause: Option<String> = cause.map(|cause| {
            let sentences = cause.sentences();
            let sentences: Vec<&str> = sentences.iter().map(|text| text.get(lang)).collect();
            sentences.join(" ")
        });
        let mut report = self.report(dataset);
        if let Some(cause) = &cause {
            report.notes.insert("cause".to_owned(), cause.clone());
        }
        let ingredients = ingredients
            .clone()
            .with(
                "live",
                self.live
                    .as_ref()
                    .map(|live| live.version.as_str())
                    .unwrap_or_default(),
            )
            .with(
                "drift",
                Sha256::of(&serde_json::to_vec(&(dataset.drift, &findings))?),
            );
        let target = Target {
            stage: Stage::Package,
            subject: dataset.id().to_string(),
            ingredients,
            inputs,
        };
        let artefact = match context.store.find(&target.rejected_key()).await? {
            Some(known) => known,
            None => {
                let mut built = Built {
                    private: None,
                    table: None,
                    lines: Vec::new(),
                    refused_rows: Vec::new(),
                    title: dataset.notice.title.clone(),
                    spec: None,
                    report: report.clone(),
                    findings: findings.clone(),
                };
                target.commit(&context.bench(), &mut built).await?
            }
        };
        let first: Vec<String> = self
            .refused
            .iter()
            .take(3)
            .map(|breach| {
                format!(
                    "{} [{}]",
                    breach.finding.sentence(lang),
                    breach.finding.rule
                )
            })
            .collect();
        let cause = cause.map(|cause| format!("{cause} ")).unwrap_or_default();
        let detail = format!(
            "{cause}{} from live version {}; {} (all of them: {}; to mail: {})",
            counted_en(self.refused.len() as u64, "drift", "drifts"),
            self.live
                .as_ref()
                .map(|live| live.version.as_str())
                .unwrap_or_default(),
            first.join("; "),
            artefact.location(FINDINGS_FILE),
            artefact.location(PAGE_FILE)
        );
        let mut step = Step::refused(Stage::Package, dataset.id(), detail).with_report(report);
        step.hint = hint(dataset, &self.refused, lang);
        Ok(step)
    }

    fn report(&self, dataset: &DatasetConfig) -> Report {
        let mut report = Report::new(Stage::Package, dataset.id());
        report.verdict = Verdict::Refused;
        let count = |rule: RuleCode| {
            self.refused
                .iter()
                .filter(|breach| breach.finding.rule == rule)
                .count() as u64
        };
        report.rules = RuleCode::ALL
            .iter()
            .filter(|rule| count(**rule) > 0)
            .map(|&rule| RuleTally {
                rule,
                severity: Severity::Error,
                findings: count(rule),
                tolerance: Tolerance::default(),
                exceeded: true,
            })
            .collect();
        // A waiver is matched with these.
        let mut slices: BTreeMap<(RuleCode, &str), u64> = BTreeMap::new();
        for breach in &self.refused {
            let slice = (breach.finding.rule, breach.slice.as_str());
            *slices.entry(slice).or_default() += 1;
        }
        report.slices = slices
            .into_iter()
            .map(|((rule, value), findings)| SliceTally {
                rule,
                column: "tranche".to_owned(),
                value: value.to_owned(),
                findings,
            })
            .collect();
        if let Some(live) = &self.live {
            report.notes.insert("live".to_owned(), live.version.clone());
        }
        report
    }
}

/// What to do, and the command that lets it through when it was meant: the slice, or all of them.
fn hint(dataset: &DatasetConfig, refused: &[Breach], lang: Lang) -> Option<String> {
    let breach = refused.first()?;
    let id = dataset.id();
    let scope = if refused.len() == 1 {
        format!(
            "{} --dataset {id} --slice '{}'",
            breach.finding.rule, breach.slice
        )
    } else {
        format!("--refusal {id}")
    };
    Some(format!(
        "{}: debouches waive {scope} --reason '…' --by 'a function, it is published' --until YYYY-MM-DD",
        breach.finding.rule.entry().remedy(lang),
    ))
}
