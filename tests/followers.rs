//! Whom readers write to, who is told of a version, and two portals for one dataset.

use crate::harness::{PipelineTest, fixture};
use crate::portals::with_practice;
use crate::wire::Reached;

const SETTINGS: &str =
    "announce = true\ncontact = { name = \"Statistiques\", email = \"statistiques@example.org\" }";

fn one() -> PipelineTest {
    PipelineTest::one_table(
        "ij_cfa_etablissement",
        &fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv"),
    )
}

fn has_contact_and_one_announcement(portal: &Reached) {
    portal.clear("tested");
    let test = portal.receives(one(), SETTINGS);
    for _ in 0..2 {
        test.run(&["run", "--yes", "-q"]).expect_exit(0);
    }
    test.run(&["publish", "--yes"])
        .expect_exit(0)
        .expect_told("nothing to do");
    let dataset = portal.marked("tested").remove(0);
    assert_eq!(dataset["contact_points"][0]["name"], "Statistiques");
    let said = portal.get("/api/1/discussions/?page_size=100");
    let here = said["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["subject"]["id"] == dataset["id"]);
    let titles: Vec<&str> = here.map(|one| one["title"].as_str().unwrap()).collect();
    assert_eq!(
        titles,
        ["Nouvelle version : 1.0.0"],
        "followers are told once"
    );
    portal.clear("tested");
}

#[test]
fn a_contact_is_made_and_followers_of_the_practice_portal_are_told_once() {
    with_practice(false, has_contact_and_one_announcement);
}

#[test]
#[ignore = "needs a real udata: DEBOUCHES_UDATA_CREDENTIALS names its credentials (tests/udata/start.sh)"]
fn a_contact_is_made_and_followers_of_a_real_udata_are_told_once_with_real_udata() {
    has_contact_and_one_announcement(&Reached::real());
}

#[test]
fn two_portals_are_published_to_each_with_its_own_identifiers() {
    with_practice(false, |demo| {
        with_practice(false, |production| {
            let declared = |name: &str, portal: &Reached| {
                let variable = format!("KEY_{name}");
                let Reached {
                    url, organization, ..
                } = portal;
                format!(
                    "[portal.{name}]\nkind = \"udata\"\nurl = \"{url}\"\norganization = \"{organization}\"\napi_key_env = \"{variable}\"\n"
                )
            };
            let config = declared("demo", demo) + &declared("production", production);
            let test =
                one().with(&(config + "[profile.both]\nportals = [\"demo\", \"production\"]\n"));
            let test = test
                .env("KEY_demo", &demo.key)
                .env("KEY_production", &production.key);
            test.run(&["run", "--profile", "both", "--yes", "-q"])
                .expect_exit(0);
            let (one, other) = (
                demo.marked("tested").remove(0),
                production.marked("tested").remove(0),
            );
            assert_ne!(one["id"], other["id"]);
            assert_eq!(one["extras"], other["extras"]);
            let (first, second) = (demo.writes(), production.writes());
            test.run(&["publish", "--profile", "both", "--yes"])
                .expect_exit(0)
                .expect_told("nothing to do");
            assert_eq!((demo.writes(), production.writes()), (first, second));
            for name in ["demo", "production"] {
                assert!(
                    test.path(&format!("state/publish/tested/1.0.0/{name}/receipt.json"))
                        .exists()
                );
            }
        });
    });
}

#[test]
fn a_key_is_read_from_a_file_or_a_credential_and_printed_by_nobody() {
    with_practice(false, |portal| {
        let test = portal
            .receives(one(), "api_key_file = \"portal-key\"")
            .first("contact = \"statistiques@example.org\"")
            .env("DEBOUCHES_API_KEY", "");
        test.run(&["run", "--yes", "-q"])
            .expect_exit(4)
            .expect_told("portal-key");
        let credentials = tempfile::tempdir().unwrap();
        std::fs::write(
            credentials.path().join("portal-key"),
            format!("{}\n", portal.key),
        )
        .unwrap();
        let test = test.env(
            "CREDENTIALS_DIRECTORY",
            &credentials.path().display().to_string(),
        );
        let ran = test.run(&["run", "--yes", "-vv"]).expect_exit(0);
        assert!(!ran.told().contains(&portal.key));
        test.run(&["check"])
            .expect_exit(0)
            .expect_told("key present in");
    });
}
