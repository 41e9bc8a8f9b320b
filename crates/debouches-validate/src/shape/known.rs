//! The headings that the shapes of a table know, so that a reader keeps those columns alone.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use debouches_table::Headings;

use super::recognise::{choose, locate};
use super::{Shape, folded};

/// Headings answered for at most: a body may invent any number of them.
const REMEMBERED: usize = 10_000;

/// What the shapes of a table know.
pub(crate) struct KnownHeadings<'a> {
    shapes: &'a [Shape],
    folded: HashSet<String>,
    answers: Mutex<HashMap<String, bool>>,
}

impl<'a> KnownHeadings<'a> {
    pub(crate) fn of(shapes: &'a [Shape]) -> Self {
        let headings = shapes.iter().flat_map(Shape::known_headings);
        Self {
            shapes,
            folded: headings.map(|heading| folded(&heading)).collect(),
            answers: Mutex::default(),
        }
    }
}

impl Headings for KnownHeadings<'_> {
    fn wanted(&self, header: &[String]) -> Option<Vec<bool>> {
        let shape = choose(self.shapes, header).ok()?;
        if shape.is_by_position() {
            return Some(vec![true; header.len()]);
        }
        let recognised = locate(shape, header);
        let spread = recognised.spread.values().flatten().flatten();
        let used: HashSet<usize> = recognised.places.values().chain(spread).copied().collect();
        Some(
            (0..header.len())
                .map(|index| used.contains(&index))
                .collect(),
        )
    }

    fn knows(&self, heading: &str) -> bool {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = answers.get(heading) {
            return *answer;
        }
        let answer = self.folded.contains(&folded(heading));
        if answers.len() < REMEMBERED {
            answers.insert(heading.to_owned(), answer);
        }
        answer
    }
}
