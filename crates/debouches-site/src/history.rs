//! The pinned states of an establishment: `v/historique.json`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::error::CatalogueError;

/// The pinned states of an establishment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Format number of this structure.
    pub format: u32,
    /// The establishment.
    pub uai: String,
    /// The states, the newest first.
    #[serde(rename = "etats")]
    pub states: Vec<PinnedState>,
}

/// A state that was shown once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinnedState {
    /// The first twelve digits of the digest of its figures.
    #[serde(rename = "empreinte")]
    pub digest: String,
    /// The day on which it was first shown.
    #[serde(rename = "depuis")]
    pub since: NaiveDate,
    /// The releases that it quotes, `jeu@version`.
    #[serde(rename = "versions")]
    pub releases: Vec<String>,
    /// Why it was emptied; none while its figures stand.
    #[serde(rename = "retire", default, skip_serializing_if = "Option::is_none")]
    pub retracted: Option<String>,
}

impl History {
    /// The format number written today.
    pub const FORMAT: u32 = 1;

    /// A history without state.
    #[must_use]
    pub fn empty(uai: &str) -> Self {
        Self {
            format: Self::FORMAT,
            uai: uai.to_owned(),
            states: Vec::new(),
        }
    }

    /// Reads a history.
    ///
    /// # Errors
    /// When the bytes are not one, or of a later format.
    pub fn read(bytes: &[u8]) -> Result<Self, CatalogueError> {
        let history: Self =
            serde_json::from_slice(bytes).map_err(|source| CatalogueError::Record { source })?;
        if history.format > Self::FORMAT {
            return Err(CatalogueError::Format(history.format));
        }
        Ok(history)
    }

    /// Puts a state first; false when it is the newest already.
    pub fn push(&mut self, state: PinnedState) -> bool {
        if self
            .states
            .first()
            .is_some_and(|first| first.digest == state.digest)
        {
            return false;
        }
        self.states.retain(|other| other.digest != state.digest);
        self.states.insert(0, state);
        true
    }

    /// Marks the states that quote a retracted release; gives those that were not marked before.
    pub fn retract(&mut self, reason: impl Fn(&str) -> Option<String>) -> Vec<PinnedState> {
        let mut marked = Vec::new();
        for state in &mut self.states {
            if state.retracted.is_some() {
                continue;
            }
            if let Some(reason) = state.releases.iter().find_map(|release| reason(release)) {
                state.retracted = Some(reason);
                marked.push(state.clone());
            }
        }
        marked
    }

    /// The history as text.
    ///
    /// # Panics
    /// Never: our own structures are written as JSON.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("our own structures are written as JSON") + "\n"
    }
}
