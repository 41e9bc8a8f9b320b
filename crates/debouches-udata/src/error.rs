//! What went wrong, by meaning. No key and no whole body appears in a message.

use debouches_http::HttpError;

/// A call that did not do what was asked. `doing` says what was being done.
#[derive(Debug, thiserror::Error)]
pub enum UdataError {
    /// 401: this portal says so even for public reads.
    #[error("cannot {doing}: the key is missing, unknown, expired or revoked (401)")]
    Unauthorized {
        /// What was being done.
        doing: String,
    },
    /// 403: the account of the key is not a member, or not assigned to the dataset.
    #[error("cannot {doing}: the account of this key has no right to (403)")]
    Forbidden {
        /// What was being done.
        doing: String,
    },
    /// 404. A private dataset answers so to those who may not see it.
    #[error("cannot {doing}: not found, or not visible with this key (404)")]
    NotFound {
        /// What was being done.
        doing: String,
    },
    /// 410: the dataset was deleted.
    #[error("cannot {doing}: deleted on the portal (410)")]
    Gone {
        /// What was being done.
        doing: String,
    },
    /// 423: the portal takes no writes for now.
    #[error("cannot {doing}: the portal is read-only for now (423)")]
    ReadOnly {
        /// What was being done.
        doing: String,
    },
    /// 413, usually from a proxy in front of the portal.
    #[error("cannot {doing}: larger than the portal accepts (413)")]
    TooLarge {
        /// What was being done.
        doing: String,
    },
    /// 400 or 422: the portal does not want these values.
    #[error(
        "cannot {doing}: refused by the portal{}{}",
        listed(" for ", fields),
        listed(": ", said)
    )]
    Refused {
        /// What was being done.
        doing: String,
        /// The fields that it names, dotted when nested.
        fields: Vec<String>,
        /// The beginning of what it says of them.
        said: Vec<String>,
    },
    /// A redirect, or a page of a list on another host: the key does not follow.
    #[error("cannot {doing}: redirected to {to}")]
    Redirected {
        /// What was being done.
        doing: String,
        /// The address, redacted.
        to: String,
    },
    /// The portal or the road to it failed, and nothing was changed.
    #[error("cannot {doing}: the portal is out of reach")]
    Outage {
        /// What was being done.
        doing: String,
        /// The failure.
        source: HttpError,
    },
    /// A write that must not be repeated, whose effect is not known: look before doing it again.
    #[error("{doing}: sent, but it is not known whether the portal did it")]
    Uncertain {
        /// What was being done.
        doing: String,
        /// The failure.
        source: HttpError,
    },
    /// The bytes on the portal are not those that were meant. The resource exists.
    #[error("{doing}: the bytes were altered (expected {expected}, found {actual})")]
    Altered {
        /// What was being done.
        doing: String,
        /// SHA-1 in hexadecimal, or a number of bytes.
        expected: String,
        /// The same of what was sent or stored.
        actual: String,
        /// Identifier of the resource that holds them, if anything was sent.
        resource: Option<String>,
    },
    /// The portal said yes and kept something else.
    #[error("{doing}: the portal accepted but did not keep {}", fields.join(", "))]
    Swallowed {
        /// What was being done.
        doing: String,
        /// The fields that came back different.
        fields: Vec<String>,
    },
    /// A status that this API has no reason to give.
    #[error("cannot {doing}: unexpected answer ({status})")]
    Unexpected {
        /// What was being done.
        doing: String,
        /// The status.
        status: u16,
    },
    /// A success whose body cannot be read. Only of calls that can be repeated.
    #[error("cannot {doing}: the answer cannot be read")]
    Unreadable {
        /// What was being done.
        doing: String,
        /// The place of the fault.
        source: HttpError,
    },
    /// What was to be sent could not be read.
    #[error("cannot {doing}: it could not be sent whole")]
    Unsent {
        /// What was being done.
        doing: String,
        /// The failure.
        source: HttpError,
    },
    /// The base address or an identifier makes no safe address.
    #[error("`{address}` cannot be used: {why}")]
    Address {
        /// The text at fault.
        address: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The key is empty or holds characters that no header may carry.
    #[error("the key of the portal is empty or holds characters that no header may carry")]
    Key,
}

fn listed(prefix: &str, items: &[String]) -> String {
    if items.is_empty() {
        String::new()
    } else {
        format!("{prefix}{}", items.join(", "))
    }
}
