//! What is packaged: texts from the configuration, tables from `enrich`, and where the figures come from.

use crate::set_aside::SetAside;
use debouches_model::spec::TableSpec;
use debouches_model::{DatasetId, Sha256};
use debouches_table::Table;
use serde::{Deserialize, Serialize};

/// A dataset as the configuration describes it. Its serialised form is part of the identity of its releases.
#[derive(Debug, Clone, Serialize)]
pub struct Dataset {
    /// Its name.
    pub id: DatasetId,
    /// Title in French, at most 350 characters.
    pub title: String,
    /// One sentence in French, at most 200 characters.
    pub summary: String,
    /// Licence identifier of the portal, for instance `lov2`.
    pub licence: String,
    /// Frequency term of the portal.
    pub frequency: String,
    /// Keywords.
    pub tags: Vec<String>,
    /// Spatial zones.
    pub zones: Vec<String>,
    /// Spatial granularity.
    pub granularity: String,
    /// Title and summary in English, for the standards that speak several languages.
    pub english: Option<English>,
    /// Columns left out of the release, as `table.column`; the status column of a measure goes with it.
    pub omitted: Vec<String>,
    /// Columns that a later release will remove.
    pub deprecated: Vec<Deprecation>,
    /// True when its figures are made up for a trial: every title says so.
    pub demo: bool,
    /// Public key of minisign that its releases are signed with.
    pub public_key: Option<String>,
    /// Further forms of each table.
    pub forms: std::collections::BTreeSet<crate::Form>,
    /// What its sources are expected to publish.
    pub expected: Vec<Expectation>,
}

/// Figures that a source is expected to publish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Expectation {
    /// The table that they fill.
    pub table: String,
    /// Last day on which they are not late.
    pub by: chrono::NaiveDate,
    /// The vintage, when it is known; it is told until the table has it.
    pub vintage: Option<String>,
}

/// Texts of a dataset in English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct English {
    /// Title.
    pub title: String,
    /// One sentence.
    pub summary: String,
}

/// Notice that a column will be removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deprecation {
    /// The column, as `table.column`.
    pub column: String,
    /// Why, in French.
    pub reason: String,
}

/// What the titles of figures made up for a trial end with.
const DEMO: &str = " (données d'essai)";

impl Dataset {
    /// A title as it is published.
    #[must_use]
    pub fn entitled(&self, title: &str) -> String {
        let suffix = if self.demo { DEMO } else { "" };
        format!("{title}{suffix}")
    }

    /// A summary as it is published; portals refuse more than 200 characters.
    #[must_use]
    pub fn summarised(&self, summary: &str) -> String {
        let prefix = if self.demo { "Données d'essai. " } else { "" };
        format!("{prefix}{summary}")
    }

    /// The paragraph that readers of figures made up for a trial are warned with; empty for others.
    #[must_use]
    pub fn warning(&self) -> &'static str {
        if self.demo {
            "\n**Données d'essai : ces chiffres servent à montrer le jeu et ne sont pas ceux du producteur. Ne pas les réutiliser.**\n"
        } else {
            ""
        }
    }

    /// True when a column of a table is left out of the release.
    #[must_use]
    pub fn omits(&self, table: &str, column: &str) -> bool {
        let named = |name: &str| {
            self.omitted
                .iter()
                .any(|omitted| omitted.split_once('.') == Some((table, name)))
        };
        let beside = [
            "_statut",
            "_ic_bas",
            "_ic_haut",
            "_autres",
            "_autres_effectif",
            "_ecart",
            "_p",
            "_jugement",
        ];
        named(column)
            || beside
                .iter()
                .any(|suffix| column.strip_suffix(suffix).is_some_and(named))
    }
}

/// A table of the dataset.
#[derive(Debug)]
pub struct Part<'a> {
    /// Its specification.
    pub spec: &'a TableSpec,
    /// Its enriched rows, without the columns that the dataset omits.
    pub table: Table,
    /// The dataset that it is part of.
    pub dataset: Dataset,
    /// The sources it was made from, nomenclatures included.
    pub sources: Vec<SourceNote>,
    /// Rows set aside in it and in the tables that it was made from.
    pub set_aside: Vec<SetAside>,
    /// What the disclosure audit says of it; nothing when the table has no policy that it can judge.
    pub secrecy: Option<SecrecyNote>,
}

/// What the disclosure audit says of a table, for reusers.
#[derive(Debug, Clone, PartialEq)]
pub struct SecrecyNote {
    /// A paragraph in French.
    pub paragraph: String,
    /// The entry of the table in `disclosure.json`.
    pub document: serde_json::Value,
}

/// A source, as told to reusers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceNote {
    /// Its name in the configuration.
    pub id: String,
    /// Who produces it.
    pub producer: String,
    /// Address, without credentials; a file name for a local file.
    pub address: String,
    /// Digest of the bytes received; none when they are not public: with it, what is hidden of a small file could be tried out.
    pub sha256: Option<Sha256>,
    /// Version told by the configuration.
    pub version: Option<String>,
}
