//! Finds the generation of a file by its headings, or says how it differs from the closest one.

use std::collections::BTreeMap;

use debouches_model::{Finding, RuleCode};

use super::Shape;

/// Where each column of the specification stands in the file.
#[derive(Debug)]
pub(crate) struct Recognised {
    pub(crate) shape: Shape,
    /// Index of each column, by its published name.
    pub(crate) places: BTreeMap<String, usize>,
    /// For each column that a record spreads over several rows, the index that each row is read from.
    pub(crate) spread: BTreeMap<String, Vec<Option<usize>>>,
    /// Headings that the shape does not know.
    pub(crate) extra: Vec<String>,
    /// Headings read as others, which differ from them by case or by what nobody sees.
    pub(crate) read_as: Vec<(String, String)>,
    /// Optional headings that the file lacks, and what is lost without them.
    pub(crate) lacking: Vec<(String, String)>,
}

/// The shape of that header, or the finding that says how it differs from the closest one.
pub(crate) fn choose<'a>(
    shapes: &'a [Shape],
    header: &[String],
) -> Result<&'a Shape, Box<Finding>> {
    let distance = |shape: &&Shape| {
        let canonical = shape.canonical(header);
        let inexact = canonical.iter().zip(header).filter(|(a, b)| a != b).count();
        // Among generations that lack as much, the one that is found by name is told before the one of fixed positions.
        let by_position = shape.is_by_position() && !shape.missing(&canonical).is_empty();
        (
            by_position,
            shape.missing(&canonical).len(),
            inexact,
            shape.extra(&canonical).len(),
        )
    };
    let closest = shapes
        .iter()
        .min_by_key(distance)
        .expect("a table has a shape");
    let header = closest.canonical(header);
    let missing = closest.missing(&header);
    let count = |heading: &&String| header.iter().filter(|other| other == heading).count();
    if !closest.is_by_position()
        && let Some(twice) = closest.headings.keys().find(|heading| count(heading) > 1)
    {
        let finding = Finding::new(RuleCode::UnknownHeader).line(1).column(twice);
        return Err(Box::new(
            finding
                .expected(format!("« {twice} » une seule fois"))
                .value(format!("« {twice} »")),
        ));
    }
    if missing.is_empty() {
        return Ok(closest);
    }
    let extra = closest.extra(&header);
    let wanted: Vec<String> = missing
        .iter()
        .map(|heading| with_closest(heading, &extra))
        .collect();
    Err(Box::new(
        Finding::new(RuleCode::UnknownHeader)
            .line(1)
            .expected(wanted.join(", "))
            .value(list(&extra)),
    ))
}

/// Where the columns of a shape stand under a header.
pub(crate) fn locate(shape: &Shape, received: &[String]) -> Recognised {
    let header = shape.canonical(received);
    let index = |heading: &str| header.iter().position(|other| other == heading);
    let named = shape.headings.iter().chain(&shape.optional);
    let named = named.filter_map(|(heading, column)| Some((column.clone(), index(heading)?)));
    let by_position = shape
        .by_position
        .iter()
        .enumerate()
        .filter(|(_, column)| !column.is_empty());
    let places = named
        .chain(by_position.map(|(index, column)| (column.clone(), index)))
        .collect();
    let rows = shape
        .spread
        .as_ref()
        .map_or(0, |spread| spread.values.len());
    let mut spread: BTreeMap<String, Vec<Option<usize>>> = BTreeMap::new();
    for (heading, column, row) in shape.spread_all() {
        spread
            .entry(column.to_owned())
            .or_insert_with(|| vec![None; rows])[row] = index(&heading);
    }
    let extra = if shape.allow_extra {
        Vec::new()
    } else {
        shape.extra(&header)
    };
    let pairs = received.iter().zip(&header);
    Recognised {
        places,
        spread,
        extra,
        read_as: pairs
            .filter(|(received, canonical)| received != canonical)
            .map(|(received, canonical)| (received.clone(), canonical.clone()))
            .collect(),
        lacking: shape
            .lost
            .iter()
            .filter(|(heading, _)| index(heading).is_none())
            .map(|(heading, loss)| (heading.clone(), loss.clone()))
            .collect(),
        shape: shape.clone(),
    }
}

fn with_closest(heading: &str, extra: &[String]) -> String {
    let near = extra
        .iter()
        .map(|other| (strsim::normalized_levenshtein(heading, other), other))
        .filter(|(score, _)| *score > 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((_, other)) => format!("« {heading} » (« {other} » ?)"),
        None => format!("« {heading} »"),
    }
}

fn list(headings: &[String]) -> String {
    if headings.is_empty() {
        "–".to_owned()
    } else {
        headings
            .iter()
            .map(|heading| format!("« {heading} »"))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

#[cfg(test)]
mod tests {
    use debouches_model::spec::{TableSpec, Tables, Vocabulary};

    use super::*;
    use crate::format::Formats;
    use crate::shape::Shapes;

    #[test]
    fn an_unknown_header_is_told_with_what_is_close() {
        let spec = TableSpec::parse(
            r#"
            id = "trainings"
            kind = "nomenclature"
            title = "T"
            description = "D"
            producer = "P"
            key = ["code"]
            [[column]]
            name = "code"
            type = "text"
            role = "dimension"
            label = "Code"
            description = "Code"
            [[column]]
            name = "diploma"
            type = "text"
            role = "dimension"
            label = "Diploma"
            description = "Diploma"
            "#,
            &Vocabulary::default(),
        )
        .unwrap();
        let text = "[columns]\n\"CODE\" = \"code\"\n\"FORMATION_DIPLOME\" = \"diploma\"";
        let (id, tables) = (spec.id.clone(), Tables::new(vec![spec]));
        let files = [("trainings.plain", text)].into_iter().collect();
        let shapes = Shapes::read(files, &tables, &Formats::default()).unwrap();
        let header: Vec<String> = ["CODE", "FORMATION_DIPLOMES"].map(str::to_owned).to_vec();
        let finding = choose(shapes.of(&id), &header).err().unwrap();
        assert_eq!(
            finding.expected.as_deref(),
            Some("« FORMATION_DIPLOME » (« FORMATION_DIPLOMES » ?)")
        );
        assert_eq!(finding.value.as_deref(), Some("« FORMATION_DIPLOMES »"));
    }
}
