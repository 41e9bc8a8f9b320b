//! Where artefacts live: the only owner of paths.
//!
//! An artefact exists when its `manifest.json` does, which is written last and only if absent. Before it, nothing is
//! visible; after it, nothing changes. A local state is written by our own durable steps (relative to
//! a directory handle, never through a symbolic link); `memory://` and `s3://` go through `object_store`.
//!
//! Deliberately absent: what the bytes mean, and any choice of a path by a caller.

mod artefact;
mod backend;
mod blocking;
mod dir;
mod draft;
mod error;
mod folder;
mod journal;
mod location;
mod lock;
mod marker;
mod memo;
mod name;
mod objects;
mod owner;
mod register;
mod runs;
mod scratch;
mod seal;
mod shelf;
mod spool;
mod staged;
mod store;

pub use artefact::{Artefact, VerifiedFile};
pub use blocking::blocking;
pub use draft::{Draft, DraftFile};
pub use error::StoreError;
pub use folder::replace_file;
pub use journal::Journal;
pub use lock::Lock;
pub use marker::{FolderKind, FolderState, MARKER_FILE, check_folder, claim_folder};
pub use objects::open_bucket;
pub use owner::Owner;
pub use register::Register;
pub use seal::is_sealed;
pub use shelf::{PageBytes, Placed, Pointer, Shelf};
pub use spool::{Spool, Spooled};
pub use store::{Access, Store, StoreEnv};
