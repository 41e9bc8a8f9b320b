//! gzip and zip: whole, truncated, altered, hostile.

use std::fs::File;
use std::io::{Read as _, Write as _};

use debouches_fetch::unpack::{Unpack, UnpackError, open_body};
use debouches_fetch::{Expect, FetchError, Limits};
use debouches_http::testing::Reply;
use debouches_model::Fault;
use flate2::Compression;
use flate2::write::GzEncoder;
use zip::write::SimpleFileOptions;

use crate::harness::{CSV, World, serve, web};

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        out.start_file(*name, SimpleFileOptions::default()).unwrap();
        out.write_all(bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

/// A table too long for one buffer of the decoders.
fn table() -> Vec<u8> {
    let line = |number: u64| {
        format!(
            "{};{}\n",
            number,
            number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
        )
    };
    ("numero;valeur\n".to_owned() + &(0..60_000).map(line).collect::<String>()).into_bytes()
}

fn unpacked(bytes: &[u8], unpack: &Unpack) -> Result<Vec<u8>, UnpackError> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let mut out = Vec::new();
    let read = open_body(file, "body", unpack)?.read_to_end(&mut out);
    read.map(|_| ())
        .map_err(|error| UnpackError::of_read("body", 0, error))?;
    Ok(out)
}

fn member(name: &str) -> Unpack {
    Unpack {
        member: Some(name.to_owned()),
        ..Unpack::default()
    }
}

#[tokio::test]
async fn a_packed_body_is_kept_packed_and_read_unpacked() {
    let mut world = World::new().await;
    let bytes = gz(CSV.as_bytes());
    world.file("ij.csv.gz", &bytes);
    let request = world.local("ij.csv.gz");
    let fetched = world.fetch(&request).await.unwrap();
    assert_eq!(
        (
            fetched.body().path.as_str(),
            fetched.body().media_type.as_str()
        ),
        ("ij.csv.gz", "application/gzip")
    );
    assert_eq!(fetched.body().bytes, bytes.len() as u64);
    let file: File = fetched
        .artefact
        .open_file("ij.csv.gz")
        .await
        .unwrap()
        .into_file();
    let mut text = String::new();
    open_body(file, "ij.csv.gz", &request.unpack())
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, CSV);
}

#[test]
fn gzip_of_several_members_is_read_to_its_end() {
    let bytes = [gz(b"one;"), gz(b"two\n")].concat();
    assert_eq!(unpacked(&bytes, &Unpack::default()).unwrap(), b"one;two\n");
}

#[test]
fn a_member_is_read_by_name_or_because_it_is_alone() {
    let table = table();
    let bytes = archive(&[
        ("doc/lisez-moi.txt", b"bonjour"),
        ("data/table.csv", &table),
    ]);
    assert_eq!(unpacked(&bytes, &member("data/table.csv")).unwrap(), table);
    assert!(matches!(
        unpacked(&bytes, &Unpack::default()),
        Err(UnpackError::WhichMember { entries: 2, .. })
    ));
    let error = unpacked(&bytes, &member("../table.csv")).unwrap_err();
    assert!(error.to_string().contains("`data/table.csv`"), "{error}");
    assert_eq!(error.fault(), Fault::Operator);
    assert_eq!(
        unpacked(&archive(&[("table.csv", &table)]), &Unpack::default()).unwrap(),
        table
    );
    // A workbook is an archive that nobody asked to open.
    let any = Unpack {
        expect: Expect::Any,
        ..Unpack::default()
    };
    assert_eq!(unpacked(&bytes, &any).unwrap(), bytes);
}

#[test]
fn every_truncation_and_every_flipped_byte_is_seen() {
    let table = &table()[..4_000];
    for bytes in [gz(table), archive(&[("table.csv", table)])] {
        for length in 4..bytes.len() {
            assert!(
                unpacked(&bytes[..length], &Unpack::default()).is_err(),
                "cut at {length} of {}",
                bytes.len()
            );
        }
        for place in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[place] ^= 0x55;
            // A flip in a name, a date or the magic may go unnoticed; never one that changes the data.
            if let Ok(found) = unpacked(&flipped, &Unpack::default()) {
                assert!(
                    found == table || found == flipped,
                    "byte {place} of {}",
                    bytes.len()
                );
            }
        }
    }
}

#[tokio::test]
async fn a_truncated_gzip_is_refused_with_the_place_where_it_broke() {
    let mut world = World::new().await;
    let bytes = gz(&table());
    let cut = &bytes[..bytes.len() / 2];
    let (_server, url) = serve([Reply::ok(cut)]).await;
    let error = world.fetch(&web(&url)).await.unwrap_err();
    let FetchError::Packed {
        source: UnpackError::Damaged { file, at, .. },
        ..
    } = &error
    else {
        panic!("{error}")
    };
    assert_eq!(file, "data.csv");
    assert!((100_000..1_500_000).contains(at), "{at}");
    assert_eq!(
        (error.fault(), world.snapshots("ij").await),
        (Fault::Data, 0)
    );
}

#[tokio::test]
async fn a_bomb_is_refused_before_it_unfolds() {
    let mut world = World::new().await;
    let zeros = vec![b'0'; 64 << 20];
    for (name, bytes) in [
        ("bomb.gz", gz(&zeros)),
        ("bomb.zip", archive(&[("table.csv", &zeros)])),
    ] {
        assert!(bytes.len() < 200_000);
        world.file(name, &bytes);
        let error = world.fetch(&world.local(name)).await.unwrap_err();
        assert!(
            matches!(
                &error,
                FetchError::Packed {
                    source: UnpackError::Bomb { .. },
                    ..
                }
            ),
            "{error}"
        );
        assert_eq!(error.fault(), Fault::Data);

        let limits = Limits {
            max_ratio: u64::MAX,
            max_unpacked_bytes: 1 << 20,
            ..Limits::default()
        };
        let unpack = Unpack {
            limits,
            ..Unpack::default()
        };
        assert!(matches!(
            unpacked(&bytes, &unpack),
            Err(UnpackError::TooLarge { .. })
        ));
    }
}

#[test]
fn an_archive_with_too_many_files_is_refused() {
    let names: Vec<String> = (0..1001).map(|number| format!("{number}.csv")).collect();
    let members: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (name.as_str(), CSV.as_bytes()))
        .collect();
    let error = unpacked(&archive(&members), &member("7.csv")).unwrap_err();
    assert!(
        matches!(
            error,
            UnpackError::TooManyEntries {
                entries: 1001,
                max: 1000,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(
        unpacked(&archive(&members[1..]), &member("7.csv")).unwrap(),
        CSV.as_bytes()
    );
}

#[tokio::test]
async fn an_error_page_is_seen_through_its_packing() {
    let mut world = World::new().await;
    for bytes in [gz(b"<html>"), archive(&[("table.csv", b"<html>")])] {
        world.file("page", &bytes);
        assert!(matches!(
            world.fetch(&world.local("page")).await,
            Err(FetchError::NotData { .. })
        ));
    }
    world.file("nothing.gz", gz(b""));
    assert!(matches!(
        world.fetch(&world.local("nothing.gz")).await,
        Err(FetchError::Empty { .. })
    ));
}
