//! What we keep and serve is looked at as a whole: what was altered, is missing, foreign or old is named.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::catalogue::{revise_source, source_table};
use crate::harness::PipelineTest;
use crate::portals::with_practice;

/// A release on the practice portal and on a static site.
fn served() -> PipelineTest {
    let test = source_table().with(
        "[portal.pratique]\nkind = \"practice\"\nfolder = \"portal\"\n[portal.site]\nkind = \"static\"\nfolder = \"www\"\n\
         [profile.sample]\nportals = [\"pratique\", \"site\"]\n",
    );
    test.run(&["run", "-q"]).expect_exit(0);
    test
}

/// A file below a folder whose path ends like that.
fn file(test: &PipelineTest, folder: &str, end: &str) -> PathBuf {
    let mut waiting = vec![test.path(folder)];
    let mut all = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.display().to_string().ends_with(end) {
                all.push(path);
            }
        }
    }
    all.sort();
    all.into_iter()
        .next()
        .unwrap_or_else(|| panic!("nothing in {folder} ends with {end}"))
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn one_byte_altered_in_each_kind_of_file_is_named() {
    let test = served();
    test.run(&["verify", "--all"]).expect_exit(0);
    for (folder, end, named) in [
        ("state/fetch", "/manifest.json", "fetch/"),
        ("state/validate", "/table.arrow", "table.arrow"),
        ("state/enrich", "/report.json", "report.json"),
        ("state/package", ".parquet", "ij_cfa_etablissement.parquet"),
        ("state/package", "/SHA256SUMS", "SHA256SUMS"),
        ("state/publish", "/receipt.json", "receipt.json"),
        (
            "www/tested",
            "ij_cfa_etablissement.csv",
            "ij_cfa_etablissement.csv: altered",
        ),
        ("www/tested", "/dataset.json", "altered"),
        ("www", "/feed.atom", "feed.atom"),
        ("portal/files", ".csv", ".csv"),
    ] {
        let path = file(&test, folder, end);
        let bytes = std::fs::read(&path).unwrap();
        let mut altered = bytes.clone();
        let middle = altered.len() / 2;
        altered[middle] ^= 1;
        write(&path, &altered);
        test.run(&["verify", "--all"])
            .expect_exit(7)
            .expect_told(named);
        write(&path, &bytes);
    }
    for (folder, end, named) in [
        (
            "www/tested",
            ".parquet",
            "ij_cfa_etablissement.parquet: missing",
        ),
        (
            "state/package",
            "/ij_cfa_etablissement.csv",
            "ij_cfa_etablissement.csv",
        ),
    ] {
        let path = file(&test, folder, end);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        test.run(&["verify", "--all"])
            .expect_exit(7)
            .expect_told(named);
        std::fs::write(&path, bytes).unwrap();
    }
    for place in [
        "state/stranger",
        "state/package/tested/1.0.0/stranger",
        "www/tested/1.0.0/stranger",
    ] {
        let path = test.path(place);
        std::fs::write(&path, "x").unwrap();
        test.run(&["verify", "--all"])
            .expect_exit(7)
            .expect_told("stranger: foreign");
        std::fs::remove_file(path).unwrap();
    }
    test.run(&["verify", "--all"]).expect_exit(0);
}

#[test]
fn an_older_site_is_not_taken_for_the_present_one_and_a_version_of_nobody_is_refused() {
    let test = served();
    let yesterday = std::fs::read(test.path("www/tested/dataset.json")).unwrap();
    revise_source(&test);
    test.run(&["run", "-q"]).expect_exit(0);
    let today = std::fs::read(test.path("www/tested/dataset.json")).unwrap();
    test.run(&["verify", "tested@live", "--at-least", "1.0.1"])
        .expect_exit(0);
    test.run(&["verify", "tested@live", "--at-least", "2.0.0"])
        .expect_exit(7)
        .expect_told("at least 2.0.0");
    std::fs::write(test.path("www/tested/dataset.json"), yesterday).unwrap();
    test.run(&["verify", "live"])
        .expect_exit(7)
        .expect_told("older than 1.0.1");
    // The record of a version that was never published from here, with its own seal.
    std::fs::write(test.path("www/tested/dataset.json"), today).unwrap();
    std::fs::remove_dir_all(test.path("state/package/tested/1.0.1")).unwrap();
    std::fs::remove_dir_all(test.path("state/publish/tested/1.0.1")).unwrap();
    test.run(&["plan"])
        .expect_exit(7)
        .expect_told("never published from here");
    let live = test.run(&["publish"]);
    assert!(
        live.stderr().contains("never published from here"),
        "{}",
        live.told()
    );
}

#[test]
fn a_file_altered_on_the_site_is_found_when_everything_is_done_again() {
    let test = served();
    let path = file(&test, "www/tested", ".csv");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    test.run(&["publish", "--force"])
        .expect_exit(7)
        .expect_told("holds other bytes than the release");
}

#[test]
fn a_saved_plan_is_accepted_by_the_practice_portal_and_by_a_static_site() {
    for portal in [
        "[portal.pratique]\nkind = \"practice\"\nfolder = \"portal\"\n[profile.sample]\nportal = \"pratique\"\n",
        "[portal.site]\nkind = \"static\"\nfolder = \"www\"\n[profile.sample]\nportal = \"site\"\n",
    ] {
        let test = source_table().with(portal);
        test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
        test.run(&["plan", "-o", "plan.json", "--exit-code"])
            .expect_exit(10);
        test.run(&["publish", "plan.json"]).expect_exit(0);
        revise_source(&test);
        test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
        test.run(&["plan", "-o", "plan.json"]).expect_exit(0);
        let first = std::fs::read_to_string(test.path("plan.json")).unwrap();
        test.run(&["plan", "-o", "again.json"]).expect_exit(0);
        let again = std::fs::read_to_string(test.path("again.json")).unwrap();
        let but_its_date = |text: &str| -> Vec<String> {
            text.lines()
                .filter(|line| !line.contains("made_at"))
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(but_its_date(&first), but_its_date(&again));
        test.run(&["publish", "plan.json"]).expect_exit(0);
        test.run(&["plan", "--exit-code"]).expect_exit(0);
        // Another release: the plan is not about it.
        revise_source(&test);
        let text = std::fs::read_to_string(test.path("source.csv")).unwrap();
        let shorter: Vec<&str> = text.lines().take(200).collect();
        std::fs::write(test.path("source.csv"), shorter.join("\r\n") + "\r\n").unwrap();
        test.run(&["run", "--to", "package", "-q"]);
        test.run(&["publish", "plan.json"]);
        test.run(&["verify", "live"]).expect_exit(0);
    }
}

#[test]
fn a_document_that_did_not_get_out_is_no_success() {
    let test = served();
    for arguments in [&["status", "--json"][..], &["verify", "--all", "--json"]] {
        let mut command = test.command(arguments);
        let full = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        command.stdout(full);
        let ran = test.ran(command, "to a full disk");
        ran.expect_exit(1)
            .expect_told("cannot write on standard output");
    }
}

#[test]
fn a_descriptor_does_not_lead_out_of_its_folder() {
    let test = served();
    let folder = test.path("copy");
    std::fs::create_dir(&folder).unwrap();
    let from = test.path("state/package/tested/1.0.0");
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    let path = folder.join("datapackage.json");
    let text = std::fs::read_to_string(&path).unwrap();
    for name in ["/etc/passwd", "../../x.parquet", "http://127.0.0.1:9/x"] {
        write(
            &path,
            text.replace("ij_cfa_etablissement.parquet", name)
                .as_bytes(),
        );
        test.run(&["diff", "copy", "tested@1.0.0"])
            .expect_exit(7)
            .expect_told("datapackage.json names");
    }
    // A list that nobody could have written is not read whole, and a pipe is not waited for.
    let sums = folder.join("SHA256SUMS");
    std::fs::remove_file(&sums).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&sums).status();
    assert!(made.unwrap().success());
    test.run(&["verify", "copy"]).expect_exit(7);
}

/// Two datasets, of which one has no release left that may be shown.
fn with_a_purged_one(test: PipelineTest) -> PipelineTest {
    let other = "[[dataset]]\nid = \"autre\"\ntables = [\"ij_cfa_etablissement\"]\nlicence = \"lov2\"\nfrequency = \"annual\"\ntags = [\"insertion\"]\n";
    let test = test.with(other);
    test.run(&["run", "-q", "--yes"]).expect_exit(0);
    test.run(&[
        "purge",
        "autre@1.0.0",
        "--legal-basis",
        "RGPD.",
        "--by",
        "A. B.",
        "--yes",
        "-q",
    ])
    .expect_exit(0);
    test
}

#[test]
fn a_page_without_file_is_right_when_its_release_was_purged() {
    for settings in ["", "[portal.site]\nkind = \"static\"\nfolder = \"www\"\n"] {
        let test = with_a_purged_one(source_table().with(settings));
        for arguments in [
            &["verify", "--all"][..],
            &["verify", "live"],
            &["verify", "autre@live"],
        ] {
            let ran = test
                .run(arguments)
                .expect_exit(0)
                .expect_told("autre")
                .expect_told("every release is retracted");
            if arguments[1] != "autre@live" {
                ran.expect_told("tested");
            }
        }
    }
}

#[test]
fn a_dataset_that_cannot_be_verified_is_named_and_the_others_are_verified() {
    with_practice(false, |portal| {
        let test = with_a_purged_one(portal.receives(source_table(), ""));
        let shown = portal.marked("tested").remove(0);
        for resource in shown["resources"].as_array().unwrap() {
            let path = format!(
                "/api/1/datasets/{}/resources/{}/",
                shown["id"].as_str().unwrap(),
                resource["id"].as_str().unwrap()
            );
            assert_eq!(portal.ask("DELETE", &path, None).0, 204);
        }
        std::fs::remove_dir_all(test.path("state/package/tested/1.0.0")).unwrap();
        let ran = test.run(&["verify", "--all", "--json"]).expect_exit(7);
        let document = ran.json();
        let release = |name: &str| {
            let releases = document["releases"].as_array().unwrap();
            releases
                .iter()
                .find(|item| item["release"].as_str().unwrap().starts_with(name))
                .cloned()
                .unwrap()
        };
        assert!(
            release("tested@live")["problems"]
                .to_string()
                .contains("shows no SHA256SUMS")
        );
        assert_eq!(release("autre@live")["problems"], serde_json::json!([]));
    });
}

#[test]
fn a_page_that_still_shows_files_of_a_purged_release_is_wrong() {
    with_practice(false, |portal| {
        let test = with_a_purged_one(portal.receives(source_table(), ""));
        let shown = portal.marked("autre").remove(0);
        let path = format!(
            "/api/1/datasets/{}/resources/",
            shown["id"].as_str().unwrap()
        );
        let link = serde_json::json!({
            "title": "CSV", "url": "https://example.org/copie.csv", "filetype": "remote", "type": "main", "format": "csv",
            "extras": {"debouches:dataset": "autre", "debouches:path": "ij_cfa_etablissement.csv"},
        });
        assert_eq!(portal.ask("POST", &path, Some(&link)).0, 201);
        test.run(&["verify", "autre@live"])
            .expect_exit(7)
            .expect_told(
                "1.0.0 was purged, and its page still shows files: ij_cfa_etablissement.csv",
            );
    });
}
