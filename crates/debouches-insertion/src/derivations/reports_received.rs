//! D20: what establishments and readers signalled about published values. Annotations beside the figures, never figures.

use debouches_enrich::{FindingCollector, Inputs};
use debouches_table::{Table, TableError};

use super::rows;
use crate::nomenclatures::optional_input;

const RECEIVED: &str = "signalement_recu";

/// The register as received, without what names a person; no row while nobody keeps one.
pub(super) fn make(
    Inputs { spec, references }: Inputs<'_>,
    _findings: &mut FindingCollector,
) -> Result<Table, TableError> {
    let Some(received) = optional_input(references, RECEIVED) else {
        return rows::table(spec, Vec::<[Option<String>; 10]>::new());
    };
    let names = [
        "signal_id",
        "date",
        "uai",
        "code",
        "millesime",
        "table_publiee",
        "champ",
        "valeur_signalee",
        "source",
        "etat",
    ];
    let columns = names.map(|name| received.text(name));
    let columns = columns.into_iter().collect::<Result<Vec<_>, _>>()?;
    let line = |row: usize| std::array::from_fn(|index| columns[index].get(row).map(str::to_owned));
    rows::table(
        spec,
        (0..received.rows())
            .map(line)
            .collect::<Vec<[Option<String>; 10]>>(),
    )
}
