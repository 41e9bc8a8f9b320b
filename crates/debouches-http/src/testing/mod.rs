//! Test aids: a server that follows a script, and a pace that does not wait.

mod instant;
mod scripted;

pub use instant::InstantPace;
pub use scripted::{Reply, ScriptedServer, Seen};

use crate::{Client, ClientOptions, Policy};
use std::sync::Arc;

/// A client that never waits, and the record of the waits it would have made.
///
/// # Panics
/// When TLS cannot be set up on this machine.
#[must_use]
pub fn instant_client(policy: Policy) -> (Client, Arc<InstantPace>) {
    let pace = Arc::new(InstantPace::default());
    let options = ClientOptions {
        policy,
        ..ClientOptions::new("https://example.org/contact")
    };
    let client =
        Client::with_pace(options, Arc::clone(&pace) as _).expect("a test client can be set up");
    (client, pace)
}
