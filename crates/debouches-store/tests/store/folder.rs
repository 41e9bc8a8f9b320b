//! What a local folder promises besides: crashes, altered bytes, planted links, rights.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use debouches_model::{Fault, Stage};
use debouches_store::StoreError;

use crate::harness::{State, manifest, owner, put, snapshot};

/// What a run leaves when it dies between the files and the manifest.
fn orphan(state: &State, bytes: &[u8]) {
    fs::create_dir_all(state.at("fetch/ij/abc")).unwrap();
    fs::write(state.at("fetch/ij/abc/a.csv"), bytes).unwrap();
}

#[tokio::test]
async fn a_folder_without_manifest_does_not_exist_and_does_not_block() {
    for left in [b"one".as_slice(), b"torn".as_slice()] {
        let state = State::in_folder().await;
        orphan(&state, left);
        assert!(
            state
                .store
                .list(Stage::Fetch, "ij")
                .await
                .unwrap()
                .is_empty()
        );
        assert!(state.store.find(&snapshot("abc")).await.unwrap().is_none());
        let artefact = put(&state.store, &snapshot("abc"), "a.csv", b"one")
            .await
            .unwrap();
        artefact.verify().await.unwrap();
    }
}

#[tokio::test]
async fn a_sweep_removes_what_dead_runs_left_and_nothing_else() {
    let state = State::in_folder().await;
    put(&state.store, &snapshot("kept"), "a.csv", b"one")
        .await
        .unwrap();
    orphan(&state, b"one");
    fs::create_dir_all(state.at("tmp/run-0")).unwrap();
    fs::write(state.at("tmp/run-0/1-1"), b"half").unwrap();
    fs::create_dir_all(state.at("rejected/validate/t/f")).unwrap();
    let draft = state.store.draft(snapshot("under-way")).unwrap();
    draft.write("a.csv", "text/csv", b"mine").unwrap();

    let lock = state.store.lock(None, owner("run-1")).await.unwrap();
    let removed = state.store.sweep(&lock).await.unwrap();
    assert_eq!(
        removed,
        ["tmp/run-0", "fetch/ij/abc", "rejected/validate/t/f"]
    );
    assert!(state.store.sweep(&lock).await.unwrap().is_empty());
    draft
        .commit(manifest(&snapshot("under-way")))
        .await
        .unwrap();
    assert_eq!(state.store.list(Stage::Fetch, "ij").await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_ended_run_leaves_no_temporary_file() {
    let state = State::in_folder().await;
    put(&state.store, &snapshot("abc"), "a.csv", b"one")
        .await
        .unwrap();
    drop(
        state
            .store
            .draft(snapshot("dropped"))
            .unwrap()
            .write("a.csv", "text/csv", b"two")
            .unwrap(),
    );
    let tmp = state.at("tmp");
    let State { store, .. } = &state;
    assert_eq!(fs::read_dir(tmp.join("run-1")).unwrap().count(), 0);
    drop(store.clone());
    let other = state.again("run-2").await;
    put(&other, &snapshot("abd"), "a.csv", b"one")
        .await
        .unwrap();
    drop(other);
    assert!(!tmp.join("run-2").exists());
}

#[tokio::test]
async fn committed_files_are_read_only() {
    let state = State::in_folder().await;
    put(&state.store, &snapshot("abc"), "a.csv", b"one")
        .await
        .unwrap();
    for path in ["fetch/ij/abc/a.csv", "fetch/ij/abc/manifest.json"] {
        assert_eq!(
            fs::metadata(state.at(path)).unwrap().permissions().mode() & 0o777,
            0o400,
            "{path}"
        );
    }
}

fn overwrite(path: &std::path::Path, bytes: &[u8]) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn every_flipped_bit_of_a_file_is_seen_and_named() {
    let state = State::in_folder().await;
    let bytes = b"uai;taux\n0010856A;12\n";
    let artefact = put(&state.store, &snapshot("abc"), "a.csv", bytes)
        .await
        .unwrap();
    let path = state.at("fetch/ij/abc/a.csv");
    for place in 0..bytes.len() {
        let mut flipped = bytes.to_vec();
        flipped[place] ^= 1;
        overwrite(&path, &flipped);
        for error in [
            artefact.verify().await.unwrap_err(),
            artefact.open_file("a.csv").await.unwrap_err(),
        ] {
            assert!(
                matches!(&error, StoreError::Altered { path, .. } if path == "a.csv"),
                "{error}"
            );
            assert_eq!(error.fault(), Fault::Integrity);
        }
    }
    overwrite(&path, bytes);
    artefact.verify().await.unwrap();
    fs::remove_file(&path).unwrap();
    assert!(matches!(
        artefact.verify().await.unwrap_err(),
        StoreError::Missing { .. }
    ));
}

#[tokio::test]
async fn an_altered_manifest_is_refused() {
    let state = State::in_folder().await;
    put(&state.store, &snapshot("abc"), "a.csv", b"one")
        .await
        .unwrap();
    let path = state.at("fetch/ij/abc/manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    overwrite(&path, text.replace("0.1.0", "0.1.1").as_bytes());
    let error = state.store.find(&snapshot("abc")).await.unwrap_err();
    assert!(matches!(error, StoreError::Manifest { .. }), "{error}");
}

#[tokio::test]
async fn planted_links_are_refused_by_name() {
    for planted in [
        "fetch",
        "fetch/ij",
        "fetch/ij/abc",
        "tmp",
        "tmp/run-1",
        "lock",
    ] {
        let state = State::in_folder().await;
        let outside = state.base().join("outside");
        fs::create_dir_all(&outside).unwrap();
        let link = state.at(planted);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(&outside, &link).unwrap();
        let error = match state.store.lock(None, owner("run-1")).await {
            Ok(_) => put(&state.store, &snapshot("abc"), "a.csv", b"one")
                .await
                .unwrap_err(),
            Err(error) => error,
        };
        assert!(
            matches!(&error, StoreError::Symlink { path } if *path == link),
            "{planted}: {error}"
        );
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 0, "{planted}");
    }
}

#[tokio::test]
async fn planted_links_are_neither_read_nor_swept() {
    let state = State::in_folder().await;
    put(&state.store, &snapshot("abc"), "a.csv", b"one")
        .await
        .unwrap();
    let outside = state.base().join("outside.csv");
    fs::write(&outside, b"one").unwrap();
    fs::remove_file(state.at("fetch/ij/abc/a.csv")).unwrap();
    symlink(&outside, state.at("fetch/ij/abc/a.csv")).unwrap();
    let artefact = state.store.find(&snapshot("abc")).await.unwrap().unwrap();
    assert!(matches!(
        artefact.open_file("a.csv").await.unwrap_err(),
        StoreError::Symlink { .. }
    ));

    fs::create_dir_all(state.at("tmp")).unwrap();
    symlink(state.base(), state.at("tmp/run-0")).unwrap();
    let lock = state.store.lock(None, owner("run-1")).await.unwrap();
    assert!(matches!(
        state.store.sweep(&lock).await.unwrap_err(),
        StoreError::Symlink { .. }
    ));
    assert!(outside.exists());
}

#[tokio::test]
async fn a_folder_in_the_place_of_a_file_is_an_error_that_names_it() {
    let state = State::in_folder().await;
    fs::create_dir_all(state.at("fetch/ij/abc/a.csv")).unwrap();
    let error = put(&state.store, &snapshot("abc"), "a.csv", b"one")
        .await
        .unwrap_err();
    assert!(error.to_string().contains("fetch/ij/abc/a.csv"), "{error}");
}

#[tokio::test]
async fn a_torn_last_line_of_a_journal_is_dropped() {
    let state = State::in_folder().await;
    let key = debouches_model::ArtefactKey::new(Stage::Publish, "d", "1.0.0/practice");
    state
        .store
        .journal(&key)
        .await
        .unwrap()
        .append("one")
        .await
        .unwrap();
    let path = state.at("publish/d/1.0.0/practice/journal.jsonl");
    fs::write(&path, b"one\ntw").unwrap();
    assert_eq!(
        state.store.journal_lines(&key).await.unwrap().unwrap(),
        ["one"]
    );
    let mut journal = state.store.journal(&key).await.unwrap();
    assert!(journal.was_torn());
    journal.append("three").await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "one\nthree\n");
}
