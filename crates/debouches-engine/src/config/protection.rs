//! What a dataset says of its secrecy otherwise than the policies of its tables: `[dataset.protection]`.

use debouches_disclosure::Leaks;
use debouches_model::spec::{DisclosureSpec, Extremes};
use serde::{Deserialize, Serialize};

/// What is said here holds for every table of the dataset; what is left out stays as the table says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protection {
    /// How far apart the possible values of a hidden count must stay, in persons.
    width: Option<u32>,
    /// Fewest hidden parts in a total that holds a hidden count.
    siblings: Option<u32>,
    /// Whether somebody who knows one establishment from the inside must learn nothing of the others.
    insiders: Option<bool>,
    /// What 0 % and 100 % mean.
    extremes: Option<Extremes>,
    /// Hide more until nothing can be worked out (`repair`), or refuse the release (`refuse`).
    #[serde(default)]
    pub leaks: Leaks,
}

impl Protection {
    /// The policy of a table, as this dataset has it.
    pub fn applied_to(&self, policy: DisclosureSpec) -> DisclosureSpec {
        DisclosureSpec {
            width: self.width.unwrap_or(policy.width),
            siblings: self.siblings.unwrap_or(policy.siblings),
            insiders: self.insiders.unwrap_or(policy.insiders),
            extremes: self.extremes.unwrap_or(policy.extremes),
            ..policy
        }
    }

    /// What it protects less than the tables ask, in French sentences.
    pub fn weakened(&self) -> impl Iterator<Item = String> {
        let refuses = self.leaks == Leaks::Refuse;
        refuses
            .then(|| "rien n'est masqué de plus : une publication qui laisserait retrouver un chiffre est refusée".to_owned())
            .into_iter()
    }
}
