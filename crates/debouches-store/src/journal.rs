//! An append-only file of lines beside a publication: each line is on the disk before `append` returns.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use debouches_model::ArtefactKey;
use rustix::fs::OFlags;

use crate::backend::Backend;
use crate::blocking::blocking;
use crate::objects::Objects;
use crate::{StoreError, name};

/// Name of the file, in the folder of the publication.
pub(crate) const JOURNAL_FILE: &str = "journal.jsonl";

/// A journal, open for appending. One at a time: the lock of the run is the guard.
pub struct Journal {
    lines: Vec<String>,
    torn: bool,
    target: Target,
    /// After a failure nobody knows what reached the disk: the journal must be opened, hence read, again.
    broken: bool,
}

enum Target {
    File {
        file: Arc<File>,
        path: PathBuf,
    },
    Object {
        objects: Objects,
        path: String,
        text: Vec<u8>,
    },
}

impl Journal {
    pub(crate) async fn open(backend: &Backend, key: &ArtefactKey) -> Result<Self, StoreError> {
        name::check_key(key)?;
        Self::open_at(backend, &key.folder(), JOURNAL_FILE).await
    }

    pub(crate) async fn open_at(
        backend: &Backend,
        folder: &str,
        name: &str,
    ) -> Result<Self, StoreError> {
        let (inside, name) = (folder.to_owned(), name.to_owned());
        match backend {
            Backend::Folder(folder) => {
                let folder = Arc::clone(folder);
                blocking(move || open_file(folder.root(), &inside, &name)).await
            }
            Backend::Objects(objects) => {
                let path = format!("{inside}/{name}");
                let mut text = objects.get(&path).await?.unwrap_or_default();
                let (lines, complete) = lines(&text);
                let torn = complete < text.len();
                text.truncate(complete);
                let target = Target::Object {
                    objects: objects.clone(),
                    path,
                    text,
                };
                Ok(Self {
                    lines,
                    torn,
                    target,
                    broken: false,
                })
            }
        }
    }

    /// The complete lines, in order: those found on opening, then those appended.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Whether a last line without end was found on opening, and dropped: its writer died while writing it.
    #[must_use]
    pub fn was_torn(&self) -> bool {
        self.torn
    }

    /// Adds a line, durable on return. After an error the journal refuses further lines: open it again and read it.
    pub async fn append(&mut self, line: &str) -> Result<(), StoreError> {
        if line.contains(['\n', '\r']) {
            return Err(StoreError::Name {
                name: line.chars().take(80).collect(),
                reason: "a journal line is one line",
            });
        }
        if self.broken {
            let error =
                std::io::Error::other("an earlier line failed: the journal must be read again");
            return Err(StoreError::io("append to", self.target.path(), error));
        }
        self.broken = true;
        self.target.append(format!("{line}\n").into_bytes()).await?;
        self.broken = false;
        self.lines.push(line.to_owned());
        Ok(())
    }
}

impl Target {
    fn path(&self) -> PathBuf {
        match self {
            Self::File { path, .. } => path.clone(),
            Self::Object { path, .. } => path.into(),
        }
    }

    async fn append(&mut self, line: Vec<u8>) -> Result<(), StoreError> {
        match self {
            Self::File { file, path } => {
                let (file, path) = (Arc::clone(file), path.clone());
                blocking(move || {
                    (&*file)
                        .write_all(&line)
                        .map_err(|error| StoreError::io("append to", &path, error))?;
                    file.sync_data()
                        .map_err(|source| StoreError::NotDurable { path, source })
                })
                .await
            }
            // Objects do not grow: the whole journal, which is small, is put again.
            Self::Object {
                objects,
                path,
                text,
            } => {
                text.extend_from_slice(&line);
                objects.put(path, text.clone()).await
            }
        }
    }
}

fn open_file(root: &crate::dir::Dir, folder: &str, name: &str) -> Result<Journal, StoreError> {
    let folder = root.make(folder)?;
    let path = folder.at(name);
    let flags = OFlags::RDWR.union(OFlags::CREATE).union(OFlags::APPEND);
    let opened = folder.open_with(name, flags)?;
    let mut file = opened.ok_or_else(|| {
        StoreError::io(
            "open",
            &path,
            std::io::Error::from(std::io::ErrorKind::NotFound),
        )
    })?;
    let mut text = Vec::new();
    file.read_to_end(&mut text)
        .map_err(|error| StoreError::io("read", &path, error))?;
    let (lines, complete) = lines(&text);
    let torn = complete < text.len();
    if torn {
        file.set_len(complete as u64)
            .map_err(|error| StoreError::io("mend", &path, error))?;
        file.seek(SeekFrom::End(0))
            .map_err(|error| StoreError::io("mend", &path, error))?;
    }
    file.sync_all().map_err(|source| StoreError::NotDurable {
        path: path.clone(),
        source,
    })?;
    folder.sync()?;
    Ok(Journal {
        lines,
        torn,
        target: Target::File {
            file: Arc::new(file),
            path,
        },
        broken: false,
    })
}

/// The complete lines of a journal, and how many bytes they take.
pub(crate) fn lines(text: &[u8]) -> (Vec<String>, usize) {
    let complete = text
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |last| last + 1);
    let lines = String::from_utf8_lossy(&text[..complete])
        .lines()
        .map(str::to_owned)
        .collect();
    (lines, complete)
}
