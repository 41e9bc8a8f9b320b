//! A directory handle: every step below it is one component, and never through a symbolic link.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{AtFlags, FileType, FlockOperation, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use crate::StoreError;

/// An open directory, and its path for messages.
pub(crate) struct Dir {
    fd: OwnedFd,
    path: PathBuf,
}

/// Something in a directory whose name is safe.
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) is_dir: bool,
}

const DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC);
/// How long one step of another writer may last.
const HOLD_BOUND: Duration = Duration::from_secs(20);
const HOLD_POLL: Duration = Duration::from_millis(5);

/// Rights of a folder above those that we own.
const PUBLIC_FOLDER: Mode = Mode::from_raw_mode(0o755);
const NEW_FILE: OFlags = OFlags::RDWR
    .union(OFlags::CREATE)
    .union(OFlags::EXCL)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

impl Dir {
    /// Opens the folder that an operator named, and makes it durably when it is not there.
    /// Symbolic links are followed up to and including this folder, and nowhere below.
    pub(crate) fn root(path: &Path) -> Result<Self, StoreError> {
        Self::root_with(path, PUBLIC_FOLDER)
    }

    /// As [`Dir::root`]; `mode` is that of the folder when it is made here, whatever the mask of the process.
    pub(crate) fn root_with(path: &Path, mode: Mode) -> Result<Self, StoreError> {
        if let Some(dir) = Self::existing(path)? {
            return Ok(dir);
        }
        let parent = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let name = path
            .file_name()
            .ok_or_else(|| StoreError::io("open", path, Errno::NOENT))?;
        Self::root(parent)?.make_dir(Path::new(name), mode)
    }

    /// Opens the folder that an operator named; none when it is not there.
    pub(crate) fn existing(path: &Path) -> Result<Option<Self>, StoreError> {
        match rustix::fs::open(path, DIRECTORY, Mode::empty()) {
            Ok(fd) => Ok(Some(Self {
                fd,
                path: path.to_owned(),
            })),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(StoreError::io("open", path, error)),
        }
    }

    /// The path of this folder, for messages.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives this folder these rights, whatever the mask of the process.
    pub(crate) fn set_mode(&self, mode: Mode) -> Result<(), StoreError> {
        rustix::fs::fchmod(&self.fd, mode)
            .map_err(|error| StoreError::io("set the rights of", &self.path, error))
    }

    /// The rights that folders made below this one have: its own.
    fn mode_of_children(&self) -> Result<Mode, StoreError> {
        let stat = rustix::fs::fstat(&self.fd)
            .map_err(|error| StoreError::io("inspect", &self.path, error))?;
        Ok(Mode::from_raw_mode(stat.st_mode & 0o777))
    }

    /// Whether nothing is in this folder, under any name but that of a freshly made file system.
    pub(crate) fn is_empty(&self) -> Result<bool, StoreError> {
        let fail = |error: Errno| StoreError::io("list", &self.path, error);
        for entry in rustix::fs::Dir::read_from(&self.fd).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let name = entry.file_name().to_bytes();
            if !matches!(name, b"." | b".." | b"lost+found") {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The path of an entry, for messages.
    pub(crate) fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }

    /// Opens a folder below this one; none when it is not there.
    pub(crate) fn walk(&self, folder: &str) -> Result<Option<Self>, StoreError> {
        let mut here = self.again()?;
        for name in folder.split('/') {
            match here.open_dir(name)? {
                Some(next) => here = next,
                None => return Ok(None),
            }
        }
        Ok(Some(here))
    }

    /// Opens a folder below this one and makes what is missing; every directory on the way is synced, since an earlier
    /// run may have died between making a folder and syncing its parent.
    pub(crate) fn make(&self, folder: &str) -> Result<Self, StoreError> {
        let mut here = self.again()?;
        // That of the first folder for all: one that another writer has just made does not have its own yet.
        let mode = self.mode_of_children()?;
        for name in folder.split('/') {
            here = here.make_dir(Path::new(name), mode)?;
        }
        Ok(here)
    }

    fn make_dir(&self, name: &Path, mode: Mode) -> Result<Self, StoreError> {
        let is_new = match rustix::fs::mkdirat(&self.fd, name, mode) {
            Ok(()) => true,
            Err(Errno::EXIST) => false,
            Err(error) => return Err(StoreError::io("make", self.at(name), error)),
        };
        self.sync()?;
        let made = self
            .open_dir(name)?
            .ok_or_else(|| StoreError::io("open", self.at(name), Errno::NOENT))?;
        if is_new {
            made.set_mode(mode)?;
        }
        Ok(made)
    }

    /// Opens a folder of this one; none when it is not there.
    pub(crate) fn open_dir(&self, name: impl AsRef<Path>) -> Result<Option<Self>, StoreError> {
        let name = name.as_ref();
        match rustix::fs::openat(
            &self.fd,
            name,
            DIRECTORY.union(OFlags::NOFOLLOW),
            Mode::empty(),
        ) {
            Ok(fd) => Ok(Some(Self {
                fd,
                path: self.at(name),
            })),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(self.refusal("open", name, error)),
        }
    }

    /// Opens a file of this folder for reading; none when it is not there.
    pub(crate) fn open_file(&self, name: &str) -> Result<Option<File>, StoreError> {
        self.open_with(name, OFlags::RDONLY.union(OFlags::NONBLOCK))
    }

    /// Opens a file with these flags; none when it is not there. Anything but a regular file is refused.
    pub(crate) fn open_with(&self, name: &str, flags: OFlags) -> Result<Option<File>, StoreError> {
        let flags = flags.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
        let file = match rustix::fs::openat(&self.fd, name, flags, Mode::from_raw_mode(0o600)) {
            Ok(fd) => File::from(fd),
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(self.refusal("open", Path::new(name), error)),
        };
        let meta = file
            .metadata()
            .map_err(|error| StoreError::io("inspect", self.at(name), error))?;
        if meta.is_file() {
            Ok(Some(file))
        } else {
            Err(StoreError::io(
                "open",
                self.at(name),
                io::Error::other("it is not a regular file"),
            ))
        }
    }

    /// Creates a file; none when the name is taken, by a symbolic link or otherwise.
    pub(crate) fn create_new(&self, name: &str) -> Result<Option<File>, StoreError> {
        match rustix::fs::openat(&self.fd, name, NEW_FILE, Mode::from_raw_mode(0o600)) {
            Ok(fd) => Ok(Some(File::from(fd))),
            Err(Errno::EXIST) => Ok(None),
            Err(error) => Err(StoreError::io("create", self.at(name), error)),
        }
    }

    /// Gives a file of `from` a name here, if that name is free.
    pub(crate) fn take_new(
        &self,
        name: &str,
        from: &Self,
        temporary: &str,
    ) -> Result<bool, StoreError> {
        match rustix::fs::renameat_with(&from.fd, temporary, &self.fd, name, RenameFlags::NOREPLACE)
        {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            // Not every file system knows a rename that does not replace; a hard link never does.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                self.link_new(name, from, temporary)
            }
            Err(error) => Err(StoreError::io("write", self.at(name), error)),
        }
    }

    fn link_new(&self, name: &str, from: &Self, temporary: &str) -> Result<bool, StoreError> {
        match rustix::fs::linkat(&from.fd, temporary, &self.fd, name, AtFlags::empty()) {
            Ok(()) => from.remove_file(temporary).map(|_| true),
            Err(Errno::EXIST) => Ok(false),
            Err(Errno::PERM | Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                Err(StoreError::Unsupported {
                    state: self.path.display().to_string(),
                    what: "be written safely: its file system has neither renames that do not replace nor hard links; use another one",
                })
            }
            Err(error) => Err(StoreError::io("write", self.at(name), error)),
        }
    }

    /// Gives a file of `from` a name here, in place of what has that name.
    pub(crate) fn take_over(
        &self,
        name: &str,
        from: &Self,
        temporary: &str,
    ) -> Result<(), StoreError> {
        rustix::fs::renameat(&from.fd, temporary, &self.fd, name)
            .map_err(|error| StoreError::io("write", self.at(name), error))
    }

    /// As [`Dir::take_over`], for what is made durable later, with all the rest.
    ///
    /// A rename over a file makes ext4 write it out at once, which takes ten times longer than a new name: the two files
    /// change names, and the old one goes. Readers see one or the other, whole.
    pub(crate) fn take_over_later(&self, name: &str, temporary: &str) -> Result<(), StoreError> {
        let rename = |flags| rustix::fs::renameat_with(&self.fd, temporary, &self.fd, name, flags);
        match rename(RenameFlags::NOREPLACE) {
            Ok(()) => return Ok(()),
            Err(Errno::EXIST) => {}
            Err(_) => return self.take_over(name, self, temporary),
        }
        match rename(RenameFlags::EXCHANGE) {
            Ok(()) => self.remove_file(temporary).map(|_| ()),
            // A file system without it.
            Err(_) => self.take_over(name, self, temporary),
        }
    }

    /// Makes the entries of this directory durable.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        rustix::fs::fsync(&self.fd).map_err(|error| StoreError::NotDurable {
            path: self.path.clone(),
            source: error.into(),
        })
    }

    /// Waits until no other writer works in this directory, but not for ever; the lock ends with this handle.
    pub(crate) fn hold(&self) -> Result<(), StoreError> {
        hold(&self.fd, &self.path)
    }

    /// As [`Dir::hold`], for a directory that other accounts can open, hence lock: a file that only its owner opens
    /// stands for it. The lock ends with the file.
    pub(crate) fn hold_by(&self, name: &str) -> Result<File, StoreError> {
        let opened = self.open_with(name, OFlags::RDWR.union(OFlags::CREATE))?;
        let file = opened.ok_or_else(|| StoreError::io("open", self.at(name), Errno::NOENT))?;
        hold(&file, &self.path)?;
        Ok(file)
    }

    /// Whether something has that name here.
    pub(crate) fn has(&self, name: &str) -> Result<bool, StoreError> {
        self.kind(Path::new(name)).map(|kind| kind.is_some())
    }

    fn kind(&self, name: &Path) -> Result<Option<FileType>, StoreError> {
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(FileType::from_raw_mode(stat.st_mode))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(StoreError::io("inspect", self.at(name), error)),
        }
    }

    /// What is in this directory under a safe name, sorted. A symbolic link is an error that names it.
    pub(crate) fn entries(&self) -> Result<Vec<Entry>, StoreError> {
        let fail = |error: Errno| StoreError::io("list", &self.path, error);
        let mut entries = Vec::new();
        for entry in rustix::fs::Dir::read_from(&self.fd).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let Some(name) = entry
                .file_name()
                .to_str()
                .ok()
                .filter(|name| crate::name::is_name(name))
            else {
                continue;
            };
            match self.kind(Path::new(name))? {
                Some(FileType::Symlink) => {
                    return Err(StoreError::Symlink {
                        path: self.at(name),
                    });
                }
                Some(kind) => entries.push(Entry {
                    name: name.to_owned(),
                    is_dir: kind == FileType::Directory,
                }),
                None => {}
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// Removes a file; says whether it was there.
    pub(crate) fn remove_file(&self, name: &str) -> Result<bool, StoreError> {
        match rustix::fs::unlinkat(&self.fd, name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(StoreError::io("remove", self.at(name), error)),
        }
    }

    /// Removes a folder and what it holds; says whether it was there.
    pub(crate) fn remove_tree(&self, name: &str) -> Result<bool, StoreError> {
        let Some(inner) = self.open_dir(name)? else {
            return Ok(false);
        };
        inner.remove_content()?;
        rustix::fs::unlinkat(&self.fd, name, AtFlags::REMOVEDIR)
            .map_err(|error| StoreError::io("remove", self.at(name), error))?;
        Ok(true)
    }

    /// Removes all that this directory holds under safe names.
    pub(crate) fn remove_content(&self) -> Result<(), StoreError> {
        for entry in self.entries()? {
            if entry.is_dir {
                self.remove_tree(&entry.name)?;
            } else {
                self.remove_file(&entry.name)?;
            }
        }
        Ok(())
    }

    /// Removes an empty folder, if it can be.
    pub(crate) fn remove_if_empty(&self, name: &str) {
        if let Err(error) = rustix::fs::unlinkat(&self.fd, name, AtFlags::REMOVEDIR) {
            tracing::trace!(path = %self.at(name).display(), %error, "left a folder in place");
        }
    }

    /// Another handle of the same directory.
    pub(crate) fn again(&self) -> Result<Self, StoreError> {
        let fd = self
            .fd
            .try_clone()
            .map_err(|error| StoreError::io("open", &self.path, error))?;
        Ok(Self {
            fd,
            path: self.path.clone(),
        })
    }

    /// Tells a symbolic link from the other reasons why something could not be opened.
    fn refusal(&self, action: &'static str, name: &Path, error: Errno) -> StoreError {
        match self.kind(name) {
            Ok(Some(FileType::Symlink)) => StoreError::Symlink {
                path: self.at(name),
            },
            Ok(_) | Err(_) => StoreError::io(action, self.at(name), error),
        }
    }
}

/// Locks a file or a directory within a bound. A file system without locks is refused: two writers would not see each other.
fn hold(fd: impl std::os::fd::AsFd, path: &Path) -> Result<(), StoreError> {
    let mut remaining = HOLD_BOUND;
    loop {
        match rustix::fs::flock(&fd, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(()),
            Err(Errno::WOULDBLOCK) if !remaining.is_zero() => {
                std::thread::sleep(HOLD_POLL);
                remaining = remaining.saturating_sub(HOLD_POLL);
            }
            Err(Errno::WOULDBLOCK) => {
                return Err(StoreError::Held {
                    state: path.display().to_string(),
                    owner: None,
                });
            }
            Err(Errno::NOLCK | Errno::NOTSUP | Errno::NOSYS | Errno::INVAL) => {
                return Err(StoreError::Unsupported {
                    state: path.display().to_string(),
                    what: "be locked: its file system has no locks; use another one",
                });
            }
            Err(error) => return Err(StoreError::io("lock", path, error)),
        }
    }
}
