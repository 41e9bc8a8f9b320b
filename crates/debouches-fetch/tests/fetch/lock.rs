//! The lock file as a promise: `--locked` and `--offline`.

use debouches_fetch::{Access, FetchError, Outcome, Pinning};
use debouches_http::testing::Reply;
use debouches_model::{ArtefactKey, Fault, Sha256, Stage};

use crate::harness::{CSV, NEWER, World, serve, web};

#[tokio::test]
async fn locked_accepts_the_same_bytes_and_refuses_others() {
    let mut world = World::new().await;
    let (_server, url) = serve([Reply::ok(CSV), Reply::ok(CSV), Reply::ok(NEWER)]).await;
    world.fetch(&web(&url)).await.unwrap();
    let before = world.lock.clone();
    world.fetcher.mode.pinning = Pinning::Locked;
    assert_eq!(
        world.fetch(&web(&url)).await.unwrap().outcome,
        Outcome::Unchanged
    );

    let error = world.fetch(&web(&url)).await.unwrap_err();
    let (old, new) = (Sha256::of(CSV.as_bytes()), Sha256::of(NEWER.as_bytes()));
    assert!(
        matches!(&error, FetchError::Locked { locked, actual, .. } if (*locked, *actual) == (old, new)),
        "{error}"
    );
    assert!(
        error.to_string().contains(&old.short()) && error.to_string().contains(&new.short()),
        "{error}"
    );
    assert_eq!(error.fault(), Fault::Data);
    assert_eq!(
        (world.lock.clone(), world.snapshots("ij").await),
        (before, 1)
    );

    world.file("ij.csv", NEWER);
    assert!(matches!(
        world.fetch(&world.local("ij.csv")).await,
        Err(FetchError::Locked { .. })
    ));
}

#[tokio::test]
async fn a_source_unknown_to_the_lock_file_is_refused_before_anything_is_asked() {
    let mut world = World::new().await;
    let (server, url) = serve([Reply::ok(CSV)]).await;
    world.fetcher.mode.pinning = Pinning::Locked;
    assert!(matches!(
        world.fetch(&web(&url)).await,
        Err(FetchError::NotLocked { .. })
    ));
    world.fetcher.mode.pinning = Pinning::Free;
    world.fetcher.mode.access = Access::Offline;
    assert!(matches!(
        world.fetch(&web(&url)).await,
        Err(FetchError::NotLocked { .. })
    ));
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn offline_without_the_snapshot_says_which_one_is_missing() {
    let mut world = World::new().await;
    let (server, url) = serve([Reply::new(200, &[("etag", "\"1\"")], CSV), Reply::ok(CSV)]).await;
    let fetched = world.fetch(&web(&url)).await.unwrap();
    let key = ArtefactKey::new(Stage::Fetch, "ij", fetched.entry.sha256);
    let guard = world.fetcher.store.locked_elsewhere();
    world.fetcher.store.discard(&key, &guard).await.unwrap();

    world.fetcher.mode.access = Access::Offline;
    let error = world.fetch(&web(&url)).await.unwrap_err();
    assert!(
        matches!(&error, FetchError::NoSnapshot { sha256, .. } if *sha256 == fetched.entry.sha256),
        "{error}"
    );
    assert_eq!((error.fault(), server.seen().len()), (Fault::Operator, 1));

    // Online, the bytes are received again: a 304 would be of no use.
    world.fetcher.mode.access = Access::Online;
    world.fetch(&web(&url)).await.unwrap();
    assert_eq!(server.seen()[1].header("if-none-match"), None);
}
