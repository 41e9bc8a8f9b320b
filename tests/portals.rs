//! Portals: the practice one, and a real udata when `DEBOUCHES_UDATA_CREDENTIALS` names its credentials.

use std::net::SocketAddr;

use crate::harness::{PipelineTest, fixture, project};
use crate::proxy::Proxy;
use crate::wire::Reached;
use debouches_portal::PortalOptions;

/// Does something while the practice portal answers on a port of its own.
pub(crate) fn with_practice(read_only: bool, act: impl FnOnce(&Reached)) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut options = PortalOptions::new(folder.path());
    // Tests ask it which requests arrived.
    options.test_accounts = true;
    options.address = SocketAddr::from(([127, 0, 0, 1], 0));
    options.read_only = read_only;
    let portal = runtime.block_on(debouches_portal::start(options)).unwrap();
    act(&Reached::own(
        portal.base_url(),
        portal.api_key(),
        portal.organization(),
    ));
    runtime.block_on(portal.shutdown()).unwrap();
}

/// The sample, published to that portal through its API as any udata.
pub(crate) fn sample_to(portal: &Reached) -> PipelineTest {
    let sources = fixture("sources").display().to_string();
    let config = std::fs::read_to_string(project().join("pipeline.toml")).unwrap();
    let declared = format!(
        "[portal.tested]\nkind = \"udata\"\nurl = \"{}\"\norganization = \"{}\"\n\n[portal.practice]",
        portal.url, portal.organization
    );
    let config = config
        .replace("fixtures/sources", &sources)
        .replace("[portal.practice]", &declared);
    PipelineTest::with_config(&config.replace(
        "portal = \"practice\"\nportals = [\"catalogue\"]",
        "portal = \"tested\"",
    ))
    .env("DEBOUCHES_API_KEY", &portal.key)
}

fn publishes_once(portal: &Reached) {
    // Other tests write to the same real portal meanwhile: ours are counted on our own road.
    let road = Proxy::to(&portal.url);
    let test = sample_to(&portal.by(&road.url));
    let ran = test.run(&["run", "--yes", "--json"]).expect_exit(0).json();
    for step in ran["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|step| step["stage"] == "publish")
    {
        assert!(
            step["detail"].as_str().unwrap().contains("quality 100 %"),
            "{step}"
        );
    }
    let sent = road.writes();
    assert!(sent > 0);
    test.run(&["publish", "--yes"])
        .expect_exit(0)
        .expect_told("nothing to do");
    assert_eq!(road.writes(), sent, "a second publication wrote again");
    // The state is lost: the marks on the portal are enough.
    std::fs::remove_dir_all(test.path("state")).unwrap();
    test.run(&["run", "--yes"]).expect_exit(0);
    assert_eq!(road.writes(), sent, "a lost state made other writes");
}

#[test]
fn the_practice_portal_is_published_to_once() {
    with_practice(false, publishes_once);
}

#[test]
#[ignore = "needs a real udata: DEBOUCHES_UDATA_CREDENTIALS names its credentials (tests/udata/start.sh)"]
fn a_real_udata_is_published_to_once_with_real_udata() {
    publishes_once(&Reached::real());
}

#[test]
fn the_practice_portal_conforms() {
    with_practice(false, conforms);
}

#[test]
#[ignore = "needs a real udata: DEBOUCHES_UDATA_CREDENTIALS names its credentials (tests/udata/start.sh)"]
fn a_real_udata_conforms_with_real_udata() {
    conforms(&Reached::real());
}

fn conforms(portal: &Reached) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let checks = runtime.block_on(debouches_udata::conformance::run(
        &portal.url,
        &portal.key,
        None,
        &portal.organization,
    ));
    assert!(checks.unwrap().len() >= 10);
}

#[test]
fn a_bad_key_is_told_and_nothing_is_written() {
    with_practice(false, |portal| {
        let test = sample_to(&Reached::own(
            portal.url.clone(),
            "not-a-key",
            &portal.organization,
        ));
        let ran = test.run(&["run", "--yes"]).expect_exit(4);
        assert!(
            !ran.told().contains("not-a-key"),
            "the key was printed\n{}",
            ran.told()
        );
        assert_eq!(portal.writes(), 0);
    });
}

#[test]
fn a_missing_key_is_told_before_anything_is_sent() {
    with_practice(false, |portal| {
        let test = sample_to(portal).env("DEBOUCHES_API_KEY", "");
        test.run(&["run", "--yes"])
            .expect_exit(4)
            .expect_told("DEBOUCHES_API_KEY");
        assert_eq!(portal.writes(), 0);
    });
}

#[test]
fn a_read_only_portal_is_an_outage() {
    with_practice(true, |portal| {
        sample_to(portal).run(&["run", "--yes"]).expect_exit(75);
    });
}

#[test]
fn a_real_portal_is_not_written_to_without_consent() {
    with_practice(false, |portal| {
        sample_to(portal)
            .run(&["run"])
            .expect_exit(2)
            .expect_told("--yes");
        assert_eq!(portal.writes(), 0);
    });
}

#[test]
fn the_key_is_in_no_file_and_on_no_screen() {
    with_practice(false, |portal| {
        let test = sample_to(portal);
        let ran = test.run(&["run", "--yes", "-vv"]).expect_exit(0);
        assert!(!ran.told().contains(&portal.key));
        let found = std::process::Command::new("grep")
            .args(["-rl", &portal.key])
            .arg(test.folder())
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&found.stdout), "");
    });
}
