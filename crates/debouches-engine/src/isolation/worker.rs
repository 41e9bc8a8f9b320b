//! The process that reads sources: confined, then told which ones.

use std::io::Write as _;
use std::sync::Arc;

use anyhow::Context as _;
use debouches_fetch::LockFile;
use debouches_model::{Silent, Stage as StageName};

use super::confinement;
use super::protocol::{Order, Reply};
use crate::context::Context;
use crate::stages::runner;
use crate::stages::validate::Validate;
use crate::summary::Step;

/// Obeys the order on standard input, then validates each source that is named there, until it ends.
///
/// # Errors
/// Fails when the order cannot be obeyed at all; what goes wrong with a source is its step.
pub async fn serve() -> anyhow::Result<()> {
    let mut lines = std::io::stdin().lines();
    let order = lines.next().context("no order was given")??;
    let order: Order = serde_json::from_str(&order).context("the order cannot be read")?;
    confinement::end_with_parent(order.parent);
    confinement::limit_memory(order.limit)?;
    let context = Context::open(&order.options(), Arc::new(Silent)).await?;
    *context.sources() = LockFile::parse(&order.lock_file)?;
    confinement::confine(&context);
    // The run that asks holds the lock.
    let lock = context.store.locked_elsewhere();
    let validate = Validate::of(&context);
    for line in lines {
        let id = line?;
        let source = context
            .pipeline
            .sources
            .iter()
            .find(|source| source.id().as_str() == id)
            .with_context(|| format!("there is no source {id}"))?;
        let step = match runner::one(&validate, source, &lock).await {
            Ok(done) => done.step,
            Err(error) => Step::failed(StageName::Validate, &source.spec.id, &error),
        };
        let reply = serde_json::to_string(&Reply::of(step)).context("a step is always written")?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{reply}")?;
        out.flush()?;
    }
    Ok(())
}
