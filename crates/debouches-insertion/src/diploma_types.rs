//! Types of diplomas: one list for every code system, so that a type has one name in every table.

use std::collections::HashMap;

use serde::Deserialize;

/// A type of diploma, as the list has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiplomaType {
    #[serde(rename = "diplome_type")]
    pub(crate) code: String,
    #[serde(rename = "libelle")]
    pub(crate) label: String,
    /// Level of qualification; none when the diplomas of the type have several.
    #[serde(rename = "niveau")]
    pub(crate) level: Option<i32>,
    cfd: String,
    mefstat11: String,
    sise: String,
    insersup: String,
}

/// The types, by what tells them.
#[derive(Debug, Default)]
pub(crate) struct DiplomaTypes {
    types: Vec<DiplomaType>,
    by_cfd: HashMap<String, usize>,
    by_mefstat11: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
}

impl DiplomaTypes {
    pub(crate) fn new(types: Vec<DiplomaType>) -> Self {
        let index = |list: fn(&DiplomaType) -> &String| {
            let entries = types.iter().enumerate().flat_map(|(slot, kind)| {
                list(kind)
                    .split('|')
                    .filter(|item| !item.is_empty())
                    .map(move |item| (item.to_owned(), slot))
            });
            entries.collect()
        };
        Self {
            by_cfd: index(|kind| &kind.cfd),
            by_mefstat11: index(|kind| &kind.mefstat11),
            by_name: index(|kind| &kind.insersup),
            types,
        }
    }

    /// The type of a diploma, by the first three characters of its code.
    pub(crate) fn of_cfd(&self, code: &str) -> Option<&DiplomaType> {
        self.at(self.by_cfd.get(code.get(..3)?))
    }

    /// The type of a training, by the first three characters of its code: only prefixes that have one type.
    pub(crate) fn of_mefstat11(&self, code: &str) -> Option<&DiplomaType> {
        self.at(self.by_mefstat11.get(code.get(..3)?))
    }

    /// The type that a producer names: as InserSup does, or as InserJeunes (`BAC PRO`, `MC4`).
    pub(crate) fn named(&self, name: &str) -> Option<&DiplomaType> {
        let plain = name.trim().to_lowercase();
        self.at(self.by_name.get(&plain)).or_else(|| {
            let code = plain
                .trim_end_matches(|c: char| c.is_ascii_digit())
                .trim()
                .replace(' ', "_")
                .to_uppercase();
            self.types.iter().find(|kind| kind.code == code)
        })
    }

    fn at(&self, slot: Option<&usize>) -> Option<&DiplomaType> {
        slot.map(|slot| &self.types[*slot])
    }
}

#[cfg(test)]
mod tests {
    use crate::knowledge::Knowledge;

    fn code(kind: Option<&super::DiplomaType>) -> Option<&str> {
        kind.map(|kind| kind.code.as_str())
    }

    #[test]
    fn a_type_has_one_name_in_every_code_system() {
        let types = &Knowledge::embedded().codes.diploma_types;
        assert_eq!(code(types.of_cfd("50022139")), Some("CAP"));
        assert_eq!(code(types.of_cfd("50321404")), Some("CAP"), "agricultural");
        assert_eq!(code(types.of_mefstat11("23830031212")), Some("BAC_PRO"));
        assert_eq!(
            code(types.of_mefstat11("22100000000")),
            None,
            "several types"
        );
        assert_eq!(code(types.named("Licence générale")), Some("LICENCE"));
        assert_eq!(code(types.named("master_LMD")), Some("MASTER"));
        assert_eq!(code(types.named("BAC PRO")), Some("BAC_PRO"));
        assert_eq!(code(types.named("MC4")), Some("MC"));
        assert_eq!(code(types.named("inconnu")), None);
        assert_eq!((types.of_cfd(""), types.of_cfd("éé")), (None, None));
    }

    #[test]
    fn a_prefix_has_one_type() {
        let types = &Knowledge::embedded().codes.diploma_types;
        let count = |list: fn(&super::DiplomaType) -> &String| {
            let items = types.types.iter().flat_map(|kind| list(kind).split('|'));
            items.filter(|item| !item.is_empty()).count()
        };
        assert_eq!(types.by_cfd.len(), count(|kind| &kind.cfd));
        assert_eq!(types.by_mefstat11.len(), count(|kind| &kind.mefstat11));
        assert_eq!(types.by_name.len(), count(|kind| &kind.insersup));
        let mut sise: Vec<&str> = types
            .types
            .iter()
            .flat_map(|kind| kind.sise.split('|'))
            .filter(|item| !item.is_empty())
            .collect();
        let all = sise.len();
        sise.sort_unstable();
        sise.dedup();
        assert_eq!(sise.len(), all);
    }
}
