//! The practice portal behaves as a real udata: the same careless requests, on one and on the other.
//!
//! The real one is tried when `DEBOUCHES_UDATA_CREDENTIALS` names the file that it leaves when it is ready (`tests/udata`
//! starts one). Scenarios run one after the other: some disturb the whole server.

#![expect(clippy::unwrap_used, reason = "tests")]

mod bench;
mod datasets;
mod files;
mod lists;
mod parts;
mod rights;

use std::path::Path;

use bench::Bench;
use debouches_portal::PortalOptions;

/// Runs scenarios, each named before it starts.
macro_rules! scenarios {
    ($bench:expr, $($scenario:path),+ $(,)?) => {
        $(
            eprintln!("{}", stringify!($scenario));
            $scenario($bench).await;
        )+
    };
}

async fn behaves(credentials: &Path) {
    let bench = Bench::open(credentials);
    scenarios!(
        &bench,
        datasets::a_write_that_leaves_fields_out,
        datasets::an_unknown_licence,
        datasets::values_that_are_completed_translated_or_refused,
        datasets::a_slug_is_not_stable,
        datasets::a_request_with_a_wrong_form,
        datasets::extras_are_merged_by_the_second_root,
        datasets::a_deleted_dataset,
        datasets::the_score,
        files::an_upload,
        files::a_replacement,
        files::what_is_said_of_a_hosted_file,
        files::a_link,
        files::a_list_of_resources_that_misses_some,
        files::an_order,
        files::the_same_name_twice_within_a_second,
        parts::the_protocol_of_parts,
        lists::pages,
        lists::terms,
        lists::errors_from_the_road,
        rights::keys_that_are_not_accepted,
        rights::the_data_of_others,
    );
}

#[tokio::test]
async fn the_practice_portal_behaves_as_a_real_one() {
    let folder = tempfile::tempdir().unwrap();
    let options = PortalOptions {
        test_accounts: true,
        ..PortalOptions::new(folder.path())
    };
    let portal = debouches_portal::start(options).await.unwrap();
    behaves(&portal.credentials_path()).await;
    portal.shutdown().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a real udata: DEBOUCHES_UDATA_CREDENTIALS names its credentials (tests/udata/start.sh)"]
async fn a_real_portal_behaves_as_we_believe_with_real_udata() {
    let credentials = std::env::var_os("DEBOUCHES_UDATA_CREDENTIALS")
        .expect("DEBOUCHES_UDATA_CREDENTIALS names no real udata: tests/udata/start.sh starts one");
    behaves(Path::new(&credentials)).await;
}
