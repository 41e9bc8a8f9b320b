//! Keys, lists, creation and updates.

use super::sample::{MARKER, kept_tags, mark, text};
use super::{Bench, failed};
use crate::{Coverage, Dataset, DatasetText, UdataError};

pub(crate) async fn run(bench: &mut Bench) -> Result<(), String> {
    reads(bench).await?;
    let id = creation(bench).await?;
    updates(bench, &id).await?;
    people(bench, &id).await?;
    refusals(bench, &id).await
}

async fn reads(bench: &mut Bench) -> Result<(), String> {
    let portal = bench.portal.clone();
    let refused = bench.stranger.me().await;
    bench.fails("a wrong key is told", refused, |error| {
        matches!(error, UdataError::Unauthorized { .. })
    })?;
    let refused = bench.stranger.extensions().await;
    bench.fails("a wrong key is told on public reads", refused, |error| {
        matches!(error, UdataError::Unauthorized { .. })
    })?;

    let me = portal.me().await.map_err(failed("me"))?;
    let member = me
        .organizations
        .iter()
        .any(|organization| organization.id == bench.organization);
    bench.check(
        "the account is a member of the organization",
        member && !me.id.is_empty(),
    )?;
    let extensions = portal.extensions().await.map_err(failed("extensions"))?;
    bench.check(
        "extensions are listed",
        extensions.contains("csv") && extensions.contains("parquet"),
    )?;
    let licences = portal.licences().await.map_err(failed("licences"))?;
    bench.check(
        "licences are listed by identifier",
        licences.contains("lov2"),
    )?;
    let terms = portal.terms().await.map_err(failed("terms"))?;
    bench.check(
        "frequencies are listed by identifier",
        terms.frequencies.contains("annual"),
    )?;
    bench.check(
        "granularities are listed by identifier",
        terms.granularities.contains("fr:region"),
    )?;
    bench.check(
        "a zone is known",
        portal
            .knows_zone("country:fr")
            .await
            .map_err(failed("zone"))?,
    )?;
    bench.check(
        "another is not",
        !portal
            .knows_zone("country:atlantis")
            .await
            .map_err(failed("zone"))?,
    )?;
    let missing = portal.dataset("000000000000000000000000").await;
    bench.fails("an unknown dataset is not found", missing, |error| {
        matches!(error, UdataError::NotFound { .. })
    })
}

/// Whom readers write to, and a word to those who follow.
async fn people(bench: &mut Bench, id: &str) -> Result<(), String> {
    let (portal, organization) = (bench.portal.clone(), bench.organization.clone());
    let name = format!("Contact {}", mark());
    let made = portal
        .ensure_contact(&organization, &name, "essai@example.org")
        .await
        .map_err(failed("make a contact"))?;
    let again = portal
        .ensure_contact(&organization, &name, "essai@example.org")
        .await
        .map_err(failed("make it again"))?;
    bench.check("a contact point is made once", made.id == again.id)?;
    let listed = portal
        .contact_points(&organization)
        .await
        .map_err(failed("list the contacts"))?;
    let known = listed
        .iter()
        .any(|contact| contact.id == made.id && contact.name == name);
    bench.check("a contact point is listed", known)?;
    let dataset = portal.dataset(id).await.map_err(failed("read"))?;
    let text = DatasetText {
        contact_points: vec![made.id.clone()],
        ..text(&organization, dataset.extra(MARKER).unwrap_or_default())?
    };
    let updated = portal
        .update_dataset(id, &text)
        .await
        .map_err(failed("set a contact"))?;
    bench.check(
        "a contact point is kept",
        updated.contact_points == [made.id],
    )?;
    let title = format!("Nouvelle version {}", mark());
    bench.check(
        "nothing is said yet",
        !portal
            .has_discussion(id, &title)
            .await
            .map_err(failed("list discussions"))?,
    )?;
    portal
        .discuss(id, &title, "Trois valeurs corrigées.")
        .await
        .map_err(failed("discuss"))?;
    // Not checked: that the list tells it. The stand-in database of the real portal in our tests does not know how to
    // look for the subject of a discussion.
    bench.check("a discussion is opened", true)?;
    portal
        .merge_extra(id, "essai-lease:run", Some("r1"))
        .await
        .map_err(failed("mark"))?;
    let marked = portal.dataset(id).await.map_err(failed("read the mark"))?;
    let kept = marked.extra("essai-lease:run") == Some("r1") && marked.agrees_with(&text);
    bench.check("an extra is merged and nothing else moves", kept)?;
    portal
        .merge_extra(id, "essai-lease:run", None)
        .await
        .map_err(failed("take the mark away"))?;
    let cleared = portal.dataset(id).await.map_err(failed("read again"))?;
    bench.check(
        "an extra is taken away",
        cleared.extra("essai-lease:run").is_none(),
    )
}

async fn creation(bench: &mut Bench) -> Result<String, String> {
    let portal = bench.portal.clone();
    let mark = mark();
    let text = text(&bench.organization, &mark)?;
    let created = portal
        .create_dataset(&text)
        .await
        .map_err(failed("create"))?;
    bench.check(
        "a dataset is created private",
        created.private && !created.deleted && !created.archived,
    )?;
    bench.check(
        "what is created agrees with its text",
        created.agrees_with(&text),
    )?;

    let organization = bench.organization.clone();
    let hits = portal
        .find_by_extra(Some(&organization), MARKER, &mark)
        .await
        .map_err(failed("find"))?;
    bench.check(
        "a private dataset is found by its extra",
        hits.len() == 1 && hits[0].id == created.id,
    )?;
    let none = portal
        .find_by_extra(Some(&organization), MARKER, "nobody")
        .await
        .map_err(failed("find nobody"))?;
    bench.check("another value finds nothing", none.is_empty())?;
    // Another dataset, so that there are two pages at least.
    let other = portal
        .create_dataset(&text)
        .await
        .map_err(failed("create the same again"))?;
    bench.check(
        "a creation is never a second write of the first",
        other.id != created.id && other.slug != created.slug,
    )?;
    let hits = portal
        .find_by_extra(Some(&organization), MARKER, &mark)
        .await
        .map_err(failed("find both"))?;
    bench.check("both are found", hits.len() == 2)?;
    let dropped = portal
        .delete_draft(&other.id, MARKER, "another mark")
        .await
        .map_err(failed("delete by another mark"))?;
    bench.check("a draft is not deleted by another mark", !dropped)?;
    let paged = portal
        .datasets_of(&organization, 1)
        .await
        .map_err(failed("pages of one"))?;
    let of_mark = paged
        .into_iter()
        .map(Dataset::from)
        .filter(|dataset| dataset.extra(MARKER) == Some(&mark))
        .count();
    bench.check("pages are followed to the last", of_mark == 2)?;
    let ours = portal
        .find_by_extra(None, MARKER, &mark)
        .await
        .map_err(failed("find own"))?;
    bench.check(
        "a dataset of an organization is not one of the account",
        ours.is_empty(),
    )?;

    let dropped = portal
        .delete_draft(&other.id, MARKER, &mark)
        .await
        .map_err(failed("delete a draft"))?;
    let hits = portal
        .find_by_extra(Some(&organization), MARKER, &mark)
        .await
        .map_err(failed("find one"))?;
    let remaining = hits.iter().filter(|dataset| !dataset.deleted).count();
    bench.check(
        "an empty draft is deleted, the other stays",
        dropped && remaining == 1,
    )?;
    let read = portal
        .dataset(&created.id)
        .await
        .map_err(failed("read back"))?;
    bench.check("reading back agrees", read.agrees_with(&text))?;
    bench.check(
        "keywords are reduced as we foresee",
        read.tags == kept_tags(),
    )?;
    bench.check("a member may edit", read.can_edit)?;
    if let Some(outsider) = bench.outsider.clone() {
        let hidden = outsider.dataset(&created.id).await;
        bench.fails("an outsider does not see it", hidden, |error| {
            matches!(error, UdataError::NotFound { .. })
        })?;
        let refused = outsider.update_dataset(&created.id, &text).await;
        bench.fails("an outsider may not edit it", refused, |error| {
            matches!(error, UdataError::Forbidden { .. })
        })?;
        let refused = outsider.create_dataset(&text).await;
        let is_organization = |error: &UdataError| error.fault() == crate::UdataFault::Permission;
        bench.fails("an outsider may not create one", refused, is_organization)?;
    }
    Ok(created.id)
}

async fn updates(bench: &mut Bench, id: &str) -> Result<(), String> {
    let portal = bench.portal.clone();
    let mut text = text(&bench.organization, &mark())?;
    text.frequency = "biennial".to_owned();
    let before = portal.dataset(id).await.map_err(failed("read"))?;
    bench.check("another text disagrees", !before.agrees_with(&text))?;
    let after = portal
        .update_dataset(id, &text)
        .await
        .map_err(failed("update"))?;
    bench.check("an update agrees", after.agrees_with(&text))?;
    let read = portal
        .dataset(id)
        .await
        .map_err(failed("read after the update"))?;
    bench.check("an update keeps the keywords", read.tags == kept_tags())?;
    let coverage = Coverage {
        start: "2019-01-01".to_owned(),
        end: Some("2023-12-31".to_owned()),
    };
    bench.check(
        "an update keeps the coverage, in full days",
        read.temporal_coverage == Some(coverage),
    )?;
    bench.check(
        "an update keeps a dataset private",
        read.private && read.agrees_with(&text),
    )?;
    let again = portal
        .update_dataset(id, &text)
        .await
        .map_err(failed("update again"))?;
    bench.check(
        "the same update again changes nothing",
        again.agrees_with(&text) && again.id == id,
    )?;
    text.extras.remove("debouches:version");
    let fewer = portal
        .update_dataset(id, &text)
        .await
        .map_err(failed("update with fewer extras"))?;
    bench.check(
        "an extra that is left out is gone",
        fewer.extra("debouches:version").is_none(),
    )
}

async fn refusals(bench: &mut Bench, id: &str) -> Result<(), String> {
    let portal = bench.portal.clone();
    let mut text = text(&bench.organization, &mark())?;
    text.license = "no-such-licence".to_owned();
    let swallowed = portal.update_dataset(id, &text).await;
    bench.fails(
        "an unknown licence is seen to be swallowed",
        swallowed,
        |error| matches!(error, UdataError::Swallowed { fields, .. } if *fields == ["license"]),
    )?;
    text.license = "lov2".to_owned();
    text.extras
        .insert("transport:url".to_owned(), "https://example.org".to_owned());
    let swallowed = portal.update_dataset(id, &text).await;
    bench.fails(
        "a reserved extra is seen to be swallowed",
        swallowed,
        |error| matches!(error, UdataError::Swallowed { fields, .. } if *fields == ["extras"]),
    )?;
    text.extras.remove("transport:url");
    text.spatial_zones = vec!["fr:region:none".to_owned()];
    let refused = portal.update_dataset(id, &text).await;
    bench.fails(
        "an unknown zone is refused by name",
        refused,
        |error| matches!(error, UdataError::Refused { fields, .. } if *fields == ["spatial.zones"]),
    )?;
    text.spatial_zones = vec!["country:fr".to_owned()];
    text.frequency = "yearly".to_owned();
    let refused = portal.update_dataset(id, &text).await;
    bench.fails("an unknown frequency is refused", refused, |error| {
        matches!(error, UdataError::Refused { .. })
    })
}
