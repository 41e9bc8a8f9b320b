//! What every kind of state promises.

use std::io::{Read as _, Write as _};

use debouches_model::{ArtefactKey, Fault, Sha256, Stage};
use debouches_store::StoreError;

use crate::harness::{State, manifest, owner, put, snapshot};

/// Runs the same test on both kinds of state.
macro_rules! on_every_state {
    ($($name:ident)*) => {
        mod on_a_folder {
            $(#[tokio::test] async fn $name() { super::$name(super::State::in_folder().await).await; })*
        }
        mod in_memory {
            $(#[tokio::test] async fn $name() { super::$name(super::State::in_memory().await).await; })*
        }
    };
}

on_every_state! {
    a_committed_artefact_is_found_with_its_bytes
    a_dropped_draft_leaves_nothing
    an_unfinished_file_spoils_its_draft
    the_same_content_twice_is_one_artefact
    other_content_under_the_same_key_is_a_conflict
    two_writers_at_once_make_one_artefact
    rejected_outputs_are_apart
    a_publication_has_a_key_of_two_levels
    unsafe_names_are_refused
    a_large_file_comes_back_whole
    a_journal_keeps_its_lines_and_freezes
    a_discarded_artefact_is_gone
    bytes_may_come_before_their_key
    the_lock_has_one_owner
    a_manifest_of_another_key_is_refused
}

async fn a_committed_artefact_is_found_with_its_bytes(state: State) {
    let key = snapshot("abc");
    assert!(state.store.find(&key).await.unwrap().is_none());
    let draft = state.store.draft(key.clone()).unwrap();
    draft.write("b.csv", "text/csv", b"two").unwrap();
    let mut file = draft.file("a.csv", "text/csv").unwrap();
    file.write_all(b"one").unwrap();
    let entry = file.finish(Some(1)).unwrap();
    assert_eq!(
        (entry.bytes, entry.sha256, entry.rows),
        (3, Sha256::of(b"one"), Some(1))
    );
    draft.commit(manifest(&key)).await.unwrap();

    let artefact = state.store.find(&key).await.unwrap().unwrap();
    let paths: Vec<_> = artefact
        .manifest()
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(paths, ["a.csv", "b.csv"]);
    artefact.verify().await.unwrap();
    assert_eq!(artefact.read("a.csv").await.unwrap(), b"one");
    let error = artefact.open_file("c.csv").await.unwrap_err();
    assert!(matches!(error, StoreError::Unlisted { .. }), "{error}");
    assert_eq!(state.store.list(Stage::Fetch, "ij").await.unwrap(), [key]);
    assert_eq!(state.store.subjects(Stage::Fetch).await.unwrap(), ["ij"]);
}

async fn a_dropped_draft_leaves_nothing(state: State) {
    let key = snapshot("abc");
    let draft = state.store.draft(key.clone()).unwrap();
    draft.write("a.csv", "text/csv", b"one").unwrap();
    drop(draft);
    assert!(state.store.find(&key).await.unwrap().is_none());
    assert!(
        state
            .store
            .list(Stage::Fetch, "ij")
            .await
            .unwrap()
            .is_empty()
    );
}

async fn an_unfinished_file_spoils_its_draft(state: State) {
    let key = snapshot("abc");
    let draft = state.store.draft(key.clone()).unwrap();
    drop(draft.file("a.csv", "text/csv").unwrap());
    let error = draft.commit(manifest(&key)).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Unfinished { path, .. } if path == "a.csv"),
        "{error}"
    );
}

async fn the_same_content_twice_is_one_artefact(state: State) {
    let key = snapshot("abc");
    let first = put(&state.store, &key, "a.csv", b"one").await.unwrap();
    let second = put(&state.store, &key, "a.csv", b"one").await.unwrap();
    assert_eq!(first.manifest(), second.manifest());
}

async fn other_content_under_the_same_key_is_a_conflict(state: State) {
    let key = snapshot("abc");
    put(&state.store, &key, "a.csv", b"one").await.unwrap();
    let error = put(&state.store, &key, "a.csv", b"two").await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict { .. }), "{error}");
    assert_eq!(error.fault(), Fault::Integrity);
    assert_eq!(
        state
            .store
            .find(&key)
            .await
            .unwrap()
            .unwrap()
            .read("a.csv")
            .await
            .unwrap(),
        b"one"
    );
}

async fn two_writers_at_once_make_one_artefact(state: State) {
    let key = snapshot("abc");
    let (one, two) = tokio::join!(
        put(&state.store, &key, "a.csv", b"same"),
        put(&state.store, &key, "a.csv", b"same")
    );
    assert_eq!(one.unwrap().manifest(), two.unwrap().manifest());
    state
        .store
        .find(&key)
        .await
        .unwrap()
        .unwrap()
        .verify()
        .await
        .unwrap();
}

async fn rejected_outputs_are_apart(state: State) {
    let key = ArtefactKey::rejected(Stage::Validate, "ij_cfa", "f1");
    put(&state.store, &key, "report.json", b"{}").await.unwrap();
    assert!(
        state
            .store
            .list(Stage::Validate, "ij_cfa")
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        state
            .store
            .list_rejected(Stage::Validate, "ij_cfa")
            .await
            .unwrap(),
        [key]
    );
}

async fn a_publication_has_a_key_of_two_levels(state: State) {
    let key = ArtefactKey::new(Stage::Publish, "insertion-cfa", "1.0.0/practice");
    put(&state.store, &key, "receipt.json", b"{}")
        .await
        .unwrap();
    assert_eq!(
        state
            .store
            .list(Stage::Publish, "insertion-cfa")
            .await
            .unwrap(),
        [key]
    );
}

async fn unsafe_names_are_refused(state: State) {
    for id in ["..", "../x", "a/../b", "", "a/b/c", ".hidden", "a b"] {
        assert!(state.store.draft(snapshot(id)).is_err(), "{id:?}");
        assert!(state.store.find(&snapshot(id)).await.is_err(), "{id:?}");
    }
    let draft = state.store.draft(snapshot("abc")).unwrap();
    for path in ["../a", "/a", "manifest.json", "a//b", ""] {
        assert!(draft.file(path, "text/csv").is_err(), "{path:?}");
    }
    draft.write("a.csv", "text/csv", b"").unwrap();
    assert!(
        draft.file("a.csv", "text/csv").is_err(),
        "the same path twice"
    );
}

async fn a_large_file_comes_back_whole(state: State) {
    let key = snapshot("large");
    let draft = state.store.draft(key.clone()).unwrap();
    let mut file = draft
        .file("inner/large.bin", "application/octet-stream")
        .unwrap();
    let line: Vec<u8> = (0..=250).collect();
    // Two parts and a bit, of a length that divides nothing.
    for _ in 0..71_003 {
        file.write_all(&line).unwrap();
    }
    let entry = file.finish(None).unwrap();
    let artefact = draft.commit(manifest(&key)).await.unwrap();
    let mut file = artefact.open_file("inner/large.bin").await.unwrap();
    assert_eq!(file.len(), entry.bytes);
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    assert_eq!(Sha256::of(&bytes), entry.sha256);
}

async fn a_journal_keeps_its_lines_and_freezes(state: State) {
    let key = ArtefactKey::new(Stage::Publish, "insertion-cfa", "1.0.0/practice");
    assert!(state.store.journal_lines(&key).await.unwrap().is_none());
    let mut journal = state.store.journal(&key).await.unwrap();
    journal.append("one").await.unwrap();
    journal.append("two").await.unwrap();
    assert!(journal.append("three\nfour").await.is_err());
    let lock = state.store.lock(None, owner("run-1")).await.unwrap();
    assert!(
        state.store.sweep(&lock).await.unwrap().is_empty(),
        "a journal is not a left-over"
    );
    let journal = state.store.journal(&key).await.unwrap();
    assert_eq!(journal.lines(), ["one", "two"]);

    let draft = state.store.draft(key.clone()).unwrap();
    draft
        .write("receipt.json", "application/json", b"{}")
        .unwrap();
    draft.adopt_journal().await.unwrap();
    let artefact = draft.commit(manifest(&key)).await.unwrap();
    artefact.verify().await.unwrap();
    assert_eq!(artefact.manifest().files.len(), 2);
    assert!(matches!(
        state.store.journal(&key).await,
        Err(StoreError::Frozen { .. })
    ));
}

async fn bytes_may_come_before_their_key(state: State) {
    let mut spool = state.store.spool().unwrap();
    spool.put(b"a failed attempt").unwrap();
    spool.restart().unwrap();
    spool.put(b"one").unwrap();
    let spooled = spool.finish().unwrap();
    assert_eq!((spooled.bytes(), spooled.sha256()), (3, Sha256::of(b"one")));
    let mut text = String::new();
    spooled.open().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "one");
    let key = snapshot(&spooled.sha256().to_string());
    let draft = state.store.draft(key.clone()).unwrap();
    draft.take(spooled, "a.csv", "text/csv", None).unwrap();
    let artefact = draft.commit(manifest(&key)).await.unwrap();
    assert_eq!(artefact.read("a.csv").await.unwrap(), b"one");
}

async fn a_discarded_artefact_is_gone(state: State) {
    let key = snapshot("abc");
    put(&state.store, &key, "a.csv", b"one").await.unwrap();
    let lock = state.store.lock(None, owner("run-1")).await.unwrap();
    assert!(state.store.discard(&key, &lock).await.unwrap());
    assert!(!state.store.discard(&key, &lock).await.unwrap());
    put(&state.store, &key, "a.csv", b"two").await.unwrap();
}

async fn the_lock_has_one_owner(state: State) {
    let lock = state.store.lock(None, owner("run-1")).await.unwrap();
    let error = state.store.lock(None, owner("run-2")).await.err().unwrap();
    assert!(
        matches!(&error, StoreError::Held { owner: Some(owner), .. } if owner.run == "run-1"),
        "{error}"
    );
    assert_eq!(error.fault(), Fault::Busy);
    drop(lock);
    state.store.lock(None, owner("run-2")).await.unwrap();
}

async fn a_manifest_of_another_key_is_refused(state: State) {
    let draft = state.store.draft(snapshot("abc")).unwrap();
    let error = draft
        .commit(manifest(&snapshot("other")))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Manifest { .. }), "{error}");
}
