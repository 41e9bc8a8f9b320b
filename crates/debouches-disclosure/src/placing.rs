//! Where the rows of a table stand in its universe.

use std::sync::Arc;

use debouches_model::spec::{DisclosureSpec, UniverseSpec};

use crate::hierarchy::{Hierarchies, Node};

/// A box of a universe: a value of each dimension.
pub type BoxOf = Box<[Node]>;

/// Reads the box and the quantities of the rows of a table.
#[derive(Debug, Clone)]
pub struct Placing {
    axes: Vec<Axis>,
    /// The quantity of each count, with holes for columns of the key.
    quantities: Vec<Vec<Segment>>,
    dimensions: usize,
}

#[derive(Debug, Clone)]
struct Axis {
    dimension: usize,
    steps: Vec<Step>,
}

#[derive(Debug, Clone)]
enum Step {
    Constant(Arc<str>),
    /// The first of these columns that is filled, each with the values of its totals.
    Columns(Vec<(usize, Vec<String>)>),
}

#[derive(Debug, Clone)]
enum Segment {
    Text(String),
    Column(usize),
}

impl Placing {
    /// The placing of a table whose rows are told apart by these columns, the ones that its axes read included.
    ///
    /// # Errors
    /// When an axis names a dimension or a column that does not exist.
    pub fn new(
        universe: &UniverseSpec,
        policy: &DisclosureSpec,
        hierarchies: &Hierarchies,
        key: &[String],
    ) -> Result<Self, String> {
        let column = |name: &str| {
            key.iter().position(|item| item == name).ok_or_else(|| {
                format!("an axis of the universe reads `{name}`, which is not there")
            })
        };
        let totals = |name: &str| {
            policy
                .totals
                .get(name)
                .map(|values| values.0.clone())
                .unwrap_or_default()
        };
        let step = |step: &String| {
            Ok(match step.strip_prefix('=') {
                Some(value) => Step::Constant(value.into()),
                None => Step::Columns(
                    step.split('|')
                        .map(|name| Ok((column(name)?, totals(name))))
                        .collect::<Result<_, String>>()?,
                ),
            })
        };
        let axes = universe
            .axis
            .iter()
            .map(|axis| {
                let dimension = hierarchies.dimension(&axis.dimension).ok_or_else(|| {
                    format!(
                        "universe `{}` has no dimension `{}`",
                        universe.id, axis.dimension
                    )
                })?;
                Ok(Axis {
                    dimension,
                    steps: axis.path.iter().map(step).collect::<Result<_, String>>()?,
                })
            })
            .collect::<Result<_, String>>()?;
        let quantities = policy
            .count
            .iter()
            .map(|count| {
                let template = universe
                    .quantity
                    .get(&count.column)
                    .unwrap_or(&count.column);
                segments(template, key)
            })
            .collect::<Result<_, String>>()?;
        Ok(Self {
            axes,
            quantities,
            dimensions: hierarchies.len(),
        })
    }

    /// The box of a row.
    pub fn boxed(&self, hierarchies: &mut Hierarchies, key: &[Arc<str>]) -> BoxOf {
        let mut out = vec![0; self.dimensions];
        for axis in &self.axes {
            let mut path: Vec<Arc<str>> = Vec::new();
            for step in &axis.steps {
                match step {
                    Step::Constant(value) => path.push(Arc::clone(value)),
                    Step::Columns(columns) => path.extend(
                        columns
                            .iter()
                            .find(|(index, _)| !key[*index].is_empty())
                            .filter(|(index, totals)| {
                                !totals.iter().any(|total| **total == *key[*index])
                            })
                            .map(|(index, _)| Arc::clone(&key[*index])),
                    ),
                }
            }
            out[axis.dimension] = hierarchies.node(axis.dimension, &path);
        }
        out.into()
    }

    /// The quantity that a count shows in a row.
    #[must_use]
    pub fn quantity(&self, count: usize, key: &[Arc<str>]) -> String {
        self.quantities[count]
            .iter()
            .map(|segment| match segment {
                Segment::Text(text) => text.as_str(),
                Segment::Column(index) => &key[*index],
            })
            .collect()
    }

    /// The quantity of a count without what rows tell: counts with the same one are judged together.
    #[must_use]
    pub(crate) fn template(&self, count: usize) -> String {
        self.quantities[count]
            .iter()
            .map(|segment| match segment {
                Segment::Text(text) => text.clone(),
                Segment::Column(_) => "{}".to_owned(),
            })
            .collect()
    }

    /// The placing of some of the counts.
    pub(crate) fn of_counts(&self, counts: &[usize]) -> Self {
        Self {
            quantities: counts
                .iter()
                .map(|count| self.quantities[*count].clone())
                .collect(),
            ..self.clone()
        }
    }
}

fn segments(template: &str, key: &[String]) -> Result<Vec<Segment>, String> {
    let mut out = Vec::new();
    let mut rest = template;
    while let Some((text, after)) = rest.split_once('{') {
        let (name, after) = after
            .split_once('}')
            .ok_or_else(|| format!("quantity `{template}` has a brace that nothing closes"))?;
        let index = key
            .iter()
            .position(|item| item == name)
            .ok_or_else(|| format!("quantity `{template}` names `{name}`, which is not there"))?;
        out.extend([Segment::Text(text.to_owned()), Segment::Column(index)]);
        rest = after;
    }
    out.push(Segment::Text(rest.to_owned()));
    Ok(out)
}
