//! Tagged tables to a release.

mod candidate;
mod decision;
mod ingredients;
mod upstream;

use std::collections::BTreeMap;

use anyhow::Context as _;
use debouches_model::{Ingredients, Stage as StageName, Version};
use debouches_release::{
    Decision, DiffReport, EarlierRelease, Outline, RECORD_FILE, ReleaseChange, ReleaseDecision,
    ReleaseFacts, ReleaseRecord, Retracted, VersionRule,
};
use debouches_store::{Artefact, Lock};

use self::candidate::references_moved;
use super::runner::{self, Done, Observed, Stage, Worked};
use crate::checks::disclosure::Earlier;
use crate::checks::drift;
use crate::config::DatasetConfig;
use crate::context::Context;
use crate::graph::Graph;
use crate::releases::{discard_if_altered, is_current, latest};
use crate::retraction::{
    RetractedRelease, check_data, made_again, newest, past, retracted_releases, same_content,
};
use crate::selection::Selection;
use crate::signing::{signed, signer};
use crate::summary::{DatasetLine, Outcome, Step, Summary};

pub use candidate::{Candidate, changes_of};
pub use decision::{announcements, changelogs};
pub use ingredients::ingredients;
pub use upstream::{waiting_text, waits_for};

/// The stage that makes a release of enriched tables.
pub struct Package<'a> {
    context: &'a Context,
    /// Releases to judge beside; none for all those of the state.
    beside: Option<Vec<EarlierRelease>>,
}

impl<'a> Package<'a> {
    /// The stage as a run has it.
    pub fn of(context: &'a Context) -> Self {
        Self {
            context,
            beside: None,
        }
    }

    /// The stage as it was when these releases were there and no other: for a release made again.
    pub fn beside(context: &'a Context, earlier: Vec<EarlierRelease>) -> Self {
        Self {
            context,
            beside: Some(earlier),
        }
    }
}

/// What a release is made of.
pub struct Inputs {
    /// The enriched tables.
    tables: Vec<Artefact>,
    /// Releases to judge beside: those of the release that the same inputs gave, when it is made again.
    beside: Option<Vec<EarlierRelease>>,
}

/// Packages the datasets of a selection, each behind those that it reads.
///
/// # Errors
/// Fails when two datasets read each other; what goes wrong with a dataset is a step of the summary.
pub async fn run(
    context: &Context,
    selection: &Selection<'_>,
    lock: &Lock,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    let wanted: Vec<&DatasetConfig> = context
        .pipeline
        .datasets
        .iter()
        .filter(|dataset| {
            let mut selected = selection.datasets.iter().chain(&selection.judged);
            selected.any(|wanted| wanted.id() == dataset.id())
        })
        .collect();
    let datasets = Graph::of(&context.pipeline).in_order(&wanted)?;
    let package = Package::of(context);
    runner::run(&package, datasets, &*context.observer, lock, summary).await;
    let order = |line: &DatasetLine| {
        wanted
            .iter()
            .position(|dataset| dataset.id().as_str() == line.dataset)
    };
    summary.datasets.sort_by_key(order);
    Ok(())
}

/// A release that is decided and not committed.
pub struct Decided<'a> {
    candidate: Candidate<'a>,
    outline: Outline,
    ruling: drift::Ruling,
}

impl<'a> Stage for Package<'a> {
    const NAME: StageName = StageName::Package;
    type Subject = &'a DatasetConfig;
    type Inputs = Inputs;
    type Output = Decided<'a>;

    fn name(&self, dataset: &'a DatasetConfig) -> String {
        dataset.id().to_string()
    }

    async fn blocked(
        &self,
        dataset: &'a DatasetConfig,
        summary: &Summary,
    ) -> anyhow::Result<Option<String>> {
        let mut tables = dataset.tables.iter();
        if let Some(spec) = tables.find(|spec| !summary.passed(StageName::Enrich, spec.id.as_str()))
        {
            return Ok(Some(format!(
                "table {} did not get here: what is published stays as it is",
                spec.id
            )));
        }
        // What is released already of the same rows stays.
        if let Ok((now, _)) = ingredients(self.context, dataset).await
            && let Some(release) = latest(self.context, dataset.id().as_str()).await?
            && is_current(self.context, &release, &now).await?
        {
            return Ok(None);
        }
        let upstream = waits_for(self.context, dataset).await?;
        Ok(upstream.map(|upstream| format!("{}; what is published stays", waiting_text(upstream))))
    }

    async fn observe(&self, dataset: &'a DatasetConfig) -> anyhow::Result<Observed<Self::Inputs>> {
        let (ingredients, tables) = ingredients(self.context, dataset).await?;
        Ok(Observed {
            lineage: tables
                .iter()
                .map(|table| table.manifest().as_input())
                .collect(),
            inputs: Inputs {
                beside: self.judged_before(dataset, &ingredients).await?,
                tables,
            },
            ingredients,
        })
    }

    async fn settled(
        &self,
        dataset: &'a DatasetConfig,
        observed: &Observed<Self::Inputs>,
        lock: &Lock,
    ) -> anyhow::Result<Option<Done>> {
        let (context, ingredients) = (self.context, &observed.ingredients);
        let mut last = latest(context, dataset.id().as_str()).await?;
        if context.options.force {
            last = discard_if_altered(context, last, lock).await?;
        } else if let Some(release) = &last
            && is_current(context, release, ingredients).await?
        {
            let detail = format!("version {}, unchanged", release.key().id);
            return Ok(Some(kept(dataset, detail, last.as_ref())));
        }
        let earlier_retracted = retracted_releases(context, dataset.id()).await?;
        let earlier = made_again(context, &earlier_retracted, ingredients).await?;
        Ok(earlier.map(|earlier| kept(dataset, earlier.description(), last.as_ref())))
    }

    async fn work(
        &self,
        dataset: &'a DatasetConfig,
        observed: &Observed<Self::Inputs>,
        _lock: &Lock,
    ) -> anyhow::Result<Worked<Decided<'a>>> {
        let context = self.context;
        // A key that cannot sign is an error before anything is written.
        signer(context)?;
        let last = latest(context, dataset.id().as_str()).await?;
        let earlier_retracted = retracted_releases(context, dataset.id()).await?;
        let Inputs { tables, beside } = &observed.inputs;
        let earlier = match beside {
            Some(names) => Earlier::still_there(context, names).await?,
            None => Earlier::of_state(context).await?,
        };
        let candidate = Candidate::build(context, dataset, tables, earlier).await?;
        if let Some(earlier) = same_content(context, &earlier_retracted, &candidate.record).await? {
            return Ok(Worked::Settled(kept(
                dataset,
                earlier.description(),
                last.as_ref(),
            )));
        }
        check_data(context, candidate.published()?).await?;
        let record = match &last {
            Some(release) => Some(ReleaseRecord::read(&release.read(RECORD_FILE).await?)?),
            None => None,
        };
        let rule = VersionRule {
            last: record.as_ref(),
        };
        let (ruled, change, changes) = match rule.decide(&candidate.record) {
            Decision::Unchanged(version) => {
                let release = last.context("an unchanged release exists")?;
                self.note_equivalent(&release, observed).await?;
                let detail = format!("version {version}, same content");
                return Ok(Worked::Settled(kept(dataset, detail, Some(&release))));
            }
            Decision::New {
                version,
                change,
                changes,
            } => (version, change, changes),
        };
        let cause = match &last {
            Some(release) => references_moved(context, release, tables).await?,
            None => None,
        };
        let ruling = drift::rule(context, dataset, &candidate.profile()).await?;
        if ruling.is_refused() {
            let refused = drift::RefusedCandidate {
                dataset,
                ingredients: &observed.ingredients,
                inputs: observed.lineage.clone(),
                cause: cause.as_ref(),
            };
            let step = ruling.refuse(context, refused).await?;
            return Ok(Worked::Settled(step.into()));
        }
        // Rows are compared once they may be published: it is long, and decides the number and the changelog.
        let (ruled, change, changes) = match (&last, change) {
            (Some(release), Some(change)) => {
                let specs = context.pipeline.domain.tables;
                let report = candidate.compared_with(specs, release).await?;
                let (version, change) = rule.weighed(change, &report);
                let changes = cause.into_iter().chain(changes_of(&report, changes));
                (version, Some(change), changes.collect())
            }
            _ => (ruled, change, changes),
        };
        let reports = match change {
            Some(_) => BTreeMap::new(),
            None => compared_with_retracted(context, &candidate, &earlier_retracted).await?,
        };
        let (ruled, change, changes) = past(
            &earlier_retracted,
            &candidate.record,
            &reports,
            (ruled, change, changes),
        );
        let options = &context.options.release;
        let version =
            decision::chosen(options, &rule, (ruled, change), newest(&earlier_retracted))?;
        let broken = decision::breaking(options, &rule, &candidate.record)?;
        let mut changes: Vec<ReleaseChange> = changes;
        changes.extend(announcements(dataset, record.as_ref()));
        let known = record.as_ref().map(|record| &record.facts);
        let retracted: Vec<Retracted> = earlier_retracted
            .iter()
            .map(RetractedRelease::as_fact)
            .collect();
        let new = retracted
            .iter()
            .filter(|retracted| !known.is_some_and(|facts| facts.retracted.contains(retracted)));
        let new = new.map(|retracted| ReleaseDecision::Retraction {
            retracted: retracted.clone(),
        });
        let decisions = broken
            .into_iter()
            .chain(new)
            .chain(ruling.decisions())
            .collect();
        let set_aside = candidate.set_aside();
        let published_before = candidate.published_before.clone();
        Ok(Worked::Output(Decided {
            candidate,
            outline: Outline {
                version,
                facts: ReleaseFacts {
                    previous: record.as_ref().map(|record| record.version),
                    changes,
                    decisions,
                    retracted,
                    set_aside,
                    published_before,
                },
                changelogs: changelogs(last.as_ref()).await?,
            },
            ruling,
        }))
    }

    async fn commit(
        &self,
        dataset: &'a DatasetConfig,
        observed: Observed<Self::Inputs>,
        decided: Decided<'a>,
    ) -> anyhow::Result<Done> {
        let Decided {
            candidate,
            outline,
            ruling,
        } = decided;
        let version = outline.version;
        let described = candidate.describe(&outline);
        let mut texts = described.texts;
        if let Some(key) = signer(self.context)? {
            texts.extend(signed(&key, dataset, version, &texts));
        }
        let release = candidate
            .commit(self.context, version, &texts, |manifest| {
                manifest.ingredients = observed.ingredients;
                manifest.inputs = observed.lineage;
                manifest.waivers = ruling.waivers();
                manifest.release = Some(described.notice);
            })
            .await?;
        let lang = self.context.options.lang;
        let reasons = outline.facts.sentences();
        let first: Vec<&str> = reasons
            .iter()
            .take(3)
            .map(|reason| reason.get(lang))
            .collect();
        let detail = format!("version {version}: {}", first.join(" "));
        Ok(Done {
            step: Step::new(Self::NAME, dataset.id(), Outcome::Made, detail),
            dataset: Some(dataset_line(&release)),
        })
    }
}

impl Package<'_> {
    /// The releases beside which the newest release was judged, when these ingredients made it and it is asked for again: made
    /// beside others, its bytes would be others. None when its record or one of them cannot be read any more.
    async fn judged_before(
        &self,
        dataset: &DatasetConfig,
        ingredients: &Ingredients,
    ) -> anyhow::Result<Option<Vec<EarlierRelease>>> {
        if self.beside.is_some() || !self.context.options.force {
            return Ok(self.beside.clone());
        }
        let Some(release) = latest(self.context, dataset.id().as_str()).await? else {
            return Ok(None);
        };
        if !is_current(self.context, &release, ingredients).await? {
            return Ok(None);
        }
        let bytes = release.read(RECORD_FILE).await.ok();
        let record = bytes.and_then(|bytes| ReleaseRecord::read(&bytes).ok());
        let Some(names) = record.map(|record| record.facts.published_before) else {
            return Ok(None);
        };
        // Fails closed: where the state has lost one of them, all that it has is judged beside.
        let there = Earlier::still_there(self.context, &names).await?.names();
        Ok((there == names).then_some(names))
    }

    /// Notes that these inputs too give the content of a release, so that the next run knows.
    async fn note_equivalent<I>(
        &self,
        release: &Artefact,
        observed: &Observed<I>,
    ) -> anyhow::Result<()> {
        let ingredients = &observed.ingredients;
        if !is_current(self.context, release, ingredients).await? {
            let mut journal = self.context.store.journal(release.key()).await?;
            journal.append(ingredients.fingerprint().as_str()).await?;
        }
        Ok(())
    }
}

/// The rows of a candidate compared with those of each retracted release whose files are there.
async fn compared_with_retracted(
    context: &Context,
    candidate: &Candidate<'_>,
    retracted: &[RetractedRelease],
) -> anyhow::Result<BTreeMap<Version, DiffReport>> {
    let mut reports = BTreeMap::new();
    for item in retracted {
        if let Some(release) = item.release() {
            let specs = context.pipeline.domain.tables;
            let report = candidate.compared_with(specs, release).await?;
            reports.insert(item.version(), report);
        }
    }
    Ok(reports)
}

/// The end for a dataset whose release stays.
fn kept(dataset: &DatasetConfig, detail: String, release: Option<&Artefact>) -> Done {
    Done {
        step: Step::new(StageName::Package, dataset.id(), Outcome::Kept, detail),
        dataset: release.map(dataset_line),
    }
}

fn dataset_line(release: &Artefact) -> DatasetLine {
    let files = &release.manifest().files;
    let tables = files
        .iter()
        .filter_map(|file| Some((file.path.strip_suffix(".csv")?.to_owned(), file.rows?)));
    // A CSV by région is not a table.
    let tables = tables.filter(|(table, _)| !table.contains('.'));
    DatasetLine {
        dataset: release.key().subject.clone(),
        version: release.key().id.parse().unwrap_or(Version::FIRST),
        rows: tables.collect(),
        folder: release.location(""),
        address: None,
    }
}
