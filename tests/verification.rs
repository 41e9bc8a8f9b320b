//! A release is checked wherever it is: in a folder, at an address, on the portal; by its signature; by making it again.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::harness::{PipelineTest, fixture, project};

/// A key of these tests: it signs nothing else.
const SECRET_KEY: &str = "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA3FLYsQsWzQEt28VdAnNxk7wrqzpx5xmHE8pnZRfi/EMIbFHgENyFGon+qfDipFHhOsj/eXcdIcNmdByKrY5/ByrNiAPp3bYVAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const PUBLIC_KEY: &str = "RWTcUtixCxbNAYn+qfDipFHhOsj/eXcdIcNmdByKrY5/ByrNiAPp3bYV";
/// Another one, whose secret key is nowhere.
const OTHER_KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

/// One dataset from a file that can be revised.
fn one() -> PipelineTest {
    let test = PipelineTest::one_table("ij_cfa_etablissement", Path::new("source.csv"));
    std::fs::copy(
        fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv"),
        test.path("source.csv"),
    )
    .unwrap();
    test
}

fn revise(test: &PipelineTest) {
    let text = std::fs::read_to_string(test.path("source.csv")).unwrap();
    std::fs::write(
        test.path("source.csv"),
        text.replacen("CFA d'essai", "CFA corrigé", 1),
    )
    .unwrap();
}

fn release(test: &PipelineTest, version: &str) -> PathBuf {
    test.path(&format!("state/package/tested/{version}"))
}

/// Serves the files of a folder until the end of the test; gives its address.
fn served(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        listener
            .incoming()
            .for_each(|stream| answer(stream.unwrap(), &folder))
    });
    address
}

fn answer(mut stream: TcpStream, folder: &Path) {
    let (mut request, mut buffer) = (Vec::new(), [0; 1024]);
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer).unwrap_or(0) {
            0 => return,
            read => request.extend_from_slice(&buffer[..read]),
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let path = request
        .split(' ')
        .nth(1)
        .unwrap_or_default()
        .trim_start_matches('/');
    let (status, body) = match std::fs::read(folder.join(path)) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(&body));
}

fn alter(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to)
        } else {
            std::fs::copy(&path, &to).map(|_| ()).unwrap()
        }
    }
}

#[test]
fn a_release_at_an_address_is_checked_through_its_sums() {
    let test = one();
    test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
    let folder = test.path("served/tested/1.0.0");
    copy(&release(&test, "1.0.0"), &folder);
    let address = format!("{}/tested/1.0.0", served(test.path("served")));
    // A reader has no configuration.
    let reader = PipelineTest::with_config("");
    std::fs::remove_file(reader.path("pipeline.toml")).unwrap();
    reader
        .run(&["verify", &address, "--depth", "read"])
        .expect_exit(0)
        .expect_told("not signed")
        .expect_told("cannot be listed");
    let named: Vec<String> = std::fs::read_to_string(folder.join("SHA256SUMS"))
        .unwrap()
        .lines()
        .map(|line| line.split_once("  ").unwrap().1.to_owned())
        .collect();
    assert!(named.len() > 8, "{named:?}");
    for name in named {
        let before = std::fs::read(folder.join(&name)).unwrap();
        alter(&folder.join(&name));
        let found = reader
            .run(&["verify", &address, "--json"])
            .expect_exit(7)
            .json();
        let problems = found["releases"][0]["problems"].as_array().unwrap();
        assert!(
            problems.len() == 1
                && problems[0]
                    .as_str()
                    .unwrap()
                    .starts_with(&format!("{name}: sha256 is")),
            "{found}"
        );
        std::fs::write(folder.join(&name), before).unwrap();
    }
    std::fs::remove_file(folder.join("README.md")).unwrap();
    reader
        .run(&["verify", &address])
        .expect_exit(7)
        .expect_told("README.md: missing, SHA256SUMS names it");
    reader
        .run(&["verify", &format!("{address}-not")])
        .expect_exit(2)
        .expect_told("has no SHA256SUMS");
    reader
        .run(&["verify", "http://127.0.0.1:9/nothing"])
        .expect_exit(75);
    reader.run(&["verify", "nothing"]).expect_exit(2);
    // Sums that name a file outside.
    std::fs::remove_file(folder.join("SHA256SUMS")).unwrap();
    std::fs::write(
        folder.join("SHA256SUMS"),
        format!("{}  ../../etc/passwd\n", "0".repeat(64)),
    )
    .unwrap();
    reader
        .run(&["verify", &address])
        .expect_exit(7)
        .expect_told("names `../../etc/passwd`");
}

#[test]
fn a_portal_that_altered_or_lost_a_file_is_caught() {
    let test = one();
    test.run(&["verify", "tested@live"])
        .expect_exit(2)
        .expect_told("shows no dataset");
    test.run(&["run", "-q"]).expect_exit(0);
    test.run(&["verify", "live", "--depth", "rebuild"])
        .expect_exit(0)
        .expect_told("the same SHA256SUMS");
    let files: Vec<PathBuf> = std::fs::read_dir(test.path("state/portal/files"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let stored = |stem: &str| {
        let mut waiting = files.clone();
        let mut found = Vec::new();
        while let Some(path) = waiting.pop() {
            if path.is_dir() {
                waiting.extend(
                    std::fs::read_dir(&path)
                        .unwrap()
                        .map(|entry| entry.unwrap().path()),
                );
            } else if path.file_name().unwrap().to_string_lossy().contains(stem) {
                found.push(path);
            }
        }
        assert_eq!(found.len(), 1, "{stem}: {found:?}");
        found.remove(0)
    };
    for (stem, name) in [
        ("etablissement.csv", "ij_cfa_etablissement.csv"),
        ("etablissement.parquet", "ij_cfa_etablissement.parquet"),
        ("lisez-moi", "README.md"),
        ("dictionnaire", "dictionnaire.csv"),
        ("datapackage", "datapackage.json"),
        ("journal-des-versions", "CHANGELOG.md"),
        ("changelog-en", "CHANGELOG.en.md"),
        ("sha256sums", "SHA256SUMS"),
    ] {
        let path = stored(stem);
        let before = std::fs::read(&path).unwrap();
        alter(&path);
        test.run(&["verify", "tested@live"])
            .expect_exit(7)
            .expect_told(&format!("{name}: sha256 is"));
        std::fs::remove_file(&path).unwrap();
        test.run(&["verify", "tested@live"])
            .expect_exit(7)
            .expect_told(&format!("{name}: missing"));
        std::fs::write(&path, before).unwrap();
    }
    // The state is lost: the sums of the portal itself are what is left to compare with.
    std::fs::rename(test.path("state/package"), test.path("lost")).unwrap();
    test.run(&["verify", "tested@live"])
        .expect_exit(0)
        .expect_told("not in the state");
    alter(&stored("dictionnaire"));
    test.run(&["verify", "tested@live"])
        .expect_exit(7)
        .expect_told("dictionnaire.csv");
}

/// From a clean clone: the configuration, the lock file, the snapshots, and nothing else.
#[test]
fn a_clean_clone_and_the_snapshots_give_the_same_sums() {
    let test = PipelineTest::sample();
    test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
    let clone = PipelineTest::sample();
    std::fs::copy(test.path("pipeline.lock"), clone.path("pipeline.lock")).unwrap();
    copy(&test.path("state/fetch"), &clone.path("state/fetch"));
    let marker = ".debouches-folder.json";
    std::fs::copy(
        test.path("state").join(marker),
        clone.path("state").join(marker),
    )
    .unwrap();
    let before = clone.releases();
    for dataset in std::fs::read_dir(test.path("state/package")).unwrap() {
        let folder = dataset.unwrap().path().join("1.0.0");
        let ran = clone
            .run(&[
                "verify",
                &folder.display().to_string(),
                "--depth",
                "rebuild",
            ])
            .expect_exit(0);
        ran.expect_told("made again from the snapshots: the same SHA256SUMS");
    }
    assert_eq!(
        clone.releases(),
        before,
        "a rebuild writes nothing in the state"
    );
    assert!(!clone.path("state/validate").exists() && !clone.path("state/enrich").exists());
}

#[test]
fn a_rebuild_names_the_file_that_new_sums_hide() {
    let test = one();
    test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
    revise(&test);
    test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
    for version in ["1.0.0", "1.0.1"] {
        let expected = if version == "1.0.0" { 7 } else { 0 };
        // The lock file names the revised source: the first release cannot come out of it.
        test.run(&["verify", &format!("tested@{version}"), "--depth", "rebuild"])
            .expect_exit(expected);
    }
    let copied = test.path("copy");
    copy(&release(&test, "1.0.1"), &copied);
    std::fs::remove_file(copied.join("manifest.json")).unwrap();
    let _ = std::fs::remove_file(copied.join("profile.json"));
    for name in ["README.md", "CHANGELOG.md", "dcat.jsonld"] {
        let before = std::fs::read_to_string(copied.join(name)).unwrap();
        let sums = std::fs::read(copied.join("SHA256SUMS")).unwrap();
        std::fs::remove_file(copied.join(name)).unwrap();
        std::fs::write(copied.join(name), format!("{before} ")).unwrap();
        let renew = std::process::Command::new("sh")
            .args(["-c", "awk '{print $2}' SHA256SUMS | xargs sha256sum > sums; rm -f SHA256SUMS; mv sums SHA256SUMS"])
            .current_dir(&copied)
            .status();
        assert!(renew.unwrap().success());
        let path = copied.display().to_string();
        test.run(&["verify", &path]).expect_exit(0);
        test.run(&["verify", &path, "--depth", "rebuild"])
            .expect_exit(7)
            .expect_told(&format!("{name}: sha256 is"));
        std::fs::write(copied.join(name), before).unwrap();
        std::fs::write(copied.join("SHA256SUMS"), sums).unwrap();
    }
}

#[test]
fn decisions_are_taken_from_the_record_and_everything_else_is_made_again() {
    let test = one();
    test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
    let test = test.with("omit = [\"ij_cfa_etablissement.taux_emploi_24_mois\"]\n");
    test.run(&[
        "run",
        "--to",
        "package",
        "-q",
        "--breaking",
        "colonne fausse",
    ])
    .expect_exit(0);
    let ran = test
        .run(&["verify", "tested@2.0.0", "--depth", "rebuild"])
        .expect_exit(0);
    ran.expect_told("is taken from its release.json")
        .expect_told("the same SHA256SUMS");
    // Without the release before, the changelog is told to be taken as it is.
    std::fs::remove_dir_all(release(&test, "1.0.0")).unwrap();
    test.run(&["verify", "tested@2.0.0", "--depth", "rebuild"])
        .expect_exit(0)
        .expect_told("the release before is not in the state");
}

fn signing(test: PipelineTest) -> PipelineTest {
    test.with(&format!(
        "[signature]\npublic_key = \"{PUBLIC_KEY}\"\nkey_env = \"TEST_SIGNING_KEY\"\n"
    ))
}

#[test]
#[ignore = "needs minisign (Debian: minisign)"]
fn releases_are_signed_and_the_signature_is_checked_with_minisign() {
    let test = one();
    test.run(&["check"])
        .expect_exit(0)
        .expect_told("releases are not signed");
    test.run(&["run", "-q"]).expect_exit(0);
    test.run(&["verify", "tested@1.0.0"])
        .expect_exit(0)
        .expect_told("not signed");
    test.run(&["verify", "tested@1.0.0", "--public-key", PUBLIC_KEY])
        .expect_exit(7)
        .expect_told("SHA256SUMS.minisig: missing");
    // To be signed is a change of definition: a version of its own.
    let test = signing(test);
    // Whoever checks the file need not have the key: the night has it.
    test.run(&["check"])
        .expect_exit(0)
        .expect_told("export TEST_SIGNING_KEY=");
    test.run(&["run", "-q"])
        .expect_exit(4)
        .expect_told("TEST_SIGNING_KEY");
    let test = test.env("TEST_SIGNING_KEY", SECRET_KEY);
    test.run(&["check"]).expect_exit(0).expect_told(PUBLIC_KEY);
    let ran = test.run(&["run", "-vv"]).expect_exit(0);
    assert!(
        !ran.told().contains(&SECRET_KEY[..40]),
        "the key was printed"
    );
    let folder = release(&test, "1.0.1");
    let signature = std::fs::read_to_string(folder.join("SHA256SUMS.minisig")).unwrap();
    let sums = std::fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    assert!(!sums.contains("minisig"), "{sums}");
    for place in ["tested@1.0.1", "tested@live"] {
        test.run(&["verify", place])
            .expect_exit(0)
            .expect_told("signed (tested 1.0.1, SHA256SUMS)");
        test.run(&["verify", place, "--public-key", OTHER_KEY])
            .expect_exit(7)
            .expect_told("SHA256SUMS.minisig");
    }
    test.run(&["verify", "tested@1.0.1", "--public-key", "nonsense"])
        .expect_exit(2);
    test.run(&["verify", "tested@1.0.1", "--depth", "rebuild"])
        .expect_exit(0)
        .expect_told("the same SHA256SUMS");
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    assert!(
        readme.contains(&format!("minisign -Vm SHA256SUMS -P {PUBLIC_KEY}")),
        "{readme}"
    );
    // The same release, made elsewhere on another day, has the same signature.
    let again = signing(one()).env("TEST_SIGNING_KEY", SECRET_KEY);
    again.run(&["run", "--to", "package", "-q"]).expect_exit(0);
    let other = signing(one())
        .env("TEST_SIGNING_KEY", SECRET_KEY)
        .env("SOURCE_DATE_EPOCH", "1000000000");
    other.run(&["run", "--to", "package", "-q"]).expect_exit(0);
    assert_eq!(again.releases(), other.releases());
    judged_by_minisign(&folder);
    // Another file in the place of the sums, another signature in the place of ours.
    alter(&folder.join("SHA256SUMS.minisig"));
    test.run(&["verify", "tested@1.0.1"])
        .expect_exit(7)
        .expect_told("SHA256SUMS.minisig");
    std::fs::remove_file(folder.join("SHA256SUMS.minisig")).unwrap();
    std::fs::write(
        folder.join("SHA256SUMS.minisig"),
        signature.replace("tested 1.0.1", "tested 9.0.0"),
    )
    .unwrap();
    let found: Value = test
        .run(&["verify", "tested@1.0.1", "--json"])
        .expect_exit(7)
        .json();
    assert_eq!(found["releases"][0]["signature"], "wrong", "{found}");
}

#[test]
fn a_signed_release_is_taken_back_from_the_portal_after_the_state_was_lost() {
    let test = signing(one()).env("TEST_SIGNING_KEY", SECRET_KEY);
    test.run(&["run", "-q"]).expect_exit(0);
    let releases = test.releases();
    for lost in ["package", "publish"] {
        std::fs::remove_dir_all(test.path("state").join(lost)).unwrap();
    }
    test.run(&["portal", "adopt"])
        .expect_exit(0)
        .expect_told("byte for byte");
    assert_eq!(test.releases(), releases);
    test.run(&["run"])
        .expect_exit(0)
        .expect_told("nothing to do");
}

/// The tool that reusers have.
fn judged_by_minisign(folder: &Path) {
    let run = std::process::Command::new("minisign")
        .args(["-Vm", "SHA256SUMS", "-P", PUBLIC_KEY])
        .current_dir(folder)
        .output()
        .expect("minisign is not installed (Debian: minisign)");
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
}

#[test]
fn a_key_that_cannot_sign_is_refused_before_anything_is_made() {
    let test = signing(one()).env("TEST_SIGNING_KEY", "not a key");
    test.run(&["run", "-q"])
        .expect_exit(4)
        .expect_told("cannot sign");
    assert!(!release(&test, "1.0.0").join("manifest.json").exists());
    let test = one().with(&format!(
        "[signature]\npublic_key = \"{OTHER_KEY}\"\nkey_file = \"keys/release.key\"\n"
    ));
    std::fs::create_dir(test.path("keys")).unwrap();
    std::fs::write(
        test.path("keys/release.key"),
        format!("untrusted comment: a key\n{SECRET_KEY}\n"),
    )
    .unwrap();
    test.run(&["check"])
        .expect_exit(2)
        .expect_told("is not that of `public_key`");
    let test = one().with("[signature]\npublic_key = \"x\"\nkey_env = \"A\"\nkey_file = \"b\"\n");
    test.run(&["check"])
        .expect_exit(2)
        .expect_told("two places")
        .expect_told("not a public key");
    assert!(
        !std::fs::read_to_string(project().join("pipeline.toml"))
            .unwrap()
            .contains("\n[signature]")
    );
}
