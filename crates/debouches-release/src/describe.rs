//! The texts of a release, once its data is written and its version decided.

use debouches_model::{Lang, ReleaseNotice, Sha256, Version};

use crate::dataset::Dataset;
use crate::facts::ReleaseFacts;
use crate::files::{TextFile, WrittenFile};
use crate::prepare::PreparedTable;
use crate::profile::{PROFILE_FILE, ReleaseProfile};
use crate::record::{ColumnRecord, RECORD_FILE, ReleaseRecord, TableRecord};
use crate::{FORMAT, changelog, datapackage, dictionary, notice, readme, standards};

/// Name of the checksums in the folder of a release.
pub const SUMS_FILE: &str = "SHA256SUMS";

/// Everything but the data.
#[derive(Debug)]
pub struct DescribedRelease {
    /// The texts, in the order in which they are written.
    pub texts: Vec<TextFile>,
    /// What a portal must show.
    pub notice: ReleaseNotice,
}

impl ReleaseRecord {
    /// The record of a candidate, before its version is decided.
    #[must_use]
    pub fn of(dataset: &Dataset, prepared: &[PreparedTable<'_>], files: &[WrittenFile]) -> Self {
        let tables = prepared.iter().map(|table| TableRecord {
            table: table.spec.id.to_string(),
            rows: table.rows,
            columns: table.columns.iter().map(ColumnRecord::of).collect(),
            keys_sha256: table.keys_sha256,
            content_sha256: content_of(table, files),
        });
        let tables: Vec<TableRecord> = tables.collect();
        let specifications = prepared
            .iter()
            .map(|table| table.spec.digest.to_string())
            .collect::<Vec<_>>()
            .join("|");
        Self {
            format: Self::FORMAT,
            dataset: dataset.id.clone(),
            version: Version::FIRST,
            definition_sha256: definition(dataset, &specifications),
            deprecated: dataset.deprecated.clone(),
            facts: ReleaseFacts::default(),
            tables,
        }
    }

    /// Reads a record.
    ///
    /// # Errors
    /// When the bytes are not one, or are of a later format.
    pub fn read(bytes: &[u8]) -> Result<Self, crate::PackageError> {
        serde_json::from_slice(bytes).map_err(crate::PackageError::Record)
    }
}

fn content_of(table: &PreparedTable<'_>, files: &[WrittenFile]) -> Sha256 {
    let path = format!("{}.csv", table.spec.id);
    files
        .iter()
        .find(|file| file.path == path)
        .map_or_else(|| Sha256::of(b""), |file| file.sha256)
}

/// Digest of what the texts are made of, sources and figures left out.
fn definition(dataset: &Dataset, specifications: &str) -> Sha256 {
    let Dataset {
        id,
        title,
        summary,
        licence,
        frequency,
        tags,
        zones,
        granularity,
        english,
        omitted: _,
        deprecated,
        public_key,
        forms,
        ..
    } = dataset;
    let english = english
        .as_ref()
        .map(|text| format!("{}|{}", text.title, text.summary))
        .unwrap_or_default();
    let deprecated: Vec<String> = deprecated
        .iter()
        .map(|notice| format!("{}|{}", notice.column, notice.reason))
        .collect();
    // An unsigned dataset is defined as before there were signatures.
    let signed = public_key.as_ref().map(|key| format!("signed by {key}"));
    let parts = [
        id.as_str(),
        title,
        summary,
        licence,
        frequency,
        &tags.join("|"),
        &zones.join("|"),
        granularity,
        &english,
        &deprecated.join("|"),
        &serde_json::to_string(forms).expect("names are always written"),
        &FORMAT.to_string(),
        specifications,
    ];
    let parts: Vec<&str> = parts.into_iter().chain(signed.as_deref()).collect();
    Sha256::of(parts.join("\0").as_bytes())
}

/// The changelogs of the previous release; the new version is written above them.
#[derive(Debug, Clone, Default)]
pub struct PreviousChangelogs {
    /// In French.
    pub french: Option<String>,
    /// In English.
    pub english: Option<String>,
}

/// What is decided of a release once its data is written.
#[derive(Debug, Clone)]
pub struct Outline {
    /// Its version.
    pub version: Version,
    /// What it changes, and what people decided about it.
    pub facts: ReleaseFacts,
    /// What its changelogs continue.
    pub changelogs: PreviousChangelogs,
}

/// Writes the texts of a release: metadata, readme, dictionary, changelogs, record and checksums.
///
/// # Panics
/// Never: values of our own types are always written.
#[must_use]
pub fn describe(
    dataset: &Dataset,
    outline: &Outline,
    tables: &[PreparedTable<'_>],
    data: &[WrittenFile],
) -> DescribedRelease {
    let (version, changelogs) = (outline.version, &outline.changelogs);
    let reasons = outline.facts.sentences();
    let record = ReleaseRecord {
        version,
        facts: outline.facts.clone(),
        ..ReleaseRecord::of(dataset, tables, data)
    };
    let record = serde_json::to_string_pretty(&record).expect("a record is always written") + "\n";
    let text = |path: &str, media_type: &str, text: String| TextFile {
        path: path.to_owned(),
        media_type: media_type.to_owned(),
        text,
    };
    let mut texts = vec![
        text(
            "README.md",
            "text/markdown",
            readme::text(dataset, version, tables, data),
        ),
        text("dictionnaire.csv", "text/csv", dictionary::csv(tables)),
        text(
            "datapackage.json",
            "application/json",
            datapackage::json(dataset, version, tables, data),
        ),
        text(
            changelog::FRENCH,
            "text/markdown",
            changelog::text(Lang::Fr, version, &reasons, changelogs.french.as_deref()),
        ),
        text(
            changelog::ENGLISH,
            "text/markdown",
            changelog::text(Lang::En, version, &reasons, changelogs.english.as_deref()),
        ),
    ];
    let judged: Vec<_> = tables
        .iter()
        .filter_map(|table| table.secrecy.as_ref())
        .map(|note| note.document.clone())
        .collect();
    if !judged.is_empty() {
        let document = serde_json::json!({ "format": 1, "dataset": dataset.id, "version": version.to_string(), "tables": judged });
        let document =
            serde_json::to_string_pretty(&document).expect("a document is always written") + "\n";
        texts.push(text("disclosure.json", "application/json", document));
    }
    texts.extend(standards::texts(dataset, version, tables, data));
    texts.push(text(RECORD_FILE, "application/json", record));
    // The profile is ours: portals do not show it, hence the sums do not name it.
    texts.push(text(SUMS_FILE, "text/plain", sums(data, &texts)));
    let profile = ReleaseProfile::of(tables.iter().map(|table| table.profile.clone()).collect());
    texts.push(text(PROFILE_FILE, "application/json", profile.to_text()));
    DescribedRelease {
        texts,
        notice: notice::of(dataset, version, tables, data),
    }
}

/// `SHA256SUMS` of every file, sorted by path, in the form of coreutils.
#[must_use]
pub fn sums(data: &[WrittenFile], texts: &[TextFile]) -> String {
    let texts = texts
        .iter()
        .map(|file| (file.path.as_str(), Sha256::of(file.text.as_bytes())));
    let mut lines: Vec<(&str, Sha256)> = data
        .iter()
        .map(|file| (file.path.as_str(), file.sha256))
        .chain(texts)
        .collect();
    lines.sort();
    lines
        .into_iter()
        .map(|(path, digest)| format!("{digest}  {path}\n"))
        .collect()
}
