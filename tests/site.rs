//! The public site in a folder: what an establishment finds there, and what stays when releases move.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::catalogue::{revise_source, source_table};
use crate::harness::PipelineTest;

/// A dataset whose source can be revised, published to a static portal with pages.
fn published(day: u32) -> PipelineTest {
    let portal = "\n[portal.site]\nkind = \"static\"\nfolder = \"site\"\npages = true\npublic_url = \"https://donnees.example\"\n";
    on_day(source_table().with(portal), day)
}

fn on_day(test: PipelineTest, day: u32) -> PipelineTest {
    let epoch = 1_800_000_000 + u64::from(day) * 86_400;
    test.env("SOURCE_DATE_EPOCH", &epoch.to_string())
}

fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut files, mut waiting) = (BTreeMap::new(), vec![root.to_path_buf()]);
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().display().to_string();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn json(path: PathBuf) -> Value {
    serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap()
}

/// An establishment whose figures the revision moves, or the first one that has any.
fn histories(root: &Path) -> BTreeMap<String, Value> {
    let folders = std::fs::read_dir(root.join("etablissement")).unwrap();
    let names = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .map(|uai| {
            let history = json(root.join(format!("etablissement/{uai}/v/historique.json")));
            (uai, history)
        })
        .collect()
}

#[test]
fn every_figure_of_every_page_stands_in_a_release() {
    let test = published(0);
    test.run(&["run", "-q"]).expect_exit(0);
    let verified = test
        .run(&["site", "verify", "--json"])
        .expect_exit(0)
        .json();
    assert!(verified["figures"].as_u64().unwrap() > 1_000, "{verified}");
    assert_eq!(verified["problems"], serde_json::json!([]));
    // A page that lies is seen.
    let folder = test.path("site/etablissement");
    let uai = std::fs::read_dir(folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let page = std::fs::read_to_string(uai.join("index.html")).unwrap();
    std::fs::write(
        uai.join("index.html"),
        page.replacen("<data value=\"", "<data value=\"9", 1),
    )
    .unwrap();
    test.run(&["site", "verify"]).expect_exit(7);
}

#[test]
fn the_same_releases_write_nothing_and_two_folders_have_the_same_bytes() {
    let test = published(0);
    test.run(&["run", "-q"]).expect_exit(0);
    let first = files(&test.path("site"));
    let test = on_day(test, 40);
    test.run(&["site", "build"])
        .expect_exit(0)
        .expect_told("up to date");
    assert!(files(&test.path("site")) == first);
    let test = on_day(test, 0);
    test.run(&["site", "build", "--to", "other", "-q"])
        .expect_exit(0);
    assert!(files(&test.path("other")) == first);
    // What a dead run left half written is made again.
    std::fs::remove_file(test.path("site/site.json")).unwrap();
    std::fs::remove_file(test.path("site/chiffres/index.html")).unwrap();
    test.run(&["site", "build", "-q"]).expect_exit(0);
    assert!(files(&test.path("site")) == first);
}

#[test]
fn a_pinned_state_stays_until_its_release_is_retracted() {
    let test = published(0);
    test.run(&["run", "-q"]).expect_exit(0);
    let first = files(&test.path("site"));
    revise_source(&test);
    let test = on_day(test, 30);
    test.run(&["run", "-q"]).expect_exit(0);
    let second = files(&test.path("site"));
    for (path, bytes) in first
        .iter()
        .filter(|(path, _)| path.contains("/v/") && !path.ends_with("historique.json"))
    {
        assert!(second.get(path) == Some(bytes), "{path} changed");
    }
    let histories = histories(&test.path("site"));
    let moved = histories
        .iter()
        .find(|(_, history)| history["etats"].as_array().unwrap().len() == 2);
    let (uai, history) = moved.expect("the revision moves an establishment");
    let old = history["etats"][1]["empreinte"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(history["etats"][1]["depuis"], "2027-01-15");
    test.run(&["site", "verify"]).expect_exit(0);
    // A purge empties it, and no other file keeps the figure.
    test.run(&[
        "purge",
        "tested@1.0.0",
        "--legal-basis",
        "Divulgation.",
        "--by",
        "A. B.",
        "--yes",
    ])
    .expect_exit(0);
    test.run(&["site", "build", "-q"]).expect_exit(0);
    let pinned = json(test.path(&format!("site/etablissement/{uai}/v/{old}.json")));
    assert!(
        pinned["retire"].is_string() && pinned.get("ensemble").is_none(),
        "{pinned}"
    );
    let page =
        std::fs::read_to_string(test.path(&format!("site/etablissement/{uai}/v/{old}.html")))
            .unwrap();
    assert!(!page.contains("<data"), "{page}");
    test.run(&["site", "verify"]).expect_exit(0);
}

/// Corrects a rate of one row, and no other byte.
pub(crate) fn correct_one_row(test: &PipelineTest) {
    let text = std::fs::read_to_string(test.path("source.csv")).unwrap();
    let corrected = text.replacen(";90.0;92.0;98.0;", ";90.0;92.0;97.0;", 1);
    assert_ne!(text, corrected);
    std::fs::write(test.path("source.csv"), corrected).unwrap();
}

#[test]
fn a_small_release_writes_the_pages_of_its_rows_and_no_other() {
    let test = published(0);
    test.run(&["run", "-q"]).expect_exit(0);
    let first = files(&test.path("site"));
    correct_one_row(&test);
    let test = on_day(test, 30);
    test.run(&["run", "-q"]).expect_exit(0);
    let second = files(&test.path("site"));
    let pages = |files: &BTreeMap<String, Vec<u8>>| -> Vec<(String, String)> {
        let files = files.iter();
        let pages = files.filter(|(path, _)| path.starts_with("etablissement/"));
        pages
            .map(|(path, bytes)| (path.clone(), String::from_utf8(bytes.clone()).unwrap()))
            .collect()
    };
    let moved: Vec<_> = pages(&second)
        .into_iter()
        .filter(|(path, text)| first.get(path).map(Vec::as_slice) != Some(text.as_bytes()))
        .collect();
    let uai = moved[0].0.split('/').nth(1).unwrap();
    assert!(
        moved.iter().all(|(path, _)| path.contains(uai)),
        "one row moved, and other pages: {:?}",
        moved.iter().map(|(path, _)| path).collect::<Vec<_>>()
    );
    // Each row quotes the release that published it as it is.
    let versions = |folder: &str| {
        let document = json(test.path(&format!("site/etablissement/{folder}/donnees.json")));
        let sources = document["sources"].as_array().unwrap();
        let versions = sources.iter().map(|source| source["version"].as_str());
        versions
            .map(|version| version.unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(versions(uai).contains(&"1.0.1".to_owned()));
    let other = histories(&test.path("site"));
    let other = other.keys().find(|other| *other != uai).unwrap();
    assert_eq!(versions(other), ["1.0.0"]);
    // A site that is made of both releases at once is the same, but for the states that the first one pinned.
    test.run(&["site", "build", "--to", "other", "-q"])
        .expect_exit(0);
    let anew = files(&test.path("other"));
    let states =
        |path: &str| path.contains("/v/") || path.starts_with("empreintes/") || path == "site.json";
    for (path, bytes) in anew.iter().filter(|(path, _)| !states(path)) {
        assert!(second.get(path) == Some(bytes), "{path} is another one");
    }
    // Without the file of dates all releases are read again.
    let dates = "site/empreintes/dates-ij_cfa_etablissement.bin";
    let kept = std::fs::read(test.path(dates)).unwrap();
    std::fs::remove_file(test.path(dates)).unwrap();
    test.run(&["site", "build", "-q", "--force"]).expect_exit(0);
    assert!(std::fs::read(test.path(dates)).unwrap() == kept);
    assert!(files(&test.path("site")) == second);
}

#[test]
fn a_build_that_died_in_another_release_is_made_again() {
    let test = published(0);
    test.run(&["run", "-q"]).expect_exit(0);
    let first = files(&test.path("site"));
    // A build of another release wrote a page, and died before the digests told it.
    let page = first
        .keys()
        .find(|path| path.ends_with("/integrer.html"))
        .unwrap();
    std::fs::write(test.path(&format!("site/{page}")), "of another release").unwrap();
    std::fs::write(
        test.path("site/empreintes/en-cours.json"),
        "[\"another\"]\n",
    )
    .unwrap();
    test.run(&["site", "build", "-q", "--force"]).expect_exit(0);
    assert!(files(&test.path("site")) == first);
}

#[test]
fn a_region_is_followed_by_its_feed() {
    let test = published(0);
    test.run(&["run", "-q"]).expect_exit(0);
    let feeds = |files: &BTreeMap<String, Vec<u8>>| -> BTreeMap<String, String> {
        let files = files.iter();
        let feeds =
            files.filter(|(path, _)| path.starts_with("region/") && path.ends_with("feed.atom"));
        feeds
            .map(|(path, bytes)| (path.clone(), String::from_utf8(bytes.clone()).unwrap()))
            .collect()
    };
    let first = feeds(&files(&test.path("site")));
    assert!(first.len() > 5, "{} feeds", first.len());
    for (path, feed) in &first {
        assert_eq!(feed.matches("<entry>").count(), 1, "{path}");
        assert!(
            feed.contains("tested, version 1.0.0") && feed.contains("établissement"),
            "{path}"
        );
    }
    correct_one_row(&test);
    let test = on_day(test, 30);
    test.run(&["run", "-q"]).expect_exit(0);
    let second = feeds(&files(&test.path("site")));
    let moved: Vec<_> = second
        .iter()
        .filter(|(path, feed)| first.get(*path) != Some(feed))
        .collect();
    // The correction is told to those who follow its région, and to nobody else.
    assert_eq!(moved.len(), 1);
    let entry = moved[0].1.split("<entry>").nth(1).unwrap();
    assert!(
        entry.contains("tested, version 1.0.1") && entry.contains("1\u{a0}établissement."),
        "{entry}"
    );
    assert!(entry.contains("<updated>2027-02-14"), "{entry}");
}

#[test]
fn no_address_dies_when_an_establishment_leaves_the_source() {
    let test = published(0);
    test.run(&["run", "-q"]).expect_exit(0);
    let first = files(&test.path("site"));
    let text = std::fs::read_to_string(test.path("source.csv")).unwrap();
    let gone = "9719901K";
    assert!(first.contains_key(&format!("etablissement/{gone}/index.html")));
    let kept: Vec<&str> = text
        .split_inclusive('\n')
        .filter(|line| !line.contains(gone))
        .collect();
    std::fs::write(test.path("source.csv"), kept.concat()).unwrap();
    test.run(&["run", "-q", "--force"]);
    test.run(&["site", "build", "-q"]);
    let second = files(&test.path("site"));
    for path in first.keys().filter(|path| !path.starts_with("sitemap-")) {
        assert!(second.contains_key(path), "{path} died");
    }
    test.run(&["site", "verify"]).expect_exit(0);
}

#[test]
fn a_reply_is_on_the_page_and_a_former_number_leads_somewhere() {
    let test = published(0);
    std::fs::write(
        test.path("reponses.csv"),
        "uai;date;texte;signataire\n9719901K;2026-11-20;Le plateau technique a <b>ouvert</b> en 2023.;la proviseure\n0010856A;2026-11-20;Réuni au lycée voisin.;le proviseur\n",
    )
    .unwrap();
    test.run(&["run", "-q"]).expect_exit(0);
    let page = |uai: &str| {
        std::fs::read_to_string(test.path(&format!("site/etablissement/{uai}/index.html"))).unwrap()
    };
    assert!(page("9719901K").contains("a &lt;b&gt;ouvert&lt;/b&gt; en 2023"));
    assert!(page("0010856A").contains("Aucun chiffre n’est publié sous ce numéro"));
    test.run(&["site", "verify"]).expect_exit(0);
}

#[test]
fn a_signal_made_from_a_page_is_imported_shown_and_corrected() {
    let test = PipelineTest::sample()
        .with("[[source]]\nid = \"registre\"\nkind = \"file\"\nurl = \"registre.csv\"\ntable = \"signalement_recu\"\n");
    let refused = test.run(&["signal", "import", "absent.txt"]);
    refused.expect_exit(2);
    // The page of an establishment has letters with the key of each training; the first one is taken as a reader would.
    let fed = PipelineTest::sample();
    fed.run(&["run"]).expect_exit(0);
    let (uai, letter) = letter_of_a_page(&fed);
    std::fs::write(
        test.path("lettre.txt"),
        letter.replace("valeur : ", "valeur : 64"),
    )
    .unwrap();
    let file = test.path("lettre.txt");
    let import = ["signal", "import", file.to_str().unwrap()];
    test.run(&import).expect_exit(0);
    assert!(
        test.run(&import)
            .expect_exit(0)
            .stdout()
            .contains("1 already in the register")
    );
    test.run(&["run"]).expect_exit(0);
    let page = |test: &PipelineTest| {
        let path = format!("state/catalogue/etablissement/{uai}/index.html");
        std::fs::read_to_string(test.path(&path)).unwrap()
    };
    assert!(page(&test).contains("<td>reçu</td>"));
    let register = std::fs::read_to_string(test.path("registre.csv")).unwrap();
    let id = register
        .lines()
        .nth(1)
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    test.run(&["signal", "set", &id, "corrige"]).expect_exit(0);
    test.run(&["run"]).expect_exit(0);
    assert!(page(&test).contains("<td>corrigé</td>"));
    test.run(&["signal", "set", &id, "oublie"]).expect_exit(2);
    test.run(&["site", "verify"]).expect_exit(0);
}

/// An establishment, and the letter that its page starts about its first training.
fn letter_of_a_page(test: &PipelineTest) -> (String, String) {
    for folder in std::fs::read_dir(test.path("state/catalogue/etablissement")).unwrap() {
        let folder = folder.unwrap();
        let Ok(page) = std::fs::read_to_string(folder.path().join("index.html")) else {
            continue;
        };
        let letters = page.split("&amp;body=").skip(1);
        let mut letters = letters.filter_map(|rest| rest.split('"').next());
        let about = letters.find(|letter| letter.contains("ij_lycee_formation"));
        if let Some(letter) = about {
            let uai = folder.file_name().into_string().unwrap();
            return (uai, decoded(letter));
        }
    }
    panic!("no page has a letter");
}

/// The text of a part of an address.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let code = [rest.next().unwrap(), rest.next().unwrap()];
            let code = std::str::from_utf8(&code).unwrap();
            bytes.push(u8::from_str_radix(code, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// The cells that a release hides: table, key and column, as pages name them.
fn hidden_cells(folder: &Path) -> std::collections::BTreeSet<String> {
    let descriptor = json(folder.join("datapackage.json"));
    let mut hidden = std::collections::BTreeSet::new();
    for resource in descriptor["resources"].as_array().unwrap() {
        let Some(path) = resource["path"]
            .as_str()
            .filter(|path| path.ends_with(".csv"))
        else {
            continue;
        };
        let key: Vec<&str> = resource["schema"]["primaryKey"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(b';')
            .from_path(folder.join(path))
            .unwrap();
        let names: Vec<String> = reader
            .headers()
            .unwrap()
            .iter()
            .map(str::to_owned)
            .collect();
        for record in reader.records() {
            let record = record.unwrap();
            let cell = |name: &str| {
                let index = names.iter().position(|other| other == name).unwrap();
                record.get(index).unwrap().to_owned()
            };
            let keys: Vec<String> = key.iter().map(|name| cell(name)).collect();
            for (index, name) in names.iter().enumerate() {
                if let Some(measure) = name.strip_suffix("_statut")
                    && record.get(index) == Some("secret")
                {
                    let table = resource["name"].as_str().unwrap();
                    hidden.insert(format!("{table}|{}|{measure}", keys.join("|")));
                }
            }
        }
    }
    hidden
}

/// The cells that a page or a picture shows.
fn shown_cells(text: &str) -> Vec<String> {
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!("{name}=\""))?;
        Some(rest.split('"').next()?.replace("&amp;", "&"))
    };
    let (mut reference, mut shown) = (String::new(), Vec::new());
    for tag in text.split('<') {
        let tag = tag.split('>').next().unwrap_or_default();
        if let Some(row) = attribute(tag, "data-r") {
            reference = row;
        }
        if let Some(column) = attribute(tag, "data-c") {
            shown.push(format!("{reference}|{column}"));
        }
    }
    shown
}

#[test]
fn hidden_cells_are_in_no_file_of_the_site() {
    let test = PipelineTest::sample();
    test.run(&["run"]).expect_exit(0);
    let mut hidden = std::collections::BTreeSet::new();
    for dataset in std::fs::read_dir(test.path("state/package")).unwrap() {
        hidden.extend(hidden_cells(&dataset.unwrap().path().join("1.0.0")));
    }
    assert!(hidden.len() >= 500, "{} hidden cells", hidden.len());
    let root = test.path("state/catalogue");
    let (mut shown, mut documents) = (0, 0);
    for (path, bytes) in files(&root) {
        let Ok(text) = String::from_utf8(bytes) else {
            continue;
        };
        if path.ends_with(".html") || path.ends_with(".svg") {
            let cells = shown_cells(&text);
            shown += cells.len();
            let leaks: Vec<_> = cells.iter().filter(|cell| hidden.contains(*cell)).collect();
            assert!(leaks.is_empty(), "{path}: {leaks:?}");
        } else if path.ends_with("/donnees.json") {
            documents += 1;
            leaks_of_a_document(&path, &serde_json::from_str(&text).unwrap());
        }
    }
    assert!(shown > 1_000 && documents > 50, "{shown} {documents}");
}

/// A cell of a document has a value or a reason, never both.
fn leaks_of_a_document(path: &str, value: &Value) {
    match value {
        Value::Object(fields) => {
            if let Some(status) = fields.get("statut") {
                assert!(
                    !(status == "secret" && fields.contains_key("valeur")),
                    "{path}: {value}"
                );
            }
            fields
                .values()
                .for_each(|value| leaks_of_a_document(path, value));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|value| leaks_of_a_document(path, value)),
        _ => {}
    }
}
