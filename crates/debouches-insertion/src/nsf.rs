//! NSF speciality of a diploma: the column of the nomenclature first, the positions of the code as a fallback.

use std::collections::HashMap;

use debouches_table::TableError;

use crate::code_lists::CodeLists;
use crate::nomenclatures::{DIPLOMAS, References, SPECIALITIES, find};

/// Speciality of a training.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Nsf {
    /// Three digits.
    pub(crate) group: Option<String>,
    pub(crate) method: NsfMethod,
}

/// Where the speciality comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum NsfMethod {
    Bcn,
    Cfd,
    Mefstat11,
    #[default]
    Unknown,
}

impl NsfMethod {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Bcn => "bcn",
            Self::Cfd => "cfd",
            Self::Mefstat11 => "mefstat11",
            Self::Unknown => "inconnu",
        }
    }
}

impl Nsf {
    pub(crate) fn category(&self) -> Option<String> {
        self.group.as_ref().map(|group| group[..1].to_owned())
    }

    pub(crate) fn domain(&self) -> Option<String> {
        self.group.as_ref().map(|group| group[..2].to_owned())
    }
}

/// Speciality of each diploma, and label of each speciality.
pub(crate) struct Specialities {
    lists: &'static CodeLists,
    group_of: HashMap<String, Option<String>>,
    labels: HashMap<String, String>,
    pub(crate) version: String,
}

impl Specialities {
    pub(crate) fn read(
        lists: &'static CodeLists,
        references: &References,
    ) -> Result<Self, TableError> {
        let find = |wanted| find(references, wanted);
        let (mut group_of, mut labels, mut version) =
            (HashMap::new(), HashMap::new(), String::new());
        if let Some(diplomas) = find(DIPLOMAS) {
            let (cfd, group) = (
                diplomas.table.text("formation_diplome")?,
                diplomas.table.text("groupe_specialite")?,
            );
            let valid =
                |group: Option<&str>| group.filter(|group| is_group(group)).map(str::to_owned);
            group_of = cfd
                .iter()
                .zip(group.iter())
                .filter_map(|(cfd, group)| Some((cfd?.to_owned(), valid(group))))
                .collect();
            version.clone_from(&diplomas.version);
        }
        if let Some(specialities) = find(SPECIALITIES) {
            let (code, label) = (
                specialities.table.text("groupe_specialite")?,
                specialities.table.text("libelle")?,
            );
            labels = code
                .iter()
                .zip(label.iter())
                .filter_map(|(code, label)| Some((code?.to_owned(), label?.to_owned())))
                .collect();
        }
        Ok(Self {
            lists,
            group_of,
            labels,
            version,
        })
    }

    /// True when the nomenclature has that diploma.
    pub(crate) fn knows(&self, cfd: &str) -> bool {
        self.group_of.contains_key(cfd)
    }

    /// Label of a group of specialities.
    pub(crate) fn label(&self, group: &str) -> Option<String> {
        self.labels.get(group).cloned()
    }

    /// Label of the category of a speciality.
    pub(crate) fn category_label(&self, nsf: &Nsf) -> Option<String> {
        self.lists.nsf_categories.get(&nsf.category()?).cloned()
    }

    /// Label of the domain of a speciality.
    pub(crate) fn domain_label(&self, nsf: &Nsf) -> Option<String> {
        self.lists.nsf_domains.get(&nsf.domain()?).cloned()
    }

    /// Speciality of a training; of the first of its diplomas when there are two.
    pub(crate) fn of(&self, cfds: &[String], mefstat11: Option<&str>) -> Nsf {
        if let Some(group) = cfds
            .iter()
            .find_map(|cfd| self.group_of.get(cfd).cloned().flatten())
        {
            return Nsf {
                group: Some(group),
                method: NsfMethod::Bcn,
            };
        }
        // A code diplôme is level (3), speciality (3), order (2); a MEFSTAT11 ends with positions 4 to 8 of it.
        let from_cfd = cfds.iter().find_map(|cfd| self.known_group(cfd.get(3..6)));
        if from_cfd.is_some() {
            return Nsf {
                group: from_cfd,
                method: NsfMethod::Cfd,
            };
        }
        let from_mefstat11 = self.known_group(mefstat11.and_then(|code| code.get(6..9)));
        let method = if from_mefstat11.is_some() {
            NsfMethod::Mefstat11
        } else {
            NsfMethod::Unknown
        };
        Nsf {
            group: from_mefstat11,
            method,
        }
    }

    fn known_group(&self, group: Option<&str>) -> Option<String> {
        group
            .filter(|group| is_group(group) && self.labels.contains_key(*group))
            .map(str::to_owned)
    }
}

fn is_group(group: &str) -> bool {
    group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit())
}
