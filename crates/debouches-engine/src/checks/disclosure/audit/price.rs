//! What each policy would suppress beside the small counts, before anybody decides.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use debouches_disclosure::{Leaks, Protected, Seen};
use debouches_model::spec::DisclosureSpec;
use serde_json::{Value, json};

use super::{Asked, Releases, Request, Subject, subjects};
use crate::failure::Usage;
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
    fn policies(&self, item: &DisclosureSpec) -> Vec<DisclosureSpec> {
        let or = |given: &[u32], item: u32| {
            if given.is_empty() {
                vec![item]
            } else {
                given.to_vec()
            }
        };
        let mut out = Vec::new();
        for threshold in or(self.threshold, item.threshold) {
            for siblings in or(self.siblings, item.siblings) {
                for width in or(self.width, item.width) {
                    out.push(DisclosureSpec {
                        threshold,
                        siblings,
                        width,
                        ..item.clone()
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
/// Fails when a file cannot be read or written, or when `out` is given for several tables.
pub fn price(
    options: &Options,
    request: &Request,
    compared: &Compared<'_>,
    out: Option<&Path>,
) -> anyhow::Result<(Vec<Value>, String)> {
    let (mut documents, mut text) = (Vec::new(), String::new());
    for mut subject in subjects(options, request)? {
        if out.is_some() && subject.tables.len() > 1 {
            return Err(Usage("--out takes the files of one table".to_owned()).into());
        }
        text += &format!("{}\n", subject.name());
        let item = subject.tables[0].layout.policy.clone();
        for policy in compared.policies(&item) {
            for table in &mut subject.tables {
                table.layout.policy.threshold = policy.threshold;
                table.layout.policy.siblings = policy.siblings;
                table.layout.policy.width = policy.width;
            }
            let (document, line, protected) = one(&subject, options)?;
            documents.push(document);
            text += &line;
            if let Some(path) = out {
                let hide = protected.tables.first().map(|(_, hide, _)| hide.as_slice());
                write(path, &subject.tables[0], hide.unwrap_or_default())?;
            }
        }
    }
    Ok((documents, text))
}

fn one(subject: &Subject, options: &Options) -> anyhow::Result<(Value, String, Protected)> {
    let judged = |leaks: Leaks| {
        let start = Instant::now();
        let protected = subject.protected(&Asked {
            leaks,
            jobs: options.threads(),
            explained: None,
            lang: options.lang,
        })?;
        Ok::<_, anyhow::Error>((protected, start.elapsed().as_secs_f64()))
    };
    let (unrepaired, seconds_before) = judged(Leaks::Refuse)?;
    let (protected, seconds) = judged(Leaks::Repair)?;
    let (before, after) = (unrepaired.verdicts, protected.verdicts);
    let hidden: u64 = unrepaired
        .tables
        .iter()
        .map(|(_, _, item)| item.cells.hidden)
        .sum();
    let policy = &subject.tables[0].layout.policy;
    let price = &protected.price;
    let secondary: u64 = price.by_level.values().sum();
    #[expect(
        clippy::cast_precision_loss,
        reason = "shares of persons, for a report"
    )]
    let share = |part: i64| 100.0 * part as f64 / price.all.max(1) as f64;
    let (persons_before, persons_after) = (share(price.persons.0), share(price.persons.1));
    let text = format!(
        "  threshold {}, width {}, siblings {}: {hidden} counts hidden, {} unsafe before ({} exact); {secondary} lines hidden beside \
         ({}), {} stuck, {} unsafe after; lines published {} → {}, persons published {persons_before:.2} % → {persons_after:.2} %; \
         audit {seconds_before:.1} s, suppression and audit {seconds:.1} s\n",
        policy.threshold,
        policy.width,
        policy.siblings,
        before.refused(),
        before.exact,
        words(&price.by_level),
        protected.refused.len(),
        after.refused(),
        price.lines.0,
        price.lines.1,
    );
    let document = json!({
        "table": subject.name(), "threshold": policy.threshold, "width": policy.width, "siblings": policy.siblings,
        "hidden": hidden, "before": before, "after": after, "secondary": secondary,
        "secondary_by_level": price.by_level, "stuck": protected.refused.len(),
        "lines_published": { "before": price.lines.0, "after": price.lines.1 },
        "persons_published_pct": { "before": persons_before, "after": persons_after },
        "seconds": { "audit": seconds_before, "suppression_and_audit": seconds },
    });
    Ok((document, text, protected))
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

/// Writes the counts that stay published; a hidden one is blank, whatever the reason.
fn write(path: &Path, table: &Releases, hide: &[(usize, Vec<usize>)]) -> anyhow::Result<()> {
    let name = path.display();
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .from_path(path)
        .with_context(|| format!("cannot write {name}"))?;
    let policy = &table.layout.policy;
    let header = table
        .last
        .key
        .iter()
        .chain(policy.count.iter().map(|count| &count.column));
    writer
        .write_record(header)
        .with_context(|| format!("cannot write {name}"))?;
    let mut hidden: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (row, counts) in hide {
        hidden.entry(*row).or_default().extend(counts);
    }
    for (index, row) in table.last.rows.iter().enumerate() {
        let is_hidden = |count: usize| hidden.get(&index).is_some_and(|item| item.contains(&count));
        let counts = row
            .counts
            .iter()
            .enumerate()
            .map(|(count, seen)| match seen {
                Seen::Value(value) if !is_hidden(count) => value.to_string(),
                Seen::Value(_) | Seen::Hidden(_) | Seen::Nothing => String::new(),
            });
        let record = row.key.iter().map(|part| part.to_string()).chain(counts);
        writer
            .write_record(record)
            .with_context(|| format!("cannot write {name}"))?;
    }
    tracing::info!("{name}: written");
    writer
        .flush()
        .with_context(|| format!("cannot write {name}"))
}
