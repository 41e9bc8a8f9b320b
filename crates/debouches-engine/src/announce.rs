//! A word to the followers of a dataset when a version appears: a discussion, opened once per version.

use anyhow::Context as _;
use debouches_publish::Applied;
use debouches_store::Artefact;
use debouches_udata::UdataError;

use crate::targets::portal::connection::Connection;

/// Extra of the dataset: the last version that followers were told of.
const ANNOUNCED: &str = "debouches-announced:version";

/// Tells the followers what the changelog says of this version, unless a discussion of that title is there already.
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
        say(connection, release, applied, &title).await?;
    }
    connection
        .portal
        .merge_extra(id, ANNOUNCED, Some(&version.to_string()))
        .await?;
    Ok(())
}

async fn say(
    connection: &Connection<'_>,
    release: &Artefact,
    applied: &Applied,
    title: &str,
) -> anyhow::Result<()> {
    let (id, version) = (&applied.receipt.id, applied.receipt.version);
    let changelog = String::from_utf8(release.read("CHANGELOG.md").await?)
        .context("the changelog is not text")?;
    let comment = section(&changelog, &version.to_string());
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

/// The lines of the changelog under the heading of that version.
fn section(changelog: &str, version: &str) -> String {
    let mut lines = changelog
        .lines()
        .skip_while(|line| !(line.starts_with('#') && line.contains(version)));
    let heading = lines
        .next()
        .unwrap_or_default()
        .trim_start_matches('#')
        .trim()
        .to_owned();
    let body: Vec<&str> = lines.take_while(|line| !line.starts_with("## ")).collect();
    let text = body.join("\n").trim().to_owned();
    if text.is_empty() { heading } else { text }
}

#[cfg(test)]
mod tests {
    use super::section;

    #[test]
    fn the_section_of_the_version_alone_is_told() {
        let text =
            "# Journal\n\n## 1.1.0\n\n- deux lignes ajoutées\n\n## 1.0.0\n\n- première version\n";
        assert_eq!(section(text, "1.1.0"), "- deux lignes ajoutées");
        assert_eq!(section(text, "1.0.0"), "- première version");
    }
}
