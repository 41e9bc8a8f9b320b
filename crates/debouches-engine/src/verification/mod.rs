//! Verifies that a release is what was recorded, wherever it is: a folder, an address, the state, a portal.
//!
//! Whatever the place, the files are brought to a folder and looked at there, so that one check serves all.

mod elsewhere;
mod everything;
pub(crate) mod sums;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use debouches_model::spec::Tables;
use debouches_model::{ArtefactKey, DatasetId, Fault, Stage, Version};
use debouches_release::{SIGNATURE_FILE, check_signature, public_key, reread, signed_comment};
use debouches_table::ParquetFile;
use tempfile::TempDir;

use self::sums::{Expected, SUMS_FILE};
use crate::Context;
use crate::config::PortalKind;
use crate::config::domain;
use crate::context::Setup;
use crate::failure::{Decided, Usage, fault_of, one_line};
use crate::named::only_dataset;
use crate::rebuild::rebuild;
use crate::released::sidecar::shapes;
use crate::releases::latest;
use crate::targets::site::Catalogue;

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
    /// The dataset that was asked for, and its version when one was.
    asked: Option<(DatasetId, Option<Version>)>,
    /// Whether the place cannot show a signature.
    is_without_signature: bool,
    /// Whether nothing is shown there, since every release of the dataset is retracted.
    is_bare: bool,
}

/// Which release to verify, and how far.
#[derive(Debug, Clone)]
pub struct Request {
    /// A folder, an address, `DATASET@VERSION`, `DATASET@latest`, `DATASET@live`, or `live`; none for everything that we
    /// keep or serve.
    pub release: Option<String>,
    /// Dataset of a version alone, or the only one of `live`.
    pub dataset: Option<String>,
    /// How far to verify.
    pub depth: Depth,
    /// Public key of minisign, or a file with it: the release must be signed by it.
    pub public_key: Option<String>,
    /// The oldest version that is accepted.
    pub at_least: Option<Version>,
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

impl Verified {
    /// What could not be read as it was recorded.
    fn wrong(name: String, problem: String) -> Self {
        Self {
            name,
            files: 0,
            signature: Signature::No,
            problems: vec![problem],
            notes: Vec::new(),
        }
    }
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
    let Some(name) = &request.release else {
        return everything(setup, request, &key).await;
    };
    for release in gather(setup, name, request).await? {
        verified.push(check(setup, request, release, &key).await?);
    }
    Ok(verified)
}

/// The state, then what each portal and each static site serves.
async fn everything(setup: &Setup, request: &Request, key: &Key) -> anyhow::Result<Vec<Verified>> {
    let context = setup.open().await?;
    let mut verified = vec![everything::state(&context).await?];
    for portal in &context.pipeline.portals {
        if let PortalKind::Static(settings) = &portal.kind {
            let catalogue = Catalogue::open(&context, portal, settings)?;
            verified.push(everything::site(&context, &catalogue, settings).await?);
        }
        for dataset in &context.pipeline.datasets {
            let checked = match elsewhere::live_on(&context, portal, dataset.id()).await {
                Ok(Some(release)) => check(setup, request, release, key).await,
                Ok(None) => continue,
                Err(error) => Err(error),
            };
            match checked {
                Ok(checked) => verified.push(checked),
                // What cannot be believed of one dataset hides nothing of the others.
                Err(error) if fault_of(&error) == Fault::Integrity => {
                    let name = format!("{}@live on {}", dataset.id(), portal.id);
                    verified.push(Verified::wrong(name, one_line(&error)));
                }
                Err(error) => return Err(error.context(format!("cannot verify {}", dataset.id()))),
            }
        }
    }
    Ok(verified)
}

/// Brings the releases that the call names to folders.
async fn gather(setup: &Setup, name: &str, request: &Request) -> anyhow::Result<Vec<Gathered>> {
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
        Some((dataset, "live")) => elsewhere::live(&context, dataset).await,
        Some((dataset, version)) => Ok(vec![of_state(&context, dataset, version).await?]),
        None if name == "live" => {
            let mut releases = Vec::new();
            for dataset in &context.pipeline.datasets {
                if request
                    .dataset
                    .as_deref()
                    .is_none_or(|asked| asked == dataset.id().as_str())
                {
                    releases.extend(elsewhere::live(&context, dataset.id().as_str()).await?);
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
    let id: DatasetId = dataset.parse().map_err(|error| Usage(format!("{error}")))?;
    let asked = Some((id, release.key().id.parse().ok()));
    if folder.is_dir() {
        return Ok(Gathered {
            asked,
            ..Gathered::in_folder(name, folder)
        });
    }
    let temporary = tempfile::tempdir().context("cannot make a temporary folder")?;
    crate::folder::fill(temporary.path(), &release).await?;
    let mut gathered = Gathered::in_folder(name, temporary.path().to_path_buf());
    gathered.expected = sums::of_manifest(release.manifest());
    gathered.temporary = Some(temporary);
    gathered.asked = asked;
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
            asked: None,
            is_without_signature: false,
            is_bare: false,
        }
    }
}

async fn check(
    setup: &Setup,
    request: &Request,
    mut release: Gathered,
    key: &Key,
) -> anyhow::Result<Verified> {
    if release.is_bare {
        return Ok(check_bare(request, release));
    }
    let depth = request.depth;
    let folder = release.folder.as_path();
    // What was brought from elsewhere comes with what it should be.
    let item = if release.temporary.is_none() {
        sums::expected_by(folder)?
    } else {
        Expected::new()
    };
    release.expected.extend(item);
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
    let signature = key.check(folder, release.is_without_signature, &mut problems);
    problems.extend(wrong_identity(
        folder,
        request,
        release.asked.as_ref(),
        &signature,
    ));
    let mut notes = release.notes;
    if depth != Depth::Sums && problems.is_empty() {
        problems = read_again(domain::of_options(&setup.options)?.tables, folder)?;
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

/// A page that shows no release is right, unless a version was asked for.
fn check_bare(request: &Request, release: Gathered) -> Verified {
    let mut problems = release.problems;
    if let Some(floor) = request.at_least {
        problems.push(format!(
            "it shows no release, at least {floor} was asked for"
        ));
    }
    Verified {
        name: release.name,
        files: 0,
        signature: Signature::No,
        problems,
        notes: release.notes,
    }
}

/// What is wrong with which release it is: another than was asked for, than its signature names, or too old.
fn wrong_identity(
    folder: &Path,
    request: &Request,
    asked: Option<&(DatasetId, Option<Version>)>,
    signature: &Signature,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let Ok((dataset, version)) = identity(folder) else {
        // Its lists tell what is wrong with it.
        return wrong;
    };
    if let Some((wanted, _)) = asked.filter(|(wanted, _)| *wanted != dataset) {
        wrong.push(format!(
            "it is of dataset {dataset}, {wanted} was asked for"
        ));
    }
    let by_name = request.dataset.as_ref().filter(|_| asked.is_none());
    if let Some(wanted) = by_name.filter(|wanted| **wanted != dataset.as_str()) {
        wrong.push(format!(
            "it is of dataset {dataset}, {wanted} was asked for"
        ));
    }
    if let Some((_, Some(wanted))) = asked
        && *wanted != version
    {
        wrong.push(format!("it is version {version}, {wanted} was asked for"));
    }
    if let Signature::Valid(comment) = signature
        && *comment != signed_comment(&dataset, version)
    {
        wrong.push(format!(
            "{SIGNATURE_FILE}: it signs “{comment}”, this is {dataset} {version}"
        ));
    }
    if let Some(floor) = request.at_least.filter(|floor| version < *floor) {
        wrong.push(format!(
            "it is version {version}, at least {floor} was asked for"
        ));
    }
    wrong
}

/// Every table of a release, read again.
fn read_again(tables: &Tables, folder: &Path) -> anyhow::Result<Vec<String>> {
    let open = |path: &str| {
        std::fs::File::open(folder.join(path)).with_context(|| format!("cannot open {path}"))
    };
    let text = crate::folder::read_list(&folder.join("datapackage.json"))?;
    let text = String::from_utf8_lossy(&text);
    let mut wrong = Vec::new();
    for shape in shapes(&text)? {
        let parquet = ParquetFile::open(open(&shape.parquet)?)?;
        wrong.extend(reread(
            tables,
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
    let text = crate::folder::read_list(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let value: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    let text_of = |name: &str| value[name].as_str().unwrap_or_default();
    match (text_of("name").parse(), text_of("version").parse()) {
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
        Ok(Self { text: Some(text) })
    }

    /// With a key, a release without signature is as wrong as one with a bad one.
    fn check(
        &self,
        folder: &Path,
        is_without_signature: bool,
        problems: &mut Vec<String>,
    ) -> Signature {
        let read = |name: &str| crate::folder::read_list(&folder.join(name)).ok();
        let (sums, signature) = (read(SUMS_FILE), read(SIGNATURE_FILE));
        match (&self.text, sums, signature) {
            (Some(_), _, None) | (Some(_), None, _) if !is_without_signature => {
                problems.push(format!(
                    "{SIGNATURE_FILE}: missing, and there is a public key to check it with"
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
