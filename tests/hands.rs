//! What people do on the portal between two runs is a decision: kept, or asked about, never undone.

use serde_json::{Value, json};

use crate::catalogue::{revise_source, source_table};
use crate::harness::PipelineTest;
use crate::portals::with_practice;
use crate::retractions::retract;
use crate::wire::Reached;

struct Page<'a> {
    portal: &'a Reached,
    test: PipelineTest,
    path: String,
}

impl<'a> Page<'a> {
    fn published(portal: &'a Reached) -> Self {
        let test = portal.receives(source_table(), "");
        test.run(&["run", "--yes", "-q"]).expect_exit(0);
        let id = portal.marked("tested")[0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        Self {
            portal,
            test,
            path: format!("/api/1/datasets/{id}/"),
        }
    }

    fn shown(&self) -> Value {
        self.portal.get(&self.path)
    }

    fn put(&self, change: &Value) {
        let mut text = self.shown();
        for (name, value) in change.as_object().unwrap() {
            text[name] = value.clone();
        }
        text.as_object_mut().unwrap().remove("resources");
        let (status, _) = self.portal.ask("PUT", &self.path, Some(&text));
        assert_eq!(status, 200);
    }

    fn titles(&self) -> Vec<String> {
        let shown = self.shown();
        let resources = shown["resources"].as_array().unwrap();
        resources
            .iter()
            .map(|item| item["title"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Every command that could undo it is refused, and nothing is written.
    fn is_asked_about(&self, told: &str) {
        let sent = self.portal.writes();
        for command in [
            &["plan"][..],
            &["run", "--yes"],
            &["publish", "--yes"],
            &["publish", "--yes", "--force"],
        ] {
            self.test.run(command).expect_exit(3).expect_told(told);
        }
        self.test
            .run(&["status"])
            .expect_exit(3)
            .expect_told("refused")
            .expect_told(told);
        // A new release changes nothing to it.
        revise_source(&self.test);
        self.test
            .run(&["run", "--yes"])
            .expect_exit(3)
            .expect_told(told);
        assert_eq!(self.portal.writes(), sent);
    }
}

#[test]
fn what_was_made_private_is_never_shown_again() {
    with_practice(false, |portal| {
        let page = Page::published(portal);
        page.put(&json!({"private": true}));
        page.is_asked_about("was made private on the portal");
        assert_eq!(page.shown()["private"], true);
        // A state that was lost does not show it either.
        std::fs::remove_dir_all(page.test.path("state")).unwrap();
        page.test
            .run(&["portal", "adopt", "--yes"])
            .output
            .status
            .code()
            .unwrap();
        page.test
            .run(&["run", "--yes"])
            .expect_exit(3)
            .expect_told("was made private on the portal");
        assert_eq!(page.shown()["private"], true);
        page.put(&json!({"private": false}));
        page.test.run(&["run", "--yes", "-q"]).expect_exit(0);
    });
}

#[test]
fn what_was_archived_stays_so_and_is_said() {
    with_practice(false, |portal| {
        let page = Page::published(portal);
        page.put(&json!({"archived": "2026-01-01T00:00:00+00:00"}));
        page.test
            .run(&["plan"])
            .expect_exit(0)
            .expect_told("archived on the portal: it stays so");
        revise_source(&page.test);
        page.test
            .run(&["run", "--yes"])
            .expect_exit(0)
            .expect_told("archived on the portal: it stays so");
        assert!(page.shown()["archived"].is_string());
        page.test
            .run(&["status"])
            .expect_exit(0)
            .expect_told("archived on the portal");
    });
}

#[test]
fn an_order_that_somebody_chose_stays_and_so_does_what_they_added() {
    with_practice(false, |portal| {
        let page = Page::published(portal);
        let link = json!({"title": "Notice", "url": "https://example.org/notice.pdf", "filetype": "remote", "type": "documentation", "format": "pdf"});
        let resources = format!("{}resources/", page.path);
        assert_eq!(portal.ask("POST", &resources, Some(&link)).0, 201);
        let mut ids: Vec<Value> = page.shown()["resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["id"].clone())
            .collect();
        ids[1..].reverse();
        assert_eq!(portal.ask("PUT", &resources, Some(&json!(ids))).0, 200);
        let chosen = page.titles();
        assert_eq!(chosen[0], "Notice");
        page.test
            .run(&["plan"])
            .expect_exit(0)
            .expect_told("order of its files was changed on the portal");
        revise_source(&page.test);
        page.test.run(&["run", "--yes", "-q"]).expect_exit(0);
        assert_eq!(page.titles(), chosen);
    });
}

#[test]
fn a_file_that_somebody_removed_is_not_put_back_without_a_word() {
    with_practice(false, |portal| {
        let page = Page::published(portal);
        let shown = page.shown();
        let resources = shown["resources"].as_array().unwrap();
        let parquet = resources
            .iter()
            .find(|item| item["title"].as_str().unwrap().contains("Parquet"))
            .unwrap();
        let path = format!(
            "{}resources/{}/",
            page.path,
            parquet["id"].as_str().unwrap()
        );
        assert_eq!(portal.ask("DELETE", &path, None).0, 204);
        for command in [&["plan"][..], &["run", "--yes"]] {
            page.test
                .run(command)
                .expect_exit(3)
                .expect_told("has lost files: ij_cfa_etablissement.parquet");
        }
        assert_eq!(page.titles().len(), resources.len() - 1);
        page.test
            .run(&["publish", "--yes", "--force"])
            .expect_exit(0);
        assert_eq!(page.titles().len(), resources.len());
    });
}

#[test]
fn a_purge_empties_a_page_that_was_made_private_and_leaves_it_private() {
    with_practice(false, |portal| {
        let page = Page::published(portal);
        let csv = page.shown()["resources"][0]["url"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(portal.bytes(&csv).len() > 100);
        page.put(&json!({"private": true}));
        retract(&page.test, "purge", "1.0.0");
        let shown = page.shown();
        assert_eq!(shown["resources"], json!([]), "{shown}");
        assert_eq!(shown["private"], true);
        assert!(
            shown["description"]
                .as_str()
                .unwrap()
                .starts_with("**Ces fichiers ne sont plus diffusés.**")
        );
        let manifest = "state/package/tested/1.0.0/manifest.json";
        assert!(!page.test.path(manifest).exists());
        page.test.run(&["run", "--yes"]).expect_exit(0);
        assert_eq!(page.shown()["private"], true);
    });
}

#[test]
fn a_purge_removes_our_bytes_although_somebody_deleted_the_page() {
    with_practice(false, |portal| {
        let page = Page::published(portal);
        let mut restored = page.shown();
        assert_eq!(portal.ask("DELETE", &page.path, None).0, 204);
        let purge = ["purge", "1.0.0", "--legal-basis", "RGPD.", "--by", "A. B."];
        page.test
            .run(&[&purge[..], &["--yes", "-v"]].concat())
            .expect_exit(0)
            .expect_told("deleted on portal");
        let manifest = "state/package/tested/1.0.0/manifest.json";
        assert!(!page.test.path(manifest).exists());
        // Somebody restores it: the weekly check says so.
        restored["deleted"] = Value::Null;
        restored.as_object_mut().unwrap().remove("resources");
        assert_eq!(portal.ask("PUT", &page.path, Some(&restored)).0, 200);
        page.test
            .run(&["verify", "--all"])
            .expect_exit(7)
            .expect_told("tested");
    });
}

#[test]
fn a_yank_marks_a_page_that_was_made_private_and_leaves_it_private() {
    with_practice(false, |portal| {
        let page = Page::published(portal);
        page.put(&json!({"private": true}));
        retract(&page.test, "yank", "1.0.0");
        let is_marked = || {
            let shown = page.shown();
            assert_eq!(shown["private"], true);
            assert!(
                shown["description"]
                    .as_str()
                    .unwrap()
                    .starts_with("**Ne plus utiliser ces fichiers.**"),
                "{shown}"
            );
        };
        is_marked();
        page.test
            .run(&["run", "--yes"])
            .expect_exit(0)
            .expect_told("private on the portal: it stays so");
        is_marked();
        // A release that may be used still needs whoever hid the page.
        revise_source(&page.test);
        page.test
            .run(&["run", "--yes"])
            .expect_exit(3)
            .expect_told("was made private on the portal");
        is_marked();
    });
}

#[test]
fn neither_an_archived_page_nor_one_that_lost_a_file_stops_a_retraction() {
    for command in ["yank", "purge"] {
        with_practice(false, |portal| {
            let page = Page::published(portal);
            revise_source(&page.test);
            page.test.run(&["run", "--yes", "-q"]).expect_exit(0);
            page.put(&json!({"archived": "2026-01-01T00:00:00+00:00"}));
            let shown = page.shown();
            let resources = shown["resources"].as_array().unwrap();
            let is_parquet = |item: &&Value| item["title"].as_str().unwrap().contains("Parquet");
            let parquet = resources.iter().find(is_parquet).unwrap();
            let path = format!(
                "{}resources/{}/",
                page.path,
                parquet["id"].as_str().unwrap()
            );
            assert_eq!(portal.ask("DELETE", &path, None).0, 204);
            retract(&page.test, command, "1.0.1");
            let shown = page.shown();
            assert_eq!(shown["extras"]["debouches:version"], "1.0.0");
            assert!(shown["archived"].is_string());
            assert_eq!(
                page.titles().len(),
                resources.len() - 1,
                "{command}: what somebody removed is not put back"
            );
            // It still is a question afterwards, which `--force` answers.
            page.test
                .run(&["publish", "--yes"])
                .expect_exit(3)
                .expect_told("has lost files: ij_cfa_etablissement.parquet");
            page.test
                .run(&["publish", "--yes", "--force"])
                .expect_exit(0);
            assert_eq!(page.titles().len(), resources.len());
        });
    }
}
