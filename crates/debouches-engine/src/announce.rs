//! A word to the followers of a dataset when a version appears: a discussion, opened once per version.

use debouches_publish::Applied;
use debouches_release::{RECORD_FILE, ReleaseFacts, ReleaseRecord};
use debouches_store::Artefact;
use debouches_udata::UdataError;

use crate::targets::portal::connection::Connection;

/// Extra of the dataset: the last version that followers were told of.
const ANNOUNCED: &str = "debouches-announced:version";

/// Tells the followers what this version changes, unless a discussion of that title is there already.
///
/// # Errors
/// Fails when the portal cannot be asked or written.
pub async fn announce(
    connection: &Connection<'_>,
    release: &Artefact,
    applied: &Applied,
) -> anyhow::Result<()> {
    let (id, version) = (&applied.receipt.id, applied.receipt.version);
    let title = format!("Nouvelle version : {version}");
    // The mark is on the dataset, since the list of discussions is not asked alike of every portal.
    let there = connection.portal.dataset(id).await?;
    if there.extra(ANNOUNCED) == Some(version.to_string().as_str()) {
        return Ok(());
    }
    if !connection.portal.has_discussion(id, &title).await? {
        post(connection, release, applied, &title).await?;
    }
    connection
        .portal
        .merge_extra(id, ANNOUNCED, Some(&version.to_string()))
        .await?;
    Ok(())
}

async fn post(
    connection: &Connection<'_>,
    release: &Artefact,
    applied: &Applied,
    title: &str,
) -> anyhow::Result<()> {
    let id = &applied.receipt.id;
    let record = ReleaseRecord::read(&release.read(RECORD_FILE).await?)?;
    let comment = comment(&record.facts);
    match connection.portal.discuss(id, title, &comment).await {
        Ok(()) => Ok(()),
        // The answer was lost: looking tells whether it was done, and a missing word is not repeated blindly.
        Err(error @ UdataError::Uncertain { .. }) => {
            if connection.portal.has_discussion(id, title).await? {
                Ok(())
            } else {
                Err(error.into())
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// The facts of a release as the items of a list.
fn comment(facts: &ReleaseFacts) -> String {
    let items: Vec<String> = facts
        .sentences()
        .into_iter()
        .map(|sentence| format!("- {}", sentence.fr))
        .collect();
    items.join("\n")
}
