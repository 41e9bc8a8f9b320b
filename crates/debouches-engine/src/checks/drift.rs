//! The drift gate of the package stage: candidate against live release, waivers applied, refusal kept with its report.

use debouches_model::{
    Finding, Ingredients, InputRef, Lang, Report, RuleCode, RuleTally, Severity, Sha256, Stage,
    Text, Tolerance, Verdict, Waiver, counted_en,
};
use debouches_release::drift::{Breach, compare};
use debouches_release::{ReleaseDecision, ReleaseProfile};

use crate::config::DatasetConfig;
use crate::context::Context;
use crate::stages::target::{Built, FINDINGS_FILE, PAGE_FILE, Target};
use crate::summary::Step;
use crate::targets::live::{Live, last_made, live};
use crate::waivers;

/// Moves that a waiver names before the others are counted.
const NAMED: usize = 3;

/// What the gate says of a candidate.
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
        // A table that comes or goes is a change of version, told as such.
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

    /// The waivers with the first moves that each covers, for the record of the release.
    pub fn decisions(&self) -> Vec<ReleaseDecision> {
        let decision = |waiver: Waiver| {
            let waived = self
                .waived
                .iter()
                .filter(|(_, covering)| *covering == waiver);
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
        self.waivers().into_iter().map(decision).collect()
    }

    /// Keeps the refusal in the state and makes its step.
    ///
    /// # Errors
    /// Fails when the live release or the waivers cannot be read, or when the refusal cannot be kept.
    pub async fn refuse(
        &self,
        context: &Context,
        dataset: &DatasetConfig,
        ingredients: &Ingredients,
        inputs: Vec<InputRef>,
    ) -> anyhow::Result<Step> {
        let findings: Vec<Finding> = self
            .refused
            .iter()
            .map(|breach| breach.finding.clone())
            .collect();
        let report = self.report(dataset);
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
        let lang: Lang = context.options.lang;
        let told: Vec<String> = self
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
        let detail = format!(
            "{} from live version {}; {} (all of them: {}; to mail: {})",
            counted_en(self.refused.len() as u64, "drift", "drifts"),
            self.live
                .as_ref()
                .map(|live| live.version.as_str())
                .unwrap_or_default(),
            told.join("; "),
            artefact.location(FINDINGS_FILE),
            artefact.location(PAGE_FILE)
        );
        let mut step = Step::refused(Stage::Package, dataset.id(), detail).with_report(report);
        step.hint = self
            .refused
            .first()
            .map(|breach| hint(dataset, breach, lang));
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
        if let Some(live) = &self.live {
            report.notes.insert("live".to_owned(), live.version.clone());
        }
        report
    }
}

/// What to do, and the command that lets the slice through when it was meant.
fn hint(dataset: &DatasetConfig, breach: &Breach, lang: Lang) -> String {
    format!(
        "{}: debouches waive {} --dataset {} --slice '{}' --reason '…' --by '…' --until YYYY-MM-DD",
        breach.finding.rule.entry().remedy(lang),
        breach.finding.rule,
        dataset.id(),
        breach.slice
    )
}
