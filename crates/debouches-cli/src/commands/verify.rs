//! `debouches verify`: is a release what was recorded, wherever it is: a folder, an address, the state, the portal.

use debouches_engine::failure::Decided;
use debouches_engine::verification::{self, Request, Verified};
use debouches_model::Fault;
use serde_json::json;

use crate::args::{Global, VerifyArgs};
use crate::output;
use crate::session;

pub(crate) async fn verify(global: &Global, args: &VerifyArgs) -> anyhow::Result<u8> {
    let request = Request {
        release: args.release.clone(),
        dataset: args.dataset.clone(),
        depth: args.depth.into(),
        public_key: args.public_key.clone(),
        at_least: args.at_least,
    };
    let verified = verification::verify(&session::setup(global), &request).await?;
    let is_right = verified.iter().all(|release| release.problems.is_empty());
    if global.json {
        output::print_json(&document(&verified, is_right));
        return Ok(if is_right {
            0
        } else {
            Fault::Integrity.exit_code()
        });
    }
    if !global.quiet {
        verified.iter().for_each(print_right);
    }
    if is_right {
        return Ok(0);
    }
    let wrong: Vec<String> = verified.iter().filter_map(wrong).collect();
    Err(Decided {
        message: wrong.join("\n"),
        fault: Fault::Integrity,
    }
    .into())
}

fn document(verified: &[Verified], is_right: bool) -> serde_json::Value {
    let release = |release: &Verified| {
        json!({
            "release": release.name, "files": release.files, "signature": release.signature.word(),
            "problems": release.problems, "notes": release.notes,
        })
    };
    let releases: Vec<_> = verified.iter().map(release).collect();
    json!({ "schema_version": 2, "ok": is_right, "releases": releases })
}

/// Prints the line of a release that is right, and what could not be verified of it.
fn print_right(release: &Verified) {
    if !release.problems.is_empty() {
        return;
    }
    output::print(&format!(
        "{}: {} files, all as recorded; {}\n",
        release.name,
        release.files,
        release.signature.describe()
    ));
    release
        .notes
        .iter()
        .for_each(|note| output::print(&format!("  {note}\n")));
}

/// What is wrong with a release, for people; nothing when it is right.
fn wrong(release: &Verified) -> Option<String> {
    let lines: Vec<&str> = release
        .problems
        .iter()
        .chain(&release.notes)
        .map(String::as_str)
        .collect();
    (!release.problems.is_empty()).then(|| {
        format!(
            "{} does not hold what was recorded:\n  {}",
            release.name,
            lines.join("\n  ")
        )
    })
}
