//! The bytes of a release file, for the portal and for its checksum.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::pin::Pin;
use std::sync::Arc;

use debouches_store::{Artefact, StoreError};
use debouches_udata::{Reader, Source, Upload};
use sha1::{Digest as _, Sha1};

/// A verified file, read from its start at each attempt.
struct Handle {
    file: File,
    bytes: u64,
}

impl Source for Handle {
    fn length(&self) -> u64 {
        self.bytes
    }

    fn open(&self) -> Pin<Box<dyn Future<Output = io::Result<Reader>> + Send + '_>> {
        self.open_at(0)
    }

    fn open_at(
        &self,
        offset: u64,
    ) -> Pin<Box<dyn Future<Output = io::Result<Reader>> + Send + '_>> {
        // Attempts and parts follow each other, hence one offset is enough.
        let placed = self
            .file
            .try_clone()
            .and_then(|mut file| file.seek(SeekFrom::Start(offset)).map(|_| file));
        Box::pin(async move { Ok(Box::new(tokio::fs::File::from_std(placed?)) as Reader) })
    }
}

/// A file of the release, ready to be sent; its SHA-1 is computed when it is not known.
pub(crate) async fn upload(
    release: &Artefact,
    path: &str,
    name: &str,
    known_sha1: Option<&str>,
) -> Result<Upload, StoreError> {
    let verified = release.open_file(path).await?;
    let (bytes, media_type) = (verified.len(), verified.entry().media_type.clone());
    let mut file = verified.into_file();
    let (sha1, file) = match known_sha1 {
        Some(sha1) => (sha1.to_owned(), file),
        None => {
            let sha1 =
                tokio::task::spawn_blocking(move || sha1_of(&mut file).map(|sha1| (sha1, file)))
                    .await;
            sha1.map_err(io::Error::other)
                .and_then(|result| result)
                .map_err(|source| StoreError::Io {
                    action: "read",
                    path: release.location(path).into(),
                    source,
                })?
        }
    };
    let source: Arc<dyn Source> = Arc::new(Handle { file, bytes });
    Ok(Upload {
        name: name.to_owned(),
        media_type,
        bytes,
        sha1,
        source,
    })
}

fn sha1_of(file: &mut File) -> io::Result<String> {
    let (mut hasher, mut buffer) = (Sha1::new(), vec![0; 1 << 20]);
    file.seek(SeekFrom::Start(0))?;
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
    }
    Ok(hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}
