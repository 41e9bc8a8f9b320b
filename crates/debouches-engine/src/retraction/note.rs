//! Adding to the register of retracted releases.

use debouches_model::{Manifest, Withdrawal, Withdrawals};
use debouches_store::{Lock, Register};

use super::data::RowsFile;
use super::register::{MARK_FILE, parse, witness_key};
use crate::context::Context;

/// Notes a decision, and its witness beside it.
///
/// # Errors
/// When the state cannot be written, or the register was altered.
pub(super) async fn note(
    context: &Context,
    decision: &Withdrawal,
    rows: Vec<RowsFile>,
    lock: &Lock,
) -> anyhow::Result<()> {
    let line = serde_json::to_string(decision)?;
    let mark = context.store.note_retraction(&line, lock).await?;
    let key = witness_key(mark.count);
    let draft = context.store.draft(key.clone())?;
    draft.write(MARK_FILE, "application/json", &serde_json::to_vec(&mark)?)?;
    for file in rows {
        draft.write(&file.path, "application/octet-stream", &file.bytes)?;
    }
    let manifest = Manifest::new(&key, context.tool.clone(), context.clock.now());
    draft.commit(manifest).await?;
    Ok(())
}

/// Takes into the register the decisions that a page keeps of a dataset and the register lacks. Returns how many.
///
/// # Errors
/// When what is kept is not a list of decisions, or the state cannot be written.
pub(crate) async fn take_in(context: &Context, kept: &str, lock: &Lock) -> anyhow::Result<usize> {
    let register: Register = context.store.register().await?;
    let known = Withdrawals::read(register.decisions().iter().map(String::as_str))?;
    let mut taken = 0;
    for decision in parse(kept)? {
        let is_known = known.decisions(&decision.dataset).any(|item| {
            (item.version, item.decision, item.at)
                == (decision.version, decision.decision, decision.at)
        });
        if !is_known {
            note(context, &decision, Vec::new(), lock).await?;
            taken += 1;
        }
    }
    Ok(taken)
}
