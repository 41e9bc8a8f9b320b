//! The register of retracted releases, believed only as far as its witnesses allow.
//!
//! The register is sealed line by line, which does not tell that its end is missing. What else remembers is asked: a
//! witness written beside each decision, the tombstones of purged releases, the receipts of publications. Whoever
//! remembers more than the register stops everything (exit 7): what it forgot could be published again.

use debouches_model::{
    ArtefactKey, Decree, Fault, RegisterMark, Stage, Version, Withdrawal, Withdrawals,
};
use debouches_publish::all_receipts;
use debouches_store::{Store, StoreError};

use crate::config::Pipeline;
use crate::failure::Decided;

/// Subject of the witnesses, among refused outputs: never seen by a stage.
const SUBJECT: &str = "register";
pub(super) const MARK_FILE: &str = "mark.json";

/// Reads the register, and holds it against its witnesses.
///
/// # Errors
/// [`StoreError::Register`] when it was altered or does not hold what a witness remembers.
pub(crate) async fn read(store: &Store, pipeline: &Pipeline) -> anyhow::Result<Withdrawals> {
    let register = store.register().await?;
    let decisions = register.decisions().iter().map(String::as_str);
    let withdrawals = Withdrawals::read(decisions).map_err(|error| Decided {
        message: format!(
            "the register of retracted releases of {} cannot be read: {error}",
            store.root_display()
        ),
        fault: Fault::Integrity,
    })?;
    let forgotten = |who: String| StoreError::Register {
        state: store.root_display(),
        reason: format!("it does not hold a decision that {who} remembers"),
    };
    for (key, mark) in witnesses(store).await? {
        if !register.holds(&mark) {
            return Err(forgotten(key.to_string()).into());
        }
    }
    for (key, receipt) in all_receipts(store).await? {
        if receipt.register.is_some_and(|mark| !register.holds(&mark)) {
            return Err(forgotten(key.to_string()).into());
        }
    }
    for dataset in &pipeline.datasets {
        let refused = store
            .list_rejected(Stage::Package, dataset.id().as_str())
            .await?;
        // What is refused is named by a fingerprint, a tombstone by its version.
        for version in refused
            .iter()
            .filter_map(|key| key.id.parse::<Version>().ok())
        {
            let purged = withdrawals
                .decisions(dataset.id())
                .any(|item| item.version == version && item.decision == Decree::Purge);
            if !purged {
                let who = format!("the tombstone of {} {version}", dataset.id());
                return Err(forgotten(who).into());
            }
        }
    }
    Ok(withdrawals.with_mark(register.mark()))
}

/// The rows that were kept of a retracted table; none when the state that kept them was lost.
pub(super) async fn rows(
    store: &Store,
    decision: &Withdrawal,
    table: &str,
) -> anyhow::Result<Option<Vec<u8>>> {
    let line = serde_json::to_string(decision)?;
    let register = store.register().await?;
    let Some(index) = register
        .decisions()
        .iter()
        .rposition(|known| *known == line)
    else {
        return Ok(None);
    };
    let Some(witness) = store.find(&witness_key(index as u64 + 1)).await? else {
        return Ok(None);
    };
    let path = rows_path(table);
    match witness.manifest().file(&path) {
        Some(_) => Ok(Some(witness.read(&path).await?)),
        None => Ok(None),
    }
}

/// Where the rows of a retracted table are, beside its decision.
pub(super) fn rows_path(table: &str) -> String {
    format!("{table}.rows")
}

pub(super) fn witness_key(count: u64) -> ArtefactKey {
    ArtefactKey::rejected(Stage::Publish, SUBJECT, format!("decision-{count:06}"))
}

async fn witnesses(store: &Store) -> anyhow::Result<Vec<(ArtefactKey, RegisterMark)>> {
    let mut all = Vec::new();
    for key in store.list_rejected(Stage::Publish, SUBJECT).await? {
        if let Some(witness) = store.find(&key).await? {
            let mark = serde_json::from_slice(&witness.read(MARK_FILE).await?)?;
            all.push((key, mark));
        }
    }
    Ok(all)
}

/// The decisions that a page keeps and the register does not mention.
///
/// # Errors
/// When what is kept is not a list of decisions.
pub(crate) fn unknown(withdrawals: &Withdrawals, kept: &str) -> anyhow::Result<Vec<Withdrawal>> {
    let mut decisions = parse(kept)?;
    decisions.retain(|decision| !withdrawals.mentions(&decision.dataset, decision.version));
    Ok(decisions)
}

/// The decisions about a dataset, for its page; none when there was none.
pub(crate) fn kept(
    withdrawals: &Withdrawals,
    dataset: &debouches_model::DatasetId,
) -> Option<String> {
    // Names of removed files are nobody's business on a page; the rest is published with each decision.
    let decisions: Vec<Withdrawal> = withdrawals
        .decisions(dataset)
        .map(|decision| Withdrawal {
            files: Vec::new(),
            ..decision.clone()
        })
        .collect();
    let text = serde_json::to_string(&decisions).expect("decisions are written as JSON");
    (!decisions.is_empty()).then_some(text)
}

pub(super) fn parse(kept: &str) -> anyhow::Result<Vec<Withdrawal>> {
    serde_json::from_str(kept).map_err(|error| {
        let message = format!("the retractions that a page keeps cannot be read: {error}");
        Decided {
            message,
            fault: Fault::Integrity,
        }
        .into()
    })
}
