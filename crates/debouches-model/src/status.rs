//! Why a measure is null.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The state of a measure, in the column `<measure>_statut` beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueStatus {
    /// The value is there.
    Measured,
    /// Hidden by statistical secrecy, by the producer or by us.
    Suppressed,
    /// The producer gives no value and does not say why.
    Absent,
    /// The horizon is not reached for this vintage.
    NotYet,
    /// Nobody delivers this measure for this vintage.
    NotProduced,
}

impl ValueStatus {
    /// Every status, in the order of their codes.
    pub const ALL: [Self; 5] = [
        Self::Measured,
        Self::Suppressed,
        Self::Absent,
        Self::NotYet,
        Self::NotProduced,
    ];

    /// The text published in the status column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Suppressed => "suppressed",
            Self::Absent => "absent",
            Self::NotYet => "not_yet",
            Self::NotProduced => "not_produced",
        }
    }

    /// Its meaning in French, for the data dictionary.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Measured => "valeur publiée",
            Self::Suppressed => {
                "valeur masquée par le secret statistique (effectif de référence sous le seuil)"
            }
            Self::Absent => "valeur absente chez le producteur, qui n'en donne pas la raison",
            Self::NotYet => "échéance non encore atteinte ou non encore publiée pour ce millésime",
            Self::NotProduced => "indicateur que personne ne produit pour ce millésime",
        }
    }

    /// Its place in [`Self::ALL`], used as a compact code.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for ValueStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
