//! The findings of a subject, as its newest artefacts keep them.

use anyhow::Context as _;
use debouches_model::{Report, Stage};
use debouches_store::Artefact;
use serde::Serialize;

use crate::config::{DatasetConfig, Source};
use crate::context::Context;
use crate::failure::Usage;
use crate::selection::Selection;
use crate::stages::target::{FINDINGS_FILE, Known, PAGE_FILE, Target, load_report};
use crate::stages::{enrich, validate};

/// How the names of the files begin that hold the rows left out.
const REFUSED_ROWS: &str = "refused_rows";

/// The findings of a stage on a subject.
#[derive(Debug, Serialize)]
pub struct SubjectFindings {
    /// The stage.
    pub stage: Stage,
    /// The table or dataset.
    pub subject: String,
    /// Whether the data was refused.
    pub refused: bool,
    /// Counts of every rule, those included that the list holds a part of.
    pub report: Report,
    /// The findings that are listed.
    pub findings: Vec<ListedFinding>,
    /// Where the list is, as a table for spreadsheets.
    pub csv: String,
    /// Where the page to mail is.
    pub page: String,
    /// Where the rows are that were left out, as received: a file for each source.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<String>,
}

/// A line of `findings.csv`.
#[derive(Debug, Serialize)]
pub struct ListedFinding {
    /// Code of the rule.
    pub code: String,
    /// `error` or `warning`.
    pub severity: String,
    /// The file.
    pub file: String,
    /// Line in the file, when it has one.
    pub line: String,
    /// The column.
    pub column: String,
    /// Key of the row.
    pub key: String,
    /// The value.
    pub value: String,
    /// What was expected.
    pub expected: String,
    /// The finding in French.
    pub message_fr: String,
    /// The finding in English.
    pub message_en: String,
}

/// The findings of the named subjects, stage after stage: what the present inputs gave, and the newest refusal of each dataset.
///
/// # Errors
/// Fails when no subject is named or one is unknown, or when the state cannot be read.
pub async fn findings(
    context: &Context,
    subjects: &[String],
) -> anyhow::Result<Vec<SubjectFindings>> {
    if subjects.is_empty() {
        return Err(Usage(
            "name a source, a table or a dataset: `debouches status` lists those with findings"
                .to_owned(),
        )
        .into());
    }
    let selection = Selection::of(&context.pipeline, subjects)?;
    let is_named = |name: &str| subjects.iter().any(|subject| subject == name);
    let datasets: Vec<&DatasetConfig> = selection
        .datasets
        .iter()
        .copied()
        .filter(|dataset| is_named(dataset.id().as_str()))
        .collect();
    let is_wanted = |table: &str| {
        is_named(table)
            || datasets.iter().any(|dataset| {
                let mut tables = dataset.tables.iter();
                tables.any(|spec| spec.id.as_str() == table)
            })
    };
    let is_wanted_source =
        |source: &Source| is_wanted(source.spec.id.as_str()) || is_named(source.id().as_str());
    let mut all = Vec::new();
    for source in &selection.sources {
        let is_listed = all
            .iter()
            .any(|listed: &SubjectFindings| listed.subject == source.spec.id.as_str());
        if is_wanted_source(source) && !is_listed {
            let target = validate::target(context, source).await;
            all.extend(of_target(context, target.map(|(target, _)| target)).await?);
        }
    }
    for spec in selection.enriched() {
        if is_wanted(spec.id.as_str()) {
            all.extend(of_target(context, enrich::target(context, spec).await).await?);
        }
    }
    for dataset in datasets {
        if let Some(artefact) = last_refusal(context, dataset).await? {
            all.push(read(&artefact, true).await?);
        }
    }
    Ok(all)
}

/// The findings of what a stage made, or refused, of its present inputs; none when it made nothing yet.
async fn of_target(
    context: &Context,
    target: anyhow::Result<Target>,
) -> anyhow::Result<Option<SubjectFindings>> {
    let Ok(target) = target else {
        return Ok(None);
    };
    match target.find(&context.store).await? {
        Known::Made(artefact) => Ok(Some(read(&artefact, false).await?)),
        Known::Refused(artefact) => Ok(Some(read(&artefact, true).await?)),
        Known::Nothing => Ok(None),
    }
}

/// The newest refusal of a dataset that kept its findings.
///
/// # Errors
/// Fails when the state cannot be read.
pub async fn last_refusal(
    context: &Context,
    dataset: &DatasetConfig,
) -> anyhow::Result<Option<Artefact>> {
    let id = dataset.id().as_str();
    let mut newest: Option<Artefact> = None;
    for key in context.store.list_rejected(Stage::Package, id).await? {
        let Some(artefact) = context.store.find(&key).await? else {
            continue;
        };
        // What is kept of a purged release has no findings.
        if artefact.manifest().file(FINDINGS_FILE).is_none() {
            continue;
        }
        let at = artefact.manifest().created_at;
        let is_newer = newest
            .as_ref()
            .is_none_or(|known| at >= known.manifest().created_at);
        if is_newer {
            newest = Some(artefact);
        }
    }
    Ok(newest)
}

/// The findings that an artefact keeps.
///
/// # Errors
/// Fails when the artefact cannot be read, or was altered.
pub async fn read(artefact: &Artefact, refused: bool) -> anyhow::Result<SubjectFindings> {
    let bytes = artefact.read(FINDINGS_FILE).await?;
    let key = artefact.key();
    let files = artefact.manifest().files.iter();
    let rows = files.filter(|file| file.path.starts_with(REFUSED_ROWS));
    Ok(SubjectFindings {
        stage: key.stage,
        subject: key.subject.clone(),
        refused,
        report: load_report(artefact).await?,
        findings: listed(&bytes).with_context(|| format!("cannot read the findings of {key}"))?,
        csv: artefact.location(FINDINGS_FILE),
        page: artefact.location(PAGE_FILE),
        rows: rows.map(|file| artefact.location(&file.path)).collect(),
    })
}

/// The lines of a `findings.csv`.
fn listed(bytes: &[u8]) -> anyhow::Result<Vec<ListedFinding>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(bytes);
    let mut listed = Vec::new();
    for record in reader.records() {
        let record = record?;
        let cell = |index: usize| record.get(index).unwrap_or_default().to_owned();
        listed.push(ListedFinding {
            code: cell(0),
            severity: cell(1),
            file: cell(2),
            line: cell(3),
            column: cell(4),
            key: cell(5),
            value: cell(6),
            expected: cell(7),
            message_fr: cell(8),
            message_en: cell(9),
        });
    }
    Ok(listed)
}
