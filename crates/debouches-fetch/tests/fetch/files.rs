//! Local files.

use debouches_fetch::{Access, FetchError, Outcome};
use debouches_model::Fault;

use crate::harness::{CSV, NEWER, World, text};

#[tokio::test]
async fn a_file_is_a_source_recorded_as_configured() {
    let mut world = World::new().await;
    world.file("ij.csv", CSV);
    let fetched = world.fetch(&world.local("ij.csv")).await.unwrap();
    assert_eq!(
        (text(&fetched).await.as_str(), fetched.outcome),
        (CSV, Outcome::New)
    );
    assert_eq!(fetched.entry.url, "ij.csv");
    let again = world.fetch(&world.local("ij.csv")).await.unwrap();
    assert_eq!(
        (again.outcome, again.entry),
        (Outcome::Unchanged, fetched.entry)
    );
}

#[tokio::test]
async fn a_file_is_read_again_even_offline() {
    let mut world = World::new().await;
    world.file("ij.csv", CSV);
    world.fetch(&world.local("ij.csv")).await.unwrap();
    world.file("ij.csv", NEWER);
    world.fetcher.mode.access = Access::Offline;
    let fetched = world.fetch(&world.local("ij.csv")).await.unwrap();
    assert_eq!(
        (text(&fetched).await.as_str(), fetched.outcome),
        (NEWER, Outcome::Changed)
    );

    // Back to bytes seen before: their snapshot and their date serve again.
    world.next_day();
    world.file("ij.csv", CSV);
    let fetched = world.fetch(&world.local("ij.csv")).await.unwrap();
    assert_eq!(
        (fetched.outcome, fetched.entry.accessed.timestamp()),
        (Outcome::Changed, 0)
    );
    assert_eq!(world.snapshots("ij").await, 2);
}

#[tokio::test]
async fn the_same_bytes_under_another_name_are_the_same_snapshot() {
    let mut world = World::new().await;
    for name in ["a.csv", "b.csv"] {
        world.file(name, CSV);
        assert_eq!(
            world.fetch(&world.local(name)).await.unwrap().body().path,
            "a.csv"
        );
    }
    assert_eq!(world.snapshots("ij").await, 1);
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() {
    let mut world = World::new().await;
    let error = world.fetch(&world.local("absent.csv")).await.unwrap_err();
    assert!(
        matches!(&error, FetchError::FileMissing { path, .. } if *path == world.base().join("absent.csv")),
        "{error}"
    );
    assert_eq!(error.fault(), Fault::Operator);
    std::fs::create_dir(world.base().join("folder.csv")).unwrap();
    let error = world.fetch(&world.local("folder.csv")).await.unwrap_err();
    assert!(matches!(error, FetchError::File { .. }), "{error}");
}

#[tokio::test]
async fn a_file_is_looked_at_like_any_other_source() {
    let mut world = World::new().await;
    world.file("page.csv", "<html>");
    assert!(matches!(
        world.fetch(&world.local("page.csv")).await,
        Err(FetchError::NotData { .. })
    ));
    world.file("large.csv", CSV);
    let mut request = world.local("large.csv");
    request.limits.max_bytes = 5;
    assert!(matches!(
        world.fetch(&request).await,
        Err(FetchError::TooLarge { .. })
    ));
    assert_eq!(world.snapshots("ij").await, 0);
}
