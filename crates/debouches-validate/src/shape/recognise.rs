//! Finds the generation of a file by its headings, or says how it differs from the closest one.

use std::collections::BTreeMap;

use debouches_model::{Finding, RuleCode};

use super::Shape;

/// Where each column of the specification stands in the file.
#[derive(Debug)]
pub(crate) struct Recognised {
    pub(crate) shape: Shape,
    /// Place of each column, by its published name.
    pub(crate) places: BTreeMap<String, usize>,
    /// For each column that a record spreads over several rows, the place that each row is read from.
    pub(crate) spread: BTreeMap<String, Vec<Option<usize>>>,
    pub(crate) extra: Vec<String>,
}

/// The shape of that header, or the finding that says how it differs from the closest one.
pub(crate) fn recognise(shapes: Vec<Shape>, header: &[String]) -> Result<Recognised, Box<Finding>> {
    let distance = |shape: &Shape| (shape.missing(header).len(), shape.extra(header).len());
    // Among generations that lack as much, the one that was looked for by name is told before the one of fixed places.
    let by_place = |shape: &Shape| !shape.header.is_empty() && shape.header != header;
    let closest = shapes
        .into_iter()
        .min_by_key(|shape| (by_place(shape), distance(shape)))
        .expect("a table has a shape");
    let missing = closest.missing(header);
    let count = |heading: &&String| header.iter().filter(|own| own == heading).count();
    if closest.header.is_empty()
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
        return Ok(placed(closest, header));
    }
    let extra = closest.extra(header);
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

fn placed(shape: Shape, header: &[String]) -> Recognised {
    let place = |heading: &str| header.iter().position(|own| own == heading);
    let named = shape.headings.iter().chain(&shape.optional);
    let named = named.filter_map(|(heading, column)| Some((column.clone(), place(heading)?)));
    let by_place = shape
        .by_position
        .iter()
        .enumerate()
        .filter(|(_, column)| !column.is_empty());
    let places = named
        .chain(by_place.map(|(place, column)| (column.clone(), place)))
        .collect();
    let rows = shape
        .spread
        .as_ref()
        .map_or(0, |spread| spread.values.len());
    let mut spread: BTreeMap<String, Vec<Option<usize>>> = BTreeMap::new();
    for (heading, column, row) in shape.spread_all() {
        spread
            .entry(column.to_owned())
            .or_insert_with(|| vec![None; rows])[row] = place(&heading);
    }
    let extra = if shape.allow_extra {
        Vec::new()
    } else {
        shape.extra(header)
    };
    Recognised {
        places,
        spread,
        extra,
        shape,
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
        let finding = recognise(shapes.of(&id).to_vec(), &header).err().unwrap();
        assert_eq!(
            finding.expected.as_deref(),
            Some("« FORMATION_DIPLOME » (« FORMATION_DIPLOMES » ?)")
        );
        assert_eq!(finding.value.as_deref(), Some("« FORMATION_DIPLOMES »"));
    }
}
