//! `debouches verify PATH`: every file of a folder against its manifest and its SHA256SUMS.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use debouches_model::{Fault, Hasher, MANIFEST_FILE, Manifest, Sha256};
use debouches_table::ParquetFile;
use serde_json::json;

use crate::args::{Depth, Global, VerifyArgs};
use crate::failure::{Decided, Usage};
use crate::output;

const SUMS_FILE: &str = "SHA256SUMS";

pub(crate) fn verify(global: &Global, args: &VerifyArgs) -> anyhow::Result<u8> {
    let folder = match &global.directory {
        Some(directory) => directory.join(&args.path),
        None => args.path.clone(),
    };
    if !folder.is_dir() {
        return Err(Usage(format!("{} is not a folder", folder.display())).into());
    }
    let expected = expectations(&folder)?;
    if expected.is_empty() {
        return Err(Usage(format!("{} has neither {MANIFEST_FILE} nor {SUMS_FILE}", folder.display())).into());
    }
    let mut problems = Vec::new();
    for ((path, told_by), digest) in &expected {
        let file = folder.join(path);
        match digest_of(&file) {
            Ok(found) if found == *digest => {}
            Ok(found) => problems.push(format!("{path}: sha256 is {found}, {told_by} says {digest}")),
            Err(error) => problems.push(format!("{path}: cannot be read ({error}), {told_by} names it")),
        }
    }
    let named: BTreeSet<&str> = expected.keys().map(|(path, _)| path.as_str()).collect();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !named.contains(name.as_str()) && name != MANIFEST_FILE && name != SUMS_FILE && name != "journal.jsonl" {
            problems.push(format!("{name}: named by nobody"));
        }
    }
    if args.depth == Depth::Read && problems.is_empty() {
        problems = read_again(&folder)?;
    }
    if global.json {
        let document = json!({ "schema_version": 1, "folder": folder, "files": named.len(), "problems": problems });
        output::print(&(document.to_string() + "\n"));
    }
    if problems.is_empty() {
        if !global.json && !global.quiet {
            output::print(&format!("{}: {} files, all as recorded\n", folder.display(), named.len()));
        }
        return Ok(0);
    }
    if global.json {
        return Ok(Fault::Integrity.exit_code());
    }
    let message = format!("{} does not hold what was recorded:\n  {}", folder.display(), problems.join("\n  "));
    Err(Decided { message, fault: Fault::Integrity }.into())
}

/// Every table of a release, read again.
fn read_again(folder: &Path) -> anyhow::Result<Vec<String>> {
    let open = |path: &str| std::fs::File::open(folder.join(path)).with_context(|| format!("cannot open {path}"));
    let text = std::io::read_to_string(open("datapackage.json")?)?;
    let mut wrong = Vec::new();
    for shape in super::diff::shapes(&text)? {
        let parquet = ParquetFile::open(open(&shape.parquet)?)?;
        wrong.extend(debouches_package::reread(&shape, &parquet, open(&format!("{}.csv", shape.table))?)?);
    }
    Ok(wrong)
}

/// The digest that each file should have, and which list says so.
type Expected = BTreeMap<(String, &'static str), Sha256>;

fn expectations(folder: &Path) -> anyhow::Result<Expected> {
    let mut expected = Expected::new();
    let broken =
        |what: &str| Decided { message: format!("{} is not readable: {what}", folder.display()), fault: Fault::Integrity };
    if let Ok(text) = std::fs::read_to_string(folder.join(MANIFEST_FILE)) {
        if !debouches_store::is_sealed(&text) {
            return Err(broken(&format!("{MANIFEST_FILE} was altered after it was written")).into());
        }
        let manifest: Manifest = serde_json::from_str(&text).map_err(|error| broken(&format!("{MANIFEST_FILE}: {error}")))?;
        expected.extend(manifest.files.into_iter().map(|file| ((file.path, MANIFEST_FILE), file.sha256)));
    }
    if let Ok(text) = std::fs::read_to_string(folder.join(SUMS_FILE)) {
        for line in text.lines() {
            let (digest, path) = line.split_once("  ").ok_or_else(|| broken(&format!("{SUMS_FILE}: `{line}`")))?;
            let digest = digest.parse().map_err(|error| broken(&format!("{SUMS_FILE}: {error}")))?;
            expected.insert((path.to_owned(), SUMS_FILE), digest);
        }
    }
    Ok(expected)
}

fn digest_of(path: &Path) -> std::io::Result<Sha256> {
    let mut file = std::fs::File::open(path)?;
    let (mut hasher, mut buffer) = (Hasher::default(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finish()),
            read => hasher.update(&buffer[..read]),
        }
    }
}
