//! Values of the dimensions of a universe, and which contain which.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use debouches_model::spec::{Dimension, DimensionKind, Universe};

use crate::system::number;

/// Number of a value in its dimension; everybody is [`EVERYBODY`].
pub type Node = u32;

/// The value of a tree that contains all the others.
pub const EVERYBODY: Node = 0;

/// The dimensions of a universe, with the values seen in its tables.
#[derive(Debug, Clone)]
pub struct Hierarchies {
    dimensions: Vec<Values>,
}

#[derive(Debug, Clone)]
struct Values {
    dimension: Dimension,
    overlaps: BTreeSet<Arc<str>>,
    numbers: HashMap<Arc<str>, Node>,
    names: Vec<Arc<str>>,
    /// What contains each value; itself for everybody.
    parents: Vec<Node>,
    /// The single years that a value is the union of.
    years: Vec<Vec<Node>>,
}

impl Hierarchies {
    /// Those of a universe, empty.
    #[must_use]
    pub fn new(universe: &Universe) -> Self {
        let values = |dimension: &Dimension| Values {
            dimension: dimension.clone(),
            overlaps: dimension
                .overlaps
                .iter()
                .map(|value| value.as_str().into())
                .collect(),
            numbers: HashMap::new(),
            names: vec!["".into()],
            parents: vec![EVERYBODY],
            years: vec![Vec::new()],
        };
        Self {
            dimensions: universe.dimension.iter().map(values).collect(),
        }
    }

    /// Number of dimensions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.dimensions.len()
    }

    /// True when the universe has no dimension.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dimensions.is_empty()
    }

    /// The place of a dimension.
    #[must_use]
    pub fn dimension(&self, name: &str) -> Option<usize> {
        self.dimensions
            .iter()
            .position(|values| values.dimension.name == name)
    }

    /// The value at the end of a path from what contains it.
    pub fn node(&mut self, dimension: usize, path: &[Arc<str>]) -> Node {
        let values = &mut self.dimensions[dimension];
        match values.dimension.kind {
            DimensionKind::Tree => values.at_end_of(path),
            DimensionKind::Years => path.last().map_or(EVERYBODY, |text| values.years_of(text)),
        }
    }

    pub(crate) fn kind(&self, dimension: usize) -> DimensionKind {
        self.dimensions[dimension].dimension.kind
    }

    pub(crate) fn parent(&self, dimension: usize, node: Node) -> Node {
        self.dimensions[dimension].parents[node as usize]
    }

    /// The single years of a value that has several; none otherwise.
    pub(crate) fn years(&self, dimension: usize, node: Node) -> &[Node] {
        &self.dimensions[dimension].years[node as usize]
    }

    /// True when a value is never one of the parts of a sum.
    pub(crate) fn overlaps(&self, dimension: usize, node: Node) -> bool {
        let values = &self.dimensions[dimension];
        values.overlaps.contains(&values.names[node as usize])
    }

    /// The widest value that contains another one, everybody left aside.
    pub(crate) fn top(&self, dimension: usize, mut node: Node) -> Node {
        while self.parent(dimension, node) != EVERYBODY {
            node = self.parent(dimension, node);
        }
        node
    }

    pub(crate) fn name(&self, dimension: usize, node: Node) -> &str {
        &self.dimensions[dimension].names[node as usize]
    }
}

impl Values {
    fn at_end_of(&mut self, path: &[Arc<str>]) -> Node {
        let mut node = EVERYBODY;
        for value in path {
            for ancestor in self.declared(value) {
                node = self.child(node, &ancestor);
            }
            node = self.child(node, value);
        }
        node
    }

    /// What a code list says contains a value, the widest first.
    fn declared(&self, value: &str) -> Vec<Arc<str>> {
        let mut out: Vec<Arc<str>> = Vec::new();
        let mut known: &str = value;
        while let Some(parent) = self.dimension.parent.get(known) {
            if out.iter().any(|item| **item == **parent) {
                break;
            }
            out.push(parent.as_str().into());
            known = parent;
        }
        out.reverse();
        out
    }

    fn child(&mut self, parent: Node, value: &Arc<str>) -> Node {
        match self.numbers.get(value).copied() {
            // Another table did not tell what contains it.
            Some(known) => {
                if self.parents[known as usize] == EVERYBODY && !self.is_under(parent, known) {
                    self.parents[known as usize] = parent;
                }
                known
            }
            None => self.add(parent, value, Vec::new()),
        }
    }

    fn is_under(&self, mut node: Node, other: Node) -> bool {
        loop {
            if node == other {
                return true;
            }
            if node == EVERYBODY {
                return false;
            }
            node = self.parents[node as usize];
        }
    }

    fn add(&mut self, parent: Node, value: &Arc<str>, years: Vec<Node>) -> Node {
        let new = number(self.names.len());
        self.numbers.insert(Arc::clone(value), new);
        self.names.push(Arc::clone(value));
        self.parents.push(parent);
        self.years.push(years);
        new
    }

    /// `cumul 2021-2022`, `2021_2022` and `2021,2022` are the same two years.
    fn years_of(&mut self, text: &str) -> Node {
        let mut years: Vec<&str> = text
            .split(|letter: char| !letter.is_ascii_digit())
            .filter(|part| part.len() == 4)
            .collect();
        years.sort_unstable();
        years.dedup();
        let name: Arc<str> = match years.as_slice() {
            [] => text.into(),
            years => years.join("_").into(),
        };
        if let Some(known) = self.numbers.get(&name) {
            return *known;
        }
        let parts = match years.as_slice() {
            [] | [_] => Vec::new(),
            years => years.iter().map(|year| self.years_of(year)).collect(),
        };
        self.add(EVERYBODY, &name, parts)
    }
}
