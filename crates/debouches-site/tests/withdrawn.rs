//! What readers are told of versions that were withdrawn, and of a dataset that has none left.
#![expect(clippy::unwrap_used, reason = "a failure is the message")]

use chrono::{DateTime, Utc};
use debouches_model::{
    ArtefactKey, Coverage, FileEntry, Manifest, ReleaseNotice, Sha256, Stage, Tool, Version,
};
use debouches_site::{
    DatasetRecord, File, Release, Site, Texts, Withdrawal, dataset_files, known_datasets,
    root_files,
};

fn day(text: &str) -> DateTime<Utc> {
    format!("{text}T10:00:00Z").parse().unwrap()
}

fn release(version: &str) -> Release {
    let version: Version = version.parse().unwrap();
    let notice = ReleaseNotice {
        dataset: "essai".parse().unwrap(),
        version,
        title: "Titre & <b>essai</b>".to_owned(),
        summary: "Un jeu.".to_owned(),
        description: String::new(),
        licence: "lov2".to_owned(),
        frequency: "annual".to_owned(),
        tags: Vec::new(),
        coverage: Coverage {
            start: "2020-01-01".parse().unwrap(),
            end: "2021-12-31".parse().unwrap(),
        },
        zones: Vec::new(),
        granularity: String::new(),
        resources: Vec::new(),
    };
    let key = ArtefactKey::new(Stage::Package, "essai", version);
    let mut manifest = Manifest::new(
        &key,
        Tool {
            version: String::new(),
            commit: String::new(),
        },
        day("2026-01-01"),
    );
    let file = |path: &str, rows| FileEntry {
        path: path.to_owned(),
        bytes: 3,
        sha256: Sha256::of(version.to_string().as_bytes()),
        media_type: "text/csv".to_owned(),
        rows,
    };
    manifest.files = vec![file("t.csv", Some(7)), file("release.json", None)];
    let texts = Texts {
        datapackage: r#"{"resources": [{"name": "t", "path": "t.csv", "title": "Table"}]}"#
            .to_owned(),
        readme: String::new(),
        changelog: format!("# Journal\n\n## {version}\n\n- Changement de {version}.\n"),
    };
    Release::read(&notice, &manifest, &["release.json"], texts).unwrap()
}

fn record(
    former: Option<&DatasetRecord>,
    releases: &[Release],
    withdrawn: &[(&str, Withdrawal)],
) -> Option<DatasetRecord> {
    let find = |version: Version| {
        withdrawn
            .iter()
            .find(|(own, _)| *own == version.to_string())
            .map(|(_, withdrawal)| withdrawal.clone())
    };
    DatasetRecord::with(former, releases, &[], &|_| day("2026-02-01"), &find).unwrap()
}

fn yank() -> Withdrawal {
    Withdrawal {
        on: day("2026-03-01"),
        reason: "Mauvais fichier.".to_owned(),
        legal_basis: None,
    }
}

fn purge() -> Withdrawal {
    Withdrawal {
        legal_basis: Some("Article 6 de la loi".to_owned()),
        ..yank()
    }
}

fn text<'a>(files: &'a [File], path: &str) -> &'a str {
    files
        .iter()
        .find(|file| file.path == path)
        .map_or("", |file| &file.text)
}

#[test]
fn a_yanked_version_is_marked_and_readers_are_led_to_the_one_before() {
    let releases = [release("1.0.0"), release("1.1.0")];
    let record = record(None, &releases, &[("1.1.0", yank())]).unwrap();
    let files = dataset_files(&Site::default(), &record, &releases);
    assert!(text(&files, "essai/latest.json").contains("\"version\": \"1.0.0\""));
    assert!(text(&files, "essai/latest.html").contains("0; url=1.0.0.html"));
    let page = text(&files, "essai/1.1.0.html");
    assert!(
        page.contains("ne plus l’utiliser")
            && page.contains("Mauvais fichier.")
            && page.contains("1.0.0.html"),
        "{page}"
    );
    assert!(
        page.contains("1.1.0/t.csv"),
        "its bytes stay, and are led to"
    );
    assert!(!text(&files, "essai/1.0.0.html").contains("Une version plus récente existe"));
    assert!(
        text(&files, "essai/index.html").contains("1.0.0/t.csv")
            && text(&files, "essai/index.html").contains("retirée")
    );
    assert!(text(&files, "essai/feed.atom").contains("[retirée] "));
    assert!(
        page.contains("Titre &amp; &lt;b&gt;essai"),
        "a title is text"
    );
    // Taken back by those who keep the release.
    let again = taken_back(&record, &releases);
    assert_eq!(again.latest().unwrap().version.to_string(), "1.1.0");
}

fn taken_back(former: &DatasetRecord, releases: &[Release]) -> DatasetRecord {
    record(Some(former), releases, &[]).unwrap()
}

#[test]
fn a_purged_version_leaves_a_tombstone_and_no_link_to_its_bytes() {
    let former = record(None, &[release("1.0.0"), release("1.1.0")], &[]).unwrap();
    let left = [release("1.0.0")];
    let record = record(Some(&former), &left, &[("1.1.0", purge())]).unwrap();
    let files = dataset_files(&Site::default(), &record, &left);
    let page = text(&files, "essai/1.1.0.html");
    assert!(
        page.contains("Article 6 de la loi") && page.contains("doit la détruire"),
        "{page}"
    );
    for file in &files {
        assert!(
            !file.text.contains("1.1.0/t.csv"),
            "{} leads to bytes that are gone",
            file.path
        );
    }
    let root = root_files(&Site::default(), std::slice::from_ref(&record));
    assert!(!text(&root, "catalog.jsonld").contains("1.1.0.html#version"));
    assert_eq!(
        known_datasets(text(&root, "catalog.jsonld").as_bytes()),
        ["essai".parse().unwrap()]
    );
}

#[test]
fn a_dataset_without_version_says_so() {
    let former = record(None, &[release("1.0.0")], &[]).unwrap();
    let record_left = record(Some(&former), &[], &[("1.0.0", purge())]).unwrap();
    let files = dataset_files(&Site::default(), &record_left, &[]);
    assert!(text(&files, "essai/index.html").contains("Aucune version de ce jeu"));
    assert!(
        text(&files, "essai/latest.json").is_empty(),
        "a pointer to nothing is not written"
    );
    let root = root_files(&Site::default(), std::slice::from_ref(&record_left));
    assert!(text(&root, "index.html").contains("Aucune version en ligne"));
    // Purged before it ever came here: nothing is told of it.
    assert!(record(None, &[release("1.0.0")], &[("1.0.0", purge())]).is_none());
}
