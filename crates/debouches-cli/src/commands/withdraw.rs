//! `debouches yank` and `debouches purge`: releases that readers should no longer use.

use std::time::Instant;

use debouches_model::{ArtefactKey, DatasetId, Decree, Stage, Version, Withdrawal};
use debouches_store::{Artefact, Lock};

use super::diff::only_dataset;
use crate::args::{Global, PurgeArgs, ReleaseName, YankArgs};
use crate::session;
use crate::{consent, output};
use debouches_engine::Context;
use debouches_engine::config::DatasetConfig;
use debouches_engine::failure::Usage;
use debouches_engine::operations::{self, Ending};
use debouches_engine::retraction::keep_tombstone;
use debouches_engine::selection::{Outcome, Selection, Step, Summary};
use debouches_engine::{failure, stages};

/// A release that somebody decides about.
struct Named {
    dataset: DatasetConfig,
    version: Version,
    /// None once it was purged.
    release: Option<Artefact>,
    standing: Option<Withdrawal>,
}

pub(crate) async fn yank(global: &Global, args: &YankArgs) -> anyhow::Result<u8> {
    let context = session::open(global).await?;
    let named = Named::find(&context, &args.name).await?;
    let (id, version) = (named.dataset.id().clone(), named.version);
    let decision = if args.undo {
        Decree::Unyank
    } else {
        Decree::Yank
    };
    let settled = match (
        decision,
        named.standing.as_ref().map(|standing| standing.decision),
    ) {
        (_, Some(Decree::Purge)) => {
            return Err(Usage(format!(
                "{id} {version} was purged: its bytes are gone, and it stays withdrawn"
            ))
            .into());
        }
        (Decree::Unyank, None) => Some("is not withdrawn"),
        (Decree::Yank | Decree::Purge, Some(_)) => Some("is withdrawn already"),
        (Decree::Unyank, Some(_)) | (Decree::Yank | Decree::Purge, None) => None,
    };
    if settled.is_none() && named.release.is_none() {
        return Err(Usage(format!("there is no release {id} {version} in the state")).into());
    }
    let lead = match &settled {
        Some(settled) => format!("{id} {version} {settled}"),
        None if args.undo => format!("{id} {version} may be used again"),
        None => format!("{id} {version} is withdrawn; its bytes stay"),
    };
    let after = named.leads_to(&context, decision == Decree::Unyank).await?;
    let story = format!("{lead}; {after}");
    if global.dry_run {
        output::print(&format!("would be done: {story}\n"));
        return Ok(0);
    }
    let reason = given(
        args.reason.as_deref(),
        "--reason",
        "why, in French: it is published",
    )?;
    consent(global, &story, "yank")?;
    let command = format!(
        "debouches yank {id}@{version}{}",
        if args.undo { " --undo" } else { "" }
    );
    let lock = context.lock(&command).await?;
    let fingerprint = named
        .release
        .as_ref()
        .map(|release| release.manifest().ingredients.fingerprint());
    let by = given(Some(args.by.as_str()), "--by", "who decides")?;
    let withdrawal = Withdrawal {
        format: Withdrawal::FORMAT,
        decision,
        dataset: id,
        version,
        at: context.clock.now(),
        by,
        reason,
        fingerprint,
        files: Vec::new(),
    };
    if settled.is_none() {
        note(&context, &withdrawal, &lock).await?;
    }
    finish(global, &named, &command, &story, &lock, None).await
}

pub(crate) async fn purge(global: &Global, args: &PurgeArgs) -> anyhow::Result<u8> {
    let context = session::open(global).await?;
    let named = Named::find(&context, &args.name).await?;
    let (id, version) = (named.dataset.id().clone(), named.version);
    let known = named
        .standing
        .as_ref()
        .filter(|standing| standing.decision == Decree::Purge);
    if named.release.is_none() && known.is_none() {
        return Err(Usage(format!("there is no release {id} {version} in the state")).into());
    }
    let places = named.places(&context);
    let after = named.leads_to(&context, false).await?;
    let story = format!(
        "{id} {version} is purged: its bytes are removed from {places}, for ever; {after}. Kept: \
         its digests and the counts that readers saw, for the secrecy gate; what it was made of (snapshots, tables of the stages), \
         which other releases may share"
    );
    if global.dry_run {
        output::print(&format!("would be done: {story}\n"));
        if let Some(release) = &named.release {
            release
                .manifest()
                .files
                .iter()
                .for_each(|file| output::print(&format!("  {} {}\n", file.sha256, file.path)));
        }
        return Ok(0);
    }
    let basis = given(
        args.legal_basis.as_deref(),
        "--legal-basis",
        "on what ground, in French: it is published",
    )?;
    let by = given(Some(args.by.as_str()), "--by", "who decides")?;
    consent(global, &story, "purge")?;
    let command = format!("debouches purge {id}@{version}");
    let lock = context.lock(&command).await?;
    if let Some(release) = &named.release {
        keep_tombstone(&context, &named.dataset, release).await?;
    }
    if known.is_none()
        && let Some(release) = &named.release
    {
        let withdrawal = Withdrawal {
            format: Withdrawal::FORMAT,
            decision: Decree::Purge,
            dataset: id,
            version,
            at: context.clock.now(),
            by,
            reason: basis,
            fingerprint: Some(release.manifest().ingredients.fingerprint()),
            files: release.manifest().files.clone(),
        };
        note(&context, &withdrawal, &lock).await?;
    }
    finish(
        global,
        &named,
        &command,
        &story,
        &lock,
        named.release.as_ref(),
    )
    .await
}

impl Named {
    async fn find(context: &Context, name: &ReleaseName) -> anyhow::Result<Self> {
        let (dataset, version) = match name.release.split_once('@') {
            Some((dataset, version)) => (dataset.to_owned(), version),
            None => (
                only_dataset(context, name.dataset.as_deref())?,
                name.release.as_str(),
            ),
        };
        let version: Version = version.parse().map_err(|error| Usage(format!("{error}")))?;
        let id: DatasetId = dataset.parse().map_err(|error| Usage(format!("{error}")))?;
        let config = context.pipeline.datasets.iter().find(|own| own.id() == &id);
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
            standing: context.withdrawn().await?.find(&id, version).cloned(),
        })
    }

    /// Which release readers are led to, in words.
    async fn leads_to(&self, context: &Context, with_this: bool) -> anyhow::Result<String> {
        let id = self.dataset.id();
        let withdrawn = context.withdrawn().await?;
        let keys = context.store.list(Stage::Package, id.as_str()).await?;
        let versions = keys.iter().filter_map(|key| key.id.parse::<Version>().ok());
        let usable = |version: &Version| match *version == self.version {
            true => with_this,
            false => withdrawn.find(id, *version).is_none(),
        };
        Ok(match versions.filter(usable).max() {
            Some(version) => format!("readers are led to {version}"),
            None => "no other release is left: its page is marked".to_owned(),
        })
    }

    /// Where its bytes are, in words.
    fn places(&self, context: &Context) -> String {
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

/// A text that the register needs.
fn given(text: Option<&str>, flag: &str, what: &str) -> anyhow::Result<String> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    text.map(str::to_owned)
        .ok_or_else(|| Usage(format!("`{flag}` is needed: {what}")).into())
}

async fn note(context: &Context, withdrawal: &Withdrawal, lock: &Lock) -> anyhow::Result<()> {
    Ok(context
        .store
        .note_withdrawal(&serde_json::to_string(withdrawal)?, lock)
        .await?)
}

/// Asks before a retraction; refuses without `--yes` where nobody can answer.
fn consent(global: &Global, story: &str, command: &str) -> anyhow::Result<()> {
    let refusal = format!(
        "{story}. Say `debouches {command} … --yes` to do it, `-n` to see what would be done"
    );
    consent::ask(global, &format!("{story}. Do it?"), &refusal)
}

/// Moves what readers see, removes the bytes of a purged release, and records the run. Stopped midway, the same command completes it.
async fn finish(
    global: &Global,
    named: &Named,
    command: &str,
    story: &str,
    lock: &Lock,
    purged: Option<&Artefact>,
) -> anyhow::Result<u8> {
    // The register moved: read it again.
    let context = session::open(global).await?;
    let (started, mut summary) = (Instant::now(), Summary::default());
    let result = apply(&context, named, story, lock, purged, &mut summary).await;
    let exit = result.as_ref().map_or_else(
        |error| failure::fault_of(error).exit_code(),
        |()| summary.exit_code(),
    );
    let ending = Ending {
        command,
        started,
        summary: &summary,
        error: result.as_ref().err(),
        exit,
    };
    operations::close(&context, lock, &ending).await;
    result?;
    if exit == 0 && !global.json && !global.quiet {
        output::print(&format!("{story}\n"));
    }
    output::print_summary(global, &context, &summary, exit);
    Ok(exit)
}

async fn apply(
    context: &Context,
    named: &Named,
    story: &str,
    lock: &Lock,
    purged: Option<&Artefact>,
    summary: &mut Summary,
) -> anyhow::Result<()> {
    let id = named.dataset.id();
    let selection = Selection::of(&context.pipeline, &[id.to_string()])?;
    stages::publish::led_elsewhere(context, &selection, purged, lock, summary).await;
    if summary.exit_code() != 0 {
        let told =
            "what readers see did not move everywhere: give the same command again".to_owned();
        summary.push(Step::skipped(Stage::Package, id, told));
        return Ok(());
    }
    if let Some(release) = purged {
        if let Some(hosting) = &named.dataset.hosting {
            stages::publish::remove_hosted(context, hosting, release).await?;
        }
        context.store.discard(release.key(), lock).await?;
    }
    summary.push(Step::new(Stage::Package, id, Outcome::Made, story));
    Ok(())
}
