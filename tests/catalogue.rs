//! A static catalogue in a folder: what a reader finds there, whatever happened to the runs that wrote it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::faults::revise;
use crate::harness::{PipelineTest, fixture};

/// A dataset whose source can be revised.
pub(crate) fn source_table() -> PipelineTest {
    let test = PipelineTest::one_table("ij_cfa_etablissement", Path::new("source.csv"));
    std::fs::copy(
        fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv"),
        test.path("source.csv"),
    )
    .unwrap();
    test
}

/// It, published to a folder of that name, on a day that is told.
fn published_to(folder: &str, day: u32) -> PipelineTest {
    let test = source_table();
    let portal = format!(
        "\n[portal.site]\nkind = \"static\"\nfolder = \"{folder}\"\npublic_url = \"https://donnees.example\"\n"
    );
    on_day(test.with(&portal), day)
}

fn on_day(test: PipelineTest, day: u32) -> PipelineTest {
    test.env(
        "SOURCE_DATE_EPOCH",
        &(1_800_000_000 + u64::from(day) * 86_400).to_string(),
    )
}

pub(crate) fn revise_source(test: &PipelineTest) {
    let text = std::fs::read_to_string(test.path("source.csv")).unwrap();
    std::fs::write(test.path("source.csv"), revise(&text)).unwrap();
}

/// Every file below a folder, by its path.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut found, mut waiting) = (BTreeMap::new(), vec![root.to_path_buf()]);
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let is_ours = path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with(".debouches-"));
            if path.is_dir() {
                waiting.push(path);
            } else if is_ours {
                // The marker of the folder and the lock of its writers lead nowhere.
            } else if let Ok(bytes) = std::fs::read(&path) {
                // A temporary file of a run that goes on may be gone.
                found.insert(
                    path.strip_prefix(root).unwrap().display().to_string(),
                    bytes,
                );
            }
        }
    }
    found
}

fn text(path: PathBuf) -> String {
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(path: PathBuf) -> Value {
    serde_json::from_str(&text(path)).unwrap()
}

/// The links of a page that stay in the catalogue.
fn links(page: &str) -> Vec<String> {
    let links = page
        .split("href=\"")
        .skip(1)
        .map(|rest| rest.split(['"', '#']).next().unwrap().to_owned());
    links
        .filter(|link| !link.is_empty() && !link.contains(':'))
        .collect()
}

#[test]
fn a_reader_finds_every_section_and_every_file() {
    let test = published_to("site", 0);
    test.run(&["run", "-q"]).expect_exit(0);
    let page = text(test.path("site/tested/index.html"));
    for section in [
        "Télécharger",
        "À savoir avant de conclure",
        "Aperçu",
        "Dictionnaire",
        "Pourquoi une cellule est vide",
        "Ouvrir et vérifier",
        "Versions et calendrier",
        "D’où viennent les chiffres",
        "Citer",
        "Signaler une erreur",
    ] {
        assert!(page.contains(section), "« {section} » is not on the page");
    }
    // What the readme says must have been found in it: a heading that moves would leave an empty section.
    for words in [
        "un 0 est un vrai 0",
        "pandas",
        "sha256sum -c",
        "SHA-256 des octets reçus",
        "leurs valeurs ne s",
    ] {
        assert!(page.contains(words), "« {words} » is not on the page");
    }
    assert!(
        page.contains("non produite") && !page.contains("<script"),
        "an empty cell does not tell its reason"
    );
    for name in [
        "index.html",
        "tested/index.html",
        "tested/1.0.0.html",
        "tested/latest.html",
    ] {
        let folder = test.path("site").join(name).parent().unwrap().to_path_buf();
        for link in links(&text(test.path("site").join(name))) {
            assert!(folder.join(&link).is_file(), "{name}: {link} leads nowhere");
        }
    }
    let latest = json(test.path("site/tested/latest.json"));
    assert_eq!(latest["version"], "1.0.0");
    assert!(
        latest["files"][0]["url"]
            .as_str()
            .unwrap()
            .starts_with("https://donnees.example/tested/1.0.0/"),
        "{latest}"
    );
    test.run(&["verify", "site/tested/1.0.0"]).expect_exit(0);
    test.run(&["diff", "live", "1.0.0", "--dataset", "tested"])
        .expect_exit(0);
}

#[test]
fn the_same_releases_are_written_once() {
    let test = published_to("site", 0);
    test.run(&["plan", "--exit-code"])
        .expect_exit(10)
        .expect_told("no release yet");
    test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
    let plan = test.run(&["plan", "--exit-code"]).expect_exit(10).stdout();
    assert!(!test.path("site").exists(), "a plan writes nothing");
    test.run(&["publish", "-q"]).expect_exit(0);
    let first = files(&test.path("site"));
    let planned: Vec<&str> = plan
        .lines()
        .filter_map(|line| line.trim().strip_prefix("write ")?.split(':').next())
        .collect();
    assert_eq!(planned.len(), first.len(), "{plan}\n{:#?}", first.keys());
    assert_eq!(
        planned.last(),
        Some(&"index.html"),
        "the index is written last"
    );
    assert!(
        planned.iter().all(|path| first.contains_key(*path)),
        "{plan}"
    );
    // Another day: nothing tells it.
    let test = on_day(test, 40);
    test.run(&["plan", "--exit-code"])
        .expect_exit(0)
        .expect_told("nothing to publish");
    test.run(&["publish"])
        .expect_exit(0)
        .expect_told("nothing to do");
    assert!(files(&test.path("site")) == first);
    // The state is lost: the days are those of the catalogue.
    std::fs::remove_dir_all(test.path("state")).unwrap();
    test.run(&["run", "-q"]).expect_exit(0);
    assert!(
        files(&test.path("site")) == first,
        "a lost state changed the catalogue"
    );
}

#[test]
fn a_revision_is_another_folder_and_pages_tell_it() {
    let test = published_to("site", 0);
    test.run(&["run", "-q"]).expect_exit(0);
    let first = files(&test.path("site"));
    revise_source(&test);
    let test = on_day(test, 30);
    test.run(&["run", "-q"]).expect_exit(0);
    let second = files(&test.path("site"));
    for (path, bytes) in first
        .iter()
        .filter(|(path, _)| path.starts_with("tested/1.0.0/"))
    {
        assert!(second.get(path) == Some(bytes), "{path} changed");
    }
    assert_eq!(
        json(test.path("site/tested/latest.json"))["version"],
        "1.0.1"
    );
    assert!(text(test.path("site/tested/latest.html")).contains("0; url=1.0.1.html"));
    assert!(text(test.path("site/tested/1.0.0.html")).contains("Une version plus récente existe"));
    let record = json(test.path("site/tested/dataset.json"));
    let days: Vec<&str> = record["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| own["published"].as_str().unwrap())
        .collect();
    assert_eq!(
        days,
        ["2027-02-14T08:00:00Z", "2027-01-15T08:00:00Z"],
        "newest first, each with its day"
    );
    let feed = text(test.path("site/feed.atom"));
    let place = |version: &str| feed.find(&format!("version {version}</title>")).unwrap();
    assert!(place("1.0.1") < place("1.0.0"), "{feed}");
    let catalogue = json(test.path("site/catalog.jsonld"));
    assert_eq!(catalogue["dcat:dataset"][0]["dcat:version"], "1.0.1");
    // Harvesters make a dataset of each `dcat:Dataset` of a document.
    let described = catalogue.to_string().matches("\"dcat:Dataset\"").count();
    assert_eq!(described, 1, "{catalogue}");
    let versions = json(test.path("site/tested/versions.jsonld"));
    assert_eq!(versions["@graph"].as_array().unwrap().len(), 2);
}

#[test]
fn a_page_shows_what_a_dataset_is_made_of_as_a_picture_and_as_a_table() {
    let test = published_to("site", 0);
    test.run(&["run", "-q"]).expect_exit(0);
    let read = |path: &str| std::fs::read_to_string(test.path(path)).unwrap();
    assert!(read("site/tested/index.html").contains("href=\"provenance.html\""));
    let page = read("site/tested/provenance.html");
    let (picture, table) = page.split_once("</svg>").unwrap();
    for edge in test.run(&["graph", "tested", "--json"]).json()["edges"]
        .as_array()
        .unwrap()
    {
        let [from, to] = ["from", "to"].map(|end| edge[end]["id"].as_str().unwrap());
        for id in [from, to] {
            assert!(picture.contains(&format!(">{id}</text>")), "{id}: {page}");
            assert!(
                table.contains(&format!("<code>{id}</code>")),
                "{id}: {page}"
            );
        }
    }
    assert!(picture.contains("role=\"img\""), "{page}");
    assert!(!page.contains("<script"), "{page}");
    test.run(&["run"])
        .expect_exit(0)
        .expect_told("nothing to do");
}

#[test]
fn what_was_taken_away_comes_back_and_what_was_altered_is_refused() {
    let test = published_to("site", 0);
    test.run(&["run", "-q"]).expect_exit(0);
    let whole = files(&test.path("site"));
    for path in [
        "index.html",
        "tested/1.0.0/README.md",
        "tested/feed.atom",
        "tested/latest.json",
    ] {
        std::fs::remove_file(test.path("site").join(path)).unwrap();
    }
    std::fs::write(test.path("site/tested/index.html"), "altered").unwrap();
    test.run(&["publish", "-q"]).expect_exit(0);
    assert!(files(&test.path("site")) == whole);
    std::fs::write(test.path("site/tested/1.0.0/README.md"), "altered").unwrap();
    for arguments in [
        &["plan"][..],
        &["run"],
        &["publish"],
        &["publish", "--force"],
    ] {
        let ran = test
            .run(arguments)
            .expect_exit(7)
            .expect_told("tested/1.0.0/README.md holds other bytes than the release")
            .expect_told("what was released never changes")
            .expect_told("remove it there and run `debouches publish`");
        assert!(!ran.told().contains("`--force`"), "{}", ran.told());
    }
    // Of the same size, only `--force` reads it; the remedy is the same, and works.
    let mut altered = whole["tested/1.0.0/README.md"].clone();
    altered[0] ^= 1;
    std::fs::write(test.path("site/tested/1.0.0/README.md"), altered).unwrap();
    test.run(&["publish", "--force"])
        .expect_exit(7)
        .expect_told("remove it there and run `debouches publish`");
    std::fs::remove_file(test.path("site/tested/1.0.0/README.md")).unwrap();
    test.run(&["publish", "-q"]).expect_exit(0);
    assert!(files(&test.path("site")) == whole);
    // A complete version that was removed comes back too: these bytes are ours, and the plan says so.
    std::fs::remove_dir_all(test.path("site/tested/1.0.0")).unwrap();
    test.run(&["plan"])
        .expect_exit(0)
        .expect_told("tested/1.0.0/README.md");
    test.run(&["run", "-q"]).expect_exit(0);
    assert!(files(&test.path("site")) == whole);
    // Another release under the same version, from another state: refused before anything is written.
    std::fs::remove_dir_all(test.path("state")).unwrap();
    revise_source(&test);
    test.run(&["run"])
        .expect_exit(7)
        .expect_told("was published with other content");
    assert!(files(&test.path("site")) == whole);
}

#[test]
fn an_index_that_cannot_be_written_is_an_incomplete_publication() {
    let test = published_to("site", 0);
    std::fs::create_dir_all(test.path("site/index.html")).unwrap();
    let marker = r#"{"format":1,"kind":"static-site"}"#;
    std::fs::write(test.path("site/.debouches-folder.json"), marker).unwrap();
    test.run(&["run"])
        .expect_exit(6)
        .expect_told("published in part")
        .expect_told("debouches publish");
    std::fs::remove_dir(test.path("site/index.html")).unwrap();
    test.run(&["publish", "-q"]).expect_exit(0);
    assert!(crawl(&test.path("site")) > 10);
}

/// Whatever a reader can reach from the index is there; gives how many pages and files that is.
fn crawl(root: &Path) -> usize {
    let (mut seen, mut waiting) = (
        std::collections::BTreeSet::new(),
        vec![root.join("index.html")],
    );
    while let Some(path) = waiting.pop() {
        let path = path
            .canonicalize()
            .unwrap_or_else(|error| panic!("{} is led to: {error}", path.display()));
        if seen.insert(path.clone())
            && path
                .extension()
                .is_some_and(|extension| extension == "html")
        {
            let page = std::fs::read_to_string(&path).unwrap();
            waiting.extend(
                links(&page)
                    .iter()
                    .map(|link| path.parent().unwrap().join(link)),
            );
        }
    }
    seen.len()
}

#[test]
fn killed_at_any_instant_the_index_leads_to_what_is_there() {
    let begun = || {
        let test = published_to("site", 0);
        test.run(&["run", "-q"]).expect_exit(0);
        revise_source(&test);
        test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
        test
    };
    let whole = begun();
    let before = files(&whole.path("site")).len();
    whole.run(&["publish", "-q"]).expect_exit(0);
    let expected = files(&whole.path("site"));
    let count = crawl(&whole.path("site"));
    assert!(
        count > expected.len() / 2 && before < expected.len(),
        "{count} of {}",
        expected.len()
    );
    for instant in 0..10 {
        let test = begun();
        let mut run = test
            .command(&["publish", "-q"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Files appear one after the other: killed once so many are new.
        let many = |test: &PipelineTest| files(&test.path("site")).len() > before + instant * 3 / 2;
        while !many(&test) && run.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        run.kill().unwrap();
        run.wait().unwrap();
        crawl(&test.path("site"));
        test.run(&["publish", "-q"]).expect_exit(0);
        let healed = files(&test.path("site"));
        assert_eq!(
            healed.keys().collect::<Vec<_>>(),
            expected.keys().collect::<Vec<_>>(),
            "killed at instant {instant}"
        );
        assert!(healed == expected, "killed at instant {instant}");
    }
}

#[test]
fn a_withdrawn_version_is_marked_and_a_purged_one_leaves_no_byte() {
    let test = published_to("site", 0);
    test.run(&["run", "-q"]).expect_exit(0);
    revise_source(&test);
    test.run(&["run", "-q"]).expect_exit(0);
    assert_eq!(
        json(test.path("site/tested/latest.json"))["version"],
        "1.0.1"
    );
    test.run(&[
        "yank",
        "tested@1.0.1",
        "--reason",
        "Mauvais fichier.",
        "--by",
        "A. B.",
        "-y",
    ])
    .expect_exit(0);
    assert_eq!(
        json(test.path("site/tested/latest.json"))["version"],
        "1.0.0"
    );
    let page = text(test.path("site/tested/1.0.1.html"));
    assert!(
        page.contains("ne plus l’utiliser") && page.contains("Mauvais fichier."),
        "{page}"
    );
    assert!(
        test.path("site/tested/1.0.1/ij_cfa_etablissement.csv")
            .is_file(),
        "a yank keeps the bytes"
    );
    assert!(
        text(test.path("site/feed.atom")).contains("[retirée] ")
            && text(test.path("site/index.html")).contains("retirée")
    );
    crawl(&test.path("site"));
    test.run(&[
        "yank",
        "tested@1.0.1",
        "--undo",
        "--reason",
        "Erreur.",
        "--by",
        "A. B.",
        "-y",
    ])
    .expect_exit(0);
    assert_eq!(
        json(test.path("site/tested/latest.json"))["version"],
        "1.0.1"
    );
    test.run(&[
        "purge",
        "tested@1.0.1",
        "--legal-basis",
        "Article 6.",
        "--by",
        "A. B.",
        "-y",
    ])
    .expect_exit(0);
    assert!(
        files(&test.path("site/tested/1.0.1")).is_empty(),
        "a purge removes the bytes"
    );
    assert!(text(test.path("site/tested/1.0.1.html")).contains("Article 6."));
    assert_eq!(
        json(test.path("site/tested/latest.json"))["version"],
        "1.0.0"
    );
    crawl(&test.path("site"));
    test.run(&["publish"])
        .expect_exit(0)
        .expect_told("nothing to do");
}

#[test]
fn two_pipelines_share_a_catalogue_and_several_portals_a_release() {
    let one = published_to("site", 0);
    one.run(&["run", "-q"]).expect_exit(0);
    let shared = one.path("site").display().to_string();
    let other = published_to(&shared, 1);
    let config = text(other.path("pipeline.toml"))
        .replace("id = \"tested\"\ntables", "id = \"autre\"\ntables");
    let config = config.replace(
        "[portal.site]",
        "[portal.practice]\nkind = \"practice\"\n[portal.site]",
    );
    std::fs::write(
        other.path("pipeline.toml"),
        config + "[profile.sample]\nportals = [\"practice\", \"site\"]\n",
    )
    .unwrap();
    other.run(&["run", "-q"]).expect_exit(0);
    let index = text(one.path("site/index.html"));
    assert!(
        index.contains("autre/index.html") && index.contains("tested/index.html"),
        "{index}"
    );
    assert!(
        other.practice_portal()["datasets"]
            .as_array()
            .unwrap()
            .len()
            == 1
    );
    // Each leaves the other's alone.
    one.run(&["publish"]).expect_exit(0);
    other
        .run(&["publish"])
        .expect_exit(0)
        .expect_told("nothing to do");
    // A plan file is for the portal that is asked, and leaves the catalogue alone.
    other.run(&["plan", "-o", "plan.json"]).expect_exit(0);
}

#[test]
fn an_expected_delivery_is_told_until_it_comes() {
    let expected = "expected = [{ by = \"2027-12-31\", vintage = \"cumul 2029-2030\" }, { by = \"2026-06-30\", vintage = \"cumul 2023-2024\" }]\n";
    let test = published_to("site", 0);
    let config = text(test.path("pipeline.toml")).replacen(
        "kind = \"file\"\n",
        &format!("kind = \"file\"\n{expected}"),
        1,
    );
    std::fs::write(test.path("pipeline.toml"), config).unwrap();
    test.run(&["run", "-q"]).expect_exit(0);
    let page = text(test.path("site/tested/index.html"));
    assert!(
        page.contains("31\u{a0}décembre\u{a0}2027") && page.contains("cumul 2029-2030"),
        "{page}"
    );
    assert!(
        !page.contains("30\u{a0}juin\u{a0}2026"),
        "what has come is expected still"
    );
    assert_eq!(
        json(test.path("site/tested/dataset.json"))["expected"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn a_catalogue_that_cannot_be_meant_is_refused() {
    for (portal, told) in [
        ("folder = \"a\"\nbucket = \"s3://b/c\"", "two places"),
        ("bucket = \"b\"", "s3://bucket/prefix"),
        (
            "public_url = \"donnees.example\"",
            "an address that readers can open",
        ),
    ] {
        let test = PipelineTest::one_table(
            "ij_cfa_etablissement",
            &fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv"),
        );
        test.with(&format!("[portal.site]\nkind = \"static\"\n{portal}\n"))
            .run(&["check"])
            .expect_exit(2)
            .expect_told(told);
    }
}

#[test]
fn a_yanked_release_is_marked_and_a_purged_one_is_gone() {
    let test = published_to("site", 1);
    test.run(&["run", "-q"]).expect_exit(0);
    let test = on_day(test, 2);
    revise_source(&test);
    test.run(&["run", "-q"]).expect_exit(0);
    test.run(&["verify", "live"])
        .expect_exit(0)
        .expect_told("(1.0.1)");
    let page = || text(test.path("site/tested/index.html"));
    let csv = |version: &str| test.path(&format!("site/tested/{version}/ij_cfa_etablissement.csv"));
    let by = ["--by", "A. B.", "--yes"];
    test.run(
        &[
            &["yank", "1.0.1", "--reason", "Colonnes décalées."][..],
            &by,
        ]
        .concat(),
    )
    .expect_exit(0);
    assert!(page().contains("Colonnes décalées."), "{}", page());
    assert!(csv("1.0.1").is_file(), "the bytes stay");
    test.run(&["verify", "live"])
        .expect_exit(0)
        .expect_told("(1.0.0)");
    test.run(&["run"])
        .expect_exit(0)
        .expect_told("nothing to do");
    test.run(&[
        "yank",
        "1.0.1",
        "--undo",
        "--reason",
        "Fausse alerte.",
        "--by",
        "A. B.",
        "--yes",
    ])
    .expect_exit(0);
    test.run(&["verify", "live"])
        .expect_exit(0)
        .expect_told("(1.0.1)");
    assert!(!page().contains("Colonnes décalées."));
    test.run(
        &[
            &["purge", "1.0.1", "--legal-basis", "Divulgation."][..],
            &by,
        ]
        .concat(),
    )
    .expect_exit(0);
    assert!(!csv("1.0.1").exists() && csv("1.0.0").is_file());
    assert!(page().contains("Divulgation."));
    // One byte of what readers are led to.
    let mut bytes = std::fs::read(csv("1.0.0")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::remove_file(csv("1.0.0")).unwrap();
    std::fs::write(csv("1.0.0"), bytes).unwrap();
    test.run(&["verify", "live"])
        .expect_exit(7)
        .expect_told("ij_cfa_etablissement.csv: sha256 is");
    test.run(
        &[
            &["purge", "1.0.0", "--legal-basis", "Divulgation."][..],
            &by,
        ]
        .concat(),
    )
    .expect_exit(0);
    assert!(!csv("1.0.0").exists());
    test.run(&["verify", "live"])
        .expect_exit(0)
        .expect_told("every release is retracted");
    test.run(&["run"])
        .expect_exit(0)
        .expect_told("nothing to do");
}
