//! What a release says of its secrecy: policy, cells by status, widths, verdict. Never a witness, never a true value.

use std::collections::BTreeMap;

use debouches_model::spec::DisclosureSpec;
use debouches_model::{Hasher, Sha256};
use serde::Serialize;

use crate::audit::{Judgement, Reason, Verdict};
use crate::system::{State, System};

/// How strict the audit is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A count that the producer hid is excused when the producer's own publication gives it away: the exception.
    Inherit,
    /// Every hidden count is safe, whoever published what narrows it.
    #[default]
    Strict,
}

/// The secrecy of one table of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableDisclosure {
    /// The table.
    pub table: String,
    /// Tables judged together with it, as one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub together: Vec<String>,
    /// Digest of the policy below.
    pub policy_sha256: String,
    /// The policy in force.
    pub policy: DisclosureSpec,
    /// How strict the audit was.
    pub mode: Mode,
    /// Options of the policy that protect less, in French sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weakened: Vec<String>,
    /// Former versions considered together with this one, withdrawn ones included.
    pub releases: Vec<String>,
    /// Former versions that could not be: their columns are not those of today.
    pub not_comparable: Vec<String>,
    /// True when larger counts may be hidden beside the small ones, under the same status.
    pub complementary: bool,
    /// Counts published and hidden; readers are not told which are hidden for themselves and which for others.
    pub cells: Cells,
    /// Hidden counts of the table by what the audit found; one that several rows show is counted once.
    pub verdicts: Verdicts,
    /// How far apart the values found for safe counts are, in persons.
    pub widths: Option<Widths>,
    /// Ties that the published figures contradict themselves, and that nobody can rely on.
    pub untrue_ties: u64,
    /// Groups of figures hidden because nothing proved what they surround to be safe otherwise.
    pub coarser: u64,
    /// Groups of unknowns, and the size of the largest.
    pub groups: usize,
    /// Unknowns in the largest group.
    pub largest_group: usize,
    /// What searched for witnesses; every witness was then checked in whole numbers.
    pub solver: &'static str,
    /// Seeds of what is drawn: nothing is.
    pub seeds: Vec<u64>,
    /// Digest of the witnesses, which are not published.
    pub witnesses_sha256: Sha256,
    /// True when the release may be published.
    pub passes: bool,
}

/// Counts of a table, by what readers see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Cells {
    /// Published.
    pub shown: u64,
    /// Hidden.
    pub hidden: u64,
}

/// Hidden counts, by verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Verdicts {
    /// Two checked tables differ by the width asked.
    pub safe: u64,
    /// Computable.
    pub exact: u64,
    /// Possible values too close.
    pub narrow: u64,
    /// Nothing found that proves it safe: counted as unsafe.
    pub unproven: u64,
    /// Hidden counts that the producer's own figures already give away: nothing of ours makes them narrower.
    pub inherited: u64,
    /// Hidden counts, not among the safe ones, on which a constraint bears that published figures contradict: not proved.
    pub contradicted: u64,
    /// Safe from the outside, and open to somebody who knows another establishment from the inside.
    pub inside: u64,
    /// Narrower than asked for in former releases alone, whatever these ones show: they are not narrower beside these.
    pub explained_by_earlier_release: u64,
    /// Not proved, and nothing is shown around them: neither a total, nor a part, nor a rate, in this release or in another.
    pub nothing_shown_around: u64,
}

/// Widths of safe counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Widths {
    /// The smallest.
    pub least: i64,
    /// One in ten is not above.
    pub tenth: i64,
    /// Half are not above.
    pub median: i64,
    /// Nine in ten are not above.
    pub ninetieth: i64,
}

impl Verdicts {
    /// Counts what a judgement says.
    #[must_use]
    pub fn of(judgement: &Judgement) -> Self {
        let mut out = Self::default();
        judgement
            .cells
            .iter()
            .for_each(|(_, verdict)| out.count(verdict));
        out
    }

    /// One more hidden count.
    pub(crate) fn count(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Safe(_) => self.safe += 1,
            Verdict::Unsafe(Reason::Exact(_)) => self.exact += 1,
            Verdict::Unsafe(Reason::Narrow { low, high, .. }) if low == high => self.exact += 1,
            Verdict::Unsafe(Reason::Narrow { .. }) => self.narrow += 1,
            Verdict::Unsafe(Reason::Unproven { .. }) => self.unproven += 1,
        }
    }

    /// Cells that are not safe.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.exact + self.narrow + self.unproven
    }
}

impl Widths {
    /// Of the safe cells of a judgement; nothing when there is none.
    #[must_use]
    pub fn of(judgement: &Judgement) -> Option<Self> {
        WidthCounts::of(judgement).summary()
    }
}

/// How many safe cells there are of each width.
#[derive(Debug, Clone, Default)]
pub(crate) struct WidthCounts(BTreeMap<i64, u64>);

impl WidthCounts {
    pub(crate) fn of(judgement: &Judgement) -> Self {
        let mut out = Self::default();
        judgement
            .cells
            .iter()
            .for_each(|(_, verdict)| out.count(verdict));
        out
    }

    /// One more hidden count; only safe ones have a width.
    pub(crate) fn count(&mut self, verdict: &Verdict) {
        if let Verdict::Safe(pair) = verdict {
            *self.0.entry(pair.width).or_default() += 1;
        }
    }

    pub(crate) fn extend(&mut self, other: Self) {
        other
            .0
            .into_iter()
            .for_each(|(width, cells)| *self.0.entry(width).or_default() += cells);
    }

    pub(crate) fn summary(&self) -> Option<Widths> {
        let last = self.0.values().sum::<u64>().checked_sub(1)?;
        let at = |percent: u64| {
            let mut before = 0;
            let mut up_to = self.0.iter().map(|(width, cells)| {
                before += cells;
                (*width, before)
            });
            up_to
                .find(|(_, before)| *before > last * percent / 100)
                .map(|(width, _)| width)
        };
        Some(Widths {
            least: at(0)?,
            tenth: at(10)?,
            median: at(50)?,
            ninetieth: at(90)?,
        })
    }
}

impl std::ops::AddAssign for Verdicts {
    fn add_assign(&mut self, other: Self) {
        let Self {
            safe,
            exact,
            narrow,
            unproven,
            inherited,
            contradicted,
            inside,
            explained_by_earlier_release,
            nothing_shown_around,
        } = other;
        self.safe += safe;
        self.exact += exact;
        self.narrow += narrow;
        self.unproven += unproven;
        self.inherited += inherited;
        self.contradicted += contradicted;
        self.inside += inside;
        self.explained_by_earlier_release += explained_by_earlier_release;
        self.nothing_shown_around += nothing_shown_around;
    }
}

impl std::ops::AddAssign for Cells {
    fn add_assign(&mut self, other: Self) {
        self.shown += other.shown;
        self.hidden += other.hidden;
    }
}

impl Cells {
    /// Counts the cells of a system.
    #[must_use]
    pub fn of(system: &System) -> Self {
        let published = system
            .cells()
            .iter()
            .zip(&system.unpublished)
            .filter(|(_, unpublished)| !**unpublished);
        let states = published.map(|(cell, _)| system.lines()[cell.line as usize].state);
        states.fold(Self::default(), |mut out, state| {
            match state {
                State::Shown => out.shown += 1,
                State::Primary | State::Secondary => out.hidden += 1,
            }
            out
        })
    }
}

/// Adds the witnesses of a judgement to a digest.
pub(crate) fn digest_witnesses(judgement: &Judgement, hasher: &mut Hasher) {
    for moved in judgement.ledger.moves() {
        for (cell, by) in moved.moved() {
            hasher.update(format!("{cell}:{by},").as_bytes());
        }
        hasher.update(b"\n");
    }
}

/// Hidden lines of a system by level, secondary ones only.
#[must_use]
pub fn secondary_by_level(policy: &DisclosureSpec, system: &System) -> BTreeMap<String, u64> {
    let mut out = BTreeMap::new();
    for line in system
        .lines()
        .iter()
        .filter(|line| line.state == State::Secondary)
    {
        let name = policy
            .level
            .get(line.level as usize)
            .map_or("autres", |level| level.name.as_str());
        *out.entry(name.to_owned()).or_default() += 1;
    }
    out
}
