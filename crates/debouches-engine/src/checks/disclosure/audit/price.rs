//! What each policy would suppress beside the small counts, before anybody decides.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use debouches_disclosure::{
    Cells, Effort, Manner, Modelled, Primary, Seen, State, Verdicts, judge, secondary_by_level,
    suppress,
};
use debouches_model::spec::SecrecySpec;
use serde_json::{Value, json};

use super::{Request, Subject, subjects};
use crate::failure::Decided;
use crate::options::Options;

/// Policies to compare; the one in force where nothing is given.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// Widths, in persons.
    pub width: &'a [u32],
    /// Fewest suppressed parts of a total.
    pub siblings: &'a [u32],
    /// Thresholds.
    pub threshold: &'a [u32],
}

impl Compared<'_> {
    fn policies(&self, own: &SecrecySpec) -> Vec<SecrecySpec> {
        let or = |given: &[u32], own: u32| {
            if given.is_empty() {
                vec![own]
            } else {
                given.to_vec()
            }
        };
        let mut out = Vec::new();
        for threshold in or(self.threshold, own.threshold) {
            for siblings in or(self.siblings, own.siblings) {
                for width in or(self.width, own.width) {
                    out.push(SecrecySpec {
                        threshold,
                        siblings,
                        width,
                        ..own.clone()
                    });
                }
            }
        }
        out
    }
}

/// What each policy would suppress in the files of a request: one document each, and the same for people. With `out`, the table as
/// the last policy leaves it is written there.
///
/// # Errors
/// Fails when a file cannot be read or written, or when its figures contradict each other.
pub fn price(
    options: &Options,
    request: &Request,
    compared: &Compared<'_>,
    out: Option<&Path>,
) -> anyhow::Result<(Vec<Value>, String)> {
    let (mut documents, mut text) = (Vec::new(), String::new());
    for mut subject in subjects(options, request)? {
        text += &format!("{}\n", subject.layout.id);
        for policy in compared.policies(&subject.layout.policy) {
            subject.layout.policy = policy;
            let (document, line, model) = one(&subject)?;
            documents.push(document);
            text += &line;
            if let Some(path) = out {
                write(path, &subject, &model)?;
            }
        }
    }
    Ok((documents, text))
}

fn one(subject: &Subject) -> anyhow::Result<(Value, String, Modelled)> {
    let judged = |model: &Modelled| {
        let start = Instant::now();
        let fault = debouches_model::Fault::Data;
        let judgement = judge(&model.system, Effort::default()).map_err(|error| Decided {
            message: error.to_string(),
            fault,
        })?;
        Ok::<_, Decided>((judgement, start.elapsed().as_secs_f64()))
    };
    let policy = &subject.layout.policy;
    let mut model = subject.model();
    let primary = Cells::of(&model.system);
    let (judgement, gate_before) = judged(&model)?;
    let before = Verdicts::of(&judgement);
    drop(judgement);
    let start = Instant::now();
    let manner = Manner {
        siblings: policy.siblings,
        insiders: policy.insiders,
    };
    let suppression = suppress(&mut model.system, manner);
    let suppressing = start.elapsed().as_secs_f64();
    let (judgement, gate_after) = judged(&model)?;
    let after = Verdicts::of(&judgement);
    let levels = secondary_by_level(policy, &model.system);
    let coverage = Coverage::of(&model);
    let text = format!(
        "  threshold {}, width {}, siblings {}: {} counts hidden, {} unsafe before ({} exact); {} lines hidden beside \
         ({}), {} stuck, {} unsafe after; lines published {} → {}, persons published {:.2} % → {:.2} %; \
         gate {gate_before:.1} s, suppression {suppressing:.1} s, gate again {gate_after:.1} s\n",
        policy.threshold,
        policy.width,
        policy.siblings,
        primary.hidden,
        before.refused(),
        before.exact,
        suppression.secondary.len(),
        words(&levels),
        suppression.stuck.len(),
        after.refused(),
        coverage.lines.0,
        coverage.lines.1,
        coverage.persons.0,
        coverage.persons.1,
    );
    let document = json!({
        "table": subject.layout.id, "threshold": policy.threshold, "width": policy.width, "siblings": policy.siblings,
        "hidden": primary.hidden, "before": before, "after": after, "secondary": suppression.secondary.len(),
        "secondary_by_level": levels, "shown_again": suppression.shown_again, "stuck": suppression.stuck.len(),
        "lines_published": { "before": coverage.lines.0, "after": coverage.lines.1 },
        "persons_published_pct": { "before": coverage.persons.0, "after": coverage.persons.1 },
        "seconds": { "gate_before": gate_before, "suppression": suppressing, "gate_after": gate_after },
        "largest_group": judgement.groups.1, "programs": judgement.programs,
    });
    Ok((document, text, model))
}

fn words(levels: &BTreeMap<String, u64>) -> String {
    if levels.is_empty() {
        return "none".to_owned();
    }
    levels
        .iter()
        .map(|(name, count)| format!("{name} {count}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// What stays published with the primary hiding alone, and with the secondary too.
struct Coverage {
    lines: (u64, u64),
    persons: (f64, f64),
}

impl Coverage {
    #[expect(
        clippy::cast_precision_loss,
        reason = "shares of persons, for a report"
    )]
    fn of(model: &Modelled) -> Self {
        let system = &model.system;
        let (mut lines, mut persons, mut all) = ((0, 0), (0_i64, 0_i64), 0_i64);
        let mut sizes = vec![0_i64; system.lines().len()];
        for cell in system.cells() {
            let size = &mut sizes[cell.line as usize];
            *size = (*size).max(cell.value);
        }
        for (line, size) in system.lines().iter().zip(sizes) {
            all += size;
            if line.state != State::Primary {
                lines.0 += 1;
                persons.0 += size;
            }
            if line.state == State::Shown {
                lines.1 += 1;
                persons.1 += size;
            }
        }
        let share = |part: i64| 100.0 * part as f64 / all.max(1) as f64;
        Self {
            lines,
            persons: (share(persons.0), share(persons.1)),
        }
    }
}

/// Writes the counts that stay published; a hidden one is blank, whatever the reason.
fn write(path: &Path, subject: &Subject, model: &Modelled) -> anyhow::Result<()> {
    let name = path.display();
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .from_path(path)
        .with_context(|| format!("cannot write {name}"))?;
    let policy = &subject.layout.policy;
    let header = subject
        .layout
        .key
        .iter()
        .chain(policy.count.iter().map(|count| &count.column));
    writer
        .write_record(header)
        .with_context(|| format!("cannot write {name}"))?;
    let Some(facts) = subject.releases.last() else {
        return Ok(());
    };
    for (row, cells) in facts.rows.iter().zip(&model.cells) {
        let counts = row
            .counts
            .iter()
            .zip(cells)
            .map(|(seen, cell)| match (seen, cell) {
                (Seen::Value(value), Some(cell)) if !model.system.is_hidden(*cell) => {
                    value.to_string()
                }
                _ => String::new(),
            });
        let record = row.key.iter().map(|part| part.to_string()).chain(counts);
        writer
            .write_record(record)
            .with_context(|| format!("cannot write {name}"))?;
    }
    let is_private = subject.primary == Primary::Hide;
    tracing::info!(
        "{name}: written{}",
        if is_private {
            ", small counts blank"
        } else {
            ""
        }
    );
    writer
        .flush()
        .with_context(|| format!("cannot write {name}"))
}
