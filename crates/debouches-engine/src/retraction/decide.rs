//! A retraction as a person decides it: planned, noted in the register, then applied to everything that readers see.

use debouches_model::{ArtefactKey, DatasetId, Decree, FileEntry, Stage, Version, Withdrawal};
use debouches_store::{Artefact, Lock};

use super::{data, keep_tombstone, note};
use crate::config::DatasetConfig;
use crate::context::Context;
use crate::failure::Usage;
use crate::named::only_dataset;
use crate::selection::Selection;
use crate::stages;
use crate::summary::{Outcome, Step, Summary};

/// A retraction that is planned: what it is about, and what it would do.
pub struct Retraction {
    subject: Subject,
    decision: Decree,
    /// Whether the register says so already: then it is only applied again.
    is_settled: bool,
    story: String,
    /// The same in the conditional, for whoever has not decided yet.
    proposal: String,
}

/// Who decides a retraction, and why; both are published.
#[derive(Debug, Clone)]
pub struct Grounds {
    /// Who decides.
    pub by: String,
    /// Why, or on what legal basis, in French.
    pub reason: String,
}

impl Retraction {
    /// Plans a yank, or its undoing: `name` is a version or `DATASET@VERSION`.
    ///
    /// # Errors
    /// Fails when there is no such release, or when its bytes were removed.
    pub async fn yank(
        context: &Context,
        name: &str,
        dataset: Option<&str>,
        undo: bool,
    ) -> anyhow::Result<Self> {
        let subject = Subject::find(context, name, dataset).await?;
        let (id, version) = (subject.dataset.id(), subject.version);
        let decision = if undo { Decree::Unyank } else { Decree::Yank };
        let standing = subject.standing.as_ref().map(|standing| standing.decision);
        let settled = match (decision, standing) {
            (_, Some(Decree::Purge)) => {
                return Err(Usage(format!(
                    "{id} {version} was purged: its bytes are gone, and it stays withdrawn"
                ))
                .into());
            }
            (Decree::Unyank, None) => Some("is not withdrawn"),
            (Decree::Yank | Decree::Purge | Decree::Lift, Some(_)) => Some("is withdrawn already"),
            (Decree::Unyank, Some(_)) | (Decree::Yank | Decree::Purge | Decree::Lift, None) => None,
        };
        if settled.is_none() && subject.release.is_none() {
            return Err(Usage(format!("there is no release {id} {version} in the state")).into());
        }
        let lead = match settled {
            Some(settled) => format!("{id} {version} {settled}"),
            None if undo => format!("{id} {version} may be used again"),
            None => format!("{id} {version} is withdrawn; its bytes stay"),
        };
        let after = subject.leads_to(context, undo).await?;
        let proposed = match settled {
            Some(settled) => format!("{id} {version} {settled}"),
            None if undo => format!("{id} {version} could be used again"),
            None => format!("{id} {version} would be withdrawn; its bytes would stay"),
        };
        Ok(Self {
            story: format!("{lead}; {after}"),
            proposal: format!("{proposed}; {}", conditional(&after)),
            decision,
            is_settled: settled.is_some(),
            subject,
        })
    }

    /// Plans to let the data of a retracted release be published again, in another release.
    ///
    /// # Errors
    /// Fails when nothing of it is forbidden.
    pub async fn lift(context: &Context, name: &str) -> anyhow::Result<Self> {
        if !name.contains('@') {
            return Err(Usage(format!("`{name}`: DATASET@VERSION is expected")).into());
        }
        let subject = Subject::find(context, name, None).await?;
        let (id, version) = (subject.dataset.id(), subject.version);
        if subject.standing.is_none() {
            return Err(Usage(format!("{id} {version} is not withdrawn")).into());
        }
        let is_settled = context.retracted().await?.is_lifted(id, version);
        let lead = if is_settled {
            "may be published again already"
        } else {
            "may be published again"
        };
        Ok(Self {
            story: format!(
                "the data of {id} {version} {lead}, in another release; {version} itself stays withdrawn"
            ),
            proposal: format!(
                "the data of {id} {version} could be published again, in another release"
            ),
            decision: Decree::Lift,
            is_settled,
            subject,
        })
    }

    /// Plans the removal of the bytes of a release, everywhere and for ever.
    ///
    /// # Errors
    /// Fails when there is no such release.
    pub async fn purge(
        context: &Context,
        name: &str,
        dataset: Option<&str>,
    ) -> anyhow::Result<Self> {
        let subject = Subject::find(context, name, dataset).await?;
        let (id, version) = (subject.dataset.id(), subject.version);
        let standing = subject.standing.as_ref().map(|standing| standing.decision);
        let is_settled = standing == Some(Decree::Purge);
        if subject.release.is_none() && !is_settled {
            return Err(Usage(format!("there is no release {id} {version} in the state")).into());
        }
        let locations = subject.locations(context);
        let after = subject.leads_to(context, false).await?;
        let story = format!(
            "{id} {version} is purged: its bytes are removed from {locations}, for ever; {after}. Kept: \
             its digests and the counts that readers saw, for the disclosure audit; what it was made of (snapshots, tables of the stages), \
             which other releases may share"
        );
        let proposal = format!(
            "{id} {version} would be purged: its bytes would be removed from {locations}, for ever; {}",
            conditional(&after)
        );
        Ok(Self {
            story,
            proposal,
            decision: Decree::Purge,
            is_settled,
            subject,
        })
    }

    /// What it would do, in a sentence.
    pub fn proposal(&self) -> &str {
        &self.proposal
    }

    /// What it does, in a sentence.
    pub fn story(&self) -> &str {
        &self.story
    }

    /// The command that was given, for the lock and the record of the run.
    pub fn command(&self) -> String {
        let (id, version) = (self.subject.dataset.id(), self.subject.version);
        match self.decision {
            Decree::Yank => format!("debouches yank {id}@{version}"),
            Decree::Unyank => format!("debouches yank {id}@{version} --undo"),
            Decree::Purge => format!("debouches purge {id}@{version}"),
            Decree::Lift => format!("debouches retract --lift {id}@{version}"),
        }
    }

    /// The files whose bytes it removes; none unless it is a purge.
    pub fn removed_files(&self) -> &[FileEntry] {
        match (&self.subject.release, self.decision) {
            (Some(release), Decree::Purge) => &release.manifest().files,
            (_, Decree::Purge | Decree::Yank | Decree::Unyank | Decree::Lift) => &[],
        }
    }

    /// Notes the decision in the register, unless it is there. The context has to be opened again to see it.
    ///
    /// # Errors
    /// Fails when the state cannot be written.
    pub async fn note(
        &self,
        context: &Context,
        grounds: Grounds,
        lock: &Lock,
    ) -> anyhow::Result<()> {
        let Subject {
            dataset,
            version,
            release,
            ..
        } = &self.subject;
        if self.is_settled {
            // Stopped after the decision was noted: what is left of a purged release may not be kept yet.
            if self.decision == Decree::Purge
                && let Some(release) = release
            {
                keep_tombstone(context, dataset, release).await?;
            }
            return Ok(());
        }
        let (tables, rows) = match (self.decision, release) {
            (Decree::Yank | Decree::Purge, Some(release)) => {
                data::of_release(context, dataset, release).await?
            }
            _ => (Vec::new(), Vec::new()),
        };
        let withdrawal = Withdrawal {
            format: Withdrawal::FORMAT,
            decision: self.decision,
            dataset: dataset.id().clone(),
            version: *version,
            at: context.clock.now(),
            by: grounds.by,
            reason: grounds.reason,
            fingerprint: release
                .as_ref()
                .map(|release| release.manifest().ingredients.fingerprint()),
            files: self.removed_files().to_vec(),
            tables,
        };
        note::note(context, &withdrawal, rows, lock).await?;
        // After the register: a tombstone without its decision is a register that forgot.
        if self.decision == Decree::Purge
            && let Some(release) = release
        {
            keep_tombstone(context, dataset, release).await?;
        }
        Ok(())
    }

    /// Moves what readers see and removes the bytes of a purged release. Stopped midway, the same decision completes it.
    ///
    /// # Errors
    /// Fails when the state cannot be written; a portal that did not follow is a step of the summary.
    pub async fn apply(
        &self,
        context: &Context,
        lock: &Lock,
        summary: &mut Summary,
    ) -> anyhow::Result<()> {
        let id = self.subject.dataset.id();
        if self.decision == Decree::Lift {
            summary.push(Step::new(Stage::Package, id, Outcome::Made, &self.story));
            return Ok(());
        }
        let purged = self
            .subject
            .release
            .as_ref()
            .filter(|_| self.decision == Decree::Purge);
        let selection = Selection::of(&context.pipeline, &[id.to_string()])?;
        stages::publish::led_elsewhere(context, &selection, purged, lock, summary).await;
        if summary.exit_code() != 0 {
            let detail = "what readers see did not move everywhere: give the same command again";
            summary.push(Step::skipped(Stage::Package, id, detail));
            return Ok(());
        }
        if let Some(release) = purged {
            if let Some(hosting) = &self.subject.dataset.hosting {
                stages::publish::remove_hosted(context, hosting, release).await?;
            }
            context.store.discard(release.key(), lock).await?;
        }
        summary.push(Step::new(Stage::Package, id, Outcome::Made, &self.story));
        Ok(())
    }
}

/// A release that somebody decides about.
struct Subject {
    dataset: DatasetConfig,
    version: Version,
    /// None once it was purged.
    release: Option<Artefact>,
    standing: Option<Withdrawal>,
}

impl Subject {
    async fn find(context: &Context, name: &str, dataset: Option<&str>) -> anyhow::Result<Self> {
        let (dataset, version) = match name.split_once('@') {
            Some((dataset, version)) => (dataset.to_owned(), version),
            None => (only_dataset(&context.pipeline, dataset)?, name),
        };
        let version: Version = version.parse().map_err(|error| Usage(format!("{error}")))?;
        let id: DatasetId = dataset.parse().map_err(|error| Usage(format!("{error}")))?;
        let config = context
            .pipeline
            .datasets
            .iter()
            .find(|dataset| dataset.id() == &id);
        let unknown = || {
            Usage(format!(
                "`{id}` is no dataset of profile `{}`",
                context.pipeline.profile
            ))
        };
        Ok(Self {
            dataset: config.ok_or_else(unknown)?.clone(),
            version,
            release: context
                .store
                .find(&ArtefactKey::new(Stage::Package, &id, version))
                .await?,
            standing: context.retracted().await?.find(&id, version).cloned(),
        })
    }

    /// Which release readers are led to, in words.
    async fn leads_to(&self, context: &Context, with_this: bool) -> anyhow::Result<String> {
        let id = self.dataset.id();
        let withdrawals = context.retracted().await?;
        let keys = context.store.list(Stage::Package, id.as_str()).await?;
        let versions = keys.iter().filter_map(|key| key.id.parse::<Version>().ok());
        let usable = |version: &Version| match *version == self.version {
            true => with_this,
            false => withdrawals.find(id, *version).is_none(),
        };
        Ok(match versions.filter(usable).max() {
            Some(version) => format!("readers are led to {version}"),
            None => "no other release is left: its page is marked".to_owned(),
        })
    }

    /// Where its bytes are, in words.
    fn locations(&self, context: &Context) -> String {
        let portals = context
            .pipeline
            .portals
            .iter()
            .map(|portal| format!("portal {}", portal.id));
        let bucket = self
            .dataset
            .hosting
            .iter()
            .map(|hosting| hosting.bucket.clone());
        std::iter::once(format!("the state {}", context.store.root_display()))
            .chain(portals)
            .chain(bucket)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// Where readers are led, said of what is not decided yet.
fn conditional(after: &str) -> String {
    after
        .replace("readers are led", "readers would be led")
        .replace("its page is marked", "its page would be marked")
}
