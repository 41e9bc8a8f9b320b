//! Why a measure is null.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The state of a measure, in the column `<measure>_statut` beside it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum ValueStatus {
    /// The value is there.
    #[serde(rename = "mesure")]
    Measured,
    /// Hidden by statistical secrecy, by the producer or by us.
    #[serde(rename = "secret")]
    Suppressed,
    /// The producer gives no value and does not say why.
    #[serde(rename = "absent")]
    Absent,
    /// The horizon is not reached for this vintage.
    #[serde(rename = "non_echu")]
    NotYet,
    /// Nobody delivers this measure for this vintage.
    #[serde(rename = "non_produit")]
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
            Self::Measured => "mesure",
            Self::Suppressed => "secret",
            Self::Absent => "absent",
            Self::NotYet => "non_echu",
            Self::NotProduced => "non_produit",
        }
    }

    /// Its meaning in French, for the data dictionary.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Measured => "valeur publiée",
            Self::Suppressed => {
                "valeur masquée : trop peu de personnes, ou valeur qui en ferait deviner une autre"
            }
            Self::Absent => "le producteur ne donne pas de valeur et ne dit pas pourquoi",
            Self::NotYet => {
                "l'échéance n'est pas encore atteinte, ou pas encore publiée, pour ce millésime"
            }
            Self::NotProduced => "personne ne produit cet indicateur pour ce millésime",
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
