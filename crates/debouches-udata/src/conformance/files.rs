//! Files: sending, describing, ordering, replacing, deleting.

use debouches_http::{Client, ClientOptions, Request, Url};

use super::sample::{described, file, ids, mark, text};
use super::{Bench, failed};
use crate::{Destination, Resource, ResourceKind, Transfer, UdataError, Upload};

pub(crate) async fn run(bench: &mut Bench) -> Result<(), String> {
    let text = text(&bench.organization, &mark())?;
    let id = bench
        .portal
        .create_dataset(&text)
        .await
        .map_err(failed("create"))?
        .id;
    let (csv, parquet) = uploads(bench, &id).await?;
    order(bench, &id, &csv, &parquet).await?;
    replacement(bench, &id, &csv).await?;
    refusals(bench, &id).await?;
    clash(bench, &id).await?;
    parts(bench, &id).await?;
    // Files do not disturb what is said of the dataset.
    let read = bench.portal.dataset(&id).await.map_err(failed("read"))?;
    bench.check(
        "the dataset still agrees after the files",
        read.agrees_with(&text),
    )?;
    deletion(bench, &id, &parquet).await
}

async fn sent(bench: &Bench, dataset: &str, file: &Upload) -> Result<Resource, String> {
    bench
        .portal
        .upload(dataset, file)
        .await
        .map_err(failed("upload"))
}

async fn uploads(bench: &mut Bench, id: &str) -> Result<(Resource, Resource), String> {
    // Larger than any buffer on the way.
    let rows: String = (0..40_000)
        .map(|row| format!("{row};0750655E;Établissement\n"))
        .collect();
    let csv_file = file(
        "essai-etablissements.csv",
        "text/csv",
        format!("n;uai;nom\n{rows}").into_bytes(),
    );
    let csv = sent(bench, id, &csv_file).await?;
    bench.check(
        "a CSV file arrives whole",
        csv.sha1.as_ref() == Some(&csv_file.sha1) && csv.filesize == Some(csv_file.bytes),
    )?;
    bench.check(
        "a file keeps a name that is already reduced",
        csv.file_name() == csv_file.name,
    )?;
    bench.check(
        "a new resource is titled by its file",
        csv.title == csv_file.name && csv.kind == "main",
    )?;
    let bytes = (0..300_000_u32)
        .flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect();
    let parquet_file = file(
        "essai-etablissements.parquet",
        "application/vnd.apache.parquet",
        bytes,
    );
    let parquet = sent(bench, id, &parquet_file).await?;
    bench.check(
        "a Parquet file arrives whole",
        parquet.sha1.as_ref() == Some(&parquet_file.sha1),
    )?;
    bench.check(
        "its format is known",
        parquet.format.as_deref() == Some("parquet"),
    )?;
    Ok((csv, parquet))
}

async fn order(
    bench: &mut Bench,
    id: &str,
    csv: &Resource,
    parquet: &Resource,
) -> Result<(), String> {
    let portal = bench.portal.clone();
    let listed = portal.dataset(id).await.map_err(failed("list"))?.resources;
    bench.check(
        "a new resource comes first",
        ids(&listed) == [parquet.id.clone(), csv.id.clone()],
    )?;
    let wanted = [csv.id.clone(), parquet.id.clone()];
    portal
        .reorder(id, &wanted)
        .await
        .map_err(failed("reorder"))?;
    let listed = portal
        .dataset(id)
        .await
        .map_err(failed("list again"))?
        .resources;
    bench.check("resources take the order given", ids(&listed) == wanted)?;
    let refused = portal.reorder(id, &wanted[..1]).await;
    bench.fails(
        "an order without one of them is refused",
        refused,
        |error| matches!(error, UdataError::Refused { .. }),
    )
}

async fn replacement(bench: &mut Bench, id: &str, csv: &Resource) -> Result<(), String> {
    let portal = bench.portal.clone();
    let text = described("Taux par établissement (CSV)", ResourceKind::Documentation);
    let as_read = portal
        .describe(id, &csv.id, &text)
        .await
        .map_err(failed("describe"))?;
    bench.check(
        "a description agrees",
        as_read.agrees_with(&text) && as_read.sha1 == csv.sha1,
    )?;
    let listed = portal.dataset(id).await.map_err(failed("list"))?.resources;
    let kept = listed.iter().find(|resource| resource.id == csv.id);
    bench.check(
        "a description is read back",
        kept.is_some_and(|resource| resource.agrees_with(&text)),
    )?;

    bench.check(
        "the former address leads to the file",
        status(&csv.url).await? == 200,
    )?;
    let other = file(
        "essai-etablissements-v2.csv",
        "text/csv",
        b"n;uai\n1;0750655E\n".to_vec(),
    );
    let replaced = portal
        .replace(id, &csv.id, &other)
        .await
        .map_err(failed("replace"))?;
    bench.check(
        "a replacement keeps the identifier",
        replaced.id == csv.id && replaced.latest == csv.latest,
    )?;
    bench.check(
        "a replacement arrives whole",
        replaced.sha1.as_ref() == Some(&other.sha1),
    )?;
    let title_only = replaced.title == other.name && replaced.kind == "documentation";
    bench.check(
        "a replacement resets the title alone",
        title_only && !replaced.agrees_with(&text),
    )?;
    bench.check(
        "the former address is gone",
        replaced.url != csv.url && status(&csv.url).await? == 404,
    )?;
    let again = portal
        .describe(id, &csv.id, &text)
        .await
        .map_err(failed("describe again"))?;
    bench.check("the description can be put back", again.agrees_with(&text))
}

async fn refusals(bench: &mut Bench, id: &str) -> Result<(), String> {
    let portal = bench.portal.clone();
    let refused = portal
        .upload(
            id,
            &file("essai.arrow", "application/octet-stream", b"x".to_vec()),
        )
        .await;
    bench.fails(
        "an extension that is not listed is refused",
        refused,
        |error| matches!(error, UdataError::Refused { .. }),
    )?;
    let absent = "00000000-0000-4000-8000-000000000000";
    let refused = portal
        .replace(
            id,
            absent,
            &file("essai-b.csv", "text/csv", b"a\n1\n".to_vec()),
        )
        .await;
    bench.fails("an unknown resource is not replaced", refused, |error| {
        matches!(error, UdataError::NotFound { .. })
    })?;
    if let Some(outsider) = bench.outsider.clone() {
        let refused = outsider
            .upload(id, &file("essai-c.csv", "text/csv", b"a\n1\n".to_vec()))
            .await;
        let no_right = |error: &UdataError| {
            matches!(
                error,
                UdataError::Forbidden { .. } | UdataError::NotFound { .. }
            )
        };
        bench.fails("an outsider may not send a file", refused, no_right)?;
    }
    let lie = Upload {
        sha1: "0".repeat(40),
        ..file("essai-d.csv", "text/csv", b"a\n2\n".to_vec())
    };
    let altered = portal.upload(id, &lie).await;
    let Err(UdataError::Altered {
        resource: Some(wrong),
        ..
    }) = altered
    else {
        return Err("other bytes than meant: it is not told".to_owned());
    };
    bench.check("other bytes than meant are told, with the resource", true)?;
    portal
        .delete_resource(id, &wrong)
        .await
        .map_err(failed("delete what was altered"))
}

/// The same name several times within a second, which the portal answers with 500.
async fn clash(bench: &mut Bench, id: &str) -> Result<(), String> {
    let portal = bench.portal.clone();
    let same = file("essai-meme-nom.csv", "text/csv", b"a\n1\n".to_vec());
    let mut kept = Vec::new();
    for _ in 0..3 {
        match portal.upload(id, &same).await {
            Ok(resource) => kept.push(resource.id),
            Err(UdataError::Uncertain { .. }) => {
                bench.check("a clash of names is uncertain", true)?
            }
            Err(error) => return Err(failed("the same name again")(error)),
        }
    }
    let listed = portal.dataset(id).await.map_err(failed("list"))?.resources;
    let there = listed
        .iter()
        .filter(|resource| resource.sha1.as_ref() == Some(&same.sha1))
        .count();
    bench.check("looking tells which uploads were done", there == kept.len())?;
    for resource in kept {
        portal
            .delete_resource(id, &resource)
            .await
            .map_err(failed("delete what has the same name"))?;
    }
    Ok(())
}

/// Files sent in parts: an assembly that is asked for twice makes one resource.
async fn parts(bench: &mut Bench, id: &str) -> Result<(), String> {
    let portal = bench.portal.clone();
    let complete = file(
        "essai-en-parts.csv",
        "text/csv",
        b"annee;taux\n2023;54.0\n".to_vec(),
    );
    let transfer = Transfer::new(complete.bytes).ok_or("a file of several bytes is cut")?;
    let to = Destination {
        dataset: id,
        resource: None,
    };
    let count = |resources: &[Resource]| {
        resources
            .iter()
            .filter(|resource| resource.sha1.as_ref() == Some(&complete.sha1))
            .count()
    };
    portal
        .send_parts(to, &complete, &transfer, &|_| ())
        .await
        .map_err(failed("send parts"))?;
    let listed = portal.dataset(id).await.map_err(failed("list"))?.resources;
    bench.check("parts are seen by nobody", count(&listed) == 0)?;
    let made = portal
        .assemble(to, &complete, &transfer)
        .await
        .map_err(failed("assemble"))?;
    bench.check(
        "parts are put together whole",
        made.sha1.as_ref() == Some(&complete.sha1) && made.file_name() == complete.name,
    )?;
    let again = portal.assemble(to, &complete, &transfer).await;
    bench.fails("a second assembly fails", again, |error| {
        matches!(error, UdataError::Uncertain { .. })
    })?;
    let resent = portal
        .send_parts(
            to,
            &complete,
            &Transfer {
                uuid: transfer.uuid.clone(),
                parts: 2,
            },
            &|_| (),
        )
        .await;
    // The portal may have swept the parts of that name already, and then takes them anew.
    let kept = resent.is_ok() || matches!(resent, Err(UdataError::Uncertain { .. }));
    bench.check("parts sent again are refused or taken anew", kept)?;
    let listed = portal
        .dataset(id)
        .await
        .map_err(failed("list again"))?
        .resources;
    bench.check("a second assembly makes no twin", count(&listed) == 1)?;
    let other = file(
        "essai-en-parts-2.csv",
        "text/csv",
        b"annee;taux\n2023;55.0\n".to_vec(),
    );
    let transfer = Transfer::new(other.bytes).ok_or("a file of several bytes is cut")?;
    let to = Destination {
        dataset: id,
        resource: Some(&made.id),
    };
    portal
        .send_parts(to, &other, &transfer, &|_| ())
        .await
        .map_err(failed("send parts of another"))?;
    let replaced = portal
        .assemble(to, &other, &transfer)
        .await
        .map_err(failed("assemble another"))?;
    bench.check(
        "parts replace a file",
        replaced.id == made.id && replaced.sha1.as_ref() == Some(&other.sha1),
    )?;
    portal
        .delete_resource(id, &made.id)
        .await
        .map_err(failed("delete what came in parts"))
}

async fn deletion(bench: &mut Bench, id: &str, parquet: &Resource) -> Result<(), String> {
    let portal = bench.portal.clone();
    portal
        .delete_resource(id, &parquet.id)
        .await
        .map_err(failed("delete"))?;
    let listed = portal.dataset(id).await.map_err(failed("list"))?.resources;
    bench.check(
        "a deleted resource is listed no more",
        listed.len() == 1 && listed[0].id != parquet.id,
    )?;
    let again = portal.delete_resource(id, &parquet.id).await;
    bench.check("deleting it again is done already", again.is_ok())
}

/// The status of a read without key, as a reader of the portal would see it.
async fn status(url: &str) -> Result<u16, String> {
    let url: Url = url.parse().map_err(|error| format!("{url}: {error}"))?;
    let client = Client::new(ClientOptions::new("conformance battery"))
        .map_err(|error| error.to_string())?;
    client
        .send(&Request::get(url))
        .await
        .map(|answer| answer.status())
        .map_err(|error| error.to_string())
}
