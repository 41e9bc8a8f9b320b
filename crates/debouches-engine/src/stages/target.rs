//! What the stages have in common: is it made already, is it refused already, read it, write it.

use std::io::BufReader;

use anyhow::Context as _;
use debouches_enrich::Origin;
use debouches_model::spec::TableSpec;
use debouches_model::{
    About, ArtefactKey, Finding, Ingredients, InputRef, Lang, Manifest, Report, Stage, counted_en,
    escape,
};
use debouches_store::{Artefact, Draft, Lock, Spooled, Store};
use debouches_table::{Column, Table, read_ipc, write_ipc};
use debouches_validate::FILE_NOTE;

use crate::blocking::blocking;
use crate::stages::runner::{Done, Observed};
use crate::summary::{Outcome, Step};
use crate::workbench::Workbench;

/// Longest finding that a step tells, in characters.
const LONGEST: usize = 1000;

/// Name of the intermediate table in its artefact.
pub const TABLE_FILE: &str = "table.arrow";
/// The true values of counts under the threshold, beside the table.
const PRIVATE_FILE: &str = "private.arrow";
/// Name of the file that tells on which line of the source each row begins.
const LINES_FILE: &str = "lines.arrow";
const REPORT_FILE: &str = "report.json";
/// The report as a French page, to be mailed.
pub const PAGE_FILE: &str = "rapport.html";
const JUNIT_FILE: &str = "junit.xml";
/// The findings as a table.
pub const FINDINGS_FILE: &str = "findings.csv";

/// The output that a stage is about to make: its name says what it is made of.
#[derive(Debug, Clone)]
pub struct Target {
    /// The stage.
    pub stage: Stage,
    /// The table or dataset.
    pub subject: String,
    /// What decides the output.
    pub ingredients: Ingredients,
    /// The artefacts among them.
    pub inputs: Vec<InputRef>,
}

/// The step of a refusal: the first finding that decided it, where all of them are, and a remedy.
///
/// Without findings it was refused by an earlier run, from the same ingredients.
pub fn refusal(artefact: &Artefact, report: Report, findings: &[Finding], lang: Lang) -> Step {
    let decisive = |finding: &&Finding| {
        report
            .rules
            .iter()
            .any(|tally| tally.exceeded && tally.rule == finding.rule)
    };
    let exceeded: u64 = report
        .rules
        .iter()
        .filter(|tally| tally.exceeded)
        .map(|tally| tally.findings)
        .sum();
    let first = findings.iter().find(decisive);
    // The remedy is that of the rule that the message names.
    let rule = first.map(|finding| finding.rule).or_else(|| {
        let mut tallies = report.rules.iter();
        tallies.find(|tally| tally.exceeded).map(|tally| tally.rule)
    });
    let first = match (first, rule) {
        (Some(finding), _) => located(finding, lang),
        (None, Some(rule)) => format!("refused before, and nothing has changed since [{rule}]"),
        (None, None) => "refused before, and nothing has changed since".to_owned(),
    };
    let (all, page) = (
        artefact.location(FINDINGS_FILE),
        artefact.location(PAGE_FILE),
    );
    let key = artefact.key();
    let counted = counted_en(exceeded, "finding", "findings");
    let mut step = Step::refused(
        key.stage,
        &key.subject,
        format!("{counted}; {first} (all of them: {all}; to mail: {page})"),
    );
    step.hint = rule.map(|rule| rule.entry().remedy(lang).to_owned());
    step.with_report(report)
}

/// A finding as a sentence, behind its place; a sentence that names the file needs no other place than a line.
fn located(finding: &Finding, lang: Lang) -> String {
    let sentence = finding.sentence(lang);
    let is_named = finding.line.is_none()
        && finding
            .file
            .as_ref()
            .is_some_and(|file| sentence.contains(file));
    let location = if is_named {
        String::new()
    } else {
        finding.location()
    };
    // What others wrote is in it.
    let text = format!("{location} {sentence} [{}]", finding.rule);
    escape::line(text.trim_start(), LONGEST)
}

/// What a stage built from a table.
pub struct Built {
    /// None when the table is refused.
    pub table: Option<Table>,
    /// The counts that our threshold hid, with their true values: kept in the state, never published.
    pub private: Option<Table>,
    /// Where each row of the table comes from, when that is known.
    pub lines: Vec<u32>,
    /// The refused rows as received: for each file, its name and their number.
    pub refused_rows: Vec<(String, Spooled, u64)>,
    /// Title of the table or of the dataset, for the page.
    pub title: String,
    /// Specification of the table, for the page.
    pub spec: Option<&'static TableSpec>,
    /// Counts of rows and findings, and the verdict.
    pub report: Report,
    /// The findings themselves.
    pub findings: Vec<Finding>,
}

/// What the state already has of a target.
pub enum Known {
    /// It was built, and accepted.
    Made(Artefact),
    /// It was built, and refused.
    Refused(Artefact),
    /// It was never built.
    Nothing,
}

impl Target {
    /// Where an accepted output is.
    pub fn key(&self) -> ArtefactKey {
        ArtefactKey::new(self.stage, &self.subject, self.ingredients.fingerprint())
    }

    /// Where a refused output is.
    pub fn rejected_key(&self) -> ArtefactKey {
        ArtefactKey::rejected(self.stage, &self.subject, self.ingredients.fingerprint())
    }

    /// Finds the output in the state; a refusal counts, since the same ingredients would be refused again.
    ///
    /// # Errors
    /// Fails when the artefact cannot be read, or does not hold what it should.
    pub async fn find(&self, store: &Store) -> anyhow::Result<Known> {
        if let Some(artefact) = store.find(&self.key()).await? {
            return Ok(Known::Made(artefact));
        }
        Ok(store
            .find(&self.rejected_key())
            .await?
            .map_or(Known::Nothing, Known::Refused))
    }

    /// The step of an output that the state has already; none when it is to be built, or built again.
    ///
    /// # Errors
    /// Fails when the state cannot be read, or when a former output cannot be discarded.
    pub async fn settled(
        &self,
        bench: &Workbench<'_>,
        lock: &Lock,
    ) -> anyhow::Result<Option<Step>> {
        if bench.force {
            bench.store.discard(&self.key(), lock).await?;
            bench.store.discard(&self.rejected_key(), lock).await?;
        }
        Ok(match self.find(bench.store).await? {
            Known::Made(artefact) => {
                let report = load_report(&artefact).await?;
                let detail = format!("{} rows, unchanged", report.rows.kept);
                Some(
                    Step::new(self.stage, &self.subject, Outcome::Kept, detail).with_report(report),
                )
            }
            Known::Refused(artefact) => {
                let report = load_report(&artefact).await?;
                Some(refusal(&artefact, report, &[], bench.lang))
            }
            Known::Nothing => None,
        })
    }

    /// Commits what a stage built from a table; without table, a refusal.
    ///
    /// # Errors
    /// Fails when the state cannot be written.
    pub async fn commit(
        self,
        bench: &Workbench<'_>,
        built: &mut Built,
    ) -> anyhow::Result<Artefact> {
        let key = if built.table.is_some() {
            self.key()
        } else {
            self.rejected_key()
        };
        let draft = bench.store.draft(key.clone())?;
        if let Some(table) = built.table.take() {
            write_table(&draft, TABLE_FILE, table).await?;
            if let Some(private) = built.private.take() {
                write_table(&draft, PRIVATE_FILE, private).await?;
            }
            if !built.lines.is_empty() {
                write_table(&draft, LINES_FILE, lines_table(&built.lines)?).await?;
            }
        }
        let about = About {
            title: &built.title,
            spec: built.spec,
            has_refused_rows: !built.refused_rows.is_empty(),
        };
        for (name, spooled, rows) in built.refused_rows.drain(..) {
            draft.take(spooled, &name, "text/csv", Some(rows))?;
        }
        write_texts(&draft, about, &built.report, &built.findings)?;
        let mut manifest = Manifest::new(&key, bench.tool.clone(), bench.clock.now());
        manifest.ingredients = self.ingredients;
        manifest.inputs = self.inputs;
        Ok(draft.commit(manifest).await?)
    }

    /// Commits what a stage built from a table, and tells how it ended: `detail` when it is kept, else the refusal.
    ///
    /// # Errors
    /// Fails when the state cannot be written.
    pub async fn conclude(
        self,
        bench: &Workbench<'_>,
        mut built: Built,
        detail: String,
    ) -> anyhow::Result<Done> {
        let (stage, subject) = (self.stage, self.subject.clone());
        let artefact = self.commit(bench, &mut built).await?;
        let Built {
            report, findings, ..
        } = built;
        Ok(Done::from(if report.is_refused() {
            refusal(&artefact, report, &findings, bench.lang)
        } else {
            Step::new(stage, subject, Outcome::Made, detail).with_report(report)
        }))
    }

    /// The output that a stage would build from what it observed of a table.
    pub fn of<I>(stage: Stage, subject: impl ToString, observed: &Observed<I>) -> Self {
        Self {
            stage,
            subject: subject.to_string(),
            ingredients: observed.ingredients.clone(),
            inputs: observed.lineage.clone(),
        }
    }
}

async fn write_table(draft: &Draft, name: &str, table: Table) -> anyhow::Result<()> {
    let mut file = draft.file(name, "application/vnd.apache.arrow.file")?;
    blocking(move || {
        write_ipc(&table, &mut file)?;
        file.finish(Some(table.rows() as u64))
            .context("cannot finish the table")?;
        Ok(())
    })
    .await
}

/// The lines as a table of one column; a file of more than two thousand million lines has none past that.
fn lines_table(lines: &[u32]) -> anyhow::Result<Table> {
    let mut table = Table::new(lines.len());
    let column = lines.iter().map(|line| i32::try_from(*line).ok()).collect();
    table.set("line", Column::Integer(column))?;
    Ok(table)
}

fn write_texts(
    draft: &Draft,
    about: About<'_>,
    report: &Report,
    findings: &[Finding],
) -> anyhow::Result<()> {
    let json = serde_json::to_string_pretty(report).expect("a report is always written") + "\n";
    draft.write(REPORT_FILE, "application/json", json.as_bytes())?;
    draft.write(
        FINDINGS_FILE,
        "text/csv",
        Report::findings_csv(findings).as_bytes(),
    )?;
    draft.write(
        PAGE_FILE,
        "text/html",
        report.html(about, findings).as_bytes(),
    )?;
    // In French whatever the language of the run: the same ingredients give the same bytes.
    draft.write(
        JUNIT_FILE,
        "application/xml",
        report.junit(findings, Lang::Fr).as_bytes(),
    )?;
    Ok(())
}

/// The report of an artefact.
///
/// # Errors
/// Fails when the artefact cannot be read, or does not hold what it should.
pub async fn load_report(artefact: &Artefact) -> anyhow::Result<Report> {
    let bytes = artefact.read(REPORT_FILE).await?;
    serde_json::from_slice(&bytes)
        .with_context(|| format!("cannot read the report of {}", artefact.key()))
}

/// The table of an artefact, hashed again before it is read.
///
/// # Errors
/// Fails when the artefact cannot be read, or does not hold what it should.
pub async fn load_table(bench: &Workbench<'_>, artefact: &Artefact) -> anyhow::Result<Table> {
    let bytes = artefact
        .manifest()
        .file(TABLE_FILE)
        .map_or(0, |file| file.bytes);
    bench.check_memory(&artefact.key().subject, bytes)?;
    let file = artefact.open_file(TABLE_FILE).await?.into_file();
    let key = artefact.key().clone();
    blocking(move || {
        read_ipc(BufReader::with_capacity(1 << 20, file))
            .with_context(|| format!("cannot read the table of {key}"))
    })
    .await
}

/// The counts that our threshold hid in an enriched table, with their true values; none when it hid none.
pub async fn load_private(artefact: &Artefact) -> anyhow::Result<Option<Table>> {
    if artefact.manifest().file(PRIVATE_FILE).is_none() {
        return Ok(None);
    }
    let file = artefact.open_file(PRIVATE_FILE).await?.into_file();
    let key = artefact.key().clone();
    blocking(move || {
        read_ipc(BufReader::with_capacity(1 << 20, file))
            .map(Some)
            .with_context(|| format!("cannot read the private counts of {key}"))
    })
    .await
}

/// Where the rows of a validated table come from, when its artefact tells it.
///
/// # Errors
/// Fails when the artefact cannot be read, or does not hold what it should.
pub async fn load_origin(artefact: &Artefact) -> anyhow::Result<Option<Origin>> {
    if artefact.manifest().file(LINES_FILE).is_none() {
        return Ok(None);
    }
    let file = load_report(artefact)
        .await?
        .notes
        .remove(FILE_NOTE)
        .unwrap_or_default();
    let lines = artefact.open_file(LINES_FILE).await?.into_file();
    let table = blocking(move || Ok(read_ipc(BufReader::with_capacity(1 << 20, lines))?)).await?;
    let lines = table.integers("line")?;
    let line = |row| {
        lines
            .get(row)
            .and_then(|line| u32::try_from(line).ok())
            .unwrap_or_default()
    };
    Ok(Some(Origin {
        file,
        lines: (0..table.rows()).map(line).collect(),
    }))
}
