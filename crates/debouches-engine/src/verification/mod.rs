//! Verifies that a release is what was recorded, wherever it is: a folder, an address, the state, a portal.
//!
//! Whatever the place, the files are brought to a folder and looked at there, so that one check serves all.

mod elsewhere;
mod sums;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use debouches_model::{ArtefactKey, DatasetId, Fault, Stage, Version};
use debouches_release::{SIGNATURE_FILE, check_signature, public_key, reread};
use debouches_table::ParquetFile;
use tempfile::TempDir;

use self::sums::{Expected, SUMS_FILE};
use crate::Context;
use crate::context::Setup;
use crate::failure::{Decided, Usage};
use crate::named::only_dataset;
use crate::rebuild::rebuild;
use crate::released::sidecar::shapes;
use crate::releases::latest;

/// A release brought to a folder.
struct Gathered {
    /// Its name, for people.
    name: String,
    folder: PathBuf,
    /// Removes the folder at the end, when the files were brought there.
    temporary: Option<TempDir>,
    /// What the files should be, beside what the folder itself tells.
    expected: Expected,
    /// What is wrong already.
    problems: Vec<String>,
    /// What could not be looked at.
    notes: Vec<String>,
}

/// Which release to verify, and how far.
#[derive(Debug, Clone)]
pub struct Request {
    /// A folder, an address, `DATASET@VERSION`, `DATASET@latest`, `DATASET@live`, or `live`.
    pub release: String,
    /// Dataset of a version alone, or the only one of `live`.
    pub dataset: Option<String>,
    /// How far to verify.
    pub depth: Depth,
    /// Public key of minisign, or a file with it: the release must be signed by it.
    pub public_key: Option<String>,
}

/// How far a release is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Signature, sizes, digests, missing files, files that no list names.
    Sums,
    /// And every table is read again.
    Read,
    /// And the release is built again from the snapshots, elsewhere: the same bytes.
    Rebuild,
}

/// The verification of one release.
#[derive(Debug)]
pub struct Verified {
    /// Its name, for people.
    pub name: String,
    /// Number of files that a list names.
    pub files: usize,
    /// What is known of its signature.
    pub signature: Signature,
    /// What differs from what was recorded; nothing when the release is right.
    pub problems: Vec<String>,
    /// What could not be verified.
    pub notes: Vec<String>,
}

/// What is known of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// By the key that was given; its trusted comment.
    Valid(String),
    /// There is none.
    No,
    /// There is one, and no key to check it.
    Unchecked,
    /// It does not agree.
    Wrong,
}

/// Verifies the releases that a request names.
///
/// # Errors
/// Fails when there is no such release, or when it cannot be read; what differs in one that is read is a problem of its result.
pub async fn verify(setup: &Setup, request: &Request) -> anyhow::Result<Vec<Verified>> {
    let key = Key::of(setup, request)?;
    let mut verified = Vec::new();
    for release in gather(setup, request).await? {
        verified.push(check(setup, request.depth, release, &key).await?);
    }
    Ok(verified)
}

/// Brings the releases that the call names to folders.
async fn gather(setup: &Setup, request: &Request) -> anyhow::Result<Vec<Gathered>> {
    let name = request.release.as_str();
    if name.starts_with("http://") || name.starts_with("https://") {
        return Ok(vec![elsewhere::at_address(setup, name).await?]);
    }
    let folder = setup.options.path(name);
    if folder.is_dir() {
        return Ok(vec![Gathered::in_folder(
            folder.display().to_string(),
            folder,
        )]);
    }
    let is_named = name == "live" || name.contains('@') || name.parse::<Version>().is_ok();
    if !is_named {
        let what = "no folder, no address, no DATASET@VERSION and not `live`";
        return Err(Usage(format!("{} is {what}", folder.display())).into());
    }
    let context = setup.open().await?;
    match name.split_once('@') {
        Some((dataset, "live")) => Ok(vec![elsewhere::live(&context, dataset).await?]),
        Some((dataset, version)) => Ok(vec![of_state(&context, dataset, version).await?]),
        None if name == "live" => {
            let mut releases = Vec::new();
            for dataset in &context.pipeline.datasets {
                if request
                    .dataset
                    .as_deref()
                    .is_none_or(|asked| asked == dataset.id().as_str())
                {
                    releases.push(elsewhere::live(&context, dataset.id().as_str()).await?);
                }
            }
            if releases.is_empty() {
                return Err(Usage("there is no such dataset in this profile".to_owned()).into());
            }
            Ok(releases)
        }
        None => Ok(vec![
            of_state(
                &context,
                &only_dataset(&context.pipeline, request.dataset.as_deref())?,
                name,
            )
            .await?,
        ]),
    }
}

/// A release of the state: its folder, or a copy when the state is no folder.
async fn of_state(context: &Context, dataset: &str, version: &str) -> anyhow::Result<Gathered> {
    let release = if version == "latest" {
        latest(context, dataset).await?
    } else {
        let version: Version = version.parse().map_err(|error| Usage(format!("{error}")))?;
        context
            .store
            .find(&ArtefactKey::new(Stage::Package, dataset, version))
            .await?
    };
    let release = release.ok_or_else(|| {
        Usage(format!(
            "there is no release {dataset} {version} in the state"
        ))
    })?;
    let (name, folder) = (
        format!("{dataset} {}", release.key().id),
        PathBuf::from(release.location("")),
    );
    if folder.is_dir() {
        return Ok(Gathered::in_folder(name, folder));
    }
    let temporary = tempfile::tempdir().context("cannot make a temporary folder")?;
    crate::folder::fill(temporary.path(), &release).await?;
    let mut gathered = Gathered::in_folder(name, temporary.path().to_path_buf());
    gathered.expected = sums::of_manifest(release.manifest());
    gathered.temporary = Some(temporary);
    Ok(gathered)
}

impl Gathered {
    fn in_folder(name: String, folder: PathBuf) -> Self {
        Self {
            name,
            folder,
            temporary: None,
            expected: Expected::new(),
            problems: Vec::new(),
            notes: Vec::new(),
        }
    }
}

async fn check(
    setup: &Setup,
    depth: Depth,
    mut release: Gathered,
    key: &Key,
) -> anyhow::Result<Verified> {
    let folder = release.folder.as_path();
    // What was brought from elsewhere comes with what it should be.
    let own = if release.temporary.is_none() {
        sums::told_by(folder)?
    } else {
        Expected::new()
    };
    release.expected.extend(own);
    if release.expected.is_empty() && release.problems.is_empty() {
        return Err(Usage(format!(
            "{} has neither manifest.json nor {SUMS_FILE}",
            release.name
        ))
        .into());
    }
    let mut problems = release.problems;
    problems.extend(sums::compare(folder, &release.expected));
    problems.extend(sums::strangers(folder, &release.expected)?);
    let signature = key.check(folder, &mut problems);
    let mut notes = release.notes;
    if depth != Depth::Sums && problems.is_empty() {
        problems = read_again(folder)?;
    }
    if depth == Depth::Rebuild && problems.is_empty() {
        let (dataset, version) = identity(folder)?;
        let context = setup.open().await?;
        let rebuilt = rebuild(&context, &dataset, version, folder).await?;
        problems = rebuilt.different;
        notes.extend(rebuilt.notes);
    }
    let files = release
        .expected
        .keys()
        .map(|(path, _)| path.as_str())
        .collect::<std::collections::BTreeSet<_>>()
        .len();
    Ok(Verified {
        name: release.name,
        files,
        signature,
        problems,
        notes,
    })
}

/// Every table of a release, read again.
fn read_again(folder: &Path) -> anyhow::Result<Vec<String>> {
    let open = |path: &str| {
        std::fs::File::open(folder.join(path)).with_context(|| format!("cannot open {path}"))
    };
    let text = std::io::read_to_string(open("datapackage.json")?)?;
    let mut wrong = Vec::new();
    for shape in shapes(&text)? {
        let parquet = ParquetFile::open(open(&shape.parquet)?)?;
        wrong.extend(reread(
            &shape,
            &parquet,
            open(&format!("{}.csv", shape.table))?,
        )?);
    }
    Ok(wrong)
}

/// Which release a folder says it is.
fn identity(folder: &Path) -> anyhow::Result<(DatasetId, Version)> {
    let path = folder.join("datapackage.json");
    let text = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let value: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    let told = |name: &str| value[name].as_str().unwrap_or_default();
    match (told("name").parse(), told("version").parse()) {
        (Ok(dataset), Ok(version)) => Ok((dataset, version)),
        (Err(_), _) | (_, Err(_)) => {
            let message = format!("{} does not tell which release it is of", path.display());
            Err(Decided {
                message,
                fault: Fault::Integrity,
            }
            .into())
        }
    }
}

/// The public key that signatures are checked with.
struct Key {
    text: Option<String>,
    /// Whether the call gave it: then a release must be signed.
    is_asked: bool,
}

impl Key {
    /// The key of the call, else that of the configuration when there is one.
    fn of(setup: &Setup, request: &Request) -> anyhow::Result<Self> {
        let Some(given) = &request.public_key else {
            let configured = setup
                .pipeline()
                .ok()
                .and_then(|pipeline| pipeline.signature);
            return Ok(Self {
                text: configured.map(|signature| signature.public_key),
                is_asked: false,
            });
        };
        let path = setup.options.path(given);
        let text = if path.is_file() {
            std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?
        } else {
            given.clone()
        };
        let text = public_key(&text).map_err(|error| Usage(format!("--public-key: {error}")))?;
        Ok(Self {
            text: Some(text),
            is_asked: true,
        })
    }

    fn check(&self, folder: &Path, problems: &mut Vec<String>) -> Signature {
        let read = |name: &str| std::fs::read(folder.join(name)).ok();
        let (sums, signature) = (read(SUMS_FILE), read(SIGNATURE_FILE));
        match (&self.text, sums, signature) {
            (_, _, None) if self.is_asked => {
                problems.push(format!(
                    "{SIGNATURE_FILE}: missing, and a public key was given"
                ));
                Signature::No
            }
            (_, _, None) | (_, None, _) => Signature::No,
            (None, Some(_), Some(_)) => Signature::Unchecked,
            (Some(key), Some(sums), Some(signature)) => {
                match check_signature(key, &sums, &String::from_utf8_lossy(&signature)) {
                    Ok(comment) => Signature::Valid(comment),
                    Err(error) => {
                        problems.push(format!("{SIGNATURE_FILE}: {error}"));
                        Signature::Wrong
                    }
                }
            }
        }
    }
}

impl Signature {
    /// One word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Valid(_) => "valid",
            Self::No => "none",
            Self::Unchecked => "unchecked",
            Self::Wrong => "wrong",
        }
    }

    /// A sentence about it.
    pub fn describe(&self) -> String {
        match self {
            Self::Valid(comment) => format!("signed ({comment})"),
            Self::No => "not signed".to_owned(),
            Self::Unchecked => "signed, not checked: give the key with `--public-key`".to_owned(),
            Self::Wrong => "badly signed".to_owned(),
        }
    }
}
