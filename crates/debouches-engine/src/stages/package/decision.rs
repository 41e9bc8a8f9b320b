//! What people decide about a release: its number, a break without notice, columns announced to go.

use anyhow::Context as _;
use debouches_model::{Change, Fault, Lang, Version};
use debouches_release::{
    Deprecation, PreviousChangelogs, ReleaseChange, ReleaseDecision, ReleaseRecord, VersionRule,
};
use debouches_store::Artefact;

use crate::config::DatasetConfig;
use crate::failure::{Decided, Usage};
use crate::options::ReleaseOptions;

/// The version: that of the rule, or the one chosen by hand when it says at least as much.
///
/// # Errors
/// Fails when it says less than the change does.
pub(crate) fn chosen(
    options: &ReleaseOptions,
    rule: &VersionRule<'_>,
    (ruled, change): (Version, Option<Change>),
    retracted: Option<Version>,
) -> anyhow::Result<Version> {
    match options.as_version {
        None => Ok(ruled),
        Some(chosen) if chosen == ruled => Ok(chosen),
        Some(chosen) if retracted.is_some_and(|retracted| chosen <= retracted) => {
            Err(Usage(format!(
                "version {chosen} does not follow the withdrawn releases: the rule gives {ruled}"
            ))
            .into())
        }
        Some(chosen) if rule.allows(chosen, change) => Ok(chosen),
        Some(chosen) => {
            let message =
                format!("version {chosen} contradicts what changed: the rule gives {ruled}");
            Err(Usage(message).into())
        }
    }
}

/// The reason of a change that breaks reusers without notice; refused when nobody gave one.
///
/// # Errors
/// Fails when nobody gave a reason.
pub(crate) fn breaking(
    options: &ReleaseOptions,
    rule: &VersionRule<'_>,
    candidate: &ReleaseRecord,
) -> anyhow::Result<Option<ReleaseDecision>> {
    let broken = rule.unannounced(candidate);
    match &options.breaking {
        _ if broken.is_empty() => Ok(None),
        Some(reason) => Ok(Some(ReleaseDecision::Break {
            broken,
            reason: reason.clone(),
        })),
        None => {
            let names: Vec<String> = broken.iter().map(|broken| broken.name(Lang::En)).collect();
            let message = format!(
                "this would break reusers without notice: {}; announce it in a release first (`deprecated` of the dataset), or give the reason with `--breaking`",
                names.join(", ")
            );
            Err(Decided {
                message,
                fault: Fault::Data,
            }
            .into())
        }
    }
}

/// The columns whose removal is announced for the first time.
pub fn announcements(dataset: &DatasetConfig, last: Option<&ReleaseRecord>) -> Vec<ReleaseChange> {
    let is_new = |notice: &&Deprecation| last.is_none_or(|last| !last.deprecated.contains(notice));
    let announced = dataset.notice.deprecated.iter().filter(is_new);
    announced
        .map(|notice| ReleaseChange::RemovalAnnounced {
            announcement: notice.clone(),
        })
        .collect()
}

/// The changelogs of the previous release.
///
/// # Errors
/// Fails when they cannot be read.
pub async fn changelogs(last: Option<&Artefact>) -> anyhow::Result<PreviousChangelogs> {
    Ok(match last {
        Some(release) => PreviousChangelogs {
            french: changelog(release, "CHANGELOG.md").await?,
            english: changelog(release, "CHANGELOG.en.md").await?,
        },
        None => PreviousChangelogs::default(),
    })
}

/// A changelog of a release; none when it has none.
///
/// # Errors
/// Fails when it cannot be read.
async fn changelog(release: &Artefact, path: &str) -> anyhow::Result<Option<String>> {
    if release.manifest().file(path).is_none() {
        return Ok(None);
    }
    let bytes = release.read(path).await?;
    Ok(Some(String::from_utf8(bytes).with_context(|| {
        format!("the previous {path} is not text")
    })?))
}
