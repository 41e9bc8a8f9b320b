//! Files on their way in: received under a temporary name, digested, then named.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use axum::extract::Multipart;
use chrono::{DateTime, Utc};
use sha1::{Digest as _, Sha1};
use tokio::io::AsyncWriteExt as _;

use crate::app::App;
use crate::digest::hex;
use crate::refusal::Refusal;
use crate::slug::file_name;

/// Longest field of a form that is not a file, in bytes.
const LONGEST_FIELD: usize = 64 << 10;

/// A form with a file, as received.
pub(crate) struct Received {
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) file: Option<Arrived>,
}

/// A file under its temporary name, removed when nobody took it.
pub(crate) struct Arrived {
    pub(crate) name: String,
    pub(crate) length: u64,
    pub(crate) sha1: String,
    path: PathBuf,
}

/// A file under its name.
pub(crate) struct Stored {
    /// Path under the folder of files.
    pub(crate) path: String,
    pub(crate) length: u64,
    pub(crate) sha1: String,
}

impl Drop for Arrived {
    fn drop(&mut self) {
        // Gone already when it was named.
        drop(fs::remove_file(&self.path));
    }
}

/// Reads a form to its end.
pub(crate) async fn receive(app: &App, mut form: Multipart) -> Result<Received, Refusal> {
    let broken = |_| {
        Refusal::bad("The browser (or proxy) sent a request that this server could not understand.")
    };
    let mut received = Received {
        fields: BTreeMap::new(),
        file: None,
    };
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let Some(given) = field.file_name().map(str::to_owned) else {
            let mut text = Vec::new();
            while let Some(piece) = field.chunk().await.map_err(broken)? {
                if text.len() + piece.len() > LONGEST_FIELD {
                    return Err(Refusal::bad("A field of the form is too long"));
                }
                text.extend_from_slice(&piece);
            }
            received
                .fields
                .insert(name, String::from_utf8_lossy(&text).into_owned());
            continue;
        };
        let mut arrived = Arrived {
            name: file_name(&given),
            length: 0,
            sha1: String::new(),
            path: app.folder.temporary(),
        };
        let (mut file, mut hasher) = (
            tokio::fs::File::create_new(&arrived.path).await?,
            Sha1::new(),
        );
        while let Some(piece) = field.chunk().await.map_err(broken)? {
            hasher.update(&piece);
            arrived.length += piece.len() as u64;
            file.write_all(&piece).await?;
        }
        file.flush().await?;
        arrived.sha1 = hex(&hasher.finalize());
        if name == "file" {
            received.file = Some(arrived);
        }
    }
    Ok(received)
}

/// Reads a form to its end and forgets it, so that the client sees why it is refused.
pub(crate) async fn discard(mut form: Multipart) {
    while let Ok(Some(mut field)) = form.next_field().await {
        while let Ok(Some(_)) = field.chunk().await {}
    }
}

/// Puts a file in a folder named after the second: the same name twice within a second is an error of the portal.
pub(crate) fn store_file(
    app: &App,
    slug: &str,
    arrived: &Arrived,
    now: DateTime<Utc>,
) -> Result<Stored, Refusal> {
    let (path, target) = target(app, slug, &arrived.name, now)?;
    give_name(&arrived.path, &target)?;
    app.pending(to_flush(&target))?;
    Ok(Stored {
        path,
        length: arrived.length,
        sha1: arrived.sha1.clone(),
    })
}

/// Gives a file that arrived another name, if that name is free. A file system without hard links gets a copy.
fn give_name(arrived: &Path, target: &Path) -> io::Result<()> {
    match fs::hard_link(arrived, target) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            let mut copy = File::create_new(target)?;
            io::copy(&mut File::open(arrived)?, &mut copy).map(|_| ())
        }
        linked => linked,
    }
}

/// Keeps a part of a transfer. The same part twice is an error of the portal.
pub(crate) fn keep_part(
    app: &App,
    transfer: &str,
    index: u32,
    part: &Arrived,
) -> Result<(), Refusal> {
    let folder = app.folder.parts(transfer);
    fs::create_dir_all(&folder)?;
    Ok(give_name(&part.path, &folder.join(index.to_string()))?)
}

/// Puts the parts of a transfer end to end, then forgets them. A missing part leaves the beginning of the file behind.
pub(crate) fn assemble(
    app: &App,
    slug: &str,
    name: &str,
    transfer: &str,
    parts: u32,
    now: DateTime<Utc>,
) -> Result<Stored, Refusal> {
    let (path, target) = target(app, slug, &file_name(name), now)?;
    let folder = app.folder.parts(transfer);
    let (mut assembled, mut hasher, mut length) = (File::create_new(&target)?, Sha1::new(), 0);
    let mut buffer = vec![0; 64 << 10];
    for index in 0..parts {
        let mut part = File::open(folder.join(index.to_string()))?;
        loop {
            let read = part.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            hasher.update(&buffer[..read]);
            assembled.write_all(&buffer[..read])?;
            length += read as u64;
        }
    }
    app.pending(to_flush(&target))?;
    fs::remove_dir_all(folder)?;
    Ok(Stored {
        path,
        length,
        sha1: hex(&hasher.finalize()),
    })
}

/// Removes a stored file. One that is not there any more is no trouble.
pub(crate) fn remove(app: &App, path: &str) {
    let file = app.folder.files().join(path);
    if let Err(error) = fs::remove_file(&file) {
        tracing::debug!(%error, path, "a file was not there to remove");
        return;
    }
    // The folder of the second, when it was alone in it.
    if let Some(folder) = file.parent() {
        drop(fs::remove_dir(folder));
    }
}

fn target(app: &App, slug: &str, name: &str, now: DateTime<Utc>) -> io::Result<(String, PathBuf)> {
    let path = format!("{slug}/{}/{name}", now.format("%Y%m%d-%H%M%S"));
    let target = app.folder.files().join(&path);
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok((path, target))
}

/// What must reach the disk for a file to last: its bytes, its name, that of its second, and of its dataset.
fn to_flush(target: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let paths: Vec<PathBuf> = target.ancestors().take(4).map(Path::to_owned).collect();
    paths.into_iter()
}
