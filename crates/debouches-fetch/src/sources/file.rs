//! A file of this machine: hashed first, copied only when its bytes are new. The kind also reads objects of a bucket and
//! web addresses, as an address shows by itself.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use debouches_model::{ArtefactKey, Hasher, Sha256, Stage};
use debouches_store::{Spool, Spooled};

use super::object::BucketObject;
use super::{Answer, Content, Glance, Kind, Reading, Received, Said, Source};
use crate::location::plain_address;
use crate::progress::Progress;
use crate::{Address, AddressError, FetchError, Probe};
use debouches_store::blocking;

/// The kind, as the configuration knows it.
pub(super) static KIND: Kind = Kind {
    name: "file",
    options: &[],
    open: parse,
};

/// A file of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
struct LocalFile {
    /// Where it is.
    path: PathBuf,
    /// As configured: the only spelling that is recorded, since another machine keeps the file elsewhere.
    shown: String,
}

/// Reads a path (relative ones are taken from `base`), `file://`, `s3://`, or an address of the web.
fn parse(address: &Address, base: &Path) -> Result<Arc<dyn Source>, AddressError> {
    let text = address.url.as_str();
    let refuse = |expected| AddressError::Syntax {
        text: text.to_owned(),
        expected,
    };
    let local = |path: PathBuf| {
        let shown = text.to_owned();
        Ok(Arc::new(LocalFile { path, shown }) as Arc<dyn Source>)
    };
    if text.is_empty() {
        return Err(refuse("a path"));
    }
    if !text.contains("://") {
        return local(base.join(text));
    }
    let url = plain_address(text, "a path, file:// or s3://")?;
    match url.scheme() {
        "file" => local(
            url.to_file_path()
                .map_err(|()| refuse("an absolute file:// address"))?,
        ),
        "s3" => {
            let bucket = url.host_str().unwrap_or_default().to_owned();
            let path = url.path().trim_start_matches('/').to_owned();
            if bucket.is_empty() || path.is_empty() {
                return Err(refuse("s3://bucket/object"));
            }
            Ok(Arc::new(BucketObject { bucket, path }))
        }
        "http" | "https" => super::http::open(address, base),
        _ => Err(refuse("a path, file:// or s3://")),
    }
}

impl Source for LocalFile {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn shown(&self) -> String {
        self.shown.clone()
    }

    fn identity(&self) -> String {
        self.shown.clone()
    }

    fn body_name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    fn local_path(&self) -> Option<&Path> {
        Some(&self.path)
    }

    fn probe<'a>(&'a self, reading: &'a Reading<'a>) -> Glance<'a> {
        Box::pin(async move {
            let fail = |source| FetchError::File {
                id: reading.request.id.clone(),
                path: self.path.clone(),
                source,
            };
            let (file, size) = open(&self.path).map_err(fail)?;
            let mut head = Vec::new();
            file.take(1 << 14).read_to_end(&mut head).map_err(fail)?;
            Ok(Probe {
                media_type: Some("file".to_owned()),
                size: Some(format!("{size} bytes")),
                ..Probe::of_head(reading.request, &head)
            })
        })
    }

    fn read<'a>(&'a self, reading: &'a Reading<'a>) -> Answer<'a> {
        Box::pin(reading.file(self))
    }
}

impl Reading<'_> {
    /// Reads a local file.
    async fn file(&self, local: &LocalFile) -> Result<Received, FetchError> {
        let (id, path) = (self.request.id.clone(), local.path.clone());
        let fail = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => FetchError::FileMissing {
                id: id.clone(),
                path: path.clone(),
            },
            _ => FetchError::File {
                id: id.clone(),
                path: path.clone(),
                source,
            },
        };
        let (file, size) = open(&local.path).map_err(fail)?;
        let max = self.request.limits.max_bytes;
        if size > max {
            return Err(FetchError::TooLarge {
                id,
                file: self.request.location.body_name(),
                max,
            });
        }
        let progress = Arc::clone(&self.progress);
        let (file, digest) = blocking(move || hash(file, size, &progress))
            .await
            .map_err(fail)?;
        let key = ArtefactKey::new(Stage::Fetch, &id, digest);
        let known = self
            .fetcher
            .store
            .find(&key)
            .await
            .map_err(|error| self.store_error(error))?;
        let content = match known.filter(|_| !self.fetcher.mode.refresh) {
            Some(artefact) => Content::Known(Box::new(artefact)),
            None => {
                let spool = self
                    .fetcher
                    .store
                    .spool()
                    .map_err(|error| self.store_error(error))?;
                let copied = blocking(move || copy(file, max, spool)).await;
                Content::Fresh(
                    copied
                        .map_err(fail)?
                        .map_err(|error| self.store_error(error))?,
                )
            }
        };
        Ok(Received {
            content,
            said: Said::default(),
        })
    }
}

fn open(path: &std::path::Path) -> io::Result<(File, u64)> {
    let meta = std::fs::metadata(path)?;
    if !meta.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    Ok((file, size))
}

fn hash(mut file: File, size: u64, progress: &Progress) -> io::Result<(File, Sha256)> {
    let (mut hasher, mut buffer) = (Hasher::default(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
        progress.reach(hasher.bytes(), Some(size));
    }
    file.rewind()?;
    Ok((file, hasher.finish()))
}

/// Copies at most one byte more than is accepted; the digest is that of the copy, whatever happened to the file since.
fn copy(
    file: File,
    max: u64,
    mut spool: Spool,
) -> io::Result<Result<Spooled, debouches_store::StoreError>> {
    let copied = io::copy(&mut file.take(max.saturating_add(1)), &mut spool)?;
    if copied > max {
        return Err(io::Error::other("it grew while it was read"));
    }
    Ok(spool.finish())
}
