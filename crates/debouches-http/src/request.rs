//! A call to make.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use url::Url;

use crate::address::is_inward;
use crate::redirect::is_allowed;
use crate::{Body, Secret, SecretHeader};

/// The verbs that we use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Reads the headers only.
    Head,
    /// Creates, or acts.
    Post,
    /// Writes.
    Put,
    /// Removes.
    Delete,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        })
    }
}

/// Whether sending a request twice does the same as sending it once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It does: repeated after a lost connection, a timeout, 408, 429, 500, 502, 503, 504.
    Safe,
    /// It does not: repeated only when no connection could be opened, or when the server said to come back
    /// (429, or 503 with `Retry-After`: both are said before the request is looked at).
    Never,
}

/// A request. Redirects are never followed: they are answers.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) secrets: Vec<SecretHeader>,
    pub(crate) body: Body,
    pub(crate) repeat: Repeat,
    pub(crate) patience: Duration,
    pub(crate) guarded: bool,
}

impl Request {
    /// A request without body. `GET` and `HEAD` may be repeated; for the others the caller says so with [`Self::repeat`].
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        let repeat = match method {
            Method::Get | Method::Head => Repeat::Safe,
            Method::Post | Method::Put | Method::Delete => Repeat::Never,
        };
        Self {
            method,
            url,
            headers: Vec::new(),
            secrets: Vec::new(),
            body: Body::Empty,
            repeat,
            patience: Duration::ZERO,
            guarded: false,
        }
    }

    /// A read.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self::new(Method::Get, url)
    }

    /// Adds a header that anybody may read.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a header that nobody may read.
    #[must_use]
    pub fn secret(mut self, name: &'static str, secret: &Secret) -> Self {
        self.secrets.push(SecretHeader {
            name,
            secret: secret.clone(),
        });
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// Sets a JSON body.
    ///
    /// # Panics
    /// When the value has a map whose keys are not text, which is a mistake of the program.
    #[must_use]
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Self {
        let bytes = serde_json::to_vec(value).expect("our own structures are written as JSON");
        self.body(Body::Bytes {
            bytes: bytes.into(),
            media_type: "application/json".to_owned(),
        })
    }

    /// Waits that much longer for the answer than the policy says: the server has work to do before it answers.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Refuses a name that leads to this machine or its network, unless the list has it. An address that shows itself
    /// where it leads was chosen by whoever wrote it.
    #[must_use]
    pub fn guarded(mut self, except: &[String]) -> Self {
        self.guarded = !is_inward(&self.url) && !is_allowed(&self.url, except);
        self
    }

    /// Says whether the request may be sent twice.
    #[must_use]
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }
}
