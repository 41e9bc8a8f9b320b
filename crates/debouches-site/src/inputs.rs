//! What a part of the site is made of, as a digest: while it stays, the part is not rendered again.

use debouches_model::Hasher;

use crate::address;
use crate::content::{Content, Establishment, Row, Training, Uai};
use crate::pages::Names;
use crate::site::Site;

/// What a part is made of, and where its files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs {
    /// The folder of its files, with a slash at the end.
    pub folder: String,
    /// Its files that are elsewhere.
    pub others: Vec<String>,
    /// A digest of all that its files show.
    pub digest: String,
}

/// A digest that grows with texts and rows.
pub(crate) struct Digest {
    hasher: Hasher,
    /// False once a row has no digest: nothing can be said of the part.
    is_known: bool,
}

impl Digest {
    /// What every page has: the site, and what tables say of their columns.
    pub(crate) fn of(site: &Site, content: &Content) -> String {
        let mut digest = Self::new("");
        digest.text(&format!("{site:?}"));
        for table in &content.tables {
            let (origin, measures) = (&table.origin, &table.measures);
            digest.text(&format!(
                "{} {} {} {:?} {measures:?}",
                table.name, origin.dataset, origin.producer, table.key
            ));
        }
        digest.hasher.finish().to_string()
    }

    fn new(common: &str) -> Self {
        let mut digest = Self {
            hasher: Hasher::default(),
            is_known: true,
        };
        digest.text(common);
        digest
    }

    fn text(&mut self, text: &str) {
        self.hasher.update(&(text.len() as u64).to_le_bytes());
        self.hasher.update(text.as_bytes());
    }

    fn row(&mut self, row: Row<'_>) {
        let Some(digest) = row.table.digest(row.row) else {
            self.is_known = false;
            return;
        };
        self.text(&row.table.name);
        self.text(&row.version().to_string());
        self.hasher.update(&digest.to_le_bytes());
    }

    /// The rows of one place of a page; their number is part of it.
    fn rows<'a>(&mut self, rows: impl IntoIterator<Item = Row<'a>>) {
        let mut count = 0_u64;
        for row in rows {
            self.row(row);
            count += 1;
        }
        self.hasher.update(&count.to_le_bytes());
    }

    fn finish(self, folder: String, others: Vec<String>) -> Option<Inputs> {
        self.is_known.then(|| Inputs {
            folder,
            others,
            digest: self.hasher.finish().to_string(),
        })
    }
}

/// What the files of an establishment show.
pub(crate) fn of_establishment(common: &str, content: &Content, uai: Uai) -> Option<Inputs> {
    let one = Establishment::new(content, uai)?;
    let mut digest = Digest::new(common);
    digest.text(&format!(
        "{uai} {:?} {:?} {:?} {:?} {:?} {:?}",
        one.names, one.nature, one.commune, one.territory, one.replies, one.shown_by
    ));
    digest.rows(one.coverage.map(|coverage| coverage.row));
    digest.rows(one.totals.iter().copied());
    digest.rows(one.signals.iter().copied());
    for training in one.trainings() {
        digest.text(&format!(
            "{} {} {} {:?} {} {:?}",
            training.code,
            training.anchor,
            training.code_type,
            training.label,
            training.diploma,
            training.voie
        ));
        digest.rows(training.vintages.iter().copied());
        digest.rows(training.region);
        digest.rows(training.france);
        digest.rows(training.compared);
    }
    for linked in &one.linked {
        digest.text(&format!("{} {:?}", linked.code, linked.label));
        digest.row(linked.row);
    }
    digest.finish(format!("{}/", address::establishment(&uai)), Vec::new())
}

/// What the files of a training show.
pub(crate) fn of_training(
    common: &str,
    content: &Content,
    names: &Names,
    code: &str,
) -> Option<Inputs> {
    let one = Training::new(content, code)?;
    let mut digest = Digest::new(common);
    digest.text(&format!(
        "{code} {} {:?} {} {:?} {:?}",
        one.code_type, one.label, one.diploma, one.trades, one.closed_on
    ));
    for (voie, rows) in &one.paths {
        digest.text(&format!("{voie:?}"));
        digest.rows(rows.france);
        digest.rows(rows.regions.values().copied());
        digest.rows(rows.compared.values().copied());
    }
    for (uai, row) in &one.places {
        digest.text(names.get(uai).map_or(uai.as_str(), String::as_str));
        digest.row(*row);
    }
    let page = address::training_page(code);
    let folder = page.strip_suffix("index.html").unwrap_or(&page).to_owned();
    digest.finish(folder, vec![address::alias(one.code_type, code)])
}
