//! What can go wrong with a source, one variant per reaction.

use std::io;
use std::path::PathBuf;

use debouches_http::{HttpError, HttpErrorKind};
use debouches_model::{Fault, Sha256, SourceId};
use debouches_store::StoreError;

use crate::unpack::UnpackError;

/// Why a source gave no snapshot. The former one stays.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// A local file is not there.
    #[error("cannot read source {id}: {} does not exist", path.display())]
    FileMissing {
        /// The source.
        id: SourceId,
        /// The file.
        path: PathBuf,
    },
    /// A local file cannot be read.
    #[error("cannot read source {id}: {} cannot be read", path.display())]
    File {
        /// The source.
        id: SourceId,
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// No HTTP client was given for a source on the network.
    #[error("cannot read source {id}: this call has no HTTP client")]
    NoClient {
        /// The source.
        id: SourceId,
    },
    /// The server did not give the bytes.
    #[error("cannot read source {id}")]
    Http {
        /// The source.
        id: SourceId,
        /// The cause.
        source: HttpError,
    },
    /// An address that the server gave is not followed.
    #[error("cannot read source {id}: {source}")]
    Hop {
        /// The source.
        id: SourceId,
        /// The reason.
        source: HttpErrorKind,
    },
    /// The dataset has no file of that title.
    #[error("cannot read source {id}: the dataset has no file whose title is `{title}`; it has {}", titles.join(", "))]
    NoResource {
        /// The source.
        id: SourceId,
        /// The pattern of the title.
        title: String,
        /// Some titles that it has.
        titles: Vec<String>,
    },
    /// The dataset comes from no Opendatasoft portal.
    #[error(
        "cannot read source {id}: dataset `{dataset}` was not harvested from an Opendatasoft portal"
    )]
    NotHarvested {
        /// The source.
        id: SourceId,
        /// The dataset.
        dataset: String,
    },
    /// The columns that the catalogue announces are none that we know; nothing was downloaded.
    #[error("source {id} is refused before it is downloaded: {problem}")]
    Headings {
        /// The source.
        id: SourceId,
        /// How they differ.
        problem: String,
    },
    /// The body holds fewer records than the catalogue announces.
    #[error("source {id} is refused: {received} records came, the catalogue announces {announced}")]
    Records {
        /// The source.
        id: SourceId,
        /// Records of the body.
        received: u64,
        /// Records announced.
        announced: u64,
    },
    /// The time that all sources have together is over.
    #[error("source {id} was not read: the sources together took more than {} minutes", patience.as_secs() / 60)]
    Deadline {
        /// The source.
        id: SourceId,
        /// The time that they have.
        patience: std::time::Duration,
    },
    /// An environment variable that holds a user or a password is not set.
    #[error("cannot read source {id}: environment variable {variable} is not set")]
    NoSecret {
        /// The source.
        id: SourceId,
        /// The variable.
        variable: String,
    },
    /// The API gave no token.
    #[error("cannot read source {id}: the API gives no token (HTTP {status})")]
    Login {
        /// The source.
        id: SourceId,
        /// The status of its answer.
        status: u16,
    },
    /// The API gave no answer that can be kept.
    #[error(
        "cannot read source {id}: the API does not answer for {code}, {vintage} (HTTP {status})"
    )]
    Api {
        /// The source.
        id: SourceId,
        /// The code asked for.
        code: String,
        /// The vintage asked for.
        vintage: String,
        /// The status of its answer.
        status: u16,
    },
    /// The server says that nothing changed, though it was not asked whether anything did.
    #[error("cannot read source {id}: it answers that nothing changed, since nothing we know of")]
    Unasked {
        /// The source.
        id: SourceId,
    },
    /// The object store did not give the bytes.
    #[error("cannot read source {id}: {url} did not answer as it should")]
    Object {
        /// The source.
        id: SourceId,
        /// The object.
        url: String,
        /// The cause.
        source: object_store::Error,
    },
    /// The bytes are too many.
    #[error("source {id} is refused: {file} has more than {max} bytes")]
    TooLarge {
        /// The source.
        id: SourceId,
        /// The file.
        file: String,
        /// The limit.
        max: u64,
    },
    /// There are no bytes.
    #[error("source {id} is refused: {file} is empty")]
    Empty {
        /// The source.
        id: SourceId,
        /// The file.
        file: String,
    },
    /// The bytes are of another nature than expected: an HTML page, an error message.
    #[error("source {id} is refused: {file} is not {expected}{}", begins_with.as_ref().map_or_else(String::new, |text| format!(", it begins with `{text}`")))]
    NotData {
        /// The source.
        id: SourceId,
        /// The file.
        file: String,
        /// What was expected.
        expected: &'static str,
        /// Its first characters, when the host that was asked gave them.
        begins_with: Option<String>,
        /// Whether this address gave data before: a page for people is then a breakdown.
        is_known: bool,
    },
    /// The bytes cannot be unpacked: truncated, altered, a bomb.
    #[error("source {id} is refused")]
    Packed {
        /// The source.
        id: SourceId,
        /// The cause.
        source: UnpackError,
    },
    /// The lock file asks for other bytes.
    #[error("source {id} is refused: pipeline.lock asks for {}, its bytes are {}", locked.short(), actual.short())]
    Locked {
        /// The source.
        id: SourceId,
        /// The digest in the lock file.
        locked: Sha256,
        /// The digest of what was received.
        actual: Sha256,
    },
    /// The lock file does not know the source, and must.
    #[error("source {id} is not in pipeline.lock")]
    NotLocked {
        /// The source.
        id: SourceId,
    },
    /// The bytes that the lock file asks for are not in the state.
    #[error("source {id} has no snapshot {} in the state", sha256.short())]
    NoSnapshot {
        /// The source.
        id: SourceId,
        /// The digest in the lock file.
        sha256: Sha256,
    },
    /// The state cannot keep the bytes.
    #[error("cannot keep source {id}")]
    Store {
        /// The source.
        id: SourceId,
        /// The cause.
        source: Box<StoreError>,
    },
}

impl FetchError {
    /// The source it is about.
    #[must_use]
    pub fn id(&self) -> &SourceId {
        match self {
            Self::FileMissing { id, .. }
            | Self::File { id, .. }
            | Self::NoClient { id }
            | Self::Hop { id, .. }
            | Self::NoResource { id, .. }
            | Self::NotHarvested { id, .. }
            | Self::Headings { id, .. }
            | Self::Records { id, .. }
            | Self::Deadline { id, .. }
            | Self::NoSecret { id, .. }
            | Self::Login { id, .. }
            | Self::Api { id, .. }
            | Self::Unasked { id }
            | Self::Http { id, .. }
            | Self::Object { id, .. }
            | Self::TooLarge { id, .. }
            | Self::Empty { id, .. }
            | Self::NotData { id, .. }
            | Self::Packed { id, .. }
            | Self::Locked { id, .. }
            | Self::NotLocked { id }
            | Self::NoSnapshot { id, .. }
            | Self::Store { id, .. } => id,
        }
    }

    /// Who can mend it.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::File { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                Fault::Permission
            }
            Self::FileMissing { .. }
            | Self::File { .. }
            | Self::Hop { .. }
            | Self::NoResource { .. }
            | Self::NotHarvested { .. }
            | Self::NotLocked { .. }
            | Self::NoSnapshot { .. } => Fault::Operator,
            Self::NotData { is_known: true, .. } | Self::Records { .. } | Self::Deadline { .. } => {
                Fault::Outage
            }
            Self::TooLarge { .. }
            | Self::Empty { .. }
            | Self::NotData { .. }
            | Self::Headings { .. }
            | Self::Locked { .. } => Fault::Data,
            Self::NoSecret { .. }
            | Self::Login {
                status: 400 | 401 | 403,
                ..
            }
            | Self::Api {
                status: 401 | 403, ..
            } => Fault::Permission,
            Self::Login { .. } | Self::Api { .. } => Fault::Outage,
            Self::NoClient { .. } => Fault::Ours,
            Self::Unasked { .. } => Fault::Outage,
            Self::Http { source, .. } => of_http(source),
            Self::Object { source, .. } => of_object(source),
            Self::Packed { source, .. } => source.fault(),
            Self::Store { source, .. } => source.fault(),
        }
    }

    /// What to do, when it is known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Locked { .. } => {
                Some("run `debouches fetch` without `--locked` to accept the new bytes")
            }
            Self::NotLocked { .. } => {
                Some("run `debouches fetch` once without `--locked` and `--offline`")
            }
            Self::NoSnapshot { .. } => {
                Some("run `debouches fetch` without `--offline` to receive these bytes again")
            }
            Self::Http { source, .. } => match source.kind {
                HttpErrorKind::Unauthorized(_) => Some(
                    "the producer refuses this machine, and no key was asked for: open the address in a browser; if it opens there, a filter or a proxy stands between (`[http] proxy`), else the address has moved",
                ),
                _ => source.kind.hint(),
            },
            Self::Hop { source, .. } => source.hint(),
            Self::NoResource { .. } => {
                Some("correct `title` of the source: `*` stands for any characters")
            }
            Self::NotHarvested { .. } => {
                Some("give the address of the data themselves: `kind = \"http\"`, or a `title`")
            }
            Self::Headings { .. } => Some(
                "the producer changed its columns: the last snapshot stays; describe the new generation in a shape",
            ),
            Self::Records { .. } => Some(
                "the portal was publishing, or the body was cut: the last snapshot stays; run the same command later",
            ),
            Self::NotData { is_known: true, .. } => Some(
                "this address gave data before: a page of maintenance, most often; the last snapshot stays; run the same command later",
            ),
            Self::NotData { .. } => Some(
                "open the address in a browser: a page for people is not the address of its export",
            ),
            Self::NoSecret { .. } => Some(
                "export the variable that `username_env` or `password_env` of the source names",
            ),
            Self::Login { .. } => {
                Some("ask the DEPP for an account, or correct the user and the password")
            }
            Self::FileMissing { .. }
            | Self::File { .. }
            | Self::Api { .. }
            | Self::NoClient { .. }
            | Self::Unasked { .. }
            | Self::Object { .. }
            | Self::TooLarge { .. }
            | Self::Empty { .. }
            | Self::Deadline { .. }
            | Self::Packed { .. }
            | Self::Store { .. } => None,
        }
    }
}

fn of_http(error: &HttpError) -> Fault {
    match error.kind {
        _ if error.is_outage() => Fault::Outage,
        // Keys have errors of their own: a page that is refused without one is no right that we miss.
        HttpErrorKind::Unauthorized(_) => Fault::Operator,
        HttpErrorKind::ProxyAccess => Fault::Permission,
        HttpErrorKind::TooLarge { .. } | HttpErrorKind::Encoded(_) | HttpErrorKind::Json { .. } => {
            Fault::Data
        }
        HttpErrorKind::Source | HttpErrorKind::Sink => Fault::Ours,
        HttpErrorKind::NotFound
        | HttpErrorKind::Gone
        | HttpErrorKind::RateLimited { .. }
        | HttpErrorKind::Status(_)
        | HttpErrorKind::Redirect { .. }
        | HttpErrorKind::Pending { .. }
        | HttpErrorKind::Page
        | HttpErrorKind::Certificate(_)
        | HttpErrorKind::Inward { .. }
        | HttpErrorKind::Host(_)
        | HttpErrorKind::PlainSecret
        | HttpErrorKind::Short { .. }
        | HttpErrorKind::Timeout
        | HttpErrorKind::Connect
        | HttpErrorKind::Interrupted
        | HttpErrorKind::Invalid(_) => Fault::Operator,
    }
}

fn of_object(error: &object_store::Error) -> Fault {
    use object_store::Error;
    if matches!(
        error,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. }
    ) {
        Fault::Permission
    } else if matches!(
        error,
        Error::NotFound { .. } | Error::InvalidPath { .. } | Error::UnknownConfigurationKey { .. }
    ) {
        Fault::Operator
    } else {
        Fault::Outage
    }
}

/// An address that cannot be a source: the configuration must be mended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It cannot be read as an address of that kind.
    #[error("`{text}` is not {expected}")]
    Syntax {
        /// The address as configured.
        text: String,
        /// What is expected.
        expected: &'static str,
    },
    /// It carries a user or a password.
    #[error("`{host}`: credentials belong in the environment, not in the address of a source")]
    Credentials {
        /// The host.
        host: String,
    },
    /// No kind has that name.
    #[error("there is no kind of source `{kind}` (known: {})", known.join(", "))]
    Kind {
        /// The kind as configured.
        kind: String,
        /// The kinds that exist.
        known: Vec<&'static str>,
    },
    /// The kind does not have an option that was typed.
    #[error("kind `{kind}` has no `{option}` (it has: {})", if options.is_empty() { "none".to_owned() } else { options.join(", ") })]
    Option {
        /// The kind.
        kind: &'static str,
        /// The option.
        option: &'static str,
        /// The options that it has.
        options: &'static [&'static str],
    },
    /// A header that carries a key is written down.
    #[error("header `{name}` carries a key, which does not belong in a configuration")]
    SecretHeader {
        /// The header.
        name: String,
    },
    /// It names the records of a dataset, of which the portal gives 10,000 at most.
    #[error(
        "`{dataset}` is addressed by its records, which stop at 10,000: give the address of the dataset instead"
    )]
    Records {
        /// The dataset.
        dataset: String,
    },
    /// It filters the dataset in a way that an export does not know.
    #[error("`{parameter}` cannot be kept in an export: use `where`, `select` or `refine`")]
    Parameter {
        /// The parameter of the query.
        parameter: String,
    },
}

impl AddressError {
    /// Who can mend it.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Syntax { .. }
            | Self::Kind { .. }
            | Self::Option { .. }
            | Self::SecretHeader { .. }
            | Self::Credentials { .. }
            | Self::Records { .. }
            | Self::Parameter { .. } => Fault::Operator,
        }
    }
}

/// A lock file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LockFileError {
    /// It is not the TOML that we write.
    #[error("cannot read the lock file")]
    Syntax(#[from] toml::de::Error),
    /// It was written by a later version of the program.
    #[error("cannot read the lock file: format {0} is not known to this version")]
    Format(u32),
    /// It names a source twice, as a bad merge does.
    #[error("cannot read the lock file: source {0} is there twice")]
    Twice(SourceId),
}

impl LockFileError {
    /// Who can mend it.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Syntax(_) | Self::Format(_) | Self::Twice(_) => Fault::Operator,
        }
    }
}
