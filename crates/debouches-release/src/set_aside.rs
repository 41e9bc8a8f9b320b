//! Rows of a source that were set aside before publication, as told to reusers.

use debouches_model::{Lang, RuleCode, Text, counted_en, counted_fr};
use serde::{Deserialize, Serialize};

/// Rows of one table that broke a rule, and are not published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// The table.
    pub table: String,
    /// Its title.
    pub title: String,
    /// How many rows.
    pub rows: u64,
    /// How many were received.
    pub received: u64,
    /// The rules that they break.
    pub rules: Vec<RuleCode>,
    /// The first keys of these rows.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub keys: String,
    /// Why more than usual were accepted, where a person decided it, in French.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl SetAside {
    /// How many rows, where, and why.
    #[must_use]
    pub fn sentence(&self) -> Text {
        let rules = |lang| {
            let titles = self.rules.iter().map(|rule| rule.entry().title(lang));
            titles.collect::<Vec<_>>().join(" ; ")
        };
        let Self {
            table,
            rows,
            received,
            reason,
            ..
        } = self;
        let (singular, plural) = ("ligne mise de côté", "lignes mises de côté");
        let mut fr = format!(
            "{} dans `{table}`, sur {received} reçues, parce qu'une règle n'est pas respectée : {}.",
            counted_fr(*rows, singular, plural),
            rules(Lang::Fr)
        );
        let mut en = format!(
            "{} in `{table}`, of {received} received, because a rule is broken: {}.",
            counted_en(*rows, "row set aside", "rows set aside"),
            rules(Lang::En)
        );
        if let Some(reason) = reason {
            fr.push_str(&format!(" Décision : {reason}."));
            en.push_str(&format!(" Decision (in French): {reason}."));
        }
        Text { fr, en }
    }
}

/// What several tables of a release tell, each table once.
#[must_use]
pub fn set_aside_once<'a>(several: impl Iterator<Item = &'a SetAside>) -> Vec<SetAside> {
    let mut all: Vec<SetAside> = Vec::new();
    for set_aside in several {
        if !all.iter().any(|known| known.table == set_aside.table) {
            all.push(set_aside.clone());
        }
    }
    all
}
