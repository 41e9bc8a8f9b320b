//! A disk that fills up at any moment: told, nothing half made, and the next run with room ends as if nothing had been.
//!
//! `DEBOUCHES_DISKS` says how many sizes of disk (6 by default; 100 is what was shown).

use std::collections::BTreeMap;
use std::process::Command;

use crate::harness::{PipelineTest, fixture};

/// Runs the pipeline on a file system of its own, of so many kilobytes, then with room, then once more.
/// Prints the exit of each, and leaves the releases in `$OUT`.
const SCRIPT: &str = r#"
mount -t tmpfs -o "size=${SIZE}k" tmpfs "$DISK" || exit 99
cp "$CONFIG" "$DISK/pipeline.toml" || exit 98
"$BIN" -C "$DISK" run >"$OUT/first" 2>&1; first=$?
for manifest in $(find "$DISK/state/package" -name manifest.json 2>/dev/null); do
  "$BIN" verify "$(dirname "$manifest")" >>"$OUT/verified" 2>&1 || echo "$manifest" >>"$OUT/broken"
done
mount -o remount,size=200m "$DISK" || exit 97
"$BIN" -C "$DISK" run >"$OUT/second" 2>&1; second=$?
"$BIN" -C "$DISK" run >"$OUT/third" 2>&1; third=$?
cp -r "$DISK/state/package" "$OUT/" && cp "$DISK/state/portal/portal.json" "$OUT/"
echo "$first $second $third"
"#;

fn sizes() -> u64 {
    std::env::var("DEBOUCHES_DISKS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(6)
}

#[test]
#[ignore = "needs `unshare -rm`"]
fn a_disk_that_fills_up_leaves_nothing_half_made_with_namespaces() {
    let can = Command::new("unshare")
        .args(["-rm", "true"])
        .status()
        .is_ok_and(|status| status.success());
    assert!(
        can,
        "`unshare -rm` cannot give a test a file system of its own here"
    );
    let test = PipelineTest::one_table(
        "ij_cfa_etablissement",
        &fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv"),
    );
    test.run(&["run", "-q"]).expect_exit(0);
    let releases = test.releases();
    let used = Command::new("du")
        .args(["-sk", "--apparent-size"])
        .arg(test.path("state"))
        .output()
        .unwrap();
    let used: u64 = String::from_utf8(used.stdout)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let count = sizes();
    let mut exits: BTreeMap<String, usize> = BTreeMap::new();
    for number in 0..count {
        // From a disk that holds nearly nothing to one that holds nearly everything.
        let size = 16 + used * number / count;
        let (disk, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let ran = Command::new("unshare")
            .args(["-rm", "sh", "-c", SCRIPT])
            .env("SIZE", size.to_string())
            .env("DISK", disk.path())
            .env("OUT", out.path())
            .env("CONFIG", test.path("pipeline.toml"))
            .env("BIN", env!("CARGO_BIN_EXE_debouches"))
            .env_remove("SOURCE_DATE_EPOCH")
            .output()
            .unwrap();
        let read = |name: &str| std::fs::read_to_string(out.path().join(name)).unwrap_or_default();
        let told = format!(
            "{size} kB: {}\n{}\n{}",
            String::from_utf8_lossy(&ran.stderr),
            read("first"),
            read("second")
        );
        let codes = String::from_utf8(ran.stdout).unwrap().trim().to_owned();
        let first = codes.split(' ').next().unwrap();
        assert!(
            ["1", "6"].contains(&first) || (first == "0" && size > used / 2),
            "{codes}\n{told}"
        );
        assert!(
            codes.ends_with(" 0 0"),
            "{codes}: the next run completes\n{told}"
        );
        assert!(!told.contains("panicked"), "{told}");
        assert!(
            first == "0"
                || read("first").contains("No space left")
                || read("first").contains("os error 28"),
            "{told}"
        );
        assert_eq!(
            read("broken"),
            "",
            "an artefact with a manifest is whole\n{told}"
        );
        assert!(read("third").contains("nothing to do"), "{}", read("third"));
        for (path, body) in &releases {
            assert!(
                std::fs::read(out.path().join("package").join(path)).unwrap() == *body,
                "{path} differs\n{told}"
            );
        }
        *exits.entry(codes).or_default() += 1;
    }
    eprintln!(
        "{count} disks, the state takes {used} kB; exits of the first, second and third run: {exits:?}"
    );
}
