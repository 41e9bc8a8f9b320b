//! Errors: the chain, the remedy when it is known, and the exit code.

use debouches_enrich::EnrichError;
use debouches_fetch::{FetchError, LockFileError};
use debouches_http::{HttpError, HttpErrorKind};
use debouches_insertion::DomainErrors;
use debouches_model::{Fault, escape};
use debouches_portal::PortalError;
use debouches_publish::PublishError;
use debouches_release::PackageError;
use debouches_site::CatalogueError;
use debouches_store::StoreError;
use debouches_validate::ValidateError;

use crate::config::errors::ConfigErrors;

/// A mistake of the call or of the configuration: exit 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// An error whose fault was decided where it happened.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Decided {
    /// What went wrong, for people.
    pub message: String,
    /// Whose fault it is.
    pub fault: Fault,
}

/// Whose fault an error is: the first link of the chain that knows.
pub fn fault_of(error: &anyhow::Error) -> Fault {
    error.chain().find_map(known_fault).unwrap_or(Fault::Ours)
}

fn known_fault(link: &(dyn std::error::Error + 'static)) -> Option<Fault> {
    if link.is::<Usage>() || link.is::<ConfigErrors>() || link.is::<DomainErrors>() {
        return Some(Fault::Operator);
    }
    link.downcast_ref::<Decided>()
        .map(|error| error.fault)
        .or_else(|| link.downcast_ref::<FetchError>().map(FetchError::fault))
        .or_else(|| {
            link.downcast_ref::<LockFileError>()
                .map(LockFileError::fault)
        })
        .or_else(|| link.downcast_ref::<StoreError>().map(StoreError::fault))
        .or_else(|| link.downcast_ref::<PortalError>().map(PortalError::fault))
        .or_else(|| {
            link.downcast_ref::<ValidateError>()
                .map(ValidateError::fault)
        })
        .or_else(|| link.downcast_ref::<EnrichError>().map(EnrichError::fault))
        .or_else(|| link.downcast_ref::<PackageError>().map(PackageError::fault))
        .or_else(|| link.downcast_ref::<PublishError>().map(PublishError::fault))
        .or_else(|| {
            link.downcast_ref::<debouches_udata::UdataError>()
                .map(debouches_publish::fault_of)
        })
        .or_else(|| {
            link.downcast_ref::<CatalogueError>()
                .map(CatalogueError::fault)
        })
        .or_else(|| {
            link.downcast_ref::<debouches_fetch::unpack::UnpackError>()
                .map(debouches_fetch::unpack::UnpackError::fault)
        })
        .or_else(|| {
            link.downcast_ref::<HttpError>()
                .map(|error| fault_of_reading(&error.kind))
        })
}

/// Whose fault it is that an address could not be read.
fn fault_of_reading(kind: &HttpErrorKind) -> Fault {
    match kind {
        HttpErrorKind::Unauthorized(_) | HttpErrorKind::ProxyAccess => Fault::Permission,
        HttpErrorKind::RateLimited { .. }
        | HttpErrorKind::Pending { .. }
        | HttpErrorKind::Page
        | HttpErrorKind::Short { .. }
        | HttpErrorKind::Timeout
        | HttpErrorKind::Connect
        | HttpErrorKind::Interrupted
        | HttpErrorKind::Status(500..) => Fault::Outage,
        HttpErrorKind::NotFound
        | HttpErrorKind::Gone
        | HttpErrorKind::Status(_)
        | HttpErrorKind::Redirect { .. }
        | HttpErrorKind::TooLarge { .. }
        | HttpErrorKind::Encoded(_)
        | HttpErrorKind::Certificate(_)
        | HttpErrorKind::Inward { .. }
        | HttpErrorKind::Host(_)
        | HttpErrorKind::PlainSecret
        | HttpErrorKind::Json { .. }
        | HttpErrorKind::Invalid(_) => Fault::Operator,
        HttpErrorKind::Source | HttpErrorKind::Sink => Fault::Ours,
    }
}

/// Longest message of an error, in characters: parts of it may come from others.
const LONGEST: usize = 4000;

/// The chain of an error in one line, causes separated by `: `.
pub fn one_line(error: &anyhow::Error) -> String {
    escape::line(&chain(error), LONGEST)
}

/// As [`one_line`], with a line for each mistake of an error that holds several.
pub fn in_lines(error: &anyhow::Error) -> String {
    escape::block(&chain(error), LONGEST)
}

fn chain(error: &anyhow::Error) -> String {
    let mut links: Vec<String> = Vec::new();
    for link in error.chain() {
        let text = link.to_string();
        // Some libraries repeat their cause in their own text.
        if !links.iter().any(|item| item.contains(&text)) {
            links.push(text);
        }
    }
    links.join(": ")
}

/// A remedy, when one is known.
pub fn hint_of(error: &anyhow::Error) -> Option<String> {
    let from_fetch = || {
        error
            .chain()
            .find_map(|link| link.downcast_ref::<FetchError>()?.hint().map(str::to_owned))
    };
    let from_store = || {
        error
            .chain()
            .find_map(|link| link.downcast_ref::<StoreError>()?.hint().map(str::to_owned))
    };
    let from_http = || {
        error
            .chain()
            .find_map(|link| link.downcast_ref::<HttpError>()?.kind.hint())
            .map(str::to_owned)
    };
    let from_fault = || {
        let text = match fault_of(error) {
            Fault::Busy if error.chain().any(|link| link.is::<PortalError>()) => {
                "stop `debouches portal serve`, or add `--wait-lock 10m`"
            }
            Fault::Busy => "wait for the other run, or add `--wait-lock 10m`",
            // What was decided against says itself what to do.
            Fault::Integrity | Fault::Permission
                if error.chain().any(|link| link.is::<Decided>()) =>
            {
                return None;
            }
            Fault::Integrity => {
                "a stored file was altered: run the stage that made it with `--force`, and find out why"
            }
            Fault::Outage => "nothing was changed; run the same command later",
            Fault::Incomplete => "run `debouches publish` again: it resumes where it stopped",
            Fault::Permission => "check the API key and the rights of its account",
            Fault::Ours | Fault::Operator | Fault::Data => return None,
        };
        Some(text.to_owned())
    };
    from_fetch()
        .or_else(from_store)
        .or_else(from_http)
        .or_else(from_fault)
}
