//! What a stage is, and how one runs: observe, fingerprint, work, commit.

use debouches_model::{Event, Ingredients, InputRef, Observer, Stage as StageName};
use debouches_store::Lock;

use crate::summary::{DatasetLine, Step, Summary};

/// A stage: it works on a subject only when no output was built from what it observes.
#[expect(
    async_fn_in_trait,
    reason = "the runner awaits a stage where it is; nothing is spawned"
)]
pub trait Stage {
    /// Its name.
    const NAME: StageName;
    /// What it works on: a source, a table, a dataset.
    type Subject: Copy;
    /// Inputs, opened or located.
    type Inputs;
    /// An output that is built and not committed.
    type Output;

    /// The name of a subject.
    fn name(&self, subject: Self::Subject) -> String;

    /// Why a subject cannot be worked on in this run: an earlier stage did not deliver.
    async fn blocked(
        &self,
        _subject: Self::Subject,
        _summary: &Summary,
    ) -> anyhow::Result<Option<String>> {
        Ok(None)
    }

    /// Finds the inputs of a subject. Their fingerprint decides whether anything is to be done.
    async fn observe(&self, subject: Self::Subject) -> anyhow::Result<Observed<Self::Inputs>>;

    /// The end of the run for a subject whose output exists already; none when there is work.
    async fn settled(
        &self,
        subject: Self::Subject,
        observed: &Observed<Self::Inputs>,
        lock: &Lock,
    ) -> anyhow::Result<Option<Done>>;

    /// Builds the output.
    async fn work(
        &self,
        subject: Self::Subject,
        observed: &Observed<Self::Inputs>,
        lock: &Lock,
    ) -> anyhow::Result<Worked<Self::Output>>;

    /// Makes the output visible to the next stage, its manifest last.
    async fn commit(
        &self,
        subject: Self::Subject,
        observed: Observed<Self::Inputs>,
        output: Self::Output,
    ) -> anyhow::Result<Done>;
}

/// What a stage observed of a subject.
pub struct Observed<I> {
    /// Everything that decides the output; its digest is the fingerprint.
    pub ingredients: Ingredients,
    /// The artefacts among them, for the lineage.
    pub lineage: Vec<InputRef>,
    /// The inputs themselves.
    pub inputs: I,
}

/// What working gave.
#[expect(
    clippy::large_enum_variant,
    reason = "one for each subject, and never in a list"
)]
pub enum Worked<T> {
    /// An output to commit.
    Output(T),
    /// Nothing to commit: the step says why.
    Settled(Done),
}

/// How a stage ended for a subject.
pub struct Done {
    /// For the summary of the run.
    pub step: Step,
    /// The release that stands for a dataset now.
    pub dataset: Option<DatasetLine>,
}

impl From<Step> for Done {
    fn from(step: Step) -> Self {
        Self {
            step,
            dataset: None,
        }
    }
}

/// Runs a stage on subjects, one after the other. What goes wrong with one is its step, and does not stop the others.
pub async fn run<S: Stage>(
    stage: &S,
    subjects: impl IntoIterator<Item = S::Subject>,
    observer: &dyn Observer,
    lock: &Lock,
    summary: &mut Summary,
) {
    for subject in subjects {
        let name = &stage.name(subject);
        observer.on(Event::Subject { name });
        match stage.blocked(subject, summary).await {
            Ok(None) => {}
            Ok(Some(why)) => {
                summary.push(Step::skipped(S::NAME, stage.name(subject), why));
                continue;
            }
            Err(error) => {
                summary.push(Step::failed(S::NAME, stage.name(subject), &error));
                continue;
            }
        }
        match one(stage, subject, lock).await {
            Ok(Done { step, dataset }) => {
                summary.push(step);
                summary.datasets.extend(dataset);
            }
            Err(error) => summary.push(Step::failed(S::NAME, stage.name(subject), &error)),
        }
    }
}

/// Runs a stage on one subject.
///
/// # Errors
/// Fails as the stage does; data that is refused is a step.
pub async fn one<S: Stage>(stage: &S, subject: S::Subject, lock: &Lock) -> anyhow::Result<Done> {
    let observed = stage.observe(subject).await?;
    if let Some(done) = stage.settled(subject, &observed, lock).await? {
        return Ok(done);
    }
    match stage.work(subject, &observed, lock).await? {
        Worked::Output(output) => stage.commit(subject, observed, output).await,
        Worked::Settled(done) => Ok(done),
    }
}
